//! Whom mail comes from.

mod detail;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{Line, empty, rule};
use crate::logic::engine::{SenderRow, SenderSort};
use crate::logic::figures::{percent, plural};
use crate::logic::printable::Printable;
use crate::tui::screen::senders::{SenderKey, Senders, areas};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::widget::table::{Column, Layout};
use crate::tui::widget::{list, sparkline};
use crate::tui::words;

const COLUMNS: [Column; 9] = [
    Column::words("sender", 22, u16::MAX, 0),
    Column::numbers("mail", 6, 1),
    Column::words("category", 9, 9, 2),
    Column::numbers("read", 5, 4),
    Column::numbers("reply", 5, 5),
    Column::words("26 weeks", 13, 26, 6),
    Column::words("your order", 10, 24, 3),
    Column::numbers("last", 6, 7),
    Column::words("account", 7, 12, 8),
];

/// Draws it.
pub fn draw(senders: &Senders, shared: &Shared, buffer: &mut Buffer, _area: Rect) {
    let areas = areas(shared.size, senders.detail);
    head(senders, shared, buffer, areas.head);
    if senders.part.total() == 0 {
        let rest = Rect { height: areas.titles.height + areas.list.height, ..areas.titles };
        let (text, next) = nothing(senders);
        return empty(buffer, &shared.theme, rest, &text, next);
    }
    if !areas.list.is_empty() {
        rows(senders, shared, buffer, areas.titles, areas.list);
    }
    rule(buffer, &shared.theme, areas.border);
    if let Some(row) = senders.selected().filter(|_| !areas.detail.is_empty()) {
        detail::draw(row, shared, buffer, areas.detail);
    }
}

/// How they are ranked, in words.
fn ranked(sort: SenderSort, reverse: bool) -> &'static str {
    match (sort, reverse) {
        (SenderSort::Volume, false) => "most mail first",
        (SenderSort::Volume, true) => "least mail first",
        (SenderSort::Read, false) => "least read first",
        (SenderSort::Read, true) => "most read first",
        (SenderSort::Replied, false) => "most answered first",
        (SenderSort::Replied, true) => "least answered first",
        (SenderSort::Recent, false) => "newest first",
        (SenderSort::Recent, true) => "longest silent first",
        (SenderSort::Name, false) => "by address, A to Z",
        (SenderSort::Name, true) => "by address, Z to A",
    }
}

/// The column that they are ranked by.
fn ranked_by(sort: SenderSort) -> usize {
    match sort {
        SenderSort::Volume => 1,
        SenderSort::Read => 3,
        SenderSort::Replied => 4,
        SenderSort::Recent => 7,
        SenderSort::Name => 0,
    }
}

fn head(senders: &Senders, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let mut line = Line::new(buffer, &shared.theme, area);
    line.write(" ", Tone::Plain);
    if let Some(reach) = senders.reach().filter(|_| senders.domain) {
        line.write("an order for everybody at ", Tone::Marked)
            .write(Printable::new(&reach[1..]).as_str(), Tone::Marked);
        return;
    }
    if senders.part.is_known() {
        line.write(&plural(senders.part.total(), "sender", "senders"), Tone::Strong).write(", ", Tone::Dim);
    }
    line.write(ranked(senders.sort, senders.reverse), Tone::Dim);
    if !senders.filter.is_empty() {
        line.write("  \\", Tone::Key).write(Printable::new(&senders.filter).as_str(), Tone::Match);
    }
}

fn rows(senders: &Senders, shared: &Shared, buffer: &mut Buffer, titles: Rect, area: Rect) {
    let theme = &shared.theme;
    let total = senders.part.total();
    let several = shared.several() && shared.account.is_none();
    let columns = if several { &COLUMNS[..] } else { &COLUMNS[..COLUMNS.len() - 1] };
    // The scroll bar takes a column where there is one.
    let width = area.width.saturating_sub(1 + u16::from(total > u64::from(area.height)));
    let layout = Layout::new(columns, width);
    let inner = |line: Rect| Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line };
    let sorted = Some((ranked_by(senders.sort), senders.reverse));
    layout.titles(buffer, inner(titles), columns, sorted, theme.style(Tone::Dim));
    list::draw(buffer, area, theme, (&senders.list, total), true, |buffer, line, place, _| {
        match senders.part.get(place) {
            Some(row) => self::row(senders, shared, &layout, buffer, inner(line), row),
            None => layout.draw(buffer, inner(line), 0, "…", theme.style(Tone::Dim)),
        }
    });
}

fn row(senders: &Senders, shared: &Shared, layout: &Layout, buffer: &mut Buffer, line: Rect, row: &SenderRow) {
    let theme = &shared.theme;
    let mut cell = |column, text: &str, tone| layout.draw(buffer, line, column, text, theme.style(tone));
    let ordering = senders.ordering.get(&SenderKey::of(row)).map(|(_, category)| *category);
    cell(0, Printable::new(&row.address).as_str(), if ordering.is_some() { Tone::Dim } else { Tone::Plain });
    cell(1, &words::count(u64::from(row.received)), Tone::Plain);
    match (ordering, row.category) {
        (Some(category), _) => cell(2, &format!("→ {}", category.word()), Tone::Dim),
        (None, Some(category)) => cell(2, category.word(), Tone::Category(category)),
        (None, None) => {}
    }
    cell(3, &share(row.read, row.received), Tone::Plain);
    cell(4, &share(row.replied, row.received), if row.replied > 0 { Tone::For } else { Tone::Dim });
    if let Some(field) = layout.cell(line, 5) {
        let bars = sparkline::text(&row.weeks, usize::from(field.width));
        cell(5, &bars, row.category.map_or(Tone::Plain, Tone::Category));
    }
    cell(6, Printable::new(row.order.as_deref().unwrap_or_default()).as_str(), Tone::Strong);
    cell(7, &words::age(shared.now, row.last_seen, &shared.zone), Tone::Dim);
    cell(8, Printable::new(&row.account).as_str(), Tone::Dim);
}

/// `37%`; `–` where there is none.
fn share(part: u32, whole: u32) -> String {
    match percent(u64::from(part), u64::from(whole)) {
        Some(0) | None => "–".into(),
        Some(percent) => format!("{percent}%"),
    }
}

fn nothing(senders: &Senders) -> (String, &'static str) {
    if !senders.part.is_known() {
        return ("reading …".into(), "");
    }
    if senders.filter.is_empty() {
        return ("Nobody has written yet.".into(), "Senders appear as mail is read; 5 shows how far that is.");
    }
    (format!("No sender's address holds “{}”.", Printable::new(&senders.filter)), "Esc shows all of them again.")
}
