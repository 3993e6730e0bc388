//! The engine while it runs: every account is watched by a task of its own, and faces talk to it in the words of
//! [`logic::engine`](crate::logic::engine).
//!
//! ```text
//! face ── Request ─► Link ─► hub ─┬─► queries (the database, for what can be read there)
//!      ◄─ Answer ──           │    └─► acts ─► jobs ─► account task ─► bench (session, desk) ─► server
//!      ◄─ Notice ──  board ◄──┴──────────────────────────┘
//! ```
//!
//! It has a thread and a runtime of its own, so that no face waits for it and it waits for no face. What panics in the work
//! on one account is caught there, and the other accounts do not notice. Nothing but the words passes between it and a
//! face, so that a socket can take the place of [`Link`].

mod account;
mod acts;
mod backoff;
mod bench;
mod board;
mod control;
mod crowd;
mod ear;
mod hub;
mod job;
mod link;
mod ordering;
mod pointing;
mod seats;
#[cfg(test)]
mod tests;
mod undoing;
mod wait;
mod why;
mod wording;

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{broadcast, mpsc as queue, oneshot};

pub(in crate::daemon) use link::{Asked, Names};
pub use link::{Link, Notices};

use crate::config::Config;
use crate::daemon::setting::CONNECT;
use crate::imap::session::SILENCE;
use crate::logic::fault::Fault;
use crate::store::Store;
use hub::{Hub, Order};

/// Notices that a slow listener may be behind before it is told to look at everything again.
const BEHIND: usize = 1024;
/// Threads that read headers, learn, and look up hosts. Each keeps some memory of its own for as long as it lives.
const THREADS: usize = 64;
/// The end comes within this time, also when a server does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the engine watches.
#[derive(Clone, Debug)]
pub struct Options {
    /// How often INBOX is looked at where the server does not tell what is new (no IDLE).
    pub poll: Duration,
    /// How often the managed mailboxes are looked at when nothing happens in INBOX.
    pub look: Duration,
    /// How often everything is looked at: what IDLE missed, and the mailboxes that only teach.
    pub all: Duration,
    /// How long a server may say nothing while it owes an answer. A command that moves many messages gets ten times as long.
    pub silence: Duration,
    /// How long it may take from the look-up of the host to the end of the login.
    pub connect: Duration,
    /// The wait after the first failure; it doubles from there.
    pub first_retry: Duration,
    /// The longest wait after a failure, but where the server itself asks for more.
    pub longest_retry: Duration,
    /// How long a server may have said nothing before somebody who wants to know is told without asking it.
    pub doubt: Duration,
    /// Batches that surprise are filed without a question.
    pub accept: bool,
}

impl Default for Options {
    fn default() -> Options {
        let minute = Duration::from_secs(60);
        Options {
            poll: minute,
            look: minute,
            all: 10 * minute,
            silence: SILENCE,
            connect: CONNECT,
            first_retry: Duration::from_secs(1),
            longest_retry: 5 * minute,
            doubt: Duration::from_secs(15),
            accept: false,
        }
    }
}

/// What another config meant for the accounts, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ones.
    pub started: Vec<String>,
    /// Those that are configured otherwise than before.
    pub restarted: Vec<String>,
    /// Those that are gone.
    pub stopped: Vec<String>,
}

/// A running engine. Dropping it stops it.
pub struct Engine {
    stop: Option<oneshot::Sender<()>>,
    orders: queue::UnboundedSender<Order>,
    ended: mpsc::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

/// Starts the engine on the accounts of `config`, and gives the way to talk to it.
///
/// # Errors
/// Local, when the state directory or the database cannot be used, or this process gets no thread.
pub fn start(config: Config, options: Options) -> Result<(Engine, Link), Fault> {
    let limits = |error: std::io::Error| {
        Fault::local(format!("cannot start: {error}"), "look at the limits of this process (ulimit -a)")
    };
    let store = Store::open(&config.state_dir)?;
    store.keep_little()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(THREADS)
        .build()
        .map_err(limits)?;
    let (stop, stopped) = oneshot::channel();
    let (requests, asked) = queue::unbounded_channel();
    let notices = broadcast::Sender::new(BEHIND);
    let names = Names::default();
    names.set(config.accounts.iter().map(|account| account.name.clone()).collect());
    let link = Link::new(requests, notices.clone(), names.clone());
    let (orders, ordered) = queue::unbounded_channel();
    let (tell_end, ended) = mpsc::channel();
    let run = move || {
        runtime.block_on(async {
            let local = tokio::task::LocalSet::new();
            let hub = Hub::new(config, options, store, notices, names);
            local.run_until(hub.run(asked, ordered, stopped, PATIENCE.mul_f64(0.9))).await;
        });
        // A blocking task (a query, a batch that is learned) is waited for no longer than this.
        runtime.shutdown_timeout(Duration::from_millis(300));
        let _ = tell_end.send(());
    };
    let thread = std::thread::Builder::new().name("mailherd-engine".into()).spawn(run).map_err(limits)?;
    Ok((Engine { stop: Some(stop), orders, ended, thread: Some(thread) }, link))
}

impl Engine {
    /// Takes another config, without disturbing the accounts that are the same in it. What could not be read is remembered, and
    /// [`About`](crate::logic::engine::About) says so; the config of before stays in force.
    ///
    /// # Errors
    /// That of the config; usage, when it wants another state directory.
    pub async fn reload(&self, config: Result<Config, Fault>) -> Result<Changes, Fault> {
        let gone = || Fault::transient("mailherd's engine has stopped", "start mailherd again");
        match config {
            Ok(config) => {
                let (reply, answer) = oneshot::channel();
                self.orders.send(Order::Reload(Box::new(config), reply)).map_err(|_| gone())?;
                answer.await.map_err(|_| gone())?
            }
            Err(fault) => {
                self.orders.send(Order::Trouble(fault.clone())).map_err(|_| gone())?;
                Err(fault)
            }
        }
    }

    /// Stops it: batches in hand are finished, connections logged out, locks released. Takes 5 seconds at most; what a
    /// server then still owes is settled at the next start.
    pub async fn stop(mut self) {
        // Its last part blocks this thread, for no longer than it takes anyway.
        self.say_stop();
        let _ = tokio::task::spawn_blocking(move || self.wait()).await;
    }

    fn say_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    fn wait(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.ended.recv_timeout(PATIENCE + Duration::from_secs(1)).is_ok() {
            let _ = thread.join();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.say_stop();
        self.wait();
    }
}
