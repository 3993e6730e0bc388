//! What a digest tells, out of the journal and the orders.

use rusqlite::{OptionalExtension, params};

use super::{AccountId, Store};
use crate::logic::digest::{FiledMail, Lesson};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, RowId, UnixTime};
use crate::logic::journal::Row;
use crate::logic::orders::Who;

/// From when a digest tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// What came after this row of the journal, and after this order.
    Last(RowId, i64),
    /// What came at this time or later.
    Time(UnixTime),
}

impl Since {
    fn row_and_time(self) -> (i64, i64) {
        match self {
            Since::Last(row, _) => (row.0, i64::MIN),
            Since::Time(time) => (0, time.0),
        }
    }
}

/// What is remembered of the last digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestMark {
    /// When there was one, or a reason for none.
    pub looked_at: UnixTime,
    /// The last order that one told of.
    pub orders: i64,
}

impl Store {
    /// What is remembered of the account's last digest.
    pub fn digest_mark(&self, account: AccountId) -> Result<Option<DigestMark>, Fault> {
        self.read(|db| {
            db.query_row("SELECT looked_at, orders FROM digest WHERE account = ?1", [account.0], |row| {
                Ok(DigestMark { looked_at: UnixTime(row.get(0)?), orders: row.get(1)? })
            })
            .optional()
        })
    }

    /// Remembers that there was a digest at `at`, or a reason for none. With `told`, it told of every order so far.
    pub fn mark_digest(&mut self, account: AccountId, at: UnixTime, told: bool) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute(
                "INSERT INTO digest (account, looked_at, orders)
                 VALUES (?1, ?2, CASE WHEN ?3 THEN (SELECT coalesce(max(id), 0) FROM standing_order) ELSE 0 END)
                 ON CONFLICT DO UPDATE SET looked_at = ?2, orders = CASE WHEN ?3 THEN excluded.orders ELSE orders END",
                params![account.0, at.0, told],
            )
            .map(drop)
        })
    }

    /// The last digest that lies, or lay, in the account's INBOX.
    pub fn last_digest(&self, account: AccountId) -> Result<Option<Row>, Fault> {
        let rows = self.rows(
            "WHERE j.account = ?1 AND j.kind = 'append' AND j.state IN ('done', 'undone', 'gone')
             ORDER BY j.id DESC LIMIT 1",
            [account.0],
        )?;
        Ok(rows.into_iter().next())
    }

    /// Digests that were not put into INBOX, as far as was seen, after `row`.
    pub fn refused_digests(&self, account: AccountId, row: RowId) -> Result<Vec<Row>, Fault> {
        self.rows(
            "WHERE j.account = ?1 AND j.kind = 'append' AND j.state = 'refused' AND j.id > ?2 ORDER BY j.id",
            params![account.0, row.0],
        )
    }

    /// What was filed since, oldest first, and is still filed. What was moved on is shown where it went last.
    pub fn filed_since(&self, account: AccountId, since: Since) -> Result<Vec<FiledMail>, Fault> {
        let (row, time) = since.row_and_time();
        let started = match since {
            Since::Time(time) => time,
            Since::Last(row, _) => self.row(row)?.map_or(UnixTime(0), |row| row.at),
        };
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT j.category, j.sender, j.subject,
                     (SELECT o.name FROM folder f JOIN message m ON m.folder = f.id AND m.uid = j.to_uid
                         JOIN origin o ON o.id = m.origin WHERE f.account = j.account AND f.name = j.to_folder),
                     EXISTS (SELECT 1 FROM ledger l WHERE l.account = j.account AND l.kind = 'address' AND l.name = j.sender
                         AND l.first_seen >= ?4)
                 FROM journal j
                 WHERE j.account = ?1 AND j.id > ?2 AND j.at >= ?3 AND j.state = 'done' AND j.undoes IS NULL
                     AND j.kind IN ('move', 'flag') AND j.category <> 'inbox' AND j.from_folder = 'INBOX'
                 ORDER BY j.id",
            )?;
            let rows = statement.query_map(params![account.0, row, time, started.0], |row| {
                let category = Category::from_word(row.get_ref(0)?.as_str()?).unwrap_or(Category::Inbox);
                let name: Option<String> = row.get(3)?;
                let (sender, subject, new) = (row.get(1)?, row.get(2)?, row.get(4)?);
                Ok(FiledMail { category, sender, name: name.unwrap_or_default(), subject, new })
            })?;
            rows.collect()
        })
    }

    /// Messages that fell out of `blackhole` since.
    pub fn fallen_since(&self, account: AccountId, blackhole: &FolderName, since: Since) -> Result<u64, Fault> {
        let (row, time) = since.row_and_time();
        self.read(|db| {
            db.prepare_cached(
                "SELECT count(*) FROM journal WHERE account = ?1 AND id > ?2 AND at >= ?3 AND state = 'done'
                     AND undoes IS NULL AND kind = 'move' AND category = 'blackhole' AND from_folder = ?4",
            )?
            .query_row(params![account.0, row, time, blackhole.wire()], |row| row.get::<_, i64>(0))
        })
        .map(|count| u64::try_from(count).unwrap_or(0))
    }

    /// Orders that hold on the account, were given since and are in force, oldest first; without those that were imported, hundreds at a time
    /// and after a question of their own.
    pub fn learned_since(&self, account: AccountId, since: Since) -> Result<Vec<Lesson>, Fault> {
        // An order that was read out of a move is as old as the move, which settled later: its number says what was told.
        let (order, time) = match since {
            Since::Last(_, order) => (order, i64::MIN),
            Since::Time(time) => (0, time.0),
        };
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT kind, name, category FROM standing_order
                 WHERE id > ?2 AND given_at >= ?3 AND pending = 0 AND lifted_at IS NULL
                     AND (run IS NULL OR run NOT IN (SELECT id FROM run WHERE what = 'import'))
                     AND (account IS NULL OR account = ?1) ORDER BY id",
            )?;
            let mut rows = statement.query(params![account.0, order, time])?;
            let mut lessons = Vec::new();
            while let Some(row) = rows.next()? {
                let who = Who::from_columns(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
                let category = Category::from_word(row.get_ref(2)?.as_str()?);
                if let (Some(who), Some(category)) = (who, category) {
                    lessons.push(Lesson { who: who.to_string(), category });
                }
            }
            Ok(lessons)
        })
    }
}
