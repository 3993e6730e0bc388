//! How far a long reading is, on standard error.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::style::terminal_width;
use super::table::cut;
use super::words::count;
use crate::logic::printable::Printable;

/// The line on a terminal is rewritten at most this often: ten times a second.
const BLINK: Duration = Duration::from_millis(100);

/// Off a terminal, with `-v`, a line is written at most this often.
const LOG: Duration = Duration::from_secs(5);

/// Takes the cursor to the start of the line and empties it (ECMA-48: CR, EL 2).
const CLEAR: &str = "\r\x1b[2K";

/// One line about what is being read: `home · INBOX · 12,400 of 20,000 · 31,000/s`.
///
/// On a terminal it is rewritten in place and cleared at the end; elsewhere it is silent, or with `-v` a line now and then.
pub struct Progress {
    sink: Box<dyn Write + Send>,
    face: Face,
    reading: Option<Reading>,
    shown: Option<Instant>,
}

/// What is being read, since when, and how far it was then.
struct Reading {
    account: String,
    folder: String,
    began: Instant,
    before: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Terminal { width: usize },
    Log,
    Silent,
}

impl Progress {
    /// For standard error, with the flags `-v` and `-q`.
    pub fn stderr(verbose: bool, quiet: bool) -> Progress {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let face = match (quiet, io::stderr().is_terminal() && !dumb) {
            (true, _) => Face::Silent,
            (false, true) => Face::Terminal { width: terminal_width() },
            (false, false) if verbose => Face::Log,
            (false, false) => Face::Silent,
        };
        Progress::over(Box::new(io::stderr()), face)
    }

    fn over(sink: Box<dyn Write + Send>, face: Face) -> Progress {
        Progress { sink, face, reading: None, shown: None }
    }

    /// `done` messages of `total` (when that is known) of `folder` have been read. Cheap enough for every message.
    pub fn step(&mut self, account: &str, folder: &str, done: u64, total: Option<u64>) {
        self.step_at(Instant::now(), account, folder, done, total);
    }

    fn step_at(&mut self, now: Instant, account: &str, folder: &str, done: u64, total: Option<u64>) {
        if self.face == Face::Silent {
            return;
        }
        let same = |reading: &&Reading| reading.account == account && reading.folder == folder;
        let (began, before) = match self.reading.as_ref().filter(same) {
            Some(reading) => (reading.began, reading.before),
            None => {
                self.reading =
                    Some(Reading { account: account.into(), folder: folder.into(), began: now, before: done });
                (now, done)
            }
        };
        let pause = if self.face == Face::Log { LOG } else { BLINK };
        if self.shown.is_some_and(|shown| now.saturating_duration_since(shown) < pause) {
            return;
        }
        self.shown = Some(now);
        let of = total.map(|total| format!(" of {}", count(total))).unwrap_or_default();
        let rate = rate(done.saturating_sub(before), now.saturating_duration_since(began));
        let (account, folder) = (Printable::new(account), Printable::new(folder));
        self.write(&format!("{account} · {folder} · {}{of}{rate}", count(done)));
    }

    /// Takes the line away, before something else is printed or at the end.
    pub fn clear(&mut self) {
        if let (Face::Terminal { .. }, Some(_)) = (self.face, self.shown.take()) {
            self.put(CLEAR);
        }
        self.reading = None;
    }

    fn write(&mut self, line: &str) {
        match self.face {
            // The last column stays free: some terminals wrap as soon as it is written.
            Face::Terminal { width } => self.put(&format!("{CLEAR}{}", cut(line, width.saturating_sub(1)))),
            Face::Log => self.put(&format!("{line}\n")),
            Face::Silent => {}
        }
    }

    fn put(&mut self, text: &str) {
        // Progress that cannot be shown is no reason to stop.
        let _ = self.sink.write_all(text.as_bytes()).and_then(|()| self.sink.flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// ` · 31,000/s`, once there is enough time to tell.
fn rate(messages: u64, elapsed: Duration) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if millis < 200 || messages == 0 {
        return String::new();
    }
    format!(" · {}/s", count(messages.saturating_mul(1000) / millis))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sheet(Arc<Mutex<String>>);

    impl Write for Sheet {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Steps at these milliseconds, 31 messages each, and what was written until the end.
    fn written(face: Face, steps: impl IntoIterator<Item = u64>) -> String {
        let sheet = Sheet::default();
        let mut progress = Progress::over(Box::new(sheet.clone()), face);
        let start = Instant::now();
        for at in steps {
            progress.step_at(start + Duration::from_millis(at), "home", "IN\x1bBOX", 31 * at, Some(20_000));
        }
        drop(progress);
        sheet.0.lock().unwrap().clone()
    }

    #[test]
    fn a_terminal_sees_one_line_rewritten_and_cleared() {
        let text = written(Face::Terminal { width: 80 }, [0, 400]);
        let lines = "home · IN\u{fffd}BOX · 0 of 20,000|home · IN\u{fffd}BOX · 12,400 of 20,000 · 31,000/s|";
        assert_eq!(text, format!("|{lines}").replace('|', CLEAR));
    }

    #[test]
    fn it_is_rewritten_at_most_ten_times_a_second() {
        let text = written(Face::Terminal { width: 80 }, 0..1000);
        assert_eq!(text.matches(CLEAR).count(), 10 + 1, "ten, and the clearing");
    }

    #[test]
    fn it_fits_the_terminal() {
        let text = written(Face::Terminal { width: 12 }, [0]);
        assert!(text.contains("home · IN\u{fffd}…\r"), "{text:?}");
    }

    #[test]
    fn elsewhere_it_is_silent_or_a_line_now_and_then() {
        assert_eq!(written(Face::Silent, [0, 400]), "");
        let log = written(Face::Log, [0, 400, 5_000]);
        assert_eq!(log.lines().count(), 2);
        assert!(log.ends_with("155,000 of 20,000 · 31,000/s\n") && !log.contains('\x1b'), "{log}");
    }
}
