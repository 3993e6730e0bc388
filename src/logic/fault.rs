//! What went wrong, in the words that a user reads: one line of cause, one line of what to do.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the caller can do about a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Try again later: the network, a busy server, a full mailbox.
    Transient,
    /// Ask the user for other credentials.
    Credentials,
    /// The server, or mailherd itself, will not do this; trying again changes nothing.
    Refused,
    /// The other side broke the protocol. The session is dropped.
    Protocol,
    /// The configuration or the command line is wrong: exit status 2.
    Usage,
    /// The local database or state directory.
    Local,
}

/// An error with its cause and its hint. `Display` prints the cause only; the faces print the hint below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What the caller can do.
    pub kind: FaultKind,
    /// One line: what happened. Never holds a secret.
    pub cause: String,
    /// One line: what the user can do about it.
    pub hint: String,
}

impl Fault {
    /// A fault of `kind`.
    pub fn new(kind: FaultKind, cause: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault { kind, cause: cause.into(), hint: hint.into() }
    }

    /// [`FaultKind::Transient`]
    pub fn transient(cause: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Transient, cause, hint)
    }

    /// [`FaultKind::Credentials`]
    pub fn credentials(cause: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Credentials, cause, hint)
    }

    /// [`FaultKind::Refused`]
    pub fn refused(cause: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Refused, cause, hint)
    }

    /// [`FaultKind::Protocol`]
    pub fn protocol(cause: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Protocol, cause, hint)
    }

    /// [`FaultKind::Usage`]
    pub fn usage(cause: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Usage, cause, hint)
    }

    /// [`FaultKind::Local`]
    pub fn local(cause: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Local, cause, hint)
    }

    /// How long the server asks to be left alone, if it does: see [`suggested_pause`].
    pub fn pause(&self) -> Option<Duration> {
        suggested_pause(&self.cause)
    }

    /// Puts what was being done before the cause: `context: cause`.
    #[must_use]
    pub fn while_doing(mut self, context: impl fmt::Display) -> Fault {
        self.cause = format!("{context}: {}", self.cause);
        self
    }
}

/// Exchange throttles by words: "Suggested Backoff Time: 3000 milliseconds" (imap_tools#135). At most an hour.
pub fn suggested_pause(words: &str) -> Option<Duration> {
    let (_, rest) = words.split_once("Suggested Backoff Time:")?;
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    Some(Duration::from_millis(digits.parse().ok()?).min(Duration::from_secs(3600)))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl std::error::Error for Fault {}
