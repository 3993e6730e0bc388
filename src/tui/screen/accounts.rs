//! The screen Accounts.

use super::State;
use crate::logic::engine::{Answer, Request};
use crate::tui::keymap::Action;
use crate::tui::message::Ticket;
use crate::tui::shared::Shared;

/// What is known of it.
#[derive(Debug, Default)]
pub struct Accounts {}

impl State for Accounts {
    fn refresh(&mut self, _shared: &mut Shared) {}

    fn act(&mut self, _action: Action, _shared: &mut Shared) {}

    fn can(&self, _action: Action, _shared: &Shared) -> Result<(), String> {
        Ok(())
    }

    fn answered(&mut self, _ticket: Ticket, _request: Request, _answer: Answer, _shared: &mut Shared) {}
}
