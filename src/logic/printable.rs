//! The one way for text from mail or from a server to reach a terminal, a log or a digest.

use std::fmt;

/// Foreign text made harmless: no control characters (so no escape sequences), no bidirectional overrides, no zero-width
/// characters that hide or reorder, no line breaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Printable(String);

impl Printable {
    /// Cleans `text`: runs of white space become one blank, what is dangerous becomes `\u{fffd}` or vanishes.
    pub fn new(text: &str) -> Printable {
        let mut clean = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if c.is_whitespace() => {
                    if !clean.is_empty() && !clean.ends_with(' ') {
                        clean.push(' ');
                    }
                }
                c if c.is_control() => clean.push('\u{fffd}'),
                c if is_invisible(c) => {}
                c => clean.push(c),
            }
        }
        clean.truncate(clean.trim_end().len());
        Printable(clean)
    }

    /// Cleans one line of a text whose shape counts: blanks stay as they are, a tab becomes four.
    pub fn line(text: &str) -> Printable {
        let mut clean = String::with_capacity(text.len());
        for c in text.trim_end().chars() {
            match c {
                '\t' => clean.push_str("    "),
                c if c.is_control() => clean.push('\u{fffd}'),
                c if c.is_whitespace() => clean.push(' '),
                c if is_invisible(c) => {}
                c => clean.push(c),
            }
        }
        Printable(clean)
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Characters without a width of their own that change what is seen: zero-width and formatting characters, bidirectional
/// controls (CVE-2021-42574, "Trojan Source"), variation selectors beyond the emoji ones, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_overrides_are_harmless() {
        let hostile = "\x1b[31mPay\u{202e}now\u{200b}\r\nBcc: x\t\u{9b}2J";
        let clean = Printable::new(hostile);
        assert_eq!(clean.as_str(), "\u{fffd}[31mPaynow Bcc: x \u{fffd}2J");
    }
}
