//! Flags, copies, moves, expunges, and what other connections hear of them.

use super::super::{CopyUid, Options};
use super::{Raw, message, server, subjects};
use crate::logic::ids::Uid;

#[test]
fn store_adds_takes_and_replaces() {
    let server = server(2, Options::default());
    let mut raw = Raw::in_inbox(&server);
    assert_eq!(raw.does("UID STORE 1 +FLAGS (\\seen $Important)")[0], "* 1 FETCH (UID 1 FLAGS ($Important \\Seen))");
    assert_eq!(raw.does("STORE 1 -FLAGS $important")[0], "* 1 FETCH (FLAGS (\\Seen))");
    assert_eq!(raw.does("STORE 1:2 FLAGS.SILENT \\Flagged \\Draft"), ["t OK stored"]);
    assert_eq!(server.snapshot()[1].flags, ["\\Draft", "\\Flagged"]);
}

#[test]
fn keywords_may_be_forbidden() {
    let server = server(1, Options { keywords: false, ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    assert!(raw.does("STORE 1 +FLAGS ($Important)")[0].starts_with("t BAD"));
    assert!(raw.does("SELECT INBOX").iter().all(|line| !line.contains("\\*")));
}

#[test]
fn a_store_that_came_too_late_says_so() {
    let server = server(2, Options::default());
    let mut raw = Raw::in_inbox(&server);
    server.change(|store| store.set_flags("INBOX", Uid(2), &["\\Seen"]));
    let answer = raw.does("UID STORE 1:2 (UNCHANGEDSINCE 3) +FLAGS.SILENT (\\Flagged)");
    assert!(answer.last().unwrap().starts_with("t OK [MODIFIED 2]"), "{answer:?}");
    assert_eq!(server.snapshot()[0].flags, ["\\Flagged"]);
}

#[test]
fn a_copy_keeps_date_flags_and_bytes() {
    let server = server(3, Options::default());
    let mut raw = Raw::in_inbox(&server);
    raw.does("UID STORE 2 +FLAGS (\\Answered)");
    let answer = raw.does("UID COPY 2:3 Top");
    assert!(answer[0].starts_with("t OK [COPYUID ") && answer[0].contains(" 2:3 1:2] "), "{answer:?}");
    let rows = server.snapshot();
    let (original, copy) = (&rows[1], rows.iter().find(|row| row.folder == "Top").unwrap());
    assert_eq!(
        (&original.bytes, original.internaldate, &original.flags),
        (&copy.bytes, copy.internaldate, &copy.flags)
    );
    assert!(raw.does("UID COPY 1 Nowhere")[0].starts_with("t NO [TRYCREATE]"));
    assert_eq!(raw.does("UID COPY 99 Top"), ["t OK copied"]);
}

#[test]
fn a_move_tells_copyuid_before_it_tells_the_expunges() {
    let server = server(4, Options::default());
    let mut raw = Raw::in_inbox(&server);
    let answer = raw.does("UID MOVE 1,3:4 Top");
    assert!(answer[0].starts_with("* OK [COPYUID ") && answer[0].contains(" 1,3:4 1:3]"), "{answer:?}");
    assert_eq!(answer[1..], ["* 1 EXPUNGE", "* 2 EXPUNGE", "* 2 EXPUNGE", "t OK moved"]);
    assert_eq!(subjects(&server, "INBOX"), ["2"]);
    assert_eq!(subjects(&server, "Top"), ["1", "3", "4"]);
}

#[test]
fn copyuid_can_be_elsewhere_missing_or_wrong() {
    let answer = |copyuid, command: &str| {
        let server = server(3, Options { copyuid, ..Options::default() });
        let answer = Raw::in_inbox(&server).does(command);
        (answer[0].clone(), answer.last().unwrap().clone())
    };
    assert!(answer(CopyUid::Tagged, "UID MOVE 1:2 Top").1.contains(" 1:2 1:2]"));
    assert_eq!(answer(CopyUid::Absent, "UID MOVE 1:2 Top"), ("* 1 EXPUNGE".into(), "t OK moved".into()));
    assert_eq!(answer(CopyUid::Absent, "UID COPY 1:2 Top").1, "t OK copied");
    assert!(answer(CopyUid::WrongCount, "UID COPY 1:2 Top").1.contains(" 1:2 1:3]"));
    assert!(answer(CopyUid::Swapped, "UID MOVE 1:2 Top").0.contains(" 1:2 2,1]"));
}

#[test]
fn uid_expunge_takes_only_what_is_named_and_deleted() {
    let server = server(3, Options::default());
    let mut raw = Raw::in_inbox(&server);
    raw.does("STORE 1:2 +FLAGS.SILENT (\\Deleted)");
    assert_eq!(raw.does("UID EXPUNGE 2:3"), ["* 2 EXPUNGE", "t OK expunged"]);
    assert_eq!(subjects(&server, "INBOX"), ["1", "3"]);
    assert_eq!(raw.does("UNSELECT"), ["t OK closed"]);
    assert_eq!(subjects(&server, "INBOX"), ["1", "3"]);
    raw.does("SELECT INBOX");
    assert_eq!(raw.does("CLOSE"), ["t OK closed"]);
    assert_eq!(subjects(&server, "INBOX"), ["3"]);
}

#[test]
fn others_keep_their_numbers_until_they_may_hear() {
    let server = server(4, Options::default());
    let (mut one, mut two) = (Raw::in_inbox(&server), Raw::in_inbox(&server));
    one.does("UID MOVE 2 Top");
    assert_eq!(two.does("FETCH 4 (UID)"), ["* 4 FETCH (UID 4)", "t OK that is all"]);
    assert_eq!(two.does("FETCH 2 (UID)"), ["t OK [EXPUNGEISSUED] some of them are gone"]);
    assert_eq!(two.does("SEARCH ALL")[0], "* SEARCH 1 3 4");
    assert_eq!(two.does("UID FETCH 4 (UID)"), ["* 4 FETCH (UID 4)", "* 2 EXPUNGE", "t OK that is all"]);
    assert_eq!(two.does("FETCH 3 (UID)"), ["* 3 FETCH (UID 4)", "t OK that is all"]);
}

#[test]
fn append_keeps_the_date_it_was_given() {
    let server = server(1, Options::default());
    let mut raw = Raw::in_inbox(&server);
    raw.send("t APPEND INBOX (\\Seen) \" 9-Sep-2001 01:46:40 +0000\" {10+}\r\nA: b\r\n\r\nhi\r\n");
    let answer = raw.answer();
    assert_eq!(answer[0], "* 2 EXISTS");
    assert!(answer[1].starts_with("t OK [APPENDUID ") && answer[1].contains(" 2] "), "{answer:?}");
    let row = &server.snapshot()[1];
    assert_eq!(
        (row.internaldate.0, &row.flags[..], &row.bytes[..]),
        (1_000_000_000, &["\\Seen".to_string()][..], &b"A: b\r\n\r\nhi"[..])
    );
    assert!(raw.does("APPEND Nowhere {2+}\r\nhi")[0].starts_with("t NO [TRYCREATE]"));
}

#[test]
fn over_quota_nothing_is_copied_moved_or_appended() {
    let server = server(3, Options { quota_messages: Some(4), ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    assert!(raw.does("UID COPY 1 Top")[0].starts_with("t OK"));
    for command in ["UID COPY 1 Top", "UID MOVE 1 Top", "APPEND Top {2+}\r\nhi"] {
        assert!(raw.does(command)[0].starts_with("t NO [OVERQUOTA]"), "{command}");
    }
    assert_eq!(subjects(&server, "Top"), ["1"]);
}

#[test]
fn read_only_folders_stay_as_they_are() {
    let server = server(2, Options { read_only: vec!["INBOX".into()], ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    assert!(raw.does("SELECT INBOX").last().unwrap().starts_with("t OK [READ-ONLY]"));
    for command in ["UID MOVE 1 Top", "STORE 1 +FLAGS (\\Seen)", "EXPUNGE"] {
        assert!(raw.does(command)[0].starts_with("t NO [READ-ONLY]"), "{command}");
    }
    raw.does("FETCH 1 BODY[TEXT]");
    assert!(server.snapshot()[0].flags.is_empty(), "reading sets nothing seen there");
    assert!(raw.does("UID COPY 1 Top")[0].starts_with("t OK"));
}

#[test]
fn a_folder_that_is_renumbered_sends_its_sessions_away() {
    let server = server(3, Options::default());
    let mut raw = Raw::in_inbox(&server);
    let before = server.inspect(|store| store.uid_validity("INBOX"));
    server.change(|store| {
        store.expunge("INBOX", &[Uid(1)]);
        store.renumber("INBOX");
    });
    assert!(raw.does("NOOP")[0].starts_with("* BYE"));
    assert!(server.inspect(|store| store.uid_validity("INBOX")) > before);
    assert_eq!(server.inspect(|store| store.uids("INBOX")), [Uid(1), Uid(2)]);
    server.deliver("Travel/Lissabon & Süden", message(9));
    assert_eq!(subjects(&server, "Travel/Lissabon &- S&APw-den"), ["9"]);
}

#[test]
fn folders_that_are_not_open_are_listed_with_their_state_or_told_of() {
    let server = server(2, Options::default());
    let mut raw = Raw::in_inbox(&server);
    let answer = raw.does("LIST \"\" (Top INBOX) RETURN (SPECIAL-USE STATUS (MESSAGES UIDNEXT))");
    let states: Vec<_> = answer.iter().filter(|line| line.starts_with("* STATUS")).collect();
    assert_eq!(states, ["* STATUS \"INBOX\" (MESSAGES 2 UIDNEXT 3)", "* STATUS \"Top\" (MESSAGES 0 UIDNEXT 1)"]);
    assert_eq!(answer.iter().filter(|line| line.starts_with("* LIST")).count(), 2);

    let told =
        raw.does("NOTIFY SET (selected-delayed (MessageNew)) (mailboxes (Top Sent) (MessageNew MessageExpunge))");
    assert_eq!(told, ["t OK will be told"]);
    server.deliver("Top", message(7));
    server.deliver("Travel/Lissabon & Süden", message(8));
    let state =
        |answer: &[String]| answer.iter().filter(|line| line.starts_with("* STATUS \"Top\" (MESSAGES 1 ")).count();
    let answer = raw.does("NOOP");
    assert_eq!((state(&answer), answer.len()), (1, 2), "{answer:?}");
    assert_eq!(raw.does("NOOP").len(), 1);
    raw.send("t IDLE\r\n");
    assert_eq!(raw.line(), "+ idling");
    server.change(|store| store.expunge("Top", &[Uid(1)]));
    assert!(raw.line().starts_with("* STATUS \"Top\" (MESSAGES 0 "));
    raw.send("DONE\r\n");
    assert_eq!(raw.answer(), ["t OK done idling"]);
    raw.does("NOTIFY NONE");
    server.deliver("Top", message(9));
    assert_eq!(raw.does("NOOP"), ["t OK nothing done"]);
}
