//! What a message is, and why: the rules in their order, then the sum of the signals.

mod headline;
mod rules;

pub use super::policy::Caution;
pub use headline::{headline, headline_of};

use super::facts::Facts;
use super::fit::Fit;
use super::ids::{Address, Category, Flags, UnixTime};
use super::ledger::Ledger;
use super::orders::Orders;
use super::signals::{SIGNALS, Scene, Signal, Weights, table};

/// What a message meets: the account it came to and what is known there.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The user's own addresses.
    pub own: &'a [Address],
    /// The account's history.
    pub ledger: &'a Ledger,
    /// The user's orders.
    pub orders: &'a Orders,
    /// How sure to be.
    pub caution: Caution,
    /// The authserv-id of the account's own receiving host, see [`Ledger::trusted_authserv`].
    pub authserv: Option<&'a str>,
    /// How much each signal counts.
    pub weights: &'a Weights,
    /// What the account's own habits add to them; `None` where that is not wanted.
    pub fit: Option<&'a Fit>,
    /// The time of the judgement.
    pub now: UnixTime,
}

/// What a message is.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Where it belongs.
    pub category: Category,
    /// How likely the user wants to see it: 0..1, the logistic function of the sum of the reasons' weights.
    pub importance: f64,
    /// Why: rules first, then signals, the weightiest first.
    pub reasons: Vec<Reason>,
    /// Not ours to touch: deleted, draft, flagged, or the user's own.
    pub untouchable: bool,
    /// The order that decided.
    pub order: Option<i64>,
}

/// One reason of a verdict. A rule's weight is 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The signal or the rule.
    pub signal: &'static str,
    /// What it added to the log-odds of importance, what the account's own habits shift it by included.
    pub weight: f64,
    /// A sentence. Holds no foreign text.
    pub text: String,
}

/// Judges one message as of its `arrival`, its INTERNALDATE (as of now, when that is unknown or in the future).
///
/// The rules, first match decides: untouchable, blackhole orders, other orders, thread, time-critical, score. Whatever gives
/// `top` gives `inbox` instead where the message may not be trusted with it.
pub fn judge(facts: &Facts, flags: Flags, arrival: UnixTime, situation: &Situation<'_>) -> Verdict {
    judge_with(true, facts, flags, arrival, situation)
}

/// As [`judge`], but without the reasons: for a first look at very many messages, of which most are then asked for their
/// reasons one batch at a time, or never.
pub fn judge_without_words(facts: &Facts, flags: Flags, arrival: UnixTime, situation: &Situation<'_>) -> Verdict {
    judge_with(false, facts, flags, arrival, situation)
}

fn judge_with(words: bool, facts: &Facts, flags: Flags, arrival: UnixTime, situation: &Situation<'_>) -> Verdict {
    let at = if arrival.0 > 0 { arrival.min(situation.now) } else { situation.now };
    let scene = Scene::new(facts, situation.own, situation.ledger, situation.authserv, at);
    let score = Score::of(&scene, situation, words);
    let decision = rules::decide(&scene, flags, situation, &score);
    let (category, untouchable, order) = (decision.category, decision.untouchable, decision.order);
    let mut reasons = if words { decision.reasons() } else { Vec::new() };
    reasons.extend(score.reasons);
    Verdict { category, importance: score.importance, reasons, untouchable, order }
}

/// The sum of the signals.
struct Score {
    importance: f64,
    reasons: Vec<Reason>,
    /// Above 0: news rather than bulk.
    news: f64,
    /// The signals that lean most towards news and towards bulk.
    leanings: [Option<(f64, String)>; 2],
    /// Whether sentences are wanted.
    words: bool,
}

impl Score {
    fn of(scene: &Scene<'_>, situation: &Situation<'_>, words: bool) -> Score {
        let mut score = Score { importance: 0.0, reasons: Vec::new(), news: 0.0, leanings: [None, None], words };
        // On the stack: this is done for every message.
        let (mut weights, mut count) = ([0.0; SIGNALS], 0);
        let tilt = situation.fit.and_then(|fit| fit.tilt(scene));
        for (place, (signal, weight)) in table().zip(situation.weights.iter()).enumerate() {
            let strength = (signal.strength)(scene);
            if strength != 0.0 {
                let shift = tilt.map_or(0.0, |tilt| tilt.of(place, signal.name, strength));
                let (weight, news) = (weight.weight * strength + shift, weight.news * strength);
                if weight != 0.0 {
                    weights[count] = weight;
                    count += 1;
                }
                score.add(scene, signal, weight, news, shift);
            }
        }
        let weights = &mut weights[..count];
        weights.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        score.reasons.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        // Summed in the order in which they are shown, so that whoever adds them up gets the same number to the last bit.
        let sum: f64 = weights.iter().sum();
        score.importance = 1.0 / (1.0 + (-sum).exp());
        score
    }

    fn add(&mut self, scene: &Scene<'_>, signal: &'static Signal, weight: f64, news: f64, shift: f64) {
        let words = self.words;
        let sentence = || if words { (signal.sentence)(scene) } else { String::new() };
        if words && weight != 0.0 {
            let text = with_shift(sentence(), shift);
            self.reasons.push(Reason { signal: signal.name, weight, text });
        }
        if news == 0.0 || !scene.is_impersonal() {
            return;
        }
        self.news += news;
        let most = &mut self.leanings[usize::from(news < 0.0)];
        if most.as_ref().is_none_or(|(most, _)| news.abs() > *most) {
            *most = Some((news.abs(), sentence()));
        }
    }

    /// Whether it is news, and the sentence that says most about it.
    fn kind(&self) -> (bool, Option<&str>) {
        let news = self.news > 0.0;
        let most = self.leanings[usize::from(!news)].as_ref();
        (news, most.map(|(_, sentence)| sentence.as_str()).filter(|sentence| !sentence.is_empty()))
    }
}

/// A shift that would show as 0.00 is not worth a word.
fn with_shift(sentence: String, shift: f64) -> String {
    let silent = sentence.is_empty() || shift.abs() < 0.005;
    if silent { sentence } else { format!("{sentence} ({shift:+.2} by your own habits)") }
}

#[cfg(test)]
mod tests;
