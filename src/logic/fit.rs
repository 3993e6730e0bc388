//! What the account's own habits shift: a little on each signal's weight, learned from what became of the mail that was judged.
//!
//! Online logistic regression. A shift starts at 0 and is drawn there by how sure 0 was at first; what it may move by shrinks as
//! evidence comes in (the diagonal of an extended Kalman filter on the logistic likelihood). Three things keep it small
//! and honest, and the backtest needed them: plain gradient steps of any size made the ranking worse.
//!
//! - a **level** of its own, so that how often the user answers at all is not learned by the signals;
//! - strengths are counted **from what is usual** in this account, so that a shift moves mail against other mail and not all
//!   of it at once;
//! - **bounds**: on each shift, and on what all of them together do to one verdict.
//!
//! Only mail without a sign of a machine or a list teaches and is shifted, so the fit never decides what is filed away; and
//! nothing is shifted before the user has answered [`Fit::ENOUGH`] mails.

mod kept;
mod sketch;

pub use kept::{Kept, KeptShift, KeptWaiting};
pub use sketch::Sketch;

use std::collections::VecDeque;

use super::ids::{MidHash, UnixTime};
use super::signals::{BASE, Scene, Weights, table};

/// The shifts of one account, and the mail whose outcome they wait for.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// In the order of the table.
    shifts: Box<[Shift]>,
    level: f64,
    level_room: f64,
    /// Mail that taught by an answer or a flag.
    answers: u32,
    /// Mail that taught by being left.
    left: u32,
    /// Mail that was looked at.
    looked_at: u32,
    waiting: VecDeque<Waiting>,
    /// Whether anything is different from what was last kept.
    changed: bool,
}

/// Of one signal.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shift {
    /// What it adds to the weight.
    by: f64,
    /// How far it may still go: its variance.
    room: f64,
    /// The variance that it began with.
    first_room: f64,
    /// The farthest that it may get from 0.
    bound: f64,
    /// The signal's mean strength in the last mails.
    usual: f64,
}

/// A message that was judged and waits for what the user does with it.
#[derive(Clone, Debug, PartialEq)]
struct Waiting {
    id: MidHash,
    at: UnixTime,
    read: bool,
    sketch: Sketch,
}

/// A message waits for an answer for this long.
const PATIENCE: i64 = 7 * UnixTime::DAY;
/// Messages that wait at most; the oldest one beyond teaches nothing.
const MAX_WAITING: usize = 2000;
/// How far a shift goes at first, for each unit of the weight's own size: best on 22 of the boxes, and no loss on the other ten
/// (docs/figures.md).
const STEP: f64 = 0.08;
/// Added to a weight's size, so that small weights can move as well.
const SMALL: f64 = 0.3;
/// What all shifts together may add to the log-odds of one message.
const MOST: f64 = 1.0;
/// A shift keeps this share of its first room, so that it can follow habits that change.
const LAST_ROOM: f64 = 0.05;
/// Mails over which the usual strengths are taken.
const MEMORY: u32 = 500;
/// An unanswered mail that was at least read says less than one that was not.
const READ: f64 = 0.5;

impl Fit {
    /// The answers it takes before anything is shifted.
    pub const ENOUGH: u32 = 50;

    /// One that has learned nothing, beside these `weights`.
    pub fn new(weights: &Weights) -> Fit {
        let shift = |(signal, weight): (&super::signals::Signal, super::signals::Weight)| {
            let size = weight.weight.abs();
            // How much all mail is wanted is no habit: the level knows.
            let step = if signal.name == BASE { 0.0 } else { STEP * (size + SMALL) };
            Shift { by: 0.0, room: step * step, first_room: step * step, bound: 0.5 * size + SMALL, usual: 0.0 }
        };
        Fit {
            shifts: table().zip(weights.iter()).map(shift).collect(),
            // One mail in eight is answered: about what the boxes show.
            level: -2.0,
            level_room: 1.0,
            answers: 0,
            left: 0,
            looked_at: 0,
            waiting: VecDeque::new(),
            changed: false,
        }
    }

    /// Mails that taught by being answered or flagged, and by being left.
    pub fn evidence(&self) -> (u32, u32) {
        (self.answers, self.left)
    }

    /// Whether it has learned enough to be heard.
    pub fn is_in_force(&self) -> bool {
        self.answers >= Self::ENOUGH
    }

    /// Every signal that is shifted, by its name, the farthest first.
    pub fn shifts(&self) -> Vec<(&'static str, f64)> {
        let mut shifts: Vec<_> = table()
            .zip(&self.shifts)
            .map(|(signal, shift)| (signal.name, shift.by))
            .filter(|one| one.1 != 0.0)
            .collect();
        shifts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        shifts
    }

    /// What it does to a message; `None` when it says nothing about it.
    pub fn tilt(&self, scene: &Scene<'_>) -> Option<Tilt<'_>> {
        if !self.is_in_force() || !sketch::teaches(scene) {
            return None;
        }
        let usual: f64 = self.shifts.iter().map(|shift| shift.by * shift.usual).sum();
        let seen: f64 = table().zip(&self.shifts).map(|(signal, shift)| shift.by * (signal.strength)(scene)).sum();
        let factor = (MOST / (seen - usual).abs()).min(1.0);
        Some(Tilt { shifts: &self.shifts, factor, usual: -usual * factor })
    }

    /// A message was judged at `at`, when it came; what becomes of it will teach.
    pub fn judged(&mut self, id: MidHash, at: UnixTime, sketch: Sketch) {
        self.pass(at);
        if self.waiting.iter().any(|waiting| waiting.id == id) {
            return;
        }
        self.looked_at = self.looked_at.saturating_add(1);
        let share = 1.0 / f64::from(self.looked_at.min(MEMORY));
        for (shift, strength) in self.shifts.iter_mut().zip(sketch.dense()) {
            shift.usual += (strength - shift.usual) * share;
        }
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(Waiting { id, at, read: false, sketch });
        self.changed = true;
    }

    /// It is `now`: what has waited long enough was left.
    pub fn pass(&mut self, now: UnixTime) {
        while let Some(one) = self.waiting.pop_front_if(|one| one.at.0.saturating_add(PATIENCE) <= now.0) {
            self.learn(&one.sketch, false, if one.read { READ } else { 1.0 });
        }
    }

    /// The user answered a message, or flagged it.
    pub fn wanted(&mut self, id: MidHash) {
        if let Some(one) = self.take(id) {
            self.learn(&one.sketch, true, 1.0);
        }
    }

    /// The user read a message.
    pub fn read(&mut self, id: MidHash) {
        if let Some(one) = self.waiting.iter_mut().find(|one| one.id == id) {
            one.read = true;
            self.changed = true;
        }
    }

    /// The user deleted a message without reading it.
    pub fn unwanted(&mut self, id: MidHash) {
        if let Some(one) = self.take(id) {
            self.learn(&one.sketch, false, 1.0);
        }
    }

    /// Whether it changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn take(&mut self, id: MidHash) -> Option<Waiting> {
        let place = self.waiting.iter().position(|one| one.id == id)?;
        self.waiting.remove(place)
    }

    /// One step towards what would have said `wanted`. `weight`: how much this outcome says, 0..1.
    fn learn(&mut self, sketch: &Sketch, wanted: bool, weight: f64) {
        let unusual: Vec<f64> =
            self.shifts.iter().zip(sketch.dense()).map(|(one, strength)| strength - one.usual).collect();
        let shifted: f64 = self.shifts.iter().zip(&unusual).map(|(one, by)| one.by * by).sum();
        let likely = 1.0 / (1.0 + (-(self.level + sketch.odds + shifted)).exp());
        let curve = (likely * (1.0 - likely)).max(0.02) * weight;
        let spread: f64 = self.shifts.iter().zip(&unusual).map(|(one, by)| one.room * by * by).sum();
        let damped = 1.0 + curve * (self.level_room + spread);
        let gain = weight * (f64::from(wanted) - likely) / damped;
        self.level += self.level_room * gain;
        self.level_room = (self.level_room - curve / damped * self.level_room.powi(2)).max(1e-4);
        for (one, by) in self.shifts.iter_mut().zip(unusual) {
            let step = one.room * by;
            one.by = (one.by + step * gain).clamp(-one.bound, one.bound);
            one.room = (one.room - curve / damped * step * step).max(one.first_room * LAST_ROOM);
        }
        let count = if wanted { &mut self.answers } else { &mut self.left };
        *count = count.saturating_add(1);
        self.changed = true;
    }
}

/// What a fit does to one message.
#[derive(Clone, Copy, Debug)]
pub struct Tilt<'a> {
    shifts: &'a [Shift],
    factor: f64,
    usual: f64,
}

impl Tilt<'_> {
    /// What it adds for the signal at this place of the table, seen at this strength. The base carries what is usual.
    pub fn of(&self, place: usize, name: &str, strength: f64) -> f64 {
        let usual = if name == BASE { self.usual } else { 0.0 };
        self.shifts.get(place).map_or(0.0, |shift| shift.by * strength * self.factor) + usual
    }
}

#[cfg(test)]
mod tests;
