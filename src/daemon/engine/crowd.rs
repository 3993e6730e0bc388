//! What the accounts of one process have in common: a database connection for small words, turns at what takes much memory, and the times
//! at which they look. A few accounts do not notice any of it; five hundred would else wake the machine a hundred times a second.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::store::Store;

/// So many accounts, and fewer, are each watched at their own times.
const FEW: usize = 10;
/// More of them look at common times, so that one wake-up of the machine serves several…
const GRID: Duration = Duration::from_secs(15);
/// …and the less often the more they are: on average one in this time…
const EACH: Duration = Duration::from_millis(1200);
/// …but each so often. Not longer than IDLE may be quiet, so that there is no other reason to renew it.
const LONGEST: Duration = Duration::from_secs(285);
/// What an account has learned is put away when nothing has happened in it for so long; its ledger is read again when something does.
const FORGET: Duration = Duration::from_secs(600);
/// Where there are many, so many may keep it for that long, or all of them for a shorter time.
const KEPT: u32 = 10;
/// But nobody puts it away sooner: what comes rarely comes alone.
const SOONEST: Duration = Duration::from_secs(10);
/// First passes at a time.
const TURNS: usize = 16;
/// A turn is not waited for any longer: those who have it may wait for a server that does not answer.
const IMPATIENT: Duration = Duration::from_secs(60);

/// Shared by the hub and the accounts' tasks, on one thread.
pub(super) struct Crowd {
    /// Never borrowed over an await.
    pub(super) store: Rc<RefCell<Store>>,
    turns: Arc<Semaphore>,
    began: Instant,
    accounts: Cell<usize>,
}

impl Crowd {
    pub(super) fn new(store: Rc<RefCell<Store>>) -> Crowd {
        let turns = Arc::new(Semaphore::new(TURNS));
        Crowd { store, turns, began: Instant::now(), accounts: Cell::new(0) }
    }

    /// How many there are now.
    pub(super) fn count(&self, accounts: usize) {
        self.accounts.set(accounts);
    }

    /// Whether there are so many that they have to keep to common times.
    pub(super) fn is_large(&self) -> bool {
        self.accounts.get() > FEW
    }

    /// How long the account in this slot waits until it looks again, if it wants to look this often.
    pub(super) fn until_look(&self, every: Duration, slot: usize) -> Duration {
        if !self.is_large() || every >= LONGEST {
            return every;
        }
        let many = u32::try_from(self.accounts.get()).unwrap_or(u32::MAX);
        turn(self.began.elapsed(), every.max(EACH.saturating_mul(many)).min(LONGEST), slot)
    }

    /// How much earlier something may be done that is due, to be done at a common time.
    pub(super) fn slack(&self) -> Duration {
        if self.is_large() { GRID } else { Duration::ZERO }
    }

    /// How long what an account has learned is kept in memory when nothing happens in it.
    pub(super) fn forget(&self) -> Duration {
        let many = u32::try_from(self.accounts.get()).unwrap_or(u32::MAX).max(1);
        (FORGET * KEPT / many).clamp(SOONEST, FORGET)
    }

    /// Waits for a turn at a first pass, where there are many accounts: all at once they would need the memory of all at once.
    pub(super) async fn first_pass(&self) -> Option<OwnedSemaphorePermit> {
        if self.is_large() { self.turn_within(IMPATIENT).await } else { None }
    }

    async fn turn_within(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        timeout(patience, self.turns.clone().acquire_owned()).await.ok()?.ok()
    }
}

/// The time until the next point of the grid that belongs to `slot`, of which there is one in each `period`.
fn turn(since: Duration, period: Duration, slot: usize) -> Duration {
    let grid = GRID.as_secs();
    let steps = (period.as_secs() / grid).max(1);
    let now = since.as_secs() / grid;
    let mine = slot as u64 % steps;
    let ahead = match (mine + steps - now % steps) % steps {
        0 => steps,
        ahead => ahead,
    };
    Duration::from_secs((now + ahead) * grid).saturating_sub(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn crowd(accounts: usize) -> (tempfile::TempDir, Crowd) {
        let folder = tempfile::tempdir().unwrap();
        let crowd = Crowd::new(Rc::new(RefCell::new(Store::open(folder.path()).unwrap())));
        crowd.count(accounts);
        (folder, crowd)
    }

    #[test]
    fn each_has_its_point_of_the_grid_once_a_period() {
        for slot in 0..40 {
            let mut now = Duration::from_millis(7_300);
            let mut times = Vec::new();
            for _ in 0..4 {
                let wait = turn(now, 60 * SECOND, slot);
                assert!(wait > Duration::ZERO && wait <= 60 * SECOND, "{wait:?}");
                now += wait;
                times.push(now);
            }
            assert!(times.iter().all(|at| at.as_millis() % 15_000 == 0), "{times:?}");
            assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 60 * SECOND), "{times:?}");
            assert_eq!(times[0].as_secs() / 15 % 4, slot as u64 % 4);
        }
    }

    #[test]
    fn a_few_look_when_they_want_to_and_many_less_often_but_within_five_minutes() {
        let (_folder, few) = crowd(3);
        assert_eq!((few.until_look(60 * SECOND, 2), few.forget(), few.slack()), (60 * SECOND, FORGET, Duration::ZERO));
        let (_folder, many) = crowd(500);
        let waits: Vec<Duration> = (0..500).map(|slot| many.until_look(60 * SECOND, slot)).collect();
        assert!(waits.iter().all(|wait| *wait <= LONGEST));
        let common: std::collections::HashSet<u64> = waits.iter().map(Duration::as_secs).collect();
        assert!((15..=21).contains(&common.len()), "{common:?}");
        assert_eq!(many.forget(), 12 * SECOND);
    }

    #[tokio::test]
    async fn first_passes_take_turns_and_nobody_waits_for_ever() {
        let (_folder, many) = crowd(500);
        let mut held = Vec::new();
        for _ in 0..TURNS {
            held.push(many.first_pass().await.expect("a turn"));
        }
        assert!(many.turn_within(Duration::from_millis(20)).await.is_none());
        held.pop();
        assert!(many.first_pass().await.is_some());
        let (_folder, one) = crowd(1);
        assert!(one.first_pass().await.is_none());
    }
}
