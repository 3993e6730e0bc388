//! For each signal a message, and if need be a history, in which it is seen, and the sentence that it says then.

use super::*;
use crate::logic::facts;
use crate::logic::ids::{Address, Flags, MessageId, UnixTime};
use crate::logic::ledger::Ledger;

const NOW: UnixTime = UnixTime(1_793_534_400);

/// Signal, what happened before, header (one line per `|`), sentence.
const SEEN: [(&str, &str, &str, &str); 86] = [
    ("base", "", "", "most mail is not answered"),
    ("answers", "answered", "From: a@b.example", "you answered 3 of 3 mails of theirs"),
    ("answers", "got", "From: a@b.example", "you answered none of 4 mails of theirs"),
    ("writes-to", "wrote", "From: a@b.example", "you wrote to them 2 times"),
    ("recent", "wrote", "From: a@b.example", "you wrote to them 1 day before"),
    ("domain-answers", "answered", "From: new@b.example", "you answered 3 of 3 mails from their domain"),
    ("answers-user", "answers", "From: a@b.example", "2 of their 2 mails answered you"),
    ("long-ago", "wrote", "From: a@b.example", "it is 1 day since you wrote to them"),
    ("burst", "got", "From: a@b.example", "they wrote to you within a week before"),
    ("follows", "just-now", "From: a@b.example", "it came right after another mail of theirs"),
    ("answers-in-a-row", "just-now", "From: a@b.example|Subject: Re: x", "they answer one mail after the other"),
    ("deep-thread", "", "In-Reply-To: <x@y>|References: <z@y> <x@y>", "2 mails before it in its thread"),
    ("you-talk", "own", "In-Reply-To: <own@me>", "you wrote 1 mail in its thread"),
    ("thread-left", "own", "In-Reply-To: <x@y>|References: <own@me> <x@y>", "others went on without you"),
    ("topic", "topic", "Subject: [v2] The harvest festival", "you wrote about the same subject before"),
    ("answered-already", "answered", "In-Reply-To: <1@b.example>", "you answered already what it answers"),
    ("later-part", "", "Subject: [PATCH 2/3] x", "a later part of a series"),
    ("first-part", "", "Subject: [PATCH 0/3] x", "the first part of a series"),
    ("answers-your-opening", "own", "In-Reply-To: <own@me>", "it answers the mail that you began with"),
    (
        "unanswered",
        "festival",
        "Subject: The harvest festival",
        "2 mails about the same subject came before, and you did not answer",
    ),
    ("series", "", "Subject: [PATCH 2/3] x", "it is one of 3 parts of a series"),
    ("version", "", "Subject: Re: [PATCH v3 2/3] x", "it is version 3 of something"),
    ("your-share", "own", "In-Reply-To: <x@y>|References: <own@me> <x@y>", "you wrote 1 of 2 mails before it"),
    ("far-down", "", "To: x@y.example|Cc: me@maren.example", "1 name stands before you among its recipients"),
    (
        "habit-word",
        "festival",
        "From: z@y.example|Subject: The end",
        "you answered none of 2 mails whose subject begins with the same word",
    ),
    ("busy", "got", "From: z@y.example", "you get much mail these days"),
    ("first-to", "", "To: me@maren.example, x@y.example", "it is addressed to you first"),
    ("colleague", "", "From: x@maren.example", "the sender is at your own domain"),
    (
        "to-you-in-others-thread",
        "",
        "To: me@maren.example, x@y.example|In-Reply-To: <x@y>",
        "others' talk was addressed to you",
    ),
    (
        "to-you-in-your-thread",
        "own",
        "To: x@y.example, me@maren.example|In-Reply-To: <x@y>|References: <own@me> <x@y>",
        "a talk that you took part in was addressed to you again",
    ),
    ("habit-place", "answered", "From: z@y.example", "you answered 3 of 3 mails that reached you this way"),
    ("habit-form", "answered", "From: z@y.example", "you answered 3 of 3 mails with such a subject"),
    ("habit-crowd", "got", "From: z@y.example", "you answered none of 4 mails to about as many people"),
    ("activity", "wrote", "From: z@y.example", "you write much these days"),
    ("absence", "wrote", "From: z@y.example", "you have written to nobody for 1 day"),
    ("impersonal", "", "Precedence: bulk", "a machine sent it, or it was sent to many"),
    ("domain-writes-to", "wrote", "From: new@b.example", "you write to others at their domain"),
    ("first-contact", "", "From: a@b.example", "first mail from them"),
    ("one-way", "got", "From: a@b.example", "4 mails from them, and you never wrote back"),
    ("read", "answered", "From: a@b.example", "you read 3 of their 3 mails"),
    ("list-read", "list", "From: x@y.example|List-Id: <l.example>", "you read 3 of 3 mails of this list"),
    ("discarded", "discarded", "From: a@b.example", "you threw away 2 mails of theirs unread"),
    ("flagged", "flagged", "From: a@b.example", "you flagged 1 mail of theirs"),
    ("writes-on-list", "list", "From: x@y.example|List-Id: <l.example>", "you write on this list"),
    ("answers-you", "own", "In-Reply-To: <own@me>", "it answers your mail"),
    ("your-thread", "own", "In-Reply-To: <x@y>|References: <own@me> <x@y>", "you wrote earlier in this thread"),
    ("others-thread", "", "In-Reply-To: <x@y>", "it answers somebody else's mail"),
    ("re", "", "Subject: AW: x", "its subject is an answer's (Re:)"),
    ("question", "", "Subject: Lunch?", "its subject asks something"),
    ("only-you", "", "To: me@maren.example", "it is addressed to you alone"),
    ("to-you", "", "To: x@y.example, me@maren.example", "it is addressed to you and others"),
    ("cc-you", "", "To: x@y.example|Cc: me@maren.example", "you are only in Cc"),
    ("not-to-you", "", "To: x@y.example", "it is not addressed to you"),
    ("crowd", "", "To: x@y.example, z@y.example, me@maren.example", "2 others got it too"),
    ("list", "", "List-Id: <l.example>", "a mailing list sent it (List-Id)"),
    ("list-post", "", "List-Post: <mailto:l@x.example>", "its list is a discussion that anybody can write to"),
    ("unsubscribe", "", "List-Unsubscribe: <https://x.example>", "sent through a mailing service (List-Unsubscribe)"),
    ("precedence", "", "Precedence: bulk", "marked as sent to many (Precedence)"),
    ("auto-submitted", "", "Auto-Submitted: auto-generated", "a machine sent it by itself (Auto-Submitted)"),
    ("feedback-id", "", "Feedback-ID: a:b:c", "part of a mailing campaign (Feedback-ID)"),
    ("null-sender", "", "Return-Path: <>", "nobody takes answers to it (null Return-Path)"),
    ("report", "", "Content-Type: multipart/report", "a delivery report or receipt"),
    ("no-reply", "", "From: noreply@b.example", "the sender's address says not to answer"),
    ("robot-sender", "", "From: alerts@b.example", "the sender's address is a machine's"),
    ("office-sender", "", "From: info@b.example", "the sender's address is an office, not a person"),
    ("mass-envelope", "", "Return-Path: <x-bounces@b.example>", "its envelope is a mass mailing's"),
    ("suppresses-replies", "", "X-Auto-Response-Suppress: All", "it asks other machines not to answer"),
    ("generated-sender", "", "From: a#1.2@b.example", "the sender's address was made for this one mail"),
    ("mass-domain", "", "From: a@lists.b.example", "the sender's domain is for mass mail"),
    ("mass-name", "", "From: Shop Alerts <a@b.example>", "the sender's name is a mailing's"),
    ("overheard", "", "Subject: [tag] x", "a list's mail without a list's header"),
    (
        "machine-history",
        "machine",
        "From: a@b.example|Precedence: bulk",
        "4 of their 4 earlier mails were sent by a machine or a list",
    ),
    ("even-cadence", "clock", "From: a@b.example|Precedence: bulk", "it comes like a clock, about every 7 days"),
    (
        "same-subject-again",
        "clock",
        "From: a@b.example|Precedence: bulk|Subject: Your report no. 99",
        "its sender sends this subject again and again",
    ),
    (
        "unused-address",
        "alias",
        "To: me+shop@maren.example|Precedence: bulk",
        "it came by an address that you never write from",
    ),
    ("one-way-list", "clock", "List-Id: <l.example>", "6 mails of this list, and you never answered one"),
    (
        "one-way-domain",
        "clock",
        "From: new@b.example|Precedence: bulk",
        "6 mails from their domain, and you never wrote there",
    ),
    ("automatic-words", "", "Subject: Automatic reply: x|Precedence: bulk", "its subject is an automatic reply's"),
    ("posing", "", "From: a@b.example|From: c@d.example", "it is not clear whom it is from"),
    ("editorial-words", "", "Subject: Weekly digest|Precedence: bulk", "its subject is a newsletter's"),
    ("offer-words", "", "Subject: Last chance|Precedence: bulk", "its subject offers something"),
    ("receipt-words", "", "Subject: Your order|Precedence: bulk", "its subject is an order's or a payment's"),
    ("notice-words", "", "Subject: Build failed|Precedence: bulk", "its subject is a notification's"),
    ("figures", "", "Subject: Now $20|Precedence: bulk", "its subject names a price"),
    ("tagged", "", "Subject: [tag] x|Precedence: bulk", "its subject carries a list's tag"),
    ("list-thread", "", "Subject: Re: x|Precedence: bulk", "it is part of a discussion"),
];

/// The same for the signals that only tell news from bulk.
const SEEN_IN_SENDER: [(&str, &str, &str, &str); 2] = [
    ("news-sender", "", "From: news@b.example", "its sender calls it a newsletter"),
    ("bulk-sender", "", "From: alerts@b.example", "its sender is a shop's or a machine's"),
];

#[test]
fn each_signal_is_seen_and_says_so() {
    for (name, before, header, sentence) in SEEN.iter().chain(&SEEN_IN_SENDER) {
        let signal = table().find(|signal| signal.name == *name).expect(name);
        let ledger = history(before);
        let facts = facts::read(header.replace('|', "\r\n").as_bytes());
        let own = [Address::parse("me@maren.example").unwrap()];
        let scene = Scene::new(&facts, &own, &ledger, None, NOW);
        assert_ne!((signal.strength)(&scene), 0.0, "{name}: {header}");
        assert_eq!((signal.sentence)(&scene), *sentence, "{name}");
    }
}

#[test]
fn each_signal_has_its_own_name_and_its_test() {
    let mut names: Vec<_> = table().map(|signal| signal.name).collect();
    for signal in table() {
        assert!(SEEN.iter().chain(&SEEN_IN_SENDER).any(|seen| seen.0 == signal.name), "{} has no test", signal.name);
        assert!(!signal.sees.is_empty() && signal.weight.is_finite() && signal.news.is_finite());
        assert!(signal.weight != 0.0 || signal.news != 0.0, "{} says nothing", signal.name);
    }
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn a_mail_by_somebody_without_history_is_as_likely_answered_as_any() {
    let ledger = history("");
    let facts = facts::read(b"From: a@b.example\r\n");
    let scene = Scene::new(&facts, &[], &ledger, None, NOW);
    let answers = table().find(|signal| signal.name == "answers").unwrap();
    assert_eq!((answers.strength)(&scene), 0.0);
}

#[test]
fn relations_do_not_count_for_a_sender_who_suddenly_fails_dmarc() {
    let mut ledger = Ledger::new();
    let passing = b"From: a@b.example\r\nAuthentication-Results: mx; dmarc=pass\r\n";
    ledger.learn_received(&facts::read(passing), NOW, Flags { answered: true, ..Flags::default() });
    let trust = |header: &str, authserv| {
        let facts = facts::read(header.replace('|', "\r\n").as_bytes());
        let scene = Scene::new(&facts, &[], &ledger, authserv, NOW);
        (scene.trust, scene.sender.is_some() && scene.domain.is_some())
    };
    let failing = "From: a@b.example|Authentication-Results: mx; dmarc=fail";
    assert_eq!(trust(failing, Some("mx")), (Trust::Lost, false));
    assert_eq!(trust("From: a@b.example", Some("mx")), (Trust::Lost, false), "the host said nothing at all");
    assert_eq!(trust("From: a@b.example|Authentication-Results: evil; dmarc=pass", Some("mx")), (Trust::Lost, false));
    assert_eq!(trust("From: a@b.example|Authentication-Results: mx; dmarc=pass", Some("mx")), (Trust::Passed, true));
    assert_eq!(trust(failing, None), (Trust::Unknown, true), "nobody to believe");
}

fn history(before: &str) -> Ledger {
    let mut ledger = Ledger::new();
    let yesterday = NOW.minus_days(1);
    let mut receive = |count: u32, from: &str, extra: &str, flags: Flags| {
        for place in 0..count {
            let header = format!("From: {from}\r\nMessage-ID: <{place}@b.example>\r\n{extra}");
            ledger.learn_received(&facts::read(header.as_bytes()), yesterday, flags);
        }
    };
    let answered = Flags { seen: true, answered: true, ..Flags::default() };
    match before {
        "answered" => receive(3, "a@b.example", "", answered),
        "got" => receive(4, "a@b.example", "", Flags::default()),
        "machine" => receive(4, "a@b.example", "Precedence: bulk\r\n", Flags::default()),
        "flagged" => receive(1, "a@b.example", "", Flags { flagged: true, ..Flags::default() }),
        "list" => receive(3, "a@b.example", "List-Id: <l.example>\r\n", answered),
        "discarded" => receive(2, "a@b.example", "", Flags { deleted: true, ..Flags::default() }),
        "clock" => {
            for week in 1..=6 {
                let header = format!(
                    "From: a@b.example\r\nList-Id: <l.example>\r\nPrecedence: bulk\r\nSubject: Your report no. {week}\r\n"
                );
                ledger.learn_received(&facts::read(header.as_bytes()), NOW.minus_days(50 - 7 * week), Flags::default());
            }
        }
        "alias" => {
            for _ in 0..10 {
                ledger.learn_own(&facts::read(b"From: me@maren.example\r\nTo: a@b.example\r\n"), yesterday);
            }
        }
        "wrote" => {
            for _ in 0..2 {
                ledger.learn_own(&facts::read(b"To: a@b.example\r\n"), yesterday);
            }
        }
        "own" => ledger.restore_own_id(MessageId::new("<own@me>").unwrap().hash(), yesterday),
        "answers" => {
            ledger.restore_own_id(MessageId::new("<own@me>").unwrap().hash(), yesterday);
            let answer = facts::read(b"From: a@b.example\r\nIn-Reply-To: <own@me>\r\n");
            (0..2).for_each(|_| ledger.learn_received(&answer, yesterday, Flags::default()));
        }
        "just-now" => ledger.learn_received(&facts::read(b"From: a@b.example\r\n"), NOW, Flags::default()),
        "topic" => drop(ledger.learn_own(&facts::read(b"Subject: The harvest festival\r\n"), yesterday)),
        "festival" => {
            let mail = facts::read(b"From: a@b.example\r\nSubject: Re: The harvest festival\r\n");
            (0..2).for_each(|_| ledger.learn_received(&mail, yesterday, Flags::default()));
        }
        other => assert_eq!(other, "", "no such history"),
    }
    ledger
}
