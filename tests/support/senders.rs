//! Who writes to the big mailbox.

use fastrand::Rng;

/// What subjects and bodies are made of.
pub const WORDS: &[&str] = &[
    "meeting",
    "update",
    "invoice",
    "order",
    "shipped",
    "weekly",
    "report",
    "team",
    "build",
    "failed",
    "release",
    "notes",
    "security",
    "account",
    "payment",
    "received",
    "reminder",
    "lunch",
    "project",
    "proposal",
    "question",
    "about",
    "the",
    "new",
    "design",
    "review",
    "please",
    "confirm",
    "reservation",
    "flight",
    "photo",
    "family",
    "holiday",
    "discount",
    "sale",
    "offer",
    "digest",
    "thread",
    "reply",
    "server",
    "migration",
    "backup",
    "complete",
    "issue",
    "merged",
    "comment",
    "survey",
    "feedback",
    "welcome",
    "trial",
    "renewed",
    "statement",
    "ready",
    "ticket",
    "closed",
    "deploy",
    "finished",
];
const FIRST: &[&str] = &[
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Eva",
    "Frank",
    "Greta",
    "Hugo",
    "Ines",
    "Jan",
    "Lena",
    "=?UTF-8?Q?J=C3=BCrgen?=",
];
const LAST: &[&str] =
    &["Adler", "Baker", "Chen", "Dubois", "Evans", "Fischer", "Garcia", "Huang", "Ivanov", "Jones", "Keller", "Novak"];

/// What somebody writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters to the user.
    Person,
    /// Posts on a discussion list.
    List,
    /// A newsletter.
    News,
    /// Reports of a machine.
    Notification,
    /// Receipts.
    Receipt,
}

/// Somebody who writes.
#[derive(Clone)]
pub struct Sender {
    /// What.
    pub kind: Kind,
    /// The From header.
    pub from: String,
    /// The bare address.
    pub address: String,
    /// Its domain.
    pub domain: String,
}

/// Some 2,000, of all kinds, in random order.
pub fn senders(rng: &mut Rng) -> Vec<Sender> {
    use Kind::{List, News, Notification, Person, Receipt};
    let counts = [(Person, 600), (List, 150), (News, 550), (Notification, 450), (Receipt, 250)];
    let mut kinds: Vec<Kind> = counts.iter().flat_map(|&(kind, count)| vec![kind; count]).collect();
    rng.shuffle(&mut kinds);
    kinds.into_iter().enumerate().map(|(number, kind)| sender(number, kind, rng)).collect()
}

/// One of them, whose address has this number in it.
pub fn sender(number: usize, kind: Kind, rng: &mut Rng) -> Sender {
    let local = match kind {
        Kind::Person => return person(number, rng),
        Kind::List => "dev-list",
        Kind::News => pick(rng, &["newsletter", "news", "hello", "marketing"]),
        Kind::Notification => pick(rng, &["no-reply", "noreply", "notifications", "alerts"]),
        Kind::Receipt => pick(rng, &["orders", "billing", "receipts"]),
    };
    let domain = format!("{}{number}.example", pick(rng, WORDS));
    let address = format!("{local}@{domain}");
    Sender { kind, from: format!("\"{domain}\" <{address}>"), address, domain }
}

fn person(number: usize, rng: &mut Rng) -> Sender {
    let domain = pick(rng, &["mail.example", "home.example", "work.example", "uni.example"]).to_owned();
    let address = format!("p{number}@{domain}");
    let from = format!("{} {} <{address}>", pick(rng, FIRST), pick(rng, LAST));
    Sender { kind: Kind::Person, from, address, domain }
}

/// One of the words.
pub fn pick<'a>(rng: &mut Rng, words: &[&'a str]) -> &'a str {
    words[rng.usize(..words.len())]
}
