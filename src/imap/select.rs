//! Opening folders, and asking about them.

use super::command::quote;
use super::response::{Answer, Code, StatusRow, Untagged};
use super::session::Session;
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, ModSeq, Uid, UidValidity};
use crate::logic::printable::Printable;

/// What may be done in a folder that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// EXAMINE: nothing changes, not even `\Recent`.
    ReadOnly,
    /// SELECT
    ReadWrite,
}

/// A folder that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Which.
    pub folder: FolderName,
    /// The generation of its UIDs.
    pub uid_validity: UidValidity,
    /// What the next UID will probably be. Courier does not say; some servers are wrong (defects#43, defects#15).
    pub uid_next: Option<Uid>,
    /// Only with CONDSTORE, and not on every server at the first SELECT.
    pub highest_modseq: Option<ModSeq>,
    /// How many messages are in it.
    pub exists: u32,
    /// Whether it was opened so, or can only be opened so.
    pub read_only: bool,
    /// Whether new keywords may be made (`\*` in PERMANENTFLAGS). Read-only folders mostly say no, whatever holds otherwise.
    pub keywords_allowed: bool,
    /// The flags that can be changed for good, as the server spells them.
    pub permanent_flags: Vec<String>,
}

impl Selected {
    /// Whether messages can be marked as deleted for good. A server that names no permanent flags allows all of them
    /// (RFC 9051, section 6.3.2).
    pub fn may_delete(&self) -> bool {
        let deleted = |flag: &String| flag.eq_ignore_ascii_case("\\Deleted");
        !self.read_only && (self.permanent_flags.is_empty() || self.permanent_flags.iter().any(deleted))
    }
}

impl Session {
    /// Opens a folder.
    ///
    /// # Errors
    /// As [`Session::exec`]; when the server refuses; protocol when it names no UIDVALIDITY, without which no UID means
    /// anything.
    pub async fn select(&mut self, folder: &FolderName, access: Access) -> Result<Selected, Fault> {
        self.leaves();
        let selected = opened(folder, access, self.exec(&self.opening(folder, access)).await?)?;
        self.has_opened(&selected);
        Ok(selected)
    }

    /// The command that opens a folder.
    pub(super) fn opening(&self, folder: &FolderName, access: Access) -> String {
        let verb = match access {
            Access::ReadOnly => "EXAMINE",
            Access::ReadWrite => "SELECT",
        };
        let condstore = if self.capabilities().has_condstore() { " (CONDSTORE)" } else { "" };
        format!("{verb} {}{condstore}", quote(folder.wire()))
    }

    /// From now on no folder is open.
    pub(super) fn leaves(&mut self) {
        self.selected = None;
        self.ear.left();
    }

    /// From now on this one is.
    pub(super) fn has_opened(&mut self, selected: &Selected) {
        self.selected = Some(selected.folder.clone());
        self.ear.opened(selected.exists);
    }

    /// Leaves the open folder without expunging anything. CLOSE, which expunges, is never sent: without UNSELECT
    /// (RFC 3691) INBOX is opened read-only instead.
    ///
    /// # Errors
    /// As [`Session::exec`], and when the server refuses.
    pub async fn unselect(&mut self) -> Result<(), Fault> {
        if self.selected.is_none() {
            return Ok(());
        }
        if self.capabilities().has("UNSELECT") || self.capabilities().has("IMAP4rev2") {
            self.leaves();
            self.exec("UNSELECT").await?.ok_or_fault("leaving the folder")?;
        } else {
            self.select(&FolderName::inbox(), Access::ReadOnly).await?;
        }
        Ok(())
    }

    /// Asks about a folder that is not open. Of one that is open the answer may be old (RFC 9051, section 6.3.11).
    ///
    /// # Errors
    /// As [`Session::exec`]; when the server refuses; protocol when it answers about nothing.
    pub async fn status(&mut self, folder: &FolderName) -> Result<StatusRow, Fault> {
        let command = format!("STATUS {} ({})", quote(folder.wire()), self.status_items());
        let what = format!("asking about the folder {}", Printable::new(folder.wire()));
        let answer = self.exec(&command).await?.ok_or_fault(&what)?;
        // Matched by kind, not by name: servers spell names back in other ways (quoting, INBOX's case, Unicode forms).
        let row = answer.untagged.into_iter().rev().find_map(|item| match item {
            Untagged::Status(row) => Some(row),
            _ => None,
        });
        row.ok_or_else(|| Fault::protocol(format!("{what}: the server answered nothing"), "run `mailherd doctor`"))
    }

    /// What STATUS is asked.
    pub(super) fn status_items(&self) -> &'static str {
        if self.capabilities().has_condstore() {
            "MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ"
        } else {
            "MESSAGES UIDNEXT UIDVALIDITY"
        }
    }
}

/// What the answer to SELECT or EXAMINE says.
pub(super) fn opened(folder: &FolderName, access: Access, answer: Answer) -> Result<Selected, Fault> {
    let answer = answer.ok_or_fault(format!("opening the folder {}", Printable::new(folder.wire())))?;
    let mut uid_validity = None;
    let mut selected = Selected {
        folder: folder.clone(),
        uid_validity: UidValidity(0),
        uid_next: None,
        highest_modseq: None,
        exists: 0,
        read_only: access == Access::ReadOnly,
        keywords_allowed: false,
        permanent_flags: Vec::new(),
    };
    for item in &answer.untagged {
        match item {
            Untagged::Exists(count) => selected.exists = *count,
            // RFC 3501, section 7.1: without PERMANENTFLAGS every flag that exists is permanent.
            Untagged::Flags(flags) if selected.permanent_flags.is_empty() => selected.permanent_flags.clone_from(flags),
            _ => {}
        }
    }
    for code in answer.codes() {
        match code {
            Code::UidValidity(validity) => uid_validity = Some(*validity),
            Code::UidNext(uid) => selected.uid_next = Some(*uid),
            Code::HighestModSeq(modseq) => selected.highest_modseq = Some(*modseq),
            Code::PermanentFlags(flags) => selected.permanent_flags.clone_from(flags),
            Code::ReadOnly => selected.read_only = true,
            _ => {}
        }
    }
    selected.keywords_allowed = selected.permanent_flags.iter().any(|flag| flag == "\\*");
    selected.uid_validity = uid_validity.ok_or_else(|| {
        let cause = format!("the server names no UIDVALIDITY for {}", Printable::new(folder.wire()));
        Fault::protocol(cause, "mailherd cannot work safely with this server: run `mailherd doctor`")
    })?;
    Ok(selected)
}
