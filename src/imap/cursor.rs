//! Walks over one response. Total: whatever the bytes are, it yields something or nothing, and always ends.

use std::borrow::Cow;

use super::framer::{Frame, Literal};

/// A string, an atom or NIL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// NIL
    Nil,
    /// Its bytes, unquoted.
    Bytes {
        /// The bytes.
        bytes: Cow<'a, [u8]>,
        /// Whether it was a literal of which the end was thrown away.
        cut: bool,
    },
}

impl Text<'_> {
    /// The bytes; `None` for NIL.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Text::Nil => None,
            Text::Bytes { bytes, .. } => Some(bytes),
        }
    }

    /// The text, with what is not UTF-8 replaced; `None` for NIL.
    pub fn lossy(&self) -> Option<String> {
        self.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }
}

/// A position in a [`Frame`].
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    literals: &'a [Literal],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the beginning.
    pub fn new(frame: Frame<'a>) -> Cursor<'a> {
        // A literal may end in CR, and a bare LF follow it: that CR is not of the line end.
        let literals_end = frame.literals.last().map_or(0, |literal| literal.at + literal.len);
        let end = super::framer::without_line_end(frame.bytes).len().max(literals_end);
        Cursor { bytes: &frame.bytes[..end], literals: frame.literals, at: 0 }
    }

    /// The next byte.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes the next byte if it is `byte`.
    pub fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Takes blanks.
    pub fn blanks(&mut self) {
        while self.eat(b' ') {}
    }

    /// All that is left.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Takes blanks and then what comes before a blank, a bracket, a quote or a line end. May be empty.
    pub fn word(&mut self) -> &'a [u8] {
        self.blanks();
        self.until(|b| matches!(b, b' ' | b'(' | b')' | b'[' | b'"' | b'\r' | b'\n'))
    }

    /// Takes blanks and then an atom: what comes before a blank, a parenthesis or a line end. May be empty.
    pub fn atom(&mut self) -> &'a [u8] {
        self.blanks();
        self.until(|b| matches!(b, b' ' | b'(' | b')' | b'\r' | b'\n'))
    }

    /// Takes an atom and reads it as a number.
    pub fn number(&mut self) -> Option<u64> {
        number(self.atom())
    }

    /// Takes a number that fits 32 bits, as UIDs, sizes and counts do.
    pub fn number32(&mut self) -> Option<u32> {
        self.number().and_then(|number| u32::try_from(number).ok())
    }

    /// Takes blanks and then a string (quoted or literal), an atom or NIL. `None` at a parenthesis or at the end.
    pub fn text(&mut self) -> Option<Text<'a>> {
        self.blanks();
        if self.eat(b'"') {
            return Some(Text::Bytes { bytes: self.quoted(), cut: false });
        }
        if let Some(literal) = self.literal() {
            let bytes = &self.bytes[literal.at..literal.at + literal.len];
            self.at = literal.at + literal.len;
            return Some(Text::Bytes { bytes: Cow::Borrowed(bytes), cut: literal.cut });
        }
        match self.atom() {
            [] => None,
            atom if atom.eq_ignore_ascii_case(b"NIL") => Some(Text::Nil),
            atom => Some(Text::Bytes { bytes: Cow::Borrowed(atom), cut: false }),
        }
    }

    /// Takes a parenthesised list of atoms and strings; what is nested in it is skipped. `None` when there is no list.
    pub fn list(&mut self) -> Option<Vec<String>> {
        self.blanks();
        if !self.eat(b'(') {
            return None;
        }
        let mut items = Vec::new();
        while !self.eat(b')') {
            match self.text() {
                Some(text) => items.extend(text.lossy()),
                None if self.peek() == Some(b'(') => self.skip(),
                None if !self.eat(b')') => self.at = (self.at + 1).min(self.bytes.len()),
                None => break,
            }
            self.blanks();
            if self.peek().is_none() {
                break;
            }
        }
        Some(items)
    }

    /// Skips one value of any kind. Nested lists are counted, not recursed into: a list nested a hundred thousand deep
    /// must not overflow the stack.
    pub fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.blanks();
            match self.peek() {
                None => return,
                Some(b'(') => {
                    self.at += 1;
                    depth += 1;
                }
                Some(b')') => {
                    // A `)` that closes nothing of ours belongs to the list around the value.
                    if depth > 0 {
                        self.at += 1;
                        depth -= 1;
                    }
                }
                // A stray line end is not a value.
                Some(b'\r' | b'\n') => self.at += 1,
                Some(_) => {
                    self.text();
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Takes what stands before `]`, and that; quoted strings in it are respected. The `[` is taken already.
    pub fn bracketed(&mut self) -> &'a [u8] {
        let from = self.at;
        // Nearly always a plain list of fields, which a server repeats with each message.
        if let Some(end) = memchr::memchr3(b']', b'"', b'\\', self.rest())
            && self.rest()[end] == b']'
        {
            self.at += end + 1;
            return &self.bytes[from..from + end];
        }
        let mut quoted = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => quoted = !quoted,
                b'\\' if quoted => self.at += 1,
                b']' if !quoted => break,
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.bytes.len());
        let inner = &self.bytes[from..self.at];
        self.eat(b']');
        inner
    }

    fn until(&mut self, stop: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|b| stop(*b)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The rest of a quoted string, with its closing quote (RFC 9051, section 4.3). The opening one is taken already.
    fn quoted(&mut self) -> Cow<'a, [u8]> {
        let rest = self.rest();
        let Some(end) = memchr::memchr2(b'"', b'\\', rest) else {
            self.at = self.bytes.len();
            return Cow::Borrowed(rest);
        };
        if rest[end] == b'"' {
            self.at += end + 1;
            return Cow::Borrowed(&rest[..end]);
        }
        let mut text = Vec::new();
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    text.extend(self.peek());
                    self.at = (self.at + 1).min(self.bytes.len());
                }
                byte => text.push(byte),
            }
        }
        Cow::Owned(text)
    }

    /// The literal that begins here, if the framer saw one here: what merely looks like one is an atom.
    fn literal(&mut self) -> Option<Literal> {
        let marker = self.rest().strip_prefix(b"~").unwrap_or(self.rest());
        if !marker.starts_with(b"{") {
            return None;
        }
        let line_end = self.at + memchr::memchr(b'\n', self.rest())?;
        while let Some((literal, later)) = self.literals.split_first() {
            if literal.at > line_end + 1 {
                return None;
            }
            self.literals = later;
            if literal.at == line_end + 1 {
                return Some(*literal);
            }
        }
        None
    }
}

/// Decimal digits as a number; `None` when there are none, others among them, or too many.
pub fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}
