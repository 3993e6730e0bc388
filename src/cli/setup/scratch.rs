//! Where the preview learns, until it is known whether the account will be.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::logic::fault::Fault;

/// A directory that vanishes with this value, unless it becomes the state directory.
pub struct Scratch {
    path: PathBuf,
    wanted: PathBuf,
}

impl Scratch {
    /// On the same disk as the state directory that is wanted, so that it can become it.
    ///
    /// # Errors
    /// Local, when it cannot be made.
    pub fn beside(wanted: &Path) -> Result<Scratch, Fault> {
        let ancestor = wanted.ancestors().skip(1).find(|ancestor| ancestor.is_dir()).unwrap_or(Path::new("/"));
        let path = ancestor.join(format!(".mailherd-setup-{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(|error| {
            let cause = format!("cannot make {}: {error}", path.display());
            Fault::local(cause, "check the permissions of that folder, or set state_dir in the config")
        })?;
        Ok(Scratch { path, wanted: wanted.to_owned() })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Becomes the state directory, with what was learned, where there is none yet. Else it is of no use: what was learned is learned
    /// again.
    pub fn keep(&self) {
        let parent = self.wanted.parent().unwrap_or(Path::new("/"));
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(parent);
        let kept = made.and_then(|()| match std::fs::symlink_metadata(&self.wanted) {
            Ok(_) => Ok(()),
            Err(_) => std::fs::rename(&self.path, &self.wanted),
        });
        if let Err(error) = kept {
            tracing::debug!(%error, "what the preview learned is not kept");
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // An interrupted preview may still be writing into it: then what it made meanwhile goes with the next try.
        for _ in 0..3 {
            match std::fs::remove_dir_all(&self.path) {
                Err(error) if error.kind() == std::io::ErrorKind::DirectoryNotEmpty => {}
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_vanishes_or_becomes_the_state_directory() {
        let home = tempfile::tempdir().unwrap();
        let wanted = home.path().join(".local/state/mailherd");
        let scratch = Scratch::beside(&wanted).unwrap();
        assert_eq!(scratch.path().parent(), Some(home.path()));
        std::fs::write(scratch.path().join("x"), "1").unwrap();
        drop(scratch);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
        let scratch = Scratch::beside(&wanted).unwrap();
        std::fs::write(scratch.path().join("x"), "2").unwrap();
        scratch.keep();
        drop(scratch);
        let scratch = Scratch::beside(&wanted).unwrap();
        std::fs::write(scratch.path().join("x"), "3").unwrap();
        scratch.keep();
        drop(scratch);
        assert_eq!(std::fs::read_to_string(wanted.join("x")).unwrap(), "2");
        assert_eq!(std::fs::read_dir(wanted.parent().unwrap()).unwrap().count(), 1);
    }
}
