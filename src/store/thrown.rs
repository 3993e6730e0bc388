//! Unread mail that the user threw away by moving it to Trash. Remembered, so that each message counts once.

use rusqlite::{OptionalExtension, params};

use super::instances::instance_at;
use super::learning::{Known, LearnTransaction};
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, Instance, MidHash};

impl Store {
    /// Messages that left INBOX or a managed mailbox unread and that nobody has looked for in Trash.
    pub fn left_unread(&self, account: AccountId) -> Result<Vec<Instance>, Fault> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT DISTINCT digest, size FROM departure WHERE account = ?1 AND unread = 1")?;
            let rows = statement.query_map([account.0], |row| instance_at(row, 0))?;
            rows.collect()
        })
    }
}

impl LearnTransaction<'_> {
    /// These messages were found in Trash, and all that left unread has been looked for there. Gives those of which it was not known.
    pub fn thrown(&self, account: AccountId, found: &[Instance]) -> rusqlite::Result<Vec<Known>> {
        self.db.prepare_cached("UPDATE departure SET unread = 0 WHERE account = ?1")?.execute([account.0])?;
        let mut insert = self
            .db
            .prepare_cached("INSERT INTO thrown (account, digest, size) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
        let mut news = Vec::new();
        for one in found {
            if insert.execute(params![account.0, one.digest.0, one.size])? == 1 {
                news.extend(self.known(account, *one)?);
            }
        }
        Ok(news)
    }

    /// A message is back in INBOX or a managed mailbox. Whether it had been thrown away.
    pub fn taken_out_of_trash(&self, account: AccountId, instance: Instance) -> rusqlite::Result<bool> {
        self.db
            .prepare_cached("DELETE FROM thrown WHERE account = ?1 AND digest = ?2 AND size = ?3")?
            .execute(params![account.0, instance.digest.0, instance.size])
            .map(|rows| rows > 0)
    }

    fn known(&self, account: AccountId, instance: Instance) -> rusqlite::Result<Option<Known>> {
        self.db
            .prepare_cached(
                "SELECT o.address, o.list, i.mid_hash FROM instance i JOIN origin o ON o.id = i.origin
                 WHERE i.account = ?1 AND i.digest = ?2 AND i.size = ?3",
            )?
            .query_row(params![account.0, instance.digest.0, instance.size], |row| {
                Ok(Known {
                    sender: row.get(0)?,
                    list: row.get(1)?,
                    flags: Flags::default(),
                    mid_hash: row.get::<_, Option<i64>>(2)?.map(|hash| MidHash(hash.cast_unsigned())),
                })
            })
            .optional()
    }
}
