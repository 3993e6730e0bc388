//! UID MOVE (RFC 6851).

use std::collections::{HashMap, HashSet};

use super::late::Carried;
use super::look::{back_to_source, compare, new_in_target, present};
use super::{LINE_LIMIT, Outcome, Witness, by_copy, copyuid_pairs};
use crate::imap::{Code, Session, Status, Tagged, quote, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::Uid;
use crate::logic::journal::{Row, Settlement, Sight, State, doubtful, settle, the_same_bytes};

pub(super) async fn carry_out(
    session: &mut Session,
    rows: &[Row],
    carried: &Carried,
    witness: &mut impl Witness,
) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let target = quote(first.intent.to.wire());
    let by_uid: HashMap<Uid, &Row> = rows.iter().map(|row| (row.intent.from.uid, row)).collect();
    let uids: Vec<Uid> = by_uid.keys().copied().collect();
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut unproven: Vec<Row> = Vec::new();
    let mut refusal: Option<Tagged> = None;
    for (set, uids) in uid_sets(&uids, LINE_LIMIT - 100 - target.len()) {
        if refusal.is_some() {
            unproven.extend(uids.iter().filter_map(|uid| by_uid.get(uid)).map(|row| (*row).clone()));
            continue;
        }
        let answer = super::exec_long(session, &format!("UID MOVE {set} {target}"), witness).await?;
        let pairs = copyuid_pairs(session, &answer, first.before);
        let accepted = answer.tagged.status == Status::Ok;
        for row in uids.iter().filter_map(|uid| by_uid.get(uid)) {
            match pairs.get(&row.intent.from.uid) {
                Some(to) if accepted => outcomes.push(Outcome::done(row, Some(*to))),
                _ => unproven.push((*row).clone()),
            }
        }
        if !accepted {
            refusal = Some(answer.tagged);
        }
    }
    if unproven.is_empty() {
        return Ok(outcomes);
    }
    let claimed = outcomes.iter().filter_map(|outcome| outcome.to_uid).collect();
    outcomes.extend(prove(session, &unproven, carried, &claimed, refusal.as_ref(), witness).await?);
    Ok(outcomes)
}

/// A tagged OK proves nothing (Dovecot says OK to a UID that does not exist), and a refused MOVE may have moved a part.
async fn prove(
    session: &mut Session,
    rows: &[Row],
    carried: &Carried,
    claimed: &HashSet<Uid>,
    refusal: Option<&Tagged>,
    witness: &mut impl Witness,
) -> Result<Vec<Outcome>, Fault> {
    let first = &rows[0];
    let in_target = new_in_target(session, first, claimed).await?;
    let source = back_to_source(session, first).await?;
    let mut sight = Sight { in_source: present(session, rows).await?, in_target };
    let doubts = doubtful(rows, &sight);
    compare(session, first, &mut sight, doubts).await?;
    let settled: HashMap<_, _> = settle(rows, &sight, the_same_bytes).into_iter().collect();
    let mut outcomes = Vec::with_capacity(rows.len());
    let (mut still, mut copied) = (Vec::new(), Vec::new());
    for row in rows {
        match settled.get(&row.id) {
            Some(Settlement::Arrived(uid)) => outcomes.push(Outcome::done(row, Some(*uid))),
            Some(Settlement::Copied(uid)) => copied.push((row.clone(), *uid)),
            Some(Settlement::StillThere) => still.push(row.clone()),
            Some(Settlement::Gone) | None => outcomes.push(Outcome::gone(row)),
        }
    }
    let uidplus = session.capabilities().can_expunge_by_uid();
    if uidplus {
        outcomes.extend(by_copy::finish(session, &copied, carried, witness).await?);
    } else {
        let why = "the server left it in both mailboxes and cannot remove one safely (no UIDPLUS)";
        outcomes.extend(copied.iter().map(|(row, _)| Outcome::denied(row, why)));
    }
    match refusal {
        // go-imap 1.2 advertises MOVE and answers NO: fall back, once, saying so.
        Some(tagged) if uidplus && may_work_by_copy(tagged) => {
            let copied = by_copy::carry_out(session, &still, carried, source.may_delete(), witness).await?;
            if copied.iter().any(|outcome| outcome.state == State::Done) {
                session.capabilities.forget("MOVE");
            }
            outcomes.extend(copied);
        }
        Some(tagged) => outcomes.extend(still.iter().map(|row| Outcome::denied(row, tagged.reason()))),
        None => outcomes.extend(still.iter().map(|row| Outcome::denied(row, "the server said OK and did not move it"))),
    }
    Ok(outcomes)
}

/// A refusal that names its reason (over quota, no permission, no such mailbox, too much at once) would meet COPY as well.
fn may_work_by_copy(tagged: &Tagged) -> bool {
    matches!(tagged.code, None | Some(Code::Other(_))) && tagged.backoff().is_none()
}
