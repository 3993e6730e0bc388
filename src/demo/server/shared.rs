//! What all connections of a server have in common.

use super::faults::Script;
use super::late::OnTheirWay;
use super::options::Options;
use super::store::Store;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// One command that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Which connection, counted from 1.
    pub connection: u64,
    /// `UID FETCH`
    pub verb: String,
    /// The line without its tag; literals as text. The arguments of LOGIN and AUTHENTICATE are left out.
    pub line: String,
    /// How many rows of a FETCH were answered.
    pub rows: usize,
}

/// Sums over the server's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections accepted.
    pub connections: u64,
    /// Connections that were open at the same time, at most.
    pub most_connections: u64,
    /// Commands received.
    pub commands: usize,
    /// FETCH rows sent in answer to a FETCH.
    pub fetch_rows: usize,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes of commands received.
    pub bytes_received: u64,
}

/// See the module's words.
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) sent: AtomicU64,
    pub(super) heard: AtomicU64,
    pub(super) connections: AtomicU64,
    open: AtomicU64,
    most_open: AtomicU64,
    /// Beats whenever the mail may have changed.
    pub(super) beat: watch::Sender<()>,
    /// Commands of connections that have ended.
    pub(super) late: OnTheirWay,
    store: Mutex<Store>,
    script: Mutex<Script>,
    received: Mutex<Vec<Received>>,
}

/// An open connection.
pub(super) struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    pub(super) fn new(store: Store, options: Options) -> Shared {
        Shared {
            sent: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            open: AtomicU64::new(0),
            most_open: AtomicU64::new(0),
            beat: watch::Sender::new(()),
            late: OnTheirWay::default(),
            store: Mutex::new(store),
            script: Mutex::new(Script::new(options.faults.clone())),
            received: Mutex::default(),
            options,
        }
    }

    /// One connection more, until what this gives is dropped.
    pub(super) fn opened(self: &Arc<Shared>) -> Open {
        let open = self.open.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_open.fetch_max(open, Ordering::Relaxed);
        Open(self.clone())
    }

    /// The mail. Never held while something is awaited.
    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        // A test's action may panic while it holds the lock; the mail is then as that action left it.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the mail, and wakes the sessions that idle.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let result = change(&mut self.store());
        self.beat.send_replace(());
        result
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn received(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn counts(&self) -> Counts {
        let received = self.received();
        Counts {
            connections: self.connections.load(Ordering::Relaxed),
            most_connections: self.most_open.load(Ordering::Relaxed),
            commands: received.len(),
            fetch_rows: received.iter().map(|command| command.rows).sum(),
            bytes_sent: self.sent.load(Ordering::Relaxed),
            bytes_received: self.heard.load(Ordering::Relaxed),
        }
    }
}
