//! How good weights are on one box, and on several.

use std::fmt;

use mailherd::logic::ids::Category;
use mailherd::logic::replay::Replay;

use super::boxes::{Mailbox, Row};
use super::fit;

/// Of the last 70 % of a box; missing where there is nothing to measure it by.
#[derive(Clone, Default)]
pub struct Figures([Option<f64>; 7]);

impl Figures {
    /// The names, as [`fmt::Display`] aligns the figures.
    pub const TITLES: &str = "auc_direct   auc_all      harm    relief   top_hit  top_prec base_rate";

    /// Of each figure, over those that have it.
    pub fn mean(figures: &[Figures]) -> Figures {
        let mean = |place: usize| {
            let there: Vec<f64> = figures.iter().filter_map(|one| one.0[place]).collect();
            (!there.is_empty()).then(|| there.iter().sum::<f64>() / there.len() as f64)
        };
        Figures(std::array::from_fn(mean))
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|figure| match figure {
            Some(figure) => write!(f, "{figure:>9.4} "),
            None => write!(f, "{:>9} ", "-"),
        })
    }
}

/// The ranking only, from the rows as they are: what is needed to try signals out.
pub fn quick(mailbox: &Mailbox, weights: &[f64]) -> Figures {
    let judged = mailbox.rows.iter().map(|row| (row, fit::likely(row, weights), Category::Inbox));
    figures(&judged.collect::<Vec<_>>())
}

/// All figures, by replaying the box once more with the weights that `replay` was given.
pub fn replayed(mailbox: &Mailbox, mut replay: Replay) -> Figures {
    let verdicts = mailbox.messages.iter().filter_map(|message| replay.next(&message.mail()));
    let judged =
        mailbox.rows.iter().zip(verdicts).map(|(row, (_, verdict))| (row, verdict.importance, verdict.category));
    figures(&judged.collect::<Vec<_>>())
}

fn figures(judged: &[(&Row, f64, Category)]) -> Figures {
    let late: Vec<_> = judged.iter().filter(|(row, ..)| row.late).collect();
    let direct: Vec<_> = late.iter().filter(|(row, ..)| row.direct).collect();
    let away = |category: Category| !matches!(category, Category::Top | Category::Inbox);
    let share = |of: &dyn Fn(&(&Row, f64, Category)) -> bool, hit: &dyn Fn(&(&Row, f64, Category)) -> bool| {
        let there: Vec<_> = late.iter().filter(|one| of(one)).collect();
        let hits = there.iter().filter(|one| hit(one)).count();
        (!there.is_empty()).then(|| hits as f64 / there.len() as f64)
    };
    let answered = |one: &(&Row, f64, Category)| one.0.direct && one.0.answered;
    Figures([
        auc(direct.iter().map(|(row, likely, _)| (*likely, row.answered)).collect()),
        auc(late.iter().map(|(row, likely, _)| (*likely, row.answered)).collect()),
        share(&answered, &|one| away(one.2)),
        share(&|one| !one.0.direct && !one.0.answered, &|one| away(one.2)),
        share(&answered, &|one| one.2 == Category::Top),
        share(&|one| one.0.direct && one.2 == Category::Top, &|one| one.0.answered),
        share(&|one| one.0.direct, &|one| one.0.answered),
    ])
}

/// The chance that an answered mail is ranked above an unanswered one; ties count as half.
fn auc(mut scored: Vec<(f64, bool)>) -> Option<f64> {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = scored.iter().filter(|(_, answered)| *answered).count() as f64;
    let negatives = scored.len() as f64 - positives;
    let (mut ranks, mut before) = (0.0, 0);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let answered = tied.iter().filter(|(_, answered)| *answered).count() as f64;
        ranks += answered * (2 * before + 1 + tied.len()) as f64 / 2.0;
        before += tied.len();
    }
    (positives > 0.0 && negatives > 0.0)
        .then(|| (ranks - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}
