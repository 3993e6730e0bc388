//! What words in a subject and in a sender's address say: small tables, readable at a glance, for English, German, French,
//! Spanish, Italian, Portuguese and Dutch.

mod role;
mod tables;

pub use role::{Role, is_generated, is_mass_domain, is_mass_name, is_organisation, role};

use std::sync::LazyLock;

/// A kind of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Meant to be read: newsletter, digest, issue, weekly.
    Editorial,
    /// Wants to sell: sale, % off, voucher, last chance.
    Offer,
    /// Says what was bought or paid: order, invoice, shipped, statement.
    Receipt,
    /// Says that something happened in a machine: build failed, reminder, new comment.
    Notice,
    /// A code or a link to sign in, or to set a password.
    Code,
    /// Somebody signed in, or tried to.
    Security,
    /// An automatic reply: out of office, delivery failure.
    AutoReply,
}

/// What the words of one subject say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    kinds: u8,
    /// It begins with `Re:` or another language's mark of an answer.
    pub reply: bool,
    /// It begins with `Fwd:` or the like.
    pub forward: bool,
    /// It asks something.
    pub question: bool,
    /// It begins as calendars begin their invitations.
    pub invitation: bool,
    /// It begins with a tag: `[list-name] …`.
    pub tagged: bool,
    /// It holds a price or a percentage.
    pub figures: bool,
}

impl Subject {
    /// Reads a decoded subject. With it comes what is left of it without its marks of answers and tags.
    pub fn read(subject: &str) -> (Subject, &str) {
        let mut read = Subject::default();
        let rest = read.form(subject);
        read.invitation = rest.split_once(':').is_some_and(|(head, _)| is_invitation(head));
        read.words(&fold(rest));
        if rest.split_whitespace().any(is_issue_number) {
            read.kinds |= 1 << Kind::Editorial as u8;
        }
        (read, rest.trim())
    }

    /// Reads its form only, not its words: for mail that a person may have written, whose words do not count.
    pub fn read_form(subject: &str) -> (Subject, &str) {
        let mut read = Subject::default();
        let rest = read.form(subject);
        (read, rest.trim())
    }

    /// Reads a sender's name and address as if they were a subject: for [`Subject::says`].
    pub fn read_sender(name: &str, local: &str) -> Subject {
        let mut read = Subject::default();
        read.words(&fold(name));
        read.words(&fold(local));
        read
    }

    /// Whether words of `kind` are in it.
    pub fn says(self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u8) != 0
    }

    /// Takes off marks of answers and tags, and notes them.
    fn form<'a>(&mut self, subject: &'a str) -> &'a str {
        self.question = memchr::memchr(b'?', subject.as_bytes()).is_some();
        let mut rest = subject.trim_start();
        loop {
            let headed = headed(rest);
            if let Some((_, after)) = headed.filter(|(head, _)| is_among(&REPLY, head)) {
                self.reply = true;
                rest = after;
            } else if let Some((_, after)) = headed.filter(|(head, _)| is_among(&FORWARD, head)) {
                self.forward = true;
                rest = after;
            } else if let Some((tag, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
                self.tagged |= !GATEWAY_TAGS.iter().any(|one| one.eq_ignore_ascii_case(tag));
                rest = after.trim_start();
            } else {
                return rest;
            }
        }
    }

    fn words(&mut self, folded: &str) {
        let phrases = &*PHRASES;
        let mut start = 0;
        let (mut code, mut digits) = (false, false);
        for word in folded.split(' ') {
            for phrase in phrases.starting_like(word) {
                if phrase.begins(&folded.as_bytes()[start..]) {
                    self.kinds |= 1 << phrase.kind as u8;
                }
            }
            if word.bytes().any(|byte| byte.is_ascii_digit()) {
                let number = word.trim_matches(['$', '€', '£', '%']);
                let numeric = number.bytes().all(|byte| byte.is_ascii_digit());
                self.figures |= numeric && number.len() < word.len();
                digits |= numeric && (4..=8).contains(&number.len());
            }
            code |= matches!(word, "code" | "codigo" | "codice" | "pin" | "otp" | "tan" | "passcode" | "verification");
            start += word.len() + 1;
        }
        if code && digits {
            self.kinds |= 1 << Kind::Code as u8;
        }
    }
}

/// A subject without marks of answers and tags.
pub fn bare(subject: &str) -> &str {
    Subject::read_form(subject).1
}

/// What stands before it, when there is a tag; most subjects have none, and this is asked of every message.
fn tags(subject: &str) -> &str {
    if memchr::memchr(b'[', subject.as_bytes()).is_none() {
        return "";
    }
    &subject[..subject.len() - bare(subject).len().min(subject.len())]
}

/// Place and number of parts, when a tag before the subject names them: 2 and 5 of `[PATCH v3 2/5] x`.
pub fn part(subject: &str) -> Option<(u32, u32)> {
    tags(subject).split(|c: char| c.is_whitespace() || c == '[' || c == ']').find_map(|word| {
        let (place, parts) = word.split_once('/')?;
        Some((place.parse().ok()?, parts.parse().ok()?))
    })
}

/// The number of a later version, when a tag before the subject names it: 3 of `[PATCH v3 2/5] x` and of `[v3] x`.
pub fn version(subject: &str) -> Option<u32> {
    let mut words = tags(subject).split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | ','));
    words.find_map(|word| word.strip_prefix(['v', 'V'])?.parse().ok()).filter(|&version| version > 1)
}

/// Volume and number, as periodicals head their subjects: `Gardener 12.3: Beans`.
fn is_issue_number(word: &str) -> bool {
    let short = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    word.strip_suffix(':')
        .and_then(|word| word.split_once('.'))
        .is_some_and(|(volume, number)| short(volume) && short(number))
}

/// Tags that the receiving company's gateway sets on everything from outside.
const GATEWAY_TAGS: [&str; 7] = ["ext", "extern", "external", "externe", "external sender", "spam", "suspected spam"];
const REPLY: [&str; 9] = ["re", "aw", "antw", "sv", "rv", "rif", "ref", "odp", "回复"];
const FORWARD: [&str; 9] = ["fwd", "fw", "wg", "tr", "enc", "rv", "i", "doorst", "转发"];
const INVITATION: [&str; 10] = [
    "invitation",
    "updated invitation",
    "einladung",
    "aktualisierte einladung",
    "invitacion",
    "invitacion actualizada",
    "invito",
    "invito aggiornato",
    "convite",
    "uitnodiging",
];

/// The mark before the first colon, and what follows: `Re` of `Re: x`, `RE : x`, `Re[2]: x`.
fn headed(text: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr(b':', text.as_bytes())?;
    let head = text[..colon].trim_end();
    let head = head.split_once('[').map_or(head, |(head, _)| head);
    Some((head, text[colon + 1..].trim_start()))
}

fn is_among(marks: &[&str], head: &str) -> bool {
    marks.iter().any(|mark| mark.eq_ignore_ascii_case(head))
}

fn is_invitation(head: &str) -> bool {
    head.len() < 30 && INVITATION.contains(&fold(head).as_str())
}

/// Lower-case words separated by single blanks, without accents; `%` and signs of money stay, other punctuation goes.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' | '%' | '$' | '€' | '£' => folded.push(c),
            'A'..='Z' => folded.push(c.to_ascii_lowercase()),
            '\'' | '’' => {}
            c if c.is_ascii() || !c.is_alphanumeric() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => {
                c.to_lowercase().for_each(|c| folded.push_str(without_accent(c).unwrap_or(c.encode_utf8(&mut [0; 4]))))
            }
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn without_accent(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' => "a",
        'æ' => "ae",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ò'..='ö' | 'ø' => "o",
        'ù'..='ü' => "u",
        'ß' => "ss",
        'œ' => "oe",
        _ => return None,
    })
}

/// Words that say something.
#[derive(Clone)]
struct Phrase {
    text: &'static str,
    /// The last word may go on.
    open: bool,
    kind: Kind,
}

impl Phrase {
    fn new(kind: Kind, phrase: &'static str) -> Phrase {
        let stem = phrase.strip_suffix('*');
        Phrase { text: stem.unwrap_or(phrase), open: stem.is_some(), kind }
    }

    /// Whether a folded text begins with it.
    fn begins(&self, text: &[u8]) -> bool {
        text.strip_prefix(self.text.as_bytes())
            .is_some_and(|rest| self.open || rest.first().is_none_or(|byte| *byte == b' '))
    }
}

/// The phrases of all tables by their first two letters. Other first bytes share a place, so a place may hold phrases that
/// begin otherwise.
struct Phrases(Vec<Vec<Phrase>>);

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut places = vec![Vec::new(); 27 * 27];
    tables::phrases().for_each(|(kind, phrase)| places[place(phrase)].push(Phrase::new(kind, phrase)));
    Phrases(places)
});

impl Phrases {
    fn starting_like(&self, word: &str) -> &[Phrase] {
        self.0.get(place(word)).map_or(&[], Vec::as_slice)
    }
}

fn place(word: &str) -> usize {
    let letter = |at: usize| match word.as_bytes().get(at) {
        Some(byte @ b'a'..=b'z') => usize::from(byte - b'a') + 1,
        _ => 0,
    };
    27 * letter(0) + letter(1)
}

#[cfg(test)]
mod tests;
