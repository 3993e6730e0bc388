//! The set-up in the terminal UI: the same questions, from first contact to the open inbox, and from the Accounts screen.

use crate::setup::{Step, config, files, play, user};
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::mail::ME;
use crate::support::user::User;

/// What a person sees on the way to a working account, and what they press then.
fn way(user: &User) -> Vec<Step> {
    let enter = || "\r".to_owned();
    vec![
        ("set up your own account", "s".to_owned()),
        ("E-mail address", format!("{ME}\r")),
        ("Ask Mozilla's database (autoconfig.thunderbird.net)?", enter()),
        ("As your provider's help page calls it", format!("localhost:{}\r", user.server.tls_port)),
        ("Trust this one certificate? y/N", "y".to_owned()),
        ("Login name", format!("{}\r", user.name)),
        ("Where does the password come from", "1\r".to_owned()),
        ("Password (it is not shown)", format!("{PASSWORD}\r")),
        ("Mail to them counts as mail to you", enter()),
        ("What it is not sure about stays", enter()),
        ("Most phones only notify", enter()),
        ("Every move is written down first", "2\r".to_owned()),
        ("Write it? Y/n", enter()),
        ("Enter opens your mail", enter()),
    ]
}

#[test]
fn from_first_contact_to_the_open_inbox() {
    let user = user(Flavour::SELF_SIGNED);
    let mut screen = user.bare_screen(&[]);
    let steps = way(&user);
    play(&mut screen, &steps[..4]);
    screen.sees("SHA-256");
    play(&mut screen, &steps[4..8]);
    screen.sees("Mail to them counts").misses(PASSWORD);
    play(&mut screen, &steps[8..13]);
    screen.sees("Filed ");
    play(&mut screen, &steps[13..]);
    screen.sees("1 Mail").sees("News 2").press("q");
    let (status, left) = screen.ends();
    assert!(status.success() && !left.contains(PASSWORD), "{left}");
    assert!(user.world().count("News") >= 1, "{:?}", user.world().folder_names());
    assert_eq!(files(&user)[&user.path("config/mailherd/home.password")], (0o600, format!("{PASSWORD}\n")));
    user.bare(&["doctor"], &[]).done();
}

#[test]
fn a_wrong_answer_leads_back_to_its_question() {
    let user = user(Flavour::SELF_SIGNED);
    let mut screen = user.bare_screen(&[]);
    let steps = way(&user);
    screen.sees("set up your own account").press("s").sees("E-mail address").press("nobody\r");
    screen.sees("not that: \"nobody\" is not an e-mail address").press(&format!("\x15{ME}\r"));
    play(&mut screen, &steps[2..3]);
    screen.sees("As your provider's").press("a b\r").sees("not that:").press("\x15").press(&steps[3].1);
    play(&mut screen, &steps[4..7]);
    screen.sees("Password (it is not shown)").press("wrong\r");
    screen.until("the login name is asked again", |text| text.contains("Login name") && text.contains("the server"));
    screen.press("\x03");
    let (status, left) = screen.ends();
    assert!(!status.success() && left.contains("nothing was written"), "{left}");
}

#[test]
fn ctrl_c_leaves_nothing() {
    let user = user(Flavour::SELF_SIGNED);
    let before = files(&user);
    let steps = way(&user);
    for asked in [1, 4, 7, 12] {
        let mut screen = user.bare_screen(&[]);
        play(&mut screen, &steps[..asked]).sees(steps[asked].0).press("\x03");
        let (status, left) = screen.ends();
        assert!(!status.success() && left.contains("nothing was written"), "at {:?}: {left}", steps[asked].0);
        assert_eq!(files(&user), before, "at {:?}", steps[asked].0);
    }
}

#[test]
fn another_account_is_added_from_the_accounts_screen_and_a_changed_mind_leads_back() {
    let user = user(Flavour::PLAIN);
    user.bare(&["doctor"], &[]);
    let path = config(&user);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(user.config_file(), &path).unwrap();
    let before = std::fs::read_to_string(&path).unwrap();
    let mut screen = user.bare_screen(&[]);
    screen.sees("1 Mail").press("5").sees("server can").press("a");
    screen.sees("set up an account").sees("E-mail address").press("\x03");
    screen.sees("1 Mail").press("q");
    assert!(screen.ends().0.success());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}
