//! `import sanebox`: what lies in SaneBox's folders says where its senders' mail goes.

use serde_json::{Value, json};

use super::super::args::ImportSanebox;
use super::super::face::{Face, chosen, guarded};
use super::super::table::{Cell, Column, Table};
use super::super::words::plural;
use super::{Offer, Offered, agreed, counts, give, preview, tell, tell_of_dry_run};
use crate::config::{self, Account, Config};
use crate::daemon::adopt::{self, Adoption, SaneFolder};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName};
use crate::logic::orders::Origin;
use crate::logic::plan::Mode;
use crate::logic::printable::Printable;
use crate::logic::transfer::sanebox::Sane;
use crate::logic::transfer::{Entry, LeftOut, Map};

/// One account and what was found there.
struct Found<'a> {
    account: &'a Account,
    adoption: Adoption,
}

pub(super) async fn sanebox(face: &mut Face, args: &ImportSanebox) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let daemon = face.daemon(&config).await?.is_some();
    let map = Map::new(args.maps.clone());
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for account in chosen(&config, args.account.as_deref())? {
        let setting = face.setting(account, args.yes);
        match guarded(&account.name, adopt::sanebox(&config, &setting, &map, !daemon)).await {
            Ok(adoption) => found.push(Found { account, adoption }),
            Err(fault) => faults.push(fault),
        }
    }
    if found.is_empty() {
        return Ok(faults);
    }
    let offer = offer(face, &found, args);
    let names = args.keep_names && found.iter().any(|found| !found.adoption.names().is_empty());
    if !face.out().json() {
        found.iter().for_each(|found| show_folders(face, found, args.keep_names));
        preview(face, &offer);
    }
    if args.dry_run {
        tell_of_dry_run(face, &offer);
        return Ok(faults);
    }
    if names || !offer.orders.is_empty() {
        let orders = plural(offer.orders.len() as u64, "order", "orders");
        let counts = if offer.orders.is_empty() { String::new() } else { format!(", {}", counts(&offer)) };
        let kept = if names { ", and file into SaneBox's folders from now on" } else { "" };
        agreed(face, args.yes, &format!("Give {orders}{counts}{kept}?"))?;
    }
    if names {
        found.iter().try_for_each(|found| keep_names(face, &config, found, daemon))?;
    }
    let given = give(face, &config, &offer).await?;
    tell(face, &offer, &given);
    if names && daemon {
        face.out().note("`systemctl --user reload mailherd` (or kill -HUP) has the daemon file into them; it asks first: `mailherd status`");
    }
    Ok(faults)
}

fn offer(face: &Face, found: &[Found<'_>], args: &ImportSanebox) -> Offer {
    let mut offer = Offer { source: "sanebox", ..Offer::default() };
    let mut folders: Vec<Value> = Vec::new();
    for Found { account, adoption } in found {
        for (who, category, messages) in &adoption.orders {
            // As an order in words: banished is banished on all accounts.
            let everywhere = *category == Category::Blackhole && args.account.is_none();
            let account = (!everywhere).then(|| account.name.clone());
            let entry =
                Entry { who: who.clone(), category: *category, account, given_at: face.now, origin: Origin::Import };
            offer.orders.push(Offered { entry, line: None, messages: Some(*messages) });
        }
        offer.left_out.extend(adoption.written_to.iter().map(|(who, category)| {
            let why =
                format!("{who}: you have written to them; `mailherd train {who} {category}` says so all the same");
            LeftOut { line: 0, why }
        }));
        if adoption.in_inbox > 0 {
            let why =
                format!("{}: their newest mail is in INBOX", plural(adoption.in_inbox as u64, "sender", "senders"));
            offer.left_out.push(LeftOut { line: 0, why });
        }
        folders.extend(adoption.folders.iter().map(|folder| object(account, adoption, folder, args.keep_names)));
    }
    offer.more.insert("folders".into(), folders.into());
    offer
}

fn is_kept(adoption: &Adoption, folder: &SaneFolder) -> bool {
    adoption.names().iter().any(|(_, kept)| kept.name == folder.name)
}

fn object(account: &Account, adoption: &Adoption, folder: &SaneFolder, keep: bool) -> Value {
    let category = if let Sane::Holds(category) = folder.what { Some(category) } else { None };
    json!({
        "account": account.name, "folder": folder.display, "messages": folder.messages, "category": category,
        "kept": keep && is_kept(adoption, folder),
    })
}

fn show_folders(face: &mut Face, found: &Found<'_>, keep: bool) {
    let Found { account, adoption } = found;
    if adoption.folders.is_empty() {
        face.out().line(format!("{}: there are no folders of SaneBox", account.name));
        return;
    }
    let mut table = Table::new(&[Column::left("folder"), Column::right("messages"), Column::left("is")]);
    for folder in &adoption.folders {
        let what = match &folder.what {
            Sane::Holds(category) if keep && is_kept(adoption, folder) => {
                format!("{}; filed into from now on", category.word())
            }
            Sane::Holds(category) => category.word().to_owned(),
            Sane::Waits => "left alone: mail waits there for SaneBox; move it to the inbox yourself".to_owned(),
            Sane::Silent(why) => format!("left alone: {why}"),
            Sane::Unknown => "left alone: not known (--map FOLDER=CATEGORY)".to_owned(),
        };
        table.row([
            Cell::from(&Printable::new(&folder.display)),
            Cell::trusted(folder.messages.to_string()),
            Cell::trusted(what),
        ]);
    }
    face.out().table(&table);
    face.out().line("");
}

/// The names go into the config; and where mail is filed, no later run asks about them again.
fn keep_names(face: &Face, config: &Config, found: &Found<'_>, daemon: bool) -> Result<(), Fault> {
    let kept = found.adoption.names();
    if kept.is_empty() {
        return Ok(());
    }
    let names: Vec<(Category, String)> = kept.iter().map(|(category, one)| (*category, one.display.clone())).collect();
    let account = config::name_folders(&config.path, &found.account.name, &names)?;
    if account.mode == Mode::File && !daemon {
        let names: Vec<(Category, FolderName)> =
            kept.iter().map(|(category, one)| (*category, one.name.clone())).collect();
        adopt::manage(config, &face.setting(&account, true), &names)?;
    }
    Ok(())
}
