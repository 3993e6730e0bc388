//! Yes or no.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::text::{Line, framed};
use crate::logic::printable::Printable;
use crate::tui::overlay::Asked;
use crate::tui::reader::wrap;
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;

/// Columns of the widest question.
const WIDEST: u16 = 72;

/// Draws it in the middle of the screen.
pub fn draw(asked: &Asked, shared: &Shared, buffer: &mut Buffer, body: Rect) -> Option<Position> {
    let width = body.width.min(WIDEST);
    let room = usize::from(width.saturating_sub(4)).max(1);
    let text = wrap(Printable::new(&asked.question.text).as_str(), room);
    let details = asked.question.details.iter().flat_map(|detail| wrap(Printable::new(detail).as_str(), room));
    let mut lines: Vec<(String, Tone)> = text.into_iter().map(|line| (line, Tone::Strong)).collect();
    lines.extend(details.map(|line| (line, Tone::Plain)));
    lines.truncate(usize::from(body.height.saturating_sub(4)));
    let height = (lines.len() as u16 + 4).min(body.height);
    let area = Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width, height };
    let inside = framed(buffer, &shared.theme, area, "");
    for ((text, tone), y) in lines.iter().zip(inside.top()..) {
        let line = Rect { x: inside.x + 1, y, width: inside.width.saturating_sub(2), height: 1 };
        Line::new(buffer, &shared.theme, line).write(text, *tone);
    }
    let answers = Rect { x: inside.x + 1, y: inside.bottom().saturating_sub(1), height: 1, ..inside };
    Line::new(buffer, &shared.theme, answers)
        .write("y", Tone::Key)
        .write(" yes   ", Tone::Plain)
        .write("n", Tone::Key)
        .write(" no", Tone::Plain);
    None
}
