//! Orders on their way: from another program's rules to mailherd's orders, and from these to a file or to a Sieve script.
//!
//! What another program's rules say is taken over where it is exactly an order (mail of this sender goes there) and is listed with its
//! line where it is not; nothing is guessed. The names of folders are: see [`Map`].

pub mod imapfilter;
mod map;
pub mod portable;
mod reading;
pub mod sanebox;
pub mod script;
mod sender;
pub mod sieve;

use serde::{Deserialize, Serialize};

use super::ids::{Category, UnixTime};
use super::orders::{Origin, Who};

pub use map::Map;

/// An order as it is told to another mailherd, or by another program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Whom it is about.
    pub who: Who,
    /// What their mail is.
    pub category: Category,
    /// The account that it holds on, by its name; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When the user gave it.
    pub given_at: UnixTime,
    /// How the user gave it.
    #[serde(default)]
    pub origin: Origin,
}

/// What a rule does with mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// It goes into this folder; foreign text.
    Folder(String),
    /// It stays in INBOX.
    Inbox,
    /// It is deleted.
    Nowhere,
}

/// Mail of this sender goes there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// Whose mail.
    pub who: Who,
    /// Where to.
    pub target: Target,
    /// The line that says so, from 1.
    pub line: usize,
}

/// What is not taken over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Where it stands, from 1.
    pub line: usize,
    /// Why; may hold foreign text.
    pub why: String,
}

/// What another program's rules say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// In the order of the file.
    pub filings: Vec<Filing>,
    /// In the order of the file.
    pub left_out: Vec<LeftOut>,
}

/// An order that a rule gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whom it is about.
    pub who: Who,
    /// What their mail is.
    pub category: Category,
    /// The line that says so.
    pub line: usize,
}

impl Rules {
    pub(in crate::logic) fn leave_out(&mut self, line: usize, why: impl Into<String>) {
        self.left_out.push(LeftOut { line, why: why.into() });
    }

    /// The orders that the rules give, where `map` knows what the folders are; the first rule about a sender counts, as it does where the
    /// rules come from.
    pub fn orders(self, map: &Map) -> (Vec<Taken>, Vec<LeftOut>) {
        let Rules { filings, mut left_out } = self;
        let mut taken: Vec<Taken> = Vec::new();
        for Filing { who, target, line } in filings {
            let category = match &target {
                Target::Inbox => Category::Inbox,
                Target::Nowhere => Category::Blackhole,
                Target::Folder(name) => match map.category(name) {
                    Some(category) => category,
                    None => {
                        let why = format!("{who}: it is not known what the folder {name} is (--map \"{name}=news\")");
                        left_out.push(LeftOut { line, why });
                        continue;
                    }
                },
            };
            match taken.iter().find(|earlier| decides(earlier, &who)) {
                Some(earlier) if earlier.category == category && earlier.who == who => {}
                Some(earlier) if earlier.category != category => {
                    let why = format!("{who}: line {} says {} before", earlier.line, earlier.category);
                    left_out.push(LeftOut { line, why });
                }
                _ => taken.push(Taken { who, category, line }),
            }
        }
        left_out.sort();
        left_out.dedup();
        (taken, left_out)
    }
}

/// Whether an earlier rule decides mail of `who` before a later one can: rules go from the top down, orders from the special to the
/// general.
fn decides(earlier: &Taken, who: &Who) -> bool {
    let below = |domain: &str, of: &str| of.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.'));
    match (&earlier.who, who) {
        (one, other) if one == other => true,
        (Who::Domain(_), Who::Address(address)) => earlier.who.means(Some(address), None),
        (Who::Domain(domain), Who::Domain(of)) => below(domain, of),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filing(who: &str, folder: &str, line: usize) -> Filing {
        Filing { who: Who::parse(who).unwrap(), target: Target::Folder(folder.into()), line }
    }

    #[test]
    fn the_first_rule_about_a_sender_counts() {
        let filings = vec![
            filing("@shop.example", "Bulk", 1),
            filing("a@shop.example", "News", 2),
            filing("a@mail.shop.example", "Bulk", 3),
            filing("@shop.example", "Bulk", 4),
            filing("@example", "News", 5),
            filing("b@other.example", "Nothing", 6),
        ];
        let (taken, left_out) = Rules { filings, left_out: Vec::new() }.orders(&Map::default());
        let lines: Vec<usize> = taken.iter().map(|one| one.line).collect();
        assert_eq!(lines, [1, 3, 5]);
        let lines: Vec<usize> = left_out.iter().map(|one| one.line).collect();
        assert_eq!(lines, [2, 6], "{left_out:?}");
    }
}
