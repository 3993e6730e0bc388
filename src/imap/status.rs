//! Status responses: how a command ended, and what the server remarks (RFC 9051, section 7.1).

use std::fmt;

use crate::logic::ids::{ModSeq, Uid, UidValidity};
use crate::logic::printable::Printable;

/// The word of a status response (RFC 9051, section 7.1). A tagged one is only ever `Ok`, `No` or `Bad`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done, or information.
    Ok,
    /// The server will not or cannot.
    No,
    /// The server did not understand.
    Bad,
    /// The greeting of a connection that needs no login.
    PreAuth,
    /// The server closes the connection.
    Bye,
}

impl Status {
    /// The status of a word, in any case.
    pub fn from_word(word: &[u8]) -> Option<Status> {
        let known: [(&[u8], Status); 5] = [
            (b"OK", Status::Ok),
            (b"NO", Status::No),
            (b"BAD", Status::Bad),
            (b"PREAUTH", Status::PreAuth),
            (b"BYE", Status::Bye),
        ];
        known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, status)| status)
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "OK",
            Status::No => "NO",
            Status::Bad => "BAD",
            Status::PreAuth => "PREAUTH",
            Status::Bye => "BYE",
        }
    }
}

/// A response code, the part of a status response in square brackets (RFC 9051, section 7.1; RFC 5530).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// Proof of a copy (RFC 4315, section 3): `from[i]` became `to[i]`. Both have the same length, which is not zero; a
    /// COPYUID for which that does not hold proves nothing and arrives as [`Code::Other`].
    CopyUid {
        /// Of the target folder.
        validity: UidValidity,
        /// UIDs in the source folder.
        from: Vec<Uid>,
        /// UIDs in the target folder.
        to: Vec<Uid>,
    },
    /// Where an APPEND went (RFC 4315, section 3).
    AppendUid {
        /// Of the target folder.
        validity: UidValidity,
        /// UIDs in the target folder, one a message.
        uids: Vec<Uid>,
    },
    /// The folder is open read-only.
    ReadOnly,
    /// The folder is open read-write.
    ReadWrite,
    /// Of the folder that is being opened.
    UidValidity(UidValidity),
    /// Of the folder that is being opened. A prediction, not to be trusted blindly.
    UidNext(Uid),
    /// RFC 7162.
    HighestModSeq(ModSeq),
    /// RFC 7162: this folder has no modification sequences.
    NoModSeq,
    /// Flags that can be changed for good, as the server spells them; `\*` means that new keywords may be made.
    PermanentFlags(Vec<String>),
    /// Capabilities, in upper case.
    Capability(Vec<String>),
    /// The text must be shown to the user.
    Alert,
    /// The target folder does not exist, CREATE it first.
    TryCreate,
    /// RFC 5530: the folder does not exist.
    NonExistent,
    /// RFC 5530: the folder exists already.
    AlreadyExists,
    /// RFC 5530: over quota.
    OverQuota,
    /// RFC 5530: not permitted.
    NoPerm,
    /// RFC 5530: somebody else holds it.
    InUse,
    /// RFC 5530: some limit of the server.
    Limit,
    /// RFC 5530: the server can never do this.
    Cannot,
    /// RFC 5530: temporarily unavailable.
    Unavailable,
    /// RFC 5530: the login was refused, no more is said.
    AuthenticationFailed,
    /// RFC 5530: the password is right, the use is not allowed.
    AuthorizationFailed,
    /// RFC 5530: the password or token has expired.
    Expired,
    /// RFC 5530: only with TLS.
    PrivacyRequired,
    /// RFC 5530: the user has to ask the operator.
    ContactAdmin,
    /// RFC 5530: messages of this command are gone.
    ExpungeIssued,
    /// RFC 5530: the server found damage.
    Corruption,
    /// RFC 7162: the folder that was open before is closed now.
    Closed,
    /// Anything else, raw, without the brackets, at most a thousand bytes.
    Other(String),
}

/// A tagged status: the end of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// `Ok`, `No` or `Bad`.
    pub status: Status,
    /// What stands in brackets.
    pub code: Option<Code>,
    /// The words after it. Foreign text: show it only through [`Printable`].
    pub text: String,
}

impl fmt::Display for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = Printable::new(&self.text).as_str().chars().take(200).collect();
        match self.status {
            Status::Ok => f.write_str(&text),
            status if text.is_empty() => f.write_str(status.word()),
            _ => f.write_str(&text),
        }
    }
}
