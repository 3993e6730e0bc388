//! The values of fields: text, addresses, identifiers, dates. `mail-parser` does the decoding; here it is kept within bounds.

use std::borrow::Cow;

use mail_parser::HeaderValue;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;

use crate::logic::ids::{Address, MessageId, MidHash, UnixTime};

/// The most that is looked at of one field, bytes. 500 addresses with names fit.
pub(super) const MAX_FIELD: usize = 48 * 1024;
/// The same for the fields that hold one short thing.
pub(super) const MAX_SHORT_FIELD: usize = 8 * 1024;

/// A field's value as UTF-8, and whether it had to be guessed.
///
/// RFC 6532 makes raw UTF-8 legal. What is not UTF-8 is some 8-bit character set that the sender did not name;
/// Windows-1252 holds the most common one, and every byte of it reads as something.
pub(super) fn utf8(value: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(value) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => match charset_decoder(b"windows-1252") {
            Some(decode) => (Cow::Owned(decode(value)), true),
            None => (String::from_utf8_lossy(value), true),
        },
    }
}

/// At most `max` bytes of `text`, cut at a character. Ends in a line feed: mail-parser gives up on text without one.
pub(super) fn bounded<'a>(text: &'a str, max: usize) -> Cow<'a, str> {
    let cut = text.floor_char_boundary(max);
    if text.len() <= max && text.ends_with('\n') {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("{}\n", &text[..cut]))
    }
}

/// Decodes encoded words (RFC 2047) and undoes folding; at most `max` characters. `text` ends in a line feed.
pub(super) fn unstructured(text: &str, max: usize) -> Box<str> {
    let line = text.trim_ascii();
    if !line.contains('\n') && !line.contains("=?") {
        return cut(line, max);
    }
    match MessageStream::new(text.as_bytes()).parse_unstructured() {
        HeaderValue::Text(text) => cut(&text, max),
        _ => Box::default(),
    }
}

/// The value of a field that people read, whatever is wrong with it.
pub(in crate::logic) fn decoded(value: &[u8]) -> Box<str> {
    let (text, _) = utf8(value);
    unstructured(&bounded(&text, MAX_SHORT_FIELD), 2_000)
}

/// At most `max` characters.
pub(super) fn cut(text: &str, max: usize) -> Box<str> {
    if text.len() <= max {
        return text.into();
    }
    text.char_indices().nth(max).map_or(text, |(end, _)| &text[..end]).into()
}

/// The same of a text that is not needed any more.
pub(super) fn cut_owned(text: String, max: usize) -> Box<str> {
    if text.len() <= max { text.into() } else { cut(&text, max) }
}

/// An author or a recipient: display name and address as far as there are any.
pub(super) struct Mailbox {
    pub(super) name: Option<String>,
    pub(super) address: Option<Address>,
}

/// The mailboxes of an address field, groups flattened, at most `max`. `text` ends in a line feed.
pub(super) fn mailboxes(text: &str, max: usize) -> Vec<Mailbox> {
    if is_plain(text) {
        return text.split(',').filter(|one| !one.trim().is_empty()).take(max).map(plain_mailbox).collect();
    }
    let HeaderValue::Address(field) = MessageStream::new(text.as_bytes()).parse_address() else { return Vec::new() };
    let mailbox = |one: mail_parser::Addr<'_>| Mailbox {
        name: one.name.map(Cow::into_owned),
        address: one.address.as_deref().and_then(Address::parse),
    };
    match field {
        mail_parser::Address::List(list) => list.into_iter().take(max).map(mailbox).collect(),
        mail_parser::Address::Group(groups) => {
            groups.into_iter().flat_map(|group| group.addresses).take(max).map(mailbox).collect()
        }
    }
}

/// The addresses of an address field, at most `max`. `text` ends in a line feed.
pub(super) fn addresses(text: &str, max: usize) -> Vec<Address> {
    if is_plain(text) {
        return text.split(',').filter_map(|one| Address::parse(plain_parts(one).1)).take(max).collect();
    }
    mailboxes(text, max).into_iter().filter_map(|mailbox| mailbox.address).collect()
}

/// Whether an address field has none of what makes reading it hard: quotes, comments, groups, encoded words. Most have not, and
/// recipients are most of what there is to read: this way takes a fifth of the time.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'(' | b')' | b'\\' | b':' | b';' | b'='))
}

/// Name and address of `Anna Berg <anna@example.org>` or `anna@example.org`.
fn plain_parts(one: &str) -> (&str, &str) {
    // Loops over bytes: what is searched is too short for anything cleverer to pay.
    let Some(open) = one.bytes().position(|byte| byte == b'<') else { return ("", one) };
    let inner = &one[open + 1..];
    let close = inner.bytes().position(|byte| byte == b'>').unwrap_or(inner.len());
    (one[..open].trim(), &inner[..close])
}

fn plain_mailbox(one: &str) -> Mailbox {
    let (name, address) = plain_parts(one);
    let name = (!name.is_empty()).then(|| single_blanks(name));
    Mailbox { name, address: Address::parse(address) }
}

/// Words with one blank between them. Mostly they have that already.
fn single_blanks(text: &str) -> String {
    let odd =
        |pair: &[u8]| pair == b"  " || pair.iter().any(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | 0x0b | 0x0c));
    if text.as_bytes().windows(2).any(odd) {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    text.to_owned()
}

/// The date, when each part of it is possible (mail-parser gives the 31st of month 14 too).
pub(super) fn date(text: &str) -> Option<UnixTime> {
    match MessageStream::new(text.as_bytes()).parse_date() {
        HeaderValue::DateTime(date) if date.is_valid() => Some(UnixTime(date.to_timestamp())),
        _ => None,
    }
}

/// What stands between the angle brackets of `text`, one after the other; unclosed ones are passed over.
pub(super) fn bracketed(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let open = memchr::memchr(b'<', rest.as_bytes())?;
        let inside = &rest[open + 1..];
        let close = memchr::memchr(b'>', inside.as_bytes())?;
        rest = &inside[close + 1..];
        let inner = &inside[..close];
        Some(inner.rsplit_once('<').map_or(inner, |(_, inner)| inner))
    })
}

/// The identity of a Message-ID field: in brackets, or else everything.
pub(super) fn message_id(text: &str) -> Option<MessageId> {
    identity(bracketed(text).next().unwrap_or(text))
}

/// The identities that an In-Reply-To or References field names; the last `max`, in order. In-Reply-To of old programs holds
/// prose besides (RFC 822): only what is in brackets counts, unless the field is a bare identity.
pub(super) fn references(text: &str, max: usize) -> Box<[MidHash]> {
    let named: Vec<_> = bracketed(text).collect();
    let last = &named[named.len().saturating_sub(max)..];
    let mut hashes: Vec<_> = last.iter().filter_map(|identity| hash(identity)).collect();
    let bare = text.trim();
    if named.is_empty() && bare.contains('@') && !bare.contains(char::is_whitespace) {
        hashes.extend(hash(bare));
    }
    hashes.into()
}

fn hash(inner: &str) -> Option<MidHash> {
    identity(inner).map(|identity| identity.hash())
}

/// A Message-ID that a program folded in its middle is still the same one.
fn identity(text: &str) -> Option<MessageId> {
    let text = text.trim();
    if !text.contains(['\r', '\n']) {
        return MessageId::new(&text[..text.floor_char_boundary(998)]);
    }
    let unfolded: String = text.split(['\r', '\n']).map(str::trim).collect();
    MessageId::new(&unfolded[..unfolded.floor_char_boundary(998)])
}
