//! Reads one mailbox: what is new in it since the last time, and what other programs changed.

mod difference;

use std::collections::HashSet;

use super::desk::Desk;
use super::learner::{Batch, Raw, Role};
use super::setting::{Setting, made_way};
use super::unreadable::{Search, refusal};
use crate::imap::{Access, FetchRow, MAX_LINE, Selected, Session, Untagged, all_done, learning_query, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, FolderName, ModSeq, ObjectId, Uid};
use crate::store::FolderState;
use difference::Difference;

/// Messages in one FETCH. Small ranges make a link with 50 ms round trips 20 times slower.
const RANGE: u32 = 5000;
/// FETCHes in flight.
const IN_FLIGHT: usize = 2;
/// Messages that go through the desk together.
const BATCH: usize = 1000;

/// What there is to know about a mailbox that was just read.
pub(super) struct Read {
    pub(super) folder: FolderState,
    pub(super) selected: Selected,
}

/// Reads `name`, at most the `newest` of its messages when it is read for the first time.
pub(super) async fn read(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    name: &FolderName,
    role: Role,
    newest: u32,
) -> Result<Read, Fault> {
    let selected = session.select(name, Access::ReadOnly).await?;
    let learner = desk.learner().await?;
    let known = learner.store.folder(learner.account, name)?;
    let (folder, first_time) = match known {
        Some(known) if known.validity == selected.uid_validity => (known, false),
        _ => {
            learner.unreadable.keep(name, &HashSet::new());
            (learner.store.begin_folder(learner.account, name, selected.uid_validity)?, true)
        }
    };
    let mut reader = Reader::new((setting, session, desk), (name, role), (folder, selected), newest);
    // Other mailboxes only teach, and teach once.
    let watched = matches!(role, Role::Inbox | Role::Managed);
    if first_time || reader.folder.next == Uid(1) {
        reader.first_time(newest).await?;
        if watched {
            reader.what_is_missing().await?;
        }
    } else {
        reader.what_is_new().await?;
        if watched {
            reader.what_is_missing().await?;
            reader.what_changed().await?;
            reader.what_is_not_shown().await?;
        }
    }
    reader.what_is_doubtful().await?;
    let Reader { folder, selected, .. } = reader;
    tracing::debug!(folder = %name.wire().escape_debug(), exists = selected.exists, "mailbox read");
    Ok(Read { folder, selected })
}

/// Why headers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// They are new, and with them the mailbox has been read up to there.
    Advance,
    /// They were overlooked.
    Missed,
    /// They are known, but not what lists show of them.
    Again,
}

/// One mailbox that is being read.
pub(super) struct Reader<'a> {
    pub(super) setting: &'a Setting<'a>,
    pub(super) session: &'a mut Session,
    pub(super) desk: &'a mut Desk,
    pub(super) name: &'a FolderName,
    pub(super) role: Role,
    pub(super) folder: FolderState,
    pub(super) selected: Selected,
    /// What changed since it was read last, where that was asked already when it was opened.
    pub(super) changed: Option<Vec<(Uid, Flags)>>,
    /// Whether the server was asked for more since it was opened.
    pub(super) asked: bool,
    newest: u32,
    /// Messages that were asked for and not given.
    doubtful: Vec<Uid>,
    /// Fewer came than numbers were asked for: there are gaps, or messages that the server cannot read.
    gaps: bool,
}

impl<'a> Reader<'a> {
    /// Nothing of it is read yet but how it was when it was opened.
    pub(super) fn new(
        (setting, session, desk): (&'a Setting<'a>, &'a mut Session, &'a mut Desk),
        (name, role): (&'a FolderName, Role),
        (folder, selected): (FolderState, Selected),
        newest: u32,
    ) -> Reader<'a> {
        let (changed, asked, doubtful, gaps) = (None, false, Vec::new(), false);
        Reader { setting, session, desk, name, role, folder, selected, changed, asked, newest, doubtful, gaps }
    }

    /// By sequence numbers, since UIDs may have wide gaps. The server may not renumber while only FETCHes run
    /// (RFC 9051, section 7.5.1).
    async fn first_time(&mut self, newest: u32) -> Result<(), Fault> {
        let exists = self.selected.exists;
        let query = learning_query(self.session.capabilities());
        let first = exists.saturating_sub(newest) + 1;
        let commands = ranges(first, exists).map(|(from, to)| format!("FETCH {from}:{to} {query}"));
        let renumbered =
            self.fetch(commands, u64::from(exists + 1 - first.min(exists + 1)), Uid(1), Purpose::Advance).await?;
        if renumbered {
            // Somebody expunged mail meanwhile and the numbers slid: look which UIDs were missed.
            self.catch_up().await?;
        }
        Ok(())
    }

    /// New messages that were read when it was opened; all of those below `end`.
    pub(super) async fn take_in(&mut self, messages: Vec<Raw>, end: Uid) -> Result<(), Fault> {
        let behind = messages.iter().map(|raw| Uid(raw.uid.0.saturating_add(1))).max();
        let next = self.selected.uid_next.filter(|next| *next <= end).max(behind);
        let Some(next) = next.filter(|next| *next > self.folder.next) else { return Ok(()) };
        let count = messages.len() as u64;
        self.gaps = count < u64::from(next.0 - self.folder.next.0);
        self.folder.next = next;
        self.setting.watcher.reading(&self.setting.account.name, self.name, count, count);
        let (folder, role) = (self.folder.clone(), self.role);
        // Flags have not been compared yet, so the modseq waits for `what_changed`.
        self.desk.submit(Batch { folder, role, messages, next, highest_modseq: None, last: true, again: false }).await
    }

    pub(super) async fn what_is_new(&mut self) -> Result<(), Fault> {
        let from = self.folder.next;
        let query = learning_query(self.session.capabilities());
        match self.selected.uid_next {
            Some(next) if next == from => Ok(()),
            Some(next) if next > from && (next.0 - from.0) / RANGE < 200 => {
                let commands = ranges(from.0, next.0 - 1).map(|(from, to)| format!("UID FETCH {from}:{to} {query}"));
                self.fetch(commands, u64::from(next.0 - from.0), from, Purpose::Advance).await.map(drop)
            }
            // No UIDNEXT (defects#43), one that went back (defects#15), or one that is far away.
            _ if self.selected.exists == 0 => Ok(()),
            _ => {
                let command = format!("UID FETCH {}:* {query}", from.0);
                self.fetch(std::iter::once(command), 1, from, Purpose::Advance).await.map(drop)
            }
        }
    }

    /// Messages that the server says nothing about when it is asked for them.
    pub(super) async fn what_is_missing(&mut self) -> Result<(), Fault> {
        if !self.gaps || self.is_complete().await? { Ok(()) } else { self.catch_up().await }
    }

    /// Whether as many messages are known as there are, but for those that could not be read a short time ago.
    async fn is_complete(&mut self) -> Result<bool, Fault> {
        let learner = self.desk.learner().await?;
        let unreadable = learner.unreadable.lately(self.name, self.setting.now).len();
        let known = u64::from(learner.store.known_in(self.folder.id)?);
        Ok(known + unreadable as u64 == u64::from(self.selected.exists))
    }

    /// Messages of which lists know no subject: an older mailherd read them, or the mailbox was none that lists show.
    pub(super) async fn what_is_not_shown(&mut self) -> Result<(), Fault> {
        let uids = self.desk.learner().await?.store.not_shown(self.folder.id)?;
        if uids.is_empty() {
            return Ok(());
        }
        let query = learning_query(self.session.capabilities());
        let sets = uid_sets(&uids, MAX_LINE - 700);
        let commands = sets.into_iter().map(|(set, _)| format!("UID FETCH {set} {query}"));
        self.fetch(commands, uids.len() as u64, Uid(1), Purpose::Again).await.map(drop)
    }

    /// Flags that changed, and messages that are gone.
    pub(super) async fn what_changed(&mut self) -> Result<(), Fault> {
        let before = self.folder.highest_modseq;
        let now = self.selected.highest_modseq;
        let same = now.is_some() && before == now;
        // With QRESYNC an expunge counts, too (RFC 7162, section 3.2.7). Counting a hundred thousand takes longer than all else here.
        if same && self.session.capabilities().has("QRESYNC") {
            return Ok(());
        }
        let same_count = self.is_complete().await?;
        if same_count && same {
            return Ok(());
        }
        if same_count && let (Some(before), Some(_)) = (before, now) {
            let changed = match self.changed.take() {
                Some(changed) => changed,
                None => self.flags(vec![changed_since(self.folder.next, before)]).await?,
            };
            let learner = self.desk.learner().await?;
            learner.reconcile(&self.folder, &changed, &[])?;
            return self.read_up_to_here().await;
        }
        self.catch_up().await
    }

    /// Compares all UIDs and flags: the way without CONDSTORE, and after messages vanished.
    async fn catch_up(&mut self) -> Result<(), Fault> {
        let mut on_server = match self.selected.exists {
            0 => Vec::new(),
            _ => self.flags(vec!["UID FETCH 1:* (UID FLAGS)".to_owned()]).await?,
        };
        let learner = self.desk.learner().await?;
        let last = learner.store.last_known(self.folder.id)?;
        if self.selected.exists > 0 && on_server.is_empty() && last.is_some() {
            // Emptied this very moment, or a server in trouble: "empty" is never read as "gone". The next pass will know.
            return Ok(());
        }
        // What is said of a message twice, the second time is news of it.
        on_server.sort_by_key(|(uid, _)| *uid);
        let last = last.max(on_server.last().map(|(uid, _)| *uid));
        learner.unreadable.keep(self.name, &on_server.iter().map(|(uid, _)| *uid).collect());
        let (mut rest, mut first, mut missed) = (&*on_server, Uid(0), Vec::new());
        while let Some(last) = last.filter(|last| first <= *last) {
            // To where one comparison goes: as many of the server's as fit, all that is known behind the last of them.
            let upper = rest.get(COMPARED).map_or(last, |(uid, _)| Uid(uid.0.saturating_sub(1)).max(first));
            let (here, behind) = rest.split_at(rest.partition_point(|(uid, _)| *uid <= upper));
            let known = learner.store.uids_between(self.folder.id, first, upper)?;
            let difference = Difference::between(here, &known);
            learner.reconcile(&self.folder, &difference.changed, &difference.vanished)?;
            let lately = learner.unreadable.lately(self.name, self.setting.now);
            let missing = |uid: &Uid| *uid < self.folder.next && !lately.contains(uid);
            missed.extend(difference.unknown.into_iter().filter(missing));
            (rest, first) = (behind, Uid(upper.0.saturating_add(1)));
            if upper == Uid(u32::MAX) {
                break;
            }
        }
        if !missed.is_empty() {
            let query = learning_query(self.session.capabilities());
            let total = missed.len() as u64;
            let commands =
                uid_sets(&missed, MAX_LINE - 700).into_iter().map(|(set, _)| format!("UID FETCH {set} {query}"));
            self.fetch(commands.collect::<Vec<_>>().into_iter(), total, Uid(1), Purpose::Missed).await?;
            self.doubtful.extend(missed);
        }
        self.read_up_to_here().await
    }

    /// Asks for what lies from UID `from` on and is not known, around what the server cannot read.
    async fn around(&mut self, from: Uid, refusal: Fault) -> Result<(), Fault> {
        let Ok(there) = self.flags(vec![format!("UID FETCH {}:* (UID FLAGS)", from.0)]).await else {
            return Err(refusal);
        };
        let known: HashSet<Uid> =
            self.desk.learner().await?.store.uids_in(self.folder.id)?.into_iter().map(|(uid, _)| uid).collect();
        let mut unknown: Vec<Uid> = there.into_iter().map(|(uid, _)| uid).collect();
        unknown.retain(|uid| *uid >= from && !known.contains(uid));
        unknown.sort_unstable();
        let newest = usize::try_from(self.newest).unwrap_or(usize::MAX);
        unknown.drain(..unknown.len().saturating_sub(newest));
        let last = unknown.last().copied();
        self.search(Search::new(&unknown)).await?;
        let after = last.map_or(self.folder.next, |uid| Uid(uid.0.saturating_add(1)));
        self.folder.next = self.folder.next.max(after).max(self.selected.uid_next.unwrap_or(Uid(1)));
        self.read_up_to_here().await
    }

    /// What was asked for and not given is asked for once more, and what is not given then is remembered.
    pub(super) async fn what_is_doubtful(&mut self) -> Result<(), Fault> {
        if self.doubtful.is_empty() {
            return Ok(());
        }
        let known: HashSet<Uid> =
            self.desk.learner().await?.store.uids_in(self.folder.id)?.into_iter().map(|(uid, _)| uid).collect();
        let mut doubtful = std::mem::take(&mut self.doubtful);
        doubtful.retain(|uid| !known.contains(uid));
        doubtful.sort_unstable();
        doubtful.dedup();
        self.search(Search::again(&doubtful)).await
    }

    async fn search(&mut self, mut search: Search) -> Result<(), Fault> {
        self.asked = true;
        while let Some(rows) = search.next(self.session).await? {
            let messages: Vec<Raw> = rows.into_iter().filter_map(|row| raw(row).ok().flatten()).collect();
            let batch = Batch {
                folder: self.folder.clone(),
                role: self.role,
                messages,
                next: self.folder.next,
                highest_modseq: None,
                last: false,
                again: false,
            };
            self.desk.submit(batch).await?;
        }
        let asked = std::mem::take(&mut search.asked);
        let unreadable = search.end(self.session).await?;
        for uid in &unreadable {
            let folder = super::shown(self.name);
            tracing::warn!(folder, uid = uid.0, "the server cannot read this message; it is left alone");
        }
        let (name, now) = (self.name, self.setting.now);
        self.desk.learner().await?.unreadable.note(name, now, &asked, &unreadable);
        Ok(())
    }

    async fn read_up_to_here(&mut self) -> Result<(), Fault> {
        let (id, next, modseq) = (self.folder.id, self.folder.next, self.selected.highest_modseq);
        self.desk.learner().await?.store.learn(|db| db.read_up_to(id, next, modseq))
    }

    async fn flags(&mut self, commands: Vec<String>) -> Result<Vec<(Uid, Flags)>, Fault> {
        self.asked = true;
        let mut found = Vec::new();
        let answers = self
            .session
            .stream(commands, IN_FLIGHT, async |untagged| {
                if let Untagged::Fetch(FetchRow { uid: Some(uid), flags: Some(flags), .. }) = untagged {
                    found.push((uid, flags));
                }
                Ok(())
            })
            .await?;
        all_done(&answers, "reading messages")?;
        Ok(found)
    }

    /// Reads headers and hands them to the learner. `true` when messages were expunged meanwhile.
    ///
    /// Makes way between two commands. What was read until then is learned from, and the next pass goes on behind it.
    async fn fetch(
        &mut self,
        commands: impl Iterator<Item = String>,
        total: u64,
        from: Uid,
        purpose: Purpose,
    ) -> Result<bool, Fault> {
        self.asked = true;
        let Reader { setting, session, desk, name, role, folder, selected, doubtful, gaps, .. } = self;
        let (mut messages, mut done, mut renumbered) = (Vec::with_capacity(BATCH), 0, false);
        let batch = |messages: &mut Vec<Raw>, folder: &mut FolderState, last: bool| {
            let after = messages.iter().map(|raw| Uid(raw.uid.0.saturating_add(1))).max().unwrap_or(folder.next);
            if purpose == Purpose::Advance {
                folder.next = folder.next.max(after);
                if last && let Some(next) = selected.uid_next {
                    folder.next = folder.next.max(next);
                }
            }
            Batch {
                folder: folder.clone(),
                role: *role,
                messages: std::mem::replace(messages, Vec::with_capacity(BATCH)),
                next: folder.next,
                highest_modseq: if last { selected.highest_modseq } else { None },
                last,
                again: purpose == Purpose::Again,
            }
        };
        let (mut sent, mut makes_way) = (false, false);
        let commands = commands.take_while(|_| {
            makes_way = std::mem::replace(&mut sent, true) && setting.watcher.is_wanted();
            !makes_way
        });
        let answers = session
            .stream(commands, IN_FLIGHT, async |untagged| {
                match untagged {
                    // Above `from`: `n:*` always gives the last message, also when its UID is below n.
                    Untagged::Fetch(row) if row.uid.is_some_and(|uid| uid >= from) => match raw(row) {
                        Ok(row) => messages.extend(row),
                        Err(uid) => doubtful.push(uid),
                    },
                    Untagged::Expunge(_) | Untagged::Vanished { .. } => renumbered = true,
                    _ => {}
                }
                if messages.len() == BATCH {
                    done += BATCH as u64;
                    setting.watcher.reading(&setting.account.name, name, done, total.max(done));
                    desk.submit(batch(&mut messages, folder, false)).await?;
                }
                Ok(())
            })
            .await?;
        let refused = refusal(&answers, session).map(|end| end.fault("reading messages"));
        if let Some(refused) = refused {
            desk.submit(batch(&mut messages, folder, false)).await?;
            self.around(if purpose == Purpose::Advance { from } else { Uid(1) }, refused).await?;
            return Ok(renumbered);
        }
        all_done(&answers, "reading messages")?;
        done += messages.len() as u64;
        *gaps |= purpose == Purpose::Advance && done < total && selected.uid_next.is_some();
        setting.watcher.reading(&setting.account.name, name, done, total.max(done));
        // Flags have not been compared yet when this was only the new mail, so the modseq waits for `what_changed`.
        let first_time = folder.highest_modseq.is_none();
        if makes_way {
            desk.submit(batch(&mut messages, folder, false)).await?;
            return Err(made_way());
        }
        let mut rest = batch(&mut messages, folder, true);
        if !first_time || purpose == Purpose::Again {
            rest.highest_modseq = None;
        }
        desk.submit(rest).await?;
        Ok(renumbered)
    }
}

/// Asks for the flags that changed, of messages below `next`.
pub(super) fn changed_since(next: Uid, modseq: ModSeq) -> String {
    let last = next.0.saturating_sub(1).max(1);
    format!("UID FETCH 1:{last} (UID FLAGS) (CHANGEDSINCE {})", modseq.0)
}

/// Messages whose flags are compared with what is known at a time.
const COMPARED: usize = 10_000;

/// A row with neither size nor header is an unsolicited change of flags; one with only one of them is a message that the
/// server may not be able to read: its UID.
pub(super) fn raw(row: FetchRow) -> Result<Option<Raw>, Uid> {
    let Some(uid) = row.uid else { return Ok(None) };
    match (row.size, row.header) {
        (Some(size), Some(header)) => {
            let object = row.email_id.as_deref().map(ObjectId::of_email);
            let object = object.or_else(|| row.gm_msgid.map(ObjectId::of_gmail));
            let (flags, internal_date) = (row.flags.unwrap_or_default(), row.internaldate);
            Ok(Some(Raw { uid, flags, internal_date, size, object, header }))
        }
        (None, None) => Ok(None),
        _ => Err(uid),
    }
}

fn ranges(first: u32, last: u32) -> impl Iterator<Item = (u32, u32)> {
    (first..=last).step_by(RANGE as usize).map(move |from| (from, last.min(from.saturating_add(RANGE - 1))))
}
