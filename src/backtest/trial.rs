//! The replay with somebody watching: what each message would have been, at each level of caution, and what the user did.

use std::collections::BTreeMap;

use super::answers::{Answers, Number};
use super::figures::{Fate, Figures, Row, figures};
use super::mistakes::Filed;
use crate::logic::facts::{self, Facts, Oddity};
use crate::logic::ids::{Address, Category, Flags, MessageId};
use crate::logic::policy::Caution;
use crate::logic::replay::{Mail, Replay};
use crate::logic::signals::Weights;
use crate::logic::verdict::{Situation, Verdict, judge_without_words};

/// The levels of caution, from the one that files most.
pub(super) const CAUTIONS: [Caution; 3] = [Caution::Low, Caution::Normal, Caution::High];

/// A replay that is being watched. Messages are to be given in the order of their arrival. Takes some 100 bytes a message.
pub struct Trial {
    replay: Replay,
    caution: Caution,
    rows: Vec<Row>,
    answers: Answers,
    filed: Filed,
    oddities: BTreeMap<Oddity, u64>,
    own: u64,
}

/// What a received message would have been.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Its Message-ID, with brackets.
    pub message_id: Option<MessageId>,
    /// Its category.
    pub category: Category,
    /// 0 to 1.
    pub importance: f64,
}

impl Trial {
    /// Begins with an empty ledger. What is predicted, and listed as a mistake, is so at this `caution`.
    pub fn new(own: Vec<Address>, caution: Caution, authserv: Option<String>, weights: Weights) -> Trial {
        Trial {
            replay: Replay::new(own, caution, authserv, weights),
            caution,
            rows: Vec::new(),
            answers: Answers::default(),
            filed: Filed::default(),
            oddities: BTreeMap::new(),
            own: 0,
        }
    }

    /// The same, with weights that the user's own habits shift as time goes on.
    #[must_use]
    pub fn fitted(self, fitted: bool) -> Trial {
        if fitted { Trial { replay: self.replay.fitted(), ..self } } else { self }
    }

    /// The next message. `None` for the user's own mail, which only teaches.
    pub fn next(&mut self, mail: &Mail<'_>) -> Option<Prediction> {
        if mail.own {
            self.own += 1;
            self.answers.sent(&facts::read(mail.header), mail.arrival);
            self.replay.next(mail);
            return None;
        }
        let others = self.at_other_cautions(mail);
        let (facts, verdict) = self.replay.next(mail)?;
        let categories = others.map(|other| other.unwrap_or(verdict.category));
        Some(self.note(mail, categories, facts, verdict))
    }

    /// What the user did, and what mailherd would have done.
    pub fn finish(self) -> Figures {
        let Trial { caution, mut rows, answers, filed, oddities, own, .. } = self;
        let (answered, by_subject) = answers.finish();
        for number in &answered {
            rows[*number as usize].fate = Fate::Answered;
        }
        let mistakes = filed.take(&answered);
        let oddities = oddities.into_iter().collect();
        Figures { own, by_subject, mistakes, oddities, ..figures(&rows, caution) }
    }

    /// `None` for the level at which the replay judges.
    fn at_other_cautions(&self, mail: &Mail<'_>) -> [Option<Category>; 3] {
        let facts = facts::read(mail.header);
        CAUTIONS.map(|caution| {
            let situation = Situation { caution, ..self.replay.situation(mail.arrival) };
            let judged = || judge_without_words(&facts, Flags::default(), mail.arrival, &situation).category;
            (caution != self.caution).then(judged)
        })
    }

    fn note(&mut self, mail: &Mail<'_>, categories: [Category; 3], facts: Facts, verdict: Verdict) -> Prediction {
        let number = Number::try_from(self.rows.len()).unwrap_or(Number::MAX);
        let fate = if mail.flags.seen { Fate::Read } else { Fate::Unread };
        self.rows.push(Row { arrival: mail.arrival, categories, importance: verdict.importance, fate });
        for oddity in &facts.oddities {
            *self.oddities.entry(*oddity).or_default() += 1;
        }
        self.answers.received(number, verdict.importance, &facts, mail.arrival);
        let prediction = Prediction {
            message_id: facts.message_id.clone(),
            category: verdict.category,
            importance: verdict.importance,
        };
        if is_away(verdict.category) {
            self.filed.add(number, facts, mail.arrival, verdict);
        }
        prediction
    }
}

/// Whether mail of this category leaves the user's sight.
pub(super) fn is_away(category: Category) -> bool {
    matches!(category, Category::News | Category::Bulk | Category::Blackhole)
}
