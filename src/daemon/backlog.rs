//! Messages of INBOX that wait for their verdict, which is given when everything has been read. Beyond the first few thousand,
//! their headers wait in a file without a name: the facts of a whole mailbox are a kilobyte a message.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::learner::Fresh;
use crate::logic::facts::{self, Facts};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, Instance, Uid, UnixTime};

/// Messages whose facts stay in memory.
const IN_MEMORY: usize = 4_000;
/// Bytes that are written at once.
const CHUNK: usize = 256 << 10;

/// A message that waits.
pub(super) struct Waiting {
    pub(super) uid: Uid,
    pub(super) instance: Instance,
    internal_date: UnixTime,
    flags: Flags,
    what: What,
}

enum What {
    Facts(Box<Facts>),
    Header { at: u64, length: usize },
}

/// See the module.
pub(super) struct Backlog {
    pub(super) messages: Vec<Waiting>,
    spool: Spool,
}

impl Backlog {
    /// `dir` is where the file is made when there is need of one.
    pub(super) fn new(dir: &Path) -> Backlog {
        Backlog { messages: Vec::new(), spool: Spool::new(dir) }
    }

    /// Another one waits.
    ///
    /// # Errors
    /// When the disk takes no more.
    pub(super) fn put(&mut self, one: Fresh, header: &[u8]) -> Result<(), Fault> {
        let what = if self.messages.len() < IN_MEMORY { None } else { Some(self.spool.put(header)?) };
        self.messages.push(Waiting::of(one, what));
        Ok(())
    }

    /// Those that waited, and the file in which their headers are.
    pub(super) fn take(self) -> (Vec<Waiting>, Spool) {
        (self.messages, self.spool)
    }
}

impl Waiting {
    /// Holds the facts, unless the header lies in the file.
    pub(super) fn of(one: Fresh, header: Option<(u64, usize)>) -> Waiting {
        let Fresh { uid, instance, internal_date, flags, facts } = one;
        let what = match header {
            Some((at, length)) => What::Header { at, length },
            None => What::Facts(Box::new(facts)),
        };
        Waiting { uid, instance, internal_date, flags, what }
    }
}

/// A message with its facts, and where its header lies.
pub(super) type Loaded = (Fresh, Option<(u64, usize)>);

/// Headers in a file that nobody else can open: it has no name, and its disk space is free again when the process ends, however that happens.
pub(super) struct Spool {
    dir: PathBuf,
    file: Option<File>,
    unwritten: Vec<u8>,
    written: u64,
}

impl Spool {
    fn new(dir: &Path) -> Spool {
        Spool { dir: dir.to_owned(), file: None, unwritten: Vec::new(), written: 0 }
    }

    fn put(&mut self, header: &[u8]) -> Result<(u64, usize), Fault> {
        if self.unwritten.len() >= CHUNK {
            self.write()?;
        }
        let at = self.written + self.unwritten.len() as u64;
        self.unwritten.extend_from_slice(header);
        Ok((at, header.len()))
    }

    fn write(&mut self) -> Result<(), Fault> {
        if self.unwritten.is_empty() {
            return Ok(());
        }
        let result = self.try_write();
        result.map_err(|error| trouble(&self.dir, &error))
    }

    fn try_write(&mut self) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(nameless(&self.dir)?),
        };
        file.write_all(&self.unwritten)?;
        self.written += self.unwritten.len() as u64;
        self.unwritten.clear();
        Ok(())
    }

    /// The messages with their facts, each with where its header lies. On two threads, since most of it is reading headers again.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn load(&mut self, waiting: Vec<Waiting>) -> Result<Vec<Loaded>, Fault> {
        self.write()?;
        let file = self.file.as_ref();
        let mut first = waiting;
        let second = first.split_off(first.len() / 2);
        let loaded = std::thread::scope(|scope| {
            let other = scope.spawn(|| load(file, second));
            let mut loaded = load(file, first)?;
            loaded.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            Ok(loaded)
        });
        loaded.map_err(|error| trouble(&self.dir, &error))
    }
}

fn load(file: Option<&File>, waiting: Vec<Waiting>) -> std::io::Result<Vec<Loaded>> {
    let mut header = Vec::new();
    let mut one = |waiting: Waiting| {
        let Waiting { uid, instance, internal_date, flags, what } = waiting;
        let (facts, place) = match what {
            What::Facts(facts) => (*facts, None),
            What::Header { at, length } => {
                header.resize(length, 0);
                let file = file.ok_or(std::io::ErrorKind::NotFound)?;
                file.read_exact_at(&mut header, at)?;
                (facts::read(&header), Some((at, length)))
            }
        };
        Ok((Fresh { uid, instance, internal_date, flags, facts }, place))
    };
    waiting.into_iter().map(&mut one).collect()
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
    use crate::logic::ids::Digest;

    #[test]
    fn what_waits_on_the_disk_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let mut backlog = Backlog::new(dir.path());
        let count = IN_MEMORY as u32 + 3_000;
        let header =
            |uid: u32| format!("From: a{uid}@b.example\r\nSubject: {}\r\n\r\n", "x".repeat(uid as usize % 300));
        for uid in 1..=count {
            let header = header(uid).into_bytes();
            let instance = Instance { digest: Digest::of(&header), size: uid };
            let facts = facts::read(&header);
            let one = Fresh { uid: Uid(uid), instance, internal_date: UnixTime(7), flags: Flags::default(), facts };
            backlog.put(one, &header).unwrap();
        }
        assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none(), "it has no name");
        let (waiting, mut spool) = backlog.take();
        let loaded = spool.load(waiting).unwrap();
        assert_eq!(loaded.len(), count as usize);
        for ((one, place), uid) in loaded.iter().zip(1..) {
            assert_eq!(one.facts, facts::read(header(uid).as_bytes()), "{uid}");
            assert_eq!((one.uid, one.instance.size, place.is_some()), (Uid(uid), uid, uid as usize > IN_MEMORY));
        }
        let again: Vec<Waiting> = loaded.into_iter().rev().map(|(one, place)| Waiting::of(one, place)).collect();
        let twice = spool.load(again).unwrap();
        assert_eq!(twice[0].0.facts, facts::read(header(count).as_bytes()));
    }
}
