//! IDLE, and what servers do to it.

use std::future::{pending, ready};
use std::time::Duration;

use super::script::session;
use crate::imap::select::Access;
use crate::imap::session::Session;
use crate::imap::watch::{DONE_WITHIN, LONGEST_IDLE, Pushed, QUIET};
use crate::logic::fault::FaultKind;
use crate::logic::ids::FolderName;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(60);
const BEGIN: &str = "C: IDLE\nS: + idling\n";
const END: &str = "L: DONE\nS: $ OK done\n";
const ALIVE: &str = "C: NOOP\nS: $ OK\n";

/// A session with three messages in INBOX, on a server with IDLE.
async fn watching(script: &str) -> Session {
    let open = "C: NOOP\nS: * CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\nS: $ OK\nC: SELECT\nS: * 3 EXISTS\n\
        S: * OK [UIDVALIDITY 4] x\nS: $ OK [READ-WRITE] done\n";
    let mut session = session(&format!("{open}{script}")).await;
    session.exec("NOOP").await.unwrap();
    session.select(&FolderName::inbox(), Access::ReadWrite).await.unwrap();
    session
}

fn exists() -> Pushed {
    Pushed { exists: true, ..Pushed::default() }
}

fn expunged() -> Pushed {
    Pushed { expunged: true, ..Pushed::default() }
}

fn flags() -> Pushed {
    Pushed { flags: true, ..Pushed::default() }
}

#[tokio::test]
async fn what_is_worth_a_look_ends_the_wait() {
    let pushes = [
        ("* 4 EXISTS", exists()),
        ("* 1 EXPUNGE", expunged()),
        ("* VANISHED 7:9", expunged()),
        ("* 2 EXISTS", expunged()),
        ("* 2 FETCH (FLAGS (\\Seen))", flags()),
        ("* OK [NOTIFICATIONOVERFLOW] too much", Pushed { overflow: true, ..Pushed::default() }),
    ];
    for (push, expected) in pushes {
        let script = format!("{BEGIN}S: * OK Still here\nS: * 0 RECENT\nS: {push}\n{END}{ALIVE}");
        let mut session = watching(&script).await;
        assert_eq!(session.idle(LONG, pending()).await, Ok(expected), "{push}");
        assert_eq!(session.look().await, Ok(Pushed::default()));
    }
}

#[tokio::test]
async fn what_is_not_leaves_it_alone() {
    let noise =
        ["* OK Still here", "* 3 EXISTS", "* 0 RECENT", "* VANISHED (EARLIER) 1:9", "* STATUS News (MESSAGES 3)"];
    for noise in noise {
        let mut session = watching(&format!("{BEGIN}S: {noise}\n{END}{ALIVE}")).await;
        assert_eq!(session.idle(SHORT, pending()).await, Ok(Pushed::default()), "{noise}");
        session.exec("NOOP").await.unwrap();
    }
}

#[tokio::test]
async fn any_plus_begins_it_and_another_one_means_nothing() {
    for plus in ["+", "+ ", "+idling", "+ {5}", "+ OK [ALERT]é A0001 BAD", "+ idling\nS: + still idling"] {
        let mut session = watching(&format!("C: IDLE\nS: {plus}\nS: * 4 EXISTS\n{END}{ALIVE}")).await;
        assert_eq!(session.idle(LONG, pending()).await, Ok(exists()), "{plus}");
        session.exec("NOOP").await.unwrap();
    }
}

#[tokio::test]
async fn nothing_that_comes_on_the_way_is_lost() {
    let script = format!(
        "C: IDLE\nS: * 4 EXISTS\nS: + idling\nL: DONE\nS: * 2 FETCH (FLAGS (\\Seen))\nS: * 1 EXPUNGE\nS: $ OK done\n{ALIVE}"
    );
    let mut session = watching(&script).await;
    let all = Pushed { exists: true, expunged: true, flags: true, ..Pushed::default() };
    assert_eq!(session.idle(LONG, pending()).await, Ok(all));
    assert!(session.take_pushed().is_empty());
}

#[tokio::test]
async fn what_came_with_another_command_ends_the_wait_before_it_begins() {
    let mut session = watching(&format!("C: UID FETCH\nS: * 4 EXISTS\nS: $ OK\n{BEGIN}{END}")).await;
    session.exec("UID FETCH 9:* (UID)").await.unwrap();
    assert_eq!(session.idle(LONG, pending()).await, Ok(exists()));
    assert_eq!(session.idle(SHORT, pending()).await, Ok(Pushed::default()));
}

#[tokio::test]
async fn what_was_said_of_a_folder_is_forgotten_when_another_one_is_opened() {
    let open = "C: SELECT\nS: * OK [CLOSED] x\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 4] x\nS: $ OK done\n";
    let mut session = watching(&format!("C: NOOP\nS: * 4 EXISTS\nS: $ OK\n{open}{ALIVE}")).await;
    session.exec("NOOP").await.unwrap();
    session.select(&FolderName::from_wire("News"), Access::ReadWrite).await.unwrap();
    assert_eq!(session.look().await, Ok(Pushed::default()));
}

#[tokio::test]
async fn own_changes_are_no_news() {
    let own = [
        ("UID MOVE 1:2 \"News\"", "* OK [COPYUID 9 1:2 7:8] x\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE\nS: * 1 EXISTS"),
        ("UID MOVE 1:2 \"News\"", "* 1 EXPUNGE\nS: * 1 EXPUNGE"),
        ("UID EXPUNGE 1,3", "* VANISHED 1,3"),
        ("UID STORE 1:2 +FLAGS (\\Deleted)", "* 1 FETCH (UID 1 FLAGS (\\Deleted))\nS: * 2 FETCH (FLAGS (\\Deleted))"),
        ("UID FETCH 1:* (FLAGS)", "* 1 FETCH (UID 1 FLAGS ())"),
    ];
    for (command, answer) in own {
        let mut session = watching(&format!("C: {command}\nS: {answer}\nS: $ OK\n{ALIVE}")).await;
        session.exec(command).await.unwrap();
        assert_eq!(session.look().await, Ok(Pushed::default()), "{command}: {answer}");
    }
    let others = [
        ("UID MOVE 1:2 \"News\"", "* OK [COPYUID 9 1 7] x\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE", expunged()),
        ("UID MOVE 1:2 \"News\"", "* 1 EXPUNGE\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE", expunged()),
        ("UID MOVE 1:2 \"News\"", "* 1 EXPUNGE\nS: * 1 EXPUNGE\nS: * 2 EXISTS", exists()),
        ("UID EXPUNGE 1,3", "* VANISHED 1:3", expunged()),
        ("UID STORE 1:2 +FLAGS (\\Deleted)", "* 3 FETCH (UID 3 FLAGS (\\Seen))", flags()),
        ("UID FETCH 1:* (FLAGS)", "* 1 EXPUNGE", expunged()),
    ];
    for (command, answer, expected) in others {
        let mut session = watching(&format!("C: {command}\nS: {answer}\nS: $ OK\n{ALIVE}")).await;
        session.exec(command).await.unwrap();
        assert_eq!(session.look().await, Ok(expected), "{command}: {answer}");
    }
}

#[tokio::test]
async fn the_caller_can_end_the_wait_at_any_time() {
    let mut before = watching(ALIVE).await;
    assert_eq!(before.idle(LONG, ready(())).await, Ok(Pushed::default()));
    before.exec("NOOP").await.unwrap();

    let soon = || tokio::time::sleep(SHORT);
    let mut meanwhile = watching(&format!("{BEGIN}{END}{ALIVE}")).await;
    assert_eq!(meanwhile.idle(LONG, soon()).await, Ok(Pushed::default()));
    meanwhile.exec("NOOP").await.unwrap();

    // DONE before the `+` would be no DONE.
    let mut early = watching(&format!("C: IDLE\nwait 200\nS: + idling\n{END}{ALIVE}")).await;
    assert_eq!(early.idle(LONG, soon()).await, Ok(Pushed::default()));
    early.exec("NOOP").await.unwrap();
}

#[tokio::test]
async fn a_wait_that_is_dropped_breaks_the_session() {
    let mut session = watching(&format!("{BEGIN}{END}")).await;
    assert!(tokio::time::timeout(SHORT, session.idle(LONG, pending())).await.is_err());
    assert!(session.is_broken());
    assert!(session.idle(LONG, pending()).await.unwrap_err().cause.contains("given up"));
}

/// A peer that is gone without a word is found out when IDLE is renewed, and not before.
#[tokio::test]
async fn silence_is_no_error_until_done_has_been_said() {
    let mut session = watching(BEGIN).await;
    session.set_silence(Duration::from_millis(100));
    let begin = std::time::Instant::now();
    let fault = session.idle(Duration::from_millis(400), pending()).await.unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Transient, "the server said nothing for 0.1 seconds"));
    assert!(begin.elapsed() >= Duration::from_millis(400) && session.is_broken());
    assert!(session.silent_for() >= Duration::from_millis(400));
}

#[tokio::test]
async fn a_plus_that_never_comes_is_an_error() {
    let mut session = watching("C: IDLE\nS: * 4 EXISTS").await;
    session.set_silence(SHORT);
    assert_eq!(session.idle(LONG, pending()).await.unwrap_err().kind, FaultKind::Transient);
    assert!(session.is_broken());
}

#[tokio::test]
async fn an_end_of_the_connection_is_an_error_at_each_step() {
    let cuts = [
        "C: IDLE\nend",
        "C: IDLE\nS: + idling\nend",
        "C: IDLE\nS: + idling\nS: * OK Still here\nend",
        "C: IDLE\nS: + idling\nS: * 4 EXISTS\nend",
        "C: IDLE\nS: + idling\nS: * 4 EXISTS\nL: DONE\nend",
        "C: IDLE\nS: + idling\nS: * 4 EXISTS\nL: DONE\nS: * 1 EXPUNGE\nend",
    ];
    for script in cuts {
        let mut session = watching(script).await;
        let fault = session.idle(LONG, pending()).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Transient, "{script}: {fault}");
        assert!(session.is_broken() && session.idle(LONG, pending()).await.is_err(), "{script}");
    }
}

#[tokio::test]
async fn a_goodbye_is_an_error_with_the_servers_words() {
    for script in ["C: IDLE\n", BEGIN, "C: IDLE\nS: + idling\nS: * 4 EXISTS\nL: DONE\n"] {
        let mut session = watching(&format!("{script}S: * BYE Server shutting down.\nend")).await;
        let fault = session.idle(LONG, pending()).await.unwrap_err();
        assert_eq!(fault.cause, "the server hung up: Server shutting down.");
        assert!(session.is_broken());
    }
}

/// The next command goes out with DONE; what comes up to the end of IDLE is heard with it and is none of its answer.
#[tokio::test]
async fn news_need_not_wait_for_the_end_of_idle() {
    let late = "S: * 5 EXISTS\nS: $$ OK done\n";
    let open = "S: * 6 EXISTS\nS: * OK [UIDVALIDITY 4] x\nS: $ OK [READ-ONLY] done\n";
    let mut session =
        watching(&format!("{BEGIN}S: * 4 EXISTS\nL: DONE\nC: EXAMINE\n{late}{open}{BEGIN}{END}{ALIVE}")).await;
    assert_eq!(session.idle_until_news(LONG, pending()).await, Ok(exists()));
    let inbox = session.select(&FolderName::inbox(), Access::ReadOnly).await.unwrap();
    assert_eq!((inbox.exists, session.can_idle()), (6, true));
    assert_eq!(session.idle_until_news(SHORT, pending()).await, Ok(Pushed::default()), "without news it waits");
    session.exec("NOOP").await.unwrap();
}

#[tokio::test]
async fn a_refusal_of_done_is_heard_with_the_next_command() {
    let script = format!("{BEGIN}S: * 4 EXISTS\nL: DONE\nC: NOOP\nS: $$ BAD what?\nS: * 5 EXISTS\nS: $ OK\n{ALIVE}");
    let mut session = watching(&script).await;
    assert_eq!(session.idle_until_news(LONG, pending()).await, Ok(exists()));
    assert_eq!(session.look().await, Ok(exists()));
    assert!(!session.can_idle() && !session.is_broken());
    session.exec("NOOP").await.unwrap();
}

#[tokio::test]
async fn an_idle_that_does_not_end_is_not_waited_for_longer_behind_a_command() {
    let mut session = watching(&format!("{BEGIN}S: * 4 EXISTS\nL: DONE\nC: NOOP\n")).await;
    session.done_within = Duration::from_millis(200);
    assert_eq!(session.idle_until_news(LONG, pending()).await, Ok(exists()));
    let begin = std::time::Instant::now();
    let fault = session.exec("NOOP").await.unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Transient, "the server said nothing for 0.2 seconds"));
    assert!(begin.elapsed() < session.silence() && session.is_broken());
}

/// The session lives; what came is kept; IDLE is not tried again.
#[tokio::test]
async fn idle_that_does_not_work_is_remembered() {
    let refusals = [
        ("C: IDLE\nS: $ NO [UNAVAILABLE] not now\n", FaultKind::Transient, Pushed::default()),
        ("C: IDLE\nS: * 4 EXISTS\nS: $ BAD unknown command\n", FaultKind::Protocol, exists()),
        ("C: IDLE\nS: $ OK whatever\n", FaultKind::Refused, Pushed::default()),
        ("C: IDLE\nS: + idling\nS: $ OK that was it\n", FaultKind::Refused, Pushed::default()),
        ("C: IDLE\nS: + idling\nS: * 4 EXISTS\nL: DONE\nS: $ BAD what?\n", FaultKind::Protocol, exists()),
    ];
    for (script, kind, kept) in refusals {
        let mut session = watching(&format!("{script}{ALIVE}")).await;
        let fault = session.idle(LONG, pending()).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{script}: {fault}");
        assert!(!session.is_broken() && !session.can_idle());
        assert_eq!(session.idle(LONG, pending()).await.unwrap_err().kind, FaultKind::Refused);
        assert_eq!(session.look().await, Ok(kept), "{script}");
    }
}

#[tokio::test]
async fn a_server_may_end_it_with_its_news() {
    let mut session = watching(&format!("{BEGIN}S: * 4 EXISTS\nS: $ OK enough\n{BEGIN}{END}")).await;
    assert_eq!(session.idle(LONG, pending()).await, Ok(exists()));
    assert_eq!(session.idle(SHORT, pending()).await, Ok(Pushed::default()));
}

#[tokio::test]
async fn the_end_of_something_else_is_no_end() {
    for script in ["C: IDLE\nS: A9999 OK\n", "C: IDLE\nS: + idling\nS: DONE BAD\n"] {
        let mut session = watching(script).await;
        assert_eq!(session.idle(LONG, pending()).await.unwrap_err().kind, FaultKind::Protocol);
        assert!(session.is_broken());
    }
}

#[tokio::test]
async fn a_flood_is_given_up() {
    for line in ["S: * OK Still here\n", "S: + idling\n", "S: * 1 RECENT\n"] {
        let mut session = watching(&format!("{BEGIN}{}", line.repeat(100_005))).await;
        let fault = session.idle(LONG, pending()).await.unwrap_err();
        assert_eq!((fault.kind, session.is_broken()), (FaultKind::Protocol, true), "{fault}");
    }
    let flood = "S: * 1 EXPUNGE\n".repeat(100_005);
    let mut session = watching(&format!("{BEGIN}S: * 4 EXISTS\nL: DONE\n{flood}")).await;
    assert_eq!(session.idle(LONG, pending()).await.unwrap_err().kind, FaultKind::Protocol);
}

#[tokio::test]
async fn without_the_capability_nothing_is_sent() {
    let mut session = session(ALIVE).await;
    assert_eq!(session.idle(LONG, pending()).await.unwrap_err().kind, FaultKind::Refused);
    assert!(session.exec("NOOP").await.unwrap().tagged.is_ok());
}

/// core#5093, core#5096, stalwart#3299: carriers forget a silent connection after 5 to 15 minutes. A server that speaks is none.
#[tokio::test]
async fn silence_renews_it_and_a_word_begins_the_silence_anew() {
    assert!(QUIET <= Duration::from_secs(300) && LONGEST_IDLE < Duration::from_secs(29 * 60));
    let words = "wait 500\nS: * OK Still here\n".repeat(5);
    let mut session = watching(&format!("{BEGIN}{words}{END}{ALIVE}")).await;
    session.quiet = Duration::from_millis(1_500);
    let begin = std::time::Instant::now();
    assert_eq!(session.idle(LONG, pending()).await, Ok(Pushed::default()));
    assert!((Duration::from_millis(3_500)..LONG).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    session.exec("NOOP").await.unwrap();
}

/// core#975, offlineimap#20: after a sleep the other end is gone, and TCP takes a quarter of an hour to say so.
#[tokio::test]
async fn done_is_waited_for_less_long_than_other_answers() {
    assert!(DONE_WITHIN <= Duration::from_secs(15));
    let mut session = watching(BEGIN).await;
    session.done_within = Duration::from_millis(200);
    let begin = std::time::Instant::now();
    let fault = session.idle(SHORT, pending()).await.unwrap_err();
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Transient, "the server said nothing for 0.2 seconds"));
    assert!(begin.elapsed() < session.silence() && session.is_broken());
}
