//! Mail on disk, in the order of its arrival.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::folders::Names;
use super::index::{Entry, Index, Tally, index};
use crate::logic::ids::Address;
use crate::logic::replay::Mail;

/// The mail below a directory. Holds where each message lies, and no message.
pub struct Archive {
    index: Index,
    tally: Tally,
}

/// A message of an [`Archive`].
pub struct Letter<'a> {
    /// What the replay wants of it.
    pub mail: Mail<'a>,
    /// The file it lies in.
    pub path: &'a Path,
}

impl Archive {
    /// Looks through everything below `root`. Mail is the user's `own` by its From or by the folder it lies in; `decode`
    /// undoes modified UTF-7 (RFC 3501, section 5.1.3) in the names of Maildirs.
    pub fn open(root: &Path, own: &[Address], names: &Names, decode: &dyn Fn(&str) -> String) -> Archive {
        let index = index(root, own, names, decode);
        let tally = index.tally;
        Archive { index, tally }
    }

    /// How many messages there are, the user's own among them.
    pub fn len(&self) -> usize {
        self.index.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.index.entries.is_empty()
    }

    /// What else was found.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Gives each message to `each`, in the order of arrival, until that fails. What cannot be read any more is counted.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn replay<E>(&mut self, mut each: impl FnMut(Letter<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut shelf = Shelf::default();
        let mut header = Vec::new();
        for entry in &self.index.entries {
            let path = &self.index.files[entry.file as usize];
            if shelf.read(entry, path, &mut header).is_err() {
                self.tally.unreadable += 1;
                continue;
            }
            let mail = Mail { header: &header, arrival: entry.arrival, own: entry.own, flags: entry.flags };
            each(Letter { mail, path })?;
        }
        Ok(())
    }
}

/// The files that are open. Mail of one time lies in a few mbox files; each file of a Maildir is opened once.
#[derive(Default)]
struct Shelf(Vec<(u32, File)>);

/// Files kept open at the same time.
const OPEN: usize = 32;

impl Shelf {
    fn read(&mut self, entry: &Entry, path: &PathBuf, header: &mut Vec<u8>) -> io::Result<()> {
        let place = match self.0.iter().position(|(number, _)| *number == entry.file) {
            Some(place) => place,
            None => {
                if self.0.len() == OPEN {
                    self.0.remove(0);
                }
                self.0.push((entry.file, File::open(path)?));
                self.0.len() - 1
            }
        };
        header.resize(entry.length as usize, 0);
        self.0[place].1.read_exact_at(header, entry.offset)
    }
}
