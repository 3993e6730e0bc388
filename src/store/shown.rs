//! What lists show of a message, kept so that they are drawn without the network.

use std::collections::HashSet;

use rusqlite::{CachedStatement, Connection, params};

use super::Store;
use super::learning::LearnTransaction;
use crate::logic::fault::Fault;
use crate::logic::ids::{Uid, UnixTime};

/// Characters kept of a subject.
const SUBJECT: usize = 200;
/// Characters kept of a display name.
const NAME: usize = 100;

/// What lists show of a message. Texts are as the sender wrote them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'a> {
    /// When it arrived.
    pub at: UnixTime,
    /// Whom it is from; `None`: mail of the user's own.
    pub origin: Option<Origin<'a>>,
    /// Its subject; empty where no list shows it.
    pub subject: &'a str,
}

/// Whom a message is from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The display name in From; empty without one.
    pub name: &'a str,
    /// The address in From; empty when it holds none.
    pub address: &'a str,
    /// List-Id.
    pub list: Option<&'a str>,
}

impl Shown<'_> {
    pub(super) fn subject(&self) -> &str {
        cut(self.subject, SUBJECT)
    }
}

impl Origin<'_> {
    /// Its row: what it says, hashed, so that nothing has to be looked up. Cryptographic, so that no sender can make his row look
    /// like another's.
    pub(super) fn id(&self) -> i64 {
        let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
        hash.update(self.cut_name().as_bytes());
        hash.update(b"\0");
        hash.update(self.address.as_bytes());
        hash.update(if self.list.is_some() { b"\x01" } else { b"\0" });
        hash.update(self.list.unwrap_or_default().as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finish().as_ref()[..8]);
        i64::from_be_bytes(first)
    }

    /// What is kept of the display name.
    pub(super) fn cut_name(&self) -> &str {
        cut(self.name, NAME)
    }
}

fn cut(text: &str, characters: usize) -> &str {
    if text.len() <= characters {
        return text;
    }
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// Origins of which the rows are known to be there.
#[derive(Default)]
pub(super) struct Origins(HashSet<i64>);

impl Origins {
    /// Half a megabyte of them.
    const MOST: usize = 20_000;

    /// Whether this one has to be written, as far as is known. It counts as there from now on.
    pub(super) fn is_new(&mut self, id: i64) -> bool {
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        self.0.insert(id)
    }

    /// What was written may not be there any more.
    pub(super) fn forget(&mut self) {
        self.0 = HashSet::new();
    }
}

pub(super) fn insert_origin(db: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    db.prepare_cached("INSERT INTO origin (id, name, address, list) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
}

impl LearnTransaction<'_> {
    /// Remembers what lists show of a message that is known already. Nothing is learned from it.
    pub fn show(&self, folder: i64, uid: Uid, shown: &Shown<'_>) -> rusqlite::Result<()> {
        let origin = shown.origin.map(|origin| self.origin(&origin)).transpose()?;
        self.db
            .prepare_cached("UPDATE message SET at = ?3, origin = ?4, subject = ?5 WHERE folder = ?1 AND uid = ?2")?
            .execute(params![folder, uid.0, shown.at.0, origin, shown.subject()])?;
        Ok(())
    }
}

impl Store {
    /// Known messages of a mailbox whose subjects are not: an older mailherd read them, or no list showed the mailbox then.
    pub fn not_shown(&self, folder: i64) -> Result<Vec<Uid>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT uid FROM message INDEXED BY message_not_shown WHERE folder = ?1 AND subject IS NULL ORDER BY uid",
            )?;
            let rows = statement.query_map([folder], |row| Ok(Uid(row.get(0)?)))?;
            rows.collect()
        })
    }
}

#[cfg(test)]
impl Store {
    /// Makes the messages look as a database of step 2 left them.
    pub(crate) fn forget_what_lists_show(&self) {
        self.db.execute("UPDATE message SET origin = NULL, subject = NULL", []).unwrap();
    }
}
