//! Mail per day, how much of it was kept out of the inbox, and what that cost.

#[cfg(test)]
mod tests;

use super::{ScreenName, State};
use crate::logic::engine::{Answer, DayCount, Reply, Request, StatsReply};
use crate::logic::ids::UnixTime;
use crate::tui::keymap::Action;
use crate::tui::message::Ticket;
use crate::tui::shared::{Asker, Shared};

const ASKER: Asker = Asker::Screen(ScreenName::Stats);

/// How many days can be looked at, and what that is called.
pub const SPANS: [(u32, &str); 4] = [(14, "2 weeks"), (30, "30 days"), (90, "3 months"), (365, "a year")];

/// See the module.
#[derive(Debug)]
pub struct Stats {
    /// Which of [`SPANS`].
    pub span: usize,
    /// What was read last, for which span; kept until the next answer is there.
    pub reply: Option<(u32, StatsReply)>,
}

impl Default for Stats {
    fn default() -> Self {
        Stats { span: 1, reply: None }
    }
}

impl State for Stats {
    fn refresh(&mut self, shared: &mut Shared) {
        shared.ask(ASKER, self.request(shared));
    }

    fn act(&mut self, action: Action, shared: &mut Shared) {
        match action {
            Action::Left => self.turn(self.span - 1, shared),
            Action::Right => self.turn(self.span + 1, shared),
            _ => {}
        }
    }

    fn can(&self, action: Action, _shared: &Shared) -> Result<(), String> {
        match action {
            Action::Left if self.span == 0 => Err("this is the shortest time that is shown".into()),
            Action::Right if self.span + 1 == SPANS.len() => Err("this is the longest time that is shown".into()),
            _ => Ok(()),
        }
    }

    fn answered(&mut self, _ticket: Ticket, request: Request, answer: Answer, shared: &mut Shared) {
        // Another account or another time may have been chosen while this was on its way.
        if request != self.request(shared) {
            return;
        }
        match answer {
            Ok(Reply::Stats(reply)) => self.reply = Some((SPANS[self.span].0, reply)),
            Ok(_) => {}
            Err(fault) => shared.complain(&fault),
        }
    }
}

impl Stats {
    fn request(&self, shared: &Shared) -> Request {
        Request::Stats { account: shared.account.clone(), days: SPANS[self.span].0 }
    }

    fn turn(&mut self, span: usize, shared: &mut Shared) {
        self.span = span;
        self.refresh(shared);
    }
}

/// One bar of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its first day.
    pub from: UnixTime,
    /// Messages by category (top, inbox, news, bulk, blackhole).
    pub counts: [u32; 5],
}

/// A bar for each day, or for each week where there are more days than `most`. The last bar ends with the last day.
pub fn bars(days: &[DayCount], most: usize) -> Vec<Bar> {
    let width = if days.len() <= most { 1 } else { 7 };
    let mut bars: Vec<Bar> = days
        .rchunks(width)
        .map(|days| {
            let mut counts = [0_u32; 5];
            for day in days {
                counts.iter_mut().zip(day.counts).for_each(|(sum, count)| *sum = sum.saturating_add(count));
            }
            Bar { from: days[0].day, counts }
        })
        .collect();
    bars.reverse();
    bars
}
