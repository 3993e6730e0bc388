//! The settings of an export: an account that is not here yet is added, and what differs is shown and changed. Nothing is taken silently, and
//! a password never comes that way.

use serde_json::{Map, Value, json};

use super::super::args::Import;
use super::super::face::Face;
use super::super::setup;
use super::super::table::{Cell, Column, Table};
use super::super::words::plural;
use crate::config::{self, Account, Editing, Heard, SecretSource};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;
use crate::logic::transfer::LeftOut;

/// What the settings of an export would change here.
#[derive(Default)]
pub(super) struct Settings {
    /// Accounts that are not here.
    pub(super) added: Vec<Account>,
    /// Accounts that are here, otherwise.
    changed: Vec<Account>,
    /// Settings of the whole file: key, value.
    shared: Vec<(&'static str, String)>,
    /// What differs.
    differences: Vec<Difference>,
    /// Accounts that are not taken over.
    pub(super) left_out: Vec<LeftOut>,
}

struct Difference {
    /// `None`: it is of the whole file.
    account: Option<String>,
    key: String,
    here: String,
    there: String,
}

impl Settings {
    /// Compares the config with what an export says.
    pub(super) fn of(editing: &Editing, told: &toml::Table) -> Result<Settings, Fault> {
        let Heard { theme, metrics, accounts } = config::heard(told)?;
        let mut settings = Settings::default();
        for wanted in accounts {
            match editing.accounts().iter().find(|known| known.name == wanted.name) {
                Some(known) => settings.compare(known, wanted),
                None => settings.add(editing, wanted),
            }
        }
        let (theme_here, metrics_here) = editing.shared();
        if let Some(theme) = theme.filter(|theme| *theme != theme_here) {
            settings.share("ui.theme", theme_here.word(), theme.word());
        }
        if let Some(metrics) = metrics.filter(|metrics| Some(metrics) != metrics_here.as_ref()) {
            settings.share("metrics", metrics_here.as_deref().unwrap_or_default(), &metrics);
        }
        Ok(settings)
    }

    fn compare(&mut self, known: &Account, wanted: Account) {
        let differences = config::differences(known, &wanted);
        if differences.is_empty() {
            return;
        }
        self.differences.extend(differences.into_iter().map(|(key, here, there)| Difference {
            account: Some(known.name.clone()),
            key,
            here,
            there,
        }));
        self.changed.push(Account { secret: known.secret.clone(), ..wanted });
    }

    fn add(&mut self, editing: &Editing, wanted: Account) {
        let like = editing
            .accounts()
            .iter()
            .find(|known| known.email == wanted.email || known.name.to_lowercase() == wanted.name.to_lowercase());
        match like {
            Some(known) => {
                let why = format!("the account {}: {} is here as {}", wanted.name, wanted.email.as_str(), known.name);
                self.left_out.push(LeftOut { line: 0, why });
            }
            None => self.added.push(wanted),
        }
    }

    fn share(&mut self, key: &'static str, here: &str, there: &str) {
        let (here, there) = (here.to_owned(), there.to_owned());
        self.shared.push((key, there.clone()));
        self.differences.push(Difference { account: None, key: key.to_owned(), here, there });
    }

    /// Whether nothing would be changed.
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.differences.is_empty()
    }

    /// For programs.
    pub(super) fn tell(&self, object: &mut Map<String, Value>) {
        let added = self.added.iter().map(|account| Value::from(account.name.as_str()));
        let differences = self
            .differences
            .iter()
            .map(|one| json!({ "account": one.account, "key": one.key, "here": one.here, "file": one.there }));
        object.insert("accounts".into(), added.collect());
        object.insert("settings".into(), differences.collect());
    }

    /// For people.
    pub(super) fn show(&self, face: &mut Face) {
        for Account { name, email, host, port, tls, username, .. } in &self.added {
            let server = format!("{username} at {host} port {port}, tls {}", tls.word());
            let line = format!("a new account, {name}: {}, {server}", email.as_str());
            face.out().line(Printable::new(&line));
        }
        if self.differences.is_empty() {
            return;
        }
        let columns =
            [Column::left("account"), Column::left("setting"), Column::left("here"), Column::left("in the file")];
        let mut table = Table::new(&columns);
        for Difference { account, key, here, there } in &self.differences {
            let account = account.as_deref().unwrap_or("(all)");
            table.row([account, key, here, there].map(|text| Cell::from(&Printable::new(text))));
        }
        face.out().table(&table);
        face.out().line("");
    }

    /// The beginning of the question whether all of it is right.
    pub(super) fn question(&self) -> String {
        let mut question = String::new();
        if !self.added.is_empty() {
            question += &format!("Add {}. ", plural(self.added.len() as u64, "account", "accounts"));
        }
        if !self.differences.is_empty() {
            question += &format!("Change {} here. ", plural(self.differences.len() as u64, "setting", "settings"));
        }
        question
    }

    /// Whether the password of each new account is named, or can be asked for.
    ///
    /// # Errors
    /// Usage, with the flags that name them.
    pub(super) fn have_passwords(&self, args: &Import) -> Result<(), Fault> {
        if let Some(name) = named(args).find(|name| self.added.iter().all(|account| account.name != **name)) {
            let cause = format!("a password is given for {}, which is no new account", Printable::new(name));
            let hint = "name an account that is in the file and not here";
            return Err(Fault::usage(cause, hint));
        }
        let can_ask = setup::can_ask(args.yes);
        let missing = self.added.iter().find(|account| !can_ask && named(args).all(|name| *name != account.name));
        missing.map_or(Ok(()), |account| {
            let name = Printable::new(&account.name);
            let cause = format!("the password of {name} is missing: an export holds none");
            let ways = "--password-file, --password-command or --password-env";
            let hint = format!("name it with {ways} {name}=VALUE; or take the orders alone, with --no-settings");
            Err(Fault::usage(cause, hint))
        })
    }

    /// New accounts first, each tried, and written as a whole; then what differs.
    pub(super) async fn take_over(self, face: &mut Face, args: &Import) -> Result<(), Fault> {
        for account in self.added {
            let secret = secret(args, &account.name)?;
            setup::given(face, account, secret, args.yes).await?;
        }
        for account in self.changed {
            let secret = account.secret.clone();
            setup::given(face, account, Some(secret), args.yes).await?;
        }
        if self.shared.is_empty() {
            return Ok(());
        }
        let mut editing = Editing::open(&face.config_path()?)?;
        for (key, value) in &self.shared {
            editing.put_setting(key, value)?;
        }
        editing.write()
    }
}

/// The accounts whose password a flag names.
fn named(args: &Import) -> impl Iterator<Item = &String> {
    args.commands.iter().chain(&args.files).chain(&args.variables).map(|(name, _)| name)
}

fn secret(args: &Import, account: &str) -> Result<Option<SecretSource>, Fault> {
    let of = |all: &[(String, String)]| all.iter().find(|(name, _)| name == account).map(|(_, value)| value.clone());
    if let Some(file) = of(&args.files) {
        let gone = |error| Fault::usage(format!("the current directory is gone: {error}"), "name a whole path");
        return std::path::absolute(file).map(SecretSource::File).map(Some).map_err(gone);
    }
    let command = of(&args.commands).map(SecretSource::Command);
    Ok(command.or_else(|| of(&args.variables).map(SecretSource::Env)))
}
