//! The database: what was learned, what was ordered, what was moved. One SQLite file in the state directory, one writer.
//!
//! It knows only `logic`. It never changes mail and never asks a server anything. Journal intents are committed with
//! `synchronous = FULL` before anybody may act on them; everything else may be lost with the power, since the next pass
//! finds it again.

mod acts;
mod digest;
mod fit;
mod folders;
mod half_made;
mod imports;
mod instances;
mod journal;
mod learning;
mod ledger;
mod lock;
mod look;
mod migrate;
mod moves;
mod object;
mod orders;
mod settling;
mod shown;
mod teaching;
mod thrown;
mod undoable;
mod user_moves;
mod waiting;
mod whereabouts;

use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::logic::fault::Fault;

use shown::Origins;

pub use acts::{RowOutcome, WrittenTo};
pub use digest::{DigestMark, Since};
pub use folders::FolderState;
pub use imports::Imported;
pub use instances::Standing;
pub use journal::LogFilter;
pub use learning::{Seen, SenderOf, Sighting};
pub use ledger::SenderRow;
pub use lock::{AccountLock, DaemonLock};
pub use look::{LedgerRow, MailSpot, MailText, RunSummary, SenderRank, Shelf, ShownMail, TrialRow};
pub use moves::Observed;
pub use orders::StoredOrder;
pub use shown::{Origin, Shown};
pub use teaching::Taught;
pub use undoable::UndoScope;
pub use user_moves::Dragged;
pub use waiting::{Given, Waiting, WaitingFor};

/// An account's row in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(i64);

/// The open database.
pub struct Store {
    db: Connection,
    path: PathBuf,
    origins: RefCell<Origins>,
}

/// What the database is called in the state directory.
const FILE: &str = "mailherd.sqlite3";

impl Store {
    /// Whether there is a database in `state_dir`.
    pub fn is_in(state_dir: &Path) -> bool {
        state_dir.join(FILE).exists()
    }

    /// Opens, or makes, the database in `state_dir`, whose permissions are tightened to 0700 (files 0600).
    ///
    /// # Errors
    /// When the directory or the file cannot be used, or when a newer mailherd wrote it.
    pub fn open(state_dir: &Path) -> Result<Store, Fault> {
        prepare_directory(state_dir)?;
        let path = state_dir.join(FILE);
        // SQLite gives its -wal and -shm files the permissions of the database file, so this one decides.
        private_file(&path)?;
        let db = Connection::open(&path).map_err(|error| fault(&path, &error))?;
        let mut store = Store { db, path, origins: RefCell::default() };
        store.set_up().map_err(|error| fault(&store.path, &error))?;
        migrate::migrate(&mut store.db).map_err(|problem| problem.into_fault(&store.path))?;
        Ok(store)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The row of the account called `name`; made when there is none.
    pub fn account(&self, name: &str) -> Result<AccountId, Fault> {
        self.try_account(name).map_err(|error| self.fault(&error))
    }

    fn try_account(&self, name: &str) -> rusqlite::Result<AccountId> {
        self.db.execute("INSERT INTO account (name) VALUES (?1) ON CONFLICT DO NOTHING", [name])?;
        self.db.query_row("SELECT id FROM account WHERE name = ?1", [name], |row| Ok(AccountId(row.get(0)?)))
    }

    /// SQLite's own check of the file; the first complaint, when there is one.
    pub fn integrity(&self) -> Result<Option<String>, Fault> {
        let word: String =
            self.db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| self.fault(&error))?;
        Ok((word != "ok").then_some(word))
    }

    fn set_up(&mut self) -> rusqlite::Result<()> {
        self.db.busy_timeout(std::time::Duration::from_secs(30))?;
        self.db.pragma_update(None, "journal_mode", "WAL")?;
        self.db.pragma_update(None, "synchronous", "NORMAL")?;
        self.db.pragma_update(None, "foreign_keys", true)?;
        stable_plans(&self.db)?;
        // 8 MiB: the memory promise is 64 MiB for the whole process.
        self.db.pragma_update(None, "cache_size", -8192)?;
        // 16 MiB of WAL before pages are copied back: a first pass writes each page several times.
        self.db.pragma_update(None, "wal_autocheckpoint", 4000)?;
        self.db.set_prepared_statement_cache_capacity(64);
        Ok(())
    }

    /// How many rows this connection has written; when it has not changed, nothing was learned.
    pub fn changes(&self) -> u64 {
        self.db.total_changes()
    }

    /// Keeps at most a megabyte of pages in memory: for connections that are open for months and mostly idle.
    pub fn keep_little(&self) -> Result<(), Fault> {
        self.db.pragma_update(None, "cache_size", -1024).map_err(|error| self.fault(&error))
    }

    /// Gives memory back that SQLite keeps for the next statement.
    pub fn shrink(&self) -> Result<(), Fault> {
        self.db.execute_batch("PRAGMA shrink_memory").map_err(|error| self.fault(&error))
    }

    /// Runs `work` in one transaction.
    fn transaction<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        let path = &self.path;
        let run = || {
            let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|error: rusqlite::Error| fault(path, &error))
    }

    /// Runs `work` in one transaction that is on the disk when this returns.
    fn durable_transaction<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        self.db.pragma_update(None, "synchronous", "FULL").map_err(|error| self.fault(&error))?;
        let result = self.transaction(work);
        self.db.pragma_update(None, "synchronous", "NORMAL").map_err(|error| self.fault(&error))?;
        result
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        work(&self.db).map_err(|error| self.fault(&error))
    }

    fn fault(&self, error: &rusqlite::Error) -> Fault {
        fault(&self.path, error)
    }
}

/// Statements are planned once, without a look at the values that are bound. Otherwise each one with two conditions is parsed and
/// planned anew whenever it is taken out of rusqlite's cache (SQLite 3.51: clearing the bindings expires it): 25 µs, which is
/// several times what most of them do.
pub(super) fn stable_plans(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

fn fault(path: &Path, error: &rusqlite::Error) -> Fault {
    let hint = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => "free some space on that disk",
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            "another mailherd is writing; try again"
        }
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            "restore it from a backup, or move it away: mailherd then starts afresh (undo of old moves is lost with it)"
        }
        _ => "check the permissions and the disk of the state directory (state_dir)",
    };
    Fault::local(format!("the database {} failed: {error}", path.display()), hint)
}

fn prepare_directory(dir: &Path) -> Result<(), Fault> {
    let trouble = |error: std::io::Error| {
        Fault::local(
            format!("cannot use the state directory {}: {error}", dir.display()),
            "set state_dir in the config to a directory that you can write to",
        )
    };
    std::fs::create_dir_all(dir).map_err(trouble)?;
    let mode = std::fs::metadata(dir).map_err(trouble)?.permissions().mode();
    if mode & 0o777 != 0o700 {
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(trouble)?;
    }
    Ok(())
}

/// Makes the file when it is not there, and lets only its owner read it.
fn private_file(path: &Path) -> Result<std::fs::File, Fault> {
    use std::os::unix::fs::OpenOptionsExt;
    let open = || {
        let file =
            std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if file.metadata()?.permissions().mode() & 0o777 != 0o600 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    };
    open().map_err(|error: std::io::Error| {
        Fault::local(
            format!("cannot open {}: {error}", path.display()),
            "check the permissions of the state directory (state_dir)",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_private_even_when_it_was_not() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        std::fs::create_dir(&state).unwrap();
        std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(state.join("mailherd.sqlite3"), b"").unwrap();
        let mut store = Store::open(&state).unwrap();
        store.transaction(|db| db.execute("INSERT INTO account (name) VALUES ('x')", [])).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&state), 0o700);
        for entry in std::fs::read_dir(&state).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }

    #[test]
    fn a_statement_out_of_the_cache_is_not_planned_again() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let statement = || {
            store.db.prepare_cached("UPDATE instance SET standing = ?3 WHERE account = ?1 AND digest = ?2 AND size = 5")
        };
        for number in 0..3_i64 {
            statement().unwrap().execute(rusqlite::params![number, [7_u8; 16], 1]).unwrap();
        }
        let again = statement().unwrap().get_status(rusqlite::StatementStatus::RePrepare);
        assert_eq!(again, 0);
    }

    #[test]
    fn rows_of_the_journal_cannot_be_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let account = store.account("home").unwrap();
        let fill = |db: &Connection| {
            db.execute("INSERT INTO run (at, what) VALUES (0, 'pass')", [])?;
            db.execute(
                "INSERT INTO journal (run, at, account, kind, state, category, digest, size, internal_date, from_folder,
                     from_validity, from_uid, to_folder, to_validity, to_next, sender, subject, reasons)
                 VALUES (1, 0, ?1, 'move', 'done', 'bulk', x'00', 1, 0, 'INBOX', 1, 1, 'Bulk', 1, 1, '', '', '[]')",
                [account.0],
            )
        };
        store.transaction(fill).unwrap();
        let Err(fault) = store.transaction(|db| db.execute("DELETE FROM journal", [])) else { panic!("deleted") };
        assert!(fault.cause.contains("never deleted"), "{fault}");
    }

    #[test]
    fn a_file_that_is_no_database_is_named_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("mailherd.sqlite3");
        std::fs::write(&file, b"this is certainly not a database, it is a sentence that is long enough").unwrap();
        let Err(fault) = Store::open(dir.path()) else { panic!("opened") };
        assert!(fault.cause.contains("mailherd.sqlite3"), "{fault}");
        assert!(std::fs::read(&file).unwrap().starts_with(b"this is certainly"));
    }
}
