//! A private real Dovecot 2.3 on loopback: own folder, own ports, own users, nothing of a system instance is touched.

use std::collections::HashMap;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::certificates::Certificate;
use super::configuration::configuration;
use super::flavour::{Flavour, Tls};
use super::guard::Guard;

/// The password of every user. Any user name logs in. It holds what quoting gets wrong.
pub const PASSWORD: &str = r#"Mark\er-7f3a"zß"#;

/// What a test says when the server is not there: nothing is skipped.
const MISSING: &str = "Dovecot is missing: run ./scripts/test, which brings what the tests need";

/// A running server.
pub struct Dovecot {
    /// What it is like.
    pub flavour: Flavour,
    /// IMAP, with STARTTLS.
    pub port: u16,
    /// IMAP over TLS.
    pub tls_port: u16,
    /// What it shows; none where TLS is off.
    pub certificate: Option<Certificate>,
    guard: Guard,
}

impl Dovecot {
    /// The one server of this flavour that all tests of this process share; each test has users of its own on it.
    pub fn shared(flavour: Flavour) -> &'static Dovecot {
        static RUNNING: OnceLock<Mutex<HashMap<Flavour, &'static Dovecot>>> = OnceLock::new();
        let mut running = RUNNING.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        running.entry(flavour).or_insert_with(|| Box::leak(Box::new(Dovecot::start(flavour))))
    }

    /// Starts one. It ends with the returned value, or with this process.
    pub fn start(flavour: Flavour) -> Dovecot {
        let mut complaint = String::new();
        // A port that was free a moment ago may have been taken by somebody else since.
        for _ in 0..5 {
            match Dovecot::try_start(flavour) {
                Ok(server) => return server,
                Err(said) => complaint = said,
            }
        }
        panic!("Dovecot does not start (these tests know version 2.3): {complaint}")
    }

    fn try_start(flavour: Flavour) -> Result<Dovecot, String> {
        let folder = new_folder();
        let certificate = match flavour.tls {
            Tls::Signed => Some(Certificate::signed(&folder)),
            Tls::SelfSigned => Some(Certificate::self_signed(&folder)),
            Tls::Off => None,
        };
        let (port, tls_port) = (free_port(), free_port());
        let dovecot = program("dovecot");
        let configuration = configuration(&folder, &flavour, port, tls_port, certificate.as_ref());
        std::fs::write(folder.join("dovecot.conf"), configuration).unwrap();
        std::fs::write(folder.join("acl"), flavour.acl).unwrap();
        let server = Dovecot { flavour, port, tls_port, certificate, guard: Guard::start(&dovecot, &folder) };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Where `user` has mailbox and home.
    pub fn home_of(&self, user: &str) -> PathBuf {
        self.guard.folder().join("mail").join(user)
    }

    /// Ends it, connections and all, and starts it again on the same ports.
    pub fn restart(&self) {
        self.guard.restart();
        self.wait_until_ready().expect("it starts again");
    }

    /// Runs `doveadm`, for what IMAP cannot do.
    pub fn doveadm(&self, words: &[&str]) {
        let configuration = self.guard.folder().join("dovecot.conf");
        let output =
            Command::new(program("doveadm")).arg("-c").arg(configuration).args(words).stdin(Stdio::null()).output();
        let output = output.expect(MISSING);
        assert!(output.status.success(), "doveadm {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !greets(self.port) {
            let read = |name: &str| std::fs::read_to_string(self.guard.folder().join(name)).unwrap_or_default();
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

/// A new folder that Dovecot's own users may pass through. The path of a Unix socket may have 107 characters, so a long TMPDIR does not do.
fn new_folder() -> PathBuf {
    let parent = std::env::temp_dir();
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

/// Debian keeps the server in a folder that is not on every user's PATH.
fn program(name: &str) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/opt/homebrew/sbin"]);
    let found = folders.map(|folder| Path::new(folder).join(name)).find(|candidate| candidate.is_file());
    found.expect(MISSING).to_str().expect(MISSING).to_owned()
}
