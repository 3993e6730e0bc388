//! Flags that another program gave a message after it was copied: the copy gets them too, before the original goes.

use std::collections::HashMap;

use super::LINE_LIMIT;
use super::look::back_to_source;
use crate::imap::{Access, Answer, Session, Status, Untagged, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, Uid};
use crate::logic::journal::Row;

/// Flags that the copies carry, by the UID of the original. What is not in it is not looked at.
pub(super) type Carried = HashMap<Uid, Flags>;

/// Flags that the originals carry and their copies do not, by the UID of the copy. `answer` is that to a STORE which was not silent.
///
/// `\Deleted` is none of them. Keywords of the user's are not seen: mailherd knows the flags in [`Flags`] only.
pub(super) fn late(answer: &Answer, pairs: &[&(Row, Uid)], carried: &Carried) -> Vec<(Uid, Flags)> {
    let copies: HashMap<Uid, Uid> = pairs.iter().map(|(row, copy)| (row.intent.from.uid, *copy)).collect();
    let late = answer.untagged.iter().filter_map(|one| {
        let Untagged::Fetch(row) = one else { return None };
        let (uid, now) = (row.uid?, row.flags?);
        let missing = now.bits() & !carried.get(&uid)?.bits() & !MARK.bits();
        (missing != 0).then_some((*copies.get(&uid)?, Flags::from_bits(missing)))
    });
    late.collect()
}

type Has = fn(&Flags) -> bool;

const MARK: Flags =
    Flags { seen: false, answered: false, flagged: false, deleted: true, draft: false, important: false };

/// Gives them to the copies. Leaves the source of `row` selected. What the server does not let be set is lost with the original, as it
/// is with every program that moves by COPY.
pub(super) async fn hand_on(session: &mut Session, row: &Row, late: &[(Uid, Flags)]) -> Result<(), Fault> {
    session.select(&row.intent.to, Access::ReadWrite).await?;
    let words: [(&str, Has); 5] = [
        ("\\Seen", |flags| flags.seen),
        ("\\Answered", |flags| flags.answered),
        ("\\Flagged", |flags| flags.flagged),
        ("\\Draft", |flags| flags.draft),
        ("$Important", |flags| flags.important),
    ];
    for (word, has) in words {
        let uids: Vec<Uid> = late.iter().filter(|(_, flags)| has(flags)).map(|(uid, _)| *uid).collect();
        for (set, _) in uid_sets(&uids, LINE_LIMIT - 100) {
            let answer = session.exec(&format!("UID STORE {set} +FLAGS.SILENT ({word})")).await?;
            if answer.tagged.status != Status::Ok {
                tracing::debug!(word, "the server does not let a copy be flagged");
            }
        }
    }
    back_to_source(session, row).await.map(drop)
}
