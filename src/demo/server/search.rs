//! SEARCH (RFC 9051, section 6.4.4): reading its keys and holding messages against them.

use super::clock;
use super::folder::Stored;
use super::section::{header_length, header_lines, name_of};
use super::sets::Set;
use super::tokens::{Args, Syntax, Token};

/// A search key.
#[derive(Debug)]
pub(super) enum Key {
    All,
    Numbers(Set),
    Uids(Set),
    Flag(String),
    /// A header field and a part of it; an empty part asks for the field alone.
    Header(String, String),
    /// A part of the body, or of the whole message.
    Contains(String, bool),
    /// INTERNALDATE at or after this time, in seconds since 1970.
    Since(i64),
    Larger(usize),
    ModSeq(u64),
    Not(Box<Key>),
    Either(Box<Key>, Box<Key>),
    Each(Vec<Key>),
}

/// How deep NOT, OR and parentheses may nest: the keys are read by recursion.
const DEEPEST: usize = 50;

/// Reads all keys up to the end of the command, after an optional CHARSET. `now` is the server's time, in seconds since 1970,
/// where it tells by WITHIN.
pub(super) fn keys(args: &mut Args, now: Option<i64>) -> Result<Key, Syntax> {
    if args.take_word("CHARSET") {
        args.text()?;
    }
    let mut keys = vec![key(args, now, DEEPEST)?];
    while args.peek().is_some() {
        keys.push(key(args, now, DEEPEST)?);
    }
    Ok(Key::Each(keys))
}

fn key(args: &mut Args, now: Option<i64>, depth: usize) -> Result<Key, Syntax> {
    let depth = depth.checked_sub(1).ok_or(Syntax("search keys nest too deep"))?;
    if args.take_open() {
        let mut keys = Vec::new();
        while !args.take_close() {
            keys.push(key(args, now, depth)?);
        }
        return Ok(Key::Each(keys));
    }
    if let Some(Token::Atom(atom)) = args.peek()
        && atom.starts_with(|c: char| c.is_ascii_digit() || c == '*')
    {
        return Ok(Key::Numbers(Set::parse(&args.atom()?)?));
    }
    let word = args.word()?;
    if let Some(flag) = flag_of(word.trim_start_matches("UN")) {
        let carries = Key::Flag(flag.into());
        return Ok(if word.starts_with("UN") { not(carries) } else { carries });
    }
    Ok(match word.as_str() {
        // Nothing is ever \Recent here.
        "ALL" | "OLD" => Key::All,
        "RECENT" | "NEW" => not(Key::All),
        "UID" => Key::Uids(Set::parse(&args.atom()?)?),
        "KEYWORD" => Key::Flag(args.atom()?),
        "UNKEYWORD" => not(Key::Flag(args.atom()?)),
        "HEADER" => Key::Header(args.text()?, args.text()?),
        "FROM" | "TO" | "CC" | "BCC" | "SUBJECT" => Key::Header(word, args.text()?),
        "BODY" => Key::Contains(args.text()?, false),
        "TEXT" => Key::Contains(args.text()?, true),
        "SINCE" => Key::Since(day(args)?),
        "BEFORE" => not(Key::Since(day(args)?)),
        "ON" => {
            let day = day(args)?;
            Key::Each(vec![Key::Since(day), not(Key::Since(day + 86_400))])
        }
        "OLDER" => not(Key::Since(ago(args, now)? + 1)),
        "YOUNGER" => Key::Since(ago(args, now)?),
        "LARGER" => Key::Larger(args.number()?),
        "SMALLER" => match args.number::<usize>()?.checked_sub(1) {
            Some(size) => not(Key::Larger(size)),
            None => not(Key::All),
        },
        "MODSEQ" => Key::ModSeq(args.number()?),
        "NOT" => not(key(args, now, depth)?),
        "OR" => Key::Either(Box::new(key(args, now, depth)?), Box::new(key(args, now, depth)?)),
        _ => return Err(Syntax("unknown search key")),
    })
}

fn not(key: Key) -> Key {
    Key::Not(Box::new(key))
}

fn flag_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "SEEN" => "\\Seen",
        "ANSWERED" => "\\Answered",
        "FLAGGED" => "\\Flagged",
        "DELETED" => "\\Deleted",
        "DRAFT" => "\\Draft",
        _ => return None,
    })
}

/// So many seconds before `now`, where there is WITHIN (RFC 5032).
fn ago(args: &mut Args, now: Option<i64>) -> Result<i64, Syntax> {
    let now = now.ok_or(Syntax("unknown search key"))?;
    Ok(now.saturating_sub(i64::from(args.number::<u32>()?)))
}

fn day(args: &mut Args) -> Result<i64, Syntax> {
    clock::parse_day(&args.text()?).ok_or(Syntax("bad date"))
}

/// A message as SEARCH sees it. `last_number` and `last_uid` are what `*` means.
pub(super) struct Candidate<'a> {
    pub(super) number: usize,
    pub(super) uid: u32,
    pub(super) message: &'a Stored,
    pub(super) last_number: usize,
    pub(super) last_uid: u32,
}

impl Key {
    /// Whether a message meets this key.
    pub(super) fn admits(&self, it: &Candidate<'_>) -> bool {
        let within = |set: &Set, number: u32, last| set.ranges(last).any(|(from, to)| (from..=to).contains(&number));
        match self {
            Key::All => true,
            Key::Numbers(set) => within(set, it.number as u32, it.last_number as u32),
            Key::Uids(set) => within(set, it.uid, it.last_uid),
            Key::Flag(flag) => it.message.has(flag),
            Key::Header(name, part) => header_holds(&it.message.bytes, name, part),
            Key::Contains(part, with_header) => {
                let start = if *with_header { 0 } else { header_length(&it.message.bytes) };
                holds(&it.message.bytes[start..], part)
            }
            Key::Since(day) => it.message.internaldate.0 >= *day,
            Key::Larger(size) => it.message.bytes.len() > *size,
            Key::ModSeq(modseq) => it.message.modseq >= *modseq,
            Key::Not(key) => !key.admits(it),
            Key::Either(one, other) => one.admits(it) || other.admits(it),
            Key::Each(keys) => keys.iter().all(|key| key.admits(it)),
        }
    }

    /// Whether it asks for modification sequences, which the answer then tells too (RFC 7162, section 3.1.5).
    pub(super) fn asks_modseq(&self) -> bool {
        match self {
            Key::ModSeq(_) => true,
            Key::Not(key) => key.asks_modseq(),
            Key::Either(one, other) => one.asks_modseq() || other.asks_modseq(),
            Key::Each(keys) => keys.iter().any(Key::asks_modseq),
            _ => false,
        }
    }
}

fn header_holds(message: &[u8], name: &str, part: &str) -> bool {
    header_lines(&message[..header_length(message)])
        .filter(|line| name_of(line).eq_ignore_ascii_case(name.as_bytes()))
        .any(|line| holds(&line[name_of(line).len()..], part))
}

/// Substrings without regard to ASCII case. Encoded words are not decoded.
fn holds(bytes: &[u8], part: &str) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::{Part, tokenize};
    use super::*;
    use crate::logic::ids::UnixTime;

    fn found(query: &str) -> Result<bool, Syntax> {
        let mut args = Args::new(tokenize(&[Part::Text(query.as_bytes().to_vec())])?);
        let message = Stored {
            bytes: b"Message-ID: <a.1@b.test>\r\nSubject: Lunch\r\n\r\nsoup\r\n"[..].into(),
            flags: ["\\Seen".to_string()].into(),
            internaldate: UnixTime(86_400),
            modseq: 5,
            object: 5,
            damage: None,
        };
        let it = Candidate { number: 2, uid: 9, message: &message, last_number: 2, last_uid: 9 };
        Ok(keys(&mut args, Some(90_000))?.admits(&it))
    }

    #[test]
    fn keys_are_held_against_the_message() {
        for yes in [
            "ALL",
            "SEEN UNDELETED",
            "1:2",
            "UID 9",
            "UID 99:*",
            "HEADER Message-ID 1@b",
            "SUBJECT lunch",
            "HEADER subject \"\"",
            "SINCE 2-Jan-1970",
            "ON 2-Jan-1970",
            "NOT BEFORE 2-Jan-1970",
            "OR UNSEEN (SEEN LARGER 10)",
            "OLDER 3600 YOUNGER 3600",
            "OLDER 1",
            "BODY SOUP",
            "CHARSET UTF-8 TEXT <a.1@",
            "MODSEQ 5",
        ] {
            assert_eq!(found(yes), Ok(true), "{yes}");
        }
        for no in [
            "UNSEEN",
            "1",
            "UID 1:8",
            "OLDER 3601",
            "YOUNGER 3599",
            "BODY lunch",
            "BEFORE 2-Jan-1970",
            "SINCE 3-Jan-1970",
            "NEW",
            "SMALLER 0",
        ] {
            assert_eq!(found(no), Ok(false), "{no}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let deep = format!("{}ALL", "NOT ".repeat(5_000));
        for bad in ["", "FOO", "OR ALL", "UID x", "SINCE yesterday", "(ALL", &deep] {
            assert!(found(bad).is_err(), "{bad}");
        }
    }
}
