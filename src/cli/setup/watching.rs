//! How far the reading is, on the screen of the terminal UI: nothing may be written beside it.

use super::prompt::Prompt;
use crate::cli::style::Tone;
use crate::cli::words::count;
use crate::daemon::{Asking, Watcher};
use crate::logic::ids::FolderName;
use crate::logic::printable::Printable;

impl Watcher for Prompt {
    fn reading(&self, _account: &str, folder: &FolderName, done: u64, total: u64) {
        let folder = Printable::new(&crate::daemon::shown(folder)).to_string();
        self.doing(format!("{folder} · {} of {}", count(done), count(total)));
    }

    fn filing(&self, _account: &str, done: u64, total: u64) {
        self.doing(format!("filing · {} of {}", count(done), count(total)));
    }

    fn note(&self, _account: &str, text: &str) {
        self.say(self.style().paint(Tone::Dim, Printable::new(text)));
    }

    fn advise(&self, account: &str, text: &str, hint: &str) {
        self.note(account, text);
        self.say(format!("{} {}", self.style().paint(Tone::Dim, "hint:"), Printable::new(hint)));
    }
}

impl Asking for Prompt {
    /// What the engine asks in the midst of its work has been asked before: there is no way to wait here.
    fn ask(&self, _question: &str) -> Option<bool> {
        None
    }
}
