//! What the account's own history says of a sender, a list and a domain.

use super::ids::{Address, ListId, UnixTime};

/// Whom a [`Relation`] is with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A sender.
    Address(Address),
    /// A mailing list.
    List(ListId),
    /// A registrable domain (public-suffix aware), lower-cased; never a free-mail provider's.
    Domain(Box<str>),
}

/// A count that halves every [`Decayed::HALF_LIFE_DAYS`] days. Events may be added in any order of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decayed {
    /// The count as it was at `at`.
    pub value: f64,
    /// When.
    pub at: UnixTime,
}

/// One row of the ledger. Counts are of messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relation {
    /// Mail received from it.
    pub received: u32,
    /// Of those, read (`\Seen`).
    pub read: u32,
    /// Of those, flagged.
    pub flagged: u32,
    /// Of those, answered by the user.
    pub replied: u32,
    /// Mail that the user sent to it.
    pub sent_to: u32,
    /// Of the received: with a sign of a machine or a list.
    pub machine: u32,
    /// Of the received: DMARC passed, by the receiving host's word.
    pub dmarc_passed: u32,
    /// What the user did towards it (mail sent, answers), decayed.
    pub warmth: Decayed,
    /// What it sent, decayed.
    pub volume: Decayed,
    /// First mail in either direction.
    pub first_seen: UnixTime,
    /// Last mail in either direction.
    pub last_seen: UnixTime,
    /// Last mail that the user sent to it.
    pub last_sent: Option<UnixTime>,
}
