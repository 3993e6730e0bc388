//! When a server last said something, and since when it owes an answer, for those who have not got the session while it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use crate::logic::ids::UnixTime;

/// Of one connection. Clones tell of the same one, also when it is gone.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Moments>);

/// In seconds since 1970; 0 is never.
#[derive(Debug, Default)]
struct Moments {
    last: AtomicI64,
    asked: AtomicI64,
}

impl Pulse {
    /// Bytes have come.
    pub(super) fn beat(&self) {
        self.0.last.store(now(), Ordering::Relaxed);
    }

    /// From now on the server owes an answer.
    pub(super) fn asks(&self) {
        self.0.asked.store(now(), Ordering::Relaxed);
    }

    /// It owes nothing.
    pub(super) fn rests(&self) {
        self.0.asked.store(0, Ordering::Relaxed);
    }

    /// When the last byte came; none before the first.
    pub fn last(&self) -> Option<UnixTime> {
        moment(&self.0.last)
    }

    /// Since when the server owes an answer; `None`: it owes none. In IDLE it owes none before DONE.
    pub fn asked(&self) -> Option<UnixTime> {
        moment(&self.0.asked)
    }
}

fn moment(at: &AtomicI64) -> Option<UnixTime> {
    Some(UnixTime(at.load(Ordering::Relaxed))).filter(|at| at.0 > 0)
}

fn now() -> i64 {
    // A clock before 1970 is one that was never set.
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_secs());
    i64::try_from(now).unwrap_or(i64::MAX)
}
