//! What was done just now, or why not, in one or a few lines.

use crate::logic::engine::Done;
use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;

/// So many seconds is a toast to be seen: long enough to read it and to reach for the key (lazygit's 2 s are too short).
pub const SECONDS: i64 = 8;

/// How a toast is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It was done.
    Done,
    /// A word to the user.
    Note,
    /// It went wrong.
    Fault,
}

/// See the module. The words may hold foreign text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub kind: Kind,
    /// What it says, the most important first.
    pub words: Vec<String>,
    /// `u` takes it back.
    pub undo: bool,
    /// When it goes; `None`: with the next key.
    pub until: Option<UnixTime>,
}

impl Toast {
    /// A word to the user.
    pub fn note(words: impl Into<String>, now: UnixTime) -> Toast {
        Toast { kind: Kind::Note, words: vec![words.into()], undo: false, until: Some(UnixTime(now.0 + SECONDS)) }
    }

    /// What was done, and what was not; the engine's words say both.
    pub fn done(done: &Done, undo: bool, now: UnixTime) -> Toast {
        let failed = !done.failed.is_empty();
        let until = (!failed).then_some(UnixTime(now.0 + SECONDS));
        let kind = if failed { Kind::Fault } else { Kind::Done };
        Toast { kind, words: done.words.clone(), undo, until }
    }

    /// What went wrong, and what can be done about it.
    pub fn fault(fault: &Fault) -> Toast {
        let hint = (!fault.hint.is_empty()).then(|| format!("hint: {}", fault.hint));
        let words = [fault.cause.clone()].into_iter().chain(hint).collect();
        Toast { kind: Kind::Fault, words, undo: false, until: None }
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: UnixTime) -> bool {
        self.until.is_some_and(|until| now >= until)
    }
}
