//! `mailherd undo`

use std::collections::HashSet;

use super::args::Undo;
use super::daemon;
use super::face::{Face, guarded};
use super::words::plural;
use crate::config::Config;
use crate::daemon::engine::Link;
use crate::daemon::pass::PassRun;
use crate::daemon::undo::{self, Report, check, rows_of};
use crate::logic::engine::{Act, Reply, Request, Undo as Wanted};
use crate::logic::fault::Fault;
use crate::logic::ids::{RowId, RunId};
use crate::store::{Store, UndoScope};

pub(super) async fn undo(face: &mut Face, args: &Undo) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let mut store = Store::open(&config.state_dir)?;
    let Some(scope) = scope(args, &store)? else {
        show(face, Report::default(), 0);
        return Ok(Vec::new());
    };
    check(scope, &store)?;
    if let Some(link) = face.daemon(&config).await? {
        let rows = rows_of(&store, scope)?.values().map(HashSet::len).sum();
        drop(store);
        return by_daemon(face, &link, scope, rows).await;
    }
    let orders = store.orders_of(scope)?;
    let rows = rows_of(&store, scope)?;
    let mut total = Report::default();
    let mut faults = Vec::new();
    let mut run = PassRun::new("undo", None);
    for (name, chosen) in rows {
        let report = one_account(face, &config, &name, &chosen, &mut run, &mut faults).await;
        total.undone += report.undone;
        total.missing += report.missing;
        total.failed += report.failed;
    }
    if total.failed == 0 {
        // Taking an action back also lifts the order that it gave.
        orders.iter().rev().try_for_each(|order| store.take_back_order(*order, face.now).map(drop))?;
        show(face, total, orders.len());
    } else {
        show(face, total, 0);
    }
    Ok(faults)
}

/// The daemon holds the accounts, so it takes back. `rows` are the rows in question.
async fn by_daemon(face: &mut Face, link: &Link, scope: UndoScope, rows: usize) -> Result<Vec<Fault>, Fault> {
    let undo = match scope {
        UndoScope::Run(run) => Wanted::Run(run.0),
        UndoScope::Row(row) => Wanted::Row(row.0),
        UndoScope::All => Wanted::All,
    };
    match link.ask(Request::Do(Act::Undo(undo))).await {
        Ok(Reply::Done(done)) => {
            let [undone, missing, failed] = [done.moved, done.missing, done.stuck].map(|count| count as usize);
            show(face, Report { undone, missing, failed }, done.lifted as usize);
            Ok(done.faults)
        }
        Ok(_) => Err(daemon::misunderstood()),
        Err(fault) => {
            show(face, Report { failed: rows, ..Report::default() }, 0);
            Err(fault)
        }
    }
}

async fn one_account(
    face: &Face,
    config: &Config,
    name: &str,
    chosen: &HashSet<RowId>,
    run: &mut PassRun,
    faults: &mut Vec<Fault>,
) -> Report {
    let failed = Report { failed: chosen.len(), ..Report::default() };
    let Some(account) = config.accounts.iter().find(|account| account.name == name) else {
        faults.push(Fault::refused(
            format!("{} moves belong to the account {name}, which is not in the config", chosen.len()),
            "put the account back into the config to undo them",
        ));
        return failed;
    };
    let setting = face.setting(account, false);
    let mut report = failed;
    let result = guarded(name, async {
        let (done, result) = undo::undo(config, &setting, chosen, run).await;
        report = done;
        result
    })
    .await;
    faults.extend(result.err());
    report
}

fn scope(args: &Undo, store: &Store) -> Result<Option<UndoScope>, Fault> {
    Ok(match (args.run, args.id) {
        (Some(run), _) => Some(UndoScope::Run(RunId(run))),
        (_, Some(id)) => Some(UndoScope::Row(RowId(id))),
        _ if args.all => Some(UndoScope::All),
        _ => store.last_undoable_run()?.map(UndoScope::Run),
    })
}

fn show(face: &mut Face, report: Report, orders: usize) {
    if face.out().json() {
        face.out().object(&report);
        return;
    }
    let mut line = format!("{} taken back", plural(report.undone as u64, "message", "messages"));
    if report.missing > 0 {
        line += &format!(", {} no longer where mailherd put it", report.missing);
    }
    if report.failed > 0 {
        line += &format!(", {} not taken back", report.failed);
    }
    if orders > 0 {
        line += &format!(", {} lifted", plural(orders as u64, "order", "orders"));
    }
    face.out().line(line);
}
