//! A batch that surprises and waits for the user's word, while everything else goes on.

use std::collections::BTreeMap;

use super::planning::Counts;
use crate::imap::Selected;
use crate::logic::ids::{Category, Uid, UidValidity, UnixTime};
use crate::logic::uid_set::UidSet;

/// Messages of INBOX that are put aside. It lives in memory: after a restart the first pass finds the same surprise again.
#[derive(Debug, Default)]
pub(super) struct Held {
    validity: Option<UidValidity>,
    messages: BTreeMap<Category, UidSet>,
    inbox: u32,
    since: UnixTime,
}

impl Held {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.messages.values().all(UidSet::is_empty)
    }

    /// Takes those that wait off `uids`.
    pub(super) fn take_off(&self, uids: &mut UidSet) {
        self.messages.values().for_each(|held| uids.take_off(held));
    }

    /// A batch begins. `now` is when it was held, unless an earlier one waits already.
    pub(super) fn begin(&mut self, inbox: &Selected, now: UnixTime) {
        if self.is_empty() {
            self.since = now;
        }
        self.validity = Some(inbox.uid_validity);
        self.inbox = inbox.exists;
    }

    /// Adds a message of it.
    pub(super) fn put_aside(&mut self, uid: Uid, category: Category) {
        self.messages.entry(category).or_default().insert(uid);
    }

    /// Forgets what is no longer in INBOX; all of it, when the UIDs mean other messages now.
    pub(super) fn keep_only(&mut self, waiting: &UidSet, validity: UidValidity) {
        if self.validity != Some(validity) {
            self.messages.clear();
        }
        self.messages.values_mut().for_each(|held| held.keep_only(waiting));
    }

    /// Lets go of all of it, in the generation of UIDs in which it was put aside.
    pub(super) fn take(&mut self) -> (Option<UidValidity>, UidSet) {
        let mut all = UidSet::default();
        std::mem::take(&mut self.messages).values().for_each(|held| all.add_all(held));
        (self.validity, all)
    }

    /// How many there are of each category.
    pub(super) fn counts(&self) -> Counts {
        let count = |category: Category| self.messages.get(&category).map_or(0, |held| held.len());
        Counts::of(Category::ALL.map(|category| u32::try_from(count(category)).unwrap_or(u32::MAX)))
    }

    /// Messages in INBOX when the last of them was put aside.
    pub(super) fn inbox(&self) -> u32 {
        self.inbox
    }

    /// Since when the oldest of them waits.
    pub(super) fn since(&self) -> UnixTime {
        self.since
    }
}
