//! The engine at work: joins `config`, `imap` and `store` to what `logic` decides.
//!
//! [`pass`] is one pass over one account: settle what a crash left, read what is new, judge it, file it, let old mail fall
//! out of Blackhole. [`moves`] learns from what the user moved by hand. [`undo`], [`order`], [`pending`], [`inspect`] and [`backtest`] are the other things a face can ask for. [`discovery`] finds an account's server, [`oauth`] has its tokens, [`steps`] and [`doctor`] look at the way to it, [`own`] and [`preview`] at what is there. [`adopt`] reads what SaneBox left, [`uninstall`] clears away what mailherd would leave. [`engine`] does all of it for as long as it runs. Nothing here parses mail or
//! speaks IMAP; nothing here prints.

pub mod adopt;
mod ahead;
pub mod backtest;
pub mod digest;
pub mod discovery;
pub mod doctor;
pub mod engine;
pub mod inspect;
pub mod moves;
pub mod oauth;
pub mod order;
pub mod own;
pub mod pass;
pub mod pending;
pub mod preview;
pub mod queries;
pub mod service;
pub mod steps;
pub mod undo;
pub mod uninstall;

mod backlog;
mod clock;
mod convoy;
mod desk;
mod doubts;
mod entry;
mod fall;
mod filing;
mod glance;
mod habits;
mod held;
mod judging;
mod learner;
mod managed;
mod opened;
mod opening;
mod pick;
mod planning;
mod reading;
mod recovery;
mod setting;
mod socket;
mod sync;
mod trash;
mod unreadable;
mod unsubscribe;

pub use setting::{Asking, Setting, Watcher};
#[cfg(any(test, fuzzing))]
pub(crate) use socket::fuzzed as control;
pub use socket::tell_to_reload;

/// A mailbox name for people and scripts: decoded from modified UTF-7, with the server's delimiter.
pub fn shown(name: &crate::logic::ids::FolderName) -> String {
    crate::imap::utf7::decode(name.wire())
}
