//! Where requests arrive: what the database knows is answered from there, everything else goes to the accounts' tasks.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::spawn_local;
use tokio::time::timeout;

use super::board::Board;
use super::crowd::Crowd;
use super::job::{Job, Outcome, Ticket};
use super::link::{Asked, Names};
use super::seats::Seat;
use super::wording;
use super::{Changes, Options};
use crate::config::{Account, Config};
use crate::daemon::clock;
use crate::daemon::filing::Run;
use crate::daemon::pending::{self, Pending};
use crate::daemon::queries::Queries;
use crate::imap::nap;
use crate::logic::engine::{About, Answer, Health, Notice, Ran, Reply, Request, WaitingRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{MessageId, UnixTime};
use crate::logic::plan::Mode;
use crate::store::Store;

/// A probe takes no longer. A little more than [`UNSURE`](super::board::UNSURE), which is counted in whole seconds.
const ANSWERS_WITHIN: Duration = Duration::from_millis(3200);

/// Everything that requests need. An account is named by its slot, which stays its own for as long as the engine runs.
pub(super) struct Hub {
    pub(super) config: RefCell<Rc<Config>>,
    pub(super) board: Board,
    pub(super) seats: RefCell<Vec<Rc<Seat>>>,
    /// The slots of the accounts that are in the config, in its order.
    pub(super) order: RefCell<Vec<usize>>,
    /// For what acts write; the accounts' tasks have connections of their own.
    pub(super) store: Rc<RefCell<Store>>,
    pub(super) crowd: Rc<Crowd>,
    pub(super) options: Rc<Options>,
    queries: Arc<Mutex<Queries>>,
    pub(super) names: Names,
    since: UnixTime,
    pub(super) trouble: RefCell<Option<Fault>>,
}

/// What the owner of the engine says to it.
pub(super) enum Order {
    /// Another config is in force.
    Reload(Box<Config>, oneshot::Sender<Result<Changes, Fault>>),
    /// The config as it is now cannot be used.
    Trouble(Fault),
}

impl Hub {
    pub(super) fn new(
        config: Config,
        options: Options,
        store: Store,
        notices: broadcast::Sender<Notice>,
        names: Names,
    ) -> Hub {
        let store = Rc::new(RefCell::new(store));
        Hub {
            config: RefCell::new(Rc::new(config)),
            board: Board::new(notices),
            seats: RefCell::default(),
            order: RefCell::default(),
            crowd: Rc::new(Crowd::new(store.clone())),
            store,
            options: Rc::new(options),
            queries: Arc::default(),
            names,
            since: clock::now(),
            trouble: RefCell::new(None),
        }
    }

    /// Serves until the end, and then waits `patience` at most for the accounts' tasks.
    pub(super) async fn run(
        self,
        mut requests: mpsc::UnboundedReceiver<Asked>,
        mut orders: mpsc::UnboundedReceiver<Order>,
        mut stop: oneshot::Receiver<()>,
        patience: Duration,
    ) {
        let hub = Rc::new(self);
        hub.begin();
        spawn_local(nap::watch());
        loop {
            tokio::select! {
                // Also when whoever could say so is gone.
                _ = &mut stop => break,
                Some(order) = orders.recv() => hub.obey(order),
                Some((request, reply)) = requests.recv() => {
                    let hub = hub.clone();
                    spawn_local(async move {
                        let answer = hub.answer(request).await;
                        let _ = reply.send(answer);
                    });
                }
                // Nobody can ask any more, but mail still comes.
                else => {
                    let _ = (&mut stop).await;
                    break;
                }
            }
        }
        if timeout(patience, join_all(hub.end())).await.is_err() {
            tracing::warn!("a server does not answer: what was begun there is settled at the next start");
        }
    }

    fn obey(&self, order: Order) {
        match order {
            Order::Reload(config, reply) => {
                let _ = reply.send(self.reload(*config));
            }
            Order::Trouble(fault) => *self.trouble.borrow_mut() = Some(fault),
        }
    }

    async fn answer(&self, request: Request) -> Answer {
        match request {
            Request::Health => Ok(Reply::Health(self.healths())),
            Request::Probe => Ok(Reply::Health(self.probe().await)),
            Request::About => Ok(Reply::About(self.about())),
            Request::Run { account, sure } => self.run_once(account.as_deref(), sure).await,
            Request::Why(key) => {
                let account = self.account(&key.account)?;
                match self.job(account, Job::Why(key), Run::new("why", None)).await? {
                    Outcome::Why(why) => Ok(Reply::Why(why)),
                    _ => Err(unexpected()),
                }
            }
            Request::Judge { account, message_id } => {
                let account = self.account(&account)?;
                let none = || Fault::usage("that is no Message-ID", "give it as the header says, in angle brackets");
                let id = MessageId::new(&message_id).ok_or_else(none)?;
                match self.job(account, Job::Judge(id), Run::new("why", None)).await? {
                    Outcome::Judged(found) => Ok(Reply::Judged(found)),
                    _ => Err(unexpected()),
                }
            }
            Request::Open(key) => {
                let account = self.account(&key.account)?;
                match self.job(account, Job::Open(key), Run::new("open", None)).await? {
                    Outcome::Opened(mail) => Ok(Reply::Opened(mail)),
                    _ => Err(unexpected()),
                }
            }
            Request::Do(act) => self.act(act).await,
            Request::Waiting => self.waiting().map(Reply::Waiting),
            look => self.look(look).await,
        }
    }

    /// What the database knows.
    async fn look(&self, request: Request) -> Answer {
        let (queries, config) = (self.queries.clone(), Config::clone(&self.config()));
        let look = move || {
            let mut queries = queries.lock().unwrap_or_else(PoisonError::into_inner);
            queries.answer(&config, &request, clock::now())
        };
        match tokio::task::spawn_blocking(look).await {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => Err(unexpected()),
        }
    }

    /// What was read out of the user's moves, and what the accounts' tasks hold.
    fn waiting(&self) -> Result<Vec<WaitingRow>, Fault> {
        let pending = pending::pending(&self.store.borrow())?;
        let mut rows: Vec<WaitingRow> = pending.iter().map(Pending::row).collect();
        for (health, slot) in self.healths().iter().zip(self.order.borrow().iter()) {
            rows.extend(wording::held(health));
            rows.extend(self.seat(*slot).ear.question().map(|(text, since)| wording::question(health, text, since)));
        }
        rows.sort_by_key(|row| row.since);
        Ok(rows)
    }

    /// Has a job done by the task of an account.
    pub(super) async fn job(&self, account: usize, job: Job, run: Run) -> Result<Outcome, Fault> {
        let (ticket, answer) = Ticket::new(job, run);
        let seat = self.seat(account);
        let ended = || if seat.control.is_stopping() { ended_work() } else { unexpected() };
        seat.jobs.send(Box::new(ticket)).map_err(|_| ended())?;
        seat.control.set_wanted(true);
        self.board.update(account, |health| health.queue += 1);
        answer.await.unwrap_or_else(|_| Err(ended()))
    }

    /// One pass over accounts, for somebody who waits for the figures.
    async fn run_once(&self, account: Option<&str>, sure: bool) -> Answer {
        let accounts = self.accounts(account)?;
        let runs = accounts.into_iter().map(async |account| {
            match self.job(account, Job::Run(sure), Run::new("pass", None)).await {
                Ok(Outcome::Ran(ran)) => ran,
                Ok(_) => self.failed_run(account, unexpected()),
                Err(fault) => self.failed_run(account, fault),
            }
        });
        Ok(Reply::Ran(join_all(runs).await))
    }

    fn failed_run(&self, account: usize, fault: Fault) -> Ran {
        let config = self.config_of(account);
        let (account, files) = (config.name.clone(), config.mode == Mode::File);
        Ran { account, files, seen: 0, filed: [0; 5], kept: 0, learned: 0, run: None, fault: Some(fault) }
    }

    fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            since: self.since,
            config: self.config().path.display().to_string(),
            trouble: self.trouble.borrow().clone(),
            filed: self.board.filed_in(&self.order.borrow()),
        }
    }

    /// Has servers that were silent for long say something, and waits for them, but no longer than until it is clear that they do not.
    async fn probe(&self) -> Vec<Health> {
        let doubt = i64::try_from(self.options.doubt.as_secs()).unwrap_or(i64::MAX);
        let silent = |slot: &usize| self.board.silent_for(*slot).is_some_and(|silent| silent >= doubt);
        let asked_at = clock::now();
        let mut asked: Vec<usize> = self.order.borrow().iter().copied().filter(silent).collect();
        asked.iter().for_each(|slot| self.seat(*slot).control.probe());
        let until = tokio::time::Instant::now() + ANSWERS_WITHIN;
        while !asked.is_empty() && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
            asked.retain(|slot| self.board.some(&[*slot]).iter().any(|health| health.last_byte < Some(asked_at)));
        }
        self.healths()
    }

    fn healths(&self) -> Vec<Health> {
        self.board.some(&self.order.borrow())
    }

    /// The config in force.
    pub(super) fn config(&self) -> Rc<Config> {
        self.config.borrow().clone()
    }

    /// The slot of an account of the config.
    pub(super) fn account(&self, name: &str) -> Result<usize, Fault> {
        let found = self.order.borrow().iter().copied().find(|slot| self.seat(*slot).account.name == name);
        found.ok_or_else(|| {
            let config = self.config();
            let names: Vec<&str> = config.accounts.iter().map(|account| account.name.as_str()).collect();
            Fault::usage(
                format!("there is no account called {}", crate::logic::printable::Printable::new(name)),
                format!("the accounts are: {}", names.join(", ")),
            )
        })
    }

    /// The account of this name, or all of them.
    pub(super) fn accounts(&self, name: Option<&str>) -> Result<Vec<usize>, Fault> {
        match name {
            Some(name) => Ok(vec![self.account(name)?]),
            None => Ok(self.order.borrow().clone()),
        }
    }

    pub(super) fn config_of(&self, account: usize) -> Rc<Account> {
        self.seat(account).account.clone()
    }

    pub(super) fn seat(&self, account: usize) -> Rc<Seat> {
        self.seats.borrow()[account].clone()
    }
}

fn ended_work() -> Fault {
    Fault::transient("the work on this account has just ended (mailherd stops, or its config changed)", "ask again")
}

pub(super) fn unexpected() -> Fault {
    Fault::local(
        "mailherd failed inside (its message is in the log)",
        "please report it; `mailherd log` says what was done",
    )
}
