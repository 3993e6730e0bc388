//! How an account is written into the file: its keys, their values, and which of them say nothing that holds anyway.

use std::path::Path;

use toml_edit::{Array, InlineTable, Table, Value, value};

use super::{Account, Oauth2, SecretSource, Tls};
use crate::logic::ids::{Address, Category};

/// The keys that say where the password comes from: an account has one of them.
pub(super) const SECRETS: [&str; 6] =
    ["password_command", "password_file", "password_env", "credential", "keyring", "oauth2"];

/// A key of an account.
pub(super) struct Written {
    pub(super) key: &'static str,
    pub(super) value: Value,
    /// It holds without a word, too.
    pub(super) usual: bool,
}

fn written(key: &'static str, value: impl Into<Value>, usual: bool) -> Written {
    Written { key, value: value.into(), usual }
}

/// The keys that say where the account is and who logs in, but not with which password.
pub(super) fn identity(account: &Account) -> Vec<Written> {
    let ca_file = account.tls_ca_file.as_ref().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    let pin = account.tls_pin_sha256.map(|pin| pin.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let pin = pin.unwrap_or_default();
    let authserv_id = account.authserv_id.clone().unwrap_or_default();
    vec![
        written("name", account.name.as_str(), false),
        written("email", account.email.as_str(), false),
        written("aliases", account.aliases.iter().map(Address::as_str).collect::<Array>(), account.aliases.is_empty()),
        written("host", account.host.as_str(), false),
        written("port", i64::from(account.port), account.port == account.tls.default_port()),
        written("tls", account.tls.word(), account.tls == Tls::Implicit),
        written("tls_ca_file", ca_file, account.tls_ca_file.is_none()),
        written("tls_pin_sha256", pin, account.tls_pin_sha256.is_none()),
        written("username", account.username.as_str(), account.username == account.email.as_str()),
        written("authserv_id", authserv_id, account.authserv_id.is_none()),
    ]
}

/// The key that says where the password comes from. `config`: the file that it is written into.
pub(super) fn secret(account: &Account, config: &Path) -> Written {
    let (key, value): (&'static str, Value) = match &account.secret {
        SecretSource::Command(command) => ("password_command", command.as_str().into()),
        SecretSource::File(file) => ("password_file", beside(file, config).into()),
        SecretSource::Env(name) => ("password_env", name.as_str().into()),
        SecretSource::Credential(name) => ("credential", name.as_str().into()),
        SecretSource::Keyring(_) | SecretSource::Typed(_) => ("keyring", true.into()),
        SecretSource::Oauth2(oauth2) => ("oauth2", table_of(oauth2, config).into()),
    };
    written(key, value, false)
}

/// How its mail is filed, but for the names of the folders: what an account may have from the whole file.
pub(super) fn habits(account: &Account) -> Vec<Written> {
    let number = |key, number: u32| written(key, i64::from(number), false);
    vec![
        written("mode", account.mode.word(), false),
        written("caution", account.caution.word(), false),
        written("top", account.top.word(), false),
        written("fit", account.fit, false),
        number("backlog_days", account.backlog_days),
        number("blackhole_days", account.blackhole_days),
        number("settle_seconds", account.settle_seconds),
        written("digest", account.digest.map_or_else(|| "off".to_owned(), |daily| daily.to_string()), false),
    ]
}

/// The folders in which `wanted` is otherwise than `known`.
pub(super) fn folders(known: &Account, wanted: &Account) -> Vec<(Category, String)> {
    let otherwise = |category: Category| {
        let name = wanted.folders.of(category)?;
        (known.folders.of(category) != Some(name)).then(|| (category, name.to_owned()))
    };
    Category::ALL.into_iter().filter_map(otherwise).collect()
}

/// Those of `wanted` that are otherwise than in `known`.
pub(super) fn otherwise(known: Vec<Written>, wanted: Vec<Written>) -> Vec<Written> {
    let both = known.into_iter().zip(wanted);
    both.filter(|(known, wanted)| known.value.to_string() != wanted.value.to_string())
        .map(|(_, wanted)| wanted)
        .collect()
}

/// A table of its own.
pub(super) fn table(account: &Account, config: &Path) -> Table {
    let mut table = Table::new();
    for one in identity(account).into_iter().chain([secret(account, config)]).filter(|one| !one.usual) {
        table.insert(one.key, value(one.value));
    }
    table
}

/// `{ provider = "gmail", … }`
fn table_of(oauth2: &Oauth2, config: &Path) -> InlineTable {
    let mut table = InlineTable::new();
    for (key, text) in oauth2.written() {
        let item: Value = match key {
            "keyring" => true.into(),
            "client_secret_file" => beside(Path::new(text), config).into(),
            _ => text.into(),
        };
        table.insert(key, item);
    }
    table
}

/// A file in the folder of the config by its name alone: the folder can be moved as a whole.
fn beside(file: &Path, config: &Path) -> String {
    let named = file.strip_prefix(config.parent().unwrap_or(Path::new(""))).unwrap_or(file);
    named.to_string_lossy().into_owned()
}
