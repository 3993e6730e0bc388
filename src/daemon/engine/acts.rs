//! What a face can have done: taken apart into jobs for the accounts' tasks, and told in words.

use futures_util::future::join_all;

use super::hub::{Hub, unexpected};
use super::job::{Job, Outcome};
use super::ordering::Given;
use super::wording::{self, messages, shown};
use crate::daemon::filing::Run;
use crate::daemon::unsubscribe;
use crate::daemon::{clock, pending};
use crate::logic::engine::{Act, Answer, Done, MessageKey, Reply};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::orders::Who;
use crate::logic::printable::Printable;
use crate::logic::transfer::Entry;
use crate::store::WaitingFor;

impl Hub {
    /// Does it.
    pub(super) async fn act(&self, act: Act) -> Answer {
        match act {
            Act::File { messages, category, width, sure } => self.file(messages, category, width, sure).await,
            Act::Order { who, category, account, existing, sure } => {
                let who = Who::parse(&who)?;
                self.order(Given { who, category, account, existing, sure }).await
            }
            Act::Import { entries } => self.import(&entries),
            Act::Lift { who, account } => self.lift(&Who::parse(&who)?, account.as_deref()),
            Act::Undo(undo) => self.undo(undo).await,
            Act::Decide { id, yes } => self.decide(&id, yes).await,
            Act::Check { account } => self.check(account.as_deref()).await,
            Act::Pause { account } => {
                let accounts = self.accounts(account.as_deref())?;
                accounts.iter().for_each(|account| self.seat(*account).control.pause());
                Ok(said("paused: nothing is filed until it goes on"))
            }
            Act::Resume { account } => {
                let accounts = self.accounts(account.as_deref())?;
                accounts.iter().for_each(|account| self.seat(*account).control.resume());
                Ok(said("it goes on"))
            }
            Act::Digest { account, since } => self.digest(account.as_deref(), since).await,
            Act::Unsubscribe { message, sure } => self.unsubscribe(message, sure).await,
        }
    }

    async fn unsubscribe(&self, message: MessageKey, sure: bool) -> Answer {
        let account = self.account(&message.account)?;
        let offer = match self.job(account, Job::Offer(message), Run::new("look", None)).await? {
            Outcome::Offer(offer) => offer,
            _ => return Err(unexpected()),
        };
        // Looked at again when the answer was yes: the message, not the face, says where the click goes.
        let target = unsubscribe::target(offer)?;
        if !sure {
            return Ok(Reply::Question(unsubscribe::question(&target)));
        }
        // Here and not in the account's task, which goes on watching while a stranger's server thinks.
        unsubscribe::click(target).await.map(Reply::Done)
    }

    fn import(&self, entries: &[Entry]) -> Answer {
        for name in entries.iter().filter_map(|entry| entry.account.as_deref()) {
            self.account(name)?;
        }
        let imported = self.store.borrow_mut().import_orders(entries, clock::now())?;
        self.tell_all();
        let orders = imported.given.len();
        let words = vec![format!("{} imported", crate::logic::figures::plural(orders as u64, "order", "orders"))];
        let runs = imported.run.iter().map(|run| run.0).collect();
        Ok(Reply::Done(Done { words, runs, orders: imported.given, ..Done::default() }))
    }

    fn lift(&self, who: &Who, account: Option<&str>) -> Answer {
        let mut store = self.store.borrow_mut();
        let lifted = match account {
            Some(name) => {
                let id = store.account(&self.config_of(self.account(name)?).name)?;
                store.lift_orders_on(id, who, clock::now())?
            }
            None => store.lift_orders(who, clock::now())?,
        };
        drop(store);
        if lifted == 0 {
            let cause = format!("there is no order about {}", shown(who));
            return Err(Fault::refused(cause, "`mailherd orders` lists them"));
        }
        self.tell_all();
        let words = vec![format!("mail of {} is judged by itself again", shown(who))];
        Ok(Reply::Done(Done { words, lifted: u32::try_from(lifted).unwrap_or(u32::MAX), ..Done::default() }))
    }

    async fn decide(&self, id: &str, yes: bool) -> Answer {
        let (job, account) = match id.split_once(':') {
            Some(("batch", account)) => (Job::Batch(yes), account),
            Some(("question", account)) => (Job::Question(yes), account),
            _ => return self.decide_pending(id, yes).await,
        };
        let account = self.account(account)?;
        match self.job(account, job, Run::new("pass", None)).await? {
            Outcome::Said(text) => Ok(said(&text)),
            _ => Err(unexpected()),
        }
    }

    /// What was read out of the user's moves.
    async fn decide_pending(&self, id: &str, yes: bool) -> Answer {
        let unknown =
            || Fault::refused(format!("nothing called {} waits for a word", Printable::new(id)), "look again");
        let number: i64 = id.parse().map_err(|_| unknown())?;
        let waiting = self.store.borrow().waiting()?.into_iter().find(|one| one.id == number).ok_or_else(unknown)?;
        let (now, mut done) = (clock::now(), Done::default());
        match &waiting.what {
            _ if !yes => {
                pending::decline(&mut self.store.borrow_mut(), number, now)?;
                done.words.push("nothing comes of it".to_owned());
            }
            WaitingFor::Return(who, category) => {
                let (account, who, to) = (self.account(&waiting.account)?, shown(who), wording::place(*category));
                let run = self.store.borrow_mut().begin_run(now, "return", None)?;
                let run = Run { id: Some(run), what: "return", order: None };
                done.runs.extend(run.id.map(|run| run.0));
                let Outcome::Moved(moved) = self.job(account, Job::Return(waiting.clone()), run).await? else {
                    return Err(unexpected());
                };
                done.moved = u32::try_from(moved).unwrap_or(u32::MAX);
                done.words.push(format!("{} of {who} put back to {to}", messages(moved)));
            }
            WaitingFor::Order(..) | WaitingFor::Reorganisation(_) => {
                let given = pending::confirm(&mut self.store.borrow_mut(), number, now)?.ok_or_else(unknown)?;
                done.orders.extend(given.iter().map(|(order, ..)| *order));
                for category in Category::ALL {
                    let of = given.iter().filter(|(_, _, to)| *to == category);
                    let whos: Vec<&Who> = of.map(|(_, who, _)| who).collect();
                    done.words.extend(wording::trained(whos.into_iter(), category));
                }
            }
        }
        self.tell_all();
        Ok(Reply::Done(done))
    }

    async fn digest(&self, account: Option<&str>, since: Option<UnixTime>) -> Answer {
        let accounts = self.accounts(account)?;
        let digests = accounts.iter().map(|account| self.job(*account, Job::Digest(since), Run::new("digest", None)));
        let mut done = Done::default();
        let mut faults = Vec::new();
        for (account, outcome) in accounts.iter().zip(join_all(digests).await) {
            let name = self.config_of(*account).name.clone();
            match outcome {
                Ok(Outcome::Moved(0)) => done.words.push(format!("{name}: there is nothing to tell")),
                Ok(Outcome::Moved(_)) => {
                    done.moved += 1;
                    done.words.push(format!("{name}: a digest is in INBOX"));
                }
                Ok(_) => faults.push(unexpected()),
                Err(fault) => faults.push(fault),
            }
        }
        match faults.pop() {
            Some(fault) if faults.len() + 1 == accounts.len() => Err(fault),
            last => {
                done.faults = faults.into_iter().chain(last).collect();
                Ok(Reply::Done(done))
            }
        }
    }

    async fn check(&self, account: Option<&str>) -> Answer {
        let accounts = self.accounts(account)?;
        let looks = accounts.iter().map(|account| self.job(*account, Job::Check, Run::new("pass", None)));
        let mut done = Done::default();
        let (mut failed, mut faults) = (0, Vec::new());
        for outcome in join_all(looks).await {
            match outcome {
                Ok(Outcome::Said(text)) => done.words.push(text),
                Ok(_) => faults.push(unexpected()),
                Err(fault) => {
                    failed += 1;
                    done.words.push(fault.cause.clone());
                    faults.push(fault);
                }
            }
        }
        match faults.pop() {
            Some(fault) if failed == accounts.len() => Err(fault),
            _ => Ok(Reply::Done(done)),
        }
    }

    /// Orders concern every account.
    pub(super) fn tell_all(&self) {
        for account in &self.config().accounts {
            self.board.tell(crate::logic::engine::Notice::Changed { account: account.name.clone() });
        }
    }
}

pub(super) fn said(words: &str) -> Reply {
    Reply::Done(Done { words: vec![words.to_owned()], ..Done::default() })
}
