//! The stream beneath async-imap: it frames and reads what the server says, and shows async-imap only what it cannot get wrong.
//!
//! async-imap gets the greeting, continuations during the login, and tagged lines, each rewritten to its plainest form.
//! Everything else, and the true text of those, is read by [`parse`](super::parse) and queued for the session. The
//! reasons: imap-proto 0.17 panics on hostile input and fails for good on lines that it does not know, async-imap
//! believes announced lengths (`{400000000}` makes it allocate 385 MB), and it copies 8 KB for each response.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use super::framer::Framer;
use super::parse::{Response, response};
use super::pulse::Pulse;
use super::response::Untagged;

/// A byte stream to a server: TCP, TLS over it, or a pipe in tests.
pub trait Stream: AsyncRead + AsyncWrite + fmt::Debug + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + fmt::Debug + Send + Unpin> Stream for S {}

/// A boxed [`Stream`].
pub type Wire = Box<dyn Stream>;

/// The queue is full with so many responses…
const MOST_QUEUED: usize = 256;
/// …or so many bytes of headers.
const MOST_QUEUED_BYTES: usize = 2 << 20;
/// What a connection on which little is said keeps room for.
const FEW: usize = 8;
/// Commands are collected up to so many bytes before they must be flushed.
const MOST_UNSENT: usize = 64 << 10;

/// Who reads the responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// async-imap's own login, after a greeting: only status lines and capabilities are queued, and never too many.
    Greeting,
    /// async-imap's own login.
    Login,
    /// The session, which empties the queue. When it is full, reading stops until it is not.
    Session,
}

/// See the module.
pub struct Guard {
    wire: Wire,
    reader: Reader,
    framer: Framer,
    queue: VecDeque<Response>,
    queued_bytes: usize,
    /// What async-imap has yet to read.
    shown: VecDeque<u8>,
    unsent: Vec<u8>,
    sent: usize,
    last_byte: Instant,
    pulse: Pulse,
    bytes_read: u64,
}

impl Guard {
    /// Around a stream on which a greeting is due ([`Reader::Greeting`]) or none is ([`Reader::Login`], after STARTTLS).
    pub fn new(wire: Wire, reader: Reader) -> Guard {
        Guard {
            wire,
            reader,
            framer: Framer::default(),
            queue: VecDeque::new(),
            queued_bytes: 0,
            shown: VecDeque::new(),
            unsent: Vec::new(),
            sent: 0,
            last_byte: Instant::now(),
            pulse: Pulse::default(),
            bytes_read: 0,
        }
    }

    /// From now on the session reads.
    pub fn hand_over(&mut self) {
        self.reader = Reader::Session;
    }

    /// The next response of the queue.
    pub fn pop(&mut self) -> Option<Response> {
        let response = self.queue.pop_front()?;
        self.queued_bytes -= weight(&response);
        Some(response)
    }

    /// All responses of the queue, left in it.
    pub fn queued(&self) -> impl Iterator<Item = &Response> {
        self.queue.iter()
    }

    /// The first response of the queue, left in it.
    pub fn front(&self) -> Option<&Response> {
        self.queue.front()
    }

    /// Whether the queue is empty.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// When the server last said something.
    pub fn last_byte(&self) -> Instant {
        self.last_byte
    }

    /// The same for who is elsewhere.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// How many bytes the server sent in all.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The stream itself, and how many bytes were read from it that belong to no response so far.
    pub fn into_wire(self) -> (Wire, usize) {
        (self.wire, self.framer.unread() + self.shown.len())
    }

    fn is_full(&self) -> bool {
        self.queue.len() >= MOST_QUEUED || self.queued_bytes >= MOST_QUEUED_BYTES
    }

    fn accept(&mut self, response: Response) -> io::Result<()> {
        match (&response, self.reader) {
            (Response::Untagged(Untagged::Condition { status, .. }), Reader::Greeting) => {
                self.show(&format!("* {} hello\r\n", status.word()));
                self.reader = Reader::Login;
            }
            (_, Reader::Greeting) => return Err(broken("what answers there is not an IMAP server")),
            // A challenge with text would have to be valid base64: who wants to know what it says looks into the queue.
            (Response::Continue(_), Reader::Login) => self.show("+ \r\n"),
            (Response::Tagged { tag, tagged }, _) => self.show(&format!("{tag} {} done\r\n", tagged.status.word())),
            _ => {}
        }
        if self.reader == Reader::Session || of_use_for_the_login(&response) {
            if self.reader != Reader::Session && self.is_full() {
                self.pop();
            }
            self.queued_bytes += weight(&response);
            self.queue.push_back(response);
        }
        Ok(())
    }

    fn show(&mut self, line: &str) {
        self.shown.extend(line.as_bytes());
    }

    /// Reads from the stream once. `Ok(0)` is its end.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.framer.rests() && self.queue.is_empty() {
            self.queue.shrink_to(FEW);
            self.shown.shrink_to(FEW);
            self.unsent.shrink_to(FEW);
        }
        let mut room = ReadBuf::new(self.framer.room());
        ready!(Pin::new(&mut self.wire).poll_read(cx, &mut room))?;
        let count = room.filled().len();
        self.framer.filled(count);
        if count > 0 {
            self.last_byte = Instant::now();
            self.pulse.beat();
            self.bytes_read += count as u64;
        }
        Poll::Ready(Ok(count))
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.unsent.len() {
            let count = ready!(Pin::new(&mut self.wire).poll_write(cx, &self.unsent[self.sent..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
        }
        if self.reader != Reader::Session {
            // It may have held the password.
            self.unsent.zeroize();
        }
        self.unsent.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

/// An error by which the session knows that the other side broke the protocol.
fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn weight(response: &Response) -> usize {
    match response {
        Response::Untagged(Untagged::Fetch(row)) => row.header.as_ref().map_or(0, Vec::len),
        Response::Untagged(Untagged::Search(numbers)) => numbers.len() * 4,
        _ => 0,
    }
}

fn of_use_for_the_login(response: &Response) -> bool {
    match response {
        Response::Tagged { .. } | Response::Untagged(Untagged::Condition { .. } | Untagged::Capability(_)) => true,
        Response::Continue(challenge) => !challenge.is_empty(),
        Response::Untagged(_) => false,
    }
}

impl AsyncRead for Guard {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.shown.is_empty() {
                let count = this.shown.len().min(buf.remaining());
                for byte in this.shown.drain(..count) {
                    buf.put_slice(&[byte]);
                }
                return Poll::Ready(Ok(()));
            }
            if this.reader == Reader::Session && this.is_full() {
                // No waker is needed: the session, which alone polls now, looks at the queue right after this.
                return Poll::Pending;
            }
            if let Some(frame) = this.framer.frame().map_err(|unfit| broken(&unfit.to_string()))? {
                let response = response(frame);
                this.accept(response)?;
            } else if ready!(this.poll_fill(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

/// Commands are collected until they are flushed: async-imap makes four small writes of each.
impl AsyncWrite for Guard {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.unsent.len() >= MOST_UNSENT {
            ready!(this.poll_send(cx))?;
        }
        let count = bytes.len().min(MOST_UNSENT);
        this.unsent.extend_from_slice(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.wire).poll_shutdown(cx)
    }
}

impl fmt::Debug for Guard {
    /// Without what was written: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Guard");
        debug.field("reader", &self.reader).field("framer", &self.framer).field("queued", &self.queue.len());
        debug.finish_non_exhaustive()
    }
}
