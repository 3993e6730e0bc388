//! Plan → journal row on the disk → mover → proof → row settled.

use std::collections::{HashMap, HashSet, VecDeque};

use super::convoy::{self, Batch, Batches};
use super::desk::Desk;
use super::learner::Learner;
use super::setting::Setting;
use crate::imap::Session;
use crate::imap::mover::Outcome;
use crate::logic::fault::{Fault, suggested_pause};
use crate::logic::ids::{Category, FolderName, RowId, RunId};
use crate::logic::journal::{Intent, Row, State};
use crate::store::{AccountId, Store};

/// Messages in one batch of intents: what a crash can leave to be looked at again.
pub(super) const BATCH: usize = 1000;

/// The run that rows belong to; written down when the first row is.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Its number, once it has one.
    pub id: Option<RunId>,
    /// `pass`, `order`, `undo`.
    pub what: &'static str,
    /// The order that it carries out.
    pub order: Option<i64>,
}

impl Run {
    /// A run that has not begun.
    pub fn new(what: &'static str, order: Option<i64>) -> Run {
        Run { id: None, what, order }
    }

    /// Its number; begins it.
    pub fn begin(&mut self, store: &mut Store, setting: &Setting<'_>) -> Result<RunId, Fault> {
        match self.id {
            Some(id) => Ok(id),
            None => Ok(*self.id.insert(store.begin_run(setting.now, self.what, self.order)?)),
        }
    }
}

/// What became of the intents of one filing.
#[derive(Debug, Default)]
pub(super) struct Filed {
    /// Of each row that is done, whose mail it moved.
    pub(super) done: Vec<Category>,
    /// Rows whose message is gone.
    pub(super) gone: Vec<RowId>,
    /// Rows that circumstances forbade: flagged meanwhile, moved meanwhile.
    pub(super) refused: Vec<(RowId, String)>,
    /// Rows that the server refused.
    pub(super) denied: Vec<(RowId, String)>,
}

/// Carries intents out, batch by batch. Intents of one batch share kind, source and target.
pub(super) async fn file(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    run: &mut Run,
    intents: Vec<Intent>,
    filed: &mut Filed,
) -> Result<(), Fault> {
    let total = intents.len() as u64;
    let mut groups = Groups { groups: group(intents).into(), handled: 0, given_up: HashSet::new() };
    convoy::carry_out(setting, session, desk, run, (&mut groups, total), filed).await
}

type Group = (FolderName, FolderName, &'static str);

fn key(intent: &Intent) -> Group {
    (intent.from.folder.clone(), intent.to.clone(), intent.kind.word())
}

fn group(intents: Vec<Intent>) -> Vec<(Group, Vec<Intent>)> {
    let mut groups: Vec<(Group, Vec<Intent>)> = Vec::new();
    let mut places: HashMap<Group, usize> = HashMap::new();
    for intent in intents {
        let key = key(&intent);
        let place = *places.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(intent);
    }
    groups
}

/// Intents that are known beforehand.
struct Groups {
    groups: VecDeque<(Group, Vec<Intent>)>,
    handled: u64,
    given_up: HashSet<Group>,
}

impl Batches for Groups {
    fn next(&mut self, _: &mut Learner) -> Result<Option<Batch>, Fault> {
        while let Some((key, intents)) = self.groups.front_mut() {
            if intents.is_empty() || self.given_up.contains(key) {
                self.handled += intents.len() as u64;
                self.groups.pop_front();
                continue;
            }
            let rest = intents.split_off(intents.len().min(BATCH));
            let intents = std::mem::replace(intents, rest);
            self.handled += intents.len() as u64;
            return Ok(Some(Batch { intents, handled: self.handled }));
        }
        Ok(None)
    }

    fn give_up(&mut self, like: &Intent) {
        self.given_up.insert(key(like));
    }

    fn is_given_up(&self, like: &Intent) -> bool {
        self.given_up.contains(&key(like))
    }
}

/// Writes outcomes down; rows that are still open stay so.
pub(super) fn settle(store: &mut Store, account: AccountId, rows: &[Row], outcomes: &[Outcome]) -> Result<(), Fault> {
    let by_id: HashMap<RowId, &Row> = rows.iter().map(|row| (row.id, row)).collect();
    let as_shown: HashMap<RowId, Row> = outcomes
        .iter()
        .filter_map(|outcome| {
            let mut row = Row::clone(by_id.get(&outcome.row)?);
            row.intent.instance = outcome.shown?;
            Some((outcome.row, row))
        })
        .collect();
    let settled: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.state != State::Intended)
        .filter_map(|outcome| {
            let row = as_shown.get(&outcome.row).or_else(|| by_id.get(&outcome.row).copied())?;
            Some((row, outcome.state, outcome.to_uid, outcome.trouble.as_deref()))
        })
        .collect();
    store.settle(account, &settled)
}

/// Counts what became of a batch.
pub(super) fn sort(rows: &[Row], outcomes: &[Outcome], filed: &mut Filed) {
    let way = rows
        .first()
        .map(|row| format!("from {} to {}", super::shown(&row.intent.from.folder), super::shown(&row.intent.to)));
    let way = way.unwrap_or_default();
    let categories: HashMap<RowId, Category> = rows.iter().map(|row| (row.id, row.intent.category)).collect();
    for outcome in outcomes {
        let why = outcome.trouble.clone().unwrap_or_default();
        match outcome.state {
            State::Done => filed.done.extend(categories.get(&outcome.row)),
            State::Gone => filed.gone.push(outcome.row),
            _ if outcome.denied => filed.denied.push((outcome.row, format!("{way}: {why}"))),
            _ => filed.refused.push((outcome.row, why)),
        }
    }
}

/// Our own moves are the only news in the target, as far as its UIDNEXT says: what we know of its flags is current.
pub(super) async fn note_modseq(
    session: &mut Session,
    store: &mut Store,
    account: AccountId,
    target: &FolderName,
) -> Result<(), Fault> {
    if !session.capabilities().has_condstore() || target.is_inbox() {
        return Ok(());
    }
    let status = session.status(target).await?;
    let Some(folder) = store.folder(account, target)? else { return Ok(()) };
    if status.uid_next == Some(folder.next) && status.uid_validity == Some(folder.validity) {
        store.learn(|db| db.read_up_to(folder.id, folder.next, status.highest_modseq))?;
    }
    Ok(())
}

/// What the user is told when the server refused.
pub(super) fn denial(account: &str, denied: &[(RowId, String)]) -> Option<Fault> {
    if let Some((_, why)) = denied.iter().find(|(_, why)| suggested_pause(why).is_some()) {
        let hint = "the server asks for a pause: nothing was lost, and the rest is filed later";
        return Some(Fault::transient(format!("{account}: the server moves no more mail now {why}"), hint));
    }
    let (_, why) = denied.first()?;
    let words = why.to_lowercase();
    let hint = if words.contains("quota") {
        "make room in the mailbox (or ask the provider for more), then run it again; nothing was lost"
    } else if words.contains("read-only") || words.contains("permission") || words.contains("denied") {
        "the account may not change that mailbox: ask its owner for the rights, or choose other names in [folders]"
    } else {
        "nothing was lost, and the journal says what is where (`mailherd log`); `mailherd doctor` looks at the server"
    };
    let messages = if denied.len() == 1 { "1 message" } else { &format!("{} messages", denied.len()) };
    Some(Fault::refused(format!("{account}: the server refused to move {messages} {why}"), hint))
}
