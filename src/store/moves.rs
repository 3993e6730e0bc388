//! What went out of mailboxes and what came into them, by other hands than ours.

use rusqlite::{Connection, OptionalExtension, params};

use super::instances::instance_at;
use super::learning::LearnTransaction;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, Instance, Uid, UnixTime};
use crate::logic::moves::{Arrival, Change, Departure, Reading, Resting, TurnedUp};

/// What [`read`](crate::logic::moves::read) makes moves of.
pub struct Observed {
    /// What went.
    pub departures: Vec<Departure>,
    /// What came.
    pub arrivals: Vec<Arrival>,
    /// What the user is known to have moved.
    pub resting: Vec<Resting>,
}

impl LearnTransaction<'_> {
    /// These messages are missing, and not by us. Noted only of mailboxes between which mail is moved to and fro.
    pub fn departed(&self, account: AccountId, folder: i64, uids: &[Uid], at: UnixTime) -> rusqlite::Result<()> {
        let mut departed = self.db.prepare_cached(
            "INSERT INTO departure (account, folder, digest, size, since, at, renumbered, unread)
             SELECT ?1, m.folder, m.digest, m.size, m.since, ?4, 0, m.flags & 9 = 0 FROM message m JOIN folder f ON f.id = m.folder
             WHERE m.folder = ?2 AND m.uid = ?3 AND (f.managed_at IS NOT NULL OR f.name = 'INBOX')",
        )?;
        // What it came from was never found, and now it is somewhere else.
        let mut void = self.db.prepare_cached("DELETE FROM arrival WHERE folder = ?1 AND uid = ?2")?;
        uids.iter().try_for_each(|uid| {
            departed.execute(params![account.0, folder, uid.0, at.0])?;
            void.execute(params![folder, uid.0]).map(drop)
        })
    }

    /// A message lies where it was not known to lie.
    pub fn turned_up(
        &self,
        account: AccountId,
        (folder, uid): (i64, Uid),
        (instance, former): (Instance, Option<Instance>),
        how: TurnedUp,
        at: UnixTime,
    ) -> rusqlite::Result<()> {
        let away = match how {
            TurnedUp::Delivered => return program_moved(self.db, account, at),
            TurnedUp::Away => true,
            TurnedUp::Known => false,
        };
        self.db
            .prepare_cached(
                "INSERT INTO arrival (account, folder, uid, digest, size, away, at, former_digest, former_size)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                account.0,
                folder,
                uid.0,
                instance.digest.0,
                instance.size,
                away,
                at.0,
                former.map(|former| former.digest.0),
                former.map(|former| former.size)
            ])
            .map(drop)
    }
}

impl Store {
    /// When INBOX and the managed mailboxes were last looked at; `None`: never.
    pub fn looked_at(&self, account: AccountId) -> Result<Option<UnixTime>, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT looked_at FROM account WHERE id = ?1")?
                .query_row([account.0], |row| row.get::<_, Option<i64>>(0))
        })
        .map(|at| at.map(UnixTime))
    }

    /// They are being watched, or were just looked at.
    pub fn looked(&mut self, account: AccountId, at: UnixTime) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute("UPDATE account SET looked_at = ?2 WHERE id = ?1", params![account.0, at.0]).map(drop)
        })
    }

    /// How many moves were made by programs, and when the last one was.
    pub fn program_moves(&self, account: AccountId) -> Result<(u32, Option<UnixTime>), Fault> {
        self.read(|db| {
            db.query_row("SELECT program_moves, program_moved_at FROM account WHERE id = ?1", [account.0], |row| {
                Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(UnixTime)))
            })
        })
    }

    /// What went, what came, and what the user is known to have moved. `None` when nothing went and nothing came.
    pub fn observed(&self, account: AccountId) -> Result<Option<Observed>, Fault> {
        self.read(|db| {
            let (departures, arrivals) = (departures(db, account)?, arrivals(db, account)?);
            if departures.is_empty() && arrivals.is_empty() {
                return Ok(None);
            }
            Ok(Some(Observed { departures, arrivals, resting: resting(db, account)? }))
        })
    }

    /// Writes down what came of [`Store::observed`].
    pub fn note_moves(&mut self, account: AccountId, reading: &Reading, at: UnixTime) -> Result<(), Fault> {
        self.transaction(|db| {
            reading.changes.iter().try_for_each(|change| note(db, account, change, at))?;
            let mut statement = db.prepare_cached("DELETE FROM departure WHERE id = ?1")?;
            reading.departures.iter().try_for_each(|id| statement.execute([id]).map(drop))?;
            let mut statement = db.prepare_cached("DELETE FROM arrival WHERE id = ?1")?;
            reading.arrivals.iter().try_for_each(|id| statement.execute([id]).map(drop))
        })
    }
}

/// What lay in a mailbox that gets new numbers is missed until it is seen again. Only where mail is moved to and fro.
pub(super) fn renumbered(db: &Connection, account: AccountId, name: &FolderName) -> rusqlite::Result<()> {
    let known: Option<i64> = db
        .prepare_cached(
            "SELECT id FROM folder WHERE account = ?1 AND name = ?2 AND (managed_at IS NOT NULL OR name = 'INBOX')",
        )?
        .query_row(params![account.0, name.wire()], |row| row.get(0))
        .optional()?;
    let Some(folder) = known else { return Ok(()) };
    db.execute("DELETE FROM arrival WHERE folder = ?1", [folder])?;
    db.execute(
        "INSERT INTO departure (account, folder, digest, size, since, at, renumbered)
         SELECT ?1, folder, digest, size, since, 0, 1 FROM message WHERE folder = ?2",
        params![account.0, folder],
    )
    .map(drop)
}

fn departures(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<Departure>> {
    let mut statement = db.prepare_cached(
        "SELECT d.id, f.name, d.digest, d.size, d.since, d.at, d.renumbered FROM departure d
         JOIN folder f ON f.id = d.folder WHERE d.account = ?1 ORDER BY d.id",
    )?;
    let rows = statement.query_map([account.0], |row| {
        Ok(Departure {
            id: row.get(0)?,
            folder: FolderName::from_wire(&row.get::<_, String>(1)?),
            instance: instance_at(row, 2)?,
            since: UnixTime(row.get(4)?),
            at: UnixTime(row.get(5)?),
            renumbered: row.get(6)?,
        })
    })?;
    rows.collect()
}

/// An arrival is ours when the journal has it under that number, or when a move of the message to there is not settled.
fn arrivals(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<Arrival>> {
    let mut statement = db.prepare_cached(
        "SELECT a.id, f.name, a.digest, a.size, a.uid, a.away, a.at,
             EXISTS (SELECT 1 FROM journal j WHERE j.account = a.account
                 AND j.digest IN (a.digest, a.former_digest) AND j.size IN (a.size, a.former_size)
                 AND j.to_folder = f.name
                 AND (j.state = 'intended' OR j.to_uid = a.uid AND j.to_validity = f.uid_validity)),
             a.former_digest, a.former_size
         FROM arrival a JOIN folder f ON f.id = a.folder WHERE a.account = ?1 ORDER BY a.id",
    )?;
    let rows = statement.query_map([account.0], |row| {
        Ok(Arrival {
            id: row.get(0)?,
            folder: FolderName::from_wire(&row.get::<_, String>(1)?),
            instance: instance_at(row, 2)?,
            former: former_at(row, 8)?,
            uid: Uid(row.get(4)?),
            away: row.get(5)?,
            at: UnixTime(row.get(6)?),
            ours: row.get(7)?,
        })
    })?;
    rows.collect()
}

fn former_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<Instance>> {
    Ok(match row.get::<_, Option<[u8; 16]>>(column)? {
        Some(_) => Some(instance_at(row, column)?),
        None => None,
    })
}

fn resting(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<Resting>> {
    let mut statement = db.prepare_cached(
        "SELECT u.id, u.digest, u.size, o.name, f.name, u.settled FROM user_move u
         JOIN folder f ON f.id = u.folder LEFT JOIN folder o ON o.id = u.origin WHERE u.account = ?1 ORDER BY u.id",
    )?;
    let rows = statement.query_map([account.0], |row| {
        Ok(Resting {
            id: row.get(0)?,
            instance: instance_at(row, 1)?,
            origin: row.get::<_, Option<String>>(3)?.map(|name| FolderName::from_wire(&name)),
            folder: FolderName::from_wire(&row.get::<_, String>(4)?),
            settled: row.get(5)?,
        })
    })?;
    rows.collect()
}

fn note(db: &Connection, account: AccountId, change: &Change, at: UnixTime) -> rusqlite::Result<()> {
    match change {
        Change::Forget(id) => db.prepare_cached("DELETE FROM user_move WHERE id = ?1")?.execute([id]).map(drop),
        Change::Renumbered(id, uid, instance) => db
            .prepare_cached("UPDATE user_move SET uid = ?2, digest = ?3, size = ?4 WHERE id = ?1")?
            .execute(params![id, uid.0, instance.digest.0, instance.size])
            .map(drop),
        Change::Program => program_moved(db, account, at),
        Change::Moved { instance, origin, folder, uid } => db
            .prepare_cached(
                "INSERT INTO user_move (account, digest, size, origin, folder, uid, at, settled)
                 SELECT ?1, ?2, ?3, (SELECT id FROM folder WHERE account = ?1 AND name = ?4), id, ?6, ?7, 0
                 FROM folder WHERE account = ?1 AND name = ?5",
            )?
            .execute(params![
                account.0,
                instance.digest.0,
                instance.size,
                origin.as_ref().map(FolderName::wire),
                folder.wire(),
                uid.0,
                at.0
            ])
            .map(drop),
    }
}

fn program_moved(db: &Connection, account: AccountId, at: UnixTime) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE account SET program_moves = program_moves + 1, program_moved_at = ?2 WHERE id = ?1")?
        .execute(params![account.0, at.0])
        .map(drop)
}
