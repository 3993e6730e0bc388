//! Pieces of a line, one after the other, and what surrounds a part of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::reader::{Piece, wrap};
use crate::tui::theme::{Theme, Tone};
use crate::tui::widget::cells::{self, Align};

/// Writes along a line until it is full.
pub struct Line<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
    rest: Rect,
}

impl<'a> Line<'a> {
    /// Begins at the left end of `area`.
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme, area: Rect) -> Line<'a> {
        let rest = Rect { height: area.height.min(1), ..area }.intersection(buffer.area);
        Line { buffer, theme, rest }
    }

    /// Columns that are left.
    pub fn room(&self) -> u16 {
        self.rest.width
    }

    /// Writes as much of `text` as there is room for, with `…` where there is none for the rest.
    pub fn write(&mut self, text: &str, tone: Tone) -> &mut Self {
        let style = self.theme.style(tone);
        self.styled(text, style)
    }

    /// The same in a style that is not the theme's alone.
    pub fn styled(&mut self, text: &str, style: Style) -> &mut Self {
        let width = (cells::width(text).min(usize::from(self.rest.width))) as u16;
        cells::draw(self.buffer, Rect { width, ..self.rest }, text, style, Align::Left);
        self.rest = Rect { x: self.rest.x + width, width: self.rest.width - width, ..self.rest };
        self
    }

    /// Writes `text` at the right end, where there is room for it, and a blank before it.
    pub fn right(&mut self, text: &str, tone: Tone) -> &mut Self {
        let width = cells::width(text) as u16;
        if width < self.rest.width {
            let field = Rect { x: self.rest.right() - width, width, ..self.rest };
            cells::draw(self.buffer, field, text, self.theme.style(tone), Align::Left);
            self.rest.width -= width + 1;
        }
        self
    }
}

/// Draws lines that were wrapped before.
pub fn pieces(buffer: &mut Buffer, theme: &Theme, area: Rect, lines: &[Piece]) {
    for (piece, y) in lines.iter().zip(area.top()..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        Line::new(buffer, theme, line).write(&piece.head, piece.head_tone).write(&piece.text, piece.tone);
    }
}

/// Empties a part of the screen, so that something can lie on top.
pub fn clear(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].reset();
        }
        // A wide character that reached in from the left would be cut in half by the terminal.
        if area.left() > buffer.area.left() && cells::width(buffer[(area.left() - 1, y)].symbol()) > 1 {
            buffer[(area.left() - 1, y)].set_symbol(" ");
        }
    }
}

/// Draws a line between two parts of the screen: down where it is one column wide, else across.
pub fn rule(buffer: &mut Buffer, theme: &Theme, area: Rect) {
    let area = area.intersection(buffer.area);
    let symbol = if area.width == 1 { "│" } else { "─" };
    for position in area.positions() {
        buffer[position].set_symbol(symbol).set_style(theme.style(Tone::Border));
    }
}

/// Says on an empty part of the screen what is true, and which key comes `next`.
pub fn empty(buffer: &mut Buffer, theme: &Theme, area: Rect, text: &str, next: &str) {
    let width = usize::from(area.width.saturating_sub(4)).max(1);
    let paragraph = |text: &str, tone| wrap(text, width).into_iter().map(move |line| (line, tone));
    let lines: Vec<(String, Tone)> = paragraph(text, Tone::Plain).chain(paragraph(next, Tone::Dim)).collect();
    let top = area.y + area.height.saturating_sub(lines.len() as u16) / 3;
    for ((text, tone), y) in lines.iter().zip(top..area.bottom()) {
        let line = Rect { x: area.x + 2, y, width: area.width.saturating_sub(4), height: 1 };
        Line::new(buffer, theme, line).write(text, *tone);
    }
}

/// Draws a border with a title, on an empty part of the screen, and gives what is inside.
pub fn framed(buffer: &mut Buffer, theme: &Theme, area: Rect, title: &str) -> Rect {
    clear(buffer, area);
    let area = area.intersection(buffer.area);
    if area.width < 2 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    let (style, inner) = (theme.style(Tone::Border), usize::from(area.width) - 2);
    for (y, left, right) in [(area.top(), '╭', '╮'), (area.bottom() - 1, '╰', '╯')] {
        let line = format!("{left}{}{right}", "─".repeat(inner));
        cells::draw(buffer, Rect { y, height: 1, ..area }, &line, style, Align::Left);
    }
    for y in area.top() + 1..area.bottom() - 1 {
        buffer[(area.left(), y)].set_symbol("│").set_style(style);
        buffer[(area.right() - 1, y)].set_symbol("│").set_style(style);
    }
    if !title.is_empty() {
        let line = Rect { x: area.x + 2, y: area.y, width: area.width.saturating_sub(4), height: 1 };
        Line::new(buffer, theme, line).write(&format!(" {title} "), Tone::Title);
    }
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}
