//! THE table of keys. A row names an action, its keys, where it holds and what it does.
//!
//! Key presses, the hint bar, the help (`?`), the palette (`:`) and `docs/keys.md` all read it. No key means two things by mode: `n` is
//! *news* wherever mail is, so the next match of a search is `>` and the one before it `<`.

mod document;
pub mod key;
mod table;

pub use document::document;
pub use table::TABLE;

use crossterm::event::KeyEvent;

/// What a key can do, by its name.
#[expect(missing_docs, reason = "what an action does stands in its row of the table")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    // Moving.
    Down,
    Up,
    First,
    Last,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    Left,
    Right,
    // Screens.
    Mail,
    Senders,
    History,
    Stats,
    Accounts,
    NextAccount,
    // Mail and senders.
    Top,
    Inbox,
    News,
    Bulk,
    Blackhole,
    Widen,
    Undo,
    Open,
    Why,
    Pane,
    Unsubscribe,
    Waiting,
    Mark,
    Range,
    MarkAll,
    // Finding.
    Search,
    SearchNext,
    SearchPrevious,
    Filter,
    // Senders.
    Sort,
    Reverse,
    Lift,
    // Senders, history, accounts: what the selected row stands for.
    Enter,
    // History.
    TakeBack,
    TakeBackSender,
    // Accounts.
    Check,
    Pause,
    // Answers.
    Yes,
    No,
    Accept,
    // Everywhere.
    Help,
    Palette,
    Back,
    Close,
    Mouse,
    Redraw,
    Suspend,
    Quit,
    // First contact.
    Demo,
    Setup,
    Change,
}

/// What has the keys: the screen, or what lies on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
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
    /// Why one message is where it is, on all of the screen.
    Why,
    /// One message as text.
    Opened,
    /// The keys of a screen.
    Help,
    /// All actions by name.
    Palette,
    /// Yes or no.
    Question,
    /// What waits for the user's word.
    Waiting,
    /// A line that is being typed: a search, a filter.
    Prompt,
    /// First contact.
    Welcome,
    /// The guided set-up.
    Guide,
}

impl Context {
    /// All of them, in the order of the documentation.
    pub const ALL: [Context; 14] = [
        Context::Mail,
        Context::Senders,
        Context::History,
        Context::Stats,
        Context::Accounts,
        Context::Why,
        Context::Opened,
        Context::Waiting,
        Context::Question,
        Context::Prompt,
        Context::Help,
        Context::Palette,
        Context::Welcome,
        Context::Guide,
    ];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Context::Mail => "Mail",
            Context::Senders => "Senders",
            Context::History => "History",
            Context::Stats => "Stats",
            Context::Accounts => "Accounts",
            Context::Why => "Why",
            Context::Opened => "An opened message",
            Context::Help => "Help",
            Context::Palette => "Palette",
            Context::Question => "A question",
            Context::Waiting => "Waiting for your word",
            Context::Prompt => "Typing a search or a filter",
            Context::Welcome => "Welcome",
            Context::Guide => "Setting up an account",
        }
    }

    /// Whether letters are typed here instead of run.
    pub fn types(self) -> bool {
        matches!(self, Context::Prompt | Context::Help | Context::Palette | Context::Guide)
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// Its name in the palette.
    pub name: &'static str,
    /// The names of its keys, with blanks between them. The first is shown in the hint bar. Empty: by name only.
    pub keys: &'static str,
    /// Where it holds.
    pub contexts: &'static [Context],
    /// What it does, in words.
    pub words: &'static str,
    /// One word in the hint bar; empty: it is not shown there.
    pub hint: &'static str,
}

impl Binding {
    /// The names of its keys.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split_whitespace()
    }

    /// Whether it holds there.
    pub fn holds(&self, context: Context) -> bool {
        self.contexts.contains(&context)
    }
}

/// What a key does there.
pub fn action(context: Context, event: KeyEvent) -> Option<Action> {
    let name = key::name(event)?;
    bindings(context).find(|binding| binding.keys().any(|key| key == name)).map(|binding| binding.action)
}

/// The rows that hold there, in the order of the table.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |binding| binding.holds(context))
}

/// The row of an action there.
pub fn binding(context: Context, action: Action) -> Option<&'static Binding> {
    bindings(context).find(|binding| binding.action == action)
}

#[cfg(test)]
mod tests;
