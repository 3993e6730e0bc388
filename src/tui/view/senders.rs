//! The screen Senders.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::screen::senders::Senders;
use crate::tui::shared::Shared;

/// Draws it.
pub fn draw(_senders: &Senders, _shared: &Shared, _buffer: &mut Buffer, _area: Rect) {}
