//! What tests and fault scripts may do to the mail behind a client's back, and how they look at it.

use super::folder::{Damage, Folder, SERVER, Stored, normalise_flag};
use super::store::{Store, validity_of};
use crate::demo::mailbox::Message;
use crate::logic::ids::{Uid, UidValidity, UnixTime};
use std::collections::BTreeSet;
use std::sync::Arc;

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

    /// Lets two messages change their UIDs behind everybody's back, as servers do that lose count (dbmail#526).
    pub fn swap(&mut self, folder: &str, one: Uid, other: Uid) {
        let Some(place) = self.find(folder) else { return };
        let messages = &mut self.folders[place].messages;
        if let (Some(first), Some(second)) = (messages.remove(&one.0), messages.remove(&other.0)) {
            messages.insert(one.0, second);
            messages.insert(other.0, first);
        }
    }

    /// The UID that the next message of a folder gets, if it is a greater one.
    pub fn set_uid_next(&mut self, folder: &str, next: Uid) {
        if let Some(place) = self.find(folder) {
            let folder = &mut self.folders[place];
            folder.uid_next = folder.uid_next.max(next.0);
        }
    }

    /// Gives a message these flags and no others. `false` when it is not there.
    pub fn set_flags(&mut self, folder: &str, uid: Uid, flags: &[&str]) -> bool {
        let modseq = self.next_modseq();
        let flags: BTreeSet<String> = flags.iter().map(|flag| normalise_flag(flag)).collect();
        self.find(folder).is_some_and(|place| self.folders[place].set_flags(uid.0, flags, modseq, SERVER))
    }

    /// From now on the messages of a folder are shown with this line more at the head of their headers.
    pub fn add_header(&mut self, folder: &str, line: &str) {
        let Some(place) = self.find(folder) else { return };
        for message in self.folders[place].messages.values_mut() {
            message.bytes = [line.as_bytes(), b"\r\n", &message.bytes].concat().into();
        }
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

    /// From now on the server cannot read this message, or it can again.
    pub fn damage(&mut self, folder: &str, uid: Uid, damage: Option<Damage>) {
        let Some(place) = self.find(folder) else { return };
        if let Some(message) = self.folders[place].messages.get_mut(&uid.0) {
            message.damage = damage;
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
