//! What all screens share: the time, the size, the account that is looked at, how the engine is, and the way to ask it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::effect::Effect;
use super::message::Ticket;
use super::overlay::{Asked, Opened, Overlay, Prompt, Purpose, Why};
use super::screen::ScreenName;
use super::theme::Theme;
use super::toast::Toast;
use crate::logic::engine::{AccountState, Act, Done, Health, Question, Request, Undo, WaitingRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};

/// To whom an answer goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Asker {
    /// A screen: [`State::answered`](super::screen::State::answered).
    Screen(ScreenName),
    /// A screen, for something that it shows beside: [`State::answered`](super::screen::State::answered). It takes a word with the
    /// server, so nothing else waits for it.
    Beside(ScreenName),
    /// What lies on top of the screens.
    Overlay,
    /// The status line: health, what waits.
    Status,
    /// An act of the user: its outcome is told in a toast, and to all screens by
    /// [`State::settled`](super::screen::State::settled).
    Act,
    /// The taking back of the user's last action; it is kept for another try.
    TakingBack(Done),
}

/// How an act ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was done; what was not is in [`Done::failed`].
    Done(Done),
    /// It was not done.
    Refused(Fault),
    /// The engine asked, and the user said no.
    Dropped,
}

/// Where to go next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To the mail of a category that holds a text.
    MailOf(Category, String),
}

/// See the module.
#[derive(Debug)]
pub struct Shared {
    /// How late it is.
    pub now: UnixTime,
    /// Where the user is.
    pub zone: TimeZone,
    /// Of the terminal, in cells.
    pub size: Size,
    /// Colours by meaning.
    pub theme: Theme,
    /// The account that is looked at; `None`: all.
    pub account: Option<String>,
    /// How each account is, in the order of the config.
    pub health: Vec<Health>,
    /// What waits for the user's word.
    pub waiting: Vec<WaitingRow>,
    /// What lies on top of the screen; the last one has the keys.
    pub overlays: Vec<Overlay>,
    /// What was done just now, or why not.
    pub toast: Option<Toast>,
    /// What mailherd did by itself just now, and when.
    pub quiet: Option<(UnixTime, String)>,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// What the user did, the last one last.
    pub done: Vec<Done>,
    /// Where to go when the action in hand is done.
    pub wish: Option<Wish>,
    /// What follows from the message in hand.
    pub effects: Vec<Effect>,
    pending: BTreeMap<Ticket, (Asker, Request)>,
    next: u64,
}

impl Shared {
    /// At the beginning.
    pub fn new(now: UnixTime, zone: TimeZone, size: Size, theme: Theme) -> Shared {
        Shared {
            now,
            zone,
            size,
            theme,
            account: None,
            health: Vec::new(),
            waiting: Vec::new(),
            overlays: Vec::new(),
            toast: None,
            quiet: None,
            mouse: true,
            done: Vec::new(),
            wish: None,
            effects: Vec::new(),
            pending: BTreeMap::new(),
            next: 0,
        }
    }

    /// Asks the engine.
    pub fn ask(&mut self, asker: Asker, request: Request) -> Ticket {
        self.next += 1;
        let ticket = Ticket(self.next);
        self.ask_as(ticket, asker, request);
        ticket
    }

    /// Asks under a ticket that is known already: the same act once more, with the user's yes.
    pub fn ask_as(&mut self, ticket: Ticket, asker: Asker, request: Request) {
        self.pending.insert(ticket, (asker, request.clone()));
        self.effects.push(Effect::Ask(ticket, request));
    }

    /// The newest ticket: what is asked from now on gets a greater one.
    pub fn last_ticket(&self) -> Ticket {
        Ticket(self.next)
    }

    /// Who asked, and what; each ticket is answered once.
    pub fn answered(&mut self, ticket: Ticket) -> Option<(Asker, Request)> {
        self.pending.remove(&ticket)
    }

    /// Whether an answer for this one is on its way.
    pub fn is_waiting(&self, asker: &Asker) -> bool {
        self.pending.values().any(|(other, _)| other == asker)
    }

    /// Has something done. Its outcome comes back under this ticket.
    pub fn perform(&mut self, act: Act) -> Ticket {
        self.toast = None;
        self.ask(Asker::Act, Request::Do(act))
    }

    /// Has something done after a yes: a question of ours, not of the engine's.
    pub fn perform_after(&mut self, question: Question, act: Act) -> Ticket {
        self.next += 1;
        let ticket = Ticket(self.next);
        self.lay(Overlay::Question(Asked { question, act, ticket }));
        ticket
    }

    /// Shows why a message is where it is, on all of the screen; what is known of it already needs not be asked again.
    pub fn lay_why(&mut self, known: Why) {
        if known.reply.is_none() {
            self.ask(Asker::Overlay, Request::Why(known.key.clone()));
        }
        self.lay(Overlay::Why(Box::new(known)));
    }

    /// Shows a message as text.
    pub fn lay_opened(&mut self, opened: Opened) {
        self.ask(Asker::Overlay, Request::Open(opened.key.clone()));
        self.lay(Overlay::Opened(Box::new(opened)));
    }

    /// Lets the user type a line; the screen gets it by [`State::typed`](super::screen::State::typed).
    pub fn lay_prompt(&mut self, purpose: Purpose, text: &str) {
        self.lay(Overlay::Prompt(Prompt::new(purpose, text)));
    }

    /// Lays something on top, fitted to the terminal.
    pub fn lay(&mut self, mut overlay: Overlay) {
        overlay.resize(self);
        self.overlays.push(overlay);
    }

    /// Takes back the user's last action.
    pub fn take_back(&mut self) {
        let Some(last) = self.done.pop() else { return };
        let undo = Undo::Done { runs: last.runs.clone(), orders: last.orders.clone() };
        self.toast = None;
        self.ask(Asker::TakingBack(last), Request::Do(Act::Undo(undo)));
    }

    /// Says something that needs nothing.
    pub fn say(&mut self, words: impl Into<String>) {
        self.toast = Some(Toast::note(words, self.now));
    }

    /// Says what went wrong.
    pub fn complain(&mut self, fault: &Fault) {
        self.toast = Some(Toast::fault(fault));
    }

    /// The account whose state is worst, or the only one that is looked at.
    pub fn worst(&self) -> Option<&Health> {
        let looked_at = |health: &&Health| self.account.as_ref().is_none_or(|name| *name == health.account);
        // The first of equals: the order of the config.
        self.health.iter().filter(looked_at).rev().max_by_key(|health| severity(health.state))
    }

    /// Whether there is more than one account.
    pub fn several(&self) -> bool {
        self.health.len() > 1
    }

    /// The next account to look at: all of them, then one after the other.
    pub fn turn_account(&mut self) {
        let place = self.health.iter().position(|health| Some(&health.account) == self.account.as_ref());
        let next = place.map_or(0, |place| place + 1);
        self.account = self.health.get(next).map(|health| health.account.clone());
    }
}

fn severity(state: AccountState) -> u8 {
    match state {
        AccountState::Stopped => 7,
        AccountState::Waiting => 6,
        AccountState::Probing => 5,
        AccountState::Paused => 4,
        AccountState::Connecting => 3,
        AccountState::Working => 2,
        AccountState::Polling => 1,
        AccountState::Live => 0,
    }
}
