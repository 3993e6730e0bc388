//! Everything that the terminal UI knows.

use std::collections::VecDeque;
use std::path::PathBuf;

use crossterm::event::KeyEvent;
use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::effect::Effect;
use super::keymap::{Action, Context};
use super::overlay::{self, Overlay};
use super::screen::{Screen, ScreenName};
use super::shared::{Asker, Shared};
use super::theme::Theme;
use crate::logic::engine::Request;
use crate::logic::ids::UnixTime;

/// See the module. The screen that is shown, those behind it, and what they share.
#[derive(Debug)]
pub struct Model {
    /// The screen that is shown.
    pub screen: Screen,
    /// Where `q` goes back to, the last one last.
    pub behind: Vec<Screen>,
    /// What all screens share.
    pub shared: Shared,
    /// Keys that wait until it is known what is selected.
    pub(super) held: VecDeque<KeyEvent>,
    /// What was read may have changed while an answer was on its way: ask again when it is there.
    pub(super) stale: bool,
}

impl Model {
    /// At the beginning: the inbox. [`Model::start`] asks for it.
    pub fn new(now: UnixTime, zone: TimeZone, size: Size, theme: Theme) -> Model {
        let shared = Shared::new(now, zone, size, theme);
        Model { screen: Screen::new(ScreenName::Mail), behind: Vec::new(), shared, held: VecDeque::new(), stale: false }
    }

    /// At the first contact: there is no config at `path`.
    pub fn welcome(path: PathBuf, now: UnixTime, zone: TimeZone, size: Size, theme: Theme) -> Model {
        let mut model = Model::new(now, zone, size, theme);
        model.screen = Screen::Welcome(Box::new(super::screen::welcome::Welcome { path }));
        model
    }

    /// What is to be asked first.
    pub fn start(&mut self) -> Vec<Effect> {
        if self.screen.name() != ScreenName::Welcome {
            self.shared.ask(Asker::Status, Request::Health);
            self.shared.ask(Asker::Status, Request::Waiting);
            self.arrive();
        }
        std::mem::take(&mut self.shared.effects)
    }

    /// What has the keys.
    pub fn context(&self) -> Context {
        self.shared.overlays.last().map_or(self.screen.name().context(), Overlay::context)
    }

    /// Shows a screen: as it was left, or for the first time.
    pub fn show(&mut self, name: ScreenName) {
        if self.screen.name() == name {
            return;
        }
        let known = self.behind.iter().position(|screen| screen.name() == name);
        let next = known.map_or_else(|| Screen::new(name), |place| self.behind.remove(place));
        self.behind.push(std::mem::replace(&mut self.screen, next));
        self.shared.overlays.clear();
        self.arrive();
    }

    /// Why an action cannot act now.
    ///
    /// # Errors
    /// The reason, in words.
    pub fn can(&self, action: Action) -> Result<(), String> {
        if let Some(top) = self.shared.overlays.last() {
            let finding = matches!(action, Action::Search | Action::SearchNext | Action::SearchPrevious);
            let answering = matches!(action, Action::Yes | Action::No | Action::Accept);
            // These are the overlay's own; the rest is about what lies below.
            if finding && matches!(top, Overlay::Opened(_)) || answering || overlay::step(action).is_some() {
                return Ok(());
            }
        }
        match action {
            Action::Undo if self.shared.done.is_empty() => {
                Err("nothing to take back yet; History (3) takes back what was done earlier".into())
            }
            Action::Waiting if self.shared.waiting.is_empty() => Err("nothing waits for your word".into()),
            Action::NextAccount if !self.shared.several() => Err("there is only one account".into()),
            Action::Check if self.screen.name() == ScreenName::Accounts => {
                self.screen.state().can(action, &self.shared)
            }
            Action::Undo | Action::Waiting | Action::Check | Action::Help | Action::Palette => Ok(()),
            Action::Back | Action::Close | Action::Mouse | Action::Redraw | Action::Suspend | Action::Quit => Ok(()),
            _ if ScreenName::of(action).is_some() => Ok(()),
            _ => self.screen.state().can(action, &self.shared),
        }
    }

    /// A screen is shown: in the size that the terminal has now, with what is known now.
    pub(super) fn arrive(&mut self) {
        self.screen.state_mut().resized(&mut self.shared);
        self.refresh();
    }

    /// Asks for what is on the screen, or notes that it must be asked for when the answer is there that is on its way.
    pub(super) fn refresh(&mut self) {
        self.stale = self.shared.is_waiting(&Asker::Screen(self.screen.name()));
        if !self.stale {
            self.screen.state_mut().refresh(&mut self.shared);
        }
    }
}
