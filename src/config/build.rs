//! From the tables of the file to a sound [`Config`].

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::choices::{self, Caution, Mode, TopMode};
use super::document::{Document, Section};
use super::endpoint::Endpoint;
use super::folders::ManagedNames;
use super::keys::Place;
use super::oauth2::Owner;
use super::paths::{self, Paths};
use super::secret::SecretSource;
use super::{Account, Config};
use crate::logic::digest::Daily;
use crate::logic::fault::Fault;
use crate::logic::ids::Address;
use crate::logic::printable::Printable;

pub(super) const DEFAULT_STATE_DIR: &str = "~/.local/state/mailherd";

/// Longest name of an account, in characters: it becomes part of file names.
const LONGEST_NAME: usize = 64;

pub(super) fn config(document: &Document) -> Result<Config, Fault> {
    let table = document.parse()?;
    let top = Section::new(document, Place::Top, table.get_ref(), table.span())?;
    let paths = Paths::beside(&document.path)
        .map_err(|error| Fault::usage(format!("the current directory is gone: {error}"), "name a whole path"))?;
    let state_dir = top.text("state_dir")?.unwrap_or(DEFAULT_STATE_DIR);
    let state_dir = paths::resolved(&top, "state_dir", state_dir, &paths)?;
    let habits = Habits::default().overridden(&top)?;
    let ui = top.section("ui", Place::Ui)?;
    let theme = ui.map(|ui| ui.choice("theme", &choices::themes())).transpose()?.flatten().unwrap_or_default();
    let sections = top.sections("accounts", Place::Account)?;
    if sections.is_empty() {
        let hint = "run `mailherd setup`, or add an [[accounts]] table with name, email, host and a password_command";
        return Err(top.fault("accounts", "no account is configured", hint));
    }
    let mut accounts: Vec<Account> = Vec::with_capacity(sections.len());
    for section in &sections {
        let account = account(section, &habits, &paths, &state_dir)?;
        if accounts.iter().any(|other| other.name.to_lowercase() == account.name.to_lowercase()) {
            let cause = format!("another account is called \"{}\" already", Printable::new(&account.name));
            return Err(section.fault("name", cause, "give each account a name of its own"));
        }
        accounts.push(account);
    }
    let metrics = metrics(&top)?;
    Ok(Config { path: document.path.clone(), state_dir, theme, accounts, metrics })
}

/// The state directory, by the one line that names it, whatever is wrong with the others.
pub(super) fn state_dir(document: &Document) -> Result<PathBuf, Fault> {
    let lines = document.text().lines().map(str::trim_start).take_while(|line| !line.starts_with('['));
    let named = lines.filter(|line| line.starts_with("state_dir")).find_map(|line| {
        let table: toml::Table = line.parse().ok()?;
        Some(table.get("state_dir")?.as_str()?.to_owned())
    });
    let paths = Paths::beside(&document.path)
        .map_err(|error| Fault::usage(format!("the current directory is gone: {error}"), "name a whole path"))?;
    let named = named.as_deref().unwrap_or(DEFAULT_STATE_DIR);
    paths
        .resolve(named)
        .ok_or_else(|| Fault::usage("`state_dir` starts at a home directory that is not known", "write the whole path"))
}

/// Empty: off, as when it is left out.
fn metrics(top: &Section<'_>) -> Result<Option<SocketAddr>, Fault> {
    if top.is_empty_text("metrics") {
        return Ok(None);
    }
    let Some(text) = top.text("metrics")? else { return Ok(None) };
    super::loopback(text).map(Some).map_err(|fault| top.fault("metrics", fault.cause, fault.hint))
}

fn account(section: &Section<'_>, global: &Habits, paths: &Paths, state_dir: &Path) -> Result<Account, Fault> {
    let email = section.required_text("email")?;
    let aliases = section.texts("aliases")?;
    let endpoint = Endpoint::read(section, paths)?;
    let habits = global.overridden(section)?;
    let username = username(section, email)?;
    let name = name(section)?;
    let owner = Owner { name: &name, username: &username, host: &endpoint.host, state_dir };
    let secret = SecretSource::read(section, paths, &owner)?;
    Ok(Account {
        aliases: aliases.into_iter().map(|alias| address(section, "aliases", alias)).collect::<Result<_, _>>()?,
        host: endpoint.host,
        port: endpoint.port,
        tls: endpoint.tls,
        tls_ca_file: endpoint.ca_file,
        tls_pin_sha256: endpoint.pin_sha256,
        username,
        secret,
        authserv_id: section.text("authserv_id")?.map(|id| id.trim().to_owned()),
        ..blank(name, address(section, "email", email)?, habits)
    })
}

fn name(section: &Section<'_>) -> Result<String, Fault> {
    let name = section.required_text("name")?.trim();
    let strange = name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\')) || name.starts_with(['.', '-']);
    if strange || name.chars().count() > LONGEST_NAME {
        let cause = format!("an account cannot be called \"{}\"", Printable::new(name));
        return Err(section.fault("name", cause, "choose a short word, such as \"home\""));
    }
    Ok(name.to_owned())
}

fn address(section: &Section<'_>, key: &str, text: &str) -> Result<Address, Fault> {
    Address::parse(text).ok_or_else(|| {
        let cause = format!("`{key}` holds \"{}\", which is not an e-mail address", Printable::new(text));
        section.fault(key, cause, "write it as \"anna@example.org\", without a display name")
    })
}

fn username(section: &Section<'_>, email: &str) -> Result<String, Fault> {
    let username = section.text("username")?.unwrap_or(email.trim());
    if username.chars().any(char::is_control) {
        return Err(section.fault("username", "`username` holds a control character", "write it on one line"));
    }
    Ok(username.to_owned())
}

/// The time of the daily digest; `Some(None)`: none, in so many words.
fn daily(section: &Section<'_>) -> Result<Option<Option<Daily>>, Fault> {
    let Some(text) = section.text("digest")? else { return Ok(None) };
    let text = text.trim();
    if text == "off" {
        return Ok(Some(None));
    }
    Daily::parse(text).map(|daily| Some(Some(daily))).ok_or_else(|| {
        let cause = format!("`digest` cannot be \"{}\"", Printable::new(text));
        section.fault("digest", cause, "it is a time of day such as \"08:00\", or \"off\"")
    })
}

/// An account that is being set up: where it is and who logs in are still to be said; everything else has its default.
pub(super) fn draft(name: String, email: Address) -> Account {
    blank(name, email, Habits::default())
}

fn blank(name: String, email: Address, habits: Habits) -> Account {
    Account {
        name,
        username: email.as_str().to_owned(),
        email,
        aliases: Vec::new(),
        host: String::new(),
        port: super::Tls::Implicit.default_port(),
        tls: super::Tls::Implicit,
        tls_ca_file: None,
        tls_pin_sha256: None,
        secret: SecretSource::Env(String::new()),
        authserv_id: None,
        mode: habits.mode,
        folders: habits.folders,
        top: habits.top,
        caution: habits.caution,
        fit: habits.fit,
        backlog_days: habits.backlog_days,
        blackhole_days: habits.blackhole_days,
        settle_seconds: habits.settle_seconds,
        digest: habits.digest,
    }
}

/// What the whole file sets and an account may override.
#[derive(Clone)]
struct Habits {
    mode: Mode,
    folders: ManagedNames,
    top: TopMode,
    caution: Caution,
    fit: bool,
    backlog_days: u32,
    blackhole_days: u32,
    settle_seconds: u32,
    digest: Option<Daily>,
}

impl Default for Habits {
    fn default() -> Self {
        Habits {
            mode: Mode::default(),
            folders: ManagedNames::default(),
            top: TopMode::default(),
            caution: Caution::default(),
            fit: super::FIT,
            backlog_days: 30,
            blackhole_days: 7,
            settle_seconds: 120,
            digest: None,
        }
    }
}

impl Habits {
    /// These, with what `section` says otherwise.
    fn overridden(&self, section: &Section<'_>) -> Result<Habits, Fault> {
        let folders = match section.section("folders", Place::Folders)? {
            Some(table) => self.folders.overridden(&table)?,
            None => self.folders.clone(),
        };
        Ok(Habits {
            mode: section.choice("mode", &Mode::WORDS)?.unwrap_or(self.mode),
            folders,
            top: section.choice("top", &TopMode::WORDS)?.unwrap_or(self.top),
            caution: section.choice("caution", &Caution::WORDS)?.unwrap_or(self.caution),
            fit: section.switch("fit")?.unwrap_or(self.fit),
            backlog_days: section.count("backlog_days")?.unwrap_or(self.backlog_days),
            blackhole_days: section.count("blackhole_days")?.unwrap_or(self.blackhole_days),
            settle_seconds: section.count("settle_seconds")?.unwrap_or(self.settle_seconds),
            digest: daily(section)?.unwrap_or(self.digest),
        })
    }
}
