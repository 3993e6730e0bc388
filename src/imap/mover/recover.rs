//! What a crash or a cut connection left: rows whose outcome nobody saw.
//!
//! Running it twice is the same as running it once. Nothing is settled by Message-ID alone: another mail with the same one,
//! or with none, may lie in the target, and SEARCH HEADER matches substrings (mailsuite#40 made duplicates).

use std::collections::{HashMap, HashSet, VecDeque};

use super::look::{
    Arrivals, Found, back_to_source, compare, look_from, open_if_there, read_since, renumbered, still_there,
};
use super::{LINE_LIMIT, Outcome, Witness, append, by_copy};
use crate::imap::{Access, Session, Status, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, FolderName, Instance, RowId, Uid, UidValidity};
use crate::logic::journal::{Kind, Lying, Place, Row, Settlement, Sight, doubtful, settle, the_same_bytes};

/// Why a move is refused that a run was to make when it ended. A server may carry out the command of a connection that is dead even after
/// this was said: what then is missing where it was has to be looked for once more.
pub const NOT_MOVED: &str = "the run ended before it was moved";

/// The same, of a move of which the copy came into the target all the same. A server may carry out the COPY of a connection that is dead; or
/// somebody copied the message. With MOVE it was somebody, and neither is removed; without, the move is finished where every byte is the same and
/// the user has not touched it since.
pub const COPIED_LATE: &str =
    "the run ended before it was moved, and a copy of it came all the same, so it may be there twice";

/// What is known of the target from before: none of it can be a copy that the open rows made.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// UIDs that other rows claim.
    pub claimed: HashSet<Uid>,
    /// What lay in it. Counts only when the target was renumbered since, and its UIDs tell nothing any more.
    pub lay_there: Vec<Instance>,
}

/// Settles `rows`, which share their kind, source, target and `before`.
///
/// # Errors
/// When the connection fails, or the server refuses to open a mailbox that exists: the rows stay open.
pub async fn recover(
    session: &mut Session,
    rows: &[Row],
    known: &Known,
    witness: &mut impl Witness,
) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    if first.intent.kind == Kind::Flag {
        return recover_flags(session, rows).await;
    }
    if first.intent.kind == Kind::Append {
        return append::recover(session, rows).await;
    }
    let mut arrivals = arrived(session, first, known).await?;
    let source = Source::look(session, rows).await?;
    if source.there.len() < rows.len() && arrivals.found.len() < rows.len() {
        // The command of a dead connection may be carried out between one look and the other.
        arrivals = arrived(session, first, known).await?;
        source.open_again(session).await?;
    }
    let mut sight = Sight { in_source: source.lying(), in_target: arrivals.lying() };
    let known_copies = with_copies_known(rows, arrivals.renumbered, &source);
    if let Some(first) = rows.iter().find(|row| source.there.contains_key(&row.id)) {
        let doubts = doubtful(&known_copies, &sight);
        compare(session, &source.placed(first), &mut sight, doubts).await?;
    }
    let mut outcomes = Vec::with_capacity(rows.len());
    let (mut copied, mut unmark) = (Vec::new(), Vec::new());
    let settled: HashMap<_, _> = settle(&known_copies, &sight, the_same_bytes).into_iter().collect();
    for row in rows {
        let marked_by_us = source.flags(row).deleted && row.to_uid.is_some();
        match settled.get(&row.id) {
            Some(Settlement::Arrived(uid)) => outcomes.push(Outcome::done(row, Some(*uid))),
            // Somebody else marked it: their word stands, and there is nothing left for us to remove.
            Some(Settlement::Copied(_)) if source.flags(row).deleted && !marked_by_us => {
                outcomes.push(Outcome::refused(row, "it was marked as deleted by another program meanwhile"));
            }
            // Only our mark tells our message from another like it when its UID says nothing any more.
            Some(Settlement::Copied(_)) if source.renumbered && !marked_by_us => {
                outcomes.push(Outcome::refused(row, "its mailbox was renumbered meanwhile: it may be in both now"));
            }
            Some(Settlement::Copied(uid)) => copied.push((source.placed(row), *uid)),
            Some(Settlement::StillThere) => {
                unmark.extend(marked_by_us.then(|| source.placed(row).intent.from.uid));
                outcomes.push(Outcome::refused(row, NOT_MOVED));
            }
            Some(Settlement::Gone) | None => outcomes.push(Outcome::gone(row)),
        }
    }
    if session.capabilities().can_expunge_by_uid() {
        keep(session, &copied, &arrivals).await?;
        outcomes.extend(by_copy::finish(session, &copied, &arrivals.carried(&copied), witness).await?);
    } else {
        let why = "it is in both mailboxes, and the server cannot remove one of them safely";
        outcomes.extend(copied.iter().map(|(row, _)| Outcome::refused(row, why)));
    }
    for (set, _) in uid_sets(&unmark, LINE_LIMIT - 100) {
        session.exec(&format!("UID STORE {set} -FLAGS.SILENT (\\Deleted)")).await?;
    }
    if arrivals.renumbered {
        // The rows name the old UIDVALIDITY: a UID of the new one means nothing there. Undo finds the message by what it is.
        outcomes.iter_mut().for_each(|outcome| outcome.to_uid = None);
    }
    Ok(outcomes)
}

/// Where messages came to lie that are no longer where `rows` left them. Rows about others have no outcome. Changes nothing.
///
/// # Errors
/// As [`recover`].
pub async fn arrived_late(session: &mut Session, rows: &[Row], known: &Known) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let arrivals = arrived(session, first, known).await?;
    let source = Source::look(session, rows).await?;
    if arrivals.renumbered || source.renumbered {
        return Ok(Vec::new());
    }
    let sight = Sight { in_source: source.lying(), in_target: arrivals.lying() };
    let by_id: HashMap<RowId, &Row> = rows.iter().map(|row| (row.id, row)).collect();
    let late = settle(rows, &sight, |_, _| false).into_iter().filter_map(|(row, settlement)| match settlement {
        Settlement::Arrived(uid) => Some(Outcome::done(by_id.get(&row)?, Some(uid))),
        _ => None,
    });
    Ok(late.collect())
}

/// What came into the target since the row was written down.
async fn arrived(session: &mut Session, row: &Row, known: &Known) -> Result<Arrivals, Fault> {
    let mut arrivals = read_since(session, &row.intent.to, row.before, &known.claimed).await?;
    if arrivals.renumbered {
        without(&mut arrivals, &known.lay_there);
    }
    Ok(arrivals)
}

/// The rows, with the UIDs of their copies as far as these mean anything: none that names a message of a renumbered target, and in a renumbered
/// source even the original is only one that looks like it.
fn with_copies_known(rows: &[Row], target_renumbered: bool, source: &Source) -> Vec<Row> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        if target_renumbered || (source.renumbered && source.there.contains_key(&row.id)) {
            row.to_uid = None;
        }
    }
    rows
}

/// Takes out one message for each of `lay_there`, the oldest first.
fn without(arrivals: &mut Arrivals, lay_there: &[Instance]) {
    let mut old: HashMap<Instance, usize> = HashMap::new();
    lay_there.iter().for_each(|instance| *old.entry(*instance).or_default() += 1);
    arrivals.found.retain(|(_, found)| match old.get_mut(&found.instance) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
}

/// A copy that carries `\Deleted` would not outlive the next program that expunges: an attempt to take it back was cut off, or
/// somebody deletes it. It has to stay now that the source goes. Leaves the source selected.
async fn keep(session: &mut Session, copied: &[(Row, Uid)], arrivals: &Arrivals) -> Result<(), Fault> {
    let doomed: HashSet<Uid> =
        arrivals.found.iter().filter(|(_, found)| found.flags.deleted).map(|(uid, _)| *uid).collect();
    let ours: Vec<Uid> = copied.iter().map(|(_, uid)| *uid).filter(|uid| doomed.contains(uid)).collect();
    let Some((first, _)) = copied.first().filter(|_| !ours.is_empty()) else { return Ok(()) };
    session.select(&first.intent.to, Access::ReadWrite).await?;
    for (set, _) in uid_sets(&ours, LINE_LIMIT - 100) {
        let answer = session.exec(&format!("UID STORE {set} -FLAGS.SILENT (\\Deleted)")).await?;
        if answer.tagged.status != Status::Ok {
            return Err(answer.tagged.fault("keeping a copy that is marked as deleted"));
        }
    }
    back_to_source(session, first).await.map(drop)
}

/// The rows' messages that are still in the source. A source that is gone holds nothing; in one that was renumbered the
/// messages are found by instance, each for one row.
struct Source {
    folder: FolderName,
    validity: UidValidity,
    renumbered: bool,
    there: HashMap<RowId, (Uid, Found)>,
}

impl Source {
    /// Leaves the source selected, if there is one.
    async fn look(session: &mut Session, rows: &[Row]) -> Result<Source, Fault> {
        let place = &rows[0].intent.from;
        let (folder, validity) = (place.folder.clone(), place.validity);
        let mut source = Source { folder, validity, renumbered: false, there: HashMap::new() };
        let Some(selected) = open_if_there(session, &place.folder, Access::ReadWrite).await? else {
            return Ok(source);
        };
        if selected.uid_validity == place.validity {
            let there = still_there(session, &rows.iter().collect::<Vec<_>>()).await?;
            let found = |row: &Row| Some((row.id, (row.intent.from.uid, *there.get(&row.intent.from.uid)?)));
            source.there = rows.iter().filter_map(found).collect();
            return Ok(source);
        }
        (source.validity, source.renumbered) = (selected.uid_validity, true);
        let mut by_instance: HashMap<Instance, VecDeque<(Uid, Found)>> = HashMap::new();
        if selected.exists > 0 {
            for (uid, found) in look_from(session, Uid(1)).await? {
                by_instance.entry(found.instance).or_default().push_back((uid, found));
            }
        }
        // New numbers mostly follow the order of the old ones.
        let mut in_order: Vec<&Row> = rows.iter().collect();
        in_order.sort_by_key(|row| row.intent.from.uid);
        let mut claim = |row: &Row| Some((row.id, by_instance.get_mut(&row.intent.instance)?.pop_front()?));
        source.there = in_order.into_iter().filter_map(&mut claim).collect();
        Ok(source)
    }

    /// Selects it once more, if there is one.
    ///
    /// # Errors
    /// When it was renumbered since.
    async fn open_again(&self, session: &mut Session) -> Result<(), Fault> {
        match open_if_there(session, &self.folder, Access::ReadWrite).await? {
            Some(selected) if !self.there.is_empty() && selected.uid_validity != self.validity => Err(renumbered()),
            _ => Ok(()),
        }
    }

    fn lying(&self) -> HashMap<RowId, Lying> {
        self.there.iter().map(|(row, (uid, found))| (*row, found.under(*uid))).collect()
    }

    fn flags(&self, row: &Row) -> Flags {
        self.there.get(&row.id).map(|(_, found)| found.flags).unwrap_or_default()
    }

    /// The row with the place where its message lies now.
    fn placed(&self, row: &Row) -> Row {
        let mut row = row.clone();
        if let Some((uid, _)) = self.there.get(&row.id) {
            row.intent.from = Place { folder: self.folder.clone(), validity: self.validity, uid: *uid };
        }
        row
    }
}

async fn recover_flags(session: &mut Session, rows: &[Row]) -> Result<Vec<Outcome>, Fault> {
    let source = Source::look(session, rows).await?;
    let outcomes = rows.iter().map(|row| match source.there.get(&row.id) {
        Some((uid, found)) if found.flags.important != row.intent.undoes.is_some() => {
            Outcome::done(row, (!source.renumbered).then_some(*uid))
        }
        Some(_) => Outcome::refused(row, "the run ended before it was flagged"),
        None => Outcome::gone(row),
    });
    Ok(outcomes.collect())
}
