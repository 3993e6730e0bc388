//! What a face can have done.

use serde::{Deserialize, Serialize};

use super::look::MessageKey;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::transfer::Entry;

/// How far an order reaches that is given by pointing at a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// The message's List-Id if it has one, else the sender's address.
    #[default]
    Natural,
    /// The sender's address.
    Address,
    /// The List-Id; the address where there is none.
    List,
    /// The sender's domain and everything below it.
    Domain,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Moves messages into a category and orders that their senders' mail goes there from now on.
    File {
        /// The messages.
        messages: Vec<MessageKey>,
        /// Where to.
        category: Category,
        /// How far the orders reach.
        width: Width,
        /// The user was asked, or need not be.
        sure: bool,
    },
    /// Gives an order, without pointing at a message.
    Order {
        /// `a@b.c`, `@b.c` or a List-Id in `<…>`.
        who: String,
        /// Where their mail goes.
        category: Category,
        /// One account; `None`: for `blackhole` all accounts, else every account that knows the sender.
        account: Option<String>,
        /// Older mail goes along.
        existing: bool,
        /// The user was asked, or need not be.
        sure: bool,
    },
    /// Gives orders that come from elsewhere, in one run. What stands already, or is newer, stays.
    Import {
        /// The orders.
        entries: Vec<Entry>,
    },
    /// Lifts an order.
    Lift {
        /// `a@b.c`, `@b.c` or a List-Id in `<…>`.
        who: String,
        /// One account; `None`: wherever there is one.
        account: Option<String>,
    },
    /// Takes moves back, and with them the order that they carried out.
    Undo(Undo),
    /// Says yes or no to something that waits ([`WaitingRow::id`](super::WaitingRow)).
    Decide {
        /// Which.
        id: String,
        /// Yes.
        yes: bool,
    },
    /// Looks now, instead of later. Also ends the waiting after a failure.
    Check {
        /// One account; `None`: all.
        account: Option<String>,
    },
    /// Stops working on an account until [`Act::Resume`].
    Pause {
        /// One account; `None`: all.
        account: Option<String>,
    },
    /// Ends a pause.
    Resume {
        /// One account; `None`: all.
        account: Option<String>,
    },
    /// Puts a digest into INBOX, where there is something to tell. [`Done::moved`] says how many.
    Digest {
        /// One account; `None`: all.
        account: Option<String>,
        /// From when; `None`: since the last one.
        since: Option<UnixTime>,
    },
    /// Unsubscribes from the list of a message (RFC 8058). Without `sure` the reply is a question that names the host.
    Unsubscribe {
        /// A message of the list.
        message: MessageKey,
        /// The user was asked.
        sure: bool,
    },
}

/// What to take back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// All of a run.
    Run(i64),
    /// One row of the journal.
    Row(i64),
    /// Everything that was ever done.
    All,
    /// Everything that mailherd did to a sender's mail on an account.
    Sender {
        /// The account.
        account: String,
        /// The address.
        address: String,
    },
    /// What one [`Done`] did: its runs, and the orders that it gave.
    Done {
        /// [`Done::runs`]
        runs: Vec<i64>,
        /// [`Done::orders`]
        orders: Vec<i64>,
    },
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// In words, the most important first: what was moved, what was trained.
    pub words: Vec<String>,
    /// Messages that were moved.
    pub moved: u32,
    /// Messages that were to be moved and were not, with the reason.
    pub failed: Vec<(MessageKey, String)>,
    /// The runs in the journal; [`Undo::Done`] takes them back.
    pub runs: Vec<i64>,
    /// The orders that were given.
    pub orders: Vec<i64>,
    /// Orders that were lifted.
    #[serde(default)]
    pub lifted: u32,
    /// After an undo: messages that were no longer where mailherd had put them.
    #[serde(default)]
    pub missing: u32,
    /// After an undo: messages that could not be taken back.
    #[serde(default)]
    pub stuck: u32,
    /// What went wrong on single accounts while the rest was done.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// What the engine asks before it does something large or hard to take back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// One line that can be answered by yes or no; names count and folder, or the host.
    pub text: String,
    /// More lines: what will happen.
    pub details: Vec<String>,
}
