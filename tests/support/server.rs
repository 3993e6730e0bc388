//! A private real server on loopback: own folder, own ports, own users, nothing of a system instance is touched.

use std::collections::{BTreeSet, HashMap};
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::certificates::Certificate;
use super::flavour::{Flavour, Kind, Tls};
use super::guard::Guard;
use super::{courier, cyrus, dovecot, imap4d};

/// A running server.
pub struct Server {
    /// What it is like.
    pub flavour: Flavour,
    /// IMAP, with STARTTLS.
    pub port: u16,
    /// IMAP over TLS.
    pub tls_port: u16,
    /// What it shows; none where TLS is off.
    pub certificate: Option<Certificate>,
    /// Where it lives.
    pub folder: PathBuf,
    /// The login names that it was told of. Dovecot knows everybody.
    users: Mutex<BTreeSet<String>>,
    guard: OnceLock<Guard>,
}

impl Server {
    /// The one server of this flavour that all tests of this process share; each test has users of its own on it.
    pub fn shared(flavour: Flavour) -> &'static Server {
        type Cell = &'static OnceLock<Server>;
        static RUNNING: OnceLock<Mutex<HashMap<Flavour, Cell>>> = OnceLock::new();
        let mut running = RUNNING.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let cell: Cell = running.entry(flavour).or_insert_with(|| Box::leak(Box::default()));
        drop(running);
        cell.get_or_init(|| Server::start(flavour))
    }

    /// Starts one. It ends with the returned value, or with this process.
    pub fn start(flavour: Flavour) -> Server {
        let mut complaint = String::new();
        // A port that was free a moment ago may have been taken by somebody else since.
        for _ in 0..5 {
            match Server::try_start(flavour) {
                Ok(server) => return server,
                Err(said) => complaint = said,
            }
        }
        panic!("{:?} does not start: {complaint}", flavour.kind)
    }

    fn try_start(flavour: Flavour) -> Result<Server, String> {
        let folder = new_folder(flavour.kind);
        let certificate = match flavour.tls {
            Tls::Signed => Some(Certificate::signed(&folder)),
            Tls::SelfSigned => Some(Certificate::self_signed(&folder)),
            Tls::Off => None,
        };
        let (port, tls_port) = (free_port(), free_port());
        let users = Mutex::default();
        let server = Server { flavour, port, tls_port, certificate, folder, users, guard: OnceLock::new() };
        let start = match flavour.kind {
            Kind::Dovecot => dovecot::prepare(&server),
            Kind::Cyrus => cyrus::prepare(&server),
            Kind::Courier => courier::prepare(&server),
            Kind::Imap4d => imap4d::prepare(&server),
        };
        std::fs::write(server.folder.join("start"), start).unwrap();
        server.guard.get_or_init(|| Guard::start(&server.folder));
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Makes a mailbox for a user, unless there is one; the login name.
    pub fn welcomes(&self, user: &str) -> String {
        let login = if self.flavour.kind == Kind::Imap4d { imap4d::login(user) } else { user.to_owned() };
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if users.insert(login.clone()) {
            match self.flavour.kind {
                Kind::Dovecot => {}
                Kind::Cyrus => cyrus::welcome(self, user),
                Kind::Courier => courier::welcome(self, &users, user),
                Kind::Imap4d => imap4d::welcome(self, user),
            }
        }
        login
    }

    /// Where a user has mailbox and home, on servers that keep them in one place.
    pub fn home_of(&self, user: &str) -> PathBuf {
        // imap4d's users log in with their domain.
        self.folder.join("mail").join(user.split('@').next().unwrap_or_default())
    }

    /// Ends it, connections and all, and starts it again on the same ports.
    pub fn restart(&self) {
        self.guard.get().expect("it runs").restart();
        self.wait_until_ready().expect("it starts again");
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !greets(self.port) {
            let read = |name: &str| std::fs::read_to_string(self.folder.join(name)).unwrap_or_default();
            let said = read("start.log") + &read("dovecot.log");
            if said.contains("Fatal: ") || Instant::now() > deadline {
                return Err(said);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

fn greets(port: u16) -> bool {
    let mut start = [0; 4];
    TcpStream::connect(("127.0.0.1", port))
        .is_ok_and(|mut stream| stream.read_exact(&mut start).is_ok() && &start == b"* OK")
}

/// A new folder that servers' own users may pass through. The path of a Unix socket may have 107 characters, so a long TMPDIR does not do.
///
/// Dovecot can be told not to sync; the others sync each message, and live in memory where there is such a place.
fn new_folder(kind: Kind) -> PathBuf {
    let parent = if kind == Kind::Dovecot { std::env::temp_dir() } else { memory() };
    let parent = if parent.as_os_str().len() > 40 { PathBuf::from("/tmp") } else { parent };
    let folder = tempfile::Builder::new().prefix("mailherd-").tempdir_in(parent).unwrap().keep();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::create_dir(folder.join("mail")).unwrap();
    std::fs::set_permissions(folder.join("mail"), PermissionsExt::from_mode(0o777)).unwrap();
    folder
}

/// Below the range from which the kernel takes ports for outgoing connections, of which the tests make many.
fn free_port() -> u16 {
    let mut candidates = std::iter::repeat_with(|| fastrand::u16(20_000..32_000));
    candidates.find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok()).expect("a free port")
}

/// A folder in memory, where there is one: what is synced matters when the power fails.
pub fn memory() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

/// What a program of coreutils prints.
pub fn word_of(words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).output().expect("coreutils");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Whether this process may become another user.
pub fn is_root() -> bool {
    word_of(&["id", "-u"]) == "0"
}

/// Who owns the mail: root gives it to the system's own user for that, anybody else keeps it.
pub fn mail_owner() -> String {
    if is_root() { "mail".to_owned() } else { word_of(&["id", "-un"]) }
}

/// Gives files to who owns the mail.
pub fn give_to_owner(path: &Path) {
    if is_root() {
        let given = Command::new("chown").args(["-R", "mail:mail"]).arg(path).status().expect("coreutils");
        assert!(given.success(), "{} is given away", path.display());
    }
}
