//! Everything that lies in a mailbox at one moment, and what may not have changed since another one.

use std::collections::{BTreeMap, BTreeSet};

use mailherd::demo::server::Row;

use super::client::{Client, quoted};

/// A message as people recognise it: its bytes, its flags, its date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// SHA-256 of the whole message, in hexadecimal.
    pub digest: String,
    /// Flags and keywords without `\Recent`.
    pub flags: BTreeSet<String>,
    /// INTERNALDATE as the server says it.
    pub internal_date: String,
    /// Its Message-ID with brackets; empty when it has none.
    pub message_id: String,
}

/// All folders by their wire names, with all their messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    folders: BTreeMap<String, Vec<Item>>,
}

impl World {
    /// Reads every folder, every message whole.
    pub fn of(client: &mut Client) -> World {
        let names = client.folders().into_iter().map(|folder| folder.name);
        let folders = names.collect::<Vec<_>>().into_iter().map(|name| {
            let items = client.messages(&name);
            let items = items.iter().map(|it| item(&it.bytes, it.flags.clone(), it.internal_date.clone())).collect();
            (name, items)
        });
        World { folders: folders.collect() }
    }

    /// What the embedded server holds.
    pub fn of_rows(rows: &[Row]) -> World {
        let mut folders: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for row in rows {
            let flags = row.flags.iter().cloned().collect();
            let date = row.internaldate.0.to_string();
            folders.entry(row.folder.clone()).or_default().push(item(&row.bytes, flags, date));
        }
        World { folders }
    }

    /// The same without the messages of INBOX of which there is a copy elsewhere: what is left when a move that was made by COPY is
    /// finished.
    pub fn without_originals(mut self) -> World {
        let copies: BTreeSet<String> =
            self.items().filter(|(folder, _)| *folder != "INBOX").map(|(_, item)| item.message_id.clone()).collect();
        if let Some(inbox) = self.folders.get_mut("INBOX") {
            inbox.retain(|item| !copies.contains(&item.message_id));
        }
        self
    }

    /// How many messages a folder holds; none when it does not exist.
    pub fn count(&self, folder: &str) -> usize {
        self.folders.get(folder).map_or(0, Vec::len)
    }

    /// How many messages there are.
    pub fn total(&self) -> usize {
        self.folders.values().map(Vec::len).sum()
    }

    /// The wire names of all folders.
    pub fn folder_names(&self) -> Vec<&str> {
        self.folders.keys().map(String::as_str).collect()
    }

    /// Every message with the folder it lies in.
    pub fn items(&self) -> impl Iterator<Item = (&str, &Item)> {
        self.folders.iter().flat_map(|(folder, items)| items.iter().map(move |item| (folder.as_str(), item)))
    }

    /// The folders in which mail with this Message-ID lies.
    pub fn places_of(&self, message_id: &str) -> Vec<&str> {
        self.items().filter(|(_, item)| item.message_id == message_id).map(|(folder, _)| folder).collect()
    }

    /// Where the one message with this Message-ID lies.
    pub fn place_of(&self, message_id: &str) -> &str {
        let places = self.places_of(message_id);
        assert_eq!(places.len(), 1, "{message_id} lies in {places:?}");
        places[0]
    }

    /// Asserts that every message of `self` exists exactly once in `later`, wherever, with its flags and date, and nothing else does.
    pub fn assert_same_mail(&self, later: &World) {
        let (before, after) = (self.sorted(), later.sorted());
        let changed = differences(&before, &after);
        assert!(changed.is_empty(), "{} messages before, {} after:\n{}", before.len(), after.len(), changed.join("\n"));
    }

    /// Asserts that every message lies where it lay, with its flags and date. Folders that came and are empty do not matter.
    pub fn assert_same_places(&self, later: &World) {
        self.assert_same_mail(later);
        for name in self.folders.keys().chain(later.folders.keys()) {
            let ids = |world: &World| world.folders.get(name).map_or(Vec::new(), |items| sorted(items.iter().cloned()));
            assert_eq!(ids(self).len(), ids(later).len(), "messages in {name}");
            assert!(ids(self) == ids(later), "other messages in {name} than before");
        }
    }

    fn sorted(&self) -> Vec<Item> {
        sorted(self.items().map(|(_, item)| item.clone()))
    }
}

fn sorted(items: impl Iterator<Item = Item>) -> Vec<Item> {
    let mut items: Vec<Item> = items.collect();
    items.sort();
    items
}

/// What is only in one of two sorted lists, as often as it is: at most a dozen lines.
fn differences(before: &[Item], after: &[Item]) -> Vec<String> {
    let mut counts: BTreeMap<&Item, i32> = BTreeMap::new();
    before.iter().for_each(|item| *counts.entry(item).or_default() += 1);
    after.iter().for_each(|item| *counts.entry(item).or_default() -= 1);
    let word = |count: i32| if count > 0 { "lost or changed" } else { "too many or changed" };
    let lines = counts.into_iter().filter(|(_, count)| *count != 0);
    lines.map(|(item, count)| format!("{} × {}: {item:?}", count.abs(), word(count))).take(12).collect()
}

/// A message, its flags and its date in any spelling.
pub fn item(bytes: &[u8], flags: BTreeSet<String>, internal_date: String) -> Item {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    Item {
        digest: digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
        flags,
        internal_date,
        message_id: message_id(bytes),
    }
}

/// The Message-ID of a message, with its brackets; empty when it has none.
pub fn message_id(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(1 << 16)];
    let header = String::from_utf8_lossy(start);
    let line = header.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("Message-ID: "));
    line.unwrap_or_default().to_owned()
}

/// How many messages a folder holds, by STATUS: quick where the messages do not matter.
pub fn count(client: &mut Client, folder: &str) -> usize {
    let reply = client.command(&format!("STATUS {} (MESSAGES)", quoted(folder)));
    let text = String::from_utf8_lossy(&reply.untagged[0]).into_owned();
    let number = text.split("MESSAGES ").nth(1).and_then(|rest| rest.split(')').next());
    number.expect("MESSAGES").parse().unwrap()
}
