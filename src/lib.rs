//! mailherd keeps an IMAP inbox calm.
//!
//! A message comes over the wire as a block of header fields ([`imap`]). It is read into facts, and facts meet the ledger:
//! what the account's own history says of the sender, the list and the domain. Signals see something in the two; their
//! weights add up to a verdict, unless one of the user's orders, or one of a few rules, decides before them ([`logic`]).
//! The verdicts over what is new in INBOX become a plan. Each move of the plan is written into the journal ([`store`])
//! before the mover carries it out ([`imap::mover`]), and is done only when the message is proven to be where it should
//! be. Everything left of the journal is pure: it opens nothing, reads no clock, and gives the same answer tomorrow.
//!
//! ```text
//! header bytes ─► facts ─► ledger ─► signals ─► verdict ─► plan ─► journal ─► mover ─► IMAP server
//! ```
//!
//! [`daemon`] joins the rooms to one engine: a pass over an account, undo, orders, looking without touching. [`cli`] is its
//! face; [`config`] says which accounts there are and [`demo`] brings a server and a mailbox to try everything on.
//! `ARCHITECTURE.md` has the words, the walls between the rooms and the invariants, each with the test that holds it.

pub mod logic;

pub mod config;
pub mod imap;
pub mod store;
pub mod web;

pub mod backtest;
pub mod daemon;

pub mod cli;
pub mod demo;
pub mod tui;

#[cfg(any(test, fuzzing))]
pub mod fuzz;

#[cfg(test)]
mod walls;
