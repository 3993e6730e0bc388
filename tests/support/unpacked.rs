//! Servers whose packages conflict with Dovecot's: unpacked below `target/servers`, not installed, and run from there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::is_root;

/// The programs of one server, with the libraries that the system lacks.
pub struct Unpacked {
    folder: PathBuf,
}

impl Unpacked {
    /// The packages of `cyrus`, `courier` or `imap4d`.
    pub fn of(name: &str) -> Unpacked {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers").join(name);
        assert!(folder.join("complete").is_file(), "{name} is missing: run ./scripts/servers, which brings it");
        Unpacked { folder }
    }

    /// One of its programs, to be run at once.
    pub fn command(&self, path: &str) -> Command {
        let mut command = Command::new(self.folder.join(path));
        let libraries = libraries(&self.folder).into_iter().map(|path| path.display().to_string());
        command.env("LD_LIBRARY_PATH", libraries.collect::<Vec<_>>().join(":"));
        command.env("SASL_PATH", self.sasl_path(&self.folder));
        command
    }

    /// A shell script that runs `script`, in which `$root` is where the programs are and `$here` is `folder`.
    ///
    /// Root starts servers that become somebody else, who may not be allowed to read the clone of the repository. So it is
    /// mounted at `$here/root`, in a mount namespace that only the server sees and that ends with it. `alone` says that the server
    /// needs one also where nobody is root (then in a user namespace), and that its processes have to be ended from outside: then
    /// they have a process namespace, which dies with its first process.
    pub fn start(&self, folder: &Path, script: &str, alone: bool) -> String {
        let here = folder.display();
        let root = folder.join("root");
        let libraries: Vec<String> =
            libraries(&self.folder).iter().map(|path| self.moved(path, &root).display().to_string()).collect();
        let unpacked = self.folder.display();
        let place = if is_root() || alone {
            std::fs::create_dir(&root).unwrap();
            format!("mount --bind '{unpacked}' \"$root\"")
        } else {
            format!("ln -sfn '{unpacked}' \"$root\"")
        };
        let inside = format!(
            "set -e\nhere='{here}'\nroot='{here}/root'\n{place}\n\
             export LD_LIBRARY_PATH='{libraries}' SASL_PATH='{sasl}'\n{script}",
            libraries = libraries.join(":"),
            sasl = self.sasl_path(&root),
        );
        std::fs::write(folder.join("inside"), inside).unwrap();
        let user = if is_root() { "" } else { "-Ur" };
        match alone {
            // The first process in such a namespace hears no signal that it does not wait for.
            true => format!(
                "unshare {user} -m -p -f --kill-child=KILL sh '{here}/inside' &\ntrap \"kill -9 $!\" TERM\nwait $!\n"
            ),
            false if is_root() => format!("exec unshare -m sh '{here}/inside'\n"),
            false => format!("exec sh '{here}/inside'\n"),
        }
    }

    fn moved(&self, path: &Path, root: &Path) -> PathBuf {
        root.join(path.strip_prefix(&self.folder).unwrap())
    }

    fn sasl_path(&self, root: &Path) -> String {
        let mut folders = libraries(&self.folder).into_iter().map(|path| path.join("sasl2"));
        let found = folders.find(|path| path.join("libsasldb.so").is_file());
        found.map(|path| self.moved(&path, root).display().to_string()).unwrap_or_default()
    }
}

/// The folders that hold libraries: Debian names some for the machine (`usr/lib/x86_64-linux-gnu`).
fn libraries(root: &Path) -> Vec<PathBuf> {
    let parents = [root.join("usr/lib"), root.join("lib")];
    let children = parents.iter().flat_map(|parent| std::fs::read_dir(parent).into_iter().flatten());
    let children = children.map(|entry| entry.unwrap().path());
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.contains("-linux-") || name == "courier-authlib"
    };
    let mut found: Vec<PathBuf> = children.filter(named).chain([root.join("usr/lib")]).collect();
    found.sort();
    found
}
