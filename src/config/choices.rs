//! The words that a key may be set to.

pub use crate::logic::appearance::ThemeName;
pub use crate::logic::plan::{Mode, TopMode};
pub use crate::logic::policy::Caution;

pub(super) const MODES: [(&str, Mode); 2] = [("preview", Mode::Preview), ("file", Mode::File)];

pub(super) const TOP_MODES: [(&str, TopMode); 3] =
    [("move", TopMode::Move), ("flag", TopMode::Flag), ("off", TopMode::Off)];

pub(super) const CAUTIONS: [(&str, Caution); 3] =
    [("low", Caution::Low), ("normal", Caution::Normal), ("high", Caution::High)];

pub(super) fn themes() -> [(&'static str, ThemeName); 3] {
    ThemeName::ALL.map(|theme| (theme.word(), theme))
}

/// How the connection to the server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (RFC 8314, section 3.2), by default on port 993.
    #[default]
    Implicit,
    /// STARTTLS before anything else, by default on port 143; never optional once configured.
    Starttls,
    /// None at all: loopback addresses only.
    None,
}

impl Tls {
    pub(super) const WORDS: [(&'static str, Tls); 3] =
        [("implicit", Tls::Implicit), ("starttls", Tls::Starttls), ("none", Tls::None)];

    /// As it stands in the file.
    pub fn word(self) -> &'static str {
        word_of(&Self::WORDS, self)
    }

    /// The port that goes with it when the file names none.
    pub fn default_port(self) -> u16 {
        match self {
            Tls::Implicit => 993,
            Tls::Starttls | Tls::None => 143,
        }
    }
}

fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], choice: T) -> &'static str {
    words.iter().find(|(_, candidate)| *candidate == choice).map_or("", |(word, _)| word)
}
