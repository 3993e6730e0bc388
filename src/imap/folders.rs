//! Which folders there are, what they are for, and how the user's names become the server's.

use super::command::quote;
use super::response::{Code, ListRow, NamespaceRow, Untagged};
use super::session::Session;
use super::{special, utf7};
use crate::logic::fault::Fault;
use crate::logic::ids::FolderName;
use crate::logic::printable::Printable;

pub use super::special::SpecialUse;

/// A folder of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its wire name.
    pub name: FolderName,
    /// The name that the user knows: decoded, with `/` between levels and without the namespace prefix. Foreign text:
    /// show it only through [`Printable`].
    pub display: String,
    /// What the server says it is for.
    pub special: Option<SpecialUse>,
    /// Whether it can hold mail and be opened.
    pub selectable: bool,
}

/// All folders, and how names are made here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    /// What the names of the user's own folders begin with, as on the wire; `INBOX.` on Courier, mostly empty.
    pub prefix: String,
    /// Between the levels of a name; `None` when there are no levels.
    pub delimiter: Option<char>,
    /// All folders.
    pub all: Vec<Folder>,
    /// The server's own name and vendor (RFC 2971), lower-cased; empty when it does not say.
    pub server: String,
}

impl Folders {
    /// The folder for `use`: the one that the server marks (RFC 6154), else one with a well-known name at the root of
    /// the namespace. `INBOX.IDN.Sent` is no match (emailjs-imap-client#67).
    pub fn special(&self, special_use: SpecialUse) -> Option<&Folder> {
        let selectable = || self.all.iter().filter(|folder| folder.selectable);
        selectable().find(|folder| folder.special == Some(special_use)).or_else(|| {
            special_use.names().iter().find_map(|name| {
                selectable().find(|folder| folder.special.is_none() && special::same_name(&folder.display, name))
            })
        })
    }

    /// What a folder of this name is for, whether it exists yet or not: the server's word, else a well-known name, where no other folder
    /// is for that.
    pub fn use_of(&self, name: &FolderName) -> Option<SpecialUse> {
        if let Some(marked) = self.find(name).and_then(|folder| folder.special) {
            return Some(marked);
        }
        let display = self.display(name);
        let called = |special_use: &SpecialUse| {
            special_use.names().iter().any(|known| special::same_name(&display, known))
                && self.special(*special_use).is_none_or(|folder| special::same_name(&folder.display, &display))
        };
        SpecialUse::ALL.into_iter().find(called)
    }

    /// Whether mailherd leaves this folder alone: Junk, Trash and Drafts teach nothing about whom the user talks with, and
    /// the views show again what lies elsewhere.
    pub fn never_read(&self, folder: &Folder) -> bool {
        use SpecialUse::{Drafts, Flagged, Important, Junk, Trash};
        [Drafts, Flagged, Important, Junk, Trash].into_iter().any(|special_use| {
            folder.special == Some(special_use) || self.special(special_use).is_some_and(|it| it.name == folder.name)
        })
    }

    /// Whether there is a mailbox of this name that can be opened. A name may be there for what lies below it alone (`\Noselect`, RFC 9051,
    /// section 7.3.1): then it is still to be created.
    pub fn opens(&self, name: &FolderName) -> bool {
        self.find(name).is_some_and(|folder| folder.selectable)
    }

    /// The folder with this wire name.
    pub fn find(&self, name: &FolderName) -> Option<&Folder> {
        self.all.iter().find(|folder| folder.name == *name)
    }

    /// The wire name of a name from the config: UTF-8, `/` between levels. A folder that exists and is displayed so is
    /// meant; else the name is encoded and put into the user's namespace, unless it is there already
    /// (thunderbird-android#701: prefix doubling).
    pub fn resolve(&self, configured: &str) -> FolderName {
        let levels: Vec<&str> = configured.split('/').map(str::trim).filter(|level| !level.is_empty()).collect();
        let tidy = levels.join("/");
        if tidy.eq_ignore_ascii_case("INBOX") {
            return FolderName::inbox();
        }
        if let Some(folder) = self.all.iter().find(|folder| folder.display == tidy) {
            return folder.name.clone();
        }
        let delimiter = self.delimiter.unwrap_or('/').to_string();
        let wire = levels.iter().map(|level| utf7::encode(level)).collect::<Vec<_>>().join(&delimiter);
        match has_prefix(&wire, &self.prefix) {
            Some(rest) => FolderName::from_wire(&format!("{}{rest}", self.prefix)),
            None => FolderName::from_wire(&format!("{}{wire}", self.prefix)),
        }
    }

    /// The name that the user knows: see [`Folder::display`].
    pub fn display(&self, name: &FolderName) -> String {
        let inner = has_prefix(name.wire(), &self.prefix).filter(|rest| !rest.is_empty()).unwrap_or(name.wire());
        let levels: Vec<&str> = match self.delimiter {
            Some(delimiter) => inner.split(delimiter).collect(),
            None => vec![inner],
        };
        levels.into_iter().map(utf7::decode).collect::<Vec<_>>().join("/")
    }

    fn of_rows(namespace: Option<NamespaceRow>, rows: Vec<ListRow>, server: String) -> Folders {
        let mut folders = Folders { server, ..Folders::default() };
        match namespace {
            Some(namespace) => (folders.prefix, folders.delimiter) = (namespace.prefix, namespace.delimiter),
            None => (folders.prefix, folders.delimiter) = guess_namespace(&rows),
        }
        for row in rows {
            if folders.find(&row.name).is_some() {
                continue;
            }
            let display = folders.display(&row.name);
            let special = if row.name.is_inbox() { None } else { SpecialUse::of(&row) };
            // What cannot be named again exactly cannot be opened.
            let selectable = row.exact && !row.has("\\Noselect") && !row.has("\\NonExistent");
            folders.all.push(Folder { name: row.name, display, special, selectable });
        }
        folders
    }
}

const LIST_SPECIAL_USE: &str = "LIST \"\" \"*\" RETURN (SPECIAL-USE)";

/// What is left of `name` after `prefix`. INBOX in it may be written in any case, the rest not.
fn has_prefix<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = name.split_at_checked(prefix.len())?;
    let folded = |text: &str| match text.split_at_checked("INBOX".len()) {
        Some((inbox, rest)) if inbox.eq_ignore_ascii_case("INBOX") => format!("INBOX{rest}"),
        _ => text.to_owned(),
    };
    (folded(start) == folded(prefix)).then_some(rest)
}

/// Without NAMESPACE: when all folders lie below INBOX, new ones have to as well.
fn guess_namespace(rows: &[ListRow]) -> (String, Option<char>) {
    let delimiter = rows.iter().find_map(|row| row.delimiter);
    let Some(mark) = delimiter else { return (String::new(), None) };
    let below = format!("INBOX{mark}");
    let mut others = rows.iter().filter(|row| !row.name.is_inbox()).peekable();
    let all_below = others.peek().is_some() && others.all(|row| has_prefix(row.name.wire(), &below).is_some());
    (if all_below { below } else { String::new() }, delimiter)
}

/// Asks the server for its namespace and all its folders.
///
/// # Errors
/// As [`Session::exec`], and when the server refuses to list.
pub async fn discover(session: &mut Session) -> Result<Folders, Fault> {
    let (untagged, namespace) = ask(session).await?;
    let rows = untagged.into_iter().filter_map(|item| match item {
        Untagged::List(row) => Some(row),
        _ => None,
    });
    let mut rows: Vec<ListRow> = rows.collect();
    if rows.iter().all(|row| !row.name.is_inbox()) {
        // INBOX always exists (RFC 9051, section 5.1), listed or not.
        let delimiter = rows.iter().find_map(|row| row.delimiter);
        rows.insert(0, ListRow { attributes: Vec::new(), delimiter, name: FolderName::inbox(), exact: true });
    }
    let says =
        |key: &str| session.server_id().iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
    let server = format!("{} {}", says("name"), says("vendor")).trim().to_lowercase();
    Ok(Folders::of_rows(namespace, rows, server))
}

/// What LIST says, and NAMESPACE where the server has it, in one round trip.
async fn ask(session: &mut Session) -> Result<(Vec<Untagged>, Option<NamespaceRow>), Fault> {
    let plain = "LIST \"\" \"*\"";
    let list = if session.capabilities().can_list_special_use() { LIST_SPECIAL_USE } else { plain };
    let commands = if session.capabilities().has("NAMESPACE") { vec!["NAMESPACE", list] } else { vec![list] };
    let (mut untagged, ends) = session.exec_together(&commands).await?;
    let namespace = untagged.iter_mut().find_map(|item| match item {
        Untagged::Namespace(rows) => std::mem::take(rows).into_iter().next(),
        _ => None,
    });
    let listed = if ends.len() == commands.len() { ends.into_iter().next_back() } else { None };
    match listed {
        Some(end) if end.is_ok() => Ok((untagged, namespace)),
        // Without SPECIAL-USE then; or NAMESPACE was refused before LIST was heard.
        _ => Ok((session.exec(plain).await?.ok_or_fault("listing the folders")?.untagged, namespace)),
    }
}

/// Creates a folder if it does not exist, and subscribes it, so that mail programs show it. A server that refuses to
/// subscribe is put up with.
///
/// # Errors
/// As [`Session::exec`], and when the server refuses to create it.
pub async fn create(session: &mut Session, name: &FolderName) -> Result<(), Fault> {
    let answer = session.exec(&format!("CREATE {}", quote(name.wire()))).await?;
    if !answer.tagged.is_ok() && answer.tagged.code != Some(Code::AlreadyExists) && !is_there(session, name).await? {
        return Err(answer.tagged.fault(format!("creating the folder {}", Printable::new(name.wire()))));
    }
    subscribe(session, name).await
}

/// Subscribes a folder, so that mail programs show it. A server that refuses is put up with.
///
/// # Errors
/// As [`Session::exec`].
pub async fn subscribe(session: &mut Session, name: &FolderName) -> Result<(), Fault> {
    let answer = session.exec(&format!("SUBSCRIBE {}", quote(name.wire()))).await?;
    if !answer.tagged.is_ok() {
        tracing::debug!(answer = %answer.tagged, "not subscribed");
    }
    Ok(())
}

/// Whether a folder exists. Why it cannot be opened, or made, older servers say only in words.
///
/// # Errors
/// As [`Session::exec`], and when the server refuses to list.
pub async fn is_there(session: &mut Session, name: &FolderName) -> Result<bool, Fault> {
    // `*` and `%` in a name are wildcards here and may list others as well, hence the comparison.
    let answer = session.exec(&format!("LIST \"\" {}", quote(name.wire()))).await?;
    let answer = answer.ok_or_fault(format!("looking for the folder {}", Printable::new(name.wire())))?;
    let is_it = |item: &Untagged| matches!(item, Untagged::List(row) if row.name == *name && !row.has("\\NonExistent"));
    Ok(name.is_inbox() || answer.untagged.iter().any(is_it))
}
