//! What falls from Blackhole to Trash, and what does not: only mail that mailherd or the user's hand brought there, once, while its
//! sender is banished, and never for good.

use mailherd::demo::mailbox::Account;
use mailherd::demo::server::{Options, What, When};

use crate::chains::days_pass;
use crate::moving::time_passes;
use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::mail::{ME, Mail};
use crate::support::user::filed;

/// A user who banished a shop some days ago: one offer of it lies in Blackhole.
fn banished(options: Options, days: i64) -> Embedded {
    let user = Embedded::new(&[cast::promotion(1), cast::stranger(1)], options);
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    days_pass(&user, days);
    user
}

#[test]
fn after_its_days_by_a_move_that_the_journal_has_and_only_once() {
    for options in [Options::default(), without_move()] {
        let user = banished(options, 6);
        let before = user.world();
        assert_eq!(filed(&user.files()), 0);
        assert_eq!(user.counts(["Blackhole", "Trash"]), [1, 0], "not yet");
        days_pass(&user, 1);
        assert_eq!(filed(&user.files()), 0, "a fall is not filing");
        assert_eq!(user.counts(["Blackhole", "Trash"]), [0, 1]);
        before.assert_same_mail(&user.world());
        let rows = user.journal();
        let fall = rows.last().unwrap();
        assert_eq!(
            (&fall["from_folder"], &fall["to_folder"], &fall["state"]),
            (&"Blackhole".into(), &"Trash".into(), &"done".into())
        );
        assert!(fall["reasons"].to_string().contains("7 days"), "{fall}");
        for _ in 0..2 {
            days_pass(&user, 100);
            user.files();
            assert_eq!(user.journal().len(), rows.len(), "what lies in Trash is left alone");
        }
        before.assert_same_mail(&user.world());
    }
}

#[test]
fn at_once_when_the_days_are_none() {
    let mut user = Embedded::new(&[cast::promotion(1)], Options::default());
    user.set("blackhole_days", "0");
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    for _ in 0..3 {
        user.files();
        assert_eq!((user.counts(["INBOX", "Blackhole", "Trash"]), user.journal().len()), ([0, 0, 1], 2));
    }
    user.undoes(&["--all"]);
    assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [1, 0, 0]);
}

#[test]
fn what_is_marked_as_deleted_does_not_fall_and_the_journal_does_not_grow() {
    for flag in ["\\Deleted", "\\Draft"] {
        let user = banished(Options::default(), 0);
        let uid = user.server.inspect(|store| store.uids("Blackhole")[0]);
        user.server.change(|store| store.set_flags("Blackhole", uid, &[flag]));
        days_pass(&user, 8);
        let rows = user.journal().len();
        for _ in 0..2 {
            user.files();
            assert_eq!((user.counts(["Blackhole", "Trash"]), user.journal().len()), ([1, 0], rows), "{flag}");
        }
    }
}

#[test]
fn what_lay_in_blackhole_before_does_not_fall() {
    let user = Embedded::new(&[cast::promotion(1)], Options::default());
    user.receives("Blackhole", &[cast::promotion(2).days_old(400)]);
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    days_pass(&user, 30);
    user.files();
    assert_eq!(user.counts(["Blackhole", "Trash"]), [1, 1]);
}

#[test]
fn what_the_user_flagged_moved_or_pardoned_does_not_fall() {
    type Act = fn(&Embedded);
    let acts: [(&str, Act); 4] = [
        ("flagged", |user| {
            assert!(user.server.change(|store| {
                let uid = store.uids("Blackhole")[0];
                store.set_flags("Blackhole", uid, &["\\Flagged"])
            }))
        }),
        ("pardoned", |user| drop(user.mailherd(&["untrain", cast::SHOP]).done())),
        ("moved out and back", |user| {
            user.server.change(|store| {
                let uid = store.uids("Blackhole")[0];
                let uid = store.move_message("Blackhole", uid, "Archive").unwrap();
                store.move_message("Archive", uid, "Blackhole").unwrap();
            })
        }),
        ("renumbered", |user| user.server.change(|store| store.renumber("Blackhole"))),
    ];
    for (what, act) in acts {
        let user = banished(Options::default(), 30);
        act(&user);
        user.files();
        assert_eq!(user.counts(["Blackhole", "Trash"]), [1, 0], "{what}");
    }
}

#[test]
fn what_was_expunged_does_not_come_back_as_trouble() {
    let user = banished(Options::default(), 30);
    user.server.change(|store| store.empty("Blackhole"));
    user.files();
    assert_eq!(user.counts(["Blackhole", "Trash"]), [0, 0]);
    assert_eq!(user.undoes(&["--all"]), [0, 1, 0]);
    let user = banished(Options::default(), 30);
    user.server.change(|store| store.remove_folder("Blackhole"));
    user.files();
    assert_eq!(user.counts(["Blackhole", "Trash"]), [0, 0]);
}

#[test]
fn without_a_trash_nothing_falls_and_the_user_is_told() {
    let mut account = Account::empty("Me", ME);
    let mail = cast::promotion(1);
    account.folder_mut("Sent").special_use = Some("\\Sent");
    let user = Embedded::of(account, Options::default());
    user.receives("INBOX", &[mail]);
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    days_pass(&user, 30);
    let outcome = user.runs().done();
    assert!(outcome.stderr.contains("Trash") && outcome.stderr.contains("hint: "), "{outcome}");
    assert_eq!(user.counts(["Blackhole"]), [1]);
    assert!(!user.server.inspect(|store| store.folder_names()).contains(&"Trash".to_owned()), "none is made");
}

#[test]
fn a_fall_that_is_cut_is_settled() {
    for (options, verbs) in
        [(Options::default(), &["UID MOVE"][..]), (without_move(), &["UID COPY", "UID STORE", "UID EXPUNGE"])]
    {
        for verb in verbs {
            for what in [What::DropBefore, What::DropAfter] {
                let user = banished(options.clone(), 30);
                let before = user.world();
                user.goes_wrong(When::nth(verb, 1), what);
                user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
                user.runs().complains(1);
                user.server.clear_faults();
                user.files();
                assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [1, 0, 1], "{verb}");
                before.assert_same_mail(&user.world());
                let rows = user.journal().len();
                days_pass(&user, 30);
                user.files();
                assert_eq!(user.journal().len(), rows, "{verb}");
                user.undoes(&["--all"]);
                assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [2, 0, 0], "{verb}");
            }
        }
    }
}

#[test]
fn when_the_clocks_are_days_apart_nothing_falls() {
    for (ahead, falls) in [(0, true), (-3600, true), (-5 * 86_400, false), (5 * 86_400, false)] {
        let user =
            Embedded::new(&[cast::promotion(1).days_old(10)], Options { clock_ahead: ahead, ..Options::default() });
        user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
        days_pass(&user, 30);
        let outcome = user.runs().done();
        assert_eq!(
            user.counts(["Blackhole", "Trash"]),
            if falls { [0, 1] } else { [1, 0] },
            "{ahead} seconds: {outcome}"
        );
        assert_eq!(outcome.stderr.contains("clock"), !falls, "{outcome}");
    }
}

#[test]
fn when_the_clock_here_is_days_behind_the_mail_nothing_falls() {
    let user = banished(Options::default(), 30);
    user.receives("INBOX", &[cast::stranger(2).days_old(-2)]);
    let outcome = user.runs().done();
    assert!(outcome.stderr.contains("clock"), "{outcome}");
    assert_eq!(user.counts(["Blackhole", "Trash"]), [1, 0]);
}

const DAY: i64 = 86_400;

/// Sees what the user did, and lets it settle.
fn settles(user: &Embedded) {
    user.files();
    time_passes(&user.database(), 200);
    user.files();
}

/// A user who dragged one of two letters of a stranger into Blackhole, where another one lay before.
fn dragged(options: Options) -> (Embedded, Mail) {
    let mail = [cast::stranger(1).days_old(10), cast::stranger(1).days_old(9)];
    let user = Embedded::new(&mail, options);
    user.receives("Blackhole", &[cast::stranger(1).days_old(400)]);
    user.files();
    time_passes(&user.database(), 60);
    user.drags(&mail[0].id(), "INBOX", "Blackhole");
    settles(&user);
    (user, mail[0].clone())
}

#[test]
fn what_the_user_dragged_there_falls_after_its_days_too() {
    for options in [Options::default(), without_move()] {
        let (user, mail) = dragged(options);
        let before = user.world();
        time_passes(&user.database(), 6 * DAY);
        user.files();
        assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [1, 2, 0], "not yet");
        time_passes(&user.database(), DAY);
        user.files();
        assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [1, 1, 1], "what lay there before stays");
        assert_eq!(user.messages("Trash"), [mail.id()]);
        before.assert_same_mail(&user.world());
        let rows = user.journal();
        assert_eq!((rows.len(), &rows[0]["from_folder"]), (1, &"Blackhole".into()));
        assert!(rows[0]["reasons"].to_string().contains("7 days"));
        // Brought back, it does not fall again.
        user.undoes(&["--all"]);
        time_passes(&user.database(), 30 * DAY);
        user.files();
        assert_eq!(user.counts(["Blackhole", "Trash"]), [2, 0]);
        before.assert_same_places(&user.world());
    }
}

#[test]
fn a_drag_of_mail_whose_sender_is_banished_already_counts() {
    let user = banished(Options::default(), 0);
    let other = cast::promotion(2);
    user.receives("News", std::slice::from_ref(&other));
    user.files();
    time_passes(&user.database(), 60);
    user.drags(&other.id(), "News", "Blackhole");
    settles(&user);
    assert_eq!(user.mailherd(&["orders", "--json"]).done().rows().len(), 1);
    time_passes(&user.database(), 8 * DAY);
    user.files();
    assert_eq!(user.counts(["Blackhole", "Trash"]), [0, 2]);
}

#[test]
fn what_was_dragged_and_touched_since_does_not_fall() {
    type Act = fn(&Embedded, &str);
    let acts: [(&str, Act, [usize; 2]); 5] = [
        (
            "flagged",
            |user, id| {
                let uid = user.uid_of(id, "Blackhole");
                assert!(user.server.change(|store| store.set_flags("Blackhole", uid, &["\\Flagged"])));
            },
            [2, 0],
        ),
        ("pardoned", |user, _| drop(user.mailherd(&["untrain", "carl.1@strangers.example"]).done()), [2, 0]),
        (
            "moved out and back",
            |user, id| {
                user.drags(id, "Blackhole", "Archive");
                user.drags(id, "Archive", "Blackhole");
            },
            [2, 0],
        ),
        ("moved out", |user, id| user.drags(id, "Blackhole", "Archive"), [1, 0]),
        // The message is recognised, so this one falls.
        ("renumbered", |user, _| user.server.change(|store| store.renumber("Blackhole")), [1, 1]),
    ];
    for (what, act, expected) in acts {
        let (user, mail) = dragged(Options::default());
        act(&user, &mail.id());
        user.files();
        time_passes(&user.database(), 30 * DAY);
        user.files();
        user.files();
        assert_eq!(user.counts(["Blackhole", "Trash"]), expected, "{what}");
    }
}

#[test]
fn what_was_dragged_does_not_fall_when_the_clocks_are_days_apart() {
    let (user, _) = dragged(Options { clock_ahead: -5 * DAY, ..Options::default() });
    time_passes(&user.database(), 30 * DAY);
    let outcome = user.runs().done();
    assert!(outcome.stderr.contains("clock"), "{outcome}");
    assert_eq!(user.counts(["Blackhole", "Trash"]), [2, 0]);
}

#[test]
fn a_move_out_lifts_the_order_and_the_rest_does_not_fall_and_is_offered_back() {
    let mail = [1, 2, 3].map(cast::promotion);
    let user = Embedded::new(&mail, Options::default());
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    time_passes(&user.database(), 60);
    user.drags(&mail[0].id(), "Blackhole", "Bulk");
    settles(&user);
    time_passes(&user.database(), 30 * DAY);
    user.files();
    assert_eq!(user.counts(["Bulk", "Blackhole", "Trash"]), [1, 2, 0]);
    let listed = user.mailherd(&["orders", "--pending"]).done();
    assert!(
        listed.stdout.contains("2 messages of offers@shop.example still in Blackhole: put back to bulk"),
        "{listed}"
    );
    let waiting = user.mailherd(&["orders", "--pending", "--json"]).done().rows();
    user.mailherd(&["confirm", &waiting[0]["id"].to_string()]).done();
    assert_eq!(user.counts(["Bulk", "Blackhole", "Trash"]), [3, 0, 0]);
}

/// A user who banished a shop an hour ago and has now written this.
fn answers(letter: impl Fn(&Mail) -> Mail) -> Embedded {
    let mail = cast::promotion(1);
    let user = Embedded::new(std::slice::from_ref(&mail), Options::default());
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    time_passes(&user.database(), 3600);
    user.receives("Sent", &[letter(&mail)]);
    user
}

#[test]
fn an_answer_lifts_the_order_and_the_rest_does_not_fall_and_is_offered_back() {
    let user = answers(|mail| cast::own_letter(cast::SHOP, 0).answers(mail));
    let outcome = user.runs().done();
    assert!(outcome.stderr.contains("not banished any more"), "{outcome}");
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
    time_passes(&user.database(), 30 * DAY);
    user.files();
    assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [0, 1, 0]);
    let waiting = user.mailherd(&["orders", "--pending", "--json"]).done().rows();
    assert_eq!((waiting[0]["kind"].as_str(), waiting[0]["category"].as_str()), (Some("return"), Some("inbox")));
    user.mailherd(&["confirm", &waiting[0]["id"].to_string()]).done();
    assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [1, 0, 0]);
}

#[test]
fn an_answer_that_only_its_flag_tells_of_lifts_the_order() {
    let user = answers(|_| cast::own_letter("somebody@else.example", 0));
    user.server.change(|store| {
        let uid = store.uids("Blackhole")[0];
        store.set_flags("Blackhole", uid, &["\\Answered"])
    });
    user.files();
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
}

#[test]
fn an_old_answer_and_a_machine_s_answer_lift_nothing() {
    for letter in [
        |mail: &Mail| cast::own_letter(cast::SHOP, 2).answers(mail),
        |mail: &Mail| cast::own_letter(cast::SHOP, 0).answers(mail).header("Auto-Submitted", "auto-replied"),
    ] {
        let user = answers(letter);
        user.files();
        time_passes(&user.database(), 7 * DAY);
        user.files();
        assert_eq!(user.mailherd(&["orders", "--json"]).done().rows().len(), 1);
        assert_eq!(user.counts(["Blackhole", "Trash"]), [0, 1]);
    }
}
