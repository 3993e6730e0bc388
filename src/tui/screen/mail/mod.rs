//! The mail of a category: a list of any length, marks, and the reasons of the selected message.

mod acting;
mod areas;
mod finding;
mod marking;
mod marks;

pub(super) use acting::target;
pub use areas::{Areas, areas};
pub use marks::Marks;

use std::collections::HashMap;

use ratatui::layout::Position;

use super::part::Part;
use super::{Pointer, ScreenName, State};
use crate::logic::engine::{Answer, MailPage, MailQuery, MailRow, MessageKey, Page, Reply, Request, ShelfCount, Width};
use crate::logic::ids::Category;
use crate::tui::keymap::Action;
use crate::tui::message::Ticket;
use crate::tui::overlay::{self, Purpose, Why};
use crate::tui::shared::{Asker, Outcome, Shared};
use crate::tui::widget::list::{ListState, Step};
use marking::Collecting;

/// The categories in the order of their tabs: what asks for attention first.
pub const TABS: [Category; 5] = [Category::Inbox, Category::Top, Category::News, Category::Bulk, Category::Blackhole];

/// Rows that one notch of the mouse wheel moves.
const NOTCH: i64 = 3;

/// Answers to the list.
const ASKER: Asker = Asker::Screen(ScreenName::Mail);

/// Answers to the pane.
const BESIDE: Asker = Asker::Beside(ScreenName::Mail);

/// An act that was carried out: what it moved is gone from every list that is asked for after `before`.
#[derive(Clone, Copy, Debug)]
struct Settled {
    ticket: Ticket,
    before: Ticket,
}

/// See the module.
#[derive(Debug)]
pub struct Mail {
    /// The tab.
    pub category: Category,
    /// Only what holds this is shown.
    pub filter: String,
    /// What was searched for last.
    pub search: String,
    /// How much is in each category.
    pub shelves: Vec<ShelfCount>,
    /// The rows that were read.
    pub window: Part<MailRow>,
    /// Which one is selected, and what is seen.
    pub list: ListState,
    /// Marked messages.
    pub marks: Marks,
    /// Where a range begins that is not ended yet.
    pub range: Option<u64>,
    /// What is being put elsewhere: under which ticket, and where to.
    pub leaving: HashMap<MessageKey, (Ticket, Category)>,
    /// How far the next order reaches.
    pub width: Width,
    /// The reasons stand beside the list.
    pub pane: bool,
    /// The reasons of the message that was selected last when there was a moment's rest.
    pub why: Option<Why>,
    settled: Vec<Settled>,
    anchor: Option<MessageKey>,
    asked: Option<Ticket>,
    asked_find: Option<Ticket>,
    asked_why: Option<Ticket>,
    /// An order or a move may have changed what the pane says.
    stale_why: bool,
    collecting: Option<Collecting>,
}

impl Default for Mail {
    fn default() -> Self {
        Mail {
            category: Category::Inbox,
            filter: String::new(),
            search: String::new(),
            shelves: Vec::new(),
            window: Part::default(),
            list: ListState::default(),
            marks: Marks::default(),
            range: None,
            leaving: HashMap::new(),
            width: Width::Natural,
            pane: true,
            why: None,
            settled: Vec::new(),
            anchor: None,
            asked: None,
            asked_find: None,
            asked_why: None,
            stale_why: false,
            collecting: None,
        }
    }
}

impl State for Mail {
    fn resized(&mut self, shared: &mut Shared) {
        let areas = areas(shared.size, self.pane);
        self.list.resize(areas.list.height, self.window.total());
        if let Some(why) = &mut self.why {
            why.reader.resize(areas.pane.width, areas.pane.height);
        }
        self.fill(shared);
    }

    fn refresh(&mut self, shared: &mut Shared) {
        shared.ask(ASKER, Request::Shelves { account: shared.account.clone() });
        let around = self.anchor.clone();
        self.read(Part::<MailRow>::around(&self.seen()), around, shared);
    }

    fn act(&mut self, action: Action, shared: &mut Shared) {
        if let Some(step) = overlay::step(action) {
            self.list.step(step, self.window.total());
            return self.moved(shared);
        }
        match action {
            Action::Left => self.turn(-1, shared),
            Action::Right => self.turn(1, shared),
            Action::Pane => {
                self.pane = !self.pane;
                self.resized(shared);
            }
            Action::Why => self.explain(shared),
            Action::Open => self.open(shared),
            Action::Mark => self.mark(shared),
            Action::Range => self.turn_range(shared),
            Action::MarkAll => self.mark_all(shared),
            Action::Widen => self.widen(),
            Action::Search => shared.lay_prompt(Purpose::Search, ""),
            Action::SearchNext => self.find(false, shared),
            Action::SearchPrevious => self.find(true, shared),
            Action::Filter => shared.lay_prompt(Purpose::Filter, &self.filter),
            Action::Unsubscribe => self.unsubscribe(shared),
            _ => {
                if let Some(category) = acting::target(action) {
                    self.file(category, shared);
                }
            }
        }
    }

    fn can(&self, action: Action, shared: &Shared) -> Result<(), String> {
        self.hindrance(action, shared).map_or(Ok(()), Err)
    }

    fn answered(&mut self, ticket: Ticket, request: Request, answer: Answer, shared: &mut Shared) {
        if self.collecting.as_ref().is_some_and(|collecting| collecting.ticket == ticket) {
            return self.collected(answer, shared);
        }
        if self.asked_why == Some(ticket) {
            self.asked_why = None;
            return self.explained(&request, &answer, shared);
        }
        if self.asked == Some(ticket) {
            self.asked = None;
        }
        if self.asked_find == Some(ticket) {
            self.asked_find = None;
        }
        match (request, answer) {
            (Request::Shelves { account }, Ok(Reply::Shelves(shelves))) if account == shared.account => {
                self.shelves = shelves;
            }
            (Request::Mail(query), Ok(Reply::Mail(page))) => self.take(ticket, &query, page, shared),
            (Request::Find(_), Ok(Reply::Found(place))) => self.found(place, shared),
            (_, Ok(_)) => {}
            (_, Err(fault)) => shared.complain(&fault),
        }
    }

    fn settled(&mut self, ticket: Ticket, outcome: &Outcome, shared: &mut Shared) {
        match outcome {
            // What was moved goes with the next reading of the list; what was not comes back.
            Outcome::Done(done) => {
                let failed = |key: &MessageKey| done.failed.iter().any(|(failed, _)| failed == key);
                self.leaving.retain(|key, (leaving, _)| *leaving != ticket || !failed(key));
                self.stale_why = true;
                self.settled.push(Settled { ticket, before: shared.last_ticket() });
            }
            Outcome::Refused(_) | Outcome::Dropped => self.leaving.retain(|_, (leaving, _)| *leaving != ticket),
        }
    }

    fn rested(&mut self, shared: &mut Shared) {
        let Some(row) = self.selected() else { return };
        let key = row.key.clone();
        let known = !self.stale_why && self.why.as_ref().is_some_and(|why| why.key == key);
        let shown = !areas(shared.size, self.pane).pane.is_empty();
        if shown && !known && self.asked_why.is_none() {
            self.stale_why = false;
            self.asked_why = Some(shared.ask(BESIDE, Request::Why(key)));
        }
    }

    fn typed(&mut self, purpose: Purpose, text: &str, finished: bool, shared: &mut Shared) {
        match purpose {
            Purpose::Filter if self.filter != text => {
                text.clone_into(&mut self.filter);
                self.begin(shared);
            }
            Purpose::Search if finished => self.search_for(text, shared),
            _ => {}
        }
    }

    fn pointed(&mut self, pointer: Pointer, at: Position, shared: &mut Shared) {
        let areas = areas(shared.size, self.pane);
        match pointer {
            Pointer::Click if areas.tabs.contains(at) => {
                if let Some(category) = crate::tui::view::mail::tab_at(self, shared, at.x) {
                    self.show(category, shared);
                }
            }
            Pointer::Click if areas.list.contains(at) => {
                if let Some(place) = self.list.at_line(at.y - areas.list.y, self.window.total()) {
                    self.list.select(place, self.window.total());
                    self.moved(shared);
                }
            }
            Pointer::WheelUp | Pointer::WheelDown => {
                let rows = if pointer == Pointer::WheelUp { -NOTCH } else { NOTCH };
                if areas.pane.contains(at) {
                    let step = if rows < 0 { Step::Up } else { Step::Down };
                    self.why.iter_mut().for_each(|why| (0..NOTCH).for_each(|_| why.reader.step(step)));
                } else {
                    self.list.scroll(rows, self.window.total());
                    self.moved(shared);
                }
            }
            Pointer::Click => {}
        }
    }

    fn is_seeking(&self) -> bool {
        self.asked_find.is_some() || (!self.window.is_known() && self.asked.is_some())
    }

    fn close(&mut self, shared: &mut Shared) -> bool {
        if self.range.take().is_some() {
        } else if !self.marks.is_empty() {
            self.marks.take();
        } else if !self.filter.is_empty() {
            self.filter.clear();
            self.begin(shared);
        } else {
            return false;
        }
        true
    }
}

impl Mail {
    /// The selected row, when it was read.
    pub fn selected(&self) -> Option<&MailRow> {
        self.window.get(self.list.selected())
    }

    /// The places that are seen.
    pub fn seen(&self) -> std::ops::Range<u64> {
        self.list.visible(self.window.total())
    }

    /// Shows the mail of another category.
    pub fn show(&mut self, category: Category, shared: &mut Shared) {
        if category != self.category {
            self.category = category;
            self.marks.take();
            self.begin(shared);
        }
    }

    /// Shows the mail that holds `filter`, of all that lies in `category`.
    pub fn show_filtered(&mut self, category: Category, filter: &str, shared: &mut Shared) {
        self.category = category;
        filter.clone_into(&mut self.filter);
        self.marks.take();
        self.begin(shared);
    }

    /// Another list: from its beginning.
    fn begin(&mut self, shared: &mut Shared) {
        self.window = Part::default();
        self.list.select(0, 0);
        (self.anchor, self.range, self.collecting) = (None, None, None);
        (self.asked, self.asked_find) = (None, None);
        self.refresh(shared);
    }

    fn turn(&mut self, by: isize, shared: &mut Shared) {
        let place = TABS.iter().position(|tab| *tab == self.category).unwrap_or(0);
        let next = (place as isize + by).rem_euclid(TABS.len() as isize) as usize;
        self.show(TABS[next], shared);
    }

    /// The selection was moved.
    fn moved(&mut self, shared: &mut Shared) {
        self.anchor = self.selected().map(|row| row.key.clone());
        if self.marks.is_empty() {
            self.width = Width::Natural;
        }
        self.fill(shared);
    }

    /// Asks for rows that are seen, or soon will be, and are not there.
    fn fill(&mut self, shared: &mut Shared) {
        if self.asked.is_none()
            && self.window.is_known()
            && let Some(page) = self.window.missing(&self.seen())
        {
            self.read(page, None, shared);
        }
    }

    fn read(&mut self, page: Page, around: Option<MessageKey>, shared: &mut Shared) {
        let query = MailQuery { page, around, ..self.query(shared) };
        self.asked = Some(shared.ask(ASKER, Request::Mail(query)));
    }

    /// What is shown, without saying which part of it.
    fn query(&self, shared: &Shared) -> MailQuery {
        MailQuery {
            category: self.category,
            account: shared.account.clone(),
            filter: self.filter.clone(),
            page: Page { offset: 0, limit: 0 },
            around: None,
        }
    }

    fn take(&mut self, ticket: Ticket, query: &MailQuery, page: MailPage, shared: &mut Shared) {
        let same = MailQuery { page: query.page, around: query.around.clone(), ..self.query(shared) };
        if same != *query {
            return self.fill(shared);
        }
        let told = page.place.filter(|_| query.around == self.anchor);
        self.window.take(page.rows, page.offset, page.total);
        self.forget_what_left(ticket);
        let total = self.window.total();
        let place = self.anchor.as_ref().and_then(|key| self.window.place(|row| row.key == *key)).or(told);
        let before = self.list.selected();
        if let Some(place) = place {
            // What arrives above must not move what is read; at the top of the list it is what one wants to see.
            if place > before && self.seen().start > 0 {
                self.list.scroll((place - before) as i64, total);
            }
            self.list.select(place, total);
        } else {
            self.list.select(before, total);
        }
        self.anchor = self.selected().map(|row| row.key.clone());
        self.list.resize(self.list.height(), total);
        self.fill(shared);
        self.rested(shared);
    }

    fn explain(&mut self, shared: &mut Shared) {
        let Some(key) = self.selected().map(|row| row.key.clone()) else { return };
        let known = self.why.clone().filter(|why| why.key == key);
        shared.lay_why(known.unwrap_or_else(|| Why::new(key)));
    }

    fn explained(&mut self, request: &Request, answer: &Answer, shared: &mut Shared) {
        if let Request::Why(key) = request {
            let mut why = Why::new(key.clone());
            why.answered(request, answer, shared);
            let pane = areas(shared.size, self.pane).pane;
            why.reader.resize(pane.width, pane.height);
            self.why = Some(why);
        }
        // The selection may have moved on while the server was asked.
        self.rested(shared);
    }

    fn open(&mut self, shared: &mut Shared) {
        if let Some(row) = self.selected() {
            shared.lay_opened(crate::tui::overlay::Opened::new(row.key.clone()));
        }
    }
}
