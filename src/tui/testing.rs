//! Frames as text, for snapshots.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

/// The sizes that every screen is held at: a large terminal, the classic one, a small one.
pub(crate) const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// A frame of `width` by `height` cells, drawn by `view`.
pub(crate) fn frame(width: u16, height: u16, view: impl FnOnce(&mut Buffer, Rect)) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    view(&mut buffer, area);
    buffer
}

/// What is read on the screen, without the blanks at the ends of lines.
pub(crate) fn text(buffer: &Buffer) -> String {
    let mut lines = String::new();
    for row in rows(buffer) {
        let mut covered = 0;
        let mut line = String::new();
        for cell in row {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            covered = cell.cell_width().saturating_sub(1);
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

/// What is read on the screen, and below it how it is drawn: `line: from-to style`, columns counted from 0, plain text left out.
pub(crate) fn styled(buffer: &Buffer) -> String {
    let mut styled = text(buffer);
    styled.push_str("--- styles\n");
    for (y, row) in rows(buffer).enumerate() {
        let mut x = 0;
        let mut runs = String::new();
        for run in row.chunk_by(|one, next| look(one) == look(next)) {
            match look(&run[0]) {
                plain if plain.is_empty() => {}
                look => write!(runs, " {x}-{} {look};", x + run.len() - 1).unwrap(),
            }
            x += run.len();
        }
        if !runs.is_empty() {
            writeln!(styled, "{y}:{}", runs.trim_end_matches(';')).unwrap();
        }
    }
    styled
}

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width.max(1)))
}

fn look(cell: &Cell) -> String {
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(cell.fg.to_string().to_lowercase());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg).to_lowercase());
    }
    words.extend(
        Modifier::all()
            .iter_names()
            .filter(|(_, one)| cell.modifier.contains(*one))
            .map(|(name, _)| name.to_lowercase()),
    );
    words.join(" ")
}

#[test]
fn a_frame_is_read_as_a_terminal_shows_it() {
    let buffer = frame(8, 2, |buffer, area| {
        buffer.set_string(0, 0, "日本 x", ratatui::style::Style::new());
        buffer.set_style(Rect { width: 4, height: 1, ..area }, ratatui::style::Style::new().fg(Color::Red).bold());
    });
    insta::assert_snapshot!(styled(&buffer), @r"
    日本 x

    --- styles
    0: 0-3 red bold
    ");
}
