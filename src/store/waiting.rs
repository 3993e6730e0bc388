//! What waits for the user's word, and what comes of the word.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::orders::give;
use super::teaching::{order_account, overruled, pardon};
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::orders::{Origin, Who};

/// What waits for the user's word.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Its number, for `mailherd confirm`.
    pub id: i64,
    /// The account's name.
    pub account: String,
    /// Since when it waits.
    pub at: UnixTime,
    /// Messages that the user moved.
    pub messages: usize,
    /// What.
    pub what: WaitingFor,
}

impl Waiting {
    /// Whether it is the question about an order for `who`.
    pub fn is_about(&self, who: &Who) -> bool {
        matches!(&self.what, WaitingFor::Order(about, _) if about == who)
    }
}

/// What comes of a yes.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitingFor {
    /// An order comes into force: to banish somebody the user has written to, or one made of mail that may be forged.
    Order(Who, Category),
    /// The orders of a reorganisation come into force.
    Reorganisation(Vec<(Who, Category)>),
    /// Mail of somebody who is not banished any more comes back out of Blackhole.
    Return(Who, Category),
}

/// An order that came into force: its number, whom it is about, and where their mail goes.
pub type Given = (i64, Who, Category);

impl Store {
    /// Everything that waits for a word, oldest first.
    pub fn waiting(&self) -> Result<Vec<Waiting>, Fault> {
        self.read(waiting)
    }

    /// The orders that wait under this number come into force, except for those that the user has overruled since. `None` when
    /// no orders wait under it.
    pub fn confirm_orders(&mut self, id: i64, at: UnixTime) -> Result<Option<Vec<Given>>, Fault> {
        self.transaction(|db| {
            let found = waiting(db)?.into_iter().find(|one| one.id == id);
            let (Some(found), pending) = (found, pending_orders(db)?.remove(&id).unwrap_or_default()) else {
                return Ok(None);
            };
            if matches!(found.what, WaitingFor::Return(..)) {
                return Ok(None);
            }
            let mut given = Vec::new();
            for Pending { account, who, category } in pending {
                if overruled(db, account, &who, found.at)? {
                    continue;
                }
                if category != Category::Blackhole {
                    pardon(db, account, std::slice::from_ref(&who), at)?;
                }
                let order = give(db, order_account(account, category), &who, category, at, Origin::Moved)?;
                given.push((order, who, category));
            }
            decide(db, id, at)?;
            Ok(Some(given))
        })
    }

    /// What waits under this number waits no longer: its orders are dropped. `false` when nothing does.
    pub fn decided(&mut self, id: i64, at: UnixTime) -> Result<bool, Fault> {
        self.transaction(|db| decide(db, id, at))
    }
}

fn decide(db: &Connection, id: i64, at: UnixTime) -> rusqlite::Result<bool> {
    db.execute(
        "UPDATE standing_order SET lifted_at = ?2 WHERE waiting = ?1 AND pending = 1 AND lifted_at IS NULL",
        params![id, at.0],
    )?;
    let changed =
        db.execute("UPDATE waiting SET decided_at = ?2 WHERE id = ?1 AND decided_at IS NULL", params![id, at.0])?;
    Ok(changed == 1)
}

struct Pending {
    account: AccountId,
    who: Who,
    category: Category,
}

/// Orders that wait, by what they wait with.
fn pending_orders(db: &Connection) -> rusqlite::Result<HashMap<i64, Vec<Pending>>> {
    let mut statement = db.prepare_cached(
        "SELECT w.id, w.account, o.kind, o.name, o.category FROM standing_order o JOIN waiting w ON w.id = o.waiting
         WHERE o.pending = 1 AND o.lifted_at IS NULL ORDER BY o.id",
    )?;
    let mut rows = statement.query([])?;
    let mut found: HashMap<i64, Vec<Pending>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let who = Who::from_columns(row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?);
        if let (Some(who), Some(category)) = (who, Category::from_word(row.get_ref(4)?.as_str()?)) {
            found.entry(row.get(0)?).or_default().push(Pending { account: AccountId(row.get(1)?), who, category });
        }
    }
    Ok(found)
}

fn waiting(db: &Connection) -> rusqlite::Result<Vec<Waiting>> {
    let mut pending = pending_orders(db)?;
    let mut statement = db.prepare_cached(
        "SELECT w.id, a.name, w.at, w.messages, w.kind, w.who_kind, w.who, w.category
         FROM waiting w JOIN account a ON a.id = w.account WHERE w.decided_at IS NULL ORDER BY w.id",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let orders = pending.remove(&id).unwrap_or_default();
        let mut orders: Vec<(Who, Category)> = orders.into_iter().map(|one| (one.who, one.category)).collect();
        let text = |column: usize| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        let what = match row.get_ref(4)?.as_str()? {
            "return" => match (Who::from_columns(&text(5)?, &text(6)?), Category::from_word(&text(7)?)) {
                (Some(who), Some(category)) => WaitingFor::Return(who, category),
                _ => continue,
            },
            // Newer orders overruled all of it.
            _ if orders.is_empty() => continue,
            "order" => {
                let (who, category) = orders.swap_remove(0);
                WaitingFor::Order(who, category)
            }
            _ => WaitingFor::Reorganisation(orders),
        };
        let messages = usize::try_from(row.get::<_, i64>(3)?).unwrap_or(usize::MAX);
        found.push(Waiting { id, account: row.get(1)?, at: UnixTime(row.get(2)?), messages, what });
    }
    Ok(found)
}
