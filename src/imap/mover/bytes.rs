//! Reads whole messages, to compare them byte by byte before one of them is removed. Nothing of them is kept but a sum.

use std::collections::HashMap;

use ring::digest::{Context, SHA256};

use super::LINE_LIMIT;
use crate::imap::{FetchRow, Session, Untagged, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::Uid;
use crate::logic::journal::{Bytes, Lying};

/// Bytes of a message that are asked for at a time; the wire takes 1 MiB in one piece.
const PIECE: u64 = 512 << 10;

/// A message of which so much was read.
struct Reading {
    sum: Context,
    read: u64,
    size: u64,
}

impl Reading {
    /// Takes the piece in that begins at byte `from`; false when it cannot be that one.
    fn take(&mut self, from: u64, row: &FetchRow) -> bool {
        let Some(bytes) = row.header.as_deref().filter(|_| !row.header_cut && self.read == from) else { return false };
        self.sum.update(bytes);
        self.read += bytes.len() as u64;
        !bytes.is_empty() && bytes.len() as u64 <= PIECE
    }
}

/// The sums of these messages of the selected mailbox. What the server does not give as a whole, as long as it says it is
/// (RFC822.SIZE), has none: nothing is proven by it.
///
/// # Errors
/// When the connection fails. A refusal is none; what is refused is asked for once more.
pub(super) async fn read(session: &mut Session, messages: &[Lying]) -> Result<HashMap<Uid, Bytes>, Fault> {
    let mut sums = attempt(session, messages).await?;
    let missing: Vec<Lying> = messages.iter().filter(|one| !sums.contains_key(&one.uid)).copied().collect();
    if !missing.is_empty() {
        sums.extend(attempt(session, &missing).await?);
    }
    Ok(sums)
}

async fn attempt(session: &mut Session, messages: &[Lying]) -> Result<HashMap<Uid, Bytes>, Fault> {
    let begin = |one: &Lying| Reading { sum: Context::new(&SHA256), read: 0, size: u64::from(one.instance.size) };
    let mut readings: HashMap<Uid, Reading> = messages.iter().map(|one| (one.uid, begin(one))).collect();
    let mut from = 0;
    loop {
        let unfinished = |reading: &Reading| reading.read == from && (from == 0 || from < reading.size);
        let uids: Vec<Uid> = readings.iter().filter(|(_, one)| unfinished(one)).map(|(uid, _)| *uid).collect();
        if uids.is_empty() {
            break;
        }
        read_piece(session, &uids, from, &mut readings).await?;
        from += PIECE;
    }
    let whole = readings.into_iter().filter(|(_, reading)| reading.read > 0 && reading.read == reading.size);
    Ok(whole
        .map(|(uid, reading)| {
            let mut sum = [0; 32];
            sum.copy_from_slice(reading.sum.finish().as_ref());
            (uid, Bytes(sum))
        })
        .collect())
}

/// PEEK sets no `\Seen` (RFC 9051, section 6.4.5).
async fn read_piece(
    session: &mut Session,
    uids: &[Uid],
    from: u64,
    readings: &mut HashMap<Uid, Reading>,
) -> Result<(), Fault> {
    let commands: Vec<String> = uid_sets(uids, LINE_LIMIT - 100)
        .into_iter()
        .map(|(set, _)| format!("UID FETCH {set} (UID BODY.PEEK[]<{from}.{PIECE}>)"))
        .collect();
    session
        .stream(commands, 1, async |untagged| {
            if let Untagged::Fetch(row) = untagged
                && let Some(uid) = row.uid.filter(|_| row.header.is_some() || row.header_cut)
                && readings.get_mut(&uid).is_some_and(|reading| !reading.take(from, &row))
            {
                readings.remove(&uid);
            }
            Ok(())
        })
        .await
        .map(drop)
}
