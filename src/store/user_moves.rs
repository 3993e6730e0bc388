//! What the user moved: until an order is made of it, and in Blackhole for as long as it lies there.

use rusqlite::params;

use super::instances::instance_at;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, FolderName, Instance, ListId, Uid, UnixTime};
use crate::logic::moves::Candidate;

/// A message in Blackhole that the user dragged there.
#[derive(Clone, Debug, PartialEq)]
pub struct Dragged {
    /// Its number there.
    pub uid: Uid,
    /// Which message.
    pub instance: Instance,
    /// The address in From.
    pub sender: Option<Address>,
    /// Its List-Id.
    pub list: Option<ListId>,
    /// When it was first seen there.
    pub at: UnixTime,
}

/// Where a message lies that the user moved, and the move.
pub type Unsettled = ((FolderName, Uid), Candidate);

impl Store {
    /// When the oldest move of the user's was seen of which no order was made; `None`: there is none.
    pub fn first_unsettled(&self, account: AccountId) -> Result<Option<UnixTime>, Fault> {
        self.read(|db| {
            db.prepare_cached("SELECT min(at) FROM user_move WHERE account = ?1 AND settled = 0")?
                .query_row([account.0], |row| row.get::<_, Option<i64>>(0))
        })
        .map(|at| at.map(UnixTime))
    }

    /// The moves of which no order was made, with the mailboxes in which the messages came to rest. What their category is,
    /// and whether they are by the user, is for the caller to say.
    pub fn unsettled(&self, account: AccountId) -> Result<Vec<Unsettled>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT u.id, f.name, u.at, o.address, o.list,
                     EXISTS (SELECT 1 FROM message m WHERE m.folder = u.folder AND m.uid = u.uid AND m.digest = u.digest
                         AND m.size = u.size),
                     EXISTS (SELECT 1 FROM ledger l WHERE l.kind = 'address' AND l.name = o.address
                         AND (l.sent_to > 0 OR l.replied > 0)), u.uid
                 FROM user_move u JOIN folder f ON f.id = u.folder
                 LEFT JOIN instance i ON i.account = u.account AND i.digest = u.digest AND i.size = u.size
                 LEFT JOIN origin o ON o.id = i.origin
                 WHERE u.account = ?1 AND u.settled = 0 ORDER BY u.id",
            )?;
            let rows = statement.query_map([account.0], |row| {
                let candidate = Candidate {
                    id: row.get(0)?,
                    sender: row.get::<_, Option<String>>(3)?.as_deref().and_then(Address::parse),
                    list: row.get::<_, Option<String>>(4)?.as_deref().and_then(ListId::new),
                    category: None,
                    at: UnixTime(row.get(2)?),
                    there: row.get(5)?,
                    own: false,
                    dear: row.get(6)?,
                    doubt: None,
                };
                let place = (FolderName::from_wire(&row.get::<_, String>(1)?), Uid(row.get(7)?));
                Ok((place, candidate))
            })?;
            rows.collect()
        })
    }

    /// How much of a list's mail each address wrote, as far as it was read.
    pub fn writers(&self, account: AccountId, list: &ListId) -> Result<Vec<(Address, u64)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT o.address, count(*) FROM origin o JOIN instance i ON i.origin = o.id
                 WHERE i.account = ?1 AND o.list = ?2 AND o.address <> '' GROUP BY o.address",
            )?;
            let rows = statement.query_map(params![account.0, list.as_str()], |row| {
                Ok(Address::parse(row.get_ref(0)?.as_str()?).zip(row.get::<_, i64>(1)?.try_into().ok()))
            })?;
            rows.filter_map(Result::transpose).collect()
        })
    }

    /// What the user dragged into `blackhole` at `until` or before, and what still lies there.
    pub fn dragged_until(
        &self,
        account: AccountId,
        blackhole: &FolderName,
        until: UnixTime,
    ) -> Result<Vec<Dragged>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT u.uid, u.digest, u.size, o.address, o.list, u.at FROM user_move u
                 JOIN folder f ON f.id = u.folder
                 JOIN message m ON m.folder = u.folder AND m.uid = u.uid AND m.digest = u.digest AND m.size = u.size
                 JOIN instance i ON i.account = u.account AND i.digest = u.digest AND i.size = u.size
                 JOIN origin o ON o.id = i.origin
                 WHERE u.account = ?1 AND u.settled = 1 AND f.name = ?2 AND u.at <= ?3 ORDER BY u.uid",
            )?;
            let rows = statement.query_map(params![account.0, blackhole.wire(), until.0], |row| {
                Ok(Dragged {
                    uid: Uid(row.get(0)?),
                    instance: instance_at(row, 1)?,
                    sender: row.get::<_, Option<String>>(3)?.as_deref().and_then(Address::parse),
                    list: row.get::<_, Option<String>>(4)?.as_deref().and_then(ListId::new),
                    at: UnixTime(row.get(5)?),
                })
            })?;
            rows.collect()
        })
    }

    /// Forgets drags into Blackhole whose message does not lie there any more: it has fallen.
    pub fn forget_fallen(&mut self, account: AccountId) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute(
                "DELETE FROM user_move WHERE account = ?1 AND settled = 1 AND NOT EXISTS
                     (SELECT 1 FROM message m WHERE m.folder = user_move.folder AND m.uid = user_move.uid)",
                [account.0],
            )
            .map(drop)
        })
    }
}
