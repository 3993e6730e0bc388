//! The command line, as the help, the manual page and the completions show it.

mod setup;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::logic::appearance::ThemeName;
use crate::logic::ids::Category;
pub use setup::Setup;

/// Keeps an IMAP inbox calm.
///
/// It learns from your own mail whom you talk to, files the rest into Top, News, Bulk and Blackhole, says why for each
/// message, and can take every move back. It reads headers only, and nothing leaves this machine.
///
/// Without a command it opens the terminal UI.
#[derive(Debug, Parser)]
#[command(name = "mailherd", version, disable_help_subcommand = true, after_help = EXIT)]
pub struct Cli {
    /// The configuration file [default: $MAILHERD_CONFIG, else mailherd/config.toml in your config directory]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON: one object a line for lists, one object for results
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub json: bool,
    /// Say more on standard error; twice: still more
    #[arg(short, long, global = true, help_heading = GLOBAL, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Print nothing but results and errors
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub quiet: bool,
    /// How the terminal UI looks [default: $MAILHERD_THEME, else what the config says]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "NAME", hide_possible_values = true, value_parser = super::appearance::parser())]
    pub theme: Option<ThemeName>,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Whether this is the terminal UI.
    pub fn shows_screen(&self) -> bool {
        match &self.command {
            None => true,
            Some(Command::Demo(demo)) => !demo.headless,
            Some(_) => false,
        }
    }
}

/// The flags of every command stand together, below those of the command itself.
const GLOBAL: &str = "Everywhere";

const EXIT: &str = "Exit status: 0 done, 1 something failed (said on standard error), 2 wrong usage or configuration.\n\
                    New here? `mailherd demo` shows everything on a made-up mailbox, without an account.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set an account up, or change one: asks, tests each step, previews, and writes the config after your yes
    Setup(Box<Setup>),
    /// Log an account in with OAuth2: by a code that you enter on a page of the provider's, or by the browser
    Login(Login),
    /// Try it in the terminal UI: the real engine against an embedded IMAP server with a generated mailbox
    Demo(Demo),
    /// One pass over the accounts: read what is new, judge it, file it
    Run(Run),
    /// Watch every account until SIGTERM; SIGHUP reads the config again
    Daemon(Daemon),
    /// How the daemon and its accounts are; exit status 1 when one needs you
    Status(OneAccount),
    /// Have the daemon leave accounts alone until `resume`
    Pause(OneAccount),
    /// End a pause, and the waiting after a failure
    Resume(OneAccount),
    /// Have the daemon look at everything now
    Check(OneAccount),
    /// Dry run over what is in INBOX now: what would happen to each message, and why
    Plan(Plan),
    /// Why one message is where it is, filed or not
    Why(Why),
    /// What was done to the mailbox, move by move
    Log(Log),
    /// Take moves back
    Undo(Undo),
    /// Whom mail comes from: read, answered, written to
    Senders(Senders),
    /// How far your own habits have shifted the weights, and what they shifted most
    Fit(Fit),
    /// What was filed, what was learned and what leaves Blackhole next, since the last digest
    Digest(Digest),
    /// Say what somebody's mail is, from now on
    Train(Train),
    /// Lift the order about somebody
    Untrain(Untrain),
    /// List the orders
    Orders(Orders),
    /// Say yes (or no) to what waits for your word
    Confirm(Confirm),
    /// Banish a sender: their mail goes to Blackhole, what is there already goes along
    Blackhole(Blackhole),
    /// Replay real mail in time order: what would have been filed, and how often that would have been wrong
    Backtest(Backtest),
    /// Look at config, secrets, connection, folders and database: what is wrong and what to do
    Doctor(OneAccount),
    /// Take over what another program knows: SaneBox's folders, a Sieve script, imapfilter's rules, or an export
    Import(Import),
    /// Write all orders and settings as TOML, or the orders as a Sieve script
    Export(Export),
    /// Put filed mail back, remove the empty folders, end the service; asks before each
    Uninstall(Uninstall),
    /// Print the completion script for a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

/// `login`
#[derive(Debug, Args)]
pub struct Login {
    /// Which account [default: the only one with `oauth2` in the config]
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// By a code, entered on any machine [default where the provider gives one]
    #[arg(long, conflicts_with = "browser")]
    pub device: bool,
    /// By a browser, which comes back to this machine
    #[arg(long)]
    pub browser: bool,
    /// The port that the browser comes back to, for instance at the end of a tunnel [default: any free one]
    #[arg(long, value_name = "N", requires = "browser", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// One filing run, then print the result and end
    #[arg(long)]
    pub headless: bool,
    /// Another number makes another mailbox
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
}

/// `run`
#[derive(Debug, Args)]
pub struct Run {
    /// One pass, then exit (for cron)
    #[arg(long, required = true)]
    pub once: bool,
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Answer yes to what would be asked
    #[arg(long)]
    pub yes: bool,
}

/// `daemon`
#[derive(Debug, Args)]
pub struct Daemon {
    /// How lines of the log look: `text` (with priorities for the journal under systemd) or `json`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// Answer Prometheus there, on loopback only, for instance 127.0.0.1:9810 [default: `metrics` in the config]
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<String>,
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people and for the journal.
    Text,
    /// One object a line.
    Json,
}

/// `plan`
#[derive(Debug, Args)]
pub struct Plan {
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Only the newest N messages
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// `why`
#[derive(Debug, Args)]
pub struct Why {
    /// The Message-ID, with or without its angle brackets
    #[arg(value_name = "MESSAGE-ID")]
    pub message_id: String,
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
}

/// `log`
#[derive(Debug, Args)]
pub struct Log {
    /// Only this run
    #[arg(long, value_name = "N")]
    pub run: Option<i64>,
    /// Only the newest N rows
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// `undo`
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Undo {
    /// The last run
    #[arg(long)]
    pub last: bool,
    /// One run, by its number
    #[arg(long, value_name = "N")]
    pub run: Option<i64>,
    /// One row of the log, by its number
    #[arg(long, value_name = "N")]
    pub id: Option<i64>,
    /// Everything that was ever done
    #[arg(long)]
    pub all: bool,
}

/// `digest`
#[derive(Debug, Args)]
pub struct Digest {
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// From when: a day (2026-11-21), a time (2026-11-21T08:00), or so long ago (12h, 7d) [default: the last digest in INBOX]
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Put it into INBOX as a message, where there is something to tell
    #[arg(long)]
    pub append: bool,
}

/// `senders`
#[derive(Debug, Args)]
pub struct Senders {
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// At most N senders
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// `train`
#[derive(Debug, Args)]
pub struct Train {
    /// An address (a@b.c), a domain (@b.c) or a List-Id (<news.b.c>)
    pub who: String,
    /// top, inbox, news, bulk or blackhole
    pub category: String,
    /// Only on this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Also file what is there already
    #[arg(long)]
    pub existing: bool,
    /// Answer yes to what would be asked
    #[arg(long)]
    pub yes: bool,
}

/// `untrain`
#[derive(Debug, Args)]
pub struct Untrain {
    /// An address (a@b.c), a domain (@b.c) or a List-Id (<news.b.c>)
    pub who: String,
}

/// `orders`
#[derive(Debug, Args)]
pub struct Orders {
    /// What waits for your word: orders read out of your moves, mail that could come back out of Blackhole
    #[arg(long)]
    pub pending: bool,
}

/// `confirm`
#[derive(Debug, Args)]
pub struct Confirm {
    /// The number, from `orders --pending`; or, with a daemon, what `status` names
    pub id: String,
    /// Say no: it waits no longer, and nothing comes of it
    #[arg(long)]
    pub no: bool,
}

/// `blackhole`
#[derive(Debug, Args)]
pub struct Blackhole {
    /// An address (a@b.c), a domain (@b.c) or a List-Id (<news.b.c>)
    pub who: String,
    /// Only on this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Answer yes to what would be asked
    #[arg(long)]
    pub yes: bool,
}

/// `backtest`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["mail", "account"])))]
pub struct Backtest {
    /// A directory with mbox files, Maildirs or message files; needs no config
    #[arg(long, value_name = "DIR", requires = "addresses")]
    pub mail: Option<PathBuf>,
    /// Your own addresses
    #[arg(long = "address", id = "addresses", value_name = "ADDRESS", num_args = 1.., value_delimiter = ',',
          conflicts_with = "account")]
    pub addresses: Vec<String>,
    /// The history of this account, read-only over IMAP
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// The folders of your own mail [default: Sent, and the names that mail programs use]
    #[arg(long, value_name = "FOLDER", num_args = 1..)]
    pub sent: Vec<String>,
    /// Write what each received message would have been, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<PathBuf>,
    /// Judge with the weights of this file
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Let your own habits shift the weights [default: as the configuration says, off without one]
    #[arg(long, value_name = "WHETHER")]
    pub fit: Option<OnOff>,
}

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OnOff {
    /// Yes
    On,
    /// No
    Off,
}

/// `fit`
#[derive(Debug, Args)]
pub struct Fit {
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Forget it: every weight is as it was built in
    #[arg(long)]
    pub reset: bool,
}

/// `import`
///
/// Shows what it would take over, and asks. Mail is not moved. Of an export the settings come, too: an account that is not here yet is
/// set up, with a password that you give, and what differs here is shown before it is changed.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub struct Import {
    /// Which program it comes from
    #[command(subcommand)]
    pub from: Option<ImportFrom>,
    /// What `mailherd export` wrote
    #[arg(value_name = "FILE", required = true)]
    pub file: Option<PathBuf>,
    /// Orders of single accounts go to this one; settings are left out
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Only the orders, not the settings
    #[arg(long)]
    pub no_settings: bool,
    /// A command that prints the password of an account that is new here; may be given again
    #[arg(long = "password-command", id = "commands", value_name = "ACCOUNT=COMMAND", value_parser = values::password)]
    pub commands: Vec<(String, String)>,
    /// A file that holds it and that only you can read; may be given again
    #[arg(long = "password-file", id = "files", value_name = "ACCOUNT=FILE", value_parser = values::password)]
    pub files: Vec<(String, String)>,
    /// An environment variable that holds it; may be given again
    #[arg(long = "password-env", id = "variables", value_name = "ACCOUNT=NAME", value_parser = values::password)]
    pub variables: Vec<(String, String)>,
    /// Show what it would do, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Answer yes to what would be asked
    #[arg(long)]
    pub yes: bool,
}

/// Another program.
#[derive(Debug, Subcommand)]
pub enum ImportFrom {
    /// Mail that lies in SaneBox's folders says where its senders' mail goes
    Sanebox(ImportSanebox),
    /// Rules of a Sieve script about senders and lists
    Sieve(ImportRules),
    /// Rules of imapfilter's configuration about senders and lists
    Imapfilter(ImportRules),
}

/// `import sanebox`
#[derive(Debug, Args)]
pub struct ImportSanebox {
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// What a folder is, such as @SaneClients=top; may be given again
    #[arg(long = "map", id = "maps", value_name = "FOLDER=CATEGORY", value_parser = values::mapping)]
    pub maps: Vec<(String, Category)>,
    /// File into SaneBox's folders from now on: their names go into the config
    #[arg(long)]
    pub keep_names: bool,
    /// Show what it would do, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Answer yes to what would be asked
    #[arg(long)]
    pub yes: bool,
}

/// `import sieve`, `import imapfilter`
#[derive(Debug, Args)]
pub struct ImportRules {
    /// The script, or the configuration
    pub file: PathBuf,
    /// The account that its rules are for
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// What a folder is, such as Clients=top; may be given again
    #[arg(long = "map", id = "maps", value_name = "FOLDER=CATEGORY", value_parser = values::mapping)]
    pub maps: Vec<(String, Category)>,
    /// Show what it would do, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Answer yes to what would be asked
    #[arg(long)]
    pub yes: bool,
}

/// `export`
#[derive(Debug, Args)]
pub struct Export {
    /// The orders as a Sieve script
    #[arg(long)]
    pub sieve: bool,
    /// Only the orders that hold on this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Write it into a file that only you can read
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `uninstall`
#[derive(Debug, Args)]
pub struct Uninstall {
    /// Only this account; the service stays
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Leave filed mail where it is
    #[arg(long)]
    pub keep_mail: bool,
    /// Answer yes to what would be asked
    #[arg(long)]
    pub yes: bool,
}

/// `doctor`, `status`, `pause`, `resume`, `check`
#[derive(Debug, Args)]
pub struct OneAccount {
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
}

/// `completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// bash, zsh, fish, elvish or powershell
    pub shell: clap_complete::Shell,
}
