//! What a server can say, as types. Reading it is `parse`'s business; nothing here fails.

use std::fmt;

pub use super::status::{Code, Status, Tagged};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, FolderName, ModSeq, Uid, UidValidity, UnixTime};

/// What a server says without being the end of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untagged {
    /// Something about one message.
    Fetch(FetchRow),
    /// So many messages are in the folder.
    Exists(u32),
    /// So many of them are recent. Means nothing to mailherd.
    Recent(u32),
    /// The message with this sequence number is gone; those behind it move up.
    Expunge(u32),
    /// Messages that are gone, by UID (RFC 7162).
    Vanished {
        /// Whether they went before this session looked.
        earlier: bool,
        /// Which.
        uids: UidRanges,
    },
    /// The answer to SEARCH: UIDs for UID SEARCH, sequence numbers otherwise.
    Search(Vec<u32>),
    /// The answer to SEARCH RETURN (RFC 4731).
    ESearch(ESearchRow),
    /// A folder.
    List(ListRow),
    /// A subscribed folder.
    Lsub(ListRow),
    /// The answer to STATUS.
    Status(StatusRow),
    /// The flags that exist in this folder.
    Flags(Vec<String>),
    /// The personal namespaces (RFC 2342); those of others and shared ones are not ours to file into.
    Namespace(Vec<NamespaceRow>),
    /// Capabilities, in upper case.
    Capability(Vec<String>),
    /// Extensions that are now on (RFC 5161), in upper case.
    Enabled(Vec<String>),
    /// What the server says it is (RFC 2971): pairs of lower-cased name and value.
    Id(Vec<(String, String)>),
    /// An untagged status response.
    Condition {
        /// Its word.
        status: Status,
        /// What stands in brackets.
        code: Option<Code>,
        /// The words after it. Foreign text: show it only through [`Printable`](crate::logic::printable::Printable).
        text: String,
    },
    /// A line that mailherd does not understand, cut to 200 bytes. Foreign text.
    Other(String),
}

/// One FETCH response. What the server did not say, or said in a way that cannot be understood, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchRow {
    /// The message's sequence number.
    pub seq: u32,
    /// UID
    pub uid: Option<Uid>,
    /// FLAGS
    pub flags: Option<Flags>,
    /// Keywords among the flags that mail programs and users made up, with blanks between them.
    pub keywords: String,
    /// INTERNALDATE
    pub internaldate: Option<UnixTime>,
    /// RFC822.SIZE in bytes.
    pub size: Option<u32>,
    /// MODSEQ (RFC 7162)
    pub modseq: Option<ModSeq>,
    /// The first `BODY[…]` section.
    pub header: Option<Vec<u8>>,
    /// Whether `header` was cut because it was longer than mailherd reads (1 MiB).
    pub header_cut: bool,
    /// X-GM-MSGID, Gmail's identity of a message in all its labels.
    pub gm_msgid: Option<u64>,
    /// EMAILID (RFC 8474).
    pub email_id: Option<String>,
}

/// One LIST or LSUB response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// Attributes as the server spells them, with their backslash.
    pub attributes: Vec<String>,
    /// The hierarchy delimiter; `None` when the namespace is flat.
    pub delimiter: Option<char>,
    /// The folder, unquoted.
    pub name: FolderName,
    /// Whether the name was valid UTF-8. If not, `name` is a lossy copy that the server will not know.
    pub exact: bool,
}

impl ListRow {
    /// Whether the folder has this attribute, in any case: Cyrus says `\sent`.
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|own| own.eq_ignore_ascii_case(attribute))
    }
}

/// One STATUS response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRow {
    /// Of which folder.
    pub folder: FolderName,
    /// MESSAGES
    pub messages: Option<u32>,
    /// UIDNEXT
    pub uid_next: Option<Uid>,
    /// UIDVALIDITY
    pub uid_validity: Option<UidValidity>,
    /// HIGHESTMODSEQ
    pub highest_modseq: Option<ModSeq>,
}

/// One namespace (RFC 2342).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceRow {
    /// What every folder name in it begins with, usually with the delimiter at its end.
    pub prefix: String,
    /// The hierarchy delimiter.
    pub delimiter: Option<char>,
}

/// One ESEARCH response (RFC 4731).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ESearchRow {
    /// Whether the numbers are UIDs.
    pub uid: bool,
    /// MIN
    pub min: Option<u32>,
    /// MAX
    pub max: Option<u32>,
    /// COUNT
    pub count: Option<u32>,
    /// ALL
    pub all: UidRanges,
}

/// A set of numbers as a server writes it: `1:4,7`. Kept as ranges, since `1:4294967295` is ten bytes on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UidRanges(pub Vec<(u32, u32)>);

impl UidRanges {
    /// Whether `uid` is in one of the ranges.
    pub fn contains(&self, uid: Uid) -> bool {
        self.0.iter().any(|&(first, last)| (first..=last).contains(&uid.0))
    }

    /// How many numbers the ranges hold, those that stand in two of them twice.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|&(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All numbers, range by range. `None` when there are more than `most`.
    pub fn expand(&self, most: u64) -> Option<Vec<Uid>> {
        (self.len() <= most).then(|| self.0.iter().flat_map(|&(first, last)| first..=last).map(Uid).collect())
    }
}

/// What one command got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What came before its end, in order. Some of it may have nothing to do with the command.
    pub untagged: Vec<Untagged>,
    /// Its end.
    pub tagged: Tagged,
}

impl Answer {
    /// The answer if the command was done; else a [`Fault`] that says `what` could not be done and why.
    pub fn ok_or_fault(self, what: impl fmt::Display) -> Result<Answer, Fault> {
        match self.tagged.status {
            Status::Ok => Ok(self),
            _ => Err(self.tagged.fault(what)),
        }
    }

    /// All response codes, the untagged ones first.
    pub fn codes(&self) -> impl Iterator<Item = &Code> {
        let untagged = self.untagged.iter().filter_map(|item| match item {
            Untagged::Condition { code, .. } => code.as_ref(),
            _ => None,
        });
        untagged.chain(self.tagged.code.as_ref())
    }
}

/// That every command of a stream was done. With one that was not, later ones were never sent: what came is not the whole.
///
/// # Errors
/// The first refusal, as a fault. `[EXPUNGEISSUED]` (RFC 5530) is transient: mail was removed while it was read.
pub fn all_done(ends: &[Tagged], what: &str) -> Result<(), Fault> {
    ends.iter().find(|end| end.status != Status::Ok).map_or(Ok(()), |end| Err(end.fault(what)))
}
