//! The configuration file, read and validated as a whole before anything else happens.
//!
//! ```text
//! config.toml ─► document (lines)  ─► keys (what may stand where) ─► build ─► Config
//!                                                                      │
//!                              choices · endpoint · folders · paths ◄──┘        secret: fetched at each connect
//! ```
//!
//! The other way, `edit` puts an account into the file, and `rename` the names of folders: of `written` what is otherwise, by `tables`, around
//! which everything stays to the byte. `told` is what an export says of it, and `heard` what another mailherd takes from that. Nothing here
//! connects anywhere, and a file that cannot be read is never written.
//!
//! Everything that an account can override is resolved here, so that no other room asks "the account's, or else the
//! global, or else the default?". What is wrong is a [`Fault`] of the usage kind (exit status 2) that names the file, the
//! line and what would be right. No value of a key is ever quoted whose name begins with `password`.

mod build;
mod choices;
mod document;
mod edit;
mod endpoint;
mod folders;
mod keep;
mod keyring;
mod keys;
mod oauth2;
mod paths;
mod rename;
mod secret;
mod tables;
#[cfg(test)]
mod tests;
mod told;
mod written;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::logic::digest::Daily;
use crate::logic::fault::Fault;
use crate::logic::ids::Address;

pub use choices::{Caution, Mode, ThemeName, Tls, TopMode};
pub use edit::Editing;
pub use endpoint::parse_pin;
pub use folders::ManagedNames;
pub use keep::{Keeping, write_private};
pub use oauth2::{Client, Oauth2, TokenSource};
pub use paths::{default_path, state_folder, usual_path};
pub use rename::name_folders;
pub use secret::{SecretSource, Typed, printed_token};
pub use told::{Heard, differences, heard};

/// Whether habits shift the weights where the file does not say. They do not: over 32 mailboxes the gain was no larger than its
/// standard error (docs/figures.md).
pub const FIT: bool = false;

/// A whole configuration: at least one account, all of them sound.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was read from.
    pub path: PathBuf,
    /// Where the database and the locks live: absolute, not yet created.
    pub state_dir: PathBuf,
    /// How the terminal UI looks.
    pub theme: ThemeName,
    /// At least one; names are unique, whatever their case.
    pub accounts: Vec<Account>,
    /// Where the daemon answers Prometheus, if it does: a loopback address.
    pub metrics: Option<SocketAddr>,
}

/// One IMAP login and how its mail is to be filed; overrides and defaults are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What the user calls it: unique, and harmless as a part of a file name.
    pub name: String,
    /// The user's address there.
    pub email: Address,
    /// The user's other addresses whose mail ends up there.
    pub aliases: Vec<Address>,
    /// A host name, or an address literal without brackets.
    pub host: String,
    /// TCP port: 993 for [`Tls::Implicit`], else 143, where the file does not say.
    pub port: u16,
    /// How the connection is protected. [`Tls::None`] only ever stands beside a loopback host.
    pub tls: Tls,
    /// PEM roots to trust instead of the system's.
    pub tls_ca_file: Option<PathBuf>,
    /// SHA-256 of the server's own certificate (DER), which is then trusted and no other.
    pub tls_pin_sha256: Option<[u8; 32]>,
    /// The login name: the address as it was written, where the file does not say.
    pub username: String,
    /// Where the password comes from.
    pub secret: SecretSource,
    /// Whose Authentication-Results are believed (RFC 8601, section 2.5); learned from the mail when not given.
    pub authserv_id: Option<String>,
    /// Decide only, or file.
    pub mode: Mode,
    /// The folders that mail is filed into, as the user wrote them.
    pub folders: ManagedNames,
    /// What happens to `top` mail.
    pub top: TopMode,
    /// How sure mailherd must be before mail leaves the inbox.
    pub caution: Caution,
    /// Whether the account's own habits shift the weights.
    pub fit: bool,
    /// Inbox mail older than this many days only teaches. Numbers beyond `u32` are its maximum.
    pub backlog_days: u32,
    /// Days until mail falls from Blackhole to Trash.
    pub blackhole_days: u32,
    /// Seconds until a move by hand becomes an order.
    pub settle_seconds: u32,
    /// When a digest is put into INBOX each day, in local time; `None`: never.
    pub digest: Option<Daily>,
}

/// What an account's password is called in a keyring.
pub fn keyring_name(username: &str, host: &str) -> String {
    format!("{username} at {host}")
}

impl Account {
    /// One that is being set up: it has a name and an address, and defaults.
    pub fn draft(name: String, email: Address) -> Account {
        build::draft(name, email)
    }

    /// What its password is called in a keyring.
    pub fn keyring_name(&self) -> String {
        keyring_name(&self.username, &self.host)
    }

    /// The user's own addresses: `email`, then the aliases, each once.
    pub fn own_addresses(&self) -> Vec<Address> {
        let mut own = vec![self.email.clone()];
        for alias in &self.aliases {
            if !own.contains(alias) {
                own.push(alias.clone());
            }
        }
        own
    }
}

/// `127.0.0.1:9810`, `[::1]:9810`: where the daemon may answer Prometheus.
///
/// # Errors
/// Usage, for what is no address with a port, and for an address that others could reach.
pub fn loopback(text: &str) -> Result<SocketAddr, Fault> {
    let hint = "write it as 127.0.0.1:9810; for another machine put a server with access control before it";
    match text.trim().parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(address) => {
            Err(Fault::usage(format!("metrics are answered on loopback only, not on {}", address.ip()), hint))
        }
        Err(_) => {
            let cause = format!("\"{}\" is no address with a port", crate::logic::printable::Printable::new(text));
            Err(Fault::usage(cause, hint))
        }
    }
}

/// The state directory that the file at `path` names, also when nothing else in it can be used: what is asked of a daemon
/// that runs on an earlier version of the file finds it there.
///
/// # Errors
/// Usage, when the file cannot be read.
pub fn state_dir(path: &Path) -> Result<PathBuf, Fault> {
    build::state_dir(&document::Document::open(path)?)
}

/// Reads and validates the file at `path`.
///
/// # Errors
///
/// [`Fault::usage`] for a missing or unreadable file, TOML that does not parse, an unknown key, or a value that cannot
/// be: with `file:line:` in the cause wherever there is a line to point at.
pub fn load(path: &Path) -> Result<Config, Fault> {
    let document = document::Document::open(path)?;
    build::config(&document)
}

/// Validates a text as if it stood at `path`. For the fuzz targets.
///
/// # Errors
/// As [`load`].
#[cfg(any(test, fuzzing))]
pub(crate) fn read(path: &Path, text: String) -> Result<Config, Fault> {
    build::config(&document::Document::of(path, text))
}
