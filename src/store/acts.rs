//! What the user's acts ask of the database: who is known, which orders an act gave, and how to take them back.

use rusqlite::{OptionalExtension, params};

use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, FolderName, RowId, RunId, Uid, UidValidity, UnixTime};
use crate::logic::journal::State;
use crate::logic::orders::Who;

/// Somebody the user has written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTo {
    /// The account.
    pub account: String,
    /// Whom.
    pub address: Address,
    /// How often.
    pub times: u32,
}

/// What became of a row of a run, by the place from which its message was to go.
pub type RowOutcome = (FolderName, UidValidity, Uid, State, Option<String>);

impl Store {
    /// The addresses behind `who` that the user has written to, on any account, the most written to first. A list has none.
    pub fn written_to(&self, who: &Who) -> Result<Vec<WrittenTo>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT a.name, l.name, l.sent_to FROM ledger l JOIN account a ON a.id = l.account
                 WHERE l.kind = 'address' AND l.sent_to > 0 AND (?1 IS NULL OR l.name = ?1) ORDER BY l.sent_to DESC",
            )?;
            let exactly = match who {
                Who::Address(address) => Some(address.as_str()),
                _ => None,
            };
            let mut rows = statement.query([exactly])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                if let Some(address) =
                    Address::parse(row.get_ref(1)?.as_str()?).filter(|address| who.means(Some(address), None))
                {
                    found.push(WrittenTo { account: row.get(0)?, address, times: row.get(2)? });
                }
            }
            Ok(found)
        })
    }

    /// Whether the account has had mail of `who`.
    pub fn knows(&self, account: AccountId, who: &Who) -> Result<bool, Fault> {
        let (kind, name) = who.columns();
        self.read(|db| match who {
            Who::Domain(_) => {
                let mut statement =
                    db.prepare_cached("SELECT name FROM ledger WHERE account = ?1 AND kind = 'address'")?;
                let mut rows = statement.query([account.0])?;
                while let Some(row) = rows.next()? {
                    if Address::parse(row.get_ref(0)?.as_str()?).is_some_and(|address| who.means(Some(&address), None))
                    {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => db
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM ledger WHERE account = ?1 AND kind = ?2 AND name = ?3)")?
                .query_row(params![account.0, kind, name], |row| row.get(0)),
        })
    }

    /// The mailboxes of an account whose mail is of a category, INBOX among them.
    pub fn managed(&self, account: AccountId) -> Result<Vec<(FolderName, Category)>, Fault> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT name, category FROM folder WHERE account = ?1 AND category IS NOT NULL")?;
            let mut rows = statement.query([account.0])?;
            let mut folders = Vec::new();
            while let Some(row) = rows.next()? {
                if let Some(category) = Category::from_word(row.get_ref(1)?.as_str()?) {
                    folders.push((FolderName::from_wire(row.get_ref(0)?.as_str()?), category));
                }
            }
            Ok(folders)
        })
    }

    /// Says in which run an order was given, so that undoing the run lifts it. The run's own order is the first.
    pub fn bind_order(&mut self, order: i64, run: RunId) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute("UPDATE standing_order SET run = ?2 WHERE id = ?1", params![order, run.0])?;
            db.execute(
                "UPDATE run SET standing_order = ?1 WHERE id = ?2 AND standing_order IS NULL",
                params![order, run.0],
            )?;
            Ok(())
        })
    }

    /// Takes an order back: it is lifted, and the one that it replaced is in force again. `false` when it was not in force.
    ///
    /// What an order replaced was lifted in the very moment in which it was given.
    pub fn take_back_order(&mut self, order: i64, at: UnixTime) -> Result<bool, Fault> {
        self.transaction(|db| {
            let lifted = db.execute(
                "UPDATE standing_order SET lifted_at = ?2 WHERE id = ?1 AND lifted_at IS NULL",
                params![order, at.0],
            )?;
            if lifted == 0 {
                return Ok(false);
            }
            db.execute(
                "UPDATE standing_order SET lifted_at = NULL WHERE id = (
                     SELECT max(p.id) FROM standing_order o JOIN standing_order p
                         ON p.account IS o.account AND p.kind = o.kind AND p.name = o.name AND p.id < o.id
                     WHERE o.id = ?1 AND p.lifted_at = o.given_at AND p.pending = 0)",
                [order],
            )?;
            Ok(true)
        })
    }

    /// Lifts the orders about `who` that hold on one account alone; says how many.
    pub fn lift_orders_on(&mut self, account: AccountId, who: &Who, at: UnixTime) -> Result<usize, Fault> {
        let (kind, name) = who.columns();
        self.transaction(|db| {
            db.execute(
                "UPDATE standing_order SET lifted_at = ?4
                 WHERE account = ?1 AND kind = ?2 AND name = ?3 AND lifted_at IS NULL",
                params![account.0, kind, name, at.0],
            )
        })
    }

    /// What an order says: about whom, what their mail is. `None` when there is none of this number.
    pub fn order(&self, id: i64) -> Result<Option<(String, Category)>, Fault> {
        let found: Option<(String, String, String)> = self.read(|db| {
            db.query_row("SELECT kind, name, category FROM standing_order WHERE id = ?1", [id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()
        })?;
        Ok(found.and_then(|(kind, name, category)| {
            let who = match kind.as_str() {
                "domain" => format!("@{name}"),
                "list" => format!("<{name}>"),
                _ => name,
            };
            Category::from_word(&category).map(|category| (who, category))
        }))
    }

    /// The done rows about mail of a sender on an account, and the orders about exactly this sender that their runs gave.
    pub fn done_to_sender(&self, account: AccountId, sender: &str) -> Result<(Vec<RowId>, Vec<i64>), Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id FROM journal
                 WHERE account = ?1 AND sender = ?2 AND state = 'done' AND undoes IS NULL ORDER BY id",
            )?;
            let rows: rusqlite::Result<Vec<RowId>> =
                statement.query_map(params![account.0, sender], |row| Ok(RowId(row.get(0)?)))?.collect();
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT o.id FROM standing_order o JOIN run r ON o.id = r.standing_order OR o.run = r.id
                 WHERE o.lifted_at IS NULL AND o.kind = 'address' AND o.name = ?2
                   AND EXISTS (SELECT 1 FROM journal j WHERE j.run = r.id AND j.account = ?1 AND j.sender = ?2)",
            )?;
            let orders: rusqlite::Result<Vec<i64>> =
                statement.query_map(params![account.0, sender], |row| row.get(0))?.collect();
            Ok((rows?, orders?))
        })
    }

    /// What became of the rows of a run on one account.
    pub fn outcomes_of(&self, account: AccountId, run: RunId) -> Result<Vec<RowOutcome>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT from_folder, from_validity, from_uid, state, trouble FROM journal
                 WHERE run = ?1 AND account = ?2 ORDER BY id",
            )?;
            let rows = statement.query_map(params![run.0, account.0], |row| {
                let state = State::from_word(row.get_ref(3)?.as_str()?).unwrap_or(State::Refused);
                let folder = FolderName::from_wire(row.get_ref(0)?.as_str()?);
                Ok((folder, UidValidity(row.get(1)?), Uid(row.get(2)?), state, row.get(4)?))
            })?;
            rows.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order_of(store: &Store, who: &str) -> Vec<Category> {
        let orders = store.orders(None, false).unwrap();
        orders.iter().filter(|one| one.order.who.to_string() == who).map(|one| one.order.category).collect()
    }

    #[test]
    fn an_order_that_was_replaced_comes_back_when_its_successor_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let who = Who::parse("a@b.example").unwrap();
        let first = store.give_order(None, &who, Category::News, UnixTime(10)).unwrap();
        let second = store.give_order(None, &who, Category::Bulk, UnixTime(20)).unwrap();
        // In the same second.
        let third = store.give_order(None, &who, Category::Top, UnixTime(20)).unwrap();
        assert!(store.take_back_order(third, UnixTime(30)).unwrap());
        assert_eq!(order_of(&store, "a@b.example"), [Category::Bulk]);
        assert!(!store.take_back_order(third, UnixTime(31)).unwrap(), "it is not in force any more");
        assert!(store.take_back_order(second, UnixTime(40)).unwrap());
        assert_eq!(order_of(&store, "a@b.example"), [Category::News]);
        assert!(store.take_back_order(first, UnixTime(50)).unwrap());
        assert!(order_of(&store, "a@b.example").is_empty());
    }

    #[test]
    fn an_order_that_was_lifted_by_hand_does_not_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let who = Who::parse("@b.example").unwrap();
        store.give_order(None, &who, Category::News, UnixTime(10)).unwrap();
        store.lift_orders(&who, UnixTime(15)).unwrap();
        let second = store.give_order(None, &who, Category::Bulk, UnixTime(20)).unwrap();
        store.take_back_order(second, UnixTime(30)).unwrap();
        assert!(order_of(&store, "@b.example").is_empty());
    }

    #[test]
    fn orders_of_one_run_are_lifted_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let home = store.account("home").unwrap();
        let run = store.begin_run(UnixTime(5), "order", None).unwrap();
        let orders: Vec<i64> = ["a@b.example", "<list.example>"]
            .iter()
            .map(|who| {
                let who = Who::parse(who).unwrap();
                let order = store.give_order(Some(home), &who, Category::News, UnixTime(5)).unwrap();
                store.bind_order(order, run).unwrap();
                order
            })
            .collect();
        assert_eq!(store.orders_of(super::super::UndoScope::Run(run)).unwrap(), orders);
        assert_eq!(store.last_undoable_run().unwrap(), Some(run));
        orders.iter().for_each(|order| assert!(store.take_back_order(*order, UnixTime(9)).unwrap()));
        assert_eq!(store.last_undoable_run().unwrap(), None);
    }
}
