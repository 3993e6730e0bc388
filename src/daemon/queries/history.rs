//! The journal in pages, and what waits for the user's word.

use super::{Look, about, limit};
use crate::daemon::shown;
use crate::logic::engine::{JournalRow, Page, RunRow, WaitingKind, WaitingRow};
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

    /// Orders that were read out of the user's moves and are too much to be believed at once.
    pub(super) fn waiting(&mut self) -> Result<Vec<WaitingRow>, Fault> {
        let pending = self.store.orders(None, true)?;
        let rows = pending.into_iter().map(|stored| WaitingRow {
            id: stored.order.id.to_string(),
            account: stored.account.unwrap_or_default(),
            kind: WaitingKind::Order,
            since: stored.order.given_at,
            text: about(&stored.order.who, stored.order.category),
            details: vec![format!(
                "Mail of {} goes to {} from now on. Without your word it is judged as before.",
                stored.order.who, stored.order.category
            )],
        });
        Ok(rows.collect())
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
