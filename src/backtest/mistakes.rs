//! What is remembered of mail that would have been filed away, in case it turns out to have been answered.

use std::collections::VecDeque;

use super::answers::Number;
use crate::logic::facts::Facts;
use crate::logic::ids::{Address, Category, MessageId, UnixTime};
use crate::logic::verdict::{Reason, Verdict};

/// A mail that the user answered and that would have been filed away.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// When it arrived.
    pub arrival: UnixTime,
    /// Where it would have gone.
    pub category: Category,
    /// 0 to 1.
    pub importance: f64,
    /// Its Message-ID.
    pub message_id: Option<MessageId>,
    /// Its sender.
    pub from: Option<Address>,
    /// Foreign text: it reaches a terminal only through `Printable`.
    pub subject: Box<str>,
    /// Why, the weightiest first; the least weighty of many are left out.
    pub reasons: Vec<Reason>,
}

/// The last filed mails. Nobody answers a newsletter after fifty thousand others, and there may be millions.
#[derive(Default)]
pub(super) struct Filed(VecDeque<(Number, Mistake)>);

const REMEMBERED: usize = 50_000;
const REASONS: usize = 8;
const SUBJECT: usize = 200;

impl Filed {
    pub(super) fn add(&mut self, number: Number, facts: Facts, arrival: UnixTime, mut verdict: Verdict) {
        verdict.reasons.truncate(REASONS);
        verdict.reasons.shrink_to_fit();
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        let mistake = Mistake {
            arrival,
            category: verdict.category,
            importance: verdict.importance,
            message_id: facts.message_id,
            from: facts.from,
            subject: facts.subject.chars().take(SUBJECT).collect(),
            reasons: verdict.reasons,
        };
        self.0.push_back((number, mistake));
    }

    /// Those of `numbers`, which are sorted.
    pub(super) fn take(self, numbers: &[Number]) -> Vec<Mistake> {
        let wanted = self.0.into_iter().filter(|(number, _)| numbers.binary_search(number).is_ok());
        wanted.map(|(_, mistake)| mistake).collect()
    }
}
