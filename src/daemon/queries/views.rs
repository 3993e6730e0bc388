//! The order of long lists, kept between calls.

use std::collections::HashMap;

use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::store::MailSpot;

/// Lists that are kept: one that is looked at, what a search finds in it, and the one before. 24 bytes a message.
const KEPT: usize = 3;

/// Which list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Which {
    pub(super) category: Category,
    pub(super) account: Option<String>,
    pub(super) filter: String,
    /// What is looked for in it; empty: all of it.
    pub(super) text: String,
}

/// What is counted, of which mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Count {
    /// Messages.
    All(i64),
    /// Those without `\Seen`.
    Unread(i64),
}

/// The lists that were last looked at, in the state of the database that they are of.
#[derive(Default)]
pub(super) struct Views {
    version: Option<i64>,
    kept: Vec<(Which, Vec<MailSpot>)>,
    counts: HashMap<Count, u64>,
}

impl Views {
    /// Throws away what is of another state.
    pub(super) fn are_of(&mut self, version: i64) {
        if self.version != Some(version) {
            *self = Views { version: Some(version), ..Views::default() };
        }
    }

    /// Whether a list is at hand.
    pub(super) fn have(&self, which: &Which) -> bool {
        self.kept.iter().any(|(known, _)| known == which)
    }

    /// The list; `make` gives it when it is not at hand.
    pub(super) fn get(
        &mut self,
        which: &Which,
        make: impl FnOnce() -> Result<Vec<MailSpot>, Fault>,
    ) -> Result<&[MailSpot], Fault> {
        let list = match self.kept.iter().position(|(known, _)| known == which) {
            Some(place) => self.kept.remove(place),
            None => (which.clone(), make()?),
        };
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        // The one that was not looked at for longest goes first.
        self.kept.push(list);
        Ok(self.kept.last().map_or(&[], |(_, spots)| spots))
    }

    /// A number of messages; `count` gives it when it is not at hand.
    pub(super) fn count(&mut self, what: Count, count: impl FnOnce() -> Result<u64, Fault>) -> Result<u64, Fault> {
        if let Some(known) = self.counts.get(&what) {
            return Ok(*known);
        }
        let counted = count()?;
        self.counts.insert(what, counted);
        Ok(counted)
    }
}
