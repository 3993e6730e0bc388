//! All mail of the server's one account.

use super::folder::{Actor, Folder, SERVER, Stored, normalise_flag};
use super::names::Spelling;
use super::options::Options;
use crate::demo::mailbox::Account;
use crate::logic::ids::UnixTime;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The account's folders.
///
/// Folders are named as people write them (`Travel/Lissabon & Süden`) or as the wire does. What is asked of a folder or
/// a message that is not there does nothing and says so by its result.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) folders: Vec<Folder>,
    pub(super) spelling: Spelling,
    pub(super) aliases: Vec<(String, String)>,
    quota_messages: Option<usize>,
    next_id: u64,
    modseq: u64,
}

/// The copy would be one too many (RFC 5530, OVERQUOTA).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OverQuota;

impl Store {
    pub(super) fn new(account: Account, options: &Options) -> Store {
        let spelling = Spelling { delimiter: options.delimiter, prefix: options.prefix.clone() };
        let (quota_messages, aliases) = (options.quota_messages, options.aliases.clone());
        let mut store = Store { folders: Vec::new(), spelling, aliases, quota_messages, next_id: 0, modseq: 1 };
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
        if let Some(place) = self.place(wire) {
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
        let meant = self.aliases.iter().find(|(alias, _)| *alias == wire);
        let wire = meant.map_or(wire, |(_, name)| name.clone());
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
        self.folders[place].append(Stored { bytes, flags, internaldate, modseq, object: modseq, damage: None }, by)
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

    pub(super) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.place(name).or_else(|| self.place(&self.spelling.wire(name)))
    }
}

/// Folders made later have greater ones, as RFC 9051 (2.3.1.1) asks when a name is used again.
pub(super) fn validity_of(id: u64) -> u32 {
    1_700_000_000 + u32::try_from(id).unwrap_or(u32::MAX / 4)
}
