//! `mailherd log`

use serde_json::{Value, json};

use super::args::Log;
use super::face::Face;
use super::style::Tone;
use super::table::{Cell, Column, Table};
use super::words::rfc3339;
use crate::daemon::shown;
use crate::logic::fault::Fault;
use crate::logic::ids::{MessageId, RunId};
use crate::logic::journal::{Kind, Row, State};
use crate::logic::printable::Printable;
use crate::logic::verdict::headline_of;
use crate::store::{LogFilter, Store};

pub(super) fn log(face: &mut Face, args: &Log) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let store = Store::open(&config.state_dir)?;
    let filter = LogFilter { run: args.run.map(RunId), limit: args.limit };
    let rows = store.log(filter)?;
    if face.out().json() {
        let verbose = face.voice.verbose();
        rows.iter().for_each(|row| face.out().object(&object(row, verbose)));
        return Ok(Vec::new());
    }
    if let Some(run) = filter.run.filter(|_| rows.is_empty()) {
        face.out().note(format!("run {} moved nothing, or there is no such run", run.0));
        return Ok(Vec::new());
    }
    if rows.is_empty() {
        face.out().note("nothing was ever moved; `mailherd plan` shows what would be");
        return Ok(Vec::new());
    }
    print(face, &rows);
    Ok(Vec::new())
}

/// The object of the contract and, for those who ask for more, the reasons.
pub(super) fn object(row: &Row, verbose: bool) -> Value {
    let mut object = json!({
        "id": row.id.0,
        "run": row.run.0,
        "at": rfc3339(row.at),
        "account": row.account,
        "message_id": row.intent.message_id.as_ref().map(MessageId::as_str),
        "from_folder": shown(&row.intent.from.folder),
        "to_folder": shown(&row.intent.to),
        "category": row.intent.category,
        "state": row.state.word(),
        "kind": row.intent.kind.word(),
        "undoes": row.intent.undoes.map(|row| row.0),
    });
    if verbose {
        object["reasons"] = serde_json::from_str(&row.intent.reasons).unwrap_or_else(|_| json!([]));
        object["trouble"] = json!(row.trouble);
    }
    object
}

fn print(face: &mut Face, rows: &[Row]) {
    let several = rows.iter().any(|row| row.account != rows[0].account);
    let mut columns = vec![Column::right("id"), Column::right("run"), Column::left("date")];
    if several {
        columns.push(Column::left("account"));
    }
    columns.extend([
        Column::left("state"),
        Column::left("move"),
        Column::flexible("from"),
        Column::flexible("subject"),
        Column::flexible("because"),
    ]);
    let mut table = Table::new(&columns);
    for row in rows {
        let mut cells = vec![
            Cell::trusted(row.id.0.to_string()),
            Cell::trusted(row.run.0.to_string()),
            Cell::from(row.at).tone(Tone::Dim),
        ];
        if several {
            cells.push(Cell::from(&Printable::new(&row.account)));
        }
        let why = row.trouble.clone().filter(|_| row.state != State::Done).or_else(|| first_reason(row));
        cells.extend([
            Cell::from(row.state.word()).tone(tone(row.state)),
            Cell::from(&Printable::new(&way(row))).tone(Tone::Category(row.intent.category)),
            Cell::from(&Printable::new(&row.intent.sender)),
            Cell::from(&Printable::new(&row.intent.subject)),
            Cell::from(&Printable::new(&why.unwrap_or_default())).tone(Tone::Dim),
        ]);
        table.row(cells);
    }
    face.out().table(&table);
}

fn way(row: &Row) -> String {
    match row.intent.kind {
        Kind::Flag if row.intent.undoes.is_some() => "− $Important".to_owned(),
        Kind::Flag => "+ $Important".to_owned(),
        Kind::Append => format!("→ {}", shown(&row.intent.to)),
        Kind::Move => format!("{} → {}", shown(&row.intent.from.folder), shown(&row.intent.to)),
    }
}

fn tone(state: State) -> Tone {
    match state {
        State::Done => Tone::Good,
        State::Undone => Tone::Dim,
        State::Intended | State::Gone => Tone::Warn,
        State::Refused => Tone::Bad,
    }
}

/// What a row's state means, as a verb.
pub(super) fn happened(row: &Row) -> &'static str {
    match (row.state, row.intent.undoes) {
        (State::Done, None) if row.intent.kind == Kind::Append => "put there",
        (State::Done, Some(_)) => "taken back",
        (State::Done, None) => "moved",
        (State::Undone, _) => "moved (and taken back)",
        (State::Refused, _) => "not moved",
        (State::Intended, _) => "being moved",
        (State::Gone, _) => "gone",
    }
}

/// The reason to show where there is room for one.
pub(super) fn first_reason(row: &Row) -> Option<String> {
    Some(headline_of(&row.intent.reasons)).filter(|reason| !reason.is_empty())
}
