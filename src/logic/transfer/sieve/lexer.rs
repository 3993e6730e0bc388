//! Tokens of a Sieve script (RFC 5228, sections 2.2 to 2.4 and 8.1).

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
    /// Lower-cased: they are case-insensitive (section 2.1).
    Word(String),
    /// `:contains`, lower-cased, without its colon.
    Tag(String),
    Number,
    Text(String),
    /// One of `( ) [ ] { } , ;`.
    Mark(char),
}

/// The tokens up to the first thing that is none, and where that stands.
pub(super) fn tokens(script: &str) -> (Vec<Token>, Option<usize>) {
    let mut lexer = Lexer(Reading::new(script.strip_prefix('\u{feff}').unwrap_or(script)));
    all(|| lexer.next())
}

struct Lexer<'a>(Reading<'a>);

impl Lexer<'_> {
    /// The next token; the line at which there is something that is none.
    fn next(&mut self) -> Result<Option<Token>, usize> {
        self.skip_blanks()?;
        let line = self.0.line;
        let Some(first) = self.0.rest.chars().next() else { return Ok(None) };
        let what = match first {
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' => {
                self.0.take(first.len_utf8());
                What::Mark(first)
            }
            '"' => What::Text(self.0.quoted(first, false)?),
            ':' => {
                self.0.take(1);
                What::Tag(self.word(line)?)
            }
            '0'..='9' => {
                // A number may have a quantifier: 100K.
                self.0.take_while(|c| c.is_ascii_alphanumeric());
                What::Number
            }
            _ => match self.word(line)? {
                word if word == "text" && self.0.rest.starts_with(':') => What::Text(self.multi_line()?),
                word => What::Word(word),
            },
        };
        Ok(Some(Token { line, what }))
    }

    fn skip_blanks(&mut self) -> Result<(), usize> {
        loop {
            self.0.take_while(char::is_whitespace);
            if self.0.rest.starts_with('#') {
                self.0.take_while(|c| c != '\n');
            } else if self.0.rest.starts_with("/*") {
                let line = self.0.line;
                let end = self.0.rest[2..].find("*/").ok_or(line)?;
                self.0.take(end + 4);
            } else {
                return Ok(());
            }
        }
    }

    fn word(&mut self, line: usize) -> Result<String, usize> {
        let word = self.0.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        if word.is_empty() { Err(line) } else { Ok(word.to_ascii_lowercase()) }
    }

    /// `text:`, lines until one with a single dot, and dots that begin a line doubled (section 2.4.2).
    fn multi_line(&mut self) -> Result<String, usize> {
        let line = self.0.line;
        let begin = self.0.rest.find('\n').ok_or(line)?;
        self.0.take(begin + 1);
        let mut text = String::new();
        while !self.0.rest.is_empty() {
            let end = self.0.rest.find('\n').map_or(self.0.rest.len(), |at| at + 1);
            let one = self.0.take(end);
            let bare = one.trim_end_matches(['\r', '\n']);
            if bare == "." {
                return Ok(text);
            }
            text.push_str(bare.strip_prefix('.').filter(|_| bare.starts_with("..")).unwrap_or(bare));
            text.push('\n');
        }
        Err(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_lines_and_comments_are_none() {
        let script = "# one\nIF /* two\nthree */ header :Contains \"a\\\"b\\\\\" [\"x\", \"y\"] 100K;\ntext: # c\n..dot\nline\n.\n{";
        let (found, broken) = tokens(script);
        let shown: Vec<(usize, String)> = found.iter().map(|token| (token.line, format!("{:?}", token.what))).collect();
        let expected = [
            (2, "Word(\"if\")"),
            (3, "Word(\"header\")"),
            (3, "Tag(\"contains\")"),
            (3, "Text(\"a\\\"b\\\\\")"),
            (3, "Mark('[')"),
            (3, "Text(\"x\")"),
            (3, "Mark(',')"),
            (3, "Text(\"y\")"),
            (3, "Mark(']')"),
            (3, "Number"),
            (3, "Mark(';')"),
            (4, "Text(\".dot\\nline\\n\")"),
            (8, "Mark('{')"),
        ];
        assert_eq!(shown, expected.map(|(line, what)| (line, what.to_owned())));
        assert_eq!(broken, None);
    }

    #[test]
    fn what_does_not_end_is_said_with_the_line_on_which_it_begins() {
        for (script, line) in [("keep;\n\"x", 2), ("\n\n/* x", 3), ("text:\nx\n", 1), ("a\n%", 2), (":", 1)] {
            assert_eq!(tokens(script).1, Some(line), "{script:?}");
        }
    }
}
