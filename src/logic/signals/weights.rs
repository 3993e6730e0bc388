//! How much each signal counts. The table holds the built-in weights; `backtest --weights` and the learning command bring others.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::table;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// What one signal adds for each unit of its strength.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// To the log-odds of importance.
    #[serde(default)]
    pub weight: f64,
    /// To the leaning of unimportant mail: above 0 towards news, below towards bulk.
    #[serde(default)]
    pub news: f64,
}

/// The weights of all signals, in the order of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights(Box<[Weight]>);

/// The file that `--weights` names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    signals: BTreeMap<String, Weight>,
}

static BUILT_IN: LazyLock<Weights> =
    LazyLock::new(|| Weights(table().map(|signal| Weight { weight: signal.weight, news: signal.news }).collect()));

impl Weights {
    /// Those of the table.
    pub fn built_in() -> &'static Weights {
        &BUILT_IN
    }

    /// Reads `{"signals": {"NAME": {"weight": W, "news": N}}}`. Signals that are not named keep their built-in weights.
    ///
    /// # Errors
    ///
    /// [`Fault::usage`] when it is no such JSON, when a number is not finite, and when a name is no signal's.
    pub fn from_json(text: &str) -> Result<Weights, Fault> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            Fault::usage(
                format!("these are no weights: {}", Printable::new(&error.to_string())),
                "write {\"signals\": {\"NAME\": {\"weight\": 0.5, \"news\": 0.0}}}, as the learning command does",
            )
        })?;
        let mut weights = Weights::built_in().clone();
        for (name, weight) in file.signals {
            let place = table().position(|signal| signal.name == name).ok_or_else(|| unknown(&name))?;
            weights.0[place] = weight;
        }
        Ok(weights)
    }

    /// The opposite of [`Weights::from_json`]: every signal, by name.
    pub fn to_json(&self) -> String {
        let signals = table().zip(&self.0).map(|(signal, weight)| (signal.name.to_string(), *weight)).collect();
        // Names and finite numbers: there is nothing in it that could fail.
        serde_json::to_string_pretty(&File { signals }).unwrap_or_default()
    }

    /// In the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Weight> {
        self.0.iter().copied()
    }

    /// The same weights, with those of importance replaced by `importance`, which is in the order of the table; what it lacks at
    /// its end stays.
    #[must_use]
    pub fn with_importance(&self, importance: &[f64]) -> Weights {
        let mut weights = self.clone();
        weights.0.iter_mut().zip(importance).for_each(|(one, &weight)| one.weight = weight);
        weights
    }

    /// The same for the leaning towards news.
    #[must_use]
    pub fn with_news(&self, news: &[f64]) -> Weights {
        let mut weights = self.clone();
        weights.0.iter_mut().zip(news).for_each(|(one, &news)| one.news = news);
        weights
    }
}

fn unknown(name: &str) -> Fault {
    let distance = |signal: &&super::Signal| strsim::osa_distance(name, signal.name);
    let nearest = table().min_by_key(distance).map_or("", |signal| signal.name);
    Fault::usage(format!("no signal is named \"{}\"", Printable::new(name)), format!("did you mean \"{nearest}\"?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_survive_their_file() {
        let changed = Weights::built_in().with_importance(&[-1.25, 0.5]).with_news(&[0.0, 0.0, -0.75]);
        assert_ne!(&changed, Weights::built_in());
        assert_eq!(Weights::from_json(&changed.to_json()).unwrap(), changed);
    }

    #[test]
    fn what_a_file_leaves_out_stays_as_built_in() {
        let weights = Weights::from_json(r#"{"signals": {"base": {"weight": 3.5}}}"#).unwrap();
        assert_eq!(weights, Weights::built_in().with_importance(&[3.5]));
    }

    #[test]
    fn an_unknown_signal_is_refused_with_the_nearest_one() {
        let fault = Weights::from_json(r#"{"signals": {"re-": {"weight": 1}}}"#).unwrap_err();
        assert_eq!((fault.cause.as_str(), fault.hint.as_str()), ("no signal is named \"re-\"", "did you mean \"re\"?"));
        for bad in ["", "[]", r#"{"signals": {"re": {"wait": 1}}}"#, r#"{"signals": {"re": {"weight": 1e999}}}"#] {
            assert!(Weights::from_json(bad).is_err(), "{bad}");
        }
    }
}
