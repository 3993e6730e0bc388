//! The keyword `$Important` (RFC 8457), for accounts that leave top mail in INBOX.

use super::{LINE_LIMIT, Outcome};
use crate::imap::{Session, Status, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::Uid;
use crate::logic::journal::Row;

/// Sets the keyword, or takes it off when the rows undo others.
pub(super) async fn carry_out(session: &mut Session, rows: &[Row]) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let sign = if first.intent.undoes.is_some() { '-' } else { '+' };
    let uids: Vec<Uid> = rows.iter().map(|row| row.intent.from.uid).collect();
    let mut outcomes = Vec::with_capacity(rows.len());
    for (set, uids) in uid_sets(&uids, LINE_LIMIT - 100) {
        let answer = session.exec(&format!("UID STORE {set} {sign}FLAGS.SILENT ($Important)")).await?;
        let these = rows.iter().filter(|row| uids.contains(&row.intent.from.uid));
        outcomes.extend(these.map(|row| match answer.tagged.status {
            Status::Ok => Outcome::done(row, Some(row.intent.from.uid)),
            _ => Outcome::denied(row, answer.tagged.reason()),
        }));
    }
    Ok(outcomes)
}
