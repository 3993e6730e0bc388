//! What is known of instances, wherever they lie.

use rusqlite::{Connection, OptionalExtension, params};

use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Digest, FolderName, Instance, ListId, Uid, UidValidity, UnixTime};
use crate::logic::uid_set::UidSet;

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

    pub(super) fn from_number(number: i64) -> Standing {
        match number {
            0 => Standing::NotJudged,
            1 => Standing::Kept,
            2 => Standing::Filed,
            _ => Standing::Elsewhere,
        }
    }
}

impl Store {
    /// Messages in `folder` whose instance has not been judged and is not older than `cutoff`.
    pub fn not_judged(&self, account: AccountId, folder: i64, cutoff: UnixTime) -> Result<UidSet, Fault> {
        self.read(|db| {
            let any: bool = db
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM instance INDEXED BY instance_not_judged
                         WHERE account = ?1 AND standing = 0 AND older >= ?2)",
                )?
                .query_row(params![account.0, cutoff.0], |row| row.get(0))?;
            if !any {
                return Ok(UidSet::default());
            }
            let mut statement = db.prepare_cached(
                "SELECT m.uid FROM message m
                 JOIN instance i ON i.account = ?1 AND i.digest = m.digest AND i.size = m.size
                 WHERE m.folder = ?2 AND i.standing = 0 AND i.older >= ?3 ORDER BY m.uid",
            )?;
            let rows = statement.query_map(params![account.0, folder, cutoff.0], |row| Ok(Uid(row.get(0)?)))?;
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

    /// Marks the instances of messages that lie in a mailbox, in one transaction. None, when its UIDs mean other messages by now.
    pub fn set_standing_of(
        &mut self,
        account: AccountId,
        (folder, validity): (&FolderName, UidValidity),
        uids: &UidSet,
        standing: Standing,
    ) -> Result<usize, Fault> {
        let Some(folder) = self.folder(account, folder)?.filter(|folder| folder.validity == validity) else {
            return Ok(0);
        };
        self.transaction(|db| {
            let mut statement = db.prepare_cached(
                "UPDATE instance SET standing = ?4 WHERE account = ?1
                 AND (digest, size) = (SELECT digest, size FROM message WHERE folder = ?2 AND uid = ?3)",
            )?;
            uids.iter().map(|uid| statement.execute(params![account.0, folder.id, uid.0, standing.number()])).sum()
        })
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

    /// The List-Id of an instance.
    pub fn list_of(&self, account: AccountId, instance: Instance) -> Result<Option<ListId>, Fault> {
        let list: Option<Option<String>> = self.read(|db| {
            db.prepare_cached(
                "SELECT o.list FROM instance i JOIN origin o ON o.id = i.origin
                 WHERE i.account = ?1 AND i.digest = ?2 AND i.size = ?3",
            )?
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
