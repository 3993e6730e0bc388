//! The control socket: the words of [`logic::engine`](crate::logic::engine) between processes of one user, a JSON object a line.
//!
//! ```text
//! server: {"mailherd":1,"version":"0.1.0","accounts":["home"]}      the greeting
//! client: {"id":7,"ask":"health"}                                   any number at a time
//! server: {"id":7,"reply":{"health":[…]}}  or  {"id":7,"fault":{"kind":"usage","cause":"…","hint":"…"}}
//! client: {"listen":true}
//! server: {"notice":{"changed":{"account":"home"}}}                 from now on, whenever something happens
//! ```
//!
//! The socket is in the runtime directory of the user or of the service, or else in the state directory. A link in the
//! state directory always leads to it, so that whoever knows the configuration finds the daemon that works on it, and no
//! other. Answers come in any order. Keys and requests that one side does not know are refused or ignored, never fatal.

pub(super) mod client;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed;
mod line;
mod place;
pub(super) mod server;

pub use client::tell_to_reload;
use serde::{Deserialize, Serialize};

use crate::logic::engine::{Notice, Reply, Request};
use crate::logic::fault::Fault;

/// The version of these words. Another number: the two do not understand each other.
const VERSION: u32 = 1;
/// What a client may say in one line. Bytes.
const LONGEST_REQUEST: usize = 1024 * 1024;
/// What a server says in one line at most: the text of a message, a thousand rows. Bytes.
const LONGEST_REPLY: usize = 32 * 1024 * 1024;

/// The first line of a server.
#[derive(Debug, Serialize, Deserialize)]
struct Greeting {
    /// [`VERSION`]
    mailherd: u32,
    /// The version of the program, for people.
    version: String,
    /// The names of the accounts, in the order of the config.
    accounts: Vec<String>,
}

/// A line of a client.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    /// Comes back with the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<Request>,
    /// Notices from now on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    listen: bool,
}

/// A line of a server after its greeting.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<Notice>,
}
