//! Bytes that no server should send.

use proptest::prelude::*;

use super::responses::read;
use crate::imap::framer::{Framer, MAX_LITERAL, Unfit};
use crate::imap::parse::{Response, response};
use crate::imap::response::{FetchRow, Untagged};
use crate::logic::ids::Uid;

/// Feeds `bytes` in pieces of the given sizes, over and over.
fn feed(bytes: &[u8], sizes: &[usize]) -> Result<Vec<Response>, Unfit> {
    let mut framer = Framer::default();
    let mut responses = Vec::new();
    let mut rest = bytes;
    let mut sizes = sizes.iter().cycle();
    loop {
        while let Some(frame) = framer.frame()? {
            responses.push(response(frame));
        }
        if rest.is_empty() {
            return Ok(responses);
        }
        let room = framer.room();
        let count = sizes.next().copied().unwrap_or(1).clamp(1, room.len()).min(rest.len());
        room[..count].copy_from_slice(&rest[..count]);
        framer.filled(count);
        rest = &rest[count..];
    }
}

fn rows(responses: Vec<Response>) -> Vec<FetchRow> {
    let rows = responses.into_iter().filter_map(|response| match response {
        Response::Untagged(Untagged::Fetch(row)) => Some(row),
        _ => None,
    });
    rows.collect()
}

#[test]
fn a_header_beyond_the_limit_is_cut_and_the_next_row_is_whole() {
    let long = MAX_LITERAL + 3_000_000;
    let mut bytes = format!("* 1 FETCH (UID 1 BODY[] {{{long}}}\r\n").into_bytes();
    bytes.resize(bytes.len() + long, b'x');
    bytes.extend_from_slice(b" RFC822.SIZE 7)\r\n* 2 FETCH (UID 2 BODY[] {2}\r\nhi)\r\n");
    for size in [1_000, 50_000, usize::MAX] {
        let rows = rows(feed(&bytes, &[size]).unwrap());
        assert_eq!(rows[0].header.as_ref().map(Vec::len), Some(MAX_LITERAL));
        assert!(rows[0].header_cut && rows[0].size == Some(7));
        assert_eq!((rows[1].uid, rows[1].header.as_deref()), (Some(Uid(2)), Some(&b"hi"[..])));
        assert!(!rows[1].header_cut);
    }
}

#[test]
fn a_connection_that_hears_little_keeps_little_and_grows_when_it_hears_much() {
    let mut framer = Framer::default();
    let hear = |framer: &mut Framer, bytes: &[u8]| {
        let mut rest = bytes;
        let mut responses = 0;
        while !rest.is_empty() {
            let room = framer.room();
            let count = room.len().min(rest.len());
            room[..count].copy_from_slice(&rest[..count]);
            framer.filled(count);
            rest = &rest[count..];
            while framer.frame().unwrap().is_some() {
                responses += 1;
            }
        }
        (responses, framer.room().len())
    };
    let many = "* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n".repeat(5_000);
    let (responses, busy) = hear(&mut framer, many.as_bytes());
    assert!(responses == 5_000 && busy > 40_000, "{responses} responses, {busy} bytes");
    hear(&mut framer, b"* OK Still here\r\n");
    let (_, quiet) = hear(&mut framer, b"* 5001 EXISTS\r\n");
    assert!(quiet <= 1_024, "{quiet} bytes are kept");
    let (responses, busy) = hear(&mut framer, many.as_bytes());
    assert!(responses == 5_000 && busy > 40_000, "{responses} responses, {busy} bytes");
}

#[test]
fn announcements_too_large_to_be_true_end_the_stream() {
    for line in [
        "* 1 FETCH (BODY[] {400000000}\r\n",
        "* 1 FETCH (BODY[] {99999999999999999999999}\r\n",
        "* LIST () \"/\" {2000000}\r\n",
        "* 1 FETCH (BODY[1] {1000000}\r\n",
    ] {
        let mut bytes = line.as_bytes().to_vec();
        for part in 2..7 {
            bytes.resize(bytes.len() + 1_000_000, b'x');
            bytes.extend_from_slice(format!(" BODY[{part}] {{1000000}}\r\n").as_bytes());
        }
        let fault = feed(&bytes, &[60_000]).unwrap_err();
        let expected = if line.contains("BODY[1]") { Unfit::Response } else { Unfit::Literal };
        assert_eq!(fault, expected, "{line}");
    }
}

#[test]
fn a_line_without_end_ends_the_stream() {
    let bytes = vec![b'*'; 5 << 20];
    assert_eq!(feed(&bytes, &[60_000]), Err(Unfit::Response));
}

#[test]
fn a_list_nested_a_hundred_thousand_deep_does_no_harm() {
    let (open, close) = ("(".repeat(100_000), ")".repeat(100_000));
    let row = rows(read(format!("* 1 FETCH (BODYSTRUCTURE {open}{close} UID 3)\r\n").as_bytes())).remove(0);
    assert_eq!(row.uid, Some(Uid(3)));
    let row = rows(read(format!("* 1 FETCH (UID 3 BODYSTRUCTURE {open}\r\n").as_bytes())).remove(0);
    assert_eq!(row.uid, Some(Uid(3)));
}

#[test]
fn blank_lines_and_bare_line_feeds_are_put_up_with() {
    let responses = read(b"\r\n\n  \r\n* 1 EXISTS\n\r\n* 2 EXISTS\r\n");
    let expected = [1, 2].map(|count| Response::Untagged(Untagged::Exists(count)));
    assert_eq!(responses, expected);
}

#[test]
fn rows_survive_every_refill_of_the_buffer() {
    let mut random = fastrand::Rng::with_seed(7);
    let headers: Vec<Vec<u8>> = (0..800)
        .map(|row| {
            let length = if row % 50 == 49 { random.usize(60_000..300_000) } else { random.usize(0..3_000) };
            std::iter::repeat_with(|| random.u8(..)).take(length).collect()
        })
        .collect();
    let mut bytes = Vec::new();
    for (uid, header) in headers.iter().enumerate() {
        bytes.extend_from_slice(format!("* 1 FETCH (UID {uid} BODY[] {{{}}}\r\n", header.len()).as_bytes());
        bytes.extend_from_slice(header);
        bytes.extend_from_slice(b")\r\n");
    }
    for _ in 0..5 {
        let sizes: Vec<usize> = std::iter::repeat_with(|| random.usize(1..70_000)).take(50).collect();
        let rows = rows(feed(&bytes, &sizes).unwrap());
        let read_back = rows.into_iter().map(|row| row.header.unwrap());
        assert!(read_back.eq(headers.iter().cloned()), "sizes {sizes:?}");
    }
}

#[test]
fn a_header_may_end_in_a_carriage_return_and_its_line_in_a_line_feed() {
    let row = rows(read(b"* 1 FETCH (UID 3 BODY[] {2}\r\nx\r\n")).remove(0);
    assert_eq!(row.header.as_deref(), Some(&b"x\r"[..]));
}

/// Text that looks like IMAP here and there.
fn imapish() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "* ",
        "1 FETCH (",
        "UID 7 ",
        "FLAGS (\\Seen) ",
        "INTERNALDATE ",
        "BODY[",
        "HEADER.FIELDS (FROM)] ",
        "{3}\r\n",
        "{0}\r\n",
        "{70}\r\n",
        "~{2}\r\n",
        "\"",
        "\\",
        "(",
        ")",
        "[",
        "]",
        " ",
        "\r\n",
        "\n",
        "NIL",
        "* OK [COPYUID 1 ",
        "1:3,5 ",
        "7",
        "* SEARCH ",
        "* ESEARCH (TAG \"x\") ",
        "ALL ",
        "* LIST () \"/\" ",
        "* STATUS a (",
        "MESSAGES ",
        "* NAMESPACE ((",
        "* ID (",
        "* VANISHED ",
        "A0001 OK ",
        "A2 NO [",
        "+ ",
        "* BYE ",
        "é",
        "18446744073709551616",
        "{99",
        "EMAILID (",
        "MODSEQ (",
        "\0",
    ]);
    let piece = prop_oneof![
        8 => pieces.prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = feed(&bytes, &[usize::MAX]);
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_are_cut(bytes in imapish(), sizes in prop::collection::vec(1_usize..40, 1..20)) {
        prop_assert_eq!(feed(&bytes, &sizes), feed(&bytes, &[usize::MAX]));
    }

    #[test]
    fn a_row_is_read_whatever_its_header_holds(header in prop::collection::vec(any::<u8>(), 0..3_000), uid in 1_u32..) {
        let mut bytes = format!("* 1 FETCH (BODY[HEADER] {{{}}}\r\n", header.len()).into_bytes();
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(format!(" UID {uid})\r\n").as_bytes());
        let row = rows(read(&bytes)).remove(0);
        prop_assert_eq!((row.uid, row.header), (Some(Uid(uid)), Some(header)));
    }
}
