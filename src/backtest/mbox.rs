//! Cuts an mbox file into messages while it streams by. However large the file, one header is in memory.
//!
//! Real mbox files break every rule: bodies with unquoted `From ` lines, messages with no blank line between them, CRLF,
//! garbage. So a line only begins a message when it is a plausible [`envelope`] *and* what follows it is a header.

use std::io::{self, BufRead};

use super::envelope::{self, Envelope};
use super::looks::{is_field, is_known_field};
use super::{MAX_HEADER, envelope::Envelope::At};
use crate::logic::ids::UnixTime;

/// The header of one message, and where it lies in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The time in the line before it.
    pub(super) arrival: Option<UnixTime>,
    /// Where it begins, in bytes.
    pub(super) offset: u64,
    /// Its bytes, up to the first blank line or [`MAX_HEADER`].
    pub(super) header: &'a [u8],
}

/// So much of a line is looked at in a body.
const GLANCE: usize = 1_100;

/// Gives each message of `reader` to `each`, in the order of the file.
///
/// # Errors
/// What the reader says. What was given before stands.
pub(super) fn split(reader: impl BufRead, mut each: impl FnMut(Piece<'_>)) -> io::Result<()> {
    let mut lines = Lines { reader, offset: 0, text: Vec::new() };
    let mut message = Message::default();
    let mut candidate: Option<(Envelope, Vec<u8>)> = None;
    // The beginning of the file is as good as a blank line.
    let mut after_blank = true;
    while let Some(offset) = lines.next(if message.in_header { MAX_HEADER } else { GLANCE })? {
        let line = trimmed(&lines.text);
        if let Some((envelope, text)) = candidate.take() {
            if begins(envelope, after_blank, line) {
                message.close(&mut each);
                message = Message::opened(envelope, offset);
            } else {
                message.push(&text);
                after_blank = false;
            }
        }
        if let Some(envelope) = envelope::read(line) {
            candidate = Some((envelope, lines.text.clone()));
            continue;
        }
        if after_blank && !message.open && is_known_field(line) {
            // The first message has lost its line.
            message = Message::opened(Envelope::Undated, offset);
        }
        after_blank = line.is_empty();
        message.push(&lines.text);
    }
    message.close(&mut each);
    Ok(())
}

/// Whether an envelope line begins a message, by the line before it and the line after it.
fn begins(envelope: Envelope, after_blank: bool, next: &[u8]) -> bool {
    match envelope {
        At(_) => is_field(next) || (after_blank && next.is_empty()),
        Envelope::Undated => after_blank && is_known_field(next),
    }
}

#[derive(Default)]
struct Message {
    open: bool,
    in_header: bool,
    arrival: Option<UnixTime>,
    offset: u64,
    header: Vec<u8>,
}

impl Message {
    fn opened(envelope: Envelope, offset: u64) -> Message {
        let arrival = match envelope {
            At(time) => Some(time),
            Envelope::Undated => None,
        };
        Message { open: true, in_header: true, arrival, offset, header: Vec::new() }
    }

    fn push(&mut self, line: &[u8]) {
        if !self.in_header {
            return;
        }
        let room = MAX_HEADER - self.header.len();
        self.header.extend_from_slice(&line[..line.len().min(room)]);
        self.in_header = !trimmed(line).is_empty() && line.len() < room;
    }

    fn close(&self, each: &mut impl FnMut(Piece<'_>)) {
        if self.open {
            each(Piece { arrival: self.arrival, offset: self.offset, header: &self.header });
        }
    }
}

/// Lines of any length in bounded memory.
struct Lines<R> {
    reader: R,
    offset: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line into `text`, of which `keep` bytes at most are kept. Where it begins; `None` at the end.
    fn next(&mut self, keep: usize) -> io::Result<Option<u64>> {
        self.text.clear();
        let start = self.offset;
        loop {
            let buffer = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok((self.offset > start).then_some(start));
            }
            let newline = memchr::memchr(b'\n', buffer);
            let length = newline.map_or(buffer.len(), |place| place + 1);
            let room = keep.saturating_sub(self.text.len());
            self.text.extend_from_slice(&buffer[..length.min(room)]);
            self.reader.consume(length);
            self.offset += length as u64;
            if newline.is_some() {
                return Ok(Some(start));
            }
        }
    }
}

/// Without its line end.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Subjects of the messages found; every header must lie where it is said to.
    #[track_caller]
    fn subjects(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        split(text.as_bytes(), |piece| {
            let at = usize::try_from(piece.offset).unwrap();
            assert_eq!(&text.as_bytes()[at..at + piece.header.len()], piece.header);
            let header = String::from_utf8_lossy(piece.header).into_owned();
            let subject = header.lines().find_map(|line| line.strip_prefix("Subject: ").map(str::to_owned));
            found.push(subject.unwrap_or_default());
        })
        .unwrap();
        found
    }

    const LINE: &str = "From anna@berg.example Mon Jan  5 10:00:00 2026";

    #[test]
    fn messages_are_found_with_any_line_ends() {
        let text = format!("{LINE}\nSubject: one\n\nbody\n\n{LINE}\nSubject: two\n\n\n{LINE}\nSubject: three\n");
        assert_eq!(subjects(&text), ["one", "two", "three"]);
        assert_eq!(subjects(&text.replace('\n', "\r\n")), ["one", "two", "three"]);
    }

    #[test]
    fn missing_blank_lines_hide_no_message() {
        let text = format!("{LINE}\nSubject: one\n{LINE}\nSubject: two\n\nbody\n{LINE}\nSubject: three\n\nend");
        assert_eq!(subjects(&text), ["one", "two", "three"]);
    }

    #[test]
    fn quoted_and_unquoted_prose_is_no_message() {
        let text = format!(
            "{LINE}\nSubject: one\n\nHello.\n\nFrom what I know, it works.\n>{LINE}\nSubject: no\n\n{LINE}\nsays she\n\n\
             From anna@berg.example\nand others\n\n{LINE}\nSubject: two\n\nend"
        );
        assert_eq!(subjects(&text), ["one", "two"]);
    }

    #[test]
    fn bare_envelopes_are_taken_where_a_header_follows() {
        assert_eq!(
            subjects("From \nSubject: one\n\nbody\n\nFrom -\nSubject: two\n\nFrom \nno header\n"),
            ["one", "two"]
        );
    }

    #[test]
    fn a_header_without_fields_is_a_message_too() {
        assert_eq!(subjects(&format!("{LINE}\n\nbody\n\n{LINE}\nSubject: two\n")), ["", "two"]);
    }

    #[test]
    fn garbage_and_nothing_are_survived() {
        assert_eq!(subjects(""), [""; 0]);
        assert_eq!(subjects("\n\nno mail at all\n"), [""; 0]);
        assert_eq!(subjects(&format!("garbage\n\n{LINE}\nSubject: one")), ["one"]);
        assert_eq!(subjects(&format!("Date: x\nSubject: one\n\nTo: b\n\n{LINE}\nSubject: two")), ["one", "two"]);
        assert_eq!(subjects(LINE), [""; 0]);
        let long = format!("{LINE}\nSubject: one\n\n{}\n\n{LINE}\nSubject: two\n", "x".repeat(3_000_000));
        assert_eq!(subjects(&long), ["one", "two"]);
    }

    #[test]
    fn an_endless_header_is_cut() {
        let text = format!("{LINE}\nSubject: one\nX: {}\nY: z\n\n{LINE}\nSubject: two\n", "x".repeat(2 * MAX_HEADER));
        let mut sizes = Vec::new();
        split(text.as_bytes(), |piece| sizes.push(piece.header.len())).unwrap();
        assert_eq!(sizes, [MAX_HEADER, 13]);
    }
}
