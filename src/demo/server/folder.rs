//! One folder as the server keeps it: messages by UID, and what happened to them, in order.

use crate::logic::ids::UnixTime;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who did something: a connection, or [`SERVER`].
pub(super) type Actor = u64;

/// The server itself: deliveries, and the actions of a fault script.
pub(super) const SERVER: Actor = 0;

/// A message in a folder.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) bytes: Arc<[u8]>,
    pub(super) flags: BTreeSet<String>,
    pub(super) internaldate: UnixTime,
    pub(super) modseq: u64,
    /// EMAILID: its copies have the same.
    pub(super) object: u64,
    pub(super) damage: Option<Damage>,
}

/// What a server says that cannot read a message on its disks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// NO to a FETCH of anything in it.
    Refused,
    /// OK, and nothing about that message.
    LeftOut,
}

impl Stored {
    /// Whether it carries `flag`, in any case.
    pub(super) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|own| own.eq_ignore_ascii_case(flag))
    }

    /// `(\Answered \Seen)`
    pub(super) fn flag_list(&self) -> String {
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        format!("({})", flags.join(" "))
    }
}

/// Something that happened in a folder and that sessions are to hear of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) uid: u32,
    pub(super) what: Happened,
    pub(super) by: Actor,
}

/// See [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    Arrived,
    FlagsChanged,
    Expunged,
}

/// A folder.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// Sessions hold on to this: a folder that was deleted, or whose UIDs were renumbered, is another one.
    pub(super) id: u64,
    /// On the wire.
    pub(super) name: String,
    pub(super) special_use: Option<String>,
    pub(super) subscribed: bool,
    pub(super) read_only: bool,
    pub(super) uid_validity: u32,
    pub(super) uid_next: u32,
    pub(super) highest_modseq: u64,
    pub(super) messages: BTreeMap<u32, Stored>,
    /// Since the folder was made. A session remembers how far it has read.
    pub(super) log: Vec<Change>,
}

impl Folder {
    /// Puts a message at the end.
    pub(super) fn append(&mut self, message: Stored, by: Actor) -> u32 {
        let uid = self.uid_next;
        self.uid_next += 1;
        self.highest_modseq = self.highest_modseq.max(message.modseq);
        self.messages.insert(uid, message);
        self.log.push(Change { uid, what: Happened::Arrived, by });
        uid
    }

    /// Takes a message out.
    pub(super) fn expunge(&mut self, uid: u32, modseq: u64, by: Actor) -> Option<Stored> {
        let gone = self.messages.remove(&uid)?;
        self.highest_modseq = modseq;
        self.log.push(Change { uid, what: Happened::Expunged, by });
        Some(gone)
    }

    /// Gives a message other flags. `false` when it is not there.
    pub(super) fn set_flags(&mut self, uid: u32, flags: BTreeSet<String>, modseq: u64, by: Actor) -> bool {
        let Some(message) = self.messages.get_mut(&uid) else { return false };
        if message.flags != flags {
            message.flags = flags;
            message.modseq = modseq;
            self.highest_modseq = modseq;
            self.log.push(Change { uid, what: Happened::FlagsChanged, by });
        }
        true
    }

    /// The UIDs of all messages that carry `\Deleted`.
    pub(super) fn deleted(&self) -> Vec<u32> {
        self.messages.iter().filter(|(_, message)| message.has("\\Deleted")).map(|(uid, _)| *uid).collect()
    }
}

/// A flag in the spelling of the RFC; keywords as they are.
pub(super) fn normalise_flag(flag: &str) -> String {
    const SYSTEM: [&str; 5] = ["\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"];
    SYSTEM.iter().find(|known| known.eq_ignore_ascii_case(flag)).map_or_else(|| flag.into(), |known| (*known).into())
}
