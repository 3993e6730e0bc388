//! What a server chooses: every byte of the connection.

use std::io::Cursor;
use std::pin::Pin;
use std::task::{Context, Waker};

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, ReadBuf};

use super::assert_harmless;
use crate::imap::framer::{Framer, MAX_LITERAL, MAX_RESPONSE, Unfit};
use crate::imap::guard::{Guard, Reader};
use crate::imap::parse::{Response, response};
use crate::imap::response::Untagged;
use crate::imap::utf7;
use crate::logic::ids::{FolderName, UnixTime};
use crate::logic::oauth;
use crate::logic::printable::Printable;

pub(super) const NAMES: &[&str] = &[
    "&",
    "-",
    "&-",
    "&AOQ-",
    "&2D7dgA-",
    "&2D4-",
    "&AAA-",
    "&U,BTFw-",
    "INBOX",
    "/",
    ".",
    "~",
    "ü",
    "日本語",
    "=",
    ",",
    "&AAAAAA",
];
pub(super) const RESPONSES: &[&str] = &[
    "* ",
    "A0001 OK ",
    "A0002 NO ",
    "* OK [",
    "* BYE ",
    "* PREAUTH ",
    "+ ",
    "+ \r\n",
    "\r\n",
    "* 1 FETCH (",
    "UID 4294967295 ",
    "FLAGS (\\Seen \\Deleted) ",
    "INTERNALDATE NIL",
    "INTERNALDATE \"31-Feb-9999 99:99:99 +9999\"",
    "RFC822.SIZE 4294967296",
    "MODSEQ (18446744073709551615)",
    "BODY[HEADER.FIELDS (FROM)] {5}\r\n",
    "{0}\r\n",
    "{400000000}\r\n",
    "{12+}\r\n",
    "\"",
    "\\\"",
    "NIL",
    "((((",
    "))))",
    "[ALERT] é",
    "[COPYUID 1 1:4294967295 2]",
    "[COPYUID 1  ]",
    "[APPENDUID 1 2]",
    "[CAPABILITY IMAP4rev1 MOVE]",
    "[UIDVALIDITY 0]",
    "* SEARCH 1 2 (MODSEQ 9)",
    "* ESEARCH (TAG \"A1\") UID ALL 1,5:6",
    "* LIST (\\HasNoChildren) \"/\" \"x\"",
    "* LIST () NIL {1}\r\n",
    "* STATUS x (MESSAGES 1)",
    "* VANISHED (EARLIER) 1:*",
    "* NAMESPACE ((\"\" \"/\")) NIL NIL",
    "* ID (\"name\" NIL)",
    "* FLAGS ()",
    "* 99999999999 EXISTS",
    "* 0 EXPUNGE",
    "* ENABLED QRESYNC",
    "\0",
    "é",
];

/// The name of a folder, both ways.
pub(super) fn names(bytes: &[u8]) {
    let wire = String::from_utf8_lossy(bytes);
    let shown = utf7::decode(&wire);
    assert_harmless(Printable::new(&shown).as_str(), "a folder's name");
    assert!(shown.len() <= 3 * wire.len());
    let again = utf7::encode(&wire);
    assert!(again.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{again:?}");
    assert_eq!(utf7::decode(&again), wire, "a name survives the wire");
    let folder = FolderName::from_wire(&wire);
    assert_eq!(FolderName::from_wire(folder.wire()), folder);
}

/// What was made of a stream.
#[derive(Debug, PartialEq)]
struct Heard {
    responses: Vec<Response>,
    unfit: Option<Unfit>,
}

/// Everything that a server says. The first byte decides in how large pieces it arrives.
pub(super) fn wire(bytes: &[u8]) {
    let Some((&first, stream)) = bytes.split_first() else { return };
    let piece = [1, 2, 3, 7, 61, 4_096, 65_536][usize::from(first) % 7];
    let whole = heard(stream, usize::MAX);
    // A byte at a time costs a call a byte, for nothing new in a long stream.
    if piece >= 61 || stream.len() < 4_096 {
        assert_eq!(heard(stream, piece), whole, "what is heard does not depend on how it arrives");
    }
    for reader in [Reader::Greeting, Reader::Login, Reader::Session] {
        guarded(stream, reader);
    }
}

fn heard(mut stream: &[u8], piece: usize) -> Heard {
    let mut framer = Framer::default();
    let mut heard = Heard { responses: Vec::new(), unfit: None };
    loop {
        loop {
            match framer.frame() {
                Ok(Some(frame)) => {
                    assert!(
                        frame.bytes.len() <= MAX_RESPONSE + 2
                            && frame.literals.iter().all(|one| one.len <= MAX_LITERAL)
                    );
                    let response = response(frame);
                    assert_bounded(&response, frame.bytes.len());
                    heard.responses.push(response);
                }
                Ok(None) => break,
                Err(unfit) => {
                    heard.unfit = Some(unfit);
                    return heard;
                }
            }
        }
        if stream.is_empty() {
            return heard;
        }
        let room = framer.room();
        let count = room.len().min(piece).min(stream.len());
        room[..count].copy_from_slice(&stream[..count]);
        framer.filled(count);
        stream = &stream[count..];
    }
}

/// Nothing is larger than what was sent.
fn assert_bounded(response: &Response, bytes: usize) {
    let Response::Untagged(untagged) = response else { return };
    match untagged {
        Untagged::Fetch(row) => assert!(row.header.as_ref().is_none_or(|header| header.len() <= bytes)),
        Untagged::Search(numbers) => assert!(numbers.len() <= bytes),
        Untagged::Vanished { uids, .. } => {
            assert!(uids.0.len() <= bytes);
            assert!(uids.expand(1_000).is_none_or(|all| all.len() <= 1_000));
        }
        Untagged::List(row) | Untagged::Lsub(row) => {
            assert!(row.attributes.len() <= bytes && row.name.wire().len() <= 3 * bytes);
        }
        Untagged::Condition { text, .. } => assert_harmless(Printable::new(text).as_str(), "what a server says"),
        Untagged::Other(line) => assert!(line.len() <= 600),
        _ => {}
    }
}

/// The same through the guard, to its end: async-imap is shown only what it cannot get wrong.
fn guarded(stream: &[u8], reader: Reader) {
    let wire = tokio::io::join(Cursor::new(stream.to_vec()), tokio::io::sink());
    let mut guard = Guard::new(Box::new(wire), reader);
    let mut cx = Context::from_waker(Waker::noop());
    let mut room = [0; 512];
    let mut shown = Vec::new();
    loop {
        let mut buffer = ReadBuf::new(&mut room);
        let read = Pin::new(&mut guard).poll_read(&mut cx, &mut buffer);
        shown.extend_from_slice(buffer.filled());
        let waiting = !guard.is_empty();
        while guard.pop().is_some() {}
        match read {
            std::task::Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
            // Full: it was emptied, and goes on.
            std::task::Poll::Pending if waiting => {}
            std::task::Poll::Pending => panic!("it waits for nothing"),
            std::task::Poll::Ready(_) => break,
        }
    }
    let lines = String::from_utf8(shown).expect("async-imap is shown ASCII");
    for line in lines.lines() {
        let words = line.split(' ').count();
        let plain = line.bytes().all(|byte| matches!(byte, b' '..=b'~')) && line.len() <= 80;
        assert!(plain && (words == 3 || line == "+ "), "async-imap is shown {line:?}");
    }
}

pub(super) const TOKENS: &[&str] = &[
    "{\"access_token\":\"",
    "\",\"refresh_token\":\"r\"",
    "\"expires_in\":",
    "\"error\":\"invalid_grant\"",
    "\"error_description\":\"",
    "\"device_code\":\"d\",\"user_code\":\"",
    "\"verification_uri\":\"https://",
    "\"interval\":",
    "}",
    "null",
    "-1",
    "9223372036854775807",
    "1e999",
    "\\u001b[2J",
    "\\r\\n",
    "\u{202e}",
];
pub(super) const REDIRECTS: &[&str] = &[
    "/?",
    "code=",
    "&state=",
    "error=access_denied",
    "&error_description=",
    "%0d%0a",
    "%1b",
    "%",
    "+",
    "#",
    "http://localhost:1",
];

/// A token never ends a line, and what a provider says never steers a terminal.
pub(super) fn tokens(bytes: &[u8]) {
    let (status, body) = match bytes {
        [first, rest @ ..] if first % 2 == 0 => (200 + u16::from(*first), rest),
        _ => (200, bytes),
    };
    let tell = |refusal: oauth::Refusal| {
        let fault = refusal.fault("home", "id.example");
        assert_harmless(&fault.cause, "a refusal");
        assert_harmless(&fault.hint, "a hint");
        assert!(fault.cause.len() < 2_000, "{fault:?}");
    };
    let plain = |token: &SecretString| token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    match oauth::read_grant(status, body) {
        Ok(grant) => {
            assert!(plain(&grant.access_token) && grant.refresh_token.as_ref().is_none_or(plain));
            let kept = oauth::Tokens::granted(grant, None, "https://id.example", "x", UnixTime(1_000_000_000));
            let read = oauth::Tokens::read(&kept.text()).expect("what was written is read");
            assert_eq!(*read.text(), *kept.text());
            assert!(read.life_left(UnixTime(1_000_000_000)) > 0);
        }
        Err(refusal) => tell(refusal),
    }
    match oauth::read_device_code(status, body) {
        Ok(code) => assert!(plain(&code.device_code) && code.interval.as_secs() <= 120 && code.expires_in > 0),
        Err(refusal) => tell(refusal),
    }
    // A file that somebody else wrote.
    if let Ok(text) = std::str::from_utf8(body)
        && let Some(kept) = oauth::Tokens::read(text)
    {
        kept.are_fresh(UnixTime(i64::MAX));
        kept.are_fresh(UnixTime(i64::MIN));
        kept.life_left(UnixTime(i64::MIN));
    }
}

/// Nobody has the code who does not know the state.
pub(super) fn redirect(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let page = oauth::Page::new("http://127.0.0.1:1".into(), &[b's'; 32], &[b'v'; 32]);
    let state = oauth::base64_url(&[b's'; 32]);
    let expected = text.contains(&state) || text.contains('%');
    assert!(expected || page.read(&text) == oauth::Returned::Stranger, "{text:?}");
    let with_state = format!("/?state={state}&{text}");
    if let oauth::Returned::No(refusal) = page.read(&with_state) {
        assert_harmless(&refusal.fault("home", "id.example").cause, "a refusal");
    }
    for (name, value) in oauth::parameters(&text) {
        assert!(name.len() + value.len() <= text.len() * 3);
    }
}
