//! What a face can look at without the network and without waiting: lists of mail, the ledger, the journal, figures.
//!
//! One connection to the database that only reads. Each answer is drawn from one unchanging state of it; the order of long lists is
//! kept between calls, and thrown away when somebody has written.

mod falling;
mod history;
mod mail;
mod people;
mod stats;
#[cfg(test)]
mod tests;
mod views;

use crate::config::Config;
use crate::logic::engine::{Answer, Page, Reply, Request, SenderRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, UnixTime};
use crate::logic::orders::Who;
use crate::store::{AccountId, Shelf, Store};
pub use history::journal_row;
use views::Views;

/// Rows in one reply at most.
const ROWS: u32 = 1000;

/// Answers what can be read from the database alone.
#[derive(Default)]
pub struct Queries {
    store: Option<Store>,
    views: Views,
}

impl Queries {
    /// The answer; `None` when it takes more than the database, as [`Request::Health`] or [`Request::Do`] does. `now` is where days
    /// and weeks end.
    pub fn answer(&mut self, config: &Config, request: &Request, now: UnixTime) -> Option<Answer> {
        if !is_of_the_database(request) {
            return None;
        }
        let answer = self.try_answer(config, request, now);
        if answer.is_err() {
            // Whatever is wrong with it, the next question opens the database afresh.
            *self = Queries::default();
        }
        Some(answer)
    }

    /// What the ledger of an account says of one sender; `None` when it does not know it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn sender(
        &mut self,
        config: &Config,
        account: &str,
        address: &Address,
        now: UnixTime,
    ) -> Result<Option<SenderRow>, Fault> {
        self.look(config, now, |look| look.sender(account, address))
    }

    fn try_answer(&mut self, config: &Config, request: &Request, now: UnixTime) -> Answer {
        self.look(config, now, |look| match request {
            Request::Shelves { account } => look.count(account.as_deref()).map(Reply::Shelves),
            Request::Mail(query) => look.mail(query).map(Reply::Mail),
            Request::Find(find) => look.find(find).map(Reply::Found),
            Request::Senders(query) => look.senders(query).map(Reply::Senders),
            Request::Runs { page } => look.runs(*page).map(|(rows, total)| Reply::Runs(rows, total)),
            Request::Rows { run, page } => look.rows(*run, *page).map(|(rows, total)| Reply::Rows(rows, total)),
            Request::Stats { account, days } => look.stats(account.as_deref(), *days).map(Reply::Stats),
            Request::Falling { account, limit } => look.falling(config, account.as_deref(), *limit).map(Reply::Falling),
            _ => Err(Fault::local("this cannot be read from the database", "report this")),
        })
    }

    fn look<T>(
        &mut self,
        config: &Config,
        now: UnixTime,
        work: impl FnOnce(&mut Look<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.store.is_none() {
            self.store = Some(Store::open_to_look(&config.state_dir)?);
        }
        let Queries { store: Some(store), views } = self else {
            return Err(Fault::local("the database was closed", "try again"));
        };
        store.snapshot(|version| {
            views.are_of(version);
            let (accounts, shelves) = (accounts(config, store)?, store.shelves()?);
            work(&mut Look { store, accounts, shelves, views, now })
        })
    }
}

/// Whether it takes no more than the database.
fn is_of_the_database(request: &Request) -> bool {
    !matches!(
        request,
        Request::Health | Request::Why(_) | Request::Open(_) | Request::Do(_) | Request::About | Request::Run { .. }
    )
}

/// One look at the database.
struct Look<'a> {
    store: &'a Store,
    /// Those of the config that have been read, in its order.
    accounts: Vec<(AccountId, String)>,
    shelves: Vec<Shelf>,
    views: &'a mut Views,
    now: UnixTime,
}

fn accounts(config: &Config, store: &Store) -> Result<Vec<(AccountId, String)>, Fault> {
    let known = store.known_accounts()?;
    let id = |name: &str| known.iter().find(|(_, known)| known == name).map(|(id, _)| *id);
    Ok(config.accounts.iter().filter_map(|account| Some((id(&account.name)?, account.name.clone()))).collect())
}

impl Look<'_> {
    /// One account, or all of them. None when it is not in the config, or has not been read yet.
    fn chosen(&self, name: Option<&str>) -> Vec<AccountId> {
        let chosen = self.accounts.iter().filter(|(_, known)| name.is_none_or(|name| name == known));
        chosen.map(|(id, _)| *id).collect()
    }

    fn name_of(&self, account: AccountId) -> String {
        self.accounts.iter().find(|(id, _)| *id == account).map(|(_, name)| name.clone()).unwrap_or_default()
    }

    /// The mailboxes of a category, of one account or of all.
    fn shelves_of(&self, category: Category, account: Option<&str>) -> Vec<Shelf> {
        let accounts = self.chosen(account);
        let of = |shelf: &&Shelf| shelf.category == category && accounts.contains(&shelf.account);
        self.shelves.iter().filter(of).cloned().collect()
    }
}

/// Rows that fit into one reply.
fn limit(page: Page) -> u32 {
    page.limit.min(ROWS)
}

/// An order as people say it.
fn in_words(category: Category) -> String {
    format!("always {category}")
}

/// An order about somebody as people say it.
fn about(who: &Who, category: Category) -> String {
    format!("{who}: {}", in_words(category))
}
