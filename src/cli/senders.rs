//! `mailherd senders`

use serde_json::{Value, json};

use super::args::Senders;
use super::face::{Face, chosen};
use super::plan::word;
use super::table::{Cell, Column, Table};
use super::words::rfc3339;
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::orders::{Orders, Who};
use crate::logic::printable::Printable;
use crate::store::{SenderRow, Store};

pub(super) fn senders(face: &mut Face, args: &Senders) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let store = Store::open(&config.state_dir)?;
    for account in chosen(&config, args.account.as_deref())? {
        let id = store.account(&account.name)?;
        let orders = Orders::new(store.orders(Some(id), false)?.into_iter().map(|stored| stored.order).collect());
        let rows = store.senders(id, args.limit.unwrap_or(usize::MAX))?;
        let order = |row: &SenderRow| orders.of(&Who::Address(row.address.clone())).map(|order| order.category);
        if face.out().json() {
            rows.iter().for_each(|row| face.out().object(&object(&account.name, row, order(row))));
        } else if rows.is_empty() {
            face.out().note(format!("{}: nobody is known yet; `mailherd run --once` reads the mailbox", account.name));
        } else {
            let table = table(&rows, order);
            face.out().table(&table);
            let fit = super::fit::of(&store, account)?;
            face.out().note(format!("{}: {}", account.name, super::fit::sentence(account, &fit)));
        }
    }
    Ok(Vec::new())
}

/// The object of the contract.
pub(super) fn object(account: &str, row: &SenderRow, order: Option<Category>) -> Value {
    let relation = &row.relation;
    json!({
        "account": account,
        "address": row.address.as_str(),
        "received": relation.received,
        "read": relation.read,
        "replied": relation.replied,
        "sent_to": relation.sent_to,
        "first_seen": rfc3339(relation.first_seen),
        "last_seen": rfc3339(relation.last_seen),
        "category": word(order.or(row.category)),
        "order": word(order),
    })
}

fn table(rows: &[SenderRow], order: impl Fn(&SenderRow) -> Option<Category>) -> Table {
    let mut table = Table::new(&[
        Column::flexible("sender"),
        Column::right("received"),
        Column::right("read"),
        Column::right("answered"),
        Column::right("sent to"),
        Column::left("last seen"),
        Column::left("category"),
        Column::left("order"),
    ]);
    for row in rows {
        let category = |category: Option<Category>| category.map_or(Cell::from("–"), Cell::from);
        let order = order(row);
        table.row([
            Cell::from(&Printable::new(row.address.as_str())),
            Cell::from(row.relation.received),
            Cell::from(row.relation.read),
            Cell::from(row.relation.replied),
            Cell::from(row.relation.sent_to),
            Cell::from(row.relation.last_seen),
            category(order.or(row.category)),
            category(order),
        ]);
    }
    table
}
