//! What a digest says, line by line.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Digest, Group, Sender};
use crate::logic::figures::plural;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::printable::Printable;

/// Senders that are shown of a category, and lessons.
const MOST: usize = 25;
/// A subject is cut after this many characters.
const SUBJECT: usize = 120;

/// A line of a digest. Its text is safe to print, and to be escaped it is for whoever writes HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// What it is all about.
    Title(Printable),
    /// What the following lines are about.
    Heading(Printable),
    /// One sender, one lesson, one message that falls. `new`: never heard of before.
    Item {
        /// What.
        text: Printable,
        /// It deserves a second look.
        new: bool,
    },
    /// More about the item above.
    Detail(Printable),
    /// What to do.
    Note(Printable),
}

/// The subject of the message: ours, and without a word of other people's.
pub fn subject(digest: &Digest) -> String {
    let what = match (digest.messages(), digest.learned.len() as u64, digest.fell) {
        (0, 0, 0) => "what leaves Blackhole next".to_owned(),
        (0, 0, fell) => format!("{} left Blackhole", plural(fell, "message", "messages")),
        (0, learned, _) => format!("{} learned", plural(learned, "order", "orders")),
        (filed, ..) => format!("{} filed", plural(filed, "message", "messages")),
    };
    format!("mailherd: {what} ({})", Printable::new(&digest.account))
}

/// All of it.
pub fn lines(digest: &Digest, zone: &TimeZone) -> Vec<Line> {
    let account = Printable::new(&digest.account);
    let since = time(digest.since, zone);
    let title = match digest.messages() {
        0 => format!("{account}: nothing was filed since {since}"),
        messages => format!("{account}: {} filed since {since}", plural(messages, "message", "messages")),
    };
    let mut lines = vec![Line::Title(Printable::new(&title))];
    digest.filed.iter().for_each(|group| filed(group, &mut lines));
    learned(digest, &mut lines);
    blackhole(digest, zone, &mut lines);
    if digest.waiting > 0 {
        let questions = plural(digest.waiting, "question waits", "questions wait");
        note(&mut lines, format!("{questions} for your word: `mailherd orders --pending`"));
    }
    if digest.messages() > 0 {
        note(
            &mut lines,
            "Something in the wrong place? Move it back with any mail program, and mailherd learns from that.".into(),
        );
        note(&mut lines, "`mailherd log` lists every move, `mailherd undo --id N` takes one back.".into());
    }
    lines
}

fn filed(group: &Group, lines: &mut Vec<Line>) {
    let place = place(group.category);
    heading(lines, format!("{place}: {}", plural(group.messages, "message", "messages")));
    for sender in group.senders.iter().take(MOST) {
        lines.push(Line::Item { text: Printable::new(&who(sender)), new: sender.new });
        for subject in &sender.subjects {
            detail(lines, subject);
        }
        let more = sender.messages.saturating_sub(sender.subjects.len() as u64);
        if more > 0 {
            detail(lines, &format!("and {more} more"));
        }
    }
    let rest = &group.senders[group.senders.len().min(MOST)..];
    if !rest.is_empty() {
        let messages: u64 = rest.iter().map(|sender| sender.messages).sum();
        let senders = plural(rest.len() as u64, "sender", "senders");
        item(lines, format!("and {senders} more with {}", plural(messages, "message", "messages")));
    }
}

fn who(sender: &Sender) -> String {
    let name = Printable::new(&sender.name);
    match (name.as_str(), sender.address.as_str()) {
        ("", "") => "somebody without an address".to_owned(),
        ("", address) => address.to_owned(),
        (name, "") => name.to_owned(),
        (name, address) if name.eq_ignore_ascii_case(address) => address.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    }
}

fn learned(digest: &Digest, lines: &mut Vec<Line>) {
    if digest.learned.is_empty() {
        return;
    }
    heading(lines, "Learned from you".into());
    for lesson in digest.learned.iter().take(MOST) {
        let verb = if lesson.category == Category::Inbox { "stays in" } else { "goes to" };
        item(lines, format!("mail of {} {verb} {} from now on", lesson.who, place(lesson.category)));
    }
    if digest.learned.len() > MOST {
        item(lines, format!("and {} more: `mailherd orders`", digest.learned.len() - MOST));
    }
}

fn blackhole(digest: &Digest, zone: &TimeZone, lines: &mut Vec<Line>) {
    let total = digest.falling.total;
    if total == 0 && digest.fell == 0 {
        return;
    }
    heading(lines, "Blackhole".into());
    if digest.fell > 0 {
        item(lines, format!("{} went to Trash", plural(digest.fell, "message", "messages")));
    }
    if total > 0 {
        item(lines, format!("{} to Trash, the first of them:", plural(total, "message goes", "messages go")));
    }
    for row in &digest.falling.next {
        detail(lines, &format!("{}  {}  {}", time(row.at, zone), row.sender, row.subject));
    }
}

fn heading(lines: &mut Vec<Line>, text: String) {
    lines.push(Line::Heading(Printable::new(&text)));
}

fn item(lines: &mut Vec<Line>, text: String) {
    lines.push(Line::Item { text: Printable::new(&text), new: false });
}

fn detail(lines: &mut Vec<Line>, text: &str) {
    let clean = Printable::new(text);
    let cut: String = clean.as_str().chars().take(SUBJECT).collect();
    let text = match cut.as_str() {
        "" => Printable::new("(no subject)"),
        cut if cut.len() < clean.as_str().len() => Printable::new(&format!("{cut}…")),
        _ => clean,
    };
    lines.push(Line::Detail(text));
}

fn note(lines: &mut Vec<Line>, text: String) {
    lines.push(Line::Note(Printable::new(&text)));
}

fn time(at: UnixTime, zone: &TimeZone) -> String {
    Timestamp::from_second(at.0)
        .map(|at| at.to_zoned(zone.clone()).strftime("%a %e %b %H:%M").to_string())
        .unwrap_or_default()
}

fn place(category: Category) -> &'static str {
    match category {
        Category::Top => "Top",
        Category::Inbox => "INBOX",
        Category::News => "News",
        Category::Bulk => "Bulk",
        Category::Blackhole => "Blackhole",
    }
}
