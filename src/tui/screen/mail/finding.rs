//! Going to what holds a text.

use super::{ASKER, Mail};
use crate::logic::engine::{Find, Request};
use crate::tui::shared::Shared;

impl Mail {
    /// Goes to the next mail that holds the text; an empty one means the last.
    pub(super) fn search_for(&mut self, text: &str, shared: &mut Shared) {
        if !text.is_empty() {
            text.clone_into(&mut self.search);
        }
        if self.search.is_empty() {
            return;
        }
        self.find(false, shared);
    }

    pub(super) fn find(&mut self, backward: bool, shared: &mut Shared) {
        let find = Find { list: self.query(shared), text: self.search.clone(), from: self.list.selected(), backward };
        self.asked_find = Some(shared.ask(ASKER, Request::Find(find)));
    }

    pub(super) fn found(&mut self, place: Option<u64>, shared: &mut Shared) {
        match place {
            Some(place) => {
                if place == self.list.selected() {
                    shared.say(format!("only this one holds “{}”", self.search));
                }
                self.list.select(place, self.window.total());
                self.moved(shared);
            }
            None => shared.say(format!("nothing here holds “{}”", self.search)),
        }
    }
}
