//! mailherd as its users have it: the program, its configuration, its output, and a real server that says what became of the mail.

#[path = "../support/mod.rs"]
mod support;

mod backtest;
mod chains;
mod configuration;
mod connection;
mod contract;
mod crash;
mod cuts;
mod daemon;
mod day;
mod demo;
mod digest;
mod doctor;
mod documents;
mod engine;
mod falling;
mod faults;
mod filing;
mod fit;
mod folders;
mod interruptions;
mod journal;
mod large;
mod meanwhile;
mod moving;
mod network;
mod odd_mail;
mod opening;
mod orders;
mod pictures;
mod preview;
mod queries;
mod recognised;
mod secrets;
mod setup;
mod staying;
mod surprises;
mod the_bench;
mod thrown;
mod top;
mod tui;
mod undo;
mod units;
mod watching;
