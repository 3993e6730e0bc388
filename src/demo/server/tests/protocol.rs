//! Logging in, finding folders, reading, idling.

use super::super::{Abilities, Options, Server};
use super::{Raw, account, message, server};
use std::net::TcpStream;

#[test]
fn nothing_works_before_the_login_and_the_password_counts() {
    let server = server(1, Options::default());
    let mut raw = Raw::connect(&server);
    assert!(raw.does("SELECT INBOX")[0].starts_with("t BAD"));
    assert!(raw.does("LOGIN robin wrong")[0].starts_with("t NO [AUTHENTICATIONFAILED]"));
    raw.send("t LOGIN {5}\r\n");
    assert_eq!(raw.line(), "+ go on");
    raw.send("robin {13+}\r\ncorrect horse\r\n");
    assert!(raw.answer()[0].starts_with("t OK"));
    assert!(server.commands().iter().all(|command| !command.line.contains("horse")), "no secrets in the record");
}

#[test]
fn authenticate_plain_takes_its_response_early_or_late() {
    let secret = crate::demo::base64::encode(b"\0robin\0correct horse");
    let server = server(1, Options::default());
    assert!(Raw::connect(&server).does(&format!("AUTHENTICATE PLAIN {secret}"))[0].starts_with("t OK"));
    let mut raw = Raw::connect(&server);
    raw.send("t AUTHENTICATE PLAIN\r\n");
    assert_eq!(raw.line(), "+ ");
    raw.send(&format!("{secret}\r\n"));
    assert!(raw.answer()[0].starts_with("t OK"));
}

#[test]
fn what_is_switched_off_is_neither_advertised_nor_understood() {
    let server = server(2, Options { abilities: Abilities::NONE, ..Options::default() });
    let mut raw = Raw::connect(&server);
    assert_eq!(raw.does("CAPABILITY")[0], "* CAPABILITY IMAP4rev1");
    assert!(raw.does("ID NIL")[0].starts_with("t BAD"));
    assert!(raw.does("AUTHENTICATE PLAIN")[0].starts_with("t NO"));
    raw.does("LOGIN robin \"correct horse\"");
    let select = raw.does("SELECT INBOX").join("\n");
    assert!(select.contains("UIDNEXT 3") && !select.contains("MODSEQ"), "{select}");
    for command in [
        "NAMESPACE",
        "ENABLE CONDSTORE",
        "IDLE",
        "UNSELECT",
        "UID MOVE 1 Top",
        "UID EXPUNGE 1",
        "FETCH 1 MODSEQ",
        "FETCH 1 FLAGS (CHANGEDSINCE 1)",
        "SELECT INBOX (CONDSTORE)",
        "LIST \"\" * RETURN (SPECIAL-USE)",
        "STATUS Top (HIGHESTMODSEQ)",
    ] {
        assert!(raw.does(command)[0].starts_with("t BAD"), "{command}");
    }
    raw.does("SELECT INBOX");
    assert_eq!(raw.does("UID COPY 1 Top"), ["t OK copied"]);
    assert!(raw.does("LIST \"\" Sent")[0].starts_with("* LIST (\\HasNoChildren) "));
}

#[test]
fn folders_are_listed_in_their_wire_names() {
    let server = server(0, Options::default());
    let mut raw = Raw::in_inbox(&server);
    assert_eq!(raw.does("NAMESPACE")[0], "* NAMESPACE ((\"\" \"/\")) NIL NIL");
    assert_eq!(
        raw.does("LIST \"\" *")[..5],
        [
            "* LIST (\\HasNoChildren) \"/\" \"INBOX\"",
            "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent\"",
            "* LIST (\\HasNoChildren) \"/\" \"Top\"",
            "* LIST (\\HasChildren \\Noselect) \"/\" \"Travel\"",
            "* LIST (\\HasNoChildren) \"/\" \"Travel/Lissabon &- S&APw-den\"",
        ]
    );
    assert_eq!(raw.does("LIST \"\" \"\"")[0], "* LIST (\\Noselect) \"/\" \"\"");
    assert_eq!(raw.does("LIST \"\" (inbox Top/%) RETURN (SPECIAL-USE)").len(), 2);
    assert!(raw.does("CREATE \"News \\\"daily\\\"\"")[0].starts_with("t OK"));
    assert!(raw.does("CREATE Top")[0].starts_with("t NO [ALREADYEXISTS]"));
    assert!(raw.does("SUBSCRIBE \"News \\\"daily\\\"\"")[0].starts_with("t OK"));
    assert_eq!(raw.does("LSUB \"\" News*")[0], "* LSUB (\\HasNoChildren) \"/\" \"News \\\"daily\\\"\"");
    assert!(server.inspect(|store| store.is_subscribed("News \"daily\"")));
    assert!(raw.does("RENAME Travel Reise")[0].starts_with("t OK"));
    assert!(
        raw.does("STATUS \"Reise/Lissabon &- S&APw-den\" (MESSAGES UIDNEXT)")[0].ends_with("(MESSAGES 0 UIDNEXT 1)")
    );
    assert!(raw.does("DELETE Top")[0].starts_with("t OK"));
    assert!(raw.does("SELECT Top")[0].starts_with("t NO [NONEXISTENT]"));
}

#[test]
fn a_courier_like_server_puts_everything_below_inbox() {
    let server = server(0, Options { delimiter: '.', prefix: "INBOX.".into(), ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    assert_eq!(raw.does("NAMESPACE")[0], "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL");
    assert!(raw.does("LIST \"\" *").contains(&"* LIST (\\HasNoChildren \\Sent) \".\" \"INBOX.Sent\"".to_string()));
    assert!(raw.does("CREATE News")[0].starts_with("t NO"));
    assert!(raw.does("CREATE INBOX.News")[0].starts_with("t OK"));
}

#[test]
fn fetch_answers_what_was_asked() {
    let server = server(3, Options::default());
    let mut raw = Raw::in_inbox(&server);
    let answer = raw.does("UID FETCH 2 (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (Subject)])");
    assert_eq!(
        answer[..3],
        [
            "* 2 FETCH (UID 2 FLAGS () INTERNALDATE \" 9-Sep-2001 01:46:42 +0000\" RFC822.SIZE 67 BODY[HEADER.FIELDS (Subject)] {14}",
            "Subject: 2",
            // The blank line ends the answer for this client.
            "END",
        ]
    );
    assert_eq!(raw.answer().len(), 2);
    assert_eq!(raw.does("FETCH 3 BODY[TEXT]<1.3>")[..2], ["* 3 FETCH (BODY[TEXT]<1> {3}", "ell FLAGS (\\Seen))"]);
    assert_eq!(raw.does("UID SEARCH UNSEEN"), ["* SEARCH 1 2", "t OK that is all"]);
    assert!(raw.does("FETCH 4 FLAGS")[0].starts_with("t BAD"));
    assert_eq!(raw.does("UID FETCH 9 FLAGS"), ["t OK that is all"]);
    assert_eq!(raw.does("UID FETCH 9:* (UID)")[0], "* 3 FETCH (UID 3)");
    assert_eq!(
        server.commands().iter().filter(|command| command.verb == "UID FETCH").map(|it| it.rows).sum::<usize>(),
        2
    );
}

#[test]
fn only_what_changed_since_is_fetched() {
    let server = server(3, Options::default());
    let mut raw = Raw::connect(&server);
    raw.does("LOGIN robin \"correct horse\"");
    let select = raw.does("SELECT INBOX (CONDSTORE)").join("\n");
    let highest: u64 = select.split_once("HIGHESTMODSEQ ").unwrap().1.split(']').next().unwrap().parse().unwrap();
    server.change(|store| store.set_flags("INBOX", store.uids("INBOX")[1], &["\\Flagged"]));
    let told = raw.does(&format!("UID FETCH 1:* (FLAGS) (CHANGEDSINCE {highest})"));
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[1].starts_with("* 2 FETCH (UID 2 FLAGS (\\Flagged) MODSEQ ("), "{told:?}");
}

#[test]
fn an_idling_client_hears_of_everything() {
    let server = server(3, Options::default());
    let mut raw = Raw::in_inbox(&server);
    raw.send("t IDLE\r\n");
    assert_eq!(raw.line(), "+ idling");
    server.deliver("INBOX", message(4));
    assert_eq!(raw.line(), "* 4 EXISTS");
    let mut other = Raw::in_inbox(&server);
    other.does("UID STORE 2 +FLAGS.SILENT (\\Deleted)");
    assert_eq!(raw.line(), "* 2 FETCH (UID 2 FLAGS (\\Deleted))");
    assert_eq!(other.does("EXPUNGE"), ["* 2 EXPUNGE", "t OK expunged"]);
    assert_eq!(raw.line(), "* 2 EXPUNGE");
    raw.send("DONE\r\n");
    assert_eq!(raw.line(), "t OK done idling");
}

#[test]
fn long_lines_and_nonsense_are_survived() {
    let server = server(1, Options { longest_line: 1_000, ..Options::default() });
    let mut raw = Raw::in_inbox(&server);
    raw.send(&format!("t NOOP {}\r\n", "x".repeat(5_000)));
    assert_eq!(raw.line(), "t BAD command too long");
    for nonsense in ["", "(", "t", "+ x", "\u{1}\u{2}"] {
        raw.send(&format!("{nonsense}\r\n"));
        assert!(raw.line().starts_with("* BAD"), "{nonsense:?}");
    }
    for bad in
        ["", "\"open", "UID", "FETCH", "UID FETCH 1", "UID FETCH x FLAGS", "STORE 1 FLAG x", "LIST", "UID NOOP 1"]
    {
        assert!(raw.does(bad).last().unwrap().starts_with("t BAD"), "{bad:?}");
    }
    assert!(raw.does("NOOP")[0].starts_with("t OK"));
}

#[test]
fn twenty_thousand_messages_are_read_and_moved_at_once() {
    let server = server(20_000, Options::default());
    let mut raw = Raw::in_inbox(&server);
    assert_eq!(raw.does("UID FETCH 1:* (UID FLAGS)").len(), 20_001);
    let moved = raw.does("UID MOVE 1:* Top");
    assert_eq!(moved.len(), 20_002);
    assert!(moved[0].contains("COPYUID ") && moved[0].contains(" 1:20000 1:20000]"), "{}", moved[0]);
    assert_eq!(server.inspect(|store| store.uids("Top").len()), 20_000);
    assert_eq!(server.counts().fetch_rows, 20_000);
}

#[test]
fn a_stopped_server_lets_its_clients_go() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let port = runtime.block_on(async {
        let server = Server::start(account(1), Options::default()).await.unwrap();
        let port = server.port();
        server.stop().await;
        port
    });
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    let server = server(1, Options::default());
    let mut raw = Raw::in_inbox(&server);
    drop(server);
    assert_eq!(raw.line(), "");
}
