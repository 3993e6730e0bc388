//! What follows from what happened. Synchronous and total: no message is an error.

mod answers;
mod keys;
mod pointer;

use super::effect::Effect;
use super::message::Message;
use super::model::Model;
use super::shared::Shared;
use crate::logic::engine::{AccountState, Notice, Request};
use crate::logic::ids::UnixTime;
use crate::tui::shared::Asker;

/// For so many seconds the status line says what mailherd did by itself.
pub const QUIET_SECONDS: i64 = 20;

/// Takes one message into the model, and says what is to be done. `None` when nothing on the screen can have changed.
pub fn update(model: &mut Model, message: Message) -> Option<Vec<Effect>> {
    let changed = match message {
        Message::Key(event) => keys::press(model, event),
        Message::Paste(text) => keys::paste(model, &text),
        Message::Mouse(event) => pointer::point(model, event),
        Message::Resize(columns, rows) => {
            resize(model, columns, rows);
            true
        }
        Message::Tick(now) => tick(&mut model.shared, now),
        Message::Rest => {
            model.screen.state_mut().rested(&mut model.shared);
            false
        }
        Message::Reply(ticket, answer) => answers::take(model, ticket, answer),
        Message::Notice(notice) => {
            notice_of(model, notice);
            true
        }
        Message::Ended(fault) => {
            model.held.clear();
            model.shared.complain(&fault);
            true
        }
    };
    let effects = std::mem::take(&mut model.shared.effects);
    (changed || !effects.is_empty()).then_some(effects)
}

fn resize(model: &mut Model, columns: u16, rows: u16) {
    model.shared.size = ratatui::layout::Size::new(columns, rows);
    let mut overlays = std::mem::take(&mut model.shared.overlays);
    overlays.iter_mut().for_each(|overlay| overlay.resize(&model.shared));
    model.shared.overlays = overlays;
    model.screen.state_mut().resized(&mut model.shared);
}

/// Whether something that shows the time has changed.
fn tick(shared: &mut Shared, now: UnixTime) -> bool {
    let earlier = std::mem::replace(&mut shared.now, now);
    let toast = shared.toast.as_ref().is_some_and(|toast| toast.is_over(now));
    if toast {
        shared.toast = None;
    }
    let quiet = shared.quiet.as_ref().is_some_and(|(since, _)| now.0 - since.0 >= QUIET_SECONDS);
    if quiet {
        shared.quiet = None;
    }
    let counting = shared.health.iter().any(|health| health.state == AccountState::Waiting);
    // Ages are shown in minutes.
    toast || quiet || counting || earlier.0.div_euclid(60) != now.0.div_euclid(60)
}

fn notice_of(model: &mut Model, notice: Notice) {
    let shared = &mut model.shared;
    match &notice {
        Notice::Changed { .. } => {
            if !shared.is_waiting(&Asker::Status) {
                shared.ask(Asker::Status, Request::Waiting);
            }
        }
        Notice::Health(health) => match shared.health.iter_mut().find(|known| known.account == health.account) {
            Some(known) => *known = (**health).clone(),
            None => shared.health.push((**health).clone()),
        },
        Notice::Filed { account, counts, .. } => {
            let account = shared.several().then_some(account.as_str());
            shared.quiet = Some((shared.now, filed(account, counts)));
        }
        Notice::Learned { text, .. } => shared.quiet = Some((shared.now, text.clone())),
        Notice::Advice { text, hint, .. } => shared.quiet = Some((shared.now, format!("{text}; {hint}"))),
    }
    model.screen.state_mut().noticed(&notice, &mut model.shared);
    if let Notice::Changed { .. } = notice {
        model.refresh();
    }
}

/// `filed 3 news, 1 top`, with the account where there are several.
fn filed(account: Option<&str>, counts: &[u32; 5]) -> String {
    let categories = crate::logic::ids::Category::ALL.iter().zip(counts);
    let parts: Vec<String> = categories
        .filter(|(_, count)| **count > 0)
        .map(|(category, count)| format!("{} {}", super::words::count(u64::from(*count)), category.word()))
        .collect();
    let of = account.map(|account| format!("{account}: ")).unwrap_or_default();
    format!("{of}filed {}", parts.join(", "))
}

#[cfg(test)]
mod tests;
