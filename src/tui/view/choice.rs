//! The help of a screen, and the palette.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::text::{Line, framed, pieces};
use crate::tui::keymap::Context;
use crate::tui::layout;
use crate::tui::overlay::{Choice, Entry};
use crate::tui::reader::{Piece, Reader};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::widget::list;
use crate::tui::widget::table::{Column, Layout};

const COLUMNS: [Column; 3] =
    [Column::words("keys", 9, 12, 1), Column::words("action", 10, 16, 2), Column::words("does", 18, u16::MAX, 0)];

/// Draws it; gives the place of the cursor.
pub fn draw(choice: &Choice, shared: &Shared, buffer: &mut Buffer, body: Rect) -> Option<Position> {
    let title = match choice.context {
        Context::Palette => "Actions".to_owned(),
        _ => format!("Keys: {}", choice.of.title()),
    };
    let inside = framed(buffer, &shared.theme, layout::choice_frame(body), &title);
    let field = Rect { height: inside.height.min(1), ..inside };
    let cursor = super::frame::typed(&choice.input, "> ", &shared.theme, buffer, field);
    let rows = layout::choice(body);
    let (columns, total) = (Layout::new(&COLUMNS, rows.width.saturating_sub(1)), choice.shown.len() as u64);
    if total == 0 {
        Line::new(buffer, &shared.theme, rows)
            .write("No action is called so. Backspace brings the others back.", Tone::Dim);
    }
    list::draw(buffer, rows, &shared.theme, (&choice.state, total), true, |buffer, line, place, _| {
        let Some(entry) = choice.shown.get(place as usize) else { return };
        let (binding, theme) = (entry.binding, &shared.theme);
        let off = entry.hindrance.is_some();
        let tone = |tone| theme.style(if off { Tone::Dim } else { tone });
        columns.draw(buffer, line, 0, binding.keys, tone(Tone::Key));
        columns.draw(buffer, line, 1, binding.name, tone(Tone::Plain));
        columns.draw(buffer, line, 2, &words(entry), tone(Tone::Plain));
    });
    if let Some(entry) = choice.shown.get(choice.state.selected() as usize) {
        let area = layout::choice_words(body);
        let mut reader = Reader::default();
        reader.renew(vec![Piece::plain(words(entry)).tone(Tone::Dim)]);
        reader.resize(area.width, area.height);
        pieces(buffer, &shared.theme, area, reader.visible());
    }
    cursor
}

fn words(entry: &Entry) -> String {
    entry.hindrance.as_ref().map_or(entry.binding.words.to_owned(), |why| format!("not now: {why}"))
}
