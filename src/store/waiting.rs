//! Orders that the user gives by moving mail, and what of it waits for a word.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::mail::LearnTransaction;
use super::orders::{give, who};
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, FolderName, ListId, UnixTime};
use crate::logic::moves::{Lesson, Settled};
use crate::logic::orders::Who;

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

/// What comes of a yes.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitingFor {
    /// An order comes into force: to banish somebody the user has written to.
    Order(Who, Category),
    /// The orders of a reorganisation come into force.
    Reorganisation(Vec<(Who, Category)>),
    /// Mail of somebody who is not banished any more comes back out of Blackhole.
    Return(Who, Category),
}

/// What was made of the user's moves.
#[derive(Clone, Debug, PartialEq)]
pub enum Taught {
    /// An order was given, after so many messages were moved.
    Ordered(Who, Category, usize),
    /// Nobody is banished by this order any more.
    Pardoned(Who),
    /// It waits for the user's word.
    Asks(Waiting),
}

impl Store {
    /// Makes orders of settled moves, in one transaction. `kept` is the mailbox in which a move is remembered afterwards:
    /// Blackhole, where the fall is counted from it.
    pub fn teach(
        &mut self,
        account: AccountId,
        settled: &Settled,
        kept: &FolderName,
        at: UnixTime,
    ) -> Result<Vec<Taught>, Fault> {
        self.transaction(|db| {
            let mut taught = Vec::new();
            forget(db, &settled.forget)?;
            for lesson in &settled.lessons {
                if lesson.asks {
                    taught.push(Taught::Asks(ask(db, account, "order", std::slice::from_ref(lesson), at)?));
                } else {
                    learn(db, account, lesson, at, &mut taught)?;
                }
                finish(db, account, lesson, kept)?;
            }
            for lessons in &settled.held {
                taught.push(Taught::Asks(ask(db, account, "reorganisation", lessons, at)?));
                lessons.iter().try_for_each(|lesson| finish(db, account, lesson, kept))?;
            }
            Ok(taught)
        })
    }

    /// Everything that waits for a word, oldest first.
    pub fn waiting(&self) -> Result<Vec<Waiting>, Fault> {
        self.read(waiting)
    }

    /// The orders that wait under this number come into force, except for those that the user has overruled since. `None` when
    /// no orders wait under it.
    pub fn confirm_orders(&mut self, id: i64, at: UnixTime) -> Result<Option<Vec<(Who, Category)>>, Fault> {
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
                give(db, order_account(account, category), &who, category, at)?;
                given.push((who, category));
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

impl LearnTransaction<'_> {
    /// The user answered mail of this sender (that came by this list) at `at`: orders that banish it and are older are lifted,
    /// and what lies in Blackhole is offered back.
    pub fn answered(
        &self,
        account: AccountId,
        sender: &Address,
        list: Option<&ListId>,
        at: UnixTime,
    ) -> rusqlite::Result<Vec<Who>> {
        let names = [Some(Who::Address(sender.clone())), list.cloned().map(Who::List)];
        let names: Vec<Who> = names.into_iter().flatten().collect();
        let lifted = pardon(self.db, account, &names, at)?;
        lifted.iter().try_for_each(|lifted| offer_back(self.db, account, lifted, Category::Inbox, at))?;
        Ok(lifted.into_iter().map(|lifted| lifted.who).collect())
    }
}

fn learn(
    db: &Connection,
    account: AccountId,
    lesson: &Lesson,
    at: UnixTime,
    taught: &mut Vec<Taught>,
) -> rusqlite::Result<()> {
    let Lesson { who, category, moves, senders, .. } = lesson;
    if *category != Category::Blackhole {
        let mut names: Vec<Who> = senders.iter().cloned().map(Who::Address).collect();
        names.push(who.clone());
        for lifted in pardon(db, account, &names, at)? {
            offer_back(db, account, &lifted, *category, at)?;
            taught.push(Taught::Pardoned(lifted.who));
        }
    }
    if in_force(db, account, who)? == Some(*category) {
        return Ok(());
    }
    give(db, order_account(account, *category), who, *category, at)?;
    taught.push(Taught::Ordered(who.clone(), *category, moves.len()));
    Ok(())
}

/// A blackhole order holds on all accounts, every other order on its own.
fn order_account(account: AccountId, category: Category) -> Option<AccountId> {
    (category != Category::Blackhole).then_some(account)
}

fn ask(db: &Connection, account: AccountId, kind: &str, lessons: &[Lesson], at: UnixTime) -> rusqlite::Result<Waiting> {
    let messages: usize = lessons.iter().map(|lesson| lesson.moves.len()).sum();
    db.execute(
        "INSERT INTO waiting (account, kind, at, messages) VALUES (?1, ?2, ?3, ?4)",
        params![account.0, kind, at.0, i64::try_from(messages).unwrap_or(i64::MAX)],
    )?;
    let id = db.last_insert_rowid();
    for Lesson { who, category, .. } in lessons {
        let (kind, name) = who.columns();
        let holds_on = order_account(account, *category).map(|account| account.0);
        // Asked for again: the older question is dropped.
        db.execute(
            "UPDATE standing_order SET lifted_at = ?4
             WHERE kind = ?1 AND name = ?2 AND pending = 1 AND lifted_at IS NULL AND (account IS NULL OR account = ?3)",
            params![kind, name, account.0, at.0],
        )?;
        db.execute(
            "INSERT INTO standing_order (account, kind, name, category, given_at, pending, waiting)
             VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)",
            params![holds_on, kind, name, category.word(), at.0, id],
        )?;
    }
    let orders: Vec<(Who, Category)> = lessons.iter().map(|lesson| (lesson.who.clone(), lesson.category)).collect();
    let name = db.query_row("SELECT name FROM account WHERE id = ?1", [account.0], |row| row.get(0))?;
    let what = match orders.as_slice() {
        [(who, category)] if kind == "order" => WaitingFor::Order(who.clone(), *category),
        _ => WaitingFor::Reorganisation(orders),
    };
    Ok(Waiting { id, account: name, at, messages, what })
}

/// An order that was lifted.
struct Lifted {
    who: Who,
    /// It held on all accounts.
    everywhere: bool,
}

/// What still lies in Blackhole of somebody who is not banished any more can come back, on each account on which the order
/// held. Where nothing lies there, the offer is not shown.
fn offer_back(
    db: &Connection,
    account: AccountId,
    lifted: &Lifted,
    category: Category,
    at: UnixTime,
) -> rusqlite::Result<()> {
    let (kind, name) = lifted.who.columns();
    let only = (!lifted.everywhere).then_some(account.0);
    db.execute(
        "UPDATE waiting SET decided_at = ?4
         WHERE (?1 IS NULL OR account = ?1) AND kind = 'return' AND who_kind = ?2 AND who = ?3 AND decided_at IS NULL",
        params![only, kind, name, at.0],
    )?;
    db.execute(
        "INSERT INTO waiting (account, kind, at, messages, who_kind, who, category)
         SELECT id, 'return', ?2, 0, ?3, ?4, ?5 FROM account WHERE ?1 IS NULL OR id = ?1",
        params![only, at.0, kind, name, category.word()],
    )
    .map(drop)
}

/// Lifts the orders given by `at` that banish one of these.
fn pardon(db: &Connection, account: AccountId, names: &[Who], at: UnixTime) -> rusqlite::Result<Vec<Lifted>> {
    let mut statement = db.prepare_cached(
        "SELECT id, kind, name, account IS NULL FROM standing_order
         WHERE category = 'blackhole' AND lifted_at IS NULL AND pending = 0 AND given_at <= ?2
             AND (account IS NULL OR account = ?1) ORDER BY id",
    )?;
    let mut rows = statement.query(params![account.0, at.0])?;
    let mut lifted: Vec<Lifted> = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(order) = who(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?) else { continue };
        let meant = names.iter().any(|name| match name {
            Who::Address(sender) => order.covers(Some(sender), None),
            Who::List(list) => order.covers(None, Some(list)),
            Who::Domain(_) => order == *name,
        });
        if meant {
            db.prepare_cached("UPDATE standing_order SET lifted_at = ?2 WHERE id = ?1")?
                .execute(params![row.get::<_, i64>(0)?, at.0])?;
            let everywhere: bool = row.get(3)?;
            match lifted.iter_mut().find(|one| one.who == order) {
                Some(one) => one.everywhere |= everywhere,
                None => lifted.push(Lifted { who: order, everywhere }),
            }
        }
    }
    Ok(lifted)
}

/// What mail of exactly this one is, by the newest order.
fn in_force(db: &Connection, account: AccountId, who: &Who) -> rusqlite::Result<Option<Category>> {
    let (kind, name) = who.columns();
    let word: Option<String> = db
        .prepare_cached(
            "SELECT category FROM standing_order
             WHERE kind = ?2 AND name = ?3 AND lifted_at IS NULL AND pending = 0 AND (account IS NULL OR account = ?1)
             ORDER BY given_at DESC, id DESC LIMIT 1",
        )?
        .query_row(params![account.0, kind, name], |row| row.get(0))
        .optional()?;
    Ok(word.as_deref().and_then(Category::from_word))
}

fn overruled(db: &Connection, account: AccountId, who: &Who, since: UnixTime) -> rusqlite::Result<bool> {
    let (kind, name) = who.columns();
    db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM standing_order WHERE kind = ?2 AND name = ?3 AND pending = 0 AND given_at > ?4
             AND lifted_at IS NULL AND (account IS NULL OR account = ?1))",
    )?
    .query_row(params![account.0, kind, name, since.0], |row| row.get(0))
}

fn forget(db: &Connection, moves: &[i64]) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("DELETE FROM user_move WHERE id = ?1")?;
    moves.iter().try_for_each(|id| statement.execute([id]).map(drop))
}

/// An order was made of these moves, or asked for.
fn finish(db: &Connection, account: AccountId, lesson: &Lesson, kept: &FolderName) -> rusqlite::Result<()> {
    let mut delete = db.prepare_cached(
        "DELETE FROM user_move
         WHERE id = ?1 AND folder IS NOT (SELECT id FROM folder WHERE account = ?2 AND name = ?3)",
    )?;
    let mut keep = db.prepare_cached("UPDATE user_move SET settled = 1 WHERE id = ?1")?;
    for id in &lesson.moves {
        delete.execute(params![id, account.0, kept.wire()])?;
        keep.execute([id])?;
    }
    Ok(())
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
        let who = who(row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?);
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
            "return" => match (who(&text(5)?, &text(6)?), Category::from_word(&text(7)?)) {
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
