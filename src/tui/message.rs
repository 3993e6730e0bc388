//! What can happen to the terminal UI.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::logic::engine::{Answer, Notice};
use crate::logic::ids::UnixTime;

/// A request that is on its way, so that its answer finds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted: it goes into a line that is being typed, and nowhere else.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// It is this late now. Comes about once a second.
    Tick(UnixTime),
    /// The user has not pressed a key for a moment.
    Rest,
    /// A request was answered.
    Reply(Ticket, Answer),
    /// Something happened in the engine.
    Notice(Notice),
    /// The engine ended, for this reason.
    Ended(crate::logic::fault::Fault),
}
