//! The journal on disk. Rows are added and their state moves on; none is ever deleted.

use rusqlite::{Connection, Row as SqlRow, params};

use super::instances::instance_at;
use super::{AccountId, Store};
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

    /// Intents of an account whose outcome is not known.
    pub fn open_rows(&self, account: AccountId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE j.account = ?1 AND j.state = 'intended' ORDER BY j.id", [account.0])
    }

    /// Moves that were refused with one of these words, not before `since`, of messages that are missing now where they were, and that
    /// nothing was done about since.
    pub fn refused_and_missing(
        &self,
        account: AccountId,
        words: [&str; 2],
        since: UnixTime,
    ) -> Result<Vec<Row>, Fault> {
        self.rows(
            "WHERE j.account = ?1 AND j.state = 'refused' AND j.kind = 'move' AND j.trouble IN (?2, ?4) AND j.at >= ?3
             AND EXISTS (SELECT 1 FROM departure d JOIN folder f ON f.id = d.folder
                 WHERE d.account = ?1 AND d.digest = j.digest AND d.size = j.size AND d.renumbered = 0
                     AND f.name = j.from_folder AND f.uid_validity = j.from_validity)
             AND j.digest IN (SELECT digest FROM departure WHERE account = ?1)
             AND NOT EXISTS (SELECT 1 FROM folder f JOIN message m ON m.folder = f.id AND m.uid = j.from_uid
                 WHERE f.account = ?1 AND f.name = j.from_folder AND f.uid_validity = j.from_validity)
             AND NOT EXISTS (SELECT 1 FROM journal k WHERE k.account = ?1 AND k.digest = j.digest AND k.size = j.size
                 AND k.id > j.id AND k.state IN ('intended', 'done', 'undone'))
             ORDER BY j.id",
            params![account.0, words[0], since.0, words[1]],
        )
    }

    /// Rows of an account that are done and have not been taken back, oldest first.
    pub fn done_rows(&self, account: AccountId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE j.account = ?1 AND j.state = 'done' ORDER BY j.id", [account.0])
    }

    /// Where rows that are done, or still open, say that their messages came to lie in this generation of a mailbox.
    pub fn claimed_in(
        &self,
        account: AccountId,
        folder: &FolderName,
        validity: UidValidity,
    ) -> Result<Vec<(RowId, Uid)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare(
                "SELECT id, to_uid FROM journal WHERE account = ?1 AND to_folder = ?2 AND to_validity = ?3
                 AND state IN ('done', 'intended') AND to_uid IS NOT NULL",
            )?;
            let rows = statement.query_map(params![account.0, folder.wire(), validity.0], |row| {
                Ok((RowId(row.get(0)?), Uid(row.get(1)?)))
            })?;
            rows.collect()
        })
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
