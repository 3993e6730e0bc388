//! Messages that the server itself tells apart, by a name that stays when a message is moved or a mailbox renumbered.
//!
//! The digest of the header fields recognises a message as long as the server shows the same fields of it. Where it does not (a
//! field that is made anew for each mailbox, a server that was replaced by a newer one), the server's own name still does.

use rusqlite::{OptionalExtension, params};

use super::AccountId;
use super::instances::instance_at;
use super::learning::{LearnTransaction, Seen};
use crate::logic::ids::Instance;

impl LearnTransaction<'_> {
    /// What the message was when it was seen last under the server's name for it, if that was something else. Remembers what it is.
    ///
    /// A name is believed only of a message with the same Message-ID (without one: of the same age). A server that gives one name to
    /// many messages must not make new mail known mail.
    pub(super) fn former(&self, account: AccountId, seen: &Seen<'_>) -> rusqlite::Result<Option<Instance>> {
        let Some(object) = seen.object.map(|object| object.0.cast_signed()) else { return Ok(None) };
        let known = self
            .db
            .prepare_cached("SELECT digest, size FROM object WHERE account = ?1 AND id = ?2")?
            .query_row(params![account.0, object], |row| instance_at(row, 0))
            .optional()?;
        if known == Some(seen.instance) {
            return Ok(None);
        }
        self.db
            .prepare_cached(
                "INSERT INTO object (account, id, digest, size) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET digest = ?3, size = ?4",
            )?
            .execute(params![account.0, object, seen.instance.digest.0, seen.instance.size])?;
        let Some(known) = known else { return Ok(None) };
        let same: bool = self
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM instance WHERE account = ?1 AND digest = ?2 AND size = ?3
                     AND mid_hash IS ?4 AND (mid_hash IS NOT NULL OR older = ?5))",
            )?
            .query_row(
                params![
                    account.0,
                    known.digest.0,
                    known.size,
                    seen.mid_hash.map(|hash| hash.0.cast_signed()),
                    seen.older.0
                ],
                |row| row.get(0),
            )?;
        Ok(same.then_some(known))
    }

    /// `now` stands where `former` stood: it was learned from, and it was judged if that was. Never new.
    pub(super) fn succeed(&self, account: AccountId, former: Instance, now: Instance) -> rusqlite::Result<bool> {
        self.db
            .prepare_cached(
                "UPDATE instance SET (standing, habits) = (SELECT standing, habits FROM instance
                     WHERE account = ?1 AND digest = ?4 AND size = ?5)
                 WHERE account = ?1 AND digest = ?2 AND size = ?3 AND standing IN (0, 3)",
            )?
            .execute(params![account.0, now.digest.0, now.size, former.digest.0, former.size])?;
        // Nothing waits for the verdict of what is no more.
        self.db
            .prepare_cached(
                "UPDATE instance SET standing = 3 WHERE account = ?1 AND digest = ?2 AND size = ?3 AND standing = 0",
            )?
            .execute(params![account.0, former.digest.0, former.size])?;
        Ok(false)
    }
}
