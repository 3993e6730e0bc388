//! Whom the wire trusts, against servers on loopback with certificates that `openssl` makes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::script::{lines, play};
use crate::imap::connect::{Endpoint, Login, TlsMode, open};
use crate::logic::fault::{Fault, FaultKind};

const LOGIN: &str = "S: * OK hi\nC: CAPABILITY\nS: * CAPABILITY X\nS: $ OK\nC: LOGIN\nS: $ OK [CAPABILITY X] in";

/// Runs `openssl` in a directory.
fn openssl(directory: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(directory).output();
    let output = output.expect("openssl runs: ./scripts/test installs it");
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A directory with an authority `ca.pem`, and three keys with certificates that it signed: `good`, `expired`, `elsewhere`;
/// and `own`, which signed itself.
fn certificates() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let at = directory.path();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(at, &format!("req -x509 {key} -days 30 -subj /CN=authority -keyout ca.key -out ca.pem"));
    openssl(
        at,
        &format!(
            "req -x509 {key} -days 30 -subj /CN=own -addext subjectAltName=DNS:localhost -keyout own.key -out own.pem"
        ),
    );
    for (name, host, days) in
        [("good", "localhost", 30), ("expired", "localhost", -1), ("elsewhere", "mail.example", 30)]
    {
        let extensions = format!("subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n");
        std::fs::write(at.join("extensions"), extensions).expect("a file");
        openssl(at, &format!("req {key} -subj /CN={host} -keyout {name}.key -out {name}.csr"));
        let sign = "x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -extfile extensions";
        openssl(at, &format!("{sign} -days {days} -in {name}.csr -out {name}.pem"));
    }
    directory
}

fn acceptor(directory: &Path, name: &str) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(directory.join(format!("{name}.pem"))).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(directory.join(format!("{name}.key"))).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], key));
    TlsAcceptor::from(Arc::new(config.expect("a server's TLS")))
}

/// A server for one connection: it plays `clear`, then makes TLS, then plays `protected`.
async fn server(acceptor: TlsAcceptor, clear: &'static str, protected: &'static str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("a port").port();
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await?;
        play(&mut tcp, lines(clear)).await;
        play(&mut acceptor.accept(tcp).await?, lines(protected)).await;
        std::io::Result::Ok(())
    });
    port
}

fn endpoint(port: u16, tls: TlsMode, ca_file: Option<PathBuf>, pin_sha256: Option<[u8; 32]>) -> Endpoint {
    Endpoint { host: "localhost".to_owned(), port, tls, ca_file, pin_sha256 }
}

async fn connect(endpoint: &Endpoint) -> Result<(), Fault> {
    let login = Login::with_password("me", SecretString::from("secret"));
    open(endpoint, &login).await.map(|_| ())
}

fn digest(directory: &Path, name: &str) -> [u8; 32] {
    let certificate = CertificateDer::from_pem_file(directory.join(format!("{name}.pem"))).expect("a certificate");
    let digest = ::ring::digest::digest(&::ring::digest::SHA256, &certificate);
    digest.as_ref().try_into().expect("32 bytes")
}

fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_for_what_it_signed() {
    let directory = certificates();
    let at = directory.path();
    let ca = || Some(at.join("ca.pem"));
    let port = server(acceptor(at, "good"), "hand over", LOGIN).await;
    connect(&endpoint(port, TlsMode::Implicit, ca(), None)).await.unwrap();

    for (name, ca_file, says) in [
        ("good", Some(at.join("own.pem")), "unknown issuer"),
        ("expired", ca(), "has expired"),
        ("elsewhere", ca(), "is for"),
        // What `openssl req -x509` makes calls itself an authority, and rustls takes none for a server.
        ("own", Some(at.join("own.pem")), "it signed itself"),
    ] {
        let port = server(acceptor(at, name), "hand over", LOGIN).await;
        let fault = connect(&endpoint(port, TlsMode::Implicit, ca_file, None)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused, "{name}: {fault}");
        assert!(fault.cause.contains(says), "{name}: {fault}");
        assert!(fault.hint.contains(&hex(digest(at, name))), "{name}: {}", fault.hint);
    }
    let fault = connect(&endpoint(1, TlsMode::Implicit, Some(at.join("none.pem")), None)).await.unwrap_err();
    assert!(fault.cause.contains("none.pem cannot be read"), "{fault}");
}

#[tokio::test]
async fn a_pin_alone_decides() {
    let directory = certificates();
    let at = directory.path();
    for name in ["own", "expired", "elsewhere"] {
        let port = server(acceptor(at, name), "hand over", LOGIN).await;
        connect(&endpoint(port, TlsMode::Implicit, None, Some(digest(at, name)))).await.unwrap();
    }
    let port = server(acceptor(at, "good"), "hand over", LOGIN).await;
    let wrong = endpoint(port, TlsMode::Implicit, Some(at.join("ca.pem")), Some([7; 32]));
    let fault = connect(&wrong).await.unwrap_err();
    assert!(fault.cause.contains("not the one of tls_pin_sha256"), "{fault}");
    assert!(fault.hint.contains(&hex(digest(at, "good"))), "{}", fault.hint);
}

#[tokio::test]
async fn starttls_comes_first_and_what_was_said_before_is_forgotten() {
    let directory = certificates();
    let at = directory.path();
    let clear = "S: * OK [CAPABILITY STARTTLS LOGINDISABLED AUTH=PLAIN] hi\nC: STARTTLS\nS: $ OK go\nhand over";
    let protected = "C: CAPABILITY\nS: * CAPABILITY X\nS: $ OK\nC: LOGIN\nS: $ OK [CAPABILITY X] in";
    let port = server(acceptor(at, "good"), clear, protected).await;
    connect(&endpoint(port, TlsMode::StartTls, Some(at.join("ca.pem")), None)).await.unwrap();
}

#[tokio::test]
async fn a_wrong_port_is_told_from_a_wrong_certificate() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            play(&mut tcp, lines("S: * OK hi")).await;
        }
    });
    let fault = connect(&endpoint(port, TlsMode::Implicit, None, Some([7; 32]))).await.unwrap_err();
    assert!(fault.cause.contains("does not speak TLS"), "{fault}");

    let free = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port();
    let nobody = Endpoint { host: "127.0.0.1".to_owned(), ..endpoint(free, TlsMode::None, None, None) };
    let fault = connect(&nobody).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Transient);
    assert!(fault.cause.contains("refused the connection"), "{fault}");
}

/// 192.0.2.1 is nobody's (RFC 5737): the refusal comes before any attempt to connect.
#[tokio::test]
async fn plain_text_goes_to_this_machine_only() {
    let elsewhere = Endpoint { host: "192.0.2.1".to_owned(), ..endpoint(143, TlsMode::None, None, None) };
    let fault = connect(&elsewhere).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.cause.contains("without TLS") && fault.hint.contains("implicit"), "{fault}");
}
