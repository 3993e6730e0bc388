//! The part of a list that was read: what is seen of it, and some more on both sides.

use std::ops::Range;

use crate::logic::engine::{MailPage, MailRow, MessageKey, Page};

/// Rows that are asked for at a time.
const ROWS: u32 = 256;

/// Rows before the visible ones among them.
const BEFORE: u64 = 96;

/// When fewer than this many rows are left on a side, more are asked for.
const LEFT: u64 = 32;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Window {
    rows: Vec<MailRow>,
    offset: u64,
    total: Option<u64>,
}

impl Window {
    /// Rows of the whole list; 0 as long as it is not known.
    pub fn total(&self) -> u64 {
        self.total.unwrap_or(0)
    }

    /// Whether anything was read yet.
    pub fn is_known(&self) -> bool {
        self.total.is_some()
    }

    /// The row at a place of the whole list, when it was read.
    pub fn get(&self, place: u64) -> Option<&MailRow> {
        self.rows.get(usize::try_from(place.checked_sub(self.offset)?).ok()?)
    }

    /// The place of a message in the whole list, when it was read.
    pub fn place(&self, key: &MessageKey) -> Option<u64> {
        self.rows.iter().position(|row| row.key == *key).map(|place| self.offset + place as u64)
    }

    /// Takes what was read.
    pub fn take(&mut self, page: MailPage) {
        (self.rows, self.offset, self.total) = (page.rows, page.offset, Some(page.total));
    }

    /// Which part is to be read so that these rows, and some around them, are there; `None`: they are.
    pub fn missing(&self, seen: &Range<u64>) -> Option<Page> {
        let end = self.offset + self.rows.len() as u64;
        let before = self.offset > 0 && seen.start < self.offset + LEFT;
        let behind = end < self.total() && seen.end + LEFT > end;
        (before || behind).then(|| Window::around(seen))
    }

    /// The part around these rows.
    pub fn around(seen: &Range<u64>) -> Page {
        Page { offset: seen.start.saturating_sub(BEFORE), limit: ROWS }
    }
}
