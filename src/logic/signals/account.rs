//! How the user treats this kind of mail, and mail in general these days.

use super::relation::{days, log_odds};
use super::{Scene, Signal};
use crate::logic::ledger::Relation;

pub(super) static SIGNALS: [Signal; 13] = [
    Signal {
        name: "habit-place",
        weight: 0.3,
        news: 0.0,
        sees: "place",
        strength: |scene| habit(scene, 0),
        sentence: |_| "you answer such".into(),
    },
    Signal {
        name: "habit-form",
        weight: 0.3,
        news: 0.0,
        sees: "form",
        strength: |scene| habit(scene, 1),
        sentence: |_| "you answer such".into(),
    },
    Signal {
        name: "habit-crowd",
        weight: 0.3,
        news: 0.0,
        sees: "crowd",
        strength: |scene| habit(scene, 2),
        sentence: |_| "you answer such".into(),
    },
    Signal {
        name: "activity",
        weight: 0.3,
        news: 0.0,
        sees: "activity",
        strength: |scene| scene.account.map_or(0.0, |a| ((a.lately.now(scene.at) + 0.3) / (a.warmth.now(scene.at) * 7.0 / 180.0 + 0.3)).ln().clamp(-3.0, 3.0)),
        sentence: |_| "you write much these days".into(),
    },
    Signal {
        name: "absence",
        weight: -0.2,
        news: 0.0,
        sees: "days since the user wrote any",
        strength: |scene| scene.account.and_then(|a| a.last_sent).map_or(0.0, |at| days(scene, at).ln_1p().min(5.0)),
        sentence: |_| "you have not written".into(),
    },
    Signal {
        name: "mood",
        weight: 0.3,
        news: 0.0,
        sees: "answers per mail of late",
        strength: |scene| scene.account.map_or(0.0, |a| ((a.lately.now(scene.at) + 0.5) / (a.burst.now(scene.at) + 2.0)).ln().clamp(-4.0, 2.0)),
        sentence: |_| "you answer much these days".into(),
    },
    Signal {
        name: "answers-now",
        weight: 0.3,
        news: 0.0,
        sees: "decayed share",
        strength: |scene| scene.sender.map_or(0.0, |s| share(s.answers.now(scene.at), s.personal_volume.now(scene.at), scene)),
        sentence: |_| "you answered".into(),
    },
    Signal {
        name: "sender-lately",
        weight: 0.1,
        news: 0.0,
        sees: "lately",
        strength: |scene| scene.sender.map_or(0.0, |s| s.lately.now(scene.at).ln_1p().min(3.0)),
        sentence: |_| "you wrote to them this week".into(),
    },
    Signal {
        name: "sender-burst",
        weight: -0.1,
        news: 0.0,
        sees: "burst",
        strength: |scene| scene.sender.map_or(0.0, |s| s.burst.now(scene.at).ln_1p().min(4.0)),
        sentence: |_| "much from them this week".into(),
    },
    Signal {
        name: "follows",
        weight: -0.3,
        news: 0.0,
        sees: "within minutes of their last",
        strength: |scene| scene.sender.map_or(0.0, |s| (-(scene.at.0 - s.burst.at.0).max(0) as f64 / 600.0).exp2()),
        sentence: |_| "right after another of theirs".into(),
    },
    Signal {
        name: "answered-user",
        weight: 0.2,
        news: 0.0,
        sees: "their answers",
        strength: |scene| scene.sender.map_or(0.0, |s| f64::from(s.answered_user) / f64::from(s.received + 2)),
        sentence: |_| "they answer you".into(),
    },
    Signal {
        name: "days-since",
        weight: -0.1,
        news: 0.0,
        sees: "days since last sent",
        strength: |scene| scene.sender.and_then(|s| s.last_sent).map_or(0.0, |at| days(scene, at).ln_1p().min(6.0)),
        sentence: |_| "you have not written".into(),
    },
    Signal {
        name: "mutual",
        weight: 0.2,
        news: 0.0,
        sees: "both ways",
        strength: |scene| scene.sender.map_or(0.0, |s| (s.warmth.now(scene.at).min(s.personal_volume.now(scene.at))).ln_1p().min(3.0)),
        sentence: |_| "both ways".into(),
    },
];

fn habit(scene: &Scene<'_>, which: usize) -> f64 {
    scene.habits.get(which).map_or(0.0, |kind: &&Relation| {
        let usual = scene.rate.replies();
        let (answers, volume) = (kind.answers.now(scene.at), kind.personal_volume.now(scene.at));
        (log_odds(((answers + 5.0 * usual) / (volume + 5.0)).clamp(0.01, 0.99)) - log_odds(usual)).clamp(-2.5, 2.5)
    })
}

fn share(answers: f64, volume: f64, scene: &Scene<'_>) -> f64 {
    let usual = scene.rate.replies();
    log_odds(((answers + 2.0 * usual) / (volume.max(answers) + 2.0)).clamp(0.01, 0.99)) - log_odds(usual)
}
