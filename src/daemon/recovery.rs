//! Settles what a crash, a kill or a cut connection left.

use std::collections::{HashMap, HashSet};

use super::desk::Desk;
use super::filing::{self, Filed, Run};
use super::learner::Learner;
use super::setting::Setting;
use crate::imap::mover::{self, Known, Outcome};
use crate::imap::{Access, Session};
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, Instance, RowId, Uid, UnixTime};
use crate::logic::journal::{Before, Intent, Kind, Row, State};
use crate::store::{AccountId, Store};

/// Looks where the messages of open rows are, finishes what was half done, and writes down what became of each.
///
/// Gives the trouble when the server lets some of them neither be finished nor taken back: they stay open, everything else
/// can go on, and in the end the account counts as failed.
pub(super) async fn recover(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
) -> Result<Option<Fault>, Fault> {
    let learner = desk.learner().await?;
    let open = learner.store.open_rows(learner.account)?;
    if open.is_empty() {
        return Ok(None);
    }
    tracing::info!(rows = open.len(), "settling what an interrupted run left");
    let mut arrived = 0_usize;
    let mut still_open = None;
    for (_, rows) in group(open) {
        let learner = desk.learner().await?;
        let (store, account) = (&mut learner.store, learner.account);
        let known = known(store, account, &rows)?;
        let outcomes =
            mover::recover(session, &rows, &known, &mut |copies: &[(RowId, Uid)]| store.copied(copies)).await?;
        filing::settle(store, account, &rows, &outcomes)?;
        arrived += outcomes.iter().filter(|outcome| outcome.state == State::Done).count();
        let open = outcomes.iter().find(|outcome| outcome.state == State::Intended);
        still_open = still_open.or(open.and_then(|open| open.trouble.clone()));
        arrived += file_twins(setting, session, desk, &rows, &outcomes).await?;
    }
    setting.watcher.note(
        &setting.account.name,
        &format!(
            "an interrupted run was settled: {arrived} messages had been moved, the others were left where they were"
        ),
    );
    Ok(still_open.map(|why| {
        let cause = format!("{}: an interrupted move cannot be finished: {why}", setting.account.name);
        Fault::refused(
            cause,
            "nothing was lost; each run tries again, and `mailherd log` says which messages it is about",
        )
    }))
}

/// So many seconds after it was written down a move may still be made by a connection that died: servers end those that are silent for half an
/// hour (RFC 9051, section 5.4).
const LATE: i64 = 3600;

/// Looks again for messages whose move was given up, and which have vanished since from where they were: a server may carry out the
/// command of a dead connection after somebody else looked (Dovecot under load does). After the mailboxes were read, and before what
/// vanished passes for the user's doing.
pub(super) async fn late(setting: &Setting<'_>, session: &mut Session, desk: &mut Desk) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    // After a long time away, what came right after the last look has not been seen either.
    let looked_at = learner.store.looked_at(learner.account)?.unwrap_or(setting.now);
    let since = UnixTime(setting.now.min(looked_at).0 - LATE);
    let rows = learner.store.refused_and_missing(learner.account, [mover::NOT_MOVED, mover::COPIED_LATE], since)?;
    for (_, rows) in group(rows) {
        let learner = desk.learner().await?;
        let (store, account) = (&mut learner.store, learner.account);
        let known = known(store, account, &rows)?;
        let outcomes = mover::arrived_late(session, &rows, &known).await?;
        tracing::info!(rows = outcomes.len(), "moves that a dead connection made after all");
        filing::settle(store, account, &rows, &outcomes)?;
    }
    copied_late(desk.learner().await?, since)
}

/// Says in the journal what is there twice because of such a command, and remembers what is to be finished when it is filed again.
fn copied_late(learner: &mut Learner, since: UnixTime) -> Result<(), Fault> {
    let copied = learner.store.refused_and_copied(learner.account, mover::NOT_MOVED, since)?;
    if copied.is_empty() {
        return Ok(());
    }
    tracing::info!(rows = copied.len(), "copies that a dead connection made after all");
    let told = copied.iter().map(|(row, uid)| (row, State::Refused, Some(*uid), Some(mover::COPIED_LATE)));
    learner.store.settle(learner.account, &told.collect::<Vec<_>>())?;
    learner.half_made.extend(copied.into_iter().map(|(row, uid)| Row { to_uid: Some(uid), ..row }));
    Ok(())
}

/// Moves that were given up and half made since: where the copy that is there is proven, the move is finished with it, by the row that it
/// began with. Not when the user has given an order since, which it might go against. For the run of a pass that files, after its mailboxes were
/// read.
pub(super) async fn finish_half_made(session: &mut Session, desk: &mut Desk) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    let mut rows = std::mem::take(&mut learner.half_made);
    // MOVE takes the original along, however late it comes: a copy beside it is one that the user made.
    if rows.is_empty() || session.capabilities().can_move() {
        return Ok(());
    }
    let orders = learner.store.orders(Some(learner.account), false)?;
    rows.retain(|row| row.intent.kind == Kind::Move && orders.iter().all(|one| one.order.given_at < row.at));
    for (_, rows) in group(rows) {
        let rows = untouched(session, rows).await?;
        if rows.is_empty() {
            continue;
        }
        let learner = desk.learner().await?;
        let (store, account) = (&mut learner.store, learner.account);
        let known = known(store, account, &rows)?;
        store.reopen(&rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
        let open: Vec<Row> = rows.iter().cloned().map(|row| Row { to_uid: None, ..row }).collect();
        let mut outcomes =
            mover::recover(session, &open, &known, &mut |copies: &[(RowId, Uid)]| store.copied(copies)).await?;
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.state == State::Refused) {
            // Another message that only looks like it.
            let row = rows.iter().find(|row| row.id == outcome.row);
            (outcome.to_uid, outcome.trouble) = (row.and_then(|row| row.to_uid), Some(mover::COPIED_LATE.to_owned()));
        }
        filing::settle(store, account, &rows, &outcomes)?;
        // What was read before this is not all there any more.
        learner.elsewhere = true;
    }
    Ok(())
}

/// Those whose message is what it was, where it was, and that nobody has claimed by a flag.
async fn untouched(session: &mut Session, rows: Vec<Row>) -> Result<Vec<Row>, Fault> {
    let Some(first) = rows.first() else { return Ok(rows) };
    let source = session.select(&first.intent.from.folder, Access::ReadOnly).await?;
    if source.uid_validity != first.intent.from.validity {
        return Ok(Vec::new());
    }
    let found = mover::look(session, &rows.iter().map(|row| row.intent.from.uid).collect::<Vec<_>>()).await?;
    let same = |row: &Row| {
        found.get(&row.intent.from.uid).is_some_and(|found| {
            let claimed = found.flags.deleted || found.flags.flagged || found.flags.draft;
            found.instance == row.intent.instance && !claimed
        })
    };
    Ok(rows.into_iter().filter(same).collect())
}

/// Identical copies that lie in INBOX at the same time are filed together. When only some of them were moved before the
/// end, the others follow now: later passes leave them alone, since their instance has a row that is done.
async fn file_twins(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    rows: &[Row],
    outcomes: &[Outcome],
) -> Result<usize, Fault> {
    let with_state = |state: State| {
        let ids: HashSet<RowId> = outcomes.iter().filter(|it| it.state == state).map(|it| it.row).collect();
        rows.iter().filter(move |row| ids.contains(&row.id) && row.intent.undoes.is_none())
    };
    let moved: HashSet<Instance> = with_state(State::Done).map(|row| row.intent.instance).collect();
    let twins: Vec<Intent> = with_state(State::Refused)
        .map(|row| &row.intent)
        .filter(|intent| intent.kind == Kind::Move && moved.contains(&intent.instance))
        .cloned()
        .collect();
    if twins.is_empty() {
        return Ok(0);
    }
    let mut run = Run { id: Some(rows[0].run), what: "pass", order: None };
    let mut filed = Filed::default();
    filing::file(setting, session, desk, &mut run, twins, &mut filed).await?;
    Ok(filed.done.len())
}

/// What in the target of these rows is certainly not theirs.
fn known(store: &Store, account: AccountId, rows: &[Row]) -> Result<Known, Fault> {
    let ours: HashSet<RowId> = rows.iter().map(|row| row.id).collect();
    let (target, validity) = (&rows[0].intent.to, rows[0].before.validity);
    let claimed = store.claimed_in(account, target, validity)?;
    let claimed = claimed.into_iter().filter(|(row, _)| !ours.contains(row)).map(|(_, uid)| uid).collect();
    let lay_there = match store.folder(account, target)? {
        Some(folder) => store.instances_in(folder.id)?,
        None => Vec::new(),
    };
    Ok(Known { claimed, lay_there })
}

type Group = (FolderName, FolderName, &'static str, Before);

fn group(rows: Vec<Row>) -> Vec<(Group, Vec<Row>)> {
    let mut groups: Vec<(Group, Vec<Row>)> = Vec::new();
    let mut places: HashMap<Group, usize> = HashMap::new();
    for row in rows {
        let key = (row.intent.from.folder.clone(), row.intent.to.clone(), row.intent.kind.word(), row.before);
        let place = *places.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
    }
    groups
}
