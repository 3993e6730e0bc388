//! The time, and whether the clock here and the server's are far apart.

use crate::imap::{Access, Session, Untagged};
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, Uid, UnixTime};

/// The time.
pub(super) fn now() -> UnixTime {
    UnixTime(jiff::Timestamp::now().as_second())
}

/// Whether the two are more than a day apart. `None` when the server cannot be asked.
///
/// IMAP does not tell the time, but with WITHIN (RFC 5032) the server itself says how old a message is by its own clock.
/// The message must be more than two days old, so that neither bound is negative.
pub(super) async fn far_apart(
    session: &mut Session,
    folder: &FolderName,
    (uid, internal_date): (Uid, UnixTime),
    now: UnixTime,
) -> Result<Option<bool>, Fault> {
    let age = now.0 - internal_date.0;
    if !session.capabilities().has("WITHIN") || age <= 2 * UnixTime::DAY {
        return Ok(None);
    }
    session.select(folder, Access::ReadOnly).await?;
    let (youngest, oldest) = (age - UnixTime::DAY, age + UnixTime::DAY);
    let answer = session.exec(&format!("UID SEARCH UID {} OLDER {youngest} YOUNGER {oldest}", uid.0)).await?;
    let answer = answer.ok_or_fault("asking for the age of a message")?;
    let found = answer.untagged.iter().any(|one| matches!(one, Untagged::Search(uids) if uids.contains(&uid.0)));
    Ok(Some(!found))
}
