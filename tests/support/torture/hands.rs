//! The user's hands on a mailbox, whatever server it is on.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};

use mailherd::demo::mailbox::Message;
use mailherd::demo::server::Store;
use mailherd::logic::ids::{Uid, UnixTime};

use crate::support::client::{Client, quoted};
use crate::support::mail::Mail;
use crate::support::server::Server;
use crate::support::world::{Item, item};

/// A message where it lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lying {
    /// The wire name of the folder.
    pub folder: String,
    /// Its number there.
    pub uid: u32,
    /// The message. Its date is in seconds since 1970.
    pub item: Item,
    /// Which message mailherd takes it for.
    pub instance: (Vec<u8>, u32),
}

/// What does not change about a message: its digest, its Message-ID, and which message mailherd takes it for.
type Identity = (String, String, (Vec<u8>, u32));

thread_local! {
    /// A mailbox is looked at after each step, and mostly it is the same mail.
    static KNOWN: RefCell<HashMap<Vec<u8>, Identity>> = RefCell::default();
}

fn identity(bytes: &[u8]) -> Identity {
    KNOWN.with_borrow_mut(|known| {
        if let Some(identity) = known.get(bytes) {
            return identity.clone();
        }
        let (item, instance) = (item(bytes, BTreeSet::new(), String::new()), mailherd::imap::mover::instance_of(bytes));
        let identity = (item.digest, item.message_id, (instance.digest.0.to_vec(), instance.size));
        if known.len() > 2000 {
            known.clear();
        }
        known.insert(bytes.to_vec(), identity.clone());
        identity
    })
}

impl Lying {
    fn new(folder: &str, uid: u32, bytes: &[u8], flags: BTreeSet<String>, at: i64) -> Lying {
        let (digest, message_id, instance) = identity(bytes);
        let item = Item { digest, flags, internal_date: at.to_string(), message_id };
        Lying { folder: folder.to_owned(), uid, item, instance }
    }
}

/// What somebody with another program can do. What cannot be done (no such folder, no such message) is not done.
pub trait Hands {
    /// Everything there is, folder by folder.
    fn world(&mut self) -> Vec<Lying>;
    /// Puts a message into a folder; false when there is none.
    fn deliver(&mut self, folder: &str, mail: &Mail) -> bool;
    /// Moves one message; false when it did not move.
    fn move_to(&mut self, one: &Lying, to: &str) -> bool;
    /// Copies one message.
    fn copy_to(&mut self, one: &Lying, to: &str) -> bool;
    /// Gives a message these flags and no others.
    fn set_flags(&mut self, one: &Lying, flags: &BTreeSet<String>) -> bool;
    /// Removes messages of one folder.
    fn expunge(&mut self, some: &[Lying]) -> bool;
    /// Gives a folder another UIDVALIDITY.
    fn renumber(&mut self, folder: &str);
    /// Removes a folder.
    fn remove(&mut self, folder: &str) -> bool;
}

impl Hands for Store {
    fn world(&mut self) -> Vec<Lying> {
        let rows = self.snapshot();
        let lying = rows.iter().map(|row| {
            Lying::new(&row.folder, row.uid.0, &row.bytes, row.flags.iter().cloned().collect(), row.internaldate.0)
        });
        lying.collect()
    }

    fn deliver(&mut self, folder: &str, mail: &Mail) -> bool {
        let there = self.folder_names().iter().any(|name| name == folder);
        if there {
            let message = Message::new(mail.bytes(), UnixTime(mail.arrived()));
            Store::deliver(self, folder, mail.flags.iter().fold(message, |message, flag| message.flagged(flag)));
        }
        there
    }

    fn move_to(&mut self, one: &Lying, to: &str) -> bool {
        one.folder != to && self.move_message(&one.folder, Uid(one.uid), to).is_some()
    }

    fn copy_to(&mut self, one: &Lying, to: &str) -> bool {
        self.copy_message(&one.folder, Uid(one.uid), to).is_some()
    }

    fn set_flags(&mut self, one: &Lying, flags: &BTreeSet<String>) -> bool {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        Store::set_flags(self, &one.folder, Uid(one.uid), &flags)
    }

    fn expunge(&mut self, some: &[Lying]) -> bool {
        some.iter().for_each(|one| Store::expunge(self, &one.folder, &[Uid(one.uid)]));
        true
    }

    fn renumber(&mut self, folder: &str) {
        Store::renumber(self, folder);
    }

    fn remove(&mut self, folder: &str) -> bool {
        let there = self.folder_names().iter().any(|name| name == folder);
        self.remove_folder(folder);
        there
    }
}

/// A user's other program on Dovecot.
pub struct OnDovecot<'a> {
    /// Its session.
    pub client: &'a mut Client,
    /// For what IMAP cannot do.
    pub server: &'a Server,
    /// The login name.
    pub user: &'a str,
}

impl OnDovecot<'_> {
    fn on(&mut self, folder: &str, command: &str) -> bool {
        self.client.try_command(&format!("SELECT {}", quoted(folder))).status == "OK"
            && self.client.try_command(command).status == "OK"
    }
}

impl Hands for OnDovecot<'_> {
    fn world(&mut self) -> Vec<Lying> {
        let mut world = Vec::new();
        for folder in self.client.folders() {
            let messages = self.client.messages(&folder.name);
            world.extend(messages.into_iter().map(|one| {
                let at = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", one.internal_date.trim());
                let at = at.and_then(|time| time.to_timestamp()).expect("a date").as_second();
                Lying::new(&folder.name, one.uid, &one.bytes, one.flags, at)
            }));
        }
        world
    }

    fn deliver(&mut self, folder: &str, mail: &Mail) -> bool {
        let there = self.client.has_folder(folder);
        if there {
            self.client.append(folder, std::slice::from_ref(mail));
        }
        there
    }

    fn move_to(&mut self, one: &Lying, to: &str) -> bool {
        one.folder != to && self.on(&one.folder, &format!("UID MOVE {} {}", one.uid, quoted(to)))
    }

    fn copy_to(&mut self, one: &Lying, to: &str) -> bool {
        self.on(&one.folder, &format!("UID COPY {} {}", one.uid, quoted(to)))
    }

    fn set_flags(&mut self, one: &Lying, flags: &BTreeSet<String>) -> bool {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        self.on(&one.folder, &format!("UID STORE {} FLAGS.SILENT ({})", one.uid, flags.join(" ")))
    }

    fn expunge(&mut self, some: &[Lying]) -> bool {
        let Some(first) = some.first() else { return true };
        let uids = some.iter().map(|one| one.uid.to_string()).collect::<Vec<_>>().join(",");
        self.on(&first.folder, &format!("UID STORE {uids} +FLAGS.SILENT (\\Deleted)"))
            && self.client.try_command(&format!("UID EXPUNGE {uids}")).status == "OK"
    }

    fn renumber(&mut self, folder: &str) {
        if self.client.has_folder(folder) {
            static GENERATION: AtomicU32 = AtomicU32::new(1000);
            let validity = GENERATION.fetch_add(1, Ordering::Relaxed).to_string();
            self.server.doveadm(&["mailbox", "update", "-u", self.user, "--uid-validity", &validity, folder]);
            // What has it open does not know: the session is begun anew.
            self.client.try_command("EXAMINE INBOX");
        }
    }

    fn remove(&mut self, folder: &str) -> bool {
        self.client.try_command("EXAMINE INBOX");
        self.client.try_command(&format!("DELETE {}", quoted(folder))).status == "OK"
    }
}
