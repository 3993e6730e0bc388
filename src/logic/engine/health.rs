//! How an account is.

use serde::{Deserialize, Serialize};

use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;

/// What an account is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// On the way to the server: DNS, TCP, TLS, login.
    Connecting,
    /// Reading, judging or filing.
    Working,
    /// Up to date; the server tells what is new (IDLE, NOTIFY).
    Live,
    /// Up to date; looks again at `next` (no IDLE, or the server does not keep it).
    Polling,
    /// Was up to date a moment ago. The server was asked whether it is still there, and has not answered yet.
    Probing,
    /// The connection failed; tries again at `next`.
    Waiting,
    /// Does not try again by itself: the password was refused, the config is wrong.
    Stopped,
    /// The user said so.
    Paused,
}

/// A step of the work and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What.
    pub phase: Phase,
    /// The mailbox, for people; empty where it does not matter.
    pub folder: String,
    /// Messages done.
    pub done: u64,
    /// Messages in all.
    pub total: u64,
}

/// A step of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Headers are read.
    Reading,
    /// Mail is moved.
    Filing,
}

/// A batch that waits for the user's word, because it surprises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Messages by category (top, inbox, news, bulk, blackhole).
    pub counts: [u32; 5],
    /// Messages in INBOX.
    pub inbox: u32,
    /// When it was held.
    pub since: UnixTime,
}

/// How an account is. `status` prints it, the Accounts screen shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// The account's name.
    pub account: String,
    /// The user's address there.
    pub email: String,
    /// Host and port.
    pub server: String,
    /// What it is doing.
    pub state: AccountState,
    /// Whether mail is moved, or only judged (mode `preview`).
    pub files: bool,
    /// When the last byte came from the server.
    pub last_byte: Option<UnixTime>,
    /// Since when the server owes an answer; `None`: it owes none.
    #[serde(default)]
    pub asked: Option<UnixTime>,
    /// When the last pass ended well.
    pub last_pass: Option<UnixTime>,
    /// When it looks, or tries, again.
    pub next: Option<UnixTime>,
    /// Requests and passes that wait for their turn.
    pub queue: u32,
    /// The last fault; `None` after a pass that ended well.
    pub fault: Option<Fault>,
    /// What it is in the middle of.
    pub progress: Option<Progress>,
    /// A batch that waits for the user's word.
    pub held: Option<Held>,
    /// What the server says it can, as it said it; empty before the first login.
    pub capabilities: Vec<String>,
    /// Advice that still holds: what, and what to do about it.
    pub advice: Vec<(String, String)>,
    /// Messages that another program moved within seconds of their arrival, or delivered elsewhere, when these were more than
    /// coincidence and the last of them is less than a week ago; else 0.
    #[serde(default)]
    pub program_moves: u32,
    /// Messages that the server itself cannot read. Advice says so in words.
    #[serde(default)]
    pub unreadable: Vec<Unreadable>,
}

/// Messages of one mailbox that the server refuses to give, or says nothing about, however often it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// The mailbox.
    pub folder: String,
    /// The UIDs, ascending.
    pub uids: Vec<u32>,
}

/// An account without a good pass for longer than this is not well. Seconds; a pass over everything is due every ten minutes.
const OVERDUE: i64 = 15 * 60;
/// A long first pass is well as long as the server says something this often. Seconds.
const SILENT: i64 = 2 * 60;

impl Health {
    /// Whether nobody has to look after it. `since` is when the engine began: before the first pass its time counts from there.
    pub fn is_well(&self, now: UnixTime, since: UnixTime) -> bool {
        let within = |time: Option<UnixTime>, limit: i64| time.is_some_and(|time| now.0 - time.0 <= limit);
        match self.state {
            AccountState::Paused => true,
            AccountState::Stopped => false,
            AccountState::Working if within(self.last_byte, SILENT) => true,
            _ => within(Some(self.last_pass.unwrap_or(since).max(since)), OVERDUE),
        }
    }
}

impl AccountState {
    /// As the words of the socket have it.
    pub fn word(self) -> &'static str {
        match self {
            AccountState::Connecting => "connecting",
            AccountState::Working => "working",
            AccountState::Live => "live",
            AccountState::Polling => "polling",
            AccountState::Probing => "probing",
            AccountState::Waiting => "waiting",
            AccountState::Stopped => "stopped",
            AccountState::Paused => "paused",
        }
    }
}
