//! What comes before anything is read: the account's memory, its mailboxes and, where mail may be moved, a settled journal.

use super::desk::Desk;
use super::learner::Learner;
use super::setting::Setting;
use super::{managed, recovery};
use crate::config::Config;
use crate::imap::folders::{self, Folders};
use crate::imap::{Session, mover};
use crate::logic::fault::Fault;
use crate::logic::fit::Fit;
use crate::logic::plan::{self, Managed, Mode};
use crate::logic::signals::Weights;
use crate::store::Store;

/// The account's memory.
pub(super) fn open(config: &Config, setting: &Setting<'_>) -> Result<Learner, Fault> {
    let store = Store::open(&config.state_dir)?;
    let account = store.account(&setting.account.name)?;
    let fit = match setting.account.fit {
        true => Some(Fit::restored(&store.fit(account)?, Weights::built_in())),
        false => None,
    };
    let times = (setting.now, plan::cutoff(setting.now, setting.account.backlog_days));
    Ok(Learner { fit, ..Learner::new(store, account, setting.account.own_addresses(), times) })
}

/// An account whose mailboxes are known.
pub(super) struct Ready {
    pub(super) folders: Folders,
    pub(super) managed: Managed,
    /// Rows of an earlier run that the server does not let us settle.
    pub(super) still_open: Option<Fault>,
    /// Why mail is read and learned from on this server, and not moved.
    pub(super) cannot_move: Option<Fault>,
}

impl Ready {
    /// For those who move mail.
    ///
    /// # Errors
    /// When this server gives no safe way to.
    pub(super) fn to_move(&self) -> Result<&Ready, Fault> {
        self.cannot_move.clone().map_or(Ok(self), Err)
    }
}

/// Finds the mailboxes. In mode `file` also settles what an earlier run left, and makes the managed mailboxes, where the server gives a
/// safe way to move mail.
///
/// # Errors
/// When a managed mailbox may not be used.
pub(super) async fn ready(setting: &Setting<'_>, session: &mut Session, desk: &mut Desk) -> Result<Ready, Fault> {
    let folders = folders::discover(session).await?;
    let managed = managed::resolve(&setting.account.folders, &folders);
    managed::check(setting, session, &folders, &managed)?;
    if setting.account.mode == Mode::Preview {
        return Ok(Ready { folders, managed, still_open: None, cannot_move: None });
    }
    if !mover::can_move(session) {
        let cannot_move = Some(mover::cannot_move().while_doing(&setting.account.name));
        return Ok(Ready { folders, managed, still_open: None, cannot_move });
    }
    let still_open = recovery::recover(setting, session, desk).await?;
    let created = managed::prepare(setting, session, desk, &folders, &managed).await?;
    let folders = if created { folders::discover(session).await? } else { folders };
    Ok(Ready { folders, managed, still_open, cannot_move: None })
}
