//! Lines of limited length, in and out.

use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Read at once. Bytes.
const CHUNK: usize = 16 * 1024;

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A line that was longer than allowed; it is skipped.
    TooLong,
    /// The other side is gone. What stood after the last line end is no line.
    End,
}

/// Takes a stream apart into lines. Dropping [`Lines::next`] half-way loses nothing.
pub(super) struct Lines<R> {
    from: R,
    longest: usize,
    read: Vec<u8>,
    /// So much of `read` holds no line end.
    looked: usize,
    skipping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(from: R, longest: usize) -> Lines<R> {
        Lines { from, longest, read: Vec::new(), looked: 0, skipping: false }
    }

    /// What is read from. What was read already and not taken is lost.
    pub(super) fn into_inner(self) -> R {
        self.from
    }

    pub(super) async fn next(&mut self) -> std::io::Result<Next> {
        loop {
            if let Some(next) = self.take() {
                return Ok(next);
            }
            self.read.reserve(CHUNK);
            if self.from.read_buf(&mut self.read).await? == 0 {
                return Ok(Next::End);
            }
        }
    }

    /// The next line of what was read already.
    fn take(&mut self) -> Option<Next> {
        let end = memchr::memchr(b'\n', &self.read[self.looked..]).map(|at| self.looked + at);
        let Some(end) = end else {
            if self.skipping || self.read.len() > self.longest {
                self.skipping = true;
                self.read = Vec::new();
            }
            self.looked = self.read.len();
            return None;
        };
        let rest = self.read.split_off(end + 1);
        let mut line = std::mem::replace(&mut self.read, rest);
        self.looked = 0;
        line.truncate(end);
        if std::mem::take(&mut self.skipping) || line.len() > self.longest {
            return Some(Next::TooLong);
        }
        Some(Next::Line(line))
    }
}

/// One object as a line, with its end.
pub(super) fn line(object: &impl Serialize) -> Option<String> {
    // Strings as keys and no floats that are not numbers: what is said can be written. Else it is not said.
    let mut line = serde_json::to_string(object).ok()?;
    line.push('\n');
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], longest: usize) -> Vec<Next> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut lines = Lines::new(text, longest);
            let mut found = Vec::new();
            loop {
                match lines.next().await.unwrap() {
                    Next::End => return found,
                    next => found.push(next),
                }
            }
        })
    }

    #[test]
    fn lines_come_whole_and_what_has_no_end_is_none() {
        let line = |text: &str| Next::Line(text.into());
        assert_eq!(all(b"a\n\nbc\nhalf", 10), [line("a"), line(""), line("bc")]);
        assert_eq!(all(b"", 10), []);
    }

    #[test]
    fn a_long_line_is_skipped_and_not_kept() {
        let long = "x".repeat(100_000);
        let text = format!("a\n{long}\nb\n1234567890\n12345678901\n");
        let line = |text: &str| Next::Line(text.into());
        let expected = [line("a"), Next::TooLong, line("b"), line("1234567890"), Next::TooLong];
        assert_eq!(all(text.as_bytes(), 10), expected);
    }
}
