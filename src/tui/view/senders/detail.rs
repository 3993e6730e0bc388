//! What is known of one sender.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::logic::engine::SenderRow;
use crate::logic::figures::{percent, plural};
use crate::logic::ids::UnixTime;
use crate::logic::printable::Printable;
use crate::tui::reader::{Piece, Reader};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::view::text;
use crate::tui::widget::sparkline;
use crate::tui::words;

/// Draws as much of it as there is room for, the most telling first.
pub fn draw(row: &SenderRow, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut reader = Reader::default();
    reader.show(pieces(row, shared));
    reader.resize(inner.width, inner.height);
    text::pieces(buffer, &shared.theme, inner, reader.visible());
}

fn pieces(row: &SenderRow, shared: &Shared) -> Vec<Piece> {
    let mut pieces = vec![Piece::foreign(&row.address).tone(Tone::Strong)];
    match &row.order {
        Some(order) => pieces.push(Piece::foreign(order).head("order     ", Tone::Dim).tone(Tone::Strong)),
        None => pieces.push(Piece::plain("none; t i n b x gives one").head("order     ", Tone::Dim)),
    }
    let category = row.category.map_or("nothing was judged yet", |category| category.word());
    let tone = row.category.map_or(Tone::Dim, Tone::Category);
    pieces.push(Piece::plain(category).head("last is   ", Tone::Dim).tone(tone));
    pieces.push(Piece::plain(received(row)).head("mail      ", Tone::Dim));
    pieces.push(Piece::plain(yours(row)).head("you       ", Tone::Dim));
    pieces.push(Piece::plain(since(row, shared.now, &shared.zone)).head("seen      ", Tone::Dim));
    if !row.weeks.is_empty() {
        pieces.push(Piece::plain(weeks(&row.weeks)).head("26 weeks  ", Tone::Dim).tone(tone));
    }
    if shared.several() {
        pieces.push(Piece::foreign(&row.account).head("account   ", Tone::Dim));
    }
    pieces
}

fn received(row: &SenderRow) -> String {
    let (received, read) = (u64::from(row.received), u64::from(row.read));
    match percent(read, received) {
        None => "none received".into(),
        Some(share) => format!("{} received, {} read ({share}%)", words::count(received), words::count(read)),
    }
}

fn yours(row: &SenderRow) -> String {
    let times = |number: u32| plural(u64::from(number), "time", "times");
    match (row.replied, row.sent_to) {
        (0, 0) => "never wrote to this address".into(),
        (0, sent) => format!("wrote {}, never in answer", times(sent)),
        (replied, sent) => format!("answered {}, wrote {} in all", times(replied), times(sent.max(replied))),
    }
}

fn since(row: &SenderRow, now: UnixTime, zone: &TimeZone) -> String {
    let ago = words::span(now.0.saturating_sub(row.last_seen.0));
    let (first, last) = (words::time(row.first_seen, zone), words::time(row.last_seen, zone));
    format!("first {first}, last {last} ({ago}{})", if ago == "now" { "" } else { " ago" })
}

/// The bars with their highest figure, so that they can be read as numbers.
fn weeks(weeks: &[u32]) -> String {
    let most = weeks.iter().copied().max().unwrap_or(0);
    let bars = Printable::new(&sparkline::text(weeks, weeks.len()).replace(' ', "·")).to_string();
    format!("{bars} at most {} a week", words::count(u64::from(most)))
}
