//! Numbers and times in the few columns that a screen has for them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use crate::logic::figures::{count, plural};
use crate::logic::ids::UnixTime;

/// When something was, in at most 6 columns: `now`, `5m`, `3h`, `Tue`, `12 Nov`, `2019`.
pub fn age(now: UnixTime, at: UnixTime, zone: &TimeZone) -> String {
    let seconds = now.0.saturating_sub(at.0);
    match seconds {
        // A little ahead of us: clocks differ. Far ahead: a date.
        -7_200..60 => "now".into(),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        86_400..518_400 => strftime(at, zone, "%a"),
        518_400..15_552_000 => strftime(at, zone, "%-d %b"),
        _ => strftime(at, zone, "%Y"),
    }
}

/// `2026-11-21 14:03`
pub fn time(at: UnixTime, zone: &TimeZone) -> String {
    strftime(at, zone, "%Y-%m-%d %H:%M")
}

/// `2026-11-21`
pub fn day(at: UnixTime, zone: &TimeZone) -> String {
    strftime(at, zone, "%Y-%m-%d")
}

/// How long something takes or took: `now`, `12 s`, `5 min`, `3 h`, `4 days`.
pub fn span(seconds: i64) -> String {
    match seconds {
        ..1 => "now".into(),
        1..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", seconds / 60),
        6_000..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn strftime(at: UnixTime, zone: &TimeZone, format: &str) -> String {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    let timestamp = Timestamp::from_second(at.0).unwrap_or(if at.0 < 0 { first } else { last });
    timestamp.to_zoned(zone.clone()).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_fits_its_column() {
        let now = UnixTime(1_795_269_780);
        for (before, text) in [
            (-30, "now"),
            (59, "now"),
            (300, "5m"),
            (7_300, "2h"),
            (2 * 86_400, "Thu"),
            (9 * 86_400, "12 Nov"),
            (900 * 86_400, "2024"),
            (-9_000_000, "2027"),
        ] {
            assert_eq!(age(now, UnixTime(now.0 - before), &TimeZone::UTC), text);
        }
        for at in [i64::MIN, i64::MAX, 0] {
            assert!(age(now, UnixTime(at), &TimeZone::UTC).len() <= 6, "{}", age(now, UnixTime(at), &TimeZone::UTC));
        }
        assert_eq!(time(now, &TimeZone::UTC), "2026-11-21 14:03");
    }

    #[test]
    fn spans_are_short() {
        for (seconds, text) in [(-4, "now"), (12, "12 s"), (300, "5 min"), (7_200, "2 h"), (400_000, "4 days")] {
            assert_eq!(span(seconds), text);
        }
    }
}
