//! One process holds an account; everybody else reads. One daemon holds a state directory.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::logic::fault::Fault;

/// The lock of one account. It dies with the process (flock), so a crash leaves nothing to clean up.
pub struct AccountLock {
    _held: Held,
}

impl AccountLock {
    /// Takes the lock of the account called `name`, at once or not at all.
    ///
    /// # Errors
    /// When another process holds it, or when the lock file cannot be made.
    pub fn take(state_dir: &Path, name: &str) -> Result<AccountLock, Fault> {
        let file = format!("{}.lock", file_name(name));
        let locked = lock(state_dir, &file, |who| {
            Fault::refused(
                format!("another mailherd{who} is working on account {name}"),
                "wait for it, or stop it: one process at a time changes an account",
            )
        });
        Ok(AccountLock { _held: locked? })
    }
}

/// The lock of the daemon: one for each state directory.
pub struct DaemonLock {
    _held: Held,
}

impl DaemonLock {
    /// Takes it, at once or not at all.
    ///
    /// # Errors
    /// When another daemon holds it, or when the lock file cannot be made.
    pub fn take(state_dir: &Path) -> Result<DaemonLock, Fault> {
        // No account's lock has a dot before its ending.
        let locked = lock(state_dir, "the.daemon.lock", |who| {
            Fault::refused(
                format!("a mailherd daemon{who} runs on this configuration already"),
                "`mailherd status` asks it how it is; stop it before you start another",
            )
        });
        Ok(DaemonLock { _held: locked? })
    }
}

/// A file that is locked. The lock is the open file's, which a program that is just being started (a `password_command`) shares until its
/// exec: closing our end would not free it then, so it is freed by word.
struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        if let Err(error) = flock(&self.0, FlockOperation::Unlock) {
            tracing::debug!(%error, "a lock is free only when its file is closed");
        }
    }
}

/// Locks a file of the state directory; `held` says by whom it is locked.
fn lock(state_dir: &Path, file: &str, held: impl Fn(&str) -> Fault) -> Result<Held, Fault> {
    super::prepare_directory(state_dir)?;
    let mut file = super::private_file(&state_dir.join(file))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut holder = String::new();
        let _ = file.read_to_string(&mut holder);
        let holder = holder.trim();
        return Err(held(&if holder.is_empty() { String::new() } else { format!(" (process {holder})") }));
    }
    // The number is only for the message above; the lock itself is the kernel's.
    let noted = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
    if let Err(error) = noted {
        tracing::debug!(%error, "the process number was not noted in the lock file");
    }
    Ok(Held(file))
}

/// Account names are free text: everything but letters, digits and dashes is spelled as its code.
fn file_name(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c.to_string() } else { format!("_{:x}", u32::from(c)) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_is_told_who_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = AccountLock::take(dir.path(), "a/b").unwrap();
        let Err(fault) = AccountLock::take(dir.path(), "a/b") else { panic!("taken twice") };
        assert!(fault.cause.contains(&std::process::id().to_string()), "{fault}");
        AccountLock::take(dir.path(), "other").unwrap();
        drop(first);
        AccountLock::take(dir.path(), "a/b").unwrap();
        let daemon = DaemonLock::take(dir.path()).unwrap();
        AccountLock::take(dir.path(), "the.daemon").unwrap();
        let Err(fault) = DaemonLock::take(dir.path()) else { panic!("taken twice") };
        assert!(fault.cause.contains(&std::process::id().to_string()), "{fault}");
        drop(daemon);
        DaemonLock::take(dir.path()).unwrap();
    }

    #[test]
    fn it_is_free_at_once_although_a_program_that_is_being_started_still_has_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let lock = AccountLock::take(dir.path(), "home").unwrap();
        let between_fork_and_exec = lock._held.0.try_clone().unwrap();
        drop(lock);
        AccountLock::take(dir.path(), "home").unwrap();
        drop(between_fork_and_exec);
    }
}
