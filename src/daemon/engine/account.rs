//! The task of one account: connect, pass, wait, pass again; and in between whatever the user asks for.

mod daily;
mod watching;
mod work;

use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep};

use super::Options;
use super::backoff::Backoff;
use super::bench::Bench;
use super::board::Board;
use super::control::Control;
use super::crowd::Crowd;
use super::ear::Ear;
use super::job::Ticket;
use crate::config::Config;
use crate::daemon::clock;
use crate::daemon::desk::Desk;
use crate::daemon::held::Held;
use crate::daemon::opening::open;
use crate::daemon::setting::Setting;
use crate::daemon::sync::Scope;
use crate::logic::engine::AccountState;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::UnixTime;
use crate::store::AccountLock;

/// A connection that lived so long was a good one: the next failure is the first again.
const GOOD: Duration = Duration::from_secs(60);
/// So many refusals of a password with which a login has worked are not believed: connections that the server has not noticed to be dead count
/// against its limit and can look like a wrong password (thunderbird-android#6035), and so does a server that cannot reach its own
/// database. More could lock the account.
const DOUBTS: u32 = 2;
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
    /// Somebody waits. It is taken up where it ended.
    MadeWay,
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
    crowd: Rc<Crowd>,
    /// Its place in the config…
    account: usize,
    /// …and on the board.
    slot: usize,
    board: Board,
    control: Rc<Control>,
    ear: Rc<Ear>,
    // Boxed: a channel has room for 32 of them from the start, which would be 6 KB for each account.
    jobs: UnboundedReceiver<Box<Ticket>>,
    waiting: VecDeque<Box<Ticket>>,
    lock: Option<AccountLock>,
    desk: Option<Desk>,
    held: Held,
    backoff: Backoff,
    /// Whether the last attempt got as far as a session.
    reached: bool,
    /// How many logins in a row may yet be refused before the password is called wrong.
    doubts: u32,
    last_change: Instant,
    /// How often INBOX was looked at once more, because it was not as the last pass found it, since the last wait.
    looked_again: u32,
    alarm: daily::Alarm,
}

impl Worker {
    pub(super) fn new(
        (config, options, crowd): (Rc<Config>, Rc<Options>, Rc<Crowd>),
        (account, slot): (usize, usize),
        board: Board,
        control: Rc<Control>,
        ear: Rc<Ear>,
        jobs: UnboundedReceiver<Box<Ticket>>,
    ) -> Worker {
        let backoff = Backoff::new(options.first_retry, options.longest_retry);
        Worker {
            config,
            options,
            crowd,
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
            doubts: 0,
            last_change: Instant::now(),
            looked_again: 0,
            alarm: daily::Alarm::default(),
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
                Ok(End::Paused | End::Served) | Err(Trouble::Interrupted | Trouble::MadeWay) => {}
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
        self.control.set_yields(false);
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
        tracing::debug!(account = self.name(), cause = %fault, "the work on an account failed");
        if !self.reached {
            self.refuse_jobs(&fault);
        }
        if fault.kind == FaultKind::Local {
            self.desk = None;
        }
        let doubtful = fault.kind == FaultKind::Credentials && self.doubts > 0;
        self.doubts = self.doubts.saturating_sub(u32::from(doubtful));
        let hopeless = matches!(fault.kind, FaultKind::Credentials | FaultKind::Usage) && !doubtful;
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
        let mut session = {
            let setting = setting(&config, self.account, &ear);
            Box::pin(interruptible(&self.control, setting.connect_within(self.options.connect))).await?
        };
        session.set_silence(self.options.silence);
        self.reached = true;
        self.doubts = DOUBTS;
        let mut bench = Bench::new(session, self.crowd.is_large());
        let capabilities: Vec<String> = bench.session.capabilities().all().map(str::to_owned).collect();
        self.board.connected(self.slot, bench.session.pulse());
        self.board.update(self.slot, |health| {
            health.state = AccountState::Working;
            health.capabilities = capabilities;
        });
        let end = self.live(&mut bench, stay).await;
        if !bench.session.is_broken() {
            Box::pin(bench.session.logout()).await;
        }
        end
    }

    /// Waits for its turn at a first pass. A job, or a word from outside, does not wait for that.
    async fn turn(&mut self) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            turn = self.crowd.first_pass() => turn,
            ticket = self.jobs.recv() => {
                self.waiting.extend(ticket);
                None
            }
            () = self.control.called(false) => None,
        }
    }

    /// Passes and waits, on an open connection.
    async fn live(&mut self, bench: &mut Bench, stay: bool) -> Result<End, Trouble> {
        self.looked_again = 0;
        let mut due = stay.then_some(Scope::All);
        let mut all = Instant::now() + self.options.all;
        let mut turn = if stay { self.turn().await } else { None };
        loop {
            Box::pin(self.serve(bench)).await?;
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
                Some(Scope::All) if interruptible(&self.control, bench.is_as_it_was()).await? => {
                    self.board.update(self.slot, |health| health.last_pass = Some(clock::now()));
                    all = Instant::now() + self.options.all;
                }
                Some(scope) => {
                    self.control.set_yields(true);
                    let passed = Box::pin(self.pass(bench, scope, self.options.accept)).await;
                    self.control.set_yields(false);
                    match passed {
                        Err(Trouble::MadeWay) => due = Some(scope),
                        passed => {
                            passed?;
                            if scope == Scope::All {
                                all = Instant::now() + self.options.all;
                            }
                        }
                    }
                }
                None => {
                    Box::pin(self.digest_when_due(bench)).await?;
                    due = self.wait(bench, all, &mut turn).await?;
                }
            }
        }
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
            learner.store.keep_little()?;
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
