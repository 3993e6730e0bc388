//! Orders that are given without pointing at a message.

use futures_util::future::join_all;

use super::hub::{Hub, unexpected};
use super::job::{Job, Outcome};
use super::wording::{self, messages, shown, verb, written_to};
use crate::daemon::clock;
use crate::daemon::filing::Run;
use crate::logic::engine::{Answer, Done, Question, Reply};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName};
use crate::logic::orders::{Order, Who};
use crate::logic::plan::is_surprise;

/// An order that is given without pointing at a message.
pub(super) struct Given {
    pub(super) who: Who,
    pub(super) category: Category,
    pub(super) account: Option<String>,
    pub(super) existing: bool,
    pub(super) sure: bool,
}

impl Hub {
    pub(super) async fn order(&self, given: Given) -> Answer {
        let accounts = self.concerned(&given)?;
        if !given.sure
            && let Some(question) = self.question(&given)?
        {
            return Ok(Reply::Question(question));
        }
        let Given { who, category, account, existing, .. } = given;
        let now = clock::now();
        // A blackhole order holds on all accounts unless one was named; every other order on its account.
        let everywhere = category == Category::Blackhole && account.is_none();
        let mut done = Done::default();
        let mut jobs = Vec::new();
        {
            let mut store = self.store.borrow_mut();
            let mut shared = None;
            for account in accounts {
                let (id, run) = match shared {
                    Some(shared) => shared,
                    None => {
                        let on = if everywhere { None } else { Some(store.account(&self.config_of(account).name)?) };
                        let id = store.give_order(on, &who, category, now)?;
                        let run = store.begin_run(now, "order", Some(id))?;
                        done.orders.push(id);
                        done.runs.push(run.0);
                        (id, run)
                    }
                };
                shared = everywhere.then_some((id, run));
                let order = Order { id, who: who.clone(), category, given_at: now };
                jobs.push((account, order, Run { id: Some(run), what: "order", order: Some(id) }));
            }
        }
        done.words.extend(wording::trained([&who].into_iter(), category));
        let work = jobs
            .into_iter()
            .filter(|_| existing)
            .map(async |(account, order, run)| (account, self.job(account, Job::Existing(order), run).await));
        let mut moved = 0;
        for (account, outcome) in join_all(work).await {
            match outcome {
                Ok(Outcome::Moved(count)) => moved += count,
                Ok(_) => done.faults.push(unexpected()),
                Err(fault) => {
                    let name = &self.config_of(account).name;
                    done.faults.push(fault.while_doing(format!("{name}: nothing moved along")));
                }
            }
        }
        done.moved = u32::try_from(moved).unwrap_or(u32::MAX);
        if moved > 0 {
            done.words.insert(0, format!("{} moved to {}", messages(moved), wording::place(category)));
        }
        done.words.extend(done.faults.iter().map(|fault| fault.cause.clone()));
        self.tell_all();
        Ok(Reply::Done(done))
    }

    /// The accounts that an order is about: the one that was named; for `blackhole` all; else those that know the sender.
    fn concerned(&self, given: &Given) -> Result<Vec<usize>, Fault> {
        let all = self.accounts(given.account.as_deref())?;
        if given.account.is_some() || given.category == Category::Blackhole {
            return Ok(all);
        }
        let store = self.store.borrow();
        let mut knowing = Vec::new();
        for account in &all {
            let id = store.account(&self.config_of(*account).name)?;
            if store.knows(id, &given.who)? {
                knowing.push(*account);
            }
        }
        Ok(if knowing.is_empty() { all } else { knowing })
    }

    fn question(&self, given: &Given) -> Result<Option<Question>, Fault> {
        let counts = match given.existing {
            true => self.older(&given.who, given.category, given.account.as_deref())?,
            false => Vec::new(),
        };
        let older: usize = counts.iter().map(|(count, _)| count).sum();
        let along = || format!("{} of {} {} along", messages(older), shown(&given.who), verb(older, "goes", "go"));
        if given.category == Category::Blackhole
            && let Some(written) = self.store.borrow().written_to(&given.who)?.into_iter().next()
        {
            let mut question = written_to(&given.who, &written);
            if older > 0 {
                question.details.push(along());
            }
            return Ok(Some(question));
        }
        if counts.into_iter().any(|(count, inbox)| is_surprise(count, inbox)) {
            let to = wording::place(given.category);
            return Ok(Some(Question {
                text: format!("Move {} of {} to {to}?", messages(older), shown(&given.who)),
                details: wording::trained([&given.who].into_iter(), given.category).into_iter().collect(),
            }));
        }
        Ok(None)
    }

    /// How many older messages an order would move, as far as the database knows, and how many are in INBOX; of each account.
    pub(super) fn older(
        &self,
        who: &Who,
        category: Category,
        account: Option<&str>,
    ) -> Result<Vec<(usize, usize)>, Fault> {
        let store = self.store.borrow();
        let (kind, name) = who.columns();
        let mut counts = Vec::new();
        for account in self.accounts(account)? {
            let id = store.account(&self.config_of(account).name)?;
            let folders = store.managed(id)?;
            let count = store
                .messages_of(id, kind, name)?
                .iter()
                .filter(|(folder, ..)| folders.iter().any(|(managed, lies)| managed == folder && *lies != category))
                .count();
            let inbox = match store.folder(id, &FolderName::inbox())? {
                Some(inbox) => store.known_in(inbox.id)? as usize,
                None => 0,
            };
            counts.push((count, inbox));
        }
        Ok(counts)
    }
}
