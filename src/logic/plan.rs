//! From verdicts to moves, with guards against surprises.

use super::ids::{Address, Category, Flags, FolderName, Instance, MessageId, Uid, UnixTime};
use super::verdict::Verdict;

/// Whether, and how, mail leaves INBOX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Decide and show; nothing is moved, created or remembered as kept.
    #[default]
    Preview,
    /// File.
    File,
}

impl Mode {
    /// The words of the config.
    pub const WORDS: [(&str, Mode); 2] = [("preview", Mode::Preview), ("file", Mode::File)];

    /// The word for it in the config and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Preview => "preview",
            Mode::File => "file",
        }
    }
}

/// What happens to top mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TopMode {
    /// It goes into its folder.
    #[default]
    Move,
    /// It stays and gets the keyword `$Important` (RFC 8457).
    Flag,
    /// It stays.
    Off,
}

impl TopMode {
    /// The words of the config.
    pub const WORDS: [(&str, TopMode); 3] = [("move", TopMode::Move), ("flag", TopMode::Flag), ("off", TopMode::Off)];

    /// As it stands in the config.
    pub fn word(self) -> &'static str {
        match self {
            TopMode::Move => "move",
            TopMode::Flag => "flag",
            TopMode::Off => "off",
        }
    }
}

/// The managed mailboxes, as the server spells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Managed {
    /// For top mail.
    pub top: FolderName,
    /// For news.
    pub news: FolderName,
    /// For bulk mail.
    pub bulk: FolderName,
    /// For banished senders.
    pub blackhole: FolderName,
}

impl Managed {
    /// Where mail of a category belongs; INBOX for `inbox`.
    pub fn of(&self, category: Category) -> FolderName {
        match category {
            Category::Top => self.top.clone(),
            Category::Inbox => FolderName::inbox(),
            Category::News => self.news.clone(),
            Category::Bulk => self.bulk.clone(),
            Category::Blackhole => self.blackhole.clone(),
        }
    }

    /// The four, with their categories.
    pub fn all(&self) -> [(Category, &FolderName); 4] {
        [
            (Category::Top, &self.top),
            (Category::News, &self.news),
            (Category::Bulk, &self.bulk),
            (Category::Blackhole, &self.blackhole),
        ]
    }

    /// The category whose mailbox this is.
    pub fn category(&self, folder: &FolderName) -> Option<Category> {
        self.all().into_iter().find_map(|(category, name)| (name == folder).then_some(category))
    }
}

/// A message of INBOX with its verdict.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Where it lies in INBOX.
    pub uid: Uid,
    /// Which message.
    pub instance: Instance,
    /// Its INTERNALDATE.
    pub internal_date: UnixTime,
    /// Its flags.
    pub flags: Flags,
    /// Its Message-ID.
    pub message_id: Option<MessageId>,
    /// The address in From.
    pub from: Option<Address>,
    /// Its subject.
    pub subject: Box<str>,
    /// What it is, and why.
    pub verdict: Verdict,
}

/// What is to be done with a judged message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It stays as it is.
    Keep,
    /// It stays and gets `$Important`.
    Flag,
    /// It goes into the mailbox of its category.
    Move,
}

/// What a verdict asks for.
pub fn step(verdict: &Verdict, top: TopMode) -> Step {
    match (verdict.untouchable, verdict.category, top) {
        (true, _, _) | (_, Category::Inbox, _) | (_, Category::Top, TopMode::Off) => Step::Keep,
        (_, Category::Top, TopMode::Flag) => Step::Flag,
        _ => Step::Move,
    }
}

/// Whether a run would move so much that the user is asked first: more than 500 messages, or at least 50 and more than half
/// of INBOX.
pub fn is_surprise(moves: usize, inbox: usize) -> bool {
    moves > 500 || (moves >= 50 && moves * 2 > inbox)
}

/// The oldest date that is judged: what is older only teaches.
pub fn cutoff(now: UnixTime, backlog_days: u32) -> UnixTime {
    now.minus_days(backlog_days)
}

/// The date that counts for the backlog: the older one of INTERNALDATE and Date.
pub fn older(internal_date: Option<UnixTime>, date: Option<UnixTime>, now: UnixTime) -> UnixTime {
    match (internal_date, date) {
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other).unwrap_or(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_asks_at_the_documented_numbers() {
        for (moves, inbox, asks) in [
            (500, 10_000, false),
            (501, 10_000, true),
            (50, 100, false),
            (51, 100, true),
            (49, 49, false),
            (50, 99, true),
        ] {
            assert_eq!(is_surprise(moves, inbox), asks, "{moves} of {inbox}");
        }
    }

    #[test]
    fn the_older_date_counts() {
        let (one, other) = (UnixTime(10), UnixTime(20));
        assert_eq!(older(Some(other), Some(one), UnixTime(99)), one);
        assert_eq!(older(Some(one), Some(other), UnixTime(99)), one);
        assert_eq!(older(None, None, UnixTime(99)), UnixTime(99));
    }

    #[test]
    fn any_backlog_is_within_time() {
        assert!(cutoff(UnixTime(1_800_000_000), u32::MAX) < UnixTime(0));
    }
}
