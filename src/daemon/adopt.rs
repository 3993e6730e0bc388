//! Folders of SaneBox: which there are, and whose mail lies in them. Reads headers, and moves nothing.

use super::desk::Desk;
use super::judging::read_all;
use super::managed;
use super::opening::open;
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::Session;
use crate::imap::folders::{self, Folders};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, FolderName, ListId};
use crate::logic::orders::Who;
use crate::logic::transfer::Map;
use crate::logic::transfer::sanebox::{self, Census, Sane};
use crate::store::{AccountId, AccountLock, Store};

/// A folder of SaneBox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaneFolder {
    /// As the server spells it.
    pub name: FolderName,
    /// As the user knows it; foreign text.
    pub display: String,
    /// Messages in it.
    pub messages: u32,
    /// What it is.
    pub what: Sane,
}

/// What the folders of SaneBox say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adoption {
    /// All of them.
    pub folders: Vec<SaneFolder>,
    /// Orders, with how many messages speak for each.
    pub orders: Vec<(Who, Category, usize)>,
    /// Senders whose newest mail is in INBOX: no order for them.
    pub in_inbox: usize,
    /// Senders whom the user has written to, and who would have left INBOX: no order for them.
    pub written_to: Vec<(Who, Category)>,
}

impl Adoption {
    /// Which folder is to be filed into from now on, by category: of several the one that holds most.
    pub fn names(&self) -> Vec<(Category, &SaneFolder)> {
        let of = |category: Category| {
            let mut held = self.folders.iter().filter(|folder| folder.what == Sane::Holds(category)).peekable();
            let first = *held.peek()?;
            Some((category, held.fold(first, |most, one| if one.messages > most.messages { one } else { most })))
        };
        Category::ALL.into_iter().filter(|category| *category != Category::Inbox).filter_map(of).collect()
    }
}

/// Looks at the account. `learn` first reads everything that is new, so that it is known whom the user has written to; where a daemon
/// holds the account, it is.
///
/// # Errors
/// As any connection; refused when another mailherd is at work and `learn` is set.
pub async fn sanebox(config: &Config, setting: &Setting<'_>, map: &Map, learn: bool) -> Result<Adoption, Fault> {
    let _lock = if learn { Some(AccountLock::take(&config.state_dir, &setting.account.name)?) } else { None };
    let mut session = setting.connect().await?;
    let folders = folders::discover(&mut session).await?;
    if learn {
        let mut desk = Desk::new(open(config, setting)?);
        let managed = managed::resolve(&setting.account.folders, &folders);
        sync::sync(setting, &mut session, &mut desk, &folders, &managed, Scope::All).await?;
        desk.learner().await?;
    }
    let learner = open(config, setting)?;
    let mut adoption = Adoption { folders: sane_folders(&mut session, &folders, map).await?, ..Adoption::default() };
    let own = setting.account.own_addresses();
    let mut census = Census::default();
    for folder in &adoption.folders {
        if let (Sane::Holds(category), true) = (&folder.what, folder.messages > 0) {
            read(setting, &mut session, folder, *category, &own, &mut census).await?;
        }
    }
    session.logout().await;
    let (store, account) = (learner.store, learner.account);
    for (address, list, at) in store.newest_in(account, &FolderName::inbox())? {
        let who = list.map_or(Who::Address(address), Who::List);
        if census.knows(&who) {
            census.count(who, Category::Inbox, at);
        }
    }
    let counted = census.counted();
    adoption.in_inbox = counted.in_inbox;
    for (who, category, messages) in counted.orders {
        match category != Category::Top && is_written_to(&store, account, &who)? {
            true => adoption.written_to.push((who, category)),
            false => adoption.orders.push((who, category, messages)),
        }
    }
    Ok(adoption)
}

async fn sane_folders(session: &mut Session, folders: &Folders, map: &Map) -> Result<Vec<SaneFolder>, Fault> {
    let mut found = Vec::new();
    for folder in folders.all.iter().filter(|folder| folder.selectable) {
        let Some(what) = sanebox::folder(&folder.display, map) else { continue };
        let messages = session.status(&folder.name).await?.messages.unwrap_or(0);
        found.push(SaneFolder { name: folder.name.clone(), display: folder.display.clone(), messages, what });
    }
    Ok(found)
}

async fn read(
    setting: &Setting<'_>,
    session: &mut Session,
    folder: &SaneFolder,
    category: Category,
    own: &[Address],
    census: &mut Census,
) -> Result<(), Fault> {
    let mut done = 0;
    read_all(session, &folder.name, folder.messages, |one| {
        done += 1;
        if done % 1000 == 0 {
            let total = u64::from(folder.messages).max(done);
            setting.watcher.reading(&setting.account.name, &folder.name, done, total);
        }
        let mine = one.facts.from.as_ref().is_some_and(|from| own.contains(from));
        if let Some(who) = sanebox::who(&one.facts, category).filter(|_| !mine && !one.flags.deleted) {
            census.count(who, category, one.internal_date);
        }
        Ok(())
    })
    .await
}

fn is_written_to(store: &Store, account: AccountId, who: &Who) -> Result<bool, Fault> {
    match who {
        Who::Address(address) => Ok(store.ledger_row(account, address)?.is_some_and(|row| row.sent_to > 0)),
        _ => Ok(false),
    }
}

/// Remembers that mail is filed into these folders from now on, so that no later run asks. What lies in them never falls or expires.
///
/// # Errors
/// Local, when the database fails.
pub fn manage(config: &Config, setting: &Setting<'_>, names: &[(Category, FolderName)]) -> Result<(), Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let learner = open(config, setting)?;
    let (mut store, account) = (learner.store, learner.account);
    for (category, name) in names {
        // One that was never read is asked about by the run that files into it first.
        if let Some(folder) = store.folder(account, name)? {
            store.manage_folder(folder.id, *category, setting.now)?;
        }
    }
    Ok(())
}

/// The lists that the accounts have had mail of.
///
/// # Errors
/// Local, when the database fails.
pub fn known_lists(store: &Store, account: Option<&str>) -> Result<Vec<ListId>, Fault> {
    let account = account.map(|name| store.account(name)).transpose()?;
    store.lists(account)
}
