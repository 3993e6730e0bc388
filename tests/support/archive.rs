//! Mail on disk, as mail programs keep it, and `mailherd backtest` over it.

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use super::mail::{ME, Mail};
use super::program::{self, Outcome, Running};

/// A directory of mail. Times are days after [`START`].
pub struct Archive(TempDir);

/// Midnight of 2026-01-05, a Monday.
pub const START: i64 = 1_767_571_200;

/// Seconds since 1970 of a day.
pub fn day(days: f64) -> i64 {
    START + (days * 86_400.0) as i64
}

/// How messages are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One mbox file.
    Mbox,
    /// A Maildir.
    Maildir,
    /// A directory of .eml files.
    Files,
}

impl Archive {
    /// An empty one.
    pub fn new() -> Archive {
        Archive(tempfile::Builder::new().prefix("mailherd-archive-").tempdir().unwrap())
    }

    /// A path below the directory's parent: `mail/…` is in the archive, all else beside it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a file into the archive.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Archive {
        let path = self.path("mail").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// Puts a folder into the archive: messages, each with the day on which it arrived.
    pub fn folder(&self, name: &str, form: Form, mails: &[(f64, Mail)]) -> &Archive {
        match form {
            Form::Mbox => self.file(&format!("{name}.mbox"), mbox(mails)),
            Form::Maildir => {
                for part in ["cur", "new", "tmp"] {
                    std::fs::create_dir_all(self.path("mail").join(name).join(part)).unwrap();
                }
                for (number, (days, mail)) in mails.iter().enumerate() {
                    let letters: String = mail.flags.iter().filter_map(|flag| flag.chars().nth(1)).collect();
                    let file = format!("{name}/cur/{}.M{number}.host:2,{letters}", day(*days));
                    self.file(&file, mail.bytes()).aged(&file, day(*days));
                }
                self
            }
            Form::Files => {
                for (number, (days, mail)) in mails.iter().enumerate() {
                    // Against the order of time: only the Date tells it.
                    let file = format!("{name}/{:04}.eml", 9_999 - number);
                    self.file(&file, with_status(mail).at(day(*days)).bytes());
                }
                self
            }
        }
    }

    /// Sets a file's time.
    pub fn aged(&self, name: &str, seconds: i64) -> &Archive {
        let time = UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap());
        let file = std::fs::File::options().write(true).open(self.path("mail").join(name)).unwrap();
        file.set_modified(time).unwrap();
        self
    }

    /// `mailherd backtest` with these words.
    pub fn run(&self, words: &[&str]) -> Outcome {
        let words: Vec<&str> = ["backtest"].into_iter().chain(words.iter().copied()).collect();
        Running::start(program::command(self.0.path(), &words, &[])).finish()
    }

    /// `backtest --mail mail --address` [`ME`] with these words besides.
    pub fn backtest(&self, words: &[&str]) -> Outcome {
        let words: Vec<&str> = ["--mail", "mail", "--address", ME].into_iter().chain(words.iter().copied()).collect();
        self.run(&words)
    }

    /// The predictions of [`Archive::backtest`], in order.
    #[track_caller]
    pub fn predictions(&self, words: &[&str]) -> Vec<Value> {
        let words: Vec<&str> = ["--predictions", "p.jsonl"].into_iter().chain(words.iter().copied()).collect();
        self.backtest(&words).done();
        let text = std::fs::read_to_string(self.path("p.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The figures of [`Archive::backtest`].
    #[track_caller]
    pub fn figures(&self) -> Value {
        self.backtest(&["--json"]).done().object()
    }
}

/// An mbox file with `\n`, its bodies quoted.
pub fn mbox(mails: &[(f64, Mail)]) -> String {
    let message = |(days, mail): &(f64, Mail)| {
        let line = Timestamp::from_second(day(*days)).unwrap().strftime("%a %b %e %H:%M:%S %Y").to_string();
        let text =
            String::from_utf8(with_status(mail).bytes()).unwrap().replace("\r\n", "\n").replace("\nFrom ", "\n>From ");
        format!("From sender@example.org {line}\n{text}\n")
    };
    mails.iter().map(message).collect()
}

/// What mbox programs write about a message that was read.
fn with_status(mail: &Mail) -> Mail {
    let read = mail.flags.iter().any(|flag| flag == "\\Seen");
    if read { mail.clone().header("Status", "RO") } else { mail.clone() }
}
