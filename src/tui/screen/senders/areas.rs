//! Where what stands on the screen Senders.

use ratatui::layout::{Rect, Size};

use crate::tui::layout;

/// The parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// How many there are, how they are ranked.
    pub head: Rect,
    /// The titles of the columns.
    pub titles: Rect,
    /// The list; without height where the detail takes all the room.
    pub list: Rect,
    /// The line between list and detail.
    pub border: Rect,
    /// What is known of the selected sender; without height where it is not shown.
    pub detail: Rect,
}

/// Lines of the detail.
const DETAIL: u16 = 8;

/// Lines of the list below which the detail takes its place.
const LEAST: u16 = 5;

/// The parts of a terminal of this size, with or without the detail.
pub fn areas(size: Size, detail: bool) -> Areas {
    let body = layout::body(size);
    let head = Rect { height: body.height.min(1), ..body };
    let below = Rect { y: head.bottom(), height: body.height - head.height, ..body };
    let none = Rect { y: below.bottom(), height: 0, ..below };
    if detail && below.height < DETAIL + LEAST + 2 {
        return Areas { head, titles: none, list: none, border: none, detail: below };
    }
    let titles = Rect { height: below.height.min(1), ..below };
    let list = Rect { y: titles.bottom(), height: below.height - titles.height, ..below };
    if !detail {
        return Areas { head, titles, list, border: none, detail: none };
    }
    let list = Rect { height: list.height - DETAIL - 1, ..list };
    let border = Rect { y: list.bottom(), height: 1, ..list };
    Areas { head, titles, list, border, detail: Rect { y: border.bottom(), height: DETAIL, ..list } }
}
