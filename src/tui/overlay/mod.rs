//! What lies on top of a screen. The last one of the stack has the keys.

mod choice;
mod opened;
mod prompt;
mod waiting;
mod why;

pub use choice::{Choice, Entry};
pub use opened::Opened;
pub use prompt::{Prompt, Purpose};
pub use waiting::WaitingList;
pub use why::{Why, pieces};

use super::keymap::{Action, Context};
use super::message::Ticket;
use super::shared::Shared;
use super::widget::list::Step;
use crate::logic::engine::{Act, Answer, Question, Request};

/// One thing on the stack.
#[derive(Debug)]
pub enum Overlay {
    /// Why one message is where it is.
    Why(Box<Why>),
    /// One message as text.
    Opened(Box<Opened>),
    /// The keys of what lies below, or all actions that can be run there.
    Choice(Box<Choice>),
    /// Yes or no.
    Question(Asked),
    /// What waits for the user's word.
    Waiting(WaitingList),
    /// A line that is being typed.
    Prompt(Prompt),
}

/// A question, and what is done on yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    /// What is done on yes.
    pub act: Act,
    /// Under which ticket.
    pub ticket: Ticket,
}

impl Overlay {
    /// Its keys.
    pub fn context(&self) -> Context {
        match self {
            Overlay::Why(_) => Context::Why,
            Overlay::Opened(_) => Context::Opened,
            Overlay::Choice(choice) => choice.context,
            Overlay::Question(_) => Context::Question,
            Overlay::Waiting(_) => Context::Waiting,
            Overlay::Prompt(_) => Context::Prompt,
        }
    }

    /// Takes an answer; `false` when it is for another one.
    pub fn answered(&mut self, request: &Request, answer: &Answer, shared: &Shared) -> bool {
        match self {
            Overlay::Why(why) => why.answered(request, answer, shared),
            Overlay::Opened(opened) => opened.answered(request, answer, shared),
            _ => false,
        }
    }

    /// Moves in it.
    pub fn step(&mut self, step: Step, shared: &Shared) {
        match self {
            Overlay::Why(why) => why.reader.step(step),
            Overlay::Opened(opened) => opened.reader.step(step),
            Overlay::Choice(choice) => choice.step(step),
            Overlay::Waiting(list) => list.state.step(step, shared.waiting.len() as u64),
            Overlay::Question(_) | Overlay::Prompt(_) => {}
        }
    }

    /// The terminal has another size.
    pub fn resize(&mut self, shared: &Shared) {
        let body = super::layout::body(shared.size);
        match self {
            Overlay::Why(why) => why.reader.resize(body.width, body.height),
            Overlay::Opened(opened) => opened.reader.resize(body.width, body.height),
            Overlay::Choice(choice) => choice.resize(body),
            Overlay::Waiting(list) => list.state.resize(body.height / 2, shared.waiting.len() as u64),
            Overlay::Question(_) | Overlay::Prompt(_) => {}
        }
    }
}

/// The movement that an action is, if it is one.
pub fn step(action: Action) -> Option<Step> {
    Some(match action {
        Action::Down => Step::Down,
        Action::Up => Step::Up,
        Action::HalfDown => Step::HalfDown,
        Action::HalfUp => Step::HalfUp,
        Action::PageDown => Step::PageDown,
        Action::PageUp => Step::PageUp,
        Action::First => Step::First,
        Action::Last => Step::Last,
        _ => return None,
    })
}
