//! A digest as a message: text and HTML, nothing that is fetched from anywhere.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::encode::{header_text, quoted_printable};
use super::{Digest, Line, lines, subject};
use crate::logic::ids::{Address, MessageId, UnixTime};

/// The header field that tells people's own filters and other programs what it is. mailherd itself does not go by it: anybody can
/// write it. It knows its own messages by what its journal says of them.
pub const MARK: &str = "X-Mailherd-Digest";

/// What a message says beside the digest.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The account's own address: from it, and to it.
    pub own: Address,
    /// Its Message-ID, which nobody can guess.
    pub id: MessageId,
    /// When.
    pub at: UnixTime,
    /// Whose local time is shown.
    pub zone: TimeZone,
}

/// The whole message (RFC 5322, RFC 2046), its lines ended by CR LF.
pub fn message(digest: &Digest, envelope: &Envelope) -> Vec<u8> {
    let lines = lines(digest, &envelope.zone);
    let own = envelope.own.as_str();
    // Of the Message-ID, so that no text of other people's can hold it.
    let boundary: String = envelope.id.as_str().chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    let mut head = String::new();
    for (name, value) in [
        ("From", format!("mailherd <{own}>")),
        ("To", format!("<{own}>")),
        ("Subject", header_text(&subject(digest))),
        ("Date", date(envelope)),
        ("Message-ID", envelope.id.as_str().to_owned()),
        // RFC 3834: nobody answers it by itself.
        ("Auto-Submitted", "auto-generated".to_owned()),
        (MARK, "1".to_owned()),
        ("MIME-Version", "1.0".to_owned()),
        ("Content-Type", format!("multipart/alternative;\r\n boundary=\"{boundary}\"")),
    ] {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    for (kind, body) in [("plain", text(&lines)), ("html", html(&lines))] {
        let _ = write!(
            head,
            "\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n{}",
            quoted_printable(&body)
        );
    }
    let _ = write!(head, "\r\n--{boundary}--\r\n");
    head.into_bytes()
}

fn date(envelope: &Envelope) -> String {
    let at = Timestamp::from_second(envelope.at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(envelope.zone.clone()).strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

fn text(lines: &[Line]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = match line {
            Line::Title(title) => writeln!(text, "{title}"),
            Line::Heading(heading) => writeln!(text, "\n{heading}"),
            Line::Item { text: item, new: true } => writeln!(text, "  * {item} (new)"),
            Line::Item { text: item, new: false } => writeln!(text, "  * {item}"),
            Line::Detail(detail) => writeln!(text, "      {detail}"),
            Line::Note(note) => writeln!(text, "\n{note}"),
        };
        text
    })
}

/// A Content-Security-Policy, too, for the mail program that would fetch what it thinks a link.
const HEAD: &str = "<!doctype html>\n<html><head><meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\n</head><body>\n";

fn html(lines: &[Line]) -> String {
    let mut html = String::from(HEAD);
    let mut listed = false;
    for line in lines {
        let in_list = matches!(line, Line::Item { .. } | Line::Detail(_));
        if in_list != listed {
            html.push_str(if in_list { "<ul>\n" } else { "</ul>\n" });
            listed = in_list;
        }
        let _ = match line {
            Line::Title(title) => writeln!(html, "<h2>{}</h2>", escaped(title.as_str())),
            Line::Heading(heading) => writeln!(html, "<h3>{}</h3>", escaped(heading.as_str())),
            Line::Item { text, new: true } => writeln!(html, "<li><b>{}</b> (new)", escaped(text.as_str())),
            Line::Item { text, new: false } => writeln!(html, "<li>{}", escaped(text.as_str())),
            Line::Detail(detail) => writeln!(html, "<br><small>{}</small>", escaped(detail.as_str())),
            Line::Note(note) => writeln!(html, "<p>{}</p>", escaped(note.as_str())),
        };
    }
    if listed {
        html.push_str("</ul>\n");
    }
    html + "</body></html>\n"
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
        safe
    })
}
