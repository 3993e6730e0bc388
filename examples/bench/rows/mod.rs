//! What is measured, a file for each group of rows.

mod arrival;
mod boxes;
mod distance;
mod filing;
mod growth;
mod idle;
mod others;
mod raw;
mod reading;
mod start;
mod table;
mod verdicts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub use boxes::Boxes;
pub use table::{Row, Table};

/// How much of everything.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Messages in INBOX of the mailbox that most rows are about; a tenth as many are in Sent.
    pub messages: usize,
    /// Pairs of measurements, of whose ratios the middle one counts.
    pub rounds: usize,
    /// The sizes that are printed side by side. The last one is large.
    pub sizes: Vec<usize>,
    /// Messages in INBOX of the mailbox that is filed: a good half of them goes into folders.
    pub filed: usize,
    /// Deliveries that are waited for.
    pub arrivals: usize,
    /// Accounts in one daemon…
    pub accounts: usize,
    /// …that rest for so long before…
    pub rest: Duration,
    /// …they are watched doing nothing.
    pub idle: Duration,
    /// Headers that are judged.
    pub verdicts: u32,
    /// Starts of the program.
    pub starts: usize,
    /// Whether the other programs are run too, which takes them minutes.
    pub others: bool,
}

impl Plan {
    /// What the promises are about. Some 15 minutes.
    pub fn full() -> Plan {
        Plan {
            messages: 100_000,
            rounds: 5,
            sizes: vec![1_000, 10_000, 100_000, 1_000_000],
            filed: 20_000,
            arrivals: 40,
            accounts: 500,
            rest: Duration::from_secs(20),
            idle: Duration::from_secs(305),
            verdicts: 50_000,
            starts: 21,
            others: true,
        }
    }

    /// The same in small, within three minutes.
    pub fn quick() -> Plan {
        Plan {
            messages: 20_000,
            rounds: 3,
            sizes: vec![1_000, 5_000, 20_000],
            filed: 4_000,
            arrivals: 8,
            accounts: 150,
            rest: Duration::from_secs(45),
            idle: Duration::from_secs(30),
            verdicts: 10_000,
            starts: 5,
            others: true,
        }
    }
}

/// Measures a group of rows.
type Group = fn(&Plan, &mut Boxes, &mut Table);

/// All of them, by the words that choose them.
pub const GROUPS: [(&str, Group); 9] = [
    ("reading", reading::rows),
    ("others", others::rows),
    ("distance", distance::rows),
    ("filing", filing::rows),
    ("arrival", arrival::rows),
    ("verdicts", verdicts::rows),
    ("start", start::rows),
    ("growth", growth::rows),
    ("idle", idle::rows),
];

/// Measures the groups of these names, or all. A group that fails is a promise that is missed, and the others are measured all the same.
pub fn measure(plan: &Plan, names: &[&str]) -> Table {
    let (mut boxes, mut table) = (Boxes::default(), Table::default());
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    for (name, group) in GROUPS.into_iter().filter(|(name, _)| wanted(name)) {
        let began = Instant::now();
        eprintln!("measuring {name} …");
        table.begin(name);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| group(plan, &mut boxes, &mut table))) {
            let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            table.add(Row::failed(name, said.unwrap_or("it panicked")));
        }
        table.end(began.elapsed());
    }
    table
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle of some times, in seconds.
pub fn middle(times: &[Duration]) -> f64 {
    median(times.iter().map(Duration::as_secs_f64).collect())
}

/// The middle of the ratios of neighbours: what else the machine did meanwhile, it did to both.
pub fn middle_ratio(ours: &[Duration], theirs: &[Duration]) -> f64 {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64()).collect())
}
