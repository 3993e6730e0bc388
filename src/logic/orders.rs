//! The user's own word about an address, a list or a domain. It beats every signal.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::facts::Facts;
use super::fault::Fault;
use super::ids::{Address, Category, ListId, UnixTime};
use super::printable::Printable;

/// Whom an order is about. Written `a@b.c`, `@b.c` (with its subdomains) or `<list.id>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A sender.
    Address(Address),
    /// Every sender at a domain or below it; lower-cased.
    Domain(Box<str>),
    /// A mailing list.
    List(ListId),
}

impl Who {
    /// Reads what a user wrote. [`Fault::usage`] when it is none of the three.
    pub fn parse(text: &str) -> Result<Who, Fault> {
        let text = text.trim();
        let who = match text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
            // `<anna@example.org>`, as mail programs copy addresses; a List-Id holds no `@` (RFC 2919, section 2).
            Some(inner) if inner.contains('@') => Address::parse(inner).map(Who::Address),
            Some(inner) => ListId::new(inner).map(Who::List),
            // An address may begin with an @, too: senders choose theirs.
            None => match text.strip_prefix('@').filter(|rest| !rest.contains('@')) {
                Some(domain) => parse_domain(domain).map(Who::Domain),
                None => Address::parse(text).map(Who::Address),
            },
        };
        who.ok_or_else(|| {
            Fault::usage(
                format!("\"{}\" names no sender", Printable::new(text)),
                "write an address (anna@example.org), a domain (@example.org) or a List-Id in angle brackets (<list.example.org>)",
            )
        })
    }
}

fn parse_domain(text: &str) -> Option<Box<str>> {
    let domain = text.trim_matches('.').to_lowercase();
    let sound = !domain.is_empty() && domain.len() <= 255;
    let clean = !domain.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>,;".contains(c));
    (sound && clean).then(|| domain.into())
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Address(address) => write!(f, "{address}"),
            Who::Domain(domain) => write!(f, "@{domain}"),
            Who::List(list) => write!(f, "<{list}>"),
        }
    }
}

/// As it is written.
impl Serialize for Who {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Who, D::Error> {
        Who::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Who {
    /// The kind (`address`, `domain`, `list`) and the bare name, as the database keeps them.
    pub fn columns(&self) -> (&'static str, &str) {
        match self {
            Who::Address(address) => ("address", address.as_str()),
            Who::Domain(domain) => ("domain", domain),
            Who::List(list) => ("list", list.as_str()),
        }
    }

    /// The opposite of [`Who::columns`].
    pub fn from_columns(kind: &str, name: &str) -> Option<Who> {
        match kind {
            "address" => Address::parse(name).map(Who::Address),
            "list" => ListId::new(name).map(Who::List),
            _ => Some(Who::Domain(name.into())),
        }
    }

    /// Whether mail of this sender, or mail that came by this list, is meant.
    pub fn means(&self, sender: Option<&Address>, list: Option<&ListId>) -> bool {
        match self {
            Who::Address(one) => sender == Some(one),
            Who::List(one) => list == Some(one),
            Who::Domain(domain) => sender.is_some_and(|sender| {
                let of = sender.domain();
                of == &**domain || of.strip_suffix(&**domain).is_some_and(|sub| sub.ends_with('.'))
            }),
        }
    }
}

/// How the user gave an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// In so many words, or by pointing at a message.
    #[default]
    Said,
    /// By moving mail with a mail program.
    Moved,
    /// To another program, from which it was taken over.
    Import,
}

impl Origin {
    /// The word for it in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Said => "said",
            Origin::Moved => "moved",
            Origin::Import => "import",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Origin> {
        [Origin::Said, Origin::Moved, Origin::Import].into_iter().find(|origin| origin.word() == word)
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its number in the database.
    pub id: i64,
    /// Whom it is about.
    pub who: Who,
    /// What their mail is.
    pub category: Category,
    /// When the user gave it.
    pub given_at: UnixTime,
}

/// The orders that hold on one account, found by key.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    by_who: HashMap<Who, Order>,
}

/// The order that decides a message, and how far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ruling<'a> {
    /// The order.
    pub order: &'a Order,
    /// Whether it may raise the message to `top`. A sender's order does not raise what a list passed on.
    pub may_raise: bool,
}

impl Orders {
    /// Of several orders about the same sender, list or domain the newest holds; the higher number, when they are as old.
    pub fn new(orders: Vec<Order>) -> Orders {
        let mut by_who: HashMap<Who, Order> = HashMap::with_capacity(orders.len());
        for order in orders {
            let newer = by_who.get(&order.who).is_none_or(|held| (held.given_at, held.id) < (order.given_at, order.id));
            if newer {
                by_who.insert(order.who.clone(), order);
            }
        }
        Orders { by_who }
    }

    /// The order that banishes the message: by its address, else its List-Id, else its domain (the longest that matches).
    pub fn blackhole_for(&self, facts: &Facts) -> Option<&Order> {
        let banishing = |order: &&Order| order.category == Category::Blackhole;
        self.by_address(facts)
            .filter(banishing)
            .or_else(|| self.by_list(facts).filter(banishing))
            .or_else(|| self.by_domain(facts, banishing))
    }

    /// The other order that decides the message. With a List-Id: the list's, else the domain's, else the address's. Without:
    /// the address's, else the domain's.
    pub fn other_for(&self, facts: &Facts) -> Option<Ruling<'_>> {
        let other = |order: &&Order| order.category != Category::Blackhole;
        let by_address = || self.by_address(facts).filter(other);
        let by_domain = || self.by_domain(facts, other);
        if facts.list_id.is_none() {
            return by_address().or_else(by_domain).map(|order| Ruling { order, may_raise: true });
        }
        let by_list = self.by_list(facts).filter(other).map(|order| Ruling { order, may_raise: true });
        by_list.or_else(|| by_domain().or_else(by_address).map(|order| Ruling { order, may_raise: false }))
    }

    /// The order about exactly this one.
    pub fn of(&self, who: &Who) -> Option<&Order> {
        self.by_who.get(who)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.by_who.values()
    }

    fn by_address(&self, facts: &Facts) -> Option<&Order> {
        if self.by_who.is_empty() {
            return None;
        }
        self.of(&Who::Address(facts.author()?.clone()))
    }

    fn by_list(&self, facts: &Facts) -> Option<&Order> {
        if self.by_who.is_empty() {
            return None;
        }
        self.of(&Who::List(facts.list_id.clone()?))
    }

    fn by_domain(&self, facts: &Facts, wanted: impl Fn(&&Order) -> bool) -> Option<&Order> {
        if self.by_who.is_empty() {
            return None;
        }
        let domain = facts.author()?.domain();
        std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, parent)| parent))
            .find_map(|domain| self.of(&Who::Domain(domain.into())).filter(&wanted))
    }
}

#[cfg(test)]
mod tests;
