//! One pass over one account.

use std::collections::{HashMap, HashSet};
use std::iter::Peekable;

use super::backlog::Waiting;
use super::convoy::{self, Batch, Batches};
use super::desk::Desk;
use super::fall;
use super::filing::{self, Filed, Run};
use super::habits;
use super::held::Held;
use super::judging::{judged, orders, read_each, situation};
use super::learner::{Fresh, Learner};
use super::moves;
use super::opening::{Ready, open, ready};
use super::planning::{Plan, decide, intent, surprise};
use super::recovery;
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::folders::Folders;
use crate::imap::{Selected, Session, mover};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Address, Category, FolderName, Instance, Uid, UidValidity};
use crate::logic::journal::Intent;
use crate::logic::orders::Orders;
use crate::logic::plan::{self, Managed, Mode, Step};
use crate::logic::uid_set::UidSet;
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
    pub(super) looked_at: UidSet,
    pub(super) kept: UidSet,
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
        self.seen.looked_at.add_all(&learner.take_seen());
        let orders = orders(learner)?;
        tracing::debug!("everything is read and learned");
        if let Some(fault) = cannot_move {
            return Err(fault.clone());
        }
        if filing {
            recovery::finish_half_made(self.session, self.desk).await?;
        }
        let plan = self.plan(&orders, inbox.folder.id, inbox.selected.uid_validity).await?;
        let go = plan.counts();
        tracing::debug!(stay = plan.decisions.len() - go.sum(), go = go.sum(), "judged");
        if !filing {
            self.note_kept(&plan)?;
            self.report.filed = go;
            return Ok(inbox.selected);
        }
        self.file(folders, managed, &orders, plan, &inbox.selected).await?;
        still_open.clone().map_or(Ok(inbox.selected), Err)
    }

    /// Verdicts over everything in INBOX that has none and is young enough.
    async fn plan(&mut self, orders: &Orders, inbox: i64, validity: UidValidity) -> Result<Plan, Fault> {
        let mut backlog = self.desk.take_fresh();
        // Whoever watches was told of the others before; in preview they wait for ever.
        let only_fresh = self.held.is_some() && self.setting.account.mode == Mode::Preview;
        let learner = self.desk.learner().await?;
        // Cheap, and the rule: with nothing seen elsewhere, as many as are new are all that wait.
        let waiting = learner.store.count_not_judged(learner.account, learner.cutoff)?;
        if learner.elsewhere || (waiting != backlog.new_ones() && !only_fresh) {
            // All Mail or another mailbox may have shown, after INBOX was read, that a message is not new.
            let mut still = learner.store.not_judged(learner.account, inbox, learner.cutoff)?;
            if let Some(held) = &mut self.held {
                held.keep_only(&still, validity);
                held.take_off(&mut still);
            }
            backlog.keep_only(&still)?;
            still.take_off(backlog.uids());
            if !still.is_empty() && !only_fresh {
                let missing: Vec<Uid> = still.iter().collect();
                let put = |one: Fresh, header: Vec<u8>| backlog.put(&waiting_again(&one), &header);
                read_each(self.session, &FolderName::inbox(), &missing, put).await?;
            }
        }
        self.seen.looked_at.add_all(backlog.uids());
        let learner = self.desk.learner().await?;
        let mut plan = Plan { decisions: Vec::with_capacity(backlog.len()), backlog, sketches: Vec::new() };
        let mut categories: HashMap<Address, (Uid, Category)> = HashMap::new();
        for from in (0..plan.backlog.len()).step_by(AT_ONCE) {
            let places: Vec<usize> = (from..plan.backlog.len().min(from + AT_ONCE)).collect();
            let fresh = plan.backlog.load(&places)?;
            plan.sketches.extend(habits::sketches(self.setting, learner, orders, &fresh)?);
            let situation = situation(self.setting, learner, orders, &fresh)?;
            let decisions = decide(&fresh, &situation, self.setting.account.top);
            for (one, (category, _)) in fresh.into_iter().zip(&decisions) {
                if let Some(from) = one.facts.from {
                    // The newest stays.
                    let last = categories.entry(from).or_insert((one.uid, *category));
                    if last.0 <= one.uid {
                        *last = (one.uid, *category);
                    }
                }
            }
            plan.decisions.extend(decisions);
            if categories.len() > SENDERS {
                note(learner, &mut categories)?;
            }
        }
        note(learner, &mut categories)?;
        Ok(plan)
    }

    /// What stays in INBOX counts as kept.
    fn note_kept(&mut self, plan: &Plan) -> Result<(), Fault> {
        for place in plan.places(|_, step| step == Step::Keep) {
            self.seen.kept.insert(plan.backlog.at(place)?.uid);
        }
        Ok(())
    }

    async fn file(
        &mut self,
        folders: &Folders,
        managed: &Managed,
        orders: &Orders,
        mut plan: Plan,
        inbox: &Selected,
    ) -> Result<(), Fault> {
        self.keep_what_cannot_be_flagged(&mut plan).await?;
        let go = plan.counts();
        let surprises = plan::is_surprise(go.sum(), inbox.exists as usize);
        match &mut self.held {
            Some(held) if surprises => {
                held.begin(inbox, self.setting.now);
                for place in plan.places(|_, step| step != Step::Keep) {
                    held.put_aside(plan.backlog.at(place)?.uid, plan.decisions[place].0);
                }
            }
            None if surprises => {
                let (question, what) = surprise(self.setting, &go, inbox.exists);
                self.setting.consent(&question, &what)?;
            }
            _ => {}
        }
        self.keep(&plan).await?;
        let mut filed = Filed::default();
        let sketches = std::mem::take(&mut plan.sketches);
        let total = go.sum() as u64;
        let going = |category| {
            let of = plan.places(move |of, step| of == category && step != Step::Keep);
            of.map(move |place| (category, place))
        };
        let mut verdicts = Verdicts {
            setting: self.setting,
            managed,
            orders,
            validity: inbox.uid_validity,
            plan: &plan,
            rest: Category::ALL.into_iter().flat_map(going).peekable(),
            handled: 0,
            given_up: HashSet::new(),
        };
        let batches = (&mut verdicts, total);
        let result = match surprises && self.held.is_some() {
            true => Ok(()),
            false => convoy::carry_out(self.setting, self.session, self.desk, self.run, batches, &mut filed).await,
        };
        filed.done.iter().for_each(|category| self.report.filed.add(*category));
        habits::remember(self.desk.learner().await?, sketches)?;
        result?;
        fall::fall(self.setting, self.session, self.desk, (folders, managed), orders, self.run, &mut filed).await?;
        filing::denial(&self.setting.account.name, &filed.denied).map_or(Ok(()), Err)
    }

    /// What stays in INBOX is not judged again.
    async fn keep(&mut self, plan: &Plan) -> Result<(), Fault> {
        let learner = self.desk.learner().await?;
        let mut places = plan.places(|_, step| step == Step::Keep).peekable();
        while places.peek().is_some() {
            let instance = |place| plan.backlog.at(place).map(|one| one.instance);
            let kept = places.by_ref().take(AT_ONCE).map(instance).collect::<Result<Vec<Instance>, Fault>>()?;
            learner.store.set_standing(learner.account, &kept, Standing::Kept)?;
        }
        self.note_kept(plan)
    }

    /// Where the server takes no keywords, top mail that would only be flagged stays as it is.
    async fn keep_what_cannot_be_flagged(&mut self, plan: &mut Plan) -> Result<(), Fault> {
        if !plan.decisions.iter().any(|(_, step)| *step == Step::Flag) || mover::takes_important(self.session).await? {
            return Ok(());
        }
        let flags = plan.decisions.iter_mut().filter(|(_, step)| *step == Step::Flag);
        flags.for_each(|(_, step)| *step = Step::Keep);
        self.setting.watcher.advise(
            &self.setting.account.name,
            "the server takes no keywords, so top mail stays in INBOX without $Important",
            "set top = \"move\" in the config to have it in a mailbox of its own",
        );
        Ok(())
    }
}

/// What is to be filed, by category. The words of the reasons are made batch by batch: those of all messages at once would need more memory than
/// everything else.
struct Verdicts<'a, 'b, I: Iterator<Item = (Category, usize)>> {
    setting: &'a Setting<'b>,
    managed: &'a Managed,
    orders: &'a Orders,
    validity: UidValidity,
    plan: &'a Plan,
    /// Places in the plan.
    rest: Peekable<I>,
    handled: u64,
    given_up: HashSet<Category>,
}

impl<I: Iterator<Item = (Category, usize)>> Batches for Verdicts<'_, '_, I> {
    fn next(&mut self, learner: &mut Learner) -> Result<Option<Batch>, Fault> {
        while let Some((category, _)) = self.rest.peek().copied() {
            let mut places = Vec::with_capacity(filing::BATCH);
            while places.len() < filing::BATCH && self.rest.peek().is_some_and(|(of, _)| *of == category) {
                places.extend(self.rest.next().map(|(_, place)| place));
            }
            self.handled += places.len() as u64;
            if self.given_up.contains(&category) {
                continue;
            }
            let fresh = self.plan.backlog.load(&places)?;
            let situation = situation(self.setting, learner, self.orders, &fresh)?;
            let steps = places.iter().map(|&place| self.plan.decisions[place].1);
            let intent = |(one, step)| intent(judged(one, &situation), step, self.managed, self.validity);
            let mut intents: Vec<Intent> = fresh.into_iter().zip(steps).map(intent).collect();
            intents.sort_by_key(|intent| intent.from.uid);
            return Ok(Some(Batch { intents, handled: self.handled }));
        }
        Ok(None)
    }

    fn give_up(&mut self, like: &Intent) {
        self.given_up.insert(like.category);
    }

    fn is_given_up(&self, like: &Intent) -> bool {
        self.given_up.contains(&like.category)
    }
}

/// Senders whose categories are written down together.
const SENDERS: usize = 10_000;

/// Writes down what the last judged mail of each sender was.
fn note(learner: &mut Learner, categories: &mut HashMap<Address, (Uid, Category)>) -> Result<(), Fault> {
    if categories.is_empty() {
        return Ok(());
    }
    let account = learner.account;
    learner.store.note_categories(account, categories.iter().map(|(from, (_, category))| (from, *category)))?;
    categories.clear();
    Ok(())
}

/// As it waits once more, read by itself. It is not counted among the new ones, which were counted before.
fn waiting_again(one: &Fresh) -> Waiting {
    Waiting { uid: one.uid, instance: one.instance, internal_date: one.internal_date, flags: one.flags, new: false }
}
