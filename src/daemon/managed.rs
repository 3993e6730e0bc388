//! The mailboxes that mailherd files into: their names on this server, and whether they may be used.

use super::desk::Desk;
use super::setting::Setting;
use crate::config::ManagedNames;
use crate::imap::Session;
use crate::imap::folders::{self, Folders};
use crate::imap::quirks;
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::plan::{Managed, TopMode};

/// The configured names as this server spells them.
pub(super) fn resolve(names: &ManagedNames, folders: &Folders) -> Managed {
    Managed {
        top: folders.resolve(&names.top),
        news: folders.resolve(&names.news),
        bulk: folders.resolve(&names.bulk),
        blackhole: folders.resolve(&names.blackhole),
    }
}

/// Refuses names that mean something else on this server: a mailbox with a SPECIAL-USE attribute, a provider's spam folder.
pub(super) fn check(
    setting: &Setting<'_>,
    session: &Session,
    folders: &Folders,
    managed: &Managed,
) -> Result<(), Fault> {
    for (category, name) in managed.all() {
        if category == Category::Top && setting.account.top != TopMode::Move {
            continue;
        }
        if let Some(reason) = quirks::is_provider_spam(session.host(), folders, name) {
            return Err(Fault::refused(
                format!("{}: mail cannot be filed into {}: {reason}", setting.account.name, folders.display(name)),
                format!("give another name in the config: [folders] {} = \"…\"", category.word()),
            ));
        }
    }
    Ok(())
}

/// Creates and subscribes what is missing. A mailbox that is there already and holds mail is used only when the user agrees;
/// its old mail is never aged.
pub(super) async fn prepare(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    folders: &Folders,
    managed: &Managed,
) -> Result<bool, Fault> {
    let mut created = false;
    for (category, name) in managed.all() {
        if category == Category::Top && setting.account.top != TopMode::Move {
            continue;
        }
        let learner = desk.learner().await?;
        let known = learner.store.folder(learner.account, name)?;
        if let Some(folder) = known.as_ref().filter(|folder| folder.managed_at.is_some())
            && folders.opens(name)
        {
            if folder.category != Some(category) {
                learner.store.manage_folder(folder.id, category, setting.now)?;
            }
            continue;
        }
        if folders.opens(name) {
            adopt(setting, session, folders, category, name).await?;
        } else {
            folders::create(session, name).await.map_err(|fault| fault.while_doing(&setting.account.name))?;
            created = true;
        }
        let validity = match known {
            Some(known) => known.validity,
            None => session.select(name, crate::imap::Access::ReadOnly).await?.uid_validity,
        };
        let learner = desk.learner().await?;
        let folder = match learner.store.folder(learner.account, name)? {
            Some(folder) => folder,
            None => learner.store.begin_folder(learner.account, name, validity)?,
        };
        learner.store.manage_folder(folder.id, category, setting.now)?;
    }
    Ok(created)
}

async fn adopt(
    setting: &Setting<'_>,
    session: &mut Session,
    folders: &Folders,
    category: Category,
    name: &crate::logic::ids::FolderName,
) -> Result<(), Fault> {
    let messages = session.status(name).await?.messages.unwrap_or(0);
    if messages > 0 {
        let shown = folders.display(name);
        let account = &setting.account.name;
        setting.consent(
            &format!(
                "{account}: the mailbox {shown} exists and holds {messages} messages. File {} mail into it?",
                category.word()
            ),
            &format!(
                "{account}: the mailbox {shown} for {} mail exists already and holds {messages} messages",
                category.word()
            ),
        )?;
    }
    folders::subscribe(session, name).await
}
