//! mailherd's engine in this process, given the same work as its commands.

use std::collections::HashSet;

use mailherd::config::Config;
use mailherd::daemon::pass::{self, PassRun};
use mailherd::daemon::{Asking, Setting, Watcher, order, undo};
use mailherd::logic::fault::Fault;
use mailherd::logic::ids::{Category, FolderName, RowId, UnixTime};
use mailherd::logic::orders::{Order, Who};
use mailherd::store::{Store, UndoScope};

use super::history::Work;

/// Says yes, and listens to nothing.
struct Quiet;

impl Asking for Quiet {
    fn ask(&self, _: &str) -> Option<bool> {
        Some(true)
    }
}

impl Watcher for Quiet {
    fn reading(&self, _: &str, _: &FolderName, _: u64, _: u64) {}
    fn filing(&self, _: &str, _: u64, _: u64) {}
    fn note(&self, _: &str, _: &str) {}
    fn advise(&self, _: &str, _: &str, _: &str) {}
}

/// Does the work on all accounts, as the one-shot commands do. `row` is what `undo --id` is about.
pub async fn work(config: &Config, work: &Work, row: Option<i64>, now: UnixTime) -> Result<(), Fault> {
    match work {
        Work::Pass => pass(config, now).await,
        Work::UndoAll => take_back(config, UndoScope::All, now).await,
        Work::UndoLast => match Store::open(&config.state_dir)?.last_undoable_run()? {
            Some(run) => take_back(config, UndoScope::Run(run), now).await,
            None => Ok(()),
        },
        Work::UndoRow(_) => match row {
            Some(row) => take_back(config, UndoScope::Row(RowId(row)), now).await,
            None => Ok(()),
        },
        Work::Train(who, category, existing) => train(config, who, category, *existing, now).await,
        Work::Untrain(who) => Store::open(&config.state_dir)?.lift_orders(&Who::parse(who)?, now).map(drop),
    }
}

fn setting(account: &mailherd::config::Account, now: UnixTime) -> Setting<'_> {
    Setting { account, now, yes: true, asking: &Quiet, watcher: &Quiet }
}

async fn pass(config: &Config, now: UnixTime) -> Result<(), Fault> {
    let mut run = PassRun::new("pass", None);
    let mut result = Ok(());
    for account in &config.accounts {
        let (_, passed) = pass::pass(config, &setting(account, now), &mut run).await;
        result = result.and(passed);
    }
    result
}

async fn take_back(config: &Config, scope: UndoScope, now: UnixTime) -> Result<(), Fault> {
    let mut store = Store::open(&config.state_dir)?;
    undo::check(scope, &store)?;
    let (orders, rows) = (store.orders_of(scope)?, undo::rows_of(&store, scope)?);
    let mut run = PassRun::new("undo", None);
    let (mut failed, mut result) = (0, Ok(()));
    for (name, chosen) in rows {
        let chosen: HashSet<RowId> = chosen;
        let account = config.accounts.iter().find(|account| account.name == name).expect("an account of the config");
        let (report, undone) = undo::undo(config, &setting(account, now), &chosen, &mut run).await;
        failed += report.failed;
        result = result.and(undone);
    }
    if failed == 0 {
        orders.iter().rev().try_for_each(|order| store.take_back_order(*order, now).map(drop))?;
    }
    result
}

async fn train(config: &Config, who: &str, category: &str, existing: bool, now: UnixTime) -> Result<(), Fault> {
    let (who, category) = (Who::parse(who)?, Category::from_word(category).expect("a category"));
    let mut store = Store::open(&config.state_dir)?;
    let everywhere = category == Category::Blackhole;
    let shared = if everywhere { Some(store.give_order(None, &who, category, now)?) } else { None };
    let mut shared_run = PassRun::new("order", shared);
    let mut result = Ok(());
    for account in &config.accounts {
        let mut own_run = None;
        if !everywhere {
            let id = store.account(&account.name)?;
            own_run = Some(PassRun::new("order", Some(store.give_order(Some(id), &who, category, now)?)));
        }
        let run = own_run.as_mut().unwrap_or(&mut shared_run);
        let setting = setting(account, now);
        run.begin(&mut store, &setting)?;
        if existing {
            let order = Order { id: run.order.unwrap_or_default(), who: who.clone(), category, given_at: now };
            result = result.and(order::file_existing(config, &setting, &order, run).await.map(drop));
        }
    }
    result
}
