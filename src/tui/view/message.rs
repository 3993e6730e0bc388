//! One message on all of the screen: why it is where it is, or what it says.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::text::{clear, pieces};
use crate::tui::overlay::{Opened, Why};
use crate::tui::shared::Shared;

/// Why it is where it is.
pub fn why(why: &Why, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    clear(buffer, area);
    pieces(buffer, &shared.theme, area, why.reader.visible());
    None
}

/// What it says.
pub fn opened(opened: &Opened, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    clear(buffer, area);
    pieces(buffer, &shared.theme, area, opened.reader.visible());
    None
}
