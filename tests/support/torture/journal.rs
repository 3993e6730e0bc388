//! The journal, read from the database by nobody's code but this.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// A row of the journal, as far as it matters here.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// What its run was for.
    pub run: String,
    /// Whose.
    pub account: String,
    /// `move`, `flag`, `append`
    pub kind: String,
    /// `intended`, `done` …
    pub state: String,
    /// Which message.
    pub instance: (Vec<u8>, u32),
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// Where it came to lie.
    pub to_uid: Option<u32>,
    /// The row that it takes back.
    pub undoes: Option<i64>,
    /// Why it was refused.
    pub trouble: Option<String>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { id, run, account, kind, state, from, to, to_uid, undoes, trouble, .. } = self;
        write!(
            f,
            "row {id}, {run} of {account}: {kind} {from} -> {to} {to_uid:?} {state}, undoes {undoes:?}, {trouble:?}"
        )
    }
}

/// Columns that hold a time.
const TIMES: [(&str, &str); 15] = [
    ("account", "looked_at"),
    ("account", "program_moved_at"),
    ("folder", "managed_at"),
    ("message", "since"),
    ("run", "at"),
    ("journal", "at"),
    ("standing_order", "given_at"),
    ("standing_order", "lifted_at"),
    ("waiting", "at"),
    ("waiting", "decided_at"),
    ("departure", "since"),
    ("departure", "at"),
    ("arrival", "at"),
    ("user_move", "at"),
    ("digest", "looked_at"),
];

/// The database of a state directory.
#[derive(Clone, Debug)]
pub struct Database {
    path: PathBuf,
    /// The journal as it was when it was last read, while mailherd is not at work.
    resting: Arc<Mutex<Resting>>,
}

#[derive(Debug, Default)]
struct Resting {
    at_work: bool,
    rows: Option<Arc<[Row]>>,
}

impl Database {
    /// In this state directory.
    pub fn of(state: &Path) -> Database {
        Database { path: state.join("mailherd.sqlite3"), resting: Arc::default() }
    }

    /// From now on mailherd is at work, or it is not.
    pub fn at_work(&self, at_work: bool) {
        *self.resting.lock().unwrap() = Resting { at_work, rows: None };
    }

    fn open(&self) -> Option<Connection> {
        if !self.path.exists() {
            return None;
        }
        let db =
            Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE).expect("the database opens");
        db.busy_timeout(Duration::from_secs(20)).unwrap();
        Some(db)
    }

    /// All rows, oldest first.
    pub fn rows(&self) -> Arc<[Row]> {
        let mut resting = self.resting.lock().unwrap();
        match &resting.rows {
            Some(rows) if !resting.at_work => Arc::clone(rows),
            _ => Arc::clone(resting.rows.insert(self.read().into())),
        }
    }

    fn read(&self) -> Vec<Row> {
        let Some(db) = self.open() else { return Vec::new() };
        let mut statement = db
            .prepare(
                "SELECT j.id, r.what, a.name, j.kind, j.state, j.digest, j.size, j.from_folder, j.to_folder, j.to_uid, j.undoes,
                     j.trouble
                 FROM journal j JOIN run r ON r.id = j.run JOIN account a ON a.id = j.account ORDER BY j.id",
            )
            .expect("the journal is there");
        let rows = statement.query_map([], |row| {
            Ok(Row {
                id: row.get(0)?,
                run: row.get(1)?,
                account: row.get(2)?,
                kind: row.get(3)?,
                state: row.get(4)?,
                instance: (row.get(5)?, row.get(6)?),
                from: row.get(7)?,
                to: row.get(8)?,
                to_uid: row.get(9)?,
                undoes: row.get(10)?,
                trouble: row.get(11)?,
            })
        });
        rows.unwrap().collect::<Result<_, _>>().expect("rows of the journal")
    }

    /// Makes everything that mailherd remembers so many seconds older. Dates of mail stay.
    pub fn age(&self, seconds: i64) {
        let Some(db) = self.open() else { return };
        let text = TIMES.map(|(table, column)| {
            format!("UPDATE {table} SET {column} = {column} - {seconds} WHERE {column} > {seconds};")
        });
        db.execute_batch(&format!("BEGIN IMMEDIATE;{}COMMIT;", text.concat())).expect("times are there");
    }

    /// SQLite's own check, and what refers to nothing.
    pub fn is_whole(&self) -> Result<(), String> {
        let Some(db) = self.open() else { return Ok(()) };
        let word: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|it| it.to_string())?;
        let orphan = db.query_row("PRAGMA foreign_key_check", [], |row| row.get::<_, String>(0)).ok();
        match (word.as_str(), orphan) {
            ("ok", None) => Ok(()),
            (word, orphan) => Err(format!("the database: {word}, orphans in {orphan:?}")),
        }
    }
}
