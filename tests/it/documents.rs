//! What the documentation says of the program is true.

use std::path::{Path, PathBuf};

use crate::support::flavour::Flavour;
use crate::support::user::User;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The message is a literal of the program, but for what `…` stands for, in this order on one line of the source.
fn is_said(code: &str, message: &str) -> bool {
    let parts: Vec<String> =
        message.split('…').map(|part| part.trim().replace('"', "\\\"")).filter(|part| !part.is_empty()).collect();
    code.lines().any(|line| {
        let mut rest = line;
        parts.iter().all(|part| match rest.split_once(part.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    })
}

#[test]
fn every_message_in_the_troubleshooting_is_one_of_the_program() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    // Not what only tests say.
    let files = files.into_iter().filter(|path| !path.to_string_lossy().contains("tests"));
    let code: String = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let text = std::fs::read_to_string(root().join("docs/troubleshooting.md")).unwrap();
    let messages: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### `"))
        .map(|rest| rest.strip_suffix('`').expect("a heading is one message"))
        .collect();
    assert!(messages.len() >= 25, "{messages:?}");
    for message in messages {
        assert!(is_said(&code, message), "nothing says: {message}");
    }
    assert!(!is_said(&code, "the server has gone … fishing"));
}

#[test]
fn the_flags_of_the_set_up_in_the_documentation_exist() {
    let user = User::new(Flavour::PLAIN);
    let help = user.bare(&["setup", "--help"], &[]).done().stdout;
    let text = std::fs::read_to_string(root().join("docs/getting-started.md")).unwrap();
    let commands: Vec<&str> = text.split("```sh").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let words = commands.iter().flat_map(|command| command.split_whitespace()).filter(|word| word.starts_with("--"));
    let flags: Vec<&str> = words.filter(|flag| *flag != "--last").collect();
    assert!(flags.len() >= 6, "{flags:?}");
    for flag in flags {
        assert!(help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")), "{flag}: {help}");
    }
}
