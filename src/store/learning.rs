//! What is written while mailboxes are read: messages, their flags, and that they are gone.

use std::cell::RefCell;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::instances::{Standing, set_standing};
use super::shown::{Origin, Origins, Shown, insert_origin};
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, Instance, MidHash, ObjectId, Uid, UnixTime};
use crate::logic::ledger::Habits;

/// A message that was seen in a mailbox.
pub struct Seen<'a> {
    /// Which.
    pub instance: Instance,
    /// The server's own name for it, where it has one.
    pub object: Option<ObjectId>,
    /// Where in the mailbox.
    pub uid: Uid,
    /// Its flags.
    pub flags: Flags,
    /// Of its Message-ID.
    pub mid_hash: Option<MidHash>,
    /// The address in From.
    pub sender: Option<&'a str>,
    /// Its List-Id.
    pub list: Option<&'a str>,
    /// The kinds of mail that it is of.
    pub habits: Habits,
    /// The older one of INTERNALDATE and Date.
    pub older: UnixTime,
    /// When it is seen.
    pub at: UnixTime,
    /// What it gets when it was never seen before.
    pub standing: Standing,
    /// What lists show of it.
    pub shown: Shown<'a>,
}

/// What was known of a message before it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Its instance was never seen before.
    pub new: bool,
    /// The instance that it was until now: the server shows other header fields of it than before.
    pub former: Option<Instance>,
    /// It was known to lie in this place.
    pub there: bool,
    /// Its standing as it now is.
    pub standing: Standing,
}

/// Whom to credit with the answer to a message: the address in From, its List-Id, and the kinds of mail that it was of.
pub type SenderOf = (Option<String>, Option<String>, Habits);

/// What was known of a message before its flags changed.
pub struct Known {
    /// The address in From.
    pub sender: Option<String>,
    /// Its List-Id.
    pub list: Option<String>,
    /// The flags that it had.
    pub flags: Flags,
    /// Of its Message-ID.
    pub mid_hash: Option<MidHash>,
}

impl Store {
    /// Everything that `work` writes, in one transaction with how far the mailbox has been read.
    pub fn learn<T>(&mut self, work: impl FnOnce(&LearnTransaction<'_>) -> rusqlite::Result<T>) -> Result<T, Fault> {
        // Fails inside an open transaction: what that one holds must not be committed half-way.
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(|error| self.take_back(&error))?;
        let learned = self.learn_more(work)?;
        self.finish_learning()?;
        Ok(learned)
    }

    /// As [`Store::learn`], but the transaction stays open until [`Store::finish_learning`], so that many batches share one.
    /// When `work` fails, all of it is rolled back.
    pub fn learn_more<T>(
        &mut self,
        work: impl FnOnce(&LearnTransaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        let run = || {
            if self.db.is_autocommit() {
                self.db.execute_batch("BEGIN IMMEDIATE")?;
            }
            work(&LearnTransaction::new(&self.db, &self.origins)?)
        };
        run().map_err(|error| self.take_back(&error))
    }

    /// Commits what [`Store::learn_more`] wrote.
    pub fn finish_learning(&mut self) -> Result<(), Fault> {
        if self.db.is_autocommit() {
            return Ok(());
        }
        self.db.execute_batch("COMMIT").map_err(|error| self.take_back(&error))
    }

    /// Rolls back.
    fn take_back(&self, error: &rusqlite::Error) -> Fault {
        // Rows that are rolled back are written again.
        self.origins.borrow_mut().forget();
        if !self.db.is_autocommit() && self.db.execute_batch("ROLLBACK").is_err() {
            tracing::debug!("the transaction was already rolled back");
        }
        self.fault(error)
    }
}

/// What can be written while a mailbox is read.
pub struct LearnTransaction<'a> {
    pub(super) db: &'a Connection,
    // Prepared once, not for each of a hundred thousand messages.
    insert_message: RefCell<CachedStatement<'a>>,
    insert_instance: RefCell<CachedStatement<'a>>,
    insert_origin: RefCell<CachedStatement<'a>>,
    origins: &'a RefCell<Origins>,
}

impl<'a> LearnTransaction<'a> {
    fn new(db: &'a Connection, origins: &'a RefCell<Origins>) -> rusqlite::Result<LearnTransaction<'a>> {
        let insert_message = db.prepare_cached(
            "INSERT INTO message (folder, uid, digest, size, flags, at, origin, subject, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (folder, uid)
             DO UPDATE SET digest = ?3, size = ?4, flags = ?5, at = ?6, origin = ?7, subject = ?8",
        )?;
        let insert_instance = db.prepare_cached(
            "INSERT INTO instance (account, digest, size, mid_hash, origin, older, standing, habits)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        )?;
        Ok(LearnTransaction {
            db,
            insert_message: insert_message.into(),
            insert_instance: insert_instance.into(),
            insert_origin: insert_origin(db)?.into(),
            origins,
        })
    }

    /// Remembers a message.
    pub fn saw(&self, account: AccountId, folder: i64, seen: &Seen<'_>) -> rusqlite::Result<Sighting> {
        let Instance { digest, size } = seen.instance;
        let shown = seen.shown.origin.map(|origin| self.origin(&origin)).transpose()?;
        let unnamed = || Origin { name: "", address: seen.sender.unwrap_or_default(), list: seen.list };
        let origin = shown.map_or_else(|| self.origin(&unnamed()), Ok)?;
        let new = self.insert_instance.borrow_mut().execute(params![
            account.0,
            digest.0,
            size,
            seen.mid_hash.map(|hash| hash.0.cast_signed()),
            origin,
            seen.older.0,
            seen.standing.number(),
            seen.habits.bits()
        ])? == 1;
        let former = self.former(account, seen)?;
        let new = match former {
            Some(former) => self.succeed(account, former, seen.instance)?,
            None => new,
        };
        let there = !new && self.knows(folder, seen.uid, seen.instance)?;
        self.insert_message.borrow_mut().execute(params![
            folder,
            seen.uid.0,
            digest.0,
            size,
            seen.flags.bits(),
            seen.shown.at.0,
            shown,
            seen.shown.subject(),
            seen.at.0
        ])?;
        if new {
            return Ok(Sighting { new, former, there, standing: seen.standing });
        }
        let known: i64 = self
            .db
            .prepare_cached("SELECT standing FROM instance WHERE account = ?1 AND digest = ?2 AND size = ?3")?
            .query_row(params![account.0, digest.0, size], |row| row.get(0))?;
        let mut standing = Standing::from_number(known);
        if standing == Standing::NotJudged && seen.standing == Standing::Elsewhere {
            set_standing(self.db, account, seen.instance, Standing::Elsewhere)?;
            standing = Standing::Elsewhere;
        }
        Ok(Sighting { new, former, there, standing })
    }

    /// The row of an origin; written when it is new.
    pub(super) fn origin(&self, origin: &Origin<'_>) -> rusqlite::Result<i64> {
        let id = origin.id();
        if self.origins.borrow_mut().is_new(id) {
            self.insert_origin.borrow_mut().execute(params![id, origin.cut_name(), origin.address, origin.list])?;
        }
        Ok(id)
    }

    /// Whether this message is known to lie there.
    fn knows(&self, folder: i64, uid: Uid, instance: Instance) -> rusqlite::Result<bool> {
        self.db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM message WHERE folder = ?1 AND uid = ?2 AND digest = ?3 AND size = ?4)",
            )?
            .query_row(params![folder, uid.0, instance.digest.0, instance.size], |row| row.get(0))
    }

    /// New flags of a known message: its sender, its list and the flags it had. `None` when it is not known.
    pub fn flags(&self, account: AccountId, folder: i64, uid: Uid, flags: Flags) -> rusqlite::Result<Option<Known>> {
        let before = self
            .db
            .prepare_cached(
                "SELECT o.address, o.list, m.flags, i.mid_hash FROM message m
                 JOIN instance i ON i.account = ?1 AND i.digest = m.digest AND i.size = m.size
                 JOIN origin o ON o.id = i.origin
                 WHERE m.folder = ?2 AND m.uid = ?3",
            )?
            .query_row(params![account.0, folder, uid.0], |row| {
                Ok(Known {
                    sender: row.get(0)?,
                    list: row.get(1)?,
                    flags: Flags::from_bits(row.get(2)?),
                    mid_hash: row.get::<_, Option<i64>>(3)?.map(|hash| MidHash(hash.cast_unsigned())),
                })
            })
            .optional()?;
        if before.as_ref().is_some_and(|known| known.flags != flags) {
            self.db
                .prepare_cached("UPDATE message SET flags = ?3 WHERE folder = ?1 AND uid = ?2")?
                .execute(params![folder, uid.0, flags.bits()])?;
        }
        Ok(before)
    }

    /// Forgets messages that are no longer in the mailbox.
    pub fn vanished(&self, folder: i64, uids: &[Uid]) -> rusqlite::Result<()> {
        let mut statement = self.db.prepare_cached("DELETE FROM message WHERE folder = ?1 AND uid = ?2")?;
        uids.iter().try_for_each(|uid| statement.execute(params![folder, uid.0]).map(drop))
    }

    /// The sender and the list of the message with this Message-ID; of several that share it, of each. At most twenty.
    pub fn senders_of(&self, account: AccountId, id: MidHash) -> rusqlite::Result<Vec<SenderOf>> {
        // INDEXED BY: without statistics SQLite takes the primary key, and walks all instances of the account.
        self.db
            .prepare_cached(
                "SELECT o.address, o.list, i.habits FROM instance i INDEXED BY instance_by_message_id
                 CROSS JOIN origin o ON o.id = i.origin WHERE i.account = ?1 AND i.mid_hash = ?2 LIMIT 20",
            )?
            .query_map(params![account.0, id.0.cast_signed()], |row| {
                Ok((row.get(0)?, row.get(1)?, Habits::from_bits(row.get(2)?)))
            })?
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::ids::{Digest, FolderName, UidValidity};
    use crate::store::MailSpot;

    #[test]
    fn an_origin_that_was_rolled_back_is_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let account = store.account("home").unwrap();
        let folder = store.begin_folder(account, &FolderName::inbox(), UidValidity(1)).unwrap();
        let (uid, at) = (Uid(3), UnixTime(70));
        let origin = Origin { name: "Anna", address: "a@b.example", list: None };
        let seen = Seen {
            instance: Instance { digest: Digest([1; 16]), size: 9 },
            uid,
            flags: Flags::default(),
            mid_hash: Some(MidHash(4)),
            sender: Some("a@b.example"),
            list: None,
            habits: Habits::default(),
            older: at,
            at,
            standing: Standing::NotJudged,
            shown: Shown { at, origin: Some(origin), subject: "x" },
            object: None,
        };
        let failed = store.learn(|db| {
            db.saw(account, folder.id, &seen)?;
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        });
        assert!(failed.is_err());
        store.learn(|db| db.saw(account, folder.id, &seen)).unwrap();
        let shown = store.shown_mail(&MailSpot { at, uid, folder: folder.id }).unwrap().unwrap();
        assert_eq!(shown.name, "Anna");
        let senders = store.learn(|db| db.senders_of(account, MidHash(4))).unwrap();
        assert_eq!(senders[0].0.as_deref(), Some("a@b.example"));
    }
}
