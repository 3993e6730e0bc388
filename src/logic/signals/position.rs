//! Where the user stands among the recipients.

use super::{Place, Scene, Signal, counted};
use crate::logic::ledger::ThreadState;

pub(super) static SIGNALS: [Signal; 10] = [
    Signal {
        name: "only-you",
        weight: 0.9,
        news: -0.2,
        sees: "the user is the only recipient (a third of it when a machine sent it: they write to everybody alone)",
        strength: |scene| match scene.place {
            Place::Alone if scene.is_impersonal() => 1.0 / 3.0,
            Place::Alone => 1.0,
            _ => 0.0,
        },
        sentence: |_| "it is addressed to you alone".into(),
    },
    Signal {
        name: "first-to",
        weight: 0.48,
        news: 0.0,
        sees: "the user is the first in To, with others",
        strength: |scene| f64::from(scene.place == Place::First),
        sentence: |_| "it is addressed to you first".into(),
    },
    Signal {
        name: "far-down",
        weight: -0.44,
        news: 0.0,
        sees: "how many recipients stand before the user in To and Cc (logarithm)",
        strength: |scene| scene.ahead.map_or(0.0, |ahead| (ahead as f64).ln_1p().min(4.0)),
        sentence: |scene| {
            let ahead = scene.ahead.unwrap_or_default() as u32;
            format!("{} before you among its recipients", counted(ahead, "name stands", "names stand"))
        },
    },
    Signal {
        name: "colleague",
        weight: -0.33,
        news: 0.0,
        sees: "the sender's domain is the user's own",
        strength: |scene| f64::from(scene.colleague),
        sentence: |_| "the sender is at your own domain".into(),
    },
    Signal {
        name: "to-you",
        weight: -0.29,
        news: 0.0,
        sees: "the user is in To, with others",
        strength: |scene| f64::from(scene.place == Place::To),
        sentence: |_| "it is addressed to you and others".into(),
    },
    Signal {
        name: "cc-you",
        weight: -0.19,
        news: 0.0,
        sees: "the user is in Cc",
        strength: |scene| f64::from(scene.place == Place::Cc),
        sentence: |_| "you are only in Cc".into(),
    },
    Signal {
        name: "not-to-you",
        weight: -0.8,
        news: 0.0,
        sees: "the user is neither in To nor in Cc",
        strength: |scene| f64::from(scene.place == Place::Nowhere),
        sentence: |_| "it is not addressed to you".into(),
    },
    Signal {
        name: "to-you-in-others-thread",
        weight: 0.19,
        news: 0.0,
        sees: "the user is in To, with others, of an answer in a thread in which they never wrote",
        strength: |scene| f64::from(in_company(scene) && scene.thread == ThreadState::Others),
        sentence: |_| "others' talk was addressed to you".into(),
    },
    Signal {
        name: "to-you-in-your-thread",
        weight: 0.4,
        news: 0.0,
        sees: "the user is in To, with others, of mail in a thread in which they wrote, which does not answer them",
        strength: |scene| f64::from(in_company(scene) && scene.thread == ThreadState::Joined),
        sentence: |_| "a talk that you took part in was addressed to you again".into(),
    },
    Signal {
        name: "crowd",
        weight: -0.05,
        news: 0.0,
        sees: "the number of recipients beyond the first (logarithm)",
        strength: |scene| (scene.facts.recipients().count().max(1) as f64).ln().min(4.0),
        sentence: |scene| {
            let all = scene.facts.recipients().count() as u32;
            match all.saturating_sub(1) {
                10.. => format!("it was sent to {all} people"),
                others => format!("{} got it too", counted(others, "other", "others")),
            }
        },
    },
];

fn in_company(scene: &Scene<'_>) -> bool {
    matches!(scene.place, Place::First | Place::To)
}
