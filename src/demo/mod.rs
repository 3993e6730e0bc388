//! Everything that is needed to try mailherd without an account: a mailbox invented from a seed, and an IMAP server on
//! a loopback port that serves it.
//!
//! ```text
//! mailbox::generate(seed, now) ─► Account ─► server::Server::start(account, options) ─► 127.0.0.1:port
//! ```
//!
//! The demo runs the unchanged main job against that server over TCP. Tests use the same server to play hostile ones:
//! [`server::Options`] switches abilities off, and [`server::Fault`] says what goes wrong at which command.
//!
//! What this room never does: it uses nothing of mailherd's own engine but the names in `logic::ids`, so that an error
//! in the engine is not mirrored here and hidden by it; and it listens on 127.0.0.1 only.

pub(crate) mod base64;
pub mod mailbox;
pub mod server;
