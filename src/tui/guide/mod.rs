//! The guided set-up on the screen: what was told scrolls above, the question stands below it.
//!
//! It knows nothing of accounts. Whoever guides tells lines and asks questions through a [`Talk`], from the same thread or another;
//! [`run`] shows them until it is over or the user leaves. A password that is typed is neither drawn nor kept.

mod run;
mod state;
mod talk;
mod view;

pub use run::{Ending, run};
pub use talk::{Answer, Asked, Hearing, Kind, Span, Talk, channel};

#[cfg(test)]
mod tests;
