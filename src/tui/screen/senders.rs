//! Whom mail comes from: the ledger, ranked, and orders about a sender.

mod areas;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use ratatui::layout::Position;

use super::mail::target;
use super::part::Part;
use super::{Pointer, ScreenName, State};
use crate::logic::engine::{Act, Answer, Page, Reply, Request, SenderQuery, SenderRow, SenderSort};
use crate::logic::ids::Category;
use crate::tui::keymap::Action;
use crate::tui::message::Ticket;
use crate::tui::overlay::{self, Purpose};
use crate::tui::shared::{Asker, Outcome, Shared, Wish};
use crate::tui::widget::list::ListState;

pub use areas::{Areas, areas};

/// Rows that one notch of the mouse wheel moves.
const NOTCH: i64 = 3;

const ASKER: Asker = Asker::Screen(ScreenName::Senders);

/// The ranks in the order in which `s` goes through them.
pub const SORTS: [SenderSort; 5] =
    [SenderSort::Volume, SenderSort::Read, SenderSort::Replied, SenderSort::Recent, SenderSort::Name];

/// A sender on an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SenderKey {
    /// The account's name.
    pub account: String,
    /// The address.
    pub address: String,
}

impl SenderKey {
    /// Of a row.
    pub fn of(row: &SenderRow) -> SenderKey {
        SenderKey { account: row.account.clone(), address: row.address.clone() }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Senders {
    /// What they are ranked by.
    pub sort: SenderSort,
    /// The other way round.
    pub reverse: bool,
    /// Only addresses that hold this are shown.
    pub filter: String,
    /// The rows that were read.
    pub part: Part<SenderRow>,
    /// Which one is selected, and what is seen.
    pub list: ListState,
    /// What is known of the selected sender is shown.
    pub detail: bool,
    /// The next order is about the sender's whole domain.
    pub domain: bool,
    /// Senders about whom an order is being given: under which ticket, and which one.
    pub ordering: HashMap<SenderKey, (Ticket, Category)>,
    anchor: Option<SenderKey>,
    asked: Option<Ticket>,
}

impl State for Senders {
    fn resized(&mut self, shared: &mut Shared) {
        self.list.resize(areas(shared.size, self.detail).list.height, self.part.total());
        self.fill(shared);
    }

    fn refresh(&mut self, shared: &mut Shared) {
        self.read(Part::<SenderRow>::around(&self.seen()), shared);
    }

    fn act(&mut self, action: Action, shared: &mut Shared) {
        if let Some(step) = overlay::step(action) {
            self.list.step(step, self.part.total());
            return self.moved(shared);
        }
        match action {
            Action::Sort => self.rank(shared),
            Action::Reverse => {
                self.reverse = !self.reverse;
                self.begin(shared);
            }
            Action::Why => {
                self.detail = !self.detail;
                self.resized(shared);
            }
            Action::Widen => self.domain = !self.domain,
            Action::Filter => shared.lay_prompt(Purpose::Filter, &self.filter),
            Action::Lift => self.lift(shared),
            Action::Enter => self.show_mail(shared),
            _ => {
                if let Some(category) = target(action) {
                    self.order(category, shared);
                }
            }
        }
    }

    fn can(&self, action: Action, _shared: &Shared) -> Result<(), String> {
        let about_a_row =
            target(action).is_some() || matches!(action, Action::Why | Action::Widen | Action::Lift | Action::Enter);
        match self.selected() {
            _ if !about_a_row => Ok(()),
            None if self.part.total() == 0 => Err("there is no sender here".into()),
            None => Err("this row is still being read".into()),
            Some(row) if action == Action::Lift && row.order.is_none() => {
                Err(format!("there is no order about {}", row.address))
            }
            Some(row) if target(action).is_some() && self.ordering.contains_key(&SenderKey::of(row)) => {
                Err("it is already on its way".into())
            }
            Some(_) => Ok(()),
        }
    }

    fn answered(&mut self, ticket: Ticket, request: Request, answer: Answer, shared: &mut Shared) {
        if self.asked == Some(ticket) {
            self.asked = None;
        }
        let Request::Senders(query) = request else { return };
        match answer {
            Ok(Reply::Senders(_)) if query != self.query(query.page, shared) => self.fill(shared),
            Ok(Reply::Senders(page)) => {
                self.part.take(page.rows, page.offset, page.total);
                self.settle(shared);
            }
            Ok(_) => {}
            Err(fault) => shared.complain(&fault),
        }
    }

    fn settled(&mut self, ticket: Ticket, _outcome: &Outcome, _shared: &mut Shared) {
        self.ordering.retain(|_, (ordering, _)| *ordering != ticket);
    }

    fn typed(&mut self, purpose: Purpose, text: &str, _finished: bool, shared: &mut Shared) {
        if purpose == Purpose::Filter && self.filter != text {
            text.clone_into(&mut self.filter);
            self.begin(shared);
        }
    }

    fn pointed(&mut self, pointer: Pointer, at: Position, shared: &mut Shared) {
        let (list, total) = (areas(shared.size, self.detail).list, self.part.total());
        match pointer {
            Pointer::WheelUp => self.list.scroll(-NOTCH, total),
            Pointer::WheelDown => self.list.scroll(NOTCH, total),
            Pointer::Click if list.contains(at) => {
                let place = self.list.at_line(at.y - list.y, total);
                place.into_iter().for_each(|place| self.list.select(place, total));
            }
            Pointer::Click => return,
        }
        self.moved(shared);
    }

    fn close(&mut self, shared: &mut Shared) -> bool {
        if self.detail {
            self.detail = false;
            self.resized(shared);
        } else if !self.filter.is_empty() {
            self.filter.clear();
            self.begin(shared);
        } else {
            return false;
        }
        true
    }
}

impl Senders {
    /// The selected row, when it was read.
    pub fn selected(&self) -> Option<&SenderRow> {
        self.part.get(self.list.selected())
    }

    /// Whom the next order is about: `a@b.c`, or `@b.c`.
    pub fn reach(&self) -> Option<String> {
        let row = self.selected()?;
        match row.address.rsplit_once('@') {
            Some((_, domain)) if self.domain => Some(format!("@{domain}")),
            _ => Some(row.address.clone()),
        }
    }

    fn seen(&self) -> std::ops::Range<u64> {
        self.list.visible(self.part.total())
    }

    fn query(&self, page: Page, shared: &Shared) -> SenderQuery {
        let account = shared.account.clone();
        SenderQuery { account, sort: self.sort, reverse: self.reverse, filter: self.filter.clone(), page }
    }

    fn read(&mut self, page: Page, shared: &mut Shared) {
        let request = Request::Senders(self.query(page, shared));
        self.asked = Some(shared.ask(ASKER, request));
    }

    /// Asks for rows that are seen, or soon will be, and are not there.
    fn fill(&mut self, shared: &mut Shared) {
        if self.asked.is_none()
            && let Some(page) = self.part.missing(&self.seen())
        {
            self.read(page, shared);
        }
    }

    /// Another list: from its beginning.
    fn begin(&mut self, shared: &mut Shared) {
        self.part = Part::default();
        self.list.select(0, 0);
        self.anchor = None;
        self.read(Part::<SenderRow>::around(&(0..0)), shared);
    }

    /// Rows came: the selection stays on its sender, when that one is among them.
    fn settle(&mut self, shared: &mut Shared) {
        let anchor = self.anchor.as_ref();
        let place = anchor.and_then(|anchor| self.part.place(|row| SenderKey::of(row) == *anchor));
        self.list.select(place.unwrap_or(self.list.selected()), self.part.total());
        self.anchor = self.selected().map(SenderKey::of);
        self.fill(shared);
    }

    fn moved(&mut self, shared: &mut Shared) {
        self.anchor = self.selected().map(SenderKey::of);
        // A wider order is meant for the sender that it was chosen for.
        self.domain = false;
        self.fill(shared);
    }

    fn rank(&mut self, shared: &mut Shared) {
        let place = SORTS.iter().position(|sort| *sort == self.sort).unwrap_or(0);
        self.sort = SORTS[(place + 1) % SORTS.len()];
        self.reverse = false;
        self.begin(shared);
    }

    fn order(&mut self, category: Category, shared: &mut Shared) {
        let (Some(row), Some(who)) = (self.selected(), self.reach()) else { return };
        let key = SenderKey::of(row);
        // Whom one banishes, one banishes everywhere; other orders are a matter of the account.
        let account = (category != Category::Blackhole).then(|| key.account.clone());
        let ticket = shared.perform(Act::Order { who, category, account, existing: true, sure: false });
        self.ordering.insert(key, (ticket, category));
        self.domain = false;
    }

    fn lift(&mut self, shared: &mut Shared) {
        if let Some(row) = self.selected() {
            shared.perform(Act::Lift { who: row.address.clone(), account: None });
        }
    }

    /// The mail of the selected sender, where its last mail went.
    fn show_mail(&mut self, shared: &mut Shared) {
        if let Some(row) = self.selected() {
            let category = row.category.unwrap_or(Category::Inbox);
            shared.wish = Some(Wish::MailOf(category, row.address.clone()));
        }
    }
}
