//! Reads the account: INBOX, Sent, the managed mailboxes, and the newest of the rest for learning.

use std::collections::HashSet;

use super::desk::Desk;
use super::learner::Role;
use super::moves;
use super::reading::{Read, read};
use super::recovery;
use super::setting::Setting;
use super::trash;
use crate::imap::Session;
use crate::imap::folders::{Folders, SpecialUse};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::FolderName;
use crate::logic::plan::Managed;

/// So many of the newest messages outside INBOX, Sent and the managed mailboxes are read, once, to learn from.
const ELSEWHERE: u32 = 50_000;

/// How far a pass looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// At every mailbox.
    All,
    /// At INBOX and Sent, and at the managed mailboxes as far as STATUS says that something changed there.
    Watched,
}

/// Reads everything that is new. Gives back what is known of INBOX.
pub(super) async fn sync(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    folders: &Folders,
    managed: &Managed,
    scope: Scope,
) -> Result<Read, Fault> {
    moves::begin(setting, desk).await?;
    let inbox = read(setting, session, desk, &FolderName::inbox(), Role::Inbox, u32::MAX).await?;
    let sent = folders.special(SpecialUse::Sent).filter(|sent| sent.selectable).map(|sent| sent.name.clone());
    let learner = desk.learner().await?;
    learner.no_sent = sent.is_none();
    let mut done: HashSet<FolderName> = HashSet::from([FolderName::inbox()]);
    match &sent {
        Some(sent) => {
            done.insert(sent.clone());
            read(setting, session, desk, sent, Role::Sent, u32::MAX).await?;
        }
        None => setting.watcher.advise(
            &setting.account.name,
            "there is no Sent mailbox, so whom you write to is learned from your other mailboxes only",
            "let your mail program keep sent mail on the server, in a mailbox called Sent",
        ),
    }
    let mut names: Vec<FolderName> = Vec::new();
    for (_, name) in managed.all() {
        if folders.find(name).is_some_and(|folder| folder.selectable) && done.insert(name.clone()) {
            names.push(name.clone());
        }
    }
    let unchanged = if scope == Scope::Watched { unchanged(session, desk, &names).await? } else { HashSet::new() };
    for name in names.iter().filter(|name| !unchanged.contains(*name)) {
        read(setting, session, desk, name, Role::Managed, u32::MAX).await?;
    }
    recovery::late(setting, session, desk).await?;
    moves::observe(setting, desk).await?;
    trash::look(setting, session, desk, folders).await?;
    if scope == Scope::All {
        elsewhere(setting, session, desk, folders, &done).await?;
    }
    Ok(inbox)
}

/// The mailboxes that STATUS shows as they are known. Without CONDSTORE a flag that changed is not seen by that.
async fn unchanged(session: &mut Session, desk: &mut Desk, names: &[FolderName]) -> Result<HashSet<FolderName>, Fault> {
    let statuses = session.poll(names).await?;
    let learner = desk.learner().await?;
    let mut unchanged = HashSet::new();
    for (name, status) in names.iter().zip(statuses) {
        let Some(known) = learner.store.folder(learner.account, name)? else { continue };
        let same = Some(known.validity) == status.uid_validity
            && Some(known.next) == status.uid_next
            && known.highest_modseq == status.highest_modseq;
        if same && Some(learner.store.known_in(known.id)?) == status.messages {
            unchanged.insert(name.clone());
        }
    }
    Ok(unchanged)
}

async fn elsewhere(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    folders: &Folders,
    done: &HashSet<FolderName>,
) -> Result<(), Fault> {
    let all_mail = folders.special(SpecialUse::All).map(|folder| folder.name.clone());
    if all_mail.is_some() {
        let learner = desk.learner().await?;
        if let Some(inbox) = learner.store.folder(learner.account, &FolderName::inbox())? {
            learner.inbox = learner.store.instances_in(inbox.id)?.into_iter().collect();
        }
    }
    let mut waiting = Vec::new();
    for folder in &folders.all {
        // Where there is an All Mail, the other mailboxes are views of it (labels).
        let is_all = all_mail.as_ref() == Some(&folder.name);
        let teaches = match &all_mail {
            Some(_) => is_all,
            None => folder.selectable && !folders.never_read(folder),
        };
        if !teaches || done.contains(&folder.name) {
            continue;
        }
        let status = match session.status(&folder.name).await {
            Ok(status) => status,
            // One mailbox that cannot be opened does not stop the others: it would only have taught.
            Err(fault) if !session.is_broken() => {
                setting
                    .watcher
                    .note(&setting.account.name, &format!("{} is not read: {fault}", folders.display(&folder.name)));
                continue;
            }
            Err(fault) => return Err(fault),
        };
        let role = if is_all { Role::All } else { Role::Other };
        let learner = desk.learner().await?;
        let known = learner.store.folder(learner.account, &folder.name)?;
        let unchanged = known.is_some_and(|known| {
            Some(known.validity) == status.uid_validity && Some(known.next) == status.uid_next && known.next.0 > 1
        });
        if !unchanged {
            waiting.push((folder.name.clone(), role, status.messages.unwrap_or(0)));
        }
    }
    let total: u64 = waiting.iter().map(|(_, _, messages)| u64::from(*messages)).sum();
    for (name, role, messages) in waiting {
        let read = read(setting, session, desk, &name, role, share(messages, total)).await;
        match read {
            Ok(_) => {}
            // It would only have taught.
            Err(fault) if !session.is_broken() && matches!(fault.kind, FaultKind::Refused | FaultKind::Protocol) => {
                setting
                    .watcher
                    .note(&setting.account.name, &format!("{} is not read: {fault}", folders.display(&name)));
            }
            Err(fault) => return Err(fault),
        }
    }
    desk.learner().await?.inbox = HashSet::new();
    Ok(())
}

/// How many of a mailbox's messages are read when all of them together are too many.
fn share(messages: u32, total: u64) -> u32 {
    if total <= u64::from(ELSEWHERE) {
        return messages;
    }
    u32::try_from(u64::from(messages) * u64::from(ELSEWHERE) / total).unwrap_or(ELSEWHERE).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_share_what_may_be_read() {
        assert_eq!(share(10_000, 20_000), 10_000);
        assert_eq!(share(100_000, 200_000), 25_000);
        assert_eq!(share(0, 200_000), 1);
    }
}
