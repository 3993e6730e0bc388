//! Whether mail that is not important is meant to be read (news) or not (bulk). Words count only where a machine or a list sent
//! it: people use them too.

use super::{Scene, Signal};
use crate::logic::words::Kind;

pub(super) static SIGNALS: [Signal; 9] = [
    Signal {
        name: "editorial-words",
        weight: 0.1,
        news: 1.6,
        sees: "words of newsletters and digests in the subject, in seven languages",
        strength: |scene| words(scene, Kind::Editorial),
        sentence: |_| "its subject is a newsletter's".into(),
    },
    Signal {
        name: "offer-words",
        weight: -0.5,
        news: -1.4,
        sees: "words of offers in the subject, in seven languages",
        strength: |scene| words(scene, Kind::Offer),
        sentence: |_| "its subject offers something".into(),
    },
    Signal {
        name: "receipt-words",
        weight: 0.1,
        news: -1.6,
        sees: "words of orders, payments and deliveries in the subject, in seven languages",
        strength: |scene| words(scene, Kind::Receipt),
        sentence: |_| "its subject is an order's or a payment's".into(),
    },
    Signal {
        name: "notice-words",
        weight: -0.2,
        news: -1.4,
        sees: "words of notifications in the subject, in seven languages",
        strength: |scene| words(scene, Kind::Notice),
        sentence: |_| "its subject is a notification's".into(),
    },
    Signal {
        name: "figures",
        weight: -0.2,
        news: -0.7,
        sees: "a price or a percentage in the subject",
        strength: |scene| f64::from(scene.is_impersonal() && scene.subject.figures),
        sentence: |_| "its subject names a price".into(),
    },
    Signal {
        name: "tagged",
        weight: -0.1,
        news: 1.0,
        sees: "a list's tag in brackets before the subject",
        strength: |scene| f64::from(scene.is_impersonal() && scene.subject.tagged),
        sentence: |_| "its subject carries a list's tag".into(),
    },
    Signal {
        name: "news-sender",
        weight: 0.0,
        news: 1.4,
        sees: "words of newsletters in the sender's name, address or List-Id",
        strength: |scene| f64::from(scene.is_impersonal() && names_news(scene)),
        sentence: |_| "its sender calls it a newsletter".into(),
    },
    Signal {
        name: "bulk-sender",
        weight: 0.0,
        news: -1.2,
        sees: "words of offers, orders or notifications in the sender's name or local part",
        strength: |scene| {
            let kinds = [Kind::Offer, Kind::Receipt, Kind::Notice];
            f64::from(kinds.into_iter().any(|kind| scene.sender_words.says(kind)))
        },
        sentence: |_| "its sender is a shop's or a machine's".into(),
    },
    Signal {
        name: "list-thread",
        weight: 0.0,
        news: 1.2,
        sees: "an answer that came by a list",
        strength: |scene| {
            let answer = scene.subject.reply || !scene.facts.in_reply_to.is_empty();
            f64::from(scene.is_impersonal() && answer)
        },
        sentence: |_| "it is part of a discussion".into(),
    },
];

fn words(scene: &Scene<'_>, kind: Kind) -> f64 {
    f64::from(scene.is_impersonal() && scene.subject.says(kind))
}

fn names_news(scene: &Scene<'_>) -> bool {
    const NEWS: [&str; 4] = ["news", "digest", "bulletin", "nieuws"];
    let domain = scene.facts.from.as_ref().map_or("", |from| from.domain());
    let list = scene.facts.list_id.as_ref().map_or("", |list| list.as_str());
    scene.sender_words.says(Kind::Editorial) || NEWS.iter().any(|word| domain.contains(word) || list.contains(word))
}
