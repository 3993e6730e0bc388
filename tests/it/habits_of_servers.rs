//! What single servers do differently, as their users reported it, each played by the embedded server.

use std::time::{Duration, Instant};

use mailherd::demo::mailbox::{Account, Folder};
use mailherd::demo::server::{Options, What, When};
use mailherd::logic::engine::AccountState;
use mailherd::logic::fault::FaultKind;
use mailherd::logic::ids::Uid;

use crate::support::cast;
use crate::support::embedded::{Embedded, message, without_move};
use crate::support::engine::{Watching, eventually, quick};
use crate::support::inside::Inside;
use crate::support::mail::ME;

const THROTTLED: &str = "Request is throttled. Suggested Backoff Time: 4000 milliseconds";

/// imap_tools#135: Exchange says how long it wants to be left alone, and shuts out who does not listen.
#[test]
fn exchange_is_left_alone_when_it_asks() {
    for (verb, options) in
        [("UID MOVE", Options::default()), ("UID COPY", without_move()), ("EXAMINE", Options::default())]
    {
        let user = Embedded::new(&cast::machine_mail(1), options);
        let before = user.world();
        user.goes_wrong(When::every(verb), What::No(THROTTLED));
        let fault = Inside::new(&user).pass().1.unwrap_err();
        assert!(fault.kind == FaultKind::Transient && fault.pause().is_some(), "{verb}: {fault:?}");
        let counts = (user.server.count(verb), user.server.counts().connections);
        assert_eq!(counts, (1, 1), "{verb}: it was asked again");
        assert!(verb != "UID MOVE" || user.server.count("UID COPY") == 0, "COPY is no way around it");
        before.assert_same_places(&user.world());
        user.server.clear_faults();
        Inside::new(&user).pass().1.unwrap();
        assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [0, 2, 3]);
    }
    // And whoever watches waits as long before the next connection.
    let user = Embedded::new(&cast::machine_mail(1), Options::default());
    user.goes_wrong(When::nth("UID MOVE", 1), What::No(THROTTLED));
    let watching = Watching::start(&user.config_file(), quick());
    eventually("the refusal", || user.server.count("UID MOVE") == 1);
    let since = Instant::now();
    eventually("another connection", || user.server.counts().connections == 2);
    assert!(since.elapsed() >= Duration::from_millis(1_500), "after {:?}", since.elapsed());
    eventually("the rest is filed", || user.counts(["INBOX"]) == [0]);
    watching.stop();
}

/// 163.com and 126.com: "Unsafe Login", until the client has said who it is.
#[test]
fn a_server_that_wants_to_know_who_we_are_is_told() {
    let user = Embedded::new(&cast::machine_mail(1), Options { wants_id: true, ..Options::default() });
    Inside::new(&user).pass().1.unwrap();
    assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [0, 2, 3]);
}

/// mailutils imap4d 3.15 offers IDLE and never says a word in it, mail.ru (core#1868) and Exchange (nmail#112) not always.
#[test]
fn an_idle_that_never_pushes_is_made_up_for_by_looking() {
    let user = Embedded::new(&[cast::stranger(1)], Options { idle_pushes: false, ..Options::default() });
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    // The first look at the managed folders has nothing to compare with; this is about those that follow.
    std::thread::sleep(Duration::from_millis(2_500));
    user.receives("INBOX", &[cast::newsletter(1)]);
    eventually("what nobody told of is filed", || user.counts(["News"]) == [1]);
    watching.stop();
}

/// core#4940: a server that takes every login and then hangs up is not knocked at without end; and one connection is enough (imapsync#61).
#[test]
fn a_login_that_works_is_no_reason_to_hurry() {
    let user = Embedded::new(&cast::machine_mail(1), Options::default());
    user.goes_wrong(When::every("LIST"), What::Bye("go away"));
    let watching = Watching::start(&user.config_file(), quick());
    let since = Instant::now();
    eventually("some attempts", || user.server.counts().connections >= 4);
    std::thread::sleep(Duration::from_secs(3).saturating_sub(since.elapsed()));
    // Waits of 0.1, 0.2, 0.4, 0.8 and then 1 second, each a quarter shorter at best.
    let most = 6 + (since.elapsed().as_millis() / 750) as u64;
    let counts = user.server.counts();
    assert!(counts.connections <= most, "{counts:?} in {:?}", since.elapsed());
    user.server.clear_faults();
    eventually("it is filed", || user.counts(["INBOX"]) == [0]);
    assert!(user.server.counts().most_connections <= 2, "{:?}", user.server.counts());
    watching.stop();
}

/// thunderbird-android#6035: where a login has worked, a refusal is not yet a wrong password.
#[test]
fn a_password_that_worked_is_tried_again() {
    let user = Embedded::new(&[cast::stranger(1)], Options::default());
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let no = What::No("[AUTHENTICATIONFAILED] Authentication failed.");
    user.goes_wrong(When::nth("AUTHENTICATE", 1), no.clone());
    user.server.change(|store| store.renumber("INBOX"));
    user.receives("INBOX", &[cast::newsletter(1)]);
    eventually("it is filed after one refusal", || user.counts(["News"]) == [1]);
    // One that is refused again and again is wrong.
    user.goes_wrong(When::every("AUTHENTICATE"), no);
    user.server.change(|store| store.renumber("INBOX"));
    watching.until("home", |health| health.state == AccountState::Stopped);
    let logins = user.server.count("AUTHENTICATE");
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(user.server.count("AUTHENTICATE"), logins, "a wrong password is not tried for ever");
    watching.stop();
}

/// dbmail#526: a UID carried another message when it was acted on.
#[test]
fn a_uid_that_carries_another_message_is_not_touched() {
    for options in [Options::default(), without_move()] {
        let user = Embedded::new(&[cast::newsletter(1), cast::stranger(1)], options);
        let (inside, before) = (Inside::new(&user), user.world());
        let stranger = user.messages("INBOX")[1].clone();
        user.goes_wrong(When::nth("SELECT", 1), What::before(|store| store.swap("INBOX", Uid(1), Uid(2))));
        let _ = inside.pass();
        before.assert_same_mail(&user.world());
        assert_eq!(user.world().place_of(&stranger), "INBOX");
        let states: Vec<_> = user.journal().iter().map(|row| row["state"].clone()).collect();
        assert_eq!(states, ["refused"]);
    }
}

/// Courier resets the connection at lines of 16 to 60 KB, others sooner; UIDs that are far apart and long make no ranges.
#[test]
fn no_command_is_longer_than_8000_bytes() {
    for options in [Options::default(), without_move()] {
        let user = Embedded::new(&[], Options { longest_line: 8_100, ..options });
        user.server.change(|store| {
            store.set_uid_next("INBOX", Uid(4_000_000_000));
            for number in 0..900 {
                store.deliver("INBOX", message(&cast::notification(number)));
                store.deliver("INBOX", message(&cast::stranger(number)));
            }
        });
        let before = user.world();
        Inside::new(&user).pass().1.unwrap();
        before.assert_same_mail(&user.world());
        assert_eq!(user.counts(["INBOX", "Bulk"]), [900, 900]);
        let commands = user.server.commands();
        let longest = commands.iter().map(|command| command.line.len()).max().unwrap();
        assert!((6_000..=8_000).contains(&longest), "{longest} bytes");
        let moving = commands.iter().filter(|command| command.verb == "UID MOVE" || command.verb == "UID COPY").count();
        assert!(moving <= 3, "{moving} commands for 900 messages");
    }
}

/// Gmail: `[Gmail]/All Mail` shows every message of INBOX a second time, and folders are labels.
#[test]
fn gmails_all_mail_is_another_view_and_no_other_mail() {
    let mail = cast::machine_mail(1);
    let mut account = Account::empty("Me", ME);
    account.folder_mut("INBOX").messages = mail.iter().map(message).collect();
    account.folders.push(Folder::new("[Gmail]/All Mail", Some("\\All")));
    account.folder_mut("[Gmail]/All Mail").messages = mail.iter().map(message).collect();
    account.folders.push(Folder::new("[Gmail]/Sent Mail", Some("\\Sent")));
    let user = Embedded::of(account, Options::default());
    let inside = Inside::new(&user);
    let (report, result) = inside.pass();
    result.unwrap();
    assert_eq!((report.filed.sum(), report.learned), (5, 5), "each message is learned from once: {report:?}");
    let more = cast::newsletter(2);
    user.receives("INBOX", std::slice::from_ref(&more));
    user.receives("[Gmail]/All Mail", std::slice::from_ref(&more));
    assert_eq!(inside.pass().0.filed.sum(), 1);
    assert_eq!(inside.pass().0.filed.sum(), 0);
    assert_eq!(user.counts(["INBOX", "News", "Bulk", "[Gmail]/All Mail"]), [0, 3, 3, 6]);
}

/// iCloud answers a SEARCH that finds nothing without a `* SEARCH` line.
#[test]
fn a_search_without_an_answer_found_nothing() {
    let user = Embedded::new(&cast::machine_mail(1), Options::default());
    user.files();
    user.goes_wrong(When::every("UID SEARCH"), What::Pretend);
    user.mailherd(&["why", "<nobody@nowhere.example>"]).complains(1).says("nobody@nowhere.example");
}
