//! One look at all mailboxes but INBOX, by STATUS, so that those in which nothing happened need not be opened.

use super::desk::Desk;
use crate::imap::{Session, StatusRow, polled};
use crate::logic::fault::Fault;
use crate::logic::ids::FolderName;
use crate::store::FolderState;

/// How mailboxes are, by the server's word.
#[derive(Default)]
pub(super) struct Glance {
    rows: Vec<(FolderName, StatusRow)>,
    /// HIGHESTMODSEQ counts what is expunged, too: with QRESYNC it has to (RFC 7162, section 3.2.7), with CONDSTORE alone not.
    tells_of_expunges: bool,
}

impl Glance {
    /// Asks about these. A server that refuses to tell of one of them tells nothing: then each is opened, and what is wrong with
    /// it is found out there.
    pub(super) async fn at(session: &mut Session, names: &[FolderName]) -> Result<Glance, Fault> {
        let tells_of_expunges = session.capabilities().has("QRESYNC");
        match session.poll(names).await {
            Ok(rows) => Ok(Glance { rows: names.iter().cloned().zip(rows).collect(), tells_of_expunges }),
            Err(fault) if session.is_broken() => Err(fault),
            Err(fault) => {
                tracing::debug!(cause = %fault, "no glance at the mailboxes");
                Ok(Glance::default())
            }
        }
    }

    /// What was said of these in answer to [`Session::polling`], together with something else. `None`: not of each.
    pub(super) fn overheard(session: &Session, names: &[FolderName], rows: &[StatusRow]) -> Option<Glance> {
        let tells_of_expunges = session.capabilities().has("QRESYNC");
        let rows = polled(names, rows)?;
        Some(Glance { rows: names.iter().cloned().zip(rows).collect(), tells_of_expunges })
    }

    /// What the server said of this one.
    pub(super) fn of(&self, name: &FolderName) -> Option<&StatusRow> {
        self.rows.iter().find(|(known, _)| known == name).map(|(_, row)| row)
    }

    /// Whether no mail came into this one since it was read.
    pub(super) async fn shows_nothing_new(&self, desk: &mut Desk, name: &FolderName) -> Result<bool, Fault> {
        let learner = desk.learner().await?;
        let known = learner.store.folder(learner.account, name)?;
        Ok(known.is_some_and(|known| self.of(name).is_some_and(|row| nothing_new(&known, row))))
    }

    /// Whether this one is as it was when it was read, flags included. Never without CONDSTORE, since STATUS does not tell of
    /// flags otherwise.
    pub(super) async fn shows_nothing_changed(&self, desk: &mut Desk, name: &FolderName) -> Result<bool, Fault> {
        let learner = desk.learner().await?;
        let (Some(known), Some(row)) = (learner.store.folder(learner.account, name)?, self.of(name)) else {
            return Ok(false);
        };
        // A mailbox without modification sequences has 0 of them (RFC 7162, section 3.1.7).
        let same_flags = known.highest_modseq == row.highest_modseq && known.highest_modseq.is_some_and(|it| it.0 > 0);
        if !nothing_new(&known, row) || !same_flags || !learner.store.not_shown(known.id)?.is_empty() {
            return Ok(false);
        }
        Ok(self.tells_of_expunges || Some(learner.store.known_in(known.id)?) == row.messages)
    }
}

/// UIDNEXT 1 is that of a mailbox that was never read, too.
fn nothing_new(known: &FolderState, row: &StatusRow) -> bool {
    let same = Some(known.validity) == row.uid_validity && Some(known.next) == row.uid_next;
    same && (known.next.0 > 1 || row.messages == Some(0))
}
