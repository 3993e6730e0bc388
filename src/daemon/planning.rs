//! From verdicts to what is to be done.

use super::backlog::Backlog;
use super::learner::Fresh;
use super::setting::Setting;
use crate::logic::ids::{Category, FolderName, UidValidity};
use crate::logic::journal::{Intent, Kind, Place};
use crate::logic::plan::{Judged, Managed, Step, TopMode, step};
use crate::logic::verdict::{Reason, Situation, judge_without_words};

/// Messages by category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// To Top, or flagged `$Important`.
    pub top: usize,
    /// To News.
    pub news: usize,
    /// To Bulk.
    pub bulk: usize,
    /// To Blackhole.
    pub blackhole: usize,
}

impl Counts {
    /// One more.
    pub fn add(&mut self, category: Category) {
        match category {
            Category::Top => self.top += 1,
            Category::News => self.news += 1,
            Category::Bulk => self.bulk += 1,
            Category::Blackhole => self.blackhole += 1,
            Category::Inbox => {}
        }
    }

    /// "12 of 20 messages in INBOX would be filed (…)".
    pub(super) fn would_be_filed(&self, exists: u32) -> String {
        format!(
            "{} of {exists} messages in INBOX would be filed (top {}, news {}, bulk {}, blackhole {})",
            self.sum(),
            self.top,
            self.news,
            self.bulk,
            self.blackhole
        )
    }

    /// From the order of [`Category::ALL`].
    pub fn of([top, _, news, bulk, blackhole]: [u32; 5]) -> Counts {
        let [top, news, bulk, blackhole] = [top, news, bulk, blackhole].map(|count| count as usize);
        Counts { top, news, bulk, blackhole }
    }

    /// In the order of [`Category::ALL`].
    pub(super) fn by_category(&self) -> [u32; 5] {
        [self.top, 0, self.news, self.bulk, self.blackhole].map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// All of them.
    pub fn sum(&self) -> usize {
        self.top + self.news + self.bulk + self.blackhole
    }
}

/// What each message is and what is to be done with it, worked out on two threads: a first pass judges everything at once,
/// when nothing else is left to do.
pub(super) fn decide(fresh: &[Fresh], situation: &Situation<'_>, top: TopMode) -> Vec<(Category, Step)> {
    let decide = |part: &[Fresh]| -> Vec<(Category, Step)> {
        let verdicts = part.iter().map(|one| judge_without_words(&one.facts, one.flags, one.internal_date, situation));
        verdicts.map(|verdict| (verdict.category, step(&verdict, top))).collect()
    };
    let (first, second) = fresh.split_at(fresh.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| decide(second));
        let mut decisions = decide(first);
        decisions.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        decisions
    })
}

/// The question to ask, and what to say where nobody can be asked.
pub(super) fn surprise(setting: &Setting<'_>, counts: &Counts, exists: u32) -> (String, String) {
    let name = &setting.account.name;
    let counts = counts.would_be_filed(exists);
    (format!("{name}: {counts}. File them?"), format!("{name}: {counts}: more than is usual, so nothing was moved"))
}

/// What stays and what goes.
pub(super) struct Plan {
    /// The messages that were judged.
    pub(super) backlog: Backlog,
    /// What each of them is, and what is to be done with it.
    pub(super) decisions: Vec<(Category, Step)>,
    /// What the habits of the user will be learned from.
    pub(super) sketches: Vec<super::habits::Judged>,
}

impl Plan {
    /// What would go where.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.decisions.iter().filter(|(_, step)| *step != Step::Keep).for_each(|(category, _)| counts.add(*category));
        counts
    }

    /// The places in the backlog of those of which `wanted` is true, in order.
    pub(super) fn places(&self, wanted: impl Fn(Category, Step) -> bool) -> impl Iterator<Item = usize> {
        let wanted = move |(_, (category, step)): &(usize, &(Category, Step))| wanted(*category, *step);
        self.decisions.iter().enumerate().filter(wanted).map(|(place, _)| place)
    }
}

/// The journal's row for a message of INBOX.
pub(super) fn intent(one: Judged, step: Step, managed: &Managed, validity: UidValidity) -> Intent {
    let (kind, to) = match step {
        Step::Flag => (Kind::Flag, FolderName::inbox()),
        _ => (Kind::Move, managed.of(one.verdict.category)),
    };
    Intent {
        kind,
        category: one.verdict.category,
        instance: one.instance,
        message_id: one.message_id,
        internal_date: one.internal_date,
        from: Place { folder: FolderName::inbox(), validity, uid: one.uid },
        to,
        undoes: None,
        sender: one.from.map(|from| from.as_str().to_owned()).unwrap_or_default(),
        subject: one.subject.chars().take(200).collect(),
        reasons: reasons_json(&one.verdict.reasons),
    }
}

/// Reasons as the journal keeps them: the array that `plan` prints.
fn reasons_json(reasons: &[Reason]) -> String {
    let list: Vec<_> = reasons
        .iter()
        .map(|reason| serde_json::json!({ "signal": reason.signal, "weight": reason.weight, "text": reason.text }))
        .collect();
    serde_json::Value::Array(list).to_string()
}
