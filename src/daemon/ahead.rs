//! Reads INBOX and glances at the other mailboxes in one wait on the network, when something has come.
//!
//! What an arrival makes necessary is asked in one go: INBOX is opened, what lies behind the last UID that is known is read, so are the flags that
//! changed, and STATUS of the others. What it turns out not to be (a mailbox that was renumbered, a thousand messages at once, mail that went)
//! is looked at as ever, one step after the other.

use super::desk::Desk;
use super::glance::Glance;
use super::learner::{Raw, Role};
use super::reading::{Read, Reader, changed_since, raw, read};
use super::setting::Setting;
use super::unreadable::refusal;
use crate::imap::{
    Access, FetchRow, Heard, Request, Selected, Session, StatusRow, Tagged, Untagged, all_done, learning_query,
};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, FolderName, Uid};
use crate::store::FolderState;

/// UIDs behind the last known one that are asked for unseen; as many messages as go through the desk together.
const AHEAD: u32 = 1000;

/// Bytes of headers that are kept until all is answered. More than that is read again, piece by piece, as it comes.
const MOST: usize = 8 << 20;

/// INBOX as it is now, and how the mailboxes of these names were after it was read. No glance: it has to be taken.
///
/// # Errors
/// When INBOX cannot be opened or read.
pub(super) async fn inbox_and_glance(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    names: &[FolderName],
) -> Result<(Read, Option<Glance>), Fault> {
    let inbox = FolderName::inbox();
    let learner = desk.learner().await?;
    let known = learner.store.folder(learner.account, &inbox)?.filter(|known| known.next > Uid(1));
    let answers = match &known {
        Some(known) => ask(session, &inbox, known, names).await?,
        None => None,
    };
    let (Some(folder), Some(Answers { selected, messages, changed, statuses })) = (known, answers) else {
        return Ok((read(setting, session, desk, &inbox, Role::Inbox, u32::MAX).await?, None));
    };
    let end = behind(&folder);
    let mut reader = Reader::new((setting, session, desk), (&inbox, Role::Inbox), (folder, selected), u32::MAX);
    reader.changed = changed;
    reader.take_in(messages, end).await?;
    reader.what_is_new().await?;
    reader.what_is_missing().await?;
    reader.what_changed().await?;
    reader.what_is_not_shown().await?;
    reader.what_is_doubtful().await?;
    let Reader { folder, selected, asked, .. } = reader;
    let glance = if asked { None } else { Glance::overheard(session, names, &statuses) };
    Ok((Read { folder, selected }, glance))
}

/// The first UID that is not asked for.
fn behind(known: &FolderState) -> Uid {
    Uid(known.next.0.saturating_add(AHEAD))
}

/// What the server said.
struct Answers {
    selected: Selected,
    messages: Vec<Raw>,
    changed: Option<Vec<(Uid, Flags)>>,
    statuses: Vec<StatusRow>,
}

/// New messages, as long as they are few and the server can read them.
#[derive(Default)]
struct Few {
    messages: Vec<Raw>,
    bytes: usize,
    are_others: bool,
}

impl Few {
    fn take(&mut self, row: FetchRow) {
        self.bytes = self.bytes.saturating_add(row.header.as_ref().map_or(0, Vec::len));
        match raw(row) {
            Ok(message) => self.messages.extend(message),
            Err(_) => self.are_others = true,
        }
        self.are_others |= self.bytes > MOST || self.messages.len() > AHEAD as usize;
        if self.are_others {
            self.messages = Vec::new();
        }
    }
}

/// `None` when INBOX was renumbered since it was read, so that what came means nothing, when it was too much to keep, or when the server
/// cannot read a message of it.
async fn ask(
    session: &mut Session,
    inbox: &FolderName,
    known: &FolderState,
    names: &[FolderName],
) -> Result<Option<Answers>, Fault> {
    let query = learning_query(session.capabilities());
    let last = Uid(behind(known).0.saturating_sub(1));
    let mut requests = vec![
        Request::Open(inbox.clone(), Access::ReadOnly),
        Request::Say(format!("UID FETCH {}:{} {query}", known.next.0, last.0)),
    ];
    let modseq = known.highest_modseq.filter(|modseq| modseq.0 > 0 && session.capabilities().has_condstore());
    requests.extend(modseq.map(|modseq| Request::Say(changed_since(known.next, modseq))));
    let others = requests.len();
    requests.extend(session.polling(names).into_iter().map(Request::Say));
    let (mut selected, mut new, mut statuses) = (None, Few::default(), Vec::new());
    let mut changed = modseq.map(|_| Vec::new());
    let mut ends: Vec<Tagged> = Vec::new();
    let mut chain = session.chain(requests).await?;
    while let Some(heard) = chain.next().await? {
        match heard {
            Heard::Opened(_, opened) => selected = Some(opened),
            Heard::Said(_, Untagged::Fetch(row)) if row.uid.is_some_and(|uid| uid < known.next) => {
                changed.iter_mut().for_each(|changed| changed.extend(row.uid.zip(row.flags)));
            }
            Heard::Said(_, Untagged::Fetch(row)) => new.take(row),
            Heard::Said(_, Untagged::Status(row)) => statuses.push(row),
            // What the others are refused is found out when each of them is asked about.
            Heard::Ended(_, at, tagged) if at < others => ends.push(tagged),
            _ => {}
        }
    }
    let Some(selected) = selected.transpose()? else { return Ok(None) };
    if selected.uid_validity != known.validity || new.are_others || refusal(&ends, session).is_some() {
        return Ok(None);
    }
    all_done(&ends, "reading messages")?;
    // What came after it was opened is told by the server, and read then: how many messages there are is compared with what is known.
    let read =
        |raw: &Raw| (known.next..=last).contains(&raw.uid) && selected.uid_next.is_none_or(|next| raw.uid < next);
    let messages = new.messages.into_iter().filter(read).collect();
    Ok(Some(Answers { selected, messages, changed, statuses }))
}
