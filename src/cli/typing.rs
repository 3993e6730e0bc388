//! Lines that are typed. They are read on a thread of their own, so that whoever waits for one can be told to stop.
//!
//! A line that nobody waited for to its end is the answer to the next question, and not lost.

use std::io::BufRead;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot::{Receiver, channel};
use zeroize::Zeroizing;

type Read = std::io::Result<(usize, Zeroizing<String>)>;

/// The line that is being read, while nobody waits for it.
static UNDER_WAY: Mutex<Option<Receiver<Read>>> = Mutex::new(None);

/// The next line of standard input, with its line break, and its length in bytes; 0 at the end.
///
/// # Errors
/// As standard input has it.
pub async fn line() -> Read {
    let known = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut waiting = Waiting(Some(known.unwrap_or_else(begin)));
    let Some(receiver) = &mut waiting.0 else { return Err(std::io::ErrorKind::UnexpectedEof.into()) };
    let read = receiver.await;
    waiting.0 = None;
    read.unwrap_or_else(|_| Err(std::io::ErrorKind::UnexpectedEof.into()))
}

fn begin() -> Receiver<Read> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut line = Zeroizing::new(String::new());
        let read = std::io::stdin().lock().read_line(&mut line);
        // Who asked may be gone: then nobody wants to know.
        let _ = sender.send(read.map(|count| (count, line)));
    });
    receiver
}

/// Gives the line back when it is not waited for any more.
struct Waiting(Option<Receiver<Read>>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(receiver) = self.0.take() {
            *UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner) = Some(receiver);
        }
    }
}
