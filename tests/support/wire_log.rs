//! What a user's sessions said to the server and what it answered, as the server itself wrote it down (`rawlog_dir`).
//!
//! Dovecot's `imap_capability` only hides a capability, its commands still work. So whether the engine uses only what is advertised,
//! reads with PEEK and never expunges what is not its own is seen here, in the bytes that arrived.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A folder that a user's sessions are written to.
pub struct WireLog {
    folder: PathBuf,
}

impl WireLog {
    /// Begins to write, for sessions that log in from now on. What was written before is forgotten.
    pub fn start(home: &Path) -> WireLog {
        let folder = home.join("wire");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        for path in [home, &folder] {
            std::fs::set_permissions(path, PermissionsExt::from_mode(0o777)).unwrap();
        }
        WireLog { folder }
    }

    /// No more: it costs the server time.
    pub fn stop(self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
    }

    /// The commands without their tags, in upper case up to the first quotation mark, in the order of each session.
    pub fn commands(&self) -> Vec<String> {
        self.lines("in").iter().map(|line| command(line)).filter(|command| !command.is_empty()).collect()
    }

    /// How many messages' FETCH rows were sent, header or flags alike.
    pub fn fetch_rows(&self) -> usize {
        self.lines("out").iter().filter(|line| is_fetch_row(line)).count()
    }

    /// Every line of all sessions in one direction, without the time stamps.
    fn lines(&self, direction: &str) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|end| end == direction)).collect();
        files.sort();
        let texts = files.iter().map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
        texts.flat_map(|text| text.lines().map(|line| without_time(line).to_owned()).collect::<Vec<_>>()).collect()
    }
}

/// `1795302000.123456 A1 NOOP` is how the server notes a line.
fn without_time(line: &str) -> &str {
    match line.split_once(' ') {
        Some((time, rest)) if time.parse::<f64>().is_ok() => rest,
        _ => line,
    }
}

fn command(line: &str) -> String {
    let (_, command) = line.split_once(' ').unwrap_or_default();
    let (verb, rest) = command.split_at(command.find('"').unwrap_or(command.len()));
    verb.to_uppercase() + rest
}

fn is_fetch_row(line: &str) -> bool {
    let mut words = line.split(' ');
    words.next() == Some("*")
        && words.next().is_some_and(|word| word.parse::<u32>().is_ok())
        && words.next() == Some("FETCH")
}
