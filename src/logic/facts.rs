//! What the header of one message says. Reading it is total: whatever the bytes, there are [`Facts`], and what was wrong
//! with them stands in [`Facts::oddities`].

pub(in crate::logic) mod auth;
pub(in crate::logic) mod fields;
mod oddity;
mod reader;
mod signs;
pub(in crate::logic) mod text;

pub use auth::{AuthResult, AuthResults};
pub use oddity::Oddity;
pub use signs::{Sign, Signs};

use super::ids::{Address, ListId, MessageId, MidHash, UnixTime};
use super::words::Role;

/// Reads the bytes of `BODY[HEADER.FIELDS (…)]`, or of a whole header. Cannot fail; costs a few microseconds for ordinary
/// mail, and is bounded for hostile mail (recipients, references and texts are cut, see the constants of [`Facts`]).
pub fn read(header: &[u8]) -> Facts {
    reader::read(header)
}

/// The facts of one message. Compact, since tens of thousands are held at once: exact-sized boxes, hashes for the
/// Message-IDs that are only compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Message-ID; the first, when there are several.
    pub message_id: Option<MessageId>,
    /// The (first) author of the (first) From field. Whoever decides by it asks [`Facts::author`] instead.
    pub from: Option<Address>,
    /// Display name of that author, decoded, as the sender wrote it: it reaches a terminal only through `Printable`.
    pub from_name: Box<str>,
    /// Sender
    pub sender: Option<Address>,
    /// The first address of Reply-To.
    pub reply_to: Option<Address>,
    /// Return-Path: the envelope sender, written down by the host that delivered.
    pub return_path: ReturnPath,
    /// To, at most [`Facts::MAX_RECIPIENTS`] together with Cc.
    pub to: Box<[Address]>,
    /// Cc
    pub cc: Box<[Address]>,
    /// Subject, decoded, at most [`Facts::MAX_TEXT`] characters, raw like [`Facts::from_name`].
    pub subject: Box<str>,
    /// Date, when it is a possible one.
    pub date: Option<UnixTime>,
    /// In-Reply-To
    pub in_reply_to: Box<[MidHash]>,
    /// References; the last [`Facts::MAX_REFERENCES`].
    pub references: Box<[MidHash]>,
    /// List-Id (RFC 2919)
    pub list_id: Option<ListId>,
    /// List-Post with an address (RFC 2369): readers may write to this list.
    pub list_post: bool,
    /// List-Unsubscribe
    pub unsubscribe: Unsubscribe,
    /// Precedence, when it says that this is not one person's mail to another.
    pub precedence: Option<Precedence>,
    /// Auto-Submitted (RFC 3834)
    pub auto_submitted: Option<AutoSubmitted>,
    /// Feedback-ID by a mailing service. Fastmail, Proton and Zoho stamp one on their users' private mail: that does not count.
    pub feedback_id: bool,
    /// The topmost Authentication-Results; lower ones may be forged.
    pub auth: Option<Box<AuthResults>>,
    /// A delivery, disposition or abuse report by its Content-Type.
    pub report: bool,
    /// A calendar invitation by its Content-Type (`text/calendar; method=REQUEST`).
    pub invitation: bool,
    /// X-Auto-Response-Suppress, which machines behind Exchange set (MS-OXCMAIL 2.2.3.2.14).
    pub auto_response_suppress: bool,
    /// Delivered-To
    pub delivered_to: Box<[Address]>,
    /// What the sender's local part says about who sits behind it.
    pub role: Role,
    /// What shows that a machine made it or that it was sent to many.
    pub signs: Signs,
    /// What was wrong with the header, each kind once.
    pub oddities: Box<[Oddity]>,
}

impl Facts {
    /// Addresses kept of To and Cc together.
    pub const MAX_RECIPIENTS: usize = 500;
    /// Message-IDs kept of In-Reply-To and of References.
    pub const MAX_REFERENCES: usize = 100;
    /// Characters kept of the subject and of the display name.
    pub const MAX_TEXT: usize = 1_000;
}

/// Return-Path (RFC 5321, section 4.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReturnPath {
    /// There is none that can be read.
    #[default]
    Missing,
    /// `<>`: nobody wants to hear of a failure. Bounces and many automata.
    Null,
    /// The envelope sender.
    Address(Address),
}

/// List-Unsubscribe (RFC 2369) and List-Unsubscribe-Post (RFC 8058).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The field is there and not empty.
    pub present: bool,
    /// `List-Unsubscribe=One-Click` is offered.
    pub one_click: bool,
    /// Its `mailto:` addresses.
    pub mailto: Box<[Address]>,
}

/// The values of Precedence (RFC 2076, section 3.9) that mean something to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precedence {
    /// `bulk`
    Bulk,
    /// `list`
    List,
    /// `junk`
    Junk,
    /// `auto_reply`, `auto-reply`
    AutoReply,
}

/// Auto-Submitted (RFC 3834, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AutoSubmitted {
    /// `no`: a person sent it.
    No,
    /// `auto-replied`: an answer that nobody wrote.
    Replied,
    /// `auto-generated`, `auto-notified` and whatever else.
    Generated,
}

#[cfg(test)]
mod tests;
