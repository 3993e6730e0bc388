//! Measures what is promised about speed and size, each thing against the floor that any IMAP program stands on, in one run on one
//! machine. Run it by `scripts/bench`, which brings the programs that it compares with.
//!
//! Words choose some of the rows (`scripts/bench reading idle`), none means all of them; `--quick` takes smaller mailboxes; numbers are the
//! sizes of mailbox that are put side by side (`scripts/bench growth 50000 500000`). The table is printed and written as JSON beside the
//! build; the exit status is 1 when a promise is missed.

mod rows;
#[path = "../../tests/support/mod.rs"]
#[expect(dead_code, reason = "the benchmark needs a part of the test bench")]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;

use rows::{GROUPS, Plan, measure};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let words = words.iter().map(String::as_str).filter(|word| word.parse::<usize>().is_err());
    let (options, names): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with('-'));
    let unknown = names.iter().find(|name| !GROUPS.iter().any(|(group, _)| group == *name));
    if let Some(word) = unknown.or_else(|| options.iter().find(|option| **option != "--quick")) {
        let known: Vec<&str> = GROUPS.iter().map(|(group, _)| *group).collect();
        eprintln!("error: {word} is not known\nhint: --quick, numbers, and any of: {}", known.join(" "));
        return ExitCode::from(2);
    }
    let mut plan = if options.is_empty() { Plan::full() } else { Plan::quick() };
    if !sizes.is_empty() {
        plan.sizes = sizes;
    }
    let table = measure(&plan, &names);
    println!("\n{table}");
    let path = beside_the_build().join("bench.json");
    match std::fs::write(&path, format!("{:#}\n", table.json(&plan))) {
        Ok(()) => println!("written to {}", path.display()),
        Err(error) => eprintln!("error: {} cannot be written: {error}", path.display()),
    }
    ExitCode::from(u8::from(!table.is_kept()))
}

/// The target directory: this program is in `target/PROFILE/examples`.
fn beside_the_build() -> PathBuf {
    let here = std::env::current_exe().expect("the path of this program");
    here.ancestors().nth(3).map_or_else(|| PathBuf::from("."), PathBuf::from)
}
