//! What a server says it can do.

use std::collections::BTreeSet;

/// Capabilities, compared without regard to case (RFC 9051, section 6.1.1; async-imap compares them as they are).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(BTreeSet<String>);

impl Capabilities {
    /// Of these words.
    pub fn new<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Capabilities {
        Capabilities(words.into_iter().map(|word| word.as_ref().to_ascii_uppercase()).collect())
    }

    /// Whether the server has `name`, in any case.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&name.to_ascii_uppercase())
    }

    /// Forgets one that turned out not to work.
    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(&name.to_ascii_uppercase());
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in upper case, sorted.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// IMAP4rev2 (RFC 9051) includes MOVE, UIDPLUS, UNSELECT, NAMESPACE, ENABLE, ESEARCH, LIST-EXTENDED and SPECIAL-USE,
    /// but a server that speaks both versions speaks the old one until ENABLE: only what it names counts for us.
    pub fn can_move(&self) -> bool {
        self.has("MOVE")
    }

    /// `UID EXPUNGE`, COPYUID and APPENDUID (RFC 4315).
    pub fn can_expunge_by_uid(&self) -> bool {
        self.has("UIDPLUS")
    }

    /// Modification sequences (RFC 7162). QRESYNC implies them.
    pub fn has_condstore(&self) -> bool {
        self.has("CONDSTORE") || self.has("QRESYNC")
    }

    /// `LIST … RETURN (SPECIAL-USE)` (RFC 5258, RFC 6154).
    pub fn can_list_special_use(&self) -> bool {
        self.has("SPECIAL-USE") && self.has("LIST-EXTENDED")
    }
}
