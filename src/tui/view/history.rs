//! What was done, run by run.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{Line, empty};
use crate::logic::engine::{JournalRow, RunRow};
use crate::logic::figures::plural;
use crate::logic::printable::Printable;
use crate::tui::screen::history::{History, Inside, deeds, list_area, remains};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::widget::list;
use crate::tui::widget::table::{Column, Layout};
use crate::tui::words;

const RUNS: [Column; 7] = [
    Column::words("when", 6, 16, 0),
    Column::words("what", 6, 8, 1),
    Column::words("filed", 15, u16::MAX, 2),
    Column::words("left", 10, 14, 3),
    Column::words("your order", 16, 30, 5),
    Column::words("account", 7, 12, 6),
    Column::numbers("run", 5, 4),
];

const ROWS: [Column; 7] = [
    Column::words("", 10, 10, 0),
    Column::words("sender", 12, 28, 2),
    Column::words("subject", 15, u16::MAX, 1),
    Column::words("from", 6, 14, 4),
    Column::words("to", 6, 14, 3),
    Column::words("because", 26, 40, 6),
    Column::numbers("when", 6, 5),
];

/// Draws it.
pub fn draw(history: &History, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let line = |y| Rect { y: area.y + y, height: 1, ..area }.intersection(area);
    match &history.inside {
        Some(inside) => {
            inside_head(inside, shared, buffer, line(0));
            rows(inside, shared, buffer, line(1), list_area(shared));
        }
        None => {
            head(history, shared, buffer, line(0));
            runs(history, shared, buffer, line(1), list_area(shared));
        }
    }
}

fn head(history: &History, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    if history.runs.is_known() {
        let mut line = Line::new(buffer, &shared.theme, area);
        line.write(" ", Tone::Plain).write(&plural(history.runs.total(), "run", "runs"), Tone::Strong);
        line.write(", newest first; whatever a run moved can be taken back, for ever", Tone::Dim);
    }
}

fn runs(history: &History, shared: &Shared, buffer: &mut Buffer, titles: Rect, area: Rect) {
    let (theme, total) = (&shared.theme, history.runs.total());
    if total == 0 {
        let (text, next) = match history.runs.is_known() {
            true => (
                "Nothing was moved yet.",
                "What mailherd files, and what you file by a key, appears here and can be taken back.",
            ),
            false => ("reading …", ""),
        };
        return empty(buffer, theme, area, text, next);
    }
    let layout = Layout::new(&RUNS, area.width.saturating_sub(1 + u16::from(total > u64::from(area.height))));
    layout.titles(buffer, inner(titles), &RUNS, None, theme.style(Tone::Dim));
    list::draw(buffer, area, theme, (&history.list, total), true, |buffer, line, place, _| {
        match history.runs.get(place) {
            Some(run) => self::run(run, shared, &layout, buffer, inner(line)),
            None => layout.draw(buffer, inner(line), 0, "…", theme.style(Tone::Dim)),
        }
    });
}

fn run(run: &RunRow, shared: &Shared, layout: &Layout, buffer: &mut Buffer, line: Rect) {
    let over = run.undoable == 0;
    let mut cell = |column, text: &str, tone| layout.draw(buffer, line, column, text, shared.theme.style(tone));
    let wide = layout_width(layout, line, 0) >= 16;
    let when = if wide { words::time(run.at, &shared.zone) } else { words::age(shared.now, run.at, &shared.zone) };
    cell(0, &when, Tone::Dim);
    cell(1, Printable::new(&run.what).as_str(), Tone::Plain);
    cell(2, &deeds(run), if over { Tone::Dim } else { Tone::Plain });
    cell(3, &remains(run), if over { Tone::Dim } else { Tone::Warn });
    cell(4, Printable::new(run.order.as_deref().unwrap_or_default()).as_str(), Tone::Plain);
    cell(5, Printable::new(&run.accounts.join(", ")).as_str(), Tone::Dim);
    cell(6, &run.id.to_string(), Tone::Dim);
}

fn inside_head(inside: &Inside, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let run = &inside.run;
    let mut line = Line::new(buffer, &shared.theme, area);
    line.write(&format!(" run {}", run.id), Tone::Strong);
    line.write(&format!(" · {} · {}", Printable::new(&run.what), words::time(run.at, &shared.zone)), Tone::Dim);
    let left = remains(run);
    if !left.is_empty() {
        line.write(" · ", Tone::Dim).write(&left, Tone::Warn);
    }
    if let Some(order) = &run.order {
        line.write(" · ", Tone::Dim).write(Printable::new(order).as_str(), Tone::Plain);
    }
}

fn rows(inside: &Inside, shared: &Shared, buffer: &mut Buffer, titles: Rect, area: Rect) {
    let (theme, total) = (&shared.theme, inside.rows.total());
    if total == 0 {
        let text = if inside.rows.is_known() { "This run moved nothing." } else { "reading …" };
        return empty(buffer, theme, area, text, "Enter goes back to the runs.");
    }
    let layout = Layout::new(&ROWS, area.width.saturating_sub(1 + u16::from(total > u64::from(area.height))));
    layout.titles(buffer, inner(titles), &ROWS, None, theme.style(Tone::Dim));
    list::draw(buffer, area, theme, (&inside.list, total), true, |buffer, line, place, _| {
        match inside.rows.get(place) {
            Some(row) => self::row(row, shared, &layout, buffer, inner(line)),
            None => layout.draw(buffer, inner(line), 0, "…", theme.style(Tone::Dim)),
        }
    });
}

fn row(row: &JournalRow, shared: &Shared, layout: &Layout, buffer: &mut Buffer, line: Rect) {
    let (state, tone) = state(row);
    let text = if row.state == "done" { Tone::Plain } else { Tone::Dim };
    let mut cell = |column, text: &str, tone| layout.draw(buffer, line, column, text, shared.theme.style(tone));
    cell(0, state, tone);
    cell(1, Printable::new(&row.sender).as_str(), text);
    cell(2, Printable::new(&row.subject).as_str(), text);
    cell(3, Printable::new(&row.from_folder).as_str(), Tone::Dim);
    cell(4, Printable::new(&row.to_folder).as_str(), Tone::Category(row.category));
    let because = row.trouble.as_deref().unwrap_or(&row.because);
    cell(5, Printable::new(because).as_str(), if row.trouble.is_some() { Tone::Bad } else { Tone::Dim });
    cell(6, &words::age(shared.now, row.at, &shared.zone), Tone::Dim);
}

/// What became of a row, with a glyph.
fn state(row: &JournalRow) -> (&'static str, Tone) {
    match row.state.as_str() {
        "done" if row.undoes.is_some() => ("↶ back", Tone::Good),
        "done" if row.kind == "flag" => ("✓ flagged", Tone::Good),
        "done" if row.kind == "append" => ("✓ written", Tone::Good),
        "done" => ("✓ moved", Tone::Good),
        "undone" => ("↶ undone", Tone::Dim),
        "refused" => ("✗ refused", Tone::Bad),
        "gone" => ("? gone", Tone::Warn),
        _ => ("… moving", Tone::Plain),
    }
}

/// One column is left free at the left.
fn inner(line: Rect) -> Rect {
    Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line }
}

fn layout_width(layout: &Layout, line: Rect, column: usize) -> u16 {
    layout.cell(line, column).map_or(0, |cell| cell.width)
}
