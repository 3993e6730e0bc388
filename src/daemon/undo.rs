//! Takes moves back, for ever: the journal says where each message came from, and the mailbox says where it is now.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::desk::Desk;
use super::filing::{self, Filed, Run};
use super::opening::open;
use super::recovery;
use super::setting::Setting;
use crate::config::Config;
use crate::imap::mover;
use crate::imap::{Access, Session};
use crate::imap::{folders, mover::Found};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, Instance, RowId, Uid, UidValidity};
use crate::logic::journal::{Intent, Kind, Place, Row, State, undo_order};
use crate::store::{AccountLock, Store, UndoScope};

/// What became of an undo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Taken back.
    pub undone: usize,
    /// No longer where mailherd put it.
    pub missing: usize,
    /// The server, or the connection, refused.
    pub failed: usize,
}

/// Rows to take back at once: as many as fit a batch of intents.
const BATCH: usize = 1000;

/// The rows of a scope by account.
pub fn rows_of(store: &Store, scope: UndoScope) -> Result<BTreeMap<String, HashSet<RowId>>, Fault> {
    let mut accounts: BTreeMap<String, HashSet<RowId>> = BTreeMap::new();
    for (account, row) in store.undoable(scope)? {
        accounts.entry(account).or_default().insert(row);
    }
    Ok(accounts)
}

/// Numbers that name nothing, and rows that cannot be taken back, are said rather than counted as zero.
///
/// # Errors
/// Refused, for each of them.
pub fn check(scope: UndoScope, store: &Store) -> Result<(), Fault> {
    let hint = "`mailherd log` lists runs and rows";
    match scope {
        UndoScope::Run(run) if !store.has_run(run)? => Err(Fault::refused(format!("there is no run {}", run.0), hint)),
        UndoScope::Row(id) => match store.row(id)? {
            None => Err(Fault::refused(format!("there is no row {} in the journal", id.0), hint)),
            Some(row) if row.intent.undoes.is_some() => Err(Fault::refused(
                format!("row {} itself took something back", id.0),
                "to file the message again, use `mailherd train WHO CATEGORY --existing`",
            )),
            Some(row) if row.state == State::Refused => {
                Err(Fault::refused(format!("row {} was never carried out: there is nothing to take back", id.0), hint))
            }
            Some(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Takes `chosen` rows of one account back.
pub async fn undo(
    config: &Config,
    setting: &Setting<'_>,
    chosen: &HashSet<RowId>,
    run: &mut Run,
) -> (Report, Result<(), Fault>) {
    let mut report = Report::default();
    let mut asked = chosen.len();
    let result = match AccountLock::take(&config.state_dir, &setting.account.name) {
        Ok(_lock) => attempt(config, setting, chosen, run, &mut report, &mut asked).await,
        Err(fault) => Err(fault),
    };
    if result.is_err() {
        report.failed += asked.saturating_sub(report.undone + report.missing + report.failed);
    }
    (report, result)
}

async fn attempt(
    config: &Config,
    setting: &Setting<'_>,
    chosen: &HashSet<RowId>,
    run: &mut Run,
    report: &mut Report,
    asked: &mut usize,
) -> Result<(), Fault> {
    let mut desk = Desk::new(open(config, setting)?);
    let mut session = setting.connect().await?;
    let result = take_back(setting, &mut session, &mut desk, chosen, run, (report, asked)).await;
    session.logout().await;
    result
}

/// The same on an open session, under the account's lock. `asked` becomes the number of rows, with those that have to be taken
/// back first.
pub(super) async fn take_back(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    chosen: &HashSet<RowId>,
    run: &mut Run,
    (report, asked): (&mut Report, &mut usize),
) -> Result<(), Fault> {
    if !mover::can_move(session) {
        return Err(mover::cannot_move().while_doing(&setting.account.name));
    }
    let still_open = recovery::recover(setting, session, desk).await?;
    let learner = desk.learner().await?;
    let done = learner.store.done_rows(learner.account)?;
    let order = undo_order(chosen, &done);
    *asked = order.len();
    let mut undoing = Undoing { setting, session, desk, run, report, indexes: HashMap::new(), stays: None };
    let places: HashMap<RowId, (FolderName, FolderName, Kind)> =
        done.into_iter().map(|row| (row.id, (row.intent.to, row.intent.from.folder, row.intent.kind))).collect();
    let mut total = 0;
    let whole = order.len() as u64;
    // Consecutive rows with the same way back go together; the order itself (newest first) is kept, so that chains are
    // walked backwards.
    for group in order.chunk_by(|a, b| places.get(a) == places.get(b)) {
        for batch in group.chunks(BATCH) {
            setting.watcher.between_batches()?;
            undoing.take_back(batch).await?;
            total += batch.len() as u64;
            setting.watcher.filing(&setting.account.name, total, whole);
        }
    }
    if let Some(fault) = undoing.stays {
        return Err(fault);
    }
    let denied = undoing.report.failed;
    if denied > 0 {
        let what = format!("{}: the server refused to move {denied} messages back", setting.account.name);
        return Err(Fault::refused(what, "nothing was lost; `mailherd log` says where each message is"));
    }
    still_open.map_or(Ok(()), Err)
}

struct Undoing<'a, 'b> {
    setting: &'a Setting<'b>,
    session: &'a mut Session,
    desk: &'a mut Desk,
    run: &'a mut Run,
    report: &'a mut Report,
    /// Mailboxes that had to be read as a whole, because a message was not where its row says.
    indexes: HashMap<FolderName, HashMap<Instance, Vec<Uid>>>,
    /// Why a digest cannot be taken back.
    stays: Option<Fault>,
}

impl Undoing<'_, '_> {
    /// Takes back rows that share their way.
    async fn take_back(&mut self, batch: &[RowId]) -> Result<(), Fault> {
        let learner = self.desk.learner().await?;
        // Read afresh: an earlier batch may have moved a message back under a new UID.
        let rows =
            batch.iter().filter_map(|id| learner.store.row(*id).transpose()).collect::<Result<Vec<Row>, Fault>>()?;
        let Some(first) = rows.first() else { return Ok(()) };
        let lies_in = first.intent.to.clone();
        let goes_to = match first.intent.kind {
            Kind::Append => match self.trash().await? {
                Some(trash) => trash,
                None => {
                    self.cannot_go(&rows);
                    return Ok(());
                }
            },
            Kind::Move | Kind::Flag => first.intent.from.folder.clone(),
        };
        let (validity, places) = self.find(&lies_in, &rows).await?;
        let (there, missing): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| places.contains_key(&row.id));
        for row in &missing {
            self.is_missing(row).await?;
        }
        if there.is_empty() {
            return Ok(());
        }
        if !goes_to.is_inbox() && self.session.status(&goes_to).await.is_err() && !self.session.is_broken() {
            folders::create(self.session, &goes_to).await?;
        }
        let intents = there.iter().map(|row| back(row, validity, places[&row.id], &goes_to)).collect();
        let mut filed = Filed::default();
        let result = filing::file(self.setting, self.session, self.desk, self.run, intents, &mut filed).await;
        self.report.undone += filed.done.len();
        self.report.missing += filed.gone.len();
        result?;
        self.report.failed += there.len() - filed.done.len() - filed.gone.len();
        for (row, why) in filed.refused.iter().chain(&filed.denied) {
            self.setting.watcher.note(&self.setting.account.name, &format!("row {} was not taken back: {why}", row.0));
        }
        Ok(())
    }

    /// Where a message goes that mailherd wrote itself: it came from nowhere.
    async fn trash(&mut self) -> Result<Option<FolderName>, Fault> {
        let folders = folders::discover(self.session).await?;
        let trash = folders.special(folders::SpecialUse::Trash).filter(|trash| trash.selectable);
        Ok(trash.map(|trash| trash.name.clone()))
    }

    /// Everything else is taken back all the same.
    fn cannot_go(&mut self, rows: &[Row]) {
        self.report.failed += rows.len();
        let cause = format!("{}: there is no Trash mailbox that the digest could go to", self.setting.account.name);
        self.stays =
            Some(Fault::refused(cause, "create a mailbox called Trash, or remove the digest with your mail program"));
    }

    /// Where the rows' messages lie in `folder` now.
    async fn find(&mut self, folder: &FolderName, rows: &[Row]) -> Result<(UidValidity, HashMap<RowId, Uid>), Fault> {
        let Some(selected) = mover::open_if_there(self.session, folder, Access::ReadOnly).await? else {
            return Ok((UidValidity(0), HashMap::new()));
        };
        let under = |row: &Row| row.to_uid.filter(|_| row.before.validity == selected.uid_validity);
        let uids: Vec<Uid> = rows.iter().filter_map(under).collect();
        let found: HashMap<Uid, Found> = mover::look(self.session, &uids).await?;
        let mut places: HashMap<RowId, Uid> = HashMap::with_capacity(rows.len());
        for row in rows {
            if let Some(uid) = under(row)
                && found.get(&uid).is_some_and(|found| found.instance == row.intent.instance)
            {
                places.insert(row.id, uid);
            }
        }
        if places.len() < rows.len() && selected.exists > 0 {
            let taken: HashSet<Uid> = places.values().copied().collect();
            let index = self.index(folder).await?;
            for row in rows {
                if !places.contains_key(&row.id)
                    && let Some(uids) = index.get_mut(&row.intent.instance)
                    && let Some(place) = uids.iter().position(|uid| !taken.contains(uid))
                {
                    places.insert(row.id, uids.remove(place));
                }
            }
        }
        Ok((selected.uid_validity, places))
    }

    /// Every message of the selected mailbox, by instance. Read once.
    async fn index(&mut self, folder: &FolderName) -> Result<&mut HashMap<Instance, Vec<Uid>>, Fault> {
        if !self.indexes.contains_key(folder) {
            let mut index: HashMap<Instance, Vec<Uid>> = HashMap::new();
            for (uid, found) in mover::look_from(self.session, Uid(1)).await? {
                index.entry(found.instance).or_default().push(uid);
            }
            self.indexes.insert(folder.clone(), index);
        }
        Ok(self.indexes.entry(folder.clone()).or_default())
    }

    /// Not where mailherd put it. When the user has put it back, that is what was wanted; when it is nowhere that mailherd
    /// knows of, the row says so from now on; else the user has moved it on, and that stands.
    async fn is_missing(&mut self, row: &Row) -> Result<(), Fault> {
        if row.intent.kind == Kind::Move && self.lies_in_source(row).await? {
            self.desk.learner().await?.store.mark_undone(row.id)?;
            self.report.undone += 1;
            return Ok(());
        }
        self.report.missing += 1;
        let learner = self.desk.learner().await?;
        if !learner.store.lies_outside(learner.account, row.intent.instance, &row.intent.to)? {
            learner.store.mark_gone(row.id)?;
        }
        Ok(())
    }

    async fn lies_in_source(&mut self, row: &Row) -> Result<bool, Fault> {
        let source = &row.intent.from.folder;
        if !self.indexes.contains_key(source) {
            match mover::open_if_there(self.session, source, Access::ReadOnly).await? {
                Some(selected) if selected.exists > 0 => {}
                _ => return Ok(false),
            }
        }
        let index = self.index(source).await?;
        Ok(index.get_mut(&row.intent.instance).is_some_and(|uids| uids.pop().is_some()))
    }
}

fn back(row: &Row, validity: UidValidity, uid: Uid, goes_to: &FolderName) -> Intent {
    let reason = format!("undo of row {}", row.id.0);
    let category = if row.intent.from.folder.is_inbox() { Category::Inbox } else { row.intent.category };
    let kind = if row.intent.kind == Kind::Append { Kind::Move } else { row.intent.kind };
    Intent {
        kind,
        category,
        from: Place { folder: row.intent.to.clone(), validity, uid },
        to: goes_to.clone(),
        undoes: Some(row.id),
        reasons: serde_json::json!([{ "signal": "undo", "weight": 0.0, "text": reason }]).to_string(),
        ..row.intent.clone()
    }
}
