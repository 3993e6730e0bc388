//! Lists of mail: paging, filtering, finding.

use super::views::{Count, Which};
use super::{Look, limit};
use crate::logic::engine::{Find, MailPage, MailQuery, MailRow, MessageKey, ShelfCount};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::smart_case::SmartCase;
use crate::store::{MailSpot, MailText, Shelf, Store};

/// So near the beginning, and in a list of one mailbox everywhere, a page is read by the index; elsewhere out of the merged list.
const NEAR: u64 = 1000;

/// What stands for a subject that an older mailherd did not keep, until its header is read again.
const NO_SUBJECT_YET: &str = "(subject not known yet)";

impl Look<'_> {
    pub(super) fn count(&mut self, account: Option<&str>) -> Result<Vec<ShelfCount>, Fault> {
        let count = |category| {
            let shelves = self.shelves_of(category, account);
            let (total, unread) = (self.total(&shelves)?, self.unread(&shelves)?);
            Ok(ShelfCount { category, total, unread })
        };
        Category::ALL.into_iter().map(count).collect()
    }

    fn total(&mut self, shelves: &[Shelf]) -> Result<u64, Fault> {
        shelves.iter().map(|one| self.views.count(Count::All(one.folder), || self.store.count_mail(one.folder))).sum()
    }

    fn unread(&mut self, shelves: &[Shelf]) -> Result<u64, Fault> {
        shelves
            .iter()
            .map(|one| self.views.count(Count::Unread(one.folder), || self.store.count_unread(one.folder)))
            .sum()
    }

    pub(super) fn mail(&mut self, query: &MailQuery) -> Result<MailPage, Fault> {
        let shelves = self.shelves_of(query.category, query.account.as_deref());
        let which = Which::all(query);
        let limit = u64::from(limit(query.page));
        let around = query.around.as_ref().map_or(Ok(None), |key| self.spot(&shelves, key))?;
        if which.filter.is_empty() && !self.views.have(&which) {
            let total = self.total(&shelves)?;
            let place = around.map(|spot| self.place(&shelves, &spot)).transpose()?;
            let offset = place.map_or(query.page.offset, |place| place.saturating_sub(limit / 2));
            if shelves.len() == 1 || offset <= NEAR {
                let spots = self.by_index(&shelves, offset, limit)?;
                return Ok(MailPage { rows: self.rows_of(&shelves, &spots)?, offset, total, place });
            }
        }
        let store = self.store;
        let spots = self.views.get(&which, || list(store, &shelves, &which))?;
        let place = around.and_then(|spot| spots.binary_search(&spot).ok()).map(|place| place as u64);
        let offset = place.map_or(query.page.offset, |place| place.saturating_sub(limit / 2));
        let total = spots.len();
        let first = usize::try_from(offset).unwrap_or(usize::MAX).min(total);
        let part = spots[first..total.min(first.saturating_add(limit as usize))].to_vec();
        Ok(MailPage { rows: self.rows_of(&shelves, &part)?, offset, total: total as u64, place })
    }

    /// Where the message is in the order of lists; `None` when it is not in this one any more.
    fn spot(&self, shelves: &[Shelf], key: &MessageKey) -> Result<Option<MailSpot>, Fault> {
        let is = |shelf: &&Shelf| {
            shelf.name == key.folder && shelf.validity == key.validity && self.name_of(shelf.account) == key.account
        };
        shelves.iter().find(is).map_or(Ok(None), |shelf| self.store.mail_spot(shelf.folder, key.uid))
    }

    fn place(&self, shelves: &[Shelf], spot: &MailSpot) -> Result<u64, Fault> {
        shelves.iter().map(|shelf| self.store.mail_before(shelf.folder, spot)).sum()
    }

    /// A part of the mail of one mailbox, or of the newest of several.
    fn by_index(&self, shelves: &[Shelf], offset: u64, limit: u64) -> Result<Vec<MailSpot>, Fault> {
        if let [one] = shelves {
            return self.store.mail_spots(one.folder, offset, limit);
        }
        let mut spots = Vec::new();
        for shelf in shelves {
            spots.extend(self.store.mail_spots(shelf.folder, 0, offset + limit)?);
        }
        spots.sort();
        Ok(spots.into_iter().skip(offset as usize).take(limit as usize).collect())
    }

    fn rows_of(&self, shelves: &[Shelf], spots: &[MailSpot]) -> Result<Vec<MailRow>, Fault> {
        let rows = spots.iter().map(|spot| self.row_of(shelves, spot));
        rows.filter_map(Result::transpose).collect()
    }

    fn row_of(&self, shelves: &[Shelf], spot: &MailSpot) -> Result<Option<MailRow>, Fault> {
        let Some(shelf) = shelves.iter().find(|shelf| shelf.folder == spot.folder) else { return Ok(None) };
        let Some(shown) = self.store.shown_mail(spot)? else { return Ok(None) };
        let key = MessageKey {
            account: self.name_of(shelf.account),
            folder: shelf.name.clone(),
            validity: shelf.validity,
            uid: spot.uid,
        };
        Ok(Some(MailRow {
            key,
            name: shown.name,
            address: shown.address,
            subject: shown.subject.unwrap_or_else(|| NO_SUBJECT_YET.to_owned()),
            at: spot.at,
            flags: shown.flags,
            list: shown.list,
            filed: shown.filed,
        }))
    }

    pub(super) fn find(&mut self, find: &Find) -> Result<Option<u64>, Fault> {
        if find.text.trim().is_empty() {
            return Ok(None);
        }
        let shelves = self.shelves_of(find.list.category, find.list.account.as_deref());
        let all = Which::all(&find.list);
        let which = Which { text: find.text.trim().to_owned(), ..all.clone() };
        let store = self.store;
        let from = {
            let spots = self.views.get(&all, || list(store, &shelves, &all))?;
            usize::try_from(find.from).ok().and_then(|from| spots.get(from).copied())
        };
        let hits = self.views.get(&which, || list(store, &shelves, &which))?;
        let hit = next(hits, from, find.backward);
        let spots = self.views.get(&all, || list(store, &shelves, &all))?;
        Ok(hit.and_then(|hit| spots.binary_search(&hit).ok()).map(|place| place as u64))
    }
}

impl Which {
    fn all(query: &MailQuery) -> Which {
        Which {
            category: query.category,
            account: query.account.clone(),
            filter: query.filter.trim().to_owned(),
            text: String::new(),
        }
    }
}

/// The hit after `from`, or before it; beyond the end the other end, so that `from` itself comes last. From no place: the first, or
/// the last.
fn next(hits: &[MailSpot], from: Option<MailSpot>, backward: bool) -> Option<MailSpot> {
    let found = match (from, backward) {
        (None, _) => None,
        (Some(from), false) => hits.get(hits.partition_point(|hit| *hit <= from)),
        (Some(from), true) => hits[..hits.partition_point(|hit| *hit < from)].last(),
    };
    found.or(if backward { hits.last() } else { hits.first() }).copied()
}

/// The whole list, in order.
fn list(store: &Store, shelves: &[Shelf], which: &Which) -> Result<Vec<MailSpot>, Fault> {
    let mut wanted: Vec<SmartCase> =
        [&which.filter, &which.text].into_iter().map(|text| SmartCase::new(text)).collect();
    wanted.retain(|text| !text.is_empty());
    let mut spots = Vec::new();
    for shelf in shelves {
        match wanted.as_mut_slice() {
            [] => spots.extend(store.mail_spots(shelf.folder, 0, u64::MAX)?),
            [one] => spots.extend(matching(store, shelf, one)?),
            [first, rest @ ..] => {
                let mut found = matching(store, shelf, first)?;
                for other in rest {
                    let also: std::collections::HashSet<u32> =
                        matching(store, shelf, other)?.iter().map(|spot| spot.uid.0).collect();
                    found.retain(|spot| also.contains(&spot.uid.0));
                }
                spots.extend(found);
            }
        }
    }
    spots.sort();
    Ok(spots)
}

/// Messages of a mailbox whose sender, subject or list holds a text.
fn matching(store: &Store, shelf: &Shelf, wanted: &mut SmartCase) -> Result<Vec<MailSpot>, Fault> {
    let holds = |wanted: &mut SmartCase, from: MailText<'_>| {
        wanted.is_in(from.name) || wanted.is_in(from.address) || wanted.is_in(from.list)
    };
    let origins = store.matching_origins(|from| holds(wanted, from))?;
    store.matching_mail(shelf, |origin, subject| {
        let from = match origin {
            Ok(origin) => origins.contains(&origin),
            Err(from) => holds(wanted, from),
        };
        from || wanted.is_in(subject)
    })
}
