//! What mailherd leaves behind in an account, taken away again: the empty folders that it filed into. Putting mail back is
//! [`undo`](super::undo).
//!
//! No row of the journal tells of a folder: nothing but empty ones are removed, and the next run in mode `file` would make them again.

use super::opening::open;
use super::setting::Setting;
use crate::config::Config;
use crate::imap::Session;
use crate::imap::folders::{self, Folders};
use crate::imap::mover::{self, Removal};
use crate::logic::fault::Fault;
use crate::logic::ids::FolderName;
use crate::store::AccountLock;

/// A folder that mailherd filed into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name as the user knows it; foreign text.
    pub folder: String,
    /// Messages in it.
    pub messages: u32,
    /// Why it stays, where not for its messages; foreign text.
    pub why: Option<String>,
}

/// What was done about the folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Removed; foreign text.
    pub removed: Vec<String>,
    /// What stays.
    pub left: Vec<Left>,
}

/// The folders that mailherd made or was allowed to file into, and how many messages are in each.
///
/// # Errors
/// As any connection; refused when another mailherd is at work.
pub async fn look(config: &Config, setting: &Setting<'_>) -> Result<Vec<Left>, Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let (mut session, folders, managed) = begin(config, setting).await?;
    let mut found = Vec::new();
    for name in managed.iter().filter(|name| folders.opens(name)) {
        let messages = session.status(name).await?.messages.unwrap_or(0);
        found.push(Left { folder: folders.display(name), messages, why: None });
    }
    session.logout().await;
    Ok(found)
}

/// Removes those of them that are empty.
///
/// # Errors
/// As [`look`]. What was removed before is gone all the same.
pub async fn remove_folders(config: &Config, setting: &Setting<'_>) -> Result<Cleared, Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let (mut session, folders, managed) = begin(config, setting).await?;
    let learner = open(config, setting)?;
    let (mut store, account) = (learner.store, learner.account);
    let mut cleared = Cleared::default();
    for name in managed {
        let folder = folders.display(&name);
        match mover::remove_empty(&mut session, &folders, &name).await? {
            Removal::Removed => {
                store.manage_no_more(account, &name)?;
                cleared.removed.push(folder);
            }
            Removal::Absent => store.manage_no_more(account, &name)?,
            Removal::Holds(messages) => cleared.left.push(Left { folder, messages, why: None }),
            Removal::Stays(why) => cleared.left.push(Left { folder, messages: 0, why: Some(why) }),
        }
    }
    session.logout().await;
    Ok(cleared)
}

async fn begin(config: &Config, setting: &Setting<'_>) -> Result<(Session, Folders, Vec<FolderName>), Fault> {
    let learner = open(config, setting)?;
    let managed = learner.store.managed_ever(learner.account)?;
    let mut session = setting.connect().await?;
    let mut folders = folders::discover(&mut session).await?;
    let mut restored = false;
    for name in &managed {
        restored |= mover::restore(&mut session, &folders, name).await?;
    }
    if restored {
        folders = folders::discover(&mut session).await?;
    }
    Ok((session, folders, managed))
}
