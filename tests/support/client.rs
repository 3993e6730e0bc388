//! A small blocking IMAP client of the bench's own: the user's other mail program, and the witness of what the engine did.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::mail::Mail;
use super::response::{self, Stored, Value};

/// A session that is logged in.
pub struct Client {
    stream: BufReader<TcpStream>,
    tag: u32,
}

/// What a command was answered.
pub struct Reply {
    /// `OK`, `NO` or `BAD`.
    pub status: String,
    /// The tagged line after the status.
    pub text: String,
    /// The untagged responses, literals included.
    pub untagged: Vec<Vec<u8>>,
}

/// A mailbox as LIST shows it: attributes and name, decoded by nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// `\Sent` and so on.
    pub attributes: Vec<String>,
    /// The name in modified UTF-7.
    pub name: String,
}

impl Client {
    /// Connects to a loopback port and logs in.
    pub fn login(port: u16, user: &str, password: &str) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut client = Client { stream: BufReader::with_capacity(1 << 16, stream), tag: 0 };
        client.response();
        // A literal, since the password holds 8-bit characters.
        client
            .stream
            .get_mut()
            .write_all(format!("L LOGIN {user} {{{}+}}\r\n{password}\r\n", password.len()).as_bytes())
            .unwrap();
        let reply = client.reply("L ");
        assert_eq!(reply.status, "OK", "login of {user}: {}", reply.text);
        client
    }

    /// Sends a command that has to succeed.
    pub fn command(&mut self, command: &str) -> Reply {
        let reply = self.try_command(command);
        assert_eq!(reply.status, "OK", "{command}: {}", reply.text);
        reply
    }

    /// Sends a command.
    pub fn try_command(&mut self, command: &str) -> Reply {
        self.send(command.as_bytes())
    }

    fn send(&mut self, command: &[u8]) -> Reply {
        self.tag += 1;
        let tag = format!("T{} ", self.tag);
        let line = [tag.as_bytes(), command, b"\r\n"].concat();
        self.stream.get_mut().write_all(&line).expect("the connection holds");
        self.reply(&tag)
    }

    fn reply(&mut self, tag: &str) -> Reply {
        let mut untagged = Vec::new();
        loop {
            let response = self.response();
            let Some(line) = response.strip_prefix(tag.as_bytes()) else {
                untagged.push(response);
                continue;
            };
            let line = String::from_utf8_lossy(line).trim_end().to_owned();
            let (status, text) = line.split_once(' ').unwrap_or((&line, ""));
            return Reply { status: status.to_owned(), text: text.to_owned(), untagged };
        }
    }

    /// One response: a line, and as long as it ends with a literal's size, that literal and another line.
    fn response(&mut self) -> Vec<u8> {
        let mut response = Vec::new();
        loop {
            let start = response.len();
            self.stream.read_until(b'\n', &mut response).expect("the server answers");
            assert!(response.ends_with(b"\n"), "the server hung up: {:?}", String::from_utf8_lossy(&response));
            let Some(size) = response::literal_size(&response[start..]) else { return response };
            let end = response.len();
            response.resize(end + size, 0);
            self.stream.read_exact(&mut response[end..]).expect("the literal comes");
        }
    }

    /// Puts mail into a folder, in one command for many (MULTIAPPEND, RFC 3502).
    pub fn append(&mut self, folder: &str, mail: &[Mail]) {
        for some in mail.chunks(500) {
            let mut command = format!("APPEND {}", quoted(folder)).into_bytes();
            for one in some {
                let bytes = one.bytes();
                write!(command, " ({}) \"{}\" {{{}+}}\r\n", one.flags.join(" "), one.internal_date(), bytes.len())
                    .unwrap();
                command.extend(bytes);
            }
            let reply = self.send(&command);
            assert_eq!(reply.status, "OK", "APPEND to {folder}: {}", reply.text);
        }
    }

    /// Opens a folder for writing; how many messages it holds.
    pub fn select(&mut self, folder: &str) -> usize {
        let reply = self.command(&format!("SELECT {}", quoted(folder)));
        let counts = reply.untagged.iter().map(|line| response::values(line));
        let mut exists = counts.filter(|values| values.get(2) == Some(&Value::Word("EXISTS".into())));
        exists.next().expect("EXISTS")[1].text().parse().unwrap()
    }

    /// Every message of a folder, whole, without changing a flag.
    pub fn messages(&mut self, folder: &str) -> Vec<Stored> {
        self.command(&format!("EXAMINE {}", quoted(folder)));
        let reply = self.command("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])");
        reply.untagged.iter().filter_map(|line| response::stored(line)).collect()
    }

    /// The UIDs of a folder's messages whose Message-ID is `message_id`.
    pub fn find(&mut self, folder: &str, message_id: &str) -> Vec<u32> {
        self.select(folder);
        let reply = self.command(&format!("UID SEARCH HEADER Message-ID {}", quoted(message_id)));
        let lines = reply.untagged.iter().filter(|line| line.starts_with(b"* SEARCH"));
        lines
            .flat_map(|line| response::values(line).into_iter().skip(2))
            .map(|value| value.text().parse().unwrap())
            .collect()
    }

    /// What a person does when dragging one message from one folder into another.
    pub fn drag(&mut self, message_id: &str, from: &str, to: &str) {
        let uids = self.find(from, message_id);
        assert_eq!(uids.len(), 1, "{message_id} lies once in {from}");
        self.command(&format!("UID MOVE {} {}", uids[0], quoted(to)));
    }

    /// Removes everything that lies in a folder.
    pub fn empty(&mut self, folder: &str) {
        if self.select(folder) > 0 {
            self.command("UID STORE 1:* +FLAGS.SILENT (\\Deleted)");
            self.command("EXPUNGE");
        }
    }

    /// Every mailbox that can hold mail.
    pub fn folders(&mut self) -> Vec<Listed> {
        self.listed("LIST")
    }

    /// Every subscribed mailbox.
    pub fn subscribed(&mut self) -> Vec<Listed> {
        self.listed("LSUB")
    }

    fn listed(&mut self, verb: &str) -> Vec<Listed> {
        let reply = self.command(&format!("{verb} \"\" \"*\""));
        let rows = reply.untagged.iter().map(|line| response::values(line)).filter(|row| row[1].text() == verb);
        let listed = |row: Vec<Value>| Listed {
            attributes: row[2].list().iter().map(Value::text).collect(),
            name: row[4].text(),
        };
        rows.map(listed).filter(|folder| !folder.attributes.iter().any(|attribute| attribute == "\\Noselect")).collect()
    }

    /// Whether such a mailbox is there, by its name on the wire.
    pub fn has_folder(&mut self, name: &str) -> bool {
        self.folders().iter().any(|folder| folder.name == name)
    }
}

/// A quoted string (RFC 9051, section 4.3).
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
