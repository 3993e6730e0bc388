//! What the message answers.

use super::{Signal, counted};
use crate::logic::ledger::Form;

pub(super) static SIGNALS: [Signal; 17] = [
    Signal {
        name: "answers-you",
        weight: 0.13,
        news: 0.0,
        sees: "In-Reply-To names mail of the user's own",
        strength: |scene| f64::from(scene.answers_own),
        sentence: |_| "it answers your mail".into(),
    },
    Signal {
        name: "your-thread",
        weight: 0.13,
        news: 0.0,
        sees: "References name mail of the user's own",
        strength: |scene| f64::from(scene.own_thread && !scene.answers_own),
        sentence: |_| "you wrote earlier in this thread".into(),
    },
    Signal {
        name: "deep-thread",
        weight: -0.28,
        news: 0.0,
        sees: "how many mails stand before it in its thread (logarithm)",
        strength: |scene| (scene.before.mails as f64).ln_1p().min(3.5),
        sentence: |scene| format!("{} before it in its thread", counted(scene.before.mails as u32, "mail", "mails")),
    },
    Signal {
        name: "you-talk",
        weight: 0.24,
        news: 0.0,
        sees: "how many of them the user wrote (logarithm)",
        strength: |scene| (scene.before.own as f64).ln_1p().min(2.5),
        sentence: |scene| format!("you wrote {} in its thread", counted(scene.before.own as u32, "mail", "mails")),
    },
    Signal {
        name: "thread-left",
        weight: -0.04,
        news: 0.0,
        sees: "how many mails its thread went on without the user (logarithm)",
        strength: |scene| (scene.before.since_own.max(1) as f64).ln().min(3.0),
        sentence: |_| "others went on without you".into(),
    },
    Signal {
        name: "topic",
        weight: 0.23,
        news: 0.0,
        sees: "the user wrote about the same subject, but not in its thread",
        strength: |scene| f64::from(scene.topic.is_some_and(|topic| topic.own > 0) && !scene.own_thread),
        sentence: |_| "you wrote about the same subject before".into(),
    },
    Signal {
        name: "answered-already",
        weight: -0.18,
        news: 0.0,
        sees: "it answers something that the user answered already",
        strength: |scene| f64::from(scene.parent_answered),
        sentence: |_| "you answered already what it answers".into(),
    },
    Signal {
        name: "later-part",
        weight: 0.36,
        news: 0.0,
        sees: "a later part of a series, such as [PATCH 3/7]",
        strength: |scene| f64::from(scene.form == Form::LaterPart && !scene.subject.reply),
        sentence: |_| "a later part of a series".into(),
    },
    Signal {
        name: "first-part",
        weight: 0.19,
        news: 0.0,
        sees: "the first part of a series, such as [PATCH 0/7]",
        strength: |scene| f64::from(scene.form == Form::FirstPart && !scene.subject.reply),
        sentence: |_| "the first part of a series".into(),
    },
    Signal {
        name: "series",
        weight: -0.35,
        news: 0.0,
        sees: "the number of parts of a series that it is a part of, such as 7 of [PATCH 3/7] (logarithm)",
        strength: |scene| match scene.part {
            Some((_, parts)) if !scene.subject.reply => f64::from(parts).ln_1p().min(3.5),
            _ => 0.0,
        },
        sentence: |scene| {
            format!("it is one of {} of a series", counted(scene.part.map_or(0, |part| part.1), "part", "parts"))
        },
    },
    Signal {
        name: "version",
        weight: -0.15,
        news: 0.0,
        sees: "the number of a later version, such as [PATCH v3] (logarithm)",
        strength: |scene| scene.version.map_or(0.0, |version| f64::from(version).ln().min(2.5)),
        sentence: |scene| format!("it is version {} of something", scene.version.unwrap_or(1)),
    },
    Signal {
        name: "your-share",
        weight: 0.33,
        news: 0.0,
        sees: "the share that the user wrote of the mail before it in its thread",
        strength: |scene| scene.before.own as f64 / (scene.before.mails + 1) as f64,
        sentence: |scene| {
            format!(
                "you wrote {} of {} before it",
                scene.before.own,
                counted(scene.before.mails as u32, "mail", "mails")
            )
        },
    },
    Signal {
        name: "others-thread",
        weight: 0.13,
        news: 0.0,
        sees: "an answer in a thread in which the user never wrote",
        strength: |scene| {
            let in_thread = !scene.facts.in_reply_to.is_empty() || !scene.facts.references.is_empty();
            f64::from(in_thread && !scene.own_thread && !scene.answered_thread)
        },
        sentence: |_| "it answers somebody else's mail".into(),
    },
    Signal {
        name: "re",
        weight: -0.84,
        news: 0.3,
        sees: "a subject that begins with Re: or the like",
        strength: |scene| f64::from(scene.subject.reply),
        sentence: |_| "its subject is an answer's (Re:)".into(),
    },
    Signal {
        name: "question",
        weight: 0.05,
        news: 0.0,
        sees: "a question mark in the subject of mail without a sign of a machine or a list",
        strength: |scene| f64::from(scene.subject.question && !scene.is_impersonal()),
        sentence: |_| "its subject asks something".into(),
    },
    Signal {
        name: "answers-your-opening",
        weight: -0.39,
        news: 0.0,
        sees: "the first answer to a thread that the user began",
        strength: |scene| f64::from(scene.answers_own && scene.before.mails == 1),
        sentence: |_| "it answers the mail that you began with".into(),
    },
    Signal {
        name: "unanswered",
        weight: -0.29,
        news: 0.0,
        sees: "mail about the same subject since the user last wrote about it (logarithm)",
        strength: |scene| scene.topic.map_or(0.0, |topic| f64::from(topic.waiting).ln_1p().min(3.0)),
        sentence: |scene| {
            let waiting = scene.topic.map_or(0, |topic| topic.waiting);
            format!("{} about the same subject came before, and you did not answer", counted(waiting, "mail", "mails"))
        },
    },
];
