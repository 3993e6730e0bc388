//! What falls next out of Blackhole, and when.

use std::collections::HashMap;

use super::Look;
use crate::config::Config;
use crate::daemon::fall::is_banished;
use crate::logic::engine::{Falling, FallingRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, Flags, Uid, UnixTime};
use crate::logic::orders::Orders;

impl Look<'_> {
    /// One entry an account, in the order of the config; `limit` messages of each.
    pub(super) fn falling(
        &mut self,
        config: &Config,
        account: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Falling>, Fault> {
        let chosen = config.accounts.iter().filter(|one| account.is_none_or(|name| name == one.name));
        chosen.map(|one| self.falling_of(&one.name, one.blackhole_days, limit as usize)).collect()
    }

    fn falling_of(&self, name: &str, days: u32, limit: usize) -> Result<Falling, Fault> {
        let mut falling = Falling { account: name.to_owned(), total: 0, next: Vec::new() };
        let Some((id, _)) = self.accounts.iter().find(|(_, known)| known == name) else { return Ok(falling) };
        let orders = Orders::new(self.store.orders(Some(*id), false)?.into_iter().map(|stored| stored.order).collect());
        for shelf in self.shelves_of(Category::Blackhole, Some(name)) {
            let there: HashMap<Uid, Flags> = self.store.uids_in(shelf.folder)?.into_iter().collect();
            // The oldest first, which fall first.
            for row in self.store.blackholed_until(*id, &shelf.name, UnixTime(i64::MAX))? {
                let flags = row.to_uid.and_then(|uid| there.get(&uid));
                if row.before.validity != shelf.validity || flags.is_none_or(|flags| flags.flagged) {
                    continue;
                }
                let list = self.store.list_of(*id, row.intent.instance)?;
                if !is_banished(&orders, &row, list) {
                    continue;
                }
                falling.total += 1;
                if falling.next.len() < limit {
                    falling.next.push(FallingRow {
                        at: UnixTime(row.at.0.saturating_add(i64::from(days) * UnixTime::DAY)),
                        sender: row.intent.sender,
                        subject: row.intent.subject,
                    });
                }
            }
        }
        Ok(falling)
    }
}
