//! Mail with broken headers: what reaches a real mailbox sooner or later, and must neither stop a run nor get lost.

use super::mail::{Mail, Party, date};
use super::world::{Place, World, fill};
use super::{Kind, Message, OWNER};
use crate::logic::ids::UnixTime;

/// The size of the largest header. Bytes.
const HUGE: usize = 1_000_000;

/// All of them, spread over the last month.
pub(super) fn write(world: &mut World) {
    for head in HEADS {
        let at = UnixTime(world.now.0 - world.dice.i64(3_600..28 * UnixTime::DAY));
        let text = block(world, head, at);
        world.receive_bytes(Place::Inbox, Kind::Odd, at, text.into_bytes(), 0.3);
    }
    raw_8bit(world);
    identical_copies(world);
}

const DATE: &str = "Date: {date}";
const FROM: &str = "From: Odd <odd@odd.example>";
const TO: &str = "To: {owner}";
const ID: &str = "Message-ID: {id}";

/// Headers, line by line; a line that begins with a blank goes on with the one before.
const HEADS: &[&[&str]] = &[
    &[DATE, TO, "Subject: nobody sent this", ID],
    &[FROM, TO, "Subject: never sent", ID],
    &[DATE, FROM, TO, "Subject: without an identity"],
    &[DATE, FROM, "From: Nora <nora@whitfield.example>", TO, "Subject: two senders", ID],
    &[
        DATE,
        "From:",
        " Odd",
        "\t<odd@odd.example",
        " >",
        TO,
        "Subject: folded",
        " ",
        "\t where",
        "  nobody folds",
        "Message-ID:",
        " {id}",
    ],
    &["Date: 31 Feb 2026 99:99 local time", FROM, TO, "Subject: on no day", ID],
    &["Date: Thu, 01 Jan 2099 00:00:00 +0000", FROM, TO, "Subject: from the future", ID],
    &[DATE, FROM, TO, "Subject: \u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7} \u{202e}backwards", ID],
    &[
        DATE,
        "From: \"Nora\u{200b} <nora@whitfield.example>\" <odd@odd.example>",
        TO,
        "Subject: not whom the name says",
        ID,
    ],
    &[DATE, FROM, TO, "Subject: =?utf-8?B?not base64!?= =?x-none?Q?=ZZ?=", ID],
    &[DATE, "From: undisclosed", "To: undisclosed-recipients:;", "Subject:", "Message-ID: <>"],
    &[DATE, "From: One <one@odd.example>", TO, "Subject: the first of two", "Message-ID: <the-same@odd.example>"],
    &[DATE, "From: Two <two@odd.example>", TO, "Subject: the second of two", "Message-ID: <the-same@odd.example>"],
    &["no colon in the first line", "Date {date}", FROM, ": no name", "Subject: lines that are none", ID],
    &[DATE, FROM, TO, "Subject: a megabyte of header", ID, "{padding}"],
    &[DATE, FROM, "To: {owner}{everybody}", "Subject: to everybody", ID],
];

/// A whole message around one of the heads.
fn block(world: &mut World, head: &[&str], at: UnixTime) -> String {
    let padding = || ["X-Padding: 0123456789abcdef"; HUGE / 30].join("\r\n");
    // A field that mailherd does read, of some 100 KB.
    let everybody = || (0..4_000).map(|number| format!(",\r\n someone{number}@odd.example")).collect::<String>();
    let (date, id) = (date(at, 60), world.message_id("odd.example"));
    let mut head = fill(&head.join("\r\n"), &[("date", &date), ("id", &id), ("owner", OWNER)]);
    for (slot, content) in [("{padding}", &padding as &dyn Fn() -> String), ("{everybody}", &everybody)] {
        if head.contains(slot) {
            head = head.replace(slot, &content());
        }
    }
    format!("Return-Path: <odd@odd.example>\r\n{head}\r\n\r\nOdd, isn't it?\r\n")
}

/// ISO-8859-1 bytes where nothing says so.
fn raw_8bit(world: &mut World) {
    let at = UnixTime(world.now.0 - 3 * UnixTime::DAY);
    let id = world.message_id("odd.example");
    let head = format!(
        "Return-Path: <juergen@odd.example>\r\nDate: {}\r\nFrom: J\u{fc}rgen <juergen@odd.example>\r\nTo: {OWNER}\r\nSubject: Gr\u{fc}\u{df}e aus K\u{f6}ln\r\nMessage-ID: {id}\r\n\r\nSch\u{f6}n hier.\r\n",
        date(at, 60)
    );
    let bytes: Vec<u8> = head.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    world.receive_bytes(Place::Inbox, Kind::Odd, at, bytes, 0.3);
}

/// The same mail twice, byte for byte, as two deliveries make it.
fn identical_copies(world: &mut World) {
    let at = UnixTime(world.now.0 - 5 * UnixTime::DAY);
    let from = Party::new("Echo", "echo@odd.example");
    let id = world.message_id("odd.example");
    let mail = Mail::new(Kind::Odd, at, from, "Twice", id, "Echo, echo.\n");
    let message = Message { kind: Kind::Odd, ..Message::new(mail.received(), UnixTime(at.0 + 5)) };
    world.put(Place::Inbox, message.clone());
    world.put(Place::Inbox, message);
}
