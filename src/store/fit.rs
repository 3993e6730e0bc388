//! The fit on disk: what the account's own habits add to the weights.

use rusqlite::{OptionalExtension, params};

use super::learning::LearnTransaction;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::fit::{Kept, KeptShift, KeptWaiting};
use crate::logic::ids::{MidHash, UnixTime};

impl Store {
    /// What was learned on an account; nothing yet is the default.
    pub fn fit(&self, account: AccountId) -> Result<Kept, Fault> {
        self.read(|db| {
            let row = db.query_row(
                "SELECT answers, passed_by, looked_at, level, level_room FROM fit WHERE account = ?1",
                [account.0],
                |row| {
                    let level = (row.get(3)?, row.get(4)?);
                    Ok(Kept {
                        answers: row.get(0)?,
                        left: row.get(1)?,
                        looked_at: row.get(2)?,
                        level,
                        ..Kept::default()
                    })
                },
            );
            let Some(mut kept) = row.optional()? else { return Ok(Kept::default()) };
            let mut statement = db.prepare("SELECT signal, shift, room, usual FROM fit_shift WHERE account = ?1")?;
            let shifts = statement.query_map([account.0], |row| {
                Ok(KeptShift { signal: row.get(0)?, by: row.get(1)?, room: row.get(2)?, usual: row.get(3)? })
            })?;
            kept.shifts = shifts.collect::<Result<_, _>>()?;
            let mut statement = db.prepare(
                "SELECT hash, at, read, odds, strengths FROM fit_waiting WHERE account = ?1 ORDER BY at, hash",
            )?;
            let waiting = statement.query_map([account.0], |row| {
                Ok(KeptWaiting {
                    id: MidHash(row.get::<_, i64>(0)?.cast_unsigned()),
                    at: UnixTime(row.get(1)?),
                    read: row.get(2)?,
                    odds: row.get(3)?,
                    strengths: row.get(4)?,
                })
            })?;
            kept.waiting = waiting.collect::<Result<_, _>>()?;
            Ok(kept)
        })
    }

    /// Forgets it.
    pub fn forget_fit(&mut self, account: AccountId) -> Result<(), Fault> {
        self.learn(|db| db.no_fit(account))
    }
}

impl LearnTransaction<'_> {
    /// Writes a fit down, in the place of what was there. It is small: a row a signal, and one for each mail of a week or so.
    pub fn fit(&self, account: AccountId, kept: &Kept) -> rusqlite::Result<()> {
        self.no_fit(account)?;
        self.db
            .prepare_cached(
                "INSERT INTO fit (account, answers, passed_by, looked_at, level, level_room) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![account.0, kept.answers, kept.left, kept.looked_at, kept.level.0, kept.level.1])?;
        let mut shift = self.db.prepare_cached(
            "INSERT INTO fit_shift (account, signal, shift, room, usual) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for one in &kept.shifts {
            shift.execute(params![account.0, one.signal, one.by, one.room, one.usual])?;
        }
        let mut waiting = self.db.prepare_cached(
            "INSERT INTO fit_waiting (account, hash, at, read, odds, strengths) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for one in &kept.waiting {
            let hash = one.id.0.cast_signed();
            waiting.execute(params![account.0, hash, one.at.0, one.read, one.odds, one.strengths])?;
        }
        Ok(())
    }

    fn no_fit(&self, account: AccountId) -> rusqlite::Result<()> {
        ["fit", "fit_shift", "fit_waiting"].into_iter().try_for_each(|table| {
            self.db.execute(&format!("DELETE FROM {table} WHERE account = ?1"), [account.0]).map(drop)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::fit::Fit;
    use crate::logic::signals::Weights;

    fn kept(signal: &str) -> Kept {
        Kept {
            answers: 51,
            left: 400,
            looked_at: 460,
            level: (-1.75, 0.01),
            shifts: vec![KeptShift { signal: signal.into(), by: -0.125, room: 0.0025, usual: 0.5 }],
            waiting: vec![KeptWaiting {
                id: MidHash(u64::MAX - 1),
                at: UnixTime(1_700_000_000),
                read: true,
                odds: -0.3,
                strengths: "base=1 re=1".into(),
            }],
        }
    }

    #[test]
    fn a_fit_survives_a_restart_and_is_forgotten_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let (home, work) = (store.account("home").unwrap(), store.account("work").unwrap());
        assert_eq!(store.fit(home).unwrap(), Kept::default());
        for (account, signal) in [(home, "question"), (work, "topic"), (home, "re")] {
            store.learn(|db| db.fit(account, &kept(signal))).unwrap();
        }
        drop(store);
        let mut store = Store::open(dir.path()).unwrap();
        assert_eq!(store.fit(home).unwrap(), kept("re"), "in the place of what was there");
        let fit = Fit::restored(&store.fit(home).unwrap(), Weights::built_in());
        assert!(fit.is_in_force());
        assert_eq!(fit.shifts(), [("re", -0.125)]);
        store.forget_fit(home).unwrap();
        assert_eq!(store.fit(home).unwrap(), Kept::default());
        assert_eq!(store.fit(work).unwrap(), kept("topic"));
    }
}
