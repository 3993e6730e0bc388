//! The only code that changes mail, and only from journal rows that are already on the disk.
//!
//! A message is moved by MOVE where the server has it, else by COPY, STORE `\Deleted` and UID EXPUNGE; with neither MOVE
//! nor UIDPLUS nothing is moved at all, since a bare EXPUNGE takes other people's `\Deleted` mail along (Pelton#278,
//! modoboa#4184, roundcube#6402 lost mail). Whatever the server answers, a row is done only with proof: a COPYUID pair, or
//! a message among the target's new UIDs with the same digest and size; and no original is removed that is still there but with the
//! proof of `logic::journal::proof`. CLOSE and EXPUNGE are never sent, and DELETE only of a folder that is empty ([`remove_empty`]).

mod append;
mod by_copy;
mod by_move;
mod bytes;
mod flag;
mod late;
mod look;
mod recover;
mod remove;
mod sight;

use std::collections::HashMap;

use super::{Access, Answer, Code, Selected, Session, quirks};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, FolderName, Instance, RowId, Uid};
use crate::logic::journal::{Before, Kind, Row, State};

pub use append::{append, instance_of};
pub use look::{Found, look, look_from, open_if_there};
pub use recover::{COPIED_LATE, Known, NOT_MOVED, arrived_late, recover};
pub use remove::{Removal, remove_empty, restore};
use sight::Seen;

/// Command lines stay below this many bytes: Courier resets the connection between 16 and 60 KB, Dovecot refuses over 64 KiB.
pub const LINE_LIMIT: usize = 8000;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which.
    pub row: RowId,
    /// `Done`, `Refused` or `Gone`; `Intended` when it is still open and the next recovery has to look again.
    pub state: State,
    /// Where it came to lie.
    pub to_uid: Option<Uid>,
    /// Why not.
    pub trouble: Option<String>,
    /// It was the server that refused, so the next message will meet the same.
    pub denied: bool,
    /// The message as the server shows it, where that is not what the row says: only of one that mailherd wrote itself.
    pub shown: Option<Instance>,
}

impl Outcome {
    fn done(row: &Row, to_uid: Option<Uid>) -> Outcome {
        Outcome { row: row.id, state: State::Done, to_uid, trouble: None, denied: false, shown: None }
    }

    /// Circumstances forbid it for this message.
    fn refused(row: &Row, why: impl Into<String>) -> Outcome {
        Outcome {
            row: row.id,
            state: State::Refused,
            to_uid: None,
            trouble: Some(why.into()),
            denied: false,
            shown: None,
        }
    }

    /// The server forbids it.
    fn denied(row: &Row, why: impl Into<String>) -> Outcome {
        Outcome { denied: true, ..Outcome::refused(row, why) }
    }

    fn gone(row: &Row) -> Outcome {
        let trouble = "it is neither where it was nor where it should go: somebody else moved or removed it";
        Outcome { state: State::Gone, ..Outcome::refused(row, trouble) }
    }

    fn open(row: &Row, why: impl Into<String>) -> Outcome {
        Outcome { state: State::Intended, to_uid: row.to_uid, ..Outcome::denied(row, why) }
    }
}

/// How the journal hears that copies are proven, before any source is touched.
pub trait Witness {
    /// Writes the pairs down.
    fn copied(&mut self, copies: &[(RowId, Uid)]) -> Result<(), Fault>;

    /// The server has a command to work on that takes long. What is done now takes no time; it may be called any number of times.
    fn meanwhile(&mut self) {}
}

/// Who keeps the journal of what is about to be moved.
pub trait Clerk: Witness {
    /// Writes down that it will be, into a target that is so now. When this returns the rows are on the disk.
    fn intend(&mut self, before: Before) -> Result<Vec<Row>, Fault>;
}

impl<F: FnMut(&[(RowId, Uid)]) -> Result<(), Fault>> Witness for F {
    fn copied(&mut self, copies: &[(RowId, Uid)]) -> Result<(), Fault> {
        self(copies)
    }
}

/// Whether this server lets mailherd move mail safely.
pub fn can_move(session: &Session) -> bool {
    session.capabilities().can_move() || session.capabilities().can_expunge_by_uid()
}

/// Sends a command that moves many messages. A slow server may take a quarter of a second for each (measured on a Maildir)
/// and says nothing meanwhile.
async fn exec_long(session: &mut Session, command: &str, witness: &mut impl Witness) -> Result<Answer, Fault> {
    let usual = session.silence();
    session.set_silence(10 * usual);
    let answer = session.exec_meanwhile(command, || witness.meanwhile()).await;
    session.set_silence(usual);
    answer
}

/// Why a server without MOVE and UIDPLUS is not served.
pub fn cannot_move() -> Fault {
    Fault::refused(
        "the server offers neither MOVE nor UIDPLUS, so mail cannot be moved without risking to lose other mail",
        "nothing was moved; mailherd goes on learning, and `mailherd plan` works. Ask the provider for UIDPLUS (RFC 4315)",
    )
}

/// The target mailbox as it is now, for the journal of what is put into it. [`file()`] finds that out by itself.
///
/// # Errors
/// When the mailbox cannot be opened, or the server does not say its UIDVALIDITY or its last UID.
pub async fn before(session: &mut Session, folder: &FolderName) -> Result<Before, Fault> {
    let selected = session.select(folder, Access::ReadOnly).await?;
    let last = if selected.exists == 0 { Uid(0) } else { look::last_uid(session).await? };
    Ok(Before { validity: selected.uid_validity, next: Uid(last.0.saturating_add(1)) })
}

/// Moves messages that share their mailbox to `target`, by rows that `clerk` writes down first; or flags them, when the rows say so. Gives these rows, and
/// what became of each.
///
/// # Errors
/// As [`carry_out`]; when it was before the rows were written, there are none.
pub async fn file(
    session: &mut Session,
    messages: (&FolderName, &[Uid]),
    target: &FolderName,
    clerk: &mut impl Clerk,
) -> Result<(Vec<Row>, Vec<Outcome>), Fault> {
    let (rows, seen) = sight::sight(session, messages, target, |before| clerk.intend(before)).await?;
    let outcomes = carry_out_what_is_there(session, &rows, &seen, clerk).await?;
    Ok((rows, outcomes))
}

/// Does what `rows` say. They share their kind, source and target, and are `intended`.
///
/// Every message is looked at again first: the UID must still carry that very message (dbmail#526 acted on the next one),
/// and a message that carries `\Deleted` is not touched, nor, unless it is brought back, one that carries `\Flagged`.
///
/// # Errors
/// When the connection fails: what became of the rows is then unknown, they stay `intended`, and [`recover`] settles them.
pub async fn carry_out(session: &mut Session, rows: &[Row], witness: &mut impl Witness) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let uids: Vec<Uid> = rows.iter().map(|row| row.intent.from.uid).collect();
    let seen = sight::seen(session, &first.intent.from.folder, &uids).await?;
    carry_out_what_is_there(session, rows, &seen, witness).await
}

async fn carry_out_what_is_there(
    session: &mut Session,
    rows: &[Row],
    Seen { source, found }: &Seen,
    witness: &mut impl Witness,
) -> Result<Vec<Outcome>, Fault> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    if source.read_only {
        return Ok(rows.iter().map(|row| Outcome::denied(row, "the server opened the mailbox read-only")).collect());
    }
    if source.uid_validity != first.intent.from.validity {
        return Ok(rows
            .iter()
            .map(|row| Outcome::refused(row, "the mailbox was renumbered (new UIDVALIDITY)"))
            .collect());
    }
    let (fit, mut outcomes) = sort(rows, found);
    let carried: late::Carried = found.iter().map(|(uid, found)| (*uid, late::Marks::of(found))).collect();
    outcomes.extend(match first.intent.kind {
        Kind::Flag => flag::carry_out(session, &fit).await?,
        // There is a message to it, which the row does not hold: see `append`.
        Kind::Append => fit.iter().map(|row| Outcome::refused(row, "it cannot be written once more")).collect(),
        Kind::Move if session.capabilities().can_move() => by_move::carry_out(session, &fit, &carried, witness).await?,
        Kind::Move if session.capabilities().can_expunge_by_uid() => {
            by_copy::carry_out(session, &fit, &carried, source.may_delete(), witness).await?
        }
        Kind::Move => fit.iter().map(|row| Outcome::denied(row, cannot_move().cause)).collect(),
    });
    Ok(outcomes)
}

/// Whether messages of INBOX can get the keyword `$Important`.
///
/// # Errors
/// When INBOX cannot be opened.
pub async fn takes_important(session: &mut Session) -> Result<bool, Fault> {
    let Selected { keywords_allowed, permanent_flags, read_only, .. } =
        session.select(&FolderName::inbox(), Access::ReadWrite).await?;
    // Of a read-only INBOX it cannot be told; there the mover says what is wrong.
    Ok(read_only || keywords_allowed || permanent_flags.iter().any(|flag| flag.eq_ignore_ascii_case("$Important")))
}

/// Rows whose message is still what it was, and the outcomes of the others.
fn sort(rows: &[Row], found: &HashMap<Uid, look::Found>) -> (Vec<Row>, Vec<Outcome>) {
    let mut fit = Vec::with_capacity(rows.len());
    let mut outcomes = Vec::new();
    for row in rows {
        match found.get(&row.intent.from.uid) {
            None => outcomes.push(Outcome::gone(row)),
            Some(found) if found.instance != row.intent.instance => {
                outcomes.push(Outcome::refused(row, "another message has its UID now"));
            }
            Some(found) => match not_ours(found.flags, row) {
                Some(why) => outcomes.push(Outcome::refused(row, why)),
                None => fit.push(row.clone()),
            },
        }
    }
    (fit, outcomes)
}

fn not_ours(flags: Flags, row: &Row) -> Option<&'static str> {
    let brought_back = row.intent.undoes.is_some();
    // COPY takes \Deleted along, so the copy would be expunged by the next program that comes by.
    let deleted = flags.deleted.then_some("it was marked as deleted meanwhile");
    let flagged = (flags.flagged && !brought_back).then_some("it was flagged meanwhile");
    let draft = (flags.draft && !brought_back).then_some("it is a draft");
    deleted.or(flagged).or(draft)
}

/// The COPYUID pairs in an answer, wherever they stand (untagged: RFC 6851; tagged: Gmail, ruby/net-imap#398).
///
/// Only those that can be right: of the target's generation of UIDs, and both sides ascending, as we asked in ascending
/// order. On Yahoo the order of sets means nothing (MailKit#1405). What is left out is proven by looking.
fn copyuid_pairs(session: &Session, answer: &Answer, before: Before) -> HashMap<Uid, Uid> {
    let mut pairs = HashMap::new();
    let server = session.server_id().iter().find(|(name, _)| name == "name").map_or("", |(_, value)| value);
    let unordered = quirks::is_yahoo(session.host(), &server.to_lowercase());
    for code in answer.codes() {
        let Code::CopyUid { validity, from, to } = code else { continue };
        let in_order = from.is_sorted_by(|a, b| a < b) && to.is_sorted_by(|a, b| a < b);
        let certain = from.len() == 1 || (in_order && !unordered);
        let new = to.iter().all(|uid| *uid >= before.next);
        if *validity == before.validity && from.len() == to.len() && certain && new {
            pairs.extend(from.iter().copied().zip(to.iter().copied()));
        }
    }
    pairs
}
