//! Whether bytes look like mail.

/// What a file holds, by its beginning and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// Messages, each after a `From ` line.
    Mbox,
    /// One message that begins at this byte.
    Message(u64),
    /// Something else.
    NotMail,
}

/// The bytes of a file's beginning that [`looks`] wants.
pub(super) const BEGINNING: usize = 16 * 1024;

/// Takes a file's beginning, and its extension in lower case.
pub(super) fn looks(beginning: &[u8], extension: &str) -> Looks {
    let skipped = after_count(beginning, extension);
    let start = skipped + leading(&beginning[skipped..]);
    let text = &beginning[start..];
    if text.is_empty() || memchr::memchr(0, &text[..text.len().min(512)]).is_some() {
        return Looks::NotMail;
    }
    let mut lines = text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    // Who calls a file .eml says that it is one message, whatever is wrong with it.
    let declared = matches!(extension, "eml" | "emlx" | "msg");
    let begins = |line: &[u8], next: Option<&[u8]>| {
        super::envelope::read(line).is_some() && next.is_some_and(|next| is_field(next) || next.is_empty())
    };
    let enveloped = begins(first, lines.clone().next());
    // The first message of a damaged mbox may have lost its line, or have garbage before it.
    let damaged = || lines.clone().zip(lines.clone().skip(1)).any(|(line, next)| begins(line, Some(next)));
    match (enveloped, declared) {
        (true, true) => Looks::Message((start + text.iter().take_while(|&&byte| byte != b'\n').count() + 1) as u64),
        (true, false) => Looks::Mbox,
        (false, _) if matches!(extension, "mbox" | "mbx") && damaged() => Looks::Mbox,
        (false, _) if declared || is_message(first, lines) => Looks::Message(start as u64),
        (false, _) => Looks::NotMail,
    }
}

/// Two fields of mail, or a From with an address.
fn is_message<'a>(first: &'a [u8], lines: impl Iterator<Item = &'a [u8]> + Clone) -> bool {
    let mut header = std::iter::once(first).chain(lines).take_while(|line| !line.is_empty());
    let fields = header.clone().filter(|line| is_known_field(line)).count();
    is_field(first) && (fields >= 2 || header.any(|line| is_named(line, "from") && line.contains(&b'@')))
}

/// Apple Mail's .emlx begins with the message's length on a line of its own.
fn after_count(beginning: &[u8], extension: &str) -> usize {
    let line = memchr::memchr(b'\n', beginning).filter(|_| extension == "emlx");
    let digits = |end: &usize| beginning[..*end].trim_ascii().iter().all(u8::is_ascii_digit);
    line.filter(digits).map_or(0, |end| end + 1)
}

/// A byte order mark and blank lines.
fn leading(text: &[u8]) -> usize {
    let mark = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    mark + text[mark..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// Whether a line begins with a field's name and a colon (RFC 5322, section 2.2; blanks before the colon as in section 4.5).
pub(super) fn is_field(line: &[u8]) -> bool {
    name(line).is_some()
}

/// Whether a line is a field that hardly any message lacks, or that programs put on top of one.
pub(super) fn is_known_field(line: &[u8]) -> bool {
    name(line).is_some_and(|name| {
        KNOWN.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
            || name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"X-"))
    })
}

fn is_named(line: &[u8], wanted: &str) -> bool {
    name(line).is_some_and(|name| name.eq_ignore_ascii_case(wanted.as_bytes()))
}

fn name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', &line[..line.len().min(200)])?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(name)
}

const KNOWN: [&str; 22] = [
    "From",
    "To",
    "Cc",
    "Date",
    "Subject",
    "Message-ID",
    "Received",
    "Return-Path",
    "Delivered-To",
    "Reply-To",
    "Sender",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "Authentication-Results",
    "DKIM-Signature",
    "Status",
    "Envelope-To",
    "Precedence",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(extension: &str, text: &str, wanted: Looks) {
        assert_eq!(looks(text.as_bytes(), extension), wanted, "{text:?}");
    }

    #[test]
    fn mail_is_recognised() {
        is("", "From a@b.example Mon Jan  5 10:00:00 2026\nSubject: x\n\n", Looks::Mbox);
        is("mbox", "\n\nFrom a@b.example Mon Jan  5 10:00:00 2026\r\nSubject: x\r\n\r\n", Looks::Mbox);
        is("mbox", "junk\nFrom a@b.example Mon Jan  5 10:00:00 2026\nSubject: x\n\n", Looks::Mbox);
        is("", "Return-Path: <a@b.example>\nSubject: x\n\nbody", Looks::Message(0));
        is("txt", "\u{feff}From: a@b.example\n\nbody", Looks::Message(3));
        is("eml", "\r\nX-Anything: x", Looks::Message(2));
        is("eml", "no header at all", Looks::Message(0));
        is("eml", "From a@b.example Mon Jan  5 10:00:00 2026\nSubject: x\n\n", Looks::Message(42));
        is("emlx", "1234\nFrom: a@b.example\n\n<?xml", Looks::Message(5));
    }

    #[test]
    fn other_things_are_not() {
        for text in ["", "\n\n", "me@home.example\n", "message_id\tcopy\n", "# Notes\n\nFrom: me\n", "{\"from\": 1}"] {
            is("txt", text, Looks::NotMail);
        }
        is("yaml", "name: x\ndate: y\n", Looks::NotMail);
        is("", "From the beginning, mail was hard.\nSubject: x\n", Looks::NotMail);
        is("png", "\u{89}PNG\r\n\u{1a}\n\0\0\0\rIHDR", Looks::NotMail);
        is("eml", "\0\0\0\0", Looks::NotMail);
        is("eml", "", Looks::NotMail);
    }
}
