//! Where what stands on the mail screen.

use ratatui::layout::{Rect, Size};

use crate::tui::layout;

/// The parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// The categories.
    pub tabs: Rect,
    /// The list.
    pub list: Rect,
    /// The line between list and pane.
    pub border: Rect,
    /// The reasons; without height or width where there is no room, or where they are hidden.
    pub pane: Rect,
}

/// Rows of the body below which there is no pane under the list.
const STACKED: u16 = 14;

/// The parts of a terminal of this size, with or without the pane.
pub fn areas(size: Size, pane: bool) -> Areas {
    let body = layout::body(size);
    let tabs = Rect { height: body.height.min(1), ..body };
    let list = Rect { y: body.y + tabs.height, height: body.height - tabs.height, ..body };
    let none = Rect { width: 0, height: 0, ..list };
    if !pane || size.height < layout::COMPACT {
        return Areas { tabs, list, border: none, pane: none };
    }
    if size.width >= layout::BESIDE {
        let width = list.width * 11 / 20;
        let border = Rect { x: list.x + width, width: 1, ..list };
        let pane = Rect { x: border.x + 2, width: list.width - width - 3, ..list };
        return Areas { tabs, list: Rect { width, ..list }, border, pane };
    }
    if list.height < STACKED {
        return Areas { tabs, list, border: none, pane: none };
    }
    let height = list.height / 2;
    let border = Rect { y: list.y + height, height: 1, ..list };
    let pane = Rect { y: border.y + 1, height: list.height - height - 1, ..list };
    Areas { tabs, list: Rect { height, ..list }, border, pane }
}
