//! `mailherd train`, `untrain`, `orders` and `blackhole`

use serde_json::json;

use super::args::{Blackhole, Orders, Train, Untrain};
use super::daemon;
use super::face::{Face, chosen, guarded};
use super::pending;
use super::table::{Cell, Column, Table};
use super::words::{plural, rfc3339};
use crate::config::{Account, Config};
use crate::daemon::engine::Link;
use crate::daemon::order;
use crate::daemon::pass::PassRun;
use crate::logic::engine::{Act, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::orders::{Order, Who};
use crate::logic::plan::Mode;
use crate::logic::printable::Printable;
use crate::store::Store;

struct Wish<'a> {
    who: Who,
    category: Category,
    account: Option<&'a str>,
    existing: bool,
    yes: bool,
}

pub(super) async fn train(face: &mut Face, args: &Train) -> Result<Vec<Fault>, Fault> {
    let Some(category) = Category::from_word(&args.category) else {
        return Err(Fault::usage(
            format!("there is no category {}", Printable::new(&args.category)),
            "the categories are: top, inbox, news, bulk, blackhole",
        ));
    };
    let who = Who::parse(&args.who)?;
    give(face, Wish { who, category, account: args.account.as_deref(), existing: args.existing, yes: args.yes }).await
}

pub(super) async fn blackhole(face: &mut Face, args: &Blackhole) -> Result<Vec<Fault>, Fault> {
    let who = Who::parse(&args.who)?;
    let account = args.account.as_deref();
    give(face, Wish { who, category: Category::Blackhole, account, existing: true, yes: args.yes }).await
}

async fn give(face: &mut Face, wish: Wish<'_>) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let accounts = chosen(&config, wish.account)?;
    if let Some(link) = face.daemon(&config).await? {
        return give_by_daemon(face, &link, &wish, accounts.iter().all(|account| account.mode == Mode::Preview)).await;
    }
    if wish.category == Category::Blackhole {
        guard(face, &config, &accounts, &wish).await?;
    }
    let mut store = Store::open(&config.state_dir)?;
    // A blackhole order holds on all accounts unless one was named; every other order on its account.
    let everywhere = wish.category == Category::Blackhole && wish.account.is_none();
    let shared = if everywhere { Some(store.give_order(None, &wish.who, wish.category, face.now)?) } else { None };
    let mut shared_run = PassRun::new("order", shared);
    let (mut faults, mut moved, mut first_id) = (Vec::new(), 0, shared);
    for account in &accounts {
        let mut own_run = None;
        if !everywhere {
            let id = store.account(&account.name)?;
            let given = store.give_order(Some(id), &wish.who, wish.category, face.now)?;
            first_id.get_or_insert(given);
            own_run = Some(PassRun::new("order", Some(given)));
        }
        let run = own_run.as_mut().unwrap_or(&mut shared_run);
        let setting = face.setting(account, wish.yes);
        run.begin(&mut store, &setting)?;
        if !wish.existing {
            continue;
        }
        let id = run.order.unwrap_or_default();
        let order = Order { id, who: wish.who.clone(), category: wish.category, given_at: face.now };
        match guarded(&account.name, order::file_existing(&config, &setting, &order, run)).await {
            Ok(count) => moved += count,
            Err(fault) => faults.push(fault),
        }
    }
    show(face, &wish, first_id, moved, accounts.iter().all(|account| account.mode == Mode::Preview));
    Ok(faults)
}

/// The daemon holds the accounts, so it gives the order, and moves what goes along.
async fn give_by_daemon(face: &mut Face, link: &Link, wish: &Wish<'_>, preview: bool) -> Result<Vec<Fault>, Fault> {
    let order = |sure| {
        Request::Do(Act::Order {
            who: wish.who.to_string(),
            category: wish.category,
            account: wish.account.map(str::to_owned),
            existing: wish.existing,
            sure,
        })
    };
    let mut reply = link.ask(order(wish.yes)).await?;
    if let Reply::Question(question) = &reply {
        face.consent(question)?;
        reply = link.ask(order(true)).await?;
    }
    let Reply::Done(done) = reply else { return Err(daemon::misunderstood()) };
    show(face, wish, done.orders.first().copied(), done.moved as usize, preview);
    Ok(done.faults)
}

/// Somebody the user has written to is banished only after a question.
async fn guard(face: &Face, config: &Config, accounts: &[&Account], wish: &Wish<'_>) -> Result<(), Fault> {
    for account in accounts {
        let setting = face.setting(account, wish.yes);
        let written_to = guarded(&account.name, order::written_to(config, &setting, &wish.who)).await?;
        if let Some(address) = written_to {
            let address = Printable::new(&address);
            setting.consent(
                &format!(
                    "You have written to {address}. Send all mail of {} to Blackhole?",
                    Printable::new(&wish.who.to_string())
                ),
                &format!("you have written to {address}, so it is not banished without a word from you"),
            )?;
        }
    }
    Ok(())
}

fn show(face: &mut Face, wish: &Wish<'_>, id: Option<i64>, moved: usize, preview: bool) {
    let who = wish.who.to_string();
    if face.out().json() {
        let object = json!({
            "id": id, "who": who, "category": wish.category, "account": wish.account,
            "moved": if preview { 0 } else { moved },
        });
        face.out().object(&object);
        return;
    }
    let style = face.out().style();
    let category = style.paint(super::style::Tone::Category(wish.category), wish.category.word());
    face.out().line(format!("mail of {} is {category} from now on", Printable::new(&who)));
    if wish.existing {
        let messages = plural(moved as u64, "message", "messages");
        face.out().line(if preview {
            format!("preview: {messages} would be moved")
        } else {
            format!("{messages} moved along")
        });
    }
    face.out().note("`mailherd undo --last` takes it back, the order included");
}

pub(super) async fn untrain(face: &mut Face, args: &Untrain) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let who = Who::parse(&args.who)?;
    let lifted = match face.daemon(&config).await? {
        // It tells the other faces.
        Some(link) => lift_by_daemon(&link, &who).await?,
        None => Store::open(&config.state_dir)?.lift_orders(&who, face.now)?,
    };
    if lifted == 0 {
        return Err(Fault::refused(
            format!("there is no order about {}", Printable::new(&who.to_string())),
            "`mailherd orders` lists them",
        ));
    }
    if face.out().json() {
        face.out().object(&json!({ "who": who.to_string(), "lifted": lifted }));
    } else {
        face.out().line(format!(
            "{} about {} lifted",
            plural(lifted as u64, "order", "orders"),
            Printable::new(&who.to_string())
        ));
    }
    Ok(Vec::new())
}

async fn lift_by_daemon(link: &Link, who: &Who) -> Result<usize, Fault> {
    match link.ask(Request::Do(Act::Lift { who: who.to_string(), account: None })).await? {
        Reply::Done(done) => Ok(done.lifted as usize),
        _ => Err(daemon::misunderstood()),
    }
}

pub(super) fn list(face: &mut Face, args: &Orders) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    if args.pending {
        return pending::list(face, &config);
    }
    let orders = Store::open(&config.state_dir)?.orders(None, false)?;
    if face.out().json() {
        for stored in &orders {
            face.out().object(&json!({
                "id": stored.order.id, "who": stored.order.who.to_string(), "category": stored.order.category,
                "account": stored.account, "given_at": rfc3339(stored.order.given_at), "pending": stored.pending,
                "origin": stored.origin,
            }));
        }
        return Ok(Vec::new());
    }
    if orders.is_empty() {
        face.out().note("there are no orders; `mailherd train` gives one");
        return Ok(Vec::new());
    }
    let columns = [
        Column::right("id"),
        Column::left("who"),
        Column::left("category"),
        Column::left("account"),
        Column::left("since"),
        Column::left("origin"),
    ];
    let mut table = Table::new(&columns);
    for stored in &orders {
        table.row([
            Cell::trusted(stored.order.id.to_string()),
            Cell::from(&Printable::new(&stored.order.who.to_string())),
            Cell::from(stored.order.category),
            stored.account.as_deref().map_or(Cell::from("all"), |name| Cell::from(&Printable::new(name))),
            Cell::from(stored.order.given_at),
            Cell::trusted(stored.origin.word()),
        ]);
    }
    face.out().table(&table);
    Ok(Vec::new())
}
