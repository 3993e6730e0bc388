//! What the folders of SaneBox say of the senders whose mail lies in them.

use std::collections::BTreeMap;

use super::Map;
use crate::logic::facts::Facts;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::orders::Who;

/// What a folder of SaneBox is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sane {
    /// Mail of a category.
    Holds(Category),
    /// Mail waits there for SaneBox to bring it back into INBOX.
    Waits,
    /// It says nothing about senders: half a sentence that says why.
    Silent(&'static str),
    /// One of the user's own making, which is not known.
    Unknown,
}

/// Names without `@Sane` and `Sane`, lower-cased. `SaneLater` is what SaneBox thinks less important, by itself: the user lived with that,
/// and dragged out what was not, so what is left there is what mailherd calls bulk.
const FOLDERS: &[(&str, Sane)] = &[
    ("later", Sane::Holds(Category::Bulk)),
    ("bulk", Sane::Holds(Category::Bulk)),
    ("news", Sane::Holds(Category::News)),
    ("newsletter", Sane::Holds(Category::News)),
    ("newsletters", Sane::Holds(Category::News)),
    ("blackhole", Sane::Holds(Category::Blackhole)),
    ("top", Sane::Holds(Category::Top)),
    ("tomorrow", Sane::Waits),
    ("nextweek", Sane::Waits),
    ("nextmonth", Sane::Waits),
    ("thisweekend", Sane::Waits),
    ("tonight", Sane::Waits),
    ("snooze", Sane::Waits),
    ("snoozed", Sane::Waits),
    ("remindme", Sane::Waits),
    ("reminders", Sane::Waits),
    ("donotdisturb", Sane::Waits),
    ("notspam", Sane::Silent("it was rescued from spam, which says nothing of its importance")),
    ("cc", Sane::Silent("you are in Cc there, which says nothing of the sender")),
    ("archive", Sane::Silent("it is an archive")),
    ("noreplies", Sane::Silent("it shows mail of yours that nobody answered")),
    ("attachments", Sane::Silent("it shows mail with attachments")),
    ("sent", Sane::Silent("it shows mail of yours")),
];

/// What a folder is by its name, as it is displayed: `@SaneLater`, `SaneLater`, `INBOX/@SaneLater`. `None`: it is not one of SaneBox's.
pub fn folder(display: &str, map: &Map) -> Option<Sane> {
    let name = display.rsplit(['/', '.']).next()?.trim();
    let bare = name.strip_prefix('@').unwrap_or(name);
    let (sane, rest) = bare.split_at_checked("sane".len())?;
    // `Saneamiento` is a Spanish word, and `Sane` alone somebody's name.
    let begins = rest.starts_with(|c: char| c.is_uppercase() || matches!(c, ' ' | '_' | '-'));
    if !sane.eq_ignore_ascii_case("sane") || !(begins || name.starts_with('@') && !rest.is_empty()) {
        return None;
    }
    if let Some(category) = map.said(display).or_else(|| map.said(name)) {
        return Some(Sane::Holds(category));
    }
    let rest: String = rest.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let known = FOLDERS.iter().find(|(known, _)| *known == rest).map(|(_, sane)| sane.clone());
    Some(known.or_else(|| map.category(&rest).map(Sane::Holds)).unwrap_or(Sane::Unknown))
}

/// Whom an order about this mail would be about: its list, else its sender; for Top always the sender, since a list is never raised.
pub fn who(facts: &Facts, category: Category) -> Option<Who> {
    match &facts.list_id {
        Some(list) if category != Category::Top => Some(Who::List(list.clone())),
        Some(_) => None,
        None => facts.author().cloned().map(Who::Address),
    }
}

/// Where mail lies, by whom it is from.
#[derive(Clone, Debug, Default)]
pub struct Census {
    newest: BTreeMap<Who, Newest>,
}

#[derive(Clone, Debug)]
struct Newest {
    at: UnixTime,
    lies: Category,
    messages: usize,
}

/// What a census comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// An order each, with how many messages speak for it.
    pub orders: Vec<(Who, Category, usize)>,
    /// Senders whose newest mail is in INBOX: SaneBox leaves them there now.
    pub in_inbox: usize,
}

impl Census {
    /// Mail of `who` that came at `at` lies where mail of this category lies. SaneBox files all of a sender's mail alike, so the newest says
    /// where it goes now.
    pub fn count(&mut self, who: Who, lies: Category, at: UnixTime) {
        let newest = self.newest.entry(who).or_insert(Newest { at, lies, messages: 0 });
        newest.messages += usize::from(lies != Category::Inbox);
        // Of two at the same time the later category: what was filed, rather than what was not.
        if (at, lies) >= (newest.at, newest.lies) {
            (newest.at, newest.lies) = (at, lies);
        }
    }

    /// Whether mail of this sender has been counted.
    pub fn knows(&self, who: &Who) -> bool {
        self.newest.contains_key(who)
    }

    /// The orders.
    pub fn counted(self) -> Counted {
        let mut counted = Counted::default();
        for (who, Newest { lies, messages, .. }) in self.newest {
            match lies {
                Category::Inbox if messages > 0 => counted.in_inbox += 1,
                Category::Inbox => {}
                lies => counted.orders.push((who, lies, messages)),
            }
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_known_in_every_spelling() {
        let map = Map::new(vec![("@SaneClients".into(), Category::Top)]);
        for (display, sane) in [
            ("@SaneLater", Some(Sane::Holds(Category::Bulk))),
            ("SaneLater", Some(Sane::Holds(Category::Bulk))),
            ("INBOX/@SaneNews", Some(Sane::Holds(Category::News))),
            ("INBOX.SaneBlackHole", Some(Sane::Holds(Category::Blackhole))),
            ("@saneblackhole", Some(Sane::Holds(Category::Blackhole))),
            ("@SaneTop", Some(Sane::Holds(Category::Top))),
            ("Sane Later", Some(Sane::Holds(Category::Bulk))),
            ("@SaneTomorrow", Some(Sane::Waits)),
            ("@SaneClients", Some(Sane::Holds(Category::Top))),
            ("@SaneReceipts", Some(Sane::Holds(Category::Bulk))),
            ("@SaneKnitting", Some(Sane::Unknown)),
            ("Saneamiento", None),
            ("Sane", None),
            ("@Sane", None),
            ("News", None),
            ("Sané", None),
        ] {
            assert_eq!(folder(display, &map), sane, "{display}");
        }
        assert!(matches!(folder("@SaneCC", &map), Some(Sane::Silent(_))));
    }

    #[test]
    fn the_newest_mail_of_a_sender_says_where_it_goes() {
        let [a, b, c] = ["a@x.example", "b@x.example", "<l.x.example>"].map(|who| Who::parse(who).unwrap());
        let mut census = Census::default();
        census.count(a.clone(), Category::Bulk, UnixTime(10));
        census.count(a.clone(), Category::News, UnixTime(20));
        census.count(a.clone(), Category::Bulk, UnixTime(15));
        census.count(b.clone(), Category::Bulk, UnixTime(10));
        census.count(b, Category::Inbox, UnixTime(11));
        census.count(c.clone(), Category::Inbox, UnixTime(5));
        census.count(c.clone(), Category::News, UnixTime(5));
        let counted = census.counted();
        assert_eq!(counted.orders, [(a, Category::News, 3), (c, Category::News, 1)]);
        assert_eq!(counted.in_inbox, 1);
    }
}
