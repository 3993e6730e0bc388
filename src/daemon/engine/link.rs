//! The way from a face to the engine, which is in this process or behind a socket.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, mpsc, oneshot};

use crate::logic::engine::{Answer, Notice, Request};
use crate::logic::fault::Fault;

/// A request and where its answer goes.
pub(in crate::daemon) type Asked = (Request, oneshot::Sender<Answer>);

/// The names of the accounts, which may change while faces listen.
#[derive(Clone, Debug, Default)]
pub(in crate::daemon) struct Names(Arc<Mutex<Vec<String>>>);

impl Names {
    pub(in crate::daemon) fn set(&self, names: Vec<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    pub(in crate::daemon) fn get(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What to say instead of everything that was not said.
    pub(in crate::daemon) fn all_changed(&self) -> impl Iterator<Item = Notice> {
        self.get().into_iter().map(|account| Notice::Changed { account })
    }
}

/// Talks to a running engine. Cheap to clone; every clone can be used from any thread and any runtime.
#[derive(Clone)]
pub struct Link {
    requests: mpsc::UnboundedSender<Asked>,
    notices: broadcast::Sender<Notice>,
    accounts: Names,
}

impl Link {
    pub(in crate::daemon) fn new(
        requests: mpsc::UnboundedSender<Asked>,
        notices: broadcast::Sender<Notice>,
        accounts: Names,
    ) -> Link {
        Link { requests, notices, accounts }
    }

    /// Asks, and waits for the answer. When the future is dropped, what was asked for is done all the same.
    ///
    /// # Errors
    /// What the engine says; transient, when it has stopped.
    pub async fn ask(&self, request: Request) -> Answer {
        let (answer, answered) = oneshot::channel();
        if self.requests.send((request, answer)).is_err() {
            return Err(stopped());
        }
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// The names of the accounts that the engine works on.
    pub fn accounts(&self) -> Vec<String> {
        self.accounts.get()
    }

    /// What happens from now on.
    pub fn notices(&self) -> Notices {
        Notices { receiver: self.notices.subscribe(), missed: VecDeque::new(), accounts: self.accounts.clone() }
    }
}

/// What happens by itself. Reading it slowly loses nothing: see [`Notices::next`].
pub struct Notices {
    receiver: broadcast::Receiver<Notice>,
    missed: VecDeque<Notice>,
    accounts: Names,
}

impl Notices {
    /// The next notice; `None` when the engine has stopped. Who was too slow gets [`Notice::Changed`] for every account instead
    /// of what was missed.
    pub async fn next(&mut self) -> Option<Notice> {
        loop {
            if let Some(notice) = self.missed.pop_front() {
                return Some(notice);
            }
            match self.receiver.recv().await {
                Ok(notice) => return Some(notice),
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    self.missed.extend(self.accounts.all_changed());
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

fn stopped() -> Fault {
    Fault::transient("mailherd's engine has stopped", "start mailherd again")
}
