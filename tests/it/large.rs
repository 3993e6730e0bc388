//! A real inbox: 20,000 messages, and 3,000 that the user wrote.

use crate::journal;
use crate::support::flavour::Flavour;
use crate::support::many::Many;
use crate::support::user::{User, filed};

const INBOX: usize = 20_000;
const SENT: usize = 3_000;

#[test]
fn twenty_thousand_messages_are_filed_read_once_and_put_back() {
    let user = User::new(Flavour::PLAIN);
    let mail = Many::generate(INBOX, SENT, 1);
    let mut client = user.client();
    client.append("INBOX", &mail.inbox);
    client.append("Sent", &mail.sent);
    let before = user.world();

    let first = user.files();
    assert_eq!(first["seen"].as_u64(), Some(INBOX as u64), "{first}");
    assert!(filed(&first) > INBOX as u64 / 4 && first["kept"].as_u64() > Some(0), "{first}");
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!(after.count("INBOX") as u64, INBOX as u64 - filed(&first));
    journal::explains(&user, &after, &["Sent"]);
    the_log_says_why(&user);

    let log = user.wire_log();
    assert_eq!(filed(&user.files()), 0);
    let rows = log.fetch_rows();
    assert!(rows <= INBOX / 100, "the second run read {rows} FETCH rows");

    let result = user.mailherd(&["undo", "--all", "--json"]).done().object();
    assert_eq!(
        (result["undone"].as_u64(), result["missing"].as_u64(), result["failed"].as_u64()),
        (Some(filed(&first)), Some(0), Some(0))
    );
    before.assert_same_places(&user.world());
}

/// Every row has its category; a sample of the messages is asked for the reasons.
fn the_log_says_why(user: &User) {
    let rows = user.journal();
    assert!(rows.iter().all(|row| row["state"] == "done" && row["category"] != "inbox"));
    for row in rows.iter().step_by(rows.len() / 8) {
        let why = user.mailherd(&["why", row["message_id"].as_str().unwrap(), "--json"]).done().object();
        assert_eq!(why["category"], row["category"], "{why}");
        assert!(!why["reasons"].as_array().unwrap().is_empty(), "{why}");
    }
}
