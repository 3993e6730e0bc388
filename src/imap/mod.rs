//! The wire: one guarded stream, one way to speak.
//!
//! Bytes come through [`guard`], which lets [`framer`] cut them into responses and [`parse`] read them; async-imap, which
//! writes the commands and does the login, sees only what it cannot misread. [`connect`] opens a [`session`], which has
//! one [`exec`](session::Session::exec), one [`stream`](session::Session::stream) and one [`chain`](session::Session::chain); [`select`] and [`folders`] are said
//! in these words. [`watch`] waits for news, and `elsewhere` asks about folders that
//! are not open.
//!
//! Only [`mover`] sends commands that change mail.
//!
//! What this room never does: it decides nothing about mail, keeps nothing on disk, and knows no config. It never sends
//! CLOSE or a bare EXPUNGE.

pub mod capability;
mod certificate;
pub mod chain;
mod code;
pub mod command;
pub mod connect;
mod cursor;
mod ear;
mod elsewhere;
mod fetch;
pub mod folders;
pub mod framer;
pub mod guard;
mod listen;
mod login;
mod loss;
pub mod mover;
pub mod nap;
pub mod parse;
pub mod pipeline;
mod pulse;
pub mod quirks;
mod refusal;
pub mod response;
pub mod select;
pub mod session;
mod special;
pub mod status;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod trust;
pub mod utf7;
pub mod watch;

pub use capability::Capabilities;
pub use chain::{Chain, Heard, Request};
pub use command::{HEADER_FIELDS, MAX_LINE, header_query, learning_query, quote, uid_sets};
pub use connect::{Endpoint, Login, LoginKind, Stage, TlsMode, Witness, knock, open};
pub use elsewhere::polled;
pub use folders::{Folder, Folders, SpecialUse, create, discover};
pub use pulse::Pulse;
pub use response::{Answer, Code, FetchRow, Status, StatusRow, Tagged, UidRanges, Untagged, all_done};
pub use select::{Access, Selected};
pub use session::Session;
pub use watch::Pushed;
