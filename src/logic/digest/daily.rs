//! The time of day at which a digest is due.

use std::fmt;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::logic::ids::UnixTime;

/// A time of day, in whole minutes of local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daily(Time);

impl Daily {
    /// Of `08:00`, `23:59`.
    pub fn parse(text: &str) -> Option<Daily> {
        let (hour, minute) = text.split_once(':')?;
        let number = |digits: &str, most: usize| {
            let plain = (1..=most).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
            plain.then(|| digits.parse::<i8>().ok()).flatten()
        };
        if minute.len() != 2 {
            return None;
        }
        Time::new(number(hour, 2)?, number(minute, 2)?, 0, 0).ok().map(Daily)
    }

    /// The last time that it was due, at `now` or before. In the hour that a clock change leaves out it is due right after.
    pub fn last(self, now: UnixTime, zone: &TimeZone) -> UnixTime {
        self.around(now, zone).into_iter().rfind(|at| *at <= now).unwrap_or(UnixTime(now.0 - UnixTime::DAY))
    }

    /// The next time that it is due, after `now`.
    pub fn next(self, now: UnixTime, zone: &TimeZone) -> UnixTime {
        self.around(now, zone).into_iter().find(|at| *at > now).unwrap_or(UnixTime(now.0 + UnixTime::DAY))
    }

    /// The times of the days around `now`, in their order.
    fn around(self, now: UnixTime, zone: &TimeZone) -> Vec<UnixTime> {
        let Ok(now) = Timestamp::from_second(now.0) else { return Vec::new() };
        let today = now.to_zoned(zone.clone()).date();
        let on = |days: i32| -> Option<Zoned> {
            today.checked_add(days.days()).ok()?.to_datetime(self.0).to_zoned(zone.clone()).ok()
        };
        (-2..=2).filter_map(on).map(|at| UnixTime(at.timestamp().as_second())).collect()
    }
}

impl fmt::Display for Daily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixTime {
        UnixTime(text.parse::<Timestamp>().unwrap().as_second())
    }

    #[test]
    fn a_time_of_day_is_hours_and_minutes() {
        for (text, shown) in [("08:00", "08:00"), ("8:05", "08:05"), ("23:59", "23:59"), ("00:00", "00:00")] {
            assert_eq!(Daily::parse(text).unwrap().to_string(), shown);
        }
        for text in
            ["", "8", "24:00", "12:60", "12:5", "-1:00", "+1:00", "008:00", "8:000", "08:00:00", "8 :00", "٨:00"]
        {
            assert_eq!(Daily::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn it_is_due_once_a_day_in_local_time() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let eight = Daily::parse("08:00").unwrap();
        for (now, last, next) in [
            ("2026-11-22T05:59:59Z", "2026-11-21T06:00:00Z", "2026-11-22T06:00:00Z"),
            ("2026-11-22T06:00:00Z", "2026-11-22T06:00:00Z", "2026-11-23T06:00:00Z"),
            ("2026-11-22T23:30:00Z", "2026-11-22T06:00:00Z", "2026-11-23T06:00:00Z"),
        ] {
            assert_eq!((eight.last(at(now), &zone), eight.next(at(now), &zone)), (at(last), at(next)), "{now}");
        }
    }

    #[test]
    fn a_clock_change_neither_skips_nor_doubles_it() {
        // The last Sunday of March and of October, as in most of Europe.
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let gap = Daily::parse("02:30").unwrap();
        let (mut now, mut times) = (at("2026-03-27T12:00:00Z"), Vec::new());
        for _ in 0..4 {
            now = gap.next(now, &zone);
            times.push(now);
        }
        assert_eq!(times[0], at("2026-03-28T01:30:00Z"));
        assert_eq!(times[1], at("2026-03-29T01:30:00Z"), "the clock goes from 02:00 to 03:00: it is due at 03:30");
        assert_eq!(times[2], at("2026-03-30T00:30:00Z"));
        let mut now = at("2026-10-24T12:00:00Z");
        let twice: Vec<UnixTime> = std::iter::repeat_with(|| {
            now = gap.next(now, &zone);
            now
        })
        .take(2)
        .collect();
        assert_eq!(twice, [at("2026-10-25T00:30:00Z"), at("2026-10-26T01:30:00Z")], "of two half past twos, the first");
    }
}
