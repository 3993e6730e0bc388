//! Finds the mail below a directory.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::folders::Kept;
use super::looks::{BEGINNING, Looks, looks};

/// A folder of mail on disk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The mbox file, the Maildir or the directory.
    pub(super) path: PathBuf,
    pub(super) kept: Kept,
    /// The files, sorted by name, each with where its (first) message begins.
    pub(super) files: Vec<(PathBuf, u64)>,
}

/// What is below a directory.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) folders: Vec<Found>,
    /// Files that are no mail.
    pub(super) skipped: u64,
    /// Files and directories that could not be read.
    pub(super) unreadable: Vec<PathBuf>,
    /// Directories that were entered: links may form a ring.
    entered: HashSet<(u64, u64)>,
}

impl Walk {
    /// Looks at everything below `root`, or at the one file that it is.
    pub(super) fn new(root: &Path) -> Walk {
        let mut walk = Walk::default();
        match fs::metadata(root) {
            Ok(about) if about.is_dir() => walk.enter(root),
            Ok(_) => {
                if let Some(start) = walk.file(root) {
                    let path = root.parent().unwrap_or(root).to_owned();
                    walk.folders.push(Found { path, kept: Kept::Files, files: vec![(root.to_owned(), start)] });
                }
            }
            Err(_) => walk.unreadable.push(root.to_owned()),
        }
        walk
    }

    /// Directories wait in a list of their own: nested ones must not use up the stack.
    fn enter(&mut self, root: &Path) {
        let mut waiting = vec![root.to_owned()];
        while let Some(directory) = waiting.pop() {
            let Ok(about) = fs::metadata(&directory) else {
                self.unreadable.push(directory);
                continue;
            };
            if !self.entered.insert((about.dev(), about.ino())) {
                continue;
            }
            let entries = self.list(&directory);
            let is_maildir = ["cur", "new"].iter().all(|name| directory.join(name).is_dir());
            if is_maildir {
                self.maildir(&directory);
            }
            let mut loose = Vec::new();
            for path in entries {
                let name = path.file_name().unwrap_or_default();
                match fs::metadata(&path) {
                    Ok(about) if about.is_dir() => {
                        if !(is_maildir && (name == "cur" || name == "new")) {
                            waiting.push(path);
                        }
                    }
                    // What is neither (a pipe, a socket) would make us wait for ever.
                    Ok(about) if !about.is_file() => self.skipped += 1,
                    Ok(_) => loose.extend(self.file(&path).map(|start| (path, start))),
                    Err(_) => self.unreadable.push(path),
                }
            }
            if !loose.is_empty() {
                self.folders.push(Found { path: directory, kept: Kept::Files, files: loose });
            }
        }
    }

    /// All files of `cur` and `new` are messages: that is what a Maildir is.
    fn maildir(&mut self, directory: &Path) {
        let mut files = Vec::new();
        for part in ["cur", "new"] {
            for path in self.list(&directory.join(part)) {
                match fs::metadata(&path) {
                    Ok(about) if about.is_file() && about.len() > 0 => files.push((path, 0)),
                    Ok(_) => self.skipped += 1,
                    Err(_) => self.unreadable.push(path),
                }
            }
        }
        self.folders.push(Found { path: directory.to_owned(), kept: Kept::Maildir, files });
    }

    /// A file outside a Maildir: an mbox becomes a folder of its own; for a message, where it begins.
    fn file(&mut self, path: &Path) -> Option<u64> {
        let mut beginning = Vec::with_capacity(BEGINNING);
        let read = File::open(path).and_then(|file| file.take(BEGINNING as u64).read_to_end(&mut beginning));
        if read.is_err() {
            self.unreadable.push(path.to_owned());
            return None;
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match looks(&beginning, &extension) {
            Looks::Mbox => {
                let files = vec![(path.to_owned(), 0)];
                self.folders.push(Found { path: path.to_owned(), kept: Kept::Mbox, files });
                None
            }
            Looks::Message(start) => Some(start),
            Looks::NotMail => {
                self.skipped += 1;
                None
            }
        }
    }

    /// What is in a directory, sorted by name, so that every run is the same.
    fn list(&mut self, directory: &Path) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(directory) else {
            self.unreadable.push(directory.to_owned());
            return Vec::new();
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }
}
