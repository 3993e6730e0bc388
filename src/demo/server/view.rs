//! What one session has been told of the folder it has open: the numbering of messages, and how far it has read the
//! folder's log.

use super::folder::{Actor, Folder, Happened};
use super::sets::Set;
use super::tokens::Syntax;
use std::collections::BTreeSet;

/// A session's picture of its folder. Others may have changed the folder since; [`View::catch_up`] tells.
#[derive(Debug)]
pub(super) struct View {
    pub(super) folder: u64,
    pub(super) read_only: bool,
    /// Ascending; sequence number `n` is `uids[n - 1]`.
    uids: Vec<u32>,
    read: usize,
    /// In `uids`, but gone from the folder: not told yet.
    expunged: BTreeSet<u32>,
}

/// What a session may be told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tell {
    /// Also that messages are gone.
    Everything,
    /// Nothing that renumbers: FETCH, STORE and SEARCH are being answered (RFC 9051, section 7.5.1).
    NoExpunge,
}

impl View {
    /// Of a folder that is being opened.
    pub(super) fn open(folder: &Folder, read_only: bool) -> View {
        let uids = folder.messages.keys().copied().collect();
        View { folder: folder.id, read_only, uids, read: folder.log.len(), expunged: BTreeSet::new() }
    }

    /// How many messages the session believes in.
    pub(super) fn len(&self) -> usize {
        self.uids.len()
    }

    /// The sequence number of a UID.
    pub(super) fn sequence(&self, uid: u32) -> Option<usize> {
        self.uids.binary_search(&uid).ok().map(|place| place + 1)
    }

    /// The UIDs that a set names, ascending and each once. A UID that is not there is no error, a sequence number is.
    pub(super) fn resolve(&self, set: &Set, by_uid: bool) -> Result<Vec<u32>, Syntax> {
        let mut named = Vec::new();
        let last = if by_uid { self.uids.last().copied().unwrap_or(0) } else { self.len() as u32 };
        for (from, to) in set.ranges(last) {
            let places = if by_uid {
                self.uids.partition_point(|uid| *uid < from)..self.uids.partition_point(|uid| *uid <= to)
            } else if from == 0 || to as usize > self.len() {
                return Err(Syntax("no message has this number"));
            } else {
                from as usize - 1..to as usize
            };
            named.extend_from_slice(&self.uids[places]);
        }
        named.sort_unstable();
        named.dedup();
        Ok(named)
    }

    /// All UIDs in view, with their sequence numbers from 1.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, u32)> {
        self.uids.iter().enumerate().map(|(place, uid)| (place + 1, *uid))
    }

    /// Reads the folder's log to its end; the untagged lines that tell of it.
    ///
    /// Flag changes by the session itself are left out: STORE has answered them.
    pub(super) fn catch_up(&mut self, folder: &Folder, me: Actor, tell: Tell, with_modseq: bool) -> String {
        let mut arrived = false;
        let mut changed = BTreeSet::new();
        for change in folder.log.get(self.read..).unwrap_or_default() {
            match change.what {
                Happened::Arrived if folder.messages.contains_key(&change.uid) => {
                    self.uids.push(change.uid);
                    arrived = true;
                }
                Happened::Arrived => {}
                Happened::FlagsChanged if change.by != me => {
                    changed.insert(change.uid);
                }
                Happened::FlagsChanged => {}
                Happened::Expunged if self.sequence(change.uid).is_some() => {
                    self.expunged.insert(change.uid);
                }
                Happened::Expunged => {}
            }
        }
        self.read = folder.log.len();
        let mut lines = String::new();
        if tell == Tell::Everything {
            self.tell_expunged(&mut lines);
        }
        if arrived {
            lines += &format!("* {} EXISTS\r\n", self.len());
        }
        for uid in changed {
            if let (Some(number), Some(message)) = (self.sequence(uid), folder.messages.get(&uid)) {
                let modseq = if with_modseq { format!(" MODSEQ ({})", message.modseq) } else { String::new() };
                lines += &format!("* {number} FETCH (UID {uid} FLAGS {}{modseq})\r\n", message.flag_list());
            }
        }
        lines
    }

    fn tell_expunged(&mut self, lines: &mut String) {
        let gone = std::mem::take(&mut self.expunged);
        for (before, uid) in gone.iter().enumerate() {
            // Each EXPUNGE renumbers what follows, and the UIDs go upwards: so many are gone already.
            if let Some(number) = self.sequence(*uid) {
                *lines += &format!("* {} EXPUNGE\r\n", number - before);
            }
        }
        if !gone.is_empty() {
            self.uids.retain(|uid| !gone.contains(uid));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::Store;
    use super::*;
    use crate::demo::mailbox::{Account, Message};
    use crate::demo::server::Options;
    use crate::logic::ids::{Uid, UnixTime};

    const ME: Actor = 7;

    fn store_of(count: usize) -> Store {
        let mut account = Account::empty("Robin", "robin@maren.example");
        let message = Message::new(b"Subject: x\r\n\r\n".to_vec(), UnixTime(0));
        account.folder_mut("INBOX").messages = vec![message; count];
        Store::new(account, &Options::default())
    }

    fn told(view: &mut View, store: &Store, tell: Tell) -> String {
        view.catch_up(&store.folders[0], ME, tell, false)
    }

    #[test]
    fn expunges_wait_until_they_may_be_told_and_are_numbered_one_after_the_other() {
        let mut store = store_of(5);
        let mut view = View::open(&store.folders[0], false);
        store.expunge("INBOX", &[Uid(4), Uid(2), Uid(3)]);
        store.deliver("INBOX", Message::new(b"\r\n".to_vec(), UnixTime(0)));
        assert_eq!(told(&mut view, &store, Tell::NoExpunge), "* 6 EXISTS\r\n");
        assert_eq!(view.sequence(5), Some(5), "numbers stand until the EXPUNGE is told");
        assert_eq!(told(&mut view, &store, Tell::Everything), "* 2 EXPUNGE\r\n* 2 EXPUNGE\r\n* 2 EXPUNGE\r\n");
        assert_eq!(view.all().collect::<Vec<_>>(), [(1, 1), (2, 5), (3, 6)]);
        assert_eq!(told(&mut view, &store, Tell::Everything), "");
    }

    #[test]
    fn what_came_and_went_unseen_is_not_told() {
        let mut store = store_of(1);
        let mut view = View::open(&store.folders[0], false);
        let uid = store.deliver("INBOX", Message::new(b"\r\n".to_vec(), UnixTime(0)));
        store.expunge("INBOX", &[uid]);
        assert_eq!(told(&mut view, &store, Tell::Everything), "");
        assert_eq!(view.len(), 1);
    }

    #[test]
    fn flags_set_by_others_are_told() {
        let mut store = store_of(2);
        let mut view = View::open(&store.folders[0], false);
        store.set_flags("INBOX", Uid(2), &["\\seen", "$Important"]);
        assert_eq!(told(&mut view, &store, Tell::NoExpunge), "* 2 FETCH (UID 2 FLAGS ($Important \\Seen))\r\n");
    }

    #[test]
    fn sets_resolve_by_number_and_by_uid() {
        let mut store = store_of(5);
        store.expunge("INBOX", &[Uid(2)]);
        let view = View::open(&store.folders[0], false);
        let resolve = |set: &str, by_uid| view.resolve(&Set::parse(set).unwrap(), by_uid);
        assert_eq!(resolve("2:3,2", false), Ok(vec![3, 4]));
        assert_eq!(resolve("1:2,9", true), Ok(vec![1]));
        assert_eq!(resolve("99:*", true), Ok(vec![5]), "n:* holds the last message even below n");
        assert!(resolve("5", false).is_err());
        let empty = View::open(&store_of(0).folders[0], false);
        assert_eq!(empty.resolve(&Set::parse("1:*").unwrap(), true), Ok(vec![]));
        assert!(empty.resolve(&Set::parse("*").unwrap(), false).is_err());
    }
}
