//! `mailherd daemon` as a service manager runs it, and what it says.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::program::{Outcome, Running};
use super::user::User;

/// Nothing on these mailboxes takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon of one user.
pub struct Daemon<'a> {
    user: &'a User,
    running: Option<Running>,
}

impl<'a> Daemon<'a> {
    /// Starts it, and waits until it answers.
    #[track_caller]
    pub fn start(user: &'a User) -> Daemon<'a> {
        Daemon::start_with(user, &[], &[])
    }

    /// Starts it, and does not wait.
    pub fn start_unasked(user: &'a User) -> Daemon<'a> {
        Daemon { user, running: Some(user.start_at("daemon.toml", &user.configuration(), &["daemon"], &[])) }
    }

    /// The same with more words and environment variables.
    #[track_caller]
    pub fn start_with(user: &'a User, words: &[&str], environment: &[(String, String)]) -> Daemon<'a> {
        let words: Vec<&str> = ["daemon"].into_iter().chain(words.iter().copied()).collect();
        let running = user.start_at("daemon.toml", &user.configuration(), &words, environment);
        let daemon = Daemon { user, running: Some(running) };
        daemon.answers();
        daemon
    }

    /// The same on another configuration, in `other.toml`, that has the same state directory.
    #[track_caller]
    pub fn start_on(user: &'a User, configuration: &str) -> Daemon<'a> {
        let daemon = Daemon { user, running: Some(user.start_with_config(configuration, &["daemon"])) };
        daemon.answers();
        daemon
    }

    /// Waits until it answers.
    #[track_caller]
    pub fn answers(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.user.mailherd(&["status", "--json"]).stdout.is_empty() {
            assert!(Instant::now() < deadline, "it does not answer: {}", self.user.mailherd(&["status"]));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What `status --json` says of an account.
    #[track_caller]
    pub fn status(&self, account: &str) -> Value {
        let outcome = self.user.mailherd(&["status", "--json"]);
        let found = outcome.rows().into_iter().find(|row| row["account"] == account);
        found.unwrap_or_else(|| panic!("no {account}: {outcome}"))
    }

    /// Waits until `status` says so.
    #[track_caller]
    pub fn until(&self, account: &str, so: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.status(account);
            if so(&status) {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not come to that: {status}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the account is up to date.
    #[track_caller]
    pub fn rests(&self, account: &str) -> Value {
        self.until(account, |status| {
            ["live", "polling"].contains(&status["state"].as_str().unwrap_or("")) && !status["last_pass"].is_null()
        })
    }

    /// Sends it a signal: `TERM`, `HUP`.
    pub fn signal(&self, name: &str) {
        let id = self.running.as_ref().unwrap().child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// `kill -9`; what it had said.
    pub fn dies(mut self) -> Outcome {
        let mut running = self.running.take().unwrap();
        running.kill();
        running.finish()
    }

    /// SIGTERM, and how long it took to end.
    #[track_caller]
    pub fn ends(mut self) -> (Outcome, Duration) {
        self.signal("TERM");
        let since = Instant::now();
        (self.running.take().unwrap().finish(), since.elapsed())
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill();
            running.finish();
        }
    }
}

/// What listens to a service as systemd does.
pub struct ServiceManager {
    socket: UnixDatagram,
    path: PathBuf,
}

impl ServiceManager {
    /// In this folder.
    pub fn new(folder: &Path) -> ServiceManager {
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        ServiceManager { socket, path }
    }

    /// What a service is started with.
    pub fn environment(&self, watchdog: Duration) -> Vec<(String, String)> {
        vec![
            ("NOTIFY_SOCKET".into(), self.path.display().to_string()),
            ("WATCHDOG_USEC".into(), watchdog.as_micros().to_string()),
        ]
    }

    /// Waits for a message that holds this line.
    #[track_caller]
    pub fn hears(&self, line: &str) {
        let mut buffer = [0; 4096];
        loop {
            let length = self.socket.recv(&mut buffer).unwrap_or_else(|error| panic!("no {line}: {error}"));
            if String::from_utf8_lossy(&buffer[..length]).lines().any(|heard| heard == line) {
                return;
            }
        }
    }
}
