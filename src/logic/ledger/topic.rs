//! What mail is about, across threads: the same subject comes again as a new version, or from programs that break threads.

use crate::logic::ids::{MidHash, UnixTime};

/// What is known of one subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// Mail that the user wrote about it.
    pub own: u32,
    /// Mail by people that came about it since.
    pub waiting: u32,
    /// When the user last wrote about it; 0 for never.
    pub at: UnixTime,
    /// Among the ledger's changes already.
    pub(super) changed: bool,
}

impl Topic {
    /// As it was kept.
    pub fn restored(own: u32, waiting: u32, at: UnixTime) -> Topic {
        Topic { own, waiting, at, changed: false }
    }

    pub(super) fn received(&mut self) {
        self.waiting = self.waiting.saturating_add(1);
    }

    pub(super) fn written(&mut self, at: UnixTime) {
        self.own = self.own.saturating_add(1);
        self.waiting = 0;
        self.at = self.at.max(at);
    }
}

/// A subject without its marks of answers and tags, as something to remember. `None` for what is too short to be about anything.
pub(crate) fn topic(bare: &str) -> Option<MidHash> {
    (bare.len() >= 12).then(|| MidHash::of(&bare.to_lowercase()))
}
