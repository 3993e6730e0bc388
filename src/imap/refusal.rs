//! What a NO or a BAD means to the user.

use std::fmt;
use std::time::Duration;

use super::response::{Code, Status, Tagged};
use crate::logic::fault::{Fault, FaultKind, suggested_pause};

impl Tagged {
    /// Whether the command was done.
    pub fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }

    /// This refusal as a fault: "`what`: the server said …". A BAD is as final as a NO, but says that mailherd and this
    /// server do not understand each other.
    pub fn fault(&self, what: impl fmt::Display) -> Fault {
        let (kind, hint) = self.meaning();
        Fault::new(kind, format!("{what}: the server refused: {self}"), hint)
    }

    /// The server's words, with what its code says where the words do not.
    pub fn reason(&self) -> String {
        let text = self.to_string();
        let (code, word) = match self.code {
            Some(Code::OverQuota) => ("over quota", "quota"),
            Some(Code::NoPerm) => ("no permission", "permission"),
            Some(Code::ReadOnly) => ("read-only", "read-only"),
            Some(Code::TryCreate | Code::NonExistent) => ("no such mailbox", "exist"),
            _ => return text,
        };
        if text.to_lowercase().contains(word) { text } else { format!("{code}: {text}") }
    }

    /// How long the server asks to be left alone.
    pub fn backoff(&self) -> Option<Duration> {
        suggested_pause(&self.text)
    }

    fn meaning(&self) -> (FaultKind, &'static str) {
        use FaultKind::{Credentials, Refused, Transient};
        if self.backoff().is_some() {
            return (Transient, "the server asks for a pause, mailherd tries again later");
        }
        match &self.code {
            Some(Code::OverQuota) => (Refused, "the mailbox is full: delete mail or ask your provider for more room"),
            Some(Code::NoPerm) => (Refused, "you lack the right to do this in that folder: ask your provider"),
            Some(Code::ReadOnly) => (Refused, "the folder is read-only: name another folder in the config"),
            Some(Code::TryCreate | Code::NonExistent) => {
                (Refused, "the folder does not exist on the server: check its name in the config")
            }
            Some(Code::AlreadyExists) => (Refused, "a folder of that name exists already"),
            Some(Code::Cannot) => (Refused, "the server does not allow this name or operation: choose another name"),
            Some(Code::InUse) => (Transient, "another program holds the folder, mailherd tries again later"),
            Some(Code::Limit) => (Transient, "a limit of the server was reached, try again later"),
            Some(Code::Unavailable) => (Transient, "the server is unwell, try again later"),
            Some(Code::ExpungeIssued) => (Transient, "the mail was removed by another program meanwhile"),
            Some(Code::Corruption) => (Refused, "the server reports damage in this folder: ask your provider"),
            Some(Code::AuthenticationFailed | Code::AuthorizationFailed | Code::Expired) => {
                (Credentials, "check username and password")
            }
            Some(Code::ContactAdmin) => (Refused, "ask your provider, the server will say no more"),
            _ => self.meaning_of_text(),
        }
    }

    /// Servers older than RFC 5530 (2009) say it in words only.
    fn meaning_of_text(&self) -> (FaultKind, &'static str) {
        let text = self.text.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&["quota", "no space", "mailbox is full"]) {
            return (FaultKind::Refused, "the mailbox is full: delete mail or ask your provider for more room");
        }
        if says(&["doesn't exist", "does not exist", "nonexist", "unknown mailbox", "no such", "not found"]) {
            return (FaultKind::Refused, "the folder does not exist on the server: check its name in the config");
        }
        if says(&["permission", "read-only", "access denied", "not permitted"]) {
            return (FaultKind::Refused, "you lack the right to do this in that folder: ask your provider");
        }
        if says(&["try again", "temporar", "timeout", "timed out", "too many", "throttl", "unavailable"]) {
            return (FaultKind::Transient, "the server is busy, try again later");
        }
        match self.status {
            Status::Bad => (FaultKind::Protocol, "the server did not understand: run `mailherd doctor` and report it"),
            _ => (FaultKind::Refused, "run `mailherd doctor` to see what this server can do"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no(code: Option<Code>, text: &str) -> Tagged {
        Tagged { status: Status::No, code, text: text.into() }
    }

    #[test]
    fn a_full_mailbox_is_named_by_code_or_by_words() {
        for tagged in [no(Some(Code::OverQuota), "x"), no(None, "Quota exceeded (mailbox for user is full)")] {
            let fault = tagged.fault("copying to Bulk");
            assert_eq!(fault.kind, FaultKind::Refused);
            assert!(fault.hint.contains("full"), "{fault:?}");
            assert!(fault.cause.starts_with("copying to Bulk: the server refused: "), "{fault:?}");
        }
    }

    #[test]
    fn foreign_text_in_a_fault_is_harmless_and_short() {
        let fault = no(None, &format!("\u{1b}[31m{}", "x".repeat(10_000))).fault("moving");
        assert!(!fault.cause.contains('\u{1b}') && fault.cause.len() < 300, "{}", fault.cause);
    }

    #[test]
    fn an_exchange_backoff_is_read() {
        let text = "Request is throttled. Suggested Backoff Time: 299961 milliseconds";
        assert_eq!(no(None, text).backoff(), Some(Duration::from_millis(299_961)));
        assert_eq!(no(None, "Suggested Backoff Time: soon").backoff(), None);
        assert_eq!(no(None, text).fault("x").kind, FaultKind::Transient);
    }
}
