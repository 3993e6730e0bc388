//! The journal in pages.

use super::{Look, about, limit};
use crate::daemon::shown;
use crate::logic::engine::{JournalRow, Page, RunRow};
use crate::logic::fault::Fault;
use crate::logic::ids::RunId;
use crate::logic::journal::Row;
use crate::logic::orders::Who;
use crate::logic::verdict::headline_of;
use crate::store::RunSummary;

impl Look<'_> {
    pub(super) fn runs(&mut self, page: Page) -> Result<(Vec<RunRow>, u64), Fault> {
        let (runs, total) = self.store.runs(page.offset, limit(page))?;
        Ok((runs.into_iter().map(run).collect(), total))
    }

    pub(super) fn rows(&mut self, run: i64, page: Page) -> Result<(Vec<JournalRow>, u64), Fault> {
        let (rows, total) = self.store.rows_of_run(RunId(run), page.offset, limit(page))?;
        Ok((rows.into_iter().map(journal_row).collect(), total))
    }
}

fn run(run: RunSummary) -> RunRow {
    RunRow {
        id: run.id.0,
        at: run.at,
        what: run.what,
        accounts: run.accounts,
        counts: run.counts,
        undoable: run.undoable,
        order: run.order.and_then(|(kind, name, category)| Some(about(&Who::from_columns(&kind, &name)?, category))),
    }
}

/// A row of the journal as faces show it.
pub fn journal_row(row: Row) -> JournalRow {
    JournalRow {
        id: row.id.0,
        run: row.run.0,
        at: row.at,
        account: row.account,
        kind: row.intent.kind.word().to_owned(),
        state: row.state.word().to_owned(),
        category: row.intent.category,
        from_folder: shown(&row.intent.from.folder),
        to_folder: shown(&row.intent.to),
        because: headline_of(&row.intent.reasons),
        sender: row.intent.sender,
        subject: row.intent.subject,
        undoes: row.intent.undoes.map(|row| row.0),
        trouble: row.trouble,
    }
}
