//! The ways in which a conversation ends without an answer.

use std::io;
use std::time::Duration;

use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

const RECONNECT: &str = "check the network; mailherd connects again";

pub fn ended() -> Fault {
    Fault::transient("the server closed the connection", RECONNECT)
}

pub fn silent(after: Duration) -> Fault {
    Fault::transient(format!("the server said nothing for {} seconds", after.as_secs_f32()), RECONNECT)
}

pub fn too_slow(after: Duration) -> Fault {
    Fault::transient(format!("the server did not finish a line within {} seconds", after.as_secs_f32()), RECONNECT)
}

pub fn lost(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::InvalidData => {
            Fault::protocol(Printable::new(&error.to_string()).as_str(), "run `mailherd doctor` and report this server")
        }
        // TLS without a goodbye is common, and no more than an end here: every answer has its own end.
        io::ErrorKind::UnexpectedEof => ended(),
        _ => Fault::transient(format!("the connection was lost: {}", Printable::new(&error.to_string())), RECONNECT),
    }
}

pub fn bye(text: &str) -> Fault {
    let text: String = Printable::new(text).as_str().chars().take(200).collect();
    Fault::transient(format!("the server hung up: {text}"), "mailherd connects again after a pause")
}

pub fn endless() -> Fault {
    Fault::protocol("the server's answer has no end", "run `mailherd doctor`")
}

pub fn wrong_tag() -> Fault {
    Fault::protocol("the server answered a command that was not asked", "run `mailherd doctor` and report this server")
}

pub fn unasked_continuation() -> Fault {
    Fault::protocol("the server waits for data that a command does not have", "rename folders with unusual names")
}
