//! Mail falls from Blackhole into Trash some days after mailherd put it there, or the user dragged it there. It is never expunged by
//! us.

use std::collections::HashMap;

use super::clock;
use super::desk::Desk;
use super::filing::{self, Filed, Run};
use super::judging::read_again;
use super::setting::Setting;
use crate::imap::folders::{Folders, SpecialUse};
use crate::imap::mover;
use crate::imap::{Access, Session};
use crate::logic::facts::Facts;
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, Flags, FolderName, Instance, ListId, Uid, UnixTime};
use crate::logic::journal::{Intent, Kind, Place, Row};
use crate::logic::orders::Orders;
use crate::logic::plan::Managed;
use crate::store::Dragged;

/// Moves what is due. Only mail that our own journal row brought in, or that the user was seen to bring, that still lies under the
/// UID that it had then, and whose sender is still banished.
pub(super) async fn fall(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    (folders, managed): (&Folders, &Managed),
    orders: &Orders,
    run: &mut Run,
    filed: &mut Filed,
) -> Result<(), Fault> {
    let (banished, dragged) = due(setting, desk, managed, orders).await?;
    if banished.is_empty() && dragged.is_empty() {
        return Ok(());
    }
    let Some(trash) = folders.special(SpecialUse::Trash).filter(|trash| trash.selectable) else {
        setting.watcher.advise(
            &setting.account.name,
            "there is no Trash mailbox, so nothing falls out of Blackhole",
            "create a mailbox called Trash if it should",
        );
        return Ok(());
    };
    let (blackhole, trash) = (&managed.blackhole, trash.name.clone());
    if folders.find(blackhole).is_none() {
        return Ok(());
    }
    let there = still_there(session, blackhole, &banished).await?;
    let mut intents: Vec<Intent> =
        there.iter().map(|row| intent(row, &trash, setting.account.blackhole_days)).collect();
    intents.extend(dragged_there(setting, session, blackhole, &dragged, &trash).await?);
    let Some(sample) = intents.first() else { return Ok(()) };
    if clock_jumped(setting.now, session, desk, blackhole, sample).await? {
        setting.watcher.note(
            &setting.account.name,
            "the clock here and the server's differ by more than a day: nothing falls out of Blackhole in this run",
        );
        return Ok(());
    }
    filing::file(setting, session, desk, run, intents, filed).await?;
    let learner = desk.learner().await?;
    learner.store.forget_fallen(learner.account)
}

/// What came there long enough ago: by rows of ours, and by the user's own hand.
async fn due(
    setting: &Setting<'_>,
    desk: &mut Desk,
    managed: &Managed,
    orders: &Orders,
) -> Result<(Vec<Row>, Vec<Dragged>), Fault> {
    let learner = desk.learner().await?;
    let until = setting.now.minus_days(setting.account.blackhole_days);
    let mut rows = Vec::new();
    for row in learner.store.blackholed_until(learner.account, &managed.blackhole, until)? {
        let list = learner.store.list_of(learner.account, row.intent.instance)?;
        if is_banished(orders, Address::parse(&row.intent.sender), list) {
            rows.push(row);
        }
    }
    let mut dragged = learner.store.dragged_until(learner.account, &managed.blackhole, until)?;
    dragged.retain(|one| is_banished(orders, one.sender.clone(), one.list.clone()));
    Ok((rows, dragged))
}

/// Whether this sender, or this list, is still banished.
pub(super) fn is_banished(orders: &Orders, from: Option<Address>, list_id: Option<ListId>) -> bool {
    orders.blackhole_for(&Facts { from, list_id, ..Facts::default() }).is_some()
}

/// What the user dragged there, to be moved on. Read again: the journal shows sender and subject.
async fn dragged_there(
    setting: &Setting<'_>,
    session: &mut Session,
    blackhole: &FolderName,
    dragged: &[Dragged],
    trash: &FolderName,
) -> Result<Vec<Intent>, Fault> {
    if dragged.is_empty() {
        return Ok(Vec::new());
    }
    let known: HashMap<Uid, Instance> = dragged.iter().map(|one| (one.uid, one.instance)).collect();
    let uids: Vec<Uid> = dragged.iter().map(|one| one.uid).collect();
    let validity = session.select(blackhole, Access::ReadOnly).await?.uid_validity;
    let found = read_again(session, blackhole, &uids).await?;
    let theirs = found.into_iter().filter(|one| known.get(&one.uid) == Some(&one.instance) && may_fall(one.flags));
    let intents = theirs.map(|one| Intent {
        kind: Kind::Move,
        category: Category::Blackhole,
        instance: one.instance,
        message_id: one.facts.message_id,
        internal_date: one.internal_date,
        from: Place { folder: blackhole.clone(), validity, uid: one.uid },
        to: trash.clone(),
        undoes: None,
        sender: one.facts.from.map(|from| from.as_str().to_owned()).unwrap_or_default(),
        subject: one.facts.subject.chars().take(200).collect(),
        reasons: reasons(setting.account.blackhole_days),
    });
    Ok(intents.collect())
}

/// The rows whose message still lies where the row put it.
async fn still_there(session: &mut Session, blackhole: &FolderName, rows: &[Row]) -> Result<Vec<Row>, Fault> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let selected = session.select(blackhole, Access::ReadOnly).await?;
    let placed = |row: &&Row| row.before.validity == selected.uid_validity && row.to_uid.is_some();
    let placed: Vec<&Row> = rows.iter().filter(placed).collect();
    let uids: Vec<Uid> = placed.iter().filter_map(|row| row.to_uid).collect();
    let found = mover::look(session, &uids).await?;
    let same = |row: &&&Row| {
        let found = row.to_uid.and_then(|uid| found.get(&uid));
        found.is_some_and(|found| found.instance == row.intent.instance && may_fall(found.flags))
    };
    Ok(placed.iter().filter(same).map(|row| (*row).clone()).collect())
}

/// What the mover would refuse is not even written down, else each pass would add a row to the journal.
fn may_fall(flags: Flags) -> bool {
    !flags.flagged && !flags.deleted && !flags.draft
}

fn intent(row: &Row, trash: &FolderName, days: u32) -> Intent {
    Intent {
        kind: Kind::Move,
        category: Category::Blackhole,
        from: Place { folder: row.intent.to.clone(), validity: row.before.validity, uid: row.to_uid.unwrap_or(Uid(0)) },
        to: trash.clone(),
        undoes: None,
        reasons: reasons(days),
        ..row.intent.clone()
    }
}

fn reasons(days: u32) -> String {
    let reason = format!("it lay in Blackhole for {days} days");
    serde_json::json!([{ "signal": "fall", "weight": 0.0, "text": reason }]).to_string()
}

/// Whether the server's clock and ours are more than a day apart. Where the server cannot be asked, a message that is younger
/// than our own clock is the only sign there is.
async fn clock_jumped(
    now: UnixTime,
    session: &mut Session,
    desk: &mut Desk,
    blackhole: &FolderName,
    sample: &Intent,
) -> Result<bool, Fault> {
    let message = (sample.from.uid, sample.internal_date);
    if let Some(apart) = clock::far_apart(session, blackhole, message, now).await? {
        return Ok(apart);
    }
    let learner = desk.learner().await?;
    let newest = learner.store.newest(learner.account)?;
    Ok(newest.is_some_and(|newest| newest.0 > now.0 + UnixTime::DAY))
}
