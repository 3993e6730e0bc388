//! Signs that no person wrote it to single people.

use super::{Scene, Signal, counted};
use crate::logic::facts::{Oddity, Sign};
use crate::logic::ledger::{Relation, template};
use crate::logic::words::{Kind, Role};

pub(super) static SIGNALS: [Signal; 26] = [
    Signal {
        name: "list",
        weight: -2.6,
        news: 1.0,
        sees: "List-Id or List-Post",
        strength: |scene| f64::from(scene.has(Sign::List)),
        sentence: |_| "a mailing list sent it (List-Id)".into(),
    },
    Signal {
        name: "impersonal",
        weight: -2.0,
        news: 0.0,
        sees: "any sign at all of a machine or a list",
        strength: |scene| f64::from(scene.is_impersonal()),
        sentence: |_| "a machine sent it, or it was sent to many".into(),
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
        strength: |scene| f64::from(scene.has(Sign::MassEnvelope) || scene.has(Sign::OwnBounces)),
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
        sees: "the user is not among the recipients of an office's mail with a newsletter's words, or of mail with a list's tag in a thread of others or to nobody",
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
        name: "even-cadence",
        weight: -0.4,
        news: 0.4,
        sees: "a machine's or a list's mail that comes at even distances, as by a clock",
        strength: |scene| match scene.list.or(scene.sender) {
            Some(source) if scene.is_impersonal() => source.rhythm.evenness(),
            _ => 0.0,
        },
        sentence: |scene| {
            let days = scene.list.or(scene.sender).map_or(1.0, |source| source.rhythm.days());
            match days {
                days if days < 0.75 => format!(
                    "it comes like a clock, about every {}",
                    counted((days * 24.0).round().max(1.0) as u32, "hour", "hours")
                ),
                days => format!(
                    "it comes like a clock, about every {}",
                    counted(days.round().max(1.0) as u32, "day", "days")
                ),
            }
        },
    },
    Signal {
        name: "same-subject-again",
        weight: -0.5,
        news: 0.0,
        sees: "a machine's or a list's mail with the subject that its sender sends again and again, numbers and names aside",
        strength: repeats,
        sentence: |_| "its sender sends this subject again and again".into(),
    },
    Signal {
        name: "unused-address",
        weight: -0.4,
        news: 0.0,
        sees: "a machine's or a list's mail that came by an address of the user's from which they never write (an alias, a detail after +)",
        strength: |scene| {
            let unused = scene.by_own_address && scene.way.is_none_or(|way| way.sent_to == 0);
            f64::from(scene.is_impersonal() && unused && scene.account.is_some_and(|account| account.sent_to >= 10))
        },
        sentence: |_| "it came by an address that you never write from".into(),
    },
    Signal {
        name: "one-way-list",
        weight: -0.1,
        news: 0.0,
        sees: "much mail of a list on which the user never answered (logarithm)",
        strength: |scene| scene.list.map_or(0.0, one_way),
        sentence: |scene| {
            format!("{} mails of this list, and you never answered one", scene.list.map_or(0, |list| list.received))
        },
    },
    Signal {
        name: "one-way-domain",
        weight: -0.1,
        news: 0.0,
        sees: "much mail of machines or lists from a domain to which the user never wrote (logarithm)",
        strength: |scene| scene.domain.filter(|_| scene.is_impersonal()).map_or(0.0, one_way),
        sentence: |scene| {
            let received = scene.domain.map_or(0, |domain| domain.received);
            format!("{received} mails from their domain, and you never wrote there")
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

/// The share of the sender's mail that has the subject of this one; 0 until it came three times.
fn repeats(scene: &Scene<'_>) -> f64 {
    match scene.sender {
        Some(sender) if scene.is_impersonal() && sender.template.votes >= 3 => {
            let same = sender.template.hash == template(&scene.facts.subject);
            f64::from(u8::from(same)) * f64::from(sender.template.votes) / f64::from(sender.received.max(1))
        }
        _ => 0.0,
    }
}

fn one_way(relation: &Relation) -> f64 {
    let much = relation.received >= 5 && !relation.is_written_to();
    if much { f64::from(relation.received).ln().min(5.0) } else { 0.0 }
}
