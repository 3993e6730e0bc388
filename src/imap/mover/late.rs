//! Flags that another program gave a message after it was copied: the copy gets them too, before the original goes.
//!
//! What is set between the last look, which is the answer to our own STORE, and the EXPUNGE that follows it is lost with the
//! original: IMAP has no way to expunge a message only if it is unchanged. MOVE has no such moment.

use std::collections::HashMap;
use std::hash::BuildHasher;

use super::LINE_LIMIT;
use super::look::{Found, back_to_source};
use crate::imap::{Access, Answer, Session, Status, Untagged, uid_sets};
use crate::logic::fault::Fault;
use crate::logic::ids::{Flags, Uid};
use crate::logic::journal::Row;

/// What a message carries besides its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    flags: Flags,
    keywords: u64,
}

impl Marks {
    pub(super) fn of(found: &Found) -> Marks {
        Marks { flags: found.flags, keywords: found.keywords }
    }
}

/// Marks of the copies, by the UID of the original. What is not in it is not looked at.
pub(super) type Carried = HashMap<Uid, Marks>;

/// What an original carries and its copy does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Late {
    copy: Uid,
    flags: Flags,
    /// All keywords of the original, when they are others than those of the copy.
    keywords: Vec<String>,
}

/// A sum of keywords, in whatever order and case.
pub(super) fn sum(keywords: &str) -> u64 {
    let state = foldhash::quality::FixedState::default();
    let words = keywords.split_ascii_whitespace().map(|word| state.hash_one(word.to_ascii_lowercase()));
    words.fold(0, u64::wrapping_add)
}

/// What `answer`, that to a STORE which was not silent, says that the copies lack. `\Deleted` is none of it.
pub(super) fn late(answer: &Answer, pairs: &[&(Row, Uid)], carried: &Carried) -> Vec<Late> {
    let copies: HashMap<Uid, Uid> = pairs.iter().map(|(row, copy)| (row.intent.from.uid, *copy)).collect();
    let late = answer.untagged.iter().filter_map(|one| {
        let Untagged::Fetch(row) = one else { return None };
        let (uid, now) = (row.uid?, row.flags?);
        let carried = carried.get(&uid)?;
        let flags = Flags::from_bits(now.bits() & !carried.flags.bits() & !MARK.bits());
        let same = sum(&row.keywords) == carried.keywords;
        let keywords = row.keywords.split(' ').filter(|word| !same && is_keyword(word)).map(str::to_owned).collect();
        let late = Late { copy: *copies.get(&uid)?, flags, keywords };
        (late.flags != Flags::default() || !late.keywords.is_empty()).then_some(late)
    });
    late.collect()
}

/// Bytes of a keyword at most.
const LONGEST: usize = 1000;

/// An atom that can be a keyword (RFC 9051, section 9).
fn is_keyword(word: &str) -> bool {
    let special = |byte: u8| matches!(byte, b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b']');
    (1..=LONGEST).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic() && !special(byte))
}

type Has = fn(&Flags) -> bool;

const MARK: Flags =
    Flags { seen: false, answered: false, flagged: false, deleted: true, draft: false, important: false };

/// Gives them to the copies. Leaves the source of `row` selected. What the server does not let be set is lost with the original, as it
/// is with every program that moves by COPY.
pub(super) async fn hand_on(session: &mut Session, row: &Row, late: &[Late]) -> Result<(), Fault> {
    session.select(&row.intent.to, Access::ReadWrite).await?;
    let words: [(&str, Has); 5] = [
        ("\\Seen", |flags| flags.seen),
        ("\\Answered", |flags| flags.answered),
        ("\\Flagged", |flags| flags.flagged),
        ("\\Draft", |flags| flags.draft),
        ("$Important", |flags| flags.important),
    ];
    for (word, has) in words {
        let uids: Vec<Uid> = late.iter().filter(|one| has(&one.flags)).map(|one| one.copy).collect();
        give(session, word, &uids).await?;
    }
    let mut by_keyword: HashMap<&str, Vec<Uid>> = HashMap::new();
    for one in late {
        one.keywords.iter().for_each(|word| by_keyword.entry(word).or_default().push(one.copy));
    }
    for (word, uids) in by_keyword {
        give(session, word, &uids).await?;
    }
    back_to_source(session, row).await.map(drop)
}

async fn give(session: &mut Session, word: &str, uids: &[Uid]) -> Result<(), Fault> {
    for (set, _) in uid_sets(uids, LINE_LIMIT - 100 - LONGEST) {
        let answer = session.exec(&format!("UID STORE {set} +FLAGS.SILENT ({word})")).await?;
        if answer.tagged.status != Status::Ok {
            tracing::debug!("the server does not let a copy be flagged");
        }
    }
    Ok(())
}
