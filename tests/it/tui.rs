//! Journeys through the terminal UI on a real pseudo-terminal. After each, another mail program looks at what became of the mail.

use mailherd::logic::engine::Request;
use mailherd::logic::fault::FaultKind;
use mailherd::tui::message::Ticket;
use mailherd::tui::run::{self, Port};
use mailherd::tui::theme::Theme;

use crate::support::cast;
use crate::support::engine::eventually;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::screen::Screen;
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

/// The engine's end of a terminal UI that breaks at its first question.
struct Breaks;

impl Port for Breaks {
    fn ask(&self, _: Ticket, _: Request) {
        panic!("the ice is thin");
    }
}

/// Not a test by itself: what [`a_panic_gives_the_terminal_back_before_it_is_told`] runs on a terminal of its own.
#[test]
fn breaks_where_there_is_a_terminal() {
    let (_sender, messages) = run::channel();
    let options = run::Options { theme: Theme::default(), missing: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(run::run(options, &Breaks, messages));
    assert_eq!(ended.unwrap_err().kind, FaultKind::Usage, "no terminal: nothing is taken, and nothing breaks");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let home = tempfile::tempdir().unwrap();
    let words = ["--exact", "tui::breaks_where_there_is_a_terminal", "--nocapture"];
    let mut screen = Screen::run(&std::env::current_exe().unwrap(), home.path(), &words, 100, 30);
    screen.sees("the ice is thin");
    let (status, left) = screen.ends();
    assert!(!status.success() && left.contains("the ice is thin"), "{left}");
}
