//! Reading one message, and leaving its list: what a face asks for about a single mail.

use mailherd::logic::engine::{Act, MailRow, Reply, Request};
use mailherd::logic::ids::Category;

use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::engine::{Watching, eventually, quick};
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::User;

const HTML: &str = "<h1>Spring</h1><p>Sow <a href=\"https://kitchen.example/peas\">peas</a> \u{1b}]0;owned\u{7}now.</p>\
    <img src=\"https://spy.example/open.gif\">\r\n";

fn letter() -> Mail {
    cast::newsletter(7).subject("peas").header("Content-Type", "text/html; charset=utf-8").body(HTML)
}

#[track_caller]
fn opened(watching: &Watching, row: &MailRow) -> Vec<String> {
    match watching.ask(Request::Open(row.key.clone())) {
        Ok(Reply::Opened(mail)) => mail.lines,
        other => panic!("{other:?}"),
    }
}

#[test]
pub fn a_message_is_read_as_text_and_stays_unread() {
    let user = User::new(Flavour::PLAIN);
    let letter = letter();
    user.receives(std::slice::from_ref(&letter));
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let row = watching.row(Category::News, "peas");
    let text = opened(&watching, &row).join("\n");
    assert!(
        text.contains("Spring") && text.contains("[peas][1]") && text.contains("https://kitchen.example/peas"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}') && !text.contains("spy.example"), "{text:?}");
    let seen = user.client().messages("News").iter().any(|stored| stored.flags.iter().any(|flag| flag == "\\Seen"));
    assert!(!seen, "opening it here marked it as read");
}

#[test]
fn a_message_that_is_gone_says_so() {
    let user = User::new(Flavour::PLAIN);
    let letter = letter();
    user.receives(std::slice::from_ref(&letter));
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let row = watching.row(Category::News, "peas");
    user.client().empty("News");
    for request in [Request::Open(row.key.clone()), Request::Why(row.key.clone())] {
        let fault = watching.ask(request).unwrap_err();
        assert!(fault.cause.contains("no longer there"), "{fault:?}");
    }
}

/// Signed by the domain that it is from; the account's own host says that the signature is right.
fn signed(covers: &str) -> Mail {
    letter()
        .header("List-Unsubscribe", "<https://lists.kitchen.invalid/off?u=1>")
        .header("DKIM-Signature", format!("v=1; d=news.kitchen.example; s=k; h=From:{covers}; bh=x; b=y"))
}

#[test]
fn one_click_is_asked_about_by_its_host_and_only_when_the_signature_covers_it() {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("authserv_id", "\"mx.home.example\"");
    let covered = signed("List-Unsubscribe:List-Unsubscribe-Post").subject("covered");
    let uncovered = signed("Subject").subject("uncovered");
    let list = cast::list_post(1).subject("only by mail");
    user.receives(&[covered, uncovered, list]);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let act = |subject: &str, sure| {
        let message = watching.row(Category::News, subject).key;
        Act::Unsubscribe { message, sure }
    };
    let question = watching.is_asked(act("covered", false));
    assert!(question.text.contains("lists.kitchen.invalid"), "{question:?}");
    // The name does not exist (RFC 6761), so the click itself fails, and says so.
    let fault = watching.ask(Request::Do(act("covered", true))).unwrap_err();
    assert!(fault.cause.contains("could not be made"), "{fault:?}");
    for sure in [false, true] {
        let fault = watching.ask(Request::Do(act("uncovered", sure))).unwrap_err();
        assert!(fault.cause.contains("does not cover"), "{fault:?}");
        let fault = watching.ask(Request::Do(act("only by mail", sure))).unwrap_err();
        assert!(fault.cause.contains("dev-leave@lists.tools.example"), "{fault:?}");
    }
    let why = |subject: &str| match watching.ask(Request::Why(watching.row(Category::News, subject).key)) {
        Ok(Reply::Why(why)) => why.unsubscribe.expect("a way to leave"),
        other => panic!("{other:?}"),
    };
    assert!(why("covered").1 && !why("uncovered").1 && !why("only by mail").1);
}

/// Through the terminal, as far as it goes without a network: nothing is asked of the list before the yes, and what fails then is said.
#[test]
fn a_list_is_left_by_a_key_after_a_question() {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("authserv_id", "\"mx.home.example\"");
    let covered = signed("List-Unsubscribe:List-Unsubscribe-Post").subject("the weekly letter");
    user.receives(std::slice::from_ref(&covered)).files();
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let mut screen = user.screen();
    screen.sees("live").press("l").press("l").sees("the weekly letter");
    screen.press("U").sees("lists.kitchen.invalid").press("n").misses("lists.kitchen.invalid");
    screen.press("U").sees("lists.kitchen.invalid").press("y").sees("could not be made");
    screen.press("q");
    assert!(screen.ends().0.success());
    assert_eq!(user.world().place_of(&covered.id()), "News");
}

/// The database holds who wrote, about what and when, and nothing of what stands in a message, opened or not.
#[test]
fn no_body_is_kept() {
    let mut user = User::new(Flavour::NO_MOVE);
    user.set("settle_seconds", "0");
    let marked = |number| cast::newsletter(number).subject("peas").body("between-us-7c41, in so many words\r\n");
    user.receives(&[marked(1)]);
    {
        let watching = Watching::start(&user.config_file(), quick());
        watching.rests("home");
        let row = watching.row(Category::News, "peas");
        assert!(opened(&watching, &row).concat().contains("between-us-7c41"));
        user.receives(&[marked(2)]);
        eventually("the second is filed", || user.world().count("News") == 2);
    }
    user.mailherd(&["digest", "--append"]).done();
    user.mailherd(&["undo", "--all"]).done();
    let files = std::fs::read_dir(user.state_dir()).unwrap().map(|entry| entry.unwrap().path());
    let (mut subjects, mut bodies) = (0, 0);
    for file in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        subjects += memchr::memmem::find_iter(&bytes, b"peas").count();
        bodies += memchr::memmem::find_iter(&bytes, b"between-us-7c41").count();
    }
    assert!(subjects > 0, "what is looked for is not looked for in the right place");
    assert_eq!(bodies, 0);
}
