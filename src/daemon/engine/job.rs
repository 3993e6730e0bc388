//! What the hub has done by the task of an account, and what comes back.

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio::sync::oneshot;

use crate::daemon::filing::Run;
use crate::daemon::pick::{Picked, Wish};
use crate::daemon::undo;
use crate::logic::doubt::Doubt;
use crate::logic::engine::{MessageKey, OpenedMail, PlannedRow, Ran, WhyReply};
use crate::logic::fault::Fault;
use crate::logic::ids::{MessageId, RowId, UnixTime};
use crate::logic::orders::{Order, Who};
use crate::logic::unsubscribe::Offer;
use crate::store::Waiting;

/// Something that needs the account's connection.
#[derive(Clone, Debug)]
pub(super) enum Job {
    /// Looks at everything.
    Check,
    /// The same, told in figures. Whatever it would ask: yes.
    Run(bool),
    /// Puts a digest into INBOX, since then or since the last one.
    Digest(Option<UnixTime>),
    /// Whom orders would be about that are given by pointing at these messages.
    Whos(Wish),
    /// Moves messages and gives the orders.
    File {
        wish: Wish,
        /// On all accounts, not on this one alone.
        everywhere: bool,
    },
    /// Files the older mail that an order is about, however much it is: the user was asked before.
    Existing(Order),
    /// Puts mail back that lies in Blackhole though its sender is not banished any more.
    Return(Waiting),
    /// Takes rows back.
    Undo(HashSet<RowId>),
    /// Why a message is where it is.
    Why(MessageKey),
    /// The same of a message that is named by its Message-ID.
    Judge(MessageId),
    /// The text of a message.
    Open(MessageKey),
    /// How the list of a message can be left.
    Offer(MessageKey),
    /// Files the batch that is held, or leaves it in INBOX.
    Batch(bool),
    /// The answer to the question that stopped a pass.
    Question(bool),
    /// Panics, for tests.
    #[cfg(test)]
    Panic,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// In words.
    Said(String),
    Whos(BTreeMap<Who, Option<Doubt>>),
    /// What was moved, in which run, and the orders that were given.
    Filed {
        picked: Picked,
        run: Option<i64>,
        orders: Vec<i64>,
    },
    /// So many messages went along.
    Moved(usize),
    Undone {
        report: undo::Report,
        fault: Option<Fault>,
    },
    Why(Box<WhyReply>),
    Judged(Option<Box<PlannedRow>>),
    Opened(Box<OpenedMail>),
    Offer(Offer),
    Ran(Ran),
}

/// A job and whoever waits for it.
pub(super) struct Ticket {
    pub(super) job: Job,
    /// Kept from one attempt to the next, so that the second one knows what the first has done.
    pub(super) run: Run,
    /// The same for whom the messages are from: a message that has moved is no longer where it could be read.
    pub(super) whos: HashMap<MessageKey, Who>,
    /// It was begun on a connection that broke.
    pub(super) tried: bool,
    reply: oneshot::Sender<Result<Outcome, Fault>>,
}

impl Ticket {
    /// A job that belongs to this run.
    pub(super) fn new(job: Job, run: Run) -> (Ticket, oneshot::Receiver<Result<Outcome, Fault>>) {
        let (reply, answer) = oneshot::channel();
        (Ticket { job, run, whos: HashMap::new(), tried: false, reply }, answer)
    }

    /// Ends it. Whoever asked may have gone: what was done stands in the journal.
    pub(super) fn answer(self, result: Result<Outcome, Fault>) {
        let _ = self.reply.send(result);
    }
}
