//! The figures of a trial.

use super::mistakes::Mistake;
use super::trial::{CAUTIONS, is_away};
use crate::logic::facts::Oddity;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::policy::Caution;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The user answered it.
    Answered,
    /// The user read it.
    Read,
    /// Neither, as far as the mailbox knows.
    Unread,
}

impl Fate {
    /// All of them.
    pub const ALL: [Fate; 3] = [Fate::Answered, Fate::Read, Fate::Unread];
}

/// A received message.
pub(super) struct Row {
    pub(super) arrival: UnixTime,
    /// At each of [`CAUTIONS`].
    pub(super) categories: [Category; 3],
    pub(super) importance: f64,
    pub(super) fate: Fate,
}

/// How well the user would have been served.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Messages received.
    pub received: u64,
    /// The user's own messages.
    pub own: u64,
    /// When the first and the last received message came.
    pub period: Option<(UnixTime, UnixTime)>,
    /// Answers were recognised by subject, since no own mail has In-Reply-To.
    pub by_subject: bool,
    /// Whether the mailbox says of any message that it was read.
    pub knows_read: bool,
    /// Messages by category (in the order of [`Category::ALL`]) and by fate (in that of [`Fate::ALL`]).
    pub confusion: [[u64; 3]; 5],
    /// Each level of caution, from the one that files most.
    pub cautions: Vec<AtCaution>,
    /// The level that the other figures are of.
    pub caution: Caution,
    /// What is left when the first 30 % of the messages, when little was known, are not counted.
    pub settled: Rates,
    /// The answered mails that would have been filed away, the oldest first. When there were very many filed mails in between, an
    /// answered one may be counted but not be listed here.
    pub mistakes: Vec<Mistake>,
    /// What was wrong with headers, and how often.
    pub oddities: Vec<(Oddity, u64)>,
}

/// What one level of caution would have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtCaution {
    /// The level.
    pub caution: Caution,
    /// Its figures, over the whole period.
    pub rates: Rates,
}

/// The figures of a stretch of mail.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Messages received.
    pub received: u64,
    /// Of them, filed to News, Bulk or Blackhole.
    pub filed_away: u64,
    /// Of them, in Top.
    pub top: u64,
    /// Of them, answered.
    pub answered: u64,
    /// Answered and filed away.
    pub answered_filed_away: u64,
    /// Answered and in Top.
    pub answered_top: u64,
    /// The chance that an answered mail is held more important than one that was not answered: 0.5 is a coin.
    pub auc: Option<f64>,
}

impl Rates {
    /// Messages that stay in the inbox.
    pub fn inbox(&self) -> u64 {
        self.received - self.filed_away - self.top
    }

    /// The share of mail that is filed away.
    pub fn relief(&self) -> Option<f64> {
        share(self.filed_away, self.received)
    }

    /// The share of answered mail that is filed away.
    pub fn harm(&self) -> Option<f64> {
        share(self.answered_filed_away, self.answered)
    }

    /// The share of answered mail that is in Top.
    pub fn top_hit(&self) -> Option<f64> {
        share(self.answered_top, self.answered)
    }

    /// The share of Top that was answered.
    pub fn top_precision(&self) -> Option<f64> {
        share(self.answered_top, self.top)
    }

    fn of(rows: &[Row], level: usize) -> Rates {
        let mut rates = Rates { received: rows.len() as u64, auc: auc(rows), ..Rates::default() };
        for row in rows {
            let (category, answered) = (row.categories[level], row.fate == Fate::Answered);
            rates.answered += u64::from(answered);
            rates.filed_away += u64::from(is_away(category));
            rates.top += u64::from(category == Category::Top);
            rates.answered_filed_away += u64::from(answered && is_away(category));
            rates.answered_top += u64::from(answered && category == Category::Top);
        }
        rates
    }
}

impl Figures {
    /// The figures of the chosen level of caution.
    pub fn rates(&self) -> Rates {
        let chosen = self.cautions.iter().find(|one| one.caution == self.caution);
        chosen.map(|one| one.rates).unwrap_or_default()
    }

    /// The days of the period, at least one.
    pub fn days(&self) -> f64 {
        self.period.map_or(1.0, |(first, last)| last.days_since(first)).max(1.0)
    }
}

/// The share of the messages, from the first one, in which little was known yet.
const WARM_UP: f64 = 0.3;

/// What the rows alone say.
pub(super) fn figures(rows: &[Row], caution: Caution) -> Figures {
    let level = CAUTIONS.iter().position(|one| *one == caution).unwrap_or(1);
    let mut confusion = [[0; 3]; 5];
    for row in rows {
        let category = Category::ALL.iter().position(|one| *one == row.categories[level]).unwrap_or(1);
        confusion[category][row.fate as usize] += 1;
    }
    let cautions = CAUTIONS.iter().enumerate();
    Figures {
        received: rows.len() as u64,
        period: rows.first().zip(rows.last()).map(|(first, last)| (first.arrival, last.arrival)),
        knows_read: rows.iter().any(|row| row.fate == Fate::Read),
        confusion,
        cautions: cautions.map(|(level, &caution)| AtCaution { caution, rates: Rates::of(rows, level) }).collect(),
        caution,
        settled: Rates::of(&rows[(rows.len() as f64 * WARM_UP) as usize..], level),
        ..Figures::default()
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The area under the ROC curve: ranks of the answered among all, ties counted as half.
fn auc(rows: &[Row]) -> Option<f64> {
    let mut scored: Vec<(f64, bool)> = rows.iter().map(|row| (row.importance, row.fate == Fate::Answered)).collect();
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = scored.iter().filter(|one| one.1).count() as f64;
    let negatives = scored.len() as f64 - positives;
    let (mut ranks, mut below) = (0.0, 0.0);
    for ties in scored.chunk_by(|a, b| a.0 == b.0) {
        let hits = ties.iter().filter(|one| one.1).count() as f64;
        ranks += hits * (below + (ties.len() as f64 + 1.0) / 2.0);
        below += ties.len() as f64;
    }
    let pairs = positives * negatives;
    (pairs > 0.0).then(|| (ranks - positives * (positives + 1.0) / 2.0) / pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(category: Category, importance: f64, fate: Fate) -> Row {
        Row { arrival: UnixTime(0), categories: [category; 3], importance, fate }
    }

    #[test]
    fn figures_say_what_was_done() {
        use Category::{Bulk, Inbox, Top};
        let rows = [
            row(Top, 0.9, Fate::Answered),
            row(Top, 0.8, Fate::Read),
            row(Bulk, 0.1, Fate::Answered),
            row(Bulk, 0.1, Fate::Unread),
            row(Inbox, 0.5, Fate::Unread),
        ];
        let figures = figures(&rows, Caution::Normal);
        let rates = figures.rates();
        assert_eq!((rates.received, rates.filed_away, rates.top, rates.inbox()), (5, 2, 2, 1));
        assert_eq!((rates.harm(), rates.top_hit(), rates.top_precision()), (Some(0.5), Some(0.5), Some(0.5)));
        assert_eq!(figures.confusion, [[1, 1, 0], [0, 0, 1], [0; 3], [1, 0, 1], [0; 3]]);
        // Of 2 x 3 pairs the answered one is ahead in 3, and level in 1.
        assert!((rates.auc.unwrap() - 3.5 / 6.0).abs() < 1e-9);
        assert_eq!(figures.settled.received, 4);
    }

    #[test]
    fn nothing_has_no_figures() {
        let figures = figures(&[], Caution::High);
        assert_eq!((figures.rates().harm(), figures.rates().auc, figures.period), (None, None, None));
        assert_eq!((figures.caution, figures.days()), (Caution::High, 1.0));
    }
}
