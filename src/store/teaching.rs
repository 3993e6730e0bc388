//! Orders that the user gives by moving mail, and orders that are lifted by it or by an answer.

use rusqlite::{Connection, OptionalExtension, params};

use super::learning::LearnTransaction;
use super::orders::give;
use super::waiting::{Waiting, WaitingFor};
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, FolderName, ListId, UnixTime};
use crate::logic::moves::{Lesson, Settled};
use crate::logic::orders::{Origin, Who};

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
                if overruled(db, account, &lesson.who, lesson.at)? {
                    tracing::debug!("the user has given an order since");
                } else if lesson.asks {
                    taught.push(Taught::Asks(ask(db, account, "order", std::slice::from_ref(lesson), at)?));
                } else {
                    learn(db, account, lesson, &mut taught)?;
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

fn learn(db: &Connection, account: AccountId, lesson: &Lesson, taught: &mut Vec<Taught>) -> rusqlite::Result<()> {
    // As of the move, not of its settling: what the user says in between is newer.
    let Lesson { who, category, moves, senders, at, .. } = lesson;
    if *category != Category::Blackhole {
        let mut names: Vec<Who> = senders.iter().cloned().map(Who::Address).collect();
        names.push(who.clone());
        for lifted in pardon(db, account, &names, *at)? {
            offer_back(db, account, &lifted, *category, *at)?;
            taught.push(Taught::Pardoned(lifted.who));
        }
    }
    if in_force(db, account, who)? == Some(*category) {
        return Ok(());
    }
    give(db, order_account(account, *category), who, *category, *at, Origin::Moved)?;
    taught.push(Taught::Ordered(who.clone(), *category, moves.len()));
    Ok(())
}

/// A blackhole order holds on all accounts, every other order on its own.
pub(super) fn order_account(account: AccountId, category: Category) -> Option<AccountId> {
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
            "INSERT INTO standing_order (account, kind, name, category, given_at, pending, waiting, origin)
             VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)",
            params![holds_on, kind, name, category.word(), at.0, id, Origin::Moved.word()],
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
pub(super) struct Lifted {
    pub(super) who: Who,
    /// It held on all accounts.
    pub(super) everywhere: bool,
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
pub(super) fn pardon(
    db: &Connection,
    account: AccountId,
    names: &[Who],
    at: UnixTime,
) -> rusqlite::Result<Vec<Lifted>> {
    let mut statement = db.prepare_cached(
        "SELECT id, kind, name, account IS NULL FROM standing_order
         WHERE category = 'blackhole' AND lifted_at IS NULL AND pending = 0 AND given_at <= ?2
             AND (account IS NULL OR account = ?1) ORDER BY id",
    )?;
    let mut rows = statement.query(params![account.0, at.0])?;
    let mut lifted: Vec<Lifted> = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(order) = Who::from_columns(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?) else { continue };
        let meant = names.iter().any(|name| match name {
            Who::Address(sender) => order.means(Some(sender), None),
            Who::List(list) => order.means(None, Some(list)),
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

/// Whether an order about exactly this one was given after `since`.
pub(super) fn overruled(db: &Connection, account: AccountId, who: &Who, since: UnixTime) -> rusqlite::Result<bool> {
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
