//! The table: what was measured, against what, and whether it is as promised.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::Plan;

/// Characters that are shown of what went wrong.
const LONGEST: usize = 160;

/// One measurement.
#[derive(Clone, Debug)]
pub struct Row {
    what: String,
    /// What mailherd took, with its unit.
    ours: String,
    /// What it is compared with, and what that took.
    against: String,
    /// The number that the promise is about; none where nothing was measured.
    figure: Option<f64>,
    wanted: String,
    /// Whether it is as promised; none where nothing is promised or nothing was measured.
    kept: Option<bool>,
}

impl Row {
    /// Times against others: their ratio is at most `most`.
    pub fn ratio(what: impl Into<String>, ours: f64, (against, theirs): (&str, f64), ratio: f64, most: f64) -> Row {
        let against = format!("{against}: {}", seconds(theirs));
        Row::new(what, seconds(ours), against, Some(ratio), format!("at most {most} x"), Some(ratio <= most))
    }

    /// Another program's time against ours: it takes at least `least` times as long.
    pub fn faster(what: impl Into<String>, ours: f64, (against, theirs): (&str, f64), ratio: f64, least: f64) -> Row {
        let against = format!("{against}: {}", seconds(theirs));
        Row::new(what, seconds(ours), against, Some(ratio), format!("at least {least} x faster"), Some(ratio >= least))
    }

    /// A figure by itself, at most `most` of its unit.
    pub fn most(what: impl Into<String>, figure: f64, unit: &str, most: f64) -> Row {
        Row::new(
            what,
            amount(figure, unit),
            String::new(),
            Some(figure),
            format!("at most {most} {unit}"),
            Some(figure <= most),
        )
    }

    /// A figure of which nothing is promised.
    pub fn figure(what: impl Into<String>, figure: f64, unit: &str) -> Row {
        Row::new(what, amount(figure, unit), String::new(), Some(figure), String::new(), None)
    }

    /// A time next to another one, of which nothing is promised.
    pub fn beside(what: impl Into<String>, ours: f64, (against, theirs): (&str, f64)) -> Row {
        let against = format!("{against}: {}", seconds(theirs));
        Row::new(what, seconds(ours), against, Some(ours / theirs), String::new(), None)
    }

    /// The same row with more words about what it is compared with.
    pub fn with(mut self, against: impl Into<String>) -> Row {
        self.against = against.into();
        self
    }

    /// What could not be measured here.
    pub fn absent(what: impl Into<String>, why: &str) -> Row {
        Row::new(what, "–".to_owned(), why.to_owned(), None, String::new(), None)
    }

    /// What went wrong while it was measured.
    pub fn failed(what: impl Into<String>, why: &str) -> Row {
        let line: String = why.lines().next().unwrap_or_default().chars().take(LONGEST).collect();
        Row::new(what, "failed".to_owned(), line, None, "an end".to_owned(), Some(false))
    }

    fn new(
        what: impl Into<String>,
        ours: String,
        against: String,
        figure: Option<f64>,
        wanted: String,
        kept: Option<bool>,
    ) -> Row {
        Row { what: what.into(), ours, against, figure, wanted, kept }
    }

    fn verdict(&self) -> &'static str {
        match self.kept {
            Some(true) => "kept",
            Some(false) => "MISSED",
            None => "",
        }
    }
}

/// All rows, group by group.
#[derive(Debug, Default)]
pub struct Table {
    groups: Vec<(String, Vec<Row>, Duration)>,
}

impl Table {
    /// The rows that follow belong to this group.
    pub fn begin(&mut self, group: &str) {
        self.groups.push((group.to_owned(), Vec::new(), Duration::ZERO));
    }

    /// It took so long to measure them.
    pub fn end(&mut self, took: Duration) {
        if let Some((_, _, time)) = self.groups.last_mut() {
            *time = took;
        }
    }

    /// One row more. It is printed at once on standard error, for whoever waits.
    pub fn add(&mut self, row: Row) {
        eprintln!("  {}: {} {} {}", row.what, row.ours, row.against, row.verdict());
        if let Some((_, rows, _)) = self.groups.last_mut() {
            rows.push(row);
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|(_, rows, _)| rows)
    }

    /// Whether no promise was missed.
    pub fn is_kept(&self) -> bool {
        self.rows().all(|row| row.kept != Some(false))
    }

    /// For programs.
    pub fn json(&self, plan: &Plan) -> Value {
        let rows = self.groups.iter().flat_map(|(group, rows, _)| {
            rows.iter().map(move |row| {
                json!({
                    "group": group, "what": row.what, "mailherd": row.ours, "against": row.against,
                    "figure": row.figure, "wanted": row.wanted, "kept": row.kept,
                })
            })
        });
        let took: serde_json::Map<String, Value> =
            self.groups.iter().map(|(group, _, time)| (group.clone(), json!(time.as_secs_f64()))).collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "at": jiff::Timestamp::now().to_string(),
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "messages": plan.messages, "rounds": plan.rounds, "accounts": plan.accounts,
            "kept": self.is_kept(),
            "seconds": took,
            "rows": rows.collect::<Vec<Value>>(),
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = |row: &Row| match row.figure {
            Some(figure) if row.wanted.contains(" x") || row.wanted.is_empty() && row.against.contains(": ") => {
                format!("{figure:.2} x")
            }
            _ => String::new(),
        };
        let cells = |row: &Row| {
            let Row { what, ours, against, wanted, .. } = row;
            [what.clone(), ours.clone(), against.clone(), ratio(row), wanted.clone(), row.verdict().to_owned()]
        };
        let head = ["what", "mailherd", "against", "ratio", "wanted", ""].map(str::to_owned);
        let lines: Vec<[String; 6]> = std::iter::once(head).chain(self.rows().map(cells)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 6] = std::array::from_fn(width);
        for line in &lines {
            let text: String = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
            writeln!(f, "{}", text.trim_end())?;
        }
        let missed = self.rows().filter(|row| row.kept == Some(false)).count();
        let kept = self.rows().filter(|row| row.kept == Some(true)).count();
        write!(f, "\n{kept} promises kept, {missed} missed")
    }
}

/// A time in the unit that suits it.
fn seconds(time: f64) -> String {
    match time {
        time if time >= 10.0 => format!("{time:.1} s"),
        time if time >= 0.1 => format!("{time:.3} s"),
        time if time >= 1e-3 => format!("{:.1} ms", time * 1e3),
        time => format!("{:.2} µs", time * 1e6),
    }
}

fn amount(figure: f64, unit: &str) -> String {
    if figure.abs() >= 100.0 || figure.fract() == 0.0 {
        format!("{figure:.0} {unit}")
    } else {
        format!("{figure:.1} {unit}")
    }
}
