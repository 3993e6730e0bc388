//! Servers that lack something, refuse something or do something wrong, one thing at a time: the mail is filed or it
//! stays, it exists exactly once, and the journal knows where.

use mailherd::demo::server::{Abilities, CopyUid, Options, What, When};

use crate::journal;
use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::mail::Mail;
use crate::support::user::filed;

/// Five messages that are all filed, two to News and three to Bulk, and one that stays.
fn mail() -> Vec<Mail> {
    let mut mail = cast::machine_mail(1);
    mail.push(cast::stranger(1).flag("\\Seen").flag("$Label1"));
    mail
}

/// The servers by which mail can be moved at all.
fn ways() -> [Options; 3] {
    let no_uidplus = Abilities { uidplus: false, ..Abilities::ALL };
    [Options::default(), without_move(), Options { abilities: no_uidplus, ..Options::default() }]
}

/// Files everything, checks that it did, and that a second run finds nothing to do.
#[track_caller]
fn files_all(user: &Embedded) {
    let before = user.world();
    assert_eq!(filed(&user.files()), 5);
    settled(user, &before);
    assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 3]);
}

/// Everything exists once and where the journal says, and the next run files nothing more.
#[track_caller]
fn settled(user: &Embedded, before: &crate::support::world::World) {
    let after = user.world();
    before.assert_same_mail(&after);
    journal::explain(&user.journal(), "", &after, &[]);
    assert_eq!(filed(&user.files()), 0);
    after.assert_same_places(&user.world());
    for verb in ["EXPUNGE", "CLOSE"] {
        assert_eq!(user.server.count(verb), 0, "{verb} takes other people's mail along");
    }
}

#[test]
fn with_any_way_to_move() {
    for options in ways() {
        let user = Embedded::new(&mail(), options);
        let before = user.world();
        files_all(&user);
        assert_eq!(user.undoes(&["--all"]), [5, 0, 0]);
        before.assert_same_places(&user.world());
    }
}

#[test]
fn without_anything_that_is_optional() {
    let moving = Abilities { r#move: true, ..Abilities::NONE };
    let expunging = Abilities { uidplus: true, ..Abilities::NONE };
    for abilities in [moving, expunging] {
        for (delimiter, prefix) in [('/', ""), ('.', "INBOX.")] {
            let options = Options { abilities, delimiter, prefix: prefix.into(), ..Options::default() };
            let user = Embedded::new(&mail(), options);
            let before = user.world();
            assert_eq!(filed(&user.files()), 5);
            let after = user.world();
            before.assert_same_mail(&after);
            journal::explain(&user.journal(), prefix, &after, &[]);
            assert_eq!(after.count(&format!("{prefix}Bulk")), 3, "{:?}", after.folder_names());
            assert_eq!(filed(&user.files()), 0);
            assert_eq!(user.undoes(&["--all"]), [5, 0, 0]);
            before.assert_same_places(&user.world());
        }
    }
}

#[test]
fn without_move_and_uidplus_nothing_is_filed() {
    let user = Embedded::new(&mail(), Options { abilities: Abilities::NONE, ..Options::default() });
    let (before, folders) = (user.world(), user.server.inspect(|store| store.folder_names()));
    for words in [&["run", "--once", "--yes"][..], &["train", cast::TRACKER, "news", "--existing", "--yes"]] {
        user.mailherd(words).complains(1).says("UIDPLUS").says("MOVE");
    }
    before.assert_same_places(&user.world());
    assert_eq!(user.server.inspect(|store| store.folder_names()), folders, "nothing was created");
    assert!(user.journal().is_empty());
    assert_eq!(user.mailherd(&["plan", "--json"]).done().rows().len(), 6, "plan still works");
}

#[test]
fn copyuid_as_the_rfc_says_tagged_absent_or_wrong() {
    for copyuid in [CopyUid::AsTheRfcSays, CopyUid::Tagged, CopyUid::Absent, CopyUid::WrongCount, CopyUid::Swapped] {
        for options in [Options::default(), without_move()] {
            let user = Embedded::new(&mail(), Options { copyuid, ..options });
            let before = user.world();
            files_all(&user);
            for row in user
                .database()
                .prepare("SELECT to_folder, to_uid, subject FROM journal")
                .unwrap()
                .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?, row.get::<_, String>(2)?)))
                .unwrap()
            {
                let (folder, uid, subject) = row.unwrap();
                let rows = user.server.snapshot();
                let there = rows.iter().find(|row| row.folder == folder && row.uid.0 == uid);
                let bytes = &there.unwrap_or_else(|| panic!("{copyuid:?}: no {uid} in {folder}")).bytes;
                assert!(String::from_utf8_lossy(bytes).contains(&subject), "{copyuid:?}: {uid} is another message");
            }
            assert_eq!(user.undoes(&["--all"]), [5, 0, 0], "{copyuid:?}");
            before.assert_same_places(&user.world());
        }
    }
}

#[test]
fn a_move_that_is_advertised_and_refused_is_made_by_copy_and_said_once() {
    let user = Embedded::new(&mail(), Options::default());
    user.goes_wrong(When::every("UID MOVE"), What::No("MOVE is not enabled here"));
    let before = user.world();
    let outcome = user.runs().done();
    assert_eq!(outcome.stderr.matches("COPY").count(), 1, "{outcome}");
    assert_eq!(user.server.count("UID MOVE"), 1, "it is not tried again in this session");
    assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 3]);
    settled(&user, &before);
}

#[test]
fn a_move_that_was_refused_half_way_is_finished_by_copy() {
    let user = Embedded::new(&mail(), Options::default());
    let before = user.world();
    // One message is moved, and the answer is NO all the same.
    let uid = user.uid_of(&user.messages("INBOX")[0], "INBOX");
    let part = What::before(move |store| assert!(store.move_message("INBOX", uid, "News").is_some()));
    user.goes_wrong(When::nth("UID MOVE", 1), part);
    user.goes_wrong(When::nth("UID MOVE", 1), What::No("cannot move more than one message"));
    assert_eq!(filed(&user.files()), 5);
    settled(&user, &before);
}

#[test]
fn refusals_that_name_their_reason_are_final_and_said() {
    for (code, says) in
        [("[OVERQUOTA] no room", "room"), ("[NOPERM] not yours", "not yours"), ("[TRYCREATE] none", "none")]
    {
        for (options, verb) in [(Options::default(), "UID MOVE"), (without_move(), "UID COPY")] {
            let user = Embedded::new(&mail(), options);
            user.goes_wrong(When::every(verb), What::No(code));
            let before = user.world();
            user.runs().complains(1).says(says);
            before.assert_same_places(&user.world());
            assert!(user.journal().iter().all(|row| row["state"] == "refused"), "{:?}", user.journal());
            user.server.clear_faults();
            assert_eq!(filed(&user.files()), 5, "refused rows are tried again");
            settled(&user, &before);
        }
    }
}

#[test]
fn the_quota_is_reached_in_the_middle() {
    // Copies need room for twice the mail: the two newsletters go, the three for Bulk do not.
    let user = Embedded::new(&mail(), Options { quota_messages: Some(8), ..without_move() });
    let before = user.world();
    user.runs().complains(1).says("quota");
    before.assert_same_mail(&user.world());
    assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [4, 2, 0]);
    journal::explain(&user.journal(), "", &user.world(), &[]);
    // Room is made, and there is enough for one more copy at a time than before.
    user.server.change(|store| store.expunge("INBOX", &[store.uids("INBOX")[3]]));
    let before = user.world();
    assert_eq!(filed(&user.files()), 3);
    settled(&user, &before);
}

#[test]
fn a_read_only_mailbox_keeps_its_mail() {
    for folder in ["INBOX", "Bulk"] {
        for options in ways() {
            let user = Embedded::new(&mail(), options);
            user.mailherd(&["train", "nobody@nowhere.example", "bulk", "--existing", "--yes"]).done();
            user.server.change(|store| store.set_read_only(folder, true));
            let before = user.world();
            user.runs().complains(1);
            let after = user.world();
            before.assert_same_mail(&after);
            assert_eq!(after.count("Bulk"), 0, "{folder}");
            journal::explain(&user.journal(), "", &after, &[]);
            user.server.change(|store| store.set_read_only(folder, false));
            user.files();
            settled(&user, &before);
            assert_eq!(user.counts(["INBOX", "Bulk"]), [1, 3]);
        }
    }
}

#[test]
fn an_expunge_that_is_refused_leaves_the_message_once_without_our_mark() {
    for what in [What::No("not today"), What::Pretend] {
        let user = Embedded::new(&mail(), without_move());
        let before = user.world();
        user.goes_wrong(When::nth("UID EXPUNGE", 1), what);
        user.runs().complains(1);
        let after = user.world();
        before.assert_same_mail(&after);
        journal::explain(&user.journal(), "", &after, &[]);
        assert_eq!(filed(&user.files()) + after.count("News") as u64 + after.count("Bulk") as u64, 5);
        settled(&user, &before);
    }
}

#[test]
fn when_no_expunge_works_both_copies_stay_whole_until_one_does() {
    for what in [What::No("not today"), What::Pretend] {
        let user = Embedded::new(&mail(), without_move());
        let before = user.world();
        user.goes_wrong(When::every("UID EXPUNGE"), what);
        for _ in 0..2 {
            user.runs().complains(1);
            let rows = user.server.snapshot();
            assert!(
                rows.iter().all(|row| !row.flags.contains(&"\\Deleted".to_owned())),
                "somebody's EXPUNGE would take one"
            );
            assert!(rows.len() >= 6);
            let places = user.world();
            assert!(user.messages("INBOX").len() == 6, "nothing left INBOX: {:?}", places.folder_names());
        }
        assert!(user.journal().iter().any(|row| row["state"] == "intended"));
        user.server.clear_faults();
        user.files();
        settled(&user, &before);
        assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 3]);
    }
}

#[test]
fn a_mark_that_is_refused_leaves_the_message_once() {
    let user = Embedded::new(&mail(), without_move());
    let before = user.world();
    user.goes_wrong(When::nth("UID STORE", 1), What::No("not today"));
    user.runs().complains(1);
    before.assert_same_mail(&user.world());
    user.files();
    settled(&user, &before);
    assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 3]);
}

#[test]
fn an_ok_that_did_nothing_is_seen_through() {
    for (options, verbs) in
        [(Options::default(), &["UID MOVE"][..]), (without_move(), &["UID COPY", "UID STORE", "UID EXPUNGE"])]
    {
        for verb in verbs {
            let user = Embedded::new(&mail(), options.clone());
            let before = user.world();
            user.goes_wrong(When::nth(verb, 1), What::Pretend);
            user.runs().complains(1);
            let after = user.world();
            before.assert_same_mail(&after);
            journal::explain(&user.journal(), "", &after, &[]);
            user.files();
            settled(&user, &before);
            assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 3], "{verb}");
        }
    }
}

#[test]
fn reads_that_answer_ok_and_nothing_lose_nothing() {
    for verb in ["FETCH", "UID FETCH", "SELECT", "EXAMINE", "STATUS", "LIST"] {
        for options in ways() {
            for nth in 1..=4 {
                let user = Embedded::new(&mail(), options.clone());
                let before = user.world();
                user.goes_wrong(When::nth(verb, nth), What::Pretend);
                user.runs();
                before.assert_same_mail(&user.world());
                user.server.clear_faults();
                user.files();
                settled(&user, &before);
                assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 3], "{verb} number {nth}");
            }
        }
    }
}

#[test]
fn a_look_after_a_copy_that_answers_ok_and_nothing_leaves_no_second_copy() {
    let silent = Options { copyuid: CopyUid::Absent, ..without_move() };
    for nth in 1..=12 {
        let user = Embedded::new(&mail(), silent.clone());
        let before = user.world();
        user.goes_wrong(When::nth("UID FETCH", nth), What::Pretend);
        user.runs();
        user.server.clear_faults();
        user.files();
        settled(&user, &before);
        assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 3], "UID FETCH number {nth}");
    }
}

#[test]
fn uidnext_may_be_missing_or_lie() {
    for what in [What::NoUidNext, What::UidNext(1), What::UidNext(1000)] {
        for options in [
            Options::default(),
            without_move(),
            Options { copyuid: CopyUid::Absent, ..Options::default() },
            Options { copyuid: CopyUid::Absent, ..without_move() },
        ] {
            let user = Embedded::new(&mail(), options);
            for verb in ["SELECT", "EXAMINE", "STATUS"] {
                user.goes_wrong(When::every(verb), what.clone());
            }
            let before = user.world();
            files_all(&user);
            user.receives("INBOX", &[cast::newsletter(2)]);
            assert_eq!(filed(&user.files()), 1, "{what:?}: mail that came later");
            assert_eq!(user.undoes(&["--all"]), [6, 0, 0]);
            assert_eq!(user.world().total(), before.total() + 1);
        }
    }
}

#[test]
fn a_mailbox_that_cannot_be_opened_is_not_an_empty_one() {
    // The move was made, its proof needs a look into the target, and that is refused for a while.
    let user = Embedded::new(&mail(), Options { copyuid: CopyUid::Absent, ..Options::default() });
    let before = user.world();
    let after_move = When::every("EXAMINE").mentioning("News");
    user.goes_wrong(When::nth("UID MOVE", 1), What::DropAfter);
    user.goes_wrong(When::nth("UID MOVE", 2), What::DropAfter);
    user.runs();
    user.goes_wrong(after_move, What::No("[NOPERM] not for you today"));
    user.runs();
    before.assert_same_mail(&user.world());
    assert!(user.journal().iter().all(|row| row["state"] != "gone"), "{:?}", user.journal());
    user.server.clear_faults();
    user.files();
    settled(&user, &before);
    // The same when it is to be taken back.
    user.goes_wrong(When::every("EXAMINE").mentioning("News"), What::No("[NOPERM] not for you today"));
    user.mailherd(&["undo", "--all"]).complains(1);
    assert!(user.journal().iter().all(|row| row["state"] != "gone"), "{:?}", user.journal());
    user.server.clear_faults();
    user.undoes(&["--all"]);
    before.assert_same_places(&user.world());
}

#[test]
fn a_server_that_sends_the_client_away_is_met_again() {
    for verb in ["UID MOVE", "EXAMINE", "UID FETCH"] {
        let user = Embedded::new(&mail(), Options::default());
        let before = user.world();
        user.goes_wrong(When::nth(verb, 1), What::Bye("[UNAVAILABLE] maintenance"));
        assert_eq!(filed(&user.files()), 5, "{verb}");
        settled(&user, &before);
    }
}

#[test]
fn no_body_is_read_and_nothing_is_marked_as_seen() {
    for options in ways() {
        let user = Embedded::new(&mail(), options);
        files_all(&user);
        user.mailherd(&["plan"]).done();
        user.mailherd(&["undo", "--all"]).done();
        let commands = user.server.commands();
        let fetches: Vec<&str> =
            commands.iter().map(|received| received.line.as_str()).filter(|line| line.contains("BODY")).collect();
        assert!(!fetches.is_empty());
        for line in fetches {
            assert!(line.contains("BODY.PEEK[HEADER.FIELDS (") && line.matches("BODY").count() == 1, "{line}");
        }
        assert!(!commands.iter().any(|received| received.line.contains("\\Seen")), "\\Seen was set");
    }
}
