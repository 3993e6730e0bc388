//! What became of intents whose outcome nobody saw, and when that is certain enough to remove an original.
//!
//! Whoever removes an original on the word of a look-alike destroys mail. So a message that is in its source still is removed only when it is
//! certainly in the target, too: because the row knows the UID of its copy (COPYUID said it, or it was proven before the line was cut), or because a
//! message came into the target that has the same header fields, size and INTERNALDATE (which COPY and MOVE keep: RFC 9051, section
//! 6.4.7), and of which every byte is the same. Whatever else that is, nothing is lost then. In the slightest doubt it stays in both places:
//! a message that is there twice can be removed by its user, one that is not there by nobody.

use std::collections::{HashMap, HashSet};

use super::Row;
use crate::logic::ids::{Instance, RowId, Uid, UnixTime};

/// What became of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It is in the target and not in the source.
    Arrived(Uid),
    /// It is in both: the copy is proven, and the source has to go.
    Copied(Uid),
    /// It is in the source, and for all that is proven it is there only.
    StillThere,
    /// It is in neither.
    Gone,
}

/// The SHA-256 of a whole message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bytes(pub [u8; 32]);

/// A message where it lies now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lying {
    /// Under this UID.
    pub uid: Uid,
    /// Which.
    pub instance: Instance,
    /// Its INTERNALDATE, when the server says it.
    pub internal_date: Option<UnixTime>,
    /// All of it, when it was read.
    pub bytes: Option<Bytes>,
}

/// What was found of rows that share one source and one target mailbox.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// The rows' messages that are still in the source.
    pub in_source: HashMap<RowId, Lying>,
    /// The messages that came into the target since [`Before`](super::Before) and that no other row claims.
    pub in_target: Vec<Lying>,
}

impl Sight {
    fn alike(&self, row: &Row) -> impl Iterator<Item = &Lying> {
        self.in_target.iter().filter(|one| one.instance == row.intent.instance)
    }
}

/// Proof when other mail may have come meanwhile: the date and every byte.
pub fn the_same_bytes(original: &Lying, copy: &Lying) -> bool {
    the_same_date(original, copy) && original.bytes.is_some() && original.bytes == copy.bytes
}

/// Proof right after a COPY that the server says it has carried out, where as many came as were copied ([`copies_are_plain`]).
pub fn the_same_date(original: &Lying, copy: &Lying) -> bool {
    original.internal_date.is_some() && original.internal_date == copy.internal_date
}

/// Messages that have to be read as a whole before [`the_same_bytes`] can tell anything: those of the source, and those of the target.
pub fn doubtful(rows: &[Row], sight: &Sight) -> (Vec<Lying>, Vec<Lying>) {
    let named: HashSet<Uid> = rows.iter().filter_map(|row| row.to_uid).collect();
    let (mut originals, mut copies): (Vec<Lying>, Vec<Lying>) = (Vec::new(), Vec::new());
    for row in rows {
        let Some(original) = sight.in_source.get(&row.id) else { continue };
        if row.to_uid.is_some_and(|uid| sight.alike(row).any(|one| one.uid == uid)) {
            continue;
        }
        let alike = || sight.alike(row).filter(|one| !named.contains(&one.uid) && the_same_date(original, one));
        if alike().next().is_some() {
            originals.push(*original);
            copies.extend(alike());
        }
    }
    copies.sort_unstable_by_key(|one| one.uid);
    copies.dedup_by_key(|one| one.uid);
    (originals, copies)
}

/// Decides what became of `rows`; `is_copy` is the proof without which no original is removed.
///
/// Each message in the target proves one row only: identical copies are matched one to one. What a row knows of its copy comes first, then rows whose source
/// has vanished, because a copy is certainly theirs, then those that are still there. Messages that look the same may differ in their
/// bodies and flags, so when a server got through a part of them only, it matters which: they are matched in the order of their UIDs, in which
/// they were asked for. What has vanished may have arrived with another date, as a server may forget dates: nothing is removed then.
pub fn settle(rows: &[Row], sight: &Sight, is_copy: impl Fn(&Lying, &Lying) -> bool) -> Vec<(RowId, Settlement)> {
    let mut settled = Vec::with_capacity(rows.len());
    for (instance, rows) in by_instance(rows) {
        let mut free: Vec<Lying> = sight.in_target.iter().filter(|one| one.instance == instance).copied().collect();
        free.sort_by_key(|one| one.uid);
        settle_alike(&rows, sight, free, &is_copy, &mut settled);
    }
    settled
}

/// Rows of messages that look the same, in the order of their UIDs.
fn by_instance(rows: &[Row]) -> HashMap<Instance, Vec<&Row>> {
    let mut groups: HashMap<Instance, Vec<&Row>> = HashMap::new();
    rows.iter().for_each(|row| groups.entry(row.intent.instance).or_default().push(row));
    groups.values_mut().for_each(|group| group.sort_by_key(|row| row.intent.from.uid));
    groups
}

fn settle_alike(
    rows: &[&Row],
    sight: &Sight,
    mut free: Vec<Lying>,
    is_copy: &impl Fn(&Lying, &Lying) -> bool,
    settled: &mut Vec<(RowId, Settlement)>,
) {
    let (mut present, mut vanished) = (Vec::new(), Vec::new());
    for row in rows {
        let original = sight.in_source.get(&row.id);
        match (take(&mut free, |one| Some(one.uid) == row.to_uid), original) {
            (Some(uid), Some(_)) => settled.push((row.id, Settlement::Copied(uid))),
            (Some(uid), None) => settled.push((row.id, Settlement::Arrived(uid))),
            (None, Some(original)) => present.push((row.id, *original)),
            (None, None) => vanished.push(*row),
        }
    }
    let wanted: HashSet<Uid> = free
        .iter()
        .filter(|one| present.iter().any(|(_, original)| is_copy(original, one)))
        .map(|one| one.uid)
        .collect();
    let mut nowhere = Vec::new();
    for row in vanished {
        let dated = |one: &Lying| one.internal_date.is_none_or(|date| date == row.intent.internal_date);
        let found = take(&mut free, |one| dated(one) && !wanted.contains(&one.uid)).or_else(|| take(&mut free, dated));
        match found {
            Some(uid) => settled.push((row.id, Settlement::Arrived(uid))),
            None => nowhere.push(row.id),
        }
    }
    for (row, original) in present {
        let found = take(&mut free, |one| is_copy(&original, one));
        settled.push((row, found.map_or(Settlement::StillThere, Settlement::Copied)));
    }
    for row in nowhere {
        settled.push((row, take(&mut free, |_| true).map_or(Settlement::Gone, Settlement::Arrived)));
    }
}

/// Takes the first that is meant.
fn take(free: &mut Vec<Lying>, meant: impl Fn(&Lying) -> bool) -> Option<Uid> {
    let place = free.iter().position(meant)?;
    Some(free.remove(place).uid)
}

/// Whether a COPY that the server says it has carried out brought just what was asked for: of no message that looks like one of `rows` more
/// than there are rows, and for each that is still in the source one with its date. Else their bytes have to tell.
pub fn copies_are_plain(rows: &[Row], sight: &Sight) -> bool {
    by_instance(rows).into_values().all(|rows| {
        let mut free: Vec<Lying> = sight.alike(rows[0]).copied().collect();
        let enough = free.len() <= rows.len();
        let mut present = rows.iter().filter_map(|row| sight.in_source.get(&row.id));
        enough && present.all(|original| take(&mut free, |one| the_same_date(original, one)).is_some())
    })
}

/// [`settle`], right after a COPY that the server says it has carried out. Nothing was removed yet, so what has vanished from the source was
/// taken by somebody else, perhaps before it was copied; what is still there was there to be copied. Among messages that look the
/// same the copies are therefore theirs first. Not when there are fewer of them: then nothing is certain.
pub fn settle_copies(
    rows: &[Row],
    sight: &Sight,
    is_copy: impl Fn(&Lying, &Lying) -> bool,
) -> Vec<(RowId, Settlement)> {
    let (present, vanished): (Vec<Row>, Vec<Row>) =
        rows.iter().cloned().partition(|row| sight.in_source.contains_key(&row.id));
    let mut settled = settle(&present, sight, &is_copy);
    let mut claimed = HashSet::with_capacity(settled.len());
    for (_, settlement) in &settled {
        match settlement {
            Settlement::Copied(uid) => claimed.insert(*uid),
            _ => return settle(rows, sight, &is_copy),
        };
    }
    let mut others = sight.clone();
    others.in_target.retain(|one| !claimed.contains(&one.uid));
    settled.extend(settle(&vanished, &others, &is_copy));
    settled
}
