//! Mailboxes, instances and where they lie.

use std::cell::RefCell;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::shown::{Origins, Shown};
use super::{AccountId, Store, moves};
use crate::logic::fault::Fault;
use crate::logic::ids::{
    Category, Digest, Flags, FolderName, Instance, ListId, MidHash, ModSeq, ObjectId, Uid, UidValidity, UnixTime,
};
use crate::logic::ledger::Habits;

/// How far a mailbox has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct FolderState {
    /// Its row.
    pub id: i64,
    /// The generation of UIDs that was read.
    pub validity: UidValidity,
    /// The first UID that has not been read.
    pub next: Uid,
    /// Up to where flags are known.
    pub highest_modseq: Option<ModSeq>,
    /// Since when mailherd files into it.
    pub managed_at: Option<UnixTime>,
    /// Whose mail lies in it: `inbox`, or what mailherd files into it.
    pub category: Option<Category>,
}

/// What is known of an instance. A message is judged once, when it is first seen in INBOX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Seen in INBOX, not judged yet.
    NotJudged,
    /// Judged, and it stays in INBOX.
    Kept,
    /// Moved, or flagged, by mailherd at some time.
    Filed,
    /// First seen in another mailbox: never filed by itself.
    Elsewhere,
}

impl Standing {
    pub(super) fn number(self) -> i64 {
        match self {
            Standing::NotJudged => 0,
            Standing::Kept => 1,
            Standing::Filed => 2,
            Standing::Elsewhere => 3,
        }
    }

    fn from_number(number: i64) -> Standing {
        match number {
            0 => Standing::NotJudged,
            1 => Standing::Kept,
            2 => Standing::Filed,
            _ => Standing::Elsewhere,
        }
    }
}

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

impl Store {
    /// What is known of a mailbox; `None` when it was never read.
    pub fn folder(&self, account: AccountId, name: &FolderName) -> Result<Option<FolderState>, Fault> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT id, uid_validity, uid_next, highest_modseq, managed_at, category FROM folder
                 WHERE account = ?1 AND name = ?2",
            )?
            .query_row(params![account.0, name.wire()], |row| {
                Ok(FolderState {
                    id: row.get(0)?,
                    validity: UidValidity(row.get(1)?),
                    next: Uid(row.get(2)?),
                    highest_modseq: row.get::<_, Option<i64>>(3)?.map(|modseq| ModSeq(modseq.cast_unsigned())),
                    managed_at: row.get::<_, Option<i64>>(4)?.map(UnixTime),
                    category: row.get::<_, Option<String>>(5)?.as_deref().and_then(Category::from_word),
                })
            })
            .optional()
        })
    }

    /// Begins to know a mailbox in this generation of UIDs, forgetting what lay in it in an older one.
    pub fn begin_folder(
        &mut self,
        account: AccountId,
        name: &FolderName,
        validity: UidValidity,
    ) -> Result<FolderState, Fault> {
        self.transaction(|db| {
            moves::renumbered(db, account, name)?;
            db.execute(
                "DELETE FROM message WHERE folder = (SELECT id FROM folder WHERE account = ?1 AND name = ?2)",
                params![account.0, name.wire()],
            )?;
            db.execute(
                "INSERT INTO folder (account, name, uid_validity, uid_next, category)
                 VALUES (?1, ?2, ?3, 1, CASE ?2 WHEN 'INBOX' THEN 'inbox' END)
                 ON CONFLICT (account, name) DO UPDATE SET uid_validity = ?3, uid_next = 1, highest_modseq = NULL",
                params![account.0, name.wire(), validity.0],
            )?;
            Ok(())
        })?;
        self.folder(account, name)?
            .ok_or_else(|| Fault::local("a mailbox that was just written is not in the database", "report this"))
    }

    /// Remembers that mailherd files mail of this category into this mailbox from now on, and into no other of the account.
    pub fn manage_folder(&mut self, folder: i64, category: Category, at: UnixTime) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute("UPDATE folder SET managed_at = coalesce(managed_at, ?2) WHERE id = ?1", params![folder, at.0])?;
            db.execute(
                "UPDATE folder SET category = NULL WHERE category = ?2 AND id <> ?1
                 AND account = (SELECT account FROM folder WHERE id = ?1)",
                params![folder, category.word()],
            )?;
            // Where mail of no category lay until now, subjects were not kept.
            db.execute(
                "UPDATE message SET subject = NULL WHERE folder = ?1 AND subject = ''
                 AND (SELECT category FROM folder WHERE id = ?1) IS NULL",
                [folder],
            )?;
            db.execute("UPDATE folder SET category = ?2 WHERE id = ?1", params![folder, category.word()])?;
            Ok(())
        })
    }

    /// Everything that `work` writes, in one transaction with how far the mailbox has been read.
    pub fn learn<T>(&mut self, work: impl FnOnce(&LearnTransaction<'_>) -> rusqlite::Result<T>) -> Result<T, Fault> {
        self.transaction(|db| work(&LearnTransaction::new(db)?))
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
            work(&LearnTransaction::new(&self.db)?)
        };
        run().map_err(|error| {
            if !self.db.is_autocommit() && self.db.execute_batch("ROLLBACK").is_err() {
                tracing::debug!("the transaction was already rolled back");
            }
            self.fault(&error)
        })
    }

    /// Commits what [`Store::learn_more`] wrote.
    pub fn finish_learning(&mut self) -> Result<(), Fault> {
        if self.db.is_autocommit() {
            return Ok(());
        }
        self.db.execute_batch("COMMIT").map_err(|error| self.fault(&error))
    }

    /// Messages in `folder` whose instance has not been judged and is not older than `cutoff`.
    pub fn not_judged(&self, account: AccountId, folder: i64, cutoff: UnixTime) -> Result<Vec<(Uid, Instance)>, Fault> {
        self.read(|db| {
            let any: bool = db
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM instance WHERE account = ?1 AND standing = 0 AND older >= ?2)",
                )?
                .query_row(params![account.0, cutoff.0], |row| row.get(0))?;
            if !any {
                return Ok(Vec::new());
            }
            let mut statement = db.prepare_cached(
                "SELECT m.uid, m.digest, m.size FROM message m
                 JOIN instance i ON i.account = ?1 AND i.digest = m.digest AND i.size = m.size
                 WHERE m.folder = ?2 AND i.standing = 0 AND i.older >= ?3 ORDER BY m.uid",
            )?;
            let rows = statement
                .query_map(params![account.0, folder, cutoff.0], |row| Ok((Uid(row.get(0)?), instance_at(row, 1)?)))?;
            rows.collect()
        })
    }

    /// How many instances have not been judged and are not older than `cutoff`, wherever they lie. Costs next to nothing.
    pub fn count_not_judged(&self, account: AccountId, cutoff: UnixTime) -> Result<usize, Fault> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT count(*) FROM instance INDEXED BY instance_not_judged
                 WHERE account = ?1 AND standing = 0 AND older >= ?2",
            )?
            .query_row(params![account.0, cutoff.0], |row| row.get::<_, i64>(0))
        })
        .map(|count| usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Marks instances, in one transaction.
    pub fn set_standing(
        &mut self,
        account: AccountId,
        instances: &[Instance],
        standing: Standing,
    ) -> Result<(), Fault> {
        self.transaction(|db| instances.iter().try_for_each(|one| set_standing(db, account, *one, standing)))
    }

    /// What is known of an instance.
    pub fn standing(&self, account: AccountId, instance: Instance) -> Result<Option<Standing>, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT standing FROM instance WHERE account = ?1 AND digest = ?2 AND size = ?3")?
                .query_row(params![account.0, instance.digest.0, instance.size], |row| {
                    row.get(0).map(Standing::from_number)
                })
                .optional()
        })
    }

    /// Whether an instance lies in any mailbox but `folder`, as far as is known.
    pub fn lies_outside(&self, account: AccountId, instance: Instance, folder: &FolderName) -> Result<bool, Fault> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM folder f CROSS JOIN message m ON m.folder = f.id
                 WHERE f.account = ?1 AND f.name <> ?4 AND m.digest = ?2 AND m.size = ?3)",
            )?
            .query_row(params![account.0, instance.digest.0, instance.size, folder.wire()], |row| row.get(0))
        })
    }

    /// The List-Id of an instance.
    pub fn list_of(&self, account: AccountId, instance: Instance) -> Result<Option<ListId>, Fault> {
        let list: Option<Option<String>> = self.read(|db| {
            db.prepare_cached("SELECT list FROM instance WHERE account = ?1 AND digest = ?2 AND size = ?3")?
                .query_row(params![account.0, instance.digest.0, instance.size], |row| row.get(0))
                .optional()
        })?;
        Ok(list.flatten().and_then(|list| ListId::new(&list)))
    }

    /// The date of the newest message that was ever seen.
    pub fn newest(&self, account: AccountId) -> Result<Option<UnixTime>, Fault> {
        self.read(|db| {
            db.query_row("SELECT max(older) FROM instance WHERE account = ?1", [account.0], |row| {
                row.get::<_, Option<i64>>(0)
            })
        })
        .map(|at| at.map(UnixTime))
    }

    /// How many messages of a mailbox are known.
    pub fn known_in(&self, folder: i64) -> Result<u32, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT count(*) FROM message WHERE folder = ?1")?.query_row([folder], |row| row.get(0))
        })
    }

    /// The UIDs and flags that are known of a mailbox, by UID.
    pub fn uids_in(&self, folder: i64) -> Result<Vec<(Uid, Flags)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT uid, flags FROM message WHERE folder = ?1 ORDER BY uid")?;
            let rows = statement.query_map([folder], |row| Ok((Uid(row.get(0)?), Flags::from_bits(row.get(1)?))))?;
            rows.collect()
        })
    }

    /// The instances that lie in a mailbox.
    pub fn instances_in(&self, folder: i64) -> Result<Vec<Instance>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT digest, size FROM message WHERE folder = ?1")?;
            let rows = statement.query_map([folder], |row| instance_at(row, 0))?;
            rows.collect()
        })
    }

    /// Where the messages of a sender, a domain (with its subdomains) or a list lie: mailbox, UID, instance.
    pub fn messages_of(
        &self,
        account: AccountId,
        kind: &str,
        name: &str,
    ) -> Result<Vec<(FolderName, Uid, Instance)>, Fault> {
        let condition = match kind {
            "list" => "i.list = ?2",
            "domain" => "(substr(i.sender, instr(i.sender, '@') + 1) = ?2 OR i.sender LIKE '%.' || ?2)",
            _ => "i.sender = ?2",
        };
        self.located(&format!("AND {condition}"), account, name)
    }

    /// Where the messages with this Message-ID lie.
    pub fn messages_with_id(&self, account: AccountId, id: MidHash) -> Result<Vec<(FolderName, Uid, Instance)>, Fault> {
        self.located("AND i.mid_hash = ?2", account, id.0.cast_signed())
    }

    fn located(
        &self,
        condition: &str,
        account: AccountId,
        value: impl rusqlite::ToSql,
    ) -> Result<Vec<(FolderName, Uid, Instance)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare(&format!(
                "SELECT f.name, m.uid, m.digest, m.size FROM folder f
                 CROSS JOIN message m ON m.folder = f.id
                 CROSS JOIN instance i ON i.account = ?1 AND i.digest = m.digest AND i.size = m.size
                 WHERE f.account = ?1 {condition} ORDER BY f.id, m.uid"
            ))?;
            let rows = statement.query_map(params![account.0, value], |row| {
                Ok((FolderName::from_wire(&row.get::<_, String>(0)?), Uid(row.get(1)?), instance_at(row, 2)?))
            })?;
            rows.collect()
        })
    }
}

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

/// What can be written while a mailbox is read.
pub struct LearnTransaction<'a> {
    pub(super) db: &'a Connection,
    // Looked up once, not for each of a hundred thousand messages.
    insert_message: RefCell<CachedStatement<'a>>,
    insert_instance: RefCell<CachedStatement<'a>>,
    pub(super) origins: RefCell<Origins<'a>>,
}

impl<'a> LearnTransaction<'a> {
    fn new(db: &'a Connection) -> rusqlite::Result<LearnTransaction<'a>> {
        let insert_message = db.prepare_cached(
            "INSERT INTO message (folder, uid, digest, size, flags, at, origin, subject, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (folder, uid)
             DO UPDATE SET digest = ?3, size = ?4, flags = ?5, at = ?6, origin = ?7, subject = ?8",
        )?;
        let insert_instance = db.prepare_cached(
            "INSERT INTO instance (account, digest, size, mid_hash, sender, list, older, standing, habits)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?;
        Ok(LearnTransaction {
            db,
            insert_message: insert_message.into(),
            insert_instance: insert_instance.into(),
            origins: Origins::new(db)?.into(),
        })
    }

    /// Remembers a message.
    pub fn saw(&self, account: AccountId, folder: i64, seen: &Seen<'_>) -> rusqlite::Result<Sighting> {
        let Instance { digest, size } = seen.instance;
        let origin = self.origin(seen.shown.origin)?;
        let new = self.insert_instance.borrow_mut().execute(params![
            account.0,
            digest.0,
            size,
            seen.mid_hash.map(|hash| hash.0.cast_signed()),
            seen.sender,
            seen.list,
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
            origin,
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
                "SELECT i.sender, i.list, m.flags, i.mid_hash FROM message m
                 JOIN instance i ON i.account = ?1 AND i.digest = m.digest AND i.size = m.size
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

    /// The sender and the list of the message with this Message-ID.
    pub fn sender_of(&self, account: AccountId, id: MidHash) -> rusqlite::Result<Option<SenderOf>> {
        // INDEXED BY: without statistics SQLite takes the primary key, and walks all instances of the account.
        self.db
            .prepare_cached(
                "SELECT sender, list, habits FROM instance INDEXED BY instance_by_message_id
                 WHERE account = ?1 AND mid_hash = ?2 LIMIT 1",
            )?
            .query_row(params![account.0, id.0.cast_signed()], |row| {
                Ok((row.get(0)?, row.get(1)?, Habits::from_bits(row.get(2)?)))
            })
            .optional()
    }

    /// How far the mailbox has been read.
    pub fn read_up_to(&self, folder: i64, next: Uid, highest_modseq: Option<ModSeq>) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "UPDATE folder SET uid_next = ?2, highest_modseq = coalesce(?3, highest_modseq) WHERE id = ?1",
            )?
            .execute(params![folder, next.0, highest_modseq.map(|modseq| modseq.0.cast_signed())])?;
        Ok(())
    }
}

pub(super) fn set_standing(
    db: &Connection,
    account: AccountId,
    instance: Instance,
    standing: Standing,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE instance SET standing = ?4 WHERE account = ?1 AND digest = ?2 AND size = ?3")?
        .execute(params![account.0, instance.digest.0, instance.size, standing.number()])?;
    Ok(())
}

/// An instance in two columns, from `column` on.
pub(super) fn instance_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Instance> {
    Ok(Instance { digest: Digest(row.get(column)?), size: row.get(column + 1)? })
}
