//! A list of actions, narrowed by typing: the help of a screen and the palette.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::Rect;
use tui_input::Input;

use crate::tui::keymap::{self, Action, Binding, Context};
use crate::tui::widget::list::{ListState, Step};

/// One row: an action, and why it cannot act now.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The row of the table.
    pub binding: &'static Binding,
    /// Why not; `None`: it can.
    pub hindrance: Option<String>,
}

/// See the module.
#[derive(Debug)]
pub struct Choice {
    /// [`Context::Help`] or [`Context::Palette`].
    pub context: Context,
    /// Whose actions they are.
    pub of: Context,
    /// What was typed.
    pub input: Input,
    /// The rows that it leaves, the best first.
    pub shown: Vec<Entry>,
    /// Which one is selected.
    pub state: ListState,
    all: Vec<Entry>,
}

impl Choice {
    /// The actions of `of`.
    pub fn new(context: Context, of: Context, can: impl Fn(Action) -> Result<(), String>) -> Choice {
        let moving = |binding: &&Binding| super::step(binding.action).is_none();
        let wanted = keymap::bindings(of).filter(|binding| context == Context::Help || moving(binding));
        let entry = |binding: &'static Binding| Entry { binding, hindrance: can(binding.action).err() };
        let all: Vec<Entry> = wanted.map(entry).collect();
        let shown = all.clone();
        Choice { context, of, input: Input::default(), shown, state: ListState::default(), all }
    }

    /// The selected action.
    pub fn selected(&self) -> Option<Action> {
        self.shown.get(self.state.selected() as usize).map(|entry| entry.binding.action)
    }

    /// Narrows the rows to what was typed.
    pub fn narrow(&mut self) {
        let text = self.input.value();
        self.shown = if text.is_empty() {
            self.all.clone()
        } else if self.context == Context::Help {
            self.holding(text)
        } else {
            self.fuzzy(text)
        };
        self.state.select(0, self.shown.len() as u64);
    }

    /// Makes room for the rows.
    pub fn resize(&mut self, body: Rect) {
        self.state.resize(crate::tui::layout::choice(body).height, self.shown.len() as u64);
    }

    /// Moves the selection.
    pub fn step(&mut self, step: Step) {
        self.state.step(step, self.shown.len() as u64);
    }

    fn holding(&self, text: &str) -> Vec<Entry> {
        let text = text.to_lowercase();
        let holds = |entry: &&Entry| {
            let binding = entry.binding;
            let key = binding.keys().any(|key| key.to_lowercase() == text);
            key || binding.name.contains(&text) || binding.words.to_lowercase().contains(&text)
        };
        self.all.iter().filter(holds).cloned().collect()
    }

    fn fuzzy(&self, text: &str) -> Vec<Entry> {
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut score = |entry: &Entry| {
            let name = pattern.score(Utf32Str::new(entry.binding.name, &mut Vec::new()), &mut matcher);
            // Of the words only what they hold as it was typed: some letters of a sentence are in every sentence.
            let words = entry.binding.words.to_lowercase().contains(&text.to_lowercase());
            name.map(|score| score + 1).or(words.then_some(0))
        };
        let mut found: Vec<(u32, &Entry)> = self.all.iter().filter_map(|e| Some((score(e)?, e))).collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, entry)| entry.clone()).collect()
    }
}
