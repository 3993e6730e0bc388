//! A mailbox invented from a seed: a year in the mail of Robin Maren, who does not exist.
//!
//! ```text
//! people · talk ─► conversations ─┐
//! newsletters · lists · shops ────┼─► world (dice, clock, pile of mail) ─► folders in the order of arrival
//! bots · codes · strangers · odd ─┘
//! ```
//!
//! Everything is at reserved domains (RFC 2606), everybody is invented, and the same seed and time give the same bytes.
//! Each message carries its [`Kind`]: what it is by the will of its inventor, for tests to hold verdicts against.

mod account;
mod automatic;
mod bots;
mod codes;
mod conversations;
mod corners;
mod encode;
mod invitations;
mod lists;
mod mail;
mod newsletters;
mod odd;
mod offices;
mod people;
mod shops;
mod strangers;
mod talk;
mod world;

#[cfg(test)]
mod tests;

pub use account::{Account, Folder, Kind, Message};

use crate::logic::ids::UnixTime;
use world::{Place, World};

/// Whose mail it is.
const OWNER_NAME: &str = "Robin Maren";
/// The main address.
const OWNER: &str = "robin@maren.example";
/// The address at work.
const ALIAS: &str = "robin.maren@work.example";

/// The folders, with their uses.
const FOLDERS: &[(Place, &str, Option<&str>)] = &[
    (Place::Inbox, "INBOX", None),
    (Place::Sent, "Sent", Some("\\Sent")),
    (Place::Archive, "Archive", Some("\\Archive")),
    (Place::Drafts, "Drafts", Some("\\Drafts")),
    (Place::Junk, "Junk", Some("\\Junk")),
    (Place::Trash, "Trash", Some("\\Trash")),
    // A name with everything that modified UTF-7 and hierarchy delimiters make hard.
    (Place::Travel, "Travel/Lissabon & Süden", None),
];

/// The year of mail before `now`: at least 2,000 messages, at least 1,600 of them in INBOX.
pub fn generate(seed: u64, now: UnixTime) -> Account {
    let mut world = World::new(seed, now);
    conversations::write(&mut world);
    newsletters::write(&mut world);
    lists::write(&mut world);
    shops::write(&mut world);
    offices::write(&mut world);
    bots::write(&mut world);
    codes::write(&mut world);
    invitations::write(&mut world);
    automatic::write(&mut world);
    strangers::write(&mut world);
    odd::write(&mut world);
    corners::write(&mut world);
    let addresses = vec![OWNER.into(), ALIAS.into()];
    Account { owner: OWNER_NAME.into(), addresses, folders: sorted(world) }
}

/// The pile of mail put into its folders, in the order of arrival.
fn sorted(world: World) -> Vec<Folder> {
    let mut pieces = world.pieces;
    pieces.sort_by_key(|piece| piece.message.internaldate);
    let mut folders: Vec<Folder> =
        FOLDERS.iter().map(|(_, name, special_use)| Folder::new(name, *special_use)).collect();
    for piece in pieces {
        let place = FOLDERS.iter().position(|(place, ..)| *place == piece.place).unwrap_or(0);
        folders[place].messages.push(piece.message);
    }
    folders
}

/// `count` further mails for the INBOX that [`generate`] made from the same seed, to be delivered one at a time. All are
/// dated `now`; ask for one at a time where the dates should differ, with another seed each time.
pub fn arrivals(seed: u64, now: UnixTime, count: usize) -> Vec<Message> {
    // Not the dice that the year was thrown with: the Message-IDs would come again.
    let mut world = World::new(seed ^ 0x6172_7269_7661_6c73, now);
    for _ in 0..count {
        let mail = match world.dice.u32(..10) {
            0..=2 => conversations::arrival(&mut world, now),
            3..=4 => newsletters::arrival(&mut world, now),
            5 => lists::arrival(&mut world, now),
            6 => shops::arrival(&mut world, now),
            7 => bots::arrival(&mut world, now),
            8 => codes::arrival(&mut world, now),
            _ if world.chance(0.5) => invitations::arrival(&mut world, now),
            _ => strangers::arrival(&mut world, now),
        };
        world.receive(Place::Inbox, &mail, 0.0);
    }
    world.pieces.into_iter().map(|piece| piece.message).collect()
}
