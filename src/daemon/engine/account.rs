//! The task of one account: connect, pass, wait, pass again; and in between whatever the user asks for.

use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep};

use super::Options;
use super::backoff::Backoff;
use super::bench::{self, Bench};
use super::board::Board;
use super::control::Control;
use super::ear::Ear;
use super::job::{Job, Outcome, Ticket};
use super::wait::watch;
use super::wording;
use crate::config::Config;
use crate::daemon::clock;
use crate::daemon::desk::Desk;
use crate::daemon::filing::Run;
use crate::daemon::held::Held;
use crate::daemon::opening::open;
use crate::daemon::pass::Report;
use crate::daemon::setting::Setting;
use crate::daemon::sync::Scope;
use crate::logic::engine::{AccountState, Notice, Ran};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{RunId, UnixTime};
use crate::logic::plan::Mode;
use crate::store::AccountLock;

/// A lull of this length ends a burst of arrivals that began while the last one was being filed…
const LULL: Duration = Duration::from_millis(100);
/// …and a burst is not waited for longer than this.
const BURST: Duration = Duration::from_secs(1);
/// A connection that lived so long was a good one: the next failure is the first again.
const GOOD: Duration = Duration::from_secs(60);
/// An account in which nothing happens for so long is forgotten; its ledger is read again when something does.
const FORGET: Duration = Duration::from_secs(600);
/// Messages in one transaction. A transaction that stays open while the network is waited for keeps other accounts from
/// writing.
const COMMIT: usize = 1;

/// Why a connection ended without a fault.
enum End {
    Stopping,
    Paused,
    /// The jobs that it was opened for are done.
    Served,
}

/// Why work ended early.
enum Trouble {
    Fault(Fault),
    Interrupted,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Fault(fault)
    }
}

/// One account at work.
pub(super) struct Worker {
    config: Rc<Config>,
    options: Rc<Options>,
    /// Its place in the config…
    account: usize,
    /// …and on the board.
    slot: usize,
    board: Board,
    control: Rc<Control>,
    ear: Rc<Ear>,
    jobs: UnboundedReceiver<Ticket>,
    waiting: VecDeque<Ticket>,
    lock: Option<AccountLock>,
    desk: Option<Desk>,
    held: Held,
    backoff: Backoff,
    /// Whether the last attempt got as far as a session.
    reached: bool,
    last_change: Instant,
}

impl Worker {
    pub(super) fn new(
        (config, options): (Rc<Config>, Rc<Options>),
        (account, slot): (usize, usize),
        board: Board,
        control: Rc<Control>,
        ear: Rc<Ear>,
        jobs: UnboundedReceiver<Ticket>,
    ) -> Worker {
        let backoff = Backoff::new(options.first_retry, options.longest_retry);
        Worker {
            config,
            options,
            account,
            slot,
            board,
            control,
            ear,
            jobs,
            waiting: VecDeque::new(),
            lock: None,
            desk: None,
            held: Held::default(),
            backoff,
            reached: false,
            last_change: Instant::now(),
        }
    }

    /// Works until the end.
    pub(super) async fn run(&mut self) {
        while !self.control.is_stopping() {
            let paused = self.control.is_paused();
            if paused && self.waiting.is_empty() {
                self.rest(AccountState::Paused, None).await;
                continue;
            }
            let since = Instant::now();
            self.reached = false;
            match self.connected(!paused).await {
                Ok(End::Stopping) => return,
                Ok(End::Paused | End::Served) | Err(Trouble::Interrupted) => {}
                Err(Trouble::Fault(fault)) => {
                    if self.reached && since.elapsed() >= GOOD {
                        self.backoff.reset();
                    }
                    self.failed(fault).await;
                }
            }
        }
    }

    /// What was in memory may be half of the truth after a panic.
    pub(super) async fn panicked(&mut self) {
        self.desk = None;
        self.control.set_in_batch(false);
        self.reached = false;
        let cause = format!("{}: mailherd failed inside (its message is in the log)", self.name());
        self.failed(Fault::local(cause, "please report it; it is tried again, and the journal knows what was begun"))
            .await;
    }

    fn name(&self) -> &str {
        &self.config.accounts[self.account].name
    }

    /// Says what went wrong and waits until it is worth another try.
    async fn failed(&mut self, fault: Fault) {
        tracing::info!(account = self.name(), cause = %fault, "the work on an account failed");
        if !self.reached {
            self.refuse_jobs(&fault);
        }
        if fault.kind == FaultKind::Local {
            self.desk = None;
        }
        let hopeless = matches!(fault.kind, FaultKind::Credentials | FaultKind::Usage);
        self.board.update(self.slot, |health| {
            health.fault = Some(fault.clone());
            health.progress = None;
        });
        if !self.waiting.is_empty() {
            // Begun on the connection that broke: another one, at once.
            return;
        }
        if hopeless {
            self.rest(AccountState::Stopped, None).await;
        } else {
            let wait = self.backoff.next(&fault, fastrand::f64());
            self.rest(AccountState::Waiting, Some(wait)).await;
        }
    }

    fn refuse_jobs(&mut self, fault: &Fault) {
        while let Ok(ticket) = self.jobs.try_recv() {
            self.waiting.push_back(ticket);
        }
        for ticket in self.waiting.drain(..) {
            ticket.answer(Err(fault.clone()));
        }
        self.count_jobs();
    }

    /// Until there is a job, a word from outside, or `limit` is over.
    async fn rest(&mut self, state: AccountState, limit: Option<Duration>) {
        let next = limit.map(|limit| UnixTime(clock::now().0 + i64::try_from(limit.as_secs()).unwrap_or(0) + 1));
        self.board.update(self.slot, |health| {
            health.state = state;
            health.next = next;
            health.progress = None;
        });
        let paused = state == AccountState::Paused;
        tokio::select! {
            () = self.control.called(paused) => {}
            ticket = self.jobs.recv() => self.waiting.extend(ticket),
            () = async { match limit { Some(limit) => sleep(limit).await, None => std::future::pending().await } } => {}
        }
        self.count_jobs();
    }

    fn count_jobs(&self) {
        let queue = u32::try_from(self.waiting.len() + self.jobs.len()).unwrap_or(u32::MAX);
        self.board.update(self.slot, |health| health.queue = queue);
    }

    /// One connection from its beginning to its end. Without `stay` it ends when the jobs are done.
    async fn connected(&mut self, stay: bool) -> Result<End, Trouble> {
        self.control.set_pausable(stay);
        if self.lock.is_none() {
            self.lock = Some(AccountLock::take(&self.config.state_dir, self.name())?);
        }
        self.board.update(self.slot, |health| {
            health.state = AccountState::Connecting;
            health.next = None;
        });
        let (config, ear) = (self.config.clone(), self.ear.clone());
        let session = {
            let setting = setting(&config, self.account, &ear);
            interruptible(&self.control, setting.connect()).await?
        };
        self.reached = true;
        let mut bench = Bench::new(session);
        let capabilities: Vec<String> = bench.session.capabilities().all().map(str::to_owned).collect();
        self.board.update(self.slot, |health| {
            health.state = AccountState::Working;
            health.capabilities = capabilities;
            health.last_byte = Some(clock::now());
        });
        let end = self.live(&mut bench, stay).await;
        if !bench.session.is_broken() {
            bench.session.logout().await;
        }
        end
    }

    /// Passes and waits, on an open connection.
    async fn live(&mut self, bench: &mut Bench, stay: bool) -> Result<End, Trouble> {
        let mut due = stay.then_some(Scope::All);
        let mut all = Instant::now() + self.options.all;
        loop {
            self.serve(bench).await?;
            if self.control.is_stopping() {
                return Ok(End::Stopping);
            }
            if !stay {
                return Ok(End::Served);
            }
            if self.control.is_paused() {
                return Ok(End::Paused);
            }
            self.control.set_pausable(true);
            match due.take() {
                Some(scope) => {
                    self.pass(bench, scope, self.options.accept).await?;
                    if scope == Scope::All {
                        all = Instant::now() + self.options.all;
                    }
                }
                None => due = self.wait(bench, all).await?,
            }
        }
    }

    /// Does what the user asked for.
    async fn serve(&mut self, bench: &mut Bench) -> Result<(), Trouble> {
        while let Ok(ticket) = self.jobs.try_recv() {
            self.waiting.push_back(ticket);
        }
        self.control.set_pausable(false);
        while let Some(mut ticket) = self.waiting.pop_front() {
            self.count_jobs();
            self.board.update(self.slot, |health| {
                health.state = AccountState::Working;
                health.next = None;
            });
            match self.job(bench, &mut ticket).await {
                Ok(outcome) => ticket.answer(Ok(outcome)),
                Err(Trouble::Interrupted) => {
                    ticket.answer(Err(Fault::transient(
                        "mailherd is stopping",
                        "what was begun is in the journal; start it again and look there",
                    )));
                    return Err(Trouble::Interrupted);
                }
                Err(Trouble::Fault(fault)) if bench.session.is_broken() => {
                    if ticket.tried {
                        ticket.answer(Err(fault.clone()));
                    } else {
                        ticket.tried = true;
                        self.waiting.push_front(ticket);
                    }
                    return Err(fault.into());
                }
                Err(Trouble::Fault(fault)) => {
                    let local = fault.kind == FaultKind::Local;
                    ticket.answer(Err(fault.clone()));
                    if local {
                        return Err(fault.into());
                    }
                }
            }
            self.count_jobs();
        }
        Ok(())
    }

    async fn job(&mut self, bench: &mut Bench, ticket: &mut Ticket) -> Result<Outcome, Trouble> {
        match ticket.job {
            Job::Check => self.look(bench, self.options.accept).await,
            Job::Run(sure) => self.counted(bench, sure || self.options.accept).await,
            Job::Question(yes) => {
                self.ear.answer(yes);
                if yes { self.look(bench, self.options.accept).await } else { Ok(said("nothing was changed")) }
            }
            Job::Batch(_) if self.held.is_empty() => {
                Err(Fault::refused("no batch waits for a word", "it was decided already").into())
            }
            Job::Batch(true) => self.look(bench, true).await,
            Job::Batch(false) => {
                let config = self.config.clone();
                let desk = opened(&mut self.desk, &config, &setting(&config, self.account, &self.ear))?;
                let kept = bench::keep(desk, &mut self.held).await?;
                self.show_held();
                self.changed();
                Ok(said(&format!("{kept} messages stay in INBOX")))
            }
            _ => {
                let (config, ear) = (self.config.clone(), self.ear.clone());
                let setting = setting(&config, self.account, &ear);
                let desk = opened(&mut self.desk, &config, &setting)?;
                let before = desk.learner().await?.store.changes();
                let work = bench.work(&setting, desk, ticket);
                let result = interruptible(&self.control, work).await;
                self.after(bench, before).await;
                result
            }
        }
    }

    /// A pass over everything, for somebody who waits for it.
    async fn look(&mut self, bench: &mut Bench, accepted: bool) -> Result<Outcome, Trouble> {
        let (report, _) = self.pass(bench, Scope::All, accepted).await?;
        if let Some(fault) = self.board.see(self.slot, |health| health.fault.clone()) {
            return Err(fault.into());
        }
        let name = self.name();
        let preview = if self.config.accounts[self.account].mode == Mode::Preview { "would be " } else { "" };
        Ok(match report.filed.sum() {
            0 => said(&format!("{name}: nothing to file")),
            1 => said(&format!("{name}: 1 message {preview}filed")),
            filed => said(&format!("{name}: {filed} messages {preview}filed")),
        })
    }

    /// The same, told in figures. A batch that surprises is held, and that is a fault for whoever waits.
    async fn counted(&mut self, bench: &mut Bench, accepted: bool) -> Result<Outcome, Trouble> {
        let (report, run) = self.pass(bench, Scope::All, accepted).await?;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let fault = self.board.see(self.slot, |health| {
            let held = wording::held(health).map(|held| {
                let cause = format!("{}: it would {}", health.account, held.text);
                Fault::refused(cause, format!("say so with --yes, or with `mailherd confirm '{}'`", held.id))
            });
            health.fault.clone().or(held)
        });
        Ok(Outcome::Ran(Ran {
            account: self.name().to_owned(),
            files: self.config.accounts[self.account].mode == Mode::File,
            seen: count(report.seen),
            filed: report.filed.by_category(),
            kept: count(report.kept),
            learned: report.learned,
            run: run.map(|run| run.0),
            fault,
        }))
    }

    /// A pass. What the server, or mailherd itself, refuses is said and tried again later; the connection is still good.
    async fn pass(
        &mut self,
        bench: &mut Bench,
        scope: Scope,
        accepted: bool,
    ) -> Result<(Report, Option<RunId>), Trouble> {
        self.board.update(self.slot, |health| {
            health.state = AccountState::Working;
            health.next = None;
        });
        let (config, ear) = (self.config.clone(), self.ear.clone());
        let setting = setting(&config, self.account, &ear);
        let desk = opened(&mut self.desk, &config, &setting)?;
        let before = desk.learner().await?.store.changes();
        let (mut run, mut report) = (Run::new("pass", None), Report::default());
        let work = bench.pass(&setting, desk, scope, (&mut self.held, accepted), (&mut run, &mut report));
        let result = interruptible(&self.control, work).await;
        self.after(bench, before).await;
        if let Some(run) = run.id.filter(|_| report.filed.sum() > 0) {
            let (account, counts) = (self.name().to_owned(), report.filed.by_category());
            self.board.filed(self.slot, counts);
            self.board.tell(Notice::Filed { account, run: run.0, counts });
        }
        self.show_held();
        let fault = match result {
            Ok(()) => None,
            Err(Trouble::Fault(fault)) if fault.kind == FaultKind::Refused && !bench.session.is_broken() => Some(fault),
            Err(trouble) => return Err(trouble),
        };
        let advice = self.ear.take_advice();
        self.board.update(self.slot, |health| {
            if fault.is_none() {
                health.last_pass = Some(clock::now());
            }
            health.advice = advice;
            health.fault = fault;
        });
        Ok((report, run.id))
    }

    /// After any work: what came from the server, and whether there is news for whoever looks.
    async fn after(&mut self, bench: &mut Bench, before: u64) {
        let heard = bench.heard();
        self.board.update(self.slot, |health| {
            health.last_byte = heard.or(health.last_byte);
            health.progress = None;
        });
        let Some(desk) = &mut self.desk else { return };
        if desk.learner().await.is_ok_and(|learner| learner.store.changes() != before) {
            self.changed();
        }
    }

    fn changed(&mut self) {
        self.last_change = Instant::now();
        let account = self.name().to_owned();
        self.board.tell(Notice::Changed { account });
    }

    fn show_held(&self) {
        let held = (!self.held.is_empty()).then(|| crate::logic::engine::Held {
            counts: self.held.counts().by_category(),
            inbox: self.held.inbox(),
            since: self.held.since(),
        });
        self.board.update(self.slot, |health| health.held = held);
    }

    /// Waits for something to do: what to look at, or nothing when somebody called.
    async fn wait(&mut self, bench: &mut Bench, all: Instant) -> Result<Option<Scope>, Trouble> {
        if interruptible(&self.control, bench.open_inbox()).await? {
            return Ok(Some(Scope::Watched));
        }
        interruptible(&self.control, bench.listen()).await?;
        let pushes = bench.session.can_idle();
        let settles =
            Duration::from_secs(u64::from(self.config.accounts[self.account].settle_seconds)) + 2 * self.options.look;
        let every = if pushes { self.options.look } else { self.options.poll.min(self.options.look) };
        let limit = every.min(all.saturating_duration_since(Instant::now()));
        let next = UnixTime(clock::now().0 + i64::try_from(limit.as_secs()).unwrap_or(0));
        self.board.update(self.slot, |health| {
            health.state = if pushes { AccountState::Live } else { AccountState::Polling };
            health.next = (!pushes).then_some(next);
        });
        let since = Instant::now();
        if self.heard(bench, limit).await? {
            let burst = self.last_change.elapsed() < BURST;
            let end = Instant::now() + BURST;
            while burst && Instant::now() < end && self.heard(bench, LULL).await? {}
            return Ok(Some(Scope::Watched));
        }
        if !self.waiting.is_empty() || self.control.is_interrupted() {
            return Ok(None);
        }
        if Instant::now() >= all {
            return Ok(Some(Scope::All));
        }
        self.forget_when_idle().await?;
        // What was seen to move is settled by a pass, also when nothing else happens.
        let unsettled = self.last_change.elapsed() < settles;
        let look =
            since.elapsed() >= limit && (interruptible(&self.control, bench.managed_changed()).await? || unsettled);
        Ok(look.then_some(Scope::Watched))
    }

    /// Whether the server says something within `limit`. A job or a word from outside ends it, too.
    async fn heard(&mut self, bench: &mut Bench, limit: Duration) -> Result<bool, Trouble> {
        let (jobs, waiting, control) = (&mut self.jobs, &mut self.waiting, &self.control);
        let called = async {
            tokio::select! {
                ticket = jobs.recv() => waiting.extend(ticket),
                () = control.called(false) => {}
            }
        };
        let heard = watch(&mut bench.session, limit, called).await?;
        let byte = bench.heard();
        self.board.update(self.slot, |health| health.last_byte = byte.or(health.last_byte));
        Ok(heard)
    }

    /// The ledger of a large account takes megabytes, and most accounts are quiet most of the time.
    async fn forget_when_idle(&mut self) -> Result<(), Fault> {
        let Some(desk) = &mut self.desk else { return Ok(()) };
        if self.last_change.elapsed() > FORGET {
            self.desk = None;
            tracing::debug!(account = self.name(), "nothing happens: its ledger is put away");
            return Ok(());
        }
        desk.learner().await?.store.shrink()
    }
}

/// The account and the circumstances of the work on it, now.
fn setting<'a>(config: &'a Config, account: usize, ear: &'a Ear) -> Setting<'a> {
    Setting { account: &config.accounts[account], now: clock::now(), yes: false, asking: ear, watcher: ear }
}

/// The account's memory.
fn opened<'a>(desk: &'a mut Option<Desk>, config: &Config, setting: &Setting<'_>) -> Result<&'a mut Desk, Fault> {
    let open = match desk.take() {
        Some(desk) => desk,
        None => {
            let mut learner = open(config, setting)?;
            learner.commit = COMMIT;
            Desk::new(learner)
        }
    };
    Ok(desk.insert(open))
}

/// Work that is dropped when it is to end, but never in the middle of a batch.
async fn interruptible<T>(control: &Control, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Trouble> {
    tokio::select! {
        biased;
        done = work => match done {
            Err(_) if control.is_interrupted() => Err(Trouble::Interrupted),
            done => Ok(done?),
        },
        () = control.interrupted() => Err(Trouble::Interrupted),
    }
}

fn said(text: &str) -> Outcome {
    Outcome::Said(text.to_owned())
}
