//! Batches of mail, one behind the other: while the server moves one, the next is prepared and what became of the last is written down.
//!
//! The rows of a batch are written when the one before is over and nobody refused it. Its outcomes may be on the disk as late as in the middle of the
//! next one: what is missing of them after a crash is found again by looking. So at most two batches are looked at then.

use super::desk::Desk;
use super::filing::{Filed, Run, note_modseq, settle, sort};
use super::learner::Learner;
use super::setting::Setting;
use crate::imap::Session;
use crate::imap::mover::{self, Outcome, Witness};
use crate::logic::fault::{Fault, suggested_pause};
use crate::logic::ids::{FolderName, RowId, Uid};
use crate::logic::journal::{Before, Intent, Row};

/// What moves together.
pub(super) struct Batch {
    /// They share kind, source and target. Never empty.
    pub(super) intents: Vec<Intent>,
    /// How many messages are done, or given up, after it.
    pub(super) handled: u64,
}

/// Where batches come from.
pub(super) trait Batches {
    /// The next one. No network.
    fn next(&mut self, learner: &mut Learner) -> Result<Option<Batch>, Fault>;

    /// The server refused some of a batch with intents like this one: what is like it would meet the same.
    fn give_up(&mut self, like: &Intent);

    /// Whether this is one that was given up.
    fn is_given_up(&self, like: &Intent) -> bool;
}

/// Carries them out, `total` messages in all.
pub(super) async fn carry_out(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    run: &mut Run,
    (batches, total): (&mut impl Batches, u64),
    filed: &mut Filed,
) -> Result<(), Fault> {
    let learner = desk.learner().await?;
    let mut convoy = Convoy { setting, learner, run, batches, prepared: None, settled: Ok(()), due: None };
    setting.watcher.batch(true);
    let mut targets = Vec::new();
    let result = convoy.goes(session, total, &mut targets, filed).await;
    let settled = convoy.settle();
    let noted = match result.is_ok() && settled.is_ok() {
        true => convoy.note(session, &targets).await,
        false => Ok(()),
    };
    setting.watcher.batch(false);
    result.and(settled).and(noted)
}

struct Convoy<'a, 'b, B> {
    setting: &'a Setting<'b>,
    learner: &'a mut Learner,
    run: &'a mut Run,
    batches: &'a mut B,
    /// The batch after the one that is under way.
    prepared: Option<Result<Option<Batch>, Fault>>,
    /// What came of writing down what is due.
    settled: Result<(), Fault>,
    /// What became of the last batch, when it is not written down yet.
    due: Option<(Vec<Row>, Vec<Outcome>)>,
}

impl<B: Batches> Convoy<'_, '_, B> {
    async fn goes(
        &mut self,
        session: &mut Session,
        total: u64,
        targets: &mut Vec<FolderName>,
        filed: &mut Filed,
    ) -> Result<(), Fault> {
        while let Some(Batch { intents, handled }) = self.next()? {
            self.setting.watcher.between_batches()?;
            let Some(first) = intents.first() else { continue };
            let (source, target) = (first.from.folder.clone(), first.to.clone());
            let like = Intent { reasons: String::new(), ..first.clone() };
            let uids: Vec<Uid> = intents.iter().map(|intent| intent.from.uid).collect();
            let moved = session.capabilities().can_move();
            let mut clerk = Clerk { convoy: self, intents };
            let (rows, outcomes) = mover::file(session, (&source, &uids), &target, &mut clerk).await?;
            if moved && !session.capabilities().can_move() {
                let account = &self.setting.account.name;
                self.setting
                    .watcher
                    .note(account, "the server offers MOVE and refuses it: mail is moved by COPY instead");
            }
            let denied = outcomes.iter().any(|outcome| outcome.denied);
            sort(&rows, &outcomes, filed);
            // What was due before this one was written down meanwhile, or nothing was asked of the server that takes long.
            self.settle()?;
            self.due = Some((rows, outcomes));
            if !targets.contains(&target) {
                targets.push(target);
            }
            self.setting.watcher.filing(&self.setting.account.name, handled, total);
            if denied {
                self.batches.give_up(&like);
                if filed.denied.last().is_some_and(|(_, why)| suggested_pause(why).is_some()) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, Fault> {
        let prepared = self.prepared.take().transpose()?.flatten();
        let prepared = prepared.filter(|batch| !batch.intents.iter().any(|like| self.batches.is_given_up(like)));
        match prepared {
            Some(batch) => Ok(Some(batch)),
            None => self.batches.next(self.learner),
        }
    }

    /// Writes down what is due.
    fn settle(&mut self) -> Result<(), Fault> {
        let account = self.learner.account;
        if let Some((rows, outcomes)) = self.due.take() {
            let settled = settle(&mut self.learner.store, account, &rows, &outcomes);
            self.settled = std::mem::replace(&mut self.settled, Ok(())).and(settled);
        }
        std::mem::replace(&mut self.settled, Ok(()))
    }

    async fn note(&mut self, session: &mut Session, targets: &[FolderName]) -> Result<(), Fault> {
        for target in targets {
            note_modseq(session, &mut self.learner.store, self.learner.account, target).await?;
        }
        Ok(())
    }
}

/// Writes one batch into the journal.
struct Clerk<'c, 'a, 'b, B> {
    convoy: &'c mut Convoy<'a, 'b, B>,
    intents: Vec<Intent>,
}

impl<B: Batches> mover::Clerk for Clerk<'_, '_, '_, B> {
    fn intend(&mut self, before: Before) -> Result<Vec<Row>, Fault> {
        let Convoy { setting, learner, run, .. } = &mut *self.convoy;
        let run = run.begin(&mut learner.store, setting)?;
        learner.store.intend(learner.account, run, setting.now, before, std::mem::take(&mut self.intents))
    }
}

impl<B: Batches> Witness for Clerk<'_, '_, '_, B> {
    fn copied(&mut self, copies: &[(RowId, Uid)]) -> Result<(), Fault> {
        self.convoy.learner.store.copied(copies)
    }

    fn meanwhile(&mut self) {
        let settled = self.convoy.settle();
        let convoy = &mut *self.convoy;
        convoy.settled = settled;
        if convoy.prepared.is_none() {
            convoy.prepared = Some(convoy.batches.next(convoy.learner));
        }
    }
}
