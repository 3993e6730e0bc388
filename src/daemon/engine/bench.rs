//! The work on an open connection: passes and jobs.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::daemon::backlog::Backlog;
use crate::daemon::desk::Desk;
use crate::daemon::engine::job::{Job, Outcome, Ticket};
use crate::daemon::engine::why;
use crate::daemon::filing::Run;
use crate::daemon::held::Held;
use crate::daemon::opening::{Ready, ready};
use crate::daemon::pass::{Pass, Report, Seen};
use crate::daemon::setting::Setting;
use crate::daemon::sync::Scope;
use crate::daemon::{digest, inspect, opened, order, pending, pick, undo, unsubscribe};
use crate::imap::{Access, Folder, Selected, Session, StatusRow};
use crate::logic::engine::MessageKey;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{FolderName, ModSeq, RowId, Uid, UidValidity, UnixTime};
use crate::logic::orders::{Order, Who};
use crate::store::Standing;

/// What tells one state of a mailbox from another.
type Mark = (UidValidity, u32, Option<Uid>, Option<ModSeq>);

/// A connection and what is known on it.
pub(super) struct Bench {
    pub(super) session: Session,
    ready: Option<Ready>,
    inbox: Option<Mark>,
    statuses: Vec<StatusRow>,
    /// What waited for its verdict when a pass made way.
    kept: Option<Backlog>,
    before: Option<Before>,
    /// Whether it is worth a round trip to know that nothing has to be done.
    thrifty: bool,
}

/// How the mailboxes were before the last pass over all of them.
struct Before {
    names: Vec<FolderName>,
    rows: Vec<StatusRow>,
    at: Instant,
}

/// So often a pass looks at everything, whatever STATUS says: it does not tell of new mailboxes, nor of what only time brings about.
const WHOLE: Duration = Duration::from_secs(3600);

impl Bench {
    pub(super) fn new(session: Session, thrifty: bool) -> Bench {
        Bench { session, ready: None, inbox: None, statuses: Vec::new(), kept: None, before: None, thrifty }
    }

    /// Whether all mailboxes but INBOX are as they were before the last pass over them, so that another one would find nothing. INBOX is looked
    /// at before each wait.
    pub(super) async fn is_as_it_was(&mut self) -> Result<bool, Fault> {
        let Some(before) = self.before.take_if(|before| before.at.elapsed() < WHOLE) else { return Ok(false) };
        match self.session.poll(&before.names).await {
            Ok(rows) if rows == before.rows => {
                self.before = Some(before);
                Ok(true)
            }
            Err(fault) if self.session.is_broken() => Err(fault),
            // One that is gone is a change, too.
            Ok(_) | Err(_) => Ok(false),
        }
    }

    /// Without CONDSTORE STATUS does not tell of flags.
    async fn note_how_it_is(&mut self, ready: &Ready) -> Result<(), Fault> {
        self.before = None;
        if !self.thrifty || !self.session.capabilities().has_condstore() {
            return Ok(());
        }
        let managed: Vec<&FolderName> = ready.managed.all().into_iter().map(|(_, name)| name).collect();
        let read = |folder: &&Folder| !ready.folders.never_read(folder) || managed.contains(&&folder.name);
        let there = ready.folders.all.iter().filter(|folder| folder.selectable && folder.name != FolderName::inbox());
        let names: Vec<FolderName> = there.filter(read).map(|folder| folder.name.clone()).collect();
        match self.session.poll(&names).await {
            Ok(rows) => self.before = Some(Before { names, rows, at: Instant::now() }),
            Err(fault) if self.session.is_broken() => return Err(fault),
            Err(_) => {}
        }
        Ok(())
    }

    /// One pass. `accepted`: what surprises is filed, too.
    pub(super) async fn pass(
        &mut self,
        setting: &Setting<'_>,
        desk: &mut Desk,
        scope: Scope,
        (held, accepted): (&mut Held, bool),
        (run, report): (&mut Run, &mut Report),
    ) -> Result<(), Fault> {
        renew(setting, desk).await?;
        if let Some(kept) = self.kept.take() {
            desk.put_back(kept);
        }
        let ready = match (scope, self.ready.take()) {
            (Scope::Watched, Some(ready)) => ready,
            _ => ready(setting, &mut self.session, desk).await?,
        };
        if scope == Scope::All {
            self.note_how_it_is(&ready).await?;
        }
        let ready = &*self.ready.insert(ready);
        let mut seen = Seen::default();
        let bold = Setting { yes: true, ..*setting };
        if accepted {
            held.take();
        }
        let mut pass = Pass {
            setting: if accepted { &bold } else { setting },
            session: &mut self.session,
            desk,
            run,
            report,
            seen: &mut seen,
            scope,
            held: (!accepted).then_some(held),
        };
        let result = pass.run(ready).await;
        report.seen = seen.looked_at.len();
        report.kept = seen.kept.len();
        report.learned = desk.learner().await?.learned;
        if result.is_err() && setting.watcher.is_wanted() {
            self.kept = Some(desk.take_fresh());
        }
        match result {
            Ok(inbox) => {
                self.inbox = Some(mark(&inbox));
                Ok(())
            }
            Err(fault) => {
                // A mailbox may have been removed or renamed: the next pass looks afresh.
                (self.ready, self.before) = (None, None);
                Err(fault)
            }
        }
    }

    /// Opens INBOX, to wait there. `true` when it is not as the last pass found it.
    pub(super) async fn open_inbox(&mut self) -> Result<bool, Fault> {
        let now = mark(&self.session.select(&FolderName::inbox(), Access::ReadOnly).await?);
        Ok(self.inbox.replace(now) != Some(now))
    }

    /// Lets the server tell of the managed mailboxes, too, where it can (NOTIFY, RFC 5465).
    pub(super) async fn listen(&mut self) -> Result<(), Fault> {
        let names = self.managed();
        if self.session.can_notify() && !names.is_empty() && self.session.told_of() != names {
            self.session.notify(&names).await?;
        }
        Ok(())
    }

    /// Whether STATUS says of any managed mailbox that it is not as it was at the last call.
    pub(super) async fn managed_changed(&mut self) -> Result<bool, Fault> {
        let names = self.managed();
        let statuses = self.session.poll(&names).await?;
        Ok(std::mem::replace(&mut self.statuses, statuses) != self.statuses)
    }

    fn managed(&self) -> Vec<FolderName> {
        let Some(Ready { folders, managed, .. }) = &self.ready else { return Vec::new() };
        let there = |name: &&FolderName| folders.find(name).is_some_and(|folder| folder.selectable);
        managed.all().into_iter().map(|(_, name)| name).filter(there).cloned().collect()
    }

    /// Puts a digest into INBOX. `false`: there is nothing to tell.
    pub(super) async fn digest(
        &mut self,
        config: &Config,
        setting: &Setting<'_>,
        desk: &mut Desk,
        what: (Option<UnixTime>, &mut Run),
    ) -> Result<bool, Fault> {
        renew(setting, desk).await?;
        // Settles the journal where that was not done on this connection.
        known(&mut self.ready, setting, &mut self.session, desk).await?;
        Ok(digest::append(config, setting, &mut self.session, desk, what).await?.is_some())
    }

    /// Everything but [`Job::Check`], [`Job::Run`], [`Job::Digest`], [`Job::Batch`] and [`Job::Question`], which are passes.
    pub(super) async fn work(
        &mut self,
        setting: &Setting<'_>,
        desk: &mut Desk,
        ticket: &mut Ticket,
    ) -> Result<Outcome, Fault> {
        renew(setting, desk).await?;
        let Ticket { job, run, whos, .. } = ticket;
        match job {
            Job::Whos(wish) => Ok(Outcome::Whos(pick::whos(setting, &mut self.session, desk, wish).await?)),
            Job::File { wish, everywhere } => self.file(setting, desk, (wish, *everywhere), (run, whos)).await,
            Job::Existing(order) => {
                let setting = Setting { yes: true, ..*setting };
                Ok(Outcome::Moved(self.existing(&setting, desk, order, run).await?))
            }
            Job::Return(waiting) => {
                let ready = known(&mut self.ready, setting, &mut self.session, desk).await?.to_move()?;
                Ok(Outcome::Moved(pending::back(setting, &mut self.session, desk, ready, waiting, run).await?))
            }
            Job::Undo(rows) => self.undo(setting, desk, rows, run).await,
            Job::Why(key) => {
                let ready = known(&mut self.ready, setting, &mut self.session, desk).await?;
                Ok(Outcome::Why(Box::new(why::why(setting, &mut self.session, desk, ready, key).await?)))
            }
            Job::Judge(id) => {
                let ready = known(&mut self.ready, setting, &mut self.session, desk).await?;
                let found = inspect::find(setting, &mut self.session, desk, ready, id).await?;
                Ok(Outcome::Judged(found.map(Box::new)))
            }
            Job::Open(key) => Ok(Outcome::Opened(Box::new(opened::open(&mut self.session, key).await?))),
            Job::Offer(key) => {
                let learner = desk.learner().await?;
                let authserv = learner.recall()?.trusted_authserv(setting.account.authserv_id.as_deref());
                Ok(Outcome::Offer(unsubscribe::look(&mut self.session, key, authserv).await?))
            }
            #[cfg(test)]
            Job::Panic => panic!("as a test wants it"),
            Job::Check | Job::Run(_) | Job::Digest(_) | Job::Batch(_) | Job::Question(_) => {
                Ok(Outcome::Said(String::new()))
            }
        }
    }

    async fn file(
        &mut self,
        setting: &Setting<'_>,
        desk: &mut Desk,
        (wish, everywhere): (&pick::Wish, bool),
        (run, whos): (&mut Run, &mut HashMap<MessageKey, Who>),
    ) -> Result<Outcome, Fault> {
        let ready = known(&mut self.ready, setting, &mut self.session, desk).await?.to_move()?;
        let picked = pick::file(setting, &mut self.session, desk, ready, wish, (run, whos)).await?;
        let learner = desk.learner().await?;
        let mut orders = Vec::with_capacity(picked.whos.len());
        for who in &picked.whos {
            let on = (!everywhere).then_some(learner.account);
            let order = learner.store.give_order(on, who, wish.category, setting.now)?;
            let run = run.begin(&mut learner.store, setting)?;
            learner.store.bind_order(order, run)?;
            orders.push(order);
        }
        Ok(Outcome::Filed { picked, run: run.id.map(|run| run.0), orders })
    }

    async fn existing(
        &mut self,
        setting: &Setting<'_>,
        desk: &mut Desk,
        order: &Order,
        run: &mut Run,
    ) -> Result<usize, Fault> {
        let ready = known(&mut self.ready, setting, &mut self.session, desk).await?.to_move()?;
        order::existing(setting, &mut self.session, desk, ready, order, run).await
    }

    async fn undo(
        &mut self,
        setting: &Setting<'_>,
        desk: &mut Desk,
        rows: &HashSet<RowId>,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let (mut report, mut asked) = (undo::Report::default(), rows.len());
        let result = undo::take_back(setting, &mut self.session, desk, rows, run, (&mut report, &mut asked)).await;
        match result {
            Err(fault) if self.session.is_broken() || fault.kind == FaultKind::Local => Err(fault),
            result => {
                if result.is_err() {
                    report.failed += asked.saturating_sub(report.undone + report.missing + report.failed);
                }
                Ok(Outcome::Undone { report, fault: result.err() })
            }
        }
    }
}

/// Another piece of work with the memory of the last one.
async fn renew(setting: &Setting<'_>, desk: &mut Desk) -> Result<(), Fault> {
    desk.learner().await?.renew(setting);
    desk.take_fresh();
    Ok(())
}

/// The messages of the batch stay where they are, for good.
pub(super) async fn keep(desk: &mut Desk, held: &mut Held) -> Result<usize, Fault> {
    let learner = desk.learner().await?;
    let (Some(validity), uids) = held.take() else { return Ok(0) };
    learner.store.set_standing_of(learner.account, (&FolderName::inbox(), validity), &uids, Standing::Kept)
}

async fn known<'a>(
    kept: &'a mut Option<Ready>,
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
) -> Result<&'a Ready, Fault> {
    let ready = match kept.take() {
        Some(ready) => ready,
        None => ready(setting, session, desk).await?,
    };
    Ok(kept.insert(ready))
}

fn mark(inbox: &Selected) -> Mark {
    (inbox.uid_validity, inbox.exists, inbox.uid_next, inbox.highest_modseq)
}
