//! What the user says by moving mail with any program: seen while mailboxes are read, matched when all of them were, made into
//! orders when it has settled.
//!
//! Everything on the way is in the database, so that it survives a restart, and so that a move which one `run --once` sees is
//! learned by the first one that comes `settle_seconds` later.

use std::collections::HashMap;

use super::desk::Desk;
use super::doubts;
use super::learner::Role;
use super::setting::Setting;
use crate::imap::Session;
use crate::logic::doubt::Doubt;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, UnixTime};
use crate::logic::moves::{self, Candidate, TurnedUp, WATCHING};
use crate::logic::orders::Who;
use crate::logic::plan::{Managed, Mode, TopMode};
use crate::logic::signals::same_person;
use crate::store::{AccountId, Observed, Store, Taught, WaitingFor};

/// Moves by a program this often are no coincidence.
const PROGRAM_MOVES: u32 = 3;

/// What the learner notes of moves while it reads.
#[derive(Debug, Default)]
pub(super) struct Observing {
    /// Whether it notes anything. Not in preview, which remembers nothing.
    pub(super) on: bool,
    /// Nobody watched for a while: what turned up in a managed mailbox may have been moved there from INBOX unseen.
    pub(super) away: bool,
    /// Orders that an answer of the user's lifted.
    pub(super) pardoned: Vec<Who>,
}

impl Observing {
    /// What to note of a message that lies where it was not known to lie. In INBOX that is of interest only when it was seen
    /// before, in a managed mailbox also when it was not: then it came while nobody watched, or a program delivered it there.
    pub(super) fn turned_up(
        &self,
        role: Role,
        new: bool,
        managed_at: Option<UnixTime>,
        internal_date: Option<UnixTime>,
        now: UnixTime,
    ) -> Option<TurnedUp> {
        match role {
            _ if !self.on => None,
            Role::Inbox | Role::Managed if !new => Some(TurnedUp::Known),
            Role::Managed => {
                let arrived = internal_date.filter(|at| managed_at.is_some_and(|since| since < *at))?;
                match self.away {
                    true => Some(TurnedUp::Away),
                    false => (now.0 - arrived.0 < WATCHING).then_some(TurnedUp::Delivered),
                }
            }
            _ => None,
        }
    }
}

/// Before the mailboxes are read.
pub(super) async fn begin(setting: &Setting<'_>, desk: &mut Desk) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    let looked_at = learner.store.looked_at(learner.account)?;
    learner.moves.on = setting.account.mode == Mode::File;
    learner.moves.away = looked_at.is_some_and(|at| setting.now.0 - at.0 > WATCHING)
        // What a Sieve script or a second mailherd filed meanwhile looks the same as what the user moved.
        && program_at_work(&learner.store, learner.account, setting.now)?.is_none();
    Ok(())
}

/// How often another program was seen to file mail of this account, within seconds of its arrival or on delivery: when it was
/// more than coincidence, and within a week.
pub(super) fn program_at_work(store: &Store, account: AccountId, now: UnixTime) -> Result<Option<u32>, Fault> {
    let (moves, last) = store.program_moves(account)?;
    Ok((moves >= PROGRAM_MOVES && last.is_some_and(|last| last >= now.minus_days(7))).then_some(moves))
}

/// What to say when somebody else files mail of this account: the finding and the hint.
pub(super) fn other_program(
    store: &Store,
    account: AccountId,
    now: UnixTime,
) -> Result<Option<(String, &'static str)>, Fault> {
    let hint = "one is enough: look for a second mailherd, a Sieve script, or a filter of a mail program";
    Ok(program_at_work(store, account, now)?.map(|moves| {
        (format!("another program files mail too: {moves} messages were moved within seconds of their arrival"), hint)
    }))
}

/// After INBOX and the managed mailboxes were read: what went and what came becomes moves of the user's.
pub(super) async fn observe(setting: &Setting<'_>, desk: &mut Desk) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    for who in std::mem::take(&mut learner.moves.pardoned) {
        tell(setting, &Taught::Pardoned(who), None);
    }
    if !learner.moves.on {
        return Ok(());
    }
    if let Some(Observed { departures, arrivals, resting }) = learner.store.observed(learner.account)? {
        let reading = moves::read(&departures, &arrivals, &resting, setting.now);
        tracing::debug!(went = departures.len(), came = arrivals.len(), changes = reading.changes.len(), "moves");
        learner.store.note_moves(learner.account, &reading, setting.now)?;
    }
    if let Some((text, hint)) = other_program(&learner.store, learner.account, setting.now)? {
        setting.watcher.advise(&setting.account.name, &text, hint);
    }
    learner.store.looked(learner.account, setting.now)
}

/// For whoever watches for long without reading: what is delivered meanwhile is not taken for moved. At least every
/// [`WATCHING`] seconds.
pub fn still_watching(store: &mut Store, account: &str, now: UnixTime) -> Result<(), Fault> {
    let account = store.account(account)?;
    store.looked(account, now)
}

/// When the next move will have settled, and a pass would make an order of it; `None`: nothing was moved.
pub fn next_due(store: &Store, setting: &Setting<'_>) -> Result<Option<UnixTime>, Fault> {
    let first = store.first_unsettled(store.account(&setting.account.name)?)?;
    Ok(first.map(|at| UnixTime(at.0 + i64::from(setting.account.settle_seconds))))
}

/// Makes orders of the moves that have settled, and says so. Before anything is judged: what came in the same pass follows them.
pub(super) async fn learn(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    managed: &Managed,
) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    if !learner.moves.on {
        return Ok(());
    }
    let categories = categories(setting, managed);
    let mut candidates = Vec::new();
    for (place, mut candidate) in learner.store.unsettled(learner.account)? {
        candidate.category = categories.get(&place.0).copied();
        candidate.own =
            candidate.sender.as_ref().is_some_and(|sender| learner.own.iter().any(|own| same_person(own, sender)));
        candidates.push((place, candidate));
    }
    if candidates.is_empty() {
        return Ok(());
    }
    doubts::note(setting, session, learner, &mut candidates).await?;
    let candidates: Vec<Candidate> = candidates.into_iter().map(|(_, candidate)| candidate).collect();
    let settled = moves::settle(&candidates, setting.now, setting.account.settle_seconds);
    if settled == moves::Settled::default() {
        return Ok(());
    }
    let taught = learner.store.teach(learner.account, &settled, &managed.blackhole, setting.now)?;
    for one in &taught {
        let doubt = match one {
            Taught::Asks(waiting) => {
                settled.lessons.iter().find(|lesson| waiting.is_about(&lesson.who)).and_then(|lesson| lesson.doubt)
            }
            _ => None,
        };
        tell(setting, one, doubt);
    }
    Ok(())
}

/// What the mailboxes are for between which a move is an order.
fn categories(setting: &Setting<'_>, managed: &Managed) -> HashMap<FolderName, Category> {
    let top_is_ours = setting.account.top == TopMode::Move;
    let ours = managed.all().into_iter().filter(|(category, _)| *category != Category::Top || top_is_ours);
    let ours = ours.map(|(category, name)| (name.clone(), category));
    ours.chain([(FolderName::inbox(), Category::Inbox)]).collect()
}

/// Says what was learned, and how it is taken back.
fn tell(setting: &Setting<'_>, taught: &Taught, doubt: Option<Doubt>) {
    let pending = "`mailherd orders --pending` shows what waits for your word";
    let (text, hint) = match taught {
        Taught::Ordered(who, category, messages) => {
            let mails = if *messages == 1 { "1 mail".to_owned() } else { format!("{messages} mails") };
            let (to, after) = goes(*category);
            let text = format!("you moved {mails} of {who} to {to}: {after}");
            (text, format!("`mailherd untrain {}` takes that back", quoted(who)))
        }
        Taught::Pardoned(who) => {
            let text =
                format!("mail of {who} is not banished any more; what of it lies in Blackhole stays and does not fall");
            (text, "`mailherd orders --pending` offers it back".to_owned())
        }
        Taught::Asks(waiting) => {
            let text = match &waiting.what {
                WaitingFor::Reorganisation(orders) => format!(
                    "{} mails of {} senders were moved at once: nothing is learned from that without a word from you",
                    waiting.messages,
                    orders.len()
                ),
                WaitingFor::Order(who, category) if doubt.is_some() => {
                    let why = doubt.map_or("", Doubt::text);
                    let (to, _) = goes(*category);
                    format!(
                        "mail of {who} was moved to {to}, and nothing is learned from that without a word from you: {why}"
                    )
                }
                WaitingFor::Order(who, _) | WaitingFor::Return(who, _) => format!(
                    "mail of {who} was moved to Blackhole, and you have written to them: they are not banished without a \
                     word from you"
                ),
            };
            (text, format!("`mailherd confirm {}` says yes; {pending}", waiting.id))
        }
    };
    setting.watcher.learned(&setting.account.name, &text, &hint);
}

fn goes(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::Top => ("Top", "its mail goes there from now on"),
        Category::Inbox => ("INBOX", "its mail stays there from now on"),
        Category::News => ("News", "its mail goes there from now on"),
        Category::Bulk => ("Bulk", "its mail goes there from now on"),
        Category::Blackhole => ("Blackhole", "its mail goes there from now on"),
    }
}

/// As a shell takes it. People paste it, and whoever sends mail chooses what stands in it.
fn quoted(who: &Who) -> String {
    let text = who.to_string();
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@._+-=".contains(&byte));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_that_is_pasted_does_nothing_but_what_it_says() {
        for (who, expected) in [
            ("anna.b+x@friends.example", "anna.b+x@friends.example"),
            ("<letter.kitchen.example>", "'<letter.kitchen.example>'"),
            ("$(reboot)@evil.example", "'$(reboot)@evil.example'"),
            ("<a';reboot;'b>", r"'<a'\'';reboot;'\''b>'"),
        ] {
            assert_eq!(quoted(&Who::parse(who).unwrap()), expected);
        }
    }
}
