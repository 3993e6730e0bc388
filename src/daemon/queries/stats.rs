//! Mail per day, the share kept out of the inbox, and how often mailherd was wrong.

use super::Look;
use crate::logic::engine::{DayCount, StatsReply};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};

/// Days in one reply at most: ten years.
const DAYS: u32 = 3660;

impl Look<'_> {
    pub(super) fn stats(&mut self, account: Option<&str>, days: u32) -> Result<StatsReply, Fault> {
        let days = i64::from(days.clamp(1, DAYS));
        let today = self.now.0.div_euclid(UnixTime::DAY);
        let first = today + 1 - days;
        let day = |day: i64| DayCount { day: UnixTime(day * UnixTime::DAY), counts: [0; 5] };
        let mut reply = StatsReply { days: (first..=today).map(day).collect(), ..StatsReply::default() };
        for (place, category) in Category::ALL.into_iter().enumerate() {
            for shelf in self.shelves_of(category, account) {
                for (day, count) in self.store.mail_per_day(shelf.folder, UnixTime(first * UnixTime::DAY))? {
                    // A Date that lies ahead belongs to no day yet.
                    let Some(entry) = usize::try_from(day - first).ok().and_then(|day| reply.days.get_mut(day)) else {
                        continue;
                    };
                    entry.counts[place] += count;
                }
            }
        }
        reply.kept_out = kept_out(&reply.days);
        for account in self.chosen(account) {
            let (moved, undone) = self.store.moved_and_undone(account)?;
            reply.moved += moved;
            reply.undone += undone;
            if let Some(trial) = self.store.last_trial(account)? {
                reply.harm.push((self.name_of(account), trial.at, trial.answered, trial.filed_away));
            }
        }
        Ok(reply)
    }
}

fn kept_out(days: &[DayCount]) -> f64 {
    let all: u64 = days.iter().flat_map(|day| day.counts).map(u64::from).sum();
    let inbox = Category::ALL.iter().position(|category| *category == Category::Inbox).unwrap_or_default();
    let stayed: u64 = days.iter().map(|day| u64::from(day.counts[inbox])).sum();
    if all == 0 { 0.0 } else { (all - stayed) as f64 / all as f64 }
}
