//! What would be filed, at each level of `caution`, before anything is: reads the account as the first pass does, into the state
//! directory that it is given, and moves nothing.

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

/// Messages whose facts are in memory at a time.
const AT_ONCE: usize = 4_000;

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
    let waiting = desk.take_fresh();
    let learner = desk.learner().await?;
    let learned = learner.learned;
    let orders = orders(learner)?;
    let mut preview = Preview { inbox: inbox.selected.exists, judged: waiting.len(), learned, ..Preview::default() };
    // The newest first: the last ones that came.
    for to in (1..=waiting.len()).rev().step_by(AT_ONCE) {
        let places: Vec<usize> = (to.saturating_sub(AT_ONCE)..to).rev().collect();
        let fresh = waiting.load(&places)?;
        let situation = situation(setting, learner, &orders, &fresh)?;
        for (caution, counts) in LEVELS.into_iter().zip(&mut preview.counts) {
            count(counts, &fresh, &Situation { caution, ..situation }, setting.account.top);
        }
        add_examples(&mut preview.examples, &fresh, &situation);
    }
    // They came by parts of INBOX; they are shown by category.
    preview.examples.sort_by_key(|example| example.category);
    Ok(preview)
}

fn count(counts: &mut Counts, fresh: &[Fresh], situation: &Situation<'_>, top: TopMode) {
    let decisions = decide(fresh, situation, top);
    decisions.iter().filter(|(_, step)| *step != Step::Keep).for_each(|(category, _)| counts.add(*category));
}

fn add_examples(found: &mut Vec<Example>, fresh: &[Fresh], situation: &Situation<'_>) {
    let decisions = decide(fresh, situation, TopMode::Move);
    for wanted in [Category::Top, Category::News, Category::Bulk] {
        let of_it = fresh.iter().zip(&decisions);
        for (one, _) in of_it.filter(|(_, (category, step))| *category == wanted && *step != Step::Keep) {
            let known = found.iter().filter(|example| example.category == wanted);
            let (shown, sender) = (known.clone().count(), sender(one));
            if shown < EXAMPLES && !known.clone().any(|example| example.from == sender) {
                found.push(example(one, sender, situation));
            }
        }
    }
}

/// The name that its sender goes by.
fn sender(one: &Fresh) -> String {
    match (&*one.facts.from_name, &one.facts.from) {
        ("", Some(address)) => address.as_str().to_owned(),
        ("", None) => "(nobody)".to_owned(),
        (name, _) => name.to_owned(),
    }
}

fn example(one: &Fresh, from: String, situation: &Situation<'_>) -> Example {
    let verdict = judge(&one.facts, one.flags, one.internal_date, situation);
    let reasons: Vec<_> = verdict.reasons.iter().map(|one| (one.signal, one.weight, one.text.as_str())).collect();
    Example {
        category: verdict.category,
        from,
        subject: one.facts.subject.to_string(),
        at: one.internal_date,
        because: verdict::headline(&reasons).to_owned(),
    }
}
