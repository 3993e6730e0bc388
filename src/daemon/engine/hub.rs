//! Where requests arrive: what the database knows is answered from there, everything else goes to the accounts' tasks.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::timeout;

use super::Options;
use super::account::Worker;
use super::board::Board;
use super::control::Control;
use super::ear::Ear;
use super::job::{Job, Outcome, Ticket};
use super::link::Asked;
use super::wording;
use crate::config::{Account, Config};
use crate::daemon::clock;
use crate::daemon::filing::Run;
use crate::daemon::queries::Queries;
use crate::logic::engine::{Answer, Notice, Reply, Request, WaitingRow};
use crate::logic::fault::Fault;
use crate::store::Store;

/// Everything that requests need.
pub(super) struct Hub {
    pub(super) config: Rc<Config>,
    pub(super) board: Board,
    pub(super) doors: Vec<Door>,
    /// For what acts write; the accounts' tasks have connections of their own.
    pub(super) store: RefCell<Store>,
    options: Rc<Options>,
    queries: Arc<Mutex<Queries>>,
    inboxes: RefCell<Vec<mpsc::UnboundedReceiver<Ticket>>>,
}

/// The way to an account's task.
pub(super) struct Door {
    jobs: mpsc::UnboundedSender<Ticket>,
    pub(super) control: Rc<Control>,
    pub(super) ear: Rc<Ear>,
}

impl Hub {
    pub(super) fn new(config: Config, options: Options, store: Store, notices: broadcast::Sender<Notice>) -> Hub {
        let board = Board::new(&config, notices);
        let (mut doors, mut inboxes) = (Vec::new(), Vec::new());
        for account in 0..config.accounts.len() {
            let (jobs, inbox) = mpsc::unbounded_channel();
            let control = Rc::new(Control::default());
            let ear = Rc::new(Ear::new(board.clone(), account, control.clone()));
            doors.push(Door { jobs, control, ear });
            inboxes.push(inbox);
        }
        Hub {
            config: Rc::new(config),
            board,
            doors,
            store: RefCell::new(store),
            options: Rc::new(options),
            queries: Arc::default(),
            inboxes: RefCell::new(inboxes),
        }
    }

    /// Serves until the end, and then waits `patience` at most for the accounts' tasks.
    pub(super) async fn run(
        self,
        mut requests: mpsc::UnboundedReceiver<Asked>,
        mut stop: oneshot::Receiver<()>,
        patience: Duration,
    ) {
        let hub = Rc::new(self);
        let tasks = hub.watch_accounts();
        loop {
            tokio::select! {
                // Also when whoever could say so is gone.
                _ = &mut stop => break,
                asked = requests.recv() => match asked {
                    Some((request, reply)) => {
                        let hub = hub.clone();
                        spawn_local(async move {
                            let answer = hub.answer(request).await;
                            let _ = reply.send(answer);
                        });
                    }
                    // Nobody can ask any more, but mail still comes.
                    None => {
                        let _ = (&mut stop).await;
                        break;
                    }
                },
            }
        }
        hub.doors.iter().for_each(|door| door.control.stop());
        if timeout(patience, join_all(tasks)).await.is_err() {
            tracing::warn!("a server does not answer: what was begun there is settled at the next start");
        }
    }

    fn watch_accounts(&self) -> Vec<JoinHandle<()>> {
        let inboxes = self.inboxes.take();
        let workers = inboxes.into_iter().zip(&self.doors).enumerate().map(|(account, (inbox, door))| {
            let common = (self.config.clone(), self.options.clone());
            Worker::new(common, account, self.board.clone(), door.control.clone(), door.ear.clone(), inbox)
        });
        workers.map(|worker| spawn_local(supervise(worker))).collect()
    }

    async fn answer(&self, request: Request) -> Answer {
        match request {
            Request::Health => Ok(Reply::Health(self.board.all())),
            Request::Why(key) => {
                let account = self.account(&key.account)?;
                match self.job(account, Job::Why(key), Run::new("why", None)).await? {
                    Outcome::Why(why) => Ok(Reply::Why(why)),
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
            Request::Waiting => match self.look(Request::Waiting).await? {
                Reply::Waiting(rows) => Ok(Reply::Waiting(self.with_held(rows))),
                _ => Err(unexpected()),
            },
            look => self.look(look).await,
        }
    }

    /// What the database knows.
    async fn look(&self, request: Request) -> Answer {
        let (queries, config) = (self.queries.clone(), Config::clone(&self.config));
        let look = move || {
            let mut queries = queries.lock().unwrap_or_else(PoisonError::into_inner);
            queries.answer(&config, &request, clock::now())
        };
        match tokio::task::spawn_blocking(look).await {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => Err(unexpected()),
        }
    }

    fn with_held(&self, mut rows: Vec<WaitingRow>) -> Vec<WaitingRow> {
        for (health, door) in self.board.all().iter().zip(&self.doors) {
            rows.extend(wording::held(health));
            rows.extend(door.ear.question().map(|(text, since)| wording::question(health, text, since)));
        }
        rows.sort_by_key(|row| row.since);
        rows
    }

    /// Has a job done by the task of an account.
    pub(super) async fn job(&self, account: usize, job: Job, run: Run) -> Result<Outcome, Fault> {
        let (ticket, answer) = Ticket::new(job, run);
        self.doors[account].jobs.send(ticket).map_err(|_| unexpected())?;
        self.board.update(account, |health| health.queue += 1);
        answer.await.unwrap_or_else(|_| Err(unexpected()))
    }

    /// The place of an account in the config.
    pub(super) fn account(&self, name: &str) -> Result<usize, Fault> {
        let found = self.config.accounts.iter().position(|account| account.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.config.accounts.iter().map(|account| account.name.as_str()).collect();
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
            None => Ok((0..self.doors.len()).collect()),
        }
    }

    pub(super) fn config_of(&self, account: usize) -> &Account {
        &self.config.accounts[account]
    }
}

/// Runs an account's task again when it panics, after a wait that grows.
async fn supervise(mut worker: Worker) {
    while AssertUnwindSafe(worker.run()).catch_unwind().await.is_err() {
        worker.panicked().await;
    }
}

pub(super) fn unexpected() -> Fault {
    Fault::local(
        "mailherd failed inside (its message is in the log)",
        "please report it; `mailherd log` says what was done",
    )
}
