//! What would be filed, at each level of `caution`, before anything is: reads the account as the first pass does, into the state
//! directory that it is given, and moves nothing.

use std::collections::HashSet;

use super::desk::Desk;
use super::judging::{orders, situation};
use super::learner::Fresh;
use super::managed;
use super::opening::open;
use super::planning::{Counts, decide};
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::folders;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::plan::{Step, TopMode};
use crate::logic::policy::Caution;
use crate::logic::verdict::{self, Situation, judge};
use crate::store::AccountLock;

/// Examples of each category.
const EXAMPLES: usize = 4;

/// The levels, from the one that files most.
pub const LEVELS: [Caution; 3] = [Caution::Low, Caution::Normal, Caution::High];

/// What would be filed.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Messages in INBOX.
    pub inbox: u32,
    /// Of these, young enough to be filed at all (`backlog_days`) and without a verdict so far.
    pub judged: usize,
    /// Messages of all folders that taught whom the user talks to.
    pub learned: u64,
    /// What would be filed at each of [`LEVELS`].
    pub counts: [Counts; 3],
    /// Some of each category at the account's own level, the newest first, no two of one sender.
    pub examples: Vec<Example>,
}

/// One message that would be filed.
#[derive(Clone, Debug)]
pub struct Example {
    /// Where to.
    pub category: Category,
    /// Who sent it; foreign text.
    pub from: String,
    /// What it is about; foreign text.
    pub subject: String,
    /// When it came.
    pub at: UnixTime,
    /// The strongest reason.
    pub because: String,
}

/// Reads and judges.
///
/// # Errors
/// As a pass that moves nothing.
pub async fn preview(config: &Config, setting: &Setting<'_>) -> Result<Preview, Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let mut desk = Desk::new(open(config, setting)?);
    let mut session = setting.connect().await?;
    let folders = folders::discover(&mut session).await?;
    let managed = managed::resolve(&setting.account.folders, &folders);
    let inbox = sync::sync(setting, &mut session, &mut desk, &folders, &managed, Scope::All).await?;
    session.logout().await;
    desk.learner().await?;
    let mut fresh = desk.take_fresh();
    let learner = desk.learner().await?;
    let learned = learner.learned;
    let orders = orders(learner)?;
    let situation = situation(setting, learner, &orders);
    fresh.sort_by_key(|one| std::cmp::Reverse(one.uid));
    let counts = LEVELS.map(|caution| counted(&fresh, &Situation { caution, ..situation }, setting.account.top));
    let examples = examples(&fresh, &situation);
    Ok(Preview { inbox: inbox.selected.exists, judged: fresh.len(), learned, counts, examples })
}

fn counted(fresh: &[Fresh], situation: &Situation<'_>, top: TopMode) -> Counts {
    let mut counts = Counts::default();
    let decisions = decide(fresh, situation, top);
    decisions.iter().filter(|(_, step)| *step != Step::Keep).for_each(|(category, _)| counts.add(*category));
    counts
}

fn examples(fresh: &[Fresh], situation: &Situation<'_>) -> Vec<Example> {
    let decisions = decide(fresh, situation, TopMode::Move);
    let mut found = Vec::new();
    for wanted in [Category::Top, Category::News, Category::Bulk] {
        let mut senders = HashSet::new();
        let of_it =
            fresh.iter().zip(&decisions).filter(|(_, (category, step))| *category == wanted && *step != Step::Keep);
        let new = of_it.filter(|(one, _)| senders.insert(one.facts.from.clone()));
        found.extend(new.take(EXAMPLES).map(|(one, _)| example(one, situation)));
    }
    found
}

fn example(one: &Fresh, situation: &Situation<'_>) -> Example {
    let verdict = judge(&one.facts, one.flags, one.internal_date, situation);
    let reasons: Vec<_> = verdict.reasons.iter().map(|one| (one.signal, one.weight, one.text.as_str())).collect();
    let from = match (&*one.facts.from_name, &one.facts.from) {
        ("", Some(address)) => address.as_str().to_owned(),
        ("", None) => "(nobody)".to_owned(),
        (name, _) => name.to_owned(),
    };
    Example {
        category: verdict.category,
        from,
        subject: one.facts.subject.to_string(),
        at: one.internal_date,
        because: verdict::headline(&reasons).to_owned(),
    }
}
