//! The terminal UI: see what was filed and why, correct it with a key, take anything back.
//!
//! One machine, two faces. [`model::Model`] is everything that is known, [`update::update`] takes one [`message::Message`] and gives
//! the [`effect::Effect`]s that follow from it, and [`view::draw`] only reads. None of the three touches the world: the time comes in
//! messages, what the engine knows comes in answers to requests. [`run`] is the one place with a terminal, a clock and a [`run::Port`]
//! to the engine, and [`keymap`] is the one table that keys, hints, help, palette and `docs/keys.md` are read from.
//!
//! ```text
//! keys, mouse, ticks, answers, notices ─► Message ─► update(&mut Model) ─► Effect ─► terminal, engine
//!                                                         │
//!                                                         └─► view(&Model) ─► frame
//! ```
//!
//! [`guide`] is a small machine of the same kind beside it: the guided set-up, before there is an account to look at.

pub mod effect;
pub mod guide;
pub mod keymap;
pub mod layout;
pub mod message;
pub mod model;
pub mod overlay;
#[cfg(test)]
pub(crate) mod play;
pub mod reader;
pub mod run;
pub mod screen;
pub mod shared;
pub mod svg;
#[cfg(test)]
pub(crate) mod testing;
pub mod theme;
pub mod toast;
pub mod update;
pub mod view;
pub mod widget;
pub mod words;
