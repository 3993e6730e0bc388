//! Folders as people and servers have them: odd names, read-only ones, full accounts, none for sent mail.

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::user::{User, filed};

#[test]
fn names_with_blanks_quotes_slashes_and_umlauts() {
    let configured = [r#"Wichtige "Leute""#, "Lesen/Rundbriefe", "Börse & Co", "Schwarzes Loch 東京"];
    let wire = ["Wichtige \"Leute\"", "Lesen/Rundbriefe", "B&APY-rse &- Co", "Schwarzes Loch &Z3FOrA-"];
    files_into(Flavour::PLAIN, configured, wire);
    // The user may name the namespace's prefix or not.
    let configured = ["Top", "Lesen/Rundbriefe", "a b", "INBOX.Loch"];
    files_into(Flavour::BELOW_INBOX, configured, ["Top", "Lesen/Rundbriefe", "a b", "Loch"]);
}

#[test]
pub fn names_with_blanks_slashes_and_umlauts() {
    let configured = ["Wichtige Leute", "Lesen/Rundbriefe", "Börse & Co", "Schwarzes Loch 東京"];
    let wire = ["Wichtige Leute", "Lesen/Rundbriefe", "B&APY-rse &- Co", "Schwarzes Loch &Z3FOrA-"];
    files_into(Flavour::PLAIN, configured, wire);
}

#[test]
fn a_folder_that_is_only_the_parent_of_another_is_created() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    user.receives(&cast::inbox(2));
    user.client().command("CREATE News/Below");
    user.mailherd(&["doctor"]).done();
    user.files();
    assert_eq!(user.world().count("News"), 4, "{:?}", user.world().folder_names());
    user.mailherd(&["undo", "--all"]).done();
    assert_eq!(user.world().count("News"), 0);
}

/// Files into folders that are configured and come to be called so.
fn files_into(flavour: Flavour, configured: [&str; 4], listed: [&str; 4]) {
    let mut user = User::new(flavour);
    for (key, name) in ["top", "news", "bulk", "blackhole"].into_iter().zip(configured) {
        user.set_folder(key, name);
    }
    user.has_a_friend();
    user.receives(&cast::inbox(2));
    let before = user.world();
    user.files();
    user.mailherd(&["blackhole", "carl.1@strangers.example", "--yes"]).done();
    let after = user.world();
    before.assert_same_mail(&after);
    let counts = listed.map(|name| after.count(name));
    assert_eq!(counts, [2, 4, 6, 1], "{:?}", after.folder_names());
    assert_eq!(filed(&user.files()), 0);
    user.mailherd(&["undo", "--all"]).done();
    before.assert_same_places(&user.world());
}

#[test]
fn the_users_own_oddly_named_folders_teach() {
    let user = User::new(Flavour::PLAIN);
    let mut client = user.client();
    for name in [
        "Reisen/S&APw-den & mehr".replace(" & ", " &- "),
        "a \\\"b\\\" (c) {3} *".to_owned(),
        "[Gmail]/Alle".to_owned(),
    ] {
        client.command(&format!("CREATE \"{name}\""));
        client.append(&name.replace("\\\"", "\""), &[cast::stranger(1).days_old(3)]);
    }
    user.files();
    let senders = user.mailherd(&["senders", "--json"]).done().rows();
    let carl =
        senders.iter().find(|row| row["address"] == "carl.1@strangers.example").expect("read from those folders");
    assert_eq!(carl["received"].as_u64(), Some(3));
}

#[test]
fn without_a_folder_for_sent_mail_it_files_and_says_what_is_missing() {
    let mut user = User::new(Flavour::SPAM_IS_BULK);
    user.set_folder("bulk", "Machines");
    user.receives(&cast::machine_mail(1));
    let outcome = user.mailherd(&["run", "--once", "--yes"]).done();
    assert!(outcome.stderr.contains("Sent") && outcome.stderr.contains("hint: "), "{outcome}");
    assert_eq!(user.world().count("INBOX"), 0);
}

#[test]
fn a_read_only_target_refuses_its_mail_and_loses_none() {
    let user = User::new(Flavour::READ_ONLY);
    let mail = cast::machine_mail(2);
    user.receives(&mail);
    let before = user.world();
    let outcome = user.mailherd(&["run", "--once", "--yes", "--json"]);
    outcome.complains(1).says("Bulk");
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!((after.count("Bulk"), after.count("INBOX")), (0, 6), "what was for Bulk stays in INBOX");
    assert!(user.journal().iter().all(|row| row["to_folder"] != "Bulk" || row["state"] == "refused"));
}

#[test]
fn a_read_only_inbox_is_left_alone() {
    let free = User::new(Flavour::READ_ONLY);
    free.receives(&cast::machine_mail(1));
    let user = free.copied("locked-inbox-2");
    let before = user.world();
    assert_eq!(before.count("INBOX"), 5);
    user.mailherd(&["run", "--once", "--yes"]).complains(1).says("INBOX");
    before.assert_same_mail(&user.world());
    assert_eq!(user.world().count("INBOX"), 5);
}

#[test]
fn a_full_account_refuses_loses_nothing_and_is_tried_again() {
    let user = User::new(Flavour::SMALL_QUOTA);
    let mail = cast::machine_mail(7);
    user.receives(&mail);
    user.client().append("Archive", &(0..4).map(cast::stranger).collect::<Vec<_>>());
    let before = user.world();
    user.mailherd(&["run", "--once", "--yes"]).complains(1).says("quota");
    before.assert_same_mail(&user.world());
    // Made room: all of it can be copied at once now.
    let mut client = user.client();
    client.empty("Archive");
    client.select("INBOX");
    client.command("UID STORE 11:* +FLAGS (\\Deleted)");
    client.command("EXPUNGE");
    let left = user.world();
    assert_eq!(left.count("INBOX"), 10);
    assert_eq!(filed(&user.files()), 10);
    left.assert_same_mail(&user.world());
}
