//! `oauth2 = { … }`: how an account gets the tokens that it logs in with.

use std::fmt;
use std::path::{Path, PathBuf};

use super::document::{Document, Section};
use super::keep::Keeping;
use super::keys::{OAUTH2, Place};
use super::paths::Paths;
use super::secret::{CLIENT_SECRET, SecretSource};
use super::{Account, endpoint, keyring_name};
use crate::logic::fault::Fault;
use crate::logic::oauth::{Endpoints, LOOPBACK, Preset};
use crate::logic::printable::Printable;

/// Where an account's tokens come from.
#[derive(Clone, PartialEq, Eq)]
pub struct Oauth2 {
    /// Who gives them.
    pub source: TokenSource,
    /// What stands in the file, for whoever writes it there.
    written: Vec<(&'static str, String)>,
}

impl fmt::Debug for Oauth2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oauth2").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Who gives tokens.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// `token_command`: run by `sh -c` at each login, prints an access token.
    Command(String),
    /// mailherd itself, as a client of the provider.
    Client(Box<Client>),
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenSource::Command(_) => f.write_str("Command(***)"),
            TokenSource::Client(client) => f.debug_tuple("Client").field(client).finish(),
        }
    }
}

/// What mailherd is to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Where it asks.
    pub endpoints: Endpoints,
    /// What the provider calls it: the user made it there.
    pub id: String,
    /// What some providers want besides, although a program on the user's machine can keep no secret (RFC 8252, section 8.5).
    pub secret: Option<SecretSource>,
    /// Where the tokens are kept.
    pub kept: Keeping,
    /// Locked while tokens are renewed: a refresh token may be good for one use.
    pub lock: PathBuf,
}

/// An account, as far as it matters where its tokens are kept.
pub(super) struct Owner<'a> {
    pub(super) name: &'a str,
    pub(super) username: &'a str,
    pub(super) host: &'a str,
    pub(super) state_dir: &'a Path,
}

impl Oauth2 {
    /// The table of an account, if it has one.
    pub(super) fn read(section: &Section<'_>, paths: &Paths, owner: &Owner<'_>) -> Result<Option<Oauth2>, Fault> {
        let Some(table) = section.section("oauth2", Place::Oauth2)? else { return Ok(None) };
        let written = written(&table)?;
        if let Some(command) = table.text("token_command")? {
            if let Some(other) = OAUTH2.iter().find(|key| **key != "token_command" && table.has(key)) {
                let cause = format!("`token_command` and `{other}` exclude each other");
                return Err(table.fault(other, cause, "a command that prints tokens needs nothing else"));
            }
            return Ok(Some(Oauth2 { source: TokenSource::Command(command.to_owned()), written }));
        }
        let id = table.text("client_id")?.map(|id| id.trim().to_owned()).ok_or_else(|| {
            let hint = "make one at your provider (docs/oauth2.md), or use token_command = \"…\"";
            table.fault("client_id", "`client_id` is missing under oauth2", hint)
        })?;
        let secret = SecretSource::read_prefixed(&table, paths, &CLIENT_SECRET)?;
        let endpoints = endpoints(&table, owner.host)?;
        let (kept, lock) = places(owner, table.switch("keyring")?.unwrap_or(false));
        let client = Client { endpoints, id, secret, kept, lock };
        Ok(Some(Oauth2 { source: TokenSource::Client(Box::new(client)), written }))
    }

    /// As if these keys and values stood in the config at `config`, for an account that is being set up and whose state is in `state_dir`.
    ///
    /// # Errors
    /// Usage, as for the file itself.
    pub fn of_pairs(
        account: &Account,
        pairs: &[(String, String)],
        config: &Path,
        state_dir: &Path,
    ) -> Result<Oauth2, Fault> {
        let mut table = toml_edit::InlineTable::new();
        for (key, text) in pairs {
            let item: toml_edit::Value = if key == "keyring" { (text == "true").into() } else { text.as_str().into() };
            table.insert(key, item);
        }
        let text = format!("oauth2 = {table}\n");
        let document = Document::of(Path::new("--oauth2"), text);
        let parsed = document.parse()?;
        let section = Section::new(&document, Place::Account, parsed.get_ref(), parsed.span())?;
        let gone = |error| Fault::usage(format!("the current directory is gone: {error}"), "name a whole path");
        let paths = Paths::beside(config).map_err(gone)?;
        let owner = Owner { name: &account.name, username: &account.username, host: &account.host, state_dir };
        let read = Oauth2::read(&section, &paths, &owner)?;
        read.ok_or_else(|| section.fault("oauth2", "`oauth2` is missing", "docs/oauth2.md"))
    }

    /// The same for an account that is at another server, or logs in by another name.
    ///
    /// # Errors
    /// Usage, where the other server needs to be told more.
    pub fn of_account(&self, account: &Account, config: &Path, state_dir: &Path) -> Result<Oauth2, Fault> {
        let pairs: Vec<(String, String)> =
            self.written.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        Oauth2::of_pairs(account, &pairs, config, state_dir)
    }

    /// The keys and values of the table in the file; `keyring` has the value `true`.
    pub(super) fn written(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.written.iter().map(|(key, value)| (*key, value.as_str()))
    }

    /// mailherd as a client; `None` when a command gives the tokens.
    pub fn client(&self) -> Option<&Client> {
        match &self.source {
            TokenSource::Client(client) => Some(client),
            TokenSource::Command(_) => None,
        }
    }
}

/// In the state directory, under the name of the account; or in the keyring, under who logs in where. The lock is a file in both cases.
fn places(owner: &Owner<'_>, keyring: bool) -> (Keeping, PathBuf) {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_string() } else { format!("_{:x}", u32::from(c)) };
    let stem: String = owner.name.chars().map(plain).collect();
    let folder = owner.state_dir.join("tokens");
    let kept = match keyring {
        true => Keeping::Keyring(format!("oauth2 of {}", keyring_name(owner.username, owner.host))),
        false => Keeping::File(folder.join(format!("{stem}.json"))),
    };
    (kept, folder.join(format!("{stem}.lock")))
}

/// The table as it stands there, so that it can be written again.
fn written(table: &Section<'_>) -> Result<Vec<(&'static str, String)>, Fault> {
    let mut written = Vec::new();
    for key in OAUTH2 {
        if *key == "keyring" {
            written.extend(table.switch(key)?.filter(|wanted| *wanted).map(|_| (*key, "true".to_owned())));
        } else {
            written.extend(table.text(key)?.map(|text| (*key, text.to_owned())));
        }
    }
    Ok(written)
}

fn endpoints(table: &Section<'_>, host: &str) -> Result<Endpoints, Fault> {
    let named = table.choice("provider", &Preset::WORDS)?;
    let tenant = tenant(table)?;
    let own = ["authorize_url", "device_url", "token_url", "scope"].into_iter().any(|key| table.has(key));
    let preset = named.or_else(|| Preset::of_host(host).filter(|_| !own));
    if tenant.is_some() && preset != Some(Preset::Outlook) {
        let hint = "leave it out, or set provider = \"outlook\"";
        return Err(table.fault("tenant", "`tenant` is a word of Microsoft's only", hint));
    }
    let mut endpoints = match preset {
        Some(preset) => preset.endpoints(tenant),
        None => {
            let missing = |key: &str| {
                let cause = format!("`{key}` is missing under oauth2");
                table.fault(
                    key,
                    cause,
                    "set provider = \"gmail\" or \"outlook\"; any other provider needs token_url and scope",
                )
            };
            Endpoints {
                authorize: None,
                device: None,
                token: table.text("token_url")?.ok_or_else(|| missing("token_url"))?.to_owned(),
                scope: table.text("scope")?.ok_or_else(|| missing("scope"))?.to_owned(),
                redirect: LOOPBACK.to_owned(),
                ask_offline: &[],
            }
        }
    };
    if let Some(url) = url(table, "authorize_url")? {
        endpoints.authorize = Some(url);
    }
    if let Some(url) = url(table, "device_url")? {
        endpoints.device = Some(url);
    }
    if let Some(url) = url(table, "token_url")? {
        endpoints.token = url;
    }
    if let Some(scope) = table.text("scope")? {
        endpoints.scope = scope.trim().to_owned();
    }
    if let Some(redirect) = redirect(table)? {
        endpoints.redirect = redirect;
    }
    Ok(endpoints)
}

/// A domain, a GUID, or one of `common`, `organizations`, `consumers`: a part of a path.
fn tenant<'a>(table: &Section<'a>) -> Result<Option<&'a str>, Fault> {
    let Some(tenant) = table.text("tenant")?.map(str::trim) else { return Ok(None) };
    if tenant.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')) {
        return Ok(Some(tenant));
    }
    let cause = format!("`tenant` cannot be \"{}\"", Printable::new(tenant));
    Err(table.fault("tenant", cause, "it is \"common\", \"consumers\", \"organizations\", a domain or an id"))
}

/// https; or http to this machine, since what is sent there does not leave it.
fn url(table: &Section<'_>, key: &str) -> Result<Option<String>, Fault> {
    let Some(text) = table.text(key)?.map(str::trim) else { return Ok(None) };
    let fault = |cause: String| table.fault(key, cause, "write it as https://…; http:// only to this machine itself");
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\' | '#');
    let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err(fault(format!("`{key}` is no https address"))),
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') || text.contains(odd) {
        return Err(fault(format!("`{key}` is no https address")));
    }
    if !secure && !endpoint::is_loopback(host_of(authority)) {
        return Err(fault(format!("`{key}` would send tokens in the clear")));
    }
    Ok(Some(text.to_owned()))
}

/// Without the port, and without the brackets of an IPv6 address.
fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    }
}

/// The browser comes back to this machine, and nowhere else.
fn redirect(table: &Section<'_>) -> Result<Option<String>, Fault> {
    let Some(text) = table.text("redirect_url")?.map(str::trim) else { return Ok(None) };
    let hint = "it is http://127.0.0.1, http://[::1] or http://localhost, with a port and a path where the provider wants them";
    let wrong = || table.fault("redirect_url", "`redirect_url` is no http address of this machine", hint);
    let rest = text.strip_prefix("http://").ok_or_else(wrong)?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map(|(_, port)| port);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
    let sound = endpoint::is_loopback(host_of(authority))
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
        && path.chars().all(plain);
    if sound { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}
