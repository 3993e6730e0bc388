//! `mailherd uninstall`: what mailherd did to the mailboxes and to this machine, taken back as far as the user wants, and what is left.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::args::Uninstall;
use super::face::{Face, chosen, guarded};
use super::words::plural;
use crate::config::{Account, Config, SecretSource};
use crate::daemon::Asking as _;
use crate::daemon::pass::PassRun;
use crate::daemon::service::unit;
use crate::daemon::undo::{self, Report, rows_of};
use crate::daemon::uninstall::{self, Cleared};
use crate::logic::fault::Fault;
use crate::logic::ids::RowId;
use crate::logic::printable::Printable;
use crate::store::{Store, UndoScope};

/// What was done to one account.
struct Done<'a> {
    account: &'a Account,
    report: Report,
    cleared: Cleared,
}

/// A service that was told to end has done so within this time, or does not.
const ENDS: Duration = Duration::from_secs(20);

pub(super) async fn uninstall(face: &mut Face, args: &Uninstall) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let accounts = chosen(&config, args.account.as_deref())?;
    let rows = rows_of(&Store::open(&config.state_dir)?, UndoScope::All)?;
    begin(face, args, &accounts, |name| rows.get(name).map_or(0, HashSet::len))?;
    let service = end_service(face, &config, args).await?;
    let (mut done, mut faults) = (Vec::new(), Vec::new());
    let mut run = PassRun::new("undo", None);
    for account in accounts {
        let mut one = Done { account, report: Report::default(), cleared: Cleared::default() };
        let chosen = rows.get(&account.name).cloned().unwrap_or_default();
        put_back(face, &config, args, &mut one, &chosen, &mut run, &mut faults).await;
        if let Err(fault) = clear(face, &config, args, &mut one).await {
            faults.push(fault);
        }
        done.push(one);
    }
    tell(face, &config, &done, service);
    Ok(faults)
}

/// Without a terminal nothing is asked, so nothing is begun without `--yes`.
fn begin(face: &Face, args: &Uninstall, accounts: &[&Account], rows: impl Fn(&str) -> usize) -> Result<(), Fault> {
    let filed: usize = accounts.iter().map(|account| rows(&account.name)).sum();
    let cause = format!(
        "nothing was uninstalled; {} could be put back on {}",
        plural(filed as u64, "filed message", "filed messages"),
        plural(accounts.len() as u64, "account", "accounts"),
    );
    let hint = "on a terminal each step asks first; --yes says yes to all of them, --keep-mail leaves filed mail";
    match if args.yes { Some(true) } else { face.voice.ask("Uninstall mailherd? Each step asks again.") } {
        Some(true) => Ok(()),
        Some(false) => Err(Fault::refused(cause, "you said no")),
        None => Err(Fault::refused(cause, hint)),
    }
}

/// Ends what works on the accounts, since it would file again. Whether there was a service and it was ended.
async fn end_service(face: &mut Face, config: &Config, args: &Uninstall) -> Result<&'static str, Fault> {
    let there = tokio::task::spawn_blocking(unit::is_there).await.unwrap_or(false);
    let ended = there && args.account.is_none() && wanted(face, args, "End the service, now and at each login?");
    if ended {
        let usual = crate::config::usual_path()?;
        let home = usual.parent().and_then(Path::parent).unwrap_or(Path::new("/")).to_owned();
        let removed = tokio::task::spawn_blocking(move || unit::remove(&home)).await;
        removed
            .map_err(|_| Fault::local("the service could not be ended", "systemctl --user disable --now mailherd"))??;
    }
    let deadline = std::time::Instant::now() + if ended { ENDS } else { Duration::ZERO };
    while face.daemon(config).await?.is_some() {
        if std::time::Instant::now() >= deadline {
            let hint = match there {
                true => "end it first: systemctl --user stop mailherd",
                false => "end it first (kill with the process number that `mailherd status --json` shows)",
            };
            return Err(Fault::refused("a mailherd daemon is at work, and would file again", hint));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(match (there, ended) {
        (false, _) => "none",
        (true, true) => "ended",
        (true, false) => "left",
    })
}

fn wanted(face: &mut Face, args: &Uninstall, question: &str) -> bool {
    face.out().flush();
    args.yes || face.voice.ask(question) == Some(true)
}

async fn put_back(
    face: &mut Face,
    config: &Config,
    args: &Uninstall,
    one: &mut Done<'_>,
    chosen: &HashSet<RowId>,
    run: &mut PassRun,
    faults: &mut Vec<Fault>,
) {
    let name = &one.account.name;
    let count = plural(chosen.len() as u64, "filed message", "filed messages");
    let question =
        format!("{name}: put {count} back where they were, as far as they still are where mailherd put them?");
    if chosen.is_empty() || args.keep_mail || !wanted(face, args, &question) {
        return;
    }
    let setting = face.setting(one.account, args.yes);
    let report = &mut one.report;
    report.failed = chosen.len();
    let result = guarded(name, async {
        let (done, result) = undo::undo(config, &setting, chosen, run).await;
        *report = done;
        result
    });
    faults.extend(result.await.err());
}

async fn clear(face: &mut Face, config: &Config, args: &Uninstall, one: &mut Done<'_>) -> Result<(), Fault> {
    let name = &one.account.name;
    let found = {
        let setting = face.setting(one.account, args.yes);
        guarded(name, uninstall::look(config, &setting)).await?
    };
    let empty: Vec<String> =
        found.iter().filter(|left| left.messages == 0).map(|left| Printable::new(&left.folder).to_string()).collect();
    let question = format!("{name}: remove the empty folders {}?", empty.join(", "));
    one.cleared.left = found;
    if empty.is_empty() || !wanted(face, args, &question) {
        return Ok(());
    }
    let setting = face.setting(one.account, args.yes);
    one.cleared = guarded(name, uninstall::remove_folders(config, &setting)).await?;
    Ok(())
}

/// What is left on this machine: the config, passwords in files beside it, the state.
fn left(config: &Config) -> Vec<PathBuf> {
    let mut left = vec![config.path.clone()];
    let beside = |path: &PathBuf| path.parent() == config.path.parent();
    left.extend(config.accounts.iter().filter_map(|account| private_file(&account.secret).filter(beside)));
    left.push(config.state_dir.clone());
    left
}

/// The file that holds a password, or the secret of an OAuth2 client.
fn private_file(secret: &SecretSource) -> Option<PathBuf> {
    match secret {
        SecretSource::File(path) => Some(path.clone()),
        SecretSource::Oauth2(oauth2) => oauth2.client()?.secret.as_ref().and_then(private_file),
        _ => None,
    }
}

fn tell(face: &mut Face, config: &Config, done: &[Done<'_>], service: &'static str) {
    let left = left(config);
    if face.out().json() {
        let left: Vec<_> = left.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let accounts: Vec<Value> = done.iter().map(object).collect();
        face.out().object(&json!({ "accounts": accounts, "service": service, "left": left }));
        return;
    }
    for Done { account, report, cleared } in done {
        let put_back = plural(report.undone as u64, "message", "messages");
        let removed = match cleared.removed.as_slice() {
            [] => "no folder removed".to_owned(),
            names => format!("removed {}", Printable::new(&names.join(", "))),
        };
        face.out().line(format!("{}: {put_back} put back, {removed}", account.name));
        for left in &cleared.left {
            let why = match &left.why {
                Some(why) => Printable::new(why).to_string(),
                None => plural(u64::from(left.messages), "message", "messages"),
            };
            face.out().line(format!("  {} stays: {why}", Printable::new(&left.folder)));
        }
    }
    if service != "none" {
        face.out().line(format!("service: {service}"));
    }
    face.out()
        .line("\nLeft on this machine, with what mailherd learned and the orders (`mailherd export` keeps them):");
    for path in left {
        face.out().line(format!("  {}", Printable::new(&path.to_string_lossy())));
    }
    face.out().line("Delete them when you want none of it any more; then the program itself.");
}

fn object(one: &Done<'_>) -> Value {
    let Done { account, report, cleared } = one;
    let stays = |left: &uninstall::Left| json!({ "folder": left.folder, "messages": left.messages, "why": left.why });
    json!({
        "account": account.name, "undone": report.undone, "missing": report.missing, "failed": report.failed,
        "removed": cleared.removed, "stays": cleared.left.iter().map(stays).collect::<Vec<_>>(),
    })
}
