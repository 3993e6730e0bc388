//! Signs that no person wrote it to single people.

use super::Signal;
use crate::logic::facts::{Oddity, Sign};
use crate::logic::words::{Kind, Role};

pub(super) static SIGNALS: [Signal; 20] = [
    Signal {
        name: "list",
        weight: -2.6,
        news: 1.0,
        sees: "List-Id or List-Post",
        strength: |scene| f64::from(scene.has(Sign::List)),
        sentence: |_| "a mailing list sent it (List-Id)".into(),
    },
    Signal {
        name: "list-post",
        weight: -0.2,
        news: 1.2,
        sees: "List-Post: readers may write to the list",
        strength: |scene| f64::from(scene.facts.list_post),
        sentence: |_| "its list is a discussion that anybody can write to".into(),
    },
    Signal {
        name: "unsubscribe",
        weight: -2.2,
        news: 0.0,
        sees: "List-Unsubscribe",
        strength: |scene| f64::from(scene.has(Sign::Unsubscribe)),
        sentence: |_| "sent through a mailing service (List-Unsubscribe)".into(),
    },
    Signal {
        name: "precedence",
        weight: -1.6,
        news: 0.6,
        sees: "Precedence: bulk, list or junk",
        strength: |scene| f64::from(scene.has(Sign::Precedence)),
        sentence: |_| "marked as sent to many (Precedence)".into(),
    },
    Signal {
        name: "auto-submitted",
        weight: -2.2,
        news: -2.0,
        sees: "Auto-Submitted other than \"no\"",
        strength: |scene| f64::from(scene.has(Sign::AutoSubmitted)),
        sentence: |_| "a machine sent it by itself (Auto-Submitted)".into(),
    },
    Signal {
        name: "feedback-id",
        weight: -1.2,
        news: -0.2,
        sees: "Feedback-ID of a mailing service",
        strength: |scene| f64::from(scene.has(Sign::Feedback)),
        sentence: |_| "part of a mailing campaign (Feedback-ID)".into(),
    },
    Signal {
        name: "null-sender",
        weight: -1.8,
        news: -2.5,
        sees: "a null Return-Path",
        strength: |scene| f64::from(scene.has(Sign::NullSender)),
        sentence: |_| "nobody takes answers to it (null Return-Path)".into(),
    },
    Signal {
        name: "report",
        weight: -1.8,
        news: -3.0,
        sees: "a delivery or disposition report by its Content-Type",
        strength: |scene| f64::from(scene.has(Sign::Report)),
        sentence: |_| "a delivery report or receipt".into(),
    },
    Signal {
        name: "no-reply",
        weight: -2.4,
        news: -0.8,
        sees: "a local part such as no-reply, in seven languages",
        strength: |scene| f64::from(scene.has(Sign::NoReply)),
        sentence: |_| "the sender's address says not to answer".into(),
    },
    Signal {
        name: "robot-sender",
        weight: -2.2,
        news: 0.0,
        sees: "a local part that names a machine's task, such as alerts or newsletter",
        strength: |scene| f64::from(scene.has(Sign::RobotSender)),
        sentence: |_| "the sender's address is a machine's".into(),
    },
    Signal {
        name: "office-sender",
        weight: -0.9,
        news: -0.4,
        sees: "a local part that names an office, such as info or support",
        strength: |scene| f64::from(scene.facts.role == Role::Office),
        sentence: |_| "the sender's address is an office, not a person".into(),
    },
    Signal {
        name: "mass-envelope",
        weight: -1.6,
        news: 0.3,
        sees: "an envelope sender or Sender of list software or a mailing service (bounces, owner, VERP)",
        strength: |scene| f64::from(scene.has(Sign::MassEnvelope)),
        sentence: |_| "its envelope is a mass mailing's".into(),
    },
    Signal {
        name: "suppresses-replies",
        weight: -1.0,
        news: -1.0,
        sees: "X-Auto-Response-Suppress",
        strength: |scene| f64::from(scene.has(Sign::SuppressesReplies)),
        sentence: |_| "it asks other machines not to answer".into(),
    },
    Signal {
        name: "generated-sender",
        weight: -2.0,
        news: 0.2,
        sees: "a sender's local part that was made for one mail (numbers and cuts)",
        strength: |scene| f64::from(scene.has(Sign::GeneratedSender)),
        sentence: |_| "the sender's address was made for this one mail".into(),
    },
    Signal {
        name: "mass-domain",
        weight: -0.9,
        news: 0.0,
        sees: "a sender's domain that names a task of mass mail, such as newsletter.shop.example",
        strength: |scene| f64::from(scene.has(Sign::MassDomain)),
        sentence: |_| "the sender's domain is for mass mail".into(),
    },
    Signal {
        name: "mass-name",
        weight: -0.9,
        news: 0.4,
        sees: "a sender's display name that calls itself a newsletter, alerts or the like",
        strength: |scene| f64::from(scene.has(Sign::MassName)),
        sentence: |_| "the sender's name is a mailing's".into(),
    },
    Signal {
        name: "overheard",
        weight: -1.2,
        news: 1.0,
        sees: "a list's tag in the subject of mail to nobody, or of others' thread, when the user is not among the recipients",
        strength: |scene| f64::from(scene.has(Sign::Overheard)),
        sentence: |_| "a list's mail without a list's header".into(),
    },
    Signal {
        name: "machine-history",
        weight: -1.0,
        news: 0.0,
        sees: "the share of the sender's earlier mail that had such a sign",
        strength: |scene| match scene.sender {
            Some(sender) if scene.is_impersonal() && sender.received >= 2 => sender.machine_share(),
            _ => 0.0,
        },
        sentence: |scene| {
            let (machine, received) = scene.sender.map_or((0, 0), |sender| (sender.machine, sender.received));
            format!("{machine} of their {received} earlier mails were sent by a machine or a list")
        },
    },
    Signal {
        name: "automatic-words",
        weight: -1.0,
        news: -2.0,
        sees: "a subject of an automatic reply or a bounce, in seven languages, on mail with a machine's sign",
        strength: |scene| f64::from(scene.is_impersonal() && scene.subject.says(Kind::AutoReply)),
        sentence: |_| "its subject is an automatic reply's".into(),
    },
    Signal {
        name: "posing",
        weight: -1.0,
        news: -0.5,
        sees: "a display name that shows another e-mail address, or several or doubled authors",
        strength: |scene| {
            let odd = [Oddity::NameShowsOtherAddress, Oddity::DoubledFrom, Oddity::SeveralAuthors];
            f64::from(odd.into_iter().any(|oddity| scene.facts.is_odd(oddity)))
        },
        sentence: |_| "it is not clear whom it is from".into(),
    },
];
