//! How commands are written.

use std::fmt::Write as _;

use super::capability::Capabilities;
use crate::logic::fault::Fault;
use crate::logic::ids::Uid;

/// The longest command line, in bytes. Courier resets the connection between 16 and 60 KB, Dovecot refuses over 64 KiB.
pub const MAX_LINE: usize = 8_000;

/// The header fields that mailherd reads of a message: the same everywhere, since digests are made of them.
pub const HEADER_FIELDS: &str = "FROM TO CC REPLY-TO SENDER SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES LIST-ID \
    LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST LIST-POST PRECEDENCE AUTO-SUBMITTED FEEDBACK-ID RETURN-PATH \
    AUTHENTICATION-RESULTS CONTENT-TYPE X-AUTO-RESPONSE-SUPPRESS DELIVERED-TO";

/// What to FETCH of a message that is read: `(UID FLAGS … BODY.PEEK[HEADER.FIELDS (…)])`. PEEK sets no `\Seen`.
///
/// Never ENVELOPE: servers build it wrongly (defects#38, rspamd-iscan#21), and it costs Dovecot 38 % more.
pub fn header_query() -> String {
    query("")
}

/// The same of a message that is learned from, with the server's own name for it, where it gives messages one: EMAILID (RFC
/// 8474), or X-GM-MSGID. Who asks a server for what it does not offer gets BAD.
pub fn learning_query(capabilities: &Capabilities) -> String {
    match () {
        () if capabilities.has("OBJECTID") => query(" EMAILID"),
        () if capabilities.has("X-GM-EXT-1") => query(" X-GM-MSGID"),
        () => query(""),
    }
}

fn query(besides: &str) -> String {
    format!("(UID FLAGS INTERNALDATE RFC822.SIZE{besides} BODY.PEEK[HEADER.FIELDS ({HEADER_FIELDS})])")
}

/// A quoted string (RFC 9051, section 4.3).
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Refuses a command that would be two: a folder name from a server's literal may hold line ends.
pub fn check(command: &str) -> Result<(), Fault> {
    if command.contains(['\r', '\n', '\0']) {
        return Err(Fault::refused(
            "a command holds a line break, from a folder name or a user name",
            "rename that folder on the server",
        ));
    }
    Ok(())
}

/// Splits UIDs into sets for command lines: sorted, without duplicates, ranges compressed, each set at most `max_bytes`
/// long. With each set come its UIDs, ascending. A single range may exceed a tiny `max_bytes`; no set is ever empty.
pub fn uid_sets(uids: &[Uid], max_bytes: usize) -> Vec<(String, Vec<Uid>)> {
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut sets: Vec<(String, Vec<Uid>)> = Vec::new();
    for run in sorted.chunk_by(|a, b| a.0.checked_add(1) == Some(b.0)) {
        let range = range(run);
        match sets.last_mut() {
            Some((set, members)) if set.len() + 1 + range.len() <= max_bytes => {
                let _ = write!(set, ",{range}");
                members.extend_from_slice(run);
            }
            _ => sets.push((range, run.to_vec())),
        }
    }
    sets
}

fn range(run: &[Uid]) -> String {
    match run {
        [one] => one.0.to_string(),
        [first, .., last] => format!("{}:{}", first.0, last.0),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::parse::ranges;
    use proptest::prelude::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(quote(r#"a "b" \c d"#), r#""a \"b\" \\c d""#);
        assert!(check("CREATE \"a\r\nA1 DELETE INBOX\"").is_err());
    }

    #[test]
    fn neighbours_become_ranges() {
        let uids = [9, 1, 2, 3, 7, 3].map(Uid);
        assert_eq!(uid_sets(&uids, MAX_LINE), [("1:3,7,9".to_owned(), [1, 2, 3, 7, 9].map(Uid).to_vec())]);
        assert!(uid_sets(&[], MAX_LINE).is_empty());
    }

    #[test]
    fn a_server_is_asked_for_its_own_name_of_a_message_only_when_it_offers_one() {
        let asks = |words: &[&str], name: &str| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            learning_query(&Capabilities::new(&words)).contains(name)
        };
        assert!(asks(&["IMAP4REV1", "OBJECTID"], " EMAILID BODY.PEEK["));
        assert!(asks(&["X-GM-EXT-1"], " X-GM-MSGID BODY.PEEK["));
        assert!(!asks(&["IMAP4REV1"], "ID BODY"));
    }

    proptest! {
        #[test]
        fn sets_hold_exactly_the_uids(numbers in prop::collection::vec(1_u32..5_000, 0..600), max in 12_usize..200) {
            let uids: Vec<Uid> = numbers.iter().copied().map(Uid).collect();
            let sets = uid_sets(&uids, max);
            let mut read_back = Vec::new();
            for (set, members) in &sets {
                prop_assert!(!set.is_empty() && set.len() <= max);
                prop_assert_eq!(&ranges(set.as_bytes()).unwrap().expand(10_000).unwrap(), members);
                read_back.extend_from_slice(members);
            }
            let mut expected = uids;
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(read_back, expected);
        }
    }
}
