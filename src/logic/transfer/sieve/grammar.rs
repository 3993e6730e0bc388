//! From tokens to commands (RFC 5228, section 8.2).

use super::lexer::{Token, What};

/// Blocks in blocks and tests in tests, at most: what a person writes has less, and a hostile file must not fill the stack.
const DEEPEST: usize = 32;

/// A command, with its block where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) tests: Vec<Test>,
    pub(super) block: Option<Vec<Command>>,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) tests: Vec<Test>,
}

/// What stands behind the name of a command or of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Tag(String),
    Number,
    Texts(Vec<String>),
}

/// The commands up to the first thing that does not belong there, and the line of that.
pub(super) fn commands(tokens: &[Token]) -> (Vec<Command>, Option<usize>) {
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let mut found = Vec::new();
    while parser.at < tokens.len() {
        match parser.command() {
            Ok(command) => found.push(command),
            Err(Broken) => return (found, Some(parser.line())),
        }
    }
    (found, None)
}

struct Broken;

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn what(&self) -> Option<&What> {
        self.tokens.get(self.at).map(|token| &token.what)
    }

    /// Of what comes next, else of what came last.
    fn line(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |token| token.line)
    }

    fn takes(&mut self, mark: char) -> bool {
        let found = self.what() == Some(&What::Mark(mark));
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Result<(usize, String), Broken> {
        let line = self.line();
        let Some(What::Word(word)) = self.what() else { return Err(Broken) };
        let word = word.clone();
        self.at += 1;
        Ok((line, word))
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Broken>) -> Result<T, Broken> {
        if self.depth == DEEPEST {
            return Err(Broken);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn command(&mut self) -> Result<Command, Broken> {
        let (line, name) = self.word()?;
        let arguments = self.arguments()?;
        let tests = self.deeper(Self::tests)?;
        let block = match self.takes(';') {
            true => None,
            false => Some(self.deeper(Self::block)?),
        };
        Ok(Command { line, name, arguments, tests, block })
    }

    fn block(&mut self) -> Result<Vec<Command>, Broken> {
        if !self.takes('{') {
            return Err(Broken);
        }
        let mut commands = Vec::new();
        while !self.takes('}') {
            commands.push(self.command()?);
        }
        Ok(commands)
    }

    fn arguments(&mut self) -> Result<Vec<Argument>, Broken> {
        let mut found = Vec::new();
        loop {
            let argument = match self.what() {
                Some(What::Tag(tag)) => Argument::Tag(tag.clone()),
                Some(What::Number) => Argument::Number,
                Some(What::Text(text)) => Argument::Texts(vec![text.clone()]),
                Some(What::Mark('[')) => {
                    found.push(Argument::Texts(self.texts()?));
                    continue;
                }
                _ => return Ok(found),
            };
            found.push(argument);
            self.at += 1;
        }
    }

    fn texts(&mut self) -> Result<Vec<String>, Broken> {
        self.at += 1;
        let mut found = Vec::new();
        if self.takes(']') {
            return Ok(found);
        }
        loop {
            let Some(What::Text(text)) = self.what() else { return Err(Broken) };
            found.push(text.clone());
            self.at += 1;
            if self.takes(']') {
                return Ok(found);
            }
            if !self.takes(',') {
                return Err(Broken);
            }
        }
    }

    fn tests(&mut self) -> Result<Vec<Test>, Broken> {
        if matches!(self.what(), Some(What::Word(_))) {
            return Ok(vec![self.test()?]);
        }
        if !self.takes('(') {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        loop {
            found.push(self.test()?);
            if self.takes(')') {
                return Ok(found);
            }
            if !self.takes(',') {
                return Err(Broken);
            }
        }
    }

    fn test(&mut self) -> Result<Test, Broken> {
        let (line, name) = self.word()?;
        let arguments = self.arguments()?;
        let tests = self.deeper(Self::tests)?;
        Ok(Test { line, name, arguments, tests })
    }
}
