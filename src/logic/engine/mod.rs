//! The words that a face (terminal UI, command line) and the engine exchange: in-process, or as one JSON object a line over a socket.
//!
//! A face sends a [`Request`] and gets one [`Reply`], or a fault. What happens by itself is told by a [`Notice`], which is only a
//! wake-up: a face that missed some asks again and has lost nothing. Nothing here does anything; these are nouns.
//!
//! Text in replies is foreign (a subject, a sender's name): it goes through [`Printable`](super::printable::Printable) where it is drawn.

mod act;
mod health;
mod look;
mod service;

pub use act::{Act, Done, Question, Undo, Width};
pub use health::{AccountState, Health, Held, Phase, Progress, Unreadable};
pub use look::{
    DayCount, Find, JournalRow, MailPage, MailQuery, MailRow, MessageKey, OpenedMail, OrderRow, Page, PlannedRow,
    ReasonRow, RunRow, SenderDetail, SenderQuery, SenderRow, SenderSort, SendersPage, ShelfCount, StatsReply,
    WaitingKind, WaitingRow, WhyReply,
};
pub use service::{About, Falling, FallingRow, FiledCount, Ran};

use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// What a face can say to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// How each account is. Answered by [`Reply::Health`].
    Health,
    /// How much mail is in each category, of one account or of all. Answered by [`Reply::Shelves`].
    Shelves {
        /// One account; `None`: all.
        account: Option<String>,
    },
    /// A part of the mail of one category. Answered by [`Reply::Mail`].
    Mail(MailQuery),
    /// Where the next mail is that holds a text. Answered by [`Reply::Found`].
    Find(Find),
    /// Why a message is where it is. Answered by [`Reply::Why`]. Reads one header from the server.
    Why(MessageKey),
    /// The text of one message. Answered by [`Reply::Opened`]. Reads one body from the server and never sets `\Seen`.
    Open(MessageKey),
    /// A part of the ledger. Answered by [`Reply::Senders`].
    Senders(SenderQuery),
    /// The journal's runs, newest first. Answered by [`Reply::Runs`].
    Runs {
        /// Which part.
        page: Page,
    },
    /// The rows of one run. Answered by [`Reply::Rows`].
    Rows {
        /// The run.
        run: i64,
        /// Which part.
        page: Page,
    },
    /// Mail per day. Answered by [`Reply::Stats`].
    Stats {
        /// One account; `None`: all.
        account: Option<String>,
        /// So many days back from today.
        days: u32,
    },
    /// As [`Request::Health`], but servers that are believed to be there and have said nothing for a while are asked first. Those
    /// that have not answered within some two seconds are [`AccountState::Probing`]. Answered by [`Reply::Health`].
    Probe,
    /// One message by its Message-ID, wherever it lies. Answered by [`Reply::Judged`].
    Judge {
        /// The account.
        account: String,
        /// With its angle brackets.
        message_id: String,
    },
    /// What waits for the user's word. Answered by [`Reply::Waiting`].
    Waiting,
    /// To change something. Answered by [`Reply::Done`] or [`Reply::Question`].
    Do(Act),
    /// Which mailherd this is. Answered by [`Reply::About`].
    About,
    /// What falls next out of Blackhole, and when. Answered by [`Reply::Falling`].
    Falling {
        /// One account; `None`: all.
        account: Option<String>,
        /// Messages of each account.
        limit: u32,
    },
    /// A pass over everything, now, told in figures. Answered by [`Reply::Ran`].
    Run {
        /// One account; `None`: all.
        account: Option<String>,
        /// The answer to whatever it would ask is yes.
        sure: bool,
    },
}

/// What the engine answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// One entry an account, in the order of the config.
    Health(Vec<Health>),
    /// One entry a category, in the order of [`Category::ALL`](super::ids::Category::ALL).
    Shelves(Vec<ShelfCount>),
    /// A part of a category.
    Mail(MailPage),
    /// The place (0 is the newest) of the mail that was looked for; `None`: there is none.
    Found(Option<u64>),
    /// The verdict over one message.
    Why(Box<WhyReply>),
    /// A message and its verdict; `None`: the account does not have it.
    Judged(Option<Box<PlannedRow>>),
    /// One message as text.
    Opened(Box<OpenedMail>),
    /// A part of the ledger.
    Senders(SendersPage),
    /// Runs, newest first, and how many there are.
    Runs(Vec<RunRow>, u64),
    /// Rows of a run, and how many there are.
    Rows(Vec<JournalRow>, u64),
    /// Mail per day.
    Stats(StatsReply),
    /// What waits for the user's word, oldest first.
    Waiting(Vec<WaitingRow>),
    /// It was done.
    Done(Done),
    /// It was not done: the engine asks first. The same act with `sure` does it.
    Question(Question),
    /// Which mailherd this is.
    About(About),
    /// What falls next, one entry an account.
    Falling(Vec<Falling>),
    /// What a pass did, one entry an account.
    Ran(Vec<Ran>),
}

/// What happened, told without being asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// What was read of this account may have changed: mail, ledger, journal, orders. Ask again for what is on the screen.
    Changed {
        /// The account.
        account: String,
    },
    /// How an account is.
    Health(Box<Health>),
    /// A pass filed mail.
    Filed {
        /// The account.
        account: String,
        /// The run in the journal.
        run: i64,
        /// Messages by category (top, inbox, news, bulk, blackhole).
        counts: [u32; 5],
    },
    /// Something was learned from the user's own moves in another program.
    Learned {
        /// The account.
        account: String,
        /// In words.
        text: String,
    },
    /// Something that works, but not as well as it could.
    Advice {
        /// The account.
        account: String,
        /// What.
        text: String,
        /// What to do about it.
        hint: String,
    },
}

/// The answer to a request.
pub type Answer = Result<Reply, Fault>;

#[cfg(test)]
mod tests;
