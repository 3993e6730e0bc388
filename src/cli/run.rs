//! `mailherd run --once`

use serde::Serialize;

use super::args::Run;
use super::face::{Face, chosen, guarded};
use super::style::Tone;
use super::table::{Cell, Column, Table};
use crate::config::{Account, Config};
use crate::daemon::pass::{self, Counts, PassRun, Report};
use crate::logic::fault::Fault;
use crate::logic::plan::Mode;

/// What `run --json` prints.
#[derive(Serialize)]
struct Outcome<'a> {
    mode: &'static str,
    accounts: Vec<AccountOutcome<'a>>,
}

#[derive(Serialize)]
struct AccountOutcome<'a> {
    account: &'a str,
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
            account: &account.name,
            ok: result.is_ok(),
            seen: report.seen,
            filed: report.filed,
            kept: report.kept,
            learned: report.learned,
            error: result.as_ref().err().map(|fault| fault.cause.clone()),
        });
        faults.extend(result.err());
    }
    let outcome = Outcome { mode: mode(accounts), accounts: outcomes };
    if face.out().json() {
        face.out().object(&outcome);
    } else {
        print(face, &outcome, run);
    }
    Ok(faults)
}

/// `mixed` when some accounts are filed and others previewed.
fn mode(accounts: &[&Account]) -> &'static str {
    match (accounts.iter().any(|a| a.mode == Mode::File), accounts.iter().any(|a| a.mode == Mode::Preview)) {
        (true, true) => "mixed",
        (true, false) => Mode::File.word(),
        _ => Mode::Preview.word(),
    }
}

fn print(face: &mut Face, outcome: &Outcome<'_>, run: PassRun) {
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
            Cell::trusted(one.account),
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
    match (outcome.mode, run.id) {
        ("preview", _) => face.out().note("preview: nothing was moved; set mode = \"file\" in the config to file mail"),
        // The demo's state is gone when it ends.
        (_, Some(_)) if outcome.accounts.iter().all(|one| one.account == super::demo::NAME) => {}
        (_, Some(id)) if moved > 0 => face
            .out()
            .note(format!("run {}: `mailherd log --run {0}` says why, `mailherd undo --run {0}` takes it back", id.0)),
        _ => {}
    }
}

pub(super) fn number(count: usize) -> Cell {
    Cell::from(count as u64)
}
