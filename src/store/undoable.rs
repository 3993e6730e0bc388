//! What of the journal can be taken back.

use super::Store;
use crate::logic::fault::Fault;
use crate::logic::ids::{RowId, RunId};

/// What to take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoScope {
    /// One run.
    Run(RunId),
    /// One row.
    Row(RowId),
    /// Everything.
    All,
}

impl Store {
    /// The done rows that a scope names, with their accounts' names. Rows that take something back are none of them,
    /// except when asked for by number.
    pub fn undoable(&self, scope: UndoScope) -> Result<Vec<(String, RowId)>, Fault> {
        let (condition, value) = match scope {
            UndoScope::All => ("AND (1 OR ?1)", 0),
            UndoScope::Run(run) => ("AND j.run = ?1", run.0),
            UndoScope::Row(row) => ("AND j.id = ?1", row.0),
        };
        self.read(|db| {
            let mut statement = db.prepare(&format!(
                "SELECT a.name, j.id FROM journal j JOIN account a ON a.id = j.account
                 WHERE j.state = 'done' AND j.undoes IS NULL {condition} ORDER BY j.id"
            ))?;
            let rows = statement.query_map([value], |row| Ok((row.get(0)?, RowId(row.get(1)?))))?;
            rows.collect()
        })
    }

    /// The newest run that still has something to take back: a done row, or an order in force. A digest is none: it came by
    /// itself, and nobody means it by "the last thing done".
    pub fn last_undoable_run(&self) -> Result<Option<RunId>, Fault> {
        self.read(|db| {
            db.query_row(
                "SELECT max(id) FROM (
                     SELECT r.id FROM run r JOIN standing_order o ON o.id = r.standing_order WHERE o.lifted_at IS NULL
                     UNION ALL SELECT run FROM standing_order WHERE lifted_at IS NULL AND run IS NOT NULL
                     UNION ALL SELECT run FROM journal WHERE state = 'done' AND undoes IS NULL AND kind <> 'append')",
                [],
                |row| row.get::<_, Option<i64>>(0),
            )
        })
        .map(|run| run.map(RunId))
    }

    /// The orders in force that runs in this scope carried out.
    pub fn orders_of(&self, scope: UndoScope) -> Result<Vec<i64>, Fault> {
        let (condition, value) = match scope {
            UndoScope::All => ("(1 OR ?1)", 0),
            UndoScope::Run(run) => ("r.id = ?1", run.0),
            // One message of several: the order stays; the only one, or the only one of its sender: it was the action.
            UndoScope::Row(row) => (
                "r.id = (SELECT run FROM journal WHERE id = ?1)
                 AND (SELECT count(*) FROM journal j WHERE j.run = r.id AND j.state = 'done' AND j.id <> ?1
                      AND (o.run IS NULL OR o.kind <> 'address' OR j.sender = o.name)) = 0
                 AND (o.run IS NULL OR o.kind <> 'address'
                      OR o.name = (SELECT sender FROM journal WHERE id = ?1))",
                row.0,
            ),
        };
        self.read(|db| {
            let mut statement = db.prepare(&format!(
                "SELECT DISTINCT o.id FROM run r JOIN standing_order o ON o.id = r.standing_order OR o.run = r.id
                 WHERE o.lifted_at IS NULL AND {condition}"
            ))?;
            let rows = statement.query_map([value], |row| row.get(0))?;
            rows.collect()
        })
    }
}
