//! A fit as a database keeps it: by the names of the signals, so that a table that changed loses only what it no longer has.

use std::collections::HashMap;

use super::{Fit, MAX_WAITING, Sketch, Waiting};
use crate::logic::ids::{MidHash, UnixTime};
use crate::logic::signals::{Weights, table};

/// Everything that a fit knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Mail that taught by an answer or a flag.
    pub answers: u32,
    /// Mail that taught by being left.
    pub left: u32,
    /// Mail that was looked at.
    pub looked_at: u32,
    /// How likely the user answers at all (log-odds, beside the weights), and its variance.
    pub level: (f64, f64),
    /// Of the signals.
    pub shifts: Vec<KeptShift>,
    /// What waits for its outcome, the oldest first.
    pub waiting: Vec<KeptWaiting>,
}

/// Of one signal.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptShift {
    /// Its name.
    pub signal: String,
    /// What is added to its weight.
    pub by: f64,
    /// The variance.
    pub room: f64,
    /// Its mean strength of late.
    pub usual: f64,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptWaiting {
    /// Of its Message-ID.
    pub id: MidHash,
    /// When it came.
    pub at: UnixTime,
    /// The user has read it.
    pub read: bool,
    /// The log-odds by the weights alone.
    pub odds: f64,
    /// `NAME=STRENGTH`, with spaces between.
    pub strengths: String,
}

impl Fit {
    /// As it is to be kept.
    pub fn kept(&self) -> Kept {
        let shift = |(signal, shift): (&crate::logic::signals::Signal, &super::Shift)| KeptShift {
            signal: signal.name.into(),
            by: shift.by,
            room: shift.room,
            usual: shift.usual,
        };
        let names: Vec<&str> = table().map(|signal| signal.name).collect();
        let waiting = |one: &Waiting| {
            let words = one
                .sketch
                .strengths
                .iter()
                .map(|&(place, strength)| format!("{}={strength}", names[usize::from(place)]));
            let strengths = words.collect::<Vec<_>>().join(" ");
            KeptWaiting { id: one.id, at: one.at, read: one.read, odds: one.sketch.odds, strengths }
        };
        Kept {
            answers: self.answers,
            left: self.left,
            looked_at: self.looked_at,
            level: (self.level, self.level_room),
            shifts: table().zip(&self.shifts).map(shift).collect(),
            waiting: self.waiting.iter().map(waiting).collect(),
        }
    }

    /// The opposite. Signals that are no longer in the table are dropped, new ones begin anew, and a number that is none (a
    /// damaged database) counts as nothing learned.
    pub fn restored(kept: &Kept, weights: &Weights) -> Fit {
        let mut fit = Fit::new(weights);
        (fit.answers, fit.left, fit.looked_at) = (kept.answers, kept.left, kept.looked_at);
        if kept.level.0.is_finite() && kept.level.1 > 0.0 && kept.level.1 <= 1.0 {
            (fit.level, fit.level_room) = kept.level;
        }
        let places: HashMap<&str, u16> = (0..).zip(table()).map(|(place, signal)| (signal.name, place)).collect();
        for one in &kept.shifts {
            let Some(shift) = places.get(&*one.signal).and_then(|&place| fit.shifts.get_mut(usize::from(place))) else {
                continue;
            };
            if one.by.is_finite() && one.usual.is_finite() {
                shift.by = one.by.clamp(-shift.bound, shift.bound);
                shift.usual = one.usual;
                // No NaN: what is not a number is neither of the two.
                shift.room = one.room.max(0.0).min(shift.first_room);
            }
        }
        for one in kept.waiting.iter().rev().take(MAX_WAITING).rev().filter(|one| one.odds.is_finite()) {
            let sketch = Sketch { odds: one.odds, strengths: strengths(&one.strengths, &places) };
            fit.waiting.push_back(Waiting { id: one.id, at: one.at, read: one.read, sketch });
        }
        fit
    }
}

fn strengths(text: &str, places: &HashMap<&str, u16>) -> Vec<(u16, f32)> {
    let word = |word: &str| {
        let (name, strength) = word.split_once('=')?;
        let strength: f32 = strength.parse().ok()?;
        strength.is_finite().then_some((*places.get(name)?, strength))
    };
    let mut strengths: Vec<(u16, f32)> = text.split(' ').filter_map(word).collect();
    strengths.sort_by_key(|(place, _)| *place);
    strengths.dedup_by_key(|(place, _)| *place);
    strengths
}
