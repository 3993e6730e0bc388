//! One row of the ledger.

use super::habitual::{Rhythm, Template};
use crate::logic::ids::UnixTime;

/// A count that halves every `DAYS` days. Events may be added in any order of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decayed<const DAYS: u32 = 180> {
    /// The count as it was at `at`.
    pub value: f64,
    /// When.
    pub at: UnixTime,
}

/// A count of the last days: it halves every week.
pub type Lately = Decayed<7>;

impl<const DAYS: u32> Decayed<DAYS> {
    /// Counts one event at `at`, which may lie before events that were counted already.
    pub fn add(&mut self, at: UnixTime) {
        if self.value == 0.0 {
            *self = Decayed { value: 1.0, at };
        } else if at > self.at {
            *self = Decayed { value: self.now(at) + 1.0, at };
        } else {
            self.value += Self::shrunk(at, self.at);
        }
    }

    /// The count at `now`. A `now` before the last event counts that event in full.
    pub fn now(&self, now: UnixTime) -> f64 {
        // Most of what is counted never happened.
        if self.value == 0.0 {
            return 0.0;
        }
        self.value * Self::shrunk(self.at, now)
    }

    /// What is left at `to` of one event at `from`: 0..1.
    fn shrunk(from: UnixTime, to: UnixTime) -> f64 {
        // Not `days_since`: an INTERNALDATE may be anything, and the difference of two must not overflow.
        let days = to.0.saturating_sub(from.0).max(0) as f64 / UnixTime::DAY as f64;
        (-days / f64::from(DAYS)).exp2()
    }
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
    /// What it sent without a machine's or a list's sign, decayed.
    pub personal_volume: Decayed,
    /// The same of the last days.
    pub burst: Lately,
    /// Answers that the user gave it, decayed.
    pub answers: Decayed,
    /// What the user did towards it in the last days (mail sent).
    pub lately: Lately,
    /// Of the received: answers to mail of the user's own.
    pub answered_user: u32,
    /// Of the received: thrown away (`\Deleted`) without having been read.
    pub discarded: u32,
    /// How evenly its mail comes.
    pub rhythm: Rhythm,
    /// The subject that it sends again and again.
    pub template: Template,
    /// First mail in either direction.
    pub first_seen: UnixTime,
    /// Last mail in either direction.
    pub last_seen: UnixTime,
    /// Last mail that the user sent to it.
    pub last_sent: Option<UnixTime>,
}

impl Relation {
    /// Mail received from it without a machine's or list's sign.
    pub fn personal(&self) -> u32 {
        self.received.saturating_sub(self.machine)
    }

    /// Whether the user ever wrote to it.
    pub fn is_written_to(&self) -> bool {
        self.replied > 0 || self.sent_to > 0
    }

    /// The share of its mail that is a machine's or a list's: 0..1.
    pub fn machine_share(&self) -> f64 {
        f64::from(self.machine) / f64::from(self.received.max(1))
    }

    /// Widens the span of time in which it was seen. To be called before the counts grow.
    pub(super) fn seen(&mut self, at: UnixTime) {
        let first = self.received == 0 && self.sent_to == 0 && self.replied == 0;
        self.first_seen = if first { at } else { self.first_seen.min(at) };
        self.last_seen = if first { at } else { self.last_seen.max(at) };
    }

    /// The user did something towards it.
    pub(super) fn warmed(&mut self, at: UnixTime) {
        self.warmth.add(at);
        self.last_sent = self.last_sent.max(Some(at));
    }
}
