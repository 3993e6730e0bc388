//! Dovecot 2.3, as the system has it installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::configuration::{TOKENS, configuration, introspection};
use super::server::Server;

/// The password of every user. It holds what quoting gets wrong.
pub const PASSWORD: &str = r#"Mark\er-7f3a"zß"#;

/// What a test says when the server is not there: nothing is skipped.
const MISSING: &str = "Dovecot 2.3 is missing: run ./scripts/test, which brings what the tests need";

/// Writes its configuration; the script that becomes it.
pub fn prepare(server: &Server) -> String {
    let Server { flavour, port, tls_port, certificate, folder, .. } = server;
    let configuration = configuration(folder, flavour, *port, *tls_port, certificate.as_ref());
    std::fs::write(folder.join("dovecot.conf"), configuration).unwrap();
    std::fs::write(folder.join("acl"), flavour.acl).unwrap();
    if let Some((port, _)) = flavour.tokens {
        std::fs::write(folder.join(TOKENS), introspection(port)).unwrap();
    }
    format!("exec '{}' -F -c '{}/dovecot.conf'\n", program("dovecot").display(), folder.display())
}

impl Server {
    /// Runs `doveadm`, for what IMAP cannot do.
    pub fn doveadm(&self, words: &[&str]) {
        let configuration = self.folder.join("dovecot.conf");
        let output =
            Command::new(program("doveadm")).arg("-c").arg(configuration).args(words).stdin(Stdio::null()).output();
        let output = output.expect(MISSING);
        assert!(output.status.success(), "doveadm {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Debian keeps the server in a folder that is not on every user's PATH.
fn program(name: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/opt/homebrew/sbin"]);
    folders.map(|folder| Path::new(folder).join(name)).find(|candidate| candidate.is_file()).expect(MISSING)
}
