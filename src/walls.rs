//! The walls between the rooms, enforced by reading the source.
//!
//! `ARCHITECTURE.md` says which room may know which. This reads each file of `src` without its comments, strings and
//! tests, resolves every path in it (`use` lines and paths in the code alike), and compares. It is a reader of tokens, not
//! of Rust: what a macro pastes together escapes it.

mod lexer;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use source::{Source, Target};

/// Which other rooms a room may use. A room that is not in this table may not exist.
const WALLS: &[(&str, &[&str])] = &[
    ("logic", &[]),
    ("config", &["logic"]),
    ("imap", &["logic"]),
    ("store", &["logic"]),
    ("demo", &["logic"]),
    ("web", &["logic"]),
    ("backtest", &["logic"]),
    ("daemon", &["logic", "config", "imap", "store", "web", "backtest"]),
    // Never `imap` or `store`: a face asks the engine.
    ("tui", &["logic", "daemon"]),
    // For tests only: it throws bytes at whoever reads what others wrote.
    ("fuzz", &["logic", "config", "imap", "backtest", "daemon"]),
    ("cli", &["logic", "config", "store", "backtest", "daemon", "demo", "tui"]),
];

/// What would give `logic` a socket, a file, a clock, the environment, chance or a terminal.
const IMPURE: &[&[&str]] = &[
    &["tokio"],
    &["rusqlite"],
    &["async_imap"],
    &["rustix"],
    &["fastrand"],
    &["std", "fs"],
    &["std", "io"],
    &["std", "net"],
    &["std", "env"],
    &["std", "process"],
    &["std", "thread"],
    &["SystemTime"],
    &["Instant"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["jiff", "Timestamp", "now"],
    &["jiff", "Zoned", "now"],
    &["println"],
    &["eprintln"],
    &["dbg"],
];

/// Crates that one room alone knows.
const OWNED: &[(&str, &str)] = &[
    ("rusqlite", "store"),
    ("async_imap", "imap"),
    ("clap", "cli"),
    ("ureq", "web"),
    ("domain_dns", "web"),
    ("toml_edit", "config"),
    ("keyring_core", "config"),
    ("x509_cert", "imap"),
    ("ratatui", "tui"),
    ("crossterm", "tui"),
];

/// The verbs of IMAP that change mail (RFC 9051, RFC 6851): DELETE takes what is in a folder along, RENAME of INBOX moves it.
const CHANGING: &[&str] = &["MOVE", "COPY", "STORE", "EXPUNGE", "APPEND", "DELETE", "RENAME"];

/// Rooms in which a command could be sent. The demo's server is the other side: it answers them.
const SPEAKING: &[&str] = &["imap", "daemon", "cli"];

/// What a file breaks: `file:line: what`.
fn breaches(file: &Path, text: &str) -> Vec<String> {
    let source = Source::read(file, text);
    let Some(room) = source.room() else { return Vec::new() };
    let mut found: Vec<(usize, String)> = Vec::new();
    for (line, target) in source.targets() {
        let objection = match &target {
            Target::Inside(path) => path.first().and_then(|other| unknown_room(room, other)),
            Target::Outside(path) => foreign(room, path),
        };
        found.extend(objection.map(|objection| (line, objection)));
    }
    if SPEAKING.contains(&room) {
        let mover = source.module.starts_with(&["imap".to_owned(), "mover".to_owned()]);
        let changing = source.strings.iter().filter(|(_, text)| !mover && changes_mail(text));
        found.extend(changing.map(|(line, text)| (*line, format!("{text:?} changes mail: only imap/mover may"))));
        // Invariant 7: both expunge what is not ours.
        let bare = source.calls.iter().filter(|call| ["exec(\"EXPUNGE\"", "exec(\"CLOSE\""].contains(&call.1.as_str()));
        found.extend(bare.map(|(line, call)| (*line, format!("{call} expunges other programs' mail"))));
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|(line, what)| format!("{}:{line}: {what}", file.display())).collect()
}

fn unknown_room(room: &str, other: &str) -> Option<String> {
    let is_room = WALLS.iter().any(|(name, _)| *name == other);
    let allowed = WALLS.iter().any(|(name, allowed)| *name == room && allowed.contains(&other));
    (is_room && other != room && !allowed).then(|| format!("`{room}` does not know `{other}`"))
}

fn foreign(room: &str, path: &[String]) -> Option<String> {
    let begins = |known: &&&[&str]| path.len() >= known.len() && known.iter().zip(path).all(|(a, b)| a == b);
    if room == "logic" && IMPURE.iter().any(|known| begins(&known)) {
        return Some(format!("`logic` is pure: no {}", path.join("::")));
    }
    let owner = OWNED.iter().find(|(name, owner)| path[0] == *name && *owner != room);
    owner.map(|(name, owner)| format!("`{name}` belongs to `{owner}`"))
}

/// Whether `text` is (the beginning of) a command that changes mail, rather than a word about one: `UID MOVE {set}`,
/// `STORE 1`, `APPEND `.
fn changes_mail(text: &str) -> bool {
    CHANGING.iter().any(|verb| {
        let bare = text.strip_prefix(verb).is_some_and(|rest| {
            let argument = rest.trim_start().chars().next();
            rest.starts_with(' ') && argument.is_none_or(|c| c.is_ascii_digit() || "{\"($*".contains(c))
        });
        bare || text.contains(&format!("UID {verb}"))
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn the_walls_stand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources: Vec<PathBuf> =
        files(&root).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect();
    assert!(sources.len() > 20, "the source is not where it is looked for: {}", root.display());
    let mut found = Vec::new();
    for path in sources {
        found.extend(breaches(path.strip_prefix(&root).unwrap(), &fs::read_to_string(&path).unwrap()));
    }
    assert!(found.is_empty(), "{} breaches:\n{}", found.len(), found.join("\n"));
}

/// The table of invariants in ARCHITECTURE.md names the tests that hold them.
#[test]
fn the_tests_that_hold_the_invariants_exist() {
    assert_tests_exist("ARCHITECTURE.md", "## The invariants", 20);
}

/// The same of the rules in docs/imap.md.
#[test]
fn the_tests_that_hold_the_rules_of_imap_exist() {
    assert_tests_exist("docs/imap.md", "## The rules", 20);
}

/// So do the tables of docs/security.md.
#[test]
fn the_tests_that_hold_the_sentences_about_security_exist() {
    assert_tests_exist("docs/security.md", "## Somebody who sends mail", 50);
}

/// Looks for the tests that a document names in code quotes after `heading`: more than `more_than` of them.
fn assert_tests_exist(document: &str, heading: &str, more_than: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(document)).unwrap();
    let tables: Vec<&str> = text.split(heading).nth(1).unwrap().lines().filter(|line| line.starts_with('|')).collect();
    let tables = tables.join("\n");
    let names: Vec<&str> = tables.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
    assert!(names.len() > more_than, "{names:?}");
    let tests = ["src", "tests"].into_iter().flat_map(|folder| files(&root.join(folder)));
    let code: Vec<String> = tests.map(|path| fs::read_to_string(path).unwrap_or_default()).collect();
    let is_code = |path: &str| path.chars().last().is_some_and(|last| last.is_lowercase());
    for name in names.into_iter().filter(|name| is_code(name) && !name.starts_with("cli::table::Cell")) {
        let test = format!("fn {}(", name.rsplit("::").next().unwrap());
        assert!(code.iter().any(|text| text.contains(&test)), "{document} names `{name}`, and there is no such test");
    }
}

/// Several verbs of async-imap 0.12 take a refusal or a lost connection for an empty success: see docs/imap.md.
#[test]
fn no_verb_of_the_protocol_library_is_used() {
    const ALLOWED: &[&str] = &[
        "run_command",
        "run_command_and_check_ok",
        "read_response",
        "login",
        "authenticate",
        "get_ref",
        "get_mut",
        "into_inner",
    ];
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/imap");
    let mut seen = 0;
    for path in files(&room).into_iter().filter(|path| !path.starts_with(room.join("tests"))) {
        let text = fs::read_to_string(&path).unwrap();
        for call in ["imap.", "client."].iter().flat_map(|owner| text.split(owner).skip(1)) {
            let verb = call.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap();
            if call[verb.len()..].starts_with('(') {
                assert!(ALLOWED.contains(&verb), "{}: async-imap's `{verb}`", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "the calls are not where they are looked for");
}

#[test]
fn every_room_has_walls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().into_string().unwrap();
        assert!(name == "walls" || WALLS.iter().any(|(room, _)| *room == name), "which rooms may `{name}` know?");
    }
}

#[track_caller]
fn stands(file: &str, text: &str) {
    assert_eq!(breaches(Path::new(file), text), Vec::<String>::new());
}

#[track_caller]
fn falls(file: &str, text: &str, line: usize, what: &str) {
    let found = breaches(Path::new(file), text);
    let expected = format!("{file}:{line}: ");
    assert!(found.len() == 1 && found[0].starts_with(&expected) && found[0].contains(what), "{found:?}");
}

#[test]
fn a_breach_is_found_however_it_is_written() {
    falls("logic/plan.rs", "use std::fmt;\nuse crate::store::Store;", 2, "`logic` does not know `store`");
    falls(
        "imap/session.rs",
        "use crate::{\n  logic::ids::Uid,\n  store::{self, Store as S},\n};",
        3,
        "`imap` does not know",
    );
    falls("store/mod.rs", "use super::imap::Session;", 1, "`store` does not know `imap`");
    falls("store/a/b.rs", "use super::super::super::imap;", 1, "`store` does not know `imap`");
    falls("config/mod.rs", "fn f() { crate::daemon::pass::run() }", 1, "`config` does not know `daemon`");
    falls("demo/mod.rs", "type X = Vec<mailherd::store::Row>;", 1, "`demo` does not know `store`");
    falls("cli/run.rs", "pub(crate) use crate::imap::session;", 1, "`cli` does not know `imap`");
    falls("daemon/pass.rs", "use crate::cli::out::Out;", 1, "`daemon` does not know `cli`");
}

#[test]
fn logic_is_kept_pure() {
    falls("logic/a.rs", "use std::{fmt, fs::File};", 1, "no std::fs::File");
    falls("logic/a.rs", "fn f() { let now = jiff::Timestamp::now(); }", 1, "no jiff::Timestamp::now");
    falls("logic/a.rs", "fn f() {\n std::env::var(\"X\"); }", 2, "no std::env::var");
    falls("logic/a.rs", "async fn f() { tokio::time::sleep(x).await }", 1, "no tokio");
    falls("logic/a.rs", "fn f() { println!(\"x\") }", 1, "no println");
    stands("logic/a.rs", "use std::time::Duration; fn f(d: &Decayed) { d.now(UnixTime(3)); Decayed::now(d) }");
}

#[test]
fn crates_have_one_owner() {
    falls("daemon/a.rs", "use rusqlite::Connection;", 1, "`rusqlite` belongs to `store`");
    falls("cli/a.rs", "fn f(s: async_imap::Session<X>) {}", 1, "`async_imap` belongs to `imap`");
    stands("store/a.rs", "use rusqlite::Connection;");
}

#[test]
fn only_the_mover_changes_mail() {
    let commands = [
        "UID MOVE {set} {target}",
        "UID EXPUNGE",
        "STORE 1 +FLAGS (x)",
        "APPEND ",
        "COPY {}",
        "x UID COPY ",
        "DELETE {}",
    ];
    for command in commands {
        let text = format!("fn f() {{ exec(&format!({command:?})) }}");
        falls("imap/session.rs", &text, 1, "only imap/mover");
        falls("daemon/pass.rs", &text, 1, "only imap/mover");
        stands("imap/mover/mod.rs", &text);
        stands("demo/server/mod.rs", &text);
    }
    for words in ["MOVE", "EXPUNGE", "the server offers neither MOVE nor UIDPLUS", "MOVE was refused", "COPYUID 1"] {
        stands("imap/session.rs", &format!("fn f() {{ has({words:?}) }}"));
    }
    falls("imap/mover/mod.rs", "fn f() { session\n.exec( \"EXPUNGE\" ) }", 2, "other programs' mail");
    falls("imap/folders.rs", "fn f() { self.exec(\"CLOSE\").await }", 1, "other programs' mail");
}

#[test]
fn comments_strings_and_tests_are_no_breach() {
    stands("logic/a.rs", "//! [`crate::store::Store`]\n/* use crate::store; /* tokio::x */ */\nfn f() {}");
    stands(
        "logic/a.rs",
        "const A: &str = r#\"use crate::store;\"#; const Q: char = '\"'; const B: &[u8] = b\"tokio::x\";",
    );
    stands(
        "logic/a.rs",
        "fn f<'a>(x: &'a str) -> char { '\\'' }\n#[cfg(test)]\nmod tests { use std::fs; fn g() { {} } }",
    );
    stands("logic/tests.rs", "use std::fs;");
    stands("imap/a/tests.rs", "fn f() { exec(\"UID MOVE 1 x\") }");
    stands("lib.rs", "pub mod logic; use crate::store::Store;");
    falls("logic/a.rs", "#[cfg(test)]\nmod tests;\nuse crate::store::Store;", 3, "`logic` does not know `store`");
    falls("logic/a.rs", "#[cfg(test)]\nfn f() { '{' }\nuse crate::store::Store;", 3, "`logic` does not know `store`");
}
