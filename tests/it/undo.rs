//! Every move can be taken back: one, a run, the last one, all; for ever, and as far as the mail is still there.

use serde_json::Value;

use crate::journal::last_row;
use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::{User, filed};

fn undo(user: &User, words: &[&str]) -> [u64; 3] {
    let words: Vec<&str> = ["undo", "--json"].into_iter().chain(words.iter().copied()).collect();
    let result = user.mailherd(&words).done().object();
    ["undone", "missing", "failed"].map(|key| result[key].as_u64().unwrap())
}

/// A user whose letter is filed by one run and whose notification by the next.
fn two_runs() -> (User, Mail, Mail) {
    let user = User::new(Flavour::PLAIN);
    let (letter, notification) = (cast::newsletter(1), cast::notification(1));
    user.receives(std::slice::from_ref(&letter)).files();
    user.receives(std::slice::from_ref(&notification)).files();
    assert_eq!((user.world().count("News"), user.world().count("Bulk")), (1, 1));
    (user, letter, notification)
}

#[test]
pub fn undo_by_id_takes_back_that_row_only() {
    let (user, letter, notification) = two_runs();
    let id = last_row(&user.journal(), &letter.id())["id"].to_string();
    assert_eq!(undo(&user, &["--id", &id]), [1, 0, 0]);
    let world = user.world();
    assert_eq!((world.place_of(&letter.id()), world.place_of(&notification.id())), ("INBOX", "Bulk"));
}

#[test]
pub fn undo_is_another_row_and_the_old_one_stays() {
    let (user, letter, _) = two_runs();
    let before = user.journal();
    let row = last_row(&before, &letter.id());
    undo(&user, &["--id", &row["id"].to_string()]);
    let after = user.journal();
    assert_eq!(after.len(), before.len() + 1);
    let old = after.iter().find(|later| later["id"] == row["id"]).expect("rows are never deleted");
    let new = last_row(&after, &letter.id());
    assert_eq!((old["state"].as_str(), new["state"].as_str()), (Some("undone"), Some("done")));
    assert_eq!(
        (&new["undoes"], new["from_folder"].as_str(), new["to_folder"].as_str()),
        (&row["id"], Some(user.folder("News").as_str()), Some("INBOX"))
    );
}

#[test]
pub fn undo_by_run_takes_back_that_run_only() {
    let (user, letter, notification) = two_runs();
    let run = last_row(&user.journal(), &letter.id())["run"].to_string();
    assert_eq!(undo(&user, &["--run", &run]), [1, 0, 0]);
    let world = user.world();
    assert_eq!((world.place_of(&letter.id()), world.place_of(&notification.id())), ("INBOX", "Bulk"));
}

#[test]
pub fn undo_last_goes_back_run_by_run_and_never_undoes_an_undo() {
    let (user, letter, notification) = two_runs();
    assert_eq!(undo(&user, &["--last"]), [1, 0, 0]);
    let world = user.world();
    assert_eq!((world.place_of(&letter.id()), world.place_of(&notification.id())), ("News", "INBOX"));
    assert_eq!(undo(&user, &["--last"]), [1, 0, 0]);
    assert_eq!(user.world().count("INBOX"), 2);
    assert_eq!(undo(&user, &["--last"]), [0, 0, 0]);
    assert_eq!(undo(&user, &["--all"]), [0, 0, 0]);
    assert_eq!(user.world().count("INBOX"), 2);
}

#[test]
pub fn what_the_user_deleted_meanwhile_is_counted_as_missing() {
    let (user, letter, notification) = two_runs();
    user.client().empty("Bulk");
    assert_eq!(undo(&user, &["--all"]), [1, 1, 0]);
    let rows = user.journal();
    assert!(rows.iter().any(|row| row["message_id"] == notification.id() && row["state"] == "gone"), "{rows:?}");
    assert_eq!(user.world().place_of(&letter.id()), "INBOX");
}

#[test]
pub fn what_the_user_moved_on_is_left_where_they_put_it_or_found_there() {
    let (user, _, notification) = two_runs();
    user.client().drag(&notification.id(), "Bulk", "Archive");
    let before = user.world();
    let [undone, missing, failed] = undo(&user, &["--all"]);
    assert_eq!((undone + missing, failed), (2, 0));
    before.assert_same_mail(&user.world());
}

#[test]
fn undo_teaches_nothing() {
    let (user, _, _) = two_runs();
    undo(&user, &["--all"]);
    user.receives(&[cast::newsletter(2), cast::notification(2)]);
    assert_eq!(filed(&user.files()), 2);
    assert_eq!(user.mailherd(&["orders", "--json"]).done().rows(), Vec::<Value>::new());
}

#[test]
pub fn undo_of_an_order_s_moves_lifts_the_order() {
    let user = User::new(Flavour::PLAIN);
    let person = cast::stranger(3);
    user.receives(std::slice::from_ref(&person)).files();
    user.mailherd(&["train", "carl.3@strangers.example", "bulk", "--existing", "--yes"]).done();
    assert_eq!(user.world().place_of(&person.id()), "Bulk");
    assert_eq!(undo(&user, &["--last"]), [1, 0, 0]);
    assert_eq!(user.world().place_of(&person.id()), "INBOX");
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
}

#[test]
pub fn a_message_without_message_id_is_put_back() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1).without("Message-ID"), cast::newsletter(2).without("Message-ID")]);
    let before = user.world();
    assert_eq!(filed(&user.files()), 2);
    assert_eq!(undo(&user, &["--all"]), [2, 0, 0]);
    before.assert_same_places(&user.world());
}

#[test]
fn undo_finds_mail_whose_folder_was_renumbered() {
    let (user, letter, _) = two_runs();
    user.server.doveadm(&["mailbox", "update", "-u", &user.name, "--uid-validity", "77", "News"]);
    undo(&user, &["--all"]);
    assert_eq!(user.world().place_of(&letter.id()), "INBOX");
}

#[test]
fn with_nothing_done_there_is_nothing_to_undo() {
    let user = User::new(Flavour::PLAIN);
    assert_eq!(undo(&user, &["--all"]), [0, 0, 0]);
    assert_eq!(undo(&user, &["--last"]), [0, 0, 0]);
}
