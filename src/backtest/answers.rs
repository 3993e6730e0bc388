//! Which received mail the user went on to answer.

use std::collections::HashMap;

use crate::logic::facts::Facts;
use crate::logic::ids::{MessageId, MidHash, UnixTime};
use crate::logic::words::{Subject, fold};

/// Numbers of the received messages, in the order in which they came.
pub(super) type Number = u32;

/// A mail is answered when a later own mail names it in In-Reply-To. Where no own mail of the mailbox has that field (Exchange
/// long left it out), a `Re:` of the same subject to the sender within 30 days answers it.
#[derive(Default)]
pub(super) struct Answers {
    by_id: HashMap<MidHash, (Number, f64)>,
    by_subject: HashMap<MidHash, Vec<(Number, UnixTime)>>,
    named: Vec<Number>,
    matched: Vec<Number>,
    /// Own mail whose clock was behind: it names what has not come yet.
    early: HashMap<MidHash, UnixTime>,
    /// An own mail had In-Reply-To.
    has_names: bool,
}

/// How late an answer may come that is recognised by its subject.
const DAYS: f64 = 30.0;
/// How far clocks differ. Whoever names a Message-ID has seen it, whatever the two times say.
const SKEW_DAYS: f64 = 1.0;

impl Answers {
    /// Somebody's mail came. Of several copies with one Message-ID the most important one is what the user saw and answered.
    pub(super) fn received(&mut self, number: Number, importance: f64, facts: &Facts, arrival: UnixTime) {
        if let Some(id) = facts.message_id.as_ref().map(MessageId::hash) {
            let in_time = |sent: UnixTime| arrival.days_since(sent) <= SKEW_DAYS;
            self.named.extend(self.early.remove(&id).filter(|&sent| in_time(sent)).map(|_| number));
            let best = self.by_id.entry(id).or_insert((number, importance));
            if importance > best.1 {
                *best = (number, importance);
            }
        }
        if !self.has_names
            && let Some(from) = &facts.from
        {
            let letters = self.by_subject.entry(key(&facts.subject, from.as_str())).or_default();
            letters.push((number, arrival));
        }
    }

    /// The user wrote.
    pub(super) fn sent(&mut self, facts: &Facts, at: UnixTime) {
        if !facts.in_reply_to.is_empty() {
            self.has_names = true;
            self.by_subject = HashMap::new();
        }
        for id in &facts.in_reply_to {
            match self.by_id.get(id) {
                Some((number, _)) => self.named.push(*number),
                None => drop(self.early.insert(*id, at)),
            }
        }
        if self.has_names || !Subject::read_form(&facts.subject).0.reply {
            return;
        }
        for to in facts.to.iter().chain(&facts.cc) {
            let letters = self.by_subject.remove(&key(&facts.subject, to.as_str())).unwrap_or_default();
            let in_time = letters.into_iter().filter(|(_, arrival)| at.days_since(*arrival) <= DAYS);
            self.matched.extend(in_time.map(|(number, _)| number));
        }
    }

    /// The answered messages, each once, and whether they were recognised by their subjects.
    pub(super) fn finish(self) -> (Vec<Number>, bool) {
        let mut answered = if self.has_names { self.named } else { self.matched };
        answered.sort_unstable();
        answered.dedup();
        (answered, !self.has_names)
    }
}

/// Of a subject without `Re:` and the like, and an address.
fn key(subject: &str, address: &str) -> MidHash {
    MidHash::of(&format!("{}\n{address}", fold(bare(subject))))
}

fn bare(mut subject: &str) -> &str {
    loop {
        let (form, _) = Subject::read_form(subject);
        match subject.split_once(':') {
            Some((_, rest)) if form.reply || form.forward => subject = rest,
            _ => return subject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::facts;

    const DAY: i64 = UnixTime::DAY;

    fn read(header: &str) -> Facts {
        facts::read(header.replace('|', "\r\n").as_bytes())
    }

    /// The answered numbers; each header with its day, the user's own ones after `>`.
    fn answered(mails: &[(i64, &str)]) -> Vec<Number> {
        let mut answers = Answers::default();
        let mut number = 0;
        for (day, header) in mails {
            let at = UnixTime(day * DAY);
            match header.strip_prefix('>') {
                Some(own) => answers.sent(&read(own), at),
                None => {
                    answers.received(number, 0.5, &read(header), at);
                    number += 1;
                }
            }
        }
        answers.finish().0
    }

    #[test]
    fn in_reply_to_says_what_is_answered() {
        let mails = [
            (1, "From: a@b.example|Message-ID: <1@b>|Subject: x"),
            (1, "From: a@b.example|Message-ID: <2@b>|Subject: x"),
            (2, ">To: a@b.example|Subject: Re: x|In-Reply-To: <2@b>"),
            (3, ">To: a@b.example|Subject: Re: x"),
        ];
        assert_eq!(answered(&mails), [1]);
    }

    #[test]
    fn an_answer_comes_later_but_for_clocks_that_differ() {
        let own = ">To: a@b.example|Subject: Re: x|In-Reply-To: <1@b>";
        let received = "From: a@b.example|Message-ID: <1@b>|Subject: x";
        assert_eq!(answered(&[(1, own), (9, received)]), [0; 0]);
        assert_eq!(answered(&[(1, own), (2, received)]), [0]);
    }

    #[test]
    fn without_such_fields_the_subject_says_it() {
        let mails = [
            (1, "From: a@b.example|Subject: Skiing"),
            (1, "From: c@b.example|Subject: Skiing"),
            (2, "From: a@b.example|Subject: AW: Re: skiing"),
            (3, ">To: a@b.example|Subject: Re: Skiing"),
            (4, ">To: c@b.example|Subject: Skiing"),
            (5, "From: d@b.example|Subject: Old"),
            (36, ">To: d@b.example|Subject: Re: Old"),
        ];
        assert_eq!(answered(&mails), [0, 2]);
    }

    #[test]
    fn of_two_copies_the_more_important_one_is_answered() {
        let mut answers = Answers::default();
        let facts = read("From: a@b.example|Message-ID: <1@b>");
        for (number, importance) in [(0, 0.1), (1, 0.8), (2, 0.3)] {
            answers.received(number, importance, &facts, UnixTime(1));
        }
        answers.sent(&read("To: a@b.example|In-Reply-To: <1@b>"), UnixTime(2));
        assert_eq!(answers.finish(), (vec![1], false));
    }
}
