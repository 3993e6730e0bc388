//! A type for each kind of number and name, so that one cannot be taken for another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A message's number in one mailbox (RFC 9051, section 2.3.1.1). Without its [`UidValidity`] it names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uid(pub u32);

/// The generation of a mailbox's UIDs (RFC 9051, section 2.3.1.1). When it changes, every [`Uid`] kept is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UidValidity(pub u32);

/// A modification sequence (RFC 7162).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModSeq(pub u64);

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// Seconds in a day.
    pub const DAY: i64 = 86_400;

    /// How many days `self` lies after `earlier`; negative when it lies before.
    pub fn days_since(self, earlier: UnixTime) -> f64 {
        (self.0 - earlier.0) as f64 / Self::DAY as f64
    }

    /// This time, `days` days earlier. Saturates.
    pub fn minus_days(self, days: u32) -> UnixTime {
        UnixTime(self.0.saturating_sub(i64::from(days) * Self::DAY))
    }
}

/// A row of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub i64);

/// A run: one pass, or one command that changed mail; a batch in the journal that can be undone as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

/// An e-mail address, lower-cased, without display name or angle brackets: `anna@example.org`.
///
/// The local part is lower-cased too: RFC 5321 (2.4) lets it be case-sensitive, no mail provider of any size is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Box<str>);

impl Address {
    /// Takes `local@domain` with optional blanks or angle brackets around it. `None` when there is no `@` with text on
    /// both sides, or when it holds a blank or a control character.
    pub fn parse(text: &str) -> Option<Address> {
        // Nearly every address is ASCII, and every mail has a handful: this path is worth its lines.
        if text.is_ascii() { Address::parse_ascii(text) } else { Address::parse_other(text) }
    }

    fn parse_ascii(text: &str) -> Option<Address> {
        let bytes = text.as_bytes();
        let blank = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r');
        let (mut from, mut to) = (0, bytes.len());
        while from < to && blank(bytes[from]) {
            from += 1;
        }
        while from < to && blank(bytes[to - 1]) {
            to -= 1;
        }
        while from < to && bytes[from] == b'<' {
            from += 1;
        }
        while from < to && bytes[to - 1] == b'>' {
            to -= 1;
        }
        let short = to - from <= 998;
        let at = from + bytes[from..to].iter().rposition(|&byte| byte == b'@')?;
        while matches!(bytes[to - 1], b'.' | b'>') {
            to -= 1;
        }
        let bracket = bytes[at..to].iter().any(|byte| matches!(byte, b'<' | b'>'));
        let clean = !bracket && bytes[from..to].iter().all(u8::is_ascii_graphic);
        (short && clean && from < at && at + 1 < to).then(|| Address(text[from..to].to_ascii_lowercase().into()))
    }

    fn parse_other(text: &str) -> Option<Address> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>');
        let at = memchr::memrchr(b'@', text.as_bytes())?;
        let domain = text[at + 1..].trim_end_matches(['.', '>']);
        let bracket = memchr::memchr2(b'<', b'>', domain.as_bytes());
        let sound = at > 0 && !domain.is_empty() && text.len() <= 998 && bracket.is_none();
        let text = &text[..at + 1 + domain.len()];
        let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        (sound && clean).then(|| Address(text.to_lowercase().into()))
    }

    /// `local@domain`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last `@`.
    pub fn local(&self) -> &str {
        &self.0[..self.at()]
    }

    /// What stands after the last `@`.
    pub fn domain(&self) -> &str {
        self.0.get(self.at() + 1..).unwrap_or_default()
    }

    /// Where its last `@` stands: every signal asks for it.
    fn at(&self) -> usize {
        memchr::memrchr(b'@', self.0.as_bytes()).unwrap_or(self.0.len())
    }
}

/// A mailing list's identity (List-Id, RFC 2919): what stands between the angle brackets, lower-cased, without them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(Box<str>);

impl ListId {
    /// Takes the text between the angle brackets. `None` when nothing is left. There is no `@` in it (RFC 2919, section 2); where one
    /// was written it is a dot, so that a list and an address cannot be written the same.
    pub fn new(text: &str) -> Option<ListId> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>').trim();
        let clean = !text.is_empty() && text.len() <= 998 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        clean.then(|| ListId(text.to_lowercase().replace('@', ".").into()))
    }

    /// The identity without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A Message-ID with its angle brackets (RFC 5322, section 3.6.4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(Box<str>);

impl MessageId {
    /// Takes it with or without angle brackets. `None` when nothing is left.
    pub fn new(text: &str) -> Option<MessageId> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>').trim();
        (!text.is_empty()).then(|| MessageId(["<", text, ">"].concat().into()))
    }

    /// With its angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the ledger remembers instead of the text.
    pub fn hash(&self) -> MidHash {
        MidHash::of(&self.0)
    }
}

/// The first 64 bits of the SHA-256 of a Message-ID with its brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MidHash(pub u64);

impl MidHash {
    /// Of a Message-ID with its angle brackets.
    pub fn of(bracketed: &str) -> MidHash {
        let digest = ring::digest::digest(&ring::digest::SHA256, bracketed.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest.as_ref()[..8]);
        MidHash(u64::from_be_bytes(first))
    }
}

/// The server's own name for the content of a message, the same wherever it lies and however a folder is numbered: EMAILID
/// (RFC 8474), or X-GM-MSGID on Gmail. The first 64 bits of its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u64);

impl ObjectId {
    /// Of an EMAILID.
    pub fn of_email(id: &str) -> ObjectId {
        ObjectId(MidHash::of(&["EMAILID ", id].concat()).0)
    }

    /// Of an X-GM-MSGID.
    pub fn of_gmail(id: u64) -> ObjectId {
        ObjectId(MidHash::of(&format!("X-GM-MSGID {id}")).0)
    }
}

/// The first 128 bits of the SHA-256 of a message's header fields, as the server sent them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// Of the bytes of `BODY[HEADER.FIELDS (…)]`. Blank lines at the end do not count: servers differ in them.
    pub fn of(header: &[u8]) -> Digest {
        let end = header.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
        let digest = ring::digest::digest(&ring::digest::SHA256, &header[..end]);
        let mut first = [0; 16];
        first.copy_from_slice(&digest.as_ref()[..16]);
        Digest(first)
    }

    /// Its first eight bytes.
    pub fn first(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One physical message, wherever it lies: the digest of its header fields and its size (RFC822.SIZE, bytes).
///
/// The Message-ID is among the digested fields. Copies of one mail that came by different ways differ in Received-side
/// fields (Return-Path, Delivered-To, List-Id) and are two instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instance {
    /// Of the header fields.
    pub digest: Digest,
    /// RFC822.SIZE in bytes.
    pub size: u32,
}

/// A mailbox name as the server spells it: raw, in modified UTF-7 and with the server's delimiter, unquoted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FolderName(Box<str>);

impl FolderName {
    /// Takes the raw wire name.
    pub fn from_wire(name: &str) -> FolderName {
        // RFC 9051, section 5.1: INBOX is case-insensitive, every other name is not.
        if name.eq_ignore_ascii_case("INBOX") { FolderName("INBOX".into()) } else { FolderName(name.into()) }
    }

    /// INBOX.
    pub fn inbox() -> FolderName {
        FolderName("INBOX".into())
    }

    /// As it goes over the wire (before quoting).
    pub fn wire(&self) -> &str {
        &self.0
    }

    /// Whether this is INBOX itself.
    pub fn is_inbox(&self) -> bool {
        &*self.0 == "INBOX"
    }
}

/// What a message is, in the order in which people want to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// From somebody the user talks with.
    Top,
    /// Stays in INBOX.
    Inbox,
    /// Many get it, and it is meant to be read.
    News,
    /// Machine-made or one-to-many.
    Bulk,
    /// From somebody the user banished.
    Blackhole,
}

impl Category {
    /// All of them.
    pub const ALL: [Category; 5] =
        [Category::Top, Category::Inbox, Category::News, Category::Bulk, Category::Blackhole];

    /// The word for it on the command line, in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Category::Top => "top",
            Category::Inbox => "inbox",
            Category::News => "news",
            Category::Bulk => "bulk",
            Category::Blackhole => "blackhole",
        }
    }

    /// The category of a [`Category::word`].
    pub fn from_word(word: &str) -> Option<Category> {
        Category::ALL.into_iter().find(|category| category.word() == word)
    }
}

/// The flags of a message that mailherd looks at (RFC 9051, section 2.3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Flags {
    /// `\Seen`
    pub seen: bool,
    /// `\Answered`
    pub answered: bool,
    /// `\Flagged`
    pub flagged: bool,
    /// `\Deleted`
    pub deleted: bool,
    /// `\Draft`
    pub draft: bool,
    /// The keyword `$Important` (RFC 8457).
    pub important: bool,
}

impl Flags {
    /// One bit a flag, as the database keeps them.
    pub fn bits(self) -> u8 {
        [self.seen, self.answered, self.flagged, self.deleted, self.draft, self.important]
            .into_iter()
            .enumerate()
            .fold(0, |bits, (place, set)| bits | (u8::from(set) << place))
    }

    /// The opposite of [`Flags::bits`].
    pub fn from_bits(bits: u8) -> Flags {
        let set = |place: u8| bits & (1 << place) != 0;
        Flags { seen: set(0), answered: set(1), flagged: set(2), deleted: set(3), draft: set(4), important: set(5) }
    }
}

impl From<u8> for Flags {
    fn from(bits: u8) -> Flags {
        Flags::from_bits(bits)
    }
}

impl From<Flags> for u8 {
    fn from(flags: Flags) -> u8 {
        flags.bits()
    }
}

macro_rules! display_as_str {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
display_as_str!(Address, ListId, MessageId);

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_normalised_or_refused() {
        assert_eq!(Address::parse(" <Anna.B@Example.ORG> ").unwrap().as_str(), "anna.b@example.org");
        assert_eq!(Address::parse("\"a@b\"@c.d").unwrap().domain(), "c.d");
        assert_eq!(Address::parse("<a@b.c>.").unwrap().as_str(), "a@b.c");
        for text in [
            " <<A@b.C>>\t",
            "a@b>.",
            "x@y@Z.",
            "<a@b.c",
            "a@b.c>>.>",
            "\u{b}a@b\u{c}",
            "@@",
            "<@>",
            "a@.",
            "a<b@c",
            "a@b\u{7f}",
        ] {
            assert_eq!(Address::parse_ascii(text), Address::parse_other(text), "{text:?}");
        }
        for bad in ["", "@", "a@", "@b", "a b@c.d", "anna", "a@b\n.c", "a@b>c", "a@>"] {
            assert!(Address::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_list_is_never_written_like_an_address() {
        assert_eq!(ListId::new("<Weekly@shop.example>").unwrap().as_str(), "weekly.shop.example");
    }

    #[test]
    fn a_digest_does_not_depend_on_trailing_blank_lines() {
        assert_eq!(Digest::of(b"From: a\r\n\r\n"), Digest::of(b"From: a"));
        assert_ne!(Digest::of(b"From: a"), Digest::of(b"From: b"));
        assert_eq!(Digest::of(b""), Digest::of(b"\r\n"));
    }

    #[test]
    fn flags_survive_the_database() {
        for bits in 0..64 {
            assert_eq!(Flags::from_bits(bits).bits(), bits);
        }
    }
}
