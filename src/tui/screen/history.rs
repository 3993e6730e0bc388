//! The journal: runs, what each of them did, and the taking back of any of it.

#[cfg(test)]
mod tests;

use ratatui::layout::{Position, Rect};

use super::part::Part;
use super::{Pointer, ScreenName, State};
use crate::logic::engine::{Act, Answer, JournalRow, Page, Question, Reply, Request, RunRow, Undo};
use crate::logic::figures::count;
use crate::logic::printable::Printable;
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::message::Ticket;
use crate::tui::overlay;
use crate::tui::shared::{Asker, Shared};
use crate::tui::widget::list::ListState;

/// Rows that one notch of the mouse wheel moves.
const NOTCH: i64 = 3;

/// More moves than this are taken back only after a question.
const MANY: u32 = 20;

const ASKER: Asker = Asker::Screen(ScreenName::History);

/// See the module.
#[derive(Debug, Default)]
pub struct History {
    /// The runs that were read, newest first.
    pub runs: Part<RunRow>,
    /// Which run is selected, and what is seen.
    pub list: ListState,
    /// The run that is looked into.
    pub inside: Option<Inside>,
    anchor: Option<i64>,
    asked: Option<Ticket>,
}

/// A run that is looked into.
#[derive(Debug)]
pub struct Inside {
    /// The run.
    pub run: RunRow,
    /// What it did, as far as it was read.
    pub rows: Part<JournalRow>,
    /// Which row is selected, and what is seen.
    pub list: ListState,
    asked: Option<Ticket>,
}

/// Where the list stands: below a line about it and the titles of its columns.
pub fn list_area(shared: &Shared) -> Rect {
    let body = layout::body(shared.size);
    Rect { y: body.y + body.height.min(2), height: body.height.saturating_sub(2), ..body }
}

impl State for History {
    fn resized(&mut self, shared: &mut Shared) {
        let height = list_area(shared).height;
        self.list.resize(height, self.runs.total());
        if let Some(inside) = &mut self.inside {
            inside.list.resize(height, inside.rows.total());
        }
        self.fill(shared);
    }

    fn refresh(&mut self, shared: &mut Shared) {
        self.read_runs(Part::<RunRow>::around(&self.list.visible(self.runs.total())), shared);
        if let Some(inside) = &mut self.inside {
            inside.read(Part::<JournalRow>::around(&inside.list.visible(inside.rows.total())), shared);
        }
    }

    fn act(&mut self, action: Action, shared: &mut Shared) {
        if let Some(step) = overlay::step(action) {
            match &mut self.inside {
                Some(inside) => inside.list.step(step, inside.rows.total()),
                None => self.list.step(step, self.runs.total()),
            }
            return self.moved(shared);
        }
        match action {
            Action::Enter if self.inside.is_some() => self.leave(shared),
            Action::Enter | Action::Right => self.enter(shared),
            Action::Left => self.leave(shared),
            Action::TakeBack => self.take_back(shared),
            Action::TakeBackSender => self.take_back_sender(shared),
            _ => {}
        }
    }

    fn can(&self, action: Action, _shared: &Shared) -> Result<(), String> {
        match action {
            Action::Enter if self.inside.is_some() => Ok(()),
            Action::Left if self.inside.is_none() => Err("these are the runs; Enter shows what one did".into()),
            Action::Right if self.inside.is_some() => Err("there is nothing further in; Enter goes back".into()),
            Action::Enter | Action::Right if self.run().is_none() => Err("there is no run here yet".into()),
            Action::TakeBackSender if self.inside.is_none() => {
                Err("choose a move first: Enter shows what a run did".into())
            }
            Action::TakeBackSender => self.row().map(|_| ()).ok_or_else(|| "there is no move here".into()),
            Action::TakeBack => match &self.inside {
                Some(_) => self.row_hindrance().map_or(Ok(()), Err),
                None => self.run_hindrance().map_or(Ok(()), Err),
            },
            _ => Ok(()),
        }
    }

    fn answered(&mut self, ticket: Ticket, request: Request, answer: Answer, shared: &mut Shared) {
        if self.asked == Some(ticket) {
            self.asked = None;
        }
        match (request, answer) {
            (Request::Runs { page }, Ok(Reply::Runs(runs, total))) => self.take_runs(runs, page, total),
            (Request::Rows { run, page }, Ok(Reply::Rows(rows, total))) => {
                if let Some(inside) = self.inside.as_mut().filter(|inside| inside.run.id == run) {
                    inside.asked = None;
                    inside.rows.take(rows, page.offset, total);
                    inside.list.select(inside.list.selected(), total);
                }
            }
            (_, Ok(_)) => {}
            (_, Err(fault)) => {
                self.inside.iter_mut().for_each(|inside| inside.asked = None);
                return shared.complain(&fault);
            }
        }
        self.fill(shared);
    }

    fn pointed(&mut self, pointer: Pointer, at: Position, shared: &mut Shared) {
        let area = list_area(shared);
        let (list, total) = match &mut self.inside {
            Some(inside) => (&mut inside.list, inside.rows.total()),
            None => (&mut self.list, self.runs.total()),
        };
        match pointer {
            Pointer::WheelUp => list.scroll(-NOTCH, total),
            Pointer::WheelDown => list.scroll(NOTCH, total),
            Pointer::Click if area.contains(at) => {
                list.at_line(at.y - area.y, total).into_iter().for_each(|place| list.select(place, total));
            }
            Pointer::Click => return,
        }
        self.moved(shared);
    }

    fn close(&mut self, shared: &mut Shared) -> bool {
        let inside = self.inside.is_some();
        if inside {
            self.leave(shared);
        }
        inside
    }
}

impl History {
    /// The selected run, when it was read.
    pub fn run(&self) -> Option<&RunRow> {
        self.runs.get(self.list.selected())
    }

    /// The selected row of the run that is looked into, when it was read.
    pub fn row(&self) -> Option<&JournalRow> {
        self.inside.as_ref().and_then(|inside| inside.rows.get(inside.list.selected()))
    }

    fn run_hindrance(&self) -> Option<String> {
        let Some(run) = self.run() else { return Some("there is no run here yet".into()) };
        match run.undoable {
            _ if run.what == "undo" => Some("this run took others back; it is not taken back itself".into()),
            0 => Some("nothing of this run is left to take back".into()),
            _ => None,
        }
    }

    fn row_hindrance(&self) -> Option<String> {
        let Some(row) = self.row() else { return Some("there is no move here".into()) };
        match row.state.as_str() {
            _ if row.undoes.is_some() => Some("this move took another back; it is not taken back itself".into()),
            "done" => None,
            "undone" => Some("this move was taken back already".into()),
            "gone" => Some("the message is nowhere any more where mailherd put it".into()),
            "refused" => Some("this move was not made: there is nothing to take back".into()),
            _ => Some("this move is being made just now".into()),
        }
    }

    fn take_back(&mut self, shared: &mut Shared) {
        if let Some(row) = self.row() {
            shared.perform(Act::Undo(Undo::Row(row.id)));
            return;
        }
        let Some(run) = self.run() else { return };
        let act = Act::Undo(Undo::Run(run.id));
        if run.undoable <= MANY {
            shared.perform(act);
            return;
        }
        let moves = count(u64::from(run.undoable));
        let mut details = vec!["what is still where mailherd put it goes back to where it came from".to_owned()];
        details.extend(run.order.iter().map(|order| format!("the order is lifted: {}", Printable::new(order))));
        let text = format!("Take back all {moves} moves of run {}?", run.id);
        shared.perform_after(Question { text, details }, act);
    }

    fn take_back_sender(&mut self, shared: &mut Shared) {
        let Some(row) = self.row() else { return };
        let (account, address) = (row.account.clone(), row.sender.clone());
        let text = format!("Take back everything that was done to mail from {}?", Printable::new(&address));
        let details = vec![format!("all of its moves on the account {}, of every run", Printable::new(&account))];
        shared.perform_after(Question { text, details }, Act::Undo(Undo::Sender { account, address }));
    }

    fn enter(&mut self, shared: &mut Shared) {
        let Some(run) = self.run().cloned() else { return };
        let mut inside = Inside { run, rows: Part::default(), list: ListState::default(), asked: None };
        inside.list.resize(list_area(shared).height, 0);
        inside.read(Part::<JournalRow>::around(&(0..0)), shared);
        self.inside = Some(inside);
    }

    fn leave(&mut self, shared: &mut Shared) {
        self.inside = None;
        self.resized(shared);
    }

    fn moved(&mut self, shared: &mut Shared) {
        self.anchor = self.run().map(|run| run.id);
        self.fill(shared);
    }

    /// Newer runs come above: the selection stays on its run, unless it is at the top, where one waits for news.
    fn take_runs(&mut self, runs: Vec<RunRow>, page: Page, total: u64) {
        let at_top = self.list.selected() == 0;
        self.runs.take(runs, page.offset, total);
        let anchor = self.anchor.filter(|_| !at_top || self.inside.is_some());
        let place = anchor.and_then(|anchor| self.runs.place(|run| run.id == anchor));
        self.list.select(place.unwrap_or(self.list.selected()), total);
        self.anchor = self.run().map(|run| run.id);
        if let Some(inside) = &mut self.inside
            && let Some(place) = self.runs.place(|run| run.id == inside.run.id)
        {
            inside.run = self.runs.get(place).unwrap_or(&inside.run).clone();
        }
    }

    fn read_runs(&mut self, page: Page, shared: &mut Shared) {
        self.asked = Some(shared.ask(ASKER, Request::Runs { page }));
    }

    /// Asks for rows that are seen, or soon will be, and are not there.
    fn fill(&mut self, shared: &mut Shared) {
        if let Some(inside) = &mut self.inside
            && inside.asked.is_none()
            && let Some(page) = inside.rows.missing(&inside.list.visible(inside.rows.total()))
        {
            inside.read(page, shared);
        }
        if self.asked.is_none()
            && let Some(page) = self.runs.missing(&self.list.visible(self.runs.total()))
        {
            self.read_runs(page, shared);
        }
    }
}

impl Inside {
    fn read(&mut self, page: Page, shared: &mut Shared) {
        self.asked = Some(shared.ask(ASKER, Request::Rows { run: self.run.id, page }));
    }
}

/// What a run did: `3 top, 12 news`; nothing where it moved nothing.
pub fn deeds(run: &RunRow) -> String {
    let parts = crate::logic::ids::Category::ALL.iter().zip(run.counts).filter(|(_, number)| *number > 0);
    let parts: Vec<String> =
        parts.map(|(category, number)| format!("{} {}", count(u64::from(number)), category.word())).collect();
    parts.join(", ")
}

/// What is left of a run: `38 left`, `taken back`; nothing where it is all there.
pub fn remains(run: &RunRow) -> String {
    let all: u32 = run.counts.iter().fold(0, |sum, number| sum.saturating_add(*number));
    match run.undoable {
        _ if run.what == "undo" || all == 0 => String::new(),
        0 => "taken back".into(),
        some if some < all => format!("{} left", count(u64::from(some))),
        _ => String::new(),
    }
}
