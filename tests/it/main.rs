//! mailherd as its users have it: the program, its configuration, its output, and a real server that says what became of the mail.

#[path = "../support/mod.rs"]
mod support;

mod the_bench;
