//! How the user treats this kind of mail, and mail in general these days.

use super::relation::{answered, days, log_odds};
use super::{Scene, Signal, counted};

pub(super) static SIGNALS: [Signal; 7] = [
    Signal {
        name: "habit-place",
        weight: 0.11,
        news: 0.0,
        sees: "the share that the user answers of mail that names them in the same place (To, Cc) and stands to their own mail in the \
               same way, against their share in general (log-odds, decayed, smoothed)",
        strength: |scene| habit(scene, 0),
        sentence: |scene| of_such(scene, 0, "that reached you this way"),
    },
    Signal {
        name: "habit-form",
        weight: 0.2,
        news: 0.0,
        sees: "the same share for mail with the same form of subject (tagged, part of a series) in the same kind of thread",
        strength: |scene| habit(scene, 1),
        sentence: |scene| of_such(scene, 1, "with such a subject"),
    },
    Signal {
        name: "habit-crowd",
        weight: 0.18,
        news: 0.0,
        sees: "the same share for mail to about as many recipients",
        strength: |scene| habit(scene, 2),
        sentence: |scene| of_such(scene, 2, "to about as many people"),
    },
    Signal {
        name: "habit-word",
        weight: 0.15,
        news: 0.0,
        sees: "the same share for mail whose subject begins with the same word",
        strength: |scene| habit(scene, 3),
        sentence: |scene| of_such(scene, 3, "whose subject begins with the same word"),
    },
    Signal {
        name: "busy",
        weight: -0.07,
        news: 0.0,
        sees: "how much mail by people the user got in the last week against the last half year (logarithm)",
        strength: |scene| match scene.account {
            Some(account) if !scene.is_impersonal() => {
                let usual = account.personal_volume.now(scene.at) * 7.0 / 180.0;
                ((account.burst.now(scene.at) + 1.0) / (usual + 1.0)).ln().clamp(-3.0, 3.0)
            }
            _ => 0.0,
        },
        sentence: |scene| {
            let usual = scene.account.map_or(0.0, |a| a.personal_volume.now(scene.at) * 7.0 / 180.0);
            let much = scene.account.is_some_and(|a| a.burst.now(scene.at) > usual);
            if much { "you get much mail these days".into() } else { "you get little mail these days".into() }
        },
    },
    Signal {
        name: "activity",
        weight: 0.17,
        news: 0.0,
        sees: "how much the user wrote in the last week against the last half year (logarithm)",
        strength: |scene| match scene.account {
            Some(account) if !scene.is_impersonal() => {
                let usual = account.warmth.now(scene.at) * 7.0 / 180.0;
                ((account.lately.now(scene.at) + 0.3) / (usual + 0.3)).ln().clamp(-3.0, 3.0)
            }
            _ => 0.0,
        },
        sentence: |scene| {
            let busy = scene.account.is_some_and(|a| a.lately.now(scene.at) > a.warmth.now(scene.at) * 7.0 / 180.0);
            if busy { "you write much these days".into() } else { "you write little these days".into() }
        },
    },
    Signal {
        name: "absence",
        weight: -0.05,
        news: 0.0,
        sees: "days since the user last wrote to anybody (logarithm)",
        strength: |scene| match scene.account.and_then(|account| account.last_sent) {
            Some(last) if !scene.is_impersonal() => days(scene, last).ln_1p().min(5.0),
            _ => 0.0,
        },
        sentence: |scene| {
            let last = scene.account.and_then(|account| account.last_sent).unwrap_or_default();
            match days(scene, last) as u32 {
                0 => "you wrote to somebody within a day before".into(),
                days => format!("you have written to nobody for {}", counted(days, "day", "days")),
            }
        },
    },
];

fn habit(scene: &Scene<'_>, which: usize) -> f64 {
    scene.habits[which].map_or(0.0, |kind| {
        let usual = scene.rate.replies();
        let (answers, volume) = (kind.answers.now(scene.at), kind.personal_volume.now(scene.at));
        let share = (answers + 5.0 * usual) / (volume.max(answers) + 5.0);
        (log_odds(share.clamp(0.01, 0.99)) - log_odds(usual)).clamp(-2.5, 2.5)
    })
}

fn of_such(scene: &Scene<'_>, which: usize, such: &str) -> String {
    let (replied, received) = scene.habits[which].map_or((0, 0), |kind| (kind.replied, kind.received));
    answered(replied, received, &format!("mail {such}"), &format!("mails {such}"))
}
