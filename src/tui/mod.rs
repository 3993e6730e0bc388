//! The terminal UI.

pub mod svg;
#[cfg(test)]
pub(crate) mod testing;
pub mod theme;
pub mod widget;
