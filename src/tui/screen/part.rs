//! The part of a long list that was read: what is seen of it, and some more on both sides.

use std::ops::Range;

use crate::logic::engine::Page;

/// Rows that are asked for at a time.
const ROWS: u32 = 256;

/// Rows before the visible ones among them.
const BEFORE: u64 = 96;

/// When fewer than this many rows are left on a side, more are asked for.
const LEFT: u64 = 32;

/// See the module.
#[derive(Clone, Debug)]
pub struct Part<T> {
    rows: Vec<T>,
    offset: u64,
    total: Option<u64>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Part { rows: Vec::new(), offset: 0, total: None }
    }
}

impl<T> Part<T> {
    /// Rows of the whole list; 0 as long as it is not known.
    pub fn total(&self) -> u64 {
        self.total.unwrap_or(0)
    }

    /// Whether anything was read yet.
    pub fn is_known(&self) -> bool {
        self.total.is_some()
    }

    /// The row at a place of the whole list, when it was read.
    pub fn get(&self, place: u64) -> Option<&T> {
        self.rows.get(usize::try_from(place.checked_sub(self.offset)?).ok()?)
    }

    /// The place of the first row in the whole list that fits, among those that were read.
    pub fn place(&self, fits: impl Fn(&T) -> bool) -> Option<u64> {
        self.rows.iter().position(fits).map(|place| self.offset + place as u64)
    }

    /// Takes what was read.
    pub fn take(&mut self, rows: Vec<T>, offset: u64, total: u64) {
        (self.rows, self.offset, self.total) = (rows, offset, Some(total));
    }

    /// Which part is to be read so that the rows that are `seen`, and some around them, are there. `None`: they are, or the first
    /// part is still on its way.
    pub fn missing(&self, seen: &Range<u64>) -> Option<Page> {
        let end = self.offset + self.rows.len() as u64;
        let before = self.offset > 0 && seen.start < self.offset + LEFT;
        let behind = end < self.total() && seen.end + LEFT > end;
        (before || behind).then(|| Part::<T>::around(seen))
    }

    /// The part around the rows that are `seen`.
    pub fn around(seen: &Range<u64>) -> Page {
        Page { offset: seen.start.saturating_sub(BEFORE), limit: ROWS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_asked_for_before_it_is_seen() {
        let mut part = Part::default();
        assert_eq!(part.missing(&(0..20)), None);
        part.take((100..260).collect(), 100, 1_000);
        assert_eq!(part.missing(&(150..170)), None);
        assert_eq!(part.missing(&(110..130)), Some(Page { offset: 14, limit: ROWS }));
        assert_eq!(part.missing(&(230..250)), Some(Page { offset: 134, limit: ROWS }));
        part.take((900..1_000).collect(), 900, 1_000);
        assert_eq!(part.missing(&(980..1_000)), None);
        part.take(Vec::<u64>::new(), 0, 0);
        assert_eq!(part.missing(&(0..0)), None);
    }

    #[test]
    fn rows_are_found_at_their_place() {
        let mut part = Part::default();
        part.take(vec!['a', 'b'], 7, 9);
        assert_eq!((part.get(8), part.get(6), part.get(9)), (Some(&'b'), None, None));
        assert_eq!((part.place(|row| *row == 'b'), part.place(|row| *row == 'x')), (Some(8), None));
    }
}
