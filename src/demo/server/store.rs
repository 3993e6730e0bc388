//! All mail of the server's one account, and what tests and fault scripts may do to it behind a client's back.

use super::folder::{Actor, Folder, SERVER, Stored, normalise_flag};
use super::names::Spelling;
use super::options::Options;
use crate::demo::mailbox::{Account, Message};
use crate::logic::ids::{Uid, UidValidity, UnixTime};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The account's folders.
///
/// Folders are named as people write them (`Travel/Lissabon & Süden`) or as the wire does. What is asked of a folder or
/// a message that is not there does nothing and says so by its result.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) folders: Vec<Folder>,
    pub(super) spelling: Spelling,
    quota_messages: Option<usize>,
    next_id: u64,
    modseq: u64,
}

/// One message as it lies on the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// On the wire.
    pub folder: String,
    /// In that folder.
    pub uid: Uid,
    /// Sorted.
    pub flags: Vec<String>,
    /// When the server got it.
    pub internaldate: UnixTime,
    /// Header and body.
    pub bytes: Arc<[u8]>,
}

/// The copy would be one too many (RFC 5530, OVERQUOTA).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OverQuota;

impl Store {
    pub(super) fn new(account: Account, options: &Options) -> Store {
        let spelling = Spelling { delimiter: options.delimiter, prefix: options.prefix.clone() };
        let quota_messages = options.quota_messages;
        let mut store = Store { folders: Vec::new(), spelling, quota_messages, next_id: 0, modseq: 1 };
        store.create("INBOX");
        for folder in account.folders {
            let wire = store.spelling.wire(&folder.name);
            let place = store.create(&wire);
            let read_only = options.read_only.contains(&folder.name);
            let made = &mut store.folders[place];
            (made.subscribed, made.read_only) = (true, read_only);
            made.special_use = folder.special_use.map(Into::into);
            for message in folder.messages {
                store.append(place, message.bytes, &message.flags, message.internaldate, SERVER);
            }
        }
        store
    }

    /// Where the folder of this wire name stands; it is made if it is not there.
    pub(super) fn create(&mut self, wire: &str) -> usize {
        if let Some(place) = self.folders.iter().position(|folder| folder.name == wire) {
            return place;
        }
        let (id, modseq) = (self.fresh_id(), self.modseq);
        self.folders.push(Folder {
            id,
            name: wire.into(),
            special_use: None,
            subscribed: false,
            read_only: false,
            uid_validity: validity_of(id),
            uid_next: 1,
            highest_modseq: modseq,
            messages: BTreeMap::new(),
            log: Vec::new(),
        });
        self.folders.len() - 1
    }

    /// Where the folder of this wire name stands.
    pub(super) fn place(&self, wire: &str) -> Option<usize> {
        let wire = super::names::normalise(wire);
        self.folders.iter().position(|folder| folder.name == wire)
    }

    pub(super) fn by_id(&self, id: u64) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.id == id)
    }

    pub(super) fn by_id_mut(&mut self, id: u64) -> Option<&mut Folder> {
        self.folders.iter_mut().find(|folder| folder.id == id)
    }

    /// The next modification sequence. One counter serves all folders.
    pub(super) fn next_modseq(&mut self) -> u64 {
        self.modseq += 1;
        self.modseq
    }

    pub(super) fn append(
        &mut self,
        place: usize,
        bytes: Arc<[u8]>,
        flags: &[String],
        internaldate: UnixTime,
        by: Actor,
    ) -> u32 {
        let modseq = self.next_modseq();
        let flags = flags.iter().map(|flag| normalise_flag(flag)).collect();
        self.folders[place].append(Stored { bytes, flags, internaldate, modseq }, by)
    }

    /// Whether `more` messages may come.
    pub(super) fn room_for(&self, more: usize) -> Result<(), OverQuota> {
        let held: usize = self.folders.iter().map(|folder| folder.messages.len()).sum();
        match self.quota_messages {
            Some(quota) if held + more > quota => Err(OverQuota),
            _ => Ok(()),
        }
    }

    /// Copies what is there of `uids`, in their order: pairs of old and new UID.
    pub(super) fn copy_uids(&mut self, from: u64, uids: &[u32], to: usize, by: Actor) -> Vec<(u32, u32)> {
        let mut pairs = Vec::with_capacity(uids.len());
        for uid in uids {
            let Some(message) = self.by_id(from).and_then(|folder| folder.messages.get(uid)).cloned() else { continue };
            let modseq = self.next_modseq();
            pairs.push((*uid, self.folders[to].append(Stored { modseq, ..message }, by)));
        }
        pairs
    }

    pub(super) fn expunge_uids(&mut self, folder: u64, uids: &[u32], by: Actor) {
        for uid in uids {
            let modseq = self.next_modseq();
            if let Some(folder) = self.by_id_mut(folder) {
                folder.expunge(*uid, modseq, by);
            }
        }
    }

    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.place(name).or_else(|| self.place(&self.spelling.wire(name)))
    }
}

/// Folders made later have greater ones, as RFC 9051 (2.3.1.1) asks when a name is used again.
fn validity_of(id: u64) -> u32 {
    1_700_000_000 + u32::try_from(id).unwrap_or(u32::MAX / 4)
}

/// What somebody else does to the mail: another client, a Sieve script, the user's phone.
impl Store {
    /// Puts a message into a folder, which is made if it is not there.
    pub fn deliver(&mut self, folder: &str, message: Message) -> Uid {
        let wire = self.spelling.wire(folder);
        let place = self.find(folder).unwrap_or_else(|| self.create(&wire));
        Uid(self.append(place, message.bytes, &message.flags, message.internaldate, SERVER))
    }

    /// Moves one message; its new UID.
    pub fn move_message(&mut self, from: &str, uid: Uid, to: &str) -> Option<Uid> {
        let moved = self.copy_message(from, uid, to)?;
        self.expunge(from, &[uid]);
        Some(moved)
    }

    /// Copies one message; the copy's UID.
    pub fn copy_message(&mut self, from: &str, uid: Uid, to: &str) -> Option<Uid> {
        let (from, to) = (self.folders[self.find(from)?].id, self.find(to)?);
        self.copy_uids(from, &[uid.0], to, SERVER).first().map(|(_, copy)| Uid(*copy))
    }

    /// Takes messages away for good.
    pub fn expunge(&mut self, folder: &str, uids: &[Uid]) {
        if let Some(place) = self.find(folder) {
            let uids: Vec<u32> = uids.iter().map(|uid| uid.0).collect();
            self.expunge_uids(self.folders[place].id, &uids, SERVER);
        }
    }

    /// Takes every message of a folder away for good.
    pub fn empty(&mut self, folder: &str) {
        let uids = self.uids(folder);
        self.expunge(folder, &uids);
    }

    /// Gives a message these flags and no others. `false` when it is not there.
    pub fn set_flags(&mut self, folder: &str, uid: Uid, flags: &[&str]) -> bool {
        let modseq = self.next_modseq();
        let flags: BTreeSet<String> = flags.iter().map(|flag| normalise_flag(flag)).collect();
        self.find(folder).is_some_and(|place| self.folders[place].set_flags(uid.0, flags, modseq, SERVER))
    }

    /// Gives a folder a new UIDVALIDITY and its messages new UIDs, from 1. Sessions that have it open are sent away.
    pub fn renumber(&mut self, folder: &str) {
        let Some(place) = self.find(folder) else { return };
        let id = self.fresh_id();
        let folder = &mut self.folders[place];
        let messages = std::mem::take(&mut folder.messages);
        (folder.id, folder.uid_validity, folder.uid_next) = (id, validity_of(id), 1);
        folder.log.clear();
        for message in messages.into_values() {
            folder.append(message, SERVER);
        }
    }

    /// Deletes a folder with all its mail. Sessions that have it open are sent away.
    pub fn remove_folder(&mut self, folder: &str) {
        if let Some(place) = self.find(folder) {
            self.folders.remove(place);
        }
    }

    /// Makes a folder refuse changes, or accept them again, from its next SELECT on.
    pub fn set_read_only(&mut self, folder: &str, read_only: bool) {
        if let Some(place) = self.find(folder) {
            self.folders[place].read_only = read_only;
        }
    }

    /// The wire names of all folders.
    pub fn folder_names(&self) -> Vec<String> {
        self.folders.iter().map(|folder| folder.name.clone()).collect()
    }

    /// Whether the folder is subscribed to.
    pub fn is_subscribed(&self, folder: &str) -> bool {
        self.find(folder).is_some_and(|place| self.folders[place].subscribed)
    }

    /// All UIDs of a folder, ascending.
    pub fn uids(&self, folder: &str) -> Vec<Uid> {
        let place = self.find(folder);
        place.map_or_else(Vec::new, |place| self.folders[place].messages.keys().copied().map(Uid).collect())
    }

    /// The folder's UIDVALIDITY.
    pub fn uid_validity(&self, folder: &str) -> Option<UidValidity> {
        self.find(folder).map(|place| UidValidity(self.folders[place].uid_validity))
    }

    /// Everything there is, folder by folder, UIDs ascending.
    pub fn snapshot(&self) -> Vec<Row> {
        let row = |folder: &Folder, uid: u32, message: &Stored| Row {
            folder: folder.name.clone(),
            uid: Uid(uid),
            flags: message.flags.iter().cloned().collect(),
            internaldate: message.internaldate,
            bytes: message.bytes.clone(),
        };
        let rows = |folder: &Folder| folder.messages.iter().map(|(uid, it)| row(folder, *uid, it)).collect::<Vec<_>>();
        self.folders.iter().flat_map(rows).collect()
    }
}
