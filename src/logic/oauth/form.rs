//! `application/x-www-form-urlencoded`: how requests and redirects are written (RFC 6749, appendix B).

use std::fmt::Write as _;

use zeroize::Zeroizing;

/// Names and values of a request. What is in it may be secret, so it is wiped, and never printed.
#[derive(Default)]
pub struct Form(Zeroizing<String>);

impl Form {
    /// With one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Form {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        encode(name, &mut self.0);
        self.0.push('=');
        encode(value, &mut self.0);
        self
    }

    /// The same, when there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<&str>) -> Form {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// As it is sent.
    pub fn text(&self) -> &str {
        &self.0
    }
}

fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => into.push(char::from(byte)),
            // Writing to a String cannot fail.
            byte => drop(write!(into, "%{byte:02X}")),
        }
    }
}

/// The names and values of a query, in their order; what is not UTF-8 in it is replaced.
pub fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (*first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_written_as_a_form() {
        let form = Form::default().with("scope", "https://mail.google.com/ a&b").with_some("x", None).with("ü", "");
        assert_eq!(form.text(), "scope=https%3A%2F%2Fmail.google.com%2F%20a%26b&%C3%BC=");
    }

    #[test]
    fn odd_queries_are_read() {
        let read = |text: &str| parameters(text);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read("code=4%2F0a+b&state"), [pair("code", "4/0a b"), pair("state", "")]);
        assert_eq!(read("&&a=%zz%4&=1"), [pair("a", "%zz%4"), pair("", "1")]);
        assert_eq!(read("a=%ff"), [pair("a", "\u{fffd}")]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(name in ".{0,20}", value in ".{0,40}") {
            let form = Form::default().with(&name, &value).with("end", "1");
            prop_assert_eq!(parameters(form.text()), [(name, value), ("end".to_owned(), "1".to_owned())]);
        }
    }
}
