//! What proves, after a line was cut, that a message is in the target: nothing less than all of it. Whatever only looks like the copy
//! removes no original.

use mailherd::demo::server::{CopyUid, Options, What, When};

use crate::support::cast;
use crate::support::embedded::{Embedded, message, without_move};
use crate::support::mail::Mail;
use crate::support::user::filed;

/// More than mailherd reads at a time.
const LONG: usize = 1_200_000;

fn letter(body: &str) -> Mail {
    cast::newsletter(1).at(jiff::Timestamp::now().as_second() - 3600).body(body)
}

/// COPY, and the server says of no copy where it is.
fn silent() -> Options {
    Options { copyuid: CopyUid::Absent, ..without_move() }
}

/// The line is cut at this command, and there is no second one.
fn cut(user: &Embedded, verb: &str, what: What) {
    user.goes_wrong(When::nth(verb, 1), what);
    user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
    user.runs().complains(1);
    user.server.clear_faults();
}

fn bodies_read(user: &Embedded) -> usize {
    user.server.commands().iter().filter(|one| one.line.contains("BODY.PEEK[]")).count()
}

#[test]
fn a_message_that_looks_like_the_copy_to_the_second_is_none() {
    let long = "word ".repeat(LONG / 5);
    let bodies =
        [("One thing.\r\n".to_owned(), "Two thing.\r\n".to_owned()), (format!("{long}1\r\n"), format!("{long}2\r\n"))];
    for (ours, other) in bodies {
        for (options, verb) in [(Options::default(), "UID MOVE"), (silent(), "UID COPY")] {
            let letter = letter(&ours);
            let user = Embedded::new(std::slice::from_ref(&letter), options);
            cut(&user, verb, What::DropBefore);
            user.receives("News", &[letter.clone().body(&other)]);
            let before = user.world();
            user.files();
            before.assert_same_mail(&user.world());
            assert_eq!(filed(&user.files()), 0, "{verb}");
            assert!(bodies_read(&user) >= 2, "{verb}: they were compared");
        }
    }
}

#[test]
fn the_copy_that_is_the_same_to_the_last_byte_is_the_only_one_in_the_end() {
    for body in ["One thing.\r\n".to_owned(), format!("{}\r\n", "word ".repeat(LONG / 5)), "x".repeat(1 << 19)] {
        let user = Embedded::new(&[letter(&body)], silent());
        let before = user.world();
        cut(&user, "UID COPY", What::DropAfter);
        assert_eq!(user.counts(["INBOX", "News"]), [1, 1]);
        user.files();
        before.assert_same_mail(&user.world());
        assert_eq!(user.counts(["INBOX", "News"]), [0, 1]);
        assert_eq!(filed(&user.files()), 0);
        assert_eq!(user.undoes(&["--all"]), [1, 0, 0]);
        before.assert_same_places(&user.world());
    }
}

#[test]
fn what_the_server_does_not_show_as_a_whole_proves_nothing() {
    let refuses = || When::every("UID FETCH").mentioning("BODY.PEEK[]");
    for what in [What::No("not that one"), What::Bad("what?"), What::Pretend] {
        let user = Embedded::new(&[letter("One thing.\r\n")], silent());
        cut(&user, "UID COPY", What::DropAfter);
        user.goes_wrong(refuses(), what.clone());
        let outcome = user.runs();
        assert_eq!(outcome.code(), Some(0), "{what:?}: {outcome}");
        let [inbox, news] = user.counts(["INBOX", "News"]);
        assert_eq!((inbox, news), (1, 1), "{what:?}: what may not be its copy is not touched, nor is the original");
        assert_eq!(filed(&user.files()), 0);
    }
}

#[test]
fn where_copies_get_a_date_of_their_own_their_bytes_tell() {
    // Right after the COPY: the server says OK and not where, and dates the copy anew.
    let letter = letter("One thing.\r\n");
    let user = Embedded::new(std::slice::from_ref(&letter), silent());
    let again = letter.clone();
    user.goes_wrong(
        When::nth("UID COPY", 1),
        What::after(move |store| {
            let uid = store.uids("News")[0];
            store.expunge("News", &[uid]);
            store.deliver("News", message(&again.clone().arrived_days_ago(0)));
        }),
    );
    assert_eq!(filed(&user.files()), 1);
    assert_eq!(user.counts(["INBOX", "News"]), [0, 1]);
    assert!(bodies_read(&user) >= 2);
}

#[test]
fn a_stranger_that_comes_with_a_copy_is_left_alone() {
    // At the very moment of the COPY another message comes that looks the same; and once the COPY is a lie.
    for (lies, days) in [(false, 0), (false, 1), (true, 1)] {
        let letter = letter("One thing.\r\n");
        let user = Embedded::new(std::slice::from_ref(&letter), silent());
        let stranger = letter.clone().body("Two thing.\r\n").arrived_at(letter.arrived() - 86_400 * days);
        let stranger = message(&stranger);
        user.goes_wrong(
            When::nth("UID COPY", 1),
            What::before(move |store| {
                store.deliver("News", stranger.clone());
            }),
        );
        if lies {
            user.goes_wrong(When::nth("UID COPY", 1), What::Pretend);
        }
        user.runs();
        user.server.clear_faults();
        user.files();
        let inbox = usize::from(lies);
        assert_eq!(user.counts(["INBOX", "News"]), [inbox, 2 - inbox], "a lie: {lies}, {days} days");
        assert_eq!(filed(&user.files()), 0);
    }
}
