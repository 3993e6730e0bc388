//! One message as text.

use crate::logic::engine::{Answer, MessageKey, OpenedMail, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;
use crate::tui::reader::{Piece, Reader};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;

/// See the module.
#[derive(Debug)]
pub struct Opened {
    /// Which.
    pub key: MessageKey,
    /// It, as far as it is there.
    pub mail: Option<Result<Box<OpenedMail>, Fault>>,
    /// Its lines.
    pub reader: Reader,
    /// What was searched for last.
    pub search: String,
}

impl Opened {
    /// Before the answer is there.
    pub fn new(key: MessageKey) -> Opened {
        let mut reader = Reader::default();
        reader.show(vec![Piece::plain("reading it from the server …").tone(Tone::Dim)]);
        Opened { key, mail: None, reader, search: String::new() }
    }

    pub(super) fn answered(&mut self, request: &Request, answer: &Answer, shared: &Shared) -> bool {
        if *request != Request::Open(self.key.clone()) {
            return false;
        }
        let pieces = match answer {
            Ok(Reply::Opened(mail)) => {
                let pieces = pieces(mail);
                self.mail = Some(Ok(mail.clone()));
                pieces
            }
            Ok(_) => return true,
            Err(fault) => {
                self.mail = Some(Err(fault.clone()));
                super::why::fault(fault)
            }
        };
        self.reader.show(pieces);
        let body = crate::tui::layout::body(shared.size);
        self.reader.resize(body.width, body.height);
        true
    }
}

fn pieces(mail: &OpenedMail) -> Vec<Piece> {
    let mut pieces = super::why::headers(&mail.headers);
    for name in &mail.attachments {
        pieces.push(Piece::foreign(name).head("Attached  ", Tone::Dim));
    }
    pieces.push(Piece::blank());
    pieces.extend(mail.lines.iter().map(|line| body_line(line)));
    if mail.cut {
        pieces.push(Piece::blank());
        pieces.push(Piece::plain("The message goes on; this much of it was read.").tone(Tone::Warn));
    }
    pieces
}

/// A line of the body keeps its indentation; quoted ones are dimmed.
fn body_line(line: &str) -> Piece {
    let clean = Printable::new(line);
    let indent = line.chars().take_while(|c| *c == ' ').count().min(16);
    let tone = if clean.as_str().starts_with('>') { Tone::Dim } else { Tone::Plain };
    Piece::plain(clean.as_str()).head(" ".repeat(indent), tone).tone(tone)
}
