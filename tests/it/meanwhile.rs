//! Other programs at the same mailbox: what they do between the journal row and the move stands, and nothing is lost by it.

use mailherd::demo::server::{Options, Store, What, When};
use mailherd::logic::ids::Uid;

use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::mail::Mail;
use crate::support::user::filed;
use crate::support::world::World;

/// The first of the three is the one that somebody else touches.
const FIRST: Uid = Uid(1);

fn mail() -> Vec<Mail> {
    (1..=3).map(cast::newsletter).collect()
}

/// The moments after the journal row was written: before the message is looked at once more, and before it is moved.
fn moments() -> [(Options, When); 4] {
    let select = When::nth("SELECT", 1).mentioning("INBOX");
    [
        (Options::default(), select.clone()),
        (without_move(), select),
        (Options::default(), When::nth("UID MOVE", 1)),
        (without_move(), When::nth("UID COPY", 1)),
    ]
}

/// Runs while `action` is done by somebody else at each of the moments; gives the mailbox before, and the user.
fn meanwhile(
    action: impl Fn(&mut Store) + Send + Sync + Copy + 'static,
    mut judge: impl FnMut(&Embedded, &World, &str),
) {
    for (options, when) in moments() {
        let user = Embedded::new(&mail(), options);
        let before = user.world();
        let text = format!("{when:?}");
        user.goes_wrong(when, What::before(action));
        let outcome = user.runs();
        assert_eq!(outcome.code(), Some(0), "{text}: {outcome}");
        judge(&user, &before, &text);
        for verb in ["EXPUNGE", "CLOSE"] {
            assert_eq!(user.server.count(verb), 0, "{text}: {verb}");
        }
    }
}

fn state_of_first(user: &Embedded) -> String {
    let id = cast_id(user);
    let rows = user.journal();
    let row = rows.iter().find(|row| row["message_id"] == id.as_str());
    row.map(|row| row["state"].as_str().unwrap().to_owned()).unwrap_or_default()
}

/// The journal's first row is about the message with the lowest UID.
fn cast_id(user: &Embedded) -> String {
    user.journal()[0]["message_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_message_that_was_moved_away_stays_there() {
    meanwhile(
        |store| assert!(store.move_message("INBOX", FIRST, "Archive").is_some()),
        |user, before, text| {
            before.assert_same_mail(&user.world());
            assert_eq!(user.counts(["INBOX", "News", "Archive"]), [0, 2, 1], "{text}");
            assert_eq!(state_of_first(user), "gone", "{text}: from where mailherd knows of it");
            assert_eq!(filed(&user.files()), 0);
            assert_eq!(user.undoes(&["--all"]), [2, 0, 0]);
            assert_eq!(user.counts(["INBOX", "News", "Archive"]), [2, 0, 1], "{text}");
        },
    );
}

#[test]
fn a_message_that_was_expunged_is_gone() {
    meanwhile(
        |store| store.expunge("INBOX", &[FIRST]),
        |user, before, text| {
            assert_eq!(user.world().total(), before.total() - 1);
            assert_eq!((state_of_first(user).as_str(), user.counts(["INBOX", "News"])), ("gone", [0, 2]), "{text}");
            assert_eq!(filed(&user.files()), 0);
        },
    );
}

#[test]
fn a_message_that_was_flagged_stays_when_that_is_seen() {
    meanwhile(
        |store| assert!(store.set_flags("INBOX", FIRST, &["\\Flagged"])),
        |user, before, text| {
            let world = user.world();
            assert_eq!(world.total(), before.total());
            let flagged = world.items().filter(|(_, item)| item.flags.contains("\\Flagged")).count();
            assert_eq!(flagged, 1, "{text}: the flag goes where the message goes");
            if text.contains("SELECT") {
                assert_eq!((state_of_first(user).as_str(), world.count("INBOX")), ("refused", 1), "{text}");
                assert_eq!(filed(&user.files()), 0, "{text}: flagged mail is the user's");
            }
        },
    );
}

#[test]
fn a_message_that_was_marked_as_deleted_stays_when_that_is_seen() {
    meanwhile(
        |store| assert!(store.set_flags("INBOX", FIRST, &["\\Deleted"])),
        |user, before, text| {
            assert_eq!(user.world().total(), before.total(), "{text}");
            if text.contains("SELECT") {
                assert_eq!((state_of_first(user).as_str(), user.counts(["INBOX"])), ("refused", [1]), "{text}");
                let row = &user.server.snapshot()[0];
                assert_eq!((row.folder.as_str(), row.flags.as_slice()), ("INBOX", &["\\Deleted".to_owned()][..]));
                assert_eq!(filed(&user.files()), 0, "{text}");
            }
        },
    );
}

#[test]
fn a_mark_of_somebody_else_is_not_taken_for_ours_after_a_cut() {
    // The copy was made, the line is dead, and before the next run another program marks the message as deleted: it may be
    // moving it by COPY itself, so nothing is removed, neither here nor there.
    let user = Embedded::new(&mail(), without_move());
    user.goes_wrong(When::nth("UID COPY", 1), What::DropAfter);
    user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
    user.runs().complains(1);
    user.server.clear_faults();
    user.server.change(|store| store.set_flags("INBOX", FIRST, &["\\Deleted"]));
    user.files();
    assert_eq!(user.counts(["INBOX", "News"]), [1, 3]);
    assert_eq!(user.server.snapshot()[0].flags, ["\\Deleted"], "their mark stays");
    assert_eq!(state_of_first(&user), "refused");
    assert_eq!(filed(&user.files()), 0);
}

#[test]
fn a_message_that_only_looks_like_the_copy_is_none() {
    // The line is dead before the move; meanwhile another message comes into the target, with the same header fields and the same size,
    // and something else in it.
    for (options, verb) in [(Options::default(), "UID MOVE"), (without_move(), "UID COPY")] {
        let letter = cast::newsletter(1).body("One thing.\r\n");
        let user = Embedded::new(std::slice::from_ref(&letter), options);
        user.goes_wrong(When::nth(verb, 1), What::DropBefore);
        user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
        user.runs().complains(1);
        user.server.clear_faults();
        user.receives("News", &[letter.clone().body("Two thing.\r\n").arrived_days_ago(0)]);
        let before = user.world();
        user.files();
        before.assert_same_mail(&user.world());
        assert_eq!(filed(&user.files()), 0, "{verb}");
    }
}

/// The flags of the message that ended up in News with the lowest UID: the first one.
fn flags_of_first(user: &Embedded) -> Vec<String> {
    let rows = user.server.snapshot();
    rows.into_iter().find(|row| row.folder == "News").expect("it is filed").flags
}

#[test]
fn flags_that_were_set_between_the_copy_and_its_removal_go_along() {
    let user = Embedded::new(&mail(), without_move());
    let flags = ["\\Answered", "\\Flagged", "\\Seen"];
    let sets = move |store: &mut Store| assert!(store.set_flags("INBOX", FIRST, &flags));
    user.goes_wrong(When::nth("UID STORE", 1), What::before(sets));
    assert_eq!(filed(&user.files()), 3);
    assert_eq!((flags_of_first(&user), user.counts(["INBOX", "News"])), (flags.map(str::to_owned).to_vec(), [0, 3]));
    assert_eq!(user.server.count("UID STORE"), 1 + flags.len(), "of one message only, and only when there is a need");
}

#[test]
fn keywords_that_were_set_between_the_copy_and_its_removal_go_along() {
    for cut in [false, true] {
        let mail: Vec<Mail> = mail().into_iter().map(|mail| mail.flag("$NotJunk")).collect();
        let user = Embedded::new(&mail, without_move());
        let sets = |store: &mut Store| assert!(store.set_flags("INBOX", FIRST, &["$NotJunk", "$Label1", "Later"]));
        if cut {
            user.goes_wrong(When::nth("UID STORE", 1), What::before(sets));
            user.goes_wrong(When::nth("UID STORE", 1), What::DropBefore);
            user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
            user.runs().complains(1);
            user.server.clear_faults();
            user.files();
        } else {
            user.goes_wrong(When::nth("UID STORE", 1), What::before(sets));
            assert_eq!(filed(&user.files()), 3);
        }
        let flags = ["$Label1", "$NotJunk", "Later"].map(str::to_owned).to_vec();
        assert_eq!((flags_of_first(&user), user.counts(["INBOX", "News"])), (flags, [0, 3]), "cut: {cut}");
        let others = user.server.snapshot();
        let others = others.iter().filter(|row| row.folder == "News" && row.flags == ["$NotJunk"]).count();
        assert_eq!(others, 2, "of one message only");
    }
}

#[test]
fn flags_that_were_set_while_the_line_was_dead_go_along() {
    for step in ["UID COPY", "UID STORE"] {
        let user = Embedded::new(&mail(), without_move());
        user.goes_wrong(When::nth(step, 1), What::DropAfter);
        user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
        user.runs().complains(1);
        user.server.clear_faults();
        // A program that sets a flag leaves the others as they are.
        let row = user.server.snapshot().into_iter().find(|row| row.folder == "INBOX").unwrap();
        let flags: Vec<&str> = row.flags.iter().map(String::as_str).chain(["\\Seen"]).collect();
        user.server.change(|store| store.set_flags("INBOX", FIRST, &flags));
        user.files();
        assert_eq!(
            (flags_of_first(&user), user.counts(["INBOX", "News"])),
            (vec!["\\Seen".to_owned()], [0, 3]),
            "{step}"
        );
    }
}

#[test]
fn inbox_is_renumbered_between_the_row_and_the_move() {
    for options in [Options::default(), without_move()] {
        let user = Embedded::new(&mail(), options);
        let before = user.world();
        user.goes_wrong(When::nth("SELECT", 1).mentioning("INBOX"), What::before(|store| store.renumber("INBOX")));
        user.runs().done();
        before.assert_same_places(&user.world());
        assert!(user.journal().iter().all(|row| row["state"] == "refused"), "{:?}", user.journal());
        assert_eq!(filed(&user.files()), 3, "they can be filed by their new UIDs");
        before.assert_same_mail(&user.world());
        assert_eq!(filed(&user.files()), 0);
    }
}

#[test]
fn the_target_is_renumbered_between_the_row_and_the_move() {
    for (options, verb) in [(Options::default(), "UID MOVE"), (without_move(), "UID COPY")] {
        let user = Embedded::new(&mail(), options);
        // Something has to lie there for the numbers to mean anything.
        user.receives("News", &[cast::newsletter(8)]);
        let before = user.world();
        user.goes_wrong(When::nth(verb, 1), What::before(|store| store.renumber("News")));
        user.runs();
        user.files();
        before.assert_same_mail(&user.world());
        assert_eq!(user.counts(["INBOX", "News"]), [0, 4], "{verb}");
        assert!(user.journal().iter().all(|row| row["state"] != "intended" && row["state"] != "gone"));
        assert_eq!(filed(&user.files()), 0);
        assert_eq!(user.undoes(&["--all"]), [3, 0, 0]);
        before.assert_same_places(&user.world());
    }
}

#[test]
fn the_target_is_deleted_between_the_row_and_the_move() {
    for (options, verb) in [(Options::default(), "UID MOVE"), (without_move(), "UID COPY")] {
        let user = Embedded::new(&mail(), options);
        let before = user.world();
        user.goes_wrong(When::nth(verb, 1), What::before(|store| store.remove_folder("News")));
        user.runs().complains(1);
        before.assert_same_places(&user.world());
        assert_eq!(filed(&user.files()), 3, "{verb}: it is made anew");
        before.assert_same_mail(&user.world());
    }
}

#[test]
fn inbox_is_emptied_while_it_is_read() {
    for options in [Options::default(), without_move()] {
        for rows in 0..3 {
            let user = Embedded::new(&mail(), options.clone());
            user.goes_wrong(When::nth("FETCH", 1), What::midway(rows, |store| store.empty("INBOX")));
            let outcome = user.runs();
            if outcome.code() != Some(0) {
                outcome.complains(1);
            }
            assert_eq!(user.world().total(), 0);
            user.receives("INBOX", &[cast::newsletter(9)]);
            assert_eq!(filed(&user.files()), 1, "after {rows} rows");
            assert!(user.journal().iter().all(|row| row["state"] == "gone" || row["state"] == "done"));
            assert_eq!(filed(&user.files()), 0);
        }
    }
}
