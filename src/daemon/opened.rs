//! Reads the text of one message, because the user wants to read it. The mailbox is opened read-only and the body peeked at, so
//! `\Seen` is not set (RFC 9051, sections 6.3.3 and 6.4.5).

use crate::imap::mover::open_if_there;
use crate::imap::{Access, Session, Untagged};
use crate::logic::engine::{MessageKey, OpenedMail};
use crate::logic::fault::Fault;
use crate::logic::letter;

/// Bytes of a message that are read at most. Its text comes before what is attached; the wire takes 1 MiB in one piece.
const MOST: usize = 900_000;

/// The message as text.
///
/// # Errors
/// Refused when it is no longer there, or cannot be read.
pub(super) async fn open(session: &mut Session, key: &MessageKey) -> Result<OpenedMail, Fault> {
    let bytes = section(session, key, &format!("BODY.PEEK[]<0.{MOST}>")).await?;
    let long = bytes.len() >= MOST;
    let read = tokio::task::spawn_blocking(move || letter::read(&bytes)).await;
    let letter = read.map_err(|_| {
        Fault::local("this message cannot be turned into text", "read it in your mail program; please report this")
    })?;
    Ok(OpenedMail {
        key: key.clone(),
        headers: letter.headers,
        lines: letter.lines,
        attachments: letter.attachments,
        cut: letter.cut || long,
    })
}

/// Opens the mailbox of a message, read-only.
///
/// # Errors
/// Refused when it is not there any more, or numbered anew.
pub(super) async fn place(session: &mut Session, key: &MessageKey) -> Result<(), Fault> {
    let selected = open_if_there(session, &key.folder, Access::ReadOnly).await?;
    match selected.is_some_and(|selected| selected.uid_validity == key.validity) {
        true => Ok(()),
        false => Err(gone()),
    }
}

/// What is said of a message that is not where it was.
pub(super) fn gone() -> Fault {
    Fault::refused("this message is no longer there", "another program moved or removed it")
}

/// One section of one message.
pub(super) async fn section(session: &mut Session, key: &MessageKey, what: &str) -> Result<Vec<u8>, Fault> {
    place(session, key).await?;
    let answer = session.exec(&format!("UID FETCH {} (UID {what})", key.uid.0)).await?;
    let answer = answer.ok_or_fault("reading a message")?;
    let found = answer.untagged.into_iter().find_map(|one| match one {
        Untagged::Fetch(row) if row.uid == Some(key.uid) => row.header,
        _ => None,
    });
    found.ok_or_else(gone)
}
