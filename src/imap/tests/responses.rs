//! Lines that servers send, and what is read out of them.

use crate::imap::framer::Framer;
use crate::imap::parse::{Response, response};
use crate::imap::response::{Code, ESearchRow, FetchRow, Status, Tagged, UidRanges, Untagged};
use crate::logic::ids::{Flags, ModSeq, Uid, UidValidity, UnixTime};

/// All responses in `bytes`.
pub fn read(bytes: &[u8]) -> Vec<Response> {
    let mut framer = Framer::default();
    let mut responses = Vec::new();
    let mut rest = bytes;
    loop {
        while let Some(frame) = framer.frame().expect("bytes within the limits") {
            responses.push(response(frame));
        }
        if rest.is_empty() {
            return responses;
        }
        let room = framer.room();
        let count = room.len().min(rest.len());
        room[..count].copy_from_slice(&rest[..count]);
        framer.filled(count);
        rest = &rest[count..];
    }
}

fn one(line: &str) -> Untagged {
    let mut responses = read(format!("{line}\r\n").as_bytes());
    assert_eq!(responses.len(), 1, "{line}");
    match responses.remove(0) {
        Response::Untagged(item) => item,
        other => panic!("{line}: {other:?}"),
    }
}

fn fetch(line: &str) -> FetchRow {
    match one(line) {
        Untagged::Fetch(row) => row,
        other => panic!("{line}: {other:?}"),
    }
}

fn tagged(line: &str) -> Tagged {
    match read(format!("{line}\r\n").as_bytes()).remove(0) {
        Response::Tagged { tagged, .. } => tagged,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn a_row_as_dovecot_sends_it() {
    let row = fetch(
        "* 12 FETCH (UID 34 FLAGS (\\Seen $important \\Answered NonJunk) INTERNALDATE \" 1-Jul-1996 02:44:25 -0700\" \
         RFC822.SIZE 4286 MODSEQ (624140003) BODY[HEADER.FIELDS (FROM TO)] {17}\r\nFrom: a@b.c\r\n\r\n\r\n)",
    );
    let flags = Flags { seen: true, answered: true, important: true, ..Flags::default() };
    let expected = FetchRow {
        seq: 12,
        uid: Some(Uid(34)),
        flags: Some(flags),
        keywords: "NonJunk".to_owned(),
        internaldate: Some(UnixTime(836_214_265)),
        size: Some(4_286),
        modseq: Some(ModSeq(624_140_003)),
        header: Some(b"From: a@b.c\r\n\r\n\r\n".to_vec()),
        ..FetchRow::default()
    };
    assert_eq!(row, expected);
}

#[test]
fn a_header_comes_as_literal_quoted_or_not_at_all() {
    for (value, header) in [
        ("BODY[HEADER.FIELDS (\"FROM\" \"x]\")] \"From: \\\"A\\\"\"", Some(&b"From: \"A\""[..])),
        ("BODY[HEADER]<0> ~{4}\r\na\0\n)", Some(b"a\0\n)")),
        ("BODY[] {0}\r\n", Some(b"")),
        ("BODY[HEADER.FIELDS (FROM)] NIL", None),
        ("body[header] {2+}\r\n{5", Some(b"{5")),
    ] {
        let row = fetch(&format!("* 1 FETCH ({value} UID 7)"));
        assert_eq!(row.header.as_deref(), header, "{value}");
        assert_eq!(row.uid, Some(Uid(7)), "{value}");
    }
}

#[test]
fn attributes_nobody_asked_for_are_skipped() {
    let row = fetch(
        "* 3 FETCH (X-GM-LABELS (\\Inbox \"a)b\" {1}\r\n() BODYSTRUCTURE ((\"TEXT\" NIL (\"a\" (\"b\"))) {2}\r\n)) 5) \
         ENVELOPE (NIL \"x\") X-GM-MSGID 1278455344230334865 EMAILID (M6d99ac3275bb4e) THREADID NIL UID 9)",
    );
    assert_eq!((row.uid, row.gm_msgid), (Some(Uid(9)), Some(1_278_455_344_230_334_865)));
    assert_eq!(row.email_id.as_deref(), Some("M6d99ac3275bb4e"));
}

#[test]
fn what_cannot_be_understood_is_left_out() {
    // imap-proto 0.17 panics on the first of these.
    for date in ["NIL", "\"\"", "\"31-Foo-2020 00:00:00 +0000\"", "\" 1-Jan-2020 25:00:00 +0000\"", "(x)", "\"x"] {
        assert_eq!(fetch(&format!("* 1 FETCH (UID 5 INTERNALDATE {date} RFC822.SIZE 9)")).internaldate, None, "{date}");
    }
    let row = fetch("* 1 FETCH (UID 99999999999 RFC822.SIZE -1 FLAGS NIL BODY[] (a) MODSEQ x EMAILID NIL)");
    assert_eq!(row, FetchRow { seq: 1, ..FetchRow::default() });
    assert_eq!(fetch("* 1 FETCH UID 4").uid, Some(Uid(4)));
    assert_eq!(fetch("* 1 FETCH (UID 4 )) x").uid, Some(Uid(4)));
    assert_eq!(fetch("* 1 FETCH").seq, 1);
}

#[test]
fn dates_of_all_zones_and_centuries() {
    for (date, seconds) in [
        ("17-Jul-1996 09:44:25 +0000", 837_596_665),
        (" 1-Jan-1970 00:00:00 +0000", 0),
        ("1-Jan-1970 01:00:00 +0100", 0),
        ("31-Dec-1969 23:59:59 -0000", -1),
        ("29-Feb-2024 12:00:00 -0330", 1_709_220_600),
        ("01-JAN-2100 00:00:00 +0000", 4_102_444_800),
        ("31-Dec-2016 23:59:60 +0000", 1_483_228_800),
    ] {
        let row = fetch(&format!("* 1 FETCH (INTERNALDATE \"{date}\")"));
        assert_eq!(row.internaldate, Some(UnixTime(seconds)), "{date}");
    }
}

#[test]
fn searches_of_all_kinds() {
    assert_eq!(one("* SEARCH"), Untagged::Search(vec![]));
    assert_eq!(one("* SEARCH 2 84 882 (MODSEQ 917162500)"), Untagged::Search(vec![2, 84, 882]));
    let row =
        ESearchRow { uid: true, min: Some(2), max: Some(9), count: Some(4), all: UidRanges(vec![(2, 4), (9, 9)]) };
    assert_eq!(one("* ESEARCH (TAG \"A1\") UID MIN 2 MAX 9 COUNT 4 MODSEQ 7 ALL 4:2,9"), Untagged::ESearch(row));
    assert_eq!(one("* ESEARCH"), Untagged::ESearch(ESearchRow::default()));
}

#[test]
fn a_set_that_would_fill_the_memory_stays_ten_bytes() {
    let Untagged::Vanished { earlier: true, uids } = one("* VANISHED (EARLIER) 1:4294967295") else { panic!() };
    assert!(uids.contains(Uid(7)) && uids.len() == 4_294_967_295);
    assert_eq!(uids.expand(1_000), None);
    assert!(matches!(tagged("A1 OK [COPYUID 1 1:4294967295 1:4294967295] x").code, Some(Code::Other(_))));
}

#[test]
fn folders_and_their_state() {
    let Untagged::List(row) = one("* LIST (\\HasNoChildren \\sent) \"/\" \"a \\\"b\\\" \\\\c\"") else { panic!() };
    assert_eq!((row.name.wire(), row.delimiter), ("a \"b\" \\c", Some('/')));
    assert!(row.has("\\Sent") && row.exact);
    let Untagged::List(row) = one("* LIST () NIL {3}\r\na\n(") else { panic!() };
    assert_eq!((row.name.wire(), row.delimiter), ("a\n(", None));
    let Untagged::Lsub(row) = one("* LSUB () \".\" inbox") else { panic!() };
    assert!(row.name.is_inbox());
    let Untagged::Status(row) = one("* STATUS INBOX (MESSAGES 231 SIZE 9 UIDNEXT 44292 UIDVALIDITY 3)") else {
        panic!()
    };
    assert_eq!((row.messages, row.uid_next, row.uid_validity), (Some(231), Some(Uid(44_292)), Some(UidValidity(3))));
}

#[test]
fn a_folder_name_that_is_not_utf8_is_marked() {
    let Response::Untagged(Untagged::List(row)) = read(b"* LIST () \"/\" Entw\xfcrfe\r\n").remove(0) else { panic!() };
    assert!(!row.exact);
}

#[test]
fn namespaces_and_identities() {
    let Untagged::Namespace(rows) =
        one("* NAMESPACE ((\"INBOX.\" \".\" \"X-P\" (\"a\"))(\"#mh/\" \"/\")) NIL ((\"P/\" \"/\"))")
    else {
        panic!()
    };
    let rows: Vec<_> = rows.iter().map(|row| (row.prefix.as_str(), row.delimiter)).collect();
    assert_eq!(rows, [("INBOX.", Some('.')), ("#mh/", Some('/'))]);
    assert_eq!(one("* NAMESPACE NIL NIL NIL"), Untagged::Namespace(vec![]));
    let pairs = vec![("name".to_owned(), "Dovecot".to_owned())];
    assert_eq!(one("* ID (\"Name\" \"Dovecot\" \"os\" NIL)"), Untagged::Id(pairs));
    assert_eq!(one("* ID NIL"), Untagged::Id(vec![]));
    assert_eq!(one("* capability Imap4Rev1 uidplus"), Untagged::Capability(vec!["IMAP4REV1".into(), "UIDPLUS".into()]));
}

#[test]
fn status_lines_keep_their_code_and_their_words() {
    let done = tagged("A1 OK [COPYUID 38505 304,319:320 3956:3958] Done");
    let code = Code::CopyUid {
        validity: UidValidity(38_505),
        from: [304, 319, 320].map(Uid).to_vec(),
        to: [3_956, 3_957, 3_958].map(Uid).to_vec(),
    };
    assert_eq!((done.code, done.text.as_str()), (Some(code), "Done"));
    // imap-proto 0.17 panics on the first of these.
    let odd = tagged("a2 no [ALERT]é full {5}");
    assert_eq!((odd.status, odd.code, odd.text.as_str()), (Status::No, Some(Code::Alert), "é full {5}"));
    assert_eq!(tagged("A3 BAD").text, "");
    let permanent = Code::PermanentFlags(vec!["\\Seen".into(), "\\*".into()]);
    assert_eq!(tagged("A4 OK [PERMANENTFLAGS (\\Seen \\*)] x").code, Some(permanent));
}

#[test]
fn a_copyuid_that_proves_nothing_is_none() {
    for code in ["COPYUID 1  ", "COPYUID 1 2:3 4", "COPYUID", "COPYUID x 1 2", "COPYUID 1 * *", "COPYUID 1 1: 2"] {
        let tagged = tagged(&format!("A1 OK [{code}] done"));
        assert!(matches!(tagged.code, Some(Code::Other(_))), "{code}");
        assert_eq!(tagged.text, "done");
    }
}

#[test]
fn lines_nobody_knows_are_kept_short() {
    assert_eq!(one("* XYZZY nothing happens"), Untagged::Other("* XYZZY nothing happens".into()));
    assert_eq!(one("hello there"), Untagged::Other("hello there".into()));
    let Untagged::Other(text) = one(&format!("* {}", "x".repeat(9_999))) else { panic!() };
    assert_eq!(text.len(), 200);
}
