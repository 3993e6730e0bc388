//! How text that is not ASCII travels in a message.

use std::fmt::Write as _;

/// The longest encoded word (RFC 2047, section 2), in bytes.
const WORD: usize = 75;
const OPEN: &str = "=?UTF-8?Q?";
const CLOSE: &str = "?=";
/// The longest line of a quoted-printable text (RFC 2045, section 6.7), without its end, in bytes.
const LINE: usize = 76;

/// A header field's text: as it is when it is short printable ASCII, else as encoded words (RFC 2047) on lines of their own. Nothing
/// in `text` can end the field.
pub(super) fn header_text(text: &str) -> String {
    let plain = text.len() < 900 && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words = vec![String::from(OPEN)];
    for c in text.chars() {
        let encoded = encoded(c);
        // A character is never split between two words (RFC 2047, section 5).
        if words.last().is_some_and(|word| word.len() + encoded.len() + CLOSE.len() > WORD) {
            words.push(String::from(OPEN));
        }
        if let Some(word) = words.last_mut() {
            word.push_str(&encoded);
        }
    }
    words.iter().map(|word| format!("{word}{CLOSE}")).collect::<Vec<_>>().join("\r\n ")
}

fn encoded(c: char) -> String {
    match c {
        ' ' => "_".to_owned(),
        c if c.is_ascii_alphanumeric() => c.to_string(),
        c => hex(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "={byte:02X}");
        text
    })
}

/// A body as quoted-printable (RFC 2045, section 6.7): ASCII, no line longer than 76 bytes, line ends CR LF.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 5 / 4);
    for line in text.lines() {
        let mut length = 0;
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            let last = rest.peek().is_none();
            let piece = match c {
                // A blank at the end of a line may be lost on the way.
                ' ' if !last => " ".to_owned(),
                '!'..='~' if c != '=' => c.to_string(),
                c => hex(c.encode_utf8(&mut [0; 4]).as_bytes()),
            };
            if length + piece.len() > LINE - usize::from(!last) {
                out.push_str("=\r\n");
                length = 0;
            }
            length += piece.len();
            out.push_str(&piece);
        }
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(subject: &str, body: &str) -> Vec<u8> {
        let head = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable";
        format!("Subject: {}\r\n{head}\r\n\r\n{}", header_text(subject), quoted_printable(body)).into_bytes()
    }

    #[test]
    fn plain_text_stays_readable() {
        assert_eq!(header_text("mailherd: 3 messages filed"), "mailherd: 3 messages filed");
        assert_eq!(header_text("Straße"), "=?UTF-8?Q?Stra=C3=9Fe?=");
        assert_eq!(header_text("=?UTF-8?Q?x?="), "=?UTF-8?Q?=3D=3FUTF=2D8=3FQ=3Fx=3F=3D?=");
        assert_eq!(quoted_printable("1 + 1 = 2 \nä"), "1 + 1 =3D 2=20\r\n=C3=A4\r\n");
    }

    proptest! {
        #[test]
        fn whatever_it_is_comes_back(subject in "\\PC{0,200}", lines in prop::collection::vec("\\PC{0,200}", 1..5)) {
            let body = lines.join("\n");
            let bytes = message(&subject, &body);
            let text = std::str::from_utf8(&bytes).unwrap();
            prop_assert!(bytes.is_ascii());
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 900 && !line.contains(['\r', '\n'])));
            let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
            prop_assert_eq!(parsed.subject().unwrap_or_default().trim(), subject.trim());
            let read = parsed.body_text(0).unwrap().replace("\r\n", "\n");
            prop_assert_eq!(read.trim_end_matches('\n'), body.trim_end_matches('\n'));
        }

        #[test]
        fn a_subject_cannot_begin_another_field(subject in "(?s).{0,300}") {
            let encoded = header_text(&subject);
            prop_assert!(encoded.split("\r\n").skip(1).all(|line| line.starts_with(" =?UTF-8?Q?")));
            prop_assert!(!encoded.replace("\r\n ", "").contains(['\r', '\n', '\0']));
        }
    }
}
