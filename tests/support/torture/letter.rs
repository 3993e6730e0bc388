//! The mail that histories are about. Each has a number, and is the same bytes whenever its history is played.

use std::fmt;

use crate::support::cast;
use crate::support::mail::Mail;

/// A message that is delivered in a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// By which deeds name it. Another letter of the same number is the same message, byte for byte.
    pub number: u32,
    /// What it is.
    pub kind: LetterKind,
    /// The number in its Message-ID; `None`: it has none.
    pub id: Option<u32>,
    /// The number in its body; also of header fields that tell it from others of its kind.
    pub body: u32,
    /// What its header fields are numbered by.
    pub head: u32,
    /// Its flags.
    pub flags: &'static [&'static str],
    /// Days since it was written.
    pub days: i64,
    /// How many letters came before. No more than two arrive at the same time.
    pub order: u32,
}

/// What a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    /// `news`, by a list.
    Newsletter,
    /// `news`, by a discussion list.
    Post,
    /// `bulk`
    Notification,
    /// `bulk`
    Receipt,
    /// `bulk`
    Promotion,
    /// Stays.
    Stranger,
    /// Stays.
    Code,
    /// `top`, where there is a history with the friend.
    Friend,
    /// The user's own answer to the shop: lifts a blackhole order.
    Answer,
}

impl Letter {
    /// The message, as it comes at `now` (seconds since 1970).
    pub fn mail(&self, now: i64) -> Mail {
        let number = 100 + self.head;
        let mail = match self.kind {
            LetterKind::Newsletter => cast::newsletter(number),
            LetterKind::Post => cast::list_post(number),
            LetterKind::Notification => cast::notification(number),
            LetterKind::Receipt => cast::receipt(number),
            LetterKind::Promotion => cast::promotion(number),
            LetterKind::Stranger => cast::stranger(number),
            LetterKind::Code => cast::sign_in_code(number),
            LetterKind::Friend => cast::friend(number),
            LetterKind::Answer => cast::own_letter(cast::SHOP, 0),
        };
        let mail = match self.id {
            Some(id) => mail.header("Message-ID", format!("<{:04}@torture.example>", id)),
            None => mail.without("Message-ID"),
        };
        let written = now - 3600 - self.days * 86_400;
        let mail = mail.at(written).arrived_at(written + i64::from(self.order / 2));
        let mail = mail.body(&format!("Letter {:04}.\r\n", self.body));
        self.flags.iter().fold(mail, |mail, flag| mail.flag(flag))
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} ({:?}", self.number, self.kind)?;
        match self.id {
            None => f.write_str(", no Message-ID")?,
            Some(id) if id != self.number => write!(f, ", Message-ID of #{id}")?,
            Some(_) => {}
        }
        if self.head != self.number && self.body == self.number {
            write!(f, ", header like #{}", self.head)?;
        }
        if self.days > 0 {
            write!(f, ", {} days old", self.days)?;
        }
        self.flags.iter().try_for_each(|flag| write!(f, ", {flag}"))?;
        f.write_str(")")
    }
}
