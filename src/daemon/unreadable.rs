//! Messages that the server itself cannot read: it answers NO, or OK and nothing, each time they are asked for. They stay where they are, the
//! others are read, and the user is told which they are.

use std::collections::{HashMap, HashSet, VecDeque};

use super::learner::Learner;
use super::setting::Setting;
use super::shown;
use crate::imap::{FetchRow, MAX_LINE, Session, Status, Tagged, Untagged, all_done, learning_query, uid_sets};
use crate::logic::engine::Unreadable;
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, Uid, UnixTime};

/// What the user can do about it.
pub(super) const HINT: &str = "they stay where they are. Open them in another mail program and move or delete them; if that fails, too, tell \
                               the provider these numbers: on its disks they are damaged";

/// Seconds before a message that could not be read is asked for again.
const AGAIN: i64 = 3600;
/// Messages in one command.
const TOGETHER: usize = 1000;
/// Refused commands after which it is the server, and not a message.
const MOST_REFUSALS: usize = 300;
/// The same, as long as it has not given a single message.
const MOST_AT_FIRST: usize = 24;
/// Messages that are named one by one.
const NAMED: usize = 20;

/// A command that was refused because of one of the messages that it asks for. A server that says how long it wants to be left alone, or that
/// mail was expunged meanwhile ([EXPUNGEISSUED], RFC 5530), says nothing about a message.
pub(super) fn refusal<'a>(ends: &'a [Tagged], session: &Session) -> Option<&'a Tagged> {
    let end = ends.iter().find(|end| !end.is_ok())?;
    let about_a_message = end.status == Status::No
        && end.backoff().is_none()
        && !end.to_string().to_uppercase().contains("EXPUNGEISSUED")
        && !session.is_broken();
    about_a_message.then_some(end)
}

/// Asks for messages in ever smaller heaps, so that one that cannot be read does not hide the others. Each of those is asked for twice.
pub(super) struct Search {
    heaps: VecDeque<Vec<Uid>>,
    pub(super) asked: Vec<Uid>,
    /// Not given at the first attempt.
    doubtful: Vec<Uid>,
    /// Nor at the second.
    unreadable: Vec<Uid>,
    second: bool,
    refusals: usize,
    given: usize,
}

impl Search {
    /// For these messages of the mailbox that is selected.
    pub(super) fn new(uids: &[Uid]) -> Search {
        let heaps = uids.chunks(TOGETHER).map(<[Uid]>::to_vec).collect();
        let asked = uids.to_vec();
        Search { heaps, asked, doubtful: Vec::new(), unreadable: Vec::new(), second: false, refusals: 0, given: 0 }
    }

    /// For messages that were asked for once, and not given.
    pub(super) fn again(doubtful: &[Uid]) -> Search {
        let mut search = Search::new(&[]);
        (search.asked, search.doubtful) = (doubtful.to_vec(), doubtful.to_vec());
        search
    }

    /// More of them; `None` when there are no more.
    ///
    /// # Errors
    /// When the connection fails, or the server refuses so much that it is not for a message.
    pub(super) async fn next(&mut self, session: &mut Session) -> Result<Option<Vec<FetchRow>>, Fault> {
        let Some(heap) = self.heap() else { return Ok(None) };
        let query = learning_query(session.capabilities());
        let commands = uid_sets(&heap, MAX_LINE - 700).into_iter().map(|(set, _)| format!("UID FETCH {set} {query}"));
        let wanted: HashSet<Uid> = heap.iter().copied().collect();
        let (mut rows, mut given) = (Vec::new(), HashSet::new());
        let ends = session
            .stream(commands.collect::<Vec<_>>(), 1, async |untagged| {
                if let Untagged::Fetch(row) = untagged
                    && let Some(uid) = row.uid.filter(|uid| wanted.contains(uid))
                    && row.size.is_some()
                    && row.header.is_some()
                    && given.insert(uid)
                {
                    rows.push(row);
                }
                Ok(())
            })
            .await?;
        let refused = refusal(&ends, session).cloned();
        if refused.is_none() {
            all_done(&ends, "reading messages")?;
        }
        self.given += given.len();
        let rest: Vec<Uid> = heap.into_iter().filter(|uid| !given.contains(uid)).collect();
        if let Some(end) = refused {
            self.refusals += 1;
            if self.refusals > MOST_REFUSALS || (self.given == 0 && self.refusals > MOST_AT_FIRST) {
                return Err(end.fault("reading messages"));
            }
            if rest.len() > 1 {
                let (one, other) = rest.split_at(rest.len() / 2);
                self.heaps.push_front(other.to_vec());
                self.heaps.push_front(one.to_vec());
                return Ok(Some(rows));
            }
        }
        if self.second { &mut self.unreadable } else { &mut self.doubtful }.extend(rest);
        Ok(Some(rows))
    }

    fn heap(&mut self) -> Option<Vec<Uid>> {
        if self.heaps.is_empty() && !self.second {
            self.second = true;
            self.heaps = std::mem::take(&mut self.doubtful).chunks(NAMED).map(<[Uid]>::to_vec).collect();
        }
        self.heaps.pop_front()
    }

    /// Those that cannot be read. What is no longer there is none of them.
    ///
    /// # Errors
    /// When the connection fails.
    pub(super) async fn end(self, session: &mut Session) -> Result<Vec<Uid>, Fault> {
        let mut there = HashSet::new();
        for (set, _) in uid_sets(&self.unreadable, MAX_LINE - 100) {
            let answer = session.exec(&format!("UID FETCH {set} (UID)")).await?.ok_or_fault("reading messages")?;
            there.extend(answer.untagged.iter().filter_map(|one| match one {
                Untagged::Fetch(row) => row.uid,
                _ => None,
            }));
        }
        let mut unreadable = self.unreadable;
        unreadable.retain(|uid| there.contains(uid));
        unreadable.sort_unstable();
        Ok(unreadable)
    }
}

/// Which messages could not be read, mailbox by mailbox.
#[derive(Default)]
pub(super) struct Known(HashMap<FolderName, (UnixTime, Vec<Uid>)>);

impl Known {
    /// What came of an attempt in this mailbox: of those that were `asked` for, these are `unreadable`.
    pub(super) fn note(&mut self, folder: &FolderName, now: UnixTime, asked: &[Uid], unreadable: &[Uid]) {
        let (at, all) = self.0.entry(folder.clone()).or_insert((now, Vec::new()));
        *at = now;
        all.retain(|uid| !asked.contains(uid));
        all.extend_from_slice(unreadable);
        all.sort_unstable();
        self.0.retain(|_, (_, all)| !all.is_empty());
    }

    /// Only these are in the mailbox.
    pub(super) fn keep(&mut self, folder: &FolderName, there: &HashSet<Uid>) {
        if let Some((_, all)) = self.0.get_mut(folder) {
            all.retain(|uid| there.contains(uid));
        }
        self.0.retain(|_, (_, all)| !all.is_empty());
    }

    /// Messages of this mailbox that could not be read a short time ago.
    pub(super) fn lately(&self, folder: &FolderName, now: UnixTime) -> &[Uid] {
        match self.0.get(folder) {
            Some((at, uids)) if (0..AGAIN).contains(&(now.0 - at.0)) => uids,
            _ => &[],
        }
    }
}

/// Tells of all of them.
pub(super) fn tell(setting: &Setting<'_>, learner: &Learner) {
    let mut list: Vec<Unreadable> =
        learner.unreadable.0.iter().map(|(folder, (_, uids))| named(folder, uids)).collect();
    list.sort_by(|a, b| a.folder.cmp(&b.folder));
    setting.watcher.unreadable(&setting.account.name, &list);
    if let Some(text) = words(&list) {
        setting.watcher.advise(&setting.account.name, &text, HINT);
    }
}

/// Those of one mailbox, as faces show them.
pub(super) fn named(folder: &FolderName, uids: &[Uid]) -> Unreadable {
    Unreadable { folder: shown(folder), uids: uids.iter().map(|uid| uid.0).collect() }
}

/// In words; `None` when there are none.
pub(super) fn words(list: &[Unreadable]) -> Option<String> {
    let count: usize = list.iter().map(|one| one.uids.len()).sum();
    let places: Vec<String> = list.iter().map(place).collect();
    let messages = if count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
    (count > 0).then(|| format!("the server cannot read {messages}: {}", places.join("; ")))
}

fn place(one: &Unreadable) -> String {
    let numbers: Vec<String> = one.uids.iter().take(NAMED).map(u32::to_string).collect();
    let more = one.uids.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("UID {} in {}{more}", numbers.join(", "), one.folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_named_with_their_mailboxes_and_not_without_end() {
        let list = [Unreadable { folder: "INBOX".into(), uids: vec![7, 9] }];
        assert_eq!(words(&list).unwrap(), "the server cannot read 2 messages: UID 7, 9 in INBOX");
        assert_eq!(words(&[]), None);
        let many = [Unreadable { folder: "News".into(), uids: (1..=25).collect() }];
        assert!(words(&many).unwrap().ends_with("19, 20 in News and 5 more"), "{:?}", words(&many));
    }

    #[test]
    fn what_could_not_be_read_is_asked_for_again_after_an_hour() {
        let (mut known, inbox) = (Known::default(), FolderName::inbox());
        known.note(&inbox, UnixTime(10_000), &[Uid(7), Uid(9)], &[Uid(9), Uid(7)]);
        assert_eq!(known.lately(&inbox, UnixTime(10_600)), [Uid(7), Uid(9)]);
        assert!(known.lately(&inbox, UnixTime(13_600)).is_empty());
        known.note(&inbox, UnixTime(13_600), &[Uid(9)], &[]);
        assert_eq!(known.lately(&inbox, UnixTime(13_600)), [Uid(7)]);
        known.keep(&inbox, &HashSet::new());
        assert!(known.0.is_empty());
    }
}
