//! One invented user: a mailbox on a private server, a configuration, a state directory, and the commands that they give.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tempfile::TempDir;

use super::client::Client;
use super::dovecot::PASSWORD;
use super::flavour::{Flavour, Kind};
use super::imap4d;
use super::mail::{ME, Mail};
use super::network::Network;
use super::program::{self, Outcome, Running};
use super::screen::Screen;
use super::server::{Server, memory};
use super::stand_in;
use super::wire_log::WireLog;
use super::world::World;

/// A user whose mailbox is on a shared server.
pub struct User {
    /// The server.
    pub server: &'static Server,
    /// The login name.
    pub name: String,
    folder: TempDir,
    global: Vec<(String, String)>,
    folders: Vec<(String, String)>,
    account: Vec<(String, String)>,
    /// Through which mailherd connects where the server does not write down itself what is said to it.
    recorder: OnceLock<Arc<Network>>,
}

impl User {
    /// A new user on the shared server of this flavour. Configured to file everything that is in INBOX, however old.
    pub fn new(flavour: Flavour) -> User {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        User::named(flavour, &format!("user{}", NUMBER.fetch_add(1, Ordering::Relaxed)))
    }

    /// A user with a login name that the server's flavour knows.
    pub fn named(flavour: Flavour, name: &str) -> User {
        let server = Server::shared(stand_in::meant(flavour));
        let name = server.welcomes(name);
        let place = if server.flavour.kind == Kind::Dovecot { std::env::temp_dir() } else { memory() };
        let folder = tempfile::Builder::new().prefix("mailherd-user-").tempdir_in(place).unwrap();
        let mut user = User {
            server,
            name: name.clone(),
            folder,
            global: Vec::new(),
            folders: Vec::new(),
            account: Vec::new(),
            recorder: OnceLock::new(),
        };
        write_private(&user.path("password"), &format!("{PASSWORD}\n"));
        let text = |text: &str| toml::Value::from(text).to_string();
        let path = |name: &str| text(user.path(name).to_str().unwrap());
        let (state, password) = (path("state"), path("password"));
        user.set("mode", "\"file\"").set("state_dir", &state).set("backlog_days", "36500");
        user.set_account("name", "\"home\"").set_account("email", &text(ME)).set_account("host", "\"127.0.0.1\"");
        user.set_account("port", &server.port.to_string()).set_account("tls", "\"none\"");
        user.set_account("username", &text(&name)).set_account("password_file", &password);
        user
    }

    /// Sets a key of the configuration to a TOML value.
    pub fn set(&mut self, key: &str, value: &str) -> &mut User {
        set(&mut self.global, key, value);
        self
    }

    /// Takes a key of the configuration away.
    pub fn unset(&mut self, key: &str) -> &mut User {
        self.global.retain(|(known, _)| known != key);
        self
    }

    /// Sets a key of the account.
    pub fn set_account(&mut self, key: &str, value: &str) -> &mut User {
        set(&mut self.account, key, value);
        self
    }

    /// Takes a key of the account away.
    pub fn unset_account(&mut self, key: &str) -> &mut User {
        self.account.retain(|(known, _)| known != key);
        self
    }

    /// Sets the name of a managed folder.
    pub fn set_folder(&mut self, key: &str, name: &str) -> &mut User {
        set(&mut self.folders, key, &toml::Value::from(name).to_string());
        self
    }

    /// A path in the user's own temporary folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The state directory.
    pub fn state_dir(&self) -> PathBuf {
        self.path("state")
    }

    /// The wire name of a folder directly below the namespace, as mailherd says it.
    pub fn folder(&self, name: &str) -> String {
        format!("{}{name}", self.server.flavour.prefix)
    }

    /// The user's other mail program.
    pub fn client(&self) -> Client {
        let Flavour { prefix, separator, .. } = self.server.flavour;
        Client::login(self.server.port, &self.name, PASSWORD).within(prefix, separator)
    }

    /// Puts mail into INBOX.
    pub fn receives(&self, mail: &[Mail]) -> &User {
        self.gets("INBOX", mail);
        self
    }

    fn gets(&self, folder: &str, mail: &[Mail]) {
        match self.server.flavour.kind {
            Kind::Imap4d => imap4d::deliver(&self.server.home_of(&self.name), folder, mail),
            _ => self.client().append(folder, mail),
        }
    }

    /// Another user, of the given login name, with a copy of this mailbox. Where a mailbox is a folder the files are copied, which is
    /// quick.
    pub fn copied(&self, name: &str) -> User {
        if self.server.flavour.kind == Kind::Cyrus {
            let other = User::named(self.server.flavour, name);
            let (mut from, mut to) = (self.client(), other.client());
            for folder in from.folders() {
                to.append_copies(&folder.name, &from.messages(&folder.name));
            }
            return other;
        }
        let homes = [&self.name, name].map(|name| self.server.home_of(name));
        let copied = Command::new("cp").arg("-a").args(&homes).status().expect("cp");
        assert!(copied.success(), "the mailbox of {} is copied", self.name);
        User::named(self.server.flavour, name)
    }

    /// A history with a friend, in Archive and Sent.
    pub fn has_a_friend(&self) -> &User {
        let (letters, answers) = super::cast::acquaintance();
        self.gets("Archive", &letters);
        self.gets("Sent", &answers);
        self
    }

    /// Everything in the mailbox now.
    pub fn world(&self) -> World {
        World::of(&mut self.client())
    }

    /// From now on it is written down what mailherd's sessions say: by the server, or on the way to it. A Dovecot writes down
    /// everybody's.
    pub fn wire_log(&self) -> WireLog {
        match self.server.flavour.kind {
            Kind::Dovecot => WireLog::start(&self.server.home_of(&self.name)),
            _ => {
                let network = self.recorder.get_or_init(|| Arc::new(Network::to(self.server.port)));
                WireLog::on(network)
            }
        }
    }

    /// Writes the configuration and starts the program with `--config` and these words.
    pub fn start(&self, words: &[&str]) -> Running {
        self.start_with(words, &[])
    }

    /// The same with additional environment variables.
    pub fn start_with(&self, words: &[&str], environment: &[(String, String)]) -> Running {
        self.start_at("config.toml", &self.configuration(), words, environment)
    }

    /// Starts the program with another configuration.
    pub fn start_with_config(&self, text: &str, words: &[&str]) -> Running {
        self.start_at("other.toml", text, words, &[])
    }

    /// Starts the program with a configuration file of its own, which no other command writes anew.
    pub fn start_at(&self, file: &str, text: &str, words: &[&str], environment: &[(String, String)]) -> Running {
        let path = self.path(file);
        write_private(&path, text);
        let words: Vec<&str> = ["--config", path.to_str().unwrap()].into_iter().chain(words.iter().copied()).collect();
        Running::start(program::command(self.folder.path(), &words, environment))
    }

    /// Writes the configuration and opens the terminal UI, on a terminal of 100 columns and 30 rows.
    pub fn screen(&self) -> Screen {
        let path = self.config_file();
        Screen::start(self.folder.path(), &["--config", path.to_str().unwrap()], 100, 30)
    }

    /// Opens it as a job of a shell, which says `stopped` when it stops, brings it back on Enter, and says `ended`.
    pub fn shell_screen(&self) -> Screen {
        let (program, config) = (program::executable(), self.config_file());
        let script = "set -m; \"$0\" --config \"$1\"; echo stopped; read _; fg >/dev/null; echo ended";
        let words = ["-c", script, program.to_str().unwrap(), config.to_str().unwrap()];
        Screen::run(Path::new("/bin/sh"), self.folder.path(), &words, 100, 30)
    }

    /// Opens it without telling it where its configuration is.
    pub fn bare_screen(&self, words: &[&str]) -> Screen {
        Screen::start(self.folder.path(), words, 100, 30)
    }

    /// The same on a terminal on which nothing scrolls away.
    pub fn tall_screen(&self, words: &[&str]) -> Screen {
        Screen::start(self.folder.path(), words, 110, 160)
    }

    /// Runs the program to its end.
    pub fn mailherd(&self, words: &[&str]) -> Outcome {
        self.start(words).finish()
    }

    /// Runs the program with another configuration.
    pub fn with_config(&self, text: &str, words: &[&str]) -> Outcome {
        self.start_with_config(text, words).finish()
    }

    /// Runs the program without telling it where its configuration is.
    pub fn bare(&self, words: &[&str], environment: &[(String, String)]) -> Outcome {
        Running::start(program::command(self.folder.path(), words, environment)).finish()
    }

    /// `run --once --yes --json`, which has to succeed: the account's part of the result.
    #[track_caller]
    pub fn files(&self) -> Value {
        let result = self.mailherd(&["run", "--once", "--yes", "--json"]).done().object();
        result["accounts"][0].clone()
    }

    /// The journal, oldest row first.
    #[track_caller]
    pub fn journal(&self) -> Vec<Value> {
        let mut rows = self.mailherd(&["log", "--json", "--limit", "1000000"]).done().rows();
        rows.sort_by_key(|row| row["id"].as_i64());
        rows
    }

    /// Writes the configuration; where it is.
    pub fn config_file(&self) -> PathBuf {
        let path = self.path("config.toml");
        write_private(&path, &self.configuration());
        path
    }

    /// The text of the configuration file.
    pub fn configuration(&self) -> String {
        let lines = |keys: &[(String, String)]| {
            keys.iter().map(|(key, value)| format!("{key} = {value}\n")).collect::<String>()
        };
        let folders =
            if self.folders.is_empty() { String::new() } else { format!("[folders]\n{}", lines(&self.folders)) };
        let mut account = self.account.clone();
        if let Some(network) = self.recorder.get() {
            set(&mut account, "port", &network.port.to_string());
        }
        format!("{}{folders}[[accounts]]\n{}", lines(&self.global), lines(&account))
    }
}

/// How many messages a run filed, by its result for one account.
pub fn filed(account: &Value) -> u64 {
    account["filed"].as_object().expect("filed").values().map(|count| count.as_u64().expect("a count")).sum()
}

fn set(keys: &mut Vec<(String, String)>, key: &str, value: &str) {
    keys.retain(|(known, _)| known != key);
    keys.push((key.to_owned(), value.to_owned()));
}

/// Writes a file that only its owner can read.
pub fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}
