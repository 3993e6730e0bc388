//! First contact: there is no config yet.

use std::path::PathBuf;

use super::State;
use crate::logic::engine::{Answer, Request};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::message::Ticket;
use crate::tui::shared::Shared;

/// What is known: where a config is looked for.
#[derive(Debug, Default)]
pub struct Welcome {
    /// The config file that is not there.
    pub path: PathBuf,
}

impl State for Welcome {
    fn refresh(&mut self, _shared: &mut Shared) {}

    fn act(&mut self, action: Action, shared: &mut Shared) {
        match action {
            Action::Demo => shared.effects.push(Effect::Demo),
            Action::Setup => shared.effects.push(Effect::Setup),
            _ => {}
        }
    }

    fn can(&self, _action: Action, _shared: &Shared) -> Result<(), String> {
        Ok(())
    }

    fn answered(&mut self, _ticket: Ticket, _request: Request, _answer: Answer, _shared: &mut Shared) {}
}
