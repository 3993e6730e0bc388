//! Mail with broken headers: what reaches a real mailbox sooner or later, and must neither stop a run nor get lost.

use super::mail::{Mail, Party, date};
use super::world::{Place, World};
use super::{Kind, Message, OWNER};
use crate::logic::ids::UnixTime;

/// The size of the largest header. Bytes.
const HUGE: usize = 1_000_000;

/// All of them, spread over the last month.
pub(super) fn write(world: &mut World) {
    for block in blocks(world) {
        let at = UnixTime(world.now.0 - world.dice.i64(3_600..28 * UnixTime::DAY));
        let text = block.replace("{date}", &date(at, 60)).replace("{owner}", OWNER);
        world.receive_bytes(Place::Inbox, Kind::Odd, at, text.into_bytes(), 0.3);
    }
    raw_8bit(world);
    identical_copies(world);
}

/// Headers and bodies; `{date}` is the mail's.
fn blocks(world: &mut World) -> Vec<String> {
    let mut block = |head: &str| {
        let id = world.message_id("odd.example");
        format!(
            "Return-Path: <odd@odd.example>\r\n{}\r\nOdd, isn't it?\r\n",
            head.replace("{id}", &id).replace('\n', "\r\n")
        )
    };
    vec![
        block("Date: {date}\nTo: {owner}\nSubject: nobody sent this\nMessage-ID: {id}\n"),
        block("From: Odd <odd@odd.example>\nTo: {owner}\nSubject: never sent\nMessage-ID: {id}\n"),
        block("Date: {date}\nFrom: Odd <odd@odd.example>\nTo: {owner}\nSubject: without an identity\n"),
        block(
            "Date: {date}\nFrom: Odd <odd@odd.example>\nFrom: Nora <nora@whitfield.example>\nTo: {owner}\nSubject: two senders\nMessage-ID: {id}\n",
        ),
        block(
            "Date: {date}\nFrom:\n Odd\n\t<odd@odd.example\n >\nTo: {owner}\nSubject: folded\n \n\t where\n  nobody folds\nMessage-ID:\n {id}\n",
        ),
        block(
            "Date: 31 Feb 2026 99:99 local time\nFrom: Odd <odd@odd.example>\nTo: {owner}\nSubject: on no day\nMessage-ID: {id}\n",
        ),
        block(
            "Date: Thu, 01 Jan 2099 00:00:00 +0000\nFrom: Odd <odd@odd.example>\nTo: {owner}\nSubject: from the future\nMessage-ID: {id}\n",
        ),
        block(
            "Date: {date}\nFrom: Odd <odd@odd.example>\nTo: {owner}\nSubject: \u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7} \u{202e}backwards\nMessage-ID: {id}\n",
        ),
        block(
            "Date: {date}\nFrom: \"Odd\u{200b} <nora@whitfield.example>\" <odd@odd.example>\nTo: {owner}\nSubject: =?utf-8?B?not base64!?= =?x-none?Q?=ZZ?=\nMessage-ID: {id}\n",
        ),
        block("Date: {date}\nFrom: undisclosed\nTo: undisclosed-recipients:;\nSubject:\nMessage-ID: <>\n"),
        block(
            "Date: {date}\nFrom: One <one@odd.example>\nTo: {owner}\nSubject: the first of two\nMessage-ID: <the-same@odd.example>\n",
        ),
        block(
            "Date: {date}\nFrom: Two <two@odd.example>\nTo: {owner}\nSubject: the second of two\nMessage-ID: <the-same@odd.example>\n",
        ),
        block(&format!(
            "Date: {{date}}\nFrom: Odd <odd@odd.example>\nTo: {{owner}}\nSubject: a megabyte of header\nMessage-ID: {{id}}\n{}",
            "X-Padding: 0123456789abcdef\n".repeat(HUGE / 28)
        )),
        block(
            "no colon in the first line\nDate {date}\nFrom: Odd <odd@odd.example>\n: no name\nSubject: lines that are none\nMessage-ID: {id}\n",
        ),
    ]
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
