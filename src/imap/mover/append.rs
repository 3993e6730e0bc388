//! Puts a message into a mailbox that mailherd wrote itself. It is known again by its Message-ID, which nobody can guess.

use super::Outcome;
use super::look::{find, look, open_if_there};
use crate::imap::command::{HEADER_FIELDS, quote};
use crate::imap::{Access, Answer, Code, Session, Status};
use crate::logic::fault::Fault;
use crate::logic::ids::{Digest, Instance, Uid};
use crate::logic::journal::Row;

/// Carries out `row`, which is `intended` and about `message`. Whatever the server answers, the row is done only when the message
/// was seen in the mailbox.
///
/// # Errors
/// When the connection fails: what became of it is then unknown, the row stays `intended`, and [`recover`](super::recover) settles it.
pub async fn append(session: &mut Session, row: &Row, message: &[u8]) -> Result<Outcome, Fault> {
    // Courier 5.0 refuses to put anything into the mailbox that is open while that is open read-only, as it is since one looked at it:
    // "NO Current box is selected READ-ONLY."
    if session.selected() == Some(&row.intent.to) {
        session.select(&row.intent.to, Access::ReadWrite).await?;
    }
    let answer = session.exec_with_literal(&format!("APPEND {}", quote(row.intent.to.wire())), message).await?;
    if answer.tagged.status != Status::Ok {
        return Ok(Outcome::denied(row, answer.tagged.reason()));
    }
    if let Some(uid) = append_uid(&answer, row)
        && session.selected() == Some(&row.intent.to)
        && let Some(found) = look(session, &[uid]).await?.get(&uid)
    {
        return Ok(done(row, uid, found.instance));
    }
    let trouble = "the server said that it was put there, and it is not there";
    Ok(find_it(session, row).await?.unwrap_or_else(|| Outcome::denied(row, trouble)))
}

/// Settles rows whose outcome nobody saw.
///
/// # Errors
/// As [`recover`](super::recover).
pub(super) async fn recover(session: &mut Session, rows: &[Row]) -> Result<Vec<Outcome>, Fault> {
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows {
        let found = find_it(session, row).await?;
        outcomes.push(found.unwrap_or_else(|| Outcome::refused(row, "the run ended before it was put there")));
    }
    Ok(outcomes)
}

/// What the server will show of `message`: its digest over the fields that mailherd reads, and its size.
pub fn instance_of(message: &[u8]) -> Instance {
    let mut shown = Vec::new();
    let mut wanted = false;
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            wanted = HEADER_FIELDS.split(' ').any(|field| field.as_bytes().eq_ignore_ascii_case(name));
        }
        if wanted {
            shown.extend_from_slice(line);
        }
    }
    Instance { digest: Digest::of(&shown), size: u32::try_from(message.len()).unwrap_or(u32::MAX) }
}

/// APPENDUID (RFC 4315), when it can be right.
fn append_uid(answer: &Answer, row: &Row) -> Option<Uid> {
    answer.codes().find_map(|code| match code {
        Code::AppendUid { validity, uids } if *validity == row.before.validity => match uids.as_slice() {
            [uid] if *uid >= row.before.next => Some(*uid),
            _ => None,
        },
        _ => None,
    })
}

/// Looks for it among what came since. When the mailbox was renumbered, among everything.
async fn find_it(session: &mut Session, row: &Row) -> Result<Option<Outcome>, Fault> {
    let Some(id) = &row.intent.message_id else { return Ok(None) };
    let Some(selected) = open_if_there(session, &row.intent.to, Access::ReadOnly).await? else { return Ok(None) };
    if selected.exists == 0 {
        return Ok(None);
    }
    let renumbered = selected.uid_validity != row.before.validity;
    let from = if renumbered { Uid(1) } else { row.before.next };
    let found = find(session, from, id).await?;
    Ok(found.first().map(|(uid, found)| {
        let mut outcome = done(row, *uid, found.instance);
        if renumbered {
            // The row names the old UIDVALIDITY: a UID of the new one means nothing there.
            outcome.to_uid = None;
        }
        outcome
    }))
}

/// A server may write its own fields into it, or other line ends.
fn done(row: &Row, uid: Uid, found: Instance) -> Outcome {
    Outcome { shown: (found != row.intent.instance).then_some(found), ..Outcome::done(row, Some(uid)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instance_is_of_what_a_server_shows() {
        let message = b"From: a@b.example\r\nX-Mark: 1\r\n folded\r\nSubject: one\r\n\ttwo\r\nMIME-Version: 1.0\r\n\r\nSubject: body\r\n";
        let instance = instance_of(message);
        assert_eq!(instance.digest, Digest::of(b"From: a@b.example\r\nSubject: one\r\n\ttwo\r\n\r\n"));
        assert_eq!(instance.size as usize, message.len());
    }
}
