//! Reads the attributes of a FETCH response, and the dates in it.

use super::cursor::{Cursor, Text};
use super::response::FetchRow;
use crate::logic::ids::{Flags, ModSeq, Uid, UnixTime};

/// The row of message `seq`. What cannot be understood is left out; attributes that mailherd does not ask for are skipped.
pub fn row(seq: u32, cursor: &mut Cursor<'_>) -> FetchRow {
    let mut row = FetchRow { seq, ..FetchRow::default() };
    cursor.blanks();
    cursor.eat(b'(');
    loop {
        let before = cursor.rest().len();
        let name = cursor.word();
        attribute(name, &mut row, cursor);
        cursor.blanks();
        if matches!(cursor.peek(), None | Some(b')')) || cursor.rest().len() == before {
            return row;
        }
    }
}

fn attribute(name: &[u8], row: &mut FetchRow, cursor: &mut Cursor<'_>) {
    let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    if is("UID") {
        row.uid = cursor.number32().filter(|number| *number > 0).map(Uid);
    } else if is("FLAGS") {
        (row.flags, row.keywords) =
            flags(cursor).map_or_else(Default::default, |(flags, keywords)| (Some(flags), keywords));
    } else if is("INTERNALDATE") {
        row.internaldate = cursor.text().and_then(|text| date_time(text.bytes()?));
    } else if is("RFC822.SIZE") {
        row.size = cursor.number32();
    } else if is("BODY") && cursor.eat(b'[') {
        body(row, cursor);
    } else if is("MODSEQ") {
        row.modseq = cursor.list().and_then(|list| list.first()?.parse().ok()).map(ModSeq);
    } else if is("X-GM-MSGID") {
        row.gm_msgid = cursor.number();
    } else if is("EMAILID") {
        row.email_id = cursor.list().and_then(|mut list| list.pop());
    } else {
        cursor.skip();
    }
}

/// `HEADER.FIELDS (FROM TO)] {512}…`, `]<0> "…"`, `] NIL`
fn body(row: &mut FetchRow, cursor: &mut Cursor<'_>) {
    cursor.bracketed();
    if cursor.peek() == Some(b'<') {
        cursor.atom();
    }
    let text = cursor.text();
    if let (None, Some(Text::Bytes { bytes, cut })) = (&row.header, text) {
        row.header = Some(bytes.into_owned());
        row.header_cut = cut;
    }
}

/// The flags that mailherd knows, and the keywords that it does not; names are compared without regard to case (RFC 9051, section 2.3.2).
fn flags(cursor: &mut Cursor<'_>) -> Option<(Flags, String)> {
    cursor.blanks();
    if !cursor.eat(b'(') {
        cursor.skip();
        return None;
    }
    let (mut flags, mut keywords) = (Flags::default(), String::new());
    loop {
        match cursor.atom() {
            [] => break,
            name if name.eq_ignore_ascii_case(b"\\Seen") => flags.seen = true,
            name if name.eq_ignore_ascii_case(b"\\Answered") => flags.answered = true,
            name if name.eq_ignore_ascii_case(b"\\Flagged") => flags.flagged = true,
            name if name.eq_ignore_ascii_case(b"\\Deleted") => flags.deleted = true,
            name if name.eq_ignore_ascii_case(b"\\Draft") => flags.draft = true,
            name if name.eq_ignore_ascii_case(b"$Important") => flags.important = true,
            name => keyword(name, &mut keywords),
        }
    }
    cursor.eat(b')').then_some((flags, keywords))
}

/// `\Recent` and its like are the server's own.
fn keyword(name: &[u8], keywords: &mut String) {
    let Some(name) = std::str::from_utf8(name).ok().filter(|name| !name.starts_with('\\')) else { return };
    if !keywords.is_empty() {
        keywords.push(' ');
    }
    keywords.push_str(name);
}

/// A date-time as in INTERNALDATE: ` 1-Jul-1996 02:44:25 -0700` (RFC 9051, section 9). The day may have one digit.
pub fn date_time(text: &[u8]) -> Option<UnixTime> {
    let text = text.trim_ascii();
    let mut parts = text.split(|b| *b == b' ').filter(|part| !part.is_empty());
    let (date, time, zone) = (parts.next()?, parts.next()?, parts.next()?);
    let [day, month, year] = three(date, b'-')?;
    let [hour, minute, second] = three(time, b':')?;
    let (day, year) = (bounded(day, 1, 31)?, bounded(year, 1, 9999)?);
    let (hour, minute, second) = (bounded(hour, 0, 23)?, bounded(minute, 0, 59)?, bounded(second, 0, 60)?);
    let days = days_before(year, month_number(month)?, day);
    Some(UnixTime(days * 86_400 + hour * 3_600 + minute * 60 + second - zone_seconds(zone)?))
}

fn three(text: &[u8], separator: u8) -> Option<[&[u8]; 3]> {
    let mut parts = text.split(|b| *b == separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn bounded(digits: &[u8], least: i64, most: i64) -> Option<i64> {
    let number = super::cursor::number(digits).and_then(|number| i64::try_from(number).ok())?;
    (least..=most).contains(&number).then_some(number)
}

fn month_number(name: &[u8]) -> Option<i64> {
    const NAMES: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    (1..).zip(NAMES).find(|(_, month)| month.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// `+0130` in seconds.
fn zone_seconds(zone: &[u8]) -> Option<i64> {
    let (sign, digits) = match zone {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    Some(sign * (bounded(hours, 0, 99)? * 3_600 + bounded(minutes, 0, 59)? * 60))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, which is carried backwards too. The year begins in March,
/// so that the day that comes and goes is its last (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
