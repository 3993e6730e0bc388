//! Who the sender is to the user, by the account's history.

use super::{Scene, Signal, counted};
use crate::logic::ids::UnixTime;
use crate::logic::ledger::Relation;

pub(super) static SIGNALS: [Signal; 17] = [
    Signal {
        name: "answers",
        weight: 0.05,
        news: 0.0,
        sees: "the share of the sender's mail that the user answered, decayed, against the user's share in general (log-odds, smoothed)",
        strength: |scene| scene.sender.map_or(0.0, |sender| answers(sender, scene)),
        sentence: |scene| {
            let sender = scene.sender.cloned().unwrap_or_default();
            answered(sender.replied, sender.received, "mail of theirs", "mails of theirs")
        },
    },
    Signal {
        name: "domain-answers",
        weight: 0.08,
        news: 0.0,
        sees: "the same share for everybody at the sender's domain",
        strength: |scene| scene.domain.map_or(0.0, |domain| answers(domain, scene)),
        sentence: |scene| {
            let (replied, received) = scene.domain.map_or((0, 0), |domain| (domain.replied, domain.received));
            answered(replied, received, "mail from their domain", "mails from their domain")
        },
    },
    Signal {
        name: "answers-user",
        weight: 0.37,
        news: 0.0,
        sees: "the share of the sender's mail that answers the user",
        strength: |scene| {
            scene.sender.map_or(0.0, |sender| f64::from(sender.answered_user) / f64::from(sender.received + 2))
        },
        sentence: |scene| {
            let (answers, received) = scene.sender.map_or((0, 0), |sender| (sender.answered_user, sender.received));
            match (answers, received) {
                (1, 1) => "the one mail they sent answered you".into(),
                (answers, received) => format!("{answers} of their {received} mails answered you"),
            }
        },
    },
    Signal {
        name: "long-ago",
        weight: 0.06,
        news: 0.0,
        sees: "days since the user's last mail to the sender (logarithm): who turns up again after a pause is answered more than who writes \
               all day",
        strength: |scene| {
            scene.sender.and_then(|sender| sender.last_sent).map_or(0.0, |last| days(scene, last).ln_1p().min(6.0))
        },
        sentence: |scene| {
            let last = scene.sender.and_then(|sender| sender.last_sent).unwrap_or_default();
            format!("it is {} since you wrote to them", counted(days(scene, last) as u32, "day", "days"))
        },
    },
    Signal {
        name: "burst",
        weight: -0.12,
        news: 0.0,
        sees: "mail of the sender's own hand in the last week (logarithm)",
        strength: |scene| {
            let burst = scene.sender.map_or(0.0, |sender| sender.burst.now(scene.at));
            if burst < 0.05 { 0.0 } else { burst.ln_1p().min(4.0) }
        },
        sentence: |scene| {
            let last = scene.sender.map_or(scene.at, |sender| sender.burst.at);
            match days(scene, last) as u32 {
                0..7 => "they wrote to you within a week before".into(),
                days => format!("they wrote to you {days} days before"),
            }
        },
    },
    Signal {
        name: "follows",
        weight: 0.37,
        news: 0.0,
        sees: "minutes since the sender's last mail (halved every ten)",
        strength: follows,
        sentence: |_| "it came right after another mail of theirs".into(),
    },
    Signal {
        name: "answers-in-a-row",
        weight: -0.94,
        news: 0.0,
        sees: "the same for an answer: somebody goes through their mail, and answers one after the other",
        strength: |scene| if scene.subject.reply { follows(scene) } else { 0.0 },
        sentence: |_| "they answer one mail after the other".into(),
    },
    Signal {
        name: "writes-to",
        weight: 0.05,
        news: 0.0,
        sees: "mail that the user sent to the sender and answers given, halved every 180 days (logarithm)",
        strength: |scene| scene.sender.map_or(0.0, |sender| sender.warmth.now(scene.at).ln_1p().min(3.0)),
        sentence: |scene| {
            // An answer that only a flag tells of is not among the mail sent.
            match scene.sender.map_or((0, 0), |sender| (sender.sent_to, sender.replied)) {
                (0, replied) => format!("you answered them {}", counted(replied, "time", "times")),
                (sent_to, _) => format!("you wrote to them {}", counted(sent_to, "time", "times")),
            }
        },
    },
    Signal {
        name: "recent",
        weight: 0.05,
        news: 0.0,
        sees: "days between the user's last mail to the sender and this one (halved every 14 days)",
        strength: |scene| {
            scene.sender.and_then(|sender| sender.last_sent).map_or(0.0, |last| recency(days(scene, last)))
        },
        sentence: |scene| {
            let last = scene.sender.and_then(|sender| sender.last_sent).unwrap_or_default();
            match days(scene, last) as u32 {
                _ if last > scene.at => "you wrote to them since".into(),
                0 => "you wrote to them within a day before".into(),
                days => format!("you wrote to them {} before", counted(days, "day", "days")),
            }
        },
    },
    Signal {
        name: "domain-writes-to",
        weight: 0.15,
        news: 0.0,
        sees: "mail that the user sent to the sender's domain, decayed, when the user never wrote to the sender",
        strength: |scene| match scene.domain {
            Some(domain) if !scene.sender.is_some_and(Relation::is_written_to) => {
                domain.warmth.now(scene.at).ln_1p().min(3.0)
            }
            _ => 0.0,
        },
        sentence: |_| "you write to others at their domain".into(),
    },
    Signal {
        name: "first-contact",
        weight: -0.05,
        news: 0.0,
        sees: "a sender of whom nothing is known",
        strength: |scene| {
            f64::from(scene.sender.is_none() && scene.domain.is_none_or(|domain| !domain.is_written_to()))
        },
        sentence: |_| "first mail from them".into(),
    },
    Signal {
        name: "one-way",
        weight: -0.05,
        news: 0.0,
        sees: "much mail from a sender to whom the user never wrote (logarithm)",
        strength: |scene| match scene.sender {
            Some(sender) if !sender.is_written_to() && sender.received >= 3 => f64::from(sender.received).ln().min(5.0),
            _ => 0.0,
        },
        sentence: |scene| {
            let received = scene.sender.map_or(0, |sender| sender.received);
            format!("{received} mails from them, and you never wrote back")
        },
    },
    Signal {
        name: "read",
        weight: 0.4,
        news: 0.5,
        sees: "the share of the sender's mail that the user reads, against the user's share in general (log-odds, smoothed)",
        strength: |scene| match scene.sender {
            Some(sender) if sender.received >= 3 && scene.rate.read > 0 => reading(sender, scene.rate.reads()),
            _ => 0.0,
        },
        sentence: |scene| {
            let sender = scene.sender.cloned().unwrap_or_default();
            format!("you read {} of their {} mails", sender.read, sender.received)
        },
    },
    Signal {
        name: "list-read",
        weight: 0.3,
        news: 0.5,
        sees: "the share of the list's mail that the user reads, against the user's share in general (log-odds, smoothed)",
        strength: |scene| match scene.list {
            Some(list) if list.received >= 3 && scene.rate.read > 0 => reading(list, scene.rate.reads()),
            _ => 0.0,
        },
        sentence: |scene| {
            let (read, received) = scene.list.map_or((0, 0), |list| (list.read, list.received));
            format!("you read {read} of {} of this list", counted(received, "mail", "mails"))
        },
    },
    Signal {
        name: "discarded",
        weight: -0.6,
        news: -0.3,
        sees: "the share of the sender's mail that the user threw away unread",
        strength: |scene| {
            scene.sender.map_or(0.0, |sender| 3.0 * f64::from(sender.discarded) / f64::from(sender.received + 2))
        },
        sentence: |scene| {
            let discarded = scene.sender.map_or(0, |sender| sender.discarded);
            format!("you threw away {} of theirs unread", counted(discarded, "mail", "mails"))
        },
    },
    Signal {
        name: "flagged",
        weight: 0.6,
        news: 0.2,
        sees: "the share of the sender's mail that the user flagged",
        strength: |scene| {
            scene.sender.map_or(0.0, |sender| 3.0 * f64::from(sender.flagged) / f64::from(sender.received + 2))
        },
        sentence: |scene| {
            let flagged = scene.sender.map_or(0, |sender| sender.flagged);
            format!("you flagged {} of theirs", counted(flagged, "mail", "mails"))
        },
    },
    Signal {
        name: "writes-on-list",
        weight: 0.5,
        news: 0.5,
        sees: "a mailing list on which the user answered, decayed (logarithm)",
        strength: |scene| scene.list.map_or(0.0, |list| list.warmth.now(scene.at).ln_1p().min(2.0)),
        sentence: |_| "you write on this list".into(),
    },
];

/// "you answered 9 of 12 mails …", in words that hold for one and for none, too.
pub(super) fn answered(replied: u32, received: u32, one: &str, many: &str) -> String {
    match (replied, received.max(replied)) {
        (1, 1) => format!("you answered the one {one}"),
        (0, 1) => format!("you did not answer the one {one}"),
        (0, received) => format!("you answered none of {received} {many}"),
        (replied, received) => format!("you answered {replied} of {received} {many}"),
    }
}

/// How closely it follows the sender's last mail: halved every ten minutes.
fn follows(scene: &Scene<'_>) -> f64 {
    match scene.sender {
        Some(sender) if sender.burst.value > 0.0 => {
            let minutes = scene.at.0.saturating_sub(sender.burst.at.0).max(0) as f64 / 60.0;
            let near = (-minutes / 10.0).exp2();
            if near > 0.01 { near } else { 0.0 }
        }
        _ => 0.0,
    }
}

/// Log-odds of the share of answered mail against what is usual, smoothed by two mails that were treated as usual, so that a
/// sender without a history is as good as any.
fn answers(relation: &Relation, scene: &Scene<'_>) -> f64 {
    let usual = scene.rate.replies();
    let answers = relation.answers.now(scene.at);
    let received = relation.personal_volume.now(scene.at).max(answers);
    log_odds(((answers + 2.0 * usual) / (received + 2.0)).clamp(0.01, 0.99)) - log_odds(usual)
}

fn reading(relation: &Relation, usual: f64) -> f64 {
    let share = (f64::from(relation.read) + 2.0 * usual) / (f64::from(relation.received) + 2.0);
    (log_odds(share.clamp(0.02, 0.98)) - log_odds(usual)).clamp(-2.0, 1.0)
}

pub(super) fn log_odds(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

fn recency(days: f64) -> f64 {
    (-days / 14.0).exp2()
}

pub(super) fn days(scene: &Scene<'_>, last: UnixTime) -> f64 {
    (scene.at.0.saturating_sub(last.0) as f64 / UnixTime::DAY as f64).max(0.0)
}
