//! From the start of the program to what a person waits for.

use std::process::{Command, Stdio};
use std::time::Instant;

use mailherd::store::Store;

use super::reading::thousands;
use super::{Boxes, Plan, Row, Table, median};
use crate::support::many::Many;
use crate::support::program::executable;

#[path = "../../queries/database.rs"]
mod database;
#[path = "../../frames/screen.rs"]
#[expect(dead_code, reason = "the frames example also presses keys")]
mod screen;

/// Milliseconds.
const FIRST_FRAME: f64 = 150.0;
const HELP: f64 = 20.0;

/// See the module.
pub fn rows(plan: &Plan, _: &mut Boxes, table: &mut Table) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    // A server that refuses every connection: what is on the screen comes from the database.
    let text = "state_dir = \"state\"\n[[accounts]]\nname = \"home\"\nemail = \"me@home.example\"\nhost = \"127.0.0.1\"\nport = 1\n\
                tls = \"none\"\npassword_command = \"true\"\n";
    let config = folder.path().join("config.toml");
    std::fs::write(&config, text).expect("a file");
    let state = mailherd::config::load(&config).expect("a sound configuration").state_dir;
    let mut store = Store::open(&state).expect("a database");
    database::write(&mut store, "home", &Many::generate(plan.messages, plan.messages / 10, 1));
    drop(store);
    // Once without being measured: the file cache is warm then.
    let frames = (0..=plan.starts).map(|_| {
        let (screen, first) = screen::Screen::start(&executable(), &config);
        screen.quit();
        first.as_secs_f64() * 1e3
    });
    let frames = frames.skip(1).collect();
    let what = format!("start to the first frame, {} messages", thousands(plan.messages));
    table.add(Row::most(what, median(frames), "ms", FIRST_FRAME));
    let helps = (0..=plan.starts * 3).map(|_| help()).skip(1).collect();
    table.add(Row::most("start to the prompt after --help", median(helps), "ms", HELP));
}

/// Milliseconds until the program has said what it can and is gone.
fn help() -> f64 {
    let since = Instant::now();
    let output = Command::new(executable()).arg("--help").stdin(Stdio::null()).output().expect("it starts");
    let elapsed = since.elapsed();
    assert!(output.status.success() && !output.stdout.is_empty(), "--help says nothing");
    elapsed.as_secs_f64() * 1e3
}
