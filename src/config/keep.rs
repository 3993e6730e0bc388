//! Puts a password where the user wants it, and files where only their owner reads them.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{SecretSource, keyring};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Where a password that was typed is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// In a file of its own beside the config, which only its owner can read.
    File(PathBuf),
    /// In the desktop's keyring, under this name.
    Keyring(String),
}

impl Keeping {
    /// A file beside the config at `config` that is not there yet, called after the account.
    pub fn file_beside(config: &Path, account: &str) -> Keeping {
        let folder = config.parent().unwrap_or(Path::new(""));
        let plain = |c: char| if c.is_alphanumeric() || "-_.@+".contains(c) { c } else { '-' };
        let stem: String = account.chars().map(plain).collect();
        let numbered = (2..1000).map(|number| format!("{stem}-{number}.password"));
        let mut names = std::iter::once(format!("{stem}.password")).chain(numbered);
        let free = names.find(|name| fs::symlink_metadata(folder.join(name)).is_err());
        Keeping::File(folder.join(free.unwrap_or_else(|| format!("{stem}.password"))))
    }

    /// Whether there is a keyring to keep it in. Blocks; for a thread that may.
    pub fn has_keyring() -> bool {
        keyring::is_there()
    }

    /// Keeps it; how it is found again. Blocks; for a thread that may.
    ///
    /// # Errors
    /// Local, when the file cannot be written; credentials, when the keyring does not take it.
    pub fn keep(&self, secret: &SecretString) -> Result<SecretSource, Fault> {
        match self {
            Keeping::File(path) => {
                write_private(path, &format!("{}\n", secret.expose_secret()), 0o600)?;
                Ok(SecretSource::File(path.clone()))
            }
            Keeping::Keyring(name) => {
                keyring::write(name, secret)?;
                Ok(SecretSource::Keyring(name.clone()))
            }
        }
    }
}

/// Writes a file as a whole or not at all: beside it first, then in its place. Folders that are missing are made for the owner alone.
/// Where `path` is a symbolic link, what it leads to is replaced.
///
/// # Errors
/// Local, with the path.
pub fn write_private(path: &Path, text: &str, mode: u32) -> Result<(), Fault> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let cannot = |error: std::io::Error| {
        let shown = Printable::new(&target.to_string_lossy());
        Fault::local(format!("cannot write {shown}: {error}"), "check the folder, its permissions and the disk")
    };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(cannot)?;
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
        file.set_permissions(PermissionsExt::from_mode(mode))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &target)?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error| {
        // What was begun is of no use; that it cannot be removed says nothing new.
        let _ = fs::remove_file(&beside);
        cannot(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_file_is_the_owners_alone_and_takes_no_others_place() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let keeping = Keeping::file_beside(&config, "me/../x y");
        assert_eq!(keeping, Keeping::File(folder.path().join("me-..-x-y.password")));
        keeping.keep(&SecretString::from("s3cret")).unwrap();
        let Keeping::File(path) = keeping else { unreachable!() };
        assert_eq!(fs::read_to_string(&path).unwrap(), "s3cret\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let next = Keeping::file_beside(&config, "me/../x y");
        assert_eq!(next, Keeping::File(folder.path().join("me-..-x-y-2.password")));
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_also_behind_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_private(&link, "new", 0o640).unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_is_said_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let fault = write_private(&folder.path().join("file/config.toml"), "x", 0o600).unwrap_err();
        assert!(fault.cause.contains("config.toml"), "{fault}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
