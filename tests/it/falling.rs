//! What falls from Blackhole to Trash, and what does not: only mail that mailherd brought there, once, while its sender is
//! banished, and never for good.

use mailherd::demo::mailbox::Account;
use mailherd::demo::server::{Options, What, When};

use crate::chains::days_pass;
use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::mail::ME;
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
