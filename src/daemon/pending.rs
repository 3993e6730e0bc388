//! What waits for the user's word, and what comes of the word.
//!
//! Looking, declining, and confirming orders need the database only; [`put_back`] alone needs a connection.

use super::desk::Desk;
use super::filing::{self, Filed, Run};
use super::judging::read_again;
use super::opening::{Ready, open, ready};
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::folders::Folders;
use crate::imap::{Access, Session};
use crate::logic::engine::{WaitingKind, WaitingRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, Uid, UnixTime};
use crate::logic::journal::{Intent, Kind, Place};
use crate::logic::orders::Who;
use crate::logic::plan::{Managed, Mode, TopMode};
use crate::store::{AccountId, AccountLock, Given, Store, Waiting, WaitingFor};

/// Something that waits, with how much mail a yes would move.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What waits.
    pub waiting: Waiting,
    /// Messages that a yes moves.
    pub moves: usize,
    /// It is about somebody the user has written to.
    pub written: bool,
}

/// Everything that waits for a word, oldest first. Offers of mail that is not in Blackhole any more are left out.
pub fn pending(store: &Store) -> Result<Vec<Pending>, Fault> {
    let accounts = store.known_accounts()?;
    let mut found = Vec::new();
    for waiting in store.waiting()? {
        let account = accounts.iter().find(|(_, name)| *name == waiting.account).map(|(account, _)| *account);
        let moves = match (&waiting.what, account) {
            (WaitingFor::Return(who, _), Some(account)) => in_blackhole(store, account, who)?,
            _ => 0,
        };
        let written = match &waiting.what {
            WaitingFor::Order(who, _) => !store.written_to(who)?.is_empty(),
            _ => false,
        };
        if moves > 0 || !matches!(waiting.what, WaitingFor::Return(..)) {
            found.push(Pending { waiting, moves, written });
        }
    }
    Ok(found)
}

/// How much of somebody's mail lies in Blackhole, as far as mailherd has looked.
fn in_blackhole(store: &Store, account: AccountId, who: &Who) -> Result<usize, Fault> {
    let managed = store.managed(account)?;
    let is_blackhole =
        |folder: &FolderName| managed.iter().any(|(name, category)| name == folder && *category == Category::Blackhole);
    let (kind, name) = who.columns();
    Ok(store.messages_of(account, kind, name)?.iter().filter(|(folder, ..)| is_blackhole(folder)).count())
}

impl Pending {
    /// In the words of a face.
    pub fn row(&self) -> WaitingRow {
        let Pending { waiting, moves, written } = self;
        let say = |(who, category): &(Who, Category)| format!("mail of {who} is {category} from now on");
        let (kind, text, details) = match &waiting.what {
            WaitingFor::Order(who, category) if *written && *category == Category::Blackhole => {
                let text = format!("banish {who}, to whom you have written: {}", say(&(who.clone(), *category)));
                (WaitingKind::Order, text, Vec::new())
            }
            WaitingFor::Order(who, category) => {
                let text = say(&(who.clone(), *category));
                let why = "the mail that you moved may be forged: `mailherd why` says what is known of it".to_owned();
                (WaitingKind::Order, text, vec![why])
            }
            WaitingFor::Reorganisation(orders) => {
                let text =
                    format!("learn from the {} mails of {} senders that you moved", waiting.messages, orders.len());
                (WaitingKind::Order, text, orders.iter().map(say).collect())
            }
            WaitingFor::Return(who, category) => {
                let messages = if *moves == 1 { "1 message".to_owned() } else { format!("{moves} messages") };
                let text = format!("{messages} of {who} still in Blackhole: put back to {}", category.word());
                (WaitingKind::Return, text, vec![format!("{who} is not banished any more, so they do not fall")])
            }
        };
        let (id, account) = (waiting.id.to_string(), waiting.account.clone());
        WaitingRow { id, account, kind, since: waiting.at, text, details }
    }
}

/// The orders under this number come into force, each with the number that it has then. `None` when no orders wait under it.
pub fn confirm(store: &mut Store, id: i64, now: UnixTime) -> Result<Option<Vec<Given>>, Fault> {
    store.confirm_orders(id, now)
}

/// What is under this number waits no longer, and nothing comes of it. `false` when nothing waits under it.
pub fn decline(store: &mut Store, id: i64, now: UnixTime) -> Result<bool, Fault> {
    store.decided(id, now)
}

/// Puts mail back that lies in Blackhole and whose sender is not banished any more. Gives the number of messages that were
/// moved; in preview, that would be.
pub async fn put_back(
    config: &Config,
    setting: &Setting<'_>,
    waiting: &Waiting,
    run: &mut Run,
) -> Result<usize, Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let mut desk = Desk::new(open(config, setting)?);
    let mut session = setting.connect().await?;
    let result = read_and_put_back(setting, &mut session, &mut desk, waiting, run).await;
    if !session.is_broken() {
        session.logout().await;
    }
    result
}

async fn read_and_put_back(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    waiting: &Waiting,
    run: &mut Run,
) -> Result<usize, Fault> {
    let ready = ready(setting, session, desk).await?;
    ready.to_move()?;
    sync::sync(setting, session, desk, &ready.folders, &ready.managed, Scope::All).await?;
    back(setting, session, desk, &ready, waiting, run).await
}

/// The same on an open session, under the account's lock, with what is known of the mailboxes.
pub(super) async fn back(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    ready: &Ready,
    waiting: &Waiting,
    run: &mut Run,
) -> Result<usize, Fault> {
    let WaitingFor::Return(who, category) = &waiting.what else { return Ok(0) };
    let Ready { folders, managed, still_open, .. } = ready;
    let intents = intents(setting, session, desk, (folders, managed), (who, *category)).await?;
    let count = intents.len();
    if setting.account.mode == Mode::Preview {
        return Ok(count);
    }
    let mut filed = Filed::default();
    filing::file(setting, session, desk, run, intents, &mut filed).await?;
    if let Some(fault) = filing::denial(&setting.account.name, &filed.denied).or(still_open.clone()) {
        return Err(fault);
    }
    desk.learner().await?.store.decided(waiting.id, setting.now)?;
    Ok(filed.done.len())
}

async fn intents(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    (folders, managed): (&Folders, &Managed),
    (who, category): (&Who, Category),
) -> Result<Vec<Intent>, Fault> {
    let learner = desk.learner().await?;
    let (kind, name) = who.columns();
    let mut uids: Vec<Uid> = Vec::new();
    for (folder, uid, _) in learner.store.messages_of(learner.account, kind, name)? {
        if folder == managed.blackhole {
            uids.push(uid);
        }
    }
    if uids.is_empty() || !folders.opens(&managed.blackhole) {
        return Ok(Vec::new());
    }
    let to = match (category, setting.account.top) {
        (Category::Top, TopMode::Flag | TopMode::Off) => FolderName::inbox(),
        _ => managed.of(category),
    };
    let validity = session.select(&managed.blackhole, Access::ReadOnly).await?.uid_validity;
    let found = read_again(session, &managed.blackhole, &uids).await?;
    let reason = format!("{who} is not banished any more, and you wanted it back");
    let reasons = serde_json::json!([{ "signal": "return", "weight": 0.0, "text": reason }]).to_string();
    let theirs = found.into_iter().filter(|one| {
        who.means(one.facts.from.as_ref(), one.facts.list_id.as_ref()) && !one.flags.deleted && !one.flags.draft
    });
    let intents = theirs.map(|one| Intent {
        kind: Kind::Move,
        category,
        instance: one.instance,
        message_id: one.facts.message_id,
        internal_date: one.internal_date,
        from: Place { folder: managed.blackhole.clone(), validity, uid: one.uid },
        to: to.clone(),
        undoes: None,
        sender: one.facts.from.map(|from| from.as_str().to_owned()).unwrap_or_default(),
        subject: one.facts.subject.chars().take(200).collect(),
        reasons: reasons.clone(),
    });
    Ok(intents.collect())
}
