//! `import FILE`: what `mailherd export` wrote, on this machine or on another.

use std::path::Path;

use super::super::args::Import;
use super::super::face::{Face, chosen};
use super::super::words::plural;
use super::settings::Settings;
use super::{Offer, Offered, agreed, counts, give, preview, rules, tell, tell_of_dry_run};
use crate::config::Editing;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;
use crate::logic::transfer::{Entry, LeftOut, portable};

pub(super) async fn export(face: &mut Face, file: &Path, args: &Import) -> Result<Vec<Fault>, Fault> {
    let shown = Printable::new(&file.to_string_lossy()).to_string();
    let export = portable::read(&rules::contents(file)?).map_err(|fault| fault.while_doing(shown.clone()))?;
    let editing = Editing::open(&face.config_path()?)?;
    // With --account it is about another account than the file's.
    let settings = match args.no_settings || args.account.is_some() {
        true => Settings::default(),
        false => Settings::of(&editing, &export.settings).map_err(|fault| fault.while_doing(shown))?,
    };
    if settings.added.is_empty() {
        // What is missing where there is no config, or no such account.
        chosen(&face.config()?, args.account.as_deref())?;
    }
    let known = editing.accounts().iter().map(|account| account.name.as_str());
    let names: Vec<&str> = known.chain(settings.added.iter().map(|account| account.name.as_str())).collect();
    let mut offer = offer(export.orders, &names, args.account.as_deref());
    offer.left_out.extend(settings.left_out.clone());
    settings.tell(&mut offer.more);
    offer.more.insert("dry_run".into(), args.dry_run.into());
    if !face.out().json() {
        settings.show(face);
        preview(face, &offer);
    }
    if args.dry_run {
        tell_of_dry_run(face, &offer);
        return Ok(Vec::new());
    }
    settings.have_passwords(args)?;
    if !settings.is_empty() || !offer.orders.is_empty() {
        let orders = plural(offer.orders.len() as u64, "order", "orders");
        let counts = if offer.orders.is_empty() { String::new() } else { format!(" ({})", counts(&offer)) };
        agreed(face, args.yes, &format!("{}Give {orders}{counts}?", settings.question()))?;
    }
    settings.take_over(face, args).await?;
    let config = face.config()?;
    let given = give(face, &config, &offer).await?;
    tell(face, &offer, &given);
    Ok(Vec::new())
}

/// The orders, where there is an account for them.
fn offer(entries: Vec<Entry>, names: &[&str], given: Option<&str>) -> Offer {
    let mut offer = Offer { source: "export", ..Offer::default() };
    for mut entry in entries {
        if let (Some(name), Some(given)) = (&mut entry.account, given) {
            given.clone_into(name);
        }
        match entry.account.as_ref().filter(|name| !names.contains(&name.as_str())) {
            Some(name) => {
                let why = format!("{}: there is no account {name} here (--account takes another one)", entry.who);
                offer.left_out.push(LeftOut { line: 0, why });
            }
            None => offer.orders.push(Offered { entry, line: None, messages: None }),
        }
    }
    offer
}
