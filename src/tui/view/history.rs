//! The screen History.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::screen::history::History;
use crate::tui::shared::Shared;

/// Draws it.
pub fn draw(_history: &History, _shared: &Shared, _buffer: &mut Buffer, _area: Rect) {}
