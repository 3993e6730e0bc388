//! Commands that go out together, SELECT among them.

use super::script::session;
use crate::imap::chain::{Heard, Request};
use crate::imap::response::{FetchRow, Status, Untagged};
use crate::imap::select::{Access, Selected};
use crate::imap::session::Session;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{FolderName, Uid, UidValidity};

const ALL: &str = "C: EXAMINE \"News\"\nC: UID FETCH * (UID)\nC: SELECT \"INBOX\"\nC: UID FETCH 7 (UID FLAGS)\n";

fn requests() -> Vec<Request> {
    vec![
        Request::Open(FolderName::from_wire("News"), Access::ReadOnly),
        Request::Say("UID FETCH * (UID)".to_owned()),
        Request::Open(FolderName::inbox(), Access::ReadWrite),
        Request::Say("UID FETCH 7 (UID FLAGS)".to_owned()),
    ]
}

/// What was heard, in short: openings, the UIDs of rows, ends.
#[derive(Debug, Default, PartialEq)]
struct Told {
    opened: Vec<(usize, Option<(u32, UidValidity)>)>,
    rows: Vec<(usize, u32)>,
    ends: Vec<(usize, Status)>,
}

async fn hear(session: &mut Session) -> Result<Told, Fault> {
    let mut told = Told::default();
    let mut chain = session.chain(requests()).await?;
    while let Some(heard) = chain.next().await? {
        match heard {
            Heard::Opened(at, opened) => {
                let about = |selected: Selected| (selected.exists, selected.uid_validity);
                told.opened.push((at, opened.ok().map(about)));
            }
            Heard::Said(at, Untagged::Fetch(FetchRow { uid: Some(Uid(uid)), .. })) => told.rows.push((at, uid)),
            Heard::Said(..) => {}
            Heard::Ended(_, at, tagged) => told.ends.push((at, tagged.status)),
        }
    }
    Ok(told)
}

/// The server hears all of it before it answers anything.
#[tokio::test]
async fn all_goes_out_at_once_and_each_answer_is_told_from_the_others() {
    let answers = "S: * 3 EXISTS\nS: * OK [UIDVALIDITY 5] x\nS: * 2 FETCH (UID 99 FLAGS ())\nS: $$$$ OK [READ-ONLY]\n\
        S: * 3 FETCH (UID 12)\nS: $$$ OK\n\
        S: * OK [CLOSED]\nS: * 4 EXISTS\nS: * OK [UIDVALIDITY 8] x\nS: $$ OK [READ-WRITE]\n\
        S: * 1 FETCH (UID 7 FLAGS ())\nS: * 5 EXISTS\nS: $ OK\nC: NOOP\nS: $ OK\n";
    let mut session = session(&format!("{ALL}{answers}")).await;
    let told = hear(&mut session).await.unwrap();
    assert_eq!(told.opened, [(0, Some((3, UidValidity(5)))), (1, Some((4, UidValidity(8))))]);
    assert_eq!(told.rows, [(0, 12), (1, 7)], "a row that comes while a folder is opened is about the one before");
    assert_eq!(told.ends, [(1, Status::Ok), (3, Status::Ok)]);
    assert_eq!(session.selected(), Some(&FolderName::inbox()));
    let pushed = session.look().await.unwrap();
    assert!(pushed.exists && !pushed.flags, "what came into the open folder meanwhile is news: {pushed:?}");
}

#[tokio::test]
async fn what_was_refused_does_not_stop_the_others_and_opens_nothing() {
    let first = "S: $$$$ NO no such folder\nS: $$$ BAD nothing is open\nS: * 4 EXISTS\nS: * OK [UIDVALIDITY 8] x\nS: $$ OK\n\
        S: $ OK\nC: NOOP\nS: $ OK\n";
    let mut session_one = session(&format!("{ALL}{first}")).await;
    let told = hear(&mut session_one).await.unwrap();
    assert_eq!(told.opened, [(0, None), (1, Some((4, UidValidity(8))))]);
    assert_eq!(told.ends, [(1, Status::Bad), (3, Status::Ok)]);
    session_one.exec("NOOP").await.unwrap();

    let last = "S: * 0 EXISTS\nS: * OK [UIDVALIDITY 5] x\nS: $$$$ OK\nS: $$$ OK\nS: $$ NO not now\nS: $ NO nothing is open\n\
        C: NOOP\nS: $ OK\n";
    let mut session_two = session(&format!("{ALL}{last}")).await;
    let told = hear(&mut session_two).await.unwrap();
    assert_eq!(told.opened, [(0, Some((0, UidValidity(5)))), (1, None)]);
    assert_eq!(session_two.selected(), None);
    session_two.exec("NOOP").await.unwrap();
}

/// What SELECT changes for the next command cannot be known then.
#[tokio::test]
async fn a_server_that_ends_an_opening_out_of_its_order_is_not_believed() {
    let news = "S: * 3 EXISTS\nS: * OK [UIDVALIDITY 5] x\n";
    for ends in ["S: $$$ OK\nS: $$$$ OK\n", "S: $$$$ OK\nS: $$ OK\n", "S: $$$$ OK\nS: $ OK\n"] {
        let mut session = session(&format!("{ALL}{news}{ends}")).await;
        assert_eq!(hear(&mut session).await.unwrap_err().kind, FaultKind::Protocol, "{ends}");
        assert!(session.is_broken());
    }
}

/// Dovecot 2.3 lists folders before it reads the messages that it was asked for first.
#[tokio::test]
async fn what_opens_nothing_may_be_answered_in_any_order() {
    let script = "C: EXAMINE \"INBOX\"\nC: UID FETCH 7 (FLAGS)\nC: LIST\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 5] x\nS: $$$ OK\n\
        S: * STATUS \"News\" (MESSAGES 1)\nS: $ OK\nS: * 1 FETCH (UID 7 FLAGS ())\nS: $$ OK\nC: NOOP\nS: $ OK\n";
    let mut session = session(script).await;
    let requests = vec![
        Request::Open(FolderName::inbox(), Access::ReadOnly),
        Request::Say("UID FETCH 7 (FLAGS)".to_owned()),
        Request::Say("LIST \"\" (\"News\") RETURN (STATUS (MESSAGES))".to_owned()),
    ];
    let mut chain = session.chain(requests).await.unwrap();
    let (mut ends, mut kinds) = (Vec::new(), Vec::new());
    while let Some(heard) = chain.next().await.unwrap() {
        match heard {
            Heard::Ended(0, at, _) => ends.push(at),
            Heard::Said(0, item) => kinds.push(matches!(item, Untagged::Status(_))),
            _ => {}
        }
    }
    assert_eq!((ends, kinds), (vec![2, 1], vec![true, false]));
    assert!(session.look().await.unwrap().is_empty(), "flags that were asked for are no news");
}

#[tokio::test]
async fn an_end_of_the_connection_is_an_error_after_each_answer() {
    let answers = ["", "S: $$$$ NO x\n", "S: $$$$ NO x\nS: $$$ NO x\n", "S: $$$$ NO x\nS: $$$ NO x\nS: $$ NO x\n"];
    for answers in answers {
        let mut session = session(&format!("{ALL}{answers}end")).await;
        assert_eq!(hear(&mut session).await.unwrap_err().kind, FaultKind::Transient, "{answers}");
        assert!(session.is_broken(), "{answers}");
    }
}

#[tokio::test]
async fn a_chain_that_is_left_breaks_the_session() {
    let mut session = session(&format!("{ALL}S: $$$$ NO x\nS: $$$ NO x\nS: $$ NO x\nS: $ NO x\n")).await;
    let mut chain = session.chain(requests()).await.unwrap();
    assert!(chain.next().await.unwrap().is_some());
    drop(chain);
    assert!(session.is_broken() && session.exec("NOOP").await.is_err());
}

#[tokio::test]
async fn a_name_that_would_be_a_second_command_sends_none_of_them() {
    let mut session = session("C: NOOP\nS: $ OK\n").await;
    let mut requests = requests();
    requests.push(Request::Open(FolderName::from_wire("a\"\r\nA9 DELETE INBOX"), Access::ReadOnly));
    assert_eq!(session.chain(requests).await.unwrap_err().kind, FaultKind::Refused);
    session.exec("NOOP").await.unwrap();
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let flood = "S: * 1 RECENT\n".repeat(50_005);
    let mut session = session(&format!("{ALL}{flood}")).await;
    assert_eq!(hear(&mut session).await.unwrap_err().kind, FaultKind::Protocol);
    assert!(session.is_broken());
}
