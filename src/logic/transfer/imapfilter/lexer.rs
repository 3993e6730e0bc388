//! Tokens of Lua, as far as configurations of imapfilter need them (Lua 5.4 reference manual, section 3.1).

use crate::logic::transfer::reading::{Reading, all};

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
    let mut lexer = Lexer(Reading::new(config));
    all(|| lexer.next())
}

struct Lexer<'a>(Reading<'a>);

impl Lexer<'_> {
    fn next(&mut self) -> Result<Option<Token>, usize> {
        loop {
            self.0.take_while(char::is_whitespace);
            let Some(comment) = self.0.rest.strip_prefix("--") else { break };
            match long_opening(comment) {
                Some(level) => {
                    self.0.take(2);
                    self.long_text(level)?;
                }
                None => drop(self.0.take_while(|c| c != '\n')),
            }
        }
        let line = self.0.line;
        let Some(first) = self.0.rest.chars().next() else { return Ok(None) };
        let what = match first {
            // Escapes that stand for a character of their own (`\n`) do not occur in addresses and names of folders.
            '"' | '\'' => What::Text(self.0.quoted(first, true)?),
            '[' if long_opening(self.0.rest).is_some() => {
                let level = long_opening(self.0.rest).unwrap_or_default();
                What::Text(self.long_text(level)?)
            }
            '0'..='9' => {
                self.0.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
                What::Number
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                What::Name(self.0.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned())
            }
            c => {
                self.0.take(c.len_utf8());
                What::Mark(c)
            }
        };
        Ok(Some(Token { line, what }))
    }

    /// `[[…]]`, `[=[…]=]`.
    fn long_text(&mut self, level: usize) -> Result<String, usize> {
        let line = self.0.line;
        self.0.take(level + 2);
        let closing = format!("]{}]", "=".repeat(level));
        let end = self.0.rest.find(&closing).ok_or(line)?;
        let text = self.0.take(end).to_owned();
        self.0.take(closing.len());
        Ok(text)
    }
}

/// How many `=` stand between the brackets that open a long text.
fn long_opening(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let level = inner.bytes().take_while(|byte| *byte == b'=').count();
    inner[level..].starts_with('[').then_some(level)
}
