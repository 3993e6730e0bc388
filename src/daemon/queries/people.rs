//! The ledger in pages.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Look, in_words, limit};
use crate::logic::engine::{SenderQuery, SenderRow, SenderSort, SendersPage};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, UnixTime};
use crate::logic::orders::{Orders, Who};
use crate::store::{AccountId, LedgerRow, SenderRank};

/// Weeks that are counted.
const WEEKS: usize = 26;
const WEEK: i64 = 7 * UnixTime::DAY;

impl Look<'_> {
    pub(super) fn senders(&mut self, query: &SenderQuery) -> Result<SendersPage, Fault> {
        let accounts = self.chosen(query.account.as_deref());
        let rank = match query.sort {
            SenderSort::Volume => SenderRank::Received,
            SenderSort::Read => SenderRank::Read,
            SenderSort::Replied => SenderRank::Replied,
            SenderSort::Recent => SenderRank::Recent,
            SenderSort::Name => SenderRank::Name,
        };
        let part = (query.page.offset, limit(query.page));
        let (found, total) = self.store.ranked_senders(&accounts, (rank, query.reverse), &query.filter, part)?;
        Ok(SendersPage { rows: self.told(found)?, offset: query.page.offset, total })
    }

    /// One sender, with weeks and order.
    pub(super) fn sender(&self, account: &str, address: &Address) -> Result<Option<SenderRow>, Fault> {
        let Some(account) = self.chosen(Some(account)).pop() else { return Ok(None) };
        let found = self.store.ledger_row(account, address)?;
        Ok(self.told(found.into_iter().collect())?.pop())
    }

    fn told(&self, found: Vec<LedgerRow>) -> Result<Vec<SenderRow>, Fault> {
        let weeks = self.weeks(&found)?;
        let orders = self.orders(&found)?;
        let row = |(row, weeks): (LedgerRow, Vec<u32>)| SenderRow {
            account: self.name_of(row.account),
            order: Address::parse(&row.address)
                .and_then(|address| orders.get(&row.account)?.of(&Who::Address(address)))
                .map(|order| in_words(order.category)),
            address: row.address,
            received: row.received,
            read: row.read,
            replied: row.replied,
            sent_to: row.sent_to,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
            category: row.category,
            weeks,
        };
        Ok(found.into_iter().zip(weeks).map(row).collect())
    }

    /// The orders of the accounts that the rows are of.
    fn orders(&self, rows: &[LedgerRow]) -> Result<HashMap<AccountId, Orders>, Fault> {
        let mut orders = HashMap::new();
        for row in rows {
            if let Entry::Vacant(entry) = orders.entry(row.account) {
                let stored = self.store.orders(Some(row.account), false)?;
                entry.insert(Orders::new(stored.into_iter().map(|stored| stored.order).collect()));
            }
        }
        Ok(orders)
    }

    /// Mail of each row in each week up to now.
    fn weeks(&self, rows: &[LedgerRow]) -> Result<Vec<Vec<u32>>, Fault> {
        let since = UnixTime(self.now.0.saturating_sub(WEEKS as i64 * WEEK));
        let mut weeks = vec![vec![0; WEEKS]; rows.len()];
        let mut places: HashMap<AccountId, Vec<usize>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            places.entry(row.account).or_default().push(place);
        }
        for (account, places) in places {
            let addresses: Vec<&str> = places.iter().map(|place| rows[*place].address.as_str()).collect();
            for (which, at) in self.store.arrivals_of(account, &addresses, since)? {
                // A Date that lies ahead counts as now.
                let week = usize::try_from((at.0 - since.0) / WEEK).unwrap_or(0).min(WEEKS - 1);
                weeks[places[which]][week] += 1;
            }
        }
        Ok(weeks)
    }
}
