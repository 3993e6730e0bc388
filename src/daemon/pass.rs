//! One pass over one account.

use std::collections::HashSet;

use super::desk::Desk;
use super::fall;
use super::filing::{self, Filed, Run};
use super::learner::{Fresh, Learner};
use super::setting::Setting;
use super::{managed, recovery, sync};
use crate::config::Config;
use crate::imap::folders::{self, Folders};
use crate::imap::mover;
use crate::imap::{Access, FetchRow, MAX_LINE, Session, Untagged, all_done, header_query, uid_sets};
use crate::logic::facts;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Category, Digest, FolderName, Instance, Uid, UidValidity};
use crate::logic::journal::{Intent, Kind, Place};
use crate::logic::orders::Orders;
use crate::logic::plan::{self, Judged, Managed, Mode, Step, step};
use crate::logic::verdict::{Reason, Situation, judge};
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
    let ledger = store.ledger(account)?;
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
        let judged = self.judge(&orders, inbox.folder.id).await?;
        let plan = Plan::new(self.setting, &managed, judged);
        let learner = self.desk.learner().await?;
        let account = learner.account;
        let categories = plan.all().filter_map(|one| Some((one.from.as_ref()?, one.verdict.category)));
        learner.store.note_categories(account, categories)?;
        if !filing {
            self.seen.kept.extend(plan.keep.iter().map(|one| one.uid));
            plan.go.iter().for_each(|(one, _)| self.report.filed.add(one.verdict.category));
            return Ok(());
        }
        self.file(&folders, &orders, plan, inbox.selected.uid_validity, inbox.selected.exists).await
    }

    /// Verdicts over everything in INBOX that has none and is young enough.
    async fn judge(&mut self, orders: &Orders, inbox: i64) -> Result<Vec<Judged>, Fault> {
        let mut fresh = self.desk.take_fresh();
        let learner = self.desk.learner().await?;
        let waiting = learner.store.not_judged(learner.account, inbox, learner.cutoff)?;
        // All Mail or another mailbox may have shown, after INBOX was read, that a message is not new.
        let still: HashSet<Uid> = waiting.iter().map(|(uid, _)| *uid).collect();
        fresh.retain(|one| still.contains(&one.uid));
        let have: HashSet<Uid> = fresh.iter().map(|one| one.uid).collect();
        let missing: Vec<Uid> = still.into_iter().filter(|uid| !have.contains(uid)).collect();
        if !missing.is_empty() {
            fresh.extend(read_again(self.session, &FolderName::inbox(), &missing).await?);
        }
        fresh.sort_by_key(|one| one.uid);
        self.seen.looked_at.extend(fresh.iter().map(|one| one.uid));
        let learner = self.desk.learner().await?;
        Ok(verdicts(self.setting, learner, orders, fresh))
    }

    async fn file(
        &mut self,
        folders: &Folders,
        orders: &Orders,
        plan: Plan,
        validity: UidValidity,
        exists: u32,
    ) -> Result<(), Fault> {
        let Plan { keep, go, managed } = plan;
        let learner = self.desk.learner().await?;
        let account = learner.account;
        if plan::is_surprise(go.len(), exists as usize) {
            let (question, what) = surprise(self.setting, &go, exists);
            self.setting.consent(&question, &what)?;
        }
        let kept: Vec<Instance> = keep.iter().map(|one| one.instance).collect();
        learner.store.set_standing(account, &kept, Standing::Kept)?;
        self.seen.kept.extend(keep.iter().map(|one| one.uid));
        let intents = go.into_iter().map(|(one, step)| intent(one, step, &managed, validity)).collect();
        let mut filed = Filed::default();
        let result = filing::file(self.setting, self.session, self.desk, self.run, intents, &mut filed).await;
        filed.done.iter().for_each(|row| self.report.filed.add(row.intent.category));
        result?;
        fall::fall(self.setting, self.session, self.desk, folders, orders, self.run, &mut filed).await?;
        filing::denial(&self.setting.account.name, &filed.denied).map_or(Ok(()), Err)
    }
}

fn surprise(setting: &Setting<'_>, go: &[(Judged, Step)], exists: u32) -> (String, String) {
    let mut counts = Counts::default();
    go.iter().for_each(|(one, _)| counts.add(one.verdict.category));
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
    keep: Vec<Judged>,
    go: Vec<(Judged, Step)>,
    managed: Managed,
}

impl Plan {
    fn new(setting: &Setting<'_>, managed: &Managed, judged: Vec<Judged>) -> Plan {
        let mut plan = Plan { keep: Vec::new(), go: Vec::new(), managed: managed.clone() };
        for one in judged {
            match step(&one.verdict, setting.account.top) {
                Step::Keep => plan.keep.push(one),
                step => plan.go.push((one, step)),
            }
        }
        plan
    }

    fn all(&self) -> impl Iterator<Item = &Judged> {
        self.keep.iter().chain(self.go.iter().map(|(one, _)| one))
    }
}

/// The orders that hold on an account.
pub(super) fn orders(learner: &Learner) -> Result<Orders, Fault> {
    let stored = learner.store.orders(Some(learner.account), false)?;
    Ok(Orders::new(stored.into_iter().map(|stored| stored.order).collect()))
}

/// Verdicts over messages.
pub(super) fn verdicts(setting: &Setting<'_>, learner: &Learner, orders: &Orders, fresh: Vec<Fresh>) -> Vec<Judged> {
    let situation = Situation {
        own: &learner.own,
        ledger: &learner.ledger,
        orders,
        caution: setting.account.caution,
        authserv: learner.ledger.trusted_authserv(setting.account.authserv_id.as_deref()),
        now: setting.now,
    };
    let judged = fresh.into_iter().map(|one| {
        let verdict = judge(&one.facts, one.flags, one.internal_date, &situation);
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
    });
    judged.collect()
}

/// Reads messages by UID, in a mailbox that is opened read-only. Those that are gone are left out.
pub(super) async fn read_again(session: &mut Session, folder: &FolderName, uids: &[Uid]) -> Result<Vec<Fresh>, Fault> {
    session.select(folder, Access::ReadOnly).await?;
    let wanted: HashSet<Uid> = uids.iter().copied().collect();
    let commands: Vec<String> = uid_sets(uids, MAX_LINE - 700)
        .into_iter()
        .map(|(set, _)| format!("UID FETCH {set} {}", header_query()))
        .collect();
    let mut found = Vec::with_capacity(uids.len());
    let answers = session
        .stream(commands.into_iter(), 2, async |untagged| {
            if let Untagged::Fetch(row) = untagged
                && let Some(fresh) = fresh_in(row)
                && wanted.contains(&fresh.uid)
            {
                found.push(fresh);
            }
            Ok(())
        })
        .await?;
    all_done(&answers, "reading messages")?;
    Ok(found)
}

fn fresh_in(row: FetchRow) -> Option<Fresh> {
    let (uid, size, header) = (row.uid?, row.size?, row.header?);
    let facts = facts::read(&header);
    let internal_date = row.internaldate.or(facts.date).unwrap_or_default();
    let instance = Instance { digest: Digest::of(&header), size };
    Some(Fresh { uid, instance, internal_date, flags: row.flags.unwrap_or_default(), facts })
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
