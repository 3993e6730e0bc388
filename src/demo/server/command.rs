//! Tag, verb and arguments.

use super::tokens::{Args, Part, Token, tokenize};

/// A command with its tag and verb taken off.
pub(super) struct Command {
    pub(super) tag: String,
    /// `UID FETCH`
    pub(super) verb: String,
    /// Without the tag, for the record and the fault script.
    pub(super) line: String,
    pub(super) args: Args,
}

impl Command {
    /// Takes tag and verb off. `None` when there is no tag to answer to.
    pub(super) fn read(parts: &[Part]) -> Option<Command> {
        let line = plain_line(parts);
        let (tag, _) = line.split_once(' ')?;
        let tag = tag.to_string();
        let sound = !tag.is_empty() && !tag.contains(['+', '*', '(', ')', '{', '"', '\\', '%']);
        if !sound {
            return None;
        }
        // A line that cannot be split into words has no verb, and is answered BAD like every unknown one.
        let mut args = Args::new(tokenize(parts).unwrap_or_default());
        let _ = args.token();
        let mut verb = args.word().unwrap_or_default();
        if verb == "UID"
            && let Some(Token::Atom(second)) = args.peek()
        {
            verb = format!("UID {}", second.to_ascii_uppercase());
            let _ = args.token();
        }
        let line = match verb.as_str() {
            "LOGIN" | "AUTHENTICATE" => verb.clone(),
            _ => line[tag.len() + 1..].to_string(),
        };
        Some(Command { tag, verb, line, args })
    }
}

fn plain_line(parts: &[Part]) -> String {
    let bytes = |part: &Part| match part {
        Part::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        // An appended message would bloat the record.
        Part::Literal(bytes) => String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned(),
    };
    parts.iter().map(bytes).collect()
}
