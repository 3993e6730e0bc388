//! A user whose mailbox is on mailherd's own embedded server, which can be told what to lack and what to do wrong.

use std::path::{Path, PathBuf};

use mailherd::demo::mailbox::{Account, Folder, Message};
use mailherd::demo::server::{Abilities, Options, Row, Server, What, When};
use mailherd::logic::ids::{Uid, UnixTime};
use serde_json::Value;
use tempfile::TempDir;

use super::mail::{ME, Mail};
use super::program::{self, Outcome, Running};
use super::user::write_private;
use super::world::World;

/// The mailbox, the configuration and the state of one user.
pub struct Embedded {
    /// The server.
    pub server: Server,
    folder: TempDir,
    global: Vec<(String, String)>,
    user: String,
}

/// A server without MOVE: mail goes by COPY, STORE and UID EXPUNGE.
pub fn without_move() -> Options {
    Options { abilities: Abilities { r#move: false, ..Abilities::ALL }, ..Options::default() }
}

impl Embedded {
    /// With this mail in INBOX, on a server with these options, next to empty Archive, Sent and Trash.
    pub fn new(mail: &[Mail], options: Options) -> Embedded {
        let mut account = Account::empty("Me", ME);
        account.folder_mut("INBOX").messages = mail.iter().map(message).collect();
        for (name, special_use) in
            [("Archive", Some("\\Archive")), ("Sent", Some("\\Sent")), ("Trash", Some("\\Trash"))]
        {
            account.folders.push(Folder::new(name, special_use));
        }
        Embedded::of(account, options)
    }

    /// With all of these folders.
    pub fn of(account: Account, options: Options) -> Embedded {
        // In memory where there is such a place: what SQLite syncs matters when the power fails, and here it does not.
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("mailherd-faults-").tempdir_in(base).unwrap();
        let password = options.password.clone();
        let user = options.user.clone();
        let server = Server::start_in_thread(account, options).unwrap();
        write_private(&folder.path().join("password"), &password);
        let mut embedded = Embedded { server, folder, global: Vec::new(), user };
        let state = toml::Value::from(embedded.path("state").to_str().unwrap()).to_string();
        embedded.set("mode", "\"file\"").set("state_dir", &state).set("backlog_days", "36500");
        embedded
    }

    /// Sets a key of the configuration to a TOML value.
    pub fn set(&mut self, key: &str, value: &str) -> &mut Embedded {
        self.global.retain(|(known, _)| known != key);
        self.global.push((key.to_owned(), value.to_owned()));
        self
    }

    fn configuration(&self) -> String {
        let global: String = self.global.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let password = toml::Value::from(self.path("password").to_str().unwrap()).to_string();
        let (port, user) = (self.server.port(), &self.user);
        format!(
            "{global}[[accounts]]\nname = \"home\"\nemail = \"{ME}\"\nhost = \"127.0.0.1\"\nport = {port}\n\
             tls = \"none\"\nusername = \"{user}\"\npassword_file = {password}\n"
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path("state").join("mailherd.sqlite3")).unwrap()
    }

    /// From now on `what` goes wrong at `when`.
    pub fn goes_wrong(&self, when: When, what: What) -> &Embedded {
        self.server.add_fault(when, what);
        self
    }

    /// Puts mail into a folder.
    pub fn receives(&self, folder: &str, mail: &[Mail]) -> Vec<Uid> {
        mail.iter().map(|mail| self.server.deliver(folder, message(mail))).collect()
    }

    /// Somebody else moves the message with this Message-ID.
    pub fn drags(&self, id: &str, from: &str, to: &str) {
        let uid = self.uid_of(id, from);
        self.server.change(|store| store.move_message(from, uid, to)).expect("it is there");
    }

    /// The UID of the message with this Message-ID in a folder.
    #[track_caller]
    pub fn uid_of(&self, id: &str, folder: &str) -> Uid {
        let line = format!("Message-ID: {id}\r\n");
        let rows = self.server.snapshot();
        let row = rows.iter().find(|row| row.folder == folder && String::from_utf8_lossy(&row.bytes).contains(&line));
        row.unwrap_or_else(|| panic!("{id} is not in {folder}")).uid
    }

    /// The Message-IDs in a folder, by UID.
    pub fn messages(&self, folder: &str) -> Vec<String> {
        let id = |row: &Row| super::world::message_id(&row.bytes);
        self.server.snapshot().iter().filter(|row| row.folder == folder).map(id).collect()
    }

    /// Everything in the mailbox now.
    pub fn world(&self) -> World {
        World::of_rows(&self.server.snapshot())
    }

    /// Writes the configuration; where it is.
    pub fn config_file(&self) -> PathBuf {
        let path = self.path("config.toml");
        write_private(&path, &self.configuration());
        path
    }

    /// Starts the program with these words.
    pub fn start(&self, words: &[&str]) -> Running {
        let path = self.config_file();
        let words: Vec<&str> = ["--config", path.to_str().unwrap()].into_iter().chain(words.iter().copied()).collect();
        Running::start(program::command(self.folder.path(), &words, &[]))
    }

    /// Runs the program to its end.
    pub fn mailherd(&self, words: &[&str]) -> Outcome {
        self.start(words).finish()
    }

    /// `run --once --yes --json`, whatever comes of it.
    pub fn runs(&self) -> Outcome {
        self.mailherd(&["run", "--once", "--yes", "--json"])
    }

    /// The same, and how much memory it took at most. KiB.
    pub fn runs_measured(&self) -> (Outcome, u64) {
        self.start(&["run", "--once", "--yes", "--json"]).finish_measured()
    }

    /// The same, and it has to succeed: the account's part of the result.
    #[track_caller]
    pub fn files(&self) -> Value {
        self.runs().done().object()["accounts"][0].clone()
    }

    /// `undo --json` with these words: how many were undone, missing, failed. It has to succeed.
    #[track_caller]
    pub fn undoes(&self, words: &[&str]) -> [u64; 3] {
        let words: Vec<&str> = ["undo", "--json"].into_iter().chain(words.iter().copied()).collect();
        let result = self.mailherd(&words).done().object();
        ["undone", "missing", "failed"].map(|key| result[key].as_u64().unwrap())
    }

    /// The journal with reasons and troubles, oldest row first.
    #[track_caller]
    pub fn journal(&self) -> Vec<Value> {
        self.mailherd(&["log", "--json", "-v", "--limit", "1000000"]).done().rows()
    }

    /// How many messages lie in each of these folders.
    pub fn counts<const N: usize>(&self, folders: [&str; N]) -> [usize; N] {
        let world = self.world();
        folders.map(|folder| world.count(folder))
    }
}

/// The message as the server takes it.
pub fn message(mail: &Mail) -> Message {
    let start = Message::new(mail.bytes(), UnixTime(mail.arrived()));
    mail.flags.iter().fold(start, |message, flag| message.flagged(flag))
}
