//! Everything that is not meant stays to the byte.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::config::{Mode, Tls, TopMode};
use crate::logic::policy::Caution;

fn account(name: &str) -> Account {
    let mut account = Account::draft(name.into(), Address::parse("me@home.example").unwrap());
    account.host = "imap.home.example".into();
    account.secret = SecretSource::File("/etc/mailherd/pw".into());
    account
}

fn editing(text: &str) -> (tempfile::TempDir, Result<Editing, Fault>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    (folder, Editing::open(&path))
}

#[test]
fn a_new_file_says_what_was_chosen_and_reads_back_as_the_same_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/config.toml");
    let mut editing = Editing::open(&path).unwrap();
    let mut wanted = account("home");
    wanted.mode = Mode::File;
    (wanted.caution, wanted.top) = (Caution::High, TopMode::Flag);
    wanted.aliases = vec![Address::parse("old@home.example").unwrap()];
    (wanted.port, wanted.tls, wanted.username) = (1143, Tls::Starttls, "me".into());
    wanted.tls_pin_sha256 = Some([0xab; 32]);
    wanted.folders.bulk = "Automatic".into();
    wanted.secret = SecretSource::File(folder.path().join("deep/home.password"));
    editing.put(&wanted).unwrap();
    editing.write().unwrap();
    let config = crate::config::load(&path).unwrap();
    assert_eq!(config.accounts, [wanted]);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("password_file = \"home.password\"") && text.contains("\nmode = \"file\"\n"), "{text}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_keeps_its_comments_order_and_mode() {
    let text = "# mine\nmode   = 'file' # yes\ncaution = \"low\"\n\n[ui]\ntheme = \"light\"\n\n[[accounts]] # the first\n\
                name = \"work\"\nemail = \"w@work.example\"\nhost = \"h\"\npassword_env = \"X\"\n# the end\n";
    let (folder, editing) = editing(text);
    let mut editing = editing.unwrap();
    std::fs::set_permissions(folder.path().join("config.toml"), PermissionsExt::from_mode(0o644)).unwrap();
    editing.put(&account("home")).unwrap();
    editing.write().unwrap();
    let path = folder.path().join("config.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.starts_with(text), "{written}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    let config = crate::config::load(&path).unwrap();
    // The account is as it was wanted, whatever holds for the others.
    assert_eq!((config.accounts[0].caution, config.accounts[1].caution), (Caution::Low, Caution::Normal));
    assert_eq!((config.accounts[0].mode, config.accounts[1].mode), (Mode::File, Mode::Preview));
    let inline = "accounts = [{ name = \"a\", email = \"a@b.c\", host = \"h\", password_env = \"X\" }]\n";
    let (_folder, editing) = self::editing(inline);
    assert_eq!(editing.unwrap().with(&account("home")).unwrap().lines().count(), 1);
}

#[test]
fn names_do_not_clash() {
    let text = "[[accounts]]\nname = \"Home\"\nemail = \"a@b.c\"\nhost = \"h\"\npassword_env = \"X\"\n";
    let (_folder, editing) = editing(text);
    let editing = editing.unwrap();
    assert_eq!(editing.free_name("home"), "home-2");
    assert_eq!(editing.free_name("../wörk\u{1b}"), "wörk");
    assert_eq!(editing.free_name("--"), "home-2");
}

#[test]
fn a_file_that_is_not_sound_is_left_alone() {
    for (text, says) in [
        ("mode = [", "not TOML"),
        ("mod = \"file\"\n", "unknown key"),
        ("mode = \"files\"\n", "cannot be"),
        ("[[accounts]]\nname = \"x\"\n", "missing"),
        ("accounts = 3\n", "accounts"),
    ] {
        let (folder, editing) = editing(text);
        let fault = editing.unwrap_err();
        assert!(fault.cause.contains(says) && fault.hint.contains("overwrites none"), "{text}: {fault:?}");
        assert_eq!(std::fs::read_to_string(folder.path().join("config.toml")).unwrap(), text);
    }
    let (_folder, editing) = editing("# nothing yet\n");
    assert!(editing.unwrap().with(&account("home")).unwrap().starts_with("# nothing yet\n"));
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten() {
    let (folder, editing) = editing("# nothing yet\n");
    let mut editing = editing.unwrap();
    std::fs::write(folder.path().join("config.toml"), "# something\n").unwrap();
    editing.put(&account("home")).unwrap();
    let fault = editing.write().unwrap_err();
    assert!(fault.cause.contains("changed meanwhile"), "{fault}");
}

/// Two accounts, with comments wherever there can be some.
const BY_HAND: &str = "\
# top of the file
mode = \"preview\" # for now
caution = 'low'

[folders]
news = \"Letters\"   # as ever

[[accounts]] # the first
# who
name = \"home\" # at home
email = \"me@home.example\"
host   = \"imap.home.example\"  # the box in the cellar
# trusted on the first of May
tls_pin_sha256 = \"abababababababababababababababababababababababababababababababab\"
# how I log in
password_command = \"pass show home\" # gpg
backlog_days = 90

[[accounts]]
name = \"work\"
email = \"me@work.example\"
host = \"imap.work.example\"
password_env = \"WORK\"
# the end
";

/// The file after `change` of the account `home`.
fn changed(text: &str, change: impl Fn(&mut Account)) -> String {
    let (folder, editing) = editing(text);
    let mut editing = editing.unwrap();
    let mut account = editing.accounts()[0].clone();
    change(&mut account);
    editing.put(&account).unwrap();
    editing.write().unwrap();
    let path = folder.path().join("config.toml");
    assert_eq!(crate::config::load(&path).unwrap().accounts[0], account);
    std::fs::read_to_string(&path).unwrap()
}

#[test]
fn what_is_changed_is_changed_alone() {
    assert_eq!(changed(BY_HAND, |_| {}), BY_HAND);
    let moved = changed(BY_HAND, |account| account.host = "imap.new.example".into());
    assert_eq!(moved, BY_HAND.replace("imap.home.example", "imap.new.example"));
    let otherwise = changed(BY_HAND, |account| {
        (account.port, account.tls) = (143, Tls::Starttls);
        account.aliases = vec![Address::parse("old@home.example").unwrap()];
    });
    let added = "backlog_days = 90\naliases = [\"old@home.example\"]\ntls = \"starttls\"\n";
    assert_eq!(otherwise, BY_HAND.replace("backlog_days = 90\n", added));
}

#[test]
fn a_password_from_elsewhere_stands_where_the_old_one_stood() {
    let text = changed(BY_HAND, |account| account.secret = SecretSource::Env("PASSWORD".into()));
    let expected = BY_HAND.replace("password_command = \"pass show home\"", "password_env = \"PASSWORD\"");
    assert_eq!(text, expected);
}

#[test]
fn what_is_taken_away_leaves_the_comments_above_it() {
    let text = changed(BY_HAND, |account| account.tls_pin_sha256 = None);
    let expected: String =
        BY_HAND.lines().filter(|line| !line.starts_with("tls_pin")).map(|line| format!("{line}\n")).collect();
    assert_eq!(text, expected);
    let last = "[[accounts]]\nname = \"a\"\nemail = \"a@b.c\"\nhost = \"h\"\npassword_env = \"X\" # here\n# why\nport = 1993\n\n[ui]\ntheme = \"light\"\n";
    assert_eq!(changed(last, |account| account.port = 993), last.replace("port = 1993\n", ""));
}

#[test]
fn habits_are_changed_where_they_are_said_and_for_this_account_alone() {
    let text = changed(BY_HAND, |account| {
        (account.mode, account.backlog_days) = (Mode::File, 5);
        account.folders.bulk = "Automatic".into();
    });
    assert!(text.contains("mode = \"preview\" # for now") && text.contains("backlog_days = 5\n"), "{text}");
    let config = crate::config::read(Path::new("/x/config.toml"), text).unwrap();
    assert_eq!((config.accounts[1].mode, config.accounts[1].folders.bulk.as_str()), (Mode::Preview, "Bulk"));
    let alone = BY_HAND.split("[[accounts]]\nname = \"work\"").next().unwrap();
    let text = changed(alone, |account| {
        (account.mode, account.caution) = (Mode::File, Caution::High);
        account.folders.news = "Post".into();
    });
    let expected =
        alone.replace("\"preview\"", "\"file\"").replace("'low'", "\"high\"").replace("\"Letters\"", "\"Post\"");
    assert_eq!(text, expected);
}

#[test]
fn an_explicit_port_goes_along_with_another_way_to_connect() {
    let text = BY_HAND.replace("# who\n", "port = 993\n");
    let changed = changed(&text, |account| (account.port, account.tls) = (143, Tls::Starttls));
    assert!(!changed.contains("port = 993"), "{changed}");
}

#[test]
fn accounts_in_one_line_are_changed_too() {
    let text = "accounts = [{ name = \"a\", email = \"a@b.c\", host = \"h\", password_env = \"X\" }] # short\n";
    let changed = changed(text, |account| {
        account.host = "i".into();
        account.secret = SecretSource::Command("pass".into());
    });
    let expected = text.replace("\"h\"", "\"i\"").replace("password_env = \"X\"", "password_command = \"pass\"");
    assert_eq!(changed, expected);
}

#[test]
fn what_would_not_be_sound_is_not_put() {
    let (_folder, editing) = editing(BY_HAND);
    let mut editing = editing.unwrap();
    let mut account = editing.accounts()[0].clone();
    account.host = "not a host".into();
    assert!(editing.put(&account).unwrap_err().cause.contains("`host` cannot be"));
    editing.write().unwrap();
    assert_eq!(std::fs::read_to_string(editing.path()).unwrap(), BY_HAND);
}
