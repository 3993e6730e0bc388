//! Text that is read token by token, with the line that it is read at: what the readers of Sieve and of imapfilter have in common.

/// What is left of a text.
pub(super) struct Reading<'a> {
    /// What was not taken yet.
    pub(super) rest: &'a str,
    /// The line at which it begins, from 1.
    pub(super) line: usize,
}

impl<'a> Reading<'a> {
    pub(super) fn new(text: &'a str) -> Reading<'a> {
        Reading { rest: text, line: 1 }
    }

    /// Takes so many bytes, which end at a character.
    pub(super) fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
        taken
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// Takes a text between two `mark`s, the first of which is next. A backslash makes the next character itself. The line at which it begins,
    /// when it does not end, or `ends_with_the_line` and that ends first.
    pub(super) fn quoted(&mut self, mark: char, ends_with_the_line: bool) -> Result<String, usize> {
        let (line, mut text, mut escaped) = (self.line, String::new(), false);
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if escaped => (escaped, _) = (false, text.push(c)),
                '\\' => escaped = true,
                '\n' if ends_with_the_line => return Err(line),
                c if c == mark => {
                    self.take(at + 1);
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        Err(line)
    }
}

/// What `next` gives up to its end or its first error, and the line of that.
pub(super) fn all<T>(mut next: impl FnMut() -> Result<Option<T>, usize>) -> (Vec<T>, Option<usize>) {
    let mut found = Vec::new();
    loop {
        match next() {
            Ok(Some(one)) => found.push(one),
            Ok(None) => return (found, None),
            Err(line) => return (found, Some(line)),
        }
    }
}
