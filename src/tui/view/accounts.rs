//! How the accounts are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::status::word;
use super::text::{self, Line, empty, rule};
use crate::logic::printable::Printable;
use crate::tui::screen::accounts::{Accounts, areas};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::widget::{cells, list};

/// Columns of a name in the list.
const NAME: usize = 14;

/// Draws it.
pub fn draw(accounts: &Accounts, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let total = shared.health.len() as u64;
    if total == 0 {
        return empty(buffer, &shared.theme, area, "The accounts are being asked how they are …", "");
    }
    let areas = areas(shared.size, shared.health.len());
    list::draw(buffer, areas.list, &shared.theme, (&accounts.list, total), true, |buffer, line, place, _| {
        let Some(health) = shared.health.get(place as usize) else { return };
        let (text, tone) = word(health, shared.now);
        let name = cells::fit(Printable::new(&health.account).as_str(), NAME, cells::Align::Left);
        Line::new(buffer, &shared.theme, line).write(&format!(" {name} "), Tone::Strong).write(&text, tone);
    });
    rule(buffer, &shared.theme, areas.border);
    let inner = Rect { x: areas.detail.x + 1, width: areas.detail.width.saturating_sub(1), ..areas.detail };
    text::pieces(buffer, &shared.theme, inner, accounts.detail.visible());
}
