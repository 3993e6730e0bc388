//! Taking back what was done: moves, the orders that went with them, and the orders that those had replaced.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::future::join_all;

use super::hub::{Hub, unexpected};
use super::job::{Job, Outcome};
use super::wording::{self, messages};
use crate::daemon::clock;
use crate::daemon::filing::Run;
use crate::daemon::undo::{self, Report, rows_of};
use crate::logic::engine::{Answer, Done, Reply, Undo};
use crate::logic::fault::Fault;
use crate::logic::ids::{RowId, RunId};
use crate::logic::printable::Printable;
use crate::store::UndoScope;

/// The rows of each account, and the orders.
#[derive(Default)]
struct Scope {
    rows: BTreeMap<String, HashSet<RowId>>,
    orders: BTreeSet<i64>,
}

impl Hub {
    /// Takes back.
    pub(super) async fn undo(&self, undo: Undo) -> Answer {
        let Scope { rows, orders } = self.scope(undo)?;
        let mut total = Report::default();
        let mut faults = Vec::new();
        let jobs = rows.into_iter().map(async |(name, rows)| {
            let count = rows.len();
            let result = match self.account(&name) {
                Ok(account) => self.job(account, Job::Undo(rows), Run::new("undo", None)).await,
                Err(_) => Err(Fault::refused(
                    format!(
                        "{} belong to the account {}, which is not in the config",
                        messages(count),
                        Printable::new(&name)
                    ),
                    "put the account back into the config to undo them",
                )),
            };
            (count, result)
        });
        for (count, outcome) in join_all(jobs).await {
            match outcome {
                Ok(Outcome::Undone { report, fault }) => {
                    total.undone += report.undone;
                    total.missing += report.missing;
                    total.failed += report.failed;
                    faults.extend(fault);
                }
                Ok(_) => faults.push(unexpected()),
                Err(fault) => {
                    total.failed += count;
                    faults.push(fault);
                }
            }
        }
        if let (0, 0, Some(fault)) = (total.undone, total.missing, faults.first()) {
            return Err(fault.clone());
        }
        // While something is still where the order put it, the order stands.
        let lifted = if total.failed == 0 { self.take_back(&orders)? } else { Vec::new() };
        self.tell_all();
        Ok(Reply::Done(done(total, lifted, &faults)))
    }

    /// Lifts orders; those that they replaced are in force again. In words.
    fn take_back(&self, orders: &BTreeSet<i64>) -> Result<Vec<String>, Fault> {
        let mut store = self.store.borrow_mut();
        let mut words = Vec::new();
        // The newest first: one of them may have replaced another.
        for order in orders.iter().rev() {
            if store.take_back_order(*order, clock::now())?
                && let Some((who, category)) = store.order(*order)?
            {
                words.push(format!("\"{} is {}\" is lifted", Printable::new(&who), wording::place(category)));
            }
        }
        Ok(words)
    }

    fn scope(&self, undo: Undo) -> Result<Scope, Fault> {
        let store = self.store.borrow();
        let mut scope = Scope::default();
        let mut add = |which: UndoScope| -> Result<(), Fault> {
            for (account, rows) in rows_of(&store, which)? {
                scope.rows.entry(account).or_default().extend(rows);
            }
            scope.orders.extend(store.orders_of(which)?);
            Ok(())
        };
        match undo {
            Undo::Run(run) => {
                undo::check(UndoScope::Run(RunId(run)), &store)?;
                add(UndoScope::Run(RunId(run)))?;
            }
            Undo::Row(row) => {
                undo::check(UndoScope::Row(RowId(row)), &store)?;
                add(UndoScope::Row(RowId(row)))?;
            }
            Undo::All => add(UndoScope::All)?,
            Undo::Done { runs, orders } => {
                runs.into_iter().try_for_each(|run| add(UndoScope::Run(RunId(run))))?;
                scope.orders.extend(orders);
            }
            Undo::Sender { account, address } => {
                let name = self.config_of(self.account(&account)?).name.clone();
                let (rows, orders) = store.done_to_sender(store.account(&name)?, &address.to_lowercase())?;
                if rows.is_empty() && orders.is_empty() {
                    let cause = format!("there is nothing to take back of {}", Printable::new(&address));
                    return Err(Fault::refused(cause, "`mailherd log` lists what was done"));
                }
                scope.rows.insert(name, rows.into_iter().collect());
                scope.orders.extend(orders);
            }
        }
        scope.rows.retain(|_, rows| !rows.is_empty());
        Ok(scope)
    }
}

fn done(total: Report, lifted: Vec<String>, faults: &[Fault]) -> Done {
    let mut words = vec![format!("{} taken back", messages(total.undone))];
    if total.missing > 0 {
        words.push(format!("{} no longer where mailherd put them", messages(total.missing)));
    }
    let orders = lifted.len();
    words.extend(lifted);
    if total.failed > 0 {
        let why = faults.first().map(|fault| format!(": {fault}")).unwrap_or_default();
        words.push(format!("{} not taken back{why}", messages(total.failed)));
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Done {
        words,
        moved: count(total.undone),
        missing: count(total.missing),
        stuck: count(total.failed),
        lifted: count(orders),
        faults: faults.to_vec(),
        ..Done::default()
    }
}
