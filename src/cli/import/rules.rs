//! `import sieve FILE` and `import imapfilter FILE`.

use std::io::Read as _;
use std::path::Path;

use super::super::args::ImportRules;
use super::super::face::{Face, chosen};
use super::{Offer, Offered, take_over};
use crate::config::{Account, Config};
use crate::daemon::adopt;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, ListId};
use crate::logic::orders::Origin;
use crate::logic::printable::Printable;
use crate::logic::transfer::{Entry, LeftOut, Map, Rules, Taken, imapfilter, sieve};
use crate::store::Store;

/// Larger files are none that people write rules into. Bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

pub(super) async fn sieve(face: &mut Face, args: &ImportRules) -> Result<Vec<Fault>, Fault> {
    rules(face, args, "sieve", sieve::read).await
}

pub(super) async fn imapfilter(face: &mut Face, args: &ImportRules) -> Result<Vec<Fault>, Fault> {
    rules(face, args, "imapfilter", imapfilter::read).await
}

async fn rules(
    face: &mut Face,
    args: &ImportRules,
    source: &'static str,
    read: fn(&str, &[ListId]) -> Rules,
) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let account = the_account(&config, args.account.as_deref())?;
    let text = contents(&args.file)?;
    let store = Store::open(&config.state_dir)?;
    let lists = adopt::known_lists(&store, Some(&account.name))?;
    let (taken, left_out) = read(&text, &lists).orders(&Map::new(args.maps.clone()));
    let mut offer = Offer { source, left_out, ..Offer::default() };
    for one in taken {
        if let Some(left_out) = written_to(&store, &one)? {
            offer.left_out.push(left_out);
            continue;
        }
        let Taken { who, category, line } = one;
        // As an order in words: banished is banished on all accounts.
        let everywhere = category == Category::Blackhole && args.account.is_none();
        let account = (!everywhere).then(|| account.name.clone());
        let entry = Entry { who, category, account, given_at: face.now, origin: Origin::Import };
        offer.orders.push(Offered { entry, line: Some(line), messages: None });
    }
    offer.left_out.sort();
    drop(store);
    take_over(face, &config, offer, (args.yes, args.dry_run)).await
}

/// Somebody the user has written to is banished only by a word about them.
fn written_to(store: &Store, one: &Taken) -> Result<Option<LeftOut>, Fault> {
    if one.category != Category::Blackhole {
        return Ok(None);
    }
    let known = store.written_to(&one.who)?;
    Ok(known.first().map(|known| {
        let why =
            format!("you have written to {}: `mailherd blackhole {}` banishes all the same", known.address, one.who);
        LeftOut { line: one.line, why }
    }))
}

/// The account that rules are for.
fn the_account<'a>(config: &'a Config, name: Option<&str>) -> Result<&'a Account, Fault> {
    match chosen(config, name)?.as_slice() {
        [account] => Ok(account),
        all => {
            let names: Vec<&str> = all.iter().map(|account| account.name.as_str()).collect();
            let cause = "there are several accounts, and rules are for one";
            Err(Fault::usage(cause, format!("name it with --account: {}", names.join(", "))))
        }
    }
}

/// The text of a file that rules or an export are in.
pub(super) fn contents(path: &Path) -> Result<String, Fault> {
    let shown = Printable::new(&path.to_string_lossy());
    let read = || {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error: std::io::Error| {
        Fault::usage(format!("cannot read {shown}: {error}"), "check the path and its permissions")
    })?;
    if bytes.len() as u64 > LARGEST {
        return Err(Fault::usage(
            format!("{shown} is larger than 4 MiB"),
            "name the file with the rules, or the export",
        ));
    }
    String::from_utf8(bytes).map_err(|_| Fault::usage(format!("{shown} is not UTF-8 text"), "save it as UTF-8"))
}
