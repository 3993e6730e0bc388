//! `mailherd fit`

use serde_json::{Value, json};

use super::args;
use super::face::{Face, chosen};
use super::table::{Cell, Column, Table};
use super::words::{count, plural};
use crate::config::Account;
use crate::logic::fault::Fault;
use crate::logic::fit::Fit;
use crate::logic::signals::{Weights, table};
use crate::store::{AccountLock, Store};

/// Signals that are shown as text; `--json` has all.
const SHOWN: usize = 12;

pub(super) fn fit(face: &mut Face, args: &args::Fit) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let mut store = Store::open(&config.state_dir)?;
    let mut faults = Vec::new();
    for account in chosen(&config, args.account.as_deref())? {
        if args.reset {
            // Whoever holds the account has the fit in memory, and would write it down again.
            match AccountLock::take(&config.state_dir, &account.name) {
                Ok(_held) => store.forget_fit(store.account(&account.name)?)?,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            }
        }
        let fit = of(&store, account)?;
        if face.out().json() {
            face.out().object(&object(account, &fit));
        } else {
            face.out().line(format!("{}: {}", account.name, sentence(account, &fit)));
            if fit.is_in_force() && account.fit {
                face.out().table(&shifts(&fit));
            }
        }
    }
    Ok(faults)
}

/// What was learned on an account.
pub(super) fn of(store: &Store, account: &Account) -> Result<Fit, Fault> {
    Ok(Fit::restored(&store.fit(store.account(&account.name)?)?, Weights::built_in()))
}

/// How far the weights are shifted, in words.
pub(super) fn sentence(account: &Account, fit: &Fit) -> String {
    let (answers, left) = fit.evidence();
    let evidence = || {
        let answers = plural(u64::from(answers), "answered mail", "answered mails");
        format!("learned from {answers} and {} left alone", count(u64::from(left)))
    };
    let shifts = fit.shifts();
    if !account.fit {
        "your own habits shift no weights (`fit = true` in the config lets them)".to_owned()
    } else if !fit.is_in_force() {
        format!("your own habits shift no weights yet: {}, and it takes {} answered ones", evidence(), Fit::ENOUGH)
    } else if let Some((most, by)) = shifts.first() {
        let mean = shifts.iter().map(|(_, by)| by.abs()).sum::<f64>() / shifts.len() as f64;
        format!(
            "your own habits shift the weights by {mean:.2} on average, most of all {most} ({by:+.2}); {}",
            evidence()
        )
    } else {
        format!("your own habits shift no weights; {}", evidence())
    }
}

fn weight_of(name: &str) -> f64 {
    table().find(|signal| signal.name == name).map_or(0.0, |signal| signal.weight)
}

fn object(account: &Account, fit: &Fit) -> Value {
    let (answers, left) = fit.evidence();
    let shift = |(signal, by): (&str, f64)| json!({ "signal": signal, "weight": weight_of(signal), "shift": by });
    json!({
        "account": account.name,
        "on": account.fit,
        "in_force": account.fit && fit.is_in_force(),
        "answered": answers,
        "left": left,
        "needed": Fit::ENOUGH,
        "shifts": fit.shifts().into_iter().map(shift).collect::<Vec<_>>(),
    })
}

fn shifts(fit: &Fit) -> Table {
    let columns = [Column::left("signal"), Column::right("weight"), Column::right("shift"), Column::right("counts")];
    let mut table = Table::new(&columns);
    for (signal, by) in fit.shifts().into_iter().take(SHOWN) {
        let weight = weight_of(signal);
        table.row([
            Cell::from(signal),
            Cell::trusted(format!("{weight:.2}")),
            Cell::trusted(format!("{by:+.2}")),
            Cell::trusted(format!("{:.2}", weight + by)),
        ]);
    }
    table
}
