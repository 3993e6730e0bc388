//! A mailbox told once more, in the order in which it happened: each message is judged before it is learned from.

use std::collections::HashMap;

use super::facts::{self, Facts};
use super::ids::{Address, Flags, ListId, MessageId, MidHash, UnixTime};
use super::ledger::{Habits, Ledger};
use super::orders::Orders;
use super::policy::Caution;
use super::signals::Weights;
use super::verdict::{Situation, Verdict, judge};

/// One message of a replay.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    /// The bytes of its header.
    pub header: &'a [u8],
    /// When it arrived, or was sent.
    pub arrival: UnixTime,
    /// It is the user's own.
    pub own: bool,
    /// As they are today. They teach; the verdict is of the message as it came, without any.
    pub flags: Flags,
}

/// A replay, with a ledger of its own and no orders. Messages are to be given in the order of their arrival.
pub struct Replay {
    own: Vec<Address>,
    caution: Caution,
    authserv: Option<String>,
    weights: Weights,
    ledger: Ledger,
    orders: Orders,
    received: HashMap<MidHash, Sender>,
}

/// Whom to credit when a message is answered.
struct Sender {
    habits: Habits,
    address: Address,
    list: Option<ListId>,
}

impl Replay {
    /// A replay that knows nothing yet. `own` are the user's addresses; without `authserv` the authserv-id is learned.
    pub fn new(own: Vec<Address>, caution: Caution, authserv: Option<String>, weights: Weights) -> Replay {
        Replay {
            caution,
            authserv,
            weights,
            ledger: Ledger::new().of(&own),
            own,
            orders: Orders::default(),
            received: HashMap::new(),
        }
    }

    /// Judges a received message before it is learned from. `None` for mail of the user's own, which only teaches.
    pub fn next(&mut self, mail: &Mail<'_>) -> Option<(Facts, Verdict)> {
        let facts = facts::read(mail.header);
        if mail.own {
            self.learn_own(&facts, mail.arrival);
            return None;
        }
        let verdict = judge(&facts, Flags::default(), mail.arrival, &self.situation(mail.arrival));
        self.learn_received(&facts, mail);
        Some((facts, verdict))
    }

    /// What the next message meets, at `now`.
    pub fn situation(&self, now: UnixTime) -> Situation<'_> {
        Situation {
            own: &self.own,
            ledger: &self.ledger,
            orders: &self.orders,
            caution: self.caution,
            authserv: self.ledger.trusted_authserv(self.authserv.as_deref()),
            weights: &self.weights,
            now,
        }
    }

    fn learn_own(&mut self, facts: &Facts, at: UnixTime) {
        for answered in self.ledger.learn_own(facts, at) {
            if let Some(sender) = self.received.get(&answered) {
                self.ledger.credit_answer(&sender.address, sender.list.as_ref(), sender.habits, at);
            }
        }
    }

    fn learn_received(&mut self, facts: &Facts, mail: &Mail<'_>) {
        if facts.from.as_ref().is_some_and(|from| self.own.contains(from)) {
            return;
        }
        let habits = self.ledger.habits_of(facts);
        self.ledger.learn_received(facts, mail.arrival, mail.flags);
        if let (Some(id), Some(from)) = (facts.message_id.as_ref().map(MessageId::hash), &facts.from) {
            let sender = Sender { habits, address: from.clone(), list: facts.list_id.clone() };
            self.received.entry(id).or_insert(sender);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::ids::Category;

    fn replay() -> Replay {
        let own = vec![Address::parse("me@maren.example").unwrap()];
        Replay::new(own, Caution::Normal, None, Weights::built_in().clone())
    }

    fn next(replay: &mut Replay, day: i64, own: bool, header: &str) -> Option<(Facts, Verdict)> {
        let header = header.replace('|', "\r\n");
        let mail = Mail {
            header: header.as_bytes(),
            arrival: UnixTime(1_700_000_000 + day * UnixTime::DAY),
            own,
            flags: Flags::default(),
        };
        replay.next(&mail)
    }

    #[test]
    fn a_message_is_judged_before_it_is_learned_from() {
        let mut replay = replay();
        let first = "From: a@berg.example|To: me@maren.example|Message-ID: <1@berg.example>|Subject: x";
        let (_, before) = next(&mut replay, 1, false, first).unwrap();
        assert!(before.reasons.iter().any(|reason| reason.signal == "first-contact"), "{:#?}", before.reasons);
        let answer = "From: me@maren.example|To: a@berg.example|Message-ID: <2@me>|In-Reply-To: <1@berg.example>";
        assert!(next(&mut replay, 2, true, answer).is_none());
        let second = "From: a@berg.example|To: me@maren.example|Message-ID: <3@berg.example>|In-Reply-To: <2@me>";
        let (facts, after) = next(&mut replay, 3, false, second).unwrap();
        assert_eq!(facts.from.unwrap().as_str(), "a@berg.example");
        assert_eq!(after.category, Category::Top);
        assert!(after.importance > before.importance);
        assert!(
            after.reasons.iter().any(|reason| reason.text == "you answered 1 of their 1 mail"),
            "{:#?}",
            after.reasons
        );
    }

    #[test]
    fn the_flags_of_today_do_not_judge_yesterday() {
        let mut replay = replay();
        let mail = Mail {
            header: b"From: a@berg.example\r\n",
            arrival: UnixTime(1_700_000_000),
            own: false,
            flags: Flags { flagged: true, seen: true, ..Flags::default() },
        };
        let (_, verdict) = replay.next(&mail).unwrap();
        assert!(!verdict.untouchable);
        assert_eq!(replay.ledger.sender(&Address::parse("a@berg.example").unwrap()).unwrap().flagged, 1);
    }
}
