//! Moves that were given up, and whose copy came all the same.

use std::collections::HashSet;

use rusqlite::params;

use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{RowId, Uid, UnixTime};
use crate::logic::journal::{Row, State};

/// Seconds by which clocks are put right between two runs.
const CLOCKS: i64 = 600;

impl Store {
    /// Moves that were refused with these words, not before `since`, and a message like theirs that came into the target since, which no row
    /// of the journal claims. Each message explains one row. The original is where it was, or was moved by a later row: what left
    /// by itself is not half made.
    pub fn refused_and_copied(
        &self,
        account: AccountId,
        words: &str,
        since: UnixTime,
    ) -> Result<Vec<(Row, Uid)>, Fault> {
        let rows = self.rows(
            "WHERE j.account = ?1 AND j.state = 'refused' AND j.kind = 'move' AND j.trouble = ?2 AND j.at >= ?3
             AND (EXISTS (SELECT 1 FROM folder f JOIN message m ON m.folder = f.id AND m.uid = j.from_uid
                     WHERE f.account = ?1 AND f.name = j.from_folder AND f.uid_validity = j.from_validity)
                 OR EXISTS (SELECT 1 FROM journal k WHERE k.account = ?1 AND k.digest = j.digest AND k.size = j.size
                     AND k.id > j.id AND k.state IN ('done', 'undone') AND k.from_folder = j.from_folder
                     AND k.from_validity = j.from_validity AND k.from_uid = j.from_uid))
             ORDER BY j.id",
            params![account.0, words, since.0],
        )?;
        let mut claimed: HashSet<(String, Uid)> = HashSet::new();
        let mut found = Vec::new();
        for row in rows {
            let copies = self.unclaimed_copies(account, &row)?;
            let target = row.intent.to.wire().to_owned();
            if let Some(uid) = copies.into_iter().find(|uid| claimed.insert((target.clone(), *uid))) {
                found.push((row, uid));
            }
        }
        Ok(found)
    }

    fn unclaimed_copies(&self, account: AccountId, row: &Row) -> Result<Vec<Uid>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT m.uid FROM folder f JOIN message m ON m.folder = f.id
                 WHERE f.account = ?1 AND f.name = ?2 AND m.digest = ?5 AND m.size = ?6
                 AND (f.uid_validity = ?3 AND m.uid >= ?4
                     -- The mailbox is another one now: numbers tell nothing.
                     OR f.uid_validity <> ?3 AND m.since >= ?7)
                 AND NOT EXISTS (SELECT 1 FROM journal k WHERE k.account = ?1 AND k.digest = ?5 AND k.to_folder = ?2
                     AND k.to_validity = f.uid_validity AND k.to_uid = m.uid)
                 ORDER BY m.uid",
            )?;
            let intent = &row.intent;
            let uids = statement.query_map(
                params![
                    account.0,
                    intent.to.wire(),
                    row.before.validity.0,
                    row.before.next.0,
                    intent.instance.digest.0,
                    intent.instance.size,
                    row.at.0 - CLOCKS
                ],
                |row| row.get(0).map(Uid),
            )?;
            uids.collect()
        })
    }

    /// Refused moves are to be made after all: from now on they are intended, as if the run had just ended.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn reopen(&mut self, rows: &[RowId]) -> Result<(), Fault> {
        let (refused, intended) = (State::Refused.word(), State::Intended.word());
        self.durable_transaction(|db| {
            let mut statement = db.prepare_cached(
                "UPDATE journal SET state = ?3, to_uid = NULL, trouble = NULL WHERE id = ?1 AND state = ?2",
            )?;
            rows.iter().try_for_each(|row| statement.execute(params![row.0, refused, intended]).map(drop))
        })
    }
}
