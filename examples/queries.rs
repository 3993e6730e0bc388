//! Prints how long the lists of the terminal UI take with a hundred thousand messages (or so many thousand as the first word says),
//! and how large their database is. `cargo run --release --example queries`
//!
//! The database is written through the same code as in a pass, from generated headers.

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the figures need a part of the test bench")]
mod support;

#[path = "queries/database.rs"]
mod database;

use std::time::Instant;

use mailherd::config::{self, Config};
use mailherd::daemon::queries::Queries;
use mailherd::logic::engine::{Find, MailQuery, Page, Reply, Request, SenderQuery, SenderSort};
use mailherd::logic::ids::{Category, UnixTime};
use mailherd::store::Store;
use support::many::Many;
use support::usage::processor_time;

/// 2026-11-04: when the generated mailbox ends.
const NOW: UnixTime = UnixTime(1_793_836_800);

/// Another program may be at work on this machine.
const ROUNDS: usize = 15;

fn main() {
    let thousands: usize = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(100);
    let messages = thousands * 1000;
    let folder = tempfile::tempdir().expect("a temporary directory");
    let config = config(folder.path());
    let mut store = Store::open(&config.state_dir).expect("a database");
    let began = Instant::now();
    // One mailbox with all of it, and an account beside it with a tenth.
    database::write(&mut store, "home", &Many::generate(messages, messages / 10, 1));
    database::write(&mut store, "work", &Many::generate(messages / 10, 0, 2));
    let wrote = began.elapsed();
    drop(store);
    let size = std::fs::metadata(config.state_dir.join("mailherd.sqlite3")).expect("the database").len();
    println!(
        "{messages} + {} messages in INBOX, {} in Sent, written in {:.1} s, {:.1} MB",
        messages / 10,
        messages / 10,
        wrote.as_secs_f64(),
        size as f64 / 1e6
    );
    println!("{:<44} {:>9} {:>9}", format!("milliseconds, best of {ROUNDS}"), "first", "again");
    for (what, request) in requests(messages as u64) {
        let (mut first, mut again) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            // The connection has been used, but for nothing like it, and nothing is kept.
            let mut queries = Queries::default();
            time(&mut queries, &config, &Request::Waiting);
            first = first.min(time(&mut queries, &config, &request));
            again = again.min(time(&mut queries, &config, &request));
        }
        println!("{what:<44} {first:>9.2} {again:>9.2}");
    }
}

fn requests(messages: u64) -> Vec<(&'static str, Request)> {
    let mail = |account: Option<&str>, filter: &str, offset: u64| MailQuery {
        category: Category::Inbox,
        account: account.map(str::to_owned),
        filter: filter.to_owned(),
        page: Page { offset, limit: 60 },
        around: None,
    };
    let senders = |sort, filter: &str, offset| {
        let page = Page { offset, limit: 60 };
        Request::Senders(SenderQuery { account: None, sort, reverse: false, filter: filter.to_owned(), page })
    };
    let (all, home, end) = (None, Some("home"), messages - 60);
    vec![
        ("shelves", Request::Shelves { account: None }),
        ("first page, all accounts", Request::Mail(mail(all, "", 0))),
        ("first page, one account", Request::Mail(mail(home, "", 0))),
        ("last page, all accounts", Request::Mail(mail(all, "", end))),
        ("last page, one account", Request::Mail(mail(home, "", end))),
        ("filter that a word of many subjects matches", Request::Mail(mail(all, "report", 0))),
        ("filter that a domain matches", Request::Mail(mail(all, ".example", 0))),
        ("filter that nothing matches", Request::Mail(mail(all, "xyzzy", 0))),
        (
            "find the next, from the middle",
            Request::Find(Find { list: mail(all, "", 0), text: "invoice".into(), from: messages / 2, backward: false }),
        ),
        ("senders by volume, with weeks", senders(SenderSort::Volume, "", 0)),
        ("senders by share read, filtered", senders(SenderSort::Read, "a", 60)),
        ("figures of 90 days", Request::Stats { account: None, days: 90 }),
        ("runs", Request::Runs { page: Page { offset: 0, limit: 60 } }),
    ]
}

/// Milliseconds that this thread was running. Nothing here waits for a disk or the network, and other programs may be at work.
fn time(queries: &mut Queries, config: &Config, request: &Request) -> f64 {
    let began = processor_time();
    let answer = queries.answer(config, request, NOW).expect("a question for the database").expect("an answer");
    let elapsed = processor_time() - began;
    if let Reply::Mail(page) = &answer {
        assert!(page.rows.len() == 60 || page.total < 60, "{} rows of {}", page.rows.len(), page.total);
    }
    elapsed * 1e3
}

fn config(folder: &std::path::Path) -> Config {
    let account = |name: &str| {
        format!(
            "[[accounts]]\nname = \"{name}\"\nemail = \"me@{name}.example\"\nhost = \"imap.example\"\n\
             password_command = \"true\"\n"
        )
    };
    let text = format!("state_dir = {:?}\n{}{}", folder.join("state"), account("home"), account("work"));
    let path = folder.join("config.toml");
    std::fs::write(&path, text).expect("a file");
    config::load(&path).expect("a sound configuration")
}
