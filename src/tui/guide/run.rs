//! The terminal around the set-up.

use std::sync::atomic::Ordering;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;

use super::state::{Effect, State};
use super::talk::Hearing;
use super::view;
use crate::logic::fault::Fault;
use crate::tui::run::signals::Signals;
use crate::tui::run::terminal::{Terminal, trouble};
use crate::tui::theme::Theme;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The user left before it was over.
    Left,
    /// It was over, and the user has read so.
    Done,
}

/// Shows what is told and asks what is asked, until it is over or the user leaves.
///
/// # Errors
/// When the terminal cannot be used.
pub async fn run(theme: Theme, mut hearing: Hearing) -> Result<Ending, Fault> {
    let mut terminal = Terminal::open()?;
    let mut state = State::new(terminal.size()?, theme);
    let mut events = EventStream::new();
    let mut told_to_end = Signals::listen()?;
    loop {
        // The event of a change of size may still be on its way, or have come before anybody listened.
        let size = terminal.size()?;
        if size != state.size {
            state.resize(size);
        }
        hearing.width.store(state.width() as u16, Ordering::Relaxed);
        terminal.draw(|buffer| view::draw(&state, buffer))?;
        let effect = tokio::select! {
            event = events.next() => match event {
                Some(Ok(event)) => take(&mut state, &event),
                Some(Err(error)) => return Err(trouble("cannot read from the terminal", &error)),
                // The terminal is gone, and so is the user.
                None => return Ok(Ending::Left),
            },
            Some(told) = hearing.told.recv() => {
                state.hears(told);
                // All that waits is taken in before the next frame.
                while let Ok(told) = hearing.told.try_recv() {
                    state.hears(told);
                }
                None
            }
            () = told_to_end.next() => return Ok(Ending::Left),
        };
        match effect {
            Some(Effect::Leave) => return Ok(Ending::Left),
            Some(Effect::Done) => return Ok(Ending::Done),
            Some(Effect::Suspend) => terminal.suspend()?,
            Some(Effect::Redraw) => terminal.clear()?,
            None => {}
        }
    }
}

fn take(state: &mut State, event: &Event) -> Option<Effect> {
    match event {
        Event::Key(event) => return state.press(*event),
        Event::Mouse(event) => state.point(*event),
        Event::Paste(text) => state.paste(text),
        // The size is looked at before each frame.
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => {}
    }
    None
}
