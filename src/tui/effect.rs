//! What the terminal UI wants from the world.

use super::message::Ticket;
use crate::logic::engine::Request;

/// One wish. [`run`](super::run) makes it true.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The engine is to be asked; the answer comes as [`Message::Reply`](super::message::Message::Reply).
    Ask(Ticket, Request),
    /// The program ends.
    Quit,
    /// The program ends, and the demo begins.
    Demo,
    /// The program ends, and the guided set-up begins.
    Setup,
    /// The program ends, and the guided set-up changes the account that is called so.
    Change(String),
    /// The program stops until the shell wakes it (SIGTSTP).
    Suspend,
    /// Everything is drawn anew, as if nothing were on the screen.
    Redraw,
    /// The mouse is listened to, or left to the terminal (so that it can select text).
    Mouse(bool),
}
