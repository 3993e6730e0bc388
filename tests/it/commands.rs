//! Every command that the documentation shows is run as it stands there, on an account of its own; what cannot be is named here with
//! the reason, and is at least read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::archive;
use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::program::{self, Outcome, Running};
use crate::support::screen::Screen;
use crate::support::user::User;

/// What is done with a command instead of running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instead {
    /// It opens the terminal UI: it is opened, and left by `q`.
    Opened,
    /// The program reads its words up to the end, by `--help`.
    Read,
    /// A program of the repository that takes too long here, or that other tests run: it is there.
    There,
    /// It would change this machine: the shell reads it, as it does all others.
    Parsed,
}

/// The commands that are not run, by how they begin, and why.
const NOT_RUN: &[(&str, Instead, &str)] = &[
    ("mailherd demo ", Instead::Opened, ""),
    ("mailherd setup", Instead::Read, "asks a person: it::setup answers"),
    (
        "printf '%s\\n' \"$PASSWORD\" | mailherd setup",
        Instead::Parsed,
        "names an invented server: it::setup has the like",
    ),
    ("mailherd login", Instead::Read, "waits for a person: it::oauth2"),
    ("mailherd daemon", Instead::Read, "runs until it is ended: it::daemon"),
    ("mailherd --config /etc/mailherd", Instead::Read, "is root's"),
    ("mailherd status >/dev/null ||", Instead::Parsed, "writes on everybody's terminal"),
    ("./scripts/", Instead::There, "is what runs this"),
    ("cargo run ", Instead::There, "builds for minutes"),
    ("contrib/scale/cells", Instead::There, "it::scale runs it"),
    ("cargo install ", Instead::Parsed, "builds for minutes; scripts/test checks the crate"),
    ("sudo ", Instead::Parsed, "is root's"),
    ("install ", Instead::Parsed, "is root's"),
    ("systemctl ", Instead::Parsed, "needs a service manager"),
    ("loginctl ", Instead::Parsed, "needs a service manager"),
    ("journalctl ", Instead::Parsed, "needs a service manager"),
    ("docker ", Instead::Parsed, "needs a daemon of containers"),
];

/// A block of commands in a document.
struct Block {
    place: String,
    /// The line above it.
    above: String,
    commands: Vec<String>,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.place, self.commands.join("\n"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    found.extend(["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(|name| root().join(name)));
    found.sort();
    found
}

/// The blocks of shell in a document.
fn blocks(path: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut found = Vec::new();
    let mut above = "";
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.trim() == "```sh" || line.trim() == "```console" {
            let inside: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
            let place = format!("{}:{}", path.strip_prefix(root()).unwrap_or(path).display(), number + 1);
            found.push(Block { place, above: above.to_owned(), commands: commands(&inside) });
        } else if !line.trim().is_empty() {
            above = line;
        }
    }
    found
}

/// One command a line; a backslash at its end takes the next one in, and a comment is none.
fn commands(lines: &[&str]) -> Vec<String> {
    let text = lines.join("\n").replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// Without the comment behind it.
fn bare(command: &str) -> &str {
    command.split(" #").next().unwrap().trim()
}

fn instead(command: &str) -> Option<Instead> {
    if bare(command) == "mailherd" {
        return Some(Instead::Opened);
    }
    let command = format!("{} ", bare(command));
    NOT_RUN.iter().find(|(start, ..)| command.starts_with(start)).map(|(_, instead, _)| *instead)
}

/// Somebody who has all that the documents speak of.
fn reader() -> User {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    user.receives(&cast::machine_mail(1));
    user.receives(&[Mail::from("Anna <anna@example.org>").header("Message-ID", "<id@host>").subject("the boat")]);
    let config = user.path("config/mailherd");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::copy(user.config_file(), config.join("config.toml")).unwrap();
    let letters: Vec<(f64, Mail)> =
        (0..3).map(|day| (f64::from(day), Mail::from("anna@example.org").to("me@example.org"))).collect();
    std::fs::create_dir(user.path("Mail")).unwrap();
    std::fs::write(user.path("Mail/inbox"), archive::mbox(&letters)).unwrap();
    // Rules of other programs.
    std::fs::write(user.path("rules.sieve"), "if address \"from\" \"a@b.example\" { fileinto \"News\"; }\n").unwrap();
    std::fs::write(user.path("config.lua"), "a.INBOX:contain_from('a@b.example'):delete_messages()\n").unwrap();
    // What is copied from the repository is there, too.
    std::os::unix::fs::symlink(root().join("contrib"), user.path("contrib")).unwrap();
    user
}

fn shell(user: &User, words: &[&str]) -> Outcome {
    let home = user.path("");
    let beside = program::executable().parent().unwrap().to_owned();
    let path =
        std::env::join_paths([beside].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())));
    let mut command = Command::new("bash");
    command.args(words).env_clear().env("PATH", path.unwrap()).env("HOME", &home).current_dir(&home);
    command.env("XDG_CONFIG_HOME", home.join("config")).env("XDG_STATE_HOME", home.join("xdg-state"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::start(command).finish()
}

#[track_caller]
fn is_done(user: &User, block: &Block, command: &str) {
    match instead(command) {
        None => {
            let outcome = shell(user, &["-c", command]);
            assert_eq!(outcome.code(), Some(0), "{block}\n\n{command}\n{outcome}");
        }
        Some(Instead::Opened) => opens(user, bare(command)),
        Some(Instead::Read) => {
            let outcome = shell(user, &["-c", &format!("{} --help", bare(command))]);
            assert!(outcome.code() == Some(0) && outcome.stdout.contains("Usage:"), "{block}\n\n{command}\n{outcome}");
        }
        Some(Instead::There) => is_there(block, bare(command)),
        Some(Instead::Parsed) => {}
    }
}

fn opens(user: &User, command: &str) {
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    let mut screen: Screen = user.bare_screen(&words);
    screen.until("it has the screen", |text| text.contains("Mail")).press("q");
    assert!(screen.ends().0.success(), "{command}");
}

#[track_caller]
fn is_there(block: &Block, command: &str) {
    let words: Vec<&str> = command.split_whitespace().collect();
    if let Some(at) = words.iter().position(|word| *word == "--example") {
        let example = root().join("examples").join(words[at + 1]).with_extension("rs");
        assert!(example.is_file(), "{block}\n\nno example: {command}");
    } else if words[0] != "cargo" {
        assert!(root().join(words[0]).is_file(), "{block}\n\nthere is no {}", words[0]);
    }
}

#[test]
fn every_command_in_the_documentation_does_what_it_is_shown_for() {
    let mut seen = 0;
    let mut used = vec![false; NOT_RUN.len()];
    for block in documents().iter().flat_map(|path| blocks(path)) {
        let user = reader();
        let whole = shell(&user, &["-n", "-c", &block.commands.join("\n")]);
        assert!(whole.code() == Some(0) && whole.stderr.is_empty(), "the shell does not read {block}\n{whole}");
        let _daemon = block.above.contains("<!-- run with a daemon -->").then(|| {
            let daemon = Daemon::start(&user);
            daemon.rests("home");
            daemon
        });
        for command in &block.commands {
            is_done(&user, &block, command);
            seen += usize::from(instead(command).is_none());
            let start = format!("{} ", bare(command));
            if let Some(at) = NOT_RUN.iter().position(|(known, ..)| start.starts_with(known)) {
                used[at] = true;
            }
        }
    }
    // Nothing that is never met stands in the list, and what is run is no handful.
    let idle: Vec<&str> = NOT_RUN.iter().zip(used).filter(|(_, used)| !used).map(|((start, ..), _)| *start).collect();
    assert!(idle.is_empty(), "no document shows {idle:?}");
    assert!(seen >= 25, "only {seen} commands were run");
}

#[test]
fn blocks_are_found_and_split_as_the_shell_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.md");
    std::fs::write(&path, "words\n\n<!-- why -->\n```sh\na \\\n  b   # c\n# d\ne\n```\n```toml\nx\n```\n").unwrap();
    let found = blocks(&path);
    assert_eq!((found.len(), found[0].above.as_str()), (1, "<!-- why -->"));
    assert_eq!(found[0].commands, ["a    b   # c", "e"]);
    assert_eq!(bare(&found[0].commands[0]), "a    b");
}
