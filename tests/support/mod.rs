//! The test bench: private real servers, an independent client, invented mail, and the `mailherd` program as its users run it.
//!
//! Nothing here shares code with the engine: what the engine did is looked at from outside, over IMAP and in its JSON.

pub mod archive;
pub mod cast;
pub mod certificates;
pub mod client;
pub mod configuration;
pub mod courier;
pub mod cyrus;
pub mod daemon;
pub mod day;
pub mod dovecot;
pub mod embedded;
pub mod engine;
pub mod flavour;
pub mod guard;
pub mod imap4d;
pub mod inside;
pub mod json;
pub mod mail;
pub mod many;
pub mod network;
pub mod oauth;
pub mod program;
pub mod proxy;
pub mod response;
pub mod screen;
pub mod senders;
pub mod server;
pub mod stand_in;
pub mod torture;
pub mod unpacked;
pub mod usage;
pub mod user;
pub mod wire_log;
pub mod world;
