//! What of a configuration of imapfilter (Lua) is orders: messages found by their sender or List-Id, and moved or deleted.
//!
//! Lua is a whole language; this follows assignments, `+`, and the calls of imapfilter_config(5), and leaves out the rest. No value is ever
//! quoted that is not an argument of a search: the file holds passwords.

mod follow;
mod lexer;
mod pattern;

use super::Rules;
use crate::logic::ids::ListId;

/// Reads a configuration. `lists` are the lists that the user has had mail of.
pub fn read(config: &str, lists: &[ListId]) -> Rules {
    let mut rules = Rules::default();
    let (tokens, broken) = lexer::tokens(config);
    follow::follow(&tokens, lists, &mut rules);
    if let Some(line) = broken {
        rules.leave_out(line, "a text or a comment does not end: nothing is read from here on");
    }
    rules
}

#[cfg(test)]
mod tests;
