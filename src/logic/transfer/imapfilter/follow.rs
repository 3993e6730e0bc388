//! Follows what a configuration does with messages, statement by statement.

use std::collections::HashMap;

use super::super::sender::{Match, Part, by_address, by_list};
use super::super::{Filing, Rules, Target};
use super::lexer::{Token, What};
use super::pattern;
use crate::logic::ids::ListId;
use crate::logic::orders::Who;

/// What an expression is.
#[derive(Clone, Debug)]
enum Value {
    /// An account, or anything else that has mailboxes by name.
    Account,
    /// One of its mailboxes.
    Mailbox(String),
    /// Messages of these senders, each with the line that names it.
    Messages(Vec<(usize, Who)>),
    /// A text.
    Text(String),
    /// Something that is not followed, and has been said where it began.
    Other,
}

/// Follows all statements.
pub(super) fn follow(tokens: &[Token], lists: &[ListId], rules: &mut Rules) {
    let mut follower = Follower { tokens, at: 0, depth: 0, names: HashMap::new(), lists, rules };
    while follower.at < tokens.len() {
        let before = follower.at;
        follower.statement();
        // What is no statement of ours is passed over token by token.
        follower.at = follower.at.max(before + 1);
    }
}

/// Expressions within expressions.
const DEEPEST: usize = 32;

struct Follower<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    names: HashMap<String, Value>,
    lists: &'a [ListId],
    rules: &'a mut Rules,
}

impl<'a> Follower<'a> {
    fn what(&self, ahead: usize) -> Option<&'a What> {
        self.tokens.get(self.at + ahead).map(|token| &token.what)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |token| token.line)
    }

    fn is(&self, ahead: usize, mark: char) -> bool {
        self.what(ahead) == Some(&What::Mark(mark))
    }

    fn takes(&mut self, mark: char) -> bool {
        let found = self.is(0, mark);
        self.at += usize::from(found);
        found
    }

    fn name(&self, ahead: usize) -> Option<&'a str> {
        match self.what(ahead) {
            Some(What::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn statement(&mut self) {
        let line = self.line();
        match self.name(0) {
            Some("if" | "for" | "while" | "repeat") => self.conditional(line),
            // A function is read as if it were called: configurations that run as a daemon have their rules in one.
            Some("function") => {
                while self.at < self.tokens.len() && !self.takes(')') {
                    self.at += 1;
                }
            }
            Some("local") => self.at += 1,
            Some("end" | "return" | "do") => self.at += 1,
            Some(name) if self.is(1, '=') && !self.is(2, '=') => {
                self.at += 2;
                let value = self.sum();
                self.names.insert(name.to_owned(), value);
            }
            // `options.timeout = 120`
            Some(_) if self.is(1, '.') && self.name(2).is_some() && self.is(3, '=') => {
                self.at += 4;
                self.sum();
            }
            Some(_) => drop(self.sum()),
            None => self.at += 1,
        }
    }

    /// Passes over a block that is not always done.
    fn conditional(&mut self, line: usize) {
        let word = self.name(0).unwrap_or_default();
        let mut open = 0_usize;
        let begin = self.at;
        while let Some(what) = self.what(0) {
            if let What::Name(name) = what {
                match name.as_str() {
                    "if" | "function" | "repeat" => open += 1,
                    // `while … do … end` and `for … do … end` are opened by their `do`.
                    "do" => open += 1,
                    "end" | "until" => open = open.saturating_sub(1),
                    _ => {}
                }
                if open == 0 && matches!(name.as_str(), "end" | "until") {
                    self.at += 1;
                    break;
                }
            }
            self.at += 1;
        }
        let moves = self.tokens[begin..self.at].iter().any(|token| match &token.what {
            What::Name(name) => matches!(name.as_str(), "move_messages" | "delete_messages"),
            _ => false,
        });
        if moves {
            self.rules.leave_out(line, format!("what stands within `{word}` is not followed"));
        }
    }

    /// Values joined by `+` (either), `*` (both) or `-` (without).
    fn sum(&mut self) -> Value {
        if self.depth == DEEPEST {
            return Value::Other;
        }
        self.depth += 1;
        let mut sum = self.value();
        while let Some(What::Mark(mark @ ('+' | '*' | '-'))) = self.what(0) {
            let line = self.line();
            self.at += 1;
            let other = self.value();
            sum = match (mark, sum, other) {
                // Each of them is moved, so what is understood of them is.
                ('+', Value::Messages(mut one), Value::Messages(other)) => {
                    one.extend(other);
                    Value::Messages(one)
                }
                ('+', Value::Messages(one), Value::Other) | ('+', Value::Other, Value::Messages(one)) => {
                    Value::Messages(one)
                }
                (_, Value::Messages(_), _) | (_, _, Value::Messages(_)) => {
                    self.rules.leave_out(line, format!("`{mark}` asks for more than a sender"));
                    Value::Other
                }
                _ => Value::Other,
            };
        }
        self.depth -= 1;
        sum
    }

    fn value(&mut self) -> Value {
        let mut value = match self.what(0) {
            Some(What::Text(text)) => {
                self.at += 1;
                return Value::Text(text.clone());
            }
            Some(What::Mark('(')) => {
                self.at += 1;
                let inner = self.sum();
                self.takes(')');
                inner
            }
            Some(What::Mark('{')) => {
                self.pass_over('{', '}');
                return Value::Other;
            }
            Some(What::Name(name)) => {
                self.at += 1;
                self.names.get(name).cloned().unwrap_or(Value::Account)
            }
            _ => return Value::Other,
        };
        loop {
            value = match (self.what(0), self.what(1)) {
                (Some(What::Mark('.')), Some(What::Name(name))) => {
                    self.at += 2;
                    inside(&value, name)
                }
                (Some(What::Mark('[')), Some(What::Text(text))) if self.is(2, ']') => {
                    self.at += 3;
                    inside(&value, text)
                }
                (Some(What::Mark(':')), Some(What::Name(name))) if self.is(2, '(') => {
                    let line = self.line();
                    self.at += 2;
                    self.call(line, value, name)
                }
                (Some(What::Mark('[')), _) => {
                    self.pass_over('[', ']');
                    Value::Other
                }
                // `IMAP { … }`: the account, with its password, which is passed over.
                (Some(What::Mark('{')), _) => {
                    self.pass_over('{', '}');
                    Value::Account
                }
                (Some(What::Mark('(')), _) => {
                    self.pass_over('(', ')');
                    Value::Other
                }
                _ => return value,
            };
        }
    }

    fn pass_over(&mut self, opening: char, closing: char) {
        let mut open = 0_usize;
        while let Some(what) = self.what(0) {
            self.at += 1;
            match what {
                What::Mark(mark) if *mark == opening => open += 1,
                What::Mark(mark) if *mark == closing => open -= 1,
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }

    fn arguments(&mut self) -> Vec<Value> {
        let mut found = Vec::new();
        if !self.takes('(') || self.takes(')') {
            return found;
        }
        loop {
            found.push(self.sum());
            if self.takes(')') || !self.takes(',') {
                return found;
            }
        }
    }

    fn call(&mut self, line: usize, on: Value, method: &str) -> Value {
        let arguments = self.arguments();
        match (on, method, arguments.as_slice()) {
            (Value::Mailbox(mailbox), _, _) if is_search(method) && !mailbox.eq_ignore_ascii_case("INBOX") => {
                self.rules.leave_out(line, format!("`{method}` looks into another mailbox than INBOX"));
                Value::Other
            }
            (Value::Mailbox(_), method, arguments) => self.search(line, method, arguments),
            (Value::Messages(found), "move_messages", [Value::Mailbox(folder)]) => {
                self.file(found, Target::Folder(folder.clone()))
            }
            (Value::Messages(found), "delete_messages", []) => self.file(found, Target::Nowhere),
            (Value::Messages(_), "move_messages", _) => {
                self.rules.leave_out(line, "`move_messages` goes to a mailbox that is not named");
                Value::Other
            }
            (Value::Messages(found), "mark_seen" | "mark_unseen" | "mark_flagged" | "add_flags", _) => {
                self.rules.leave_out(line, format!("`{method}` is nothing that an order can do"));
                Value::Messages(found)
            }
            (Value::Messages(_), _, _) => {
                self.rules.leave_out(line, format!("`{method}` is nothing that an order can do"));
                Value::Other
            }
            _ => Value::Other,
        }
    }

    /// A search (imapfilter_config(5), "SEARCHING"): `contain_` compares a fragment, `match_` a regular expression.
    fn search(&mut self, line: usize, method: &str, arguments: &[Value]) -> Value {
        let (field, key) = match (method, arguments) {
            ("contain_from" | "match_from", [Value::Text(key)]) => ("from", key),
            (
                "contain_field" | "match_field" | "match_header" | "contain_header",
                [Value::Text(field), Value::Text(key)],
            ) => (field.as_str(), key),
            _ if is_search(method) => {
                self.rules.leave_out(line, format!("`{method}` asks for something else than a sender"));
                return Value::Other;
            }
            _ => return Value::Other,
        };
        let plain = if method.starts_with("match_") { pattern::plain(key) } else { Some(key.clone()) };
        let found = match plain {
            None => Err("is a pattern for more than one sender"),
            Some(key) if field.eq_ignore_ascii_case("from") => {
                by_address(Part::All, Match::Contains, &key).map(|who| vec![who])
            }
            Some(key) if field.eq_ignore_ascii_case("list-id") => by_list(Match::Contains, &key, self.lists),
            Some(_) => Err("is looked for in another field than From and List-Id"),
        };
        match found {
            Ok(whos) => Value::Messages(whos.into_iter().map(|who| (line, who)).collect()),
            Err(why) => {
                self.rules.leave_out(line, format!("\"{key}\" {why}"));
                Value::Other
            }
        }
    }

    fn file(&mut self, found: Vec<(usize, Who)>, target: Target) -> Value {
        let filings = found.into_iter().map(|(line, who)| Filing { who, target: target.clone(), line });
        self.rules.filings.extend(filings);
        Value::Other
    }
}

fn inside(value: &Value, name: &str) -> Value {
    match value {
        Value::Account => Value::Mailbox(name.to_owned()),
        _ => Value::Other,
    }
}

fn is_search(method: &str) -> bool {
    ["contain_", "match_", "is_", "has_", "arrived_", "sent_"].iter().any(|begin| method.starts_with(begin))
        || matches!(method, "select_all" | "send_query")
}
