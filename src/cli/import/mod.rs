//! `mailherd import`: what another program knows becomes orders, after a look at them and a yes; from another mailherd come its settings, too.
//! Mail is not moved.

mod export;
mod rules;
mod sanebox;
mod settings;

use serde_json::{Value, json};

use super::args::{Import, ImportFrom};
use super::daemon;
use super::face::Face;
use super::table::{Cell, Column, Table};
use super::words::{plural, rfc3339};
use crate::config::Config;
use crate::logic::engine::{Act, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::printable::Printable;
use crate::logic::transfer::{Entry, LeftOut};
use crate::store::Store;

/// Orders, and lines that are left out, that people are shown unless they ask for all with `-v`.
const SHOWN: usize = 25;

/// What could be taken over.
#[derive(Default)]
struct Offer {
    /// Where it comes from: `export`, `sieve`, `imapfilter`, `sanebox`.
    source: &'static str,
    orders: Vec<Offered>,
    left_out: Vec<LeftOut>,
    /// Keys of the result besides those that all have.
    more: serde_json::Map<String, Value>,
}

/// An order that could be taken over, and where it comes from.
struct Offered {
    entry: Entry,
    /// The line of the file.
    line: Option<usize>,
    /// The messages that speak for it.
    messages: Option<usize>,
}

/// What an import came to.
struct Given {
    run: Option<i64>,
    orders: usize,
}

pub(super) async fn import(face: &mut Face, args: &Import) -> Result<Vec<Fault>, Fault> {
    match (&args.from, &args.file) {
        (Some(ImportFrom::Sanebox(args)), _) => sanebox::sanebox(face, args).await,
        (Some(ImportFrom::Sieve(args)), _) => rules::sieve(face, args).await,
        (Some(ImportFrom::Imapfilter(args)), _) => rules::imapfilter(face, args).await,
        (None, Some(file)) => export::export(face, file, args).await,
        (None, None) => Err(Fault::usage("nothing to import is named", "name a file, or see `mailherd import --help`")),
    }
}

/// Shows it, asks, and does it.
async fn take_over(
    face: &mut Face,
    config: &Config,
    offer: Offer,
    (yes, dry_run): (bool, bool),
) -> Result<Vec<Fault>, Fault> {
    if !face.out().json() {
        preview(face, &offer);
    }
    if dry_run {
        tell_of_dry_run(face, &offer);
        return Ok(Vec::new());
    }
    let count = plural(offer.orders.len() as u64, "order", "orders");
    if !offer.orders.is_empty() {
        agreed(face, yes, &format!("Give {count}, {}?", counts(&offer)))?;
    }
    let given = give(face, config, &offer).await?;
    tell(face, &offer, &given);
    Ok(Vec::new())
}

/// A yes, by flag or by word.
fn agreed(face: &mut Face, yes: bool, question: &str) -> Result<(), Fault> {
    use crate::daemon::Asking as _;
    face.out().flush();
    let hint = "if that is right, run it again with --yes";
    match if yes { Some(true) } else { face.voice.ask(question) } {
        Some(true) => Ok(()),
        Some(false) => Err(Fault::refused(question, "you said no: nothing was changed")),
        None => Err(Fault::refused(question, hint)),
    }
}

fn counts(offer: &Offer) -> String {
    let of = |category: Category| {
        let count = offer.orders.iter().filter(|one| one.entry.category == category).count();
        (count > 0).then(|| format!("{} {count}", category.word()))
    };
    Category::ALL.into_iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

fn preview(face: &mut Face, offer: &Offer) {
    let most = if face.voice.verbose() { usize::MAX } else { SHOWN };
    let mut table = Table::new(&[Column::left("category"), Column::left("who"), Column::left("because")]);
    for one in offer.orders.iter().take(most) {
        let because = match (one.line, one.messages) {
            (Some(line), _) => format!("line {line}"),
            (None, Some(messages)) => plural(messages as u64, "message", "messages"),
            (None, None) => String::new(),
        };
        let who = Cell::from(&Printable::new(&one.entry.who.to_string()));
        table.row([Cell::from(one.entry.category), who, Cell::trusted(because)]);
    }
    if !offer.orders.is_empty() {
        face.out().table(&table);
    }
    if offer.orders.len() > most {
        face.out().line(format!("and {} more: -v shows all of them", offer.orders.len() - most));
    }
    if offer.left_out.is_empty() {
        return;
    }
    face.out().line(format!("\nleft out, {}:", plural(offer.left_out.len() as u64, "rule", "rules")));
    for LeftOut { line, why } in offer.left_out.iter().take(most) {
        let place = if *line == 0 { String::new() } else { format!("line {line}: ") };
        face.out().line(format!("  {place}{}", Printable::new(why)));
    }
    if offer.left_out.len() > most {
        face.out().line(format!("  and {} more: -v shows all of them", offer.left_out.len() - most));
    }
}

/// Gives the orders: through the daemon where one works on this configuration.
async fn give(face: &Face, config: &Config, offer: &Offer) -> Result<Given, Fault> {
    let entries: Vec<Entry> = offer.orders.iter().map(|one| one.entry.clone()).collect();
    if entries.is_empty() {
        return Ok(Given { run: None, orders: 0 });
    }
    if let Some(link) = face.daemon(config).await? {
        let Reply::Done(done) = link.ask(Request::Do(Act::Import { entries })).await? else {
            return Err(daemon::misunderstood());
        };
        return Ok(Given { run: done.runs.first().copied(), orders: done.orders.len() });
    }
    let imported = Store::open(&config.state_dir)?.import_orders(&entries, face.now)?;
    Ok(Given { run: imported.run.map(|run| run.0), orders: imported.given.len() })
}

/// Nothing was done; people have seen what would be.
fn tell_of_dry_run(face: &mut Face, offer: &Offer) {
    if face.out().json() {
        let nothing = Given { run: None, orders: 0 };
        face.out().object(&object(offer, &nothing, 0));
    } else {
        face.out().note("a dry run: nothing was changed");
    }
}

fn tell(face: &mut Face, offer: &Offer, given: &Given) {
    let stood = offer.orders.len() - given.orders.min(offer.orders.len());
    if face.out().json() {
        face.out().object(&object(offer, given, stood));
        return;
    }
    if offer.orders.is_empty() {
        face.out().line("there is nothing to take over");
        return;
    }
    let stand = plural(stood as u64, "stood already, or you have said", "stood already, or you have said");
    let rest = if stood > 0 { format!(" ({stand} something newer)") } else { String::new() };
    face.out().line(format!("{} given{rest}", plural(given.orders as u64, "order", "orders")));
    if let Some(run) = given.run {
        face.out().note(format!("`mailherd undo --run {run}` takes all of them back; `mailherd orders` lists them"));
    }
}

fn object(offer: &Offer, given: &Given, stood: usize) -> Value {
    let order = |one: &Offered| {
        let Entry { who, category, account, given_at, origin } = &one.entry;
        json!({
            "who": who, "category": category, "account": account, "given_at": rfc3339(*given_at), "origin": origin,
            "line": one.line, "messages": one.messages,
        })
    };
    let left_out = |one: &LeftOut| json!({ "line": (one.line > 0).then_some(one.line), "why": one.why });
    let mut object = serde_json::Map::new();
    object.insert("source".into(), json!(offer.source));
    object.insert("run".into(), json!(given.run));
    object.insert("given".into(), json!(given.orders));
    object.insert("stood".into(), json!(stood));
    object.insert("orders".into(), offer.orders.iter().map(order).collect());
    object.insert("left_out".into(), offer.left_out.iter().map(left_out).collect());
    object.extend(offer.more.clone());
    Value::Object(object)
}
