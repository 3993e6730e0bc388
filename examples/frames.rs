//! Measures the terminal UI over large mailboxes: first frame, key to repaint, cost of a frame, memory.
//! `cargo build --release && cargo run --release --example frames`
//!
//! The program itself runs in a pseudo-terminal, on a database as passes leave it; its server cannot be reached, which changes nothing
//! in what is measured. What is promised is held for the largest mailbox; the exit status says whether it was.

#[path = "frames/draw.rs"]
mod draw;
#[path = "frames/screen.rs"]
mod screen;
#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the figures need a part of the test bench")]
mod support;

#[path = "queries/database.rs"]
mod database;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use mailherd::store::Store;
use screen::Screen;
use support::many::Many;

/// Messages in INBOX.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// Starts, of which the middle one counts.
const STARTS: usize = 9;

/// Milliseconds from the start of the process to the first rows on the screen.
const FIRST_FRAME: f64 = 150.0;

/// Milliseconds from a key to the first byte of what it changed, in 99 of 100 cases.
const REPAINT: f64 = 16.0;

/// MiB at most, over the life of the process.
const MEMORY: f64 = 120.0;

/// Rounds through these keys: rows, pages, ends, and lists that have to be read first.
const KEYS: [&str; 12] = ["j", "j", "j", "k", "\u{1b}[6~", "\u{1b}[6~", "\u{4}", "G", "k", "k", "g", "j"];

const ROUNDS: usize = 50;

struct Figures {
    first: f64,
    middle: f64,
    slow: f64,
    draw: f64,
    memory: f64,
}

fn main() -> ExitCode {
    let program = program();
    println!(
        "{:>9} {:>12} {:>11} {:>11} {:>9} {:>12}",
        "messages", "first frame", "key, half", "key, p99", "draw", "peak memory"
    );
    let mut promised = true;
    for messages in SIZES {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let config = prepare(folder.path(), messages);
        let figures = measure(&program, &config);
        println!(
            "{messages:>9} {:>9.1} ms {:>8.2} ms {:>8.2} ms {:>6.0} µs {:>8.1} MiB",
            figures.first, figures.middle, figures.slow, figures.draw, figures.memory
        );
        promised = figures.first <= FIRST_FRAME && figures.slow <= REPAINT && figures.memory <= MEMORY;
    }
    println!("promised: {FIRST_FRAME} ms, {REPAINT} ms at the 99th percentile, {MEMORY} MiB");
    if promised { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The program of the same build.
fn program() -> PathBuf {
    let here = std::env::current_exe().expect("the path of this program");
    let program = here.parent().and_then(Path::parent).expect("target/PROFILE").join("mailherd");
    assert!(program.exists(), "{} is not there: build it first", program.display());
    program
}

/// A database with so many messages, and a config whose server refuses every connection.
fn prepare(folder: &Path, messages: usize) -> PathBuf {
    let text = "state_dir = \"state\"\n[[accounts]]\nname = \"home\"\nemail = \"me@home.example\"\nhost = \"127.0.0.1\"\nport = 1\n\
                tls = \"none\"\npassword_command = \"true\"\n";
    let path = folder.join("config.toml");
    std::fs::write(&path, text).expect("a file");
    let config = mailherd::config::load(&path).expect("a sound configuration");
    let mut store = Store::open(&config.state_dir).expect("a database");
    database::write(&mut store, "home", &Many::generate(messages, messages / 10, 1));
    path
}

fn measure(program: &Path, config: &Path) -> Figures {
    // Once without being measured: the file cache is warm then, as the promise says.
    Screen::start(program, config).0.quit();
    let mut starts: Vec<Duration> = Vec::new();
    for _ in 0..STARTS {
        let (screen, first) = Screen::start(program, config);
        starts.push(first);
        screen.quit();
    }
    let (mut screen, _) = Screen::start(program, config);
    let mut keys: Vec<Duration> = Vec::new();
    for key in (0..ROUNDS).flat_map(|_| KEYS) {
        keys.extend(screen.press(key));
    }
    let memory = screen.peak_memory();
    screen.quit();
    Figures {
        first: percentile(&mut starts, 50),
        middle: percentile(&mut keys, 50),
        slow: percentile(&mut keys, 99),
        draw: draw::microseconds(config),
        memory,
    }
}

/// Milliseconds.
fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3
}
