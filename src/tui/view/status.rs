//! The status line: what was done just now, or else how mailherd is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::Line;
use crate::logic::engine::{AccountState, Health, Phase};
use crate::logic::ids::UnixTime;
use crate::logic::printable::Printable;
use crate::tui::model::Model;
use crate::tui::screen::{Screen, ScreenName};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::toast::{Kind, Toast};
use crate::tui::widget::gauge;
use crate::tui::words;

/// Draws the line; a toast of several lines grows upwards over the screen.
pub fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let shared = &model.shared;
    match &shared.toast {
        Some(toast) => self::toast(toast, shared, buffer, area),
        None if model.screen.name() == ScreenName::Welcome => {}
        None => state(model, buffer, area),
    }
}

fn toast(toast: &Toast, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let (sign, tone) = match toast.kind {
        Kind::Done => ("✓ ", Tone::Good),
        Kind::Note => ("· ", Tone::Plain),
        Kind::Fault => ("! ", Tone::Bad),
    };
    let width = usize::from(area.width).saturating_sub(4).max(1);
    let wrapped = |words: &String| crate::tui::reader::wrap(Printable::new(words).as_str(), width);
    let mut lines: Vec<String> = toast.words.iter().flat_map(wrapped).collect();
    lines.truncate(4);
    let last = lines.len().saturating_sub(1);
    for (place, text) in lines.iter().enumerate() {
        let field = Rect { y: area.y.saturating_sub((last - place) as u16), ..area };
        super::text::clear(buffer, field);
        let mut line = Line::new(buffer, &shared.theme, field);
        line.write(" ", tone).write(if place == 0 { sign } else { "  " }, tone);
        if place == 0 && toast.undo {
            line.right("u undo ", Tone::Key);
        }
        line.write(text, if place == 0 { tone } else { Tone::Dim });
    }
}

fn state(model: &Model, buffer: &mut Buffer, area: Rect) {
    let shared = &model.shared;
    let waiting = shared.waiting.len() as u64;
    let mut line = Line::new(buffer, &shared.theme, area);
    line.write(" ", Tone::Plain);
    if waiting > 0 {
        let text = words::plural(waiting, "thing waits for your word: W ", "things wait for your word: W ");
        line.right(&text, Tone::Warn);
    }
    if let Screen::Mail(mail) = &model.screen
        && let Some(text) = super::mail::chosen(mail)
    {
        line.write(&text, Tone::Marked).write("  ", Tone::Plain);
    }
    match shared.worst() {
        None => {
            line.write("starting …", Tone::Dim);
        }
        Some(health) => {
            let name = if shared.several() { format!("{}: ", Printable::new(&health.account)) } else { String::new() };
            line.write(&name, Tone::Dim);
            let (text, tone) = word(health, shared.now);
            line.write(&text, tone);
            if let Some(progress) = &health.progress {
                let what = match progress.phase {
                    Phase::Reading => format!(" {} ", Printable::new(&progress.folder)),
                    Phase::Filing => " filing ".to_owned(),
                };
                line.write(&what, Tone::Dim);
                let room = usize::from(line.room());
                line.write(&gauge::text(progress.done, progress.total, room), Tone::Plain);
            }
        }
    }
    if let Some((_, text)) = &shared.quiet {
        line.write("  ", Tone::Plain).write(Printable::new(text).as_str(), Tone::Dim);
    }
}

/// How an account is, in a word or a few.
pub fn word(health: &Health, now: UnixTime) -> (String, Tone) {
    let fault = || health.fault.as_ref().map(|fault| Printable::new(&fault.cause).to_string());
    let until = || health.next.map(|next| words::span(next.0.saturating_sub(now.0).max(0)));
    let because = |text: String| fault().map_or(text.clone(), |fault| format!("{text}: {fault}"));
    match health.state {
        AccountState::Live if !health.files => ("live, preview: nothing is moved".into(), Tone::Good),
        AccountState::Live => ("live".into(), Tone::Good),
        AccountState::Polling => {
            let next = until().map(|next| format!(", looks again in {next}")).unwrap_or_default();
            (format!("up to date{next}"), Tone::Good)
        }
        AccountState::Probing => ("asking the server".into(), Tone::Warn),
        AccountState::Connecting => ("connecting".into(), Tone::Warn),
        AccountState::Working => ("working".into(), Tone::Plain),
        AccountState::Waiting => {
            (because(until().map_or("waiting".into(), |next| format!("waiting {next}"))), Tone::Warn)
        }
        AccountState::Stopped => (because("stopped".into()), Tone::Bad),
        AccountState::Paused => ("paused".into(), Tone::Warn),
    }
}
