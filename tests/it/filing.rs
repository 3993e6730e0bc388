//! The main job, on every kind of server: mail is filed, nothing is lost, nothing is changed, all of it can be taken back.

use crate::journal;
use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::json;
use crate::support::mail::Mail;
use crate::support::user::{User, filed};

macro_rules! suite {
    ($($server:ident = $flavour:expr),* $(,)?) => {$(
        mod $server {
            use super::Flavour;

            #[test]
            fn each_kind_goes_into_its_folder() {
                super::each_kind_goes_into_its_folder($flavour);
            }

            #[test]
            fn the_managed_folders_are_created_and_subscribed() {
                super::the_managed_folders_are_created_and_subscribed($flavour);
            }

            #[test]
            fn flags_keywords_and_dates_stay_as_they_were() {
                super::flags_keywords_and_dates_stay_as_they_were($flavour);
            }

            #[test]
            fn a_second_run_files_nothing_and_changes_nothing() {
                super::a_second_run_files_nothing_and_changes_nothing($flavour);
            }

            #[test]
            fn what_comes_later_is_filed_by_the_next_run() {
                super::what_comes_later_is_filed_by_the_next_run($flavour);
            }

            #[test]
            fn undo_puts_everything_back() {
                super::undo_puts_everything_back($flavour);
            }

            #[test]
            fn only_what_the_server_advertises_is_used() {
                super::only_what_the_server_advertises_is_used($flavour);
            }
        }
    )*};
}

suite! {
    plain = Flavour::PLAIN,
    without_move = Flavour::NO_MOVE,
    bare = Flavour::BARE,
    below_inbox = Flavour::BELOW_INBOX,
    cyrus = Flavour::CYRUS,
    cyrus_alt = Flavour::CYRUS_ALT,
    courier = Flavour::COURIER,
}

fn a_user_with_mail(flavour: Flavour, each: u32) -> User {
    let user = User::new(flavour);
    user.has_a_friend();
    user.receives(&cast::inbox(each));
    user
}

fn each_kind_goes_into_its_folder(flavour: Flavour) {
    let user = User::new(flavour);
    user.has_a_friend();
    let mail = [
        (cast::newsletter(1), "News"),
        (cast::list_post(1), "News"),
        (cast::notification(1), "Bulk"),
        (cast::receipt(1), "Bulk"),
        (cast::promotion(1), "Bulk"),
        (cast::friend(40), "Top"),
        (cast::stranger(1), "INBOX"),
        (cast::sign_in_code(1), "INBOX"),
    ];
    user.receives(&mail.clone().map(|(mail, _)| mail));
    let before = user.world();
    let account = user.files();
    let after = user.world();
    before.assert_same_mail(&after);
    for (mail, folder) in &mail {
        assert_eq!(after.place_of(&mail.id()), *folder, "{}", String::from_utf8_lossy(&mail.bytes()));
    }
    let counts = |key: &str| account["filed"][key].as_u64();
    assert_eq!(
        (counts("top"), counts("news"), counts("bulk"), counts("blackhole")),
        (Some(1), Some(2), Some(3), Some(0))
    );
    assert_eq!((account["ok"].as_bool(), account["kept"].as_u64()), (Some(true), Some(2)), "{account}");
    journal::explains(&user, &after, &["Archive", "Sent"]);
}

fn the_managed_folders_are_created_and_subscribed(flavour: Flavour) {
    let user = User::new(flavour);
    user.files();
    let mut client = user.client();
    let subscribed: Vec<String> = client.subscribed().into_iter().map(|folder| folder.name).collect();
    for name in ["Top", "News", "Bulk", "Blackhole"].map(str::to_owned) {
        assert!(client.has_folder(&name), "{name} is not there");
        assert!(subscribed.contains(&name), "{name} is not among the subscribed {subscribed:?}");
    }
}

fn flags_keywords_and_dates_stay_as_they_were(flavour: Flavour) {
    let user = User::new(flavour);
    let flags =
        [vec![], vec!["\\Seen"], vec!["\\Answered", "\\Seen"], vec!["$Later"], vec!["$Later", "Work", "\\Seen"]];
    let mail: Vec<Mail> = (1..)
        .zip(&flags)
        .map(|(number, flags)| {
            let mail = cast::newsletter(number).days_old(i64::from(number) * 100);
            flags.iter().fold(mail, |mail, flag| mail.flag(flag))
        })
        .collect();
    user.receives(&mail);
    let before = user.world();
    assert_eq!(filed(&user.files()), flags.len() as u64);
    before.assert_same_mail(&user.world());
}

fn a_second_run_files_nothing_and_changes_nothing(flavour: Flavour) {
    let user = a_user_with_mail(flavour, 3);
    assert!(filed(&user.files()) > 0);
    let between = user.world();
    let rows = user.journal().len();
    let log = user.wire_log();
    assert_eq!(filed(&user.files()), 0);
    let changing = ["MOVE", "COPY", "STORE", "EXPUNGE", "APPEND", "CREATE", "SUBSCRIBE"];
    let commands = log.commands();
    for command in &commands {
        let verb = command.strip_prefix("UID ").unwrap_or(command);
        assert!(!changing.iter().any(|change| verb.starts_with(change)), "{command}");
    }
    between.assert_same_places(&user.world());
    assert_eq!(user.journal().len(), rows);
}

fn what_comes_later_is_filed_by_the_next_run(flavour: Flavour) {
    let user = a_user_with_mail(flavour, 1);
    user.files();
    let (letter, later) = (cast::newsletter(77), cast::stranger(77));
    user.receives(&[letter.clone(), later.clone()]);
    assert_eq!(filed(&user.files()), 1);
    let world = user.world();
    assert_eq!((world.place_of(&letter.id()), world.place_of(&later.id())), ("News", "INBOX"));
}

fn undo_puts_everything_back(flavour: Flavour) {
    let user = a_user_with_mail(flavour, 3);
    let before = user.world();
    let count = filed(&user.files());
    let result = user.mailherd(&["undo", "--all", "--json"]).done().object();
    json::has_exactly(&result, "undone missing failed");
    assert_eq!(
        (result["undone"].as_u64(), result["missing"].as_u64(), result["failed"].as_u64()),
        (Some(count), Some(0), Some(0))
    );
    let after = user.world();
    before.assert_same_places(&after);
    journal::explains(&user, &after, &["Archive", "Sent"]);
    assert_eq!(filed(&user.files()), 0, "what was taken back is not filed again");
}

/// Dovecot obeys commands that it does not advertise, so what is asked of it is read from its own record of the sessions.
fn only_what_the_server_advertises_is_used(flavour: Flavour) {
    let user = a_user_with_mail(flavour, 3);
    let log = user.wire_log();
    user.files();
    user.mailherd(&["undo", "--all"]).done();
    let commands = log.commands();
    assert!(commands.iter().any(|command| command.starts_with("UID FETCH")), "{commands:?}");
    for command in &commands {
        is_allowed(command, flavour);
    }
}

fn is_allowed(command: &str, flavour: Flavour) {
    let needs = [
        ("UID MOVE", "MOVE"),
        ("MOVE", "MOVE"),
        ("UID EXPUNGE", "UIDPLUS"),
        ("NAMESPACE", "NAMESPACE"),
        ("ENABLE", "ENABLE"),
        ("ID ", "ID"),
        ("IDLE", "IDLE"),
        ("UNSELECT", "UNSELECT"),
    ];
    for (verb, capability) in needs {
        assert!(!(command.starts_with(verb) && flavour.lacks(capability)), "{command}");
    }
    let words = [
        ("CONDSTORE", "CONDSTORE"),
        ("CHANGEDSINCE", "CONDSTORE"),
        ("UNCHANGEDSINCE", "CONDSTORE"),
        ("QRESYNC", "QRESYNC"),
        ("MODSEQ", "CONDSTORE"),
        ("SPECIAL-USE", "SPECIAL-USE"),
        ("RETURN (", "LIST-EXTENDED"),
    ];
    for (word, capability) in words {
        assert!(!(command.contains(word) && flavour.lacks(capability)), "{command}");
    }
    // Bare EXPUNGE and CLOSE remove other people's \Deleted mail too; reading without PEEK marks mail as read.
    assert!(!command.starts_with("EXPUNGE") && !command.starts_with("CLOSE"), "{command}");
    assert!(!command.replace("BODY.PEEK[", "").contains("BODY[") && !command.contains("RFC822 "), "{command}");
    assert!(!command.contains("ENVELOPE") && !command.contains("BODYSTRUCTURE"), "{command}");
    assert!(command.len() <= 8000, "a line of {} bytes", command.len());
}

#[test]
fn without_move_and_uidplus_nothing_is_filed_and_the_reason_is_said() {
    nothing_is_filed_and_the_reason_is_said(Flavour::NO_MOVE_NO_UIDPLUS);
}

/// On a server on which it cannot be done safely.
pub fn nothing_is_filed_and_the_reason_is_said(flavour: Flavour) {
    let user = a_user_with_mail(flavour, 2);
    let before = user.world();
    let log = user.wire_log();
    let outcome = user.mailherd(&["run", "--once", "--yes", "--json"]);
    outcome.complains(1).says("UIDPLUS");
    let account = &outcome.object()["accounts"][0];
    assert_eq!((account["ok"].as_bool(), filed(account)), (Some(false), 0), "{account}");
    assert!(!account["error"].is_null());
    before.assert_same_places(&user.world());
    let forbidden = |command: &&String| {
        ["UID STORE", "UID COPY", "UID MOVE", "EXPUNGE"].iter().any(|verb| command.starts_with(verb))
    };
    assert_eq!(log.commands().iter().find(forbidden), None);
}

/// What happened since the last pass is known from one look at all mailboxes but INBOX. Those in which nothing did are not opened; a flag that
/// another program set there is noticed, and so is a message that it took away.
#[test]
fn only_mailboxes_in_which_something_happened_are_opened() {
    let user = a_user_with_mail(Flavour::PLAIN, 1);
    user.files();
    user.files();
    let said = || {
        let log = user.wire_log();
        user.files();
        log.commands()
    };
    let verbs: Vec<String> = said().iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(verbs, ["ID", "NAMESPACE", "LIST", "EXAMINE", "LIST", "LOGOUT"]);
    let opened = || {
        let lines = said().into_iter().filter(|line| line.starts_with("EXAMINE") || line.starts_with("SELECT"));
        lines.map(|line| line.split('"').nth(1).unwrap_or_default().to_owned()).collect::<Vec<String>>()
    };
    for change in ["UID STORE 1:* +FLAGS (\\Seen)", "UID STORE 1 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 1"] {
        let mut client = user.client();
        assert!(client.select("News") > 0);
        client.command(change);
        assert_eq!(opened(), ["INBOX", "News"], "{change}");
    }
    assert_eq!(opened(), ["INBOX"]);
}
