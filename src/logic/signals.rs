//! THE table of signals: everything that speaks for or against a message being important to the user, and whether what is not
//! important is news or bulk. Each signal has a name, two weights, what it looks at, and a sentence.
//!
//! The weights add up: the sum of `weight × strength` is the log-odds of "the user will want to see this". Those of importance,
//! down to the family of machines, were learned by `cargo run --release --example learn -- boxes boxes-more` from 32 mailboxes of
//! public mailing lists; each box scored by weights learned without it gave a mean auc_direct of 0.821 on the ten boxes and of 0.839 on
//! the other 22 (auc_all 0.941 and 0.953). A weight of 0.05 is the least that the learning command allows where
//! another signal says nearly the same. Set by hand, and modestly, are what the boxes cannot show: flags, reading and throwing away,
//! mail to the user alone, and the signs of machines and lists with their cadence, subjects, volume and addresses. None of
//! these takes a person's mail out of the inbox: only the signs in a message itself can.

mod account;
mod document;
mod kind;
mod machine;
mod position;
mod relation;
mod scene;
mod thread;
mod weights;

pub use document::document;
pub use scene::{Before, Place, Scene, Trust};
pub(crate) use scene::{place, same_person};
pub use weights::{Weight, Weights};

/// One row of the table.
pub struct Signal {
    /// Its name in `plan`, `why` and the weights.
    pub name: &'static str,
    /// What it adds to the log-odds of importance, for each unit of strength.
    pub weight: f64,
    /// What it adds to the leaning of unimportant mail for each unit of strength: above 0 towards news, below towards bulk.
    pub news: f64,
    /// What it looks at, for the documentation.
    pub sees: &'static str,
    /// How strongly it is seen: 0 not at all, 1 clearly; some count beyond 1 or below 0.
    pub strength: fn(&Scene<'_>) -> f64,
    /// The sentence that a user reads. Only asked when the strength is not 0.
    pub sentence: fn(&Scene<'_>) -> String,
}

/// What a message has before anything is known of it.
pub const BASE: &str = "base";

static BASE_SIGNAL: [Signal; 1] = [Signal {
    name: BASE,
    weight: 1.56,
    news: 0.0,
    sees: "every message",
    strength: |_| 1.0,
    sentence: |_| "most mail is not answered".into(),
}];

/// The whole table, family by family.
pub fn table() -> impl Iterator<Item = &'static Signal> {
    [
        BASE_SIGNAL.as_slice(),
        &relation::SIGNALS,
        &thread::SIGNALS,
        &position::SIGNALS,
        &account::SIGNALS,
        &machine::SIGNALS,
        &kind::SIGNALS,
    ]
    .into_iter()
    .flatten()
}

/// How many there are.
pub(crate) const SIGNALS: usize = BASE_SIGNAL.len()
    + relation::SIGNALS.len()
    + thread::SIGNALS.len()
    + position::SIGNALS.len()
    + account::SIGNALS.len()
    + machine::SIGNALS.len()
    + kind::SIGNALS.len();

/// `count` of `what`, in words.
fn counted(count: u32, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

#[cfg(test)]
mod tests;
