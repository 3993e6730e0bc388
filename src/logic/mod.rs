//! The pure half of mailherd: what a message is, who its sender is to the user, what should happen to it and why.
//!
//! Nothing here opens a socket or a file, reads a clock or the environment, or draws a random number. Time is an argument.

pub mod appearance;
pub mod autoconfig;
pub mod digest;
pub mod domains;
pub mod doubt;
pub mod engine;
pub mod facts;
pub mod fault;
pub mod figures;
pub mod fit;
pub mod ids;
pub mod journal;
pub mod ledger;
pub mod letter;
pub mod moves;
pub mod oauth;
pub mod orders;
pub mod plan;
pub mod policy;
pub mod printable;
pub mod provider;
pub mod replay;
pub mod server;
pub mod signals;
pub mod smart_case;
pub mod transfer;
pub mod uid_set;
pub mod unsubscribe;
pub mod verdict;
pub mod words;
