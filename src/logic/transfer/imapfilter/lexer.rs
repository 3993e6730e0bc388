//! Tokens of Lua, as far as configurations of imapfilter need them (Lua 5.4 reference manual, section 3.1).

/// A token and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) what: What,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Name(String),
    Text(String),
    Number,
    /// Any other character.
    Mark(char),
}

/// The tokens up to the first text or comment that does not end, and where that begins.
pub(super) fn tokens(config: &str) -> (Vec<Token>, Option<usize>) {
    let mut lexer = Lexer { rest: config, line: 1 };
    let mut found = Vec::new();
    loop {
        match lexer.next() {
            Ok(Some(token)) => found.push(token),
            Ok(None) => return (found, None),
            Err(line) => return (found, Some(line)),
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lexer<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn next(&mut self) -> Result<Option<Token>, usize> {
        loop {
            self.take_while(char::is_whitespace);
            let Some(comment) = self.rest.strip_prefix("--") else { break };
            match long_opening(comment) {
                Some(level) => {
                    self.take(2);
                    self.long_text(level)?;
                }
                None => drop(self.take_while(|c| c != '\n')),
            }
        }
        let line = self.line;
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let what = match first {
            '"' | '\'' => What::Text(self.quoted(first)?),
            '[' if long_opening(self.rest).is_some() => {
                let level = long_opening(self.rest).unwrap_or_default();
                What::Text(self.long_text(level)?)
            }
            '0'..='9' => {
                self.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
                What::Number
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                What::Name(self.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned())
            }
            c => {
                self.take(c.len_utf8());
                What::Mark(c)
            }
        };
        Ok(Some(Token { line, what }))
    }

    /// Escapes that stand for a character of their own (`\n`) do not occur in addresses and names of folders; of a backslash before
    /// anything else the character stays.
    fn quoted(&mut self, mark: char) -> Result<String, usize> {
        let (line, mut text, mut escaped) = (self.line, String::new(), false);
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if escaped => (escaped, _) = (false, text.push(c)),
                '\\' => escaped = true,
                '\n' => return Err(line),
                c if c == mark => {
                    self.take(at + 1);
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        Err(line)
    }

    /// `[[…]]`, `[=[…]=]`.
    fn long_text(&mut self, level: usize) -> Result<String, usize> {
        let line = self.line;
        self.take(level + 2);
        let closing = format!("]{}]", "=".repeat(level));
        let end = self.rest.find(&closing).ok_or(line)?;
        let text = self.take(end).to_owned();
        self.take(closing.len());
        Ok(text)
    }
}

/// How many `=` stand between the brackets that open a long text.
fn long_opening(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let level = inner.bytes().take_while(|byte| *byte == b'=').count();
    inner[level..].starts_with('[').then_some(level)
}
