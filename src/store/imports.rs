//! Orders that come from elsewhere: all of an import in one run, so that it can be taken back as a whole.

use rusqlite::{Connection, OptionalExtension, params};

use super::orders::give;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{ListId, RunId, UnixTime};
use crate::logic::transfer::Entry;

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The run; `None` when no order was given.
    pub run: Option<RunId>,
    /// The orders that were given.
    pub given: Vec<i64>,
    /// Orders that stood already, word for word.
    pub known: usize,
    /// Orders that are older than what the user has said since about the same sender.
    pub overruled: usize,
}

/// How an order that comes compares with what stands.
enum Standing {
    Nothing,
    TheSame,
    Newer,
}

impl Store {
    /// Gives these orders in one run. What stands already stays, and so does what is newer.
    ///
    /// # Errors
    /// Local, when the database fails: then none of them was given.
    pub fn import_orders(&mut self, entries: &[Entry], at: UnixTime) -> Result<Imported, Fault> {
        let accounts = entries.iter().map(|entry| entry.account.as_deref().map(|name| self.account(name)).transpose());
        let accounts = accounts.collect::<Result<Vec<Option<AccountId>>, Fault>>()?;
        self.transaction(|db| {
            let mut imported = Imported::default();
            for (entry, account) in entries.iter().zip(accounts) {
                match standing(db, account, entry)? {
                    Standing::TheSame => imported.known += 1,
                    Standing::Newer => imported.overruled += 1,
                    Standing::Nothing => {
                        let run = match imported.run {
                            Some(run) => run,
                            None => *imported.run.insert(begin(db, at)?),
                        };
                        let Entry { who, category, given_at, origin, .. } = entry;
                        let order = give(db, account, who, *category, *given_at, *origin)?;
                        db.prepare_cached("UPDATE standing_order SET run = ?2 WHERE id = ?1")?
                            .execute(params![order, run.0])?;
                        imported.given.push(order);
                    }
                }
            }
            Ok(imported)
        })
    }

    /// The lists that an account (or any) has had mail of.
    pub fn lists(&self, account: Option<AccountId>) -> Result<Vec<ListId>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT name FROM ledger WHERE kind = 'list' AND (?1 IS NULL OR account = ?1) ORDER BY name",
            )?;
            let mut rows = statement.query([account.map(|account| account.0)])?;
            let mut lists = Vec::new();
            while let Some(row) = rows.next()? {
                lists.extend(ListId::new(row.get_ref(0)?.as_str()?));
            }
            Ok(lists)
        })
    }
}

fn begin(db: &Connection, at: UnixTime) -> rusqlite::Result<RunId> {
    db.execute("INSERT INTO run (at, what) VALUES (?1, 'import')", [at.0])?;
    Ok(RunId(db.last_insert_rowid()))
}

fn standing(db: &Connection, account: Option<AccountId>, entry: &Entry) -> rusqlite::Result<Standing> {
    let (kind, name) = entry.who.columns();
    let found: Option<(String, i64)> = db
        .prepare_cached(
            "SELECT category, given_at FROM standing_order
             WHERE account IS ?1 AND kind = ?2 AND name = ?3 AND lifted_at IS NULL AND pending = 0
             ORDER BY given_at DESC, id DESC LIMIT 1",
        )?
        .query_row(params![account.map(|account| account.0), kind, name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match found {
        Some((category, _)) if category == entry.category.word() => Standing::TheSame,
        Some((_, given_at)) if given_at > entry.given_at.0 => Standing::Newer,
        _ => Standing::Nothing,
    })
}

#[cfg(test)]
mod tests {
    use super::super::UndoScope;
    use super::*;
    use crate::logic::ids::Category;
    use crate::logic::orders::{Origin, Who};

    fn entry(who: &str, category: Category, given_at: i64) -> Entry {
        let who = Who::parse(who).unwrap();
        Entry { who, category, account: None, given_at: UnixTime(given_at), origin: Origin::Import }
    }

    #[test]
    fn an_import_is_one_run_and_taking_it_back_brings_back_what_stood() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let shop = Who::parse("@shop.example").unwrap();
        store.give_order(None, &shop, Category::News, UnixTime(10)).unwrap();
        let entries = [entry("@shop.example", Category::Bulk, 20), entry("a@b.example", Category::News, 20)];
        let imported = store.import_orders(&entries, UnixTime(20)).unwrap();
        assert_eq!((imported.given.len(), imported.known, imported.overruled), (2, 0, 0));
        let again = store.import_orders(&entries, UnixTime(30)).unwrap();
        assert_eq!(again, Imported { known: 2, ..Imported::default() }, "twice is once");
        let run = imported.run.unwrap();
        assert_eq!(store.last_undoable_run().unwrap(), Some(run));
        let orders = store.orders_of(UndoScope::Run(run)).unwrap();
        assert_eq!(orders, imported.given);
        orders.iter().rev().for_each(|order| assert!(store.take_back_order(*order, UnixTime(40)).unwrap()));
        let left = store.orders(None, false).unwrap();
        let left: Vec<_> = left.iter().map(|one| (one.order.who.to_string(), one.order.category)).collect();
        assert_eq!(left, [("@shop.example".to_owned(), Category::News)]);
    }

    #[test]
    fn what_was_said_since_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let shop = Who::parse("@shop.example").unwrap();
        store.give_order(None, &shop, Category::News, UnixTime(50)).unwrap();
        let imported = store.import_orders(&[entry("@shop.example", Category::Bulk, 20)], UnixTime(60)).unwrap();
        assert_eq!(imported, Imported { overruled: 1, ..Imported::default() });
    }
}
