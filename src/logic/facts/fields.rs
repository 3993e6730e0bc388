//! Cuts a header into its fields without copying, in one pass over the bytes.

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

const NAMES: [(&str, Name); 22] = [
    ("from", Name::From),
    ("to", Name::To),
    ("cc", Name::Cc),
    ("reply-to", Name::ReplyTo),
    ("sender", Name::Sender),
    ("subject", Name::Subject),
    ("date", Name::Date),
    ("message-id", Name::MessageId),
    ("in-reply-to", Name::InReplyTo),
    ("references", Name::References),
    ("list-id", Name::ListId),
    ("list-unsubscribe", Name::ListUnsubscribe),
    ("list-unsubscribe-post", Name::ListUnsubscribePost),
    ("list-post", Name::ListPost),
    ("precedence", Name::Precedence),
    ("auto-submitted", Name::AutoSubmitted),
    ("feedback-id", Name::FeedbackId),
    ("return-path", Name::ReturnPath),
    ("authentication-results", Name::AuthenticationResults),
    ("content-type", Name::ContentType),
    ("x-auto-response-suppress", Name::AutoResponseSuppress),
    ("delivered-to", Name::DeliveredTo),
];

/// The known fields of `header`, from the top, each with its value: everything after the colon up to and including the
/// line end of its last folded line. What is no field, and what follows the first empty line, is passed over.
pub(super) fn fields(header: &[u8]) -> impl Iterator<Item = (Name, &[u8])> {
    let mut rest = header;
    std::iter::from_fn(move || {
        loop {
            let (field, after) = next_field(rest)?;
            rest = after;
            let Some(colon) = memchr::memchr(b':', field) else { continue };
            if let Some(name) = name_of(field[..colon].trim_ascii_end()) {
                return Some((name, &field[colon + 1..]));
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
    let same = |name: &str| name.len() == text.len() && name.as_bytes().eq_ignore_ascii_case(text);
    NAMES.iter().find(|(name, _)| same(name)).map(|&(_, name)| name)
}
