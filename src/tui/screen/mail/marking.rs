//! Choosing several messages.

use super::{ASKER, Mail};
use crate::logic::engine::{Answer, MailQuery, Page, Reply, Request};
use crate::logic::ids::Category;
use crate::tui::message::Ticket;
use crate::tui::shared::Shared;
use crate::tui::widget::list::Step;
use crate::tui::words;

/// So many messages can be marked at once. More is a question of orders, not of single messages.
pub const LIMIT: u64 = 5_000;

/// Rows that are read at a time to be marked.
const ROWS: u32 = 1_000;

/// Marks rows that were not read yet: asks for them, part by part.
#[derive(Debug)]
pub(super) struct Collecting {
    /// The part that is on its way.
    pub ticket: Ticket,
    query: MailQuery,
    end: u64,
    /// Where all of them go, when they are marked.
    then: Option<Category>,
}

impl Mail {
    /// Marks the selected row and goes down.
    pub(super) fn mark(&mut self, shared: &mut Shared) {
        if self.range.is_some() {
            return self.turn_range(shared);
        }
        let Some(key) = self.selected().map(|row| row.key.clone()) else { return };
        self.marks.toggle(&key);
        self.list.step(Step::Down, self.window.total());
        self.moved(shared);
    }

    /// Begins a range, or marks what it holds.
    pub(super) fn turn_range(&mut self, shared: &mut Shared) {
        match self.range.take() {
            None => self.range = Some(self.list.selected()),
            Some(start) => {
                let end = self.list.selected();
                self.collect(start.min(end), start.max(end) + 1, shared);
            }
        }
    }

    /// Marks what an open range holds, of which not all was read yet, and files it then. Whether that is so.
    pub(super) fn collects_for(&mut self, category: Category, shared: &mut Shared) -> bool {
        let Some(start) = self.range else { return false };
        let end = self.list.selected();
        if (start.min(end)..=start.max(end)).all(|place| self.window.get(place).is_some()) {
            return false;
        }
        self.turn_range(shared);
        // Of more than can be marked, what was marked is shown first.
        if let Some(collecting) = self.collecting.as_mut().filter(|_| start.abs_diff(end) < LIMIT) {
            collecting.then = Some(category);
        }
        true
    }

    /// Marks everything in the list, or nothing.
    pub(super) fn mark_all(&mut self, shared: &mut Shared) {
        self.range = None;
        if self.marks.is_empty() {
            self.collect(0, self.window.total(), shared);
        } else {
            self.marks.take();
        }
    }

    /// Whether a place lies in the range that is being chosen.
    pub fn in_range(&self, place: u64) -> bool {
        let selected = self.list.selected();
        self.range.is_some_and(|start| (start.min(selected)..=start.max(selected)).contains(&place))
    }

    /// Whether marks are still being collected.
    pub fn is_collecting(&self) -> bool {
        self.collecting.is_some()
    }

    fn collect(&mut self, start: u64, end: u64, shared: &mut Shared) {
        let limit = LIMIT.saturating_sub(self.marks.len() as u64);
        let last = end.min(start + limit);
        if last < end {
            let count = words::count(LIMIT);
            shared.say(format!("the first {count} are marked; for all mail of somebody give an order: t i n b x"));
        }
        if (start..last).all(|place| self.window.get(place).is_some()) {
            for place in start..last {
                if let Some(row) = self.window.get(place) {
                    self.marks.add(&row.key);
                }
            }
            return;
        }
        let limit = u32::try_from(last - start).unwrap_or(ROWS).min(ROWS);
        let query = MailQuery { page: Page { offset: start, limit }, ..self.query(shared) };
        let ticket = shared.ask(ASKER, Request::Mail(query.clone()));
        self.collecting = Some(Collecting { ticket, query, end: last, then: None });
    }

    pub(super) fn collected(&mut self, answer: Answer, shared: &mut Shared) {
        let Some(mut collecting) = self.collecting.take() else { return };
        let page = match answer {
            Ok(Reply::Mail(page)) => page,
            Ok(_) => return,
            Err(fault) => return shared.complain(&fault),
        };
        page.rows.iter().for_each(|row| self.marks.add(&row.key));
        let next = page.offset + page.rows.len() as u64;
        let end = collecting.end.min(page.total);
        if page.rows.is_empty() || next >= end {
            return collecting.then.into_iter().for_each(|category| self.file(category, shared));
        }
        let limit = u32::try_from(end - next).unwrap_or(ROWS).min(ROWS);
        collecting.query.page = Page { offset: next, limit };
        collecting.ticket = shared.ask(ASKER, Request::Mail(collecting.query.clone()));
        self.collecting = Some(collecting);
    }
}
