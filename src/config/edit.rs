//! Puts an account into the config file, as a new one or in place of what it was, and leaves everything else in it as it is: comments,
//! order, spelling.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::document::Document;
use super::written::{self, Written};
use super::{Account, Config, SecretSource, ThemeName, build, keep, rename, tables};
use crate::logic::fault::Fault;
use crate::logic::ids::Address;

/// What a new file begins with. The keys that follow their comments are filled in by the account's own.
const HEAD: &str = "# mailherd's configuration, written by `mailherd setup`. config.example.toml explains every key.\n";

/// A config file that accounts are to be put into; or none yet.
#[derive(Debug)]
pub struct Editing {
    path: PathBuf,
    /// As it was read; `None`: there is no file.
    read: Option<String>,
    /// As it will be written.
    text: Option<String>,
    /// What that says; `None` when there is no account in it yet.
    config: Option<Config>,
}

impl Editing {
    /// Reads the file at `path`. Where there is none, a new one will be written.
    ///
    /// # Errors
    /// Usage, with the line, when there is a file that mailherd cannot use: it is never overwritten.
    pub fn open(path: &Path) -> Result<Editing, Fault> {
        // Whole, so that what is kept beside it is found from anywhere.
        let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if std::fs::symlink_metadata(path).is_err() {
            return Ok(Editing { path: path.to_owned(), read: None, text: None, config: None });
        }
        let kept = |fault: Fault| Fault {
            hint: format!("{}. The set-up adds to a sound file only, and overwrites none", fault.hint),
            ..fault
        };
        let document = Document::open(path).map_err(kept)?;
        let text = Some(document.text().to_owned());
        let editing = Editing { path: path.to_owned(), read: text.clone(), text, config: None };
        let has_accounts = document.parse().map_err(kept)?.get_ref().contains_key("accounts");
        if has_accounts {
            return Ok(Editing { config: Some(build::config(&document).map_err(kept)?), ..editing });
        }
        // Everything else in it has to be sound: seen with an account in it that is not written.
        let mut account = Account::draft("home".to_owned(), nobody());
        (account.host, account.secret) = ("localhost".to_owned(), SecretSource::Env("PASSWORD".to_owned()));
        editing.with(&account).map_err(kept)?;
        Ok(editing)
    }

    /// Where the file is, or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is one already.
    pub fn exists(&self) -> bool {
        self.read.is_some()
    }

    /// The accounts in it.
    pub fn accounts(&self) -> &[Account] {
        self.config.as_ref().map_or(&[], |config| &config.accounts)
    }

    /// What it sets for the terminal UI and for Prometheus.
    pub fn shared(&self) -> (ThemeName, Option<String>) {
        let config = self.config.as_ref();
        let metrics = config.and_then(|config| config.metrics).map(|metrics| metrics.to_string());
        (config.map(|config| config.theme).unwrap_or_default(), metrics)
    }

    /// Where its state is, or will be.
    ///
    /// # Errors
    /// Usage, when no home directory is known.
    pub fn state_dir(&self) -> Result<PathBuf, Fault> {
        match (&self.config, &self.text) {
            (Some(config), _) => Ok(config.state_dir.clone()),
            (None, Some(_)) => super::state_dir(&self.path),
            (None, None) => super::state_folder(&self.path, build::DEFAULT_STATE_DIR),
        }
    }

    /// `wished`, or the like of it that no account has yet.
    pub fn free_name(&self, wished: &str) -> String {
        let plain: String =
            wished.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')).take(40).collect();
        let plain = plain.trim_start_matches(['.', '-']);
        let stem = if plain.is_empty() { "home" } else { plain };
        let taken = |name: &str| self.accounts().iter().any(|account| account.name.eq_ignore_ascii_case(name));
        let mut names = std::iter::once(stem.to_owned()).chain((2..).map(|number| format!("{stem}-{number}")));
        names.find(|name| !taken(name)).unwrap_or_else(|| stem.to_owned())
    }

    /// An account that is to be added: what the file sets for all of them holds for it, too.
    ///
    /// # Errors
    /// Usage, when the file is not sound.
    pub fn draft(&self, name: String, email: Address) -> Result<Account, Fault> {
        let draft = Account::draft(name, email);
        if self.text.is_none() {
            return Ok(draft);
        }
        let mut probe = draft.clone();
        (probe.host, probe.secret) = ("localhost".to_owned(), SecretSource::Env("PASSWORD".to_owned()));
        let resolved = self.read(&self.added(&probe, &[])?)?.accounts.pop().unwrap_or(draft.clone());
        Ok(Account { host: draft.host, secret: draft.secret, ..resolved })
    }

    /// Puts `account` into what will be written: in place of the one that is called so, else at the end.
    ///
    /// # Errors
    /// Usage, when what would come of it is no sound config.
    pub fn put(&mut self, account: &Account) -> Result<(), Fault> {
        let known = self.accounts().iter().find(|known| known.name == account.name);
        let text = match known {
            Some(known) => self.changed(known, account)?,
            None => self.with(account)?,
        };
        self.config = Some(self.read(&text)?);
        self.text = Some(text);
        Ok(())
    }

    /// Puts a setting of the whole file into what will be written: `ui.theme`, `metrics`.
    ///
    /// # Errors
    /// As [`Editing::put`].
    pub fn put_setting(&mut self, key: &str, text: &str) -> Result<(), Fault> {
        let mut document = parsed(self.text.as_deref().unwrap_or(HEAD))?;
        let (table, key): (&mut dyn TableLike, &str) = match key.split_once('.') {
            Some((section, key)) => {
                let found = document.entry(section).or_insert(Item::Table(Table::new()));
                (found.as_table_like_mut().ok_or_else(unlike)?, key)
            }
            None => (document.as_table_mut(), key),
        };
        tables::set(table, key, text.into());
        let text = document.to_string();
        if self.config.is_some() {
            self.config = Some(self.read(&text)?);
        }
        self.text = Some(text);
        Ok(())
    }

    /// Writes what was put into it, as a whole or not at all. A file that is there keeps its mode.
    ///
    /// # Errors
    /// Local, when it cannot be written, or was changed meanwhile.
    pub fn write(&self) -> Result<(), Fault> {
        let now = std::fs::read_to_string(&self.path).ok();
        if now != self.read {
            let cause = format!("{} was changed meanwhile", self.path.display());
            return Err(Fault::local(cause, "nothing was written: run it again"));
        }
        match &self.text {
            Some(text) if self.text != self.read => keep::write_private(&self.path, text, keep::mode_of(&self.path)),
            _ => Ok(()),
        }
    }

    fn read(&self, text: &str) -> Result<Config, Fault> {
        build::config(&Document::of(&self.path, text.to_owned()))
    }

    /// The whole file with a new account in it.
    fn with(&self, account: &Account) -> Result<String, Fault> {
        let plain = self.added(account, &[])?;
        let config = self.read(&plain)?;
        // What the file sets for all accounts holds for this one, too, unless it is to be otherwise.
        let resolved = config.accounts.last().map_or_else(Vec::new, |resolved| overrides(resolved, account));
        let text = if resolved.is_empty() { plain } else { self.added(account, &resolved)? };
        self.read(&text)?;
        Ok(text)
    }

    fn added(&self, account: &Account, overrides: &[(&'static str, Value)]) -> Result<String, Fault> {
        let start = match &self.text {
            Some(text) => text.clone(),
            None => head(account),
        };
        let mut document = parsed(&start)?;
        let mut table = written::table(account, &self.path);
        for (key, wanted) in overrides {
            table.insert(key, value(wanted.clone()));
        }
        match document.get_mut("accounts") {
            // At the end of the file, behind whatever comment stands there: everything before stays as it is to the byte.
            None | Some(Item::ArrayOfTables(_)) => Ok(appended(&start, table)),
            Some(Item::Value(Value::Array(array))) => {
                array.push(table.into_inline_table());
                Ok(document.to_string())
            }
            Some(_) => Err(unlike()),
        }
    }

    /// The whole file with an account as it is to be: what is as it was is not touched.
    fn changed(&self, known: &Account, wanted: &Account) -> Result<String, Fault> {
        let text = self.text.as_deref().unwrap_or_default();
        let text = match written::folders(known, wanted) {
            names if names.is_empty() => text.to_owned(),
            names => rename::renamed(text, &known.name, &names, "")?,
        };
        let mut document = parsed(&text)?;
        for habit in written::otherwise(written::habits(known), written::habits(wanted)) {
            set_habit(&mut document, &known.name, habit)?;
        }
        let (table, _) = tables::account(&mut document, &known.name).ok_or_else(unlike)?;
        for Written { key, value, usual } in written::otherwise(written::identity(known), written::identity(wanted)) {
            match usual {
                true => tables::remove(table, key),
                false => tables::set(table, key, value),
            }
        }
        if known.secret != wanted.secret {
            let Written { key, value, .. } = written::secret(wanted, &self.path);
            let before = written::SECRETS.into_iter().find(|key| table.contains_key(key)).ok_or_else(unlike)?;
            tables::replace(table, before, key, value);
        }
        let text = document.to_string();
        let config = self.read(&text)?;
        let found = config.accounts.into_iter().find(|account| account.name == known.name).ok_or_else(unlike)?;
        // Never taken on trust: what was asked for is what the file says now.
        let found = Account { secret: wanted.secret.clone(), ..found };
        if found == *wanted { Ok(text) } else { Err(unlike()) }
    }
}

/// Where it is said now: for all accounts, if this is the only one, else for the account.
fn set_habit(document: &mut DocumentMut, account: &str, habit: Written) -> Result<(), Fault> {
    let shared = document.contains_key(habit.key);
    let (table, alone) = tables::account(document, account).ok_or_else(unlike)?;
    if shared && alone && !table.contains_key(habit.key) {
        tables::set(document.as_table_mut(), habit.key, habit.value);
    } else {
        tables::set(table, habit.key, habit.value);
    }
    Ok(())
}

/// The habits in which `wanted` is otherwise than what the file gives it.
fn overrides(resolved: &Account, wanted: &Account) -> Vec<(&'static str, Value)> {
    let habits = written::otherwise(written::habits(resolved), written::habits(wanted));
    let mut found: Vec<_> = habits.into_iter().map(|habit| (habit.key, habit.value)).collect();
    let mut folders = InlineTable::new();
    for (category, name) in written::folders(resolved, wanted) {
        folders.insert(category.word(), name.into());
    }
    if !folders.is_empty() {
        found.push(("folders", folders.into()));
    }
    found
}

fn parsed(text: &str) -> Result<DocumentMut, Fault> {
    text.parse().map_err(|_| unlike())
}

fn appended(start: &str, table: Table) -> String {
    let mut added = DocumentMut::new();
    added.insert("accounts", Item::ArrayOfTables(ArrayOfTables::from_iter([table])));
    let gap = match start {
        "" => "",
        start if start.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{start}{gap}{added}")
}

fn unlike() -> Fault {
    Fault::usage(
        "this config cannot be changed as it is written",
        "write its accounts as [[accounts]] tables, or edit it by hand",
    )
}

fn nobody() -> Address {
    // The literal is an address: nothing else gives one without parsing.
    Address::parse("nobody@localhost").unwrap_or_else(|| unreachable!("a literal"))
}

/// A new file up to its first account, with what the user chose at the top, where it is looked for.
fn head(account: &Account) -> String {
    let mode = account.mode.word();
    let caution = account.caution.word();
    let top = account.top.word();
    format!(
        "{HEAD}
# \"preview\": decide and show, move nothing. \"file\": file; `mailherd undo` takes any of it back.
mode = \"{mode}\"

# How sure mailherd must be before mail leaves the inbox: \"low\" files more, \"normal\", \"high\" files less.
caution = \"{caution}\"

# Mail from people you know: \"move\" it to Top, \"flag\" it in the inbox, or \"off\".
top = \"{top}\"
"
    )
}
