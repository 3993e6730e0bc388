//! Messages on their way from the server to the verdict: as they came over the wire, as they are understood, as they wait.

use crate::daemon::backlog::Waiting;
use crate::logic::facts::{self, Facts};
use crate::logic::ids::{Digest, Flags, Instance, MessageId, MidHash, ModSeq, ObjectId, Uid, UnixTime};
use crate::store::FolderState;

/// What a mailbox is to mailherd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) enum Role {
    /// Where mail arrives and is judged.
    Inbox,
    /// The user's own mail.
    Sent,
    /// One that mailherd files into.
    Managed,
    /// One of the user's own: it only teaches.
    Other,
    /// All Mail (`\All`): holds the messages of INBOX, too, so being seen there says nothing about where mail was.
    All,
}

/// A message as it came over the wire.
pub(in crate::daemon) struct Raw {
    pub(in crate::daemon) uid: Uid,
    pub(in crate::daemon) flags: Flags,
    pub(in crate::daemon) internal_date: Option<UnixTime>,
    pub(in crate::daemon) size: u32,
    pub(in crate::daemon) object: Option<ObjectId>,
    pub(in crate::daemon) header: Vec<u8>,
}

/// A message as mailherd understands it.
pub(in crate::daemon) struct Message {
    pub(in crate::daemon) uid: Uid,
    pub(in crate::daemon) flags: Flags,
    pub(in crate::daemon) internal_date: Option<UnixTime>,
    pub(in crate::daemon) instance: Instance,
    pub(in crate::daemon) object: Option<ObjectId>,
    pub(in crate::daemon) mid_hash: Option<MidHash>,
    pub(in crate::daemon) facts: Facts,
    /// Of mail in INBOX: it may have to wait for its verdict.
    pub(in crate::daemon) header: Vec<u8>,
}

impl Raw {
    fn understand(mut self, role: Role) -> Message {
        let facts = facts::read(&self.header);
        Message {
            uid: self.uid,
            flags: self.flags,
            internal_date: self.internal_date,
            instance: Instance { digest: Digest::of(&self.header), size: self.size },
            object: self.object,
            mid_hash: facts.message_id.as_ref().map(MessageId::hash),
            facts,
            header: if role == Role::Inbox { std::mem::take(&mut self.header) } else { Vec::new() },
        }
    }
}

/// A message of INBOX that was read and waits for its verdict.
pub(in crate::daemon) struct Found {
    pub(in crate::daemon) waiting: Waiting,
    pub(in crate::daemon) header: Vec<u8>,
}

/// A message that is to be judged.
pub(in crate::daemon) struct Fresh {
    pub(in crate::daemon) uid: Uid,
    pub(in crate::daemon) instance: Instance,
    pub(in crate::daemon) internal_date: UnixTime,
    pub(in crate::daemon) flags: Flags,
    pub(in crate::daemon) facts: Facts,
}

/// A part of a mailbox that has been read.
pub(in crate::daemon) struct Batch<M> {
    pub(in crate::daemon) folder: FolderState,
    pub(in crate::daemon) role: Role,
    pub(in crate::daemon) messages: Vec<M>,
    /// What has been read up to with this batch.
    pub(in crate::daemon) next: Uid,
    pub(in crate::daemon) highest_modseq: Option<ModSeq>,
    /// Nothing more comes from this mailbox.
    pub(in crate::daemon) last: bool,
    /// They are known, and were read once more for what lists show of them.
    pub(in crate::daemon) again: bool,
}

impl Batch<Raw> {
    /// Reads the headers. Needs nothing but the batch, so that it runs beside the learner.
    pub(in crate::daemon) fn understand(self) -> Batch<Message> {
        Batch {
            folder: self.folder,
            role: self.role,
            messages: self.messages.into_iter().map(|raw| raw.understand(self.role)).collect(),
            next: self.next,
            highest_modseq: self.highest_modseq,
            last: self.last,
            again: self.again,
        }
    }
}
