//! The fault script, fault by fault.

use super::super::{Fault, Options, Server, What, When};
use super::{Raw, message, server, subjects};
use crate::logic::ids::Uid;
use std::time::{Duration, Instant};

fn faulty(count: usize, when: When, what: What) -> Server {
    server(count, Options { faults: vec![Fault::new(when, what)], ..Options::default() })
}

#[test]
fn a_refusal_changes_nothing_and_the_next_try_works() {
    let server = faulty(2, When::nth("UID MOVE", 1), What::No("[OVERQUOTA] no room"));
    let mut raw = Raw::in_inbox(&server);
    assert_eq!(raw.does("UID MOVE 1 Top"), ["t NO [OVERQUOTA] no room"]);
    assert_eq!(subjects(&server, "Top"), [""; 0]);
    assert_eq!(raw.does("UID MOVE 1 Top").last().unwrap(), "t OK moved");
    assert_eq!(server.count("uid move"), 2);
}

#[test]
fn dropped_before_means_not_done() {
    let server = faulty(2, When::nth("UID MOVE", 1), What::DropBefore);
    assert_eq!(Raw::in_inbox(&server).does("UID MOVE 1 Top"), ["END"]);
    assert_eq!(subjects(&server, "INBOX"), ["1", "2"]);
}

#[test]
fn dropped_after_means_done_without_a_word() {
    let server = faulty(2, When::nth("UID MOVE", 1), What::DropAfter);
    assert_eq!(Raw::in_inbox(&server).does("UID MOVE 1 Top"), ["END"]);
    assert_eq!(subjects(&server, "INBOX"), ["2"]);
    assert_eq!(subjects(&server, "Top"), ["1"]);
}

#[test]
fn part_of_a_set_is_done_before_the_line_is_dead() {
    for (command, left) in [("UID MOVE 1:4 Top", 2), ("UID EXPUNGE 1:4", 2), ("UID COPY 1:4 Top", 4)] {
        let verb = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let server = faulty(4, When::nth(&verb, 1), What::PartThenDrop(2));
        let mut raw = Raw::in_inbox(&server);
        raw.does("STORE 1:4 +FLAGS.SILENT (\\Deleted)");
        assert_eq!(raw.does(command), ["END"]);
        assert_eq!(subjects(&server, "INBOX").len(), left, "{command}");
        assert_eq!(subjects(&server, "Top").len(), if verb == "UID EXPUNGE" { 0 } else { 2 }, "{command}");
    }
    let server = faulty(4, When::nth("UID STORE", 1), What::PartThenDrop(3));
    assert_eq!(Raw::in_inbox(&server).does("UID STORE 1:4 +FLAGS (\\Seen)"), ["END"]);
    assert_eq!(server.snapshot().iter().filter(|row| !row.flags.is_empty()).count(), 3);
}

#[test]
fn an_answer_is_cut_at_the_byte() {
    let server = faulty(2, When::nth("UID FETCH", 1), What::Cut(10));
    assert_eq!(Raw::in_inbox(&server).does("UID FETCH 1:* (UID)"), ["* 1 FETCH ", "END"]);
}

#[test]
fn the_line_dies_after_so_many_bytes_and_only_once() {
    let server = server(50, Options::default());
    let mut raw = Raw::in_inbox(&server);
    server.add_fault(When::BytesSent(server.counts().bytes_sent + 25), What::DropBefore);
    assert_eq!(raw.does("FETCH 1:* (UID)"), ["* 1 FETCH (UID 1)", "* 2 FE", "END"]);
    assert_eq!(Raw::in_inbox(&server).does("FETCH 1:* (UID)").len(), 51);
}

#[test]
fn silence_is_silent_and_touches_nothing() {
    for when in [When::nth("UID MOVE", 1), When::BytesSent(u64::MAX)] {
        let server = faulty(2, when.clone(), What::Silence);
        let mut raw = Raw::in_inbox(&server);
        if when == When::BytesSent(u64::MAX) {
            server.add_fault(When::BytesSent(server.counts().bytes_sent), What::Silence);
        }
        raw.socket.get_ref().set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        assert_eq!(raw.does("UID MOVE 1 Nowhere"), ["END"]);
        assert_eq!(subjects(&server, "INBOX"), ["1", "2"]);
    }
}

#[test]
fn lines_lies_and_delays_come_before_the_answer() {
    let faults = vec![
        Fault::new(When::every("SELECT").mentioning("Top"), What::NoUidNext),
        Fault::new(When::every("STATUS"), What::UidNext(1)),
        Fault::new(When::nth("NOOP", 1), What::Lines(vec!["* 7 EXISTS".into(), "".into(), "* X-FOO (".into()])),
        Fault::new(When::nth("NOOP", 2), What::Delay(Duration::from_millis(100))),
        Fault::new(When::nth("NOOP", 3), What::Bye("[UNAVAILABLE] maintenance")),
    ];
    let server = server(2, Options { faults, ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    assert!(raw.does("SELECT Top").iter().all(|line| !line.contains("UIDNEXT")));
    assert!(raw.does("SELECT INBOX").iter().any(|line| line.contains("UIDNEXT 3")));
    assert_eq!(raw.does("STATUS INBOX (UIDNEXT)")[0], "* STATUS \"INBOX\" (UIDNEXT 1)");
    assert_eq!(raw.does("NOOP"), ["* 7 EXISTS", "END"]);
    assert_eq!(raw.answer(), ["* X-FOO (", "t OK nothing done"]);
    let start = Instant::now();
    raw.does("NOOP");
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert_eq!(raw.does("NOOP"), ["* BYE [UNAVAILABLE] maintenance", "END"]);
}

#[test]
fn somebody_else_acts_before_after_and_midway() {
    let faults = vec![
        Fault::new(When::nth("UID COPY", 1), What::before(|store| store.expunge("INBOX", &[Uid(1)]))),
        Fault::new(
            When::nth("UID STORE", 1),
            What::after(|store| assert!(store.move_message("INBOX", Uid(3), "Top").is_some())),
        ),
        Fault::new(When::nth("UID FETCH", 1), What::midway(2, |store| store.empty("INBOX"))),
    ];
    let server = server(9, Options { faults, ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    raw.does("UID COPY 1:2 Top");
    assert_eq!(subjects(&server, "Top"), ["2"]);
    raw.does("UID STORE 3 +FLAGS (\\Deleted)");
    assert_eq!(subjects(&server, "Top"), ["2", "3"]);
    let answer = raw.does("UID FETCH 1:* (UID)");
    assert_eq!(answer[..3], ["* 1 FETCH (UID 2)", "* 2 FETCH (UID 4)", "* 1 EXPUNGE"]);
    assert_eq!(answer.last().unwrap(), "t OK [EXPUNGEISSUED] some of them are gone");
}

#[test]
fn pretending_answers_ok_and_does_nothing() {
    let server = faulty(2, When::nth("UID COPY", 1), What::Pretend);
    assert_eq!(Raw::in_inbox(&server).does("UID COPY 1:2 Top"), ["t OK done"]);
    assert_eq!(subjects(&server, "Top"), [""; 0]);
}

#[test]
fn a_connection_can_be_refused_at_the_door() {
    let server = faulty(1, When::nth("GREETING", 1), What::No("too many connections"));
    assert_eq!(Raw::dial(&server).line(), "* BYE too many connections");
    Raw::in_inbox(&server);
    server.add_fault(When::every("*"), What::DropBefore);
    assert_eq!(Raw::connect(&server).does("CAPABILITY"), ["END"]);
    server.clear_faults();
    server.deliver("INBOX", message(2));
    assert_eq!(Raw::in_inbox(&server).does("FETCH 2 (UID)")[0], "* 2 FETCH (UID 2)");
}

#[test]
fn a_client_is_not_heard_any_more_after_so_many_bytes() {
    let server = server(2, Options::default());
    let mut raw = Raw::in_inbox(&server);
    let heard = server.counts().bytes_received;
    let command = "t UID MOVE 1 Top\r\n".len() as u64;
    for (after, moved) in [(command, 1), (1, 1), (command - 1, 1)] {
        let before = server.counts().bytes_received;
        assert!(before >= heard);
        server.add_fault(When::BytesReceived(before + after), What::DropBefore);
        let answer = raw.does(&format!("UID MOVE {} Top", server.inspect(|store| store.uids("INBOX")[0].0)));
        if after == command {
            assert_eq!(answer.last().unwrap(), "t OK moved", "it was heard to its end");
            assert_eq!(raw.does("NOOP"), ["END"]);
        } else {
            assert_eq!(answer, ["END"]);
        }
        assert_eq!(subjects(&server, "Top").len(), moved, "{after} of {command} bytes");
        raw = Raw::in_inbox(&server);
    }
}

#[test]
fn floods_come_before_the_answer_and_drops_make_it_up() {
    let faults = vec![
        Fault::new(When::nth("NOOP", 1), What::Flood(b"* 7 EXISTS\r\n".to_vec(), 3)),
        Fault::new(When::nth("NOOP", 2), What::Drip(Duration::from_millis(2))),
        Fault::new(When::nth("GREETING", 2), What::Flood(b"* PREAUTH hello\r\n".to_vec(), 1)),
    ];
    let server = server(1, Options { faults, ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    assert_eq!(raw.does("NOOP"), ["* 7 EXISTS", "* 7 EXISTS", "* 7 EXISTS", "t OK nothing done"]);
    let start = Instant::now();
    assert_eq!(raw.does("NOOP"), ["t OK nothing done"]);
    assert!(start.elapsed() >= Duration::from_millis(30));
    assert_eq!(Raw::dial(&server).line(), "* PREAUTH hello");
}

#[test]
fn numbers_and_names_are_as_odd_as_they_are_told_to_be() {
    let faults = vec![
        Fault::new(When::nth("SELECT", 2), What::UidValidity(0)),
        Fault::new(When::nth("SELECT", 3), What::NoUidValidity),
        Fault::new(When::nth("STATUS", 1), What::UidValidity(9)),
    ];
    let options = Options {
        faults,
        lower_case: true,
        wants_id: true,
        delimiter: '\0',
        name: "A \"server\"".into(),
        aliases: vec![("Other".into(), "INBOX".into())],
        ..Options::default()
    };
    let server = server(3, options);
    let mut raw = Raw::dial(&server);
    assert!(raw.line().starts_with("* OK [CAPABILITY imap4rev1 uidplus move"), "lower case");
    raw.does("LOGIN robin \"correct horse\"");
    assert!(raw.does("SELECT INBOX")[0].starts_with("t NO SELECT Unsafe Login"));
    assert_eq!(raw.does("ID NIL")[0], "* ID (\"name\" \"A \\\"server\\\"\")");
    assert!(raw.does("SELECT INBOX").iter().any(|line| line.contains("[UIDVALIDITY 0]")));
    assert!(!raw.does("SELECT INBOX").iter().any(|line| line.contains("UIDVALIDITY")));
    assert_eq!(raw.does("STATUS Top (UIDVALIDITY)")[0], "* STATUS \"Top\" (UIDVALIDITY 9)");
    assert!(raw.does("LIST \"\" *").iter().any(|line| line.contains(" NIL \"Other\"")));
    assert!(raw.does("SELECT Other").contains(&"* 3 EXISTS".to_owned()));
    server.change(|store| {
        store.swap("INBOX", Uid(1), Uid(3));
        store.set_uid_next("INBOX", Uid(70));
    });
    assert_eq!(subjects(&server, "INBOX"), ["3", "2", "1"]);
    assert_eq!(server.deliver("INBOX", message(4)), Uid(70));
    assert_eq!(server.counts().most_connections, 1);
}

#[test]
fn a_late_command_is_carried_out_at_its_place_although_its_connection_is_dead() {
    let server = faulty(2, When::nth("UID MOVE", 1), What::Late(3));
    assert_eq!(Raw::in_inbox(&server).does("UID MOVE 1 Top"), ["END"]);
    server.clear_faults();
    assert_eq!((subjects(&server, "INBOX").len(), server.late()), (2, 1));
    let mut raw = Raw::in_inbox(&server);
    // AUTHENTICATE and SELECT came before; this is the third.
    assert_eq!(raw.does("UID SEARCH ALL").first().unwrap(), "* SEARCH 2");
    assert_eq!((subjects(&server, "Top"), server.late()), (vec!["1".to_owned()], 0));
}

#[test]
fn what_never_came_comes_when_it_is_told_to_and_not_into_a_folder_that_is_no_more() {
    let server = faulty(2, When::nth("UID COPY", 1), What::Late(1000));
    assert_eq!(Raw::in_inbox(&server).does("UID COPY 1:2 Top"), ["END"]);
    server.late_ones_arrive();
    assert_eq!((subjects(&server, "Top").len(), subjects(&server, "INBOX").len()), (2, 2));
    server.add_fault(When::nth("UID MOVE", 1), What::Late(1000));
    assert_eq!(Raw::in_inbox(&server).does("UID MOVE 1:2 Top"), ["END"]);
    server.change(|store| store.renumber("INBOX"));
    server.late_ones_arrive();
    assert_eq!((subjects(&server, "Top").len(), subjects(&server, "INBOX").len()), (2, 2));
}
