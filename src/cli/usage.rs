//! What is wrong with a command line, as any other fault: a line of cause and a line of hint.

use clap::error::{ContextKind, ContextValue};

use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// `None`: nothing is wrong, help or the version was asked for.
pub fn fault(error: &clap::Error) -> Option<Fault> {
    if !error.use_stderr() {
        return None;
    }
    // clap's own words, without its colours: "error: …", then tips, then "Usage: …", with empty lines between.
    let text = error.render().to_string();
    let mut paragraphs =
        text.split("\n\n").map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    let first = paragraphs.next().unwrap_or_default();
    let cause = first.strip_prefix("error: ").unwrap_or(&first).to_owned();
    let tip = suggestion(error).map(|tip| format!("did you mean {tip}? "));
    let usage = paragraphs.find_map(|paragraph| paragraph.strip_prefix("Usage: ").map(str::to_owned));
    let usage = usage.map_or_else(String::new, |usage| format!("usage: {usage}; "));
    Some(Fault::usage(cause, format!("{}{usage}--help says more", tip.unwrap_or_default())))
}

fn suggestion(error: &clap::Error) -> Option<Printable> {
    let kinds = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    kinds.into_iter().find_map(|kind| match error.get(kind)? {
        ContextValue::String(tip) => Some(Printable::new(tip)),
        // The nearest comes last.
        ContextValue::Strings(tips) => tips.last().map(|tip| Printable::new(tip)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::Cli;
    use super::*;

    fn lines(words: &[&str]) -> Option<String> {
        let error = Cli::try_parse_from(["mailherd"].iter().chain(words)).unwrap_err();
        fault(&error).map(|fault| format!("{}\n{}", fault.cause, fault.hint))
    }

    #[test]
    fn each_mistake_is_a_cause_and_a_hint() {
        for (words, cause, hint) in [
            (&["run"][..], "required arguments were not provided: --once", "usage: mailherd run --once; --help"),
            (&["undo", "--last", "--all"], "cannot be used with", "--help says more"),
            (&["unto"], "unrecognized subcommand 'unto'", "did you mean undo?"),
            (&["plan", "--limits", "3"], "unexpected argument '--limits'", "did you mean --limit?"),
            (&["log", "--run", "x"], "invalid value 'x' for '--run <N>'", "--help says more"),
            (&["train", "a@b.c"], "<CATEGORY>", "usage: mailherd train"),
            (&["completions", "fishy"], "[possible values: ", "did you mean fish?"),
        ] {
            let told = lines(words).unwrap();
            let (first, second) = told.split_once('\n').unwrap();
            assert!(first.contains(cause) && !first.starts_with("error"), "{words:?}: {told}");
            assert!(second.contains(hint) && !second.contains('\n'), "{words:?}: {told}");
        }
        assert_eq!(lines(&["--help"]), None);
        assert_eq!(lines(&["setup", "-h"]), None);
        assert_eq!(lines(&["--version"]), None);
    }
}
