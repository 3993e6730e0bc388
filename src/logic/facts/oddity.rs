//! What can be wrong with a header.

use std::fmt;

/// One thing that is wrong with a header. `Display` is a sentence for `status` and `why`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oddity {
    /// There is no field at all.
    Empty,
    /// No From.
    NoFrom,
    /// A From without an address that can be read.
    MalformedFrom,
    /// Two or more From fields (RFC 5322, section 3.6 allows one): which one is shown differs between programs.
    DoubledFrom,
    /// One From field with several authors.
    SeveralAuthors,
    /// The display name shows an e-mail address that is not the author's.
    NameShowsOtherAddress,
    /// No Message-ID.
    NoMessageId,
    /// Two or more Message-ID fields.
    DoubledMessageId,
    /// No Date, or one that is no date.
    NoDate,
    /// Bytes that are neither ASCII nor UTF-8; read as Windows-1252.
    NotUtf8,
    /// Something was longer than what is kept of it.
    Oversized,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Oddity::Empty => "it has no header fields",
            Oddity::NoFrom => "it does not say whom it is from",
            Oddity::MalformedFrom => "its From field holds no address",
            Oddity::DoubledFrom => "it has more than one From field",
            Oddity::SeveralAuthors => "it names several authors",
            Oddity::NameShowsOtherAddress => "the sender's name shows an address that is not the sender's",
            Oddity::NoMessageId => "it has no Message-ID",
            Oddity::DoubledMessageId => "it has more than one Message-ID",
            Oddity::NoDate => "it has no valid date",
            Oddity::NotUtf8 => "its header has characters in an unknown encoding",
            Oddity::Oversized => "its header is so long that parts of it were not read",
        })
    }
}
