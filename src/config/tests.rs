//! Whole files, right and wrong, as a user would write them.

use std::fs;
use std::path::{Path, PathBuf};

use super::keys::Place;
use super::{Caution, Config, Mode, SecretSource, ThemeName, Tls, TopMode, load};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::Category;

/// The least that an account needs, on lines 1 to 5.
const LEAST: &str = "[[accounts]]
name = \"home\"
email = \"Me@Example.org\"
host = \"imap.example.org\"
password_env = \"PW\"
";

fn read(text: &str) -> Result<Config, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    load(&path)
}

fn sound(text: &str) -> Config {
    read(text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

/// That `text` is refused: with this line in the cause, these words in it, and these in the hint.
#[track_caller]
fn refused(text: &str, line: usize, cause: &str, hint: &str) {
    let fault = read(text).expect_err(text);
    assert_eq!(fault.kind, FaultKind::Usage, "{fault}");
    assert!(fault.cause.contains(&format!("config.toml:{line}: ")), "line {line} of: {fault}");
    assert!(fault.cause.contains(cause), "{cause:?} in: {fault}");
    assert!(fault.hint.contains(hint), "{hint:?} in: {}", fault.hint);
    assert!(!fault.cause.contains('\n') && !fault.hint.contains('\n'), "one line each: {fault:?}");
}

#[test]
fn the_least_config_gets_the_defaults() {
    let config = sound(LEAST);
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    assert_eq!(config.state_dir, home.join(".local/state/mailherd"));
    assert_eq!(config.theme, ThemeName::Default);
    let account = &config.accounts[0];
    assert_eq!((account.name.as_str(), account.email.as_str()), ("home", "me@example.org"));
    assert_eq!(account.username, "Me@Example.org", "as it was written: some servers tell case apart");
    assert_eq!((account.tls, account.port), (Tls::Implicit, 993));
    assert_eq!((account.mode, account.top, account.caution), (Mode::Preview, TopMode::Move, Caution::Normal));
    assert_eq!((account.backlog_days, account.blackhole_days, account.settle_seconds), (30, 7, 120));
    let folders = Category::ALL.map(|category| account.folders.of(category));
    assert_eq!(folders, [Some("Top"), None, Some("News"), Some("Bulk"), Some("Blackhole")]);
    assert_eq!(account.secret, SecretSource::Env("PW".into()));
    assert_eq!(account.own_addresses().len(), 1);
}

#[test]
fn an_account_overrides_the_whole_file_and_the_next_account_does_not_notice() {
    let global = "fit = true\nmode = \"file\"\ncaution = \"high\"\nbacklog_days = 5\n[folders]\nnews = \"Read\"\nbulk = \"Rest\"\n";
    let first =
        "fit = false\nmode = \"preview\"\ntop = \"flag\"\nblackhole_days = 0\n[accounts.folders]\nbulk = \"A/B\"\n";
    let config = sound(&format!("{global}{LEAST}{first}{}", LEAST.replace("\"home\"", "\"work\"")));
    let [home, work] = &config.accounts[..] else { panic!("two accounts") };
    assert_eq!((home.mode, home.top, home.blackhole_days, home.backlog_days), (Mode::Preview, TopMode::Flag, 0, 5));
    assert_eq!((home.folders.news.as_str(), home.folders.bulk.as_str()), ("Read", "A/B"));
    assert_eq!((work.mode, work.top, work.blackhole_days), (Mode::File, TopMode::Move, 7));
    assert_eq!((work.folders.bulk.as_str(), work.caution), ("Rest", Caution::High));
    assert_eq!((home.fit, work.fit), (false, true));
}

#[test]
fn paths_start_at_home_or_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let least = LEAST.replace("password_env = \"PW\"", "password_file = \"pw\"\ntls_ca_file = \"~/ca.pem\"");
    fs::write(&path, format!("state_dir = \"state\"\n{least}")).unwrap();
    let config = load(&path).unwrap();
    assert_eq!(config.state_dir, folder.path().join("state"));
    assert_eq!(config.accounts[0].secret, SecretSource::File(folder.path().join("pw")));
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    assert_eq!(config.accounts[0].tls_ca_file, Some(home.join("ca.pem")));
    refused(&format!("state_dir = \"~anna/x\"\n{LEAST}"), 1, "home directory", "whole path");
}

#[test]
fn unknown_keys_name_the_line_and_the_nearest_key_at_every_level() {
    refused(&format!("\ncaushion = \"low\"\n{LEAST}"), 2, "unknown key `caushion`", "`caution`");
    refused(&format!("[folders]\nnewz = \"x\"\n{LEAST}"), 2, "unknown key `newz`", "`news`");
    refused(&format!("{LEAST}hosst = \"x\""), 6, "unknown key `hosst`", "`host`");
    refused(&format!("{LEAST}[accounts.folders]\nblakhole = \"x\""), 7, "unknown key `blakhole`", "`blackhole`");
    refused(&format!("[acounts]\n{LEAST}"), 1, "unknown key `acounts`", "`accounts`");
    refused(&format!("zzz = 1\nabc = 2\n{LEAST}"), 1, "`zzz`", "did you mean");
    refused(&format!("[folders]\nmode = \"file\"\n{LEAST}"), 2, "`mode`", "before the first [table]");
    refused(&format!("host = \"x\"\n{LEAST}"), 1, "`host`", "[[accounts]]");
    refused(&format!("\"\\u001b[2J\" = 1\n{LEAST}"), 1, "unknown key `\u{fffd}[2J`", "did you mean");
}

#[test]
fn a_theme_is_chosen_by_its_word() {
    assert_eq!(sound(&format!("[ui]\ntheme = \"high-contrast\"\n{LEAST}")).theme, ThemeName::HighContrast);
    assert_eq!(sound(&format!("[ui]\n{LEAST}")).theme, ThemeName::Default);
    let words = "\"default\", \"light\" or \"high-contrast\"";
    refused(&format!("[ui]\ntheme = \"dark\"\n{LEAST}"), 2, "`theme` cannot be \"dark\"", words);
    refused(&format!("theme = \"light\"\n{LEAST}"), 1, "`theme`", "under [ui]");
    refused(&format!("[ui]\ncolour = \"red\"\n{LEAST}"), 2, "unknown key `colour`", "`theme`");
}

#[test]
fn wrong_values_say_what_is_allowed() {
    refused(&format!("mode = \"on\"\n{LEAST}"), 1, "`mode` cannot be \"on\"", "\"preview\" or \"file\"");
    refused(&format!("caution = 3\n{LEAST}"), 1, "`caution` cannot be a number", "\"low\", \"normal\" or \"high\"");
    refused(&format!("fit = \"yes\"\n{LEAST}"), 1, "`fit` cannot be a text", "true or false");
    refused(&format!("top = \"Top\"\n{LEAST}"), 1, "`top`", "\"move\", \"flag\" or \"off\"");
    refused(&format!("backlog_days = \"9\"\n{LEAST}"), 1, "cannot be a text", "whole number");
    refused(&format!("backlog_days = 1.5\n{LEAST}"), 1, "`backlog_days`", "whole number");
    refused(&format!("settle_seconds = -1\n{LEAST}"), 1, "below 0", "0 or more");
    refused(&format!("folders = 1\n{LEAST}"), 1, "`folders` cannot be a number", "[folders]");
    refused("[accounts]\nname = \"a\"", 1, "`accounts` cannot be a table", "[[accounts]]");
    refused("accounts = [1]", 1, "`accounts`", "[[accounts]]");
    refused(&format!("{LEAST}aliases = \"a@b.c\""), 6, "`aliases` cannot be a text", "list of texts");
    refused(&format!("{LEAST}aliases = [1]"), 6, "`aliases`", "list of texts");
    refused(&format!("{LEAST}username = \"  \""), 6, "`username` is empty", "leave the key out");
}

#[test]
fn what_is_not_toml_names_the_line() {
    refused(&format!("mode = file\n{LEAST}"), 1, "this is not TOML", "quotes");
    refused(&format!("{LEAST}name = \"again\""), 6, "this is not TOML", "");
    refused(&format!("mode = \"file\"\n\n[folders\n{LEAST}"), 3, "this is not TOML", "");
}

#[test]
fn the_numbers_have_no_upper_bound() {
    let huge = "9".repeat(60);
    let config =
        sound(&format!("backlog_days = {huge}\nblackhole_days = 4_294_967_296\nsettle_seconds = 0x10\n{LEAST}"));
    let account = &config.accounts[0];
    assert_eq!((account.backlog_days, account.blackhole_days, account.settle_seconds), (u32::MAX, u32::MAX, 16));
    assert_eq!(sound(&format!("backlog_days = -0\n{LEAST}")).accounts[0].backlog_days, 0);
    assert_eq!(sound(&format!("backlog_days = +1_0\n{LEAST}")).accounts[0].backlog_days, 10);
}

#[test]
fn accounts_must_be_there_and_be_told_apart() {
    refused("", 1, "no account", "[[accounts]]");
    refused("mode = \"file\"\naccounts = []", 2, "no account", "[[accounts]]");
    refused(&format!("{LEAST}{}", LEAST.replace("home", "HOME")), 7, "called \"HOME\" already", "of its own");
    for (key, line) in [("name", 1), ("email", 1), ("host", 1)] {
        let without: String =
            LEAST.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        refused(&without, line, &format!("`{key}` is missing"), &format!("add {key} = "));
    }
    for name in ["a/b", "..", "-x", "a\\u0007", &"x".repeat(65)] {
        refused(&LEAST.replace("\"home\"", &format!("\"{name}\"")), 2, "cannot be called", "short word");
    }
    refused(&LEAST.replace("Me@Example.org", "me"), 3, "not an e-mail address", "anna@example.org");
    refused(&format!("{LEAST}aliases = [\"a@b.c\", \"x\"]"), 6, "\"x\", which is not", "");
}

#[test]
fn aliases_are_counted_once() {
    let config = sound(&format!("{LEAST}aliases = [\"b@c.d\", \"B@C.D\", \"me@example.org\"]"));
    let own: Vec<String> = config.accounts[0].own_addresses().iter().map(ToString::to_string).collect();
    assert_eq!(own, ["me@example.org", "b@c.d"]);
}

#[test]
fn folders_must_be_usable_and_different() {
    for (name, why) in
        [("inBox", "inbox itself"), ("a*", "`*`"), ("a\\u0000b", "control"), ("/a", "empty"), ("a//b", "empty")]
    {
        refused(&format!("[folders]\ntop = \"{name}\"\n{LEAST}"), 2, why, "");
    }
    refused(&format!("[folders]\nbulk = \"\"\n{LEAST}"), 2, "`bulk` is empty", "");
    refused(&format!("[folders]\ntop = \"x\"\nnews = \"X\"\n{LEAST}"), 3, "`top` and `news`", "of its own");
    refused(&format!("[folders]\nnews = \"bulk\"\n{LEAST}"), 2, "`news` and `bulk`", "of its own");
    let per_account = format!("[folders]\nnews = \"N\"\n{LEAST}[accounts.folders]\ntop = \"N\"");
    refused(&per_account, 9, "`top` and `news`", "of its own");
    let odd = "Ge filtert/Süd \\\"x\\\"";
    assert_eq!(sound(&format!("[folders]\ntop = \"{odd}\"\n{LEAST}")).accounts[0].folders.top, "Ge filtert/Süd \"x\"");
}

#[test]
fn the_server_must_be_reachable_in_a_sound_way() {
    let with = |line: &str| format!("{LEAST}{line}");
    let on = |host: &str, line: &str| format!("{}{line}", LEAST.replace("imap.example.org", host));
    for port in ["0", "65536", "99999999999"] {
        refused(&with(&format!("port = {port}")), 6, "out of range", "65535");
    }
    refused(&with("tls = \"ssl\""), 6, "cannot be \"ssl\"", "\"implicit\", \"starttls\" or \"none\"");
    refused(&with("tls = \"none\""), 6, "in the clear", "loopback");
    refused(&on("127.0.0.1.example.org", "tls = \"none\""), 6, "in the clear", "loopback");
    for host in ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "LocalHost"] {
        let config = sound(&on(host, "tls = \"none\""));
        assert_eq!((config.accounts[0].port, config.accounts[0].tls), (143, Tls::None));
    }
    assert_eq!(sound(&on("[::1]", "")).accounts[0].host, "::1");
    assert_eq!(sound(&with("tls = \"starttls\"")).accounts[0].port, 143);
    assert_eq!(sound(&with("tls = \"starttls\"\nport = 1143")).accounts[0].port, 1143);
    for host in ["imaps://x.org", "x.org:993", "x y", "[]"] {
        refused(&on(host, ""), 4, "`host` cannot be", "bare host name");
    }
}

#[test]
fn a_pin_is_64_hex_digits() {
    let plain = "0123456789abcdef".repeat(4);
    let upper = plain.to_uppercase();
    let colons: Vec<&str> = (0..64).step_by(2).map(|at| &upper[at..at + 2]).collect();
    let pin = |text: &str| format!("{LEAST}tls_pin_sha256 = \"{text}\"");
    let expected = sound(&pin(&plain)).accounts[0].tls_pin_sha256.unwrap();
    assert_eq!(expected[..3], [0x01, 0x23, 0x45]);
    assert_eq!(sound(&pin(&colons.join(":"))).accounts[0].tls_pin_sha256, Some(expected));
    for wrong in [&plain[1..], &format!("{plain}0"), &plain.replace('f', "g"), "SHA256"] {
        refused(&pin(wrong), 6, "not a SHA-256", "64 hex digits");
    }
    refused(&format!("{}\ntls_ca_file = \"x\"", pin(&plain)), 6, "exclude each other", "keep one");
}

#[test]
fn there_is_exactly_one_way_to_the_password() {
    let none = LEAST.replace("password_env = \"PW\"\n", "");
    refused(&none, 1, "no password", "password_command");
    refused(&format!("{LEAST}password_command = \"x\""), 5, "more than one way", "one of");
    refused(&format!("{none}password_command = \"x\"\npassword_file = \"y\""), 6, "more than one way", "one of");
    let plain = "password = \"hunter2\"";
    refused(&format!("{none}{plain}"), 5, "does not belong in this file", "password_command");
    refused(&format!("{plain}\n{LEAST}"), 1, "does not belong in this file", "[[accounts]]");
}

/// An account of Gmail's that has no password.
fn gmail(oauth2: &str) -> String {
    let none = LEAST.replace("password_env = \"PW\"\n", "").replace("imap.example.org", "imap.gmail.com");
    format!("{none}oauth2 = {{ {oauth2} }}\n")
}

fn client(oauth2: &str) -> super::Client {
    let SecretSource::Oauth2(read) = sound(&gmail(oauth2)).accounts.remove(0).secret else { panic!("{oauth2}") };
    read.client().expect("a client").clone()
}

#[test]
fn oauth2_knows_two_providers_and_is_told_of_others() {
    let known = client("client_id = \"id\", client_secret_file = \"secret\"");
    assert_eq!(known.endpoints.token, "https://oauth2.googleapis.com/token");
    assert!(matches!(&known.secret, Some(SecretSource::File(file)) if file.ends_with("secret") && file.is_absolute()));
    let SecretSource::Oauth2(by_command) =
        sound(&gmail("token_command = \"oama access me\"")).accounts.remove(0).secret
    else {
        panic!("it is a command")
    };
    assert!(by_command.client().is_none() && !format!("{by_command:?}").contains("oama"), "{by_command:?}");
    let outlook = client("client_id = \"id\", provider = \"outlook\", tenant = \"consumers\", keyring = true");
    assert!(outlook.endpoints.device.unwrap().contains("/consumers/"));
    assert!(matches!(outlook.kept, super::Keeping::Keyring(name) if name.starts_with("oauth2 of ")));
    let own = client(
        "client_id = \"id\", token_url = \"https://id.example/t\", device_url = \"http://[::1]:8/d\", scope = \"mail\", \
         redirect_url = \"http://localhost:8400/back\"",
    );
    assert_eq!((own.endpoints.token.as_str(), own.endpoints.scope.as_str()), ("https://id.example/t", "mail"));
    assert_eq!((own.endpoints.authorize, own.endpoints.redirect.as_str()), (None, "http://localhost:8400/back"));
    let half = client("provider = \"gmail\", client_id = \"id\", scope = \"other\"");
    assert_eq!((half.endpoints.scope.as_str(), half.endpoints.token_host()), ("other", "oauth2.googleapis.com"));
}

#[test]
fn oauth2_is_refused_with_the_nearest_word() {
    for (keys, cause, hint) in [
        ("client_id = \"x\", client_secrets_file = \"y\"", "unknown key `client_secrets_file`", "`client_secret_file`"),
        ("client_id = \"x\", client_secret = \"hunter2\"", "does not belong in this file", "client_secret_file"),
        ("provider = \"gmail\"", "`client_id` is missing", "docs/oauth2.md"),
        ("provider = \"google\", client_id = \"x\"", "cannot be \"google\"", "\"gmail\" or \"outlook\""),
        ("client_id = \"x\", tenant = \"y\"", "word of Microsoft's", "outlook"),
        ("client_id = \"x\", provider = \"outlook\", tenant = \"../y\"", "`tenant` cannot be", "consumers"),
        ("client_id = \"x\", token_url = \"https://a.b\"", "`scope` is missing", "token_url and scope"),
        ("client_id = \"x\", scope = \"y\"", "`token_url` is missing", "provider = "),
        ("client_id = \"x\", scope = \"y\", token_url = \"http://a.example/t\"", "in the clear", "https"),
        ("client_id = \"x\", scope = \"y\", token_url = \"http://127.0.0.1.a.example/t\"", "in the clear", "https"),
        ("client_id = \"x\", scope = \"y\", token_url = \"https://a@b.example/\"", "no https address", "https"),
        ("client_id = \"x\", scope = \"y\", token_url = \"ftp://a.example/\"", "no https address", "https"),
        ("client_id = \"x\", redirect_url = \"https://localhost\"", "no http address of this machine", "127.0.0.1"),
        ("client_id = \"x\", redirect_url = \"http://a.example\"", "no http address of this machine", "127.0.0.1"),
        ("client_id = \"x\", redirect_url = \"http://localhost:0\"", "no http address of this machine", "127.0.0.1"),
        ("client_id = \"x\", redirect_url = \"http://localhost/?a\"", "no http address of this machine", "127.0.0.1"),
        ("token_command = \"x\", client_id = \"y\"", "exclude each other", "needs nothing else"),
        (
            "client_id = \"x\", client_secret_env = \"y\", client_secret_command = \"z\"",
            "the client secret is given in more than one way",
            "one of",
        ),
    ] {
        refused(&gmail(keys), 5, cause, hint);
    }
    refused(&format!("{LEAST}oauth2 = {{ token_command = \"x\" }}"), 6, "more than one way", "oauth2");
    refused(&format!("{LEAST}oauth2 = true"), 6, "cannot be true or false", "table");
    refused(&format!("client_id = \"x\"\n{LEAST}"), 1, "unknown key", "under oauth2");
    refused(&format!("oauth2 = {{ }}\n{LEAST}"), 1, "unknown key", "[[accounts]]");
}

/// What the set-up writes is what was wanted; and the file stays as it was otherwise.
#[test]
fn oauth2_is_written_as_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let mut account = super::Account::draft("ho me".into(), crate::logic::ids::Address::parse("me@gmail.com").unwrap());
    account.host = "imap.gmail.com".into();
    let pairs = [("client_id", "a\"b"), ("client_secret_file", "/etc/x"), ("keyring", "false")];
    let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut editing = super::Editing::open(&path).unwrap();
    let state_dir = editing.state_dir().unwrap();
    let oauth2 = super::Oauth2::of_pairs(&account, &pairs, &path, &state_dir).unwrap();
    account.secret = SecretSource::Oauth2(Box::new(oauth2));
    editing.put(&account).unwrap();
    editing.write().unwrap();
    assert_eq!(load(&path).unwrap().accounts, [account]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("oauth2 = { client_id = 'a\"b', client_secret_file = \"/etc/x\" }"), "{text}");
}

#[test]
fn a_credential_is_a_name() {
    let none = LEAST.replace("password_env = \"PW\"\n", "");
    let secret = sound(&format!("{none}credential = \"imap\"")).accounts.remove(0).secret;
    assert_eq!(secret, SecretSource::Credential("imap".into()));
    refused(&format!("{none}credential = \"../imap\""), 5, "a name, not a path", "LoadCredential");
    refused(&format!("{LEAST}credential = \"imap\""), 6, "more than one way", "credential");
}

#[test]
fn a_keyring_is_asked_by_who_logs_in_where() {
    let none = LEAST.replace("password_env = \"PW\"\n", "");
    let secret = sound(&format!("{none}keyring = true")).accounts.remove(0).secret;
    assert_eq!(secret, SecretSource::Keyring("Me@Example.org at imap.example.org".into()));
    refused(&format!("{none}keyring = false"), 1, "no password", "keyring = true");
    refused(&format!("{LEAST}keyring = true"), 6, "more than one way", "one of");
    refused(&format!("{none}keyring = \"yes\""), 5, "cannot be a text", "true or false");
}

#[cfg(not(feature = "keyring"))]
#[tokio::test]
async fn a_program_without_the_keyring_says_so() {
    let fault = SecretSource::Keyring("me at imap.example.org".into()).fetch().await.unwrap_err();
    assert!(fault.cause.contains("without the keyring") && fault.hint.contains("--features keyring"), "{fault:?}");
}

#[test]
fn a_folder_gets_another_name_unless_it_cannot_have_it() {
    let names = super::ManagedNames::default();
    assert_eq!(names.named(Category::Bulk, " Automatic ").unwrap().bulk, "Automatic");
    assert_eq!(names.named(Category::Bulk, "Bulk").unwrap(), names);
    for (category, name) in [
        (Category::Bulk, "news"),
        (Category::News, "INBOX"),
        (Category::Top, "a*"),
        (Category::Top, "a//b"),
        (Category::Inbox, "x"),
    ] {
        assert!(names.named(category, name).is_err(), "{name}");
    }
}

#[test]
fn metrics_are_answered_on_loopback_only() {
    let read = |value: &str| sound(&format!("metrics = \"{value}\"\n{LEAST}")).metrics;
    assert_eq!(read("127.0.0.1:9810"), Some(([127, 0, 0, 1], 9810).into()));
    assert!(read("[::1]:9810").is_some() && read("").is_none() && sound(LEAST).metrics.is_none());
    for wrong in ["0.0.0.0:9810", "192.168.0.1:80", "[::]:1"] {
        refused(&format!("metrics = \"{wrong}\"\n{LEAST}"), 1, "loopback only", "127.0.0.1:9810");
    }
    refused(&format!("metrics = \"9810\"\n{LEAST}"), 1, "no address with a port", "127.0.0.1:9810");
}

/// A daemon that runs on an earlier version of the file is found by it all the same.
#[test]
fn the_state_directory_is_found_in_a_broken_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    let found = |text: &str| {
        std::fs::write(&path, text).unwrap();
        super::state_dir(&path).unwrap()
    };
    assert_eq!(found("mode = \"fil\nstate_dir = \"/s\" # here\n[[accounts]\n"), Path::new("/s"));
    assert_eq!(found("nonsense = 1\nstate_dir = 'here'\n"), dir.path().join("here"));
    assert_ne!(found("[[accounts]]\nstate_dir = \"/s\"\n"), Path::new("/s"));
}

#[test]
fn no_password_is_ever_quoted() {
    for line in
        ["password = \"hunter2\"", "passwort = \"hunter2\"", "password = hunter2", "password_env = [\"hunter2\"]"]
    {
        let fault = read(&format!("{}{line}", LEAST.replace("password_env = \"PW\"\n", ""))).expect_err(line);
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
    let config = sound(&LEAST.replace("password_env = \"PW\"", "password_command = \"echo hunter2\""));
    let debug = format!("{config:?}");
    assert!(debug.contains("***") && !debug.contains("hunter2"), "{debug}");
}

#[test]
fn what_cannot_be_read_says_so() {
    let fault = load(Path::new("/nonexistent/config.toml")).unwrap_err();
    assert!(fault.cause.contains("no config file at /nonexistent/config.toml"), "{fault}");
    assert!(fault.hint.contains("mailherd setup"), "{}", fault.hint);
    let folder = tempfile::tempdir().unwrap();
    assert!(load(folder.path()).unwrap_err().cause.contains("cannot read"));
    let path = folder.path().join("config.toml");
    fs::write(&path, b"mode = \"\xff\"").unwrap();
    assert!(load(&path).unwrap_err().cause.contains("not UTF-8"));
    fs::write(&path, vec![b'#'; 2 << 20]).unwrap();
    assert!(load(&path).unwrap_err().cause.contains("larger than 1 MiB"));
}

#[test]
fn the_example_loads_as_it_is_and_mentions_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let account = &load(&path).unwrap().accounts[0];
    assert_eq!((account.mode, account.username.as_str()), (Mode::Preview, "me"));
    let example = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = example.lines().map(|line| line.trim_start_matches(['#', ' '])).collect();
    for key in Place::ALL.into_iter().flat_map(Place::keys) {
        let forms = [format!("{key} = "), format!("[{key}]"), format!("[[{key}]]")];
        assert!(lines.iter().any(|line| forms.iter().any(|form| line.starts_with(form))), "{key} is not explained");
    }
}

/// Every key that the example shows and every override it offers in a comment is really accepted.
#[test]
fn the_example_loads_with_its_overrides_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let example = fs::read_to_string(path).unwrap();
    let (before, overrides) = example.split_once("# An account may override these").unwrap();
    let overrides: String =
        overrides.lines().skip(1).map(|line| format!("{}\n", line.trim_start_matches(['#', ' ']))).collect();
    let account = sound(&format!("{before}{overrides}")).accounts.remove(0);
    assert_eq!((account.mode, account.top, account.caution), (Mode::File, TopMode::Flag, Caution::High));
    assert_eq!((account.backlog_days, account.blackhole_days, account.settle_seconds), (365, 30, 600));
    assert!(account.fit);
    assert_eq!(account.folders.news, "Newsletters");
}

/// The rows of the tables of docs/config.md below the heading that names a place: key and default.
fn documented(place: Place) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/config.md");
    let text = fs::read_to_string(path).unwrap();
    let heading = match place {
        Place::Top => "## At the top of the file\n",
        Place::Ui => "## `[ui]`\n",
        Place::Folders => "## `[folders]`\n",
        Place::Account => "## `[[accounts]]`\n",
        Place::Oauth2 => "## `oauth2`\n",
    };
    let (_, section) = text.split_once(heading).unwrap_or_else(|| panic!("no {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>();
    let rows = section.lines().filter(|line| line.starts_with("| `")).map(cells);
    rows.map(|cells| (cells[1].clone(), cells[2].clone())).collect()
}

#[test]
fn every_key_is_documented_with_its_place_and_its_default() {
    let example = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml")).unwrap();
    let example: toml::Table = example.parse().unwrap();
    for place in Place::ALL {
        let rows = documented(place);
        let keys: Vec<&str> = rows.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, place.keys(), "docs/config.md has the keys of {place:?} in the order of the table");
        let shown = match place {
            Place::Top => &example,
            Place::Ui => example["ui"].as_table().unwrap(),
            Place::Folders => example["folders"].as_table().unwrap(),
            // What an account must have is an invented one's there, and no default; of `oauth2` it shows nothing in force.
            Place::Account | Place::Oauth2 => continue,
        };
        for (key, default) in rows.iter().filter(|(_, default)| default != "-") {
            assert_eq!(shown[key].to_string(), *default, "{key} in config.example.toml and docs/config.md");
        }
    }
    let least = format!("{LEAST}aliases = []\nport = 993\ntls = \"implicit\"\n");
    let (given, left_out) = (sound(&least).accounts.remove(0), sound(LEAST).accounts.remove(0));
    assert_eq!((given.port, given.tls, given.own_addresses()), (left_out.port, left_out.tls, left_out.own_addresses()));
}
