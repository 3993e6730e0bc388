//! The ledger's senders, ranked, and how much mail of them came in which week.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Row, params};

use super::super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, UnixTime};

/// How senders are ranked; ties by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderRank {
    /// By mail received, most first.
    Received,
    /// By the share that was read, least first; who never sent mail comes last.
    Read,
    /// By answers given, most first.
    Replied,
    /// By the last mail, newest first.
    Recent,
    /// By address.
    Name,
}

impl SenderRank {
    /// The columns, each with whether the largest comes first.
    fn columns(self) -> &'static [(&'static str, bool)] {
        match self {
            SenderRank::Received => &[("received", true), ("sent_to", true), ("name", false), ("account", false)],
            SenderRank::Read => &[
                ("received = 0", false),
                ("CAST(read AS REAL) / received", false),
                ("received", true),
                ("name", false),
            ],
            SenderRank::Replied => &[("replied", true), ("received", true), ("name", false), ("account", false)],
            SenderRank::Recent => &[("last_seen", true), ("name", false), ("account", false)],
            SenderRank::Name => &[("name", false), ("account", false)],
        }
    }

    fn sql(self, reverse: bool) -> String {
        let terms = self.columns().iter().map(|(column, down)| {
            let way = if *down == reverse { "ASC" } else { "DESC" };
            format!("{column} {way}")
        });
        terms.collect::<Vec<_>>().join(", ")
    }
}

/// A sender on an account.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerRow {
    /// The account.
    pub account: AccountId,
    /// The address.
    pub address: String,
    /// Mail received.
    pub received: u32,
    /// Of it read.
    pub read: u32,
    /// Answers given.
    pub replied: u32,
    /// Mail sent there.
    pub sent_to: u32,
    /// The first mail.
    pub first_seen: UnixTime,
    /// The last mail.
    pub last_seen: UnixTime,
    /// What its last judged mail was.
    pub category: Option<Category>,
}

const COLUMNS: &str = "account, name, received, read, replied, sent_to, first_seen, last_seen, category";

impl Store {
    /// What the ledger of an account says of one sender.
    pub fn ledger_row(&self, account: AccountId, address: &Address) -> Result<Option<LedgerRow>, Fault> {
        self.read(|db| {
            db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM ledger WHERE account = ?1 AND kind = 'address' AND name = ?2"
            ))?
            .query_row(params![account.0, address.as_str()], ledger_row)
            .optional()
        })
    }

    /// A part of the senders of these accounts whose address holds `filter`, and how many there are of those.
    pub fn ranked_senders(
        &self,
        accounts: &[AccountId],
        (rank, reverse): (SenderRank, bool),
        filter: &str,
        (offset, limit): (u64, u32),
    ) -> Result<(Vec<LedgerRow>, u64), Fault> {
        let accounts: Vec<String> = accounts.iter().map(|account| account.0.to_string()).collect();
        let condition =
            format!("account IN ({}) AND kind = 'address' AND (?1 = '' OR instr(name, ?1) > 0)", accounts.join(", "));
        let filter = filter.trim().to_lowercase();
        self.read(|db| {
            let total: i64 = db
                .prepare_cached(&format!("SELECT count(*) FROM ledger WHERE {condition}"))?
                .query_row([&filter], |row| row.get(0))?;
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM ledger WHERE {condition} ORDER BY {} LIMIT ?3 OFFSET ?2",
                rank.sql(reverse)
            ))?;
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![filter, offset, limit], ledger_row)?;
            Ok((rows.collect::<rusqlite::Result<_>>()?, total.unsigned_abs()))
        })
    }

    /// When mail of these addresses arrived on an account since `since`: index into `addresses`, and the time. In no order; a message
    /// that lies in two mailboxes (All Mail) counts once.
    pub fn arrivals_of(
        &self,
        account: AccountId,
        addresses: &[&str],
        since: UnixTime,
    ) -> Result<Vec<(usize, UnixTime)>, Fault> {
        let places: HashMap<&str, usize> = addresses.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        let mut origins: HashMap<i64, usize> = HashMap::new();
        self.matching_origins_by_id(|id, text| {
            origins.extend(places.get(text).map(|place| (id, *place)));
        })?;
        self.read(|db| {
            let mut folders = db.prepare_cached("SELECT id FROM folder WHERE account = ?1")?;
            let folders: Vec<i64> =
                folders.query_map([account.0], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut statement = db.prepare_cached(
                "SELECT at, origin FROM message INDEXED BY message_by_arrival WHERE folder = ?1 AND at >= ?2",
            )?;
            let mut seen: HashSet<(i64, i64)> = HashSet::new();
            let mut found = Vec::new();
            for folder in folders {
                let mut rows = statement.query(params![folder, since.0])?;
                while let Some(row) = rows.next()? {
                    let Some(origin) = row.get::<_, Option<i64>>(1)? else { continue };
                    let Some(place) = origins.get(&origin) else { continue };
                    let at: i64 = row.get(0)?;
                    if seen.insert((origin, at)) {
                        found.push((*place, UnixTime(at)));
                    }
                }
            }
            Ok(found)
        })
    }

    fn matching_origins_by_id(&self, mut each: impl FnMut(i64, &str)) -> Result<(), Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT id, address FROM origin")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(row.get(0)?, row.get_ref(1)?.as_str()?);
            }
            Ok(())
        })
    }
}

fn ledger_row(row: &Row<'_>) -> rusqlite::Result<LedgerRow> {
    Ok(LedgerRow {
        account: AccountId(row.get(0)?),
        address: row.get(1)?,
        received: row.get(2)?,
        read: row.get(3)?,
        replied: row.get(4)?,
        sent_to: row.get(5)?,
        first_seen: UnixTime(row.get(6)?),
        last_seen: UnixTime(row.get(7)?),
        category: row.get::<_, Option<String>>(8)?.as_deref().and_then(Category::from_word),
    })
}
