//! The line that stands before each message of an mbox file: `From anna@example.org Mon Jan  5 10:00:00 2026` (RFC 4155,
//! appendix A), as mail programs really write it.

use jiff::civil::DateTime;

use crate::logic::ids::UnixTime;

/// What such a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Envelope {
    /// With the time of arrival.
    At(UnixTime),
    /// Without one that can be read: Thunderbird writes a bare `From ` after compacting, others leave the date out.
    Undated,
}

/// Reads a line without its line end. `None` when no mail program would begin a message so.
pub(super) fn read(line: &[u8]) -> Option<Envelope> {
    let rest = line.strip_prefix(b"From ")?;
    if rest.len() > 1_000 {
        return None;
    }
    let text = String::from_utf8_lossy(rest);
    let words: Vec<&str> = text.split_whitespace().collect();
    if let Some(time) = (0..words.len()).find_map(|start| date(&words[start..])) {
        return Some(Envelope::At(time));
    }
    let sender = matches!(words.first(), None | Some(&"-" | &"???@???" | &"MAILER-DAEMON"));
    let address = words.len() <= 2 && words.first().is_some_and(|word| word.contains('@'));
    (sender || address).then_some(Envelope::Undated)
}

/// `Mon Jan 5 10:00:00 2026`, with a time zone before or after the year (Google Takeout: `Thu Jan 04 10:00:00 +0000 2018`),
/// without seconds (mmdf), or as in a Date field (`Mon, 5 Jan 2026 10:00:00 +0100`).
fn date(words: &[&str]) -> Option<UnixTime> {
    let [weekday, second, third, rest @ ..] = words else { return None };
    one_of(weekday.trim_end_matches(','), &WEEKDAYS)?;
    let (month, day) = match one_of(second, &MONTHS) {
        Some(month) => (month, *third),
        None => (one_of(third, &MONTHS)?, *second),
    };
    let day: i8 = day.parse().ok()?;
    let rest = &rest[..rest.len().min(3)];
    let year = rest.iter().find_map(|word| (word.len() == 4).then(|| word.parse::<i16>().ok()).flatten())?;
    let (hour, minute, second) = rest.iter().find_map(|word| clock(word))?;
    let time = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let zone = rest.iter().find_map(|word| offset(word)).unwrap_or(0);
    let utc = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    Some(UnixTime(utc - zone))
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The place of `word` among `names`, counted from 1.
fn one_of(word: &str, names: &[&str]) -> Option<i8> {
    let place = names.iter().position(|name| name.eq_ignore_ascii_case(word))?;
    i8::try_from(place + 1).ok()
}

fn clock(word: &str) -> Option<(i8, i8, i8)> {
    let mut parts = word.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second: i8 = parts.next().map_or(Some(0), |second| second.parse().ok())?;
    // A leap second.
    Some((hour, minute, second.min(59)))
}

/// `+0100` in seconds. Names of zones mean nothing certain and are passed over: RFC 4155 wants UTC.
fn offset(word: &str) -> Option<i64> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?);
    Some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at(line: &str, time: &str) {
        let wanted: jiff::Timestamp = time.parse().unwrap();
        assert_eq!(read(line.as_bytes()), Some(Envelope::At(UnixTime(wanted.as_second()))), "{line}");
    }

    #[test]
    fn the_time_is_read_however_it_is_written() {
        at("From anna@berg.example Mon Jan  5 10:00:00 2026", "2026-01-05T10:00:00Z");
        at("From - Mon Jan 05 10:00:00 2026", "2026-01-05T10:00:00Z");
        at("From 1588@xxx Thu Jan 04 10:00:00 +0000 2018", "2018-01-04T10:00:00Z");
        at("From anna@berg.example Mon Jan  5 10:00:00 2026 +0100", "2026-01-05T09:00:00Z");
        at("From anna@berg.example Mon Jan  5 10:00:00 MET 2026", "2026-01-05T10:00:00Z");
        at("From anna@berg.example Mon Jan  5 10:00 2026 remote from berg", "2026-01-05T10:00:00Z");
        at("From anna@berg.example Mon, 5 Jan 2026 10:00:00 -0330", "2026-01-05T13:30:00Z");
        at("From \"anna b\"@berg.example Sat Dec 31 23:59:60 2016", "2016-12-31T23:59:59Z");
    }

    #[test]
    fn a_line_without_a_date_may_still_begin_a_message() {
        for line in ["From ", "From -", "From anna@berg.example", "From anna@berg.example 1767607200"] {
            assert_eq!(read(line.as_bytes()), Some(Envelope::Undated), "{line}");
        }
    }

    #[test]
    fn prose_begins_no_message() {
        for line in [
            "From what I know, it works",
            "From the desk of anna@berg.example, with love",
            "From: anna@berg.example",
            ">From anna@berg.example Mon Jan  5 10:00:00 2026",
            "from anna@berg.example Mon Jan  5 10:00:00 2026",
            "From Monday Jan 5 on we are closed",
            "From next Mon Jan 5 10 2026",
            "",
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
        assert_eq!(read(&b"From \xff\xfe Mon Feb 31 10:00:00 2026 or so"[..]), None);
        assert_eq!(read(&[b"From ".as_slice(), &[b'a'; 5_000]].concat()), None);
    }
}
