//! How the ledger learns: from mail received, from the user's own mail, and from what the user does with flags.

use super::{Habits, Topic, template, topic};
use super::{Key, Ledger, Relation, registrable_domain};
use crate::logic::facts::Facts;
use crate::logic::ids::{Address, Flags, ListId, MessageId, MidHash, UnixTime};
use crate::logic::words;

/// Mail of the user's own to more people than this is an announcement, not a conversation.
const MAX_CONVERSATION: usize = 15;
/// Distinct authserv-ids that are counted by name. Where the host adds none there can be one per sender.
const MAX_AUTHSERV: usize = 500;
/// Seconds by which an answer may seem to be older than what it answers: where times are those that the writers' clocks gave.
const CLOCKS_DIFFER: i64 = 3600;
/// Unsubscribe addresses remembered; some services make a new one for each mail.
const MAX_UNSUBSCRIBE: usize = 5_000;

impl Ledger {
    /// Learns from a message that somebody else sent. `arrival` is its INTERNALDATE, or the best guess at it. Mail without a
    /// sound author teaches nothing about anybody, and neither does mail that fails DMARC where its sender's used to pass.
    pub fn learn_received(&mut self, facts: &Facts, arrival: UnixTime, flags: Flags) {
        self.learn_received_of(self.habits_of(facts), facts, arrival, flags);
    }

    /// The same when the kinds of mail that it is of are known: they take a while to find.
    pub fn learn_received_of(&mut self, habits: Habits, facts: &Facts, arrival: UnixTime, flags: Flags) {
        self.tally_authserv(facts);
        self.remember_unsubscribe(facts);
        let Some(author) = facts.author() else { return };
        if self.is_impostor(facts, author) {
            return;
        }
        let answered = self.note_answered_before(facts, arrival, flags);
        let received = Received {
            arrival,
            flags,
            answered,
            machine: facts.is_impersonal(),
            answers_user: facts.in_reply_to.iter().any(|&id| self.is_own(id)),
            dmarc_passed: facts.auth.as_ref().is_some_and(|auth| auth.is_authentic()),
            template: template(&facts.subject),
        };
        if !received.machine {
            self.note_topic(facts, |topic| topic.received());
        }
        let way = self.came_by(facts).cloned().map(Key::Own);
        for key in keys(author, facts.list_id.as_ref()).chain(habits.keys()).chain([Key::Account]).chain(way) {
            received.count(self.touch(key));
        }
        let account = &mut self.account;
        account.received += 1;
        account.personal += u64::from(!received.machine);
        account.read += u64::from(flags.seen);
        account.replied += u64::from(answered);
    }

    /// Learns from a message that the user sent at `at`. Returns the Message-IDs that it answers and that were not known to
    /// be answered: whoever knows who sent those calls [`Ledger::credit_answer`].
    ///
    /// What a machine sent in the user's name (a vacation notice) and what only unsubscribes is no conversation; neither is
    /// mail to more than 15 people, but an answer stays one however many read it.
    pub fn learn_own(&mut self, facts: &Facts, at: UnixTime) -> Vec<MidHash> {
        if facts.is_automatic() || facts.recipients().any(|to| self.is_unsubscribe_address(to)) {
            return Vec::new();
        }
        if let Some(id) = facts.message_id.as_ref().map(MessageId::hash)
            && self.own.insert(id, at).is_none()
        {
            self.changes.own.push((id, at));
        }
        self.note_topic(facts, |topic| topic.written(at));
        self.count_sent(facts, at);
        if let Some(from) = &facts.from {
            let way = self.touch(Key::Own(from.clone()));
            way.seen(at);
            way.warmed(at);
            way.sent_to += 1;
        }
        let answered: Vec<_> = facts.in_reply_to.iter().copied().filter(|&id| self.note_answer(id, at)).collect();
        self.changes.answered.extend(answered.iter().map(|&id| (id, at)));
        answered
    }

    /// The user answered, at `at`, a message from `sender` that came by `list` if by any, and that met these `habits`.
    pub fn credit_answer(&mut self, sender: &Address, list: Option<&ListId>, habits: Habits, at: UnixTime) {
        for key in keys(sender, list).chain(habits.keys()).chain([Key::Account]) {
            let relation = self.touch(key);
            relation.seen(at);
            relation.warmed(at);
            relation.answers.add(at);
            relation.replied += 1;
        }
        self.account.replied += 1;
    }

    /// The flags of a message that was learned from have changed.
    pub fn flags_changed(&mut self, sender: &Address, list: Option<&ListId>, before: Flags, after: Flags) {
        let thrown = |flags: Flags| flags.deleted && !flags.seen;
        if (before.seen, before.flagged, thrown(before)) == (after.seen, after.flagged, thrown(after)) {
            return;
        }
        for key in keys(sender, list) {
            let relation = self.touch(key);
            relation.read = moved(relation.read, before.seen, after.seen);
            relation.flagged = moved(relation.flagged, before.flagged, after.flagged);
            relation.discarded = moved(relation.discarded, thrown(before), thrown(after));
        }
        self.account.read = (self.account.read + u64::from(after.seen)).saturating_sub(u64::from(before.seen));
    }

    /// Whether a message, as it is learned, is known to be answered: by mail of the user's own that was learned before it, or
    /// by its flag. An answer that the flag told of is not credited once more when it turns up in the Sent folder.
    fn note_answered_before(&mut self, facts: &Facts, arrival: UnixTime, flags: Flags) -> bool {
        let id = facts.message_id.as_ref().map(MessageId::hash);
        if let Some(id) = id
            && flags.answered
            && self.note_answer(id, arrival)
        {
            self.changes.answered.push((id, arrival));
        }
        // What came after the answer is something else that bears the same Message-ID: public lists show whom the user answers.
        let before = |id| self.answered.get(&id).is_some_and(|at| arrival.0 <= at.0.saturating_add(CLOCKS_DIFFER));
        flags.answered || id.is_some_and(before)
    }

    /// Whether it is news that the message with this Message-ID is answered.
    fn note_answer(&mut self, id: MidHash, at: UnixTime) -> bool {
        match self.answered.entry(id) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(at);
                true
            }
        }
    }

    /// Whether mail claims to be somebody's and is not: else whoever forges a sender's mail would decide what is known of them. A list
    /// may break signatures on its way, and is judged as a list.
    fn is_impostor(&self, facts: &Facts, author: &Address) -> bool {
        let authentic = facts.auth.as_ref().is_some_and(|auth| auth.is_authentic());
        if authentic || facts.is_list_copy() || self.sender(author).is_none_or(|sender| sender.dmarc_passed == 0) {
            return false;
        }
        self.trusted_authserv(None).is_some()
    }

    fn note_topic(&mut self, facts: &Facts, change: impl FnOnce(&mut Topic)) {
        let Some(name) = topic(words::bare(&facts.subject)) else { return };
        let known = self.topics.entry(name).or_default();
        change(known);
        if !std::mem::replace(&mut known.changed, true) {
            self.changes.topics.push(name);
        }
    }

    fn count_sent(&mut self, facts: &Facts, at: UnixTime) {
        if facts.recipients().count() > MAX_CONVERSATION {
            return;
        }
        let mut keys: Vec<_> = facts.recipients().flat_map(|to| keys(to, None)).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return;
        }
        for key in keys.into_iter().chain([Key::Account]) {
            let relation = self.touch(key);
            relation.seen(at);
            relation.warmed(at);
            relation.lately.add(at);
            relation.sent_to += 1;
        }
    }

    fn tally_authserv(&mut self, facts: &Facts) {
        let id = facts.auth.as_ref().map_or("", |auth| &auth.authserv_id);
        let known = self.authserv.contains_key(id);
        let id = if known || self.authserv.len() < MAX_AUTHSERV { id } else { "" };
        match self.authserv.get_mut(id) {
            Some(count) => *count += 1,
            None => drop(self.authserv.insert(id.into(), 1)),
        }
        if !self.changes.authserv.contains(id) {
            self.changes.authserv.insert(id.into());
        }
    }

    fn remember_unsubscribe(&mut self, facts: &Facts) {
        let room = MAX_UNSUBSCRIBE.saturating_sub(self.unsubscribe.len());
        let news = facts.unsubscribe.mailto.iter().filter(|to| !says_unsubscribe(to)).take(room);
        self.unsubscribe.extend(news.cloned());
    }

    fn is_unsubscribe_address(&self, to: &Address) -> bool {
        says_unsubscribe(to) || self.unsubscribe.contains(to)
    }
}

/// One received message, as a relation counts it.
struct Received {
    arrival: UnixTime,
    flags: Flags,
    answered: bool,
    machine: bool,
    answers_user: bool,
    dmarc_passed: bool,
    template: u32,
}

impl Received {
    fn count(&self, relation: &mut Relation) {
        relation.seen(self.arrival);
        relation.received += 1;
        relation.read += u32::from(self.flags.seen);
        relation.flagged += u32::from(self.flags.flagged);
        relation.machine += u32::from(self.machine);
        relation.dmarc_passed += u32::from(self.dmarc_passed);
        relation.discarded += u32::from(self.flags.deleted && !self.flags.seen);
        relation.rhythm.beat(relation.volume.at, self.arrival);
        relation.template.vote(self.template);
        relation.volume.add(self.arrival);
        relation.answered_user += u32::from(self.answers_user);
        if !self.machine {
            relation.personal_volume.add(self.arrival);
            relation.burst.add(self.arrival);
        }
        if self.answered {
            relation.answers.add(self.arrival);
            relation.replied += 1;
            relation.warmed(self.arrival);
        }
    }
}

/// Whom a message from (or to) `address` tells about.
fn keys(address: &Address, list: Option<&ListId>) -> impl Iterator<Item = Key> {
    let domain = registrable_domain(address.domain()).map(Key::Domain);
    [Some(Key::Address(address.clone())), list.cloned().map(Key::List), domain].into_iter().flatten()
}

fn moved(count: u32, before: bool, after: bool) -> u32 {
    (count + u32::from(after)).saturating_sub(u32::from(before))
}

fn says_unsubscribe(to: &Address) -> bool {
    let local = to.local();
    local.contains("unsub") || local.starts_with("leave-") || local.ends_with("-leave") || local.ends_with("-request")
}
