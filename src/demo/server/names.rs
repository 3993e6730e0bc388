//! Folder names on the wire: modified UTF-7, the delimiter, the prefix, and LIST's wildcards.

use crate::demo::base64;

/// How this server spells folder names.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    /// Between the levels.
    pub(super) delimiter: char,
    /// Before every name but INBOX, as `INBOX.` on Courier.
    pub(super) prefix: String,
}

impl Spelling {
    /// The wire name of a name for people, whose levels are separated by `/`.
    pub(super) fn wire(&self, name: &str) -> String {
        if name.eq_ignore_ascii_case("INBOX") {
            return "INBOX".into();
        }
        let levels: Vec<String> = name.split('/').map(modified_utf7).collect();
        format!("{}{}", self.prefix, levels.join(&self.delimiter.to_string()))
    }
}

/// INBOX in capitals however it was written; every other name as it is (RFC 9051, section 5.1).
pub(super) fn normalise(wire: &str) -> String {
    if wire.eq_ignore_ascii_case("INBOX") { "INBOX".into() } else { wire.into() }
}

/// RFC 3501, section 5.1.3.
fn modified_utf7(name: &str) -> String {
    let mut coded = String::new();
    let mut run: Vec<u16> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            end_run(&mut run, &mut coded);
            coded.push(c);
            if c == '&' {
                coded.push('-');
            }
        } else {
            run.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    end_run(&mut run, &mut coded);
    coded
}

fn end_run(run: &mut Vec<u16>, coded: &mut String) {
    if !run.is_empty() {
        let bytes: Vec<u8> = run.drain(..).flat_map(u16::to_be_bytes).collect();
        coded.push('&');
        coded.push_str(&base64::encode_modified(&bytes));
        coded.push('-');
    }
}

/// Whether LIST's `pattern` names `name`: `*` stands for anything, `%` for anything within one level.
pub(super) fn matches(pattern: &str, name: &str, delimiter: char) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // One row of the usual table: which ends of the name the pattern read so far can reach. No recursion, so a pattern of
    // many stars costs its length times the name's.
    let mut reach = vec![false; name.len() + 1];
    reach[0] = true;
    for symbol in pattern {
        let mut next = vec![false; name.len() + 1];
        for end in 0..=name.len() {
            next[end] = match symbol {
                '*' => reach[end] || (end > 0 && next[end - 1]),
                '%' => reach[end] || (end > 0 && next[end - 1] && name[end - 1] != delimiter),
                symbol => end > 0 && reach[end - 1] && name[end - 1] == symbol,
            };
        }
        reach = next;
    }
    reach[name.len()]
}

/// `text` as a quoted string. Line ends cannot stand in one and are left out.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_the_rfc_shows() {
        let spelling = Spelling { delimiter: '/', prefix: String::new() };
        assert_eq!(spelling.wire("Travel/Lissabon & Süden"), "Travel/Lissabon &- S&APw-den");
        // The example of RFC 3501, section 5.1.3.
        assert_eq!(modified_utf7("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(modified_utf7("🚲"), "&2D3esg-");
    }

    #[test]
    fn a_prefix_spares_the_inbox() {
        let courier = Spelling { delimiter: '.', prefix: "INBOX.".into() };
        assert_eq!(courier.wire("Travel/North"), "INBOX.Travel.North");
        assert_eq!(courier.wire("inbox"), "INBOX");
    }

    #[test]
    fn wildcards_match_as_list_wants() {
        assert!(matches("*", "a/b", '/'));
        assert!(matches("%", "a", '/'));
        assert!(!matches("%", "a/b", '/'));
        assert!(matches("a/%", "a/b", '/'));
        assert!(matches("*b", "a/b", '/'));
        assert!(matches("", "", '/'));
        assert!(!matches("ab", "a", '/'));
        assert!(!matches(&"*a".repeat(200), &"a".repeat(150), '/'));
    }
}
