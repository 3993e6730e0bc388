//! Other programs at the same mailbox, and cut wires: at every step of a move, whatever had been done by then.

use std::time::Duration;

use crate::journal;
use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::proxy::{Act, Proxy};
use crate::support::user::{User, filed};

const PATIENCE: Duration = Duration::from_secs(30);

/// A user whose connection goes through a proxy, with mail of which all is filed.
fn behind_a_proxy(flavour: Flavour, mail: &[Mail]) -> (User, Proxy) {
    let mut user = User::new(flavour);
    let proxy = Proxy::to(user.server.port);
    user.set_account("port", &proxy.port.to_string());
    user.receives(mail);
    (user, proxy)
}

#[test]
fn a_second_mailherd_on_the_same_account_is_told_so() {
    let (user, proxy) = behind_a_proxy(Flavour::PLAIN, &cast::machine_mail(2));
    user.files();
    user.receives(&cast::machine_mail(1));
    proxy.when("UID FETCH", 0, Act::Hold);
    let first = user.start(&["run", "--once", "--yes"]);
    assert!(proxy.hit(PATIENCE));
    for words in
        [&["run", "--once", "--yes"][..], &["undo", "--all"], &["train", "a@b.example", "bulk", "--existing", "--yes"]]
    {
        user.mailherd(words).complains(1).says("another mailherd");
    }
    user.mailherd(&["log", "--json"]).done();
    user.mailherd(&["senders", "--json"]).done();
    proxy.release();
    first.finish().done();
    assert_eq!(user.world().count("INBOX"), 0);
    user.mailherd(&["run", "--once", "--yes"]).done();
}

#[test]
pub fn an_inbox_that_is_emptied_while_it_is_read() {
    let (user, proxy) = behind_a_proxy(Flavour::PLAIN, &cast::machine_mail(40));
    for skip in 0..2 {
        proxy.when("UID FETCH", skip, Act::Hold);
        let running = user.start(&["run", "--once", "--yes"]);
        if proxy.hit(Duration::from_secs(5)) {
            user.client().empty("INBOX");
        }
        proxy.release();
        let outcome = running.finish();
        if outcome.code() != Some(0) {
            outcome.complains(1);
        }
        user.receives(&[cast::newsletter(1)]);
        let before = user.world();
        assert_eq!(filed(&user.files()), 1);
        before.assert_same_mail(&user.world());
    }
}

#[test]
fn mail_that_the_user_takes_away_just_before_it_is_moved() {
    for (flavour, verb) in
        [(Flavour::PLAIN, "UID MOVE"), (Flavour::NO_MOVE, "UID COPY"), (Flavour::NO_MOVE, "UID STORE")]
    {
        let mail = cast::machine_mail(4);
        let (user, proxy) = behind_a_proxy(flavour, &mail);
        let before = user.world();
        proxy.when(verb, 0, Act::Hold);
        let running = user.start(&["run", "--once", "--yes"]);
        assert!(proxy.hit(PATIENCE), "{verb}");
        let taken: Vec<String> = mail.iter().step_by(2).map(Mail::id).collect();
        taken.iter().for_each(|id| user.client().drag(id, "INBOX", "Archive"));
        proxy.release();
        running.finish();
        user.files();
        let after = user.world();
        for id in &taken {
            assert!(after.places_of(id).contains(&"Archive"), "{verb}: {id} was taken to the archive");
        }
        // Copied before the user took it: both copies stay, since no expunge can tell which one is meant.
        if verb != "UID STORE" {
            before.assert_same_mail(&after);
        }
        assert!(before.total() <= after.total(), "{verb}: mail was lost");
    }
}

#[test]
fn a_connection_that_is_cut_before_or_after_any_step() {
    let steps = [
        (Flavour::PLAIN, "UID MOVE"),
        (Flavour::NO_MOVE, "UID COPY"),
        (Flavour::NO_MOVE, "UID STORE"),
        (Flavour::NO_MOVE, "UID EXPUNGE"),
        (Flavour::PLAIN, "UID FETCH"),
        (Flavour::PLAIN, "CREATE"),
    ];
    for (flavour, verb) in steps {
        for act in [Act::CutBefore, Act::CutAfter] {
            cut(flavour, verb, act);
        }
    }
}

/// A run is cut at this command.
pub fn cut(flavour: Flavour, verb: &str, act: Act) {
    let mail = cast::machine_mail(5);
    let (user, proxy) = behind_a_proxy(flavour, &mail);
    // A copy of one of them, with the same Message-ID but another body, lies in the target: it proves nothing.
    let twin = cast::newsletter(1)
        .header("Message-ID", mail[0].id())
        .body("By another way, with a signature of the list below it.\r\n");
    user.client().create("News");
    user.client().append("News", &[twin]);
    let before = user.world();
    proxy.when(verb, 0, act);
    let cut = user.mailherd(&["run", "--once", "--yes"]);
    assert!(proxy.hit(Duration::ZERO), "{verb} never came: {cut}");
    if cut.code() != Some(0) {
        cut.complains(1);
    }
    user.files();
    let after = user.world();
    println!("{verb} {act:?}");
    before.assert_same_mail(&after);
    assert_eq!(after.count("INBOX"), 0, "{verb} {act:?}");
    assert!(user.journal().iter().all(|row| row["state"] != "intended"));
    let twins = |row: &&serde_json::Value| row["message_id"] != mail[0].id();
    assert!(
        user.journal().iter().filter(twins).all(|row| row["state"] != "gone"),
        "{verb} {act:?}: {:?}",
        user.journal()
    );
    user.mailherd(&["undo", "--all"]).done();
    before.assert_same_places(&user.world());
}

#[test]
fn an_undo_that_is_cut_is_finished_by_the_next_command() {
    for act in [Act::CutBefore, Act::CutAfter] {
        let (user, proxy) = behind_a_proxy(Flavour::PLAIN, &cast::machine_mail(3));
        let before = user.world();
        user.files();
        proxy.when("UID MOVE", 0, act);
        user.mailherd(&["undo", "--all"]);
        assert!(proxy.hit(Duration::ZERO));
        user.mailherd(&["undo", "--all"]).done();
        let after = user.world();
        before.assert_same_places(&after);
        journal::explains(&user, &after, &[]);
    }
}
