//! The journal in pages.

use rusqlite::params;

use super::super::Store;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, RunId, UnixTime};
use crate::logic::journal::Row;

/// A run and what became of its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// Its number.
    pub id: RunId,
    /// When it began.
    pub at: UnixTime,
    /// `pass`, `order`, `undo`, …
    pub what: String,
    /// The order that it carried out: whom, what for.
    pub order: Option<(String, String, Category)>,
    /// The accounts that it touched, by name.
    pub accounts: Vec<String>,
    /// Rows that were carried out, taken back since or not, by category in the order of [`Category::ALL`].
    pub counts: [u32; 5],
    /// Rows that are done and can be taken back.
    pub undoable: u32,
}

impl Store {
    /// A part of the runs, the newest first, and how many there are.
    pub fn runs(&self, offset: u64, limit: u32) -> Result<(Vec<RunSummary>, u64), Fault> {
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        self.read(|db| {
            let total: i64 = db.prepare_cached("SELECT count(*) FROM run")?.query_row([], |row| row.get(0))?;
            let mut statement = db.prepare_cached(
                "SELECT r.id, r.at, r.what, o.kind, o.name, o.category FROM run r
                 LEFT JOIN standing_order o ON o.id = r.standing_order ORDER BY r.id DESC LIMIT ?2 OFFSET ?1",
            )?;
            let mut rows = statement.query(params![offset, limit])?;
            let mut runs = Vec::new();
            while let Some(row) = rows.next()? {
                let category = row.get::<_, Option<String>>(5)?.as_deref().and_then(Category::from_word);
                let order = (row.get::<_, Option<String>>(3)?, row.get::<_, Option<String>>(4)?, category);
                let mut run = RunSummary {
                    id: RunId(row.get(0)?),
                    at: UnixTime(row.get(1)?),
                    what: row.get(2)?,
                    order: if let (Some(kind), Some(name), Some(category)) = order {
                        Some((kind, name, category))
                    } else {
                        None
                    },
                    accounts: Vec::new(),
                    counts: [0; 5],
                    undoable: 0,
                };
                count_rows(db, &mut run)?;
                runs.push(run);
            }
            Ok((runs, total.unsigned_abs()))
        })
    }

    /// A part of the rows of a run, oldest first, and how many there are.
    pub fn rows_of_run(&self, run: RunId, offset: u64, limit: u32) -> Result<(Vec<Row>, u64), Fault> {
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let total: i64 = self.read(|db| {
            db.prepare_cached("SELECT count(*) FROM journal WHERE run = ?1")?.query_row([run.0], |row| row.get(0))
        })?;
        let rows = self.rows("WHERE j.run = ?1 ORDER BY j.id LIMIT ?3 OFFSET ?2", params![run.0, offset, limit])?;
        Ok((rows, total.unsigned_abs()))
    }
}

fn count_rows(db: &rusqlite::Connection, run: &mut RunSummary) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(
        "SELECT a.name, j.category, j.state = 'done' AND j.undoes IS NULL, count(*) FROM journal j
         JOIN account a ON a.id = j.account WHERE j.run = ?1 AND j.state IN ('done', 'undone', 'gone')
         GROUP BY 1, 2, 3 ORDER BY 1",
    )?;
    let mut rows = statement.query([run.id.0])?;
    while let Some(row) = rows.next()? {
        let account = row.get_ref(0)?.as_str()?;
        if run.accounts.last().is_none_or(|last| last != account) {
            run.accounts.push(account.to_owned());
        }
        let count: u32 = row.get(3)?;
        let category = row.get_ref(1)?.as_str()?;
        if let Some(place) = Category::ALL.iter().position(|one| one.word() == category) {
            run.counts[place] += count;
        }
        if row.get(2)? {
            run.undoable += count;
        }
    }
    Ok(())
}
