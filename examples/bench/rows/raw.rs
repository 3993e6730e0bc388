//! The floor: a socket that sends commands and looks at nothing but the end of each answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mailherd::imap::header_query;

use crate::support::dovecot::PASSWORD;

/// A logged-in connection.
pub struct Raw {
    socket: TcpStream,
    chunk: Vec<u8>,
    /// Bytes that came.
    pub bytes: usize,
    /// The last line that came.
    pub last: String,
}

impl Raw {
    /// Connects to a loopback port and logs in.
    pub fn login(port: u16, user: &str) -> Raw {
        let socket = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        socket.set_nodelay(true).expect("TCP");
        let mut raw = Raw { socket, chunk: vec![0; 1 << 18], bytes: 0, last: String::new() };
        raw.read_past(b"\r\n");
        raw.says(&format!("LOGIN {user} {{{}+}}\r\n{PASSWORD}", PASSWORD.len()));
        raw
    }

    /// Sends one command and waits for its end, which has to be OK.
    pub fn says(&mut self, command: &str) {
        self.socket.write_all(format!("a {command}\r\n").as_bytes()).expect("TCP");
        self.read_past(b"\r\na OK ");
    }

    /// Reads until `end` has come by and the line is over.
    fn read_past(&mut self, end: &[u8]) {
        // A tagged line may be the first of an answer.
        let mut tail = if end == b"\r\n" { Vec::new() } else { b"\r\n".to_vec() };
        loop {
            let size = self.socket.read(&mut self.chunk).expect("TCP");
            assert!(size > 0, "the server hung up");
            self.bytes += size;
            tail.extend_from_slice(&self.chunk[..size]);
            if tail.ends_with(b"\r\n") {
                let refused =
                    [&b"\r\na NO "[..], b"\r\na BAD "].iter().any(|no| memchr::memmem::find(&tail, no).is_some());
                assert!(!refused, "the server refuses: {}", String::from_utf8_lossy(&tail));
                if memchr::memmem::find(&tail, end).is_some() {
                    self.last = String::from_utf8_lossy(&tail).trim_end().lines().last().unwrap_or_default().to_owned();
                    return;
                }
            }
            tail.drain(..tail.len().saturating_sub(4096));
        }
    }
}

/// Reads the same header fields as mailherd from these folders, on a connection of its own. The time from connecting on, and the bytes.
pub fn headers(port: u16, user: &str, folders: &[&str]) -> (Duration, usize) {
    let since = Instant::now();
    let mut raw = Raw::login(port, user);
    for folder in folders {
        raw.says(&format!("EXAMINE {folder}"));
        raw.says(&format!("UID FETCH 1:* {}", header_query()));
    }
    (since.elapsed(), raw.bytes)
}
