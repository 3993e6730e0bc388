//! A ledger that holds a part of what is known: what a message asks for is put back before it is read, and what was not asked for in a
//! long time goes, so that memory does not grow with the mailbox.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::key::{Name, Named};
use super::{ByMidHash, Habits, Key, Ledger, ThreadState, came_by, registrable, topic};
use crate::logic::facts::Facts;
use crate::logic::ids::{Address, ListId, MessageId, MidHash};
use crate::logic::signals::place;
use crate::logic::words::Subject;

/// How many rows of each kind a ledger holds in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Senders, lists, domains and what else there is a [`Relation`](super::Relation) with: some 400 bytes each.
    pub relations: usize,
    /// Subjects, 40 bytes each.
    pub topics: usize,
    /// Message-IDs of the user's own mail, and of what the user answered: 20 bytes each.
    pub ids: usize,
}

impl Room {
    /// Some ten megabytes. Most mailboxes of a hundred thousand messages have fewer senders.
    pub const USUAL: Room = Room { relations: 12_000, topics: 40_000, ids: 60_000 };
}

/// What is asked for and not held: to be looked up, and put back where it is known.
#[derive(Clone, Debug, Default)]
pub struct Missing {
    /// With whom.
    pub relations: HashSet<Key, foldhash::quality::RandomState>,
    /// Subjects, by their hashes.
    pub topics: HashSet<MidHash, ByMidHash>,
    /// Message-IDs: whether the user wrote, or answered, these messages.
    pub ids: HashSet<MidHash, ByMidHash>,
}

impl Missing {
    /// Whether everything is there.
    pub fn is_empty(&self) -> bool {
        self.relations.is_empty() && self.topics.is_empty() && self.ids.is_empty()
    }
}

/// What is known beside what a ledger holds.
#[derive(Clone, Debug, Default)]
pub(super) enum Rest {
    /// Nothing: it holds all.
    #[default]
    Nothing,
    /// Nobody knows what.
    Unknown,
    /// What went since it held all.
    Gone(Filter),
}

impl Rest {
    fn may_hold(&self, hash: u64) -> bool {
        match self {
            Rest::Nothing => false,
            Rest::Unknown => true,
            Rest::Gone(filter) => filter.may_hold(hash),
        }
    }

    fn takes(&mut self, hashes: impl Iterator<Item = u64>) {
        if matches!(self, Rest::Nothing) {
            *self = Rest::Gone(Filter::new());
        }
        if let Rest::Gone(filter) = self {
            hashes.for_each(|hash| filter.insert(hash));
        }
    }
}

const RELATIONS: usize = 0;
const TOPICS: usize = 1;
const IDS: usize = 2;

impl Ledger {
    /// It holds nothing yet of what is known.
    #[must_use]
    pub fn of_more(mut self) -> Ledger {
        self.rest = [Rest::Unknown, Rest::Unknown, Rest::Unknown];
        self
    }

    /// Another batch of mail begins: what it uses is newer than what was used before.
    pub fn begin_batch(&mut self) {
        self.turn = self.turn.wrapping_add(1);
    }

    /// What has to be there before `facts` are judged, or learned from as mail received.
    pub fn ask(&mut self, facts: &Facts, missing: &mut Missing) {
        if self.holds_all() {
            return;
        }
        if let Some(author) = facts.author() {
            self.ask_sender(author, facts.list_id.as_ref(), Habits::NONE, missing);
        } else if let Some(list) = &facts.list_id {
            self.ask_list(list, missing);
        }
        let way = came_by(facts, &self.own_addresses).cloned();
        if let Some(way) = way {
            self.want(Name::Own(way.as_str()), missing, || Key::Own(way.clone()));
        }
        let (subject, bare) = Subject::read_form(&facts.subject);
        // Signs that are guesses do not count with people whom the user knows.
        if facts.signs.hard().is_empty() {
            let (place, form) = (place(facts, &self.own_addresses), super::form(facts, subject));
            for thread in [ThreadState::New, ThreadState::Others, ThreadState::Joined, ThreadState::AnswersUser] {
                self.ask_habits(Habits::new(place, thread, form, (facts, bare)), missing);
            }
        }
        self.ask_topic_and_ids(facts, bare, missing);
    }

    /// What has to be there before the ledger learns from the user's own mail.
    pub fn ask_own(&mut self, facts: &Facts, missing: &mut Missing) {
        if self.holds_all() {
            return;
        }
        for to in facts.recipients() {
            self.ask_sender(to, None, Habits::NONE, missing);
        }
        if let Some(from) = &facts.from {
            self.want(Name::Own(from.as_str()), missing, || Key::Own(from.clone()));
        }
        let (_, bare) = Subject::read_form(&facts.subject);
        self.ask_topic_and_ids(facts, bare, missing);
    }

    /// What has to be there before it is told what the user did with a message from `sender`.
    pub fn ask_sender(&mut self, sender: &Address, list: Option<&ListId>, habits: Habits, missing: &mut Missing) {
        if self.holds_all() {
            return;
        }
        self.want(Name::Account, missing, || Key::Account);
        self.want(Name::Address(sender.as_str()), missing, || Key::Address(sender.clone()));
        if let Some(domain) = registrable(sender.domain()) {
            self.want(Name::Domain(domain), missing, || Key::Domain(domain.into()));
        }
        if let Some(list) = list {
            self.ask_list(list, missing);
        }
        self.ask_habits(habits, missing);
    }

    /// What has to be there before it is asked about a list.
    pub fn ask_list(&mut self, list: &ListId, missing: &mut Missing) {
        self.want(Name::List(list.as_str()), missing, || Key::List(list.clone()));
    }

    /// Whether it holds more than it has room for.
    pub fn is_full(&self, room: Room) -> bool {
        self.relations.len() > room.relations
            || self.topics.len() > room.topics
            || self.own.len() + self.answered.len() > room.ids
    }

    /// Lets go of what was not used for longest, where there is more than there is room for. What has not been taken by
    /// [`Ledger::take_changes`] stays.
    pub fn make_room(&mut self, room: Room) {
        if self.relations.len() > room.relations {
            self.let_relations_go(room.relations / 2);
        }
        if self.topics.len() > room.topics {
            let Ledger { topics, rest, .. } = self;
            rest[TOPICS].takes(topics.iter().filter(|(_, topic)| !topic.changed).map(|(name, _)| name.0));
            topics.retain(|_, topic| topic.changed);
        }
        let told = self.changes.own.is_empty() && self.changes.answered.is_empty();
        if told && self.own.len() + self.answered.len() > room.ids {
            self.rest[IDS].takes(self.own.keys().chain(self.answered.keys()).map(|id| id.0));
            self.own.clear();
            self.answered.clear();
        }
    }

    fn let_relations_go(&mut self, to_stay: usize) {
        let Ledger { relations, rest, turn, .. } = self;
        let age = |used: u32| turn.wrapping_sub(used);
        let mut ages: Vec<u32> = relations.values().map(|entry| age(entry.used)).collect();
        let (_, &mut oldest, _) = ages.select_nth_unstable(to_stay.min(relations.len() - 1));
        // Of those of one age some have to go.
        let mut places = to_stay.saturating_sub(ages.iter().filter(|&&age| age < oldest).count());
        let hasher = relations.hasher().clone();
        relations.retain(|key, entry| {
            let of_the_oldest = age(entry.used) == oldest && places > 0;
            places -= usize::from(of_the_oldest);
            let stays = entry.changed || age(entry.used) < oldest || of_the_oldest;
            if !stays {
                rest[RELATIONS].takes(std::iter::once(hasher.hash_one(key)));
            }
            stays
        });
    }

    fn holds_all(&self) -> bool {
        self.rest.iter().all(|rest| matches!(rest, Rest::Nothing))
    }

    fn ask_habits(&mut self, habits: Habits, missing: &mut Missing) {
        for habit in habits.each().into_iter().flatten() {
            self.want(Name::Habit(habit), missing, || Key::Habit(habit));
        }
    }

    fn ask_topic_and_ids(&mut self, facts: &Facts, bare: &str, missing: &mut Missing) {
        self.want(Name::Account, missing, || Key::Account);
        if let Some(name) = topic(bare)
            && !self.topics.contains_key(&name)
            && self.rest[TOPICS].may_hold(name.0)
        {
            missing.topics.insert(name);
        }
        // One that is known as the user's own may have been answered besides, so both are looked up.
        let id = facts.message_id.as_ref().map(MessageId::hash);
        for id in id.iter().chain(&facts.in_reply_to).chain(&facts.references) {
            if self.rest[IDS].may_hold(id.0) {
                missing.ids.insert(*id);
            }
        }
    }

    /// Notes that `name` is in use, or that it is missing.
    fn want(&mut self, name: Name<'_>, missing: &mut Missing, key: impl FnOnce() -> Key) {
        let named = &name as &dyn Named;
        if let Some(entry) = self.relations.get_mut(named) {
            entry.used = self.turn;
        } else if self.rest[RELATIONS].may_hold(self.relations.hasher().hash_one(named))
            && !missing.relations.contains(named)
        {
            missing.relations.insert(key());
        }
    }
}

/// Says of what was put in that it may be there, and of nearly everything else that it is not (Bloom, 1970). Of a fixed size: with a
/// million names in it, it is wrong about one in six others, which are then looked up in vain.
#[derive(Clone, Debug)]
pub(super) struct Filter(Box<[u64]>);

impl Filter {
    /// Half a megabyte.
    const WORDS: usize = 1 << 16;
    const BITS: u64 = 64 * Self::WORDS as u64;

    fn new() -> Filter {
        Filter(vec![0; Self::WORDS].into())
    }

    /// Three bits for each: where memory is short, more would fill it.
    fn bits(hash: u64) -> impl Iterator<Item = (usize, u64)> {
        // The hashes are spread evenly; the two halves make as many others as are wanted (Kirsch and Mitzenmacher, 2006).
        let step = hash.rotate_left(32) | 1;
        (0..3).map(move |number: u64| {
            let bit = hash.wrapping_add(step.wrapping_mul(number)) % Self::BITS;
            ((bit / 64) as usize, 1 << (bit % 64))
        })
    }

    fn insert(&mut self, hash: u64) {
        Self::bits(hash).for_each(|(word, bit)| self.0[word] |= bit);
    }

    fn may_hold(&self, hash: u64) -> bool {
        Self::bits(hash).all(|(word, bit)| self.0[word] & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::facts;
    use crate::logic::ids::{Flags, UnixTime};

    fn learn(ledger: &mut Ledger, number: u32) {
        let header = format!("From: a{number}@b{number}.example\r\nSubject: The {number} harvest festivals\r\n");
        ledger.learn_received(&facts::read(header.as_bytes()), UnixTime(i64::from(number)), Flags::default());
    }

    #[test]
    fn what_was_used_last_stays_and_what_was_not_written_down_stays_too() {
        let room = Room { relations: 40, topics: 10, ids: 10 };
        let mut ledger = Ledger::new();
        let sender = |number: u32| Address::parse(&format!("a{number}@b{number}.example")).unwrap();
        for number in 0..40 {
            ledger.begin_batch();
            learn(&mut ledger, number);
            ledger.make_room(room);
        }
        assert!(ledger.is_full(room) && ledger.sender(&sender(0)).is_some(), "nobody has written it down");
        let written = ledger.take_changes();
        assert!(ledger.sender(&sender(0)).is_some());
        ledger.make_room(room);
        assert!(!ledger.is_full(room));
        assert!(ledger.sender(&sender(0)).is_none() && ledger.sender(&sender(39)).is_some());

        let facts = facts::read(b"From: a0@b0.example\r\nSubject: The 0 harvest festivals\r\n");
        let mut missing = Missing::default();
        ledger.ask(&facts, &mut missing);
        assert!(missing.relations.contains(&Key::Address(sender(0))) && missing.topics.len() == 1, "{missing:?}");
        for (key, relation) in written.relations.iter().filter(|(key, _)| missing.relations.contains(key)) {
            ledger.restore_relation(key.clone(), relation.clone());
        }
        let mut still = Missing::default();
        ledger.ask(&facts, &mut still);
        assert!(!still.relations.contains(&Key::Address(sender(0))), "{still:?}");
        let mut unheard = Missing::default();
        ledger.ask(&facts::read(b"From: never@seen.example\r\n"), &mut unheard);
        assert!(unheard.is_empty(), "{unheard:?}");
    }

    #[test]
    fn a_filter_knows_what_is_in_it_and_little_else() {
        let mut filter = Filter::new();
        let hash = |number: u64| MidHash::of(&format!("<{number}@x>")).0;
        (0..100_000).for_each(|number| filter.insert(hash(number)));
        assert!((0..100_000).all(|number| filter.may_hold(hash(number))));
        let wrong = (100_000..200_000).filter(|&number| filter.may_hold(hash(number))).count();
        assert!(wrong < 1_000, "{wrong}");
    }
}
