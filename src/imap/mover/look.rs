//! Looking at messages before and after they are touched.

use std::collections::{HashMap, HashSet};

use crate::imap::{Access, FetchRow, Session, Untagged, all_done, header_query, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::{Digest, Flags, FolderName, Instance, Uid};
use crate::logic::journal::{Before, Row};

use super::LINE_LIMIT;

/// What lies under a UID.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Which message.
    pub instance: Instance,
    /// Its flags.
    pub flags: Flags,
}

/// What lies under `uids` of the selected mailbox. A UID that is missing in the answer is not there.
pub async fn look(session: &mut Session, uids: &[Uid]) -> Result<HashMap<Uid, Found>, Fault> {
    let wanted: HashSet<Uid> = uids.iter().copied().collect();
    let commands: Vec<String> = uid_sets(uids, LINE_LIMIT - 500)
        .into_iter()
        .map(|(set, _)| format!("UID FETCH {set} {}", header_query()))
        .collect();
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

/// Messages of the selected mailbox from UID `from` on.
pub async fn look_from(session: &mut Session, from: Uid) -> Result<Vec<(Uid, Instance)>, Fault> {
    let mut found = Vec::new();
    fetch(session, vec![format!("UID FETCH {}:* {}", from.0, header_query())], |uid, one| {
        // `n:*` always gives the last message, also when its UID is below n (RFC 9051, section 6.4.9).
        if uid >= from {
            found.push((uid, one.instance));
        }
    })
    .await?;
    Ok(found)
}

/// Messages that came into `folder` since `before` and are not in `claimed`; all of them when it was renumbered since.
/// Leaves that mailbox selected read-only. A mailbox that is no longer there holds nothing.
pub async fn read_since(
    session: &mut Session,
    folder: &FolderName,
    before: Before,
    claimed: &HashSet<Uid>,
) -> Result<Vec<(Uid, Instance)>, Fault> {
    let selected = match session.select(folder, Access::ReadOnly).await {
        Ok(selected) => selected,
        Err(fault) if fault.kind == crate::logic::fault::FaultKind::Refused && !session.is_broken() => {
            return Ok(Vec::new());
        }
        Err(fault) => return Err(fault),
    };
    if selected.exists == 0 {
        return Ok(Vec::new());
    }
    let from = if selected.uid_validity == before.validity { before.next } else { Uid(1) };
    let mut found = look_from(session, from).await?;
    found.retain(|(uid, _)| !claimed.contains(uid));
    Ok(found)
}

/// The highest UID of the selected mailbox; 0 when it is empty.
pub(super) async fn last_uid(session: &mut Session, exists: u32) -> Result<Uid, Fault> {
    if exists == 0 {
        return Ok(Uid(0));
    }
    let answer = session.exec("UID FETCH * (UID)").await?.ok_or_fault("reading the last UID")?;
    let uids = answer.untagged.iter().filter_map(|one| match one {
        Untagged::Fetch(row) => row.uid,
        _ => None,
    });
    Ok(uids.max().unwrap_or(Uid(0)))
}

/// Which of the rows' UIDs still carry their message, in the selected mailbox.
pub(super) async fn still_there(session: &mut Session, rows: &[&Row]) -> Result<HashMap<Uid, Flags>, Fault> {
    let found = look(session, &rows.iter().map(|row| row.intent.from.uid).collect::<Vec<_>>()).await?;
    let same = rows.iter().filter_map(|row| {
        let found = found.get(&row.intent.from.uid)?;
        (found.instance == row.intent.instance).then_some((row.intent.from.uid, found.flags))
    });
    Ok(same.collect())
}

async fn fetch(session: &mut Session, commands: Vec<String>, mut each: impl FnMut(Uid, Found)) -> Result<(), Fault> {
    let answers = session
        .stream(commands, 2, async |untagged| {
            if let Untagged::Fetch(row) = untagged
                && let Some((uid, found)) = found_in(&row)
            {
                each(uid, found);
            }
            Ok(())
        })
        .await?;
    all_done(&answers, "reading messages")
}

/// A row without UID, size or header (an unsolicited change of flags) says nothing about identity.
fn found_in(row: &FetchRow) -> Option<(Uid, Found)> {
    let (uid, size, header) = (row.uid?, row.size?, row.header.as_deref()?);
    Some((uid, Found { instance: Instance { digest: Digest::of(header), size }, flags: row.flags.unwrap_or_default() }))
}
