//! A batch that surprises and waits for the user's word, while everything else goes on.

use std::collections::{HashMap, HashSet};

use super::planning::{Counts, Going};
use crate::imap::Selected;
use crate::logic::ids::{Category, Instance, Uid, UidValidity, UnixTime};

/// Messages of INBOX that are put aside. It lives in memory: after a restart the first pass finds the same surprise again.
#[derive(Debug, Default)]
pub(super) struct Held {
    validity: Option<UidValidity>,
    messages: HashMap<Uid, (Instance, Category)>,
    inbox: u32,
    since: UnixTime,
}

impl Held {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether this message waits.
    pub(super) fn contains(&self, uid: Uid) -> bool {
        self.messages.contains_key(&uid)
    }

    /// Adds a batch. `now` is when it was held, unless an earlier one waits already.
    pub(super) fn put_aside(&mut self, go: Vec<Going>, inbox: &Selected, now: UnixTime) {
        if self.is_empty() {
            self.since = now;
        }
        self.validity = Some(inbox.uid_validity);
        self.inbox = inbox.exists;
        self.messages.extend(go.into_iter().map(|one| (one.message.uid, (one.message.instance, one.category))));
    }

    /// Forgets what is no longer in INBOX; all of it, when the UIDs mean other messages now.
    pub(super) fn keep_only(&mut self, waiting: &HashSet<Uid>, validity: UidValidity) {
        if self.validity != Some(validity) {
            self.messages.clear();
        }
        self.messages.retain(|uid, _| waiting.contains(uid));
    }

    /// Lets go of all of it.
    pub(super) fn take(&mut self) -> Vec<Instance> {
        std::mem::take(&mut self.messages).into_values().map(|(instance, _)| instance).collect()
    }

    /// How many there are of each category.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.messages.values().for_each(|(_, category)| counts.add(*category));
        counts
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
