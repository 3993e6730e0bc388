//! How text gets into headers and bodies: encoded words (RFC 2047), folding (RFC 5322, section 2.2.3), quoted-printable
//! (RFC 2045, section 6.7).

use crate::demo::base64;

/// How a mail program writes what is not ASCII in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Base64,
    Quoted,
    /// ISO-8859-1 where it is enough, as old programs do; else base64.
    Latin1,
}

/// The most bytes of text in one encoded word, so that it stays below 75 characters in either coding.
const WORD: usize = 18;

/// `text` for a header: as it is when it is ASCII, else in encoded words.
pub(super) fn words(text: &str, coding: Coding) -> String {
    if text.is_ascii() {
        return text.into();
    }
    let latin = coding == Coding::Latin1 && text.chars().all(|c| u32::from(c) < 256);
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        let last = pieces.len() - 1;
        if pieces[last].len() + c.len_utf8() > WORD {
            pieces.push(c.to_string());
        } else {
            pieces[last].push(c);
        }
    }
    let coded = pieces.iter().map(|piece| match coding {
        Coding::Latin1 if latin => {
            let bytes: Vec<u8> = piece.chars().map(|c| u32::from(c) as u8).collect();
            format!("=?iso-8859-1?Q?{}?=", q(&bytes))
        }
        Coding::Quoted => format!("=?utf-8?Q?{}?=", q(piece.as_bytes())),
        Coding::Base64 | Coding::Latin1 => format!("=?UTF-8?B?{}?=", base64::encode(piece.as_bytes())),
    });
    coded.collect::<Vec<_>>().join(" ")
}

fn q(bytes: &[u8]) -> String {
    let coded = |byte: &u8| match byte {
        b' ' => "_".to_string(),
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(*byte).to_string(),
        other => format!("={other:02X}"),
    };
    bytes.iter().map(coded).collect()
}

/// `Name <address>`, quoted or encoded as the name needs.
pub(super) fn mailbox(name: &str, address: &str, coding: Coding) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '\'');
    if name.is_empty() {
        address.into()
    } else if name.chars().all(plain) {
        format!("{name} <{address}>")
    } else if name.is_ascii() {
        format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("{} <{address}>", words(name, coding))
    }
}

/// A header line, folded at blanks so that no line is longer than 78 where that is possible.
pub(super) fn header(name: &str, value: &str) -> String {
    let mut lines = format!("{name}:");
    let mut length = lines.len();
    for word in value.split(' ') {
        if length + 1 + word.len() > 78 && length > name.len() + 1 {
            lines += "\r\n";
            length = 0;
        }
        lines.push(' ');
        lines += word;
        length += 1 + word.len();
    }
    lines + "\r\n"
}

/// `text` with its line ends made CRLF, one at the end.
pub(super) fn lines(text: &str) -> String {
    text.lines().flat_map(|line| [line, "\r\n"]).collect()
}

/// Quoted-printable, lines of at most 76 characters.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut coded = String::new();
    for line in text.lines() {
        let mut length = 0;
        for byte in line.bytes() {
            let piece = match byte {
                b'=' | 0..=31 | 127.. => format!("={byte:02X}"),
                other => char::from(other).to_string(),
            };
            if length + piece.len() > 75 {
                coded += "=\r\n";
                length = 0;
            }
            length += piece.len();
            coded += &piece;
        }
        if coded.ends_with(' ') {
            coded.pop();
            coded += "=20";
        }
        coded += "\r\n";
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_encoded_when_they_must_be() {
        assert_eq!(words("Lunch?", Coding::Base64), "Lunch?");
        assert_eq!(words("Süden", Coding::Quoted), "=?utf-8?Q?S=C3=BCden?=");
        assert_eq!(words("Süden", Coding::Latin1), "=?iso-8859-1?Q?S=FCden?=");
        assert_eq!(words("🎂", Coding::Latin1), "=?UTF-8?B?8J+Ogg==?=");
        for piece in words(&"ü".repeat(100), Coding::Quoted).split(' ') {
            assert!(piece.len() <= 75, "{piece}");
        }
    }

    #[test]
    fn names_are_quoted_when_they_must_be() {
        assert_eq!(mailbox("Anna B", "a@b.test", Coding::Quoted), "Anna B <a@b.test>");
        assert_eq!(mailbox("B, Anna \"A\"", "a@b.test", Coding::Quoted), "\"B, Anna \\\"A\\\"\" <a@b.test>");
        assert_eq!(mailbox("", "a@b.test", Coding::Quoted), "a@b.test");
    }

    #[test]
    fn long_headers_are_folded_and_short_ones_are_not() {
        assert_eq!(header("Subject", "short one"), "Subject: short one\r\n");
        let folded = header("References", &["<0123456789@abcdefghijklm.example>"; 5].join(" "));
        assert!(folded.trim_end().split("\r\n").all(|line| line.len() <= 78), "{folded}");
        assert_eq!(folded.trim_end().replace("\r\n", "").matches("> <").count(), 4);
    }

    #[test]
    fn quoted_printable_keeps_lines_short() {
        let coded = quoted_printable(&"ä = ".repeat(40));
        assert!(coded.split("\r\n").all(|line| line.len() <= 76));
        assert!(coded.starts_with("=C3=A4 =3D =C3=A4"));
    }
}
