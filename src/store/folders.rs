//! Mailboxes, how far each has been read, and what is known to lie in it.

use rusqlite::{OptionalExtension, params};

use super::instances::instance_at;
use super::learning::LearnTransaction;
use super::{AccountId, Store, moves};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, Digest, Flags, FolderName, Instance, ModSeq, Uid, UidValidity, UnixTime};

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

    /// The mailboxes of an account that mailherd files into, or did when the config named them.
    pub fn managed_ever(&self, account: AccountId) -> Result<Vec<FolderName>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT name FROM folder WHERE account = ?1 AND managed_at IS NOT NULL AND name <> 'INBOX' ORDER BY name",
            )?;
            let rows = statement.query_map([account.0], |row| Ok(FolderName::from_wire(row.get_ref(0)?.as_str()?)))?;
            rows.collect()
        })
    }

    /// mailherd does not file into this mailbox any more.
    pub fn manage_no_more(&mut self, account: AccountId, name: &FolderName) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute(
                "UPDATE folder SET managed_at = NULL, category = NULL WHERE account = ?1 AND name = ?2",
                params![account.0, name.wire()],
            )
            .map(drop)
        })
    }

    /// How many messages of a mailbox are known.
    pub fn known_in(&self, folder: i64) -> Result<u32, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT count(*) FROM message WHERE folder = ?1")?.query_row([folder], |row| row.get(0))
        })
    }

    /// The beginnings of the digests of what lies in a mailbox, as [`Digest::first`] gives them.
    pub fn digests_in(&self, folder: i64) -> Result<Vec<u64>, Fault> {
        let count = self.known_in(folder)?;
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT digest FROM message WHERE folder = ?1")?;
            let mut rows = statement.query([folder])?;
            let mut found = Vec::with_capacity(count as usize);
            while let Some(row) = rows.next()? {
                found.push(Digest(row.get(0)?).first());
            }
            Ok(found)
        })
    }

    /// The known ones among the UIDs from `first` to `last`, and their flags, by UID.
    pub fn uids_between(&self, folder: i64, first: Uid, last: Uid) -> Result<Vec<(Uid, Flags)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT uid, flags FROM message WHERE folder = ?1 AND uid BETWEEN ?2 AND ?3 ORDER BY uid",
            )?;
            let rows = statement.query_map(params![folder, first.0, last.0], |row| {
                Ok((Uid(row.get(0)?), Flags::from_bits(row.get(1)?)))
            })?;
            rows.collect()
        })
    }

    /// The last UID that is known of a mailbox.
    pub fn last_known(&self, folder: i64) -> Result<Option<Uid>, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT max(uid) FROM message WHERE folder = ?1")?
                .query_row([folder], |row| row.get::<_, Option<u32>>(0))
        })
        .map(|last| last.map(Uid))
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
}

impl LearnTransaction<'_> {
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
