//! A small blocking IMAP client of the bench's own: the user's other mail program, and the witness of what the engine did.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::mail::Mail;
use super::response::{self, Stored, Value};

/// A session that is logged in. It names folders as people do: without the prefix of the namespace, `/` between levels.
pub struct Client {
    stream: BufReader<TcpStream>,
    tag: u32,
    capabilities: Vec<String>,
    prefix: &'static str,
    separator: char,
}

/// Flags, date and bytes of a message that is put into a folder.
type Appended = (String, String, Vec<u8>);

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
    /// The name in modified UTF-7, within the namespace.
    pub name: String,
}

impl Client {
    /// Connects to a loopback port and logs in.
    pub fn login(port: u16, user: &str, password: &str) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let stream = BufReader::with_capacity(1 << 16, stream);
        let mut client = Client { stream, tag: 0, capabilities: Vec::new(), prefix: "", separator: '/' };
        client.response();
        // A literal, since the password holds 8-bit characters; one that is waited for, since not every server has LITERAL+.
        client.write(format!("L LOGIN {user} {{{}}}\r\n", password.len()).as_bytes());
        assert!(client.response().starts_with(b"+"), "the server takes a literal");
        client.write(format!("{password}\r\n").as_bytes());
        let reply = client.reply("L ");
        assert_eq!(reply.status, "OK", "login of {user}: {}", reply.text);
        let named = reply.text.strip_prefix("[CAPABILITY ").and_then(|text| text.split(']').next()).map(str::to_owned);
        let listed = named.unwrap_or_else(|| {
            let reply = client.command("CAPABILITY");
            reply.untagged.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
        });
        client.capabilities = listed.split_whitespace().map(str::to_uppercase).collect();
        client
    }

    /// On a server with this namespace.
    pub fn within(self, prefix: &'static str, separator: char) -> Client {
        Client { prefix, separator, ..self }
    }

    fn has(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
    }

    /// The name of a folder on the wire, quoted.
    pub fn wire(&self, folder: &str) -> String {
        if folder.eq_ignore_ascii_case("INBOX") || folder.starts_with(self.prefix) && !self.prefix.is_empty() {
            return quoted(folder);
        }
        quoted(&format!("{}{}", self.prefix, folder.replace('/', &self.separator.to_string())))
    }

    fn bare(&self, wire: &str) -> String {
        let inner = wire.strip_prefix(self.prefix).filter(|rest| !rest.is_empty()).unwrap_or(wire);
        inner.replace(self.separator, "/")
    }

    fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the connection holds");
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
        self.write(&line);
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

    /// Puts mail into a folder.
    pub fn append(&mut self, folder: &str, mail: &[Mail]) {
        let mail: Vec<Appended> =
            mail.iter().map(|mail| (mail.flags.join(" "), mail.internal_date(), mail.bytes())).collect();
        self.append_all(folder, &mail);
    }

    /// Puts copies into a folder.
    pub fn append_copies(&mut self, folder: &str, mail: &[Stored]) {
        let flags = |one: &Stored| one.flags.iter().cloned().collect::<Vec<_>>().join(" ");
        let mail: Vec<Appended> =
            mail.iter().map(|one| (flags(one), one.internal_date.clone(), one.bytes.clone())).collect();
        self.append_all(folder, &mail);
    }

    /// In one command for many where the server can (MULTIAPPEND, RFC 3502).
    fn append_all(&mut self, folder: &str, mail: &[Appended]) {
        let together = if self.has("MULTIAPPEND") && self.has("LITERAL+") { 500 } else { 1 };
        for some in mail.chunks(together) {
            let mut command = format!("APPEND {}", self.wire(folder)).into_bytes();
            for (flags, date, bytes) in some {
                let plus = if self.has("LITERAL+") { "+" } else { "" };
                write!(command, " ({flags}) \"{date}\" {{{}{plus}}}\r\n", bytes.len()).unwrap();
                if plus.is_empty() {
                    self.tag += 1;
                    let start = [format!("T{} ", self.tag).as_bytes(), &command].concat();
                    self.write(&start);
                    assert!(self.response().starts_with(b"+"), "the server takes a literal");
                    command.clear();
                }
                command.extend(bytes);
            }
            let reply = if self.has("LITERAL+") {
                self.send(&command)
            } else {
                self.write(&[&command, &b"\r\n"[..]].concat());
                self.reply(&format!("T{} ", self.tag))
            };
            assert_eq!(reply.status, "OK", "APPEND to {folder}: {}", reply.text);
        }
    }

    /// Opens a folder for writing; how many messages it holds.
    pub fn select(&mut self, folder: &str) -> usize {
        let reply = self.command(&format!("SELECT {}", self.wire(folder)));
        let counts = reply.untagged.iter().map(|line| response::values(line));
        let mut exists = counts.filter(|values| values.get(2) == Some(&Value::Word("EXISTS".into())));
        exists.next().expect("EXISTS")[1].text().parse().unwrap()
    }

    /// Every message of a folder, whole, without changing a flag.
    pub fn messages(&mut self, folder: &str) -> Vec<Stored> {
        self.command(&format!("EXAMINE {}", self.wire(folder)));
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
        let (uid, to) = (uids[0], self.wire(to));
        if self.has("MOVE") {
            self.command(&format!("UID MOVE {uid} {to}"));
            return;
        }
        self.command(&format!("UID COPY {uid} {to}"));
        self.command(&format!("UID STORE {uid} +FLAGS (\\Deleted)"));
        self.command(&if self.has("UIDPLUS") { format!("UID EXPUNGE {uid}") } else { "EXPUNGE".to_owned() });
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
        let rows = reply.untagged.iter().map(|line| response::values(line));
        let rows = rows.filter(|row| row.len() == 5 && row[1].text() == verb);
        let listed = |row: Vec<Value>| Listed {
            attributes: row[2].list().iter().map(Value::text).collect(),
            name: self.bare(&row[4].text()),
        };
        rows.map(listed).filter(|folder| !folder.attributes.iter().any(|attribute| attribute == "\\Noselect")).collect()
    }

    /// Whether such a mailbox is there.
    pub fn has_folder(&mut self, name: &str) -> bool {
        self.folders().iter().any(|folder| folder.name == name)
    }

    /// Makes a mailbox.
    pub fn create(&mut self, name: &str) {
        self.command(&format!("CREATE {}", self.wire(name)));
    }
}

/// A quoted string (RFC 9051, section 4.3).
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
