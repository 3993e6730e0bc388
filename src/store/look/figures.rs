//! Mail per day, what was moved and taken back, and how the last backtest went.

use rusqlite::{OptionalExtension, params};

use super::super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;

/// The last backtest of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialRow {
    /// When it was made.
    pub at: UnixTime,
    /// Received mail that the user answered.
    pub answered: u32,
    /// Of it, mail that would have been filed away.
    pub filed_away: u32,
}

impl Store {
    /// Messages in a mailbox by the day (UTC, counted from 1970-01-01) of their arrival, from `since` on.
    pub fn mail_per_day(&self, folder: i64, since: UnixTime) -> Result<Vec<(i64, u32)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT at / 86400, count(*) FROM message INDEXED BY message_by_arrival
                 WHERE folder = ?1 AND at >= ?2 AND flags & 8 = 0 GROUP BY 1",
            )?;
            let rows = statement.query_map(params![folder, since.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
    }

    /// Messages that mailherd ever moved, and of them those that were put back.
    pub fn moved_and_undone(&self, account: AccountId) -> Result<(u64, u64), Fault> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT count(*), coalesce(sum(state = 'undone'), 0) FROM journal
                 WHERE account = ?1 AND kind = 'move' AND undoes IS NULL AND state IN ('done', 'undone', 'gone')",
            )?
            .query_row([account.0], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
            })
        })
    }

    /// Remembers how a backtest of the account's own history went, instead of the one before.
    pub fn note_trial(&mut self, account: AccountId, trial: TrialRow) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute(
                "INSERT INTO trial (account, at, answered, filed_away) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (account) DO UPDATE SET at = ?2, answered = ?3, filed_away = ?4",
                params![account.0, trial.at.0, trial.answered, trial.filed_away],
            )?;
            Ok(())
        })
    }

    /// How the last backtest of the account went.
    pub fn last_trial(&self, account: AccountId) -> Result<Option<TrialRow>, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT at, answered, filed_away FROM trial WHERE account = ?1")?
                .query_row([account.0], |row| {
                    Ok(TrialRow { at: UnixTime(row.get(0)?), answered: row.get(1)?, filed_away: row.get(2)? })
                })
                .optional()
        })
    }
}
