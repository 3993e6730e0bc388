//! Where the socket is.

use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use crate::logic::fault::Fault;

/// The name of the socket, and of the link to it.
const NAME: &str = "control.sock";

/// What faces connect to: the socket itself, or a link to it.
pub(super) fn known(state_dir: &Path) -> PathBuf {
    let known = state_dir.join(NAME);
    // Followed here: the path of a socket is limited to some hundred bytes (unix(7)), and a link is not.
    std::fs::read_link(&known).unwrap_or(known)
}

/// Where a daemon may put it, the best place first: the runtime directory of the service (systemd.exec(5), "RuntimeDirectory"),
/// that of the user (XDG Base Directory Specification), and the state directory, which is always there.
fn places(state_dir: &Path, variable: impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let service = variable("RUNTIME_DIRECTORY").and_then(|list| list.split(':').next().map(PathBuf::from));
    let user = variable("XDG_RUNTIME_DIR").map(|dir| Path::new(&dir).join("mailherd"));
    let folders = service.into_iter().chain(user).filter(|folder| folder.is_absolute());
    folders.chain([state_dir.to_owned()]).map(|folder| folder.join(NAME)).collect()
}

/// A socket on which nobody else answers, and the files that are to go when it ends.
pub(super) struct Bound {
    pub(super) listener: UnixListener,
    pub(super) path: PathBuf,
    link: Option<PathBuf>,
}

impl Bound {
    /// At the best place that can be used. The caller holds the lock that makes it the only daemon of this state directory.
    ///
    /// # Errors
    /// Local, when none can be used; refused, when a daemon answers.
    pub(super) fn make(state_dir: &Path) -> Result<Bound, Fault> {
        let mut last = None;
        for path in places(state_dir, |name| std::env::var(name).ok()) {
            match bind(&path) {
                Ok(listener) => return Bound::linked(state_dir, path, listener),
                Err(error) => {
                    tracing::debug!(path = %path.display(), %error, "the control socket cannot be here");
                    last = Some((path, error));
                }
            }
        }
        let (path, error) = last.unwrap_or_else(|| (state_dir.join(NAME), ErrorKind::NotFound.into()));
        if error.kind() == ErrorKind::AddrInUse {
            let cause = format!("another mailherd answers at {}", path.display());
            return Err(Fault::refused(cause, "`mailherd status` asks it; stop it before you start another"));
        }
        Err(cannot(&path, &error))
    }

    fn linked(state_dir: &Path, path: PathBuf, listener: UnixListener) -> Result<Bound, Fault> {
        let link = state_dir.join(NAME);
        if link == path {
            return Ok(Bound { listener, path, link: None });
        }
        let made = remove(&link).and_then(|()| std::os::unix::fs::symlink(&path, &link));
        made.map_err(|error| cannot(&link, &error))?;
        Ok(Bound { listener, path, link: Some(link) })
    }

    /// Takes socket and link away.
    pub(super) fn remove(&self) {
        for path in [Some(&self.path), self.link.as_ref()].into_iter().flatten() {
            if let Err(error) = remove(path) {
                tracing::debug!(path = %path.display(), %error, "the control socket stays behind");
            }
        }
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Fault {
    let cause = format!("cannot make the control socket {}: {error}", path.display());
    Fault::local(cause, "check the permissions of that directory; its path may have some 90 bytes at most")
}

/// In a directory that only its owner enters. A socket that a dead daemon left is replaced.
fn bind(path: &Path) -> std::io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        if !folder.is_dir() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        if std::fs::metadata(folder)?.permissions().mode() & 0o777 != 0o700 {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        }
    }
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.file_type().is_socket() => match UnixStream::connect(path) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => remove(path)?,
            // It answers, or may not be asked.
            _ => return Err(ErrorKind::AddrInUse.into()),
        },
        Ok(there) if there.file_type().is_symlink() => remove(path)?,
        Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        Err(_) => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_directory_comes_before_the_users_before_the_state() {
        let all = |name: &str| {
            let value = [("RUNTIME_DIRECTORY", "/run/mailherd:/run/other"), ("XDG_RUNTIME_DIR", "/run/user/7")];
            value.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let shown = |places: Vec<PathBuf>| places.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
        assert_eq!(
            shown(places(Path::new("/s"), all)),
            ["/run/mailherd/control.sock", "/run/user/7/mailherd/control.sock", "/s/control.sock"]
        );
        assert_eq!(shown(places(Path::new("/s"), |_| None)), ["/s/control.sock"]);
        assert_eq!(shown(places(Path::new("/s"), |_| Some("relative".into()))), ["/s/control.sock"]);
    }

    #[test]
    fn a_dead_socket_is_replaced_and_a_living_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run").join(NAME);
        let first = bind(&path).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(bind(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(first);
        bind(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "not ours").unwrap();
        assert_eq!(bind(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not ours");
    }
}
