//! What a crash or a cut connection left: rows whose outcome nobody saw.
//!
//! Running it twice is the same as running it once. Nothing is settled by Message-ID alone: another mail with the same one,
//! or with none, may lie in the target, and SEARCH HEADER matches substrings (mailsuite#40 made duplicates).

use std::collections::{HashMap, HashSet};

use super::look::{look_from, read_since, still_there};
use super::{LINE_LIMIT, Outcome, Witness, by_copy};
use crate::imap::{Access, Selected, Session, uid_sets};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Flags, Instance, Uid};
use crate::logic::journal::{Kind, Row, Settlement, settle};

/// Settles `rows`, which share their kind, source, target and `before`. `claimed` are UIDs in the target that belong to
/// other rows.
///
/// # Errors
/// When the connection fails: the rows stay open.
pub async fn recover(
    session: &mut Session,
    rows: &[Row],
    claimed: &HashSet<Uid>,
    witness: &mut impl Witness,
) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    if first.intent.kind == Kind::Flag {
        return recover_flags(session, rows).await;
    }
    let in_target = read_since(session, &first.intent.to, first.before, claimed).await?;
    let (selected, in_source) = in_source(session, rows).await?;
    let present: HashSet<Uid> = in_source.keys().copied().collect();
    let settled: HashMap<_, _> = settle(rows, &present, &in_target).into_iter().collect();
    let mut outcomes = Vec::with_capacity(rows.len());
    let (mut copied, mut unmark) = (Vec::new(), Vec::new());
    for row in rows {
        let flags = in_source.get(&row.intent.from.uid).copied().unwrap_or_default();
        let marked_by_us = flags.deleted && row.to_uid.is_some();
        match settled.get(&row.id) {
            Some(Settlement::Arrived(uid)) => outcomes.push(Outcome::done(row, Some(*uid))),
            // Somebody else marked it: their word stands, and there is nothing left for us to remove.
            Some(Settlement::Copied(_)) if flags.deleted && !marked_by_us => {
                outcomes.push(Outcome::refused(row, "it was marked as deleted by another program meanwhile"));
            }
            Some(Settlement::Copied(uid)) => copied.push((row.clone(), *uid)),
            Some(Settlement::StillThere) => {
                if marked_by_us {
                    unmark.push(row.intent.from.uid);
                }
                outcomes.push(Outcome::refused(row, "the run ended before it was moved"));
            }
            Some(Settlement::Gone) | None => outcomes.push(Outcome::gone(row)),
        }
    }
    let same_uids = selected.as_ref().is_some_and(|source| source.uid_validity == first.intent.from.validity);
    if same_uids && session.capabilities().has("UIDPLUS") {
        outcomes.extend(by_copy::finish(session, &copied, witness).await?);
    } else {
        let why = "it is in both mailboxes, and the server cannot remove one of them safely";
        outcomes.extend(copied.iter().map(|(row, _)| Outcome::refused(row, why)));
    }
    if same_uids {
        for (set, _) in uid_sets(&unmark, LINE_LIMIT - 100) {
            session.exec(&format!("UID STORE {set} -FLAGS.SILENT (\\Deleted)")).await?;
        }
    }
    Ok(outcomes)
}

/// The rows' messages that are still in the source, with their flags. A source that is gone holds nothing; in one that was
/// renumbered the messages are found by instance.
async fn in_source(session: &mut Session, rows: &[Row]) -> Result<(Option<Selected>, HashMap<Uid, Flags>), Fault> {
    let place = &rows[0].intent.from;
    let selected = match session.select(&place.folder, Access::ReadWrite).await {
        Ok(selected) => selected,
        Err(fault) if fault.kind == FaultKind::Refused && !session.is_broken() => return Ok((None, HashMap::new())),
        Err(fault) => return Err(fault),
    };
    if selected.uid_validity == place.validity {
        let there = still_there(session, &rows.iter().collect::<Vec<_>>()).await?;
        return Ok((Some(selected), there));
    }
    let mut counts: HashMap<Instance, u32> = HashMap::new();
    if selected.exists > 0 {
        for (_, instance) in look_from(session, Uid(1)).await? {
            *counts.entry(instance).or_default() += 1;
        }
    }
    let mut there = HashMap::new();
    for row in rows {
        if let Some(count) = counts.get_mut(&row.intent.instance).filter(|count| **count > 0) {
            *count -= 1;
            there.insert(row.intent.from.uid, Flags::default());
        }
    }
    Ok((Some(selected), there))
}

async fn recover_flags(session: &mut Session, rows: &[Row]) -> Result<Vec<Outcome>, Fault> {
    let (_, there) = in_source(session, rows).await?;
    let outcomes = rows.iter().map(|row| match there.get(&row.intent.from.uid) {
        Some(flags) if flags.important != row.intent.undoes.is_some() => Outcome::done(row, Some(row.intent.from.uid)),
        Some(_) => Outcome::refused(row, "the run ended before it was flagged"),
        None => Outcome::gone(row),
    });
    Ok(outcomes.collect())
}
