//! How good the judgement is, measured on real mail: a mailbox is told once more, in the order in which it happened.
//!
//! [`Archive`] finds mail on disk (mbox files, Maildirs, folders of message files) and gives it in the order of its arrival;
//! [`Trial`] judges each message before it is learned from, watches what the user answered, and ends in [`Figures`]. Nothing
//! here writes, and of each message only the header is read.

mod answers;
mod archive;
mod arrival;
mod envelope;
mod figures;
mod folders;
mod index;
mod looks;
mod marks;
mod mbox;
mod mistakes;
mod trial;
mod walk;

pub use archive::{Archive, Letter};
pub use arrival::{Times, arrivals};
pub use figures::{AtCaution, Fate, Figures, Rates};
pub use folders::Names;
pub use index::Tally;
pub use mistakes::Mistake;
pub use trial::{Prediction, Trial};

/// The bytes of a header that are read; what goes beyond is cut off. No mail program writes headers of that size.
pub const MAX_HEADER: usize = 1 << 20;

/// Where the messages of an mbox begin and what their headers are, when it is read in pieces of so many bytes. For the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn cut(bytes: &[u8], pieces: usize) -> Vec<(u64, Vec<u8>)> {
    let mut found = Vec::new();
    let reader = std::io::BufReader::with_capacity(pieces, bytes);
    // Reading from memory cannot fail.
    let _ = mbox::split(reader, |piece| found.push((piece.offset, piece.header.to_vec())));
    found
}
