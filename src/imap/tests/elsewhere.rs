//! Folders that are not open.

use std::future::pending;
use std::time::Duration;

use super::script::session;
use crate::imap::session::Session;
use crate::imap::watch::Pushed;
use crate::logic::fault::FaultKind;
use crate::logic::ids::{FolderName, Uid};

const LONG: Duration = Duration::from_secs(60);
const NOTIFY: &str = "C: NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange)) \
    (mailboxes (\"News\" \"a \\\"b\\\"\") (MessageNew MessageExpunge))\n";

/// A session on a server that can do this, besides.
async fn able(capabilities: &str, script: &str) -> Session {
    let said = format!("C: NOOP\nS: * CAPABILITY IMAP4rev1 {capabilities}\nS: $ OK\n");
    let mut session = session(&format!("{said}{script}")).await;
    session.exec("NOOP").await.unwrap();
    session
}

fn folders() -> [FolderName; 2] {
    ["News", "a \"b\""].map(FolderName::from_wire)
}

#[tokio::test]
async fn a_server_with_notify_tells_of_what_was_named_and_of_the_newest_state() {
    let rows = "S: * STATUS News (MESSAGES 1 UIDNEXT 9)\nS: * STATUS Other (MESSAGES 1)\nS: * STATUS News (MESSAGES 2 UIDNEXT 10)\n";
    let script = format!(
        "{NOTIFY}S: $ OK done\nC: IDLE\nS: + idling\n{rows}L: DONE\nS: $ OK done\nC: STATUS \"News\"\n\
        S: * STATUS News (MESSAGES 2)\nS: * STATUS \"a \\\"b\\\"\" (MESSAGES 5)\nS: $ OK done\nC: NOOP\nS: $ OK"
    );
    let mut session = able("IDLE NOTIFY", &script).await;
    assert_eq!(session.notify(&folders()).await, Ok(true));
    let pushed = session.idle(LONG, pending()).await.unwrap();
    assert_eq!((pushed.exists, pushed.status.len()), (false, 1), "{pushed:?}");
    assert_eq!((&pushed.status[0].folder, pushed.status[0].uid_next), (&folders()[0], Some(Uid(10))));
    // The answer to a question is no push, and a push between is not the answer.
    session.status(&folders()[0]).await.unwrap();
    let pushed = session.look().await.unwrap();
    assert_eq!(pushed.status.iter().map(|row| &row.folder).collect::<Vec<_>>(), [&folders()[1]]);
}

#[tokio::test]
async fn a_server_that_gives_up_telling_is_asked_again() {
    let overflow = "C: NOOP\nS: * OK [NOTIFICATIONOVERFLOW] too much\nS: $ OK\n";
    let script =
        format!("{NOTIFY}S: $ OK done\n{overflow}{NOTIFY}S: $ NO [BADEVENT (MessageNew)] cannot\nC: NOOP\nS: $ OK");
    let mut session = able("NOTIFY", &script).await;
    assert_eq!((session.notify(&folders()).await, session.told_of().len()), (Ok(true), 2));
    assert_eq!(session.look().await, Ok(Pushed { overflow: true, ..Pushed::default() }));
    assert_eq!((session.told_of().len(), session.can_notify()), (0, true));
    assert_eq!(session.notify(&folders()).await, Ok(false));
    // Once refused it is not tried again.
    assert_eq!((session.can_notify(), session.notify(&folders()).await), (false, Ok(false)));
    assert!(session.exec("NOOP").await.unwrap().tagged.is_ok());
}

#[tokio::test]
async fn one_list_asks_about_all_and_status_about_what_it_left_out() {
    let list = "C: LIST \"\" (\"News\" \"a \\\"b\\\"\") RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY))\n\
        S: * LIST () \"/\" News\nS: * STATUS News (MESSAGES 3)\nS: $ OK\n";
    let script = format!(
        "{list}C: STATUS \"50%\" (MESSAGES UIDNEXT UIDVALIDITY)\nC: STATUS \"a \\\"b\\\"\"\n\
        S: * STATUS \"50&-%\" (MESSAGES 4)\nS: $$ OK\nS: * STATUS A (MESSAGES 5)\nS: $ OK\n"
    );
    let mut session = able("LIST-STATUS LIST-EXTENDED", &script).await;
    let [news, odd] = folders();
    let asked = [FolderName::from_wire("50%"), news, odd];
    let rows = session.poll(&asked).await.unwrap();
    let counts: Vec<_> = rows.iter().map(|row| (row.folder.clone(), row.messages)).collect();
    let expected: Vec<_> = asked.into_iter().zip([4, 3, 5].map(Some)).collect();
    assert_eq!(counts, expected);
    assert!(session.take_pushed().is_empty() && session.poll(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_said_is_an_error() {
    let asks = "C: STATUS\nC: STATUS\n";
    let answers = [
        ("S: $$ OK\nS: * STATUS News (MESSAGES 3)\nS: $ OK\n", FaultKind::Protocol),
        ("S: * STATUS News (MESSAGES 3)\nS: $$ OK\nS: $ NO [NONEXISTENT] gone\n", FaultKind::Refused),
        ("S: $$ BAD what?\nS: $ OK\n", FaultKind::Protocol),
    ];
    for (answer, kind) in answers {
        let mut session = able("", &format!("{asks}{answer}C: NOOP\nS: $ OK")).await;
        assert_eq!(session.poll(&folders()).await.unwrap_err().kind, kind, "{answer}");
        assert!(session.exec("NOOP").await.unwrap().tagged.is_ok());
    }
    let mut cut = able("", "C: STATUS\nC: STATUS\nS: * STATUS News (MESSAGES 3)\nend").await;
    assert_eq!(cut.poll(&folders()).await.unwrap_err().kind, FaultKind::Transient);
    assert!(cut.is_broken());
}
