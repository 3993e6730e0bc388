//! A private real Dovecot 2.3 on loopback: own folder, own ports, own users, nothing of a system instance is touched.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::certificates::Certificate;
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

fn word_of(words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).output().expect("coreutils");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Who runs what. Root gives Dovecot its own users; anybody else runs all of it, without chroot.
struct Users {
    internal: String,
    login: String,
    uid: String,
    gid: String,
    services: &'static str,
}

impl Users {
    fn of_this_process() -> Users {
        let root = word_of(&["id", "-u"]) == "0";
        let (internal, login, mail) = if root { ("dovecot", "dovenull", "mail") } else { ("", "", "") };
        let myself = word_of(&["id", "-un"]);
        let or_myself = |name: &str| if root { name.to_owned() } else { myself.clone() };
        Users {
            internal: or_myself(internal),
            login: or_myself(login),
            uid: word_of(&["id", "-u", &or_myself(mail)]),
            gid: word_of(&["id", "-g", &or_myself(mail)]),
            services: if root { "" } else { WITHOUT_ROOT },
        }
    }
}

const WITHOUT_ROOT: &str = "
service anvil {\n  chroot =\n}
service imap-login {\n  chroot =\n}
service imap {\n  extra_groups =\n}
service stats {\n  chroot =\n}
";

fn configuration(
    folder: &Path,
    flavour: &Flavour,
    port: u16,
    tls_port: u16,
    certificate: Option<&Certificate>,
) -> String {
    let users = Users::of_this_process();
    let base = folder.display();
    let group = word_of(&["id", "-gn", &users.internal]);
    let name = folder.file_name().unwrap().to_string_lossy();
    let Users { internal, login, uid, gid, services } = users;
    let capabilities = flavour.capabilities();
    let mut text = format!(
        "base_dir = {base}/run
state_dir = {base}/state
instance_name = {name}
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_failure_delay = 0
mail_home = {base}/mail/%u
mail_location = sdbox:~/sdbox
mail_fsync = never
mailbox_list_index = yes
rawlog_dir = %h/wire
protocol imap {{
  imap_capability = {capabilities}
  mail_max_userip_connections = 1000
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
service imap-login {{
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {implicit}
  }}
}}
service anvil {{
  # Else wrong passwords from one address are answered later and later.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
{services}",
        implicit = if certificate.is_some() { "yes" } else { "no" },
    );
    text.push_str(&tls(certificate));
    text.push_str(&namespace(flavour));
    text.push_str(&plugins(folder, flavour));
    text
}

fn tls(certificate: Option<&Certificate>) -> String {
    certificate.map_or("ssl = no\n".to_owned(), |certificate| {
        let (shown, key) = (certificate.certificate.display(), certificate.key.display());
        format!("ssl = yes\nssl_cert = <{shown}\nssl_key = <{key}\nssl_dh =\n")
    })
}

fn namespace(flavour: &Flavour) -> String {
    let Flavour { prefix, separator, .. } = flavour;
    let mut text = format!("namespace inbox {{\n  inbox = yes\n  prefix = {prefix}\n  separator = {separator}\n");
    for (name, attribute) in flavour.special {
        let special = if attribute.is_empty() { String::new() } else { format!("    special_use = {attribute}\n") };
        writeln!(text, "  mailbox {name} {{\n    auto = create\n{special}  }}").unwrap();
    }
    text + "}\n"
}

fn plugins(folder: &Path, flavour: &Flavour) -> String {
    let mut text = String::new();
    if let Some(messages) = flavour.quota_messages {
        text += "mail_plugins = $mail_plugins quota\n";
        writeln!(text, "plugin {{\n  quota = count:account\n  quota_vsizes = yes\n  quota_grace = 0\n  quota_rule = *:messages={messages}\n}}").unwrap();
    }
    if !flavour.acl.is_empty() {
        text += "mail_plugins = $mail_plugins acl\n";
        writeln!(text, "plugin {{\n  acl = vfile:{}\n}}", folder.join("acl").display()).unwrap();
    }
    text
}
