//! A file of Rust as far as the walls need it: its paths and its strings.

use std::path::Path;

use super::lexer::{Kind, Token, tokens};

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Inside this crate, from its root.
    Inside(Vec<String>),
    /// Another crate, or a name that is already in scope.
    Outside(Vec<String>),
}

/// A file without its comments and its tests.
pub(super) struct Source {
    /// Its module path: `imap/mover/mod.rs` is `imap`, `mover`.
    pub(super) module: Vec<String>,
    /// The string literals, with their lines.
    pub(super) strings: Vec<(usize, String)>,
    /// The `exec("…` calls with a literal, with their lines and without blanks.
    pub(super) calls: Vec<(usize, String)>,
    tokens: Vec<Token>,
}

impl Source {
    pub(super) fn read(file: &Path, text: &str) -> Source {
        let mut module: Vec<String> =
            file.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        let is_test = module.iter().any(|part| part == "tests");
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        let tokens = if is_test { Vec::new() } else { without_tests(tokens(text)) };
        let strings = tokens.iter().filter_map(|token| match &token.kind {
            Kind::Text(text) => Some((token.line, text.clone())),
            _ => None,
        });
        let calls = tokens.windows(3).filter_map(|three| match [&three[0].kind, &three[1].kind, &three[2].kind] {
            [Kind::Word(word), Kind::Sign('('), Kind::Text(text)] if word == "exec" => {
                Some((three[0].line, format!("exec(\"{text}\"")))
            }
            _ => None,
        });
        Source { module, strings: strings.collect(), calls: calls.collect(), tokens }
    }

    /// The room that the file stands in; `None` for those at the top of the house and for the walls themselves.
    pub(super) fn room(&self) -> Option<&str> {
        let first = self.module.first().map(String::as_str);
        first.filter(|first| !["lib", "main", "walls"].contains(first))
    }

    /// Every path, resolved, with its line.
    pub(super) fn targets(&self) -> Vec<(usize, Target)> {
        let mut paths = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            at = match self.tokens[at].kind {
                Kind::Word(_) => self.path(at, &[], &mut paths),
                _ => at + 1,
            };
        }
        paths.into_iter().map(|(line, path)| (line, self.resolve(path))).collect()
    }

    /// Reads the path at the word `at`, groups in braces included; gives where the next may begin.
    fn path(&self, mut at: usize, before: &[String], paths: &mut Vec<(usize, Vec<String>)>) -> usize {
        let mut path = before.to_vec();
        let kind = |at: usize| self.tokens.get(at).map(|token| &token.kind);
        while let Some(Kind::Word(word)) = kind(at) {
            path.push(word.clone());
            at += 1;
            match (kind(at), kind(at + 1)) {
                (Some(Kind::Path), Some(Kind::Word(_))) => at += 1,
                (Some(Kind::Path), Some(Kind::Sign('{'))) => return self.group(at + 2, &path, paths),
                _ => break,
            }
        }
        paths.push((self.tokens[at - 1].line, path));
        at
    }

    fn group(&self, mut at: usize, before: &[String], paths: &mut Vec<(usize, Vec<String>)>) -> usize {
        while let Some(token) = self.tokens.get(at) {
            at = match token.kind {
                Kind::Word(_) => self.path(at, before, paths),
                Kind::Sign('}') => return at + 1,
                _ => at + 1,
            };
        }
        at
    }

    fn resolve(&self, path: Vec<String>) -> Target {
        let up = path.iter().take_while(|part| *part == "super").count();
        let from = |module: &[String], rest: &[String]| Target::Inside([module, rest].concat());
        match path[0].as_str() {
            "crate" | "mailherd" => from(&[], &path[1..]),
            "self" => from(&self.module, &path[1..]),
            "super" => from(&self.module[..self.module.len().saturating_sub(up)], &path[up..]),
            _ => Target::Outside(path),
        }
    }
}

/// Drops each item under `#[cfg(test)]`: up to its `;`, or to the end of its braces.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let spelled = |token: &Token| match &token.kind {
        Kind::Word(word) => word.clone(),
        Kind::Sign(sign) => sign.to_string(),
        Kind::Path | Kind::Text(_) => String::new(),
    };
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let window = tokens.get(at..at + mark.len()).unwrap_or_default();
        if window.len() == mark.len() && window.iter().map(spelled).eq(mark) {
            at = end_of_item(&tokens, at + mark.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.kind {
            Kind::Sign('{') => depth += 1,
            Kind::Sign('}') if depth <= 1 => return at + 1,
            Kind::Sign('}') => depth -= 1,
            Kind::Sign(';') if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}
