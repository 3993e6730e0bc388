//! What waits for the user's word.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::text::{Line, framed};
use crate::logic::engine::WaitingKind;
use crate::logic::printable::Printable;
use crate::tui::overlay::WaitingList;
use crate::tui::reader::wrap;
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::widget::list;
use crate::tui::words;

/// Draws it: the list above, what the selected one is about below.
pub fn draw(waiting: &WaitingList, shared: &Shared, buffer: &mut Buffer, body: Rect) -> Option<Position> {
    let inside = framed(buffer, &shared.theme, body, "Waiting for your word");
    let total = shared.waiting.len() as u64;
    let rows = Rect { height: waiting.state.height().min(inside.height), ..inside };
    list::draw(buffer, rows, &shared.theme, (&waiting.state, total), true, |buffer, line, place, _| {
        let Some(row) = shared.waiting.get(place as usize) else { return };
        let kind = match row.kind {
            WaitingKind::Order => "order  ",
            WaitingKind::Batch => "batch  ",
            WaitingKind::Return => "return ",
            WaitingKind::Question => "asks   ",
        };
        let answer = match waiting.answer(&row.id) {
            Some(true) => "yes … ",
            Some(false) => "no …  ",
            None => "",
        };
        let text = Printable::new(&row.text);
        let mut line = Line::new(buffer, &shared.theme, line);
        line.right(&words::age(shared.now, row.since, &shared.zone), Tone::Dim);
        line.write(answer, Tone::Good).write(kind, Tone::Dim).write(text.as_str(), Tone::Plain);
    });
    let below = Rect { y: rows.bottom(), height: inside.height - rows.height, ..inside };
    let row = shared.waiting.get(waiting.state.selected() as usize)?;
    let width = usize::from(below.width.saturating_sub(2)).max(1);
    let mut lines: Vec<(String, Tone)> =
        wrap(Printable::new(&row.text).as_str(), width).into_iter().map(|line| (line, Tone::Strong)).collect();
    let details = row.details.iter().flat_map(|detail| wrap(Printable::new(detail).as_str(), width));
    lines.extend(details.map(|line| (line, Tone::Dim)));
    for ((text, tone), y) in lines.iter().zip(below.top() + 1..below.bottom()) {
        let line = Rect { x: below.x + 1, y, width: below.width.saturating_sub(2), height: 1 };
        Line::new(buffer, &shared.theme, line).write(text, *tone);
    }
    None
}
