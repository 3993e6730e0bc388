//! mailherd as its users have it: the program, its configuration, its output, and a real server that says what became of the mail.

#[path = "../support/mod.rs"]
mod support;

mod connection;
mod contract;
mod filing;
mod journal;
mod odd_mail;
mod orders;
mod preview;
mod staying;
mod surprises;
mod the_bench;
mod undo;
