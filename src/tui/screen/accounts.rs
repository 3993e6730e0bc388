//! How the accounts are: connection, progress, what the server can, what it asks of the user.

mod detail;
#[cfg(test)]
mod tests;

use ratatui::layout::{Position, Rect, Size};

use super::{Pointer, ScreenName, State};
use crate::logic::engine::{AccountState, Act, Answer, Falling, Health, Notice, Reply, Request};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::message::Ticket;
use crate::tui::overlay;
use crate::tui::reader::Reader;
use crate::tui::shared::{Asker, Shared};
use crate::tui::widget::list::{ListState, Step};

const ASKER: Asker = Asker::Screen(ScreenName::Accounts);

/// Messages that fall next, of each account.
const FALL_NEXT: u32 = 3;

/// Columns of the list beside the detail.
const LIST: u16 = 34;

/// See the module.
#[derive(Debug, Default)]
pub struct Accounts {
    /// Which account is selected.
    pub list: ListState,
    /// What is known of it, in lines.
    pub detail: Reader,
    /// What falls out of Blackhole next, of each account.
    falling: Vec<Falling>,
}

/// The parts of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// The accounts.
    pub list: Rect,
    /// The line between list and detail.
    pub border: Rect,
    /// What is known of the selected account.
    pub detail: Rect,
}

/// The parts of a terminal of this size with so many accounts: side by side, or the detail below.
pub fn areas(size: Size, accounts: usize) -> Areas {
    let body = layout::body(size);
    if size.width >= layout::BESIDE {
        let list = Rect { width: LIST, ..body };
        let border = Rect { x: list.right(), width: 1, ..body };
        let detail = Rect { x: border.right() + 1, width: body.width - LIST - 2, ..body };
        return Areas { list, border, detail };
    }
    // At least two thirds for the detail; the list scrolls.
    let height = (accounts.max(1) as u16).min(body.height / 3).max(1).min(body.height);
    let list = Rect { height, ..body };
    let border = Rect { y: list.bottom(), height: (body.height - height).min(1), ..body };
    let detail = Rect { y: border.bottom(), height: body.height - height - border.height, ..body };
    Areas { list, border, detail }
}

impl State for Accounts {
    fn resized(&mut self, shared: &mut Shared) {
        self.settle(shared);
    }

    fn refresh(&mut self, shared: &mut Shared) {
        shared.ask(Asker::Status, Request::Health);
        shared.ask(ASKER, Request::Falling { account: None, limit: FALL_NEXT });
        self.settle(shared);
    }

    fn act(&mut self, action: Action, shared: &mut Shared) {
        if let Some(step) = overlay::step(action) {
            return self.step(step, shared);
        }
        if action == Action::Setup {
            return shared.effects.push(Effect::Setup);
        }
        let Some(health) = self.selected(shared) else { return };
        if action == Action::Change {
            let account = health.account.clone();
            return shared.effects.push(Effect::Change(account));
        }
        let account = Some(health.account.clone());
        let paused = health.state == AccountState::Paused;
        match action {
            Action::Check => shared.perform(Act::Check { account }),
            Action::Pause if paused => shared.perform(Act::Resume { account }),
            Action::Pause => shared.perform(Act::Pause { account }),
            _ => return,
        };
    }

    fn can(&self, action: Action, shared: &Shared) -> Result<(), String> {
        match (action, self.selected(shared)) {
            (Action::Check | Action::Pause | Action::Change, None) => Err("the accounts are still being asked".into()),
            (Action::Check, Some(health)) if health.state == AccountState::Paused => {
                Err(format!("{} is paused; p goes on", health.account))
            }
            (Action::Check, Some(health)) if health.state == AccountState::Working => {
                Err(format!("{} is being looked at just now", health.account))
            }
            _ => Ok(()),
        }
    }

    fn answered(&mut self, _ticket: Ticket, _request: Request, answer: Answer, shared: &mut Shared) {
        match answer {
            Ok(Reply::Falling(falling)) => self.falling = falling,
            Ok(_) => {}
            Err(fault) => shared.complain(&fault),
        }
        self.settle(shared);
    }

    fn noticed(&mut self, notice: &Notice, shared: &mut Shared) {
        if let Notice::Health(_) | Notice::Changed { .. } = notice {
            self.settle(shared);
        }
    }

    fn pointed(&mut self, pointer: Pointer, at: Position, shared: &mut Shared) {
        let (areas, total) = (areas(shared.size, shared.health.len()), shared.health.len() as u64);
        match pointer {
            Pointer::Click if areas.list.contains(at) => {
                let place = self.list.at_line(at.y - areas.list.y, total);
                place.into_iter().for_each(|place| self.list.select(place, total));
            }
            Pointer::WheelUp => self.list.scroll(-1, total),
            Pointer::WheelDown => self.list.scroll(1, total),
            Pointer::Click => return,
        }
        self.settle(shared);
    }
}

impl Accounts {
    /// The selected account.
    pub fn selected<'a>(&self, shared: &'a Shared) -> Option<&'a Health> {
        shared.health.get(usize::try_from(self.list.selected()).ok()?)
    }

    /// By rows through the accounts, by pages through what is known of one.
    fn step(&mut self, step: Step, shared: &Shared) {
        match step {
            Step::Up | Step::Down | Step::First | Step::Last => {
                let before = self.list.selected();
                self.list.step(step, shared.health.len() as u64);
                if self.list.selected() != before {
                    self.detail = Reader::default();
                }
                self.settle(shared);
            }
            Step::HalfUp | Step::HalfDown | Step::PageUp | Step::PageDown => self.detail.step(step),
        }
    }

    /// Fits both parts to the terminal, and to what is known now.
    fn settle(&mut self, shared: &Shared) {
        let areas = areas(shared.size, shared.health.len());
        self.list.resize(areas.list.height, shared.health.len() as u64);
        let width = areas.detail.width.saturating_sub(1);
        let health = self.selected(shared);
        let falling = health.and_then(|health| self.falling.iter().find(|one| one.account == health.account));
        let pieces = health.map(|health| detail::pieces((health, falling), shared.now, &shared.zone, width));
        let pieces = pieces.unwrap_or_default();
        self.detail.renew(pieces);
        self.detail.resize(width, areas.detail.height);
    }
}
