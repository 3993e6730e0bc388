//! What the user throws away unread by moving it to Trash, as most mail programs do: it says as much as `\Deleted` on unread mail.
//!
//! Trash is opened only after unread mail has left INBOX or a managed mailbox and turned up in none of them, and only its newest
//! messages are looked at. Nothing of it is remembered as lying there.

use std::collections::HashSet;

use super::desk::Desk;
use super::learner::Learner;
use super::setting::Setting;
use crate::imap::folders::{Folders, SpecialUse};
use crate::imap::{Access, Session, Untagged, all_done, header_query};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Address, Digest, Flags, FolderName, Instance, ListId};
use crate::logic::ledger::Habits;

/// Messages of Trash that are looked at: twice as many as left, and so many more, which other programs may have put there since…
const BESIDES: usize = 30;
/// …but no more than this.
const MOST: usize = 2_000;

/// After the mailboxes between which mail is moved were read, and what was moved among them is known.
pub(super) async fn look(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    folders: &Folders,
) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    let left: HashSet<Instance> = learner.store.left_unread(learner.account)?.into_iter().collect();
    if left.is_empty() {
        return Ok(());
    }
    let found = match folders.special(SpecialUse::Trash).filter(|trash| trash.selectable) {
        Some(trash) => match newest(session, &trash.name, (2 * left.len() + BESIDES).min(MOST)).await {
            // It would only have taught.
            Err(fault) if fault.kind == FaultKind::Refused && !session.is_broken() => {
                setting.watcher.note(&setting.account.name, &format!("{} is not read: {fault}", trash.display));
                Vec::new()
            }
            found => found?,
        },
        None => Vec::new(),
    };
    let thrown: Vec<Instance> = found.into_iter().filter(|one| left.contains(one)).collect();
    let learner = desk.learner().await?;
    let account = learner.account;
    learner.recall()?;
    let Learner { store, ledger: Some(ledger), fit, .. } = learner else { return Ok(()) };
    store.learn(|db| {
        for known in db.thrown(account, &thrown)? {
            if let (Some(fit), Some(id)) = (&mut *fit, known.mid_hash) {
                fit.unwanted(id);
            }
            if let Some(sender) = known.sender.as_deref().and_then(Address::parse) {
                let list = known.list.as_deref().and_then(ListId::new);
                db.bring_whom(account, ledger, (&sender, list.as_ref(), Habits::NONE))?;
                ledger.flags_changed(&sender, list.as_ref(), Flags::default(), THROWN);
            }
        }
        super::habits::to_keep(fit, setting.now).iter().try_for_each(|fit| db.fit(account, fit))?;
        db.ledger(account, &ledger.take_changes())
    })
}

/// What unread mail in Trash is to the ledger.
pub(super) const THROWN: Flags =
    Flags { deleted: true, seen: false, answered: false, flagged: false, draft: false, important: false };

/// The unread ones among the newest messages.
async fn newest(session: &mut Session, trash: &FolderName, count: usize) -> Result<Vec<Instance>, Fault> {
    let selected = session.select(trash, Access::ReadOnly).await?;
    if selected.exists == 0 {
        return Ok(Vec::new());
    }
    let first = selected.exists.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX)) + 1;
    let mut unread = Vec::new();
    let command = format!("FETCH {first}:{} {}", selected.exists, header_query());
    let answers = session
        .stream([command], 1, async |untagged| {
            if let Untagged::Fetch(row) = untagged
                && let (Some(size), Some(header)) = (row.size, row.header)
                && !row.flags.unwrap_or_default().seen
            {
                unread.push(Instance { digest: Digest::of(&header), size });
            }
            Ok(())
        })
        .await?;
    all_done(&answers, "reading Trash")?;
    Ok(unread)
}
