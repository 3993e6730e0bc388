//! What all inventors of mail share: the dice, the clock, and the pile of mail.

use super::mail::Mail;
use super::{Kind, Message};
use crate::logic::ids::UnixTime;

/// Where a mail lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Inbox,
    Sent,
    Archive,
    Junk,
    Trash,
    Drafts,
    Travel,
}

/// One mail in its place.
pub(super) struct Piece {
    pub(super) place: Place,
    pub(super) message: Message,
}

/// See the module's words.
pub(super) struct World {
    pub(super) dice: fastrand::Rng,
    pub(super) now: UnixTime,
    pub(super) pieces: Vec<Piece>,
    serial: u64,
}

/// A year of mail.
pub(super) const DAYS: i64 = 365;

/// So much of what comes at any time comes within the last 30 days, that the demo has something fresh to show.
const FRESH_SHARE: f64 = 0.2;

impl World {
    pub(super) fn new(seed: u64, now: UnixTime) -> World {
        World { dice: fastrand::Rng::with_seed(seed), now, pieces: Vec::new(), serial: 0 }
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.dice.usize(..among.len())]
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.dice.f64() < probability
    }

    /// Some moment of the year.
    pub(super) fn moment(&mut self) -> UnixTime {
        let span = if self.chance(FRESH_SHARE) { 30 } else { DAYS } * UnixTime::DAY;
        UnixTime(self.now.0 - 60 - self.dice.i64(0..span - 60))
    }

    /// Some moment of the year between seven in the morning and eleven at night.
    pub(super) fn waking_moment(&mut self) -> UnixTime {
        loop {
            let at = self.moment();
            if (7 * 3_600..23 * 3_600).contains(&at.0.rem_euclid(UnixTime::DAY)) {
                return at;
            }
        }
    }

    /// Every `days` days, give or take a tenth, over the year.
    pub(super) fn cadence(&mut self, days: f64) -> Vec<UnixTime> {
        let step = days * UnixTime::DAY as f64;
        let mut back = step * self.dice.f64();
        let mut moments = Vec::new();
        while back < (DAYS * UnixTime::DAY) as f64 {
            let jitter = (self.dice.f64() - 0.5) * step / 5.0;
            moments.push(UnixTime(self.now.0 - 60 - (back + jitter).max(0.0) as i64));
            back += step;
        }
        moments
    }

    /// A Message-ID at this domain that nobody else has.
    pub(super) fn message_id(&mut self, domain: &str) -> String {
        self.serial += 1;
        format!("<{:x}.{:08x}@{domain}>", self.serial, self.dice.u32(..))
    }

    /// A number of so many digits, as text.
    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.dice.u8(..10))).collect()
    }

    /// An amount of money.
    pub(super) fn money(&mut self) -> String {
        format!("{}.{:02} EUR", self.dice.u32(4..180), self.dice.u32(..100))
    }

    /// Puts a mail that came in into `place`. It is read with a probability of `read`, if it had a few days for that.
    pub(super) fn receive(&mut self, place: Place, mail: &Mail, read: f64) -> &mut Message {
        self.receive_bytes(place, mail.kind, mail.at, mail.received(), read)
    }

    /// The same with bytes that no [`Mail`] would make.
    pub(super) fn receive_bytes(
        &mut self,
        place: Place,
        kind: Kind,
        at: UnixTime,
        bytes: Vec<u8>,
        read: f64,
    ) -> &mut Message {
        let age = self.now.days_since(at);
        let read = if age < 2.0 { read * age / 2.0 } else { read };
        let mut message = Message::new(bytes, UnixTime((at.0 + 5).min(self.now.0)));
        message.kind = kind;
        if self.chance(read) {
            message.flags.push("\\Seen".into());
        }
        self.put(place, message)
    }

    /// Where paper lies: the owner archives much of it when it is older than two months.
    pub(super) fn file_of_paper(&mut self, at: UnixTime) -> Place {
        if self.now.days_since(at) > 60.0 && self.chance(0.5) { Place::Archive } else { Place::Inbox }
    }

    /// Puts the owner's own mail into Sent.
    pub(super) fn send(&mut self, mail: &Mail) {
        let mut message = Message::new(mail.written(), mail.at).flagged("\\Seen");
        message.kind = Kind::Own;
        self.put(Place::Sent, message);
    }

    /// Puts a message anywhere.
    pub(super) fn put(&mut self, place: Place, message: Message) -> &mut Message {
        self.pieces.push(Piece { place, message });
        let last = self.pieces.len() - 1;
        &mut self.pieces[last].message
    }
}

/// `template` with its slots filled: `{city}` by the value beside `city`.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.into(), |text, (slot, value)| text.replace(&format!("{{{slot}}}"), value))
}
