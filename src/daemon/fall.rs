//! Mail falls from Blackhole into Trash some days after mailherd put it there. It is never expunged by us.

use std::collections::HashMap;

use super::clock;
use super::desk::Desk;
use super::filing::{self, Filed, Run};
use super::setting::Setting;
use crate::imap::folders::{Folders, SpecialUse};
use crate::imap::mover;
use crate::imap::{Access, Session};
use crate::logic::facts::Facts;
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, FolderName, ListId, Uid, UnixTime};
use crate::logic::journal::{Intent, Kind, Place, Row};
use crate::logic::orders::Orders;
use crate::logic::plan::Managed;

/// Moves what is due. Only mail that our own journal row brought in, that still lies under that row's UID, and whose sender is
/// still banished.
pub(super) async fn fall(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    (folders, managed): (&Folders, &Managed),
    orders: &Orders,
    run: &mut Run,
    filed: &mut Filed,
) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    let until = setting.now.minus_days(setting.account.blackhole_days);
    let due = learner.store.blackholed_until(learner.account, &managed.blackhole, until)?;
    let mut banished = Vec::new();
    for row in due {
        let list = learner.store.list_of(learner.account, row.intent.instance)?;
        if is_banished(orders, &row, list) {
            banished.push(row);
        }
    }
    if banished.is_empty() {
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
    let trash = trash.name.clone();
    for (blackhole, rows) in by_folder(banished) {
        if folders.find(&blackhole).is_none() {
            continue;
        }
        let there = still_there(session, &blackhole, &rows).await?;
        let Some(sample) = there.first() else { continue };
        if clock_jumped(setting.now, session, desk, &blackhole, sample).await? {
            setting.watcher.note(
                &setting.account.name,
                "the clock here and the server's differ by more than a day: nothing falls out of Blackhole in this run",
            );
            return Ok(());
        }
        let intents = there.iter().map(|row| intent(row, &trash, setting.account.blackhole_days)).collect();
        filing::file(setting, session, desk, run, intents, filed).await?;
    }
    Ok(())
}

/// Whether the sender of what a row moved, or its list, is still banished.
pub(super) fn is_banished(orders: &Orders, row: &Row, list: Option<ListId>) -> bool {
    let facts = Facts { from: Address::parse(&row.intent.sender), list_id: list, ..Facts::default() };
    orders.blackhole_for(&facts).is_some()
}

fn by_folder(rows: Vec<Row>) -> HashMap<FolderName, Vec<Row>> {
    let mut folders: HashMap<FolderName, Vec<Row>> = HashMap::new();
    for row in rows {
        folders.entry(row.intent.to.clone()).or_default().push(row);
    }
    folders
}

/// The rows whose message still lies where the row put it.
async fn still_there(session: &mut Session, blackhole: &FolderName, rows: &[Row]) -> Result<Vec<Row>, Fault> {
    let selected = session.select(blackhole, Access::ReadOnly).await?;
    let placed = |row: &&Row| row.before.validity == selected.uid_validity && row.to_uid.is_some();
    let placed: Vec<&Row> = rows.iter().filter(placed).collect();
    let uids: Vec<Uid> = placed.iter().filter_map(|row| row.to_uid).collect();
    let found = mover::look(session, &uids).await?;
    let same = |row: &&&Row| {
        let found = row.to_uid.and_then(|uid| found.get(&uid));
        found.is_some_and(|found| found.instance == row.intent.instance && !found.flags.flagged)
    };
    Ok(placed.iter().filter(same).map(|row| (*row).clone()).collect())
}

fn intent(row: &Row, trash: &FolderName, days: u32) -> Intent {
    let reason = format!("it lay in Blackhole for {days} days");
    Intent {
        kind: Kind::Move,
        category: Category::Blackhole,
        from: Place { folder: row.intent.to.clone(), validity: row.before.validity, uid: row.to_uid.unwrap_or(Uid(0)) },
        to: trash.clone(),
        undoes: None,
        reasons: serde_json::json!([{ "signal": "fall", "weight": 0.0, "text": reason }]).to_string(),
        ..row.intent.clone()
    }
}

/// Whether the server's clock and ours are more than a day apart. Where the server cannot be asked, a message that is younger
/// than our own clock is the only sign there is.
async fn clock_jumped(
    now: UnixTime,
    session: &mut Session,
    desk: &mut Desk,
    blackhole: &FolderName,
    sample: &Row,
) -> Result<bool, Fault> {
    let Some(uid) = sample.to_uid else { return Ok(true) };
    if let Some(apart) = clock::far_apart(session, blackhole, (uid, sample.intent.internal_date), now).await? {
        return Ok(apart);
    }
    let learner = desk.learner().await?;
    let newest = learner.store.newest(learner.account)?;
    Ok(newest.is_some_and(|newest| newest.0 > now.0 + UnixTime::DAY))
}
