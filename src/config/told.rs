//! The configuration as it is in force, for people to read: without passwords, and without where they come from.

use toml::{Table, Value};

use super::choices::{CAUTIONS, TOP_MODES};
use super::{Account, Config};
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
        set("caution", text(word(&CAUTIONS, self.caution)));
        set("top", text(word(&TOP_MODES, self.top)));
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

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn number(number: u32) -> Value {
    Value::Integer(i64::from(number))
}

fn word<T: PartialEq + Copy>(words: &[(&'static str, T)], wanted: T) -> &'static str {
    words.iter().find(|(_, known)| *known == wanted).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
}
