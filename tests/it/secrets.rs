//! Secrets: where they may come from, and that they are printed and kept nowhere. The state directory is its owner's alone.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::oauth::{self, Conduct};
use crate::support::program;
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

fn assert_unknown(bytes: &[u8], what: &dyn std::fmt::Display) {
    assert!(memchr::memmem::find(bytes, marker().as_bytes()).is_none(), "{what} holds the password");
}

/// A whole noisy life of a daemon: every word of its log, what its socket says, and each file that is left, with the write-ahead log of
/// a database that was never closed.
#[test]
fn a_noisy_daemon_keeps_the_password_to_itself() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("settle_seconds", "0").has_a_friend();
    user.receives(&cast::inbox(2));
    let loud = ["RUST_LOG", "MAILHERD_LOG"].map(|name| (name.to_owned(), "trace".to_owned()));
    let mut logs = Vec::new();
    {
        let daemon = Daemon::start_with(&user, &["-v", "-v"], &loud);
        daemon.rests("home");
        user.receives(&[cast::newsletter(50), cast::friend(51)]);
        for words in [
            &["status", "--json"][..],
            &["check", "-v"],
            &["doctor", "-v"],
            &["why", "<nothing@such.example>"],
            &["pause"],
            &["resume"],
            &["digest", "--append"],
            &["undo", "--all"],
        ] {
            let outcome = user.start_with(words, &loud).finish();
            assert_unknown(format!("{outcome}").as_bytes(), &words.join(" "));
        }
        // A login that fails, in the middle of everything.
        write_private(&user.path("password"), &format!("{PASSWORD}wrong"));
        user.start_with(&["check", "-v"], &loud).finish();
        logs.push(daemon.dies());
    }
    // What a crash left is settled, out loud.
    write_private(&user.path("password"), PASSWORD);
    logs.push(Daemon::start_with(&user, &["-v", "-v"], &loud).ends().0);
    for log in &logs {
        assert!(log.stderr.len() > 200, "it was to be noisy: {log}");
        assert_unknown(format!("{log}").as_bytes(), &"the log");
    }
    let files = files_below(&user.state_dir());
    assert!(files.iter().any(|file| file.extension().is_some_and(|end| end == "sqlite3")), "{files:?}");
    for file in files.iter().filter(|file| file.is_file()) {
        assert_unknown(&std::fs::read(file).unwrap(), &file.display());
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
}

/// A login with OAuth2 and what comes after it, out loud: tokens, codes and the client's secret stand in their own files, and nowhere else.
#[test]
fn no_token_is_printed_or_kept_elsewhere() {
    const CLIENT: &str = "cls-55d0";
    let (mut user, client) = oauth::user(Conduct { says_life: 1, secret: Some(CLIENT.into()), ..Conduct::default() });
    write_private(&user.path("client"), CLIENT);
    let secret = format!(", client_secret_file = {:?}", user.path("client").to_str().unwrap());
    user.set_account("oauth2", &oauth::table(&client.id, &secret));
    user.receives(&cast::inbox(1));
    let loud = ["RUST_LOG", "MAILHERD_LOG"].map(|name| (name.to_owned(), "trace".to_owned()));
    let assert_unknown = |bytes: &[u8], what: &dyn std::fmt::Display| {
        for secret in [oauth::MARKER, CLIENT] {
            assert!(memchr::memmem::find(bytes, secret.as_bytes()).is_none(), "{what} holds {secret}");
        }
    };
    let said = |words: &[&str]| {
        let outcome = user.start_with(words, &loud).finish();
        assert_unknown(format!("{outcome}").as_bytes(), &outcome);
    };
    said(&["login", "--device", "-v", "-v"]);
    {
        let daemon = Daemon::start_with(&user, &["-v", "-v"], &loud);
        daemon.rests("home");
        said(&["status", "--json"]);
        client.tokens_end();
        user.server.doveadm(&["kick", &user.name]);
        said(&["check", "-v"]);
        client.is_revoked();
        user.server.doveadm(&["kick", &user.name]);
        daemon.until("home", |status| status["error"].is_string());
        said(&["status"]);
        said(&["doctor", "-v", "-v"]);
        said(&["run", "--once", "-v"]);
        assert_unknown(format!("{}", daemon.dies()).as_bytes(), &"the log");
    }
    client.is_treated(|conduct| conduct.first = vec![(200, format!("{{\"access_token\":\"{} \"}}", oauth::MARKER))]);
    said(&["plan", "-v", "-v"]);
    for file in files_below(&user.state_dir()).iter().filter(|file| file.is_file()) {
        assert_eq!(mode(file), 0o600, "{}", file.display());
        if !file.ends_with("tokens/home.json") {
            assert_unknown(&std::fs::read(file).unwrap(), &file.display());
        }
    }
}

/// As with any crash: by a signal, with the limits of somebody who collects cores.
#[test]
fn a_crash_leaves_no_core() {
    use std::os::unix::process::ExitStatusExt;
    let user = User::new(Flavour::PLAIN);
    let config = user.config_file();
    let mut command = std::process::Command::new("sh");
    let script = "ulimit -c unlimited && exec \"$0\" --config \"$1\" daemon";
    command.args(["-c", script]).arg(program::executable()).arg(&config).current_dir(user.path(""));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", user.path(""));
    let mut child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while user.mailherd(&["status", "--json"]).stdout.is_empty() {
        assert!(std::time::Instant::now() < deadline && child.try_wait().unwrap().is_none(), "it does not answer");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().nth(4), Some("0"), "{cores}");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
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
