//! A whole message as text for a terminal: read only when the user opens it, never by filing.
//!
//! HTML becomes text, its links become footnotes, and nothing that it refers to is fetched. The lines hold no control
//! characters, no bidirectional overrides and nothing of zero width.

mod wild;

use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};

use super::printable::Printable;

/// How wide HTML is set, in cells. Readers wrap what is wider than their window.
const WIDTH: usize = 76;
/// HTML beyond this is left out, in bytes: setting it takes time and memory beyond its size.
const MOST_HTML: usize = 300_000;
/// Elements within elements. Beyond it the setting of HTML could overflow the stack, which nothing can catch.
const DEEPEST: usize = 300;
/// Elements that the text leaves open at once.
const MOST_OPEN: usize = 1_000;
/// Opening tags, times the most formatting (`<b>`, `<font>`) that is open at once. A parser of HTML opens all of it anew in each
/// paragraph (HTML 13.2.4.3), so 300 KB could ask for a thousand million elements.
const MOST_FORMATTING: usize = 500_000;
/// Lines kept.
const MOST_LINES: usize = 20_000;
/// Characters kept of one line.
const LONGEST: usize = 10_000;

/// What there is to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// From, To, Cc, Date, Subject, as far as they are there, decoded.
    pub headers: Vec<(String, String)>,
    /// The text.
    pub lines: Vec<String>,
    /// Names, types and sizes of what is attached.
    pub attachments: Vec<String>,
    /// Something was left out.
    pub cut: bool,
}

/// Reads the bytes of a message, or of its beginning.
pub fn read(bytes: &[u8]) -> Letter {
    let Some(message) = MessageParser::default().parse(bytes) else {
        let lines = vec!["(this message has no header and no text)".to_owned()];
        return Letter { lines, ..Letter::default() };
    };
    let mut letter = Letter { headers: headers(bytes), ..Letter::default() };
    for part in message.text_bodies() {
        match &part.body {
            PartType::Text(text) => letter.add(text),
            PartType::Html(html) => letter.add_html(html),
            _ => {}
        }
    }
    while letter.lines.last().is_some_and(String::is_empty) {
        letter.lines.pop();
    }
    letter.attachments = message.attachments().map(attachment).collect();
    letter
}

/// The fields for people, in this order whatever the message's is.
fn headers(bytes: &[u8]) -> Vec<(String, String)> {
    let wanted = ["From", "To", "Cc", "Date", "Subject"];
    let value = |name: &str| {
        let raw = super::facts::fields::named(bytes, &name.to_ascii_lowercase()).next()?;
        let decoded = super::facts::text::decoded(raw);
        let clean = Printable::new(&decoded);
        (!clean.as_str().is_empty()).then(|| clean.as_str().to_owned())
    };
    wanted.into_iter().filter_map(|name| Some((name.to_owned(), value(name)?))).collect()
}

impl Letter {
    fn add(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        for line in text.lines() {
            if self.lines.len() >= MOST_LINES {
                self.cut = true;
                return;
            }
            let short: String = line.chars().take(LONGEST).collect();
            self.cut |= short.len() < line.len();
            self.lines.push(Printable::line(&short).as_str().to_owned());
        }
    }

    fn add_html(&mut self, html: &str) {
        let end = (0..=MOST_HTML.min(html.len())).rev().find(|end| html.is_char_boundary(*end)).unwrap_or(0);
        self.cut |= end < html.len();
        match set(&html[..end]) {
            Some(text) => self.add(&text),
            None => self.add("(this HTML could not be turned into text: open the message in your mail program)"),
        }
    }
}

/// HTML as text, links as footnotes. `None`: it is built in a way that no writer's is.
fn set(html: &str) -> Option<String> {
    if !wild::is_tame(html, MOST_OPEN, MOST_FORMATTING) {
        return None;
    }
    let setter = html2text::config::plain().no_table_borders().link_footnotes(true).allow_width_overflow();
    let document = setter.parse_html(html.as_bytes()).ok()?;
    if wild::is_deeper(&document, DEEPEST) {
        return None;
    }
    setter.render_to_string(setter.dom_to_render_tree(&document).ok()?, WIDTH).ok()
}

fn attachment(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().map_or_else(String::new, |kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    let name = part.attachment_name().unwrap_or("without a name");
    let size = match part.len() {
        bytes @ 0..1_024 => format!("{bytes} bytes"),
        bytes @ 1_024..1_048_576 => format!("{} KiB", bytes.div_ceil(1_024)),
        bytes => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    };
    Printable::new(&format!("{name} ({kind}, {size})")).as_str().to_owned()
}

#[cfg(test)]
mod tests;
