//! Undo, where a message has been moved more than once, by us or by others, or where the undo itself goes wrong.

use mailherd::demo::server::{Options, What, When};
use serde_json::Value;

use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::mail::Mail;
use crate::support::user::filed;

/// A user whose banished mail has fallen all the way: INBOX, Blackhole, Trash. The days are one so that nothing falls at once.
fn fallen(options: Options) -> (Embedded, Vec<Mail>) {
    let mail: Vec<Mail> = (1..=3).map(cast::promotion).collect();
    let mut user = Embedded::new(&mail, options);
    user.set("blackhole_days", "1");
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [0, 3, 0]);
    days_pass(&user, 2);
    user.files();
    assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [0, 0, 3]);
    (user, mail)
}

/// Makes every row of the journal so many days older.
pub fn days_pass(user: &Embedded, days: i64) {
    user.database().execute("UPDATE journal SET at = at - ?1", [days * 86_400]).unwrap();
}

fn states(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["state"].as_str().unwrap()).collect()
}

#[track_caller]
fn row_of<'a>(rows: &'a [Value], id: &str, to: &str) -> &'a Value {
    rows.iter().find(|row| row["message_id"] == id && row["to_folder"] == to).expect("a row")
}

#[test]
fn the_first_row_of_a_chain_takes_all_of_it_back() {
    for options in [Options::default(), without_move()] {
        let (user, mail) = fallen(options);
        let first = row_of(&user.journal(), &mail[0].id(), "Blackhole")["id"].to_string();
        assert_eq!(user.undoes(&["--id", &first]), [2, 0, 0], "two moves of one message");
        assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [1, 0, 2]);
        let rows = user.journal();
        assert_eq!(row_of(&rows, &mail[0].id(), "Trash")["state"], "undone");
        assert_eq!(row_of(&rows, &mail[0].id(), "INBOX")["state"], "done");
        assert_eq!(user.undoes(&["--all"]), [4, 0, 0]);
        assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [3, 0, 0]);
        assert_eq!(user.undoes(&["--all"]), [0, 0, 0], "what took something back is not itself taken back");
        user.files();
        assert_eq!(user.counts(["INBOX"]), [3], "and it stays");
    }
}

#[test]
fn the_last_row_of_a_chain_goes_back_one_step_and_does_not_fall_again() {
    let (user, mail) = fallen(Options::default());
    let last = row_of(&user.journal(), &mail[0].id(), "Trash")["id"].to_string();
    assert_eq!(user.undoes(&["--id", &last]), [1, 0, 0]);
    assert_eq!(user.counts(["Blackhole", "Trash"]), [1, 2]);
    days_pass(&user, 30);
    user.files();
    assert_eq!(user.counts(["Blackhole", "Trash"]), [1, 2], "the user took the fall back");
    assert_eq!(user.undoes(&["--all"]), [5, 0, 0]);
    assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [3, 0, 0]);
}

#[test]
fn an_undo_of_an_order_s_run_lifts_the_order() {
    let (user, _) = fallen(Options::default());
    let run = user.journal()[0]["run"].to_string();
    assert_eq!(user.undoes(&["--run", &run]), [6, 0, 0]);
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
    user.receives("INBOX", &[cast::promotion(9)]);
    user.files();
    assert_eq!(user.counts(["Blackhole"]), [0]);
}

#[test]
fn an_order_that_moved_nothing_is_lifted_by_last() {
    let user = Embedded::new(&[cast::newsletter(1)], Options::default());
    user.files();
    user.mailherd(&["train", "somebody@else.example", "bulk", "--existing", "--yes"]).done();
    assert_eq!(user.undoes(&["--last"]), [0, 0, 0]);
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
    assert_eq!(user.counts(["News"]), [1]);
    assert_eq!(user.undoes(&["--last"]), [1, 0, 0], "then comes the run before");
}

#[test]
fn what_the_user_moved_on_stays_there() {
    for seen in [false, true] {
        let mail: Vec<Mail> = (1..=2).map(cast::newsletter).collect();
        let user = Embedded::new(&mail, Options::default());
        user.files();
        user.drags(&mail[0].id(), "News", "Archive");
        if seen {
            user.files();
        }
        let before = user.world();
        assert_eq!(user.undoes(&["--all"]), [1, 1, 0]);
        before.assert_same_mail(&user.world());
        assert_eq!(user.counts(["INBOX", "News", "Archive"]), [1, 0, 1]);
        assert_eq!(user.undoes(&["--all"])[0], 0);
    }
}

#[test]
fn what_the_user_moved_on_out_of_the_middle_of_a_chain_stays_there() {
    let (user, mail) = fallen(Options::default());
    user.drags(&mail[0].id(), "Trash", "Archive");
    user.undoes(&["--all"]);
    assert_eq!(user.counts(["INBOX", "Archive", "Blackhole", "Trash"]), [2, 1, 0, 0]);
}

#[test]
fn what_the_user_put_back_counts_as_undone() {
    let mail: Vec<Mail> = (1..=2).map(cast::newsletter).collect();
    let user = Embedded::new(&mail, Options::default());
    user.files();
    user.drags(&mail[0].id(), "News", "INBOX");
    assert_eq!(user.undoes(&["--all"]), [2, 0, 0]);
    assert_eq!(user.counts(["INBOX", "News"]), [2, 0]);
    assert_eq!(row_of(&user.journal(), &mail[0].id(), "News")["state"], "undone");
}

#[test]
fn what_was_expunged_is_gone() {
    let mail: Vec<Mail> = (1..=2).map(cast::newsletter).collect();
    let user = Embedded::new(&mail, Options::default());
    user.files();
    let uid = user.uid_of(&mail[0].id(), "News");
    user.server.change(|store| store.expunge("News", &[uid]));
    assert_eq!(user.undoes(&["--all"]), [1, 1, 0]);
    assert_eq!(row_of(&user.journal(), &mail[0].id(), "News")["state"], "gone");
    assert_eq!(user.undoes(&["--all"]), [0, 0, 0]);
}

#[test]
fn a_whole_mailbox_that_was_deleted_is_gone_too() {
    let user = Embedded::new(&[cast::newsletter(1), cast::notification(1)], Options::default());
    user.files();
    user.server.change(|store| store.remove_folder("News"));
    assert_eq!(user.undoes(&["--all"]), [1, 1, 0]);
    assert_eq!(user.counts(["INBOX", "News"]), [1, 0]);
}

#[test]
fn renumbered_mailboxes_are_searched_for_the_message_itself() {
    for folders in [&["Trash"][..], &["Blackhole", "INBOX"], &["Trash", "Blackhole", "INBOX"]] {
        let (user, _) = fallen(Options::default());
        user.receives("Trash", &[cast::promotion(50)]);
        user.server.change(|store| folders.iter().for_each(|folder| store.renumber(folder)));
        assert_eq!(user.undoes(&["--all"]), [6, 0, 0], "{folders:?}");
        assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [3, 0, 1]);
    }
}

#[test]
fn an_undo_that_is_cut_is_finished_by_the_next_one() {
    for (options, verbs) in
        [(Options::default(), &["UID MOVE"][..]), (without_move(), &["UID COPY", "UID STORE", "UID EXPUNGE"])]
    {
        for verb in verbs {
            for nth in 1..=2 {
                for what in [What::DropBefore, What::DropAfter, What::PartThenDrop(1), What::PartThenDrop(2)] {
                    let (user, _) = fallen(options.clone());
                    let before = user.world();
                    let text = format!("{what:?} of {verb} number {nth}");
                    user.goes_wrong(When::nth(verb, nth), what);
                    user.mailherd(&["undo", "--all"]).complains(1);
                    let [_, missing, failed] = user.undoes(&["--all"]);
                    assert_eq!([missing, failed], [0, 0], "{text}");
                    before.assert_same_mail(&user.world());
                    assert_eq!(user.counts(["INBOX", "Blackhole", "Trash"]), [3, 0, 0], "{text}");
                    let rows = user.journal();
                    assert!(rows.iter().all(|row| row["state"] != "intended" && row["state"] != "gone"), "{text}");
                    assert_eq!(user.undoes(&["--all"]), [0, 0, 0], "{text}");
                    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty(), "{text}");
                    assert_eq!(filed(&user.files()), 0, "{text}");
                }
            }
        }
    }
}

#[test]
fn an_undo_that_is_refused_says_so_and_can_be_repeated() {
    let user = Embedded::new(&[cast::newsletter(1), cast::notification(1)], Options::default());
    let before = user.world();
    user.files();
    user.goes_wrong(When::every("UID MOVE").mentioning("INBOX"), What::No("[OVERQUOTA] no room"));
    user.mailherd(&["undo", "--all"]).complains(1);
    assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [0, 1, 1]);
    user.server.clear_faults();
    assert_eq!(user.undoes(&["--all"]), [2, 0, 0]);
    before.assert_same_places(&user.world());
    let rows = user.journal();
    assert_eq!(states(&rows).iter().filter(|state| **state == "undone").count(), 2);
}

#[test]
fn identical_copies_come_back_each_for_itself() {
    for options in [Options::default(), without_move()] {
        let twin = cast::newsletter(1);
        let user = Embedded::new(&[twin.clone(), twin.clone(), twin], options);
        let before = user.world();
        assert_eq!(filed(&user.files()), 3);
        let id = user.journal()[1]["id"].to_string();
        assert_eq!(user.undoes(&["--id", &id]), [1, 0, 0]);
        assert_eq!(user.counts(["INBOX", "News"]), [1, 2]);
        assert_eq!(user.undoes(&["--all"]), [2, 0, 0]);
        before.assert_same_places(&user.world());
    }
}
