//! The journal: what mailherd meant to do to the mailbox, written down before it was done, and what became of it.
//!
//! A row's life: `intended` (durable, nothing done yet) → `done`, `refused` or `gone`; a done row becomes `undone` when
//! another row that names it is done. [`settle`] decides what became of intents whose outcome nobody saw.

mod proof;

use std::collections::{HashMap, HashSet};

use super::ids::{Category, FolderName, Instance, MessageId, RowId, RunId, Uid, UidValidity, UnixTime};

pub use proof::{
    Bytes, Lying, Settlement, Sight, copies_are_plain, doubtful, settle, settle_copies, the_same_bytes, the_same_date,
};

/// What a row changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message goes from one mailbox to another.
    Move,
    /// A message stays and gets the keyword `$Important`.
    Flag,
    /// mailherd puts a message of its own into a mailbox.
    Append,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Written down; whether it happened is not known yet.
    Intended,
    /// It happened.
    Done,
    /// It did not happen; it may be tried again.
    Refused,
    /// It happened and was taken back by another row.
    Undone,
    /// The message is nowhere where mailherd put it or found it.
    Gone,
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// The word for it in JSON and in the database.
            pub fn word(self) -> &'static str {
                match self { $($type::$variant => $word),* }
            }

            /// The opposite of `word`.
            pub fn from_word(word: &str) -> Option<$type> {
                match word { $($word => Some($type::$variant),)* _ => None }
            }
        }
    };
}
words!(Kind { Move = "move", Flag = "flag", Append = "append" });
words!(State { Intended = "intended", Done = "done", Refused = "refused", Undone = "undone", Gone = "gone" });

/// A message in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The mailbox.
    pub folder: FolderName,
    /// Its generation of UIDs.
    pub validity: UidValidity,
    /// The message.
    pub uid: Uid,
}

/// The target mailbox as it was just before the intent was written down. What has a UID from `next` on came after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Before {
    /// Its generation of UIDs.
    pub validity: UidValidity,
    /// Its UIDNEXT.
    pub next: Uid,
}

/// What a row is about, before it has a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// What changes.
    pub kind: Kind,
    /// The category whose folder it goes to (`inbox` when it goes back).
    pub category: Category,
    /// Which message.
    pub instance: Instance,
    /// Its Message-ID, when it has one.
    pub message_id: Option<MessageId>,
    /// Its INTERNALDATE.
    pub internal_date: UnixTime,
    /// Where it lies.
    pub from: Place,
    /// Where it goes.
    pub to: FolderName,
    /// The row that this one takes back.
    pub undoes: Option<RowId>,
    /// For people who read the log: the sender.
    pub sender: String,
    /// For people who read the log: the subject.
    pub subject: String,
    /// Why, as the JSON array of reasons that `plan` prints.
    pub reasons: String,
}

/// A row of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number.
    pub id: RowId,
    /// The run it belongs to.
    pub run: RunId,
    /// When the intent was written down.
    pub at: UnixTime,
    /// The account's name.
    pub account: String,
    /// Where it stands.
    pub state: State,
    /// What it is about.
    pub intent: Intent,
    /// The target as it was.
    pub before: Before,
    /// The UID in the target, as soon as it is known. While `state` is `Intended` it means: the copy is proven, and a
    /// `\Deleted` on the source is ours. While it is `Refused`: a copy came to lie there all the same.
    pub to_uid: Option<Uid>,
    /// Why it was refused.
    pub trouble: Option<String>,
}

/// Which rows to take back, in the order in which to do it: the newest first, and before each the later moves of the same
/// message, so that a chain (INBOX, Blackhole, Trash) is walked backwards.
///
/// `chosen` are the rows asked for; `all_done` are the account's rows in state `done`. Rows that take something back are
/// never taken back themselves.
pub fn undo_order(chosen: &HashSet<RowId>, all_done: &[Row]) -> Vec<RowId> {
    let mut oldest_chosen: HashMap<Instance, RowId> = HashMap::new();
    for row in all_done.iter().filter(|row| chosen.contains(&row.id)) {
        let oldest = oldest_chosen.entry(row.intent.instance).or_insert(row.id);
        *oldest = (*oldest).min(row.id);
    }
    let mut order: Vec<RowId> = all_done
        .iter()
        .filter(|row| row.intent.undoes.is_none())
        .filter(|row| {
            let chained = row.intent.kind == Kind::Move
                && oldest_chosen.get(&row.intent.instance).is_some_and(|oldest| row.id > *oldest)
                && follows(row, all_done, chosen);
            chosen.contains(&row.id) || chained
        })
        .map(|row| row.id)
        .collect();
    order.sort_by(|a, b| b.cmp(a));
    order
}

/// Whether `row` moved on, directly or by further moves, the very message that a chosen row had put where it was.
/// Identical copies share an instance, so the place decides.
fn follows(row: &Row, all_done: &[Row], chosen: &HashSet<RowId>) -> bool {
    all_done
        .iter()
        .filter(|earlier| {
            earlier.id < row.id
                && earlier.intent.instance == row.intent.instance
                && earlier.intent.to == row.intent.from.folder
                && earlier.to_uid == Some(row.intent.from.uid)
        })
        .any(|earlier| chosen.contains(&earlier.id) || follows(earlier, all_done, chosen))
}

#[cfg(test)]
mod tests;
