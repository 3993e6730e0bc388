//! What is known of one account, in lines: what the user has to do comes first.

use jiff::tz::TimeZone;

use crate::logic::engine::{AccountState, Falling, Health, Held, Phase};
use crate::logic::figures::{count, plural};
use crate::logic::ids::{Category, UnixTime};
use crate::logic::printable::Printable;
use crate::tui::reader::Piece;
use crate::tui::theme::Tone;
use crate::tui::widget::gauge;
use crate::tui::words;

/// Before each line, so that what follows is aligned.
const HEAD: usize = 14;

/// All of it. `width`: columns of the gauge.
pub fn pieces(
    (health, falling): (&Health, Option<&Falling>),
    now: UnixTime,
    zone: &TimeZone,
    width: u16,
) -> Vec<Piece> {
    let mut pieces =
        vec![Piece::foreign(&health.email).tone(Tone::Strong), Piece::foreign(&health.server).tone(Tone::Dim)];
    pieces.extend(to_do(health));
    pieces.push(Piece::blank());
    pieces.extend(state(health, width));
    let when = |at: UnixTime| ago(at, now, zone);
    let never = || "not yet".to_owned();
    pieces.push(line("last byte", health.last_byte.map_or_else(never, when)));
    pieces.push(line("last pass", health.last_pass.map_or_else(never, when)));
    if let Some(next) = health.next {
        let (left, at) = (words::span(next.0.saturating_sub(now.0)), words::time(next, zone));
        let what = if health.state == AccountState::Waiting { "next retry" } else { "looks again" };
        pieces.push(line(what, if left == "now" { left } else { format!("in {left} ({at})") }));
    }
    if health.queue > 0 {
        pieces.push(line("waiting", plural(u64::from(health.queue), "request", "requests")));
    }
    if let Some(falling) = falling.filter(|falling| falling.total > 0) {
        pieces.push(Piece::blank());
        pieces.extend(fall(falling, zone));
    }
    pieces.push(Piece::blank());
    pieces.push(capabilities(&health.capabilities));
    pieces
}

/// How much of Blackhole will fall to Trash, and when the first of it does.
fn fall(falling: &Falling, zone: &TimeZone) -> Vec<Piece> {
    let mut pieces =
        vec![line("Blackhole", plural(falling.total, "message falls", "messages fall") + " to Trash, next:")];
    pieces.extend(falling.next.iter().map(|row| {
        let when = format!("{}  ", words::time(row.at, zone));
        Piece::foreign(&format!("{} {}", row.sender, row.subject)).head(when, Tone::Dim)
    }));
    pieces
}

/// What went wrong, what waits for a word, what could be better.
fn to_do(health: &Health) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(fault) = &health.fault {
        pieces.push(Piece::blank());
        pieces.push(Piece::foreign(&fault.cause).tone(Tone::Bad));
        if !fault.hint.is_empty() {
            pieces.push(Piece::foreign(&fault.hint).head("hint: ", Tone::Dim));
        }
    }
    if let Some(held) = &health.held {
        pieces.push(Piece::blank());
        pieces.push(Piece::plain(batch(held)).tone(Tone::Warn));
        pieces.push(Piece::plain("W shows it; y files it, n leaves it where it is").tone(Tone::Dim));
    }
    for (what, hint) in &health.advice {
        pieces.push(Piece::blank());
        pieces.push(Piece::foreign(what).tone(Tone::Warn));
        pieces.push(Piece::foreign(hint).head("hint: ", Tone::Dim));
    }
    pieces
}

/// A batch that surprises.
fn batch(held: &Held) -> String {
    let away = Category::ALL.iter().zip(held.counts).filter(|(category, _)| **category != Category::Inbox);
    let parts: Vec<String> = away
        .filter(|(_, number)| *number > 0)
        .map(|(category, number)| format!("{} {}", count(u64::from(number)), category.word()))
        .collect();
    let inbox = plural(u64::from(held.inbox), "message", "messages");
    format!("a large batch waits for your word: {} of the {inbox} in the inbox", parts.join(", "))
}

fn state(health: &Health, width: u16) -> Vec<Piece> {
    let (word, tone) = match health.state {
        AccountState::Connecting => ("connecting", Tone::Warn),
        AccountState::Working => ("working", Tone::Plain),
        AccountState::Live => ("live: the server tells what is new", Tone::Good),
        AccountState::Polling => ("up to date; the server is asked now and then", Tone::Good),
        AccountState::Probing => ("unsure: the server was asked, and has not answered yet", Tone::Warn),
        AccountState::Waiting => ("waiting to try again; r tries now", Tone::Warn),
        AccountState::Stopped => ("stopped; r tries again", Tone::Bad),
        AccountState::Paused => ("paused; p goes on", Tone::Warn),
    };
    let mut pieces = vec![line("state", word).tone(tone)];
    let mode = if health.files { "mail is filed" } else { "preview: nothing is moved (mode = \"file\" files)" };
    pieces.push(line("mode", mode));
    if let Some(progress) = &health.progress {
        let what = match progress.phase {
            Phase::Reading => "reading",
            Phase::Filing => "filing",
        };
        let room = usize::from(width).saturating_sub(HEAD);
        pieces.push(line(what, gauge::text(progress.done, progress.total, room)));
        if !progress.folder.is_empty() {
            pieces.push(Piece::foreign(&progress.folder).head(" ".repeat(HEAD), Tone::Dim).tone(Tone::Dim));
        }
    }
    pieces
}

fn capabilities(capabilities: &[String]) -> Piece {
    if capabilities.is_empty() {
        return line("server can", "not asked yet");
    }
    Piece::plain(Printable::new(&capabilities.join(" ")).to_string()).head(head("server can"), Tone::Dim)
}

fn line(name: &str, text: impl Into<String>) -> Piece {
    Piece::plain(text).head(head(name), Tone::Dim)
}

fn head(name: &str) -> String {
    format!("{name:<HEAD$}")
}

/// `5 min ago (2026-11-21 14:03)`. Below a minute there are no seconds: they would be old when they are read.
fn ago(at: UnixTime, now: UnixTime, zone: &TimeZone) -> String {
    match now.0.saturating_sub(at.0) {
        ..60 => "just now".into(),
        seconds => format!("{} ago ({})", words::span(seconds), words::time(at, zone)),
    }
}
