//! Reads one framed response. Total: hostile bytes give [`Untagged::Other`] or a row with less in it, never an error.
//!
//! It is mailherd's own because imap-proto 0.17 panics on `INTERNALDATE NIL` and on `[ALERT]é`, cannot parse ESEARCH,
//! NAMESPACE, `SEARCH … (MODSEQ n)` or lines it does not know, and because a stream that failed to parse once is done.

use super::cursor::Cursor;
use super::framer::{Frame, without_line_end};
use super::response::{Code, ESearchRow, ListRow, NamespaceRow, Status, StatusRow, Tagged, UidRanges, Untagged};
use super::{code, fetch};
use crate::logic::ids::{FolderName, ModSeq, Uid, UidValidity};

/// Of a continuation, in bytes. The refusals of OAuth2 (RFC 7628, section 3.2.2) take a few hundred.
const LONGEST_CHALLENGE: usize = 4 * 1024;

/// What one response is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// `* …`
    Untagged(Untagged),
    /// `A0001 OK …`
    Tagged {
        /// Of which command.
        tag: String,
        /// How it ended.
        tagged: Tagged,
    },
    /// `+ …`: the server waits for more of the command. In a login the text is a challenge, in base64.
    Continue(String),
}

/// Reads a response.
pub fn response(frame: Frame<'_>) -> Response {
    match frame.bytes {
        [b'+', text @ ..] => Response::Continue(challenge(text)),
        [b'*', b' ', ..] => Response::Untagged(untagged(frame)),
        line => tagged(line).unwrap_or_else(|| Response::Untagged(other(line))),
    }
}

/// Short: what is longer is no challenge that anybody here could answer.
fn challenge(text: &[u8]) -> String {
    let text = text[..text.len().min(LONGEST_CHALLENGE)].trim_ascii();
    String::from_utf8_lossy(text).into_owned()
}

fn tagged(line: &[u8]) -> Option<Response> {
    let line = without_line_end(line);
    let (tag, rest) = line.split_at(line.iter().position(|b| *b == b' ')?);
    let sound = tag.len() <= 64 && !tag.is_empty() && tag.iter().all(u8::is_ascii_alphanumeric);
    let (status, rest) = first_word(rest);
    let status = Status::from_word(status).filter(|status| matches!(status, Status::Ok | Status::No | Status::Bad))?;
    let (code, text) = code::code_and_text(rest);
    let tag = sound.then(|| String::from_utf8_lossy(tag).into_owned())?;
    Some(Response::Tagged { tag, tagged: Tagged { status, code, text } })
}

fn first_word(line: &[u8]) -> (&[u8], &[u8]) {
    let line = line.trim_ascii_start();
    line.split_at(line.iter().position(|b| *b == b' ').unwrap_or(line.len()))
}

fn other(line: &[u8]) -> Untagged {
    Untagged::Other(String::from_utf8_lossy(&line[..line.len().min(200)]).trim_end().to_owned())
}

fn untagged(frame: Frame<'_>) -> Untagged {
    let mut cursor = Cursor::new(frame);
    cursor.eat(b'*');
    let first = cursor.word();
    let known = if first.first().is_some_and(u8::is_ascii_digit) {
        super::cursor::number(first)
            .and_then(|number| u32::try_from(number).ok())
            .and_then(|n| numbered(n, &mut cursor))
    } else {
        named(first, &mut cursor)
    };
    known.unwrap_or_else(|| other(frame.bytes))
}

fn numbered(number: u32, cursor: &mut Cursor<'_>) -> Option<Untagged> {
    let word = cursor.word();
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    if is("FETCH") {
        Some(Untagged::Fetch(fetch::row(number, cursor)))
    } else if is("EXISTS") {
        Some(Untagged::Exists(number))
    } else if is("RECENT") {
        Some(Untagged::Recent(number))
    } else if is("EXPUNGE") {
        Some(Untagged::Expunge(number))
    } else {
        None
    }
}

fn named(word: &[u8], cursor: &mut Cursor<'_>) -> Option<Untagged> {
    if let Some(status) = Status::from_word(word) {
        let (code, text) = code::code_and_text(cursor.rest());
        return Some(Untagged::Condition { status, code, text });
    }
    match word.to_ascii_uppercase().as_slice() {
        b"SEARCH" => Some(Untagged::Search(search(cursor))),
        b"ESEARCH" => Some(Untagged::ESearch(esearch(cursor))),
        b"LIST" => list(cursor).map(Untagged::List),
        b"LSUB" => list(cursor).map(Untagged::Lsub),
        b"STATUS" => status(cursor).map(Untagged::Status),
        b"FLAGS" => cursor.list().map(Untagged::Flags),
        b"VANISHED" => vanished(cursor),
        b"NAMESPACE" => Some(Untagged::Namespace(namespaces(cursor))),
        b"CAPABILITY" => Some(Untagged::Capability(words_upper(cursor))),
        b"ENABLED" => Some(Untagged::Enabled(words_upper(cursor))),
        b"ID" => Some(Untagged::Id(id(cursor))),
        _ => None,
    }
}

/// The words that are left, in upper case: capabilities are compared without regard to case.
pub fn words_upper(cursor: &mut Cursor<'_>) -> Vec<String> {
    let words = cursor.rest().split(|b| *b == b' ').filter(|word| !word.is_empty());
    words.map(|word| String::from_utf8_lossy(word).to_ascii_uppercase()).collect()
}

/// `1 2 3 (MODSEQ 9)`
fn search(cursor: &mut Cursor<'_>) -> Vec<u32> {
    std::iter::from_fn(|| cursor.number32()).collect()
}

/// `(TAG "A1") UID MIN 1 MAX 9 COUNT 3 ALL 1,5:6`
fn esearch(cursor: &mut Cursor<'_>) -> ESearchRow {
    let mut row = ESearchRow::default();
    cursor.blanks();
    if cursor.peek() == Some(b'(') {
        cursor.skip();
    }
    loop {
        match cursor.atom().to_ascii_uppercase().as_slice() {
            b"" => return row,
            b"UID" => row.uid = true,
            b"MIN" => row.min = cursor.number32(),
            b"MAX" => row.max = cursor.number32(),
            b"COUNT" => row.count = cursor.number32(),
            b"ALL" => row.all = ranges(cursor.atom()).unwrap_or_default(),
            _ => cursor.skip(),
        }
    }
}

/// `(EARLIER) 1:4,7`
fn vanished(cursor: &mut Cursor<'_>) -> Option<Untagged> {
    let earlier = cursor.list().is_some_and(|words| words.iter().any(|word| word.eq_ignore_ascii_case("EARLIER")));
    ranges(cursor.atom()).map(|uids| Untagged::Vanished { earlier, uids })
}

/// A set of numbers without `*`; the ends of a range may stand in either order (RFC 9051, section 9).
pub fn ranges(set: &[u8]) -> Option<UidRanges> {
    let range = |part: &[u8]| {
        let mut ends = part.splitn(2, |b| *b == b':').map(super::cursor::number);
        let first = u32::try_from(ends.next()??).ok()?;
        let last = ends.next().map_or(Some(first), |last| u32::try_from(last?).ok())?;
        Some((first.min(last), first.max(last)))
    };
    set.split(|b| *b == b',').map(range).collect::<Option<Vec<_>>>().map(UidRanges)
}

/// `(\HasNoChildren) "/" "Sent Items"`
fn list(cursor: &mut Cursor<'_>) -> Option<ListRow> {
    let attributes = cursor.list()?;
    let delimiter = cursor.text()?.lossy().and_then(|text| text.chars().next());
    let name = cursor.text()?;
    // A folder may be called NIL; here it cannot mean "none".
    let bytes = name.bytes().unwrap_or(b"NIL");
    let exact = std::str::from_utf8(bytes).is_ok();
    let name = FolderName::from_wire(&String::from_utf8_lossy(bytes));
    Some(ListRow { attributes, delimiter, name, exact })
}

/// `Sent (MESSAGES 231 UIDNEXT 44292)`
fn status(cursor: &mut Cursor<'_>) -> Option<StatusRow> {
    let name = cursor.text()?;
    let folder = FolderName::from_wire(&String::from_utf8_lossy(name.bytes().unwrap_or(b"NIL")));
    let mut row = StatusRow { folder, messages: None, uid_next: None, uid_validity: None, highest_modseq: None };
    cursor.blanks();
    cursor.eat(b'(');
    loop {
        match cursor.atom().to_ascii_uppercase().as_slice() {
            b"" => return Some(row),
            b"MESSAGES" => row.messages = cursor.number32(),
            b"UIDNEXT" => row.uid_next = cursor.number32().map(Uid),
            b"UIDVALIDITY" => row.uid_validity = cursor.number32().filter(|number| *number > 0).map(UidValidity),
            b"HIGHESTMODSEQ" => row.highest_modseq = cursor.number().map(ModSeq),
            _ => cursor.skip(),
        }
    }
}

/// `(("INBOX." ".")) NIL NIL`: the first of the three lists.
fn namespaces(cursor: &mut Cursor<'_>) -> Vec<NamespaceRow> {
    let mut rows = Vec::new();
    cursor.blanks();
    if !cursor.eat(b'(') {
        return rows;
    }
    loop {
        cursor.blanks();
        if !cursor.eat(b'(') {
            return rows;
        }
        let prefix = cursor.text().and_then(|text| text.lossy()).unwrap_or_default();
        let delimiter = cursor.text().and_then(|text| text.lossy()).and_then(|text| text.chars().next());
        rows.push(NamespaceRow { prefix, delimiter });
        // Extensions (RFC 2342, section 6) until the end of this namespace.
        while !matches!(cursor.peek(), None | Some(b')')) {
            cursor.skip();
            cursor.blanks();
        }
        cursor.eat(b')');
    }
}

/// `("name" "Dovecot" "version" NIL)`
fn id(cursor: &mut Cursor<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    cursor.blanks();
    if !cursor.eat(b'(') {
        return pairs;
    }
    while let Some(key) = cursor.text().and_then(|key| key.lossy()) {
        let value = cursor.text().and_then(|value| value.lossy());
        pairs.extend(value.map(|value| (key.to_ascii_lowercase(), value)));
    }
    pairs
}

/// The capabilities that a response names, if it is about them.
pub fn capabilities(item: &Untagged) -> Option<&[String]> {
    match item {
        Untagged::Capability(words) | Untagged::Condition { code: Some(Code::Capability(words)), .. } => Some(words),
        _ => None,
    }
}
