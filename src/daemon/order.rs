//! Orders from the command line: "always news", "blackhole", and what is there already goes along.

use std::collections::HashSet;

use super::desk::Desk;
use super::filing::{self, Filed, Run};
use super::judging::read_again;
use super::learner::Fresh;
use super::managed;
use super::opening::{Ready, open, ready};
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::folders::{self, Folders};
use crate::imap::{Access, Session};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, Uid};
use crate::logic::journal::{Intent, Kind, Place};
use crate::logic::orders::{Order, Orders, Who};
use crate::logic::plan::{self, Managed, Mode, TopMode};
use crate::store::AccountLock;

/// An address behind `who` that the user has written to. Reads what is new first, so that the answer is up to date.
pub async fn written_to(config: &Config, setting: &Setting<'_>, who: &Who) -> Result<Option<String>, Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let mut desk = Desk::new(open(config, setting)?);
    let mut session = setting.connect().await?;
    let folders = folders::discover(&mut session).await?;
    let managed = managed::resolve(&setting.account.folders, &folders);
    sync::sync(setting, &mut session, &mut desk, &folders, &managed, Scope::All).await?;
    session.logout().await;
    let learner = desk.learner().await?;
    let written = learner.store.written_to(who)?.into_iter().find(|written| written.account == setting.account.name);
    Ok(written.map(|written| written.address.as_str().to_owned()))
}

/// Files what is there from `who`: everything in INBOX and the managed mailboxes that is not where it belongs now.
/// In preview nothing is moved. Gives the number of messages that were (or would be) moved.
pub async fn file_existing(
    config: &Config,
    setting: &Setting<'_>,
    order: &Order,
    run: &mut Run,
) -> Result<usize, Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let mut desk = Desk::new(open(config, setting)?);
    let mut session = setting.connect().await?;
    let result = read_and_file(setting, &mut session, &mut desk, order, run).await;
    if !session.is_broken() {
        session.logout().await;
    }
    result
}

async fn read_and_file(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    order: &Order,
    run: &mut Run,
) -> Result<usize, Fault> {
    let ready = ready(setting, session, desk).await?;
    ready.to_move()?;
    sync::sync(setting, session, desk, &ready.folders, &ready.managed, Scope::All).await?;
    existing(setting, session, desk, &ready, order, run).await
}

/// The same on an open session, under the account's lock, with what is known of the mailboxes.
pub(super) async fn existing(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    ready: &Ready,
    order: &Order,
    run: &mut Run,
) -> Result<usize, Fault> {
    let Ready { folders, managed, still_open, .. } = ready;
    let intents = intents(setting, session, desk, folders, managed, order).await?;
    let count = intents.len();
    let inbox = session.select(&FolderName::inbox(), Access::ReadOnly).await?.exists;
    if setting.account.mode == Mode::Preview {
        return Ok(count);
    }
    if plan::is_surprise(count, inbox as usize) {
        let name = &setting.account.name;
        setting.consent(
            &format!("{name}: {count} messages of {} go along. Move them?", order.who),
            &format!(
                "{name}: {count} messages of {} would be moved: more than is usual, so nothing was moved",
                order.who
            ),
        )?;
    }
    let mut filed = Filed::default();
    filing::file(setting, session, desk, run, intents, &mut filed).await?;
    filing::denial(&setting.account.name, &filed.denied).or(still_open.clone()).map_or(Ok(filed.done.len()), Err)
}

async fn intents(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    folders: &Folders,
    managed: &Managed,
    order: &Order,
) -> Result<Vec<Intent>, Fault> {
    let target = target(setting, managed, order.category);
    let learner = desk.learner().await?;
    let (kind, name) = order.who.columns();
    let mut places: std::collections::BTreeMap<FolderName, Vec<Uid>> = std::collections::BTreeMap::new();
    for (folder, uid, _) in learner.store.messages_of(learner.account, kind, name)? {
        let ours = folder.is_inbox() || managed.category(&folder).is_some();
        // Blackhole keeps what lies in it: only lifting the order, or an undo, brings it back.
        if ours && folder != target && folders.opens(&folder) {
            places.entry(folder).or_default().push(uid);
        }
    }
    let own: HashSet<_> = learner.own.iter().cloned().collect();
    let mut intents = Vec::new();
    for (folder, uids) in places {
        let found = read_again(session, &folder, &uids).await?;
        let validity = session.select(&folder, Access::ReadOnly).await?.uid_validity;
        for one in found {
            let untouchable = one.flags.deleted || one.flags.draft || one.flags.flagged;
            let is_own = one.facts.from.as_ref().is_some_and(|from| own.contains(from));
            // The facts decide, not the database: mail of a list follows the list's own order.
            if untouchable || is_own || !follows(order, &one.facts) {
                continue;
            }
            let from = Place { folder: folder.clone(), validity, uid: one.uid };
            intents.push(ordered(one, from, &target, order.category, &order.who.to_string()));
        }
    }
    Ok(intents)
}

/// Where mail of a category goes at the user's word.
pub(super) fn target(setting: &Setting<'_>, managed: &Managed, category: Category) -> FolderName {
    match (category, setting.account.top) {
        (Category::Top, TopMode::Flag | TopMode::Off) => FolderName::inbox(),
        (category, _) => managed.of(category),
    }
}

/// The journal's row for a message that goes where the user said.
pub(super) fn ordered(one: Fresh, from: Place, to: &FolderName, category: Category, what: &str) -> Intent {
    Intent {
        kind: Kind::Move,
        category,
        instance: one.instance,
        message_id: one.facts.message_id,
        internal_date: one.internal_date,
        from,
        to: to.clone(),
        undoes: None,
        sender: one.facts.from.map(|from| from.as_str().to_owned()).unwrap_or_default(),
        subject: one.facts.subject.chars().take(200).collect(),
        reasons: serde_json::json!([{ "signal": "order", "weight": 0.0,
            "text": format!("you said: {what} is {category}") }])
        .to_string(),
    }
}

fn follows(order: &Order, facts: &crate::logic::facts::Facts) -> bool {
    let orders = Orders::new(vec![order.clone()]);
    match order.category {
        Category::Blackhole => orders.blackhole_for(facts).is_some(),
        _ => orders.other_for(facts).is_some(),
    }
}
