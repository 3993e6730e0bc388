//! What is seen right before mail is moved: the target as it is, and each message that is about to go.
//!
//! One wait on the network, since nothing of it changes anything: EXAMINE of the target, its last UID, SELECT of the source, and the look at
//! its messages, which are open for the move then. The rows of the journal are written when it is known how the target was, and are on the disk
//! before anything else is said.

use std::collections::{HashMap, HashSet};

use super::look::{self, Found, found_in, look_commands};
use crate::imap::{Access, Heard, Request, Selected, Session, Tagged, Untagged, all_done};
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, Uid};
use crate::logic::journal::{Before, Row};

/// Messages as they lie in a mailbox that is open for writing.
pub(super) struct Seen {
    pub(super) source: Selected,
    pub(super) found: HashMap<Uid, Found>,
}

/// Looks at `target` and then at the messages of `source`, which stays open for writing. `intend` writes the rows down as soon as it is known how the
/// target was, while the server looks for the messages.
///
/// UIDNEXT is not asked: it can be missing (defects#43) or go back (defects#15), and what came later is recognised by it. What
/// has a greater UID than the last message came later, whatever the server says.
///
/// # Errors
/// What `intend` says. When a mailbox cannot be opened, or the server does not say the target's UIDVALIDITY or last UID, or nothing of the
/// messages.
pub(super) async fn sight(
    session: &mut Session,
    (source, uids): (&FolderName, &[Uid]),
    target: &FolderName,
    intend: impl FnOnce(Before) -> Result<Vec<Row>, Fault>,
) -> Result<(Vec<Row>, Seen), Fault> {
    let mut requests = vec![Request::Open(target.clone(), Access::ReadOnly), Request::Say(look::LAST_UID.to_owned())];
    requests.extend(looking(source, uids));
    let asked: HashSet<Uid> = uids.iter().copied().collect();
    let (mut target, mut last, mut rows, mut intend) = (Err(look::said_nothing()), None, None, Some(intend));
    let mut look = Look::new(1, &asked);
    let mut chain = session.chain(requests).await?;
    while let Some(heard) = chain.next().await? {
        match heard {
            Heard::Opened(0, opened) => target = opened,
            Heard::Said(0, Untagged::Fetch(row)) => last = last.max(row.uid),
            Heard::Ended(0, _, end) => {
                let before = target.clone().and_then(|target| before(&target, last, &end));
                rows = intend.take().map(|intend| before.and_then(intend));
            }
            heard => look.hear(heard),
        }
    }
    let rows = rows.unwrap_or_else(|| Err(look::said_nothing()))?;
    Ok((rows, look.seen()?))
}

/// Looks at messages of `source`, which stays open for writing.
///
/// # Errors
/// As [`sight`].
pub(super) async fn seen(session: &mut Session, source: &FolderName, uids: &[Uid]) -> Result<Seen, Fault> {
    let asked: HashSet<Uid> = uids.iter().copied().collect();
    let mut look = Look::new(0, &asked);
    let mut chain = session.chain(looking(source, uids)).await?;
    while let Some(heard) = chain.next().await? {
        look.hear(heard);
    }
    look.seen()
}

fn looking(source: &FolderName, uids: &[Uid]) -> Vec<Request> {
    let open = Request::Open(source.clone(), Access::ReadWrite);
    std::iter::once(open).chain(look_commands(uids).into_iter().map(Request::Say)).collect()
}

/// Of an empty mailbox some servers refuse to say a last UID (RFC 9051, section 9: there is no `*` in it).
fn before(target: &Selected, last: Option<Uid>, end: &Tagged) -> Result<Before, Fault> {
    let last = match last {
        Some(last) if end.is_ok() => last,
        _ if target.exists == 0 => Uid(0),
        _ if end.is_ok() => return Err(look::said_nothing()),
        _ => return Err(end.fault("reading the last UID")),
    };
    Ok(Before { validity: target.uid_validity, next: Uid(last.0.saturating_add(1)) })
}

/// The part of a chain that opens the source and looks at its messages.
struct Look<'a> {
    /// Which opening of the chain it is.
    opens: usize,
    asked: &'a HashSet<Uid>,
    source: Option<Result<Selected, Fault>>,
    found: HashMap<Uid, Found>,
    ends: Vec<Tagged>,
}

impl Look<'_> {
    fn new(opens: usize, asked: &HashSet<Uid>) -> Look<'_> {
        Look { opens, asked, source: None, found: HashMap::with_capacity(asked.len()), ends: Vec::new() }
    }

    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Opened(at, opened) if at == self.opens => self.source = Some(opened),
            Heard::Said(at, Untagged::Fetch(row)) if at == self.opens => {
                // A server may send rows that nobody asked for (RFC 9051, section 7.5.2).
                if let Some((uid, found)) = found_in(&row).filter(|(uid, _)| self.asked.contains(uid)) {
                    self.found.insert(uid, found);
                }
            }
            Heard::Ended(at, _, tagged) if at == self.opens => self.ends.push(tagged),
            _ => {}
        }
    }

    fn seen(self) -> Result<Seen, Fault> {
        let source = self.source.unwrap_or_else(|| Err(look::said_nothing()))?;
        all_done(&self.ends, "reading messages")?;
        Ok(Seen { source, found: self.found })
    }
}
