//! `mailherd export`: all orders and settings, for people, for another mailherd, or for a server's Sieve.

use std::path::Path;

use serde_json::json;

use super::args::Export;
use super::face::{Face, chosen};
use super::words::{plural, rfc3339};
use crate::config::{Account, Config, write_private};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::orders::{Orders, Who};
use crate::logic::plan::TopMode;
use crate::logic::printable::Printable;
use crate::logic::transfer::script::{self, Folders};
use crate::logic::transfer::{Entry, portable};
use crate::store::Store;

pub(super) fn export(face: &mut Face, args: &Export) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let store = Store::open(&config.state_dir)?;
    if args.sieve {
        let account = one_account(&config, args.account.as_deref())?;
        let orders = sieve_orders(&store, account)?;
        let text = script::write(&orders, &folders(&store, account)?, &note(face, account));
        return write(face, args, &text, orders.len(), json!({ "script": text })).map(|()| Vec::new());
    }
    let entries = entries(&store, &config, args.account.as_deref())?;
    let settings = config.told();
    let object = json!({
        "exported_at": rfc3339(face.now), "settings": settings,
        "orders": entries.iter().map(|entry| json!({
            "who": entry.who, "category": entry.category, "account": entry.account,
            "given_at": rfc3339(entry.given_at), "origin": entry.origin,
        })).collect::<Vec<_>>(),
    });
    let text = portable::write(&entries, settings, face.now)?;
    write(face, args, &text, entries.len(), object).map(|()| Vec::new())
}

fn entries(store: &Store, config: &Config, account: Option<&str>) -> Result<Vec<Entry>, Fault> {
    chosen(config, account)?;
    let id = account.map(|name| store.account(name)).transpose()?;
    let entry = |stored: crate::store::StoredOrder| Entry {
        who: stored.order.who,
        category: stored.order.category,
        account: stored.account,
        given_at: stored.order.given_at,
        origin: stored.origin,
    };
    Ok(store.orders(id, false)?.into_iter().map(entry).collect())
}

/// A script is for the mail of one account.
fn one_account<'a>(config: &'a Config, name: Option<&str>) -> Result<&'a Account, Fault> {
    match chosen(config, name)?.as_slice() {
        [account] => Ok(account),
        all => {
            let names: Vec<&str> = all.iter().map(|account| account.name.as_str()).collect();
            let cause = "there are several accounts, and a Sieve script is for one";
            Err(Fault::usage(cause, format!("name it with --account: {}", names.join(", "))))
        }
    }
}

/// What is in force about each sender, in an order that is the same each time.
fn sieve_orders(store: &Store, account: &Account) -> Result<Vec<(Who, Category)>, Fault> {
    let stored = store.orders(Some(store.account(&account.name)?), false)?;
    let orders = Orders::new(stored.into_iter().map(|stored| stored.order).collect());
    let filed = |category: Category| match (category, account.top) {
        // Where top mail is not moved, it stays.
        (Category::Top, TopMode::Flag | TopMode::Off) => Category::Inbox,
        (category, _) => category,
    };
    let mut orders: Vec<_> = orders.iter().map(|order| (order.who.clone(), filed(order.category))).collect();
    orders.sort();
    Ok(orders)
}

/// The folders as the server calls them, where mailherd has been there; else as the config does.
fn folders(store: &Store, account: &Account) -> Result<Folders, Fault> {
    let managed = store.managed(store.account(&account.name)?)?;
    let name = |category: Category| {
        let known = managed.iter().find(|(_, of)| *of == category).map(|(name, _)| crate::daemon::shown(name));
        known.or_else(|| account.folders.of(category).map(str::to_owned)).unwrap_or_default()
    };
    let [top, news, bulk, blackhole] = [Category::Top, Category::News, Category::Bulk, Category::Blackhole].map(name);
    Ok(Folders { top, news, bulk, blackhole })
}

fn note(face: &Face, account: &Account) -> String {
    format!(
        "The orders of mailherd on the account {}, written {}.\n\
         Only orders: what mailherd judges by itself is not here. Folders have to exist, and nothing falls out of {}.\n\
         Take it off the server before mailherd files there again: two programs that file the same mail fight.",
        Printable::new(&account.name),
        rfc3339(face.now),
        Printable::new(&account.folders.blackhole),
    )
}

fn write(face: &mut Face, args: &Export, text: &str, orders: usize, object: serde_json::Value) -> Result<(), Fault> {
    match &args.output {
        Some(path) => to_file(face, path, text, orders),
        None if face.out().json() => {
            face.out().object(&object);
            Ok(())
        }
        None => {
            // Exact where it goes to a program or a file, harmless on a terminal.
            let terminal = face.out().width().is_some();
            for line in text.lines() {
                if terminal {
                    face.out().line(Printable::line(line));
                } else {
                    face.out().line(line);
                }
            }
            Ok(())
        }
    }
}

fn to_file(face: &mut Face, path: &Path, text: &str, orders: usize) -> Result<(), Fault> {
    write_private(path, text, 0o600)?;
    if face.out().json() {
        face.out().object(&json!({ "output": path.to_string_lossy(), "orders": orders }));
    } else {
        let shown = Printable::new(&path.to_string_lossy());
        face.out().line(format!("{} written to {shown}", plural(orders as u64, "order", "orders")));
    }
    Ok(())
}
