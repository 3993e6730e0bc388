//! The words that a key may be set to.

pub use crate::logic::appearance::ThemeName;
pub use crate::logic::plan::{Mode, TopMode};
pub use crate::logic::policy::Caution;
pub use crate::logic::server::Tls;

pub(super) const MODES: [(&str, Mode); 2] = [("preview", Mode::Preview), ("file", Mode::File)];

pub(super) const TOP_MODES: [(&str, TopMode); 3] =
    [("move", TopMode::Move), ("flag", TopMode::Flag), ("off", TopMode::Off)];

pub(super) const CAUTIONS: [(&str, Caution); 3] =
    [("low", Caution::Low), ("normal", Caution::Normal), ("high", Caution::High)];

pub(super) fn themes() -> [(&'static str, ThemeName); 3] {
    ThemeName::ALL.map(|theme| (theme.word(), theme))
}
