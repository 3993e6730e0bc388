//! Looking at messages before and after they are touched.

use std::collections::{HashMap, HashSet};

use crate::imap::{Access, FetchRow, Selected, Session, Untagged, all_done, folders, header_query, uid_sets};
use crate::logic::facts;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Digest, Flags, FolderName, Instance, MessageId, RowId, Uid, UnixTime};
use crate::logic::journal::{Before, Lying, Row, Sight};

use super::late::{self, Carried, Marks};
use super::{LINE_LIMIT, bytes};

/// What lies under a UID.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Which message.
    pub instance: Instance,
    /// Its flags.
    pub flags: Flags,
    /// INTERNALDATE, when the server says it.
    pub internal_date: Option<UnixTime>,
    /// A sum of the keywords that it carries, in whatever order.
    pub keywords: u64,
}

impl Found {
    pub(super) fn under(&self, uid: Uid) -> Lying {
        Lying { uid, instance: self.instance, internal_date: self.internal_date, bytes: None }
    }
}

/// What lies under `uids` of the selected mailbox. A UID that is missing in the answer is not there.
pub async fn look(session: &mut Session, uids: &[Uid]) -> Result<HashMap<Uid, Found>, Fault> {
    let wanted: HashSet<Uid> = uids.iter().copied().collect();
    let commands = look_commands(uids);
    let mut found = HashMap::with_capacity(uids.len());
    fetch(session, commands, |uid, one| {
        // A server may send rows that nobody asked for (RFC 9051, section 7.5.2).
        if wanted.contains(&uid) {
            found.insert(uid, one);
        }
    })
    .await?;
    Ok(found)
}

pub(super) fn look_commands(uids: &[Uid]) -> Vec<String> {
    let sets = uid_sets(uids, LINE_LIMIT - 500);
    sets.into_iter().map(|(set, _)| format!("UID FETCH {set} {}", header_query())).collect()
}

/// Messages of the selected mailbox, which is not empty, from UID `from` on.
///
/// # Errors
/// When the server says nothing about any message: empty is never read as gone.
pub async fn look_from(session: &mut Session, from: Uid) -> Result<Vec<(Uid, Found)>, Fault> {
    let mut found = Vec::new();
    let mut rows = 0_usize;
    fetch(session, vec![format!("UID FETCH {}:* {}", from.0, header_query())], |uid, one| {
        rows += 1;
        // `n:*` always gives the last message, also when its UID is below n (RFC 9051, section 6.4.9).
        if uid >= from {
            found.push((uid, one));
        }
    })
    .await?;
    if rows == 0 {
        nothing_came(session, from).await?;
    }
    Ok(found)
}

/// No row from UID `from` on is believed when the last message is one that came before: Courier 5.0 answers `n:*` with nothing when n is
/// above every UID, where others give the last message (RFC 9051, section 6.4.9).
async fn nothing_came(session: &mut Session, from: Uid) -> Result<(), Fault> {
    if last_uid(session).await? < from { Ok(()) } else { Err(said_nothing()) }
}

/// Messages of the selected mailbox, which is not empty, from UID `from` on, that carry this Message-ID.
///
/// # Errors
/// As [`look_from`].
pub(super) async fn find(session: &mut Session, from: Uid, id: &MessageId) -> Result<Vec<(Uid, Found)>, Fault> {
    let mut found = Vec::new();
    let mut rows = 0_usize;
    let each = |uid: Uid, one: Found, header: &[u8]| {
        rows += 1;
        if uid >= from && facts::read(header).message_id.as_ref() == Some(id) {
            found.push((uid, one));
        }
    };
    fetch_headers(session, vec![format!("UID FETCH {}:* {}", from.0, header_query())], each).await?;
    if rows == 0 {
        nothing_came(session, from).await?;
    }
    Ok(found)
}

/// What came into a mailbox.
pub(super) struct Arrivals {
    /// The messages, their UIDs ascending as the server gave them.
    pub(super) found: Vec<(Uid, Found)>,
    /// The mailbox has another UIDVALIDITY than before: these are all of its messages.
    pub(super) renumbered: bool,
}

impl Arrivals {
    /// The flags of these copies, by the UID of their originals.
    pub(super) fn carried(&self, copied: &[(Row, Uid)]) -> Carried {
        let found: HashMap<Uid, Found> = self.found.iter().copied().collect();
        copied.iter().filter_map(|(row, copy)| Some((row.intent.from.uid, Marks::of(found.get(copy)?)))).collect()
    }

    /// The same, to be compared.
    pub(super) fn lying(&self) -> Vec<Lying> {
        self.found.iter().map(|(uid, found)| found.under(*uid)).collect()
    }
}

/// Messages that came into `folder` since `before` and are not in `claimed`; all of them when it was renumbered since.
/// Leaves that mailbox selected read-only. A mailbox that is no longer there holds nothing.
pub(super) async fn read_since(
    session: &mut Session,
    folder: &FolderName,
    before: Before,
    claimed: &HashSet<Uid>,
) -> Result<Arrivals, Fault> {
    let Some(selected) = open_if_there(session, folder, Access::ReadOnly).await? else {
        return Ok(Arrivals { found: Vec::new(), renumbered: false });
    };
    let renumbered = selected.uid_validity != before.validity;
    if selected.exists == 0 {
        return Ok(Arrivals { found: Vec::new(), renumbered });
    }
    let from = if renumbered { Uid(1) } else { before.next };
    let mut found = look_from(session, from).await?;
    found.retain(|(uid, _)| renumbered || !claimed.contains(uid));
    Ok(Arrivals { found, renumbered })
}

/// As [`read_since`], for proof in the middle of a move.
///
/// # Errors
/// When the mailbox was renumbered since: what came before and what came after can then not be told apart.
pub(super) async fn new_in_target(
    session: &mut Session,
    row: &Row,
    claimed: &HashSet<Uid>,
) -> Result<Vec<Lying>, Fault> {
    let arrivals = read_since(session, &row.intent.to, row.before, claimed).await?;
    if arrivals.renumbered { Err(renumbered()) } else { Ok(arrivals.lying()) }
}

/// Opens the source of `row` for writing again.
///
/// # Errors
/// When it was renumbered meanwhile: the UIDs in the row mean nothing then.
pub(super) async fn back_to_source(session: &mut Session, row: &Row) -> Result<Selected, Fault> {
    let source = session.select(&row.intent.from.folder, Access::ReadWrite).await?;
    if source.uid_validity == row.intent.from.validity { Ok(source) } else { Err(renumbered()) }
}

/// Reads messages of the source, which is selected, and of the target of `row` as a whole, and notes in `sight` what they are. Leaves the source
/// selected.
///
/// # Errors
/// When the connection fails, or one of them was renumbered meanwhile.
pub(super) async fn compare(
    session: &mut Session,
    row: &Row,
    sight: &mut Sight,
    (originals, copies): (Vec<Lying>, Vec<Lying>),
) -> Result<(), Fault> {
    if originals.is_empty() || copies.is_empty() {
        return Ok(());
    }
    let in_source = bytes::read(session, &originals).await?;
    session.select(&row.intent.to, Access::ReadOnly).await?;
    let in_target = bytes::read(session, &copies).await?;
    back_to_source(session, row).await?;
    sight.in_source.values_mut().for_each(|one| one.bytes = in_source.get(&one.uid).copied());
    sight.in_target.iter_mut().for_each(|one| one.bytes = in_target.get(&one.uid).copied());
    Ok(())
}

/// Opens a mailbox; `None` when there is none of this name.
///
/// # Errors
/// When it exists and the server refuses to open it: that says nothing about what is in it.
pub async fn open_if_there(
    session: &mut Session,
    folder: &FolderName,
    access: Access,
) -> Result<Option<Selected>, Fault> {
    match session.select(folder, access).await {
        Ok(selected) => Ok(Some(selected)),
        Err(fault) if fault.kind != FaultKind::Refused || session.is_broken() => Err(fault),
        Err(fault) => {
            if folders::is_there(session, folder).await? {
                Err(fault)
            } else {
                Ok(None)
            }
        }
    }
}

/// Asks for the highest UID of the selected mailbox, which is not empty.
pub(super) const LAST_UID: &str = "UID FETCH * (UID)";

/// The highest UID of the selected mailbox, which is not empty.
pub(super) async fn last_uid(session: &mut Session) -> Result<Uid, Fault> {
    let answer = session.exec(LAST_UID).await?.ok_or_fault("reading the last UID")?;
    let uids = answer.untagged.iter().filter_map(|one| match one {
        Untagged::Fetch(row) => row.uid,
        _ => None,
    });
    uids.max().ok_or_else(said_nothing)
}

pub(super) fn said_nothing() -> Fault {
    Fault::transient("the server said nothing about the messages of a mailbox that holds some", "mailherd looks again")
}

pub(super) fn renumbered() -> Fault {
    Fault::transient("a mailbox was renumbered (new UIDVALIDITY) in the middle of a move", "mailherd looks again")
}

/// Which of the rows' UIDs still carry their message, in the selected mailbox. What is missing is asked for once more: it would
/// count as gone, and a server that says OK and nothing has been seen.
pub(super) async fn still_there(session: &mut Session, rows: &[&Row]) -> Result<HashMap<Uid, Found>, Fault> {
    let uids: Vec<Uid> = rows.iter().map(|row| row.intent.from.uid).collect();
    let mut found = look(session, &uids).await?;
    let missing: Vec<Uid> = uids.into_iter().filter(|uid| !found.contains_key(uid)).collect();
    if !missing.is_empty() {
        found.extend(look(session, &missing).await?);
    }
    let same = rows.iter().filter_map(|row| {
        let found = found.get(&row.intent.from.uid)?;
        (found.instance == row.intent.instance).then_some((row.intent.from.uid, *found))
    });
    Ok(same.collect())
}

/// The same, to be compared.
pub(super) async fn present(session: &mut Session, rows: &[Row]) -> Result<HashMap<RowId, Lying>, Fault> {
    let there = still_there(session, &rows.iter().collect::<Vec<_>>()).await?;
    let lying = |row: &Row| Some((row.id, there.get(&row.intent.from.uid)?.under(row.intent.from.uid)));
    Ok(rows.iter().filter_map(lying).collect())
}

async fn fetch(session: &mut Session, commands: Vec<String>, mut each: impl FnMut(Uid, Found)) -> Result<(), Fault> {
    fetch_headers(session, commands, |uid, found, _| each(uid, found)).await
}

async fn fetch_headers(
    session: &mut Session,
    commands: Vec<String>,
    mut each: impl FnMut(Uid, Found, &[u8]),
) -> Result<(), Fault> {
    let answers = session
        .stream(commands, 2, async |untagged| {
            if let Untagged::Fetch(row) = untagged
                && let Some((uid, found)) = found_in(&row)
            {
                each(uid, found, row.header.as_deref().unwrap_or_default());
            }
            Ok(())
        })
        .await?;
    all_done(&answers, "reading messages")
}

/// A row without UID, size or header (an unsolicited change of flags) says nothing about identity.
pub(super) fn found_in(row: &FetchRow) -> Option<(Uid, Found)> {
    let (uid, size, header) = (row.uid?, row.size?, row.header.as_deref()?);
    let instance = Instance { digest: Digest::of(header), size };
    let (flags, keywords) = (row.flags.unwrap_or_default(), late::sum(&row.keywords));
    Some((uid, Found { instance, flags, internal_date: row.internaldate, keywords }))
}
