//! Settings on their way from one mailherd to another: what is not here is added, what differs is said before it is changed, and no password
//! travels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mailherd::demo::mailbox;
use mailherd::demo::server::Options;
use mailherd::logic::ids::UnixTime;
use serde_json::{Value, json};

use crate::setup::files;
use crate::support::dovecot::PASSWORD;
use crate::support::embedded::Embedded;
use crate::support::flavour::Flavour;
use crate::support::json;
use crate::support::program::{self, Outcome, Running};
use crate::support::user::User;

/// The verdicts over what is in INBOX, by UID.
fn verdicts(planned: &Outcome) -> BTreeMap<u64, (String, String)> {
    let verdict = |row: &Value| (row["category"].to_string(), row["reasons"].to_string());
    planned.rows().iter().map(|row| (row["uid"].as_u64().unwrap(), verdict(row))).collect()
}

/// A machine on which there is nothing yet.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Machine {
        Machine(tempfile::tempdir().unwrap())
    }

    fn config(&self) -> PathBuf {
        self.0.path().join("config/mailherd/config.toml")
    }

    fn mailherd(&self, words: &[&str]) -> Outcome {
        Running::start(program::command(self.0.path(), words, &[])).finish()
    }
}

#[test]
fn an_export_makes_a_mailherd_on_a_fresh_machine_with_the_same_verdicts() {
    let now = UnixTime(jiff::Timestamp::now().as_second());
    let mut user = Embedded::of(mailbox::generate(11, now), Options::default());
    user.set("mode", "\"preview\"").set("caution", "\"high\"").set("digest", "\"07:30\"");
    let plan = ["plan", "--json", "--limit", "100000"];
    let plain = verdicts(&user.mailherd(&plan).done());
    let senders = user.mailherd(&["senders", "--json", "--limit", "20"]).done().rows();
    for (sender, category) in senders.iter().zip(["top", "inbox", "news", "bulk", "blackhole"].iter().cycle()) {
        user.mailherd(&["train", sender["address"].as_str().unwrap(), category, "--account", "home", "--yes"]).done();
    }
    let there = verdicts(&user.mailherd(&plan).done());
    assert!(there != plain, "the orders matter");
    let file = user.config_file().with_file_name("export.toml");
    let file = file.to_str().unwrap();
    user.mailherd(&["export", "--output", file]).done();

    let machine = Machine::new();
    let password = format!("home={}", user.config_file().with_file_name("password").display());
    let shown = machine.mailherd(&["import", file, "--dry-run"]).done();
    assert!(shown.stdout.contains("a new account, home: ") && shown.stdout.contains("blackhole"), "{shown}");
    machine.mailherd(&["import", file, "--yes"]).complains(2).says("--password-file");
    machine.mailherd(&["import", file, "--password-env", "home=NO_SUCH", "--yes"]).complains(1).says("NO_SUCH");
    machine.mailherd(&["import", file, "--no-settings", "--yes"]).complains(2).says("there is no config file");
    assert!(!machine.config().exists());
    let result = machine.mailherd(&["import", file, "--password-file", &password, "--yes", "--json"]).done().object();
    json::has_exactly(&result, "source run given stood orders left_out accounts settings dry_run");
    assert_eq!((&result["accounts"], result["given"].as_u64()), (&json!(["home"]), Some(20)));
    let text = std::fs::read_to_string(machine.config()).unwrap();
    for line in ["mode = \"preview\"", "caution = \"high\"", "digest = \"07:30\"", "backlog_days = 36500"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let here = verdicts(&machine.mailherd(&plan).done());
    let differ: Vec<_> = here.iter().filter(|(uid, verdict)| there.get(uid) != Some(verdict)).take(3).collect();
    assert!(here.len() > 200 && here.len() == there.len() && differ.is_empty(), "{differ:?}");
    let again = machine.mailherd(&["import", file, "--yes", "--json"]).done().object();
    assert_eq!((&again["settings"], &again["accounts"], again["given"].as_u64()), (&json!([]), &json!([]), Some(0)));
    assert_eq!(std::fs::read_to_string(machine.config()).unwrap(), text);
}

/// An export of `user`, with some settings otherwise.
fn export_otherwise(user: &User, changes: &[(&str, &str)]) -> String {
    let file = user.path("export.toml");
    user.mailherd(&["export", "--output", file.to_str().unwrap()]).done();
    let mut text = std::fs::read_to_string(&file).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}: {text}");
        text = text.replace(from, to);
    }
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// With the config that is there, which no other command writes anew.
fn with(user: &User, config: &Path, words: &[&str]) -> Outcome {
    user.bare(&[&["--config", config.to_str().unwrap()], words].concat(), &[])
}

#[test]
fn what_differs_is_shown_and_is_changed_only_after_a_yes() {
    let user = User::new(Flavour::PLAIN);
    let file = export_otherwise(
        &user,
        &[
            ("caution = \"normal\"", "caution = \"low\""),
            ("theme = \"default\"", "theme = \"light\""),
            ("news = \"News\"", "news = \"Post\""),
        ],
    );
    let config = user.config_file();
    let before = std::fs::read_to_string(&config).unwrap();
    let shown = with(&user, &config, &["import", &file, "--dry-run"]).done();
    for words in ["caution", "\"low\"", "folders.news", "ui.theme"] {
        assert!(shown.stdout.contains(words), "{words}: {shown}");
    }
    with(&user, &config, &["import", &file]).complains(1).says("Change 3 settings here").says("--yes");
    with(&user, &config, &["import", &file, "--no-settings", "--yes"]).done();
    assert_eq!(std::fs::read_to_string(&config).unwrap(), before);
    let result = with(&user, &config, &["import", &file, "--yes", "--json"]).done().object();
    let caution = json!({"account": "home", "key": "caution", "here": "\"normal\"", "file": "\"low\""});
    assert!(result["settings"].as_array().unwrap().contains(&caution), "{result}");
    let after = std::fs::read_to_string(&config).unwrap();
    for line in ["caution = \"low\"", "news = \"Post\"", "[ui]\ntheme = \"light\"", "password_file = "] {
        assert!(after.contains(line), "{line}: {after}");
    }
    let again = with(&user, &config, &["import", &file, "--yes", "--json"]).done().object();
    assert_eq!(again["settings"], json!([]));
}

#[test]
fn settings_that_do_not_work_here_change_nothing() {
    let user = User::new(Flavour::PLAIN);
    let port = format!("port = {}", user.server.port);
    let file = export_otherwise(&user, &[(&port, "port = 1")]);
    let config = user.config_file();
    let before = std::fs::read_to_string(&config).unwrap();
    with(&user, &config, &["import", &file, "--yes"]).complains(1).says("refused the connection");
    assert_eq!(std::fs::read_to_string(&config).unwrap(), before);
    // A command in a file of others would be run here.
    let commands = [("mode = ", "password_command = \"touch /tmp/owned\"\nmode = ")];
    let file = export_otherwise(&user, &commands);
    with(&user, &config, &["import", &file, "--yes"]).complains(2).says("password_command");
    assert_eq!(std::fs::read_to_string(&config).unwrap(), before);
}

#[test]
fn on_a_terminal_the_password_is_asked_for() {
    let user = User::new(Flavour::PLAIN);
    let file = export_otherwise(&user, &[]);
    let mut screen = user.tall_screen(&["import", &file]);
    screen.sees("Add 1 account. Give 0 orders? [y/N]").press("y\r");
    screen.sees("Where does the password come from").press("1\r");
    screen
        .sees("Password (it is not shown):")
        .press("mistyped\r")
        .sees("refused the login")
        .sees("Login name")
        .press("\r");
    screen.until("it asks again", |text| text.matches("Where does the password").count() == 2).press("1\r");
    screen.until("it asks again", |text| text.matches("Password (it").count() == 2).press(&format!("{PASSWORD}\r"));
    screen.sees("Written: ");
    let (status, left) = screen.ends();
    assert!(status.success() && !left.contains(PASSWORD), "{left}");
    let kept = user.path("config/mailherd/home.password");
    assert_eq!(files(&user)[&kept], (0o600, format!("{PASSWORD}\n")));
    user.bare(&["doctor"], &[]).done();
}
