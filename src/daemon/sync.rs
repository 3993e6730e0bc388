//! Reads the account: INBOX, Sent, the managed mailboxes, and the newest of the rest for learning.

use std::collections::HashSet;

use super::ahead::inbox_and_glance;
use super::desk::Desk;
use super::glance::Glance;
use super::learner::{Lying, Role};
use super::moves;
use super::reading::{Read, read};
use super::recovery;
use super::setting::Setting;
use super::trash;
use super::unreadable;
use crate::imap::Session;
use crate::imap::folders::{Folder, Folders, SpecialUse};
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
    let sent = folders.special(SpecialUse::Sent).filter(|sent| sent.selectable).map(|sent| sent.name.clone());
    let learner = desk.learner().await?;
    learner.no_sent = sent.is_none();
    let mut done: HashSet<FolderName> = HashSet::from([FolderName::inbox()]);
    done.extend(sent.clone());
    let mut ours: Vec<FolderName> = Vec::new();
    for (_, name) in managed.all() {
        if folders.find(name).is_some_and(|folder| folder.selectable) && done.insert(name.clone()) {
            ours.push(name.clone());
        }
    }
    let others = if scope == Scope::All { teaching(folders, &done) } else { Vec::new() };
    let names: Vec<FolderName> = sent.iter().chain(&ours).chain(others.iter().map(|(name, _)| name)).cloned().collect();
    let (inbox, glance) = match scope {
        Scope::All => (read(setting, session, desk, &FolderName::inbox(), Role::Inbox, u32::MAX).await?, None),
        Scope::Watched => inbox_and_glance(setting, session, desk, &names).await?,
    };
    // After INBOX was read: what left it on the way is where it went by now.
    let glance = match glance {
        Some(glance) => glance,
        None => Glance::at(session, &names).await?,
    };
    match &sent {
        Some(sent) if glance.shows_nothing_new(desk, sent).await? => {}
        Some(sent) => {
            read(setting, session, desk, sent, Role::Sent, u32::MAX).await?;
        }
        None => setting.watcher.advise(
            &setting.account.name,
            "there is no Sent mailbox, so whom you write to is learned from your other mailboxes only",
            "let your mail program keep sent mail on the server, in a mailbox called Sent",
        ),
    }
    for name in &ours {
        if !glance.shows_nothing_changed(desk, name).await? {
            read(setting, session, desk, name, Role::Managed, u32::MAX).await?;
        }
    }
    recovery::late(setting, session, desk).await?;
    moves::observe(setting, desk).await?;
    trash::look(setting, session, desk, folders).await?;
    elsewhere(setting, session, desk, (folders, others), &glance).await?;
    unreadable::tell(setting, desk.learner().await?);
    Ok(inbox)
}

/// The mailboxes that only teach.
fn teaching(folders: &Folders, done: &HashSet<FolderName>) -> Vec<(FolderName, Role)> {
    let all_mail = folders.special(SpecialUse::All).map(|folder| &folder.name);
    let teaches = |folder: &&Folder| match all_mail {
        // Where there is an All Mail, the other mailboxes are views of it (labels).
        Some(all_mail) => *all_mail == folder.name,
        None => folder.selectable && !folders.never_read(folder),
    };
    let role = if all_mail.is_some() { Role::All } else { Role::Other };
    let there = folders.all.iter().filter(teaches).filter(|folder| !done.contains(&folder.name));
    there.map(|folder| (folder.name.clone(), role)).collect()
}

async fn elsewhere(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    (folders, others): (&Folders, Vec<(FolderName, Role)>),
    glance: &Glance,
) -> Result<(), Fault> {
    let mut waiting = Vec::new();
    for (name, role) in others {
        if glance.shows_nothing_new(desk, &name).await? {
            continue;
        }
        let messages = match glance.of(&name) {
            Some(row) => row.messages,
            None => match session.status(&name).await {
                Ok(row) => row.messages,
                // One mailbox that cannot be opened does not stop the others: it would only have taught.
                Err(fault) if !session.is_broken() => {
                    not_read(setting, folders, &name, &fault);
                    continue;
                }
                Err(fault) => return Err(fault),
            },
        };
        waiting.push((name, role, messages.unwrap_or(0)));
    }
    if waiting.iter().any(|(_, role, _)| *role == Role::All) {
        let learner = desk.learner().await?;
        if let Some(inbox) = learner.store.folder(learner.account, &FolderName::inbox())? {
            learner.inbox = Lying::new(learner.store.digests_in(inbox.id)?);
        }
    }
    let total: u64 = waiting.iter().map(|(_, _, messages)| u64::from(*messages)).sum();
    for (name, role, messages) in waiting {
        let read = read(setting, session, desk, &name, role, share(messages, total)).await;
        match read {
            Ok(_) => {}
            // It would only have taught.
            Err(fault) if !session.is_broken() && matches!(fault.kind, FaultKind::Refused | FaultKind::Protocol) => {
                not_read(setting, folders, &name, &fault);
            }
            Err(fault) => return Err(fault),
        }
    }
    desk.learner().await?.inbox = Lying::default();
    Ok(())
}

fn not_read(setting: &Setting<'_>, folders: &Folders, name: &FolderName, fault: &Fault) {
    setting.watcher.note(&setting.account.name, &format!("{} is not read: {fault}", folders.display(name)));
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
