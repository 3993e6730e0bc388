//! Where messages lie, as far as mailherd has looked.

use rusqlite::params;

use super::instances::instance_at;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, FolderName, Instance, ListId, MidHash, Uid, UnixTime};

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

    /// The senders of the mail that lies in a mailbox, each with its list and the arrival of the newest.
    pub fn newest_in(
        &self,
        account: AccountId,
        folder: &FolderName,
    ) -> Result<Vec<(Address, Option<ListId>, UnixTime)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT o.address, o.list, max(m.at) FROM message m JOIN origin o ON o.id = m.origin
                 WHERE m.folder = (SELECT id FROM folder WHERE account = ?1 AND name = ?2) AND m.flags & 8 = 0
                 GROUP BY o.address, o.list",
            )?;
            let mut rows = statement.query(params![account.0, folder.wire()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let list: Option<String> = row.get(1)?;
                if let Some(address) = Address::parse(row.get_ref(0)?.as_str()?) {
                    found.push((address, list.as_deref().and_then(ListId::new), UnixTime(row.get(2)?)));
                }
            }
            Ok(found)
        })
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
