//! What other programs take for what comes nearest to a first pass. They keep nothing and judge less; two of them read INBOX alone.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::boxes::first_pass;
use super::reading::thousands;
use super::{Boxes, Plan, Row, Table, middle, middle_ratio};
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::EASY;
use crate::support::user::{User, write_private};

/// What a user would write.
const SCRIPT: &str = include_str!("../sorting.py");

/// See the module.
pub fn rows(plan: &Plan, boxes: &mut Boxes, table: &mut Table) {
    let user = boxes.of(plan.messages);
    let few = plan.rounds.min(3);
    let all: [(&str, &str, Option<Command>, usize, f64); 3] = [
        ("himalaya", "himalaya lists INBOX", himalaya(user, plan.messages), few, 1.5),
        ("the script", "a Python imaplib script sorts it", imaplib(user), few, 2.5),
        ("imapfilter", "imapfilter matches on From in INBOX", imapfilter(user), 1, 10.0),
    ];
    for (name, what, program, rounds, least) in all {
        let what = format!("first pass over {}; {what}", thousands(plan.messages));
        let Some(mut program) = program else {
            table.add(Row::absent(what, &format!("{name} is not installed: scripts/bench brings it")));
            continue;
        };
        if !plan.others {
            table.add(Row::absent(what, "left out"));
            continue;
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(first_pass(user, &user.configuration()).time);
            theirs.push(time(&mut program));
        }
        table.add(Row::faster(what, middle(&ours), (name, middle(&theirs)), middle_ratio(&theirs, &ours), least));
    }
}

/// The time from start to end, which has to be a good one.
fn time(program: &mut Command) -> Duration {
    let since = Instant::now();
    let output = program.stdin(Stdio::null()).output().expect("it starts");
    let elapsed = since.elapsed();
    let said = || {
        String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout[..output.stdout.len().min(500)])
    };
    assert!(output.status.success() && !output.stdout.is_empty(), "{program:?}: {}", said());
    elapsed
}

/// On the path, or where `scripts/bench` puts what it has to build.
fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = std::env::var_os("MAILHERD_BENCH_TOOLS").map(PathBuf::from);
    let mut folders = own.into_iter().chain(std::env::split_paths(&path));
    folders.find_map(|folder| Some(folder.join(name)).filter(|program| program.is_file()))
}

fn himalaya(user: &User, messages: usize) -> Option<Command> {
    let mut command = Command::new(installed("himalaya")?);
    let (port, name, password) = (user.server.port, &user.name, toml::Value::from(PASSWORD));
    let config = user.path("himalaya.toml");
    write_private(
        &config,
        &format!(
            "[accounts.home]\ndefault = true\nimap.server = \"imap://127.0.0.1:{port}\"\nimap.sasl.plain.username = \"{name}\"\n\
             imap.sasl.plain.password.raw = {password}\n"
        ),
    );
    command.arg("-c").arg(config).args(["envelope", "list", "-m", "INBOX", "-s", &messages.to_string()]);
    Some(command)
}

fn imaplib(user: &User) -> Option<Command> {
    let mut command = Command::new(installed("python3")?);
    let script = user.path("sorting.py");
    write_private(&script, SCRIPT);
    command.arg(script).args([&user.server.port.to_string(), &user.name, PASSWORD]);
    Some(command)
}

fn imapfilter(user: &User) -> Option<Command> {
    let mut command = Command::new(installed("imapfilter")?);
    let (port, name) = (user.server.port, &user.name);
    let config = user.path("imapfilter.lua");
    write_private(
        &config,
        &format!(
            "options.timeout = 600\noptions.starttls = false\noptions.info = false\n\
             home = IMAP {{ server = '127.0.0.1', port = {port}, username = '{name}', password = '{EASY}' }}\n\
             found = home.INBOX:match_from('newsletter')\nprint(#found)\n"
        ),
    );
    command.arg("-c").arg(config).env("HOME", user.path(""));
    Some(command)
}
