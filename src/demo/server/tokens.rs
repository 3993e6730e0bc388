//! From the bytes of one command to its words (RFC 9051, section 9).

/// One command as it came over the wire: text and literals in turn. The text holds neither line ends nor `{n}` marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Part of the command line.
    Text(Vec<u8>),
    /// A literal's bytes.
    Literal(Vec<u8>),
}

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Anything without quotes: verbs, numbers, sets, flags, `BODY.PEEK[…]<0.9>`.
    Atom(String),
    /// A quoted string or a literal, decoded.
    Text(Vec<u8>),
    /// `(`
    Open,
    /// `)`
    Close,
}

/// Why a command was not understood; the answer is BAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Syntax(pub(super) &'static str);

/// Splits a command into its words.
pub(super) fn tokenize(parts: &[Part]) -> Result<Vec<Token>, Syntax> {
    let mut tokens = Vec::new();
    for part in parts {
        match part {
            Part::Literal(bytes) => tokens.push(Token::Text(bytes.clone())),
            Part::Text(line) => tokenize_text(line, &mut tokens)?,
        }
    }
    Ok(tokens)
}

fn tokenize_text(mut rest: &[u8], tokens: &mut Vec<Token>) -> Result<(), Syntax> {
    while let Some(&first) = rest.first() {
        let used = match first {
            b' ' => 1,
            b'(' => {
                tokens.push(Token::Open);
                1
            }
            b')' => {
                tokens.push(Token::Close);
                1
            }
            b'"' => {
                let (text, used) = quoted(rest)?;
                tokens.push(Token::Text(text));
                used
            }
            0..=31 | 127 => return Err(Syntax("control character outside a literal")),
            _ => {
                let used = atom_length(rest)?;
                tokens.push(Token::Atom(String::from_utf8_lossy(&rest[..used]).into_owned()));
                used
            }
        };
        rest = &rest[used..];
    }
    Ok(())
}

/// The quoted string at the start of `text`, and how many bytes it takes.
fn quoted(text: &[u8]) -> Result<(Vec<u8>, usize), Syntax> {
    let mut decoded = Vec::new();
    let mut bytes = text.iter().copied().enumerate().skip(1);
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'"' => return Ok((decoded, place + 1)),
            b'\\' => match bytes.next() {
                Some((_, escaped @ (b'"' | b'\\'))) => decoded.push(escaped),
                _ => return Err(Syntax("only quotes and backslashes may be escaped in a quoted string")),
            },
            b'\r' | b'\n' | 0 => return Err(Syntax("line end in a quoted string")),
            other => decoded.push(other),
        }
    }
    Err(Syntax("quoted string without an end"))
}

/// How long the atom at the start of `text` is. A FETCH section runs on to its `]`, blanks and parentheses included.
fn atom_length(text: &[u8]) -> Result<usize, Syntax> {
    let mut length = 0;
    while let Some(&byte) = text.get(length) {
        match byte {
            b' ' | b'(' | b')' | b'"' | b'{' | 0..=31 | 127 => break,
            b'[' if is_section_name(&text[..length]) => {
                let close = text[length..].iter().position(|byte| *byte == b']');
                length += close.ok_or(Syntax("section without an end"))? + 1;
            }
            _ => length += 1,
        }
    }
    if length == 0 { Err(Syntax("literal mark in the middle of a line")) } else { Ok(length) }
}

fn is_section_name(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"BODY") || text.eq_ignore_ascii_case(b"BODY.PEEK")
}

/// The words of a command, taken one after the other.
#[derive(Debug)]
pub(super) struct Args {
    tokens: std::vec::IntoIter<Token>,
}

impl Args {
    /// All of them, the first next.
    pub(super) fn new(tokens: Vec<Token>) -> Args {
        Args { tokens: tokens.into_iter() }
    }

    /// The next word, not taken.
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.as_slice().first()
    }

    /// The next token.
    pub(super) fn token(&mut self) -> Result<Token, Syntax> {
        self.tokens.next().ok_or(Syntax("argument missing"))
    }

    /// The next atom, as written.
    pub(super) fn atom(&mut self) -> Result<String, Syntax> {
        match self.token()? {
            Token::Atom(atom) => Ok(atom),
            _ => Err(Syntax("atom expected")),
        }
    }

    /// The next atom in upper case.
    pub(super) fn word(&mut self) -> Result<String, Syntax> {
        Ok(self.atom()?.to_ascii_uppercase())
    }

    /// The next atom, as a number.
    pub(super) fn number<N: std::str::FromStr>(&mut self) -> Result<N, Syntax> {
        self.atom()?.parse().map_err(|_| Syntax("number expected"))
    }

    /// The next atom, quoted string or literal.
    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, Syntax> {
        match self.token()? {
            Token::Atom(atom) => Ok(atom.into_bytes()),
            Token::Text(bytes) => Ok(bytes),
            _ => Err(Syntax("string expected")),
        }
    }

    /// The same as text.
    pub(super) fn text(&mut self) -> Result<String, Syntax> {
        Ok(String::from_utf8_lossy(&self.bytes()?).into_owned())
    }

    /// Whether the next token is the atom `word`, in any case; takes it then.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let here = matches!(self.peek(), Some(Token::Atom(atom)) if atom.eq_ignore_ascii_case(word));
        if here {
            self.tokens.next();
        }
        here
    }

    /// Whether the next token is `(`; takes it then.
    pub(super) fn take_open(&mut self) -> bool {
        self.take(&Token::Open)
    }

    /// Whether the next token is `)`; takes it then.
    pub(super) fn take_close(&mut self) -> bool {
        self.take(&Token::Close)
    }

    fn take(&mut self, token: &Token) -> bool {
        let here = self.peek() == Some(token);
        if here {
            self.tokens.next();
        }
        here
    }

    /// A parenthesised list of atoms and strings without lists in it; or a single one without parentheses.
    pub(super) fn list(&mut self) -> Result<Vec<String>, Syntax> {
        if !self.take_open() {
            return Ok(vec![self.text()?]);
        }
        let mut items = Vec::new();
        while !self.take_close() {
            items.push(self.text()?);
        }
        Ok(items)
    }

    /// Refuses a command that goes on after its last argument.
    pub(super) fn end(&self) -> Result<(), Syntax> {
        if self.peek().is_none() { Ok(()) } else { Err(Syntax("too many arguments")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Vec<Token>, Syntax> {
        tokenize(&[Part::Text(line.as_bytes().to_vec())])
    }

    fn atom(text: &str) -> Token {
        Token::Atom(text.into())
    }

    #[test]
    fn a_section_is_one_word() {
        let tokens = words("a UID FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.9>)").unwrap();
        assert_eq!(
            tokens[4..],
            [Token::Open, atom("UID"), atom("BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.9>"), Token::Close]
        );
    }

    #[test]
    fn a_bracket_in_a_folder_name_is_no_section() {
        assert_eq!(words("[Gmail]/Trash x[y").unwrap(), [atom("[Gmail]/Trash"), atom("x[y")]);
    }

    #[test]
    fn quoted_strings_are_decoded() {
        assert_eq!(words(r#""a \"b\" \\c""#).unwrap(), [Token::Text(br#"a "b" \c"#.to_vec())]);
        assert_eq!(words(r#""""#).unwrap(), [Token::Text(vec![])]);
    }

    #[test]
    fn literals_stand_between_words() {
        let parts = [Part::Text(b"a LOGIN ".to_vec()), Part::Literal(b"me (\r\n".to_vec()), Part::Text(b" x".to_vec())];
        assert_eq!(tokenize(&parts).unwrap(), [atom("a"), atom("LOGIN"), Token::Text(b"me (\r\n".to_vec()), atom("x")]);
    }

    #[test]
    fn nonsense_is_refused_and_never_panics() {
        for bad in ["\"open", "\"a\\x\"", "BODY[TEXT", "a {3} b", "a\u{1}b c\u{1}", "\"\\"] {
            assert!(words(bad).is_err(), "{bad:?}");
        }
    }
}
