//! One pass over one account.

use std::collections::{HashMap, HashSet};

use super::desk::Desk;
use super::fall;
use super::filing::{self, Filed, Run};
use super::judging::{judged, orders, read_again, situation, verdict};
use super::learner::{Fresh, Learner};
use super::setting::Setting;
use super::{managed, recovery, sync};
use crate::config::Config;
use crate::imap::folders::{self, Folders};
use crate::imap::{Selected, Session, mover};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Address, Category, FolderName, Instance, Uid, UidValidity};
use crate::logic::journal::{Intent, Kind, Place};
use crate::logic::orders::Orders;
use crate::logic::plan::{self, Judged, Managed, Mode, Step, TopMode, step};
use crate::logic::verdict::{Reason, Situation};
use crate::store::{AccountLock, Standing, Store};

pub use super::filing::Run as PassRun;

/// What a pass did; in preview, what it would have done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Messages of INBOX that were looked at: new ones, and those still waiting for a verdict.
    pub seen: usize,
    /// Filed, by category.
    pub filed: Counts,
    /// Judged, and they stay in INBOX.
    pub kept: usize,
    /// Messages that the ledger learned from.
    pub learned: u64,
    /// FETCH rows that came over the wire.
    pub fetch_rows: u64,
}

/// Messages by category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// To Top, or flagged `$Important`.
    pub top: usize,
    /// To News.
    pub news: usize,
    /// To Bulk.
    pub bulk: usize,
    /// To Blackhole.
    pub blackhole: usize,
}

impl Counts {
    /// One more.
    pub fn add(&mut self, category: Category) {
        match category {
            Category::Top => self.top += 1,
            Category::News => self.news += 1,
            Category::Bulk => self.bulk += 1,
            Category::Blackhole => self.blackhole += 1,
            Category::Inbox => {}
        }
    }

    /// All of them.
    pub fn sum(&self) -> usize {
        self.top + self.news + self.bulk + self.blackhole
    }
}

/// Runs one pass. The report says what was done, also when an error ended it.
pub async fn pass(config: &Config, setting: &Setting<'_>, run: &mut Run) -> (Report, Result<(), Fault>) {
    let mut report = Report::default();
    let result = attempts(config, setting, run, &mut report).await;
    (report, result)
}

/// A connection that breaks on the way is made anew, once: the second attempt settles what the first one left, and goes on.
async fn attempts(config: &Config, setting: &Setting<'_>, run: &mut Run, report: &mut Report) -> Result<(), Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let mut desk = Desk::new(open(config, setting)?);
    let mut seen = Seen::default();
    let mut second = false;
    loop {
        let mut session = setting.connect().await?;
        let result = Pass { setting, session: &mut session, desk: &mut desk, run, report, seen: &mut seen }.run().await;
        report.fetch_rows += session.fetch_rows_read();
        let broke = matches!(&result, Err(fault) if matches!(fault.kind, FaultKind::Transient | FaultKind::Protocol));
        if !session.is_broken() {
            session.logout().await;
        }
        let learner = desk.learner().await;
        report.learned = learner.map_or(report.learned, |learner| learner.learned);
        report.seen = seen.looked_at.len();
        report.kept = seen.kept.len();
        if !broke || second {
            return result;
        }
        if let Err(fault) = &result {
            setting.watcher.note(&setting.account.name, &format!("{fault}; connecting again"));
        }
        second = true;
    }
}

/// The account's memory.
pub(super) fn open(config: &Config, setting: &Setting<'_>) -> Result<Learner, Fault> {
    let store = Store::open(&config.state_dir)?;
    let account = store.account(&setting.account.name)?;
    let ledger = store.ledger(account)?.of(&setting.account.own_addresses());
    Ok(Learner {
        store,
        ledger,
        account,
        own: setting.account.own_addresses(),
        now: setting.now,
        cutoff: plan::cutoff(setting.now, setting.account.backlog_days),
        no_sent: false,
        inbox: HashSet::new(),
        learned: 0,
        seen: Vec::new(),
        open: None,
    })
}

/// UIDs of INBOX, so that a second attempt counts nothing twice.
#[derive(Default)]
struct Seen {
    looked_at: HashSet<Uid>,
    kept: HashSet<Uid>,
}

struct Pass<'a, 'b> {
    setting: &'a Setting<'b>,
    session: &'a mut Session,
    desk: &'a mut Desk,
    run: &'a mut Run,
    report: &'a mut Report,
    seen: &'a mut Seen,
}

impl Pass<'_, '_> {
    async fn run(&mut self) -> Result<(), Fault> {
        let filing = self.setting.account.mode == Mode::File;
        let mut folders = folders::discover(self.session).await?;
        let managed = managed::resolve(&self.setting.account.folders, &folders);
        managed::check(self.setting, self.session, &folders, &managed)?;
        if filing {
            if !mover::can_move(self.session) {
                return Err(mover::cannot_move().while_doing(&self.setting.account.name));
            }
            recovery::recover(self.setting, self.session, self.desk).await?;
            if managed::prepare(self.setting, self.session, self.desk, &folders, &managed).await? {
                folders = folders::discover(self.session).await?;
            }
        }
        let inbox = sync::sync(self.setting, self.session, self.desk, &folders, &managed).await?;
        let learner = self.desk.learner().await?;
        self.seen.looked_at.extend(learner.take_seen());
        let orders = orders(learner)?;
        tracing::debug!("everything is read and learned");
        let plan = self.plan(&orders, inbox.folder.id).await?;
        tracing::debug!(stay = plan.keep.len(), go = plan.go.len(), "judged");
        if !filing {
            self.seen.kept.extend(plan.keep.iter().map(|(uid, _)| *uid));
            plan.go.iter().for_each(|one| self.report.filed.add(one.category));
            return Ok(());
        }
        self.file(&folders, &managed, &orders, plan, &inbox.selected).await
    }

    /// Verdicts over everything in INBOX that has none and is young enough.
    async fn plan(&mut self, orders: &Orders, inbox: i64) -> Result<Plan, Fault> {
        let mut fresh = self.desk.take_fresh();
        let learner = self.desk.learner().await?;
        let instances: HashSet<Instance> = fresh.iter().map(|one| one.instance).collect();
        if learner.store.count_not_judged(learner.account, learner.cutoff)? != instances.len() {
            let waiting = learner.store.not_judged(learner.account, inbox, learner.cutoff)?;
            // All Mail or another mailbox may have shown, after INBOX was read, that a message is not new.
            let still: HashSet<Uid> = waiting.iter().map(|(uid, _)| *uid).collect();
            fresh.retain(|one| still.contains(&one.uid));
            let have: HashSet<Uid> = fresh.iter().map(|one| one.uid).collect();
            let missing: Vec<Uid> = still.into_iter().filter(|uid| !have.contains(uid)).collect();
            if !missing.is_empty() {
                fresh.extend(read_again(self.session, &FolderName::inbox(), &missing).await?);
            }
        }
        fresh.sort_by_key(|one| one.uid);
        self.seen.looked_at.extend(fresh.iter().map(|one| one.uid));
        let learner = self.desk.learner().await?;
        let mut categories: HashMap<Address, Category> = HashMap::new();
        let mut plan = Plan { keep: Vec::new(), go: Vec::new() };
        let situation = situation(self.setting, learner, orders);
        let decisions = decide(&fresh, &situation, self.setting.account.top);
        for (one, (category, step)) in fresh.into_iter().zip(decisions) {
            if let Some(from) = &one.facts.from {
                // In the order of UIDs, so the newest stays.
                categories.insert(from.clone(), category);
            }
            match step {
                Step::Keep => plan.keep.push((one.uid, one.instance)),
                step => plan.go.push(Going { message: one, category, step }),
            }
        }
        let account = learner.account;
        learner.store.note_categories(account, categories.iter().map(|(from, category)| (from, *category)))?;
        Ok(plan)
    }

    async fn file(
        &mut self,
        folders: &Folders,
        managed: &Managed,
        orders: &Orders,
        plan: Plan,
        inbox: &Selected,
    ) -> Result<(), Fault> {
        let Plan { keep, mut go } = plan;
        let learner = self.desk.learner().await?;
        let account = learner.account;
        if plan::is_surprise(go.len(), inbox.exists as usize) {
            let (question, what) = surprise(self.setting, &go, inbox.exists);
            self.setting.consent(&question, &what)?;
        }
        let kept: Vec<Instance> = keep.iter().map(|(_, instance)| *instance).collect();
        learner.store.set_standing(account, &kept, Standing::Kept)?;
        self.seen.kept.extend(keep.iter().map(|(uid, _)| *uid));
        go.sort_by_key(|one| (one.category, one.message.uid));
        let mut filed = Filed::default();
        let result = self.file_all(managed, orders, go, inbox.uid_validity, &mut filed).await;
        filed.done.iter().for_each(|(_, category)| self.report.filed.add(*category));
        result?;
        fall::fall(self.setting, self.session, self.desk, folders, orders, self.run, &mut filed).await?;
        filing::denial(&self.setting.account.name, &filed.denied).map_or(Ok(()), Err)
    }

    /// Batch by batch. The words of the reasons are made only now: those of all messages at once would need more memory than
    /// everything else.
    async fn file_all(
        &mut self,
        managed: &Managed,
        orders: &Orders,
        go: Vec<Going>,
        validity: UidValidity,
        filed: &mut Filed,
    ) -> Result<(), Fault> {
        let total = go.len() as u64;
        let mut handled = 0;
        let mut refused: HashSet<Category> = HashSet::new();
        let mut rest = go.into_iter().peekable();
        while let Some(category) = rest.peek().map(|one| one.category) {
            let mut batch = Vec::with_capacity(filing::BATCH);
            while batch.len() < filing::BATCH && rest.peek().is_some_and(|one| one.category == category) {
                batch.extend(rest.next());
            }
            handled += batch.len() as u64;
            if refused.contains(&category) {
                continue;
            }
            let learner = self.desk.learner().await?;
            let situation = situation(self.setting, learner, orders);
            let intent = |one: Going| intent(judged(one.message, &situation), one.step, managed, validity);
            let intents: Vec<Intent> = batch.into_iter().map(intent).collect();
            if filing::file_batch(self.setting, self.session, self.desk, self.run, intents, filed).await? {
                // The server refuses this mailbox: the rest would meet the same.
                refused.insert(category);
            }
            self.setting.watcher.filing(&self.setting.account.name, handled, total);
        }
        Ok(())
    }
}

/// What each message is and what is to be done with it, worked out on two threads: a first pass judges everything at once,
/// when nothing else is left to do.
fn decide(fresh: &[Fresh], situation: &Situation<'_>, top: TopMode) -> Vec<(Category, Step)> {
    let decide = |part: &[Fresh]| -> Vec<(Category, Step)> {
        let verdicts = part.iter().map(|one| verdict(one, situation));
        verdicts.map(|verdict| (verdict.category, step(&verdict, top))).collect()
    };
    let (first, second) = fresh.split_at(fresh.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| decide(second));
        let mut decisions = decide(first);
        decisions.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        decisions
    })
}

fn surprise(setting: &Setting<'_>, go: &[Going], exists: u32) -> (String, String) {
    let mut counts = Counts::default();
    go.iter().for_each(|one| counts.add(one.category));
    let name = &setting.account.name;
    let counts = format!(
        "{} of {exists} messages in INBOX would be filed (top {}, news {}, bulk {}, blackhole {})",
        go.len(),
        counts.top,
        counts.news,
        counts.bulk,
        counts.blackhole
    );
    (format!("{name}: {counts}. File them?"), format!("{name}: {counts}: more than is usual, so nothing was moved"))
}

/// What stays and what goes.
struct Plan {
    keep: Vec<(Uid, Instance)>,
    go: Vec<Going>,
}

/// A message that is to be filed.
struct Going {
    message: Fresh,
    category: Category,
    step: Step,
}

fn intent(one: Judged, step: Step, managed: &Managed, validity: UidValidity) -> Intent {
    let (kind, to) = match step {
        Step::Flag => (Kind::Flag, FolderName::inbox()),
        _ => (Kind::Move, managed.of(one.verdict.category)),
    };
    Intent {
        kind,
        category: one.verdict.category,
        instance: one.instance,
        message_id: one.message_id,
        internal_date: one.internal_date,
        from: Place { folder: FolderName::inbox(), validity, uid: one.uid },
        to,
        undoes: None,
        sender: one.from.map(|from| from.as_str().to_owned()).unwrap_or_default(),
        subject: one.subject.chars().take(200).collect(),
        reasons: reasons_json(&one.verdict.reasons),
    }
}

/// Reasons as the journal keeps them: the array that `plan` prints.
pub fn reasons_json(reasons: &[Reason]) -> String {
    let list: Vec<_> = reasons
        .iter()
        .map(|reason| serde_json::json!({ "signal": reason.signal, "weight": reason.weight, "text": reason.text }))
        .collect();
    serde_json::Value::Array(list).to_string()
}
