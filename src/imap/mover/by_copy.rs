//! COPY, STORE `\Deleted`, UID EXPUNGE (RFC 4315), for servers without MOVE.

use std::collections::{HashMap, HashSet};

use super::late::{Carried, hand_on, late};
use super::look::{back_to_source, compare, look, new_in_target, present, still_there};
use super::{LINE_LIMIT, Outcome, Witness, copyuid_pairs};
use crate::imap::{Access, Answer, Session, Status, quote, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::{Instance, RowId, Uid};
use crate::logic::journal::{Lying, Row, Settlement, Sight, copies_are_plain, settle_copies, the_same_date};

pub(super) async fn carry_out(
    session: &mut Session,
    rows: &[Row],
    carried: &Carried,
    may_delete: bool,
    witness: &mut impl Witness,
) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    if !may_delete {
        return Ok(rows
            .iter()
            .map(|row| Outcome::denied(row, "the server does not let us remove mail there"))
            .collect());
    }
    let target = quote(first.intent.to.wire());
    let by_uid: HashMap<Uid, &Row> = rows.iter().map(|row| (row.intent.from.uid, row)).collect();
    let uids: Vec<Uid> = by_uid.keys().copied().collect();
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut copied: Vec<(Row, Uid)> = Vec::new();
    let mut unproven: Vec<Row> = Vec::new();
    for (set, uids) in uid_sets(&uids, LINE_LIMIT - 100 - target.len()) {
        let answer = super::exec_long(session, &format!("UID COPY {set} {target}"), witness).await?;
        let these = uids.iter().filter_map(|uid| by_uid.get(uid));
        if answer.tagged.status != Status::Ok {
            // Nothing goes on after a failed COPY (imapfilter#57); the server has to take a partial one back (RFC 9051, 6.4.7).
            outcomes.extend(these.map(|row| Outcome::denied(row, answer.tagged.reason())));
            continue;
        }
        let pairs = copyuid_pairs(session, &answer, first.before);
        for row in these {
            match pairs.get(&row.intent.from.uid) {
                Some(to) => copied.push(((*row).clone(), *to)),
                None => unproven.push((*row).clone()),
            }
        }
    }
    if !unproven.is_empty() {
        let claimed = copied.iter().map(|(_, uid)| *uid).collect();
        let (proven, others) = prove(session, &unproven, &claimed).await?;
        copied.extend(proven);
        outcomes.extend(others);
    }
    outcomes.extend(finish(session, &copied, carried, witness).await?);
    Ok(outcomes)
}

/// Finds copies among the target's new messages. Leaves the source selected.
async fn prove(
    session: &mut Session,
    rows: &[Row],
    claimed: &HashSet<Uid>,
) -> Result<(Vec<(Row, Uid)>, Vec<Outcome>), Fault> {
    let first = &rows[0];
    let in_target = new_in_target(session, first, claimed).await?;
    back_to_source(session, first).await?;
    let in_source = present(session, rows).await?;
    let mut sight = Sight { in_source, in_target };
    let settled = if copies_are_plain(rows, &sight) {
        settle_copies(rows, &sight, the_same_date)
    } else {
        // Other mail came at the same moment, or the server gives a copy a date of its own.
        let doubts = (sight.in_source.values().copied().collect(), alike(rows, &sight));
        compare(session, first, &mut sight, doubts).await?;
        settle_copies(rows, &sight, |original, copy| original.bytes.is_some() && original.bytes == copy.bytes)
    };
    let settled: HashMap<RowId, Settlement> = settled.into_iter().collect();
    let (mut copied, mut outcomes) = (Vec::new(), Vec::new());
    for row in rows {
        match settled.get(&row.id) {
            Some(Settlement::Copied(uid)) => copied.push((row.clone(), *uid)),
            Some(Settlement::Arrived(uid)) => outcomes.push(Outcome::done(row, Some(*uid))),
            Some(Settlement::StillThere) => {
                outcomes.push(Outcome::denied(row, "the server said OK, but no copy of it is in the target"));
            }
            Some(Settlement::Gone) | None => outcomes.push(Outcome::gone(row)),
        }
    }
    Ok((copied, outcomes))
}

/// The messages of the target that look like one of `rows`.
fn alike(rows: &[Row], sight: &Sight) -> Vec<Lying> {
    let ours: HashSet<Instance> = rows.iter().map(|row| row.intent.instance).collect();
    sight.in_target.iter().filter(|one| ours.contains(&one.instance)).copied().collect()
}

/// Removes the sources of proven copies. The source mailbox is selected for writing.
pub(super) async fn finish(
    session: &mut Session,
    copied: &[(Row, Uid)],
    carried: &Carried,
    witness: &mut impl Witness,
) -> Result<Vec<Outcome>, Fault> {
    if copied.is_empty() {
        return Ok(Vec::new());
    }
    witness.copied(&copied.iter().map(|(row, uid)| (row.id, *uid)).collect::<Vec<_>>())?;
    let by_uid: HashMap<Uid, &(Row, Uid)> = copied.iter().map(|pair| (pair.0.intent.from.uid, pair)).collect();
    let uids: Vec<Uid> = by_uid.keys().copied().collect();
    let mut outcomes = Vec::with_capacity(copied.len());
    for (set, uids) in uid_sets(&uids, LINE_LIMIT - 100) {
        let these: Vec<&(Row, Uid)> = uids.iter().filter_map(|uid| by_uid.get(uid).copied()).collect();
        let refusal = match remove_original(session, &set, &these, (carried, witness)).await? {
            None => match look(session, &uids).await? {
                left if left.is_empty() => None,
                _ => Some("the server said OK and did not expunge it".to_owned()),
            },
            refusal => refusal,
        };
        match refusal {
            None => outcomes.extend(these.iter().map(|(row, uid)| Outcome::done(row, Some(*uid)))),
            Some(why) => outcomes.extend(give_up(session, &set, &these, &why).await?),
        }
    }
    Ok(outcomes)
}

/// [`remove`], with a look at what other programs did to the originals since they were copied.
async fn remove_original(
    session: &mut Session,
    set: &str,
    pairs: &[&(Row, Uid)],
    (carried, witness): (&Carried, &mut impl Witness),
) -> Result<Option<String>, Fault> {
    // Not silent: the answer says the flags of each.
    let marked = session.exec(&format!("UID STORE {set} +FLAGS (\\Deleted)")).await?;
    let late = late(&marked, pairs, carried);
    if let (Some((row, _)), false) = (pairs.first(), late.is_empty()) {
        hand_on(session, row, &late).await?;
    }
    expunge_marked(session, set, marked, witness).await
}

/// `\Deleted` and UID EXPUNGE. The server's words when it refuses.
async fn remove(session: &mut Session, set: &str) -> Result<Option<String>, Fault> {
    let marked = session.exec(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)")).await?;
    expunge_marked(session, set, marked, &mut |_: &[(RowId, Uid)]| Ok(())).await
}

async fn expunge_marked(
    session: &mut Session,
    set: &str,
    marked: Answer,
    witness: &mut impl Witness,
) -> Result<Option<String>, Fault> {
    if marked.tagged.status != Status::Ok {
        return Ok(Some(marked.tagged.reason()));
    }
    let expunged = super::exec_long(session, &format!("UID EXPUNGE {set}"), witness).await?;
    Ok((expunged.tagged.status != Status::Ok).then(|| expunged.tagged.reason()))
}

/// The sources cannot be removed: takes our `\Deleted` off again and removes our own copies instead, each only when it
/// certainly is the copy and its source is certainly there.
async fn give_up(session: &mut Session, set: &str, pairs: &[&(Row, Uid)], why: &str) -> Result<Vec<Outcome>, Fault> {
    let unmarked = session.exec(&format!("UID STORE {set} -FLAGS.SILENT (\\Deleted)")).await?;
    let rows: Vec<&Row> = pairs.iter().map(|(row, _)| row).collect();
    let in_source = still_there(session, &rows).await?;
    let (there, removed): (Vec<_>, Vec<_>) =
        pairs.iter().copied().partition(|(row, _)| in_source.contains_key(&row.intent.from.uid));
    let mut outcomes: Vec<Outcome> = removed.iter().map(|(row, uid)| Outcome::done(row, Some(*uid))).collect();
    let Some((first, _)) = there.first() else { return Ok(outcomes) };
    let in_both = format!("{why}; it is in both mailboxes until the next run");
    if unmarked.tagged.status != Status::Ok {
        // The sources may still carry our \Deleted, and the next program that expunges takes them: the copies have to stay.
        outcomes.extend(there.iter().map(|(row, _)| Outcome::open(row, in_both.clone())));
        return Ok(outcomes);
    }
    session.select(&first.intent.to, Access::ReadWrite).await?;
    let copies = look(session, &there.iter().map(|(_, uid)| *uid).collect::<Vec<_>>()).await?;
    let ours: Vec<Uid> = there
        .iter()
        .filter(|(row, uid)| copies.get(uid).is_some_and(|copy| copy.instance == row.intent.instance))
        .map(|(_, uid)| *uid)
        .collect();
    let left = take_back(session, &ours).await?;
    back_to_source(session, first).await?;
    outcomes.extend(there.iter().map(|(row, uid)| match left.contains(uid) {
        false => Outcome::denied(row, why),
        true => Outcome::open(row, in_both.clone()),
    }));
    Ok(outcomes)
}

/// Removes our copies from the selected mailbox. Gives those that the server did not let go of; they are whole again, since
/// with `\Deleted` they would not outlive the next program that expunges.
async fn take_back(session: &mut Session, copies: &[Uid]) -> Result<HashSet<Uid>, Fault> {
    for (set, _) in uid_sets(copies, LINE_LIMIT - 100) {
        remove(session, &set).await?;
    }
    let left: Vec<Uid> = look(session, copies).await?.into_keys().collect();
    for (set, _) in uid_sets(&left, LINE_LIMIT - 100) {
        session.exec(&format!("UID STORE {set} -FLAGS.SILENT (\\Deleted)")).await?;
    }
    Ok(left.into_iter().collect())
}
