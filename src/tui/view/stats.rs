//! Mail per day, how much of it was kept out of the inbox, and what that cost.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{self, Line, empty};
use crate::logic::engine::StatsReply;
use crate::logic::figures::{count, percent, plural};
use crate::logic::ids::UnixTime;
use crate::logic::printable::Printable;
use crate::tui::reader::{Piece, Reader};
use crate::tui::screen::stats::{Bar, SPANS, Stats, bars};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::widget::{bars, gauge};
use crate::tui::words;

/// Lines of the chart below which it says nothing.
const CHART: u16 = 4;

/// Below so many columns as little as possible is said.
const NARROW: usize = 60;

/// From so many columns on there is room for a bar.
const WIDE: usize = 70;

/// Columns of the bar beside the share that was kept out.
const GAUGE: usize = 20;

/// Draws it.
pub fn draw(stats: &Stats, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let line = Rect { height: area.height.min(1), ..area };
    head(stats, shared, buffer, line);
    let below = Rect { y: line.bottom(), height: area.height - line.height, ..area };
    let Some((_, reply)) = &stats.reply else {
        return empty(buffer, &shared.theme, below, "counting …", "");
    };
    let inner = Rect { x: below.x + 1, width: below.width.saturating_sub(2), ..below };
    let figures = figures(reply, shared, inner);
    let figures = Rect { height: write(figures, shared, buffer, inner), ..inner };
    let rest = Rect { y: figures.bottom(), height: inner.height - figures.height, ..inner };
    if reply.days.iter().all(|day| day.counts == [0; 5]) {
        return empty(buffer, &shared.theme, rest, "No mail came in these days.", "l looks further back.");
    }
    chart(reply, shared, buffer, rest);
}

/// Which time is shown, and which other ones there are.
fn head(stats: &Stats, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let mut line = Line::new(buffer, &shared.theme, area);
    line.write(" ", Tone::Plain);
    for (place, (_, name)) in SPANS.iter().enumerate() {
        let tone = if place == stats.span { Tone::Selected } else { Tone::Dim };
        line.write(&format!(" {name} "), tone);
    }
}

/// The figures in words, the most telling first; on a small terminal only those for which there is room beside the chart.
fn figures(reply: &StatsReply, shared: &Shared, area: Rect) -> Vec<Piece> {
    let mail: u64 = reply.days.iter().flat_map(|day| day.counts).map(u64::from).sum();
    let mut pieces = vec![kept_out(reply.kept_out, mail, usize::from(area.width))];
    pieces.extend(harm(reply, &shared.zone, usize::from(area.width)));
    let share = percent(reply.undone, reply.moved).filter(|share| *share > 0);
    let share = share.map(|share| format!(" ({share}%)")).unwrap_or_default();
    let moved = match reply.moved {
        0 => "nothing yet".into(),
        moved => format!("{}, {} taken back by you{share}", plural(moved, "message", "messages"), count(reply.undone)),
    };
    pieces.push(Piece::plain(moved).head("moved      ", Tone::Dim));
    let room = area.height.saturating_sub(CHART + 2).max(1);
    pieces.truncate(usize::from(room));
    pieces
}

fn kept_out(share: f64, mail: u64, width: usize) -> Piece {
    let share = (share.clamp(0.0, 1.0) * 100.0).round() as u8;
    let of = plural(mail, "message", "messages");
    let text = match width {
        ..NARROW => format!("{share}% of {of}"),
        NARROW..WIDE => format!("{share}% of {of}, out of the inbox"),
        _ => format!("{} {share}% of {of}, out of the inbox", gauge::bar(share, GAUGE)),
    };
    Piece::plain(text).head("kept out   ", Tone::Dim)
}

/// How often answered mail would have been hidden, as the last backtest of each account found it.
fn harm(reply: &StatsReply, zone: &TimeZone, width: usize) -> Vec<Piece> {
    if reply.harm.is_empty() {
        let how = match width {
            ..NARROW => "not measured: mailherd backtest",
            _ => "not measured yet: mailherd backtest --account NAME replays your own history, read-only",
        };
        return vec![Piece::plain(how).head("harm       ", Tone::Dim)];
    }
    let one = |(account, at, answered, hidden): &(String, UnixTime, u32, u32)| {
        let (answered, hidden) = (u64::from(*answered), u64::from(*hidden));
        let share = if answered > 0 { hidden as f64 * 100.0 / answered as f64 } else { 0.0 };
        let (account, when) = (Printable::new(account), words::day(*at, zone));
        let text = match (width, count(hidden)) {
            (..NARROW, hidden) => format!("{account}: {hidden} of {} answered ({share:.1}%)", count(answered)),
            (_, hidden) => format!(
                "{account}: {hidden} of {} that you answered would have been filed away ({share:.1}%), backtest of {when}",
                plural(answered, "mail", "mails")
            ),
        };
        Piece::plain(text).head("harm       ", Tone::Dim).tone(if share >= 5.0 { Tone::Warn } else { Tone::Plain })
    };
    reply.harm.iter().map(one).collect()
}

/// Writes the pieces; gives the lines that they took, and one blank line where there is room.
fn write(pieces: Vec<Piece>, shared: &Shared, buffer: &mut Buffer, area: Rect) -> u16 {
    let room = area.height.saturating_sub(CHART + 1).max(1).min(area.height);
    let mut reader = Reader::default();
    reader.show(pieces);
    reader.resize(area.width, room);
    text::pieces(buffer, &shared.theme, Rect { height: room, ..area }, reader.visible());
    let lines = (reader.lines().len() as u16).min(room);
    lines + u16::from(area.height > lines + CHART + 4)
}

fn chart(reply: &StatsReply, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    // The axis takes some columns; a bar takes at least one.
    let most = usize::from(area.width.saturating_sub(6)).max(1);
    let bars: Vec<Bar> = bars(&reply.days, most);
    let counts: Vec<[u32; 5]> = bars.iter().map(|bar| bar.counts).collect();
    let legend = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    let field = Rect { height: area.height.saturating_sub(1), ..area };
    bars::draw(buffer, field, &shared.theme, &counts, |place| date(bars[place].from));
    bars::legend(buffer, legend, &shared.theme);
    if bars.len() < reply.days.len() {
        Line::new(buffer, &shared.theme, legend).right("a bar a week", Tone::Dim);
    }
}

/// `12 Nov`: days are counted in UTC.
fn date(day: UnixTime) -> String {
    let timestamp = Timestamp::from_second(day.0).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.to_zoned(TimeZone::UTC).strftime("%-d %b").to_string()
}
