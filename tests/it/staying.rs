//! What stays where it is: mail that is not ours to touch, old mail, and mail that was judged or seen before.

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::mail::{ME, Mail};
use crate::support::user::{User, filed};

fn stay(user: &User, mail: &[Mail]) {
    let world = user.world();
    for mail in mail {
        assert_eq!(world.place_of(&mail.id()), "INBOX", "{}", String::from_utf8_lossy(&mail.bytes()));
    }
}

#[test]
pub fn flagged_deleted_draft_and_own_mail_is_not_touched() {
    let user = User::new(Flavour::PLAIN);
    let mail = [
        cast::newsletter(1).flag("\\Flagged"),
        cast::newsletter(2).flag("\\Deleted"),
        cast::newsletter(3).flag("\\Draft"),
        cast::own_letter("somebody@else.example", 0),
        cast::notification(4).header("From", format!("Me <{ME}>")),
    ];
    user.receives(&mail);
    let before = user.world();
    let log = user.wire_log();
    assert_eq!(filed(&user.files()), 0);
    assert!(!log.commands().iter().any(|command| command.contains("EXPUNGE")));
    before.assert_same_places(&user.world());
    stay(&user, &mail);
}

#[test]
pub fn somebody_elses_deleted_mail_survives_the_filing_around_it() {
    for flavour in [Flavour::PLAIN, Flavour::NO_MOVE] {
        let user = User::new(flavour);
        let marked = cast::newsletter(1).flag("\\Deleted");
        user.receives(&[cast::newsletter(2), marked.clone(), cast::newsletter(3)]);
        let before = user.world();
        assert_eq!(filed(&user.files()), 2);
        before.assert_same_mail(&user.world());
        stay(&user, &[marked]);
    }
}

#[test]
pub fn mail_older_than_the_backlog_only_teaches() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("backlog_days", "30");
    let old = [
        cast::newsletter(1).days_old(31),
        // Imported yesterday, written long ago.
        cast::newsletter(2).days_old(400).arrived_days_ago(1),
        // Arrived long ago, dated yesterday.
        cast::notification(3).days_old(1).arrived_days_ago(60),
    ];
    let young = cast::newsletter(4).days_old(29);
    user.receives(&old).receives(std::slice::from_ref(&young));
    assert_eq!(filed(&user.files()), 1);
    stay(&user, &old);
    assert_eq!(user.world().place_of(&young.id()), "News");
    let known = user.mailherd(&["senders", "--json"]).done().rows();
    let kitchen = known.iter().find(|row| row["address"] == cast::KITCHEN).expect("old mail teaches");
    assert_eq!(kitchen["received"].as_u64(), Some(3));
}

#[test]
fn old_mail_imported_later_stays() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("backlog_days", "30");
    user.files();
    let imported: Vec<Mail> =
        (1..=5).map(|number| cast::newsletter(number).days_old(700).arrived_days_ago(0)).collect();
    user.receives(&imported);
    assert_eq!(filed(&user.files()), 0);
    stay(&user, &imported);
}

#[test]
pub fn mail_that_the_user_moved_back_into_the_inbox_stays() {
    let user = User::new(Flavour::PLAIN);
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter)).files();
    user.client().drag(&letter.id(), "News", "INBOX");
    for _ in 0..2 {
        assert_eq!(filed(&user.files()), 0);
        stay(&user, std::slice::from_ref(&letter));
    }
}

#[test]
pub fn mail_that_was_seen_in_another_folder_stays_when_it_comes_back() {
    let user = User::new(Flavour::PLAIN);
    let letter = cast::newsletter(1);
    user.client().append("Archive", std::slice::from_ref(&letter));
    user.files();
    user.client().drag(&letter.id(), "Archive", "INBOX");
    assert_eq!(filed(&user.files()), 0);
    stay(&user, &[letter]);
}

#[test]
fn what_was_kept_once_is_kept_although_the_order_is_newer() {
    let user = User::new(Flavour::PLAIN);
    let person = cast::stranger(1);
    user.receives(std::slice::from_ref(&person)).files();
    user.mailherd(&["train", "@strangers.example", "bulk"]).done();
    assert_eq!(filed(&user.files()), 0);
    stay(&user, &[person]);
}

#[test]
fn a_changed_uidvalidity_refiles_nothing_and_loses_nothing() {
    let user = User::new(Flavour::PLAIN);
    let (filed_once, kept) = (cast::machine_mail(2), cast::stranger(1));
    user.receives(&filed_once).receives(std::slice::from_ref(&kept)).files();
    user.mailherd(&["undo", "--all"]).done();
    user.mailherd(&["train", "@strangers.example", "bulk"]).done();
    let before = user.world();
    for folder in ["INBOX", "News", "Archive"] {
        user.server.doveadm(&["mailbox", "update", "-u", &user.name, "--uid-validity", "4711", folder]);
    }
    assert_eq!(filed(&user.files()), 0);
    before.assert_same_places(&user.world());
    user.receives(&[cast::newsletter(9)]);
    assert_eq!(filed(&user.files()), 1, "new mail is filed as before");
}

#[test]
pub fn top_mail_is_flagged_or_left_alone_as_configured() {
    for (top, important) in [("flag", true), ("off", false)] {
        let mut user = User::new(Flavour::PLAIN);
        user.set("top", &format!("{top:?}"));
        let letter = cast::friend(60);
        user.has_a_friend().receives(std::slice::from_ref(&letter));
        let account = user.files();
        assert_eq!(account["filed"]["top"].as_u64(), Some(u64::from(important)), "{account}");
        let stored = user.client().messages("INBOX");
        assert_eq!(stored.len(), 1);
        assert_eq!(stored[0].flags.contains("$Important"), important);
        user.mailherd(&["undo", "--all"]).done();
        assert!(!user.client().messages("INBOX")[0].flags.contains("$Important"));
    }
}
