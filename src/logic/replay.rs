//! A mailbox told once more, in the order in which it happened: each message is judged before it is learned from.

use std::collections::HashMap;

use super::facts::{self, Facts};
use super::fit::{Fit, Sketch};
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
    fit: Option<Fit>,
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
            fit: None,
            ledger: Ledger::new().of(&own),
            own,
            orders: Orders::default(),
            received: HashMap::new(),
        }
    }

    /// The same, with weights that the user's own habits shift as time goes on.
    #[must_use]
    pub fn fitted(self) -> Replay {
        Replay { fit: Some(Fit::new(&self.weights)), ..self }
    }

    /// What the user's habits came to; `None` unless it is [`Replay::fitted`].
    pub fn fit(&self) -> Option<&Fit> {
        self.fit.as_ref()
    }

    /// Judges a received message before it is learned from. `None` for mail of the user's own, which only teaches.
    pub fn next(&mut self, mail: &Mail<'_>) -> Option<(Facts, Verdict)> {
        let facts = facts::read(mail.header);
        if mail.own {
            self.learn_own(&facts, mail.arrival);
            return None;
        }
        if let Some(fit) = &mut self.fit {
            fit.pass(mail.arrival);
        }
        let verdict = judge(&facts, Flags::default(), mail.arrival, &self.situation(mail.arrival));
        self.fit_judged(&facts, mail.arrival);
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
            fit: self.fit.as_ref(),
            now,
        }
    }

    fn learn_own(&mut self, facts: &Facts, at: UnixTime) {
        for answered in self.ledger.learn_own(facts, at) {
            if let Some(fit) = &mut self.fit {
                fit.wanted(answered);
            }
            if let Some(sender) = self.received.get(&answered) {
                self.ledger.credit_answer(&sender.address, sender.list.as_ref(), sender.habits, at);
            }
        }
    }

    /// To be called before the message is learned from.
    fn fit_judged(&mut self, facts: &Facts, arrival: UnixTime) {
        let Some(id) = facts.message_id.as_ref().map(MessageId::hash) else { return };
        let own = facts.from.as_ref().is_some_and(|from| self.own.contains(from));
        if self.fit.is_none() || own || self.ledger.is_answered(id) {
            return;
        }
        let sketch = Sketch::of(facts, arrival, &self.situation(arrival));
        if let (Some(fit), Some(sketch)) = (&mut self.fit, sketch) {
            fit.judged(id, arrival, sketch);
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
            after.reasons.iter().any(|reason| reason.text == "you answered the one mail of theirs"),
            "{:#?}",
            after.reasons
        );
    }

    /// Fifty messages and no Sent folder: what a new user has.
    #[test]
    fn a_cold_start_files_mailings_and_machines_and_never_a_person() {
        let mut replay = replay();
        for day in 0..50 {
            let (header, expected): (String, &[Category]) = match day % 5 {
                0 => (
                    format!(
                        "From: Paper <news@paper.example>|To: me@maren.example|Subject: Weekly digest {day}|List-Unsubscribe: <https://paper.example/u>|List-Id: <weekly.paper.example>"
                    ),
                    &[Category::News],
                ),
                1 => (
                    format!(
                        "From: Shop <no-reply@shop.example>|To: me@maren.example|Subject: Your order {day} was shipped|Auto-Submitted: auto-generated"
                    ),
                    &[Category::Bulk],
                ),
                2 => (
                    format!(
                        "From: Shop <hello@offers.shop.example>|To: me@maren.example|Subject: {day}% off, last chance|List-Unsubscribe: <https://shop.example/u>|Precedence: bulk"
                    ),
                    &[Category::Bulk],
                ),
                3 => (
                    format!("From: Anna Berg <anna@berg.example>|To: me@maren.example|Subject: Lunch on day {day}?"),
                    &[Category::Inbox],
                ),
                _ => (
                    format!(
                        "From: Otto {day} <otto{day}@gmail.com>|To: x@y.example|Cc: me@maren.example|Subject: Re: our sale"
                    ),
                    &[Category::Inbox],
                ),
            };
            let (facts, verdict) = next(&mut replay, day, false, &header).unwrap();
            assert!(expected.contains(&verdict.category), "{}: {verdict:#?}", facts.subject);
        }
    }

    #[test]
    fn an_impostor_never_gets_to_the_top_and_the_reason_says_so() {
        let mut replay = replay();
        let host = "Authentication-Results: mx.maren.example; dmarc=";
        let friend = "From: Anna Berg <anna@berg.example>|To: me@maren.example";
        for day in 0..30 {
            next(&mut replay, day, false, &format!("{host}pass|{friend}|Message-ID: <{day}@berg.example>"));
            let answer = format!(
                "From: me@maren.example|To: anna@berg.example|Message-ID: <{day}@me>|In-Reply-To: <{day}@berg.example>"
            );
            next(&mut replay, day, true, &answer);
        }
        let genuine = format!("{host}pass|{friend}|In-Reply-To: <29@me>");
        assert_eq!(next(&mut replay, 30, false, &genuine).unwrap().1.category, Category::Top);
        for forged in [
            format!("{host}fail|{friend}|In-Reply-To: <29@me>"),
            format!("{host}fail|{friend}"),
            format!("{host}fail|{host}pass|{friend}|In-Reply-To: <29@me>"),
            format!("Authentication-Results: mx.evil.example; dmarc=pass|{friend}"),
        ] {
            let (_, verdict) = next(&mut replay, 31, false, &forged).unwrap();
            assert_eq!(verdict.category, Category::Inbox, "{forged}");
            assert!(
                verdict.reasons.iter().any(|reason| reason.text.contains("used to pass DMARC")),
                "{:#?}",
                verdict.reasons
            );
        }
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
