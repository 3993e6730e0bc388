//! Mail that breaks the rules: it is read as far as it goes, it stops nothing, and it is not lost.

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::{User, filed};

fn survives(mail: &[Mail]) -> User {
    let user = User::new(Flavour::PLAIN);
    let letter = cast::newsletter(1);
    user.receives(mail).receives(std::slice::from_ref(&letter));
    let before = user.world();
    let account = user.files();
    assert_eq!(account["ok"].as_bool(), Some(true), "{account}");
    assert_eq!(account["seen"].as_u64(), Some(mail.len() as u64 + 1), "{account}");
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!(after.place_of(&letter.id()), "News", "one odd message never stops a run");
    user.mailherd(&["plan"]).done();
    user.mailherd(&["log"]).done();
    user.mailherd(&["undo", "--all"]).done();
    before.assert_same_places(&user.world());
    user
}

#[test]
pub fn without_from_date_or_message_id() {
    survives(&[
        cast::notification(1).without("From"),
        cast::notification(2).without("Date"),
        cast::notification(3).without("Message-ID"),
        cast::notification(4).without("From").without("Date").without("Message-ID").without("To"),
        cast::stranger(5).without("From").without("Date").without("Message-ID"),
        cast::stranger(6).header("From", "").header("Date", "yesterday, or so").header("Message-ID", "<>"),
    ]);
}

#[test]
fn two_from_headers_are_never_top() {
    let user = survives(&[cast::friend(61).another("From", "Eve <eve@elsewhere.example>")]);
    user.has_a_friend();
    let forged = cast::friend(62).another("From", "Eve <eve@elsewhere.example>");
    let reversed = cast::friend(63).header("From", "Eve <eve@elsewhere.example>").another("From", cast::ANNA);
    user.receives(&[forged, reversed]).files();
    assert_eq!(user.world().count("Top"), 0);
}

#[test]
pub fn raw_8_bit_headers() {
    survives(&[
        cast::stranger(1).header("Subject", "Grüße aus Köln 東京".as_bytes()),
        cast::stranger(2).header("Subject", b"Gr\xfc\xdfe in Latin-1 \xff\xfe".as_slice()),
        cast::notification(3).header("From", b"B\xf6rse <no-reply@b\xf6rse.example>".as_slice()),
        cast::newsletter(4).header("List-Id", b"\x80\x81 <\xe4.example>".as_slice()),
    ]);
}

#[test]
pub fn a_header_of_one_megabyte() {
    let many: Vec<String> = (0..30_000).map(|number| format!("person{number}@crowd.example")).collect();
    let references: Vec<String> = (0..30_000).map(|number| format!("<{number}.reference@crowd.example>")).collect();
    survives(&[
        cast::stranger(1).to(&many.join(",\r\n ")),
        cast::notification(2).header("References", references.join("\r\n ")),
        cast::notification(3).header("Subject", "many words ".repeat(100_000)),
    ]);
}

#[test]
fn headers_that_say_nothing_and_bodies_without_headers() {
    survives(&[
        cast::stranger(1)
            .header("Subject", "=?utf-8?B?////?= =?x-unknown?Q?=ZZ?= =?utf-8?Q?")
            .header("Content-Type", ";;;=\""),
        cast::stranger(2)
            .header("To", "undisclosed-recipients:;")
            .header("Cc", ",,,<<>>,\"")
            .header("References", "<<<>>> <a <b>"),
        cast::stranger(3).header("Date", "Mon, 99 Foo 99999 99:99:99 +9999"),
        Mail::from("").without("From").without("To").without("Message-ID").without("Date"),
    ]);
}

#[test]
fn two_different_messages_that_share_a_message_id() {
    let user = User::new(Flavour::PLAIN);
    let (news, bulk) = (cast::newsletter(1).header("Message-ID", "<twin@x.example>"), cast::notification(1));
    let bulk = bulk.header("Message-ID", "<twin@x.example>");
    user.receives(&[news, bulk]);
    let before = user.world();
    assert_eq!(filed(&user.files()), 2);
    let after = user.world();
    before.assert_same_mail(&after);
    let mut places = after.places_of("<twin@x.example>");
    places.sort_unstable();
    assert_eq!(places, ["Bulk", "News"]);
    user.mailherd(&["undo", "--all"]).done();
    before.assert_same_places(&user.world());
}

#[test]
fn a_message_in_the_target_with_the_same_message_id_proves_nothing() {
    let user = User::new(Flavour::NO_MOVE);
    let mail = cast::newsletter(1);
    // The sender's other copy, by another way: one Message-ID, two messages.
    let other =
        cast::newsletter(1).header("Message-ID", mail.id()).body("Another body, and a longer one than the first.\r\n");
    user.client().command("CREATE News");
    user.client().append("News", &[other]);
    user.receives(&[mail]);
    let before = user.world();
    assert_eq!(filed(&user.files()), 1);
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!(after.count("News"), 2);
    user.mailherd(&["undo", "--all"]).done();
    before.assert_same_places(&user.world());
}

#[test]
pub fn identical_copies_are_filed_together_and_all_come_back() {
    let user = User::new(Flavour::PLAIN);
    let letter = cast::newsletter(1);
    let nameless = cast::notification(2).without("Message-ID");
    user.receives(&[letter.clone(), nameless.clone(), letter.clone(), nameless.clone(), letter]);
    let before = user.world();
    assert_eq!(filed(&user.files()), 5);
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!((after.count("News"), after.count("Bulk")), (3, 2));
    assert_eq!(filed(&user.files()), 0);
    user.mailherd(&["undo", "--all"]).done();
    before.assert_same_places(&user.world());
}

#[test]
fn the_json_of_mail_without_message_id_says_null() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::notification(1).without("Message-ID")]);
    assert!(user.mailherd(&["plan", "--json"]).done().rows()[0]["message_id"].is_null());
    user.files();
    assert!(user.journal()[0]["message_id"].is_null());
}

#[test]
fn nothing_in_mail_steers_a_terminal() {
    let user = User::new(Flavour::PLAIN);
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}txt.exe\u{200b}\rPaid";
    let mail = cast::notification(1)
        .header("Subject", hostile)
        .header("From", format!("{hostile} <no-reply@tracker.example>"));
    let id = mail.id();
    user.receives(&[mail]);
    let words = [
        vec!["plan"],
        vec!["why", &id],
        vec!["run", "--once", "--yes", "-v"],
        vec!["log"],
        vec!["senders"],
        vec!["why", &id],
    ];
    for words in words {
        for json in [false, true] {
            let words: Vec<&str> = words.iter().copied().chain(json.then_some("--json")).collect();
            let outcome = user.mailherd(&words).done();
            assert!(!outcome.stdout.is_empty() || words[0] == "senders", "{outcome}");
            let dangerous = |c: char| (c.is_control() && c != '\n') || ['\u{202e}', '\u{200b}'].contains(&c);
            assert!(
                !outcome.stdout.contains(dangerous) && !outcome.stderr.contains(dangerous),
                "{:?} {words:?}",
                outcome.stdout
            );
        }
    }
}
