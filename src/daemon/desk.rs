//! Headers are read on one thread and learned from on another, while the next batch comes from the network.

use std::path::{Path, PathBuf};

use tokio::task::JoinHandle;

use super::backlog::Backlog;
use super::learner::{Batch, Found, Learner, Message, Raw};
use crate::logic::fault::Fault;

type Work = JoinHandle<(Learner, Result<Vec<Found>, Fault>)>;

/// Where batches are handed in. The learner is either here, idle, or at work on a blocking thread.
pub(super) struct Desk {
    idle: Option<Learner>,
    reading: Option<JoinHandle<Batch<Message>>>,
    busy: Option<Work>,
    state_dir: PathBuf,
    fresh: Backlog,
}

impl Desk {
    pub(super) fn new(learner: Learner) -> Desk {
        let state_dir = learner.store.path().parent().unwrap_or(Path::new(".")).to_owned();
        let fresh = Backlog::new(&state_dir);
        Desk { idle: Some(learner), reading: None, busy: None, state_dir, fresh }
    }

    /// Hands a batch in. Waits until the one before has been read and the one before that has been learned from, so that
    /// three batches at most are in memory.
    pub(super) async fn submit(&mut self, batch: Batch<Raw>) -> Result<(), Fault> {
        self.advance().await?;
        self.reading = Some(tokio::task::spawn_blocking(move || batch.understand()));
        Ok(())
    }

    /// The learner, when it has done everything that was handed in.
    pub(super) async fn learner(&mut self) -> Result<&mut Learner, Fault> {
        self.advance().await?;
        self.settle().await?;
        let learner = self.idle.as_mut().ok_or_else(lost)?;
        // Open only when the reading broke off in the middle of a mailbox.
        learner.close()?;
        Ok(learner)
    }

    /// What waits for a verdict; taken away.
    pub(super) fn take_fresh(&mut self) -> Backlog {
        std::mem::replace(&mut self.fresh, Backlog::new(&self.state_dir))
    }

    /// Puts back what was taken away and not judged, in place of what waits now.
    pub(super) fn put_back(&mut self, fresh: Backlog) {
        self.fresh = fresh;
    }

    /// Gives the batch that has been read to the learner. May be dropped while it waits: nothing is taken before it is there.
    async fn advance(&mut self) -> Result<(), Fault> {
        self.settle().await?;
        let Some(reading) = &mut self.reading else { return Ok(()) };
        let batch = reading.await;
        self.reading = None;
        let batch = batch.map_err(|_| lost())?;
        let Some(mut learner) = self.idle.take() else { return Err(lost()) };
        self.busy = Some(tokio::task::spawn_blocking(move || {
            let result = learner.learn(batch);
            (learner, result)
        }));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Fault> {
        let Some(work) = &mut self.busy else { return Ok(()) };
        let done = work.await;
        self.busy = None;
        let (learner, result) = done.map_err(|_| lost())?;
        self.idle = Some(learner);
        result?.into_iter().try_for_each(|found| self.fresh.put(&found.waiting, &found.header))
    }
}

fn lost() -> Fault {
    Fault::local("mailherd failed while it learned from a message", "please report it; nothing was moved")
}
