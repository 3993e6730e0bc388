//! Messages of INBOX that wait for their verdict, which is given when everything has been read. Beyond the first few thousand they wait in
//! files without a name: the headers of a whole mailbox are a kilobyte a message.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::learner::Fresh;
use crate::logic::facts;
use crate::logic::fault::Fault;
use crate::logic::ids::{Digest, Flags, Instance, Uid, UnixTime};
use crate::logic::uid_set::UidSet;

/// Bytes of headers that stay in memory, and of what else is known of the messages.
const IN_MEMORY: [usize; 2] = [3 << 20, 256 << 10];
/// Bytes that are written at once.
const CHUNK: usize = 256 << 10;

/// A message that waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Waiting {
    pub(super) uid: Uid,
    pub(super) instance: Instance,
    pub(super) internal_date: UnixTime,
    pub(super) flags: Flags,
    /// Its instance was seen for the first time.
    pub(super) new: bool,
}

/// See the module.
pub(super) struct Backlog {
    headers: Spool,
    /// A row of [`ROW`] bytes for each message, in the order in which they came.
    rows: Spool,
    uids: UidSet,
    new: usize,
}

impl Backlog {
    /// `dir` is where the files are made when there is need of them.
    pub(super) fn new(dir: &Path) -> Backlog {
        let [headers, rows] = IN_MEMORY.map(|most| Spool::new(dir, most));
        Backlog { headers, rows, uids: UidSet::default(), new: 0 }
    }

    /// Another one waits. One that waits already waits once.
    ///
    /// # Errors
    /// When the disk takes no more.
    pub(super) fn put(&mut self, one: &Waiting, header: &[u8]) -> Result<(), Fault> {
        if !self.uids.insert(one.uid) {
            return Ok(());
        }
        let at = self.headers.put(header)?;
        self.rows.put(&row(one, at, header.len()))?;
        self.new += usize::from(one.new);
        Ok(())
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.uids.len()
    }

    /// How many of them were seen for the first time. Identical copies are one.
    pub(super) fn new_ones(&self) -> usize {
        self.new
    }

    /// Which.
    pub(super) fn uids(&self) -> &UidSet {
        &self.uids
    }

    /// The others wait no longer.
    pub(super) fn keep_only(&mut self, uids: &UidSet) -> Result<(), Fault> {
        let mut rows = Spool::new(&self.rows.dir, IN_MEMORY[1]);
        (self.new, self.uids) = (0, UidSet::default());
        for place in 0..self.rows.len() / ROW {
            let bytes = self.row(place as usize)?;
            let (one, ..) = waiting(&bytes);
            if uids.contains(one.uid) {
                rows.put(&bytes)?;
                self.uids.insert(one.uid);
                self.new += usize::from(one.new);
            }
        }
        self.rows = rows;
        Ok(())
    }

    /// The message at this place, counted in the order in which they came.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn at(&self, place: usize) -> Result<Waiting, Fault> {
        self.row(place).map(|bytes| waiting(&bytes).0)
    }

    /// The messages at these places with their facts. On two threads, since most of it is reading headers.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub(super) fn load(&self, places: &[usize]) -> Result<Vec<Fresh>, Fault> {
        let (first, second) = places.split_at(places.len() / 2);
        if first.is_empty() {
            return self.load_here(second);
        }
        std::thread::scope(|scope| {
            let other = scope.spawn(|| self.load_here(second));
            let mut loaded = self.load_here(first)?;
            loaded.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            Ok(loaded)
        })
    }

    fn load_here(&self, places: &[usize]) -> Result<Vec<Fresh>, Fault> {
        let mut header = Vec::new();
        let mut one = |&place: &usize| {
            let (Waiting { uid, instance, internal_date, flags, .. }, at, length) = waiting(&self.row(place)?);
            header.resize(length, 0);
            self.headers.read(at, &mut header)?;
            Ok(Fresh { uid, instance, internal_date, flags, facts: facts::read(&header) })
        };
        places.iter().map(&mut one).collect()
    }

    fn row(&self, place: usize) -> Result<[u8; ROW as usize], Fault> {
        let mut bytes = [0; ROW as usize];
        self.rows.read(place as u64 * ROW, &mut bytes)?;
        Ok(bytes)
    }
}

/// Bytes of a row.
const ROW: u64 = 46;

fn row(one: &Waiting, at: u64, length: usize) -> [u8; ROW as usize] {
    let mut bytes = [0; ROW as usize];
    bytes[..4].copy_from_slice(&one.uid.0.to_le_bytes());
    bytes[4..8].copy_from_slice(&one.instance.size.to_le_bytes());
    bytes[8..24].copy_from_slice(&one.instance.digest.0);
    bytes[24..32].copy_from_slice(&one.internal_date.0.to_le_bytes());
    bytes[32..40].copy_from_slice(&at.to_le_bytes());
    // The wire guard takes no header of 4 GB.
    bytes[40..44].copy_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    bytes[44] = one.flags.bits();
    bytes[45] = u8::from(one.new);
    bytes
}

/// The opposite of [`row`].
fn waiting(bytes: &[u8; ROW as usize]) -> (Waiting, u64, usize) {
    let [u0, u1, u2, u3, s0, s1, s2, s3, digest_to_end @ ..] = *bytes;
    let (mut digest, mut date, mut at, mut length) = ([0; 16], [0; 8], [0; 8], [0; 4]);
    digest.copy_from_slice(&digest_to_end[..16]);
    date.copy_from_slice(&digest_to_end[16..24]);
    at.copy_from_slice(&digest_to_end[24..32]);
    length.copy_from_slice(&digest_to_end[32..36]);
    let one = Waiting {
        uid: Uid(u32::from_le_bytes([u0, u1, u2, u3])),
        instance: Instance { digest: Digest(digest), size: u32::from_le_bytes([s0, s1, s2, s3]) },
        internal_date: UnixTime(i64::from_le_bytes(date)),
        flags: Flags::from_bits(digest_to_end[36]),
        new: digest_to_end[37] != 0,
    };
    (one, u64::from_le_bytes(at), u32::from_le_bytes(length) as usize)
}

/// Bytes one after the other: the first ones in memory, more of them in a file that nobody else can open. It has no name, and its disk space is
/// free again when the process ends, however that happens.
struct Spool {
    dir: PathBuf,
    file: Option<File>,
    /// What is not in the file.
    rest: Vec<u8>,
    /// How much stays in memory.
    most: usize,
    written: u64,
}

impl Spool {
    fn new(dir: &Path, most: usize) -> Spool {
        Spool { dir: dir.to_owned(), file: None, rest: Vec::new(), most, written: 0 }
    }

    fn len(&self) -> u64 {
        self.written + self.rest.len() as u64
    }

    /// Appends. Where it begins.
    fn put(&mut self, bytes: &[u8]) -> Result<u64, Fault> {
        if self.rest.len() + bytes.len() > self.most {
            let result = self.write();
            result.map_err(|error| trouble(&self.dir, &error))?;
        }
        let at = self.len();
        self.rest.extend_from_slice(bytes);
        Ok(at)
    }

    /// What was put at `at`, as a whole.
    fn read(&self, at: u64, into: &mut [u8]) -> Result<(), Fault> {
        let result = match at.checked_sub(self.written) {
            Some(place) => {
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                let there = self.rest.get(place..place.saturating_add(into.len()));
                there.map(|there| into.copy_from_slice(there)).ok_or(std::io::ErrorKind::UnexpectedEof.into())
            }
            None => match &self.file {
                Some(file) => file.read_exact_at(into, at),
                None => Err(std::io::ErrorKind::NotFound.into()),
            },
        };
        result.map_err(|error| trouble(&self.dir, &error))
    }

    fn write(&mut self) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                self.most = self.most.min(CHUNK);
                none.insert(nameless(&self.dir)?)
            }
        };
        file.write_all(&self.rest)?;
        self.written += self.rest.len() as u64;
        self.rest.clear();
        self.rest.shrink_to(CHUNK);
        Ok(())
    }
}

/// A file of one's own that has lost its name already.
fn nameless(dir: &Path) -> std::io::Result<File> {
    let path = dir.join(format!("waiting-{}-{:x}", std::process::id(), fastrand::u64(..)));
    let file = std::fs::OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn trouble(dir: &Path, error: &std::io::Error) -> Fault {
    Fault::local(
        format!("cannot keep headers in {} until they are judged: {error}", dir.display()),
        "check the space and the permissions of the state directory (state_dir)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(uid: u32) -> Vec<u8> {
        format!("From: a{uid}@b.example\r\nSubject: {}\r\n\r\n", "x".repeat(uid as usize % 700)).into_bytes()
    }

    fn one(uid: u32) -> Waiting {
        let instance = Instance { digest: Digest::of(&header(uid)), size: uid };
        let flags = Flags { seen: uid.is_multiple_of(2), important: uid.is_multiple_of(3), ..Flags::default() };
        Waiting {
            uid: Uid(uid),
            instance,
            internal_date: UnixTime(-i64::from(uid)),
            flags,
            new: !uid.is_multiple_of(5),
        }
    }

    #[test]
    fn what_waits_on_the_disk_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let mut backlog = Backlog::new(dir.path());
        let count = 12_000;
        (1..=count).for_each(|uid| backlog.put(&one(uid), &header(uid)).unwrap());
        backlog.put(&one(7), &header(7)).unwrap();
        assert!(backlog.headers.file.is_some() && backlog.rows.file.is_some() && !backlog.rows.rest.is_empty());
        assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none(), "they have no names");
        assert_eq!((backlog.len(), backlog.new_ones()), (12_000, 9_600));
        let places: Vec<usize> = (0..count as usize).rev().collect();
        let loaded = backlog.load(&places).unwrap();
        for (found, uid) in loaded.iter().rev().zip(1..=count) {
            let expected = one(uid);
            assert_eq!(found.facts, facts::read(&header(uid)), "{uid}");
            assert_eq!((found.uid, found.instance, found.flags), (expected.uid, expected.instance, expected.flags));
            assert_eq!(backlog.at(uid as usize - 1).unwrap(), expected);
        }
        assert_eq!(loaded.len(), count as usize);

        let few: UidSet = [5, 11_999, 6, 99_999].into_iter().map(Uid).collect();
        backlog.keep_only(&few).unwrap();
        assert_eq!((backlog.len(), backlog.new_ones()), (3, 2));
        let left: Vec<Uid> = backlog.load(&[0, 1, 2]).unwrap().iter().map(|one| one.uid).collect();
        assert_eq!(left, [5, 6, 11_999].map(Uid));
    }

    #[test]
    fn a_place_that_there_is_not_is_a_fault() {
        let dir = tempfile::tempdir().unwrap();
        let mut backlog = Backlog::new(dir.path());
        assert!(backlog.at(0).is_err());
        backlog.put(&one(1), &header(1)).unwrap();
        assert!(backlog.at(0).is_ok() && backlog.at(1).is_err() && backlog.load(&[0, 1]).is_err());
    }
}
