//! What the server says of the open folder without being asked, told apart from what answers a command.
//!
//! A push may come with any command (RFC 9051, section 5.2), so every response passes here, not only those of IDLE:
//! what came while a pass read or moved mail is not lost to the wait that follows. What mailherd causes itself (the
//! EXPUNGEs of its moves, the flags that it stores) is no news; else each pass would wake the next one.

use super::command::quote;
use super::parse::ranges;
use super::response::{Code, FetchRow, StatusRow, UidRanges, Untagged};
use crate::logic::ids::FolderName;

/// What was pushed since it was last asked. Nothing in it is a count: what happened is found by looking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Messages came into the open folder.
    pub exists: bool,
    /// Messages left it, and not by a command of this session.
    pub expunged: bool,
    /// Flags of its messages changed, and not by a command of this session.
    pub flags: bool,
    /// What NOTIFY (RFC 5465) said of other folders: the newest of each. Dovecot 2.3 tells of this session's own moves,
    /// too: compare it with what is known.
    pub status: Vec<StatusRow>,
    /// The server gave up telling (NOTIFICATIONOVERFLOW, RFC 5465, section 5.8): look everywhere, and ask it by
    /// [`Session::notify`](super::Session::notify) again.
    pub overflow: bool,
}

impl Pushed {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        !(self.exists || self.expunged || self.flags || self.overflow) && self.status.is_empty()
    }
}

/// What the session hears.
#[derive(Debug, Default)]
pub(super) struct Ear {
    /// How many messages the open folder has, as far as was told.
    count: Option<u32>,
    doing: Doing,
    /// Whether messages are read besides.
    reading: bool,
    pushed: Pushed,
    changes: u64,
    /// The folders that NOTIFY tells of; empty when it is not on.
    pub(super) told_of: Vec<FolderName>,
    /// Whether IDLE was advertised and does not work.
    pub(super) idle_fails: bool,
    /// The same of NOTIFY.
    pub(super) notify_fails: bool,
}

/// The command under way, as far as what comes with it may be its answer.
#[derive(Debug, Default)]
enum Doing {
    #[default]
    Other,
    /// SELECT, EXAMINE, UNSELECT: everything is of the folder that is being opened, or of the one that is left.
    Opening,
    /// FETCH
    Reading,
    /// STATUS, LIST: these commands.
    Asking(String),
    /// UID STORE
    Storing(UidRanges),
    /// UID MOVE, UID EXPUNGE: of so many messages the end has yet to be told.
    Taking(UidRanges, u64),
}

impl Doing {
    fn of(command: &str) -> Doing {
        let mut words = command.split(' ');
        let first = words.next().unwrap_or_default();
        let (verb, set) = match first {
            "UID" => (words.next().unwrap_or_default(), words.next().unwrap_or_default()),
            verb => (verb, ""),
        };
        let set = ranges(set.as_bytes()).unwrap_or_default();
        match verb {
            "SELECT" | "EXAMINE" | "UNSELECT" => Doing::Opening,
            "FETCH" => Doing::Reading,
            "STATUS" | "LIST" => Doing::Asking(command.to_owned()),
            "STORE" => Doing::Storing(set),
            "MOVE" | "EXPUNGE" => {
                let count = set.len();
                Doing::Taking(set, count)
            }
            _ => Doing::Other,
        }
    }
}

impl Ear {
    /// From now on this command is under way.
    pub fn during(&mut self, command: &str) {
        self.doing = Doing::of(command);
        self.reading = matches!(self.doing, Doing::Reading);
    }

    /// This one, too. Commands that are under way together read messages, or ask about folders.
    pub fn during_also(&mut self, command: &str) {
        let also = Doing::of(command);
        self.reading |= matches!(also, Doing::Reading);
        match (&mut self.doing, also) {
            (Doing::Asking(all), Doing::Asking(more)) => all.push_str(&more),
            (Doing::Asking(_), Doing::Reading) => {}
            (doing, other) => *doing = other,
        }
    }

    /// A folder is open, with so many messages: what was pushed of another one before is no news of it.
    pub fn opened(&mut self, exists: u32) {
        self.left();
        self.count = Some(exists);
    }

    /// No folder is open.
    pub fn left(&mut self) {
        self.count = None;
        let Pushed { status, overflow, .. } = std::mem::take(&mut self.pushed);
        self.pushed = Pushed { status, overflow, ..Pushed::default() };
    }

    /// How many messages the open folder has, as far as was told.
    pub fn count(&self) -> u32 {
        self.count.unwrap_or(0)
    }

    /// Whether something was pushed.
    pub fn has_news(&self) -> bool {
        !self.pushed.is_empty()
    }

    /// How many changes the news are made of, at least.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The news, once.
    pub fn take(&mut self) -> Pushed {
        self.changes = 0;
        std::mem::take(&mut self.pushed)
    }

    /// Hears one response.
    pub fn hear(&mut self, item: &Untagged) {
        match item {
            Untagged::Condition { code: Some(Code::Other(code)), .. } if is_overflow(code) => {
                self.told_of.clear();
                self.pushed.overflow = true;
            }
            Untagged::Status(row) => self.hear_status(row),
            _ if matches!(self.doing, Doing::Opening) => {}
            // An untagged COPYUID comes before the EXPUNGEs of the move (RFC 6851, section 4.3), and counts them.
            Untagged::Condition { code: Some(Code::CopyUid { from, .. }), .. } => {
                if let Doing::Taking(_, left) = &mut self.doing {
                    *left = from.len() as u64;
                }
            }
            Untagged::Exists(count) => self.hear_exists(*count),
            Untagged::Expunge(_) => self.hear_expunge(),
            Untagged::Vanished { earlier: false, uids } => self.hear_vanished(uids),
            Untagged::Fetch(row) => self.hear_fetch(row),
            _ => {}
        }
    }

    /// Only a count that changes is news: some servers repeat EXISTS at each command, which must not wake for ever.
    fn hear_exists(&mut self, count: u32) {
        let before = self.count.replace(count).unwrap_or(0);
        self.pushed.exists |= count > before;
        // Some messages went and the server does not say which.
        self.pushed.expunged |= count < before;
        self.changes += u64::from(count.abs_diff(before));
    }

    fn hear_expunge(&mut self) {
        self.shrink(1);
        match &mut self.doing {
            Doing::Taking(_, left @ 1..) => *left -= 1,
            _ => self.note_expunged(1),
        }
    }

    fn hear_vanished(&mut self, uids: &UidRanges) {
        self.shrink(uids.len());
        let ours = |own: &UidRanges| {
            uids.0
                .iter()
                .all(|&(first, last)| own.0.iter().any(|&(own_first, own_last)| own_first <= first && last <= own_last))
        };
        match &self.doing {
            Doing::Taking(own, _) if ours(own) => {}
            _ => self.note_expunged(uids.len()),
        }
    }

    fn note_expunged(&mut self, count: u64) {
        self.pushed.expunged = true;
        self.changes = self.changes.saturating_add(count);
    }

    fn shrink(&mut self, by: u64) {
        let by = u32::try_from(by).unwrap_or(u32::MAX);
        self.count = self.count.map(|count| count.saturating_sub(by));
    }

    fn hear_fetch(&mut self, row: &FetchRow) {
        let ours = match &self.doing {
            _ if self.reading => true,
            Doing::Storing(own) => row.uid.is_none_or(|uid| own.contains(uid)),
            _ => false,
        };
        if !ours {
            self.pushed.flags = true;
            self.changes = self.changes.saturating_add(1);
        }
    }

    fn hear_status(&mut self, row: &StatusRow) {
        let asked = matches!(&self.doing, Doing::Asking(commands) if commands.contains(&quote(row.folder.wire())));
        if asked || !self.told_of.contains(&row.folder) {
            return;
        }
        self.changes = self.changes.saturating_add(1);
        self.pushed.status.retain(|known| known.folder != row.folder);
        self.pushed.status.push(row.clone());
    }
}

fn is_overflow(code: &str) -> bool {
    code.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case("NOTIFICATIONOVERFLOW"))
}
