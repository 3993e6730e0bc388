//! What a face can ask about the engine itself, and what commands need beside the lists.

use serde::{Deserialize, Serialize};

use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;

/// Which mailherd answers, and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Since when it watches.
    pub since: UnixTime,
    /// The configuration file that it was started with.
    pub config: String,
    /// What is wrong with the file as it is now, so that an earlier one is still in force.
    pub trouble: Option<Fault>,
    /// What was filed since then.
    pub filed: Vec<FiledCount>,
}

/// Messages that passes filed on one account since the engine began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledCount {
    /// The account.
    pub account: String,
    /// By category (top, inbox, news, bulk, blackhole).
    pub counts: [u64; 5],
}

/// What one pass did on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// The account.
    pub account: String,
    /// Whether mail is moved, or only judged (mode `preview`).
    pub files: bool,
    /// Messages of INBOX that were looked at.
    pub seen: u32,
    /// Filed; in preview: would be. By category (top, inbox, news, bulk, blackhole).
    pub filed: [u32; 5],
    /// Judged, and they stay in INBOX.
    pub kept: u32,
    /// Messages that the ledger learned from.
    pub learned: u64,
    /// The run in the journal, when something was moved.
    pub run: Option<i64>,
    /// Why it did not succeed.
    pub fault: Option<Fault>,
}

/// What lies in Blackhole of one account and is going to fall into Trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Falling {
    /// The account.
    pub account: String,
    /// Messages in all.
    pub total: u64,
    /// The first of them to fall, in that order.
    pub next: Vec<FallingRow>,
}

/// A message that is going to fall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallingRow {
    /// When, at the earliest.
    pub at: UnixTime,
    /// The sender's address.
    pub sender: String,
    /// Foreign text.
    pub subject: String,
}
