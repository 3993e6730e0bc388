//! Journeys through the terminal UI on a real pseudo-terminal. After each, another mail program looks at what became of the mail.

use crate::support::cast;
use crate::support::engine::eventually;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::User;

fn place(user: &User, mail: &Mail) -> String {
    user.world().place_of(&mail.id()).to_owned()
}

fn lies(user: &User, mail: &Mail, folder: &str) {
    eventually(&format!("{} lies in {folder}", mail.id()), || user.world().places_of(&mail.id()) == [folder]);
}

/// A user with mail that stays in the inbox, and a friend.
fn user() -> (User, [Mail; 3]) {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    let mail = [
        cast::stranger(1).subject("about the boat"),
        cast::stranger(2).subject("an offer for you").body("Dear reader,\r\nthe lighthouse is for sale.\r\n"),
        cast::stranger(2).subject("another offer"),
    ];
    user.receives(&mail);
    (user, mail)
}

#[test]
fn a_message_is_filed_by_a_key_trains_and_is_taken_back() {
    let (user, mail) = user();
    let mut screen = user.screen();
    screen
        .sees("about the boat")
        .sees("live")
        .press("/boat\r")
        .press("b")
        .sees("moved to Bulk")
        .misses("about the boat");
    lies(&user, &mail[0], "Bulk");
    let next = cast::stranger(1).subject("the boat again");
    user.receives(std::slice::from_ref(&next));
    lies(&user, &next, "Bulk");
    screen.press("u").sees("about the boat");
    lies(&user, &mail[0], "INBOX");
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty(), "the order went with it");
    screen.press("q");
    assert!(screen.ends().0.success());
}

#[test]
fn a_sender_is_banished_with_all_of_its_mail_by_one_key_and_comes_back_by_another() {
    let (user, mail) = user();
    let mut screen = user.screen();
    screen
        .sees("another offer")
        .sees("live")
        .press("/another\r")
        .press("x")
        .misses("an offer for you")
        .sees("moved to Blackhole");
    for offer in &mail[1..] {
        lies(&user, offer, "Blackhole");
    }
    assert_eq!(place(&user, &mail[0]), "INBOX");
    screen.press("u").sees("an offer for you");
    for offer in &mail[1..] {
        lies(&user, offer, "INBOX");
    }
    screen.press("3").sees("undo").press("q").sees("another offer").press("q");
    assert!(screen.ends().0.success());
}

#[test]
fn somebody_one_has_written_to_is_banished_only_after_a_yes() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    let letter = cast::friend(1).subject("lunch on sunday");
    user.receives(std::slice::from_ref(&letter));
    let mut screen = user.screen();
    screen.sees("live").press("l").sees("lunch on sunday").press("x").sees("y yes").press("n").misses("y yes");
    assert_eq!(place(&user, &letter), "Top");
    screen.press("x").sees("y yes").press("y").misses("lunch on sunday");
    lies(&user, &letter, "Blackhole");
    screen.press("\x03");
    assert!(screen.ends().0.success());
}

#[test]
fn a_message_is_found_explained_and_read_and_stays_unread() {
    let (user, mail) = user();
    let before = user.world();
    let mut screen = user.screen();
    screen.sees("about the boat").sees("live").press("/offer for\r").press("w").sees("importance").press("q");
    screen.press("o").sees("the lighthouse is for sale").press("q").misses("lighthouse");
    screen.press("\\boat\r").sees("1 message").misses("an offer").press("\x1b").sees("an offer");
    assert_eq!(place(&user, &mail[1]), "INBOX");
    screen.press("q");
    assert!(screen.ends().0.success());
    before.assert_same_mail(&user.world());
}

#[test]
fn new_mail_appears_without_a_key_and_the_terminal_may_change_its_size() {
    let (user, _) = user();
    let mut screen = user.screen();
    screen.sees("live");
    user.receives(&[cast::stranger(3).subject("just arrived"), cast::newsletter(9)]);
    screen.sees("just arrived").sees("filed 1 news");
    screen
        .resize(60, 16)
        .sees("just arrived")
        .resize(30, 5)
        .sees("mailherd needs")
        .resize(120, 40)
        .sees("just arrived");
    screen.press("q");
    assert!(screen.ends().0.success());
}

#[test]
fn the_first_contact_offers_the_demo_and_the_demo_is_alive() {
    let user = User::new(Flavour::PLAIN);
    let mut screen = user.bare_screen(&[]);
    screen.sees("keeps an IMAP inbox calm").sees("config.toml").press("d").sees("live").sees("Inbox");
    screen.until("mail arrives by itself", |text| text.contains("filed 1"));
    screen.press("q");
    assert!(screen.ends().0.success());
    assert!(!user.path("xdg-state").exists() && !user.path("config").exists(), "it leaves nothing behind");
    let mut screen = user.bare_screen(&[]);
    screen.sees("keeps an IMAP inbox calm").press("q");
    assert!(screen.ends().0.success());
}

#[test]
fn without_a_terminal_there_is_no_terminal_ui() {
    let user = User::new(Flavour::PLAIN);
    user.bare(&[], &[]).complains(2).says("terminal");
    user.bare(&["demo"], &[]).complains(2).says("--headless");
}

#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_takes_it_again() {
    let (user, _) = user();
    let mut screen = user.shell_screen();
    screen.sees("live").press("\x1a").sees("stopped");
    assert!(!screen.is_taken());
    screen.press("\r").sees("about the boat").sees("live").press("j").press("q").sees("ended");
    assert!(screen.ends().0.success());
}

#[test]
fn who_is_told_to_end_gives_the_terminal_back() {
    let (user, _) = user();
    let mut screen = user.screen();
    screen.sees("live");
    let told = std::process::Command::new("kill").args(["-TERM", &screen.pid().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(screen.ends().0.success());
}
