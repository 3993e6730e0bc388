//! The server over its socket, by a client that knows nothing but lines.

mod changing;
mod faults;
mod protocol;

use super::{Options, Server};
use crate::demo::mailbox::{Account, Folder, Message};
use crate::logic::ids::UnixTime;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A client. Each command is tagged `t`.
struct Raw {
    socket: BufReader<TcpStream>,
}

impl Raw {
    /// Connected, greeted, nothing more.
    fn connect(server: &Server) -> Raw {
        let mut raw = Raw::dial(server);
        assert!(raw.line().starts_with("* OK [CAPABILITY IMAP4rev1"), "greeting");
        raw
    }

    fn dial(server: &Server) -> Raw {
        let socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Raw { socket: BufReader::new(socket) }
    }

    /// Logged in, with INBOX open.
    fn in_inbox(server: &Server) -> Raw {
        let mut raw = Raw::connect(server);
        assert!(raw.does("LOGIN robin \"correct horse\"").last().unwrap().starts_with("t OK"));
        assert!(raw.does("SELECT INBOX").last().unwrap().starts_with("t OK"));
        raw
    }

    /// The next line without its end; empty when the server is gone.
    fn line(&mut self) -> String {
        let mut line = Vec::new();
        // A reset is an end as well: the server drops connections with our bytes unread.
        let _ = self.socket.read_until(b'\n', &mut line);
        String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_string()
    }

    fn send(&mut self, text: &str) {
        self.socket.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// The answer to a command, up to the tagged line, or to `END` when the server is gone.
    fn does(&mut self, command: &str) -> Vec<String> {
        self.send(&format!("t {command}\r\n"));
        self.answer()
    }

    fn answer(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            let last = line.starts_with("t ") || line.is_empty();
            lines.push(if line.is_empty() { "END".into() } else { line });
            if last {
                return lines;
            }
        }
    }
}

fn message(number: usize) -> Message {
    let text = format!("From: a@b.example\r\nSubject: {number}\r\nMessage-ID: <{number}@b.example>\r\n\r\nhello\r\n");
    Message::new(text.into_bytes(), UnixTime(1_000_000_000 + number as i64))
}

/// An INBOX of so many messages, an empty folder `Top`, and one with a name that wants spelling.
fn account(count: usize) -> Account {
    let mut account = Account::empty("Robin Maren", "robin@maren.example");
    account.folder_mut("INBOX").messages = (1..=count).map(message).collect();
    account.folders.push(Folder::new("Top", None));
    account.folders.push(Folder::new("Sent", Some("\\Sent")));
    account.folders.push(Folder::new("Travel/Lissabon & Süden", None));
    account
}

fn server(count: usize, options: Options) -> Server {
    Server::start_in_thread(account(count), options).unwrap()
}

/// The subjects in a folder, in the order of their UIDs.
fn subjects(server: &Server, folder: &str) -> Vec<String> {
    let subject = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default().to_string()
    };
    server.snapshot().iter().filter(|row| row.folder == folder).map(|row| subject(&row.bytes)).collect()
}
