//! Putting messages where they belong.

use super::Mail;
use crate::logic::engine::{Act, MessageKey, Width};
use crate::logic::ids::Category;
use crate::tui::keymap::Action;
use crate::tui::message::Ticket;
use crate::tui::overlay::Overlay;
use crate::tui::shared::Shared;

/// The category that an action files into.
pub fn target(action: Action) -> Option<Category> {
    Some(match action {
        Action::Top => Category::Top,
        Action::Inbox => Category::Inbox,
        Action::News => Category::News,
        Action::Bulk => Category::Bulk,
        Action::Blackhole => Category::Blackhole,
        _ => return None,
    })
}

impl Mail {
    /// Why an action is not possible now.
    pub(super) fn hindrance(&self, action: Action, shared: &Shared) -> Option<String> {
        let needs_row = target(action).is_some()
            || matches!(action, Action::Open | Action::Why | Action::Mark | Action::Range | Action::Widen)
            || matches!(action, Action::Unsubscribe);
        let no_row = || match self.window.total() {
            0 if self.window.is_known() => "there is no message here".to_owned(),
            _ => "this row is still being read".to_owned(),
        };
        if needs_row && self.selected().is_none() {
            return Some(no_row());
        }
        // A message that is read on top of the list may have left it meanwhile.
        if let Some(Overlay::Why(_) | Overlay::Opened(_)) = shared.overlays.last()
            && needs_row
            && self.covered(shared) != self.selected().map(|row| &row.key)
        {
            return Some("this message does not lie here any more".into());
        }
        match action {
            _ if target(action).is_some() && self.is_collecting() => Some("the marks are still being set".into()),
            _ if target(action).is_some() && self.targets().is_empty() => Some("it is already on its way".into()),
            Action::SearchNext | Action::SearchPrevious if self.search.is_empty() => {
                Some("search for something first: /".into())
            }
            Action::Unsubscribe => self.unsubscribe_hindrance(),
            Action::MarkAll if self.window.total() == 0 => Some(no_row()),
            _ => None,
        }
    }

    fn covered<'a>(&self, shared: &'a Shared) -> Option<&'a MessageKey> {
        match shared.overlays.last() {
            Some(Overlay::Why(why)) => Some(&why.key),
            Some(Overlay::Opened(opened)) => Some(&opened.key),
            _ => None,
        }
    }

    fn unsubscribe_hindrance(&self) -> Option<String> {
        let row = self.selected()?;
        let why = self.why.as_ref().filter(|why| why.key == row.key)?;
        match &why.reply.as_ref()?.as_ref().ok()?.unsubscribe {
            None => Some("this mail does not say how to unsubscribe".into()),
            Some((how, false)) => Some(how.clone()),
            Some((_, true)) => None,
        }
    }

    /// The messages that an action is for: the marks, or the selected row. Without those that are leaving already.
    pub fn targets(&self) -> Vec<MessageKey> {
        let mut marks = self.marks.clone();
        let (start, end) = (self.range.unwrap_or(u64::MAX), self.list.selected());
        if self.range.is_some() {
            let rows = (start.min(end)..=start.max(end)).filter_map(|place| self.window.get(place));
            rows.for_each(|row| marks.add(&row.key));
        }
        if marks.is_empty() {
            self.selected().iter().for_each(|row| marks.add(&row.key));
        }
        let mut keys = marks.take();
        keys.retain(|key| !self.leaving.contains_key(key));
        keys
    }

    pub(super) fn file(&mut self, category: Category, shared: &mut Shared) {
        if self.collects_for(category, shared) {
            return;
        }
        let messages = self.targets();
        let act = match (category, messages.as_slice(), self.whole(), self.who()) {
            // Whoever is banished is banished with what lies here already.
            (Category::Blackhole, [_], true, Some(who)) => {
                Act::Order { who, category, account: None, existing: true, sure: false }
            }
            _ => Act::File { messages: messages.clone(), category, width: self.width, sure: false },
        };
        let ticket = shared.perform(act);
        for key in messages {
            self.leaving.insert(key, (ticket, category));
        }
        self.marks.take();
        (self.range, self.width) = (None, Width::Natural);
        self.step_over_leaving(shared);
    }

    /// To the next row that stays: below, else above.
    fn step_over_leaving(&mut self, shared: &mut Shared) {
        let stays = |place: &u64| self.window.get(*place).is_some_and(|row| !self.leaving.contains_key(&row.key));
        let (here, seen) = (self.list.selected(), self.seen());
        let below = (here..seen.end + u64::from(self.list.height())).find(stays);
        if let Some(place) = below.or_else(|| (seen.start..here).rev().find(stays)) {
            self.list.select(place, self.window.total());
        }
        self.moved(shared);
    }

    /// Nothing of what left is dim any more in a list that was asked for afterwards: if it is still there, it came back.
    pub(super) fn forget_what_left(&mut self, list: Ticket) {
        let over: Vec<Ticket> =
            self.settled.iter().filter(|settled| settled.before < list).map(|settled| settled.ticket).collect();
        self.leaving.retain(|_, (ticket, _)| !over.contains(ticket));
        self.settled.retain(|settled| settled.before >= list);
    }

    /// The next width: list or address, address, domain.
    pub(super) fn widen(&mut self) {
        let list = !self.marks.is_empty() || self.selected().is_some_and(|row| row.list.is_some());
        self.width = match self.width {
            Width::Natural | Width::List if list => Width::Address,
            Width::Natural | Width::List | Width::Address => Width::Domain,
            Width::Domain => Width::Natural,
        };
    }

    /// Whether the selected row alone is acted on.
    fn whole(&self) -> bool {
        self.marks.is_empty() && self.range.is_none()
    }

    /// Whom an order by the selected row is about, as the engine takes it.
    fn who(&self) -> Option<String> {
        let row = self.selected()?;
        let domain = || row.address.rsplit_once('@').map(|(_, domain)| format!("@{domain}"));
        match (self.width, &row.list) {
            (Width::Natural | Width::List, Some(list)) => Some(format!("<{list}>")),
            (Width::Domain, _) => domain(),
            _ => Some(row.address.clone()).filter(|address| !address.is_empty()),
        }
    }

    /// Whom the next order is about, in words.
    pub fn reach(&self) -> String {
        if !self.marks.is_empty() {
            return match self.width {
                Width::Natural | Width::List => "their lists or addresses".into(),
                Width::Address => "their addresses".into(),
                Width::Domain => "their domains".into(),
            };
        }
        let Some(row) = self.selected() else { return String::new() };
        let domain = || row.address.rsplit_once('@').map_or("", |(_, domain)| domain);
        match (self.width, &row.list) {
            (Width::Natural | Width::List, Some(list)) => format!("the list <{list}>"),
            (Width::Domain, _) => format!("everybody at {}", domain()),
            _ => row.address.clone(),
        }
    }

    pub(super) fn unsubscribe(&mut self, shared: &mut Shared) {
        if let Some(row) = self.selected() {
            shared.perform(Act::Unsubscribe { message: row.key.clone(), sure: false });
        }
    }
}
