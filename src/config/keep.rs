//! Puts a password where the user wants it, and files where only their owner reads them.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{SecretSource, keyring};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Most that is read of what is kept, in bytes.
const LARGEST: u64 = 256 * 1024;

/// Where a secret is to be kept.
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
        let stem = stem_of(account);
        let numbered = (2..1000).map(|number| format!("{stem}-{number}.password"));
        let mut names = std::iter::once(format!("{stem}.password")).chain(numbered);
        let free = names.find(|name| fs::symlink_metadata(folder.join(name)).is_err());
        Keeping::File(folder.join(free.unwrap_or_else(|| format!("{stem}.password"))))
    }

    /// Whether [`Keeping::file_beside`] gave this file, for this account.
    pub fn is_beside(file: &Path, config: &Path, account: &str) -> bool {
        let stem = format!("{}.password", stem_of(account));
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let number =
            name.strip_prefix(&format!("{}-", stem_of(account))).and_then(|rest| rest.strip_suffix(".password"));
        let numbered = number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        file.parent() == config.parent() && (name == stem || numbered)
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

impl Keeping {
    /// What is kept there; `None` when there is nothing. Blocks; for a thread that may.
    ///
    /// # Errors
    /// Credentials, when others may read the file; local, when it cannot be read; and as the keyring has it.
    pub fn read(&self) -> Result<Option<Zeroizing<String>>, Fault> {
        let bytes = match self {
            Keeping::File(path) => match read_private(path)? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
            Keeping::Keyring(name) => match keyring::find(name)? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        Ok(std::str::from_utf8(&bytes).ok().map(|text| Zeroizing::new(text.to_owned())))
    }

    /// Keeps a text, in place of what was there, as a whole or not at all. Blocks; for a thread that may.
    ///
    /// # Errors
    /// As [`Keeping::keep`].
    pub fn write(&self, text: &str) -> Result<(), Fault> {
        match self {
            Keeping::File(path) => write_private(path, text, 0o600),
            Keeping::Keyring(name) => keyring::write(name, &SecretString::from(text)),
        }
    }
}

/// What a file of an account is called.
fn stem_of(account: &str) -> String {
    account.chars().map(|c| if c.is_alphanumeric() || "-_.@+".contains(c) { c } else { '-' }).collect()
}

/// A file of mailherd's own that only its owner may read.
fn read_private(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
    let shown = Printable::new(&path.to_string_lossy());
    let cannot = |error: std::io::Error| {
        Fault::local(format!("cannot read {shown}: {error}"), "check the state directory, its permissions and the disk")
    };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error)),
    };
    let mode = file.metadata().map_err(cannot)?.permissions().mode();
    if mode & 0o077 != 0 {
        let cause = format!("others may read {shown} (mode {:03o})", mode & 0o777);
        return Err(Fault::credentials(cause, format!("chmod 600 {shown}")));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LARGEST).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(Some(bytes))
}

/// The permissions of a file that is there; of one that is not, the owner's alone.
pub(super) fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).map_or(0o600, |known| known.permissions().mode() & 0o777)
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
        // In a container every process may have this number: one that was killed here left its half.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
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
        let kept = |file: &str| Keeping::is_beside(&folder.path().join(file), &config, "me/../x y");
        assert!(kept("me-..-x-y.password") && kept("me-..-x-y-12.password"));
        assert!(!kept("me-..-x-y-old.password") && !kept("me-..-x-y-.password") && !kept("other.password"));
        assert!(!Keeping::is_beside(Path::new("/run/me-..-x-y.password"), &config, "me/../x y"));
        let next = Keeping::file_beside(&config, "me/../x y");
        assert_eq!(next, Keeping::File(folder.path().join("me-..-x-y-2.password")));
    }

    #[test]
    fn what_is_kept_is_read_again_unless_others_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens/home.json");
        let keeping = Keeping::File(path.clone());
        assert!(keeping.read().unwrap().is_none());
        keeping.write("one").unwrap();
        // What a process of this number left when it was killed.
        fs::write(path.with_file_name(format!(".home.json.{}", std::process::id())), "half").unwrap();
        keeping.write("two").unwrap();
        assert_eq!(keeping.read().unwrap().unwrap().as_str(), "two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(keeping.read().unwrap_err().hint.contains("chmod 600"));
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
