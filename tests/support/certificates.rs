//! Certificates as home servers have them: signed by a private CA, or plainly self-signed. Made by the `openssl` program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Files in PEM.
pub struct Certificate {
    /// The server's certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The CA that signed it; the certificate itself when nobody did.
    pub ca: PathBuf,
}

const EC: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const NAMES: &str = "subjectAltName=DNS:localhost,IP:127.0.0.1";

impl Certificate {
    /// Signed by a small CA: what `tls_ca_file` is for.
    pub fn signed(folder: &Path) -> Certificate {
        let path = |name: &str| folder.join(name);
        let extensions = format!("{NAMES}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n");
        std::fs::write(path("leaf.ext"), extensions).unwrap();
        openssl(folder, &["req", "-x509"], "-days 30 -subj /CN=test-ca -keyout ca.key -out ca.pem");
        openssl(folder, &["req"], "-subj /CN=localhost -keyout leaf.key -out leaf.csr");
        let sign =
            "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile leaf.ext -out leaf.pem";
        run(folder, &sign.split(' ').collect::<Vec<_>>());
        Certificate { certificate: path("leaf.pem"), key: path("leaf.key"), ca: path("ca.pem") }
    }

    /// What `openssl req -x509` makes and many home servers have: rustls refuses it as a root (CaUsedAsEndEntity), a pin accepts it.
    pub fn self_signed(folder: &Path) -> Certificate {
        let rest = format!("-days 30 -subj /CN=localhost -addext {NAMES} -keyout self.key -out self.pem");
        openssl(folder, &["req", "-x509"], &rest);
        let certificate = folder.join("self.pem");
        Certificate { ca: certificate.clone(), certificate, key: folder.join("self.key") }
    }

    /// SHA-256 of the certificate's DER, 64 hexadecimal digits: what `tls_pin_sha256` takes.
    pub fn pin(&self) -> String {
        let path = self.certificate.to_str().unwrap();
        let output = Command::new("openssl").args(["x509", "-in", path, "-noout", "-fingerprint", "-sha256"]).output();
        let text = String::from_utf8(output.expect("openssl runs").stdout).unwrap();
        let (_, digits) = text.trim().split_once('=').expect("openssl prints name=fingerprint");
        digits.replace(':', "").to_lowercase()
    }
}

fn openssl(folder: &Path, verb: &[&str], rest: &str) {
    let words: Vec<&str> = verb.iter().copied().chain(EC).chain(rest.split(' ')).collect();
    run(folder, &words);
}

fn run(folder: &Path, words: &[&str]) {
    let output = Command::new("openssl").args(words).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.expect("openssl is missing: ./scripts/test brings what the tests need");
    assert!(output.status.success(), "openssl {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}
