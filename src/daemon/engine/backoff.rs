//! How long to leave a server alone after a failure.

use std::time::Duration;

use crate::logic::fault::Fault;

/// A server that says it has enough connections is not asked again before this: each try counts against the limit, too
/// (thunderbird-android#6035).
const CROWDED: Duration = Duration::from_secs(60);

/// Doubles from failure to failure.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(first: Duration, longest: Duration) -> Backoff {
        Backoff { first, longest, failures: 0 }
    }

    /// It works again.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The time to wait after `fault`. `chance` (0 to 1) spreads the tries of many accounts, and of many programs after a
    /// server's restart, by a quarter to both sides.
    pub(super) fn next(&mut self, fault: &Fault, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.failures.min(20)).min(self.longest);
        self.failures += 1;
        let wished = fault.pause().or_else(|| is_crowded(&fault.cause).then_some(CROWDED.min(self.longest)));
        let wait = wished.map_or(doubled, |wished| wished.max(doubled));
        wait.mul_f64(0.75 + chance.clamp(0.0, 1.0) / 2.0)
    }
}

fn is_crowded(cause: &str) -> bool {
    let cause = cause.to_ascii_lowercase();
    ["too many", "connection limit", "maximum number of connections"].iter().any(|words| cause.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_doubles_up_to_the_longest_and_begins_anew() {
        let mut backoff = Backoff::new(SECOND, 10 * SECOND);
        let lost = Fault::transient("the connection was lost", "");
        let waits: Vec<u64> = (0..6).map(|_| backoff.next(&lost, 0.5).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10]);
        backoff.reset();
        assert_eq!(backoff.next(&lost, 0.5), SECOND);
        assert_eq!(backoff.next(&lost, 0.0), 2 * SECOND * 3 / 4);
        assert_eq!(backoff.next(&lost, 1.0), 4 * SECOND * 5 / 4);
    }

    #[test]
    fn a_crowded_server_and_one_that_says_how_long_get_more_time() {
        let mut backoff = Backoff::new(SECOND, 300 * SECOND);
        let crowded = Fault::transient("the server takes no login now: Too many simultaneous connections", "");
        assert_eq!(backoff.next(&crowded, 0.5), 60 * SECOND);
        let throttled = Fault::transient("throttled. Suggested Backoff Time: 299961 milliseconds", "");
        assert_eq!(backoff.next(&throttled, 0.5), Duration::from_millis(299_961));
        assert_eq!(backoff.next(&Fault::transient("x", ""), 0.5), 4 * SECOND);
    }
}
