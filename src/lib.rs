//! mailherd keeps an IMAP inbox calm.
//!
//! The rooms of the house, in the order in which a message passes through them; `ARCHITECTURE.md` tells it as prose.

pub mod logic;

pub mod config;
pub mod imap;
pub mod store;

pub mod backtest;
pub mod daemon;

pub mod cli;
pub mod demo;

#[cfg(test)]
mod walls;
