//! Gives managed folders other names in the config file, and leaves everything else in it as it is: comments, order, spelling.

use std::path::Path;

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, value};

use super::document::Document;
use super::tables::{self, set};
use super::{Account, build, keep};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;

/// Writes that mail of these categories goes into these folders: for the account that is called so, or for all where it is the only one.
/// What the account is then.
///
/// # Errors
/// Usage, when the file is not sound, or would not be; local, when it cannot be written. Then it is as it was.
pub fn name_folders(path: &Path, account: &str, names: &[(Category, String)]) -> Result<Account, Fault> {
    let document = Document::open(path)?;
    build::config(&document)?;
    let text = renamed(document.text(), account, names, "# As the folders were called before mailherd.\n")?;
    let config = build::config(&Document::of(path, text.clone()))?;
    let found = config.accounts.into_iter().find(|known| known.name == account).ok_or_else(unlike)?;
    if names.iter().any(|(category, name)| found.folders.of(*category) != Some(name)) {
        return Err(unlike());
    }
    if text != document.text() {
        keep::write_private(path, &text, keep::mode_of(path))?;
    }
    Ok(found)
}

fn unlike() -> Fault {
    Fault::usage("the names of folders cannot be changed in this config", "write them under [folders] by hand")
}

/// The text of the file with these names in it. `why`: a line of comment above a table that is new.
pub(super) fn renamed(text: &str, account: &str, names: &[(Category, String)], why: &str) -> Result<String, Fault> {
    let mut document: DocumentMut = text.parse().map_err(|_| unlike())?;
    let shared = document.contains_key("folders");
    match its_own(&mut document, account)? {
        Some(table) => name_all(table, names),
        None if shared => {
            let table = document.get_mut("folders").and_then(Item::as_table_like_mut).ok_or_else(unlike)?;
            name_all(table, names);
        }
        None => return Ok(appended(text, names, why)),
    }
    Ok(document.to_string())
}

fn name_all(table: &mut dyn TableLike, names: &[(Category, String)]) {
    names.iter().for_each(|(category, name)| set(table, category.word(), name.as_str().into()));
}

/// At the end of the file, behind whatever comment stands there: everything before stays as it is to the byte.
fn appended(text: &str, names: &[(Category, String)], why: &str) -> String {
    let mut table = Table::new();
    table.decor_mut().set_prefix(format!("\n{why}"));
    name_all(&mut table, names);
    let mut added = DocumentMut::new();
    added.insert("folders", Item::Table(table));
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}{added}")
}

/// The table of the account's own folders, where it has one or there are other accounts; made when there is none.
fn its_own<'a>(document: &'a mut DocumentMut, account: &str) -> Result<Option<&'a mut dyn TableLike>, Fault> {
    let (table, alone) = tables::account(document, account).ok_or_else(unlike)?;
    if !table.contains_key("folders") {
        if alone {
            return Ok(None);
        }
        table.insert("folders", value(InlineTable::new()));
    }
    table.get_mut("folders").and_then(Item::as_table_like_mut).map(Some).ok_or_else(unlike)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const ACCOUNT: &str =
        "[[accounts]] # mine\nname = \"home\"\nemail = \"a@b.c\"\nhost = \"h\"\npassword_env = \"X\"\n";

    fn named(text: &str, names: &[(Category, &str)]) -> Result<(String, Account), Fault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let names: Vec<(Category, String)> =
            names.iter().map(|(category, name)| (*category, (*name).to_owned())).collect();
        let account = name_folders(&path, "home", &names);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let written = std::fs::read_to_string(&path).unwrap();
        account.map(|account| (written.clone(), account)).inspect_err(|_| assert_eq!(written, text))
    }

    #[test]
    fn comments_stay_and_the_names_are_in_force() {
        let text = format!(
            "# top\nmode = 'file'\n\n[folders] # here\nnews = \"News\"   # letters\ntop = 'Top'\n\n{ACCOUNT}# the end\n"
        );
        let (written, account) =
            named(&text, &[(Category::News, "@SaneNews"), (Category::Bulk, "@SaneLater")]).unwrap();
        assert_eq!((account.folders.news.as_str(), account.folders.bulk.as_str()), ("@SaneNews", "@SaneLater"));
        assert!(
            written.contains("news = \"@SaneNews\"   # letters\ntop = 'Top'\nbulk = \"@SaneLater\"\n"),
            "{written}"
        );
        assert!(written.starts_with("# top\nmode = 'file'\n\n[folders] # here\n"), "{written}");
        assert!(written.ends_with(&format!("{ACCOUNT}# the end\n")), "{written}");
    }

    #[test]
    fn a_config_without_folders_gets_them_and_other_accounts_do_not() {
        let (written, account) = named(ACCOUNT, &[(Category::Top, "@SaneTop")]).unwrap();
        assert_eq!(account.folders.top, "@SaneTop");
        assert!(written.contains(ACCOUNT) && written.contains("\n[folders]\ntop = \"@SaneTop\"\n"), "{written}");
        let two = format!("{ACCOUNT}\n{}", ACCOUNT.replace("home", "work"));
        let (written, account) = named(&two, &[(Category::Top, "@SaneTop")]).unwrap();
        assert_eq!(account.folders.top, "@SaneTop");
        assert_eq!(written.matches("@SaneTop").count(), 1);
        let other = super::super::read(Path::new("/x"), written).unwrap();
        assert_eq!(other.accounts[1].folders.top, "Top");
        let inline = "accounts = [{ name = \"home\", email = \"a@b.c\", host = \"h\", password_env = \"X\", folders = { bulk = \"B\" } }]\n";
        let (_, account) = named(inline, &[(Category::Bulk, "@SaneBulk")]).unwrap();
        assert_eq!(account.folders.bulk, "@SaneBulk");
    }

    #[test]
    fn what_would_not_be_sound_is_not_written() {
        let text = format!("[folders]\nnews = \"Letters\"\n{ACCOUNT}");
        let fault = named(&text, &[(Category::Bulk, "letters")]).unwrap_err();
        assert!(fault.cause.contains("both"), "{fault}");
        assert!(named("mode = [", &[]).is_err());
    }
}
