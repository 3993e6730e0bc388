//! Mailboxes on private servers, and mailherd's passes over them.

use std::collections::HashMap;
use std::process::Command;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use crate::support::dovecot::Dovecot;
use crate::support::flavour::Flavour;
use crate::support::many::Many;
use crate::support::usage::peak_memory;
use crate::support::user::User;

/// The folders that have mail in them.
pub const FOLDERS: [&str; 2] = ["INBOX", "Sent"];

/// Mailboxes by their size, made when they are first asked for and kept for the rows that follow.
#[derive(Default)]
pub struct Boxes(HashMap<usize, User>);

impl Boxes {
    /// So many messages in INBOX and a tenth as many in Sent, on a server that has read all of them before.
    pub fn of(&mut self, messages: usize) -> &User {
        self.0.entry(messages).or_insert_with(|| {
            let user = filled(Flavour::LARGE, messages);
            // The server's cache learns which fields are asked for.
            super::raw::headers(user.server.port, &user.name, &FOLDERS);
            user
        })
    }

    /// Gives the room on the disk back.
    pub fn forget(&mut self, messages: usize) {
        if let Some(user) = self.0.remove(&messages) {
            let _ = std::fs::remove_dir_all(user.server.home_of(&user.name));
        }
    }
}

/// A new user with so much generated mail. What is done with it is only looked at: the mode is `preview`.
pub fn filled(flavour: Flavour, messages: usize) -> User {
    let since = Instant::now();
    let mut user = User::new(flavour);
    user.set("mode", "\"preview\"");
    let (sender, receiver) = sync_channel(4);
    let writer = std::thread::spawn(move || {
        Many::pour(messages, messages / 10, 1, |folder, mail| {
            // Fails when the other side has failed, which says so.
            let _ = sender.send((folder, mail));
        });
    });
    let mut client = user.client();
    for (folder, mail) in receiver {
        client.append(folder, &mail);
    }
    writer.join().expect("mail is generated");
    eprintln!("  {messages} + {} messages are there after {:.1} s", messages / 10, since.elapsed().as_secs_f64());
    user
}

/// The same mailbox on another server: its files are copied.
pub fn copied_to(user: &User, flavour: Flavour, name: &str) -> User {
    let server = Dovecot::shared(flavour);
    let copied = Command::new("cp").arg("-a").arg(user.server.home_of(&user.name)).arg(server.home_of(name)).status();
    assert!(copied.is_ok_and(|status| status.success()), "the mailbox of {} is copied", user.name);
    User::named(flavour, name)
}

/// What a pass took.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// From the start of the program to its end.
    pub time: Duration,
    /// The most resident memory, in MiB.
    pub memory: f64,
    /// Messages that were filed, or would have been.
    pub filed: u64,
}

/// `run --once` of a new installation, which knows nothing of the mailbox.
pub fn first_pass(user: &User, configuration: &str) -> Pass {
    let _ = std::fs::remove_dir_all(user.state_dir());
    pass(user, configuration)
}

/// `run --once` with what is there.
pub fn pass(user: &User, configuration: &str) -> Pass {
    let since = Instant::now();
    let mut running = user.start_with_config(configuration, &["run", "--once", "--yes", "--json"]);
    let (process, mut peak) = (running.child.id(), 0);
    while !running.ended() {
        peak = peak.max(peak_memory(process).unwrap_or_default());
        std::thread::sleep(Duration::from_micros(300));
    }
    let time = since.elapsed();
    let result = running.finish().done().object();
    let account = &result["accounts"][0];
    assert_eq!(account["ok"], true, "{result}");
    let filed = crate::support::user::filed(account);
    Pass { time, memory: peak as f64 / 1024.0, filed }
}

/// The user's configuration with another port.
pub fn by_way_of(user: &User, port: u16) -> String {
    user.configuration().replace(&format!("port = {}", user.server.port), &format!("port = {port}"))
}

/// The size of mailherd's database with what is not yet in its main file, in MB (10^6 bytes).
pub fn database(user: &User) -> f64 {
    let size = |name: &str| std::fs::metadata(user.state_dir().join(name)).map_or(0, |file| file.len());
    (size("mailherd.sqlite3") + size("mailherd.sqlite3-wal")) as f64 / 1e6
}
