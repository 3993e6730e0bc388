//! Servers that send what no client should have to read: too much, too deep, too slowly. Each time: a clear cause and hint, bounded memory,
//! nothing moved wrongly; and when the server has come to its senses, the mail is filed.

use std::time::Duration;

use mailherd::demo::server::{Options, What, When};

use crate::hostile::{mail, settled};
use crate::support::embedded::Embedded;
use crate::support::inside::Inside;

/// What the server sends before its answer, as (words before, what is repeated, how often, words after).
type Flood = (&'static str, &'static [u8], usize, &'static str);

const FLOODS: [Flood; 8] = [
    // A line of 64 MB.
    ("* OK ", &[b'x'; 1 << 16], 1 << 10, "\r\n"),
    ("* LIST () \"/\" \"", &[b'x'; 1 << 16], 1 << 10, "\"\r\n"),
    // Lengths that are announced and not true, or true.
    ("* 1 FETCH (UID 1 BODY[HEADER] {400000000}\r\n", &[b'x'; 1 << 16], 1 << 10, ")\r\n"),
    ("* 1 FETCH (UID 1 BODY[HEADER] {62914560}\r\n", &[b'x'; 1 << 20], 60, " UID 1)\r\n"),
    // 10,000 deep.
    ("* 1 FETCH (BODYSTRUCTURE ", b"((((((((((", 1_000, "\r\n"),
    ("* 1 FETCH (UID 9 FLAGS ", b"((((((((((", 100_000, "\r\n"),
    // Untagged data, millions of it.
    ("", UNTAGGED, 4_000, ""),
    ("", ROWS, 4_000, ""),
];

const UNTAGGED: &[u8] = b"* 1 RECENT\r\n* OK Still here\r\n* FLAGS (a b c)\r\n* 4 EXISTS\r\n* XYZZY\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n\
    * 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n\
    * 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n\
    * STATUS Top (MESSAGES 1)\r\n* SEARCH 1 2 3\r\n* LSUB () \"/\" Bulk\r\n* VANISHED (EARLIER) 1:4294967295\r\n* ESEARCH ALL 1:9\r\n\
    * 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n\
    * 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n\
    * 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n* 4 EXISTS\r\n";

const ROWS: &[u8] = b"* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 2 FLAGS ())\r\n* 3 FETCH (UID 3)\r\n* 4 FETCH (MODSEQ (9))\r\n\
    * 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS ())\r\n* 3 FETCH (UID 3)\r\n* 4 FETCH (MODSEQ (9))\r\n* 1 FETCH (FLAGS (\\Seen))\r\n\
    * 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS ())\r\n* 3 FETCH (UID 3)\r\n* 4 FETCH (MODSEQ (9))\r\n* 1 FETCH (FLAGS (\\Seen))\r\n";

/// More memory than an undisturbed run, in KiB.
const MOST: u64 = 64 << 10;

fn floods_at(verb: &str, floods: &[Flood]) {
    let calm = Embedded::new(&mail(), Options::default());
    let (outcome, usual) = calm.runs_measured();
    outcome.done();
    for (before_it, piece, times, after_it) in floods {
        let what = format!("{verb}: {before_it:?}, {} bytes x {times}", piece.len());
        let user = Embedded::new(&mail(), Options::default());
        let before = user.world();
        for (bytes, times) in [(before_it.as_bytes(), 1), (*piece, *times), (after_it.as_bytes(), 1)] {
            user.goes_wrong(When::every(verb), What::Flood(bytes.to_vec(), times));
        }
        let (outcome, most) = user.runs_measured();
        println!("{what}: {} KiB more, {:?}", most.saturating_sub(usual), outcome.code());
        if outcome.code() != Some(0) {
            outcome.complains(1);
        }
        assert!(most <= usual + MOST, "{what}: {most} KiB, undisturbed {usual}");
        before.assert_same_mail(&user.world());
        user.server.clear_faults();
        user.files();
        settled(&user, &before, &what);
    }
}

#[test]
fn floods_before_the_login() {
    floods_at("GREETING", &FLOODS);
    floods_at("AUTHENTICATE", &FLOODS);
}

#[test]
fn floods_while_mail_is_read() {
    floods_at("FETCH", &FLOODS);
    floods_at("EXAMINE", &FLOODS);
}

#[test]
fn floods_while_mail_is_moved() {
    floods_at("UID MOVE", &FLOODS);
}

/// Slow is not dead: an answer that comes byte by byte is an answer.
#[test]
fn one_byte_at_a_time_is_put_up_with() {
    let user = Embedded::new(&mail(), Options::default());
    let (inside, before) = (Inside::new(&user), user.world());
    for verb in ["LIST", "FETCH", "UID MOVE"] {
        user.goes_wrong(When::nth(verb, 1), What::Drip(Duration::from_millis(1)));
    }
    inside.pass().1.unwrap();
    settled(&user, &before, "byte by byte");
}
