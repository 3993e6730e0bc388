//! `mailherd orders --pending` and `confirm`

use serde_json::json;

use super::args::Confirm;
use super::daemon;
use super::face::{Face, chosen, guarded};
use super::table::{Cell, Column, Table};
use super::words::{plural, rfc3339};
use crate::config::Config;
use crate::daemon::engine::Link;
use crate::daemon::pass::PassRun;
use crate::daemon::pending::{self, Pending};
use crate::logic::engine::{Act, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::orders::Who;
use crate::logic::plan::Mode;
use crate::logic::printable::Printable;
use crate::store::{Store, WaitingFor};

/// Lines that explain one question.
const DETAILS: usize = 20;

pub(super) fn list(face: &mut Face, config: &Config) -> Result<Vec<Fault>, Fault> {
    let found = pending::pending(&Store::open(&config.state_dir)?)?;
    if face.out().json() {
        for one in &found {
            face.out().object(&object(one));
        }
        return Ok(Vec::new());
    }
    if found.is_empty() {
        face.out().note("nothing waits for your word");
        return Ok(Vec::new());
    }
    let columns = [Column::right("id"), Column::left("account"), Column::left("since"), Column::left("on a yes")];
    let mut table = Table::new(&columns);
    for row in found.iter().map(Pending::row) {
        table.row([
            Cell::trusted(row.id),
            Cell::from(&Printable::new(&row.account)),
            Cell::from(row.since),
            Cell::from(&Printable::new(&row.text)),
        ]);
        let more = row.details.len().saturating_sub(DETAILS);
        let more = (more > 0).then(|| format!("and {more} more: --json has all of them"));
        for detail in row.details.iter().take(DETAILS).chain(&more) {
            let blank = || Cell::trusted("");
            table.row([blank(), blank(), blank(), Cell::from(&Printable::new(&format!("- {detail}")))]);
        }
    }
    face.out().table(&table);
    face.out().note("`mailherd confirm ID` says yes, with --no it says no");
    Ok(Vec::new())
}

fn object(one: &Pending) -> serde_json::Value {
    let row = one.row();
    let (kind, who, category) = match &one.waiting.what {
        WaitingFor::Order(who, category) => ("order", Some(who), Some(*category)),
        WaitingFor::Reorganisation(_) => ("reorganisation", None, None),
        WaitingFor::Return(who, category) => ("return", Some(who), Some(*category)),
    };
    let orders: Vec<_> = match &one.waiting.what {
        WaitingFor::Reorganisation(orders) => {
            orders.iter().map(|(who, category)| json!({ "who": who.to_string(), "category": category })).collect()
        }
        _ => Vec::new(),
    };
    let messages = if one.moves > 0 { one.moves } else { one.waiting.messages };
    json!({
        "id": one.waiting.id, "who": who.map(Who::to_string), "category": category, "account": row.account,
        "given_at": rfc3339(row.since), "pending": true, "kind": kind, "messages": messages, "orders": orders,
        "text": row.text,
    })
}

pub(super) async fn confirm(face: &mut Face, args: &Confirm) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    if let Some(link) = face.daemon(&config).await? {
        return by_daemon(face, &link, args).await;
    }
    let mut store = Store::open(&config.state_dir)?;
    let waiting = pending::pending(&store)?.into_iter().find(|one| one.waiting.id.to_string() == args.id);
    let Some(Pending { waiting, .. }) = waiting else {
        return Err(Fault::refused(
            format!("nothing with the number {} waits for your word", Printable::new(&args.id)),
            "`mailherd orders --pending` lists what does, and of a running daemon also `mailherd status`",
        ));
    };
    let id = waiting.id;
    if args.no {
        pending::decline(&mut store, id, face.now)?;
        said(face, &args.id, false, 0, "nothing comes of it".to_owned());
        return Ok(Vec::new());
    }
    if let WaitingFor::Return(who, category) = &waiting.what {
        drop(store);
        let account = chosen(&config, Some(&waiting.account))?[0];
        let mut run = PassRun::new("return", None);
        let setting = face.setting(account, true);
        let moved = guarded(&account.name, pending::put_back(&config, &setting, &waiting, &mut run)).await?;
        let messages = plural(moved as u64, "message", "messages");
        let text = match account.mode {
            Mode::Preview => format!("preview: {messages} of {who} would be put back to {category}"),
            Mode::File => format!("{messages} of {who} put back to {category}"),
        };
        said(face, &args.id, true, if account.mode == Mode::File { moved } else { 0 }, text);
        return Ok(Vec::new());
    }
    let given = pending::confirm(&mut store, id, face.now)?.unwrap_or_default();
    let text = match given.as_slice() {
        [(_, who, category)] => format!("mail of {who} is {category} from now on"),
        _ => format!("{} in force", plural(given.len() as u64, "order is", "orders are")),
    };
    said(face, &args.id, true, 0, text);
    Ok(Vec::new())
}

/// The daemon knows more that waits: batches, questions.
async fn by_daemon(face: &mut Face, link: &Link, args: &Confirm) -> Result<Vec<Fault>, Fault> {
    let act = Act::Decide { id: args.id.clone(), yes: !args.no };
    let Reply::Done(done) = link.ask(Request::Do(act)).await? else { return Err(daemon::misunderstood()) };
    said(face, &args.id, !args.no, done.moved as usize, done.words.join("; "));
    Ok(done.faults)
}

fn said(face: &mut Face, id: &str, confirmed: bool, moved: usize, text: String) {
    if face.out().json() {
        let id = id.parse::<i64>().map_or_else(|_| json!(id), |number| json!(number));
        face.out().object(&json!({ "id": id, "confirmed": confirmed, "moved": moved }));
    } else {
        face.out().line(Printable::new(&text).to_string());
    }
}
