//! A mailbox invented from a seed.

mod account;

pub use account::{Account, Folder, Kind, Message};
