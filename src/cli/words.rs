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

/// The one reason to show where there is room for one: the rule that decided, or, where that was only the sum of the
/// signals, the weightiest signal that pulled the same way. Each is a signal's name, its weight and its sentence.
pub fn headline<'a>(reasons: &[(&'a str, f64, &'a str)]) -> &'a str {
    let Some((rule, _, sentence)) = reasons.first() else { return "" };
    let pull = match *rule {
        "news" | "bulk" => -1.0,
        "talk" => 1.0,
        _ => return sentence,
    };
    let pulled = reasons.iter().find(|(signal, weight, _)| weight * pull > 0.0 && *signal != "base");
    pulled.map_or(sentence, |(_, _, sentence)| sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_is_the_rule_or_what_pulled_the_same_way() {
        let order = [("order", 0.0, "your order"), ("list", -2.0, "a list")];
        assert_eq!(headline(&order), "your order");
        let bulk = [
            ("bulk", 0.0, "machine-made"),
            ("base", -3.0, "most"),
            ("read", 2.5, "you read"),
            ("list", -2.0, "a list"),
        ];
        assert_eq!(headline(&bulk), "a list");
        let talk = [("talk", 0.0, "you talk"), ("list", -2.0, "a list"), ("answers", 1.0, "you answered")];
        assert_eq!(headline(&talk), "you answered");
        assert_eq!(headline(&[]), "");
    }

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
