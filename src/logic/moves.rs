//! What the user says by moving mail, with whatever program: first which of the messages that went and came are moves of
//! the user's ([`read`]), then, when they have come to rest, what orders they give ([`settle`]).

mod settling;

pub(crate) use settling::takes_away;
pub use settling::{Candidate, Lesson, Settled, settle};

use std::collections::HashMap;

use super::ids::{FolderName, Instance, Uid, UnixTime};

/// Seconds: what leaves a mailbox sooner after it came was moved by a program (a filter, a Sieve script, a second mailherd).
pub const BY_HAND: i64 = 5;

/// Seconds between two looks at an account, up to which mailherd counts as watching in between. Mail that was delivered straight
/// into a managed mailbox cannot be told from mail that was moved there unseen; while somebody watches, the latter does not
/// happen. The daemon looks more often than this, and so does a cron job that runs every five minutes.
pub const WATCHING: i64 = 600;

/// Seconds for which a copy waits for its original to go: programs that move by COPY, STORE and EXPUNGE may expunge only when
/// they end.
pub const COPY_WAITS: i64 = UnixTime::DAY;

/// A message that is missing where it was, and that was not moved by us.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// Its row in the database.
    pub id: i64,
    /// Which message.
    pub instance: Instance,
    /// Where it was.
    pub folder: FolderName,
    /// Since when it had been there.
    pub since: UnixTime,
    /// When it was missed.
    pub at: UnixTime,
    /// It is missed only because the mailbox was renumbered (UIDVALIDITY): it may well be there.
    pub renumbered: bool,
}

/// How a message that was not known to lie in a mailbox came there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedUp {
    /// It was seen elsewhere before.
    Known,
    /// It was never seen, and it arrived while mailherd was away.
    Away,
    /// It was never seen, and a program delivered it there before mailherd's eyes.
    Delivered,
}

/// A message that turned up in INBOX or a managed mailbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Its row in the database.
    pub id: i64,
    /// Which message.
    pub instance: Instance,
    /// The instance that it was before it turned up here, where the server knows it as the same message by its own name for it.
    pub former: Option<Instance>,
    /// Where it is.
    pub folder: FolderName,
    /// Its number there.
    pub uid: Uid,
    /// It was never seen anywhere, and it arrived while mailherd was away: it was moved unseen.
    pub away: bool,
    /// The journal says that we put it there.
    pub ours: bool,
    /// When it was first seen there.
    pub at: UnixTime,
}

/// A message that the user moved, as far as is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Resting {
    /// Its row in the database.
    pub id: i64,
    /// Which message.
    pub instance: Instance,
    /// Where it lay before the first of its moves; `None`: moved unseen.
    pub origin: Option<FolderName>,
    /// Where it came to rest.
    pub folder: FolderName,
    /// An order was made of the move already.
    pub settled: bool,
}

/// What follows from departures and arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The user moved a message.
    Moved {
        /// Which.
        instance: Instance,
        /// From where; `None`: unseen.
        origin: Option<FolderName>,
        /// To where.
        folder: FolderName,
        /// Its number there.
        uid: Uid,
    },
    /// A known move ([`Resting::id`]) is void: the message is back where it was, or it has gone on.
    Forget(i64),
    /// The message of a known move has another number in the same mailbox: renumbered, or to and fro on its way. The instance is
    /// what it is now.
    Renumbered(i64, Uid, Instance),
    /// Not the user but a program moved a message.
    Program,
}

/// What came of [`read`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What is new, in the order in which it is to be noted.
    pub changes: Vec<Change>,
    /// Departures that are explained, or too old to wait for an arrival any longer.
    pub departures: Vec<i64>,
    /// Arrivals that are explained, or too old to wait for a departure.
    pub arrivals: Vec<i64>,
}

/// Matches departures with arrivals, one to one, at the end of a pass that looked into all of the mailboxes.
///
/// A move between two looks of one pass is seen by halves: the other half comes with the next pass, so a departure waits for one
/// more pass. What left a mailbox and came nowhere went to Trash, Archive or a mailbox of the user's own.
pub fn read(departures: &[Departure], arrivals: &[Arrival], resting: &[Resting], now: UnixTime) -> Reading {
    let mut matching = Matching::new(departures, resting);
    let mut open: Vec<&Arrival> = Vec::new();
    for arrival in arrivals {
        if arrival.ours || matching.stayed(arrival) {
            matching.out.arrivals.push(arrival.id);
        } else {
            open.push(arrival);
        }
    }
    // Moved on while it was looked for, a message may turn up twice: where it was seen last counts.
    for arrival in open.into_iter().rev() {
        if matching.moved(arrival) || arrival.at.0 < now.0 - COPY_WAITS {
            matching.out.arrivals.push(arrival.id);
        }
    }
    for (place, departure) in departures.iter().enumerate() {
        let explained = !matching.left[place];
        if explained || departure.at < now {
            matching.out.departures.push(departure.id);
        }
        if !explained && departure.at < now {
            let known = matching.resting_in(departure.instance, &departure.folder);
            matching.out.changes.extend(known.map(|known| Change::Forget(known.id)));
        }
    }
    matching.out
}

struct Matching<'a> {
    departures: &'a [Departure],
    /// Those that explain no arrival yet.
    left: Vec<bool>,
    /// A renumbered mailbox departs and arrives as a whole, so both are found by instance.
    by_instance: HashMap<Instance, Vec<usize>>,
    resting: HashMap<Instance, Vec<&'a Resting>>,
    out: Reading,
}

impl<'a> Matching<'a> {
    fn new(departures: &'a [Departure], known: &'a [Resting]) -> Matching<'a> {
        let mut by_instance: HashMap<Instance, Vec<usize>> = HashMap::with_capacity(departures.len());
        for (place, departure) in departures.iter().enumerate() {
            by_instance.entry(departure.instance).or_default().push(place);
        }
        let mut resting: HashMap<Instance, Vec<&Resting>> = HashMap::with_capacity(known.len());
        known.iter().for_each(|known| resting.entry(known.instance).or_default().push(known));
        Matching { departures, left: vec![true; departures.len()], by_instance, resting, out: Reading::default() }
    }

    fn take(&mut self, instance: Instance, wanted: impl Fn(&Departure) -> bool) -> Option<&'a Departure> {
        let mut places = self.by_instance.get(&instance)?.iter().copied();
        let place = places.find(|&place| self.left[place] && wanted(&self.departures[place]))?;
        self.left[place] = false;
        Some(&self.departures[place])
    }

    /// By what the message is, else by what it was.
    fn take_either(&mut self, arrival: &Arrival, wanted: impl Fn(&Departure) -> bool) -> Option<&'a Departure> {
        self.take(arrival.instance, &wanted).or_else(|| self.take(arrival.former?, &wanted))
    }

    fn resting_in(&self, instance: Instance, folder: &FolderName) -> Option<&'a Resting> {
        self.resting.get(&instance)?.iter().copied().find(|known| known.folder == *folder)
    }

    /// Whether the message is in the mailbox that it left: renumbered, or taken out and put back.
    fn stayed(&mut self, arrival: &Arrival) -> bool {
        let same = |departure: &Departure| departure.folder == arrival.folder;
        let Some(departure) = self.take_either(arrival, same) else { return false };
        if let Some(known) = self.resting_in(departure.instance, &arrival.folder) {
            self.out.changes.push(match departure.renumbered || !known.settled {
                true => Change::Renumbered(known.id, arrival.uid, arrival.instance),
                // Out of Blackhole and in again: what the user touched does not fall.
                false => Change::Forget(known.id),
            });
        }
        true
    }

    /// Whether the arrival is explained by a move.
    fn moved(&mut self, arrival: &Arrival) -> bool {
        let Some(departure) = self.take_either(arrival, |_| true) else {
            if arrival.away {
                self.note(arrival, None);
            }
            return arrival.away;
        };
        let known = self.resting_in(departure.instance, &departure.folder);
        if let Some(known) = known {
            self.out.changes.push(Change::Forget(known.id));
        }
        let origin = match known.filter(|known| !known.settled) {
            // On its way: what counts is where it comes to rest.
            Some(known) if known.origin.as_ref() == Some(&arrival.folder) => return true,
            Some(known) => known.origin.clone().or_else(|| Some(departure.folder.clone())),
            None if !departure.renumbered && departure.at.0 - departure.since.0 < BY_HAND => {
                self.out.changes.push(Change::Program);
                return true;
            }
            None => Some(departure.folder.clone()),
        };
        self.note(arrival, origin);
        true
    }

    fn note(&mut self, arrival: &Arrival, origin: Option<FolderName>) {
        let Arrival { instance, folder, uid, .. } = arrival.clone();
        self.out.changes.push(Change::Moved { instance, origin, folder, uid });
    }
}

#[cfg(test)]
mod tests;
