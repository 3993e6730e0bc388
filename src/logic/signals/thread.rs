//! What the message answers.

use super::Signal;

pub(super) static SIGNALS: [Signal; 6] = [
    Signal {
        name: "answers-you",
        weight: 2.2,
        news: 0.0,
        sees: "In-Reply-To names mail of the user's own",
        strength: |scene| f64::from(scene.answers_own),
        sentence: |_| "it answers your mail".into(),
    },
    Signal {
        name: "your-thread",
        weight: 1.2,
        news: 0.0,
        sees: "References name mail of the user's own",
        strength: |scene| f64::from(scene.own_thread && !scene.answers_own),
        sentence: |_| "you wrote earlier in this thread".into(),
    },
    Signal {
        name: "others-thread",
        weight: -0.5,
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
        weight: -0.5,
        news: 0.3,
        sees: "a subject that begins with Re: or the like",
        strength: |scene| f64::from(scene.subject.reply),
        sentence: |_| "its subject is an answer's (Re:)".into(),
    },
    Signal {
        name: "forward",
        weight: 0.1,
        news: 0.0,
        sees: "a subject that begins with Fwd: or the like",
        strength: |scene| f64::from(scene.subject.forward),
        sentence: |_| "it was forwarded by hand".into(),
    },
    Signal {
        name: "question",
        weight: 0.1,
        news: 0.0,
        sees: "a question mark in the subject of mail without a sign of a machine or a list",
        strength: |scene| f64::from(scene.subject.question && !scene.is_impersonal()),
        sentence: |_| "its subject asks something".into(),
    },
];
