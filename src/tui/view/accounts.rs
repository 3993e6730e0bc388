//! The screen Accounts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::screen::accounts::Accounts;
use crate::tui::shared::Shared;

/// Draws it.
pub fn draw(_accounts: &Accounts, _shared: &Shared, _buffer: &mut Buffer, _area: Rect) {}
