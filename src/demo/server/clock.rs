//! INTERNALDATE on the wire (RFC 9051, section 9, `date-time`).

use crate::logic::ids::UnixTime;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `"17-Jul-1996 02:44:25 +0000"`, quotes included. Times beyond what jiff can tell are told as 1970.
pub(super) fn internal_date(time: UnixTime) -> String {
    let time = Timestamp::from_second(time.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(jiff::tz::TimeZone::UTC);
    let month = MONTHS[time.month() as usize - 1];
    let (day, year, hour, minute, second) = (time.day(), time.year(), time.hour(), time.minute(), time.second());
    format!("\"{day:>2}-{month}-{year:04} {hour:02}:{minute:02}:{second:02} +0000\"")
}

/// The other way, for APPEND.
pub(super) fn parse_internal_date(text: &str) -> Option<UnixTime> {
    let mut words = text.split_ascii_whitespace();
    let (day, time, zone) = (words.next()?, words.next()?, words.next()?);
    let mut parts = time.split(':').map(|part| part.parse::<i8>().ok());
    let time = Time::new(parts.next()??, parts.next()??, parts.next()??, 0).ok()?;
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: i64 = digits.parse().ok()?;
    let offset = (digits / 100 * 60 + digits % 100) * 60;
    let offset = if sign == "-" { -offset } else { offset };
    Some(UnixTime(utc_seconds(DateTime::from_parts(date(day)?, time))? - offset))
}

/// `2-Jan-1970`: the second at which that day begins in UTC.
pub(super) fn parse_day(text: &str) -> Option<i64> {
    utc_seconds(date(text)?.to_datetime(Time::midnight()))
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|known| known.eq_ignore_ascii_case(month))? as i8 + 1;
    Date::new(parts.next()?.parse().ok()?, month, day).ok()
}

fn utc_seconds(time: DateTime) -> Option<i64> {
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_survive_the_wire() {
        let date = "\"17-Jul-1996 09:44:25 +0000\"";
        let time = parse_internal_date("17-Jul-1996 02:44:25 -0700").unwrap();
        assert_eq!(internal_date(time), date);
        assert_eq!(parse_internal_date(" 2-Jan-1970 00:00:00 +0100"), Some(UnixTime(82_800)));
        assert_eq!(internal_date(UnixTime(82_800)), "\" 1-Jan-1970 23:00:00 +0000\"");
    }

    #[test]
    fn nonsense_is_no_date() {
        for bad in [
            "",
            "1-Jan-1970",
            "32-Jan-1970 00:00:00 +0000",
            "1-Foo-1970 00:00:00 +0000",
            "1-Jan-1970 25:00:00 +0000",
            "1-Jan-1970 1:1:1 é",
        ] {
            assert_eq!(parse_internal_date(bad), None, "{bad:?}");
        }
    }
}
