//! Removes a mailbox that is empty, and no other.
//!
//! DELETE takes a mailbox with all that is in it (RFC 9051, section 6.3.5), and mail may come between a look and the command. So the
//! mailbox is renamed first, to a name that nobody knows: what is delivered from then on does not go into it, and what came before is
//! seen. Only then it is deleted, or gets its name back.

use super::super::command::quote;
use super::super::folders::{self, Folders};
use super::super::{Access, Session};
use super::look::open_if_there;
use crate::logic::fault::Fault;
use crate::logic::ids::FolderName;

/// What the name of a mailbox ends with while it is being removed.
const ASIDE: &str = "-removed-by-mailherd-";

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It was not there.
    Absent,
    /// It stays: so many messages are in it.
    Holds(u32),
    /// It stays: half a sentence that says why.
    Stays(String),
}

/// Removes `folder` if it is empty and nothing lies below it. It must not be INBOX, nor one that the server uses for something.
///
/// # Errors
/// As [`Session::exec`]. When the connection breaks in the middle, the mailbox may be left under the name that it has while it is
/// removed: [`restore`] gives its own back.
pub async fn remove_empty(session: &mut Session, folders: &Folders, folder: &FolderName) -> Result<Removal, Fault> {
    if let Some(why) = objection(folders, folder) {
        return Ok(Removal::Stays(why.to_owned()));
    }
    match open_if_there(session, folder, Access::ReadOnly).await? {
        None => return Ok(Removal::Absent),
        Some(selected) if selected.exists > 0 => return Ok(Removal::Holds(selected.exists)),
        Some(_) => session.unselect().await?,
    }
    let aside = FolderName::from_wire(&format!("{}{ASIDE}{:08x}", folder.wire(), fastrand::u32(..)));
    if let Some(why) = rename(session, folder, &aside).await? {
        return Ok(Removal::Stays(format!("the server does not rename it: {why}")));
    }
    let selected = session.select(&aside, Access::ReadOnly).await?;
    session.unselect().await?;
    let stays = if selected.exists > 0 {
        Removal::Holds(selected.exists)
    } else {
        let answer = session.exec(&format!("DELETE {}", quote(aside.wire()))).await?;
        match answer.tagged.is_ok() {
            true => {
                for name in [folder, &aside] {
                    // A server that does not unsubscribe what is gone is put up with.
                    session.exec(&format!("UNSUBSCRIBE {}", quote(name.wire()))).await?;
                }
                return Ok(Removal::Removed);
            }
            false => Removal::Stays(format!("the server does not delete it: {}", answer.tagged)),
        }
    };
    match rename(session, &aside, folder).await? {
        None => Ok(stays),
        Some(why) => {
            let cause = format!("{} is called {} now: {why}", folders.display(folder), folders.display(&aside));
            Err(Fault::refused(cause, "nothing in it was touched; rename it with your mail program"))
        }
    }
}

fn objection(folders: &Folders, folder: &FolderName) -> Option<&'static str> {
    let delimiter = folders.delimiter.map(String::from);
    let below = |other: &FolderName| {
        let rest = other.wire().strip_prefix(folder.wire());
        delimiter.as_deref().is_some_and(|mark| rest.is_some_and(|rest| rest.starts_with(mark)))
    };
    match () {
        () if folder.is_inbox() => Some("it is the inbox"),
        () if folders.use_of(folder).is_some() => Some("the server or mail programs use it"),
        () if folders.all.iter().any(|other| below(&other.name)) => Some("other folders lie in it"),
        () => None,
    }
}

/// Gives its name back to a mailbox whose removal was interrupted. `true` when there was one.
///
/// # Errors
/// As [`Session::exec`].
pub async fn restore(session: &mut Session, folders: &Folders, folder: &FolderName) -> Result<bool, Fault> {
    let begin = format!("{}{ASIDE}", folder.wire());
    let Some(aside) = folders.all.iter().find(|other| other.name.wire().starts_with(&begin)) else { return Ok(false) };
    if folders.find(folder).is_some() || folders::is_there(session, folder).await? {
        return Ok(false);
    }
    Ok(rename(session, &aside.name, folder).await?.is_none())
}

/// Why the server does not, when it does not.
async fn rename(session: &mut Session, from: &FolderName, to: &FolderName) -> Result<Option<String>, Fault> {
    let answer = session.exec(&format!("RENAME {} {}", quote(from.wire()), quote(to.wire()))).await?;
    Ok((!answer.tagged.is_ok()).then(|| answer.tagged.to_string()))
}
