//! What is done between two passes: waiting for the server, the user or the time.

use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::{Trouble, Worker, interruptible, setting};
use crate::daemon::engine::bench::Bench;
use crate::daemon::engine::wait::watch;
use crate::daemon::sync::Scope;
use crate::daemon::{clock, moves};
use crate::logic::engine::AccountState;
use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;
use crate::logic::plan::Mode;

/// A lull of this length ends a burst of arrivals that began while the last one was being filed…
const LULL: Duration = Duration::from_millis(100);
/// …and a burst is not waited for longer than this.
const BURST: Duration = Duration::from_secs(1);

/// So often INBOX is looked at once more before a wait.
const MOST_LOOKS: u32 = 3;

impl Worker {
    /// Waits for something to do: what to look at, or nothing when somebody called.
    pub(super) async fn wait(
        &mut self,
        bench: &mut Bench,
        all: Instant,
        turn: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Option<Scope>, Trouble> {
        // What came after the last pass and before this is pushed by nobody. The first time it may be the pass's own moves. Where INBOX is never as
        // it was (imap4d 3.15 numbers new mail anew each time it is opened) there is an end to it, and then a wait.
        let changed = interruptible(&self.control, bench.open_inbox()).await?;
        if changed && self.looked_again < MOST_LOOKS {
            self.looked_again += 1;
            return Ok(Some(Scope::Watched));
        }
        if turn.take().is_some() {
            // Its place in memory is for the next one's first pass.
            self.desk = None;
        }
        interruptible(&self.control, bench.listen()).await?;
        let pushes = bench.session.can_idle();
        let every = match pushes {
            true => self.crowd.until_look(self.options.look, self.slot),
            false => self.options.poll.min(self.options.look),
        };
        let settles = self.watching()?;
        if self.until_forgotten() == Some(Duration::ZERO) {
            self.forget_when_idle().await?;
        }
        let slack = self.crowd.slack();
        // Where there are many accounts, what is due for all mailboxes waits for the next look.
        let due = if self.crowd.is_large() { every } else { all.saturating_duration_since(Instant::now()) };
        let limit = every.min(due).min(settles.unwrap_or(every)).min(self.until_forgotten().unwrap_or(every));
        let limit = self.until_digest().map_or(limit, |digest| limit.min(digest));
        let next = UnixTime(clock::now().0 + i64::try_from(limit.as_secs()).unwrap_or(0));
        self.board.update(self.slot, |health| {
            health.state = if pushes { AccountState::Live } else { AccountState::Polling };
            health.next = (!pushes).then_some(next);
        });
        let since = Instant::now();
        let heard = self.heard(bench, limit).await?;
        self.looked_again = 0;
        if heard {
            let burst = self.last_change.elapsed() < BURST;
            let end = Instant::now() + BURST;
            while burst && Instant::now() < end && self.heard(bench, LULL).await? {}
            return Ok(Some(Scope::Watched));
        }
        if !self.waiting.is_empty() || self.control.is_interrupted() {
            return Ok(None);
        }
        if Instant::now() + slack >= all {
            return Ok(Some(Scope::All));
        }
        self.forget_when_idle().await?;
        if settles.is_some_and(|settles| since.elapsed() >= settles) {
            return Ok(Some(Scope::Watched));
        }
        let look = since.elapsed() >= limit && interruptible(&self.control, bench.managed_changed()).await?;
        Ok(look.then_some(Scope::Watched))
    }

    /// Writes down that somebody watches, so that what is delivered meanwhile is not taken for moved. When the next move
    /// of the user's will have settled, and a pass makes an order of it.
    fn watching(&mut self) -> Result<Option<Duration>, Fault> {
        let (config, ear, now) = (self.config.clone(), self.ear.clone(), clock::now());
        let setting = setting(&config, self.account, &ear);
        if setting.account.mode == Mode::Preview {
            return Ok(None);
        }
        let mut store = self.crowd.store.borrow_mut();
        moves::still_watching(&mut store, &setting.account.name, now)?;
        let due = moves::next_due(&store, &setting)?;
        // A second more: times in the database are whole seconds.
        Ok(due.map(|due| Duration::from_secs(u64::try_from(due.0 - now.0).unwrap_or(0) + 1)))
    }

    /// Whether the server says something within `limit`. A job or a word from outside ends it, too.
    async fn heard(&mut self, bench: &mut Bench, limit: Duration) -> Result<bool, Trouble> {
        let (jobs, waiting, control) = (&mut self.jobs, &mut self.waiting, &self.control);
        let called = async {
            tokio::select! {
                ticket = jobs.recv() => waiting.extend(ticket),
                () = control.called(false) => {}
                // INBOX is opened anew, and the server has to say something to that.
                () = control.probed() => {}
            }
        };
        Ok(watch(&mut bench.session, limit, called).await?)
    }

    /// How long its ledger still has a place in memory, where many want one.
    fn until_forgotten(&self) -> Option<Duration> {
        let kept = self.desk.is_some() && self.crowd.is_large();
        kept.then(|| self.crowd.forget().saturating_sub(self.last_change.elapsed()))
    }

    /// The ledger of a large account takes megabytes, and most accounts are quiet most of the time.
    async fn forget_when_idle(&mut self) -> Result<(), Fault> {
        let Some(desk) = &mut self.desk else { return Ok(()) };
        if self.last_change.elapsed() >= self.crowd.forget() {
            self.desk = None;
            tracing::debug!(account = self.name(), "nothing happens: its ledger is put away");
            return Ok(());
        }
        desk.learner().await?.store.shrink()
    }
}
