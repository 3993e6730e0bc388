//! A database as passes over a large mailbox leave it, written through the same code, from generated headers.

use mailherd::logic::facts;
use mailherd::logic::ids::{
    Address, Digest, Flags, FolderName, Instance, ListId, MessageId, Uid, UidValidity, UnixTime,
};
use mailherd::logic::ledger::Ledger;
use mailherd::store::{AccountId, FolderState, Origin, Seen, Shown, Standing, Store};

use crate::support::mail::Mail;
use crate::support::many::Many;

/// Writes what an account's INBOX and Sent hold.
pub fn write(store: &mut Store, account: &str, many: &Many) {
    let account = store.account(account).expect("the database");
    let mut ledger = Ledger::default();
    for (name, mail) in [("INBOX", &many.inbox), ("Sent", &many.sent)] {
        let folder = store.begin_folder(account, &FolderName::from_wire(name), UidValidity(1)).expect("the database");
        for (place, part) in mail.chunks(1000).enumerate() {
            let first = u32::try_from(place * 1000 + 1).expect("a UID");
            learn(store, &mut ledger, (account, &folder), first, part);
        }
        store.finish_learning().expect("the database");
    }
}

fn learn(
    store: &mut Store,
    ledger: &mut Ledger,
    (account, folder): (AccountId, &FolderState),
    first: u32,
    mail: &[Mail],
) {
    let inbox = folder.category.is_some();
    let work = store.learn_more(|db| {
        for (uid, mail) in (first..).map(Uid).zip(mail) {
            let bytes = mail.bytes();
            let header = &bytes[..memchr::memmem::find(&bytes, b"\r\n\r\n").unwrap_or(bytes.len())];
            let facts = facts::read(header);
            let list = facts.list_id.as_ref().map(ListId::as_str);
            let origin =
                Origin { name: &facts.from_name, address: facts.from.as_ref().map_or("", Address::as_str), list };
            let at = UnixTime(mail.arrived());
            let flags = Flags { seen: uid.0 % 4 > 0, ..Flags::default() };
            let seen = Seen {
                instance: Instance { digest: Digest::of(header), size: bytes.len() as u32 },
                object: None,
                uid,
                flags,
                mid_hash: facts.message_id.as_ref().map(MessageId::hash),
                sender: facts.from.as_ref().map(Address::as_str),
                list,
                habits: ledger.habits_of(&facts),
                older: at,
                at,
                standing: Standing::Kept,
                shown: Shown { at, origin: inbox.then_some(origin), subject: if inbox { &facts.subject } else { "" } },
            };
            db.saw(account, folder.id, &seen)?;
            if inbox {
                ledger.learn_received(&facts, at, flags);
            } else {
                ledger.learn_own(&facts, at);
            }
        }
        if mail.len() < 1000 || first % 20_000 == 19_001 {
            db.ledger(account, &ledger.take_changes())?;
        }
        Ok(())
    });
    work.expect("the database");
}
