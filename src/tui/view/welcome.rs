//! First contact.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::pieces;
use crate::logic::printable::Printable;
use crate::tui::reader::{Piece, Reader};
use crate::tui::screen::welcome::Welcome;
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;

/// Draws it.
pub fn draw(welcome: &Welcome, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let width = area.width.saturating_sub(4).min(72);
    let inside = Rect { x: area.x + 2, y: area.y + area.height.min(16) / 16, width, height: area.height };
    let path = Printable::new(&welcome.path.to_string_lossy()).to_string();
    let mut reader = Reader::default();
    reader.show(vec![
        Piece::plain("mailherd keeps an IMAP inbox calm.").tone(Tone::Title),
        Piece::blank(),
        Piece::plain(
            "It learns from your own mail whom you talk to, files the rest, says why, and can take every move back.",
        ),
        Piece::blank(),
        Piece::plain("set up your own account: it asks, tests, previews, and writes nothing before your yes")
            .head("s  ", Tone::Key),
        Piece::blank(),
        Piece::plain("try it on an invented mailbox: no account, nothing is kept").head("d  ", Tone::Key),
        Piece::blank(),
        Piece::plain("The account will be in this file, which you can also write yourself:"),
        Piece::plain(path).head("   ", Tone::Plain).tone(Tone::Strong),
        Piece::blank(),
        Piece::plain("leave").head("q  ", Tone::Key),
    ]);
    reader.resize(inside.width, inside.height);
    pieces(buffer, &shared.theme, inside.intersection(area), reader.visible());
}
