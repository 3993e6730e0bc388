//! Where what stands, by the size of the terminal alone: the view draws there, and clicks are looked up there.

use ratatui::layout::{Rect, Size};

/// Below this many columns or rows there is one sentence.
pub const SMALLEST: Size = Size::new(40, 8);

/// Two panes side by side from this many columns on.
pub const BESIDE: u16 = 84;

/// Below this many rows there is one pane, and no hint bar.
pub const COMPACT: u16 = 14;

/// The parts of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// The names of the screens.
    pub top: Rect,
    /// The screen.
    pub body: Rect,
    /// Health, what was done just now.
    pub status: Rect,
    /// The keys that can be pressed. Without height in a compact terminal.
    pub hints: Rect,
}

/// The parts of a terminal of this size.
pub fn areas(size: Size) -> Areas {
    let hints = u16::from(size.height >= COMPACT);
    let row = |y, height| Rect::new(0, y, size.width, height);
    let body = size.height.saturating_sub(2 + hints);
    Areas { top: row(0, size.height.min(1)), body: row(1, body), status: row(1 + body, 1), hints: row(2 + body, hints) }
}

/// The screen alone.
pub fn body(size: Size) -> Rect {
    areas(size).body
}

/// Whether there is too little room for anything.
pub fn too_small(size: Size) -> bool {
    size.width < SMALLEST.width || size.height < SMALLEST.height
}

/// The list inside of the help and the palette: below a line for typing and above the words of the selected action, within a border.
pub fn choice(body: Rect) -> Rect {
    let (outside, words) = (choice_frame(body), choice_words(body));
    Rect {
        x: outside.x + 1,
        y: outside.y + 2,
        width: outside.width.saturating_sub(2),
        height: outside.height.saturating_sub(3 + words.height),
    }
}

/// What the selected action does, in full: the columns of the list may be too narrow for it.
pub fn choice_words(body: Rect) -> Rect {
    let outside = choice_frame(body);
    let height = if outside.width < 60 { 3 } else { 2 };
    let y = outside.bottom().saturating_sub(1 + height);
    Rect { x: outside.x + 1, y, width: outside.width.saturating_sub(2), height }
}

/// The border of the help and the palette.
pub fn choice_frame(body: Rect) -> Rect {
    let width = body.width.min(92);
    let height = if body.height > 24 { body.height - 4 } else { body.height };
    Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width, height }
}
