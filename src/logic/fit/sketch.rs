//! What is kept of a message until it is known what became of it.

use crate::logic::facts::Facts;
use crate::logic::ids::UnixTime;
use crate::logic::signals::{Scene, Trust, Weights, table};
use crate::logic::verdict::Situation;

/// The strengths of a message's signals, as they were when it was judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    /// The log-odds of importance by the weights alone.
    pub(super) odds: f64,
    /// Places in the table, rising, and strengths other than 0.
    pub(super) strengths: Vec<(u16, f32)>,
}

/// Whether the fit has to do with a message at all: not with a machine's or a list's, nor with one that may be an impostor's.
pub(super) fn teaches(scene: &Scene<'_>) -> bool {
    !scene.is_impersonal() && scene.trust != Trust::Lost && scene.facts.author().is_some()
}

impl Sketch {
    /// Of a message that arrived at `arrival`; `None` when it is none to learn from.
    pub fn of(facts: &Facts, arrival: UnixTime, situation: &Situation<'_>) -> Option<Sketch> {
        let scene = Scene::new(facts, situation.own, situation.ledger, situation.authserv, arrival.min(situation.now));
        teaches(&scene).then(|| Sketch::seen(&scene, situation.weights))
    }

    fn seen(scene: &Scene<'_>, weights: &Weights) -> Sketch {
        let mut sketch = Sketch::default();
        for (place, (signal, weight)) in (0..).zip(table().zip(weights.iter())) {
            let strength = (signal.strength)(scene);
            if strength != 0.0 {
                sketch.odds += weight.weight * strength;
                sketch.strengths.push((place, strength as f32));
            }
        }
        sketch
    }

    /// One strength for each signal of the table.
    pub(super) fn dense(&self) -> impl Iterator<Item = f64> {
        let mut rest = self.strengths.iter().copied().peekable();
        (0_u16..)
            .take(table().count())
            .map(move |place| rest.next_if(|(seen, _)| *seen == place).map_or(0.0, |(_, strength)| f64::from(strength)))
    }
}
