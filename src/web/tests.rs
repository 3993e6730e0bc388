//! Against a server on loopback with a certificate that `openssl` makes; the guard is opened for loopback, and for it alone.

use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::tls::{Certificate, RootCerts};

use super::Web;
use crate::logic::fault::FaultKind;

fn openssl(directory: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(directory).output();
    let output = output.expect("openssl runs: ./scripts/test installs it");
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A server that answers its first request and gives back what it was asked.
fn server(directory: &Path, answer: &'static str) -> (u16, JoinHandle<String>) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(directory, &format!("req -x509 {key} -days 30 -subj /CN=authority -keyout ca.key -out ca.pem"));
    std::fs::write(directory.join("extensions"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    openssl(directory, &format!("req {key} -subj /CN=localhost -keyout leaf.key -out leaf.csr"));
    openssl(
        directory,
        "x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -extfile extensions -days 30 -in leaf.csr -out leaf.pem",
    );
    let certificate = CertificateDer::from_pem_file(directory.join("leaf.pem")).unwrap();
    let private = PrivateKeyDer::from_pem_file(directory.join("leaf.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], private))
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        let (mut asked, mut byte) = (String::new(), [0; 1]);
        let whole =
            |asked: &str| asked.ends_with("One-Click") || (asked.starts_with("GET") && asked.ends_with("\r\n\r\n"));
        while !whole(&asked) && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            asked.push(char::from(byte[0]));
        }
        if stream.write_all(answer.as_bytes()).and_then(|()| stream.flush()).is_err() {
            asked.push_str(" (it did not wait for the answer)");
        }
        asked
    };
    (port, std::thread::spawn(serve))
}

fn web(directory: &Path) -> Web {
    let pem = std::fs::read(directory.join("ca.pem")).unwrap();
    let root = Certificate::from_pem(&pem).unwrap();
    Web { roots: RootCerts::new_with_certs(&[root]), may_reach: |address: IpAddr| address.is_loopback() }
}

const BODY: &str = "List-Unsubscribe=One-Click";

#[test]
fn a_post_arrives_and_a_redirect_is_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let answer = "HTTP/1.1 302 Found\r\nLocation: https://localhost:1/elsewhere\r\nContent-Length: 0\r\n\r\n";
    let (port, served) = server(directory.path(), answer);
    let status = web(directory.path()).post_form(&format!("https://localhost:{port}/off?u=1"), BODY);
    assert_eq!(status.unwrap(), 302);
    let asked = served.join().unwrap();
    assert!(asked.starts_with("POST /off?u=1 HTTP/1.1\r\n") && asked.ends_with(BODY), "{asked}");
    assert!(asked.to_lowercase().contains("content-type: application/x-www-form-urlencoded"), "{asked}");
    assert!(!asked.to_lowercase().contains("cookie"), "{asked}");
}

#[test]
fn an_inner_address_is_never_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    // The name is looked up, and its address is what counts.
    let fault = Web::default().post_form(&format!("https://localhost:{port}/"), BODY).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Transient);
    assert!(fault.cause.contains("public internet"), "{fault}");
    assert!(listener.accept().is_err(), "somebody connected");
}

#[test]
fn plain_http_and_unknown_certificates_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (port, served) = server(directory.path(), "HTTP/1.1 200 OK\r\n\r\n");
    let mut distrusting = web(directory.path());
    assert!(distrusting.post_form(&format!("http://localhost:{port}/"), BODY).is_err());
    distrusting.roots = RootCerts::PlatformVerifier;
    assert!(distrusting.post_form(&format!("https://localhost:{port}/"), BODY).is_err());
    assert!(!served.join().unwrap().contains("POST"));
}

const SECONDS: std::time::Duration = std::time::Duration::from_secs(20);

#[test]
fn a_text_is_fetched_up_to_its_bound_and_a_missing_one_is_none() {
    for (answer, most, expected) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<a/>\n", 5, Ok(Some("<a/>\n"))),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<a/>\n", 4, Err("too large")),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\u{0}\n", 4, Ok(Some("\u{0}\n"))),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 100, Ok(None)),
        ("HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n", 100, Err("https")),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let (port, served) = server(directory.path(), answer);
        let got = web(directory.path()).get(&format!("https://localhost:{port}/config"), most, SECONDS);
        assert!(served.join().unwrap().starts_with("GET /config HTTP/1.1\r\n"));
        match (got, expected) {
            (Ok(got), Ok(expected)) => assert_eq!(got.as_deref(), expected),
            (Err(fault), Err(words)) => assert!(fault.cause.contains(words), "{fault}"),
            (got, expected) => panic!("{got:?} instead of {expected:?}"),
        }
    }
}

#[test]
fn an_inner_address_is_not_fetched_from_either() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let fault = Web::default().get(&format!("https://localhost:{port}/"), 100, SECONDS).unwrap_err();
    assert!(fault.cause.contains("public internet"), "{fault}");
    assert!(listener.accept().is_err(), "somebody connected");
}
