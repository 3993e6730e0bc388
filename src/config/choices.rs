//! The words that a key may be set to: what they mean is said in `logic`.

pub use crate::logic::appearance::ThemeName;
pub use crate::logic::plan::{Mode, TopMode};
pub use crate::logic::policy::Caution;
pub use crate::logic::server::Tls;

pub(super) fn themes() -> [(&'static str, ThemeName); 3] {
    ThemeName::ALL.map(|theme| (theme.word(), theme))
}
