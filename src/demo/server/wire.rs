//! Bytes in and out of one connection: commands with their literals, answers with their faults.

use super::shared::Shared;
use super::tokens::Part;
use futures_util::FutureExt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// The largest literal that is taken (APPEND). Bytes.
const LONGEST_LITERAL: usize = 64 << 20;

/// What came instead of a line.
#[derive(Debug)]
pub(super) enum NoLine {
    /// The client is gone.
    Lost,
    /// The line (here its first word) was longer than allowed. It was read to its end and thrown away.
    TooLong(String),
}

impl From<io::Error> for NoLine {
    fn from(_: io::Error) -> NoLine {
        NoLine::Lost
    }
}

/// What the client says.
pub(super) struct Inbound {
    reader: BufReader<OwnedReadHalf>,
    /// Of a line whose end has not come; kept here so that waiting for it may be given up and taken up again.
    partial: Vec<u8>,
    longest_line: usize,
    shared: Arc<Shared>,
}

impl Inbound {
    pub(super) fn new(socket: OwnedReadHalf, shared: Arc<Shared>) -> Inbound {
        let longest_line = shared.options.longest_line;
        Inbound { reader: BufReader::with_capacity(16 << 10, socket), partial: Vec::new(), longest_line, shared }
    }

    /// Counts what is taken of the client's words, and stops where the faults want it to.
    fn hears(&self, count: usize) -> Result<(), NoLine> {
        let before = self.shared.heard.fetch_add(count as u64, Ordering::Relaxed);
        let mut script = self.shared.script();
        match script.next_deafness(before) {
            Some(at) if at < before + count as u64 => {
                script.forget_deafness(at);
                Err(NoLine::Lost)
            }
            _ => Ok(()),
        }
    }

    /// The next line without its end. Cancel-safe.
    pub(super) async fn line(&mut self) -> Result<Vec<u8>, NoLine> {
        let mut too_long = None;
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                return Err(NoLine::Lost);
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(available.len(), |end| end + 1);
            if self.partial.len() + taken > self.longest_line {
                let start = if self.partial.is_empty() { available } else { &self.partial };
                too_long.get_or_insert_with(|| first_word(start));
                self.partial.clear();
            } else if too_long.is_none() {
                self.partial.extend_from_slice(&available[..taken]);
            }
            self.reader.consume(taken);
            self.hears(taken)?;
            if end.is_some()
                && let Some(word) = too_long
            {
                return Err(NoLine::TooLong(word));
            }
            if end.is_some() {
                let mut line = std::mem::take(&mut self.partial);
                while matches!(line.last(), Some(b'\n' | b'\r')) {
                    line.pop();
                }
                return Ok(line);
            }
        }
    }

    /// The next whole command. Literals are asked for through `outbound`.
    pub(super) async fn command(&mut self, outbound: &mut Outbound, literal_plus: bool) -> Result<Vec<Part>, NoLine> {
        let mut parts = Vec::new();
        loop {
            let mut line = self.line().await?;
            let Some(mark) = literal_mark(&line) else {
                parts.push(Part::Text(line));
                return Ok(parts);
            };
            if mark.size > LONGEST_LITERAL || (!mark.synchronising && !literal_plus) {
                return Err(NoLine::TooLong(first_word(&line)));
            }
            if mark.synchronising {
                outbound.text("+ go on\r\n");
                outbound.flush().await?;
            }
            line.truncate(mark.start);
            parts.push(Part::Text(line));
            let mut literal = Vec::new();
            (&mut self.reader).take(mark.size as u64).read_to_end(&mut literal).await?;
            if literal.len() < mark.size {
                return Err(NoLine::Lost);
            }
            self.hears(mark.size)?;
            parts.push(Part::Literal(literal));
        }
    }

    /// Reads and throws away until the client is gone.
    pub(super) async fn swallow(&mut self) {
        while let Ok(available) = self.reader.fill_buf().await {
            let count = available.len();
            if count == 0 {
                return;
            }
            self.reader.consume(count);
        }
    }
}

/// At most the first 20 bytes, up to a blank: the tag of a line that is not kept.
fn first_word(line: &[u8]) -> String {
    let word = line.iter().take(20).take_while(|byte| byte.is_ascii_alphanumeric());
    word.map(|byte| char::from(*byte)).collect()
}

struct LiteralMark {
    start: usize,
    size: usize,
    synchronising: bool,
}

/// The `{12}` or `{12+}` at the end of a line.
fn literal_mark(line: &[u8]) -> Option<LiteralMark> {
    let inner = line.strip_suffix(b"}")?;
    let start = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = &inner[start + 1..];
    let (digits, synchronising) = digits.strip_suffix(b"+").map_or((digits, true), |digits| (digits, false));
    let size = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(LiteralMark { start, size, synchronising })
}

/// What the server says. Collected, and sent by [`Outbound::flush`].
pub(super) struct Outbound {
    socket: OwnedWriteHalf,
    shared: Arc<Shared>,
    buffer: Vec<u8>,
    /// How much of the present answer still goes out, if it is to be cut.
    pub(super) cut_after: Option<usize>,
    /// The pause after each byte of the present answer.
    pub(super) drip: Option<Duration>,
}

/// When so much is waiting, a long answer is sent in between. Bytes.
const WORTH_SENDING: usize = 64 << 10;

impl Outbound {
    pub(super) fn new(socket: OwnedWriteHalf, shared: Arc<Shared>) -> Outbound {
        Outbound { socket, shared, buffer: Vec::with_capacity(WORTH_SENDING), cut_after: None, drip: None }
    }

    /// Nothing goes out any more, and the client sees that.
    pub(super) fn hang_up(&mut self) {
        self.buffer.clear();
        // A socket is shut down at once. Fails when the client has hung up before, which is as good.
        let _ = self.socket.shutdown().now_or_never();
    }

    /// Adds text. Line ends are the caller's.
    pub(super) fn text(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// The answer so far, to be added to.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Sends if it is worth it.
    pub(super) async fn relieve(&mut self) -> io::Result<()> {
        if self.buffer.len() < WORTH_SENDING { Ok(()) } else { self.flush().await }
    }

    /// Sends what was collected, as far as the faults let it.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if let Some(left) = &mut self.cut_after {
            self.buffer.truncate(*left);
            *left -= self.buffer.len();
        }
        let before = self.shared.sent.fetch_add(self.buffer.len() as u64, Ordering::Relaxed);
        let cut = self.shared.script().next_cut(before);
        if let Some((at, silent)) = cut
            && at <= before + self.buffer.len() as u64
        {
            self.shared.script().forget_cut(at);
            return self.break_off((at - before) as usize, silent).await;
        }
        match self.drip {
            None => self.socket.write_all(&self.buffer).await?,
            Some(pause) => self.drop_by_drop(pause).await?,
        }
        self.buffer.clear();
        Ok(())
    }

    /// Sends these bytes so many times. The client may have had enough before.
    pub(super) async fn flood(&mut self, bytes: &[u8], times: usize) -> io::Result<()> {
        self.flush().await?;
        for _ in 0..times {
            self.socket.write_all(bytes).await?;
        }
        Ok(())
    }

    async fn drop_by_drop(&mut self, pause: Duration) -> io::Result<()> {
        for byte in &self.buffer {
            self.socket.write_all(&[*byte]).await?;
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// Sends the first `count` bytes, then nothing any more.
    async fn break_off(&mut self, count: usize, silent: bool) -> io::Result<()> {
        let rest = std::mem::take(&mut self.buffer);
        self.socket.write_all(&rest[..count]).await?;
        if silent {
            // Until the server stops; a client that gives up is gone without our noticing, as a laptop that sleeps is.
            std::future::pending::<()>().await;
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_marks_stand_at_the_end() {
        let mark = |line: &str| literal_mark(line.as_bytes()).map(|m| (m.start, m.size, m.synchronising));
        assert_eq!(mark("a LOGIN {5}"), Some((8, 5, true)));
        assert_eq!(mark("a {5+}"), Some((2, 5, false)));
        for none in ["a {5} ", "{}", "{+}", "a}", "{99999999999999999999999}", "{-1}"] {
            assert_eq!(mark(none), None, "{none:?}");
        }
    }
}
