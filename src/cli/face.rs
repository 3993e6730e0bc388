//! What all commands share: the configuration, the output, the questions, the progress line.

use std::cell::RefCell;
use std::future::Future;
use std::io::{IsTerminal, Write};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use futures_util::FutureExt;

use super::args::Cli;
use super::out::Out;
use super::progress::Progress;
use super::style::{Style, Tone};
use crate::config::{self, Account, Config};
use crate::daemon::engine::Link;
use crate::daemon::{Asking, Setting, Watcher};
use crate::logic::appearance::ThemeName;
use crate::logic::engine::Question;
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, UnixTime};
use crate::logic::printable::Printable;

/// The face of the program: text or JSON on standard output, everything else on standard error.
pub struct Face {
    out: Out,
    /// Standard error.
    pub voice: Voice,
    /// The time at which the command began.
    pub now: UnixTime,
    /// How the terminal UI is to look, if the user said so.
    pub theme: Option<ThemeName>,
    config: Option<PathBuf>,
}

impl Face {
    /// As the global flags want it.
    pub fn new(cli: &Cli) -> Face {
        let progress = Progress::stderr(cli.verbose > 0, cli.quiet);
        Face {
            out: Out::stdout(cli.json, cli.quiet),
            voice: Voice { progress: RefCell::new(progress), verbose: cli.verbose > 0, quiet: cli.quiet },
            now: UnixTime(jiff::Timestamp::now().as_second()),
            theme: cli.theme,
            config: cli.config.clone(),
        }
    }

    /// The configuration.
    ///
    /// # Errors
    /// When it is missing or wrong.
    pub fn config(&self) -> Result<Config, Fault> {
        config::load(&config::default_path(self.config.as_deref())?)
    }

    /// Where the configuration is, or would be.
    ///
    /// # Errors
    /// When it cannot be told where to look.
    pub fn config_path(&self) -> Result<PathBuf, Fault> {
        config::default_path(self.config.as_deref())
    }

    /// Whether `-q` was given.
    pub fn is_quiet(&self) -> bool {
        self.voice.quiet
    }

    /// Where a config is looked for and none is: first contact. A file that was named with `--config` is expected to be there.
    ///
    /// # Errors
    /// When it cannot be told where to look.
    pub fn missing_config(&self) -> Result<Option<PathBuf>, Fault> {
        let path = config::default_path(self.config.as_deref())?;
        Ok((self.config.is_none() && !path.exists()).then_some(path))
    }

    /// The configuration as it is now, each time it is called.
    ///
    /// # Errors
    /// When it cannot be told where it is.
    pub fn read_config(&self) -> Result<impl Fn() -> Result<Config, Fault> + use<>, Fault> {
        let path = config::default_path(self.config.as_deref())?;
        Ok(move || config::load(&path))
    }

    /// The daemon that works on this configuration, which has to run. The file need not be sound: the daemon may be on an
    /// earlier version of it.
    ///
    /// # Errors
    /// When there is none, and when it does not answer.
    pub async fn running_daemon(&self) -> Result<Link, Fault> {
        let path = config::default_path(self.config.as_deref())?;
        match (Link::connect(&config::state_dir(&path)?).await, config::load(&path)) {
            (Ok(link), _) => Ok(link),
            (Err(_), Err(broken)) => Err(broken),
            (Err(fault), Ok(_)) => Err(fault),
        }
    }

    /// The daemon that works on this configuration; `None` when there is none and the command does it itself.
    ///
    /// # Errors
    /// When it does not answer, or speaks another version of the words.
    pub async fn daemon(&self, config: &Config) -> Result<Option<Link>, Fault> {
        Link::find(&config.state_dir).await
    }

    /// Asks the user what the engine asks.
    ///
    /// # Errors
    /// Refused, on a no, and where there is no terminal.
    pub fn consent(&self, question: &Question) -> Result<(), Fault> {
        let lines = [question.text.as_str()].into_iter().chain(question.details.iter().map(String::as_str));
        let text = lines.collect::<Vec<_>>().join("; ");
        match self.voice.ask(&text) {
            Some(true) => Ok(()),
            Some(false) => Err(Fault::refused(text, "you said no: nothing was changed")),
            None => Err(Fault::refused(text, "if that is right, run it again with --yes")),
        }
    }

    /// Writes out what is left.
    pub fn finish(self) -> Result<(), Fault> {
        self.voice.progress.borrow_mut().clear();
        self.out.finish()
    }

    /// Standard output, with the progress line out of its way.
    pub fn out(&mut self) -> &mut Out {
        self.voice.progress.borrow_mut().clear();
        &mut self.out
    }

    /// One account and the circumstances of the work on it.
    pub fn setting<'a>(&'a self, account: &'a Account, yes: bool) -> Setting<'a> {
        Setting { account, now: self.now, yes, asking: &self.voice, watcher: &self.voice }
    }
}

/// The accounts that a command is about.
///
/// # Errors
/// Usage, when there is none of that name.
pub fn chosen<'a>(config: &'a Config, name: Option<&str>) -> Result<Vec<&'a Account>, Fault> {
    let Some(name) = name else { return Ok(config.accounts.iter().collect()) };
    match config.accounts.iter().find(|account| account.name == name) {
        Some(account) => Ok(vec![account]),
        None => {
            let names: Vec<&str> = config.accounts.iter().map(|account| account.name.as_str()).collect();
            Err(Fault::usage(
                format!("there is no account called {} in {}", Printable::new(name), config.path.display()),
                format!("the accounts are: {}", names.join(", ")),
            ))
        }
    }
}

/// Runs the work on one account; a panic in it becomes a fault, so that the other accounts are still done.
pub async fn guarded<T>(account: &str, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        Err(Fault::local(
            format!("{account}: mailherd failed inside (its message is above)"),
            "please report it; what was begun is in the journal, and the next run settles it",
        ))
    })
}

/// Standard error: the progress line, notes, and questions where there is a terminal.
pub struct Voice {
    progress: RefCell<Progress>,
    verbose: bool,
    quiet: bool,
}

impl Voice {
    /// Whether `-v` was given.
    pub fn verbose(&self) -> bool {
        self.verbose
    }

    /// `done` of `total` messages below `place` have been looked at.
    pub fn replaying(&self, place: &str, done: u64, total: u64) {
        self.progress.borrow_mut().step("backtest", place, done, Some(total));
    }

    /// Takes the progress line away.
    pub fn clear(&self) {
        self.progress.borrow_mut().clear();
    }

    /// A line for those who asked for more with `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.progress.borrow_mut().clear();
            eprintln!("{}", Printable::new(text));
        }
    }
}

impl Watcher for Voice {
    fn reading(&self, account: &str, folder: &FolderName, done: u64, total: u64) {
        self.progress.borrow_mut().step(account, &crate::daemon::shown(folder), done, Some(total));
    }

    fn filing(&self, account: &str, done: u64, total: u64) {
        self.progress.borrow_mut().step(account, "filing", done, Some(total));
    }

    fn note(&self, account: &str, text: &str) {
        if !self.quiet {
            self.progress.borrow_mut().clear();
            let line = Printable::new(&format!("{account}: {text}"));
            eprintln!("{}", Style::stderr().paint(Tone::Dim, line));
        }
    }

    fn advise(&self, account: &str, text: &str, hint: &str) {
        if !self.quiet {
            self.note(account, text);
            eprintln!("{} {}", Style::stderr().paint(Tone::Dim, "hint:"), Printable::new(hint));
        }
    }
}

impl Asking for Voice {
    fn ask(&self, question: &str) -> Option<bool> {
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return None;
        }
        self.progress.borrow_mut().clear();
        eprint!("{} [y/N] ", Printable::new(question));
        std::io::stderr().flush().ok()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

/// Logging to standard error: our own words only. async-imap's TRACE would print the password (its LOGIN command line), so
/// its log never reaches the subscriber: nothing bridges the `log` crate.
pub fn start_log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .init();
}
