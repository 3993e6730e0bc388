//! When a server last said something, for those who have not got the session while it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use crate::logic::ids::UnixTime;

/// Of one connection. Clones tell of the same one, also when it is gone.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<AtomicI64>);

impl Pulse {
    /// Bytes have come.
    pub(super) fn beat(&self) {
        // A clock before 1970 is one that was never set.
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_secs());
        self.0.store(i64::try_from(now).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// When the last byte came; none before the first.
    pub fn last(&self) -> Option<UnixTime> {
        Some(UnixTime(self.0.load(Ordering::Relaxed))).filter(|last| last.0 > 0)
    }
}
