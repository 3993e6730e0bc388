//! What the user throws away unread with another program feeds the ledger, each message once.

use crate::moving::time_passes;
use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::User;

fn database(user: &User) -> rusqlite::Connection {
    rusqlite::Connection::open(user.state_dir().join("mailherd.sqlite3")).unwrap()
}

/// How many mails of the list were thrown away unread, as far as is known.
fn discarded(user: &User) -> u32 {
    let list = cast::KITCHEN_LIST.trim_matches(['<', '>']);
    database(user)
        .query_row("SELECT discarded FROM ledger WHERE kind = 'list' AND name = ?1", [list], |row| row.get(0))
        .unwrap()
}

/// Letters of one list, filed a minute ago.
fn user(flavour: Flavour) -> (User, [Mail; 4]) {
    let user = User::new(flavour);
    let mail = [1, 2, 3, 4].map(cast::newsletter);
    user.receives(&mail).files();
    time_passes(&database(&user), 60);
    (user, mail)
}

fn drag(user: &User, mail: &Mail, from: &str, to: &str) {
    user.client().drag(&mail.id(), from, to);
    user.files();
    time_passes(&database(user), 60);
}

#[test]
fn a_move_to_trash_counts_once_and_not_when_it_is_taken_back() {
    let (user, mail) = user(Flavour::PLAIN);
    // Others lie there, one of them unread.
    user.client().append("Trash", &[cast::promotion(1), cast::stranger(1)]);
    drag(&user, &mail[0], "News", "Trash");
    assert_eq!(discarded(&user), 1);
    user.files();
    assert_eq!(discarded(&user), 1);
    drag(&user, &mail[1], "News", "INBOX");
    assert_eq!(discarded(&user), 1, "it went elsewhere");
    drag(&user, &mail[1], "INBOX", "Trash");
    assert_eq!(discarded(&user), 2, "from INBOX as from News");
    drag(&user, &mail[1], "Trash", "News");
    assert_eq!(discarded(&user), 1, "it is back");
    drag(&user, &mail[1], "News", "Trash");
    assert_eq!(discarded(&user), 2);
    let told = user.mailherd(&["orders", "--json"]).done();
    assert!(told.rows().is_empty(), "it is no order: {told}");
}

#[test]
fn what_was_read_or_went_elsewhere_was_not_thrown_away_unread() {
    let (user, mail) = user(Flavour::PLAIN);
    let mut client = user.client();
    client.select("News");
    let uid = client.find("News", &mail[0].id())[0];
    client.command(&format!("UID STORE {uid} +FLAGS (\\Seen)"));
    drag(&user, &mail[0], "News", "Trash");
    drag(&user, &mail[1], "News", "Archive");
    client.empty("News");
    user.files();
    assert_eq!(discarded(&user), 0);
}

#[test]
fn by_a_program_that_copies_marks_and_expunges_it_counts_once() {
    for seen_between in [false, true] {
        let (user, mail) = user(Flavour::NO_MOVE);
        let mut client = user.client();
        let uid = client.find("News", &mail[0].id())[0];
        client.command(&format!("UID COPY {uid} Trash"));
        client.command(&format!("UID STORE {uid} +FLAGS (\\Deleted)"));
        if seen_between {
            user.files();
            assert_eq!(discarded(&user), 1);
        }
        client.command(&format!("UID EXPUNGE {uid}"));
        for _ in 0..2 {
            user.files();
            assert_eq!(discarded(&user), 1, "seen between: {seen_between}");
        }
    }
}
