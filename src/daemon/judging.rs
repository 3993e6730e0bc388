//! From messages that wait to verdicts.

use super::learner::{Fresh, Learner};
use super::setting::Setting;
use crate::imap::{Access, FetchRow, MAX_LINE, Session, Untagged, all_done, header_query, uid_sets};
use crate::logic::facts;
use crate::logic::fault::Fault;
use crate::logic::ids::{Digest, FolderName, Instance, Uid};
use crate::logic::orders::Orders;
use crate::logic::plan::Judged;
use crate::logic::signals::Weights;
use crate::logic::uid_set::UidSet;
use crate::logic::verdict::{Situation, judge};

/// The orders that hold on an account.
pub(super) fn orders(learner: &Learner) -> Result<Orders, Fault> {
    let stored = learner.store.orders(Some(learner.account), false)?;
    Ok(Orders::new(stored.into_iter().map(|stored| stored.order).collect()))
}

/// What the verdicts of these messages are based on: the ledger then knows what they ask for, and need not know more.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn situation<'a>(
    setting: &Setting<'a>,
    learner: &'a mut Learner,
    orders: &'a Orders,
    messages: &[Fresh],
) -> Result<Situation<'a>, Fault> {
    learner.prepare(messages.iter().map(|one| &one.facts))?;
    let learner = &*learner;
    let ledger = learner.ledger()?;
    Ok(Situation {
        own: &learner.own,
        ledger,
        orders,
        caution: setting.account.caution,
        authserv: ledger.trusted_authserv(setting.account.authserv_id.as_deref()),
        weights: Weights::built_in(),
        fit: learner.fit.as_ref(),
        now: setting.now,
    })
}

/// A message with its verdict.
pub(super) fn judged(one: Fresh, situation: &Situation<'_>) -> Judged {
    let verdict = judge(&one.facts, one.flags, one.internal_date, situation);
    Judged {
        uid: one.uid,
        instance: one.instance,
        internal_date: one.internal_date,
        flags: one.flags,
        message_id: one.facts.message_id,
        from: one.facts.from,
        subject: one.facts.subject,
        verdict,
    }
}

/// Reads messages by UID, in a mailbox that is opened read-only. Those that are gone are left out.
pub(super) async fn read_again(session: &mut Session, folder: &FolderName, uids: &[Uid]) -> Result<Vec<Fresh>, Fault> {
    session.select(folder, Access::ReadOnly).await?;
    read_here(session, uids).await
}

/// The same when there may be very many of them; each comes with its header.
pub(super) async fn read_each(
    session: &mut Session,
    folder: &FolderName,
    uids: &[Uid],
    each: impl FnMut(Fresh, Vec<u8>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    session.select(folder, Access::ReadOnly).await?;
    each_here(session, uids, each).await
}

/// All of a mailbox that holds so many messages, one by one. What comes meanwhile is left out.
pub(super) async fn read_all(
    session: &mut Session,
    folder: &FolderName,
    messages: u32,
    mut each: impl FnMut(Fresh) -> Result<(), Fault>,
) -> Result<(), Fault> {
    const RANGE: u32 = 5_000;
    session.select(folder, Access::ReadOnly).await?;
    let ranges = (1..=messages).step_by(RANGE as usize);
    let range = |from: u32| (from, messages.min(from.saturating_add(RANGE - 1)));
    let commands: Vec<String> =
        ranges.map(range).map(|(from, to)| format!("FETCH {from}:{to} {}", header_query())).collect();
    let answers = session
        .stream(commands, 2, async |untagged| match untagged {
            Untagged::Fetch(row) => fresh_in(row).map_or(Ok(()), |(fresh, _)| each(fresh)),
            _ => Ok(()),
        })
        .await?;
    all_done(&answers, "reading messages")
}

/// The same in the mailbox that is open.
pub(super) async fn read_here(session: &mut Session, uids: &[Uid]) -> Result<Vec<Fresh>, Fault> {
    let mut found = Vec::with_capacity(uids.len());
    each_here(session, uids, |fresh, _| {
        found.push(fresh);
        Ok(())
    })
    .await?;
    Ok(found)
}

async fn each_here(
    session: &mut Session,
    uids: &[Uid],
    mut each: impl FnMut(Fresh, Vec<u8>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let wanted: UidSet = uids.iter().copied().collect();
    let commands: Vec<String> = uid_sets(uids, MAX_LINE - 700)
        .into_iter()
        .map(|(set, _)| format!("UID FETCH {set} {}", header_query()))
        .collect();
    let answers = session
        .stream(commands, 2, async |untagged| {
            if let Untagged::Fetch(row) = untagged
                && let Some((fresh, header)) = fresh_in(row)
                && wanted.contains(fresh.uid)
            {
                return each(fresh, header);
            }
            Ok(())
        })
        .await?;
    all_done(&answers, "reading messages")
}

fn fresh_in(row: FetchRow) -> Option<(Fresh, Vec<u8>)> {
    let (uid, size, header) = (row.uid?, row.size?, row.header?);
    let facts = facts::read(&header);
    let internal_date = row.internaldate.or(facts.date).unwrap_or_default();
    let instance = Instance { digest: Digest::of(&header), size };
    Some((Fresh { uid, instance, internal_date, flags: row.flags.unwrap_or_default(), facts }, header))
}
