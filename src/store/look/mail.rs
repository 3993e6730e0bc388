//! The mail of a mailbox, newest first. Messages with `\Deleted` are not there.

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, Flags, FolderName, Uid, UidValidity, UnixTime};

/// A mailbox whose mail is of one category.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    /// Its row.
    pub folder: i64,
    /// Its account.
    pub account: AccountId,
    /// The category.
    pub category: Category,
    /// Its name.
    pub name: FolderName,
    /// Its generation of UIDs.
    pub validity: UidValidity,
}

/// The place of a message in the order of lists: the newest first; in the same second the highest UID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailSpot {
    /// When it arrived.
    pub at: UnixTime,
    /// Its number in its mailbox.
    pub uid: Uid,
    /// [`Shelf::folder`]
    pub folder: i64,
}

impl Ord for MailSpot {
    fn cmp(&self, other: &MailSpot) -> Ordering {
        let key = |spot: &MailSpot| (Reverse(spot.at), Reverse(spot.uid), spot.folder);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for MailSpot {
    fn partial_cmp(&self, other: &MailSpot) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The texts of a message that a filter looks at.
#[derive(Clone, Copy, Debug)]
pub struct MailText<'a> {
    /// The display name.
    pub name: &'a str,
    /// The address in From.
    pub address: &'a str,
    /// List-Id.
    pub list: &'a str,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownMail {
    /// Its flags as last seen.
    pub flags: Flags,
    /// The display name.
    pub name: String,
    /// The address in From.
    pub address: String,
    /// List-Id.
    pub list: Option<String>,
    /// `None`: its header is still to be read for lists.
    pub subject: Option<String>,
    /// mailherd moved it here.
    pub filed: bool,
}

impl Store {
    /// The mailboxes whose mail is of a category.
    pub fn shelves(&self) -> Result<Vec<Shelf>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id, account, category, name, uid_validity FROM folder WHERE category IS NOT NULL ORDER BY id",
            )?;
            let mut rows = statement.query([])?;
            let mut shelves = Vec::new();
            while let Some(row) = rows.next()? {
                let Some(category) = Category::from_word(row.get_ref(2)?.as_str()?) else { continue };
                shelves.push(Shelf {
                    folder: row.get(0)?,
                    account: AccountId(row.get(1)?),
                    category,
                    name: FolderName::from_wire(row.get_ref(3)?.as_str()?),
                    validity: UidValidity(row.get(4)?),
                });
            }
            Ok(shelves)
        })
    }

    /// Messages of a mailbox.
    pub fn count_mail(&self, folder: i64) -> Result<u64, Fault> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT (SELECT count(*) FROM message INDEXED BY message_by_arrival WHERE folder = ?1)
                     - (SELECT count(*) FROM message INDEXED BY message_deleted WHERE folder = ?1 AND flags & 8 <> 0)",
            )?
            .query_row([folder], |row| row.get::<_, i64>(0))
        })
        .map(i64::unsigned_abs)
    }

    /// Unread messages of a mailbox.
    pub fn count_unread(&self, folder: i64) -> Result<u64, Fault> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT count(*) FROM message INDEXED BY message_by_arrival WHERE folder = ?1 AND flags & 9 = 0",
            )?
            .query_row([folder], |row| row.get::<_, i64>(0))
        })
        .map(i64::unsigned_abs)
    }

    /// `limit` messages of a mailbox after the newest `offset`.
    pub fn mail_spots(&self, folder: i64, offset: u64, limit: u64) -> Result<Vec<MailSpot>, Fault> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT at, uid FROM message INDEXED BY message_by_arrival WHERE folder = ?1 AND flags & 8 = 0
                 ORDER BY at DESC, uid DESC LIMIT ?3 OFFSET ?2",
            )?;
            let rows = statement.query_map(params![folder, number(offset), number(limit)], |row| {
                Ok(MailSpot { at: UnixTime(row.get(0)?), uid: Uid(row.get(1)?), folder })
            })?;
            rows.collect()
        })
    }

    /// How many messages of a mailbox come before `spot`, which may lie in another one.
    pub fn mail_before(&self, folder: i64, spot: &MailSpot) -> Result<u64, Fault> {
        // In another mailbox, and in the same second with the same UID: the number of the mailbox decides.
        let tie = folder < spot.folder;
        self.read(|db| {
            db.prepare_cached(
                "SELECT count(*) FROM message INDEXED BY message_by_arrival
                 WHERE folder = ?1 AND (at, uid) > (?2, ?3) AND flags & 8 = 0",
            )?
            .query_row(params![folder, spot.at.0, i64::from(spot.uid.0) - i64::from(tie)], |row| row.get::<_, i64>(0))
        })
        .map(i64::unsigned_abs)
    }

    /// Where a message stands in lists; `None` when it is not there.
    pub fn mail_spot(&self, folder: i64, uid: Uid) -> Result<Option<MailSpot>, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT at FROM message WHERE folder = ?1 AND uid = ?2 AND flags & 8 = 0")?
                .query_row(params![folder, uid.0], |row| Ok(MailSpot { at: UnixTime(row.get(0)?), uid, folder }))
                .optional()
        })
    }

    /// What a list shows of a message.
    pub fn shown_mail(&self, spot: &MailSpot) -> Result<Option<ShownMail>, Fault> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT m.flags, coalesce(o.name, ''), coalesce(o.address, w.address, ''),
                     CASE WHEN o.id IS NULL THEN w.list ELSE o.list END, m.subject,
                     EXISTS (SELECT 1 FROM journal j WHERE j.account = f.account AND j.digest = m.digest
                         AND j.state = 'done' AND j.kind = 'move' AND j.undoes IS NULL AND j.to_folder = f.name
                         AND j.to_uid = m.uid AND j.to_validity = f.uid_validity)
                 FROM folder f CROSS JOIN message m ON m.folder = f.id
                 LEFT JOIN origin o ON o.id = m.origin
                 LEFT JOIN instance i ON o.id IS NULL AND i.account = f.account AND i.digest = m.digest AND i.size = m.size
                 LEFT JOIN origin w ON w.id = i.origin
                 WHERE f.id = ?1 AND m.uid = ?2",
            )?
            .query_row(params![spot.folder, spot.uid.0], |row| {
                Ok(ShownMail {
                    flags: Flags::from_bits(row.get(0)?),
                    name: row.get(1)?,
                    address: row.get(2)?,
                    list: row.get(3)?,
                    subject: row.get(4)?,
                    filed: row.get(5)?,
                })
            })
            .optional()
        })
    }

    /// The origins that `matches`.
    pub fn matching_origins(&self, mut matches: impl FnMut(MailText<'_>) -> bool) -> Result<HashSet<i64>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT id, name, address, coalesce(list, '') FROM origin")?;
            let mut rows = statement.query([])?;
            let mut found = HashSet::new();
            while let Some(row) = rows.next()? {
                let text = MailText {
                    name: row.get_ref(1)?.as_str()?,
                    address: row.get_ref(2)?.as_str()?,
                    list: row.get_ref(3)?.as_str()?,
                };
                if matches(text) {
                    found.insert(row.get(0)?);
                }
            }
            Ok(found)
        })
    }

    /// The messages of a mailbox that `matches`, in no order. It is given the origin, what else is known of the sender where there is
    /// none, and the subject.
    pub fn matching_mail(
        &self,
        shelf: &Shelf,
        mut matches: impl FnMut(Result<i64, MailText<'_>>, &str) -> bool,
    ) -> Result<Vec<MailSpot>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT at, uid, coalesce(subject, ''), origin,
                     CASE WHEN origin IS NULL THEN (SELECT w.address FROM instance i JOIN origin w ON w.id = i.origin
                         WHERE i.account = ?2 AND i.digest = m.digest AND i.size = m.size) END,
                     CASE WHEN origin IS NULL THEN (SELECT w.list FROM instance i JOIN origin w ON w.id = i.origin
                         WHERE i.account = ?2 AND i.digest = m.digest AND i.size = m.size) END
                 FROM message m WHERE folder = ?1 AND flags & 8 = 0",
            )?;
            let mut rows = statement.query(params![shelf.folder, shelf.account.0])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let origin = match row.get::<_, Option<i64>>(3)? {
                    Some(origin) => Ok(origin),
                    None => Err(MailText {
                        name: "",
                        address: row.get_ref(4)?.as_str_or_null()?.unwrap_or_default(),
                        list: row.get_ref(5)?.as_str_or_null()?.unwrap_or_default(),
                    }),
                };
                if matches(origin, row.get_ref(2)?.as_str()?) {
                    found.push(MailSpot { at: UnixTime(row.get(0)?), uid: Uid(row.get(1)?), folder: shelf.folder });
                }
            }
            Ok(found)
        })
    }
}
