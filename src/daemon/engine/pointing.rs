//! Messages that the user points at are moved, and orders given for their senders.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::hub::{Hub, unexpected};
use super::job::{Job, Outcome};
use super::wording::{self, messages, moves, shown, verb, written_to};
use crate::daemon::filing::Run;
use crate::daemon::pick::Wish;
use crate::logic::engine::{Answer, Done, MessageKey, Question, Reply, Width};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::printable::Printable;

impl Hub {
    pub(super) async fn file(&self, keys: Vec<MessageKey>, category: Category, width: Width, sure: bool) -> Answer {
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
            && let Some(question) = self.question_about(&wishes).await?
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

    /// A question, when the user has written to one of the senders who would be banished, or when mail may be forged.
    async fn question_about(&self, wishes: &[(usize, Wish)]) -> Result<Option<Question>, Fault> {
        let jobs =
            wishes.iter().map(|(account, wish)| self.job(*account, Job::Whos(wish.clone()), Run::new("look", None)));
        let mut whos = BTreeMap::new();
        for outcome in join_all(jobs).await {
            match outcome? {
                Outcome::Whos(found) => whos.extend(found),
                _ => return Err(unexpected()),
            }
        }
        if let Some((who, why)) = whos.iter().find_map(|(who, doubt)| doubt.map(|why| (who, why))) {
            return Ok(Some(wording::forged(who, why)));
        }
        for who in whos.keys() {
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
}
