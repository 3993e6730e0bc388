//! One session, and what servers do to it.

use std::time::Duration;

use super::script::session;
use crate::imap::response::{Code, Status, Untagged};
use crate::imap::select::Access;
use crate::logic::fault::FaultKind;
use crate::logic::ids::{FolderName, Uid, UidValidity};

#[tokio::test]
async fn an_answer_is_everything_up_to_its_tag() {
    let mut session = session("C: NOOP\nS: * 3 EXISTS\nS: * XYZZY\nS: * 1 EXPUNGE\nS: $ OK [ALERT] fine").await;
    let answer = session.exec("NOOP").await.unwrap();
    assert_eq!(answer.untagged, [Untagged::Exists(3), Untagged::Other("* XYZZY".into()), Untagged::Expunge(1)]);
    assert_eq!(
        (answer.tagged.status, answer.tagged.code, &*answer.tagged.text),
        (Status::Ok, Some(Code::Alert), "fine")
    );
}

#[tokio::test]
async fn a_no_and_a_bad_are_answers_and_the_session_lives() {
    let script = "C: UID COPY\nS: $ NO [OVERQUOTA] full\nC: XYZZY\nS: $ BAD what?\nC: NOOP\nS: $ OK";
    let mut session = session(script).await;
    let answer = session.exec("UID COPY 1 \"Bulk\"").await.unwrap();
    assert_eq!(answer.tagged.code, Some(Code::OverQuota));
    let fault = answer.ok_or_fault("copying").unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Refused, "copying: the server refused: full"));
    assert_eq!(session.exec("XYZZY").await.unwrap().tagged.status, Status::Bad);
    assert!(session.exec("NOOP").await.unwrap().tagged.is_ok());
}

#[tokio::test]
async fn a_connection_that_ends_is_an_error_and_never_used_again() {
    let mut session = session("C: UID SEARCH\nS: * SEARCH 1 2\nend").await;
    let fault = session.exec("UID SEARCH ALL").await.unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Transient, "the server closed the connection"));
    let fault = session.exec("NOOP").await.unwrap_err();
    assert!(fault.cause.starts_with("the connection was dropped before: "), "{fault}");
}

#[tokio::test]
async fn a_goodbye_says_why() {
    let mut session = session("C: NOOP\nS: * BYE \x1b[1mToo many connections\nend").await;
    let fault = session.exec("NOOP").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Transient);
    assert!(fault.cause.contains("[1mToo many connections") && !fault.cause.contains('\x1b'), "{fault}");
    assert!(session.is_broken());
}

#[tokio::test]
async fn silence_is_an_error_but_slowness_is_not() {
    let slow = "wait 250\nS: * 1 EXISTS\n".repeat(4);
    let mut session = session(&format!("C: NOOP\n{slow}S: $ OK\nC: NOOP\nS: * 1 EXISTS")).await;
    session.set_silence(Duration::from_millis(800));
    assert_eq!(session.exec("NOOP").await.unwrap().untagged.len(), 4);
    let fault = session.exec("NOOP").await.unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Transient, "the server said nothing for 0.8 seconds"));
    assert!(session.is_broken());
}

#[tokio::test]
async fn a_command_that_was_given_up_leaves_a_broken_session() {
    let mut session = session("C: UID FETCH\nS: * 1 FETCH (UID 1)\nC: NOOP\nS: $$ OK\nS: $ OK").await;
    let given_up = tokio::time::timeout(Duration::from_millis(50), session.exec("UID FETCH 1:* (FLAGS)")).await;
    assert!(given_up.is_err() && session.is_broken());
    let fault = session.exec("NOOP").await.unwrap_err();
    assert!(fault.cause.contains("given up"), "{fault}");
}

#[tokio::test]
async fn the_answer_to_something_else_is_no_answer() {
    let mut session = session("C: NOOP\nS: A9999 OK done").await;
    assert_eq!(session.exec("NOOP").await.unwrap_err().kind, FaultKind::Protocol);
    assert!(session.is_broken());
}

#[tokio::test]
async fn a_line_break_in_a_command_is_refused_before_anything_is_sent() {
    let mut session = session("C: NOOP\nS: $ OK").await;
    let fault = session.exec("DELETE \"a\r\nA1 DELETE b\"").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(session.exec("NOOP").await.unwrap().tagged.is_ok());
}

#[tokio::test]
async fn proof_of_a_copy_is_found_wherever_it_stands() {
    let script = "C: UID MOVE\nS: * OK [COPYUID 9 1:2 7:8] Moved\nS: * 1 EXPUNGE\nS: $ OK Done\n\
        C: UID MOVE\nS: $ OK [COPYUID 9 1:2 7:8] Done\nC: UID MOVE\nS: $ OK [COPYUID 1  ] Done\n\
        C: UID MOVE\nS: * OK [COPYUID 9 1 7:8] odd\nS: $ OK";
    let mut session = session(script).await;
    let expected = Code::CopyUid { validity: UidValidity(9), from: vec![Uid(1), Uid(2)], to: vec![Uid(7), Uid(8)] };
    for proof in [Some(&expected), Some(&expected), None, None] {
        let answer = session.exec("UID MOVE 1:2 \"News\"").await.unwrap();
        assert!(answer.tagged.is_ok());
        assert_eq!(answer.codes().find(|code| matches!(code, Code::CopyUid { .. })), proof);
    }
}

#[tokio::test]
async fn two_fetches_in_flight_give_their_rows_in_order() {
    let script = "C: UID FETCH 1:2\nC: UID FETCH 3:4\nS: * 1 FETCH (UID 1)\nS: * 9 EXISTS\nS: * 2 FETCH (UID 2 BODY[] {5}\n\
        S: abc\nS: )\nS: $$ OK one\nC: UID FETCH 5:6\nS: * 3 FETCH (UID 3)\nS: $$ OK two\nS: * 5 FETCH (UID 5)\nS: $ OK three";
    let mut session = session(script).await;
    let commands = ["1:2", "3:4", "5:6"].map(|range| format!("UID FETCH {range} (UID)"));
    let mut uids = Vec::new();
    let ends = session
        .stream(commands, 2, async |item| {
            uids.extend(if let Untagged::Fetch(row) = item { row.uid } else { None });
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(uids, [1, 2, 3, 5].map(Uid));
    assert_eq!(ends.iter().map(|end| end.text.as_str()).collect::<Vec<_>>(), ["one", "two", "three"]);
    assert_eq!(session.fetch_rows_read(), 4);
    assert!(!session.is_broken());
}

#[tokio::test]
async fn after_a_refusal_no_further_command_is_sent() {
    let script = "C: UID FETCH 1\nC: UID FETCH 2\nS: $$ NO gone\nS: $ OK\nC: NOOP\nS: $ OK";
    let mut session = session(script).await;
    let commands = (1..=9).map(|uid| format!("UID FETCH {uid} (UID)"));
    let ends = session.stream(commands, 2, async |_| Ok(())).await.unwrap();
    assert_eq!(ends.iter().map(|end| end.status).collect::<Vec<_>>(), [Status::No, Status::Ok]);
    assert!(session.exec("NOOP").await.unwrap().tagged.is_ok());
}

/// Memory is bounded by what is read ahead of the consumer: 256 rows or 2 MiB of headers, and one buffer.
#[tokio::test]
async fn a_slow_consumer_stops_the_reading() {
    for (rows, length, at_most) in [(3_000, 900, 450_000), (100, 100_000, 3_000_000)] {
        let header = "x".repeat(length);
        let text: String =
            (1..=rows).map(|uid| format!("S: * {uid} FETCH (UID {uid} BODY[] \"{header}\")\n")).collect();
        let script = format!("C: UID FETCH\n{text}S: $ OK");
        let command = || ["UID FETCH 1:* (UID)".to_owned()];

        let mut slow = session(&script).await;
        slow.pipeline(command(), 1).unwrap().next().await.unwrap();
        // All of it lies in the pipe by now.
        assert!(slow.bytes_read() < at_most, "{} bytes read for one row", slow.bytes_read());

        let mut steady = session(&script).await;
        let mut seen = 0;
        let count = async |item| {
            seen += usize::from(matches!(item, Untagged::Fetch(_)));
            Ok(())
        };
        steady.stream(command(), 1, count).await.unwrap();
        assert_eq!(seen, rows);
        assert!(steady.bytes_read() > (rows * length) as u64);
    }
}

#[tokio::test]
async fn a_consumer_that_fails_or_leaves_breaks_the_session() {
    let script = "C: UID FETCH\nS: * 1 FETCH (UID 1)\nS: * 2 FETCH (UID 2)\nS: $ OK";
    let command = || ["UID FETCH 1:* (UID)".to_owned()];
    let mut failing = session(script).await;
    let full = crate::logic::fault::Fault::local("the disk is full", "make room");
    let fault = failing.stream(command(), 1, async |_| Err(full.clone())).await.unwrap_err();
    assert_eq!(fault, full);
    assert!(failing.exec("NOOP").await.is_err());

    let mut leaving = session(script).await;
    let mut pipeline = leaving.pipeline(command(), 1).unwrap();
    pipeline.next().await.unwrap();
    drop(pipeline);
    assert!(leaving.exec("NOOP").await.is_err());
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let line = "S: * 1 EXISTS\n".repeat(200_005);
    let mut session = session(&format!("C: NOOP\n{line}")).await;
    let fault = session.exec("NOOP").await.unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Protocol, "the server's answer has no end"));
}

#[tokio::test]
async fn a_literal_is_sent_when_the_server_asks_for_it() {
    let script = "C: APPEND \"INBOX\" (\\Seen) {13}\nS: + go on\nL: Subject: hi\nL:\nS: $ OK [APPENDUID 3 9] done";
    let message = b"Subject: hi\r\n";
    let mut session = session(script).await;
    let answer = session.exec_with_literal("APPEND \"INBOX\" (\\Seen)", message).await.unwrap();
    assert_eq!(answer.tagged.code, Some(Code::AppendUid { validity: UidValidity(3), uids: vec![Uid(9)] }));
    let mut refusing = super::script::session("C: APPEND\nS: $ NO [TRYCREATE] no such folder\nC: NOOP\nS: $ OK").await;
    let answer = refusing.exec_with_literal("APPEND \"Nope\"", message).await.unwrap();
    assert_eq!(answer.tagged.code, Some(Code::TryCreate));
    assert!(refusing.exec("NOOP").await.unwrap().tagged.is_ok());
}

#[tokio::test]
async fn opening_a_folder_reads_its_state() {
    let script = "C: SELECT \"INBOX\"\nS: * FLAGS (\\Seen \\Flagged)\nS: * OK [PERMANENTFLAGS (\\Seen \\*)] x\nS: * 172 EXISTS\n\
        S: * OK [UIDVALIDITY 3857529045] x\nS: * OK [UIDNEXT 4392] x\nS: * OK [HIGHESTMODSEQ 715] x\nS: $ OK [READ-WRITE] done\n\
        C: EXAMINE \"a \\\"b\\\"\"\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 4] x\nS: $ OK done\n\
        C: SELECT \"locked\"\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 4] x\nS: $ OK [READ-ONLY] done\n\
        C: SELECT \"odd\"\nS: * 1 EXISTS\nS: $ OK [READ-WRITE] done";
    let mut session = session(script).await;
    let inbox = session.select(&FolderName::inbox(), Access::ReadWrite).await.unwrap();
    assert_eq!((inbox.uid_validity, inbox.uid_next, inbox.exists), (UidValidity(3_857_529_045), Some(Uid(4_392)), 172));
    assert!(!inbox.read_only && inbox.keywords_allowed && inbox.highest_modseq.is_some());
    let other = session.select(&FolderName::from_wire("a \"b\""), Access::ReadOnly).await.unwrap();
    assert!(other.read_only && other.uid_next.is_none());
    assert!(session.select(&FolderName::from_wire("locked"), Access::ReadWrite).await.unwrap().read_only);
    let fault = session.select(&FolderName::from_wire("odd"), Access::ReadWrite).await.unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Protocol, "the server names no UIDVALIDITY for odd"));
    assert_eq!(session.selected(), None);
}

#[tokio::test]
async fn a_folder_is_left_without_expunging() {
    let open = "C: SELECT\nS: * OK [UIDVALIDITY 4] x\nS: $ OK done\n";
    let mut without = session(&format!("{open}C: EXAMINE \"INBOX\"\nS: * OK [UIDVALIDITY 4] x\nS: $ OK")).await;
    without.select(&FolderName::from_wire("News"), Access::ReadWrite).await.unwrap();
    without.unselect().await.unwrap();
    let caps = "C: NOOP\nS: * CAPABILITY IMAP4rev1 unselect\nS: $ OK\n";
    let mut with = session(&format!("{caps}{open}C: UNSELECT\nS: $ OK\n")).await;
    with.exec("NOOP").await.unwrap();
    with.select(&FolderName::from_wire("News"), Access::ReadWrite).await.unwrap();
    with.unselect().await.unwrap();
    assert_eq!(with.selected(), None);
}

#[tokio::test]
async fn the_state_of_a_folder_is_asked_or_it_is_an_error() {
    let script = "C: STATUS \"News\" (MESSAGES UIDNEXT UIDVALIDITY)\nS: * STATUS News (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 2)\n\
        S: $ OK\nC: STATUS\nS: $ OK";
    let mut session = session(script).await;
    let news = FolderName::from_wire("News");
    assert_eq!(session.status(&news).await.unwrap().messages, Some(3));
    assert_eq!(session.status(&news).await.unwrap_err().kind, FaultKind::Protocol);
}

#[tokio::test]
async fn a_goodbye_of_ours_is_bounded() {
    session("C: LOGOUT\nS: * BYE\nS: $ OK\nend").await.logout().await;
    let silent = session("").await;
    let before = std::time::Instant::now();
    silent.logout().await;
    assert!(before.elapsed() < Duration::from_secs(10));
}

/// Never silent, and never done: a byte now and then.
#[tokio::test]
async fn a_line_that_takes_for_ever_is_given_up() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (client, mut far) = tokio::io::duplex(4_096);
    tokio::spawn(async move {
        far.write_all(b"* OK [CAPABILITY X] hi\r\n").await?;
        let mut heard = [0; 512];
        for answer in ["A0001 OK [CAPABILITY X] in\r\n", ""] {
            let _ = far.read(&mut heard).await?;
            far.write_all(answer.as_bytes()).await?;
        }
        for byte in b"* OK ".iter().chain(&[b'x'; 400]) {
            far.write_all(&[*byte]).await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        far.write_all(b"\r\nA0002 OK done\r\n").await
    });
    let login = super::script::login();
    let client = crate::imap::connect::greeted(Box::new(client)).await.unwrap();
    let mut session = crate::imap::login::log_in(client, &super::script::endpoint(), &login).await.unwrap();
    session.set_silence(Duration::from_millis(500));
    let fault = session.exec("NOOP").await.unwrap_err();
    assert_eq!((fault.kind, session.is_broken()), (FaultKind::Transient, true), "{fault}");
}

/// Of what is said without being asked nothing is dropped: after 500 EXPUNGEs async-imap's channel had lost the EXISTS.
#[tokio::test]
async fn nothing_is_dropped_of_a_long_answer() {
    let gone = "S: * 1 EXPUNGE\n".repeat(500);
    let mut session =
        session(&format!("C: UID MOVE\nS: * 900 EXISTS\n{gone}S: * OK [COPYUID 9 1:2 7:8] x\nS: $ OK")).await;
    let answer = session.exec("UID MOVE 1:2 \"News\"").await.unwrap();
    assert_eq!((answer.untagged.len(), answer.untagged.first()), (502, Some(&Untagged::Exists(900))));
    assert!(answer.codes().any(|code| matches!(code, Code::CopyUid { .. })));
}

/// As much as there can be is read; what goes on and on is not.
#[tokio::test]
async fn rows_and_noise_without_end_are_given_up() {
    for (line, most) in [("S: * 1 FETCH (FLAGS ())\n", 100_000), ("S: * 1 RECENT\n", 200_000)] {
        let mut session = session(&format!("C: UID FETCH\n{}", line.repeat(most + 5))).await;
        let mut seen = 0;
        let count = async |_| {
            seen += 1;
            Ok(())
        };
        let fault = session.stream(["UID FETCH 1:* (UID)".to_owned()], 1, count).await.unwrap_err();
        assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Protocol, "the server's answer has no end"));
        assert_eq!(seen, most);
    }
}
