//! A message whose header fields the server shows otherwise than before is known by the server's own name for it (OBJECTID), where
//! it has one.

use mailherd::demo::server::{Abilities, Options};

use crate::moving::time_passes;
use crate::support::cast;
use crate::support::embedded::Embedded;
use crate::support::mail::Mail;

const LINE: &str = "Delivered-To: me-again@home.example";

fn options(objectid: bool) -> Options {
    Options { abilities: Abilities { objectid, ..Abilities::ALL }, ..Options::default() }
}

/// One letter of a stranger in INBOX, known for a while.
fn user(options: Options) -> (Embedded, Mail) {
    let letter = cast::stranger(1);
    let user = Embedded::new(std::slice::from_ref(&letter), options);
    user.files();
    time_passes(&user.database(), 60);
    (user, letter)
}

fn orders(user: &Embedded) -> Vec<String> {
    let rows = user.mailherd(&["orders", "--json"]).done().rows();
    rows.iter().map(|row| format!("{} {}", row["who"], row["category"]).replace('"', "")).collect()
}

#[test]
fn a_renumbered_mailbox_with_other_headers_is_not_judged_again() {
    for objectid in [true, false] {
        let (user, letter) = user(options(objectid));
        user.mailherd(&["train", "carl.1@strangers.example", "news"]).done();
        user.server.change(|store| {
            store.add_header("INBOX", LINE);
            store.renumber("INBOX");
        });
        let ran = user.files();
        // Without a name it is another message, to which the order applies.
        let (place, learned) = if objectid { ("INBOX", 0) } else { ("News", 1) };
        assert_eq!((user.world().place_of(&letter.id()), &ran["learned"]), (place, &learned.into()), "{objectid}");
        assert_eq!(user.files()["filed"]["news"], 0);
        assert_eq!(user.files()["learned"], 0);
    }
}

#[test]
fn a_move_into_a_mailbox_that_shows_other_headers_is_learned_from() {
    for objectid in [true, false] {
        let (user, letter) = user(options(objectid));
        user.drags(&letter.id(), "INBOX", "Bulk");
        user.server.change(|store| store.add_header("Bulk", LINE));
        user.files();
        time_passes(&user.database(), 200);
        user.files();
        let expected: &[&str] = if objectid { &["carl.1@strangers.example bulk"] } else { &[] };
        assert_eq!(orders(&user), expected, "{objectid}");
        if !objectid {
            continue;
        }
        // And back, by its old looks.
        user.drags(&letter.id(), "Bulk", "INBOX");
        user.files();
        time_passes(&user.database(), 200);
        user.files();
        assert_eq!(orders(&user), ["carl.1@strangers.example inbox"]);
    }
}

#[test]
fn a_move_that_rests_where_everything_is_numbered_anew_is_learned_from() {
    let (user, letter) = user(options(true));
    user.drags(&letter.id(), "INBOX", "Bulk");
    user.files();
    time_passes(&user.database(), 60);
    user.server.change(|store| {
        store.add_header("Bulk", LINE);
        store.renumber("Bulk");
    });
    user.files();
    time_passes(&user.database(), 100);
    user.files();
    assert_eq!(orders(&user), ["carl.1@strangers.example bulk"]);
}

#[test]
fn our_own_moves_into_a_mailbox_that_shows_other_headers_teach_nothing() {
    let letter = cast::newsletter(1);
    let user = Embedded::new(std::slice::from_ref(&letter), options(true));
    user.files();
    time_passes(&user.database(), 60);
    user.server.change(|store| {
        store.add_header("News", LINE);
        store.renumber("News");
    });
    for _ in 0..3 {
        user.files();
        time_passes(&user.database(), 200);
    }
    assert!(orders(&user).is_empty());
    assert_eq!(user.undoes(&["--all"])[2], 0);
}

/// One name for all messages would make everything that comes known mail.
#[test]
fn a_server_that_gives_one_name_to_all_is_not_believed() {
    let mail = cast::machine_mail(4);
    let user = Embedded::new(&mail[..10], Options { one_email_id: Some(7), ..options(true) });
    let first = user.files();
    user.receives("INBOX", &mail[10..]);
    let second = user.files();
    assert_eq!((&first["learned"], &second["learned"]), (&10.into(), &10.into()));
    assert_eq!(user.counts(["INBOX"]), [0]);
}
