//! A line that is being typed.

use tui_input::Input;

/// What the line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To go to what holds it.
    Search,
    /// To show only what holds it.
    Filter,
}

impl Purpose {
    /// The character before the line.
    pub fn sign(self) -> char {
        match self {
            Purpose::Search => '/',
            Purpose::Filter => '\\',
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// The line.
    pub input: Input,
    /// What held before: Esc brings it back.
    pub before: String,
}

impl Prompt {
    /// Begins with `text`.
    pub fn new(purpose: Purpose, text: &str) -> Prompt {
        Prompt { purpose, input: Input::new(text.to_owned()), before: text.to_owned() }
    }
}
