//! Secrets: where they may come from, and that they are printed and kept nowhere. The state directory is its owner's alone.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::cast;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::user::{User, filed, write_private};

/// What no output and no file may hold: the part of the password that needs no escaping anywhere.
fn marker() -> &'static str {
    let marker = "er-7f3a";
    assert!(PASSWORD.contains(marker));
    marker
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_password_is_printed_and_kept_nowhere() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    user.receives(&cast::inbox(1));
    let commands = [
        &["run", "--once", "--yes", "-v"][..],
        &["doctor", "-v"],
        &["plan", "-v"],
        &["log", "-v"],
        &["undo", "--all", "-v"],
    ];
    let wrong = User::new(Flavour::PLAIN);
    write_private(&wrong.path("password"), &format!("{PASSWORD}wrong"));
    let environment = ["RUST_LOG", "MAILHERD_LOG"].map(|name| (name.to_owned(), "trace".to_owned()));
    for words in commands {
        for user in [&user, &wrong] {
            for environment in [&environment[..], &[]] {
                let outcome = user.start_with(words, environment).finish();
                assert!(!outcome.stdout.contains(marker()) && !outcome.stderr.contains(marker()), "{outcome}");
            }
        }
    }
    let files = files_below(&user.state_dir());
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        assert!(memchr::memmem::find(&bytes, marker().as_bytes()).is_none(), "{}", file.display());
    }
}

#[test]
fn a_password_comes_from_a_command_or_the_environment_too() {
    let mut user = User::new(Flavour::PLAIN);
    let command = format!("cat {}", user.path("password").display());
    user.unset_account("password_file").set_account("password_command", &format!("{command:?}"));
    user.receives(&[cast::newsletter(1)]);
    assert_eq!(filed(&user.files()), 1);
    user.unset_account("password_command").set_account("password_env", "\"HERD_SECRET\"");
    let with = |value: &str| {
        user.start_with(&["run", "--once", "--yes"], &[("HERD_SECRET".to_owned(), value.to_owned())]).finish()
    };
    with(PASSWORD).done();
    with("").complains(1);
    user.mailherd(&["run", "--once", "--yes"]).complains(1).says("HERD_SECRET");
}

#[test]
fn a_command_that_fails_is_named_and_its_output_is_not_shown() {
    let mut user = User::new(Flavour::PLAIN);
    user.unset_account("password_file").set_account("password_command", &format!("\"echo '{}'; exit 3\"", marker()));
    let outcome = user.mailherd(&["run", "--once", "--yes"]);
    outcome.complains(1).says("password_command");
    assert!(!outcome.stderr.contains(marker()), "{outcome}");
}

#[test]
fn a_password_file_that_others_can_read_is_refused() {
    let user = User::new(Flavour::PLAIN);
    for bits in [0o640, 0o604, 0o644] {
        std::fs::set_permissions(user.path("password"), PermissionsExt::from_mode(bits)).unwrap();
        let outcome = user.mailherd(&["run", "--once", "--yes"]);
        outcome.complains(outcome.code().filter(|code| *code > 0).unwrap()).says("chmod 600");
    }
    std::fs::remove_file(user.path("password")).unwrap();
    let outcome = user.mailherd(&["run", "--once", "--yes"]);
    outcome.complains(outcome.code().filter(|code| *code > 0).unwrap()).says("password");
}

#[test]
fn a_plain_password_in_the_configuration_is_refused_and_not_repeated() {
    let mut user = User::new(Flavour::PLAIN);
    user.unset_account("password_file").set_account("password", &format!("{:?}", marker()));
    let outcome = user.mailherd(&["run", "--once", "--yes"]);
    outcome.complains(2).says("password_command").says("password_file");
    assert!(!outcome.stderr.contains(marker()), "{outcome}");
}

#[test]
fn the_state_directory_is_tightened_and_its_files_are_the_owners() {
    let user = User::new(Flavour::PLAIN);
    std::fs::create_dir(user.state_dir()).unwrap();
    std::fs::set_permissions(user.state_dir(), PermissionsExt::from_mode(0o755)).unwrap();
    user.files();
    assert_eq!(mode(&user.state_dir()), 0o700);
    for file in files_below(&user.state_dir()) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_database_by_a_newer_version_is_refused_and_left_alone() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(1)).files();
    let files = files_below(&user.state_dir());
    let is_database = |path: &&PathBuf| std::fs::read(path).unwrap().starts_with(b"SQLite format 3\0");
    let database = files.iter().find(is_database).expect("an SQLite database in the state directory").clone();
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    user.receives(&cast::machine_mail(1));
    for words in [&["run", "--once", "--yes"][..], &["undo", "--all"], &["log"]] {
        user.mailherd(words).complains(1).says("newer");
    }
    assert_eq!(user.world().count("INBOX"), 5);
}
