//! The tokens of a file of Rust: without comments, blanks, characters and lifetimes.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    /// A string literal; escapes stay as they are written.
    Text(String),
    /// `::`
    Path,
    Sign(char),
}

/// Of the whole `text`.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text: text.chars().collect(), at: 0, line: 1 };
    let mut tokens = Vec::new();
    while let Some(c) = lexer.peek(0) {
        let line = lexer.line;
        tokens.extend(lexer.token(c).map(|kind| Token { line, kind }));
    }
    tokens
}

struct Lexer {
    text: Vec<char>,
    at: usize,
    line: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    fn token(&mut self, c: char) -> Option<Kind> {
        match (c, self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => return Some(Kind::Text(self.quoted())),
            ('\'', _) => self.character_or_lifetime(),
            (':', Some(':')) => {
                self.skip(2);
                return Some(Kind::Path);
            }
            (c, _) if c.is_alphanumeric() || c == '_' => return Some(self.word()),
            (c, _) if c.is_whitespace() => self.skip(1),
            (c, _) => {
                self.skip(1);
                return Some(Kind::Sign(c));
            }
        }
        None
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.skip(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (None, _) => return,
                _ => {
                    self.skip(1);
                    continue;
                }
            }
            self.skip(2);
            if depth == 0 {
                return;
            }
        }
    }

    /// From the opening quote on.
    fn quoted(&mut self) -> String {
        self.skip(1);
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => text.extend([Some('\\'), self.next()].into_iter().flatten()),
                c => text.push(c),
            }
        }
        text
    }

    /// `'x'`, `'\n'`, `'\u{1b}'`, or `'lifetime`.
    fn character_or_lifetime(&mut self) {
        self.skip(1);
        if self.peek(0) == Some('\\') {
            self.skip(2);
            while self.peek(0).is_some_and(|c| c != '\'') {
                self.skip(1);
            }
            self.skip(1);
        } else if self.peek(1) == Some('\'') {
            self.skip(2);
        }
    }

    /// A word, or the string that a prefix (`r#`, `b`, `br`, `c`) opens.
    fn word(&mut self) -> Kind {
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_') {
            word.push(c);
            self.skip(1);
        }
        let hashes = (0..).take_while(|ahead| self.peek(*ahead) == Some('#')).count();
        match word.as_str() {
            "r" | "br" | "cr" if self.peek(hashes) == Some('"') => Kind::Text(self.raw(hashes)),
            "b" | "c" if self.peek(0) == Some('"') => Kind::Text(self.quoted()),
            _ => Kind::Word(word),
        }
    }

    fn raw(&mut self, hashes: usize) -> String {
        self.skip(hashes + 1);
        let mut text = String::new();
        while let Some(c) = self.next() {
            if c == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                self.skip(hashes);
                break;
            }
            text.push(c);
        }
        text
    }
}
