//! What of a Sieve script (RFC 5228) is orders: mail of an address, a domain or a list that is filed, kept or discarded.
//!
//! `sieve-rs` (0.7) reads all of Sieve; its licence (AGPL-3.0) is not one that mailherd can be given on with, and it compiles to a form from
//! which lines and tests cannot be read back.

mod condition;
mod grammar;
mod lexer;

use super::{Filing, Rules, Target};
use crate::logic::ids::ListId;
use condition::understand;
use grammar::{Argument, Command};

/// Reads a script. `lists` are the lists that the user has had mail of.
pub fn read(script: &str, lists: &[ListId]) -> Rules {
    let mut rules = Rules::default();
    let (tokens, broken) = lexer::tokens(script);
    let (commands, unlike) = grammar::commands(&tokens);
    let mut reader = Reader { rules: &mut rules, lists, unclear: false };
    for command in &commands {
        if command.name == "stop" {
            reader.rules.leave_out(command.line, "`stop` ends the script here: what stands below is not read");
            return rules;
        }
        reader.command(command);
    }
    if let Some(line) = unlike.or(broken) {
        rules.leave_out(line, "this is not Sieve as RFC 5228 has it: nothing is read from here on");
    }
    rules
}

struct Reader<'a> {
    rules: &'a mut Rules,
    lists: &'a [ListId],
    /// Of the chain of `if`, `elsif` and `else`: one of the conditions so far is not understood.
    unclear: bool,
}

impl Reader<'_> {
    fn command(&mut self, command: &Command) {
        match (command.name.as_str(), &command.block) {
            ("require" | "keep", None) => {}
            ("if", Some(block)) => {
                self.unclear = false;
                self.branch(command, block);
            }
            ("elsif", Some(_)) if self.unclear => {
                let why = "it holds only where a condition above it does not, which is not understood";
                self.rules.leave_out(command.line, why);
            }
            ("elsif", Some(block)) => self.branch(command, block),
            ("else", Some(block)) if block.iter().all(|inner| matches!(inner.name.as_str(), "keep" | "stop")) => {}
            ("else", Some(_)) => self.rules.leave_out(command.line, "`else` is about everybody else"),
            (name, _) => self.rules.leave_out(command.line, format!("`{name}` is not about a sender")),
        }
    }

    fn branch(&mut self, command: &Command, block: &[Command]) {
        let before = self.rules.left_out.len();
        let whos = match command.tests.as_slice() {
            [test] => understand(test, self.lists, self.rules),
            _ => {
                self.rules.leave_out(command.line, "it has no condition");
                Vec::new()
            }
        };
        self.unclear |= self.rules.left_out.len() > before;
        if whos.is_empty() {
            return;
        }
        let Some(target) = self.target(command.line, block) else { return };
        for (line, who) in whos {
            self.rules.filings.push(Filing { who, target: target.clone(), line });
        }
    }

    /// What a block does with mail, where that is what an order can do.
    fn target(&mut self, line: usize, block: &[Command]) -> Option<Target> {
        let (mut folders, mut keeps, mut stops, mut discards) = (Vec::new(), false, false, false);
        for action in block {
            match (action.name.as_str(), action.arguments.as_slice()) {
                ("fileinto", [Argument::Texts(names)]) if names.len() == 1 => folders.extend(names.iter().cloned()),
                ("fileinto", [Argument::Tag(tag), Argument::Texts(names)]) if tag == "create" && names.len() == 1 => {
                    folders.extend(names.iter().cloned());
                }
                ("fileinto", arguments) if arguments.contains(&Argument::Tag("copy".into())) => {
                    self.rules.leave_out(action.line, "it files a copy, and an order moves mail");
                    keeps = true;
                }
                ("keep", _) => keeps = true,
                ("stop", _) => {
                    stops = true;
                    break;
                }
                ("discard", _) => discards = true,
                (name, _) => self.rules.leave_out(action.line, format!("`{name}` is nothing that an order can do")),
            }
        }
        match (folders.as_slice(), keeps, discards) {
            ([folder], false, _) => Some(Target::Folder(folder.clone())),
            ([], true, _) => Some(Target::Inbox),
            ([], false, true) => Some(Target::Nowhere),
            // What nothing is done with is kept (section 2.10.2).
            ([], false, false) if stops && block.len() == 1 => Some(Target::Inbox),
            ([], false, false) => None,
            _ => {
                self.rules.leave_out(line, "its mail is filed into several folders");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
