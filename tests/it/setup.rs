//! `mailherd setup` on a terminal and in scripts, against a private server. Afterwards another mail program looks at the mail, and the
//! files are looked at one by one.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::cast;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::mail::{ME, Mail};
use crate::support::program;
use crate::support::screen::Screen;
use crate::support::user::User;

/// Another address of the user: their own mail says so.
const OLD: &str = "me@old.example";

/// What a person sees, and what they type then.
pub type Step = (&'static str, String);

/// A user with some mail to be filed, and mail sent from two addresses.
pub fn user(flavour: Flavour) -> User {
    let user = User::new(flavour);
    if flavour.special.iter().any(|(name, _)| *name == "Sent") {
        user.has_a_friend();
        let sent = |number: u32| Mail::from(OLD).to("anna@friends.example").subject(&format!("boat {number}"));
        user.client().append(&user.folder("Sent"), &[sent(1), sent(2)]);
    }
    user.receives(&cast::machine_mail(1));
    user
}

pub fn config(user: &User) -> PathBuf {
    user.path("config/mailherd/config.toml")
}

/// Every file below the user's home, but those that the tests keep there: its mode and its text.
pub fn files(user: &User) -> BTreeMap<PathBuf, (u32, String)> {
    fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, (u32, String)>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, metadata) = (entry.path(), entry.metadata().unwrap());
            if metadata.is_dir() {
                walk(&path, found);
            } else {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                found.insert(path, (metadata.permissions().mode() & 0o777, text));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&user.path(""), &mut found);
    found
}

/// The way to a working account on a server that signed its own certificate: every question that there is.
fn way(user: &User) -> Vec<Step> {
    let enter = || "\r".to_owned();
    vec![
        ("E-mail address:", format!("{ME}\r")),
        ("Ask Mozilla's database", enter()),
        ("IMAP server:", format!("localhost:{}\r", user.server.tls_port)),
        ("Trust this one certificate [y/N]:", "y\r".to_owned()),
        ("Login name", format!("{}\r", user.name)),
        ("Where does the password come from", enter()),
        ("Password (it is not shown):", format!("{PASSWORD}\r")),
        ("Which are yours [all]:", enter()),
        ("How sure must it be", enter()),
        ("Mail from people you know", enter()),
        ("File mail now", "2\r".to_owned()),
        ("Write it [Y/n]:", enter()),
    ]
}

pub fn play<'a>(screen: &'a mut Screen, steps: &[Step]) -> &'a mut Screen {
    for (seen, keys) in steps {
        screen.sees(seen).press(keys);
    }
    screen
}

#[test]
fn from_an_address_to_filed_mail_on_a_server_that_signed_its_own_certificate() {
    let user = user(Flavour::SELF_SIGNED);
    let mut screen = user.tall_screen(&["setup"]);
    let steps = way(&user);
    play(&mut screen, &steps[..3]);
    let pin = user.server.certificate.as_ref().unwrap().pin();
    let shown: Vec<String> =
        pin.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect();
    screen.sees("it signed itself").sees(&shown[..16].join(":")).sees(&shown[16..].join(":"));
    play(&mut screen, &steps[3..8]);
    screen.sees("me@old.example  (2 sent from it").sees("The weekly kitchen").sees("Tracker");
    play(&mut screen, &steps[8..]);
    screen.sees("Filed ");
    let (status, left) = screen.ends();
    assert!(status.success() && left.contains("mailherd undo --run"), "{left}");
    assert!(!left.contains(PASSWORD), "{left}");
    let world = user.world();
    assert!(world.count("News") >= 1 && world.count("Bulk") >= 1, "{:?}", world.folder_names());
    let files = files(&user);
    let (mode, text) = &files[&config(&user)];
    assert_eq!(*mode, 0o600);
    for line in
        ["mode = \"file\"", "name = \"home\"", "aliases = [\"me@old.example\"]", &format!("tls_pin_sha256 = \"{pin}\"")]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(files[&user.path("config/mailherd/home.password")], (0o600, format!("{PASSWORD}\n")));
    // What the preview learned became the state; nothing else lies about.
    assert!(files.contains_key(&user.path(".local/state/mailherd/mailherd.sqlite3")), "{:?}", files.keys());
    assert!(!files.keys().any(|path| path.to_string_lossy().contains("mailherd-setup")), "{:?}", files.keys());
    let again = user.bare(&["run", "--once", "--json"], &[]).done().object();
    assert_eq!((again["accounts"][0]["ok"].as_bool(), again["accounts"][0]["learned"].as_u64()), (Some(true), Some(0)));
    user.bare(&["doctor"], &[]).done();
}

#[test]
fn ctrl_c_at_each_question_leaves_nothing() {
    let user = user(Flavour::SELF_SIGNED);
    let (before, world) = (files(&user), user.world());
    let steps = way(&user);
    for asked in 0..steps.len() {
        let mut screen = user.tall_screen(&["setup"]);
        play(&mut screen, &steps[..asked]).sees(steps[asked].0).press("\x03");
        let (status, left) = screen.ends();
        assert!(!status.success() && left.contains("nothing was written"), "at {:?}: {left}", steps[asked].0);
        assert_eq!(files(&user), before, "at {:?}", steps[asked].0);
    }
    world.assert_same_places(&user.world());
}

#[test]
fn the_terminal_shows_what_is_typed_again_after_ctrl_c_at_the_password() {
    let user = user(Flavour::SELF_SIGNED);
    let script = "trap : INT; \"$0\" setup; stty -a | tr ' ' '\\n' | grep -x -e -echo -e echo";
    let program = program::executable();
    let words = ["-c", script, program.to_str().unwrap()];
    let mut screen = Screen::run(Path::new("/bin/sh"), &user.path(""), &words, 110, 80);
    let steps = way(&user);
    play(&mut screen, &steps[..6]).sees("Password (it is not shown):").press("half of it\x03");
    let (_, left) = screen.ends();
    assert!(left.lines().any(|line| line == "echo") && !left.contains("half of it"), "{left}");
}

#[test]
fn a_wrong_host_and_a_wrong_password_lead_back_to_the_question() {
    let user = user(Flavour::SELF_SIGNED);
    let mut screen = user.tall_screen(&["setup", "--no-service"]);
    let steps = way(&user);
    play(&mut screen, &steps[..2]);
    screen.sees("IMAP server:").press("no-such-host.invalid\r").sees("no-such-host.invalid:993: unknown host");
    screen.sees("IMAP server [no-such-host.invalid").press("not a host\r").sees("not that:");
    screen.press("localhost:1\r").sees("refused the connection").sees("IMAP server [localhost:1]");
    screen.press(&format!("localhost:{}\r", user.server.tls_port));
    play(&mut screen, &steps[3..6]);
    screen.sees("Password (it is not shown):").press("not the password\r").sees("refused the login");
    screen.until("it asks again", |text| text.matches("Login name").count() == 2).press("\r");
    screen.until("it asks again", |text| text.matches("Where does the password").count() == 2).press("\r");
    screen.until("it asks again", |text| text.matches("Password (it").count() == 2).press(&format!("{PASSWORD}\r"));
    play(&mut screen, &steps[7..]);
    assert!(screen.ends().0.success());
    user.bare(&["doctor"], &[]).done();
}

#[test]
fn without_a_sent_folder_and_with_bulk_as_the_spam_folder() {
    let user = user(Flavour::SPAM_IS_BULK);
    let mut client = user.client();
    client.command("CREATE News");
    client.append("News", &[cast::newsletter(7)]);
    let mut screen = user.tall_screen(&["setup", "--tls-ca-file", ca(&user).to_str().unwrap(), "--no-alias"]);
    let steps = way(&user);
    play(&mut screen, &steps[..3]);
    play(&mut screen, &steps[4..7]);
    screen.sees("there is no Sent mailbox").sees("mail cannot be filed into Bulk");
    screen.sees("Folder for bulk mail [Automatic]:").press("News\r").sees("not that:").press("\r");
    screen.sees("creates Top, Automatic, Blackhole");
    screen.sees("File news mail into News, beside what is there [Y/n]:").press("\r");
    play(&mut screen, &steps[8..]);
    assert!(screen.ends().0.success());
    let world = user.world();
    assert!(world.count("Automatic") >= 1 && world.count("Bulk") == 0, "{:?}", world.folder_names());
}

fn ca(user: &User) -> PathBuf {
    user.server.certificate.as_ref().unwrap().ca.clone()
}

/// The flags that answer every question.
fn flags(user: &User) -> Vec<String> {
    let (port, ca) = (user.server.port.to_string(), ca(user).to_str().unwrap().to_owned());
    let password = user.path("password").to_str().unwrap().to_owned();
    let words = [
        "setup",
        "--email",
        ME,
        "--host",
        "localhost",
        "--port",
        &port,
        "--tls",
        "starttls",
        "--tls-ca-file",
        &ca,
        "--username",
        &user.name,
        "--password-file",
        &password,
        "--no-alias",
        "--caution",
        "high",
        "--top",
        "flag",
        "--mode",
        "preview",
        "--no-service",
        "--yes",
    ];
    words.map(str::to_owned).to_vec()
}

fn run(user: &User, words: &[String]) -> program::Outcome {
    user.bare(&words.iter().map(String::as_str).collect::<Vec<_>>(), &[])
}

/// `words` without a flag and its value.
fn without(words: &[String], flag: &str, count: usize) -> Vec<String> {
    let at = words.iter().position(|word| word == flag).unwrap();
    words[..at].iter().chain(&words[at + count..]).cloned().collect()
}

#[test]
fn in_a_script_flags_answer_and_what_they_do_not_answer_names_its_flag() {
    let user = user(Flavour::PLAIN);
    let before = (files(&user), user.world());
    let all = flags(&user);
    let asked =
        |words: &[String], flag: &str| run(&user, words).complains(2).says("cannot ask").says(flag).hint.clone();
    asked(&without(&all, "--email", 2), "--email");
    asked(&without(&all, "--password-file", 2), "--password-stdin");
    let asking = without(&all, "--yes", 1);
    asked(&asking, "--yes");
    for (flag, count) in [("--no-alias", 1), ("--caution", 2), ("--top", 2), ("--mode", 2)] {
        asked(&without(&asking, flag, count), flag);
    }
    // A certificate is never trusted by default.
    run(&user, &without(&all, "--tls-ca-file", 2)).complains(1).says("--tls-pin-sha256");
    let mut wrong = all.clone();
    wrong.extend(["--folder".to_owned(), "bulk=News".to_owned()]);
    run(&user, &wrong).complains(2).says("news mail goes there");
    assert_eq!(files(&user), before.0);
    let mut words = all.clone();
    words.push("--json".to_owned());
    let result = run(&user, &words).done().object();
    assert_eq!(
        (result["account"].as_str(), result["mode"].as_str(), result["tls"].as_str()),
        (Some("home"), Some("preview"), Some("starttls"))
    );
    before.1.assert_same_places(&user.world());
    user.bare(&["doctor"], &[]).done();
    run(&user, &all).complains(2).says("has an account already");
}

#[test]
fn a_password_on_standard_input_is_kept_in_a_private_file() {
    let user = user(Flavour::PLAIN);
    let mut words = without(&flags(&user), "--password-file", 2);
    words.push("--password-stdin".to_owned());
    let mut command = program::command(&user.path(""), &words.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    command.stdin(std::process::Stdio::piped());
    let mut running = program::Running::start(command);
    std::io::Write::write_all(&mut running.child.stdin.take().unwrap(), format!("{PASSWORD}\n").as_bytes()).unwrap();
    running.finish().done();
    assert_eq!(files(&user)[&user.path("config/mailherd/home.password")], (0o600, format!("{PASSWORD}\n")));
    user.bare(&["doctor"], &[]).done();
}

/// A config with an account that somebody wrote by hand.
fn written_by_hand(user: &User) -> String {
    let text = format!(
        "# my own words\nmode = \"file\" # yes\n\n[[accounts]]\nname = \"home\"  # the old one\nemail = \"w@work.example\"\n\
         host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nusername = \"{}-work\"\npassword_file = {:?}\n",
        user.server.port,
        user.name,
        user.path("password")
    );
    std::fs::create_dir_all(config(user).parent().unwrap()).unwrap();
    std::fs::write(config(user), &text).unwrap();
    text
}

#[test]
fn an_account_is_added_to_a_config_that_keeps_its_comments() {
    let user = user(Flavour::PLAIN);
    let first = written_by_hand(&user);
    run(&user, &flags(&user)).done();
    let text = std::fs::read_to_string(config(&user)).unwrap();
    assert!(
        text.starts_with(&first) && text.contains("name = \"home-2\"") && text.contains("mode = \"preview\""),
        "{text}"
    );
    user.bare(&["doctor"], &[]).done();
}

#[test]
fn a_daemon_that_is_at_work_watches_the_new_account_too() {
    let user = user(Flavour::PLAIN);
    written_by_hand(&user);
    let mut daemon = program::Running::start(program::command(&user.path(""), &["daemon"], &[]));
    let accounts = |count: usize| {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let said = user.bare(&["status", "--json"], &[]);
            if said.stdout.matches("\"account\":").count() == count {
                return;
            }
            assert!(Instant::now() < deadline, "{said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    accounts(1);
    let said = run(&user, &flags(&user)).done();
    assert!(said.stderr.contains("told to watch the new account, too"), "{said}");
    accounts(2);
    daemon.kill();
}

#[test]
fn a_config_that_cannot_be_read_is_never_overwritten() {
    let user = user(Flavour::PLAIN);
    std::fs::create_dir_all(config(&user).parent().unwrap()).unwrap();
    for text in ["mode = [\n", "mod = \"file\"\n", "[[accounts]]\nname = \"x\"\n"] {
        std::fs::write(config(&user), text).unwrap();
        run(&user, &flags(&user)).complains(2).says("config.toml:").says("overwrites none");
        assert_eq!(std::fs::read_to_string(config(&user)).unwrap(), text);
    }
}

#[test]
fn the_service_is_written_and_started() {
    let user = user(Flavour::PLAIN);
    let bin = user.path("bin");
    std::fs::create_dir(&bin).unwrap();
    let log = user.path("systemctl.log");
    std::fs::write(bin.join("systemctl"), format!("#!/bin/sh\necho \"$@\" >>{}\n", log.display())).unwrap();
    std::fs::set_permissions(bin.join("systemctl"), PermissionsExt::from_mode(0o755)).unwrap();
    let mut words = without(&flags(&user), "--no-service", 1);
    words.push("--service".to_owned());
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    user.bare(&words.iter().map(String::as_str).collect::<Vec<_>>(), &[("PATH".to_owned(), path)]).done();
    let unit = std::fs::read_to_string(user.path("config/systemd/user/mailherd.service")).unwrap();
    assert!(unit.contains(&format!("ExecStart=\"{}\" daemon\n", program::executable().display())), "{unit}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("--user enable --now mailherd.service"), "{log}");
}
