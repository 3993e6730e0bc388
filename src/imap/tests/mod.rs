//! The wire against a scripted server, and against bytes that no server should send.

mod bytes;
mod chain;
mod elsewhere;
mod folders;
mod login;
mod responses;
mod script;
mod session;
mod tls;
mod watch;
