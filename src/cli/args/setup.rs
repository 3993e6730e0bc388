//! `setup`: a flag for each question.

use std::path::PathBuf;

use clap::Args;

use super::values;
use crate::config::{Mode, Tls, TopMode};
use crate::logic::ids::{Address, Category};
use crate::logic::policy::Caution;

/// `setup`
///
/// Each flag answers a question. Without a terminal nothing is asked.
#[derive(Debug, Default, Args)]
#[command(group(clap::ArgGroup::new("place").args(["host", "account"]).multiple(true)))]
#[command(group(clap::ArgGroup::new("password").args(["password_command", "password_file", "password_env", "password_stdin", "oauth2_client_id", "oauth2_token_command"])))]
pub struct Setup {
    /// Your e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Change this account, which is there already: what the flags say, or what you are asked for
    #[arg(long, value_name = "NAME", conflicts_with_all = ["email", "name", "ask_database", "no_preview", "service"])]
    pub account: Option<String>,
    /// What the account is called, in commands and lists [default: by the domain]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The IMAP server, instead of looking for it
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Its port [default: 993, or 143 with starttls]
    #[arg(long, value_name = "N", requires = "place")]
    pub port: Option<u16>,
    /// implicit, starttls, or none (only to this machine) [default: both are tried]
    #[arg(long, value_name = "HOW", value_parser = values::tls, requires = "place")]
    pub tls: Option<Tls>,
    /// Trust the certificate with this SHA-256 and no other
    #[arg(long, value_name = "HEX", value_parser = values::pin, conflicts_with = "tls_ca_file")]
    pub tls_pin_sha256: Option<[u8; 32]>,
    /// Trust the authorities of this file (PEM) instead of the system's
    #[arg(long, value_name = "FILE")]
    pub tls_ca_file: Option<PathBuf>,
    /// With --account: trust the system's authorities again
    #[arg(long, requires = "account", conflicts_with_all = ["tls_pin_sha256", "tls_ca_file"])]
    pub no_tls_pin: bool,
    /// The login name [default: as the provider wants it, mostly the address]
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// A command that prints the password
    #[arg(long, value_name = "COMMAND")]
    pub password_command: Option<String>,
    /// A file that holds the password and that only you can read
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// An environment variable that holds the password
    #[arg(long, value_name = "NAME")]
    pub password_env: Option<String>,
    /// Read the password from standard input; it is kept in a file beside the config that only you can read
    #[arg(long)]
    pub password_stdin: bool,
    /// With --password-stdin: keep it in the desktop's keyring instead
    #[arg(long, requires = "password_stdin")]
    pub keyring: bool,
    /// Log in with OAuth2, as this client of your provider's (docs/oauth2.md)
    #[arg(long, value_name = "ID")]
    pub oauth2_client_id: Option<String>,
    /// A file that holds the client's secret, where the provider gives one, and that only you can read
    #[arg(long, value_name = "FILE", requires = "oauth2_client_id")]
    pub oauth2_client_secret_file: Option<PathBuf>,
    /// A command that prints the client's secret
    #[arg(long, value_name = "COMMAND", requires = "oauth2_client_id", conflicts_with = "oauth2_client_secret_file")]
    pub oauth2_client_secret_command: Option<String>,
    /// Any other key of `oauth2` in the config, such as tenant=consumers; may be given again
    #[arg(long = "oauth2", id = "oauth2", value_name = "KEY=VALUE", value_parser = values::pair, requires = "oauth2_client_id")]
    pub oauth2: Vec<(String, String)>,
    /// Log in by the browser, also where the provider gives codes
    #[arg(long, requires = "oauth2_client_id")]
    pub oauth2_browser: bool,
    /// Log in with OAuth2: a command that prints an access token
    #[arg(long, value_name = "COMMAND")]
    pub oauth2_token_command: Option<String>,
    /// Another address of yours; may be given again
    #[arg(long = "alias", id = "aliases", value_name = "ADDRESS", value_parser = values::address, conflicts_with = "no_alias")]
    pub aliases: Vec<Address>,
    /// You have no other address there
    #[arg(long)]
    pub no_alias: bool,
    /// Another name for a folder, such as bulk=Automatic; may be given again
    #[arg(long = "folder", id = "folders", value_name = "CATEGORY=NAME", value_parser = values::folder)]
    pub folders: Vec<(Category, String)>,
    /// Ask Mozilla's database for the server, too: it learns the domain of the address
    #[arg(long)]
    pub ask_database: bool,
    /// Do not read the mailbox now; nothing is filed by the set-up then
    #[arg(long)]
    pub no_preview: bool,
    /// How sure mailherd must be before mail leaves the inbox: low, normal or high
    #[arg(long, value_name = "LEVEL", value_parser = values::caution)]
    pub caution: Option<Caution>,
    /// What happens to mail from people you know: move, flag or off
    #[arg(long, value_name = "WHAT", value_parser = values::top)]
    pub top: Option<TopMode>,
    /// preview: only decide and show; file: file what is there, and what comes
    #[arg(long, value_name = "MODE", value_parser = values::mode)]
    pub mode: Option<Mode>,
    /// Start it in the background now and with each login (systemd)
    #[arg(long, conflicts_with = "no_service")]
    pub service: bool,
    /// Do not
    #[arg(long)]
    pub no_service: bool,
    /// Take the defaults for what no flag answers, and write the config
    #[arg(long)]
    pub yes: bool,
}

impl Setup {
    /// Whether a flag says where the password, or a token, comes from.
    pub fn has_password(&self) -> bool {
        self.password_stdin
            || self.password_command.is_some()
            || self.password_file.is_some()
            || self.password_env.is_some()
            || self.oauth2_client_id.is_some()
            || self.oauth2_token_command.is_some()
    }
}
