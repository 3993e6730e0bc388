//! What is wrong, and what to do: looks at every part of an account and changes nothing.

use std::collections::HashSet;

use super::learner::Learner;
use super::opening::open;
use super::setting::Setting;
use super::steps::{self, Check, Step, Stop, Tell};
use super::unreadable::{self, Search};
use super::{clock, managed, moves};
use crate::config::Config;
use crate::imap::folders::{self, Folders, SpecialUse};
use crate::imap::{Access, Session, Untagged, mover, quirks};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, Uid};
use crate::logic::plan::{Managed, TopMode};
use crate::store::{AccountLock, Store};

/// The parts that all accounts share.
pub fn common(config: &Config) -> Vec<Check> {
    let accounts =
        if config.accounts.len() == 1 { "1 account".to_owned() } else { format!("{} accounts", config.accounts.len()) };
    let read = Check::good(None, "config", format!("{} is sound: {accounts}", config.path.display()));
    let database = Store::open(&config.state_dir).and_then(|store| match store.integrity()? {
        None => Ok(store.path().display().to_string()),
        Some(complaint) => Err(Fault::local(
            format!("the database {} is damaged: {complaint}", store.path().display()),
            "restore it from a backup, or move it away: mailherd then starts afresh (undo of old moves is lost with it)",
        )),
    });
    let database = match database {
        Ok(path) => Check::good(None, "database", format!("{path} is sound")),
        Err(fault) => Check::bad(None, "database", fault),
    };
    vec![read, database]
}

/// The parts of one account, until one of them stands in the way of the next. Each is told as soon as it was looked at.
///
/// # Errors
/// The step on the way to a session that failed; what was bad after that is told only.
pub async fn account(config: &Config, setting: &Setting<'_>, tell: Tell<'_>) -> Result<(), Stop> {
    let name = setting.account.name.as_str();
    tell(Step::Done(match AccountLock::take(&config.state_dir, name) {
        Ok(_) => Check::good(Some(name), "lock", "no other mailherd is at work on it"),
        Err(fault) => Check::warn(name, "lock", fault.cause, fault.hint),
    }));
    let mut session = steps::log_in(setting.account, tell).await?;
    capabilities(setting, &session).into_iter().for_each(|check| tell(Step::Done(check)));
    tell(Step::Begins("folders"));
    match look_at_folders(config, setting, &mut session).await {
        Ok(found) => found.into_iter().for_each(|check| tell(Step::Done(check))),
        Err(fault) => tell(Step::Done(Check::bad(Some(name), "folders", fault))),
    }
    if !session.is_broken() {
        session.logout().await;
    }
    Ok(())
}

fn capabilities(setting: &Setting<'_>, session: &Session) -> Vec<Check> {
    let name = setting.account.name.as_str();
    let has = |word: &str| session.capabilities().has(word);
    let mut checks = Vec::new();
    match (has("MOVE"), has("UIDPLUS")) {
        (true, _) => checks.push(Check::good(Some(name), "capabilities", "MOVE: mail is moved in one step")),
        (false, true) => {
            checks.push(Check::good(
                Some(name),
                "capabilities",
                "no MOVE, but UIDPLUS: mail is copied, proven, and then expunged",
            ));
        }
        (false, false) => checks.push(Check::bad(Some(name), "capabilities", mover::cannot_move())),
    }
    if !has("CONDSTORE") {
        let detail = "no CONDSTORE: every pass compares the flags of all mail in INBOX and the managed mailboxes";
        checks.push(Check::good(Some(name), "capabilities", detail));
    }
    checks
}

async fn look_at_folders(config: &Config, setting: &Setting<'_>, session: &mut Session) -> Result<Vec<Check>, Fault> {
    let name = setting.account.name.as_str();
    let folders = folders::discover(session).await?;
    let mut checks = vec![sent(setting, &folders), trash(setting, &folders)];
    let managed = managed::resolve(&setting.account.folders, &folders);
    let learner = open(config, setting)?;
    checks.extend(look_at_programs(setting, &learner.store)?);
    checks.extend(look_for_unreadable(setting, session, &learner, &folders, &managed).await?);
    let mut missing = Vec::new();
    for (category, folder) in managed.all() {
        if category == Category::Top && setting.account.top != TopMode::Move {
            continue;
        }
        let shown = folders.display(folder);
        let managed_already =
            learner.store.folder(learner.account, folder)?.is_some_and(|known| known.managed_at.is_some());
        checks.push(if let Some(reason) = quirks::is_provider_spam(session.host(), &folders, folder) {
            let hint = format!("give another name in the config: [folders] {} = \"…\"", category.word());
            let fault = Fault::refused(format!("mail cannot be filed into {shown}: {reason}"), hint);
            Check { clash: Some(category), ..Check::bad(Some(name), "folders", fault) }
        } else if !folders.opens(folder) {
            missing.push(shown);
            continue;
        } else if managed_already {
            Check::good(Some(name), "folders", format!("{shown} is there"))
        } else {
            let messages = session.status(folder).await?.messages.unwrap_or(0);
            let detail = format!("{shown} exists already, with {messages} messages");
            let hint = "the first run asks before it files into it (--yes says yes)";
            let clash = (messages > 0).then_some(category);
            Check { clash, ..Check::warn(name, "folders", detail, hint) }
        });
    }
    if !missing.is_empty() {
        let detail = format!("the first run in mode \"file\" creates {}", missing.join(", "));
        checks.push(Check::good(Some(name), "folders", detail));
    }
    let inbox = session.select(&FolderName::inbox(), Access::ReadOnly).await?;
    checks.push(Check::good(Some(name), "folders", format!("INBOX holds {} messages", inbox.exists)));
    checks.extend(look_at_clock(setting, session, inbox.exists).await?);
    if setting.account.top == TopMode::Flag {
        let writable = session.select(&FolderName::inbox(), Access::ReadWrite).await?;
        if !keyword_possible(&writable) {
            let detail = "top = \"flag\", but the server takes no keywords in INBOX: top mail stays as it is";
            checks.push(Check::warn(name, "folders", detail, "set top = \"move\" or \"off\""));
        }
    }
    Ok(checks)
}

/// Messages of INBOX and the managed mailboxes that mailherd has come by and does not know: it could not read them, since the server cannot.
async fn look_for_unreadable(
    setting: &Setting<'_>,
    session: &mut Session,
    learner: &Learner,
    folders: &Folders,
    managed: &Managed,
) -> Result<Option<Check>, Fault> {
    let inbox = FolderName::inbox();
    let ours = managed.all().into_iter().map(|(_, name)| name).filter(|name| folders.opens(name));
    let mut found = Vec::new();
    for name in std::iter::once(&inbox).chain(ours) {
        let Some(known) = learner.store.folder(learner.account, name)? else { continue };
        let selected = session.select(name, Access::ReadOnly).await?;
        if selected.exists == 0 || selected.uid_validity != known.validity {
            continue;
        }
        let read: HashSet<Uid> = learner.store.uids_in(known.id)?.into_iter().map(|(uid, _)| uid).collect();
        let answer = session.exec("UID FETCH 1:* (UID)").await?.ok_or_fault("reading messages")?;
        let there = answer.untagged.iter().filter_map(|one| match one {
            Untagged::Fetch(row) => row.uid,
            _ => None,
        });
        let unknown: Vec<Uid> = there.filter(|uid| *uid < known.next && !read.contains(uid)).collect();
        let mut search = Search::new(&unknown);
        while search.next(session).await?.is_some() {}
        let unreadable = search.end(session).await?;
        if !unreadable.is_empty() {
            found.push(unreadable::named(name, &unreadable));
        }
    }
    let name = setting.account.name.as_str();
    Ok(unreadable::words(&found).map(|detail| Check::warn(name, "messages", detail, unreadable::HINT)))
}

/// Whether somebody else files mail of this account: within seconds of its arrival, or on delivery.
fn look_at_programs(setting: &Setting<'_>, store: &Store) -> Result<Option<Check>, Fault> {
    let name = setting.account.name.as_str();
    let found = moves::other_program(store, store.account(name)?, setting.now)?;
    Ok(found.map(|(detail, hint)| Check::warn(name, "programs", detail, hint)))
}

/// Looks at the oldest message of INBOX: by its age the server tells its time.
async fn look_at_clock(setting: &Setting<'_>, session: &mut Session, exists: u32) -> Result<Option<Check>, Fault> {
    if exists == 0 {
        return Ok(None);
    }
    let inbox = FolderName::inbox();
    let answer = session.exec("FETCH 1 (UID INTERNALDATE)").await?.ok_or_fault("reading the date of a message")?;
    let oldest = answer.untagged.iter().find_map(|one| match one {
        Untagged::Fetch(row) => Some((row.uid?, row.internaldate?)),
        _ => None,
    });
    let Some(oldest) = oldest else { return Ok(None) };
    let name = setting.account.name.as_str();
    Ok(clock::far_apart(session, &inbox, oldest, setting.now).await?.map(|apart| match apart {
        false => Check::good(Some(name), "clock", "the clock here and the server's agree to within a day"),
        true => Check::warn(
            name,
            "clock",
            "the clock here and the server's differ by more than a day, so nothing falls out of Blackhole",
            "set the clock of this machine (an NTP service keeps it right)",
        ),
    }))
}

/// Whether `$Important` can be set for good.
pub(super) fn keyword_possible(selected: &crate::imap::Selected) -> bool {
    selected.keywords_allowed || selected.permanent_flags.iter().any(|flag| flag.eq_ignore_ascii_case("$Important"))
}

fn sent(setting: &Setting<'_>, folders: &Folders) -> Check {
    let name = setting.account.name.as_str();
    match folders.special(SpecialUse::Sent) {
        Some(sent) => {
            Check::good(Some(name), "folders", format!("your own mail is read from {}", folders.display(&sent.name)))
        }
        None => Check::warn(
            name,
            "folders",
            "there is no Sent mailbox, so mailherd cannot see whom you write to",
            "let your mail program keep sent mail on the server, in a mailbox called Sent",
        ),
    }
}

fn trash(setting: &Setting<'_>, folders: &Folders) -> Check {
    let name = setting.account.name.as_str();
    match folders.special(SpecialUse::Trash) {
        Some(trash) => {
            let days = setting.account.blackhole_days;
            let shown = folders.display(&trash.name);
            Check::good(Some(name), "folders", format!("mail falls from Blackhole to {shown} after {days} days"))
        }
        None => Check::warn(
            name,
            "folders",
            "there is no Trash mailbox, so nothing falls out of Blackhole",
            "create a mailbox called Trash if it should",
        ),
    }
}
