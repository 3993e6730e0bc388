//! Drawing. Reads the model and changes nothing.

pub mod accounts;
pub mod choice;
pub mod frame;
pub mod history;
pub mod mail;
pub mod message;
pub mod question;
pub mod senders;
pub mod stats;
pub mod status;
pub mod text;
pub mod waiting;
pub mod welcome;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::layout;
use super::model::Model;
use super::overlay::Overlay;
use super::screen::Screen;
use super::theme::Tone;
use super::widget::cells::{self, Align};

/// Draws everything. Gives the place of the cursor where text is typed.
pub fn draw(model: &Model, buffer: &mut Buffer) -> Option<Position> {
    let size = model.shared.size;
    if buffer.area.as_size() != size {
        // The terminal was resized after the model was told of its size: it will be told again, and a frame drawn for another
        // size reaches beyond this one.
        return None;
    }
    if layout::too_small(size) {
        let sentence = format!("mailherd needs {}×{}", layout::SMALLEST.width, layout::SMALLEST.height);
        cells::draw(
            buffer,
            Rect { height: 1, ..buffer.area },
            &sentence,
            model.shared.theme.style(Tone::Warn),
            Align::Left,
        );
        return None;
    }
    let areas = layout::areas(size);
    let shared = &model.shared;
    frame::top(model, buffer, areas.top);
    match &model.screen {
        Screen::Mail(mail) => mail::draw(mail, shared, buffer, areas.body),
        Screen::Senders(senders) => senders::draw(senders, shared, buffer, areas.body),
        Screen::History(history) => history::draw(history, shared, buffer, areas.body),
        Screen::Stats(stats) => stats::draw(stats, shared, buffer, areas.body),
        Screen::Accounts(accounts) => accounts::draw(accounts, shared, buffer, areas.body),
        Screen::Welcome(welcome) => welcome::draw(welcome, shared, buffer, areas.body),
    }
    let mut cursor = None;
    for overlay in &shared.overlays {
        cursor = match overlay {
            Overlay::Why(why) => message::why(why, shared, buffer, areas.body),
            Overlay::Opened(opened) => message::opened(opened, shared, buffer, areas.body),
            Overlay::Choice(choice) => choice::draw(choice, shared, buffer, areas.body),
            Overlay::Question(asked) => question::draw(asked, shared, buffer, areas.body),
            Overlay::Waiting(list) => waiting::draw(list, shared, buffer, areas.body),
            Overlay::Prompt(_) => None,
        };
    }
    status::draw(model, buffer, areas.status);
    frame::hints(model, buffer, areas.hints);
    if let Some(Overlay::Prompt(prompt)) = shared.overlays.last() {
        cursor = frame::prompt(prompt, shared, buffer, areas.status);
    }
    cursor
}

#[cfg(test)]
mod tests;
