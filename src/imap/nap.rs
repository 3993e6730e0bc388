//! Notices that the machine slept. Its timers stand still meanwhile (CLOCK_MONOTONIC), and so do the ones that TCP has;
//! the connection is probably dead, and without this it would be found out only minutes later (offlineimap#20).

use std::time::{Duration, Instant, SystemTime};

/// How often to look. It costs a wake-up.
pub const LOOK: Duration = Duration::from_secs(60);
/// A wall clock that is corrected by less is no sleep. One that is corrected by more costs one renewal of IDLE.
const WORTH_A_DOUBT: Duration = Duration::from_secs(20);

/// Two clocks, started together.
pub struct Nap {
    wall: SystemTime,
    timer: Instant,
}

impl Nap {
    /// Starts them.
    pub fn watch() -> Nap {
        Nap { wall: SystemTime::now(), timer: Instant::now() }
    }

    /// Whether the machine slept since.
    pub fn was_taken(&self) -> bool {
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
        assert!(!Nap::watch().was_taken());
    }
}
