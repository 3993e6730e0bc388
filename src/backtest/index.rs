//! The first look at an archive: where each message lies, when it arrived, whose it is.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::arrival::{Times, arrivals};
use super::folders::{Holds, Kept, Names, levels};
use super::walk::{Found, Walk};
use super::{MAX_HEADER, marks, mbox};
use crate::logic::facts::{self, Facts};
use crate::logic::ids::{Address, Digest, Flags, MessageId, MidHash, UnixTime};
use crate::logic::signals::same_person;

/// One message, without its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) arrival: UnixTime,
    /// Which of the files, and where in it.
    pub(super) file: u32,
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) own: bool,
    pub(super) flags: Flags,
    folder: u32,
    /// Equal in copies of one message; `None` where copies cannot be told from different ones.
    same: Option<MidHash>,
}

/// What was found besides received mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files that are no mail.
    pub skipped: u64,
    /// Files and directories that could not be read.
    pub unreadable: u64,
    /// Drafts, and the messages of folders that never were in the inbox.
    pub left_out: u64,
    /// Further copies of a message that lies in several folders.
    pub copies: u64,
}

#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) files: Vec<PathBuf>,
    /// In the order of arrival.
    pub(super) entries: Vec<Entry>,
    pub(super) tally: Tally,
}

/// Reads every header below `root` once.
pub(super) fn index(root: &Path, own: &[Address], names: &Names, decode: &dyn Fn(&str) -> String) -> Index {
    let mut walk = Walk::new(root);
    walk.folders.sort_by(|a, b| a.path.cmp(&b.path));
    let tally = Tally { skipped: walk.skipped, unreadable: walk.unreadable.len() as u64, ..Tally::default() };
    let mut index = Index { tally, ..Index::default() };
    for (number, found) in walk.folders.iter().enumerate() {
        let inner = found.path.strip_prefix(root).unwrap_or(Path::new(""));
        let holds = names.holds(&levels(inner, found.kept, decode));
        let mut folder = Folder { number: u32::try_from(number).unwrap_or(u32::MAX), holds, own, read: Vec::new() };
        for (path, start) in &found.files {
            let file = u32::try_from(index.files.len()).unwrap_or(u32::MAX);
            index.files.push(path.clone());
            if folder.file(found, path, file, *start).is_err() {
                index.tally.unreadable += 1;
            }
        }
        folder.close(&mut index);
    }
    index.order();
    index
}

impl Index {
    /// By arrival; at the same second what others wrote comes first, since the user can only have answered it. Of copies the
    /// first stays.
    fn order(&mut self) {
        self.entries.sort_by_key(|one| (one.arrival, one.own, one.file, one.offset));
        let mut first_in: HashMap<MidHash, u32> = HashMap::new();
        let before = self.entries.len();
        self.entries.retain(|one| match one.same {
            None => true,
            Some(same) if one.own => first_in.insert(same, one.folder).is_none(),
            // The same mail twice in one folder was delivered twice, as far as anybody can tell.
            Some(same) => *first_in.entry(same).or_insert(one.folder) == one.folder,
        });
        self.tally.copies = (before - self.entries.len()) as u64;
    }
}

/// A folder while it is read.
struct Folder<'a> {
    number: u32,
    holds: Holds,
    own: &'a [Address],
    read: Vec<(Entry, Times)>,
}

impl Folder<'_> {
    fn file(&mut self, found: &Found, path: &Path, number: u32, start: u64) -> io::Result<()> {
        let mut file = File::open(path)?;
        if found.kept == Kept::Mbox {
            return mbox::split(BufReader::with_capacity(1 << 18, file), |piece| {
                self.message(number, piece.offset, piece.header, marks::of_header(piece.header), piece.arrival, None);
            });
        }
        let changed = file.metadata()?.modified()?;
        file.seek(SeekFrom::Start(start))?;
        let header = read_header(file)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if found.kept == Kept::Files {
            // The file's own time only where nothing else is known: it says when the file was saved.
            let dated = facts::read(&header).date.is_some();
            let kept = (!dated).then(|| seconds(changed));
            self.message(number, start, &header, marks::of_header(&header), kept, None);
        } else {
            let named = marks::time_of_name(&name).map(UnixTime);
            self.message(number, start, &header, marks::of_name(&name), Some(seconds(changed)), named);
        }
        Ok(())
    }

    fn message(
        &mut self,
        file: u32,
        offset: u64,
        header: &[u8],
        flags: Flags,
        kept: Option<UnixTime>,
        named: Option<UnixTime>,
    ) {
        let facts = facts::read(header);
        let mine = |from: &Address| self.own.iter().any(|own| same_person(own, from));
        let own = self.holds == Holds::Own || facts.from.as_ref().is_some_and(mine);
        let entry = Entry {
            arrival: UnixTime::default(),
            file,
            offset,
            length: u32::try_from(header.len()).unwrap_or(u32::MAX),
            own,
            // Whether it was answered is what the replay finds out; known beforehand, it would give the future away.
            flags: Flags { answered: false, ..flags },
            folder: self.number,
            same: same(&facts, own, header),
        };
        self.read.push((entry, Times { kept, named, written: facts.date }));
    }

    /// Hands over what was read.
    fn close(self, index: &mut Index) {
        let times: Vec<Times> = self.read.iter().map(|(_, times)| *times).collect();
        for ((entry, _), arrival) in self.read.into_iter().zip(arrivals(&times)) {
            if self.holds == Holds::Nothing || entry.flags.draft {
                index.tally.left_out += 1;
            } else {
                index.entries.push(Entry { arrival, ..entry });
            }
        }
    }
}

/// The header of a message that stands at the beginning of what is read.
fn read_header(file: File) -> io::Result<Vec<u8>> {
    let mut header = Vec::new();
    let mut lines = BufReader::new(file).take(MAX_HEADER as u64);
    loop {
        let before = header.len();
        io::BufRead::read_until(&mut lines, b'\n', &mut header)?;
        if matches!(&header[before..], b"" | b"\n" | b"\r\n") {
            return Ok(header);
        }
    }
}

fn seconds(time: std::time::SystemTime) -> UnixTime {
    let since = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    UnixTime(i64::try_from(since).unwrap_or(i64::MAX))
}

/// What copies of a message have in common. The user's own mail is one by its Message-ID, by whatever way it came back
/// (lists send it to its author, too). Received mail is one when the whole header is: a copy by a list and one sent directly are two.
fn same(facts: &Facts, own: bool, header: &[u8]) -> Option<MidHash> {
    let id = facts.message_id.as_ref()?;
    if own {
        return Some(MessageId::hash(id));
    }
    let added = |line: &&[u8]| {
        !ADDED.iter().any(|name| line.get(..name.len()).is_some_and(|l| l.eq_ignore_ascii_case(name.as_bytes())))
    };
    let lines = header.split(|&byte| byte == b'\n').filter(added);
    let lines: Vec<&[u8]> = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let Digest(bytes) = Digest::of(&lines.join(&b'\n'));
    let mut first = [0; 8];
    first.copy_from_slice(&bytes[..8]);
    Some(MidHash(u64::from_be_bytes(first)))
}

/// What programs on the user's side add to a copy.
const ADDED: [&str; 11] = [
    "Status:",
    "X-Status:",
    "X-Keywords:",
    "X-UID:",
    "X-IMAP",
    "X-Mozilla-",
    "X-TUID:",
    "X-OfflineIMAP:",
    "X-Gmail-Labels:",
    "Content-Length:",
    "Lines:",
];
