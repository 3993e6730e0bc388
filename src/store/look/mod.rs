//! Looking without touching: what lists, ledger pages and figures are drawn from.
//!
//! All of it is cheap enough for a key press, with a hundred thousand messages in one mailbox. Lists come from the index
//! `message_by_arrival`; texts are read for the rows that are shown, and for a search.

mod figures;
mod mail;
mod past;
mod people;

use std::path::Path;

pub use figures::TrialRow;
pub use mail::{MailSpot, MailText, Shelf, ShownMail};
pub use past::RunSummary;
pub use people::{LedgerRow, SenderRank};

use super::{AccountId, Store};
use crate::logic::fault::Fault;

impl Store {
    /// Opens the database for looking: whatever would write fails. Makes it when there is none yet.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_to_look(state_dir: &Path) -> Result<Store, Fault> {
        let store = Store::open(state_dir)?;
        store.read(|db| db.pragma_update(None, "query_only", true))?;
        Ok(store)
    }

    /// Runs `work` on one unchanging state of the database, and says which: the number changes when another connection has
    /// written.
    pub fn snapshot<T>(&self, work: impl FnOnce(i64) -> Result<T, Fault>) -> Result<T, Fault> {
        let version = self.read(|db| {
            db.execute_batch("BEGIN")?;
            db.pragma_query_value(None, "data_version", |row| row.get(0))
        });
        let result = version.and_then(work);
        // A transaction that only read has nothing to lose.
        let end = self.read(|db| if db.is_autocommit() { Ok(()) } else { db.execute_batch("COMMIT") });
        result.and_then(|value| end.map(|()| value))
    }

    /// The accounts that are known, by name.
    pub fn known_accounts(&self) -> Result<Vec<(AccountId, String)>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT id, name FROM account ORDER BY id")?;
            let rows = statement.query_map([], |row| Ok((AccountId(row.get(0)?), row.get(1)?)))?;
            rows.collect()
        })
    }
}
