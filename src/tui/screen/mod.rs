//! The screens. Each owns its state, asks for what it shows and says what its keys do.

pub mod accounts;
pub mod history;
pub mod mail;
pub mod part;
pub mod senders;
pub mod stats;
pub mod welcome;

use ratatui::layout::Position;

use super::keymap::{Action, Context};
use super::message::Ticket;
use super::overlay::Purpose;
use super::shared::{Outcome, Shared};
use crate::logic::engine::{Answer, Notice, Request};

/// Which screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScreenName {
    /// The mail of a category.
    Mail,
    /// The ledger.
    Senders,
    /// The journal.
    History,
    /// Mail per day.
    Stats,
    /// How the accounts are.
    Accounts,
    /// First contact.
    Welcome,
}

impl ScreenName {
    /// Those that one can go to, in the order of their keys.
    pub const ALL: [ScreenName; 5] =
        [ScreenName::Mail, ScreenName::Senders, ScreenName::History, ScreenName::Stats, ScreenName::Accounts];

    /// Its title.
    pub fn title(self) -> &'static str {
        self.context().title()
    }

    /// Its keys.
    pub fn context(self) -> Context {
        match self {
            ScreenName::Mail => Context::Mail,
            ScreenName::Senders => Context::Senders,
            ScreenName::History => Context::History,
            ScreenName::Stats => Context::Stats,
            ScreenName::Accounts => Context::Accounts,
            ScreenName::Welcome => Context::Welcome,
        }
    }

    /// The screen that an action goes to.
    pub fn of(action: Action) -> Option<ScreenName> {
        Some(match action {
            Action::Mail => ScreenName::Mail,
            Action::Senders => ScreenName::Senders,
            Action::History => ScreenName::History,
            Action::Stats => ScreenName::Stats,
            Action::Accounts => ScreenName::Accounts,
            _ => return None,
        })
    }
}

/// What the mouse did in the body of a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// The left button, pressed.
    Click,
    /// The wheel, upwards.
    WheelUp,
    /// The wheel, downwards.
    WheelDown,
}

/// What a screen can do. Everything but [`State::can`] may ask the engine and say something.
pub trait State {
    /// The terminal has another size, or this screen is shown (again): see [`Shared::size`].
    fn resized(&mut self, _shared: &mut Shared) {}

    /// Asks (again) for what is on the screen: on the first showing, after a change, after another account was chosen.
    fn refresh(&mut self, shared: &mut Shared);

    /// Does what a key says; [`State::can`] has said yes.
    fn act(&mut self, action: Action, shared: &mut Shared);

    /// Why an action is not possible now, in words. `Err("")` is never right.
    ///
    /// # Errors
    /// The words.
    fn can(&self, action: Action, shared: &Shared) -> Result<(), String>;

    /// Takes the answer to a request of this screen.
    fn answered(&mut self, ticket: Ticket, request: Request, answer: Answer, shared: &mut Shared);

    /// An act of the user ended, whoever began it.
    fn settled(&mut self, _ticket: Ticket, _outcome: &Outcome, _shared: &mut Shared) {}

    /// Something happened in the engine ([`State::refresh`] comes by itself after [`Notice::Changed`]).
    fn noticed(&mut self, _notice: &Notice, _shared: &mut Shared) {}

    /// The user has not pressed a key for a moment: time to ask for what costs a word with the server.
    fn rested(&mut self, _shared: &mut Shared) {}

    /// A line was typed; `finished` with Enter, else it is still being typed.
    fn typed(&mut self, _purpose: Purpose, _text: &str, _finished: bool, _shared: &mut Shared) {}

    /// The mouse, in cells from the upper left corner of the terminal.
    fn pointed(&mut self, _pointer: Pointer, _at: Position, _shared: &mut Shared) {}

    /// The selection is being looked for: keys that are about it wait, so that none hits what was selected before.
    fn is_seeking(&self) -> bool {
        false
    }

    /// Esc: takes back one level of what narrows or marks; `false` when there is none.
    fn close(&mut self, _shared: &mut Shared) -> bool {
        false
    }
}

/// A screen and its state.
#[derive(Debug)]
pub enum Screen {
    /// The mail of a category.
    Mail(Box<mail::Mail>),
    /// The ledger.
    Senders(Box<senders::Senders>),
    /// The journal.
    History(Box<history::History>),
    /// Mail per day.
    Stats(Box<stats::Stats>),
    /// How the accounts are.
    Accounts(Box<accounts::Accounts>),
    /// First contact.
    Welcome(Box<welcome::Welcome>),
}

impl Screen {
    /// A screen that was not shown yet.
    pub fn new(name: ScreenName) -> Screen {
        match name {
            ScreenName::Mail => Screen::Mail(Box::default()),
            ScreenName::Senders => Screen::Senders(Box::default()),
            ScreenName::History => Screen::History(Box::default()),
            ScreenName::Stats => Screen::Stats(Box::default()),
            ScreenName::Accounts => Screen::Accounts(Box::default()),
            ScreenName::Welcome => Screen::Welcome(Box::default()),
        }
    }

    /// Which one it is.
    pub fn name(&self) -> ScreenName {
        match self {
            Screen::Mail(_) => ScreenName::Mail,
            Screen::Senders(_) => ScreenName::Senders,
            Screen::History(_) => ScreenName::History,
            Screen::Stats(_) => ScreenName::Stats,
            Screen::Accounts(_) => ScreenName::Accounts,
            Screen::Welcome(_) => ScreenName::Welcome,
        }
    }

    /// What it can do.
    pub fn state(&self) -> &dyn State {
        match self {
            Screen::Mail(state) => &**state,
            Screen::Senders(state) => &**state,
            Screen::History(state) => &**state,
            Screen::Stats(state) => &**state,
            Screen::Accounts(state) => &**state,
            Screen::Welcome(state) => &**state,
        }
    }

    /// What it can do.
    pub fn state_mut(&mut self) -> &mut dyn State {
        match self {
            Screen::Mail(state) => &mut **state,
            Screen::Senders(state) => &mut **state,
            Screen::History(state) => &mut **state,
            Screen::Stats(state) => &mut **state,
            Screen::Accounts(state) => &mut **state,
            Screen::Welcome(state) => &mut **state,
        }
    }
}
