//! `mailherd setup` of an account that is there already: on a terminal, in scripts, and from the Accounts screen. What is not meant stays as it
//! is, and nothing is half-written.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::setup::{Step, config, files, play, user};
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::mail::ME;
use crate::support::program;
use crate::support::screen::Screen;
use crate::support::user::User;

fn write_private(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

/// A config with comments wherever there can be some, and a password in the file that an earlier set-up made.
fn there_already(user: &User, password: &str) -> String {
    let text = format!(
        "# my own words\nmode = \"preview\" # still looking\n\n[[accounts]] # the only one\nname = \"home\"  # at home\n\
         email = \"{ME}\"\n# the box in the cellar\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nusername = \"{}\"\n\
         password_file = \"home.password\"  # kept here\n# the end\n",
        user.server.port, user.name,
    );
    write_private(&config(user), &text);
    write_private(&user.path("config/mailherd/home.password"), &format!("{password}\n"));
    text
}

/// Waits until the menu is there for the `n`th time.
fn menu(screen: &mut Screen, n: usize, keys: &str) {
    screen.until("the menu", |text| text.matches("Number [6]:").count() >= n).press(keys);
}

#[test]
fn a_new_password_and_another_folder_step_by_step() {
    let user = user(Flavour::PLAIN);
    let before = there_already(&user, "not any more");
    let mut screen = user.tall_screen(&["setup"]);
    screen.sees("E-mail address:").press(&format!("{ME}\r")).sees("has an account already, called home");
    screen.sees("Change it [Y/n]:").press("\r").sees(&format!("127.0.0.1:{} (no TLS)", user.server.port));
    menu(&mut screen, 1, "2\r");
    screen.sees(&format!("Login name [{}]:", user.name)).press("\r");
    screen.sees("as it is: in ").press("2\r").sees("Password (it is not shown):").press("mistyped\r");
    screen.sees("refused the login");
    screen.until("it asks again", |text| text.matches("Login name").count() == 2).press("\r");
    screen.until("it asks again", |text| text.matches("Where does the password").count() == 2).press("2\r");
    screen.until("it asks again", |text| text.matches("Password (it").count() == 2).press(&format!("{PASSWORD}\r"));
    menu(&mut screen, 2, "4\r");
    let steps: Vec<Step> = vec![
        ("Folder for top mail [Top]:", "\r".into()),
        ("Folder for news mail [News]:", "Letters\r".into()),
        ("Folder for bulk mail [Bulk]:", "Letters\r".into()),
        ("not that: news mail goes there", "\r".into()),
        ("Folder for blackhole mail [Blackhole]:", "\r".into()),
    ];
    play(&mut screen, &steps);
    menu(&mut screen, 3, "\r");
    screen
        .sees("Top, Letters, Bulk, Blackhole, until now Top, News, Bulk, Blackhole")
        .sees("Write it [Y/n]:")
        .press("\r");
    let (status, left) = screen.ends();
    assert!(status.success() && !left.contains(PASSWORD), "{left}");
    let files = files(&user);
    let expected = before.replace("\"home.password\"", "\"home-2.password\"");
    assert_eq!(files[&config(&user)], (0o600, format!("{expected}\n[folders]\nnews = \"Letters\"\n")));
    assert_eq!(files[&user.path("config/mailherd/home-2.password")], (0o600, format!("{PASSWORD}\n")));
    assert!(!files.contains_key(&user.path("config/mailherd/home.password")), "the old one is of no use");
    user.bare(&["doctor"], &[]).done();
}

#[test]
fn ctrl_c_at_each_question_changes_nothing() {
    let user = user(Flavour::PLAIN);
    there_already(&user, "not any more");
    let before = files(&user);
    let steps: Vec<Step> = vec![
        ("E-mail address:", format!("{ME}\r")),
        ("Change it [Y/n]:", "\r".into()),
        ("What is to be changed", "2\r".into()),
        ("Login name", "\r".into()),
        ("Where does the password come from", "2\r".into()),
        ("Password (it is not shown):", format!("{PASSWORD}\r")),
        ("nothing more: try it", "3\r".into()),
        ("Your addresses besides", "old@home.example\r".into()),
        ("me@home.example, old@home.example", "\r".into()),
        ("Write it [Y/n]:", "n\r".into()),
    ];
    for asked in 0..steps.len() {
        let mut screen = user.tall_screen(&["setup"]);
        play(&mut screen, &steps[..asked]).sees(steps[asked].0).press("\x03");
        let (status, left) = screen.ends();
        assert!(!status.success() && left.contains("nothing was written"), "at {:?}: {left}", steps[asked].0);
        assert_eq!(files(&user), before, "at {:?}", steps[asked].0);
    }
    let mut screen = user.tall_screen(&["setup"]);
    play(&mut screen, &steps);
    let (status, left) = screen.ends();
    assert!(!status.success() && left.contains("you said no"), "{left}");
    assert_eq!(files(&user), before);
}

#[test]
fn a_server_with_a_new_certificate_is_trusted_after_a_question() {
    let user = user(Flavour::SELF_SIGNED);
    let pin = user.server.certificate.as_ref().unwrap().pin();
    let text = format!(
        "[[accounts]]\nname = \"home\"\nemail = \"{ME}\"\nhost = \"localhost\"\nport = {}\nusername = \"{}\"\n\
         tls_pin_sha256 = \"{}\" # of May\npassword_file = {:?}\n",
        user.server.tls_port,
        user.name,
        "ab".repeat(32),
        user.path("password"),
    );
    write_private(&config(&user), &text);
    user.bare(&["doctor"], &[]).complains(1);
    let words = ["setup", "--account", "home", "--port", &user.server.tls_port.to_string(), "--yes"];
    user.bare(&words, &[]).complains(1).says(&format!("--tls-pin-sha256 {pin}"));
    let mut screen = user.tall_screen(&["setup", "--account", "home"]);
    menu(&mut screen, 1, "1\r");
    screen.sees(&format!("IMAP server [localhost:{}]:", user.server.tls_port)).press("\r");
    screen.sees("It is another one than the one you trusted");
    screen.sees("Trust this certificate from now on [y/N]:").press("y\r");
    menu(&mut screen, 2, "\r");
    screen.sees("Write it [Y/n]:").press("\r");
    assert!(screen.ends().0.success());
    assert_eq!(std::fs::read_to_string(config(&user)).unwrap(), text.replace(&"ab".repeat(32), &pin));
    user.bare(&["doctor"], &[]).done();
    std::fs::write(config(&user), &text).unwrap();
    user.bare(&["setup", "--account", "home", "--tls-pin-sha256", &pin, "--yes"], &[]).done();
    user.bare(&["doctor"], &[]).done();
}

#[test]
fn in_a_script_flags_say_what_and_what_does_not_work_changes_nothing() {
    let user = user(Flavour::PLAIN);
    let text = there_already(&user, PASSWORD);
    let before = files(&user);
    let says = |words: &[&str], status: i32, what: &str| {
        user.bare(words, &[]).complains(status).says(what);
        assert_eq!(files(&user), before, "{words:?}");
    };
    says(&["setup", "--account", "work", "--yes"], 2, "the accounts are: home");
    says(&["setup", "--account", "home", "--yes"], 2, "nothing is to be changed");
    says(&["setup", "--account", "home", "--port", "1", "--yes"], 1, "refused the connection");
    says(&["setup", "--account", "home", "--password-env", "NO_SUCH", "--yes"], 1, "NO_SUCH");
    says(&["setup", "--account", "home", "--folder", "news=Bulk", "--yes"], 2, "bulk mail goes there");
    says(&["setup", "--account", "home", "--caution", "high"], 2, "--yes");
    says(&["setup", "--email", ME, "--yes"], 2, "--account home changes it");
    let words = ["--alias", "old@home.example", "--caution", "high", "--mode", "file", "--yes", "--json"];
    let result = user.bare(&[&["setup", "--account", "home"][..], &words].concat(), &[]).done().object();
    assert_eq!(result["changed"], serde_json::json!(["addresses", "filing"]));
    let expected = text
        .replace("\"preview\"", "\"file\"")
        .replace("# kept here\n", "# kept here\ncaution = \"high\"\naliases = [\"old@home.example\"]\n");
    assert_eq!(std::fs::read_to_string(config(&user)).unwrap(), expected);
    let mut daemon = program::Running::start(program::command(&user.path(""), &["daemon"], &[]));
    let reached = (0..1200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        user.bare(&["status", "--json"], &[]).stdout.contains("\"account\":")
    });
    assert!(reached, "the daemon answers");
    let said = user.bare(&["setup", "--account", "home", "--no-alias", "--folder", "news=Post", "--yes"], &[]).done();
    assert!(said.stderr.contains("told to work with the new settings"), "{said}");
    daemon.kill();
    user.bare(&["doctor"], &[]).done();
}

#[test]
fn from_the_accounts_screen() {
    let user = user(Flavour::PLAIN);
    let text = there_already(&user, PASSWORD);
    let mut screen = user.bare_screen(&[]);
    screen.sees("1 Mail").press("5").sees("server can").press("e").sees("What is to be changed").press("\x03");
    screen.sees("1 Mail").press("5").sees("server can").press("e").sees("What is to be changed").press("5\r");
    let steps: Vec<Step> = vec![
        ("What it is not sure about stays", "3\r".into()),
        ("Most phones only notify", "\r".into()),
        ("Every move is written down first", "\r".into()),
        ("nothing more: try it", "\r".into()),
        ("Write it? Y/n", "\r".into()),
        ("Enter opens your mail", "\r".into()),
        ("1 Mail", "q".into()),
    ];
    play(&mut screen, &steps);
    assert!(screen.ends().0.success());
    let expected = text.replace("# kept here\n", "# kept here\ncaution = \"high\"\n");
    assert_eq!(std::fs::read_to_string(config(&user)).unwrap(), expected);
}
