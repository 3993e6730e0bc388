//! The configuration as it is in force, for people and for another mailherd: without passwords, and without where they come from.

use std::path::Path;

use toml::{Table, Value};

use super::choices::ThemeName;
use super::document::Document;
use super::{Account, Config};
use super::{SecretSource, build, written};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category};

impl Config {
    /// Every setting, each account with what holds for it.
    pub fn told(&self) -> Table {
        let mut table = Table::new();
        table.insert("state_dir".into(), text(&self.state_dir.to_string_lossy()));
        table.insert("theme".into(), text(self.theme.word()));
        if let Some(metrics) = self.metrics {
            table.insert("metrics".into(), text(&metrics.to_string()));
        }
        let accounts = self.accounts.iter().map(|account| Value::Table(account.told())).collect();
        table.insert("accounts".into(), Value::Array(accounts));
        table
    }
}

impl Account {
    fn told(&self) -> Table {
        let mut table = Table::new();
        let mut set = |key: &str, value: Value| drop(table.insert(key.to_owned(), value));
        set("name", text(&self.name));
        set("email", text(self.email.as_str()));
        if !self.aliases.is_empty() {
            set("aliases", Value::Array(self.aliases.iter().map(Address::as_str).map(text).collect()));
        }
        set("host", text(&self.host));
        set("port", number(u32::from(self.port)));
        set("tls", text(self.tls.word()));
        if let Some(file) = &self.tls_ca_file {
            set("tls_ca_file", text(&file.to_string_lossy()));
        }
        if let Some(pin) = self.tls_pin_sha256 {
            set("tls_pin_sha256", text(&pin.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));
        }
        set("username", text(&self.username));
        if let Some(id) = &self.authserv_id {
            set("authserv_id", text(id));
        }
        set("mode", text(self.mode.word()));
        set("caution", text(self.caution.word()));
        set("top", text(self.top.word()));
        set("fit", Value::Boolean(self.fit));
        set("backlog_days", number(self.backlog_days));
        set("blackhole_days", number(self.blackhole_days));
        set("settle_seconds", number(self.settle_seconds));
        set("digest", text(&self.digest.map_or_else(|| "off".to_owned(), |daily| daily.to_string())));
        let names = Category::ALL
            .into_iter()
            .filter_map(|category| Some((category.word().to_owned(), text(self.folders.of(category)?))));
        set("folders", Value::Table(names.collect()));
        table
    }
}

/// What another mailherd told.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// How its terminal UI looks.
    pub theme: Option<ThemeName>,
    /// Where its daemon answers Prometheus.
    pub metrics: Option<String>,
    /// Its accounts, sound but for their passwords: these have to be had here.
    pub accounts: Vec<Account>,
}

/// Reads what [`Config::told`] told. Where the state lies is left out: it is a place on that machine.
///
/// # Errors
/// Usage, for what is no setting, and for a key that names a password: a command from a file of others would be run.
pub fn heard(told: &Table) -> Result<Heard, Fault> {
    let mut table = told.clone();
    table.remove("state_dir");
    let theme = table.remove("theme");
    if let Some(theme) = &theme {
        table.insert("ui".into(), Value::Table(Table::from_iter([("theme".to_owned(), theme.clone())])));
    }
    let Some(Value::Array(accounts)) = table.get_mut("accounts") else { return Ok(Heard::default()) };
    for account in accounts.iter_mut().filter_map(Value::as_table_mut) {
        if let Some(key) = written::SECRETS.into_iter().find(|key| account.contains_key(*key)) {
            let hint = "take that line out: where a password comes from is said on this machine";
            return Err(Fault::usage(format!("the settings hold `{key}`, which no export does"), hint));
        }
        account.insert("password_env".into(), text("-"));
    }
    let unwritten = |error| Fault::usage(format!("the settings cannot be read: {error}"), "export them anew");
    let document = Document::of(Path::new("settings"), toml::to_string(&table).map_err(unwritten)?);
    let config = build::config(&document)?;
    let unknown = SecretSource::Env(String::new());
    let accounts = config.accounts.into_iter().map(|account| Account { secret: unknown.clone(), ..account });
    Ok(Heard {
        theme: theme.map(|_| config.theme),
        metrics: config.metrics.map(|metrics| metrics.to_string()),
        accounts: accounts.collect(),
    })
}

/// In what `wanted` is otherwise than `known`, passwords aside: key, value as it is, value as it is to be, both as TOML.
pub fn differences(known: &Account, wanted: &Account) -> Vec<(String, String, String)> {
    let all = |account: &Account| {
        let folders = Category::ALL.into_iter().filter_map(|category| {
            Some((format!("folders.{}", category.word()), text(account.folders.of(category)?).to_string()))
        });
        let keys = written::identity(account).into_iter().chain(written::habits(account));
        let keys = keys.map(|one| (one.key.to_owned(), one.value.to_string()));
        keys.chain(folders).collect::<Vec<_>>()
    };
    let both = all(known).into_iter().zip(all(wanted));
    both.filter(|(known, wanted)| known != wanted).map(|((key, known), (_, wanted))| (key, known, wanted)).collect()
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn number(number: u32) -> Value {
    Value::Integer(i64::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_without_secrets() {
        let config = "mode = \"file\"\n[folders]\nbulk = \"Automatic\"\n[[accounts]]\nname = \"home\"\nemail = \"a@b.c\"\n\
                      host = \"h\"\npassword_command = \"echo hunter2\"\ndigest = \"08:00\"\n";
        let config = super::super::read(Path::new("/x/config.toml"), config.to_owned()).unwrap();
        let text = toml::to_string(&config.told()).unwrap();
        for said in
            ["mode = \"file\"", "bulk = \"Automatic\"", "digest = \"08:00\"", "host = \"h\"", "caution = \"normal\""]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("hunter2") && !text.contains("password"), "{text}");
    }

    #[test]
    fn what_is_told_is_heard() {
        let text = "mode = \"file\"\nmetrics = \"127.0.0.1:9810\"\nstate_dir = \"/x\"\n[ui]\ntheme = \"light\"\n[folders]\nbulk = \"Automatic\"\n\
                    [[accounts]]\nname = \"home\"\nemail = \"a@b.c\"\naliases = [\"b@b.c\"]\nhost = \"h\"\npassword_command = \"x\"\n\
                    digest = \"08:00\"\ntls = \"starttls\"\nauthserv_id = \"mx.b.c\"\nbacklog_days = 3\n";
        let config = super::super::read(Path::new("/x/config.toml"), text.to_owned()).unwrap();
        let heard = heard(&config.told()).unwrap();
        let wanted = Account { secret: heard.accounts[0].secret.clone(), ..config.accounts[0].clone() };
        assert_eq!(heard.accounts, std::slice::from_ref(&wanted));
        assert_eq!((heard.theme, heard.metrics.as_deref()), (Some(ThemeName::Light), Some("127.0.0.1:9810")));
        let other = Account { port: 1143, fit: !wanted.fit, ..wanted.clone() };
        let keys: Vec<String> = differences(&wanted, &other).into_iter().map(|(key, ..)| key).collect();
        assert_eq!(keys, ["port", "fit"]);
    }

    #[test]
    fn a_command_is_never_taken_from_a_file_of_others() {
        for (settings, says) in [
            (
                "[[accounts]]\nname = \"x\"\nemail = \"a@b.c\"\nhost = \"h\"\npassword_command = \"rm -r ~\"\n",
                "password_command",
            ),
            (
                "[[accounts]]\nname = \"x\"\nemail = \"a@b.c\"\nhost = \"h\"\noauth2 = { token_command = \"x\" }\n",
                "oauth2",
            ),
            ("mode = \"files\"\n[[accounts]]\nname = \"x\"\nemail = \"a@b.c\"\nhost = \"h\"\n", "cannot be"),
            ("[[accounts]]\nname = \"x\"\nemail = \"a@b.c\"\nhost = \"h\"\nnews = 3\n", "unknown key"),
        ] {
            let fault = heard(&settings.parse().unwrap()).unwrap_err();
            assert!(fault.cause.contains(says) && !fault.cause.contains("rm -r"), "{fault}");
        }
        assert!(heard(&Table::new()).unwrap().accounts.is_empty());
    }
}
