//! `mailherd run --once`

use std::borrow::Cow;

use serde::Serialize;

use super::args::Run;
use super::daemon;
use super::face::{Face, chosen, guarded};
use super::style::Tone;
use super::table::{Cell, Column, Table};
use crate::config::{Account, Config};
use crate::daemon::engine::Link;
use crate::daemon::pass::{self, Counts, PassRun, Report};
use crate::logic::engine::{Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::plan::Mode;
use crate::logic::printable::Printable;

/// What `run --json` prints.
#[derive(Serialize)]
struct Outcome<'a> {
    mode: &'static str,
    accounts: Vec<AccountOutcome<'a>>,
}

#[derive(Serialize)]
struct AccountOutcome<'a> {
    account: Cow<'a, str>,
    ok: bool,
    seen: usize,
    filed: Counts,
    kept: usize,
    learned: u64,
    error: Option<String>,
}

pub(super) async fn run(face: &mut Face, args: &Run) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let accounts = chosen(&config, args.account.as_deref())?;
    if let Some(link) = face.daemon(&config).await? {
        return by_daemon(face, &link, args).await;
    }
    once(face, &config, &accounts, args.yes).await
}

/// One pass over each of the accounts, and its result on standard output.
pub(super) async fn once(
    face: &mut Face,
    config: &Config,
    accounts: &[&Account],
    yes: bool,
) -> Result<Vec<Fault>, Fault> {
    let mut run = PassRun::new("pass", None);
    let mut faults = Vec::new();
    let mut outcomes = Vec::new();
    for account in accounts {
        let mut report = Report::default();
        let result = {
            let setting = face.setting(account, yes);
            guarded(&account.name, async {
                let (done, result) = pass::pass(config, &setting, &mut run).await;
                report = done;
                result
            })
            .await
        };
        face.voice.detail(&format!("{}: fetch rows: {}", account.name, report.fetch_rows));
        outcomes.push(AccountOutcome {
            account: Cow::Borrowed(&account.name),
            ok: result.is_ok(),
            seen: report.seen,
            filed: report.filed,
            kept: report.kept,
            learned: report.learned,
            error: result.as_ref().err().map(|fault| fault.cause.clone()),
        });
        faults.extend(result.err());
    }
    let outcome = Outcome { mode: mode(accounts.iter().map(|account| account.mode)), accounts: outcomes };
    let runs: Vec<i64> = run.id.iter().map(|id| id.0).collect();
    show(face, &outcome, &runs);
    Ok(faults)
}

/// The same by the daemon, which holds the accounts: it looks now, and tells what came of it.
async fn by_daemon(face: &mut Face, link: &Link, args: &Run) -> Result<Vec<Fault>, Fault> {
    let Reply::Ran(rans) = link.ask(Request::Run { account: args.account.clone(), sure: args.yes }).await? else {
        return Err(daemon::misunderstood());
    };
    let mode = mode(rans.iter().map(|ran| if ran.files { Mode::File } else { Mode::Preview }));
    let runs: Vec<i64> = rans.iter().filter_map(|ran| ran.run).collect();
    let (mut faults, mut accounts) = (Vec::new(), Vec::new());
    for ran in rans {
        accounts.push(AccountOutcome {
            ok: ran.fault.is_none(),
            seen: ran.seen as usize,
            filed: Counts::of(ran.filed),
            kept: ran.kept as usize,
            learned: ran.learned,
            error: ran.fault.as_ref().map(|fault| fault.cause.clone()),
            account: Cow::Owned(ran.account),
        });
        faults.extend(ran.fault);
    }
    show(face, &Outcome { mode, accounts }, &runs);
    Ok(faults)
}

fn show(face: &mut Face, outcome: &Outcome<'_>, runs: &[i64]) {
    if face.out().json() {
        face.out().object(outcome);
    } else {
        print(face, outcome, runs);
    }
}

/// `mixed` when some accounts are filed and others previewed.
fn mode(modes: impl Iterator<Item = Mode>) -> &'static str {
    let modes: Vec<Mode> = modes.collect();
    match (modes.contains(&Mode::File), modes.contains(&Mode::Preview)) {
        (true, true) => "mixed",
        (true, false) => Mode::File.word(),
        _ => Mode::Preview.word(),
    }
}

fn print(face: &mut Face, outcome: &Outcome<'_>, runs: &[i64]) {
    let mut table = Table::new(&[
        Column::left("account"),
        Column::right("seen"),
        Column::right("top"),
        Column::right("news"),
        Column::right("bulk"),
        Column::right("blackhole"),
        Column::right("kept"),
        Column::right("learned"),
        Column::left("result"),
    ]);
    for one in &outcome.accounts {
        let result = if one.ok { Cell::from("done").tone(Tone::Good) } else { Cell::from("failed").tone(Tone::Bad) };
        table.row([
            Cell::from(&Printable::new(&one.account)),
            number(one.seen),
            number(one.filed.top),
            number(one.filed.news),
            number(one.filed.bulk),
            number(one.filed.blackhole),
            number(one.kept),
            Cell::from(one.learned),
            result,
        ]);
    }
    face.out().table(&table);
    let moved: usize = outcome.accounts.iter().map(|one| one.filed.sum()).sum();
    match outcome.mode {
        "preview" => face.out().note("preview: nothing was moved; set mode = \"file\" in the config to file mail"),
        // The demo's state is gone when it ends.
        _ if outcome.accounts.iter().all(|one| one.account == super::demo::NAME) => {}
        _ if moved > 0 => runs.iter().for_each(|id| {
            face.out().note(format!(
                "run {id}: `mailherd log --run {id}` says why, `mailherd undo --run {id}` takes it back"
            ));
        }),
        _ => {}
    }
}

pub(super) fn number(count: usize) -> Cell {
    Cell::from(count as u64)
}
