//! Orders on disk. A lifted order stays as a row, so that the journal can name it.

use rusqlite::{Connection, params};

use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::orders::{Order, Origin, Who};

/// An order with the account it holds on.
#[derive(Clone, Debug)]
pub struct StoredOrder {
    /// The order.
    pub order: Order,
    /// The account's name; `None`: on all accounts.
    pub account: Option<String>,
    /// It waits for the user's word.
    pub pending: bool,
    /// How it was given.
    pub origin: Origin,
}

impl Store {
    /// Gives an order, lifting the one that stood for the same `who` on the same account (or on all).
    pub fn give_order(
        &mut self,
        account: Option<AccountId>,
        who: &Who,
        category: Category,
        at: UnixTime,
    ) -> Result<i64, Fault> {
        self.transaction(|db| give(db, account, who, category, at, Origin::Said))
    }

    /// Lifts every order about `who`; says how many.
    pub fn lift_orders(&mut self, who: &Who, at: UnixTime) -> Result<usize, Fault> {
        let (kind, name) = who.columns();
        self.transaction(|db| {
            db.execute(
                "UPDATE standing_order SET lifted_at = ?3 WHERE kind = ?1 AND name = ?2 AND lifted_at IS NULL",
                params![kind, name, at.0],
            )
        })
    }

    /// The orders in force (or, with `pending`, those that wait), oldest first; of one account (with those that hold on
    /// all), or of every account.
    pub fn orders(&self, account: Option<AccountId>, pending: bool) -> Result<Vec<StoredOrder>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT o.id, o.kind, o.name, o.category, o.given_at, a.name, o.origin FROM standing_order o
                 LEFT JOIN account a ON a.id = o.account
                 WHERE o.lifted_at IS NULL AND o.pending = ?2 AND (?1 IS NULL OR o.account IS NULL OR o.account = ?1)
                 ORDER BY o.id",
            )?;
            let mut rows = statement.query(params![account.map(|a| a.0), pending])?;
            let mut orders = Vec::new();
            while let Some(row) = rows.next()? {
                let who = Who::from_columns(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
                let category = Category::from_word(row.get_ref(3)?.as_str()?);
                if let (Some(who), Some(category)) = (who, category) {
                    let order = Order { id: row.get(0)?, who, category, given_at: UnixTime(row.get(4)?) };
                    let origin = Origin::from_word(row.get_ref(6)?.as_str()?).unwrap_or_default();
                    orders.push(StoredOrder { order, account: row.get(5)?, pending, origin });
                }
            }
            Ok(orders)
        })
    }
}

/// Gives an order. What stood for the same `who` there is lifted, and what waits for a word about it is overruled.
pub(super) fn give(
    db: &Connection,
    account: Option<AccountId>,
    who: &Who,
    category: Category,
    at: UnixTime,
    origin: Origin,
) -> rusqlite::Result<i64> {
    let (kind, name) = who.columns();
    db.execute(
        "UPDATE standing_order SET lifted_at = ?4
         WHERE kind = ?2 AND name = ?3 AND lifted_at IS NULL
             AND (account IS ?1 OR pending = 1 AND (?1 IS NULL OR account IS NULL))",
        params![account.map(|a| a.0), kind, name, at.0],
    )?;
    db.execute(
        "INSERT INTO standing_order (account, kind, name, category, given_at, pending, origin)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)",
        params![account.map(|a| a.0), kind, name, category.word(), at.0, origin.word()],
    )?;
    Ok(db.last_insert_rowid())
}
