//! The journal on disk. Rows are added and their state moves on; none is ever deleted.

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use super::mail::{instance_at, set_standing};
use super::{AccountId, Standing, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, Instance, MessageId, RowId, RunId, Uid, UidValidity, UnixTime};
use crate::logic::journal::{Before, Intent, Kind, Place, Row, State};

/// Which rows to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogFilter {
    /// Only this run.
    pub run: Option<RunId>,
    /// At most so many, the newest.
    pub limit: Option<usize>,
}

/// What to take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoScope {
    /// One run.
    Run(RunId),
    /// One row.
    Row(RowId),
    /// Everything.
    All,
}

const COLUMNS: &str = "j.id, j.run, j.at, a.name, j.state, j.kind, j.category, j.digest, j.size, j.message_id, \
    j.internal_date, j.from_folder, j.from_validity, j.from_uid, j.to_folder, j.undoes, j.sender, j.subject, j.reasons, \
    j.to_validity, j.to_next, j.to_uid, j.trouble";

impl Store {
    /// Begins a run.
    pub fn begin_run(&mut self, at: UnixTime, what: &str, order: Option<i64>) -> Result<RunId, Fault> {
        self.transaction(|db| {
            db.execute("INSERT INTO run (at, what, standing_order) VALUES (?1, ?2, ?3)", params![at.0, what, order])?;
            Ok(RunId(db.last_insert_rowid()))
        })
    }

    /// Writes intents down. When this returns they are on the disk, and only then may anybody act on them.
    pub fn intend(
        &mut self,
        account: AccountId,
        run: RunId,
        at: UnixTime,
        before: Before,
        intents: Vec<Intent>,
    ) -> Result<Vec<Row>, Fault> {
        let name =
            self.read(|db| db.query_row("SELECT name FROM account WHERE id = ?1", [account.0], |row| row.get(0)))?;
        let name: String = name;
        let ids = self.durable_transaction(|db| {
            intents
                .iter()
                .map(|intent| insert(db, account, run, at, before, intent))
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let rows = ids.into_iter().zip(intents).map(|(id, intent)| Row {
            id,
            run,
            at,
            account: name.clone(),
            state: State::Intended,
            intent,
            before,
            to_uid: None,
            trouble: None,
        });
        Ok(rows.collect())
    }

    /// The copies of these rows are proven: from now on a `\Deleted` on their sources is ours.
    pub fn copied(&mut self, copies: &[(RowId, Uid)]) -> Result<(), Fault> {
        self.durable_transaction(|db| {
            let mut statement = db.prepare_cached("UPDATE journal SET to_uid = ?2 WHERE id = ?1")?;
            copies.iter().try_for_each(|(row, uid)| statement.execute(params![row.0, uid.0]).map(drop))
        })
    }

    /// What became of intents.
    pub fn settle(
        &mut self,
        account: AccountId,
        outcomes: &[(&Row, State, Option<Uid>, Option<&str>)],
    ) -> Result<(), Fault> {
        self.transaction(|db| {
            outcomes.iter().try_for_each(|outcome| settle_one(db, account, outcome))?;
            let mut targets: Vec<&str> = outcomes.iter().map(|(row, ..)| row.intent.to.wire()).collect();
            targets.sort_unstable();
            targets.dedup();
            targets.into_iter().try_for_each(|target| read_what_we_moved(db, account, target))
        })
    }

    /// A done row whose message is no longer anywhere.
    pub fn mark_gone(&mut self, row: RowId) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute("UPDATE journal SET state = 'gone' WHERE id = ?1 AND state = 'done'", [row.0])?;
            Ok(())
        })
    }

    /// A done row whose message the user has put back.
    pub fn mark_undone(&mut self, row: RowId) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute("UPDATE journal SET state = 'undone' WHERE id = ?1 AND state = 'done'", [row.0])?;
            Ok(())
        })
    }

    /// Intents of an account whose outcome is not known.
    pub fn open_rows(&self, account: AccountId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE j.account = ?1 AND j.state = 'intended' ORDER BY j.id", [account.0])
    }

    /// Rows of an account that are done and have not been taken back, oldest first.
    pub fn done_rows(&self, account: AccountId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE j.account = ?1 AND j.state = 'done' ORDER BY j.id", [account.0])
    }

    /// Moves into `blackhole` that are in force and not younger than `until`, oldest first. What fell out of it before and
    /// was brought back by an undo is none of them.
    pub fn blackholed_until(
        &self,
        account: AccountId,
        blackhole: &FolderName,
        until: UnixTime,
    ) -> Result<Vec<Row>, Fault> {
        self.rows(
            "WHERE j.account = ?1 AND j.category = 'blackhole' AND j.state = 'done' AND j.at <= ?2 AND j.kind = 'move'
             AND j.to_folder = ?3 AND j.undoes IS NULL
             AND NOT EXISTS (SELECT 1 FROM journal k WHERE k.account = j.account AND k.digest = j.digest
                 AND k.id > j.id AND k.from_folder = j.to_folder
                 AND (k.from_uid = j.to_uid AND k.state IN ('done', 'gone')
                      OR k.size = j.size AND k.kind = 'move' AND k.state = 'undone'))
             ORDER BY j.id",
            params![account.0, until.0, blackhole.wire()],
        )
    }

    /// Everything that was ever done to the messages with this Message-ID.
    pub fn rows_of_message(&self, account: AccountId, message_id: &MessageId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE j.account = ?1 AND j.message_id = ?2 ORDER BY j.id", params![account.0, message_id.as_str()])
    }

    /// Everything that was ever done to this message and to identical copies of it.
    pub fn rows_of_instance(&self, account: AccountId, instance: Instance) -> Result<Vec<Row>, Fault> {
        self.rows(
            "WHERE j.account = ?1 AND j.digest = ?2 AND j.size = ?3 ORDER BY j.id",
            params![account.0, instance.digest.0, instance.size],
        )
    }

    /// The journal, oldest first.
    pub fn log(&self, filter: LogFilter) -> Result<Vec<Row>, Fault> {
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let mut rows = self.rows(
            "WHERE (?1 IS NULL OR j.run = ?1) ORDER BY j.id DESC LIMIT ?2",
            params![filter.run.map(|run| run.0), limit],
        )?;
        rows.reverse();
        Ok(rows)
    }

    /// The done rows that a scope names, with their accounts' names. Rows that take something back are none of them,
    /// except when asked for by number.
    pub fn undoable(&self, scope: UndoScope) -> Result<Vec<(String, RowId)>, Fault> {
        let (condition, value) = match scope {
            UndoScope::All => ("AND (1 OR ?1)", 0),
            UndoScope::Run(run) => ("AND j.run = ?1", run.0),
            UndoScope::Row(row) => ("AND j.id = ?1", row.0),
        };
        self.read(|db| {
            let mut statement = db.prepare(&format!(
                "SELECT a.name, j.id FROM journal j JOIN account a ON a.id = j.account
                 WHERE j.state = 'done' AND j.undoes IS NULL {condition} ORDER BY j.id"
            ))?;
            let rows = statement.query_map([value], |row| Ok((row.get(0)?, RowId(row.get(1)?))))?;
            rows.collect()
        })
    }

    /// The newest run that still has something to take back: a done row, or an order in force. A digest is none: it came by
    /// itself, and nobody means it by "the last thing done".
    pub fn last_undoable_run(&self) -> Result<Option<RunId>, Fault> {
        self.read(|db| {
            db.query_row(
                "SELECT max(id) FROM (
                     SELECT r.id FROM run r JOIN standing_order o ON o.id = r.standing_order WHERE o.lifted_at IS NULL
                     UNION ALL SELECT run FROM standing_order WHERE lifted_at IS NULL AND run IS NOT NULL
                     UNION ALL SELECT run FROM journal WHERE state = 'done' AND undoes IS NULL AND kind <> 'append')",
                [],
                |row| row.get::<_, Option<i64>>(0),
            )
        })
        .map(|run| run.map(RunId))
    }

    /// The orders in force that runs in this scope carried out.
    pub fn orders_of(&self, scope: UndoScope) -> Result<Vec<i64>, Fault> {
        let (condition, value) = match scope {
            UndoScope::All => ("(1 OR ?1)", 0),
            UndoScope::Run(run) => ("r.id = ?1", run.0),
            // One message of several: the order stays; the only one, or the only one of its sender: it was the action.
            UndoScope::Row(row) => (
                "r.id = (SELECT run FROM journal WHERE id = ?1)
                 AND (SELECT count(*) FROM journal j WHERE j.run = r.id AND j.state = 'done' AND j.id <> ?1
                      AND (o.run IS NULL OR o.kind <> 'address' OR j.sender = o.name)) = 0
                 AND (o.run IS NULL OR o.kind <> 'address'
                      OR o.name = (SELECT sender FROM journal WHERE id = ?1))",
                row.0,
            ),
        };
        self.read(|db| {
            let mut statement = db.prepare(&format!(
                "SELECT DISTINCT o.id FROM run r JOIN standing_order o ON o.id = r.standing_order OR o.run = r.id
                 WHERE o.lifted_at IS NULL AND {condition}"
            ))?;
            let rows = statement.query_map([value], |row| row.get(0))?;
            rows.collect()
        })
    }

    /// A row by its number.
    pub fn row(&self, id: RowId) -> Result<Option<Row>, Fault> {
        Ok(self.rows("WHERE j.id = ?1", [id.0])?.pop())
    }

    /// Whether a run is in the journal.
    pub fn has_run(&self, run: RunId) -> Result<bool, Fault> {
        self.read(|db| db.query_row("SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1)", [run.0], |row| row.get(0)))
    }

    pub(super) fn rows(&self, rest: &str, values: impl rusqlite::Params) -> Result<Vec<Row>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM journal j JOIN account a ON a.id = j.account {rest}"
            ))?;
            let rows = statement.query_map(values, row)?;
            rows.collect()
        })
    }
}

fn insert(
    db: &Connection,
    account: AccountId,
    run: RunId,
    at: UnixTime,
    before: Before,
    intent: &Intent,
) -> rusqlite::Result<RowId> {
    db.prepare_cached(
        "INSERT INTO journal (run, at, account, kind, state, category, digest, size, message_id, internal_date,
             from_folder, from_validity, from_uid, to_folder, to_validity, to_next, undoes, sender, subject, reasons)
         VALUES (?1, ?2, ?3, ?4, 'intended', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?
    .execute(params![
        run.0,
        at.0,
        account.0,
        intent.kind.word(),
        intent.category.word(),
        intent.instance.digest.0,
        intent.instance.size,
        intent.message_id.as_ref().map(MessageId::as_str),
        intent.internal_date.0,
        intent.from.folder.wire(),
        intent.from.validity.0,
        intent.from.uid.0,
        intent.to.wire(),
        before.validity.0,
        before.next.0,
        intent.undoes.map(|row| row.0),
        intent.sender,
        intent.subject,
        intent.reasons,
    ])?;
    Ok(RowId(db.last_insert_rowid()))
}

fn settle_one(
    db: &Connection,
    account: AccountId,
    (row, state, to_uid, trouble): &(&Row, State, Option<Uid>, Option<&str>),
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE journal SET state = ?2, to_uid = ?3, trouble = ?4 WHERE id = ?1")?.execute(params![
        row.id.0,
        state.word(),
        to_uid.map(|uid| uid.0),
        trouble
    ])?;
    if *state != State::Done {
        return Ok(());
    }
    if row.intent.kind == Kind::Append {
        return put_there(db, account, row);
    }
    set_standing(db, account, row.intent.instance, Standing::Filed)?;
    if row.intent.kind == Kind::Move {
        moved(db, account, row, *to_uid)?;
    }
    let Some(undoes) = row.intent.undoes else { return Ok(()) };
    db.prepare_cached("UPDATE journal SET state = 'undone' WHERE id = ?1")?.execute([undoes.0])?;
    if let Some(uid) = to_uid {
        // The row that had put it where it now lies again must find it under its new UID.
        db.prepare_cached(
            "UPDATE journal SET to_uid = ?1, to_validity = ?2 WHERE id = (
                 SELECT max(id) FROM journal WHERE account = ?3 AND digest = ?4 AND size = ?5 AND state = 'done'
                     AND undoes IS NULL AND to_folder = ?6 AND id < ?7
                     AND to_uid = (SELECT from_uid FROM journal WHERE id = ?7))",
        )?
        .execute(params![
            uid.0,
            row.before.validity.0,
            account.0,
            row.intent.instance.digest.0,
            row.intent.instance.size,
            row.intent.to.wire(),
            undoes.0
        ])?;
    }
    Ok(())
}

/// Our own message lies there. It counts as seen, learned from and judged before any pass comes by; as what the server shows of it,
/// which may differ from what was sent.
fn put_there(db: &Connection, account: AccountId, row: &Row) -> rusqlite::Result<()> {
    let Instance { digest, size } = row.intent.instance;
    db.prepare_cached("UPDATE journal SET digest = ?2, size = ?3 WHERE id = ?1")?
        .execute(params![row.id.0, digest.0, size])?;
    db.prepare_cached(
        "INSERT INTO instance (account, digest, size, mid_hash, sender, older, standing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET standing = ?7",
    )?
    .execute(params![
        account.0,
        digest.0,
        size,
        row.intent.message_id.as_ref().map(|id| id.hash().0.cast_signed()),
        row.intent.sender,
        row.intent.internal_date.0,
        Standing::Filed.number(),
    ])
    .map(drop)
}

/// The message lies in another mailbox now, so that the next pass does not read it again.
fn moved(db: &Connection, account: AccountId, row: &Row, to_uid: Option<Uid>) -> rusqlite::Result<()> {
    type Moved = (i64, i64, Option<i64>, Option<String>);
    let known: Option<Moved> = db
        .prepare_cached(
            "DELETE FROM message WHERE uid = ?3 AND folder = (SELECT id FROM folder WHERE account = ?1 AND name = ?2)
             RETURNING flags, at, origin, subject",
        )?
        .query_row(params![account.0, row.intent.from.folder.wire(), row.intent.from.uid.0], |found| {
            Ok((found.get(0)?, found.get(1)?, found.get(2)?, found.get(3)?))
        })
        .optional()?;
    let (Some(uid), Some((flags, at, origin, subject))) = (to_uid, known) else { return Ok(()) };
    db.prepare_cached(
        "INSERT INTO message (folder, uid, digest, size, flags, at, origin, subject, since)
         SELECT id, ?3, ?4, ?5, ?6, ?8, ?9, ?10, ?11 FROM folder WHERE account = ?1 AND name = ?2 AND uid_validity = ?7
         ON CONFLICT (folder, uid) DO UPDATE SET digest = ?4, size = ?5, flags = ?6, at = ?8, origin = ?9, subject = ?10",
    )?
    .execute(params![
        account.0,
        row.intent.to.wire(),
        uid.0,
        row.intent.instance.digest.0,
        row.intent.instance.size,
        flags,
        row.before.validity.0,
        at,
        origin,
        subject,
        row.at.0
    ])?;
    Ok(())
}

/// What we moved need not be read again: the mailbox counts as read as far as our own messages reach without a gap.
fn read_what_we_moved(db: &Connection, account: AccountId, folder: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE folder SET uid_next = (
             SELECT CASE WHEN count(*) > 0 AND max(m.uid) - folder.uid_next + 1 = count(*) THEN max(m.uid) + 1
                         ELSE folder.uid_next END
             FROM message m WHERE m.folder = folder.id AND m.uid >= folder.uid_next)
         WHERE account = ?1 AND name = ?2",
    )?
    .execute(params![account.0, folder])
    .map(drop)
}

fn row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let word = |column: usize| row.get::<_, String>(column);
    Ok(Row {
        id: RowId(row.get(0)?),
        run: RunId(row.get(1)?),
        at: UnixTime(row.get(2)?),
        account: row.get(3)?,
        state: State::from_word(&word(4)?).unwrap_or(State::Refused),
        intent: Intent {
            kind: Kind::from_word(&word(5)?).unwrap_or(Kind::Move),
            category: Category::from_word(&word(6)?).unwrap_or(Category::Inbox),
            instance: instance_at(row, 7)?,
            message_id: row.get::<_, Option<String>>(9)?.as_deref().and_then(MessageId::new),
            internal_date: UnixTime(row.get(10)?),
            from: Place {
                folder: FolderName::from_wire(&word(11)?),
                validity: UidValidity(row.get(12)?),
                uid: Uid(row.get(13)?),
            },
            to: FolderName::from_wire(&word(14)?),
            undoes: row.get::<_, Option<i64>>(15)?.map(RowId),
            sender: row.get(16)?,
            subject: row.get(17)?,
            reasons: row.get(18)?,
        },
        before: Before { validity: UidValidity(row.get(19)?), next: Uid(row.get(20)?) },
        to_uid: row.get::<_, Option<u32>>(21)?.map(Uid),
        trouble: row.get(22)?,
    })
}
