//! The way from a face in this process to the engine.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot};

use crate::logic::engine::{Answer, Notice, Request};
use crate::logic::fault::Fault;

/// A request and where its answer goes.
pub(super) type Asked = (Request, oneshot::Sender<Answer>);

/// Talks to a running engine. Cheap to clone; every clone can be used from any thread and any runtime.
#[derive(Clone)]
pub struct Link {
    requests: mpsc::UnboundedSender<Asked>,
    notices: broadcast::Sender<Notice>,
    accounts: Arc<[String]>,
}

impl Link {
    pub(super) fn new(
        requests: mpsc::UnboundedSender<Asked>,
        notices: broadcast::Sender<Notice>,
        accounts: Vec<String>,
    ) -> Link {
        Link { requests, notices, accounts: accounts.into() }
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

    /// What happens from now on.
    pub fn notices(&self) -> Notices {
        Notices { receiver: self.notices.subscribe(), missed: VecDeque::new(), accounts: self.accounts.clone() }
    }
}

/// What happens by itself. Reading it slowly loses nothing: see [`Notices::next`].
pub struct Notices {
    receiver: broadcast::Receiver<Notice>,
    missed: VecDeque<Notice>,
    accounts: Arc<[String]>,
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
                    self.missed.extend(self.accounts.iter().map(|name| Notice::Changed { account: name.clone() }));
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

fn stopped() -> Fault {
    Fault::transient("mailherd's engine has stopped", "start mailherd again")
}
