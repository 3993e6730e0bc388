//! What the account's own history says of a sender, a list and a domain.

mod habit;
mod habitual;
mod key;
mod learn;
mod relation;
mod room;
mod topic;

pub use super::domains::{registrable, registrable_domain};
pub use habit::{Form, Habit, Habits, ThreadState};
pub(crate) use habit::{form, thread_state};
pub(crate) use habitual::template;
pub use habitual::{Rhythm, Template};
pub use relation::{Decayed, Lately, Relation};
pub use room::{Missing, Room};
pub use topic::Topic;
pub(crate) use topic::topic;

use std::collections::{HashMap, HashSet};

use super::facts::Facts;
use super::ids::{Address, ListId, MidHash, UnixTime};
use super::signals::same_person;
use key::{Name, Named};
use room::Rest;

/// Whom a [`Relation`] is with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A sender.
    Address(Address),
    /// A mailing list.
    List(ListId),
    /// A kind of mail, as it reaches the user: how often they answer it.
    Habit(Habit),
    /// An address of the user's own: what came by it, and what the user sent from it.
    Own(Address),
    /// All mail of the account.
    Account,
    /// A registrable domain (public-suffix aware), lower-cased; never a free-mail provider's.
    Domain(Box<str>),
}

/// The ledger of one account, in memory. It knows nothing of how it is kept: whoever keeps it restores what was kept, and
/// takes what changed.
///
/// It may hold a part only, see [`Ledger::of_more`]: then whoever keeps it restores what it asks for ([`Missing`]) before it is used.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    // Boxed: a relation is large, and a map that grows holds everything twice for a moment.
    relations: HashMap<Key, Box<Entry>, foldhash::quality::RandomState>,
    /// By [`topic`].
    topics: HashMap<MidHash, Topic, ByMidHash>,
    own_addresses: Vec<Address>,
    /// The user's own mail, with when it was sent.
    own: HashMap<MidHash, UnixTime, ByMidHash>,
    /// What the user answered, with when.
    answered: HashMap<MidHash, UnixTime, ByMidHash>,
    /// How often each authserv-id topped received mail; mail without one is counted under the empty name.
    authserv: HashMap<Box<str>, u32, foldhash::quality::RandomState>,
    /// Where mailings want to be told "unsubscribe": mail to it is no conversation. Only for as long as the process lives;
    /// most such addresses say so themselves.
    unsubscribe: HashSet<Address, foldhash::quality::RandomState>,
    account: AccountRate,
    /// The rate as it was taken last.
    told: AccountRate,
    changes: Pending,
    /// What is known beside the relations, the topics, and the Message-IDs of both kinds that are held here.
    rest: [Rest; 3],
    /// Counts batches: what was used when.
    turn: u32,
}

/// A [`MidHash`] is the cut of a SHA-256: evenly spread already, whoever chose the Message-ID.
pub type ByMidHash = std::hash::BuildHasherDefault<AsItIs>;

/// Takes eight bytes as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsItIs(u64);

impl std::hash::Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A relation, and whether it is among the changes already.
#[derive(Clone, Debug, Default)]
struct Entry {
    relation: Relation,
    changed: bool,
    /// The turn of its last use.
    used: u32,
}

/// What changed since the last [`Ledger::take_changes`], by name.
#[derive(Clone, Debug, Default)]
struct Pending {
    relations: Vec<Key>,
    own: Vec<(MidHash, UnixTime)>,
    topics: Vec<MidHash>,
    answered: Vec<(MidHash, UnixTime)>,
    authserv: HashSet<Box<str>, foldhash::quality::RandomState>,
}

/// How the user treats mail in general: what a sender without a history is measured by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AccountRate {
    /// Mail received without a machine's or list's sign.
    pub personal: u64,
    /// Mail received.
    pub received: u64,
    /// Of it, read.
    pub read: u64,
    /// Of it, answered.
    pub replied: u64,
}

/// What changed, with the values as they are now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Relations that are new or different.
    pub relations: Vec<(Key, Relation)>,
    /// Message-IDs of the user's own mail, and when it was sent.
    pub own_ids: Vec<(MidHash, UnixTime)>,
    /// Topics that are new or different.
    pub topics: Vec<(MidHash, Topic)>,
    /// Message-IDs that the user answered, and when.
    pub answered: Vec<(MidHash, UnixTime)>,
    /// How often each authserv-id topped received mail, in all (not since the last time). The empty one stands for none.
    pub authserv: Vec<(String, u32)>,
    /// How the user treats mail in general, when that is different.
    pub rate: Option<AccountRate>,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.relations.is_empty()
            && self.topics.is_empty()
            && self.own_ids.is_empty()
            && self.answered.is_empty()
            && self.authserv.is_empty()
            && self.rate.is_none()
    }
}

impl Ledger {
    /// The share of received mail that one authserv-id must top to be believed.
    pub const AUTHSERV_SHARE: f64 = 0.9;
    /// The messages that it must have topped.
    pub const AUTHSERV_MESSAGES: u32 = 20;

    /// An empty one.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// What is known of `key`.
    pub fn relation(&self, key: &Key) -> Option<&Relation> {
        self.known(key.name())
    }

    fn known(&self, name: Name<'_>) -> Option<&Relation> {
        self.relations.get(&name as &dyn Named).map(|entry| &entry.relation)
    }

    /// What is known of a sender.
    pub fn sender(&self, address: &Address) -> Option<&Relation> {
        self.known(Name::Address(address.as_str()))
    }

    /// What is known of a mailing list.
    pub fn list(&self, list: &ListId) -> Option<&Relation> {
        self.known(Name::List(list.as_str()))
    }

    /// What is known of a registrable domain.
    pub fn domain(&self, domain: &str) -> Option<&Relation> {
        self.known(Name::Domain(domain))
    }

    /// What is known of an address of the user's own.
    pub fn way(&self, own: &Address) -> Option<&Relation> {
        self.known(Name::Own(own.as_str()))
    }

    /// Everything that is known of senders, lists and domains, in no order.
    pub fn relations(&self) -> impl Iterator<Item = (&Key, &Relation)> {
        let with_others = |key: &Key| !matches!(key, Key::Habit(_) | Key::Own(_) | Key::Account);
        self.relations.iter().filter(move |(key, _)| with_others(key)).map(|(key, entry)| (key, &entry.relation))
    }

    /// Whether the user ever wrote to this address, by mail of their own or by an answer.
    pub fn wrote_to(&self, address: &Address) -> bool {
        self.sender(address).is_some_and(|relation| relation.sent_to > 0 || relation.replied > 0)
    }

    /// Whether the user wrote the message with this Message-ID.
    pub fn is_own(&self, id: MidHash) -> bool {
        self.own.contains_key(&id)
    }

    /// What is known of a subject, by its hash.
    pub fn topic(&self, topic: MidHash) -> Option<Topic> {
        self.topics.get(&topic).copied()
    }

    /// Puts back what was known of a subject.
    pub fn restore_topic(&mut self, topic: MidHash, known: Topic) {
        self.topics.insert(topic, known);
    }

    /// The user's own addresses: by them the ledger sees how a message reaches the user.
    #[must_use]
    pub fn of(mut self, own: &[Address]) -> Ledger {
        self.own_addresses = own.to_vec();
        self
    }

    /// By which of the user's addresses a message came, as it is written there: with its detail, if it has one.
    pub(super) fn came_by<'a>(&self, facts: &'a Facts) -> Option<&'a Address> {
        came_by(facts, &self.own_addresses)
    }

    /// Whether the user answered the message with this Message-ID.
    pub fn is_answered(&self, id: MidHash) -> bool {
        self.answered.contains_key(&id)
    }

    /// How the user treats mail in general.
    pub fn account_rate(&self) -> AccountRate {
        self.account
    }

    /// The authserv-id (RFC 8601) of the account's own receiving host: the configured one, or one that tops nearly all of the
    /// mail. Where the host adds none, the topmost field is the sender's own claim, and no id reaches that share.
    pub fn trusted_authserv<'a>(&'a self, configured: Option<&'a str>) -> Option<&'a str> {
        configured.or_else(|| {
            let total: u64 = self.authserv.values().map(|&count| u64::from(count)).sum();
            let (id, &count) = self.authserv.iter().max_by_key(|(_, count)| **count)?;
            let enough = count >= Self::AUTHSERV_MESSAGES && f64::from(count) >= Self::AUTHSERV_SHARE * total as f64;
            (enough && !id.is_empty()).then_some(&**id)
        })
    }

    /// Puts back a relation that was kept.
    pub fn restore_relation(&mut self, key: Key, relation: Relation) {
        self.relations.insert(key, Box::new(Entry { relation, changed: false, used: self.turn }));
    }

    /// Puts back how the user treats mail in general.
    pub fn restore_rate(&mut self, rate: AccountRate) {
        (self.account, self.told) = (rate, rate);
    }

    /// Puts back a Message-ID of the user's own mail.
    pub fn restore_own_id(&mut self, id: MidHash, at: UnixTime) {
        self.own.insert(id, at);
    }

    /// Puts back a Message-ID that the user answered.
    pub fn restore_answered(&mut self, id: MidHash, at: UnixTime) {
        self.answered.insert(id, at);
    }

    /// Puts back the count of an authserv-id.
    pub fn restore_authserv(&mut self, id: &str, count: u32) {
        self.authserv.insert(id.into(), count);
    }

    /// What changed since the last call; costs as much as there are changes.
    pub fn take_changes(&mut self) -> Changes {
        self.take_some_changes(usize::MAX)
    }

    /// The same, with the values of at most `most` relations, in the order of their names; the others are still to be taken.
    pub fn take_some_changes(&mut self, most: usize) -> Changes {
        let mut pending = std::mem::take(&mut self.changes);
        if pending.relations.len() > most {
            pending.relations.sort_unstable();
            self.changes.relations = pending.relations.split_off(most);
        }
        let mut changes = Changes { own_ids: pending.own, answered: pending.answered, ..Changes::default() };
        changes.relations.reserve_exact(pending.relations.len());
        for key in pending.relations {
            if let Some(entry) = self.relations.get_mut(&key) {
                entry.changed = false;
                changes.relations.push((key, entry.relation.clone()));
            }
        }
        let count = |id: Box<str>| (id.to_string(), self.authserv.get(&id).copied().unwrap_or_default());
        for name in pending.topics {
            if let Some(topic) = self.topics.get_mut(&name) {
                topic.changed = false;
                changes.topics.push((name, *topic));
            }
        }
        changes.authserv = pending.authserv.into_iter().map(count).collect();
        changes.rate = (self.account != self.told).then_some(self.account);
        self.told = self.account;
        changes
    }

    /// The entry of `key`, made when it is missing, and noted as changed.
    fn touch(&mut self, key: Key) -> &mut Relation {
        let entry = match self.relations.entry(key) {
            std::collections::hash_map::Entry::Occupied(there) => {
                if !there.get().changed {
                    self.changes.relations.push(there.key().clone());
                }
                there.into_mut()
            }
            std::collections::hash_map::Entry::Vacant(free) => {
                self.changes.relations.push(free.key().clone());
                free.insert(Box::default())
            }
        };
        entry.changed = true;
        entry.used = self.turn;
        &mut entry.relation
    }
}

/// Who delivered knows it best; else the first of the user's addresses among the recipients.
pub(crate) fn came_by<'a>(facts: &'a Facts, own: &[Address]) -> Option<&'a Address> {
    let mut ways = facts.delivered_to.iter().chain(facts.recipients());
    ways.find(|way| own.iter().any(|own| same_person(own, way)))
}

impl AccountRate {
    /// The share of personal mail that the user answers, from a prior of 3 in 10.
    pub fn replies(&self) -> f64 {
        ((self.replied as f64 + 3.0) / (self.personal as f64 + 10.0)).clamp(0.02, 0.8)
    }

    /// The share of mail that the user reads, from a prior of 7 in 10.
    pub fn reads(&self) -> f64 {
        ((self.read as f64 + 7.0) / (self.received as f64 + 10.0)).clamp(0.05, 0.98)
    }
}

#[cfg(test)]
mod tests;
