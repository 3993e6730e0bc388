//! What people read in the end: text of other people's, in ours.

use jiff::tz::TimeZone;
use mail_parser::MessageParser;

use super::assert_harmless;
use crate::logic::digest::{Digest, Envelope, FiledMail, Lesson, Line, Material, lines, message, subject};
use crate::logic::facts::{self, Oddity};
use crate::logic::ids::{Address, Category, MessageId, UnixTime};
use crate::logic::printable::Printable;

pub(super) const WORDS: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\r\n\r\n",
    "\r\nBcc: x@y.example\r\n",
    "\n.\n",
    "=?utf-8?q?=0D=0ABcc:?=",
    "<script>",
    "</li>",
    "<a href=",
    "&lt;",
    "'",
    "\"",
    "--digest--",
    "\u{1b}[2J",
    "\u{1b}]52;c;\u{7}",
    "\u{9b}31m",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{2028}",
    "\u{85}",
    "\0",
    "\u{feff}",
    "\u{e0041}",
    "日本語",
    "ü",
    "𝕏",
    "\u{301}",
    "\t",
    "=",
    "=3D",
    "anna@berg.example",
    "Top",
    "\u{1f468}\u{200d}\u{1f469}",
];

/// Any text, made printable.
pub(super) fn printable(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for clean in [Printable::new(&text), Printable::line(&text)] {
        assert_harmless(clean.as_str(), "printable text");
        assert!(clean.as_str().len() <= 4 * text.len());
    }
    let clean = Printable::new(&text);
    assert_eq!(Printable::new(clean.as_str()), clean, "cleaned once is clean");
}

/// Lines of names, addresses and subjects, as they come to stand in a digest.
pub(super) fn digest(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut words = text.split('\u{b6}').cycle().map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    let categories = [Category::Top, Category::News, Category::Bulk, Category::Blackhole];
    let filed =
        categories.map(|category| FiledMail { category, sender: word(), name: word(), subject: word(), new: true });
    let learned = vec![Lesson { who: word(), category: Category::News }];
    let material = Material { filed: filed.into(), learned, waiting: 1, ..Material::default() };
    let digest = Digest::of(&word(), (UnixTime(1_793_500_000), UnixTime(1_793_534_400)), material);
    assert_harmless(Printable::new(&subject(&digest)).as_str(), "the subject");
    let own = Address::parse("me@maren.example").expect("an address");
    let id = MessageId::new("<0123456789abcdef@mailherd>").expect("an identity");
    let envelope = Envelope { own: own.clone(), id, at: UnixTime(1_793_534_400), zone: TimeZone::UTC };
    lines(&digest, &envelope.zone).iter().for_each(|line| assert_harmless(words_of(line), "a line of the digest"));
    let sent = message(&digest, &envelope);
    assert_sound(&sent);
    let facts = facts::read(&sent);
    assert_eq!((facts.from, facts.to.as_ref()), (Some(own.clone()), &[own][..]));
    let only = |oddity: &Oddity| matches!(oddity, Oddity::Oversized);
    assert!(facts.oddities.iter().all(only), "a field was smuggled in: {:?}", facts.oddities);
    assert!(facts.cc.is_empty() && facts.reply_to.is_none() && facts.unsubscribe == facts::Unsubscribe::default());
    let parsed = MessageParser::default().parse(&sent).expect("a message");
    assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 0));
    assert_plain_html(&parsed.body_html(0).expect("the second part"));
    parsed.body_text(0).expect("the first part").lines().for_each(|line| assert_harmless(line, "the text of a digest"));
}

fn words_of(line: &Line) -> &str {
    match line {
        Line::Title(text) | Line::Heading(text) | Line::Item { text, .. } | Line::Detail(text) | Line::Note(text) => {
            text.as_str()
        }
    }
}

/// Lines of at most 998 bytes (RFC 5322, section 2.1.1), ended by CR LF, in ASCII.
fn assert_sound(message: &[u8]) {
    assert!(message.is_ascii() && message.ends_with(b"\r\n"));
    let text = String::from_utf8_lossy(message);
    assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])), "{text}");
}

/// No tag but those that mailherd writes, and no attribute of other people's.
fn assert_plain_html(html: &str) {
    const OURS: [&str; 17] = [
        "!doctype html>",
        "html>",
        "head>",
        "meta charset=\"utf-8\">",
        "meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">",
        "/head>",
        "body>",
        "/body>",
        "/html>",
        "h2>",
        "/h2>",
        "h3>",
        "/h3>",
        "ul>",
        "/ul>",
        "li>",
        "p>",
    ];
    const MORE: [&str; 6] = ["b>", "/b>", "br>", "small>", "/small>", "/p>"];
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        assert!(OURS.iter().chain(&MORE).any(|tag| rest.starts_with(tag)), "a tag of somebody's: {rest:.80}");
    }
    html.lines().for_each(|line| assert_harmless(line, "the HTML of a digest"));
}
