//! Times and numbers as people and programs read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use crate::logic::figures::{count, plural};
use crate::logic::ids::UnixTime;

/// RFC 3339 in UTC: `2026-11-21T14:03:00Z`. Times beyond the years -9999 to 9999 are their ends.
pub fn rfc3339(time: UnixTime) -> String {
    timestamp(time).to_string()
}

/// In the local time zone: `2026-11-21 14:03`.
pub fn human_time(time: UnixTime) -> String {
    in_zone(time, TimeZone::system())
}

fn in_zone(time: UnixTime, zone: TimeZone) -> String {
    timestamp(time).to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()
}

fn timestamp(time: UnixTime) -> Timestamp {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    Timestamp::from_second(time.0).unwrap_or(if time.0 < 0 { first } else { last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_for_programs_and_local_for_people() {
        let time = UnixTime(1_795_269_780);
        assert_eq!(rfc3339(time), "2026-11-21T14:03:00Z");
        assert_eq!(in_zone(time, TimeZone::fixed(jiff::tz::offset(-5))), "2026-11-21 09:03");
        assert_eq!(human_time(time).len(), 16);
    }

    #[test]
    fn impossible_times_are_not_the_end_of_us() {
        for time in [i64::MIN, -1_000_000_000_000, 1_000_000_000_000, i64::MAX] {
            assert!(rfc3339(UnixTime(time)).ends_with('Z'));
            assert!(!human_time(UnixTime(time)).is_empty());
        }
        assert!(rfc3339(UnixTime(i64::MAX)).starts_with("9999-12-3"));
    }
}
