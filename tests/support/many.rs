//! A big mailbox, the same one for the same seed: some 2,000 senders, a few of which write most of the mail, and three mails in a hundred by
//! somebody who writes once, so that there are 5,000 senders in 100,000 messages and 32,000 in a million; 1 to 4 KB a message.

use std::collections::VecDeque;
use std::ops::Range;

use fastrand::Rng;

use super::mail::{ME, Mail};
use super::senders::{Kind, Sender, WORDS, pick, sender, senders};

/// 2022-01-01 to 2026-11-04, seconds since 1970.
const TIME: (i64, i64) = (1_640_995_200, 1_793_836_800);

/// Messages in a part.
const PART: usize = 500;
/// The share of mail whose sender writes once: strangers, shops, the relays of a marketplace.
const ONCE: f64 = 0.03;
/// The share of senders of newsletters that give each mailing a List-Id of its own.
const LIST_A_MAIL: usize = 10;
/// Threads that are still answered.
const RECENT: usize = 50;

/// A generated mailbox: INBOX and Sent.
pub struct Many {
    /// INBOX, oldest first.
    pub inbox: Vec<Mail>,
    /// Sent, oldest first: seven of ten answer mail in INBOX.
    pub sent: Vec<Mail>,
}

impl Many {
    /// So many messages in INBOX and Sent.
    pub fn generate(inbox: usize, sent: usize, seed: u64) -> Many {
        let mut many = Many { inbox: Vec::with_capacity(inbox), sent: Vec::with_capacity(sent) };
        Many::pour(inbox, sent, seed, |folder, mail| match folder {
            "INBOX" => many.inbox.extend(mail),
            _ => many.sent.extend(mail),
        });
        many
    }

    /// The same piece by piece, for mailboxes that memory should not hold: `each` gets the folder, `INBOX` or `Sent`, and the next part.
    pub fn pour(inbox: usize, sent: usize, seed: u64, mut each: impl FnMut(&'static str, Vec<Mail>)) {
        let mut rng = Rng::with_seed(seed);
        let senders = senders(&mut rng);
        let mut maker = Maker { rng, senders, letters: Vec::new(), recent: VecDeque::new() };
        for part in parts(inbox) {
            each("INBOX", part.map(|number| maker.received(number, time(number, inbox))).collect());
        }
        for part in parts(sent) {
            each("Sent", part.map(|number| maker.own(number, sent)).collect());
        }
    }
}

fn parts(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(PART).map(move |from| from..count.min(from + PART))
}

fn time(number: usize, of: usize) -> i64 {
    TIME.0 + (TIME.1 - TIME.0) * number as i64 / of as i64
}

struct Maker {
    rng: Rng,
    senders: Vec<Sender>,
    /// Letters by people, to be answered: Message-ID, sender.
    letters: Vec<(String, usize)>,
    /// The last threads: Message-ID, subject.
    recent: VecDeque<(String, String)>,
}

impl Maker {
    /// A sender, the first ones much more often than the last (Zipf, roughly: uniform in the logarithm of the rank).
    fn anyone(&mut self) -> usize {
        let rank = (self.senders.len() as f64).powf(self.rng.f64());
        (rank as usize).saturating_sub(1).min(self.senders.len() - 1)
    }

    fn received(&mut self, number: usize, at: i64) -> Mail {
        let who = self.anyone();
        let once =
            (self.rng.f64() < ONCE).then(|| sender(self.senders.len() + number, self.senders[who].kind, &mut self.rng));
        let Sender { kind, from, domain, .. } = once.as_ref().unwrap_or(&self.senders[who]).clone();
        let subject = self.text(3, 9);
        let mail = Mail::from(&from)
            .header("Message-ID", format!("<{at}.{number}@{domain}>"))
            .header("Return-Path", format!("<bounce-{number}@{domain}>"))
            .header("Delivered-To", ME)
            .header(
                "Received",
                format!(
                    "from mx.{domain} (mx.{domain} [203.0.113.{}])\r\n\tby mail.home.example with ESMTPS id {number}",
                    number % 250
                ),
            )
            .header("DKIM-Signature", self.signature(&domain))
            .header(
                "Authentication-Results",
                format!(
                    "mail.home.example; dkim=pass header.d={domain};\r\n\tspf=pass smtp.mailfrom={domain}; dmarc=pass"
                ),
            )
            .header("MIME-Version", "1.0")
            .header("Content-Type", "text/plain; charset=utf-8")
            .subject(&subject)
            .at(at);
        let list = if who.is_multiple_of(LIST_A_MAIL) { number } else { who };
        let mail = self.of_kind(mail, kind, &domain, (number, list), subject);
        if kind == Kind::Person && once.is_none() {
            self.letters.push((mail.id(), who));
        }
        self.with_body_and_flags(mail)
    }

    fn of_kind(
        &mut self,
        mail: Mail,
        kind: Kind,
        domain: &str,
        (number, list): (usize, usize),
        subject: String,
    ) -> Mail {
        match kind {
            Kind::Person => self.threaded(mail, subject),
            Kind::List => self
                .threaded(mail, subject)
                .to(&format!("dev-list@{domain}"))
                .header("List-Id", format!("Dev list <dev-list.{domain}>"))
                .header("List-Post", format!("<mailto:dev-list@{domain}>"))
                .header("List-Unsubscribe", format!("<mailto:dev-list-leave@{domain}>"))
                .header("Precedence", "list")
                .header("Sender", format!("dev-list-bounces@{domain}")),
            Kind::News => mail
                .header("List-Id", format!("<{list}.{domain}>"))
                .header("List-Unsubscribe", format!("<https://{domain}/u/{number}>, <mailto:unsub-{number}@{domain}>"))
                .header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
                .header("Precedence", "bulk")
                .header("Reply-To", format!("support@{domain}")),
            Kind::Notification => mail
                .header("Auto-Submitted", "auto-generated")
                .header("X-Auto-Response-Suppress", "All")
                .header("Precedence", "bulk"),
            Kind::Receipt => mail.header("Reply-To", format!("help@{domain}")),
        }
    }

    /// More than half of what people write answers something recent.
    fn threaded(&mut self, mail: Mail, subject: String) -> Mail {
        let answers = !self.recent.is_empty() && self.rng.f64() < 0.55;
        let (mail, subject) = if answers {
            let (before, subject) = &self.recent[self.rng.usize(..self.recent.len())];
            (mail.answers_id(before).subject(&format!("Re: {subject}")), subject.clone())
        } else {
            (mail, subject)
        };
        self.recent.push_back((mail.id(), subject));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        mail
    }

    fn own(&mut self, number: usize, of: usize) -> Mail {
        let at = time(number, of) + 7200;
        let (who, answered) = if !self.letters.is_empty() && self.rng.f64() < 0.7 {
            let (letter, who) = &self.letters[(self.letters.len() * number / of).min(self.letters.len() - 1)];
            (*who, Some(letter.clone()))
        } else {
            (self.somebody(), None)
        };
        let subject = self.text(2, 6);
        let to = self.senders[who].address.clone();
        let id = format!("<{at}.{number}.sent@home.example>");
        let mail =
            Mail::from(&format!("Me <{ME}>")).to(&to).header("Message-ID", id).subject(&subject).at(at).flag("\\Seen");
        let mail = match answered {
            Some(letter) => mail.answers_id(&letter),
            None => mail,
        };
        let size = self.rng.usize(200..1500);
        mail.body(&self.letters_of(size))
    }

    fn somebody(&mut self) -> usize {
        let people: Vec<usize> =
            (0..self.senders.len()).filter(|&who| self.senders[who].kind == Kind::Person).collect();
        people[self.rng.usize(..people.len().min(200))]
    }

    fn with_body_and_flags(&mut self, mail: Mail) -> Mail {
        let size = self.rng.usize(100..2200);
        let mail = mail.body(&self.letters_of(size));
        let mail = if self.rng.f64() < 0.75 { mail.flag("\\Seen") } else { mail };
        if self.rng.f64() < 0.05 { mail.flag("\\Answered") } else { mail }
    }

    fn signature(&mut self, domain: &str) -> String {
        let lines: Vec<String> = (0..4).map(|_| (0..70).map(|_| self.rng.alphanumeric()).collect()).collect();
        format!(
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1;\r\n\th=from:to:subject:date:message-id; b={}",
            lines.join("\r\n\t")
        )
    }

    fn text(&mut self, least: usize, most: usize) -> String {
        let count = self.rng.usize(least..=most);
        (0..count).map(|_| pick(&mut self.rng, WORDS)).collect::<Vec<_>>().join(" ")
    }

    /// About so many letters, in lines.
    fn letters_of(&mut self, size: usize) -> String {
        let mut text = String::with_capacity(size + 80);
        while text.len() < size {
            text += &self.text(8, 10);
            text += "\r\n";
        }
        text
    }
}
