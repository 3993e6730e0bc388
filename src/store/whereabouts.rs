//! Where messages lie, as far as mailherd has looked.

use rusqlite::params;

use super::instances::instance_at;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, Instance, MidHash, Uid};

impl Store {
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

    /// Where the messages of a sender, a domain (with its subdomains) or a list lie: mailbox, UID, instance.
    pub fn messages_of(
        &self,
        account: AccountId,
        kind: &str,
        name: &str,
    ) -> Result<Vec<(FolderName, Uid, Instance)>, Fault> {
        let condition = match kind {
            "list" => "list = ?2",
            "domain" => "substr(address, instr(address, '@') + 1) = ?2 OR address LIKE '%.' || ?2",
            _ => "address = ?2",
        };
        self.located(&format!("AND i.origin IN (SELECT id FROM origin WHERE {condition})"), account, name)
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
