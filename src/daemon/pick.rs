//! Messages that the user points at go where the user says, and their senders' mail from now on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::desk::Desk;
use super::doubts;
use super::filing::{self, Filed, Run};
use super::judging::read_again;
use super::learner::Fresh;
use super::opening::Ready;
use super::order::{ordered, target};
use super::setting::Setting;
use crate::imap::mover::open_if_there;
use crate::imap::{Access, Session};
use crate::logic::doubt::Doubt;
use crate::logic::engine::{MessageKey, Width};
use crate::logic::facts::Facts;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, Uid};
use crate::logic::journal::{Intent, Kind, Place, State};
use crate::logic::orders::Who;
use crate::logic::plan::{Mode, TopMode};

/// What the user wants.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// Messages of one account.
    pub(super) messages: Vec<MessageKey>,
    /// Where to.
    pub(super) category: Category,
    /// How far the orders reach.
    pub(super) width: Width,
}

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Picked {
    /// Messages that were moved.
    pub(super) moved: u32,
    /// Messages that lay there already.
    pub(super) there: u32,
    /// Messages that were not moved, and why.
    pub(super) failed: Vec<(MessageKey, String)>,
    /// Of the messages that now lie where they should: whom an order can be about.
    pub(super) whos: BTreeSet<Who>,
}

/// Whom an order can be about that is given by pointing at this message. `None`: it names no sender, or it is the user's own.
pub(super) fn who(facts: &Facts, width: Width, own: &[crate::logic::ids::Address]) -> Option<Who> {
    let author = facts.author().filter(|author| !own.contains(author));
    let address = || author.map(|author| Who::Address(author.clone()));
    let list = || facts.list_id.clone().map(Who::List);
    match width {
        Width::Natural | Width::List => list().or_else(address),
        Width::Address => address(),
        Width::Domain => author.map(|author| Who::Domain(author.domain().into())),
    }
}

/// Whom orders would be about, and why all of their messages may be somebody else's; nothing else.
pub(super) async fn whos(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    wish: &Wish,
) -> Result<BTreeMap<Who, Option<Doubt>>, Fault> {
    let mut picked = Picked::default();
    let found = find(session, wish, &mut picked).await?;
    let learner = desk.learner().await?;
    let mut whos: BTreeMap<Who, Option<Doubt>> = BTreeMap::new();
    for (_, fresh) in &found {
        let Some(who) = who(&fresh.facts, wish.width, &learner.own) else { continue };
        let doubt = doubts::about(setting, learner, &fresh.facts, &who)?;
        whos.entry(who).and_modify(|known| *known = known.and(doubt)).or_insert(doubt);
    }
    Ok(whos)
}

/// Moves the messages, in one run. A second attempt after a lost connection is given the same `run` and `whos`, and takes what
/// that has done for done.
///
/// # Errors
/// When the connection fails; what was begun is in the journal.
pub(super) async fn file(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    ready: &Ready,
    wish: &Wish,
    (run, whos): (&mut Run, &mut HashMap<MessageKey, Who>),
) -> Result<Picked, Fault> {
    let mut picked = Picked::default();
    let mut asked: BTreeMap<(FolderName, Uid), MessageKey> = BTreeMap::new();
    let mut intents = Vec::new();
    let to = target(setting, &ready.managed, wish.category);
    let before = outcomes(setting, desk, run, wish, &BTreeMap::new()).await?;
    picked.moved += u32::try_from(before.moved.len()).unwrap_or(u32::MAX);
    picked.whos.extend(before.moved.iter().filter_map(|key| whos.get(key).cloned()));
    let rest = Wish {
        messages: wish.messages.iter().filter(|key| !before.moved.contains(key)).cloned().collect(),
        ..wish.clone()
    };
    let found = find(session, &rest, &mut picked).await?;
    let own = desk.learner().await?.own.clone();
    for (key, fresh) in found {
        let whom = who(&fresh.facts, wish.width, &own);
        let flagging = wish.category == Category::Top && setting.account.top == TopMode::Flag;
        if key.folder == to && (!flagging || fresh.flags.important) {
            picked.there += 1;
            picked.whos.extend(whom);
            continue;
        }
        if let Some(why) = untouchable(setting, &fresh) {
            picked.failed.push((key, why.to_owned()));
            continue;
        }
        let about = whom.as_ref().map_or_else(|| "this message".to_owned(), ToString::to_string);
        let from = Place { folder: key.folder.clone(), validity: key.validity, uid: key.uid };
        let intent = ordered(fresh, from, &to, wish.category, &about);
        let kind = if key.folder == to { Kind::Flag } else { Kind::Move };
        intents.push(Intent { kind, ..intent });
        whos.extend(whom.map(|whom| (key.clone(), whom)));
        asked.insert((key.folder.clone(), key.uid), key);
    }
    if !intents.is_empty() {
        let mut filed = Filed::default();
        filing::file(setting, session, desk, run, intents, &mut filed).await?;
    }
    let after = outcomes(setting, desk, run, wish, &asked).await?;
    for key in after.moved.iter().filter(|key| asked.contains_key(&(key.folder.clone(), key.uid))) {
        picked.moved += 1;
        picked.whos.extend(whos.get(key).cloned());
    }
    picked.failed.extend(after.failed);
    Ok(picked)
}

fn untouchable(setting: &Setting<'_>, fresh: &Fresh) -> Option<&'static str> {
    let preview = (setting.account.mode == Mode::Preview).then_some("mode is \"preview\": nothing is moved");
    let deleted = fresh.flags.deleted.then_some("it is marked as deleted");
    let draft = fresh.flags.draft.then_some("it is a draft");
    preview.or(deleted).or(draft).or(fresh.flags.flagged.then_some("it is flagged: take its flag off first"))
}

/// The messages that are still where the user saw them; of the others, why not.
async fn find(session: &mut Session, wish: &Wish, picked: &mut Picked) -> Result<Vec<(MessageKey, Fresh)>, Fault> {
    let mut folders: BTreeMap<FolderName, Vec<&MessageKey>> = BTreeMap::new();
    for key in &wish.messages {
        folders.entry(key.folder.clone()).or_default().push(key);
    }
    let mut found = Vec::with_capacity(wish.messages.len());
    for (folder, keys) in folders {
        let validity = open_if_there(session, &folder, Access::ReadOnly).await?.map(|open| open.uid_validity);
        let (valid, stale): (Vec<&MessageKey>, Vec<&MessageKey>) =
            keys.into_iter().partition(|key| Some(key.validity) == validity);
        let why = if validity.is_none() { "its mailbox is gone" } else { "its mailbox was renumbered: look again" };
        picked.failed.extend(stale.into_iter().map(|key| (key.clone(), why.to_owned())));
        if valid.is_empty() {
            continue;
        }
        let uids: Vec<Uid> = valid.iter().map(|key| key.uid).collect();
        let mut there: HashMap<Uid, Fresh> =
            read_again(session, &folder, &uids).await?.into_iter().map(|fresh| (fresh.uid, fresh)).collect();
        for key in valid {
            match there.remove(&key.uid) {
                Some(fresh) => found.push((key.clone(), fresh)),
                None => picked.failed.push((key.clone(), "it is no longer there".to_owned())),
            }
        }
    }
    Ok(found)
}

#[derive(Default)]
struct Outcomes {
    moved: Vec<MessageKey>,
    failed: Vec<(MessageKey, String)>,
}

/// What the journal says became of the messages in this run. Of those in `asked` that have no row, the server refused the
/// whole mailbox before their turn came.
async fn outcomes(
    setting: &Setting<'_>,
    desk: &mut Desk,
    run: &Run,
    wish: &Wish,
    asked: &BTreeMap<(FolderName, Uid), MessageKey>,
) -> Result<Outcomes, Fault> {
    let mut outcomes = Outcomes::default();
    let mut open: BTreeMap<(FolderName, Uid), MessageKey> = asked.clone();
    let Some(id) = run.id else { return Ok(outcomes) };
    let learner = desk.learner().await?;
    let mut last_trouble = None;
    for (folder, validity, uid, state, trouble) in learner.store.outcomes_of(learner.account, id)? {
        let key = MessageKey { account: setting.account.name.clone(), folder, validity, uid };
        let known = open.remove(&(key.folder.clone(), uid)).is_some();
        match state {
            State::Done if wish.messages.contains(&key) => outcomes.moved.push(key),
            _ if known => {
                let why = trouble.unwrap_or_else(|| "it was not moved".to_owned());
                last_trouble = Some(why.clone());
                outcomes.failed.push((key, why));
            }
            _ => {}
        }
    }
    let why = last_trouble.unwrap_or_else(|| "the server refused it".to_owned());
    outcomes.failed.extend(open.into_values().map(|key| (key, why.clone())));
    Ok(outcomes)
}
