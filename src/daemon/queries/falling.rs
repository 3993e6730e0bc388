//! What falls next out of Blackhole, and when.

use std::collections::HashMap;

use super::Look;
use crate::config::Config;
use crate::daemon::fall::is_banished;
use crate::logic::engine::{Falling, FallingRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, Flags, Uid, UnixTime};
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
        let mut rows = Vec::new();
        for shelf in self.shelves_of(Category::Blackhole, Some(name)) {
            let there: HashMap<Uid, Flags> = self.store.uids_in(shelf.folder)?.into_iter().collect();
            let stays = |uid: Uid| there.get(&uid).is_none_or(|flags| flags.flagged);
            for row in self.store.blackholed_until(*id, &shelf.name, UnixTime(i64::MAX))? {
                if row.before.validity != shelf.validity || row.to_uid.is_none_or(stays) {
                    continue;
                }
                let list = self.store.list_of(*id, row.intent.instance)?;
                if is_banished(&orders, Address::parse(&row.intent.sender), list) {
                    rows.push(FallingRow { at: row.at, sender: row.intent.sender, subject: row.intent.subject });
                }
            }
            for one in self.store.dragged_until(*id, &shelf.name, UnixTime(i64::MAX))? {
                if !stays(one.uid) && is_banished(&orders, one.sender.clone(), one.list) {
                    let sender = one.sender.map(|sender| sender.as_str().to_owned()).unwrap_or_default();
                    let spot = self.store.mail_spot(shelf.folder, one.uid)?;
                    let shown = spot.map(|spot| self.store.shown_mail(&spot)).transpose()?.flatten();
                    let subject = shown.and_then(|shown| shown.subject).unwrap_or_default();
                    rows.push(FallingRow { at: one.at, sender, subject });
                }
            }
        }
        rows.sort_by_key(|row| row.at);
        falling.total = rows.len() as u64;
        rows.truncate(limit);
        for row in &mut rows {
            row.at = UnixTime(row.at.0.saturating_add(i64::from(days) * UnixTime::DAY));
        }
        falling.next = rows;
        Ok(falling)
    }
}
