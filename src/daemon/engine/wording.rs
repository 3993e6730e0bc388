//! Sentences about what was done and what waits.

use crate::logic::doubt::Doubt;
use crate::logic::engine::{Health, Question, WaitingKind, WaitingRow};
use crate::logic::ids::{Category, UnixTime};
use crate::logic::orders::Who;
use crate::logic::printable::Printable;
use crate::store::WrittenTo;

/// "1 message", "3 messages".
pub(super) fn messages(count: usize) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

/// Where mail of a category goes, for the end of a sentence.
pub(super) fn place(category: Category) -> &'static str {
    match category {
        Category::Top => "Top",
        Category::Inbox => "INBOX",
        Category::News => "News",
        Category::Bulk => "Bulk",
        Category::Blackhole => "Blackhole",
    }
}

/// What was trained: "mail of a@b.c goes to News from now on".
pub(super) fn trained<'a>(whos: impl ExactSizeIterator<Item = &'a Who>, category: Category) -> Option<String> {
    let count = whos.len();
    let named: Vec<String> = whos.take(2).map(|who| Printable::new(&who.to_string()).to_string()).collect();
    let list = match (count, named.as_slice()) {
        (1, [one]) => one.clone(),
        (2, [one, other]) => format!("{one} and {other}"),
        (_, [one, other]) => format!("{one}, {other} and {} more", count - 2),
        _ => return None,
    };
    let verb = if category == Category::Inbox { "stays in" } else { "goes to" };
    Some(format!("mail of {list} {verb} {} from now on", place(category)))
}

/// The row about a batch that an account holds.
pub(super) fn held(health: &Health) -> Option<WaitingRow> {
    let held = health.held.as_ref()?;
    let [top, _, news, bulk, blackhole] = held.counts;
    let all: u32 = held.counts.iter().sum();
    Some(WaitingRow {
        id: format!("batch:{}", health.account),
        account: health.account.clone(),
        kind: WaitingKind::Batch,
        since: held.since,
        text: format!("file {all} of {} messages in INBOX, which is more than is usual", held.inbox),
        details: [(top, "Top"), (news, "News"), (bulk, "Bulk"), (blackhole, "Blackhole")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, place)| format!("{count} to {place}"))
            .chain(["no: they stay in INBOX".to_owned()])
            .collect(),
    })
}

/// The row about a question that stopped a pass.
pub(super) fn question(health: &Health, text: String, since: UnixTime) -> WaitingRow {
    WaitingRow {
        id: format!("question:{}", health.account),
        account: health.account.clone(),
        kind: WaitingKind::Question,
        since,
        text,
        details: vec!["nothing is filed on this account before it is answered".to_owned()],
    }
}

/// As it may be printed.
pub(super) fn shown(who: &Who) -> Printable {
    Printable::new(&who.to_string())
}

/// Whether to banish somebody the user has written to.
pub(super) fn written_to(who: &Who, written: &WrittenTo) -> Question {
    let times = if written.times == 1 { "once".to_owned() } else { format!("{} times", written.times) };
    let address = Printable::new(written.address.as_str());
    Question {
        text: format!("Send all mail of {} to Blackhole? You have written to {address} {times}", shown(who)),
        details: vec![format!("all mail of {} goes to Blackhole from now on", shown(who))],
    }
}

/// Whether to banish somebody for mail that may be forged.
pub(super) fn forged(who: &Who, doubt: Doubt) -> Question {
    Question {
        text: format!("Send all mail of {} to Blackhole? It may be forged", shown(who)),
        details: vec![doubt.text().to_owned(), format!("all mail of {} goes to Blackhole from now on", shown(who))],
    }
}

/// "1 message goes", "3 messages go".
pub(super) fn moves(count: usize) -> String {
    format!("{} {}", messages(count), verb(count, "goes", "go"))
}

/// The verb to a number of things.
pub(super) fn verb(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_trained_is_said_in_one_line() {
        let whos: Vec<Who> =
            ["a@b.example", "@c.example", "<d.example>"].iter().map(|who| Who::parse(who).unwrap()).collect();
        let say = |count: usize, category| trained(whos[..count].iter(), category);
        assert_eq!(say(0, Category::News), None);
        assert_eq!(say(1, Category::News).unwrap(), "mail of a@b.example goes to News from now on");
        assert_eq!(say(2, Category::Inbox).unwrap(), "mail of a@b.example and @c.example stays in INBOX from now on");
        assert_eq!(
            say(3, Category::Bulk).unwrap(),
            "mail of a@b.example, @c.example and 1 more goes to Bulk from now on"
        );
    }
}
