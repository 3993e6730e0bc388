//! The screen Stats.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::screen::stats::Stats;
use crate::tui::shared::Shared;

/// Draws it.
pub fn draw(_stats: &Stats, _shared: &Shared, _buffer: &mut Buffer, _area: Rect) {}
