//! What a face can have done: taken apart into jobs for the accounts' tasks, and told in words.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::hub::{Hub, unexpected};
use super::job::{Job, Outcome};
use super::wording::{self, messages};
use crate::daemon::clock;
use crate::daemon::filing::Run;
use crate::daemon::pick::Wish;
use crate::daemon::unsubscribe;
use crate::logic::engine::{Act, Answer, Done, MessageKey, Question, Reply, Width};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName};
use crate::logic::orders::{Order, Who};
use crate::logic::plan::is_surprise;
use crate::logic::printable::Printable;
use crate::store::WrittenTo;

/// An order that is given without pointing at a message.
struct Given {
    who: Who,
    category: Category,
    account: Option<String>,
    existing: bool,
    sure: bool,
}

impl Hub {
    /// Does it.
    pub(super) async fn act(&self, act: Act) -> Answer {
        match act {
            Act::File { messages, category, width, sure } => self.file(messages, category, width, sure).await,
            Act::Order { who, category, account, existing, sure } => {
                let who = Who::parse(&who)?;
                self.order(Given { who, category, account, existing, sure }).await
            }
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

    async fn file(&self, keys: Vec<MessageKey>, category: Category, width: Width, sure: bool) -> Answer {
        let mut wishes: Vec<(usize, Wish)> = Vec::new();
        for key in keys {
            let account = self.account(&key.account)?;
            match wishes.iter_mut().find(|(other, _)| *other == account) {
                Some((_, wish)) if wish.messages.contains(&key) => {}
                Some((_, wish)) => wish.messages.push(key),
                None => wishes.push((account, Wish { messages: vec![key], category, width })),
            }
        }
        if category == Category::Blackhole
            && !sure
            && let Some(question) = self.is_written_to(&wishes).await?
        {
            return Ok(Reply::Question(question));
        }
        let everywhere = category == Category::Blackhole;
        let jobs = wishes.into_iter().map(async |(account, wish)| {
            let keys = wish.messages.clone();
            let run = Run::new("order", None);
            (keys, self.job(account, Job::File { wish, everywhere }, run).await)
        });
        let mut done = Done::default();
        let (mut whos, mut there, mut faults) = (BTreeSet::new(), 0, Vec::new());
        for (keys, outcome) in join_all(jobs).await {
            match outcome {
                Ok(Outcome::Filed { picked, run, orders }) => {
                    done.moved += picked.moved;
                    there += picked.there;
                    done.failed.extend(picked.failed);
                    done.runs.extend(run);
                    done.orders.extend(orders);
                    whos.extend(picked.whos);
                }
                Ok(_) => faults.push(unexpected()),
                Err(fault) => {
                    done.failed.extend(keys.into_iter().map(|key| (key, fault.cause.clone())));
                    faults.push(fault);
                }
            }
        }
        if let (0, 0, Some(fault)) = (done.moved, there, faults.pop()) {
            return Err(fault);
        }
        if done.moved > 0 {
            let to = wording::place(category);
            done.words.push(format!("{} moved to {to}", messages(done.moved as usize)));
        }
        done.words.extend(wording::trained(whos.iter(), category));
        if let Some((_, why)) = done.failed.first() {
            let failed = messages(done.failed.len());
            done.words.push(format!("{failed} not moved: {}", Printable::new(why)));
        }
        if whos.is_empty() && done.moved > 0 {
            done.words.push("nothing was learned: no sender to go by".to_owned());
        }
        Ok(Reply::Done(done))
    }

    /// A question, when the user has written to one of the senders.
    async fn is_written_to(&self, wishes: &[(usize, Wish)]) -> Result<Option<Question>, Fault> {
        let jobs =
            wishes.iter().map(|(account, wish)| self.job(*account, Job::Whos(wish.clone()), Run::new("look", None)));
        let mut whos = BTreeSet::new();
        for outcome in join_all(jobs).await {
            match outcome? {
                Outcome::Whos(found) => whos.extend(found),
                _ => return Err(unexpected()),
            }
        }
        for who in &whos {
            if let Some(written) = self.store.borrow().written_to(who)?.into_iter().next() {
                let older: usize = self.older(who, Category::Blackhole, None)?.iter().map(|(count, _)| count).sum();
                let pointed: usize = wishes.iter().map(|(_, wish)| wish.messages.len()).sum();
                let stay = older.saturating_sub(pointed);
                let mut question = written_to(who, &written);
                question.details.push(format!("{} to Blackhole now", moves(pointed)));
                if stay > 0 {
                    question.details.push(format!(
                        "{} of {} {} where they are",
                        messages(stay),
                        shown(who),
                        verb(stay, "stays", "stay")
                    ));
                }
                return Ok(Some(question));
            }
        }
        Ok(None)
    }

    async fn order(&self, given: Given) -> Answer {
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
    fn older(&self, who: &Who, category: Category, account: Option<&str>) -> Result<Vec<(usize, usize)>, Fault> {
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
            _ => return self.decide_order(id, yes),
        };
        let account = self.account(account)?;
        match self.job(account, job, Run::new("pass", None)).await? {
            Outcome::Said(text) => Ok(said(&text)),
            _ => Err(unexpected()),
        }
    }

    /// A pending order.
    fn decide_order(&self, id: &str, yes: bool) -> Answer {
        let unknown =
            || Fault::refused(format!("nothing called {} waits for a word", Printable::new(id)), "look again");
        let number: i64 = id.strip_prefix("order:").unwrap_or(id).parse().map_err(|_| unknown())?;
        let mut store = self.store.borrow_mut();
        let pending = store.orders(None, true)?.into_iter().find(|one| one.order.id == number).ok_or_else(unknown)?;
        let who = pending.order.who;
        let words = if yes {
            store.confirm_order(number, clock::now())?;
            wording::trained([&who].into_iter(), pending.order.category).unwrap_or_default()
        } else {
            store.lift_order(number, clock::now())?;
            format!("nothing was learned about {}", shown(&who))
        };
        drop(store);
        self.tell_all();
        let orders = if yes { vec![number] } else { Vec::new() };
        Ok(Reply::Done(Done { words: vec![words], orders, ..Done::default() }))
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

fn shown(who: &Who) -> Printable {
    Printable::new(&who.to_string())
}

fn written_to(who: &Who, written: &WrittenTo) -> Question {
    let times = if written.times == 1 { "once".to_owned() } else { format!("{} times", written.times) };
    let address = Printable::new(written.address.as_str());
    Question {
        text: format!("Send all mail of {} to Blackhole? You have written to {address} {times}", shown(who)),
        details: vec![format!("all mail of {} goes to Blackhole from now on", shown(who))],
    }
}

fn moves(count: usize) -> String {
    format!("{} {}", messages(count), verb(count, "goes", "go"))
}

fn verb(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
