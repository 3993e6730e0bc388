//! Notices that the machine slept. Its timers stand still meanwhile (CLOCK_MONOTONIC), and so do the ones that TCP has;
//! the connection is probably dead, and without this it would be found out only minutes later (offlineimap#20).

use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Notify;
use tokio::time::sleep;

/// How often to look. It costs a wake-up, and one is enough for all connections.
const LOOK: Duration = Duration::from_secs(60);
/// A wall clock that is corrected by less is no sleep. One that is corrected by more costs one renewal of IDLE.
const WORTH_A_DOUBT: Duration = Duration::from_secs(20);

/// Everything that waits for the end of a nap.
static WOKEN: Notify = Notify::const_new();

/// Looks for naps, for as long as it is polled. One such watch serves all sessions of this process; without any, a dead connection is found
/// out when IDLE is renewed.
pub async fn watch() {
    loop {
        let nap = Nap::begin();
        sleep(LOOK).await;
        if nap.was_taken() {
            tracing::info!("this machine slept: all connections are tried");
            WOKEN.notify_waiters();
        }
    }
}

/// Waits until the machine has slept.
pub async fn woken() {
    WOKEN.notified().await;
}

/// Two clocks, started together.
struct Nap {
    wall: SystemTime,
    timer: Instant,
}

impl Nap {
    /// Starts them.
    fn begin() -> Nap {
        Nap { wall: SystemTime::now(), timer: Instant::now() }
    }

    /// Whether the machine slept since.
    fn was_taken(&self) -> bool {
        self.wall.elapsed().is_ok_and(|wall| is_nap(wall, self.timer.elapsed()))
    }
}

fn is_nap(wall: Duration, timer: Duration) -> bool {
    wall > timer + WORTH_A_DOUBT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_that_runs_ahead_is_a_nap() {
        let nap = |wall, timer| is_nap(Duration::from_secs(wall), Duration::from_secs(timer));
        assert!(nap(3_600, 60));
        assert!(!nap(70, 60));
        assert!(!nap(10, 60));
        assert!(!Nap::begin().was_taken());
    }

    #[tokio::test]
    async fn all_who_wait_hear_of_a_nap() {
        let (mut one, mut other) = (std::pin::pin!(woken()), std::pin::pin!(woken()));
        for waiting in [&mut one, &mut other] {
            assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        }
        WOKEN.notify_waiters();
        one.await;
        other.await;
    }
}
