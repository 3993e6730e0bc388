//! Preview decides and shows; it touches nothing, creates nothing, remembers nothing as kept.

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::user::{User, filed};

/// Commands that change a mailbox, or open it for changing.
const CHANGING: [&str; 9] =
    ["SELECT", "UID MOVE", "UID COPY", "UID STORE", "UID EXPUNGE", "EXPUNGE", "APPEND", "CREATE", "SUBSCRIBE"];

fn a_user() -> User {
    let mut user = User::new(Flavour::PLAIN);
    user.set("mode", "\"preview\"");
    user.has_a_friend();
    user.receives(&cast::inbox(3));
    user
}

#[test]
pub fn a_preview_run_counts_and_touches_nothing() {
    let user = a_user();
    let before = user.world();
    let log = user.wire_log();
    let result = user.mailherd(&["run", "--once", "--json"]).done().object();
    assert_eq!(result["mode"], "preview");
    let counts = &result["accounts"][0]["filed"];
    assert_eq!(
        (counts["top"].as_u64(), counts["news"].as_u64(), counts["bulk"].as_u64()),
        (Some(3), Some(6), Some(9)),
        "{result}"
    );
    for command in log.commands() {
        assert!(!CHANGING.iter().any(|verb| command.starts_with(verb)), "{command}");
    }
    let after = user.world();
    before.assert_same_places(&after);
    assert_eq!(before.folder_names(), after.folder_names());
    assert!(user.journal().is_empty());
}

#[test]
pub fn plan_shows_every_message_and_touches_nothing() {
    let mut user = a_user();
    user.set("mode", "\"file\"");
    let before = user.world();
    let log = user.wire_log();
    let rows = user.mailherd(&["plan", "--json"]).done().rows();
    assert_eq!(rows.len(), before.count("INBOX"));
    for command in log.commands() {
        assert!(!CHANGING.iter().any(|verb| command.starts_with(verb)), "{command}");
    }
    assert_eq!(before, user.world());
    assert!(user.journal().is_empty());
}

#[test]
fn the_first_run_that_files_judges_afresh_what_was_previewed() {
    let mut user = a_user();
    let previewed = filed(&user.files());
    user.set("mode", "\"file\"");
    assert_eq!(filed(&user.files()), previewed);
}

#[test]
fn what_was_kept_in_preview_is_filed_when_the_user_says_so_meanwhile() {
    let mut user = a_user();
    let person = cast::stranger(50);
    user.receives(std::slice::from_ref(&person));
    user.files();
    user.mailherd(&["train", "carl.50@strangers.example", "bulk"]).done();
    user.set("mode", "\"file\"");
    user.files();
    assert_eq!(user.world().place_of(&person.id()), "Bulk");
}

#[test]
fn preview_is_the_default() {
    let mut user = a_user();
    user.unset("mode");
    let result = user.mailherd(&["run", "--once", "--json"]).done().object();
    assert_eq!(result["mode"], "preview");
    assert!(!user.client().has_folder("Bulk"));
}

#[test]
fn preview_asks_nothing_however_much_would_be_filed() {
    let user = a_user();
    user.receives(&cast::machine_mail(20));
    let result = user.mailherd(&["run", "--once", "--json"]).done().object();
    assert!(filed(&result["accounts"][0]) > 100, "{result}");
}
