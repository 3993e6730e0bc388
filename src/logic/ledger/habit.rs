//! Kinds of mail by how they reach the user. People differ in what they answer: one answers whatever names them in To, another
//! only answers to their own mail.

use super::habitual::first_word;
use super::{Key, Ledger};
use crate::logic::facts::Facts;
use crate::logic::ids::MidHash;
use crate::logic::signals::Place;
use crate::logic::words::{Subject, part};

/// One kind of mail, among those of one way of telling kinds apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Habit(u32);

/// The kinds that one message is of, one for each way of telling them apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits(u64);

/// Where a message stands to the user's own mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadState {
    /// It answers nothing.
    New,
    /// It answers others, in a thread in which the user never wrote.
    Others,
    /// The user wrote earlier in its thread.
    Joined,
    /// It answers the user.
    AnswersUser,
}

/// What its subject makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A subject without a tag.
    Plain,
    /// With a tag.
    Tagged,
    /// The first part of a series: `[PATCH 0/5]`, `[PATCH 1/5]`.
    FirstPart,
    /// A later part.
    LaterPart,
}

/// Tells the first words of subjects from the few other kinds.
const WORD: u32 = 0x8000_0000;

impl Habit {
    /// How the database names it.
    pub fn name(self) -> String {
        self.0.to_string()
    }

    /// The opposite of [`Habit::name`].
    pub fn from_name(name: &str) -> Option<Habit> {
        name.parse().ok().map(Habit)
    }
}

impl Habits {
    /// Mail that is of no kind: a machine or a list sent it.
    pub const NONE: Habits = Habits(0);

    /// By place and thread, by form and thread, by the number of recipients, by the first word of the subject.
    pub fn each(self) -> [Option<Habit>; 4] {
        let [_, place, form, crowd] = (self.0 as u32).to_be_bytes().map(u32::from);
        [place, form, crowd, (self.0 >> 32) as u32].map(|code| (code != 0).then_some(Habit(code)))
    }

    /// As the database keeps them.
    pub fn bits(self) -> i64 {
        self.0.cast_signed()
    }

    /// The opposite of [`Habits::bits`].
    pub fn from_bits(bits: i64) -> Habits {
        Habits(bits.cast_unsigned())
    }

    pub(super) fn keys(self) -> impl Iterator<Item = Key> {
        self.each().into_iter().flatten().map(Key::Habit)
    }

    pub(crate) fn new(place: Place, thread: ThreadState, form: Form, (facts, bare): (&Facts, &str)) -> Habits {
        let recipients = facts.recipients().count();
        let thread = thread as u8;
        let crowd = match recipients {
            0..=2 => 0,
            3..=5 => 1,
            6..=10 => 2,
            _ => 3,
        };
        let ways = u32::from_be_bytes([0, 1 + 4 * place as u8 + thread, 32 + 4 * form as u8 + thread, 64 + crowd]);
        let word = first_word(bare).map_or(0, |hash| WORD | hash);
        Habits(u64::from(word) << 32 | u64::from(ways))
    }
}

impl Ledger {
    /// The kinds of mail that a message is of; none when a machine or a list sent it.
    pub fn habits_of(&self, facts: &Facts) -> Habits {
        if facts.is_impersonal() {
            return Habits::NONE;
        }
        let place = crate::logic::signals::place(facts, &self.own_addresses);
        let (subject, bare) = Subject::read_form(&facts.subject);
        let thread = thread_state(facts, |id| self.is_own(id));
        Habits::new(place, thread, form(facts, subject), (facts, bare))
    }
}

pub(crate) fn thread_state(facts: &Facts, is_own: impl Fn(MidHash) -> bool) -> ThreadState {
    if facts.in_reply_to.iter().any(|&id| is_own(id)) {
        ThreadState::AnswersUser
    } else if facts.references.iter().any(|&id| is_own(id)) {
        ThreadState::Joined
    } else if facts.in_reply_to.is_empty() && facts.references.is_empty() {
        ThreadState::New
    } else {
        ThreadState::Others
    }
}

pub(crate) fn form(facts: &Facts, subject: Subject) -> Form {
    match part(&facts.subject) {
        Some((place, _)) if place > 1 => Form::LaterPart,
        Some(_) => Form::FirstPart,
        None if subject.tagged => Form::Tagged,
        None => Form::Plain,
    }
}
