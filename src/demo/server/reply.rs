//! How a command ends.

use super::tokens::Syntax;
use std::io;

/// The status of a tagged answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    No,
    Bad,
}

/// A tagged answer without its tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: Status,
    /// With its code, if any: `[OVERQUOTA] no room`.
    pub(super) text: String,
}

impl Reply {
    pub(super) fn ok(text: impl Into<String>) -> Reply {
        Reply { status: Status::Ok, text: text.into() }
    }

    pub(super) fn no(text: impl Into<String>) -> Reply {
        Reply { status: Status::No, text: text.into() }
    }

    pub(super) fn bad(text: impl Into<String>) -> Reply {
        Reply { status: Status::Bad, text: text.into() }
    }

    pub(super) fn line(&self, tag: &str) -> String {
        let status = match self.status {
            Status::Ok => "OK",
            Status::No => "NO",
            Status::Bad => "BAD",
        };
        format!("{tag} {status} {}\r\n", self.text)
    }
}

/// Why a command ended before its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// With this answer.
    Reply(Reply),
    /// The client is gone, or the connection is to end.
    Lost,
}

/// What carrying out a command comes to.
pub(super) type Outcome = Result<Reply, Halt>;

/// NO with this text.
pub(super) fn no<T>(text: &str) -> Result<T, Halt> {
    Err(Halt::Reply(Reply::no(text)))
}

impl From<Syntax> for Halt {
    fn from(syntax: Syntax) -> Halt {
        Halt::Reply(Reply::bad(syntax.0))
    }
}

impl From<io::Error> for Halt {
    fn from(_: io::Error) -> Halt {
        Halt::Lost
    }
}
