//! An IMAP server of one account in memory, on a loopback port: for the demo, and for tests that need a hostile one.
//!
//! It speaks IMAP4rev1 (RFC 3501) with the extensions in [`Abilities`], each of which can be switched off, over plain
//! TCP. Several connections see each other's changes. What counts as proof that mailherd works runs against a real
//! Dovecot; this server is here because a real one can neither be shipped nor told to fail at the third message.
//!
//! ```text
//! bytes ─► wire ─► tokens ─► session ─► login · folders · select · reading · changing ─► store
//!            ▲                  │ faults ("what goes wrong, and when")                     │ log
//!            └──────────────────┴───────────────────── view ("what this client knows") ◄───┘
//! ```

mod changing;
mod clock;
mod command;
mod faults;
mod folder;
mod folders;
mod late;
mod login;
mod names;
mod notify;
mod options;
mod others;
mod reading;
mod reply;
mod search;
mod section;
mod select;
mod session;
mod sets;
mod shared;
mod store;
mod tokens;
mod view;
mod wire;

#[cfg(test)]
mod tests;

pub use faults::{Action, Fault, What, When};
pub use folder::Damage;
pub use options::{Abilities, CopyUid, Options};
pub use others::Row;
pub use shared::{Counts, Received};
pub use store::Store;

use super::mailbox::{Account, Message};
use crate::logic::ids::Uid;
use shared::Shared;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A running server. Dropping it stops it.
pub struct Server {
    port: u16,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    runner: Option<Runner>,
}

/// What serves the connections.
enum Runner {
    Task(tokio::task::JoinHandle<()>),
    Thread(JoinHandle<()>),
}

impl Server {
    /// Starts serving `account` on this runtime.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn start(account: Account, options: Options) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let mut server = Server::around(&listener, account, options)?;
        server.runner =
            Some(Runner::Task(tokio::spawn(accept(listener, server.shared.clone(), server.stop.subscribe()))));
        Ok(server)
    }

    /// The same on a thread with a runtime of its own, for callers that have none, or that measure theirs.
    ///
    /// # Errors
    /// When the port, the thread or the runtime cannot be had.
    pub fn start_in_thread(account: Account, options: Options) -> io::Result<Server> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)))?;
        let mut server = Server::around(&listener, account, options)?;
        let (shared, stop) = (server.shared.clone(), server.stop.subscribe());
        let thread = std::thread::Builder::new().name("demo-imap".into());
        server.runner = Some(Runner::Thread(thread.spawn(move || runtime.block_on(accept(listener, shared, stop)))?));
        Ok(server)
    }

    fn around(listener: &TcpListener, account: Account, options: Options) -> io::Result<Server> {
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared::new(Store::new(account, &options), options));
        Ok(Server { port, shared, stop: watch::Sender::new(false), runner: None })
    }

    /// On 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Puts a message into a folder; clients that idle there hear of it at once.
    pub fn deliver(&self, folder: &str, message: Message) -> Uid {
        self.change(|store| store.deliver(folder, message))
    }

    /// Does something with the mail behind the clients' backs.
    pub fn change<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        self.shared.change(change)
    }

    /// Looks at the mail.
    pub fn inspect<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&self.shared.store())
    }

    /// Everything there is, folder by folder, UIDs ascending.
    pub fn snapshot(&self) -> Vec<Row> {
        self.inspect(Store::snapshot)
    }

    /// One fault more. It counts commands from now on.
    pub fn add_fault(&self, when: When, what: What) {
        self.shared.script().add(Fault::new(when, what));
    }

    /// From now on nothing goes wrong.
    pub fn clear_faults(&self) {
        *self.shared.script() = faults::Script::default();
    }

    /// How many commands of dead connections are still to be carried out ([`What::Late`]).
    pub fn late(&self) -> usize {
        self.shared.late.count()
    }

    /// Carries them out now.
    pub fn late_ones_arrive(&self) {
        self.shared.late.arrive_before(usize::MAX);
    }

    /// All commands received, in order.
    pub fn commands(&self) -> Vec<Received> {
        self.shared.received().clone()
    }

    /// How many commands with this verb were received.
    pub fn count(&self, verb: &str) -> usize {
        self.shared.received().iter().filter(|command| command.verb.eq_ignore_ascii_case(verb)).count()
    }

    /// Sums over the server's life.
    pub fn counts(&self) -> Counts {
        self.shared.counts()
    }

    /// Ends all connections and waits until nothing is served any more.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        match self.runner.take() {
            Some(Runner::Task(task)) => {
                let _ = task.await;
            }
            Some(Runner::Thread(thread)) => {
                let _ = tokio::task::spawn_blocking(move || thread.join()).await;
            }
            None => {}
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.late.forget();
        self.stop.send_replace(true);
        if let Some(Runner::Thread(thread)) = self.runner.take() {
            let _ = thread.join();
        }
    }
}

/// Takes connections until told to stop.
async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            // Ended ones are collected, so that a long life holds no more than the open ones.
            Some(_) = sessions.join_next() => {}
            accepted = listener.accept() => {
                if let Ok((socket, _)) = accepted {
                    let me = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
                    sessions.spawn(session::serve(socket, shared.clone(), me));
                }
            }
        }
    }
    sessions.shutdown().await;
}
