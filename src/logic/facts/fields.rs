//! Cuts a header into its fields without copying, in one pass over the bytes.

use std::ops::Range;

/// The fields that mailherd asks a server for, and a few spellings of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    From,
    To,
    Cc,
    ReplyTo,
    Sender,
    Subject,
    Date,
    MessageId,
    InReplyTo,
    References,
    ListId,
    ListUnsubscribe,
    ListUnsubscribePost,
    ListPost,
    Precedence,
    AutoSubmitted,
    FeedbackId,
    ReturnPath,
    AuthenticationResults,
    ContentType,
    AutoResponseSuppress,
    DeliveredTo,
}

/// The names of a length, lower-cased: this is asked of each field of each message.
fn names_of(length: usize) -> &'static [(&'static str, Name)] {
    match length {
        2 => &[("to", Name::To), ("cc", Name::Cc)],
        4 => &[("from", Name::From), ("date", Name::Date)],
        6 => &[("sender", Name::Sender)],
        7 => &[("subject", Name::Subject), ("list-id", Name::ListId)],
        8 => &[("reply-to", Name::ReplyTo)],
        9 => &[("list-post", Name::ListPost)],
        10 => &[("message-id", Name::MessageId), ("references", Name::References), ("precedence", Name::Precedence)],
        11 => &[("return-path", Name::ReturnPath), ("in-reply-to", Name::InReplyTo), ("feedback-id", Name::FeedbackId)],
        12 => &[("delivered-to", Name::DeliveredTo), ("content-type", Name::ContentType)],
        14 => &[("auto-submitted", Name::AutoSubmitted)],
        16 => &[("list-unsubscribe", Name::ListUnsubscribe)],
        21 => &[("list-unsubscribe-post", Name::ListUnsubscribePost)],
        22 => &[("authentication-results", Name::AuthenticationResults)],
        24 => &[("x-auto-response-suppress", Name::AutoResponseSuppress)],
        _ => &[],
    }
}

/// The known fields of `header`, from the top, each with the place of its value: everything after the colon up to and including
/// the line end of its last folded line. What is no field, and what follows the first empty line, is passed over.
pub(super) fn fields(header: &[u8]) -> impl Iterator<Item = (Name, Range<usize>)> {
    let mut rest = header;
    std::iter::from_fn(move || {
        loop {
            let (field, after) = next_field(rest)?;
            rest = after;
            let Some(colon) = memchr::memchr(b':', field) else { continue };
            if let Some(name) = name_of(field[..colon].trim_ascii_end()) {
                let end = header.len() - rest.len();
                return Some((name, end - (field.len() - colon - 1)..end));
            }
        }
    })
}

/// The values of one field by its lower-cased name, from the top.
pub(in crate::logic) fn named<'a>(header: &'a [u8], wanted: &str) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = header;
    let all = std::iter::from_fn(move || {
        let (field, after) = next_field(rest)?;
        rest = after;
        Some(field)
    });
    all.filter_map(move |field| {
        let colon = memchr::memchr(b':', field)?;
        field[..colon].trim_ascii_end().eq_ignore_ascii_case(wanted.as_bytes()).then(|| &field[colon + 1..])
    })
}

/// The next line with the folded lines that belong to it (RFC 5322, section 2.2.3), and what follows them.
fn next_field(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let ended = rest.is_empty() || rest[0] == b'\n' || rest.starts_with(b"\r\n");
    if ended {
        return None;
    }
    let end = memchr::memchr_iter(b'\n', rest)
        .map(|newline| newline + 1)
        .find(|&end| !matches!(rest.get(end), Some(b' ' | b'\t')))
        .unwrap_or(rest.len());
    Some(rest.split_at(end))
}

fn name_of(text: &[u8]) -> Option<Name> {
    let same = |name: &str| name.as_bytes().eq_ignore_ascii_case(text);
    names_of(text.len()).iter().find(|(name, _)| same(name)).map(|&(_, name)| name)
}
