//! Cuts the byte stream into responses: a line, or lines joined by literals (RFC 9051, section 4.3).
//!
//! All limits on what a server may send are held here. Lengths are never believed: room is made for bytes that came, not
//! for bytes that were announced.

use std::fmt;

/// The largest literal that is kept, in bytes. What a FETCH sends beyond it is read and thrown away.
pub const MAX_LITERAL: usize = 1 << 20;
/// The largest literal that is put up with, in bytes.
pub const MAX_SWALLOWED: usize = 64 << 20;
/// The largest response, literals included, in bytes.
pub const MAX_RESPONSE: usize = 4 << 20;

const BUFFER: usize = 64 << 10;
/// Below so much free room the buffer is compacted or grown: reads stay large.
const MIN_ROOM: usize = 16 << 10;
/// All that a connection keeps while it hears little, as in IDLE: most connections of a daemon with many accounts do so at most times.
const RESTING: usize = 1 << 10;
/// Reads in a row that would have had room in that.
const QUIET: u8 = 2;

/// Why the stream cannot be followed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A literal larger than [`MAX_SWALLOWED`], or larger than [`MAX_LITERAL`] outside a FETCH.
    Literal,
    /// A response larger than [`MAX_RESPONSE`].
    Response,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unfit::Literal => "the server announced a piece of data too large to be true",
            Unfit::Response => "the server sent a response of more than 4 MiB",
        })
    }
}

/// Where the data of a literal stands in its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Offset of the first byte.
    pub at: usize,
    /// Bytes that were kept.
    pub len: usize,
    /// Whether more were sent.
    pub cut: bool,
}

/// One response.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// All of it, with its line end.
    pub bytes: &'a [u8],
    /// Its literals, in order.
    pub literals: &'a [Literal],
}

/// What a first line allows to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A status line, `+`, or a tagged line: free text that may end in `{5}` without meaning a literal.
    Text,
    /// Untagged data.
    Data,
    /// A FETCH.
    Fetch,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// In a line that starts at `scan`; no line end before `searched`.
    Line { searched: usize },
    /// In a literal: `left` bytes to keep, then `beyond` to throw away.
    Literal { left: usize, beyond: usize },
    /// Throwing away what a literal has beyond the limit.
    Beyond { left: usize },
    /// A whole response stands between `start` and `scan`.
    Whole,
}

/// The read buffer. Feed it by [`Framer::room`] and [`Framer::filled`], ask it by [`Framer::frame`].
pub struct Framer {
    buffer: Vec<u8>,
    start: usize,
    scan: usize,
    end: usize,
    state: State,
    kind: Option<Kind>,
    literals: Vec<Literal>,
    /// How many reads in a row were small.
    small: u8,
}

impl Default for Framer {
    /// An empty one.
    fn default() -> Framer {
        Framer {
            buffer: vec![0; BUFFER],
            start: 0,
            scan: 0,
            end: 0,
            state: State::Line { searched: 0 },
            kind: None,
            literals: Vec::new(),
            small: 0,
        }
    }
}

impl Framer {
    /// Room for the next read; never empty. Call it only after [`Framer::frame`] said `None`.
    pub fn room(&mut self) -> &mut [u8] {
        if self.start > 0 && (self.start == self.end || self.buffer.len() - self.end < MIN_ROOM) {
            self.compact();
        }
        if self.end == 0 && self.rests() {
            if self.buffer.len() != RESTING {
                self.buffer = vec![0; RESTING];
                self.literals = Vec::new();
            }
            return &mut self.buffer;
        }
        if self.end == 0 && self.buffer.len() > 4 * BUFFER {
            self.buffer = vec![0; BUFFER];
        }
        if self.buffer.len() < BUFFER {
            self.buffer.resize(BUFFER, 0);
        }
        if self.buffer.len() - self.end < MIN_ROOM {
            let doubled = self.buffer.len() * 2;
            self.buffer.resize(doubled, 0);
        }
        &mut self.buffer[self.end..]
    }

    /// Whether little was heard of late.
    pub fn rests(&self) -> bool {
        self.small >= QUIET
    }

    /// Says that the first `count` bytes of [`Framer::room`] are filled.
    pub fn filled(&mut self, count: usize) {
        self.small = if count < RESTING { self.small.saturating_add(1) } else { 0 };
        self.end = (self.end + count).min(self.buffer.len());
    }

    /// Bytes that came and are not part of a response that was handed out.
    pub fn unread(&self) -> usize {
        match self.state {
            State::Whole => self.end - self.scan,
            _ => self.end - self.start,
        }
    }

    /// The next whole response; `None` when more bytes are needed. Blank lines between responses are left out.
    pub fn frame(&mut self) -> Result<Option<Frame<'_>>, Unfit> {
        if matches!(self.state, State::Whole) {
            self.start_after(self.scan);
        }
        while self.step()? {
            if matches!(self.state, State::Whole) {
                let bytes = &self.buffer[self.start..self.scan];
                return Ok(Some(Frame { bytes, literals: &self.literals }));
            }
        }
        Ok(None)
    }

    fn compact(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        if let State::Line { searched } = &mut self.state {
            *searched -= self.start;
        }
        self.scan -= self.start;
        self.end -= self.start;
        self.start = 0;
    }

    fn start_after(&mut self, position: usize) {
        self.start = position;
        self.scan = position;
        self.kind = None;
        self.literals.clear();
        self.state = State::Line { searched: position };
    }

    /// One step; `false` when it needs more bytes.
    fn step(&mut self) -> Result<bool, Unfit> {
        match self.state {
            State::Whole => Ok(true),
            State::Line { searched } => self.line(searched),
            State::Literal { left, beyond } => {
                if self.end - self.scan < left {
                    return Ok(false);
                }
                self.scan += left;
                self.state = State::Beyond { left: beyond };
                Ok(true)
            }
            State::Beyond { left } => {
                let here = left.min(self.end - self.scan);
                self.buffer.copy_within(self.scan + here..self.end, self.scan);
                self.end -= here;
                self.state = match left - here {
                    0 => State::Line { searched: self.scan },
                    left => State::Beyond { left },
                };
                Ok(left == here)
            }
        }
    }

    fn line(&mut self, searched: usize) -> Result<bool, Unfit> {
        let Some(found) = memchr::memchr(b'\n', &self.buffer[searched..self.end]) else {
            self.state = State::Line { searched: self.end };
            return if self.end - self.start > MAX_RESPONSE { Err(Unfit::Response) } else { Ok(false) };
        };
        let after = searched + found + 1;
        if after - self.start > MAX_RESPONSE {
            return Err(Unfit::Response);
        }
        let line = without_line_end(&self.buffer[self.scan..after]);
        if self.kind.is_none() && line.iter().all(u8::is_ascii_whitespace) {
            self.start_after(after);
            return Ok(true);
        }
        let kind = *self.kind.get_or_insert_with(|| kind(line));
        let announced = if kind == Kind::Text { None } else { announced_literal(line) };
        self.scan = after;
        self.state = match announced {
            None => State::Whole,
            Some(length) => self.literal(kind, length?)?,
        };
        Ok(true)
    }

    fn literal(&mut self, kind: Kind, length: usize) -> Result<State, Unfit> {
        let kept = length.min(MAX_LITERAL);
        if length > MAX_SWALLOWED || (kept < length && kind != Kind::Fetch) {
            return Err(Unfit::Literal);
        }
        if self.scan - self.start + kept > MAX_RESPONSE {
            return Err(Unfit::Response);
        }
        self.literals.push(Literal { at: self.scan - self.start, len: kept, cut: kept < length });
        Ok(State::Literal { left: kept, beyond: length - kept })
    }
}

impl fmt::Debug for Framer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framer").field("unread", &self.unread()).field("state", &self.state).finish_non_exhaustive()
    }
}

/// A line without `\n` or `\r\n` at its end.
pub fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn kind(line: &[u8]) -> Kind {
    let Some(rest) = line.strip_prefix(b"* ") else { return Kind::Text };
    let mut words = rest.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    if super::response::Status::from_word(first).is_some() {
        return Kind::Text;
    }
    let numbered = first.iter().all(u8::is_ascii_digit);
    match words.next() {
        Some(word) if numbered && word.eq_ignore_ascii_case(b"FETCH") => Kind::Fetch,
        _ => Kind::Data,
    }
}

/// The length that `{123}` or `{123+}` at the end of a line announces.
fn announced_literal(line: &[u8]) -> Option<Result<usize, Unfit>> {
    let inner = line.strip_suffix(b"}")?;
    let inner = inner.strip_suffix(b"+").unwrap_or(inner);
    let digits = inner.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (before, digits) = inner.split_at(inner.len() - digits);
    if digits.is_empty() || !before.ends_with(b"{") {
        return None;
    }
    let length = digits.iter().try_fold(0_usize, |sum, digit| {
        sum.checked_mul(10)?.checked_add(usize::from(digit - b'0')).filter(|sum| *sum <= MAX_SWALLOWED)
    });
    Some(length.ok_or(Unfit::Literal))
}
