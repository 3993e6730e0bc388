//! One pass over one account.

use std::collections::{HashMap, HashSet};

use super::backlog::{Spool, Waiting};
use super::desk::Desk;
use super::fall;
use super::filing::{self, Filed, Run};
use super::habits;
use super::held::Held;
use super::judging::{judged, orders, read_each, situation};
use super::learner::Fresh;
use super::moves;
use super::opening::{Ready, open, ready};
use super::planning::{Going, Plan, decide, intent, surprise};
use super::recovery;
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::folders::Folders;
use crate::imap::{Selected, Session, mover};
use crate::logic::fault::{Fault, FaultKind, suggested_pause};
use crate::logic::ids::{Address, Category, FolderName, Instance, Uid, UidValidity};
use crate::logic::journal::Intent;
use crate::logic::orders::Orders;
use crate::logic::plan::{self, Managed, Mode, Step};
use crate::store::{AccountLock, Standing};

pub use super::filing::Run as PassRun;
pub use super::planning::Counts;

/// Messages that are judged together.
const AT_ONCE: usize = 4_000;

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
        let result = once(setting, &mut session, &mut desk, run, report, &mut seen).await;
        report.fetch_rows += session.fetch_rows_read();
        let broke = matches!(&result, Err(fault) if matches!(fault.kind, FaultKind::Transient | FaultKind::Protocol));
        if !session.is_broken() {
            session.logout().await;
        }
        let learner = desk.learner().await;
        report.learned = learner.map_or(report.learned, |learner| learner.learned);
        report.seen = seen.looked_at.len();
        report.kept = seen.kept.len();
        let wants_peace = result.as_ref().is_err_and(|fault| fault.pause().is_some());
        if !broke || second || wants_peace {
            return result;
        }
        if let Err(fault) = &result {
            setting.watcher.note(&setting.account.name, &format!("{fault}; connecting again"));
        }
        second = true;
    }
}

async fn once(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    run: &mut Run,
    report: &mut Report,
    seen: &mut Seen,
) -> Result<(), Fault> {
    let ready = ready(setting, session, desk).await?;
    Pass { setting, session, desk, run, report, seen, scope: Scope::All, held: None }.run(&ready).await.map(drop)
}

/// UIDs of INBOX, so that a second attempt counts nothing twice.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) looked_at: HashSet<Uid>,
    pub(super) kept: HashSet<Uid>,
}

/// One pass on an open session, under the account's lock.
pub(super) struct Pass<'a, 'b> {
    pub(super) setting: &'a Setting<'b>,
    pub(super) session: &'a mut Session,
    pub(super) desk: &'a mut Desk,
    pub(super) run: &'a mut Run,
    pub(super) report: &'a mut Report,
    pub(super) seen: &'a mut Seen,
    pub(super) scope: Scope,
    /// Where a batch that surprises is put aside. `None`: the user is asked instead, and without an answer nothing is done.
    pub(super) held: Option<&'a mut Held>,
}

impl Pass<'_, '_> {
    /// Reads, judges and files. Gives INBOX as it was found.
    pub(super) async fn run(&mut self, ready: &Ready) -> Result<Selected, Fault> {
        let filing = self.setting.account.mode == Mode::File;
        let Ready { folders, managed, still_open, cannot_move } = ready;
        let inbox = sync::sync(self.setting, self.session, self.desk, folders, managed, self.scope).await?;
        moves::learn(self.setting, self.session, self.desk, managed).await?;
        let learner = self.desk.learner().await?;
        self.seen.looked_at.extend(learner.take_seen());
        let orders = orders(learner)?;
        tracing::debug!("everything is read and learned");
        if let Some(fault) = cannot_move {
            return Err(fault.clone());
        }
        if filing {
            recovery::finish_half_made(self.session, self.desk).await?;
        }
        let plan = self.plan(&orders, inbox.folder.id, inbox.selected.uid_validity).await?;
        tracing::debug!(stay = plan.keep.len(), go = plan.go.len(), "judged");
        if !filing {
            self.seen.kept.extend(plan.keep.iter().map(|(uid, _)| *uid));
            plan.go.iter().for_each(|one| self.report.filed.add(one.category));
            return Ok(inbox.selected);
        }
        self.file(folders, managed, &orders, plan, &inbox.selected).await?;
        still_open.clone().map_or(Ok(inbox.selected), Err)
    }

    /// Verdicts over everything in INBOX that has none and is young enough.
    async fn plan(&mut self, orders: &Orders, inbox: i64, validity: UidValidity) -> Result<Plan, Fault> {
        let mut fresh = self.desk.take_fresh();
        // Whoever watches was told of the others before; in preview they wait for ever.
        let only_fresh = self.held.is_some() && self.setting.account.mode == Mode::Preview;
        let learner = self.desk.learner().await?;
        // Cheap, and the rule: with nothing seen elsewhere, as many as are new are all that wait.
        let waiting = learner.store.count_not_judged(learner.account, learner.cutoff)?;
        if learner.elsewhere || (waiting != instances(&fresh.messages) && !only_fresh) {
            let waiting = learner.store.not_judged(learner.account, inbox, learner.cutoff)?;
            // All Mail or another mailbox may have shown, after INBOX was read, that a message is not new.
            let mut still: HashSet<Uid> = waiting.iter().map(|(uid, _)| *uid).collect();
            if let Some(held) = &mut self.held {
                held.keep_only(&still, validity);
                still.retain(|uid| !held.contains(*uid));
            }
            fresh.messages.retain(|one| still.contains(&one.uid));
            let have: HashSet<Uid> = fresh.messages.iter().map(|one| one.uid).collect();
            let missing: Vec<Uid> = still.into_iter().filter(|uid| !have.contains(uid)).collect();
            if !missing.is_empty() && !only_fresh {
                let put = |one, header: Vec<u8>| fresh.put(one, &header);
                read_each(self.session, &FolderName::inbox(), &missing, put).await?;
            }
        }
        fresh.messages.sort_by_key(|one| one.uid);
        self.seen.looked_at.extend(fresh.messages.iter().map(|one| one.uid));
        let (waiting, spool) = fresh.take();
        let learner = self.desk.learner().await?;
        let mut categories: HashMap<Address, Category> = HashMap::new();
        let mut plan = Plan { keep: Vec::new(), go: Vec::new(), sketches: Vec::new(), spool };
        if waiting.is_empty() {
            return Ok(plan);
        }
        learner.recall()?;
        let situation = situation(self.setting, learner, orders)?;
        let mut waiting = waiting.into_iter();
        while waiting.len() > 0 {
            let loaded = plan.spool.load(waiting.by_ref().take(AT_ONCE).collect())?;
            let (fresh, places): (Vec<Fresh>, Vec<_>) = loaded.into_iter().unzip();
            plan.sketches.extend(habits::sketches(self.setting, learner, orders, &fresh)?);
            let decisions = decide(&fresh, &situation, self.setting.account.top);
            for ((one, place), (category, step)) in fresh.into_iter().zip(places).zip(decisions) {
                if let Some(from) = &one.facts.from {
                    // In the order of UIDs, so the newest stays.
                    categories.insert(from.clone(), category);
                }
                match step {
                    Step::Keep => plan.keep.push((one.uid, one.instance)),
                    step => plan.go.push(Going { message: Waiting::of(one, place), category, step }),
                }
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
        let Plan { mut keep, mut go, sketches, mut spool } = plan;
        self.keep_what_cannot_be_flagged(&mut keep, &mut go).await?;
        let learner = self.desk.learner().await?;
        let account = learner.account;
        if plan::is_surprise(go.len(), inbox.exists as usize) {
            match &mut self.held {
                Some(held) => held.put_aside(std::mem::take(&mut go), inbox, self.setting.now),
                None => {
                    let (question, what) = surprise(self.setting, &go, inbox.exists);
                    self.setting.consent(&question, &what)?;
                }
            }
        }
        let kept: Vec<Instance> = keep.iter().map(|(_, instance)| *instance).collect();
        learner.store.set_standing(account, &kept, Standing::Kept)?;
        self.seen.kept.extend(keep.iter().map(|(uid, _)| *uid));
        go.sort_by_key(|one| (one.category, one.message.uid));
        let mut filed = Filed::default();
        let result = self.file_all(managed, orders, (go, &mut spool), inbox.uid_validity, &mut filed).await;
        filed.done.iter().for_each(|(_, category)| self.report.filed.add(*category));
        habits::remember(self.desk.learner().await?, sketches)?;
        result?;
        fall::fall(self.setting, self.session, self.desk, (folders, managed), orders, self.run, &mut filed).await?;
        filing::denial(&self.setting.account.name, &filed.denied).map_or(Ok(()), Err)
    }

    /// Where the server takes no keywords, top mail that would only be flagged stays as it is.
    async fn keep_what_cannot_be_flagged(
        &mut self,
        keep: &mut Vec<(Uid, Instance)>,
        go: &mut Vec<Going>,
    ) -> Result<(), Fault> {
        let flagged = |one: &Going| one.step == Step::Flag;
        if !go.iter().any(flagged) || mover::takes_important(self.session).await? {
            return Ok(());
        }
        keep.extend(go.iter().filter(|one| flagged(one)).map(|one| (one.message.uid, one.message.instance)));
        go.retain(|one| !flagged(one));
        self.setting.watcher.advise(
            &self.setting.account.name,
            "the server takes no keywords, so top mail stays in INBOX without $Important",
            "set top = \"move\" in the config to have it in a mailbox of its own",
        );
        Ok(())
    }

    /// Batch by batch. The words of the reasons are made only now: those of all messages at once would need more memory than
    /// everything else.
    async fn file_all(
        &mut self,
        managed: &Managed,
        orders: &Orders,
        (go, spool): (Vec<Going>, &mut Spool),
        validity: UidValidity,
        filed: &mut Filed,
    ) -> Result<(), Fault> {
        let total = go.len() as u64;
        let mut handled = 0;
        let mut refused: HashSet<Category> = HashSet::new();
        let mut rest = go.into_iter().peekable();
        while let Some(category) = rest.peek().map(|one| one.category) {
            self.setting.watcher.between_batches()?;
            let mut batch = Vec::with_capacity(filing::BATCH);
            while batch.len() < filing::BATCH && rest.peek().is_some_and(|one| one.category == category) {
                batch.extend(rest.next());
            }
            handled += batch.len() as u64;
            if refused.contains(&category) {
                continue;
            }
            let learner = self.desk.learner().await?;
            learner.recall()?;
            let situation = situation(self.setting, learner, orders)?;
            let (messages, steps): (Vec<Waiting>, Vec<Step>) =
                batch.into_iter().map(|one: Going| (one.message, one.step)).unzip();
            let loaded = spool.load(messages)?.into_iter().zip(steps);
            let intent =
                |((one, _), step): ((Fresh, _), Step)| intent(judged(one, &situation), step, managed, validity);
            let intents: Vec<Intent> = loaded.map(intent).collect();
            if filing::file_batch(self.setting, self.session, self.desk, self.run, intents, filed).await? {
                // The server refuses this mailbox: the rest would meet the same.
                refused.insert(category);
                if filed.denied.last().is_some_and(|(_, why)| suggested_pause(why).is_some()) {
                    return Ok(());
                }
            }
            self.setting.watcher.filing(&self.setting.account.name, handled, total);
        }
        Ok(())
    }
}

/// How many different ones.
fn instances(messages: &[Waiting]) -> usize {
    messages.iter().map(|one| one.instance).collect::<HashSet<_>>().len()
}
