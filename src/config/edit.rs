//! Adds an account to the config file and leaves everything else in it as it is: comments, order, spelling.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use super::document::Document;
use super::{Account, Config, Mode, Oauth2, SecretSource, Tls, TopMode, build, keep};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category};
use crate::logic::policy::Caution;

/// What a new file begins with. The keys that follow their comments are filled in by the account's own.
const HEAD: &str = "# mailherd's configuration, written by `mailherd setup`. config.example.toml explains every key.\n";

/// A config file that an account is to be added to; or none yet.
#[derive(Debug)]
pub struct Editing {
    path: PathBuf,
    /// As it was read; `None`: there is no file.
    text: Option<String>,
    /// What it says now; `None` when there is no account in it yet.
    config: Option<Config>,
}

impl Editing {
    /// Reads the file at `path`. Where there is none, a new one will be written.
    ///
    /// # Errors
    /// Usage, with the line, when there is a file that mailherd cannot use: it is never overwritten.
    pub fn open(path: &Path) -> Result<Editing, Fault> {
        if std::fs::symlink_metadata(path).is_err() {
            return Ok(Editing { path: path.to_owned(), text: None, config: None });
        }
        let kept = |fault: Fault| Fault {
            hint: format!("{}. The set-up adds to a sound file only, and overwrites none", fault.hint),
            ..fault
        };
        let document = Document::open(path).map_err(kept)?;
        let editing = Editing { path: path.to_owned(), text: Some(document.text().to_owned()), config: None };
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
        self.text.is_some()
    }

    /// The accounts in it.
    pub fn accounts(&self) -> &[Account] {
        self.config.as_ref().map_or(&[], |config| &config.accounts)
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

    /// The whole file with `account` in it.
    ///
    /// # Errors
    /// Usage, when what would come of it is no sound config.
    pub fn with(&self, account: &Account) -> Result<String, Fault> {
        let plain = self.text_with(account, &[])?;
        let config = self.read(&plain)?;
        // What the file sets for all accounts holds for this one, too, unless it is to be otherwise.
        let resolved = config.accounts.last().map_or_else(Vec::new, |resolved| differences(account, resolved));
        let text = if resolved.is_empty() { plain } else { self.text_with(account, &resolved)? };
        self.read(&text)?;
        Ok(text)
    }

    /// Writes the file with `account` in it, as a whole or not at all. A file that is there keeps its mode.
    ///
    /// # Errors
    /// As [`Editing::with`]; local, when it cannot be written, or was changed meanwhile.
    pub fn write(&self, account: &Account) -> Result<(), Fault> {
        let text = self.with(account)?;
        let now = std::fs::read_to_string(&self.path).ok();
        if now != self.text {
            let cause = format!("{} was changed meanwhile", self.path.display());
            return Err(Fault::local(cause, "nothing was written: run `mailherd setup` again"));
        }
        let mode = std::fs::metadata(&self.path).map_or(0o600, |known| known.permissions().mode() & 0o777);
        keep::write_private(&self.path, &text, mode)
    }

    fn read(&self, text: &str) -> Result<Config, Fault> {
        build::config(&Document::of(&self.path, text.to_owned()))
    }

    fn text_with(&self, account: &Account, overrides: &[(&'static str, Item)]) -> Result<String, Fault> {
        let start = match &self.text {
            Some(text) => text.clone(),
            None => head(account),
        };
        let mut document: DocumentMut = start.parse().map_err(|_| unlike())?;
        let mut table = keys_of(account, &self.path);
        for (key, item) in overrides {
            table.insert(key, item.clone());
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
    Fault::usage("`accounts` cannot be added to in this config", "write it as [[accounts]] tables")
}

fn nobody() -> Address {
    // The literal is an address: nothing else gives one without parsing.
    Address::parse("nobody@localhost").unwrap_or_else(|| unreachable!("a literal"))
}

/// A new file up to its first account, with what the user chose at the top, where it is looked for.
fn head(account: &Account) -> String {
    let mode = account.mode.word();
    let caution = caution_word(account.caution);
    let top = top_word(account.top);
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

fn caution_word(caution: Caution) -> &'static str {
    super::choices::CAUTIONS.iter().find(|(_, known)| *known == caution).map_or("normal", |(word, _)| word)
}

fn top_word(top: TopMode) -> &'static str {
    super::choices::TOP_MODES.iter().find(|(_, known)| *known == top).map_or("move", |(word, _)| word)
}

/// The keys that say where the account is and who logs in.
fn keys_of(account: &Account, path: &Path) -> Table {
    let mut table = Table::new();
    table.insert("name", value(account.name.as_str()));
    table.insert("email", value(account.email.as_str()));
    if !account.aliases.is_empty() {
        table.insert("aliases", value(account.aliases.iter().map(Address::as_str).collect::<Array>()));
    }
    table.insert("host", value(account.host.as_str()));
    if account.port != account.tls.default_port() {
        table.insert("port", value(i64::from(account.port)));
    }
    if account.tls != Tls::Implicit {
        table.insert("tls", value(account.tls.word()));
    }
    if let Some(file) = &account.tls_ca_file {
        table.insert("tls_ca_file", value(file.to_string_lossy().as_ref()));
    }
    if let Some(pin) = account.tls_pin_sha256 {
        table.insert("tls_pin_sha256", value(pin.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));
    }
    if account.username != account.email.as_str() {
        table.insert("username", value(account.username.as_str()));
    }
    let (key, item) = match &account.secret {
        SecretSource::Command(command) => ("password_command", value(command.as_str())),
        SecretSource::File(file) => ("password_file", value(beside(file, path))),
        SecretSource::Env(name) => ("password_env", value(name.as_str())),
        SecretSource::Credential(name) => ("credential", value(name.as_str())),
        SecretSource::Keyring(_) | SecretSource::Typed(_) => ("keyring", value(true)),
        SecretSource::Oauth2(oauth2) => ("oauth2", value(table_of(oauth2, path))),
    };
    table.insert(key, item);
    table
}

/// `{ provider = "gmail", … }`
fn table_of(oauth2: &Oauth2, path: &Path) -> InlineTable {
    let mut table = InlineTable::new();
    for (key, text) in oauth2.written() {
        let item: Value = match key {
            "keyring" => true.into(),
            "client_secret_file" => beside(Path::new(text), path).into(),
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

/// The habits in which `wanted` is otherwise than what the file gives it.
fn differences(wanted: &Account, resolved: &Account) -> Vec<(&'static str, Item)> {
    let mut found = Vec::new();
    if wanted.mode != resolved.mode {
        found.push(("mode", value(Mode::word(wanted.mode))));
    }
    if wanted.caution != resolved.caution {
        found.push(("caution", value(caution_word(wanted.caution))));
    }
    if wanted.top != resolved.top {
        found.push(("top", value(top_word(wanted.top))));
    }
    let mut folders = InlineTable::new();
    for category in Category::ALL {
        if let (Some(name), true) =
            (wanted.folders.of(category), wanted.folders.of(category) != resolved.folders.of(category))
        {
            folders.insert(category.word(), name.into());
        }
    }
    if !folders.is_empty() {
        found.push(("folders", value(folders)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> Account {
        let mut account = Account::draft(name.into(), Address::parse("me@home.example").unwrap());
        account.host = "imap.home.example".into();
        account.secret = SecretSource::File("/etc/mailherd/pw".into());
        account
    }

    fn editing(text: &str) -> (tempfile::TempDir, Result<Editing, Fault>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        (folder, Editing::open(&path))
    }

    #[test]
    fn a_new_file_says_what_was_chosen_and_reads_back_as_the_same_account() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/config.toml");
        let editing = Editing::open(&path).unwrap();
        let mut wanted = account("home");
        wanted.mode = Mode::File;
        (wanted.caution, wanted.top) = (Caution::High, TopMode::Flag);
        wanted.aliases = vec![Address::parse("old@home.example").unwrap()];
        (wanted.port, wanted.tls, wanted.username) = (1143, Tls::Starttls, "me".into());
        wanted.tls_pin_sha256 = Some([0xab; 32]);
        wanted.folders.bulk = "Automatic".into();
        wanted.secret = SecretSource::File(folder.path().join("deep/home.password"));
        editing.write(&wanted).unwrap();
        let config = super::super::load(&path).unwrap();
        assert_eq!(config.accounts, [wanted]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("password_file = \"home.password\"") && text.contains("\nmode = \"file\"\n"), "{text}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_keeps_its_comments_order_and_mode() {
        let text = "# mine\nmode   = 'file' # yes\ncaution = \"low\"\n\n[ui]\ntheme = \"light\"\n\n[[accounts]] # the first\n\
                    name = \"work\"\nemail = \"w@work.example\"\nhost = \"h\"\npassword_env = \"X\"\n# the end\n";
        let (folder, editing) = editing(text);
        let editing = editing.unwrap();
        std::fs::set_permissions(folder.path().join("config.toml"), PermissionsExt::from_mode(0o644)).unwrap();
        editing.write(&account("home")).unwrap();
        let path = folder.path().join("config.toml");
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.starts_with(text), "{written}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        let config = super::super::load(&path).unwrap();
        // The account is as it was wanted, whatever holds for the others.
        assert_eq!((config.accounts[0].caution, config.accounts[1].caution), (Caution::Low, Caution::Normal));
        assert_eq!((config.accounts[0].mode, config.accounts[1].mode), (Mode::File, Mode::Preview));
        let inline = "accounts = [{ name = \"a\", email = \"a@b.c\", host = \"h\", password_env = \"X\" }]\n";
        let (_folder, editing) = self::editing(inline);
        assert_eq!(editing.unwrap().with(&account("home")).unwrap().lines().count(), 1);
    }

    #[test]
    fn names_do_not_clash() {
        let text = "[[accounts]]\nname = \"Home\"\nemail = \"a@b.c\"\nhost = \"h\"\npassword_env = \"X\"\n";
        let (_folder, editing) = editing(text);
        let editing = editing.unwrap();
        assert_eq!(editing.free_name("home"), "home-2");
        assert_eq!(editing.free_name("../wörk\u{1b}"), "wörk");
        assert_eq!(editing.free_name("--"), "home-2");
    }

    #[test]
    fn a_file_that_is_not_sound_is_left_alone() {
        for (text, says) in [
            ("mode = [", "not TOML"),
            ("mod = \"file\"\n", "unknown key"),
            ("mode = \"files\"\n", "cannot be"),
            ("[[accounts]]\nname = \"x\"\n", "missing"),
            ("accounts = 3\n", "accounts"),
        ] {
            let (folder, editing) = editing(text);
            let fault = editing.unwrap_err();
            assert!(fault.cause.contains(says) && fault.hint.contains("overwrites none"), "{text}: {fault:?}");
            assert_eq!(std::fs::read_to_string(folder.path().join("config.toml")).unwrap(), text);
        }
        let (_folder, editing) = editing("# nothing yet\n");
        assert!(editing.unwrap().with(&account("home")).unwrap().starts_with("# nothing yet\n"));
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_not_overwritten() {
        let (folder, editing) = editing("# nothing yet\n");
        let editing = editing.unwrap();
        std::fs::write(folder.path().join("config.toml"), "# something\n").unwrap();
        let fault = editing.write(&account("home")).unwrap_err();
        assert!(fault.cause.contains("changed meanwhile"), "{fault}");
    }
}
