//! What is done on an open connection: jobs and passes, and what is told of them.

use super::{Trouble, Worker, interruptible, opened, setting};
use crate::daemon::engine::bench::{self, Bench};
use crate::daemon::engine::job::{Job, Outcome, Ticket};
use crate::daemon::engine::wording;
use crate::daemon::filing::Run;
use crate::daemon::pass::Report;
use crate::daemon::sync::Scope;
use crate::daemon::{clock, moves};
use crate::logic::engine::{AccountState, Held, Notice, Ran};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::RunId;
use crate::logic::plan::Mode;
use tokio::time::Instant;

impl Worker {
    /// Does what the user asked for.
    pub(super) async fn serve(&mut self, bench: &mut Bench) -> Result<(), Trouble> {
        self.control.set_wanted(false);
        while let Ok(ticket) = self.jobs.try_recv() {
            self.waiting.push_back(ticket);
        }
        self.control.set_pausable(false);
        while let Some(mut ticket) = self.waiting.pop_front() {
            self.count_jobs();
            self.board.update(self.slot, |health| {
                health.state = AccountState::Working;
                health.next = None;
            });
            match self.job(bench, &mut ticket).await {
                Ok(outcome) => ticket.answer(Ok(outcome)),
                Err(Trouble::Interrupted | Trouble::MadeWay) => {
                    ticket.answer(Err(Fault::transient(
                        "mailherd is stopping",
                        "what was begun is in the journal; start it again and look there",
                    )));
                    return Err(Trouble::Interrupted);
                }
                Err(Trouble::Fault(fault)) if bench.session.is_broken() => {
                    if ticket.tried {
                        ticket.answer(Err(fault.clone()));
                    } else {
                        ticket.tried = true;
                        self.waiting.push_front(ticket);
                    }
                    return Err(fault.into());
                }
                Err(Trouble::Fault(fault)) => {
                    let local = fault.kind == FaultKind::Local;
                    ticket.answer(Err(fault.clone()));
                    if local {
                        return Err(fault.into());
                    }
                }
            }
            self.count_jobs();
        }
        Ok(())
    }

    async fn job(&mut self, bench: &mut Bench, ticket: &mut Ticket) -> Result<Outcome, Trouble> {
        match ticket.job {
            Job::Check => self.look(bench, self.options.accept).await,
            Job::Run(sure) => self.counted(bench, sure || self.options.accept).await,
            Job::Question(yes) => {
                self.ear.answer(yes);
                if yes { self.look(bench, self.options.accept).await } else { Ok(said("nothing was changed")) }
            }
            Job::Digest(since) => self.digest(bench, since, &mut ticket.run).await,
            Job::Batch(_) if self.held.is_empty() => {
                Err(Fault::refused("no batch waits for a word", "it was decided already").into())
            }
            Job::Batch(true) => self.look(bench, true).await,
            Job::Batch(false) => {
                let config = self.config.clone();
                let desk = opened(&mut self.desk, &config, &setting(&config, self.account, &self.ear))?;
                let kept = bench::keep(desk, &mut self.held).await?;
                self.show_held();
                self.changed();
                Ok(said(&format!("{kept} messages stay in INBOX")))
            }
            _ => {
                let (config, ear) = (self.config.clone(), self.ear.clone());
                let setting = setting(&config, self.account, &ear);
                let desk = opened(&mut self.desk, &config, &setting)?;
                let before = desk.learner().await?.store.changes();
                let work = bench.work(&setting, desk, ticket);
                let result = interruptible(&self.control, work).await;
                self.after(before).await;
                result
            }
        }
    }

    /// A pass over everything, for somebody who waits for it.
    async fn look(&mut self, bench: &mut Bench, accepted: bool) -> Result<Outcome, Trouble> {
        let (report, _) = self.pass(bench, Scope::All, accepted).await?;
        if let Some(fault) = self.board.see(self.slot, |health| health.fault.clone()) {
            return Err(fault.into());
        }
        let name = self.name();
        let preview = if self.config.accounts[self.account].mode == Mode::Preview { "would be " } else { "" };
        Ok(match report.filed.sum() {
            0 => said(&format!("{name}: nothing to file")),
            1 => said(&format!("{name}: 1 message {preview}filed")),
            filed => said(&format!("{name}: {filed} messages {preview}filed")),
        })
    }

    /// The same, told in figures. A batch that surprises is held, and that is a fault for whoever waits.
    async fn counted(&mut self, bench: &mut Bench, accepted: bool) -> Result<Outcome, Trouble> {
        let (report, run) = self.pass(bench, Scope::All, accepted).await?;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let fault = self.board.see(self.slot, |health| {
            let held = wording::held(health).map(|held| {
                let cause = format!("{}: it would {}", health.account, held.text);
                Fault::refused(cause, format!("say so with --yes, or with `mailherd confirm '{}'`", held.id))
            });
            health.fault.clone().or(held)
        });
        Ok(Outcome::Ran(Ran {
            account: self.name().to_owned(),
            files: self.config.accounts[self.account].mode == Mode::File,
            seen: count(report.seen),
            filed: report.filed.by_category(),
            kept: count(report.kept),
            learned: report.learned,
            run: run.map(|run| run.0),
            fault,
        }))
    }

    /// A pass. What the server, or mailherd itself, refuses is said and tried again later; the connection is still good.
    pub(super) async fn pass(
        &mut self,
        bench: &mut Bench,
        scope: Scope,
        accepted: bool,
    ) -> Result<(Report, Option<RunId>), Trouble> {
        self.board.update(self.slot, |health| {
            health.state = AccountState::Working;
            health.next = None;
        });
        let (config, ear) = (self.config.clone(), self.ear.clone());
        let setting = setting(&config, self.account, &ear);
        let desk = opened(&mut self.desk, &config, &setting)?;
        let before = desk.learner().await?.store.changes();
        let (mut run, mut report) = (Run::new("pass", None), Report::default());
        let work = bench.pass(&setting, desk, scope, (&mut self.held, accepted), (&mut run, &mut report));
        let result = interruptible(&self.control, work).await;
        let learned = self.after(before).await;
        if let Some(run) = run.id.filter(|_| report.filed.sum() > 0) {
            let (account, counts) = (self.name().to_owned(), report.filed.by_category());
            self.board.filed(self.slot, counts);
            self.board.tell(Notice::Filed { account, run: run.0, counts });
        }
        self.show_held();
        let fault = match result {
            Ok(()) => None,
            Err(Trouble::Fault(_)) if self.control.is_to_make_way() && !bench.session.is_broken() => {
                return Err(Trouble::MadeWay);
            }
            Err(Trouble::Fault(mut fault)) if fault.kind == FaultKind::Refused && !bench.session.is_broken() => {
                if self.ear.question().is_some() {
                    "it waits for your word: see what waits".clone_into(&mut fault.hint);
                }
                Some(fault)
            }
            Err(trouble) => return Err(trouble),
        };
        let advice = self.ear.take_advice();
        let program_moves = self.program_moves().await?;
        if !learned && self.crowd.is_large() {
            // A connection to the database takes 200 KB, and where there are many accounts most passes find nothing.
            self.desk = None;
        }
        self.board.update(self.slot, |health| {
            health.program_moves = program_moves;
            if fault.is_none() {
                health.last_pass = Some(clock::now());
            }
            health.advice = advice;
            health.fault = fault;
        });
        Ok((report, run.id))
    }

    async fn program_moves(&mut self) -> Result<u32, Fault> {
        let Some(desk) = &mut self.desk else { return Ok(0) };
        let learner = desk.learner().await?;
        Ok(moves::program_at_work(&learner.store, learner.account, clock::now())?.unwrap_or(0))
    }

    /// After any work: whether there is news for whoever looks.
    pub(super) async fn after(&mut self, before: u64) -> bool {
        self.board.update(self.slot, |health| health.progress = None);
        let Some(desk) = &mut self.desk else { return false };
        // Each pass writes down that it looked.
        let looked = u64::from(self.config.accounts[self.account].mode == Mode::File);
        let learned = desk.learner().await.is_ok_and(|learner| learner.store.changes() > before + looked);
        if learned {
            self.changed();
        }
        learned
    }

    fn changed(&mut self) {
        self.last_change = Instant::now();
        let account = self.name().to_owned();
        self.board.tell(Notice::Changed { account });
    }

    fn show_held(&self) {
        let held = (!self.held.is_empty()).then(|| Held {
            counts: self.held.counts().by_category(),
            inbox: self.held.inbox(),
            since: self.held.since(),
        });
        self.board.update(self.slot, |health| health.held = held);
    }
}

fn said(text: &str) -> Outcome {
    Outcome::Said(text.to_owned())
}
