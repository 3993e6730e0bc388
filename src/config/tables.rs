//! The tables of a config file while they are edited: what stands around a value (comments, blanks, the order) stays.

use toml_edit::{Decor, DocumentMut, Item, TableLike, Value, value};

/// The account that is called so, and whether it is the only one. `None`: there is none, or `accounts` is no list of tables.
pub(super) fn account<'a>(document: &'a mut DocumentMut, name: &str) -> Option<(&'a mut dyn TableLike, bool)> {
    let mut tables: Vec<&mut dyn TableLike> = match document.get_mut("accounts")? {
        Item::ArrayOfTables(tables) => tables.iter_mut().map(|table| table as &mut dyn TableLike).collect(),
        Item::Value(Value::Array(array)) => array
            .iter_mut()
            .filter_map(|value| value.as_inline_table_mut().map(|table| table as &mut dyn TableLike))
            .collect(),
        _ => return None,
    };
    let alone = tables.len() == 1;
    let is_it =
        |table: &&mut dyn TableLike| table.get("name").and_then(Item::as_str).is_some_and(|known| known.trim() == name);
    let at = tables.iter().position(is_it)?;
    Some((tables.swap_remove(at), alone))
}

/// Gives `key` a value. One that is there keeps its place, and the comment behind it.
pub(super) fn set(table: &mut dyn TableLike, key: &str, new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(known) if known.to_string().trim() == new.to_string().trim() => {}
        Some(known) => {
            let decor = known.decor().clone();
            *known = new;
            *known.decor_mut() = decor;
        }
        None => drop(table.insert(key, value(new))),
    }
}

/// Gives `key` a value in place of another key, where that stands.
pub(super) fn replace(table: &mut dyn TableLike, known: &str, key: &str, new: Value) {
    if known != key {
        // Taken out and put back in their order: a table has no other way to give a key another name.
        let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
        for old in keys {
            let decor = table.key(&old).map(|key| key.leaf_decor().clone());
            let Some(item) = table.remove(&old) else { continue };
            let name = if old == known { key } else { &old };
            table.insert(name, item);
            if let (Some(decor), Some(mut key)) = (decor, table.key_mut(name)) {
                *key.leaf_decor_mut() = decor;
            }
        }
    }
    set(table, key, new);
}

/// Takes `key` away. The lines of comment above it stay: they may be about what follows.
pub(super) fn remove(table: &mut dyn TableLike, key: &str) {
    let keys: Vec<String> = table.iter().filter(|(_, item)| item.is_value()).map(|(key, _)| key.to_owned()).collect();
    let Some(at) = keys.iter().position(|known| known == key) else { return };
    let above = table.key(key).map(|key| prefix(key.leaf_decor())).filter(|above| above.contains('#'));
    table.remove(key);
    let Some(above) = above else { return };
    if let Some(mut next) = keys.get(at + 1).and_then(|next| table.key_mut(next)) {
        let own = prefix(next.leaf_decor());
        next.leaf_decor_mut().set_prefix(format!("{above}{own}"));
    } else if let Some(last) = at.checked_sub(1).and_then(|at| table.get_mut(&keys[at])).and_then(Item::as_value_mut) {
        let behind = last.decor().suffix().and_then(|text| text.as_str()).unwrap_or_default().to_owned();
        last.decor_mut().set_suffix(format!("{behind}\n{}", above.trim_end_matches('\n')));
    }
}

fn prefix(decor: &Decor) -> String {
    decor.prefix().and_then(|text| text.as_str()).unwrap_or_default().to_owned()
}
