//! Room for the files of many accounts: each has a lock, a connection, and at times the database.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For an account at work.
const EACH: u64 = 6;
/// For everything else.
const COMMON: u64 = 256;

/// Raises the limit of open files as far as it has to be and may be. Many systems give a process 1,024.
pub(super) fn make_room(accounts: usize) {
    let needed = COMMON + EACH * accounts as u64;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(wanted) = raised(current, maximum, needed) else { return };
    let set = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    if set.is_err() || wanted < needed {
        tracing::warn!(
            accounts,
            needed,
            "this process may open fewer files than it will need: raise the hard limit (ulimit -Hn, LimitNOFILE=)"
        );
    }
}

/// The limit to ask for; none when the one that there is will do.
fn raised(current: Option<u64>, maximum: Option<u64>, needed: u64) -> Option<u64> {
    let current = current?;
    (current < needed).then(|| needed.min(maximum.unwrap_or(needed)).max(current))
}

#[cfg(test)]
mod tests {
    use super::raised;

    #[test]
    fn a_limit_is_raised_as_far_as_needed_and_allowed_and_never_lowered() {
        assert_eq!(raised(Some(1_024), Some(1 << 20), 3_256), Some(3_256));
        assert_eq!(raised(Some(1_024), Some(2_048), 3_256), Some(2_048));
        assert_eq!(raised(Some(1_024), None, 3_256), Some(3_256));
        assert_eq!(raised(Some(1_024), Some(1_024), 262), None);
        assert_eq!(raised(None, None, 3_256), None);
    }
}
