//! Logistic regression by Newton's method, drawn towards where it starts from.

use mailherd::logic::signals::{BASE, Signal, table};

use super::boxes::{Mailbox, Row};

/// How much a box counts: as many rows as this, whatever its size, so that no busy owner decides for all.
const BOX: f64 = 300.0;
/// How many list copies count against one unanswered direct copy.
const LISTS: f64 = 0.0;
/// What a unit of squared distance from the prior costs.
const RIDGE: f64 = 20.0;
const STEPS: usize = 40;
/// What holds a weight where it is.
const HELD: f64 = 1e9;
/// The least weight of a signal whose sign is known.
const LEAST: f64 = 0.05;
/// The farthest that a weight may go in one step: far from the best weights, Newton's steps are too long.
const LONGEST: f64 = 0.5;

/// Signals that the boxes do not show: there are no flags in them, and hardly any mail to the owner alone.
const UNSEEN: [&str; 7] = ["read", "list-read", "discarded", "flagged", "writes-on-list", "only-you", "not-to-you"];

/// Whether a signal keeps the weight that was set by hand. Signs of machines and words of news do too: the boxes are of one public
/// list server each, and would teach that every machine is one.
fn by_hand() -> Vec<bool> {
    let machine = table().position(|signal| signal.name == "list").unwrap_or(usize::MAX);
    table().enumerate().map(|(place, signal)| place >= machine || UNSEEN.contains(&signal.name)).collect()
}

/// The weights that a fit is drawn to: nothing, so that no earlier fit, which saw the box that is scored, has a say.
pub fn prior() -> Vec<f64> {
    let held = |signal: &Signal, held: bool| if held && signal.name != BASE { signal.weight } else { 0.0 };
    table().zip(by_hand()).map(|(signal, by_hand)| held(signal, by_hand)).collect()
}

/// Answered and unanswered direct mail count the same in every box, so importance one half is where they are equally likely.
fn counted(mailbox: &Mailbox) -> impl Iterator<Item = (&Row, f64)> {
    let of = |answered: bool, direct: bool| {
        mailbox.rows.iter().filter(|row| (row.answered, row.direct) == (answered, direct)).count().max(1) as f64
    };
    let answered = mailbox.rows.iter().filter(|row| row.answered && row.direct).count().max(1) as f64;
    let (direct, list) = (of(false, true), of(false, false));
    mailbox.rows.iter().map(move |row| {
        let share = match (row.answered, row.direct) {
            (true, true) => 1.0 / answered,
            (false, true) => 1.0 / direct,
            (_, false) => LISTS / list,
        };
        (row, BOX * share)
    })
}

/// The weights, in the order of the table.
///
/// Each box has a base of its own while the others are learned, since mail is only ever ranked within a box: what tells busy owners
/// from lazy ones must not weigh on what tells one owner's mails apart. The base of the table is their mean.
pub fn fit(mailboxes: &[&Mailbox], start: Vec<f64>) -> Vec<f64> {
    let mut prior = prior();
    let mut ridges = ridges();
    let mut weights = start;
    let mut bases = vec![0.0; mailboxes.len()];
    let base = table().position(|signal| signal.name == BASE).unwrap_or_default();
    weights[base] = 0.0;
    for _ in 0..STEPS {
        let sums: Vec<Sums> = mailboxes.iter().zip(&bases).map(|(one, base)| Sums::of(one, &weights, *base)).collect();
        let n = weights.len();
        let mut gradient: Vec<f64> = (0..n).map(|i| ridges[i] * (prior[i] - weights[i])).collect();
        let mut hessian = vec![0.0; n * n];
        (0..n).for_each(|i| hessian[i * n + i] = ridges[i]);
        sums.iter().for_each(|sums| sums.add_without_base(&mut gradient, &mut hessian));
        let mut step = solve(hessian, gradient);
        let longest = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
        step.iter_mut().for_each(|step| *step *= (LONGEST / longest).min(1.0));
        bases.iter_mut().zip(&sums).for_each(|(base, sums)| *base += sums.base_step(&step).clamp(-LONGEST, LONGEST));
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
        for (place, sign) in signs() {
            if weights[place] * sign < LEAST && ridges[place] < HELD {
                (prior[place], weights[place], ridges[place]) = (LEAST * sign, LEAST * sign, HELD);
            }
        }
        if step.iter().all(|step| step.abs() < 1e-4) {
            break;
        }
    }
    weights[base] = bases.iter().sum::<f64>() / bases.len().max(1) as f64;
    weights
}

/// Slopes and curvatures of the likelihood of one box, with those of its base apart.
struct Sums {
    gradient: Vec<f64>,
    hessian: Vec<f64>,
    base_slope: f64,
    base_curve: f64,
    /// Mixed curvatures of the base and each weight.
    mixed: Vec<f64>,
}

impl Sums {
    fn of(mailbox: &Mailbox, weights: &[f64], base: f64) -> Sums {
        let n = weights.len();
        let mut sums = Sums {
            gradient: vec![0.0; n],
            hessian: vec![0.0; n * n],
            base_slope: 0.0,
            base_curve: 1e-9,
            mixed: vec![0.0; n],
        };
        for (row, count) in counted(mailbox).filter(|(_, count)| *count > 0.0) {
            let likely = logistic(base + score(row, weights));
            let slope = count * (f64::from(row.answered) - likely);
            let curve = count * likely * (1.0 - likely);
            sums.base_slope += slope;
            sums.base_curve += curve;
            for &(i, x) in &row.strengths {
                sums.gradient[usize::from(i)] += slope * f64::from(x);
                sums.mixed[usize::from(i)] += curve * f64::from(x);
                let line = &mut sums.hessian[usize::from(i) * n..][..n];
                for &(j, y) in &row.strengths {
                    line[usize::from(j)] += curve * f64::from(x) * f64::from(y);
                }
            }
        }
        sums
    }

    /// Adds what is left for the weights when the base has gone where it is best (the Schur complement).
    fn add_without_base(&self, gradient: &mut [f64], hessian: &mut [f64]) {
        let n = gradient.len();
        for i in 0..n {
            let share = self.mixed[i] / self.base_curve;
            gradient[i] += self.gradient[i] - share * self.base_slope;
            for j in 0..n {
                hessian[i * n + j] += self.hessian[i * n + j] - share * self.mixed[j];
            }
        }
    }

    /// How far the base goes when the weights go by `step`.
    fn base_step(&self, step: &[f64]) -> f64 {
        let dragged: f64 = self.mixed.iter().zip(step).map(|(mixed, step)| mixed * step).sum();
        (self.base_slope - dragged) / self.base_curve
    }
}

/// The signals that say the same as others in these boxes, and so could come out against what their sentence says.
fn signs() -> impl Iterator<Item = (usize, f64)> {
    const SIGNS: [(&str, f64); 11] = [
        ("answers", 1.0),
        ("writes-to", 1.0),
        ("recent", 1.0),
        ("domain-writes-to", 1.0),
        ("question", 1.0),
        ("one-way", -1.0),
        ("first-contact", -1.0),
        ("crowd", -1.0),
        ("absence", -1.0),
        ("far-down", -1.0),
        ("answers-in-a-row", -1.0),
    ];
    SIGNS.into_iter().filter_map(|(name, sign)| Some((table().position(|signal| signal.name == name)?, sign)))
}

/// How strongly each weight is drawn to its prior. That of the base is not learned here, but box by box.
fn ridges() -> Vec<f64> {
    let held = table().zip(by_hand()).map(|(signal, held)| held || signal.name == BASE);
    held.map(|held| if held { HELD } else { RIDGE }).collect()
}

/// The chance of an answer by `weights`.
pub fn likely(row: &Row, weights: &[f64]) -> f64 {
    logistic(score(row, weights))
}

fn score(row: &Row, weights: &[f64]) -> f64 {
    row.strengths.iter().map(|&(place, strength)| weights[usize::from(place)] * f64::from(strength)).sum()
}

fn logistic(sum: f64) -> f64 {
    1.0 / (1.0 + (-sum).exp())
}

/// The standard deviation of each signal's strength over direct mail: what its weight is worth.
pub fn spread(mailboxes: &[&Mailbox]) -> Vec<f64> {
    let n = table().count();
    let (mut total, mut sums, mut squares) = (0.0, vec![0.0; n], vec![0.0; n]);
    for (row, count) in mailboxes.iter().flat_map(|mailbox| counted(mailbox)).filter(|(row, _)| row.direct) {
        total += count;
        for &(place, strength) in &row.strengths {
            sums[usize::from(place)] += count * f64::from(strength);
            squares[usize::from(place)] += count * f64::from(strength).powi(2);
        }
    }
    sums.iter().zip(&squares).map(|(sum, square)| (square / total - (sum / total).powi(2)).max(0.0).sqrt()).collect()
}

/// Solves `matrix · x = right` for a symmetric positive definite matrix (Cholesky).
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| matrix[i * n + k] * matrix[j * n + k]).sum();
            let rest = matrix[i * n + j] - dot;
            matrix[i * n + j] = if i == j { rest.max(1e-12).sqrt() } else { rest / matrix[j * n + j] };
        }
        let dot: f64 = (0..i).map(|k| matrix[i * n + k] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i * n + i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| matrix[k * n + i] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i * n + i];
    }
    right
}
