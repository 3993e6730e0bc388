//! Top mail that stays in INBOX: with `$Important`, or as it is.

use mailherd::demo::mailbox::{Account, Folder};
use mailherd::demo::server::{Options, What, When};

use crate::support::cast;
use crate::support::embedded::Embedded;
use crate::support::mail::{ME, Mail};

/// A user with a friend whose new letter is in INBOX beside a newsletter.
fn with_a_friend(top: &str, options: Options) -> (Embedded, Mail) {
    let mut account = Account::empty("Me", ME);
    account.folders.extend([Folder::new("Sent", Some("\\Sent")), Folder::new("Archive", None)]);
    let mut user = Embedded::of(account, options);
    let (letters, answers) = cast::acquaintance();
    user.receives("Archive", &letters);
    user.receives("Sent", &answers);
    let letter = cast::friend(60);
    user.receives("INBOX", &[letter.clone(), cast::newsletter(1)]);
    user.set("top", &format!("{top:?}"));
    (user, letter)
}

fn important(user: &Embedded) -> usize {
    user.world().items().filter(|(_, item)| item.flags.contains("$Important")).count()
}

#[test]
fn a_flag_is_a_row_that_can_be_taken_back() {
    let (user, letter) = with_a_friend("flag", Options::default());
    let before = user.world();
    assert_eq!(user.files()["filed"]["top"], 1);
    assert_eq!((important(&user), user.counts(["INBOX", "News", "Top"])), (1, [1, 1, 0]));
    let rows = user.journal();
    let flag = rows.iter().find(|row| row["message_id"] == letter.id().as_str()).unwrap();
    assert_eq!((flag["kind"].as_str(), flag["state"].as_str()), (Some("flag"), Some("done")));
    assert!(!user.server.inspect(|store| store.folder_names()).contains(&"Top".to_owned()), "no mailbox for it");
    assert_eq!(user.files()["filed"]["top"], 0, "once");
    assert_eq!(user.undoes(&["--id", &flag["id"].to_string()]), [1, 0, 0]);
    assert_eq!(important(&user), 0);
    assert_eq!(user.files()["filed"]["top"], 0, "and not again");
    user.undoes(&["--all"]);
    before.assert_same_places(&user.world());
}

#[test]
fn a_flag_is_found_again_where_inbox_was_renumbered() {
    let (user, _) = with_a_friend("flag", Options::default());
    user.files();
    user.receives("INBOX", &[cast::stranger(1)]);
    user.server.change(|store| store.renumber("INBOX"));
    assert_eq!(user.undoes(&["--all"]), [2, 0, 0]);
    assert_eq!(important(&user), 0);
}

#[test]
fn a_flag_that_was_cut_off_is_settled() {
    for what in [What::DropBefore, What::DropAfter] {
        let (user, _) = with_a_friend("flag", Options::default());
        user.goes_wrong(When::nth("UID STORE", 1), what);
        user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
        user.runs().complains(1);
        user.server.clear_faults();
        user.files();
        assert_eq!(important(&user), 1);
        assert!(user.journal().iter().all(|row| row["state"] != "intended"));
        user.undoes(&["--all"]);
        assert_eq!(important(&user), 0);
    }
}

#[test]
fn a_flag_that_the_user_took_off_or_put_elsewhere_is_no_trouble() {
    let (user, letter) = with_a_friend("flag", Options::default());
    user.files();
    let uid = user.uid_of(&letter.id(), "INBOX");
    user.server.change(|store| store.set_flags("INBOX", uid, &[]));
    user.files();
    assert_eq!(important(&user), 0, "the user's word stands");
    user.drags(&letter.id(), "INBOX", "Archive");
    let [undone, missing, failed] = user.undoes(&["--all"]);
    assert_eq!([undone, missing, failed], [1, 1, 0]);
}

#[test]
fn where_keywords_cannot_be_set_top_mail_just_stays() {
    let (user, _) = with_a_friend("flag", Options { keywords: false, ..Options::default() });
    let outcome = user.runs().done();
    assert!(outcome.stderr.contains("keywords") && outcome.stderr.contains("hint: "), "{outcome}");
    assert_eq!(outcome.object()["accounts"][0]["filed"]["top"], 0);
    assert_eq!(outcome.object()["accounts"][0]["kept"], 1);
    assert_eq!((important(&user), user.counts(["INBOX", "News"])), (0, [1, 1]));
    let rows = user.journal().len();
    user.files();
    assert_eq!(user.journal().len(), rows, "and is not tried again");
}

#[test]
fn a_flag_that_is_refused_is_said() {
    let (user, _) = with_a_friend("flag", Options::default());
    user.goes_wrong(When::every("UID STORE"), What::No("not today"));
    user.runs().complains(1).says("not today");
    assert_eq!(important(&user), 0);
    user.server.clear_faults();
    user.files();
    assert_eq!(important(&user), 1, "it is tried again");
}

#[test]
fn off_leaves_it_alone() {
    let (user, _) = with_a_friend("off", Options::default());
    let account = user.files();
    assert_eq!((account["filed"]["top"].as_u64(), account["kept"].as_u64()), (Some(0), Some(1)));
    assert_eq!((important(&user), user.counts(["INBOX", "News"])), (0, [1, 1]));
    assert_eq!(user.journal().len(), 1);
}
