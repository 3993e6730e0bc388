//! `mailherd plan` and `mailherd why`

use serde_json::{Value, json};

use super::args::{Plan, Why};
use super::daemon;
use super::face::{Face, chosen, guarded};
use super::style::Tone;
use super::table::{Cell, Column, Table};
use super::words::{human_time, plural};
use super::{log, senders};
use crate::config::{Account, Config};
use crate::daemon::engine::Link;
use crate::daemon::inspect;
use crate::logic::engine::{PlannedRow, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, MessageId, UnixTime};
use crate::logic::printable::Printable;
use crate::store::Store;

pub(super) async fn plan(face: &mut Face, args: &Plan) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let mut faults = Vec::new();
    for account in chosen(&config, args.account.as_deref())? {
        let planned = {
            let setting = face.setting(account, false);
            guarded(&account.name, inspect::plan(&config, &setting, args.limit.unwrap_or(usize::MAX))).await
        };
        match planned {
            Ok(planned) if face.out().json() => {
                planned.iter().for_each(|one| face.out().object(&object(&account.name, one)))
            }
            Ok(planned) => print(face, &account.name, &planned),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(faults)
}

pub(super) async fn why(face: &mut Face, args: &Why) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let id = MessageId::new(&args.message_id).ok_or_else(|| {
        Fault::usage("that is no Message-ID", "give it as the header says, for instance <abc@example.org>")
    })?;
    let link = face.daemon(&config).await?;
    let mut faults = Vec::new();
    for account in chosen(&config, args.account.as_deref())? {
        let found = match &link {
            Some(link) => by_daemon(link, &config, account, &id).await,
            None => {
                let setting = face.setting(account, false);
                guarded(&account.name, inspect::why(&config, &setting, &id)).await
            }
        };
        match found {
            Ok(Some(why)) => {
                show_why(face, &account.name, &why);
                return Ok(faults);
            }
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        faults.push(Fault::refused(
            format!("no account has a message with the Message-ID {}", Printable::new(id.as_str())),
            "copy it from the message's headers, or look into `mailherd plan --json` and `mailherd log --json`",
        ));
    }
    Ok(faults)
}

/// The daemon has a connection to the account already, and providers allow few.
async fn by_daemon(
    link: &Link,
    config: &Config,
    account: &Account,
    id: &MessageId,
) -> Result<Option<inspect::Why>, Fault> {
    let ask = Request::Judge { account: account.name.clone(), message_id: id.as_str().to_owned() };
    match link.ask(ask).await? {
        Reply::Judged(Some(planned)) => {
            inspect::Why::of(&Store::open(&config.state_dir)?, &account.name, *planned).map(Some)
        }
        Reply::Judged(None) => Ok(None),
        _ => Err(daemon::misunderstood()),
    }
}

/// The object of the contract.
fn object(account: &str, planned: &PlannedRow) -> Value {
    let reasons: Vec<Value> = planned
        .reasons
        .iter()
        .map(|reason| json!({ "signal": reason.signal, "weight": reason.weight, "text": reason.text }))
        .collect();
    json!({
        "account": account,
        "folder": planned.folder,
        "uid": planned.uid.0,
        "message_id": planned.message_id,
        "from": planned.from,
        "subject": planned.subject,
        "category": planned.category,
        "target": planned.target,
        "importance": planned.importance,
        "reasons": reasons,
    })
}

fn print(face: &mut Face, account: &str, planned: &[PlannedRow]) {
    let mut table = Table::new(&[
        Column::left("date"),
        Column::left("category"),
        Column::left("goes to"),
        Column::right("imp."),
        Column::flexible("from"),
        Column::flexible("subject"),
        Column::flexible("because"),
    ]);
    for one in planned {
        let reasons: Vec<_> =
            one.reasons.iter().map(|one| (one.signal.as_str(), one.weight, one.text.as_str())).collect();
        let because = crate::logic::verdict::headline(&reasons);
        table.row([
            Cell::from(one.at).tone(Tone::Dim),
            Cell::from(one.category),
            match &one.target {
                Some(target) => Cell::from(&Printable::new(target)).tone(Tone::Category(one.category)),
                None => Cell::from("stays").tone(Tone::Dim),
            },
            Cell::trusted(format!("{:.2}", one.importance)),
            Cell::from(&Printable::new(one.from.as_deref().unwrap_or_default())),
            Cell::from(&Printable::new(&one.subject)),
            Cell::from(&Printable::new(because)).tone(Tone::Dim),
        ]);
    }
    face.out().table(&table);
    let moving = planned.iter().filter(|one| one.target.is_some()).count() as u64;
    let total = planned.len() as u64;
    face.out().note(format!(
        "{account}: {} of {} would be filed; nothing was moved",
        super::words::count(moving),
        plural(total, "message", "messages")
    ));
}

fn show_why(face: &mut Face, account: &str, why: &inspect::Why) {
    if face.out().json() {
        let mut object = object(account, &why.planned);
        object["ledger"] = why.sender.as_ref().map_or(Value::Null, |row| senders::object(account, row, None));
        object["history"] = why.history.iter().map(|row| log::object(row, true)).collect();
        face.out().object(&object);
        return;
    }
    let planned = &why.planned;
    let style = face.out().style();
    let line =
        |name: &str, text: &str| format!("{} {}", style.paint(Tone::Dim, format!("{name:>9}")), Printable::new(text));
    let lines = [
        line("from", planned.from.as_deref().unwrap_or("(nobody)")),
        line("subject", &planned.subject),
        line("date", &human_time(planned.at)),
        line("lies in", &planned.folder),
    ];
    lines.iter().for_each(|line| face.out().line(line));
    print_history(face, why);
    let category = planned.category;
    let word = style.paint(Tone::Category(category), category.word());
    let stays = match (&planned.target, category) {
        (Some(target), _) => format!("and would go to {}", Printable::new(target)),
        (None, _) => "and stays where it is".to_owned(),
    };
    face.out().line(format!("\njudged now, it is {word} (importance {:.2}), {stays}, because:", planned.importance));
    for reason in &planned.reasons {
        face.out().line(format!("  {:>+6.2}  {}", reason.weight, Printable::new(&reason.text)));
    }
    if let Some(row) = &why.sender {
        let sentence = sender_sentence(row, face.now);
        face.out().line(format!("\n{sentence}"));
    }
}

fn print_history(face: &mut Face, why: &inspect::Why) {
    for row in &why.history {
        let reason = log::first_reason(row).unwrap_or_default();
        face.out().line(format!(
            "{:>9} {} {} {} → {}: {}",
            "",
            human_time(row.at),
            log::happened(row),
            Printable::new(&crate::daemon::shown(&row.intent.from.folder)),
            Printable::new(&crate::daemon::shown(&row.intent.to)),
            Printable::new(&reason)
        ));
    }
}

fn sender_sentence(row: &crate::store::SenderRow, now: UnixTime) -> String {
    let relation = &row.relation;
    let known = now.days_since(relation.first_seen).max(0.0).round() as u64;
    format!(
        "{}: {} received since {} ({}), {} read, {} answered; you wrote {} to it",
        Printable::new(row.address.as_str()),
        plural(u64::from(relation.received), "message", "messages"),
        human_time(relation.first_seen),
        plural(known, "day ago", "days ago"),
        relation.read,
        relation.replied,
        plural(u64::from(relation.sent_to), "message", "messages"),
    )
}

/// The category of an order, as JSON has it.
pub(super) fn word(category: Option<Category>) -> Option<&'static str> {
    category.map(Category::word)
}
