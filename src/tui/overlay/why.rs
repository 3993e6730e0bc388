//! Why one message is where it is: its headers, the reasons that add up, its sender, its moves.

use jiff::tz::TimeZone;

use crate::logic::engine::{Answer, JournalRow, MessageKey, ReasonRow, Reply, Request, WhyReply};
use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;
use crate::logic::printable::Printable;
use crate::tui::reader::{Piece, Reader};
use crate::tui::shared::Shared;
use crate::tui::theme::Tone;
use crate::tui::words;

/// Columns of the bar of the weightiest reason.
const BAR: usize = 8;

/// See the module.
#[derive(Clone, Debug)]
pub struct Why {
    /// Which message.
    pub key: MessageKey,
    /// The verdict, as far as it is there.
    pub reply: Option<Result<Box<WhyReply>, Fault>>,
    /// Its lines.
    pub reader: Reader,
}

impl Why {
    /// Before the answer is there.
    pub fn new(key: MessageKey) -> Why {
        let mut reader = Reader::default();
        reader.show(vec![Piece::plain("asking …").tone(Tone::Dim)]);
        Why { key, reply: None, reader }
    }

    /// Takes the answer; `false` when it is about another message.
    pub fn answered(&mut self, request: &Request, answer: &Answer, shared: &Shared) -> bool {
        if *request != Request::Why(self.key.clone()) {
            return false;
        }
        match answer {
            Ok(Reply::Why(reply)) => {
                self.reader.show(pieces(reply, shared.now, &shared.zone));
                self.reply = Some(Ok(reply.clone()));
            }
            Ok(_) => {}
            Err(fault) => {
                self.reader.show(self::fault(fault));
                self.reply = Some(Err(fault.clone()));
            }
        }
        let body = crate::tui::layout::body(shared.size);
        self.reader.resize(body.width, body.height);
        true
    }
}

pub(super) fn fault(fault: &Fault) -> Vec<Piece> {
    vec![Piece::foreign(&fault.cause).tone(Tone::Bad), Piece::foreign(&fault.hint).head("hint: ", Tone::Dim)]
}

pub(super) fn headers(headers: &[(String, String)]) -> Vec<Piece> {
    let piece = |(name, value): &(String, String)| {
        Piece::foreign(value).head(format!("{:<9} ", Printable::new(name)), Tone::Dim)
    };
    headers.iter().map(piece).collect()
}

/// The answer in lines.
pub fn pieces(reply: &WhyReply, now: UnixTime, zone: &TimeZone) -> Vec<Piece> {
    let mut pieces = headers(&reply.headers);
    pieces.push(Piece::blank());
    pieces.extend(verdict(reply));
    if let Some(order) = &reply.order {
        pieces.push(Piece::foreign(order).head("order     ", Tone::Dim));
    }
    if let Some(sender) = &reply.sender {
        pieces.extend(title("Sender"));
        pieces.push(Piece::foreign(&sender.row.address).tone(Tone::Strong));
        pieces.extend(sender.words.iter().map(|sentence| Piece::foreign(sentence)));
    }
    if !reply.history.is_empty() {
        pieces.extend(title("Moves"));
        pieces.extend(reply.history.iter().map(|row| moved(row, zone)));
    }
    if let Some(falls) = reply.falls {
        let left = words::span(falls.0.saturating_sub(now.0));
        let when = words::time(falls, zone);
        pieces.push(Piece::blank());
        pieces.push(Piece::plain(format!("falls to the trash in {left} ({when})")).tone(Tone::Warn));
    }
    if let Some((how, possible)) = &reply.unsubscribe {
        pieces.extend(title("Unsubscribe"));
        let key = if *possible { "U         " } else { "" };
        pieces.push(Piece::foreign(how).head(key, Tone::Key));
    }
    pieces
}

fn title(text: &str) -> [Piece; 2] {
    [Piece::blank(), Piece::plain(text).tone(Tone::Title)]
}

/// The category, and the reasons with their signs: what speaks for a person, what for a machine, and their sum.
fn verdict(reply: &WhyReply) -> Vec<Piece> {
    let importance = format!("importance {:.0} %", reply.importance * 100.0);
    let category = reply.category;
    let mut pieces = vec![Piece::plain(importance).head(format!("{:<9} ", category.word()), Tone::Category(category))];
    let heaviest = reply.reasons.iter().map(|reason| reason.weight.abs()).fold(0.0, f64::max);
    pieces.extend(reply.reasons.iter().map(|reason| weighed(reason, heaviest)));
    let sum: f64 = reply.reasons.iter().map(|reason| reason.weight).sum();
    if reply.reasons.iter().filter(|reason| reason.weight != 0.0).count() > 1 {
        pieces.push(Piece::plain("the sum").head(format!("{sum:+5.1} {:BAR$} ", ""), Tone::Strong).tone(Tone::Dim));
    }
    pieces
}

fn weighed(reason: &ReasonRow, heaviest: f64) -> Piece {
    let piece = Piece::foreign(&reason.text);
    if reason.weight == 0.0 {
        // A rule, not a signal: it decides, whatever the sum.
        return piece.head(format!("{:>5} {:BAR$} ", "rule", ""), Tone::Strong);
    }
    let columns = ((reason.weight.abs() / heaviest * BAR as f64).round() as usize).clamp(1, BAR);
    let tone = if reason.weight > 0.0 { Tone::For } else { Tone::Against };
    piece.head(format!("{:+5.1} {:<BAR$} ", reason.weight, "▪".repeat(columns)), tone)
}

fn moved(row: &JournalRow, zone: &TimeZone) -> Piece {
    let what = match (row.undoes, row.state.as_str()) {
        (Some(_), _) => "taken back".to_owned(),
        (None, "done") => row.kind.clone(),
        (None, state) => format!("{} ({state})", row.kind),
    };
    let text = format!("{what}: {} → {}", row.from_folder, row.to_folder);
    Piece::foreign(&text).head(format!("{} ", words::time(row.at, zone)), Tone::Dim)
}
