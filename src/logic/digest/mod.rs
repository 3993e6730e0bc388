//! The digest: what was filed where, what was learned, and what Blackhole lets go next, since the last one.
//!
//! [`Digest::of`] groups what the database knows; [`lines`] says it, once for the terminal and for both parts of the
//! [`message`] that is put into INBOX, so that they cannot differ.

mod daily;
mod encode;
mod message;
#[cfg(test)]
mod tests;
mod wording;

pub use daily::Daily;
pub use message::{Envelope, MARK, message};
pub use wording::{Line, lines, subject};

use serde::Serialize;

use super::engine::Falling;
use super::ids::{Category, UnixTime};

/// Subjects that are shown of a sender.
const SUBJECTS: usize = 3;
/// What falls this soon is worth a digest of its own: the next one would be too late.
const SOON: i64 = UnixTime::DAY;

/// A message that was filed. Texts are foreign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledMail {
    /// What it was filed as.
    pub category: Category,
    /// The address in From; empty when it holds none.
    pub sender: String,
    /// The display name.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// The first mail ever of this sender came since the last digest.
    pub new: bool,
}

/// What the database knows, ungrouped. Filed mail is in the order of the journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Material {
    /// What was filed.
    pub filed: Vec<FiledMail>,
    /// Messages that fell from Blackhole into Trash.
    pub fell: u64,
    /// Orders that the user gave, by moving mail or in words, oldest first.
    pub learned: Vec<Lesson>,
    /// What falls next.
    pub falling: Option<Falling>,
    /// Questions that wait for the user's word.
    pub waiting: u64,
}

/// An order that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lesson {
    /// An address, `@domain` or a List-Id in `<…>`.
    pub who: String,
    /// Where their mail goes.
    pub category: Category,
}

/// A sender whose mail was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sender {
    /// The address.
    pub address: String,
    /// The display name of the newest mail that has one.
    pub name: String,
    /// Never heard of before.
    pub new: bool,
    /// Messages.
    pub messages: u64,
    /// The newest subjects, the newest first.
    pub subjects: Vec<String>,
}

/// A category and what was filed there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Which.
    pub category: Category,
    /// Messages.
    pub messages: u64,
    /// New senders first, then those who sent most.
    pub senders: Vec<Sender>,
}

/// What there is to tell of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// The account's name.
    pub account: String,
    /// From when.
    pub since: UnixTime,
    /// To when.
    pub until: UnixTime,
    /// By category, in their order; only those with mail.
    pub filed: Vec<Group>,
    /// Messages that fell from Blackhole into Trash.
    pub fell: u64,
    /// Orders that the user gave.
    pub learned: Vec<Lesson>,
    /// What falls next.
    pub falling: Falling,
    /// Questions that wait for the user's word.
    pub waiting: u64,
}

impl Digest {
    /// Groups `material`.
    pub fn of(account: &str, (since, until): (UnixTime, UnixTime), material: Material) -> Digest {
        let Material { filed, fell, learned, falling, waiting } = material;
        let mut groups: Vec<Group> = Vec::new();
        for category in Category::ALL {
            let of = filed.iter().filter(|mail| mail.category == category);
            let senders = senders(of);
            let messages = senders.iter().map(|sender| sender.messages).sum();
            if messages > 0 {
                groups.push(Group { category, messages, senders });
            }
        }
        let falling = falling.unwrap_or_else(|| Falling { account: account.to_owned(), total: 0, next: Vec::new() });
        Digest { account: account.to_owned(), since, until, filed: groups, fell, learned, falling, waiting }
    }

    /// Messages that were filed.
    pub fn messages(&self) -> u64 {
        self.filed.iter().map(|group| group.messages).sum()
    }

    /// Whether there is nothing that deserves a message: what falls some time is none, what falls before tomorrow is.
    pub fn is_empty(&self) -> bool {
        let soon = self.falling.next.first().is_some_and(|first| first.at.0 <= self.until.0 + SOON);
        self.filed.is_empty() && self.fell == 0 && self.learned.is_empty() && !soon
    }
}

fn senders<'a>(mails: impl Iterator<Item = &'a FiledMail>) -> Vec<Sender> {
    let mut by_address: std::collections::BTreeMap<&str, Sender> = std::collections::BTreeMap::new();
    for mail in mails {
        let sender = by_address.entry(&mail.sender).or_insert_with(|| Sender {
            address: mail.sender.clone(),
            name: String::new(),
            new: false,
            messages: 0,
            subjects: Vec::new(),
        });
        sender.messages += 1;
        sender.new |= mail.new;
        if !mail.name.is_empty() {
            sender.name.clone_from(&mail.name);
        }
        sender.subjects.insert(0, mail.subject.clone());
        sender.subjects.truncate(SUBJECTS);
    }
    let mut senders: Vec<Sender> = by_address.into_values().collect();
    // Stable, so that equals are in the order of their addresses.
    senders.sort_by_key(|sender| (!sender.new, std::cmp::Reverse(sender.messages)));
    senders
}
