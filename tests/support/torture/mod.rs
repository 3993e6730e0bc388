//! The torturer: random histories of a mailbox, and what has to be true after each.
//!
//! A history is data ([`history`]), made from a seed ([`chance`]), so that it can be played again, and shortened when something is wrong.
//! Mail comes, the user works with another program, mailherd runs and is cut off or killed, time passes. After each step nothing may be
//! missing; in the end, when mailherd has run once more, every message is there exactly once unless the user removed or copied it, with
//! its flags and its date, the journal says where, and a further run does nothing at all ([`model`], [`play`]).
//!
//! On the embedded server a history is the same each time, but for a moment in time and for what a real `kill -9` finds the program's
//! other threads at. On Dovecot it is told by what passes on the wire.

mod chance;
mod expected;
mod gun;
mod hands;
mod history;
mod inside;
mod journal;
mod letter;
mod model;
mod on_dovecot;
mod on_embedded;
mod play;
mod seat;
mod shorter;
mod stage;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub use history::{History, Kind};
pub use play::Figures;
use play::{Servers, play};

/// What is to be played.
#[derive(Clone, Copy, Debug)]
pub struct Torture {
    /// On which server.
    pub server: Kind,
    /// How many histories.
    pub histories: u64,
    /// The seed of the first one; each following has the next number.
    pub seed: u64,
    /// How many at the same time.
    pub hands: usize,
    /// Whether to stop at the first failure.
    pub stops: bool,
}

/// A history after which something is wrong.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its seed.
    pub seed: u64,
    /// As short as it could be made.
    pub history: History,
    /// What is wrong.
    pub what: String,
}

impl Torture {
    /// Plays all of it. `told` hears of the histories that are over, and of failures.
    pub fn inflict(&self, told: &(dyn Fn(u64, Option<&Failure>) + Sync)) -> (Figures, Vec<Failure>, Duration) {
        let begun = Instant::now();
        let (next, over, stop) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        let sums = Mutex::new((Figures::default(), Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..self.hands {
                scope.spawn(|| {
                    let mut servers = Servers::default();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= self.histories || stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let result = one(self.server, self.seed.wrapping_add(number), &mut servers);
                        told(over.fetch_add(1, Ordering::Relaxed) + 1, result.as_ref().err());
                        let mut sums = sums.lock().unwrap();
                        match result {
                            Ok(figures) => sums.0.add(figures),
                            Err(failure) => {
                                stop.store(self.stops, Ordering::Relaxed);
                                sums.1.push(failure);
                            }
                        }
                    }
                });
            }
        });
        let (figures, failures) = sums.into_inner().unwrap();
        (figures, failures, begun.elapsed())
    }
}

fn one(server: Kind, seed: u64, servers: &mut Servers) -> Result<Figures, Failure> {
    let history = chance::history(server, seed);
    play(&history, servers).map_err(|what| {
        let (history, what) = shorter::shorter(history, what, servers);
        Failure { seed, history, what }
    })
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.what)?;
        write!(f, "{}", self.history)
    }
}
