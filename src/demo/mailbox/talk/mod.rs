//! What people write to each other, a table for each language.

mod english;
mod german;
mod others;
mod romance;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    Dutch,
    English,
    French,
    German,
    Italian,
    Japanese,
    Polish,
    Portuguese,
    Spanish,
}

/// How a language is written in mail.
pub(super) struct Talk {
    /// `{name}` is the one addressed.
    pub(super) greeting: &'static str,
    pub(super) farewell: &'static str,
    /// Above a quotation; `{date}` and `{name}`.
    pub(super) wrote: &'static str,
    /// Before the subject of an answer.
    pub(super) answer_mark: &'static str,
    /// Among friends.
    pub(super) topics: &'static [Topic],
    /// At work; empty where nobody works in it.
    pub(super) work: &'static [Topic],
    /// What can be said at the end of anything.
    pub(super) replies: &'static [&'static str],
}

/// Something to talk about. Slots: `{city}`, `{food}`, `{n}`, `{day}` (in the language).
pub(super) struct Topic {
    pub(super) subject: &'static str,
    pub(super) opening: &'static str,
    /// The first answer.
    pub(super) answer: &'static str,
}

/// A row of the tables.
const fn topic(subject: &'static str, opening: &'static str, answer: &'static str) -> Topic {
    Topic { subject, opening, answer }
}

impl Tongue {
    /// The language's table.
    pub(super) fn talk(self) -> &'static Talk {
        match self {
            Tongue::Dutch => &others::DUTCH,
            Tongue::English => &english::ENGLISH,
            Tongue::French => &romance::FRENCH,
            Tongue::German => &german::GERMAN,
            Tongue::Italian => &romance::ITALIAN,
            Tongue::Japanese => &others::JAPANESE,
            Tongue::Polish => &others::POLISH,
            Tongue::Portuguese => &romance::PORTUGUESE,
            Tongue::Spanish => &romance::SPANISH,
        }
    }

    /// A day of the week.
    pub(super) fn days(self) -> &'static [&'static str] {
        match self {
            Tongue::Dutch => &["maandag", "woensdag", "vrijdag", "zaterdag"],
            Tongue::English => &["Monday", "Tuesday", "Thursday", "Saturday", "Sunday"],
            Tongue::French => &["lundi", "mercredi", "vendredi", "samedi"],
            Tongue::German => &["Montag", "Mittwoch", "Donnerstag", "Samstag", "Sonntag"],
            Tongue::Italian => &["lunedì", "giovedì", "sabato", "domenica"],
            Tongue::Japanese => &["月曜日", "水曜日", "土曜日"],
            Tongue::Polish => &["poniedziałek", "środę", "sobotę"],
            Tongue::Portuguese => &["segunda", "quinta", "sábado"],
            Tongue::Spanish => &["lunes", "jueves", "sábado", "domingo"],
        }
    }
}
