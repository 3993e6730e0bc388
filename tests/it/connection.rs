//! Getting to the server: what is refused, in which words, and that nothing secret goes anywhere before it may.

use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::program::Complaint;
use crate::support::proxy::{Act, Proxy};
use crate::support::user::{User, filed, write_private};

/// A user who connects with TLS.
pub fn with_tls(flavour: Flavour, tls: &str) -> User {
    let mut user = User::new(flavour);
    let port = if tls == "implicit" { user.server.tls_port } else { user.server.port };
    user.set_account("tls", &format!("{tls:?}")).set_account("port", &port.to_string());
    user
}

/// Who signed the server's certificate, as a TOML value.
pub fn ca(user: &User) -> String {
    format!("{:?}", user.server.certificate.as_ref().unwrap().ca.to_str().unwrap())
}

fn files_one_letter(user: &User) {
    user.receives(&[cast::newsletter(1)]);
    assert_eq!(filed(&user.files()), 1);
}

/// The run fails with exit status 1, the same words on stderr and in the JSON, and nothing is moved.
#[track_caller]
fn refuses(user: &User) -> Complaint {
    let outcome = user.mailherd(&["run", "--once", "--yes", "--json"]);
    let account = &outcome.object()["accounts"][0];
    assert_eq!((account["ok"].as_bool(), account["error"].is_null()), (Some(false), false), "{outcome}");
    outcome.complains(1)
}

#[test]
pub fn tls_with_a_private_ca() {
    for (tls, host) in [("implicit", "127.0.0.1"), ("implicit", "localhost"), ("starttls", "127.0.0.1")] {
        let mut user = with_tls(Flavour::PLAIN, tls);
        let ca = ca(&user);
        user.set_account("tls_ca_file", &ca).set_account("host", &format!("{host:?}"));
        files_one_letter(&user);
    }
}

#[test]
fn a_certificate_that_nobody_known_signed_is_refused_with_the_ways_out() {
    for tls in ["implicit", "starttls"] {
        let user = with_tls(Flavour::PLAIN, tls);
        let pin = user.server.certificate.as_ref().unwrap().pin();
        refuses(&user).says("certificate").says("tls_ca_file").says("tls_pin_sha256").says(&pin);
        // No CA file helps where the certificate signed itself.
        let user = with_tls(Flavour::SELF_SIGNED, tls);
        let pin = user.server.certificate.as_ref().unwrap().pin();
        refuses(&user).says("certificate").says("tls_pin_sha256").says(&pin);
    }
}

#[test]
fn a_pin_accepts_that_certificate_and_no_other() {
    let mut user = with_tls(Flavour::SELF_SIGNED, "implicit");
    let pin = user.server.certificate.as_ref().unwrap().pin();
    user.set_account("tls_pin_sha256", &format!("{pin:?}"));
    files_one_letter(&user);
    user.set_account("tls_pin_sha256", &format!("{:?}", "ab".repeat(32)));
    refuses(&user).says("tls_pin_sha256");
}

#[test]
fn another_ca_and_a_missing_ca_file_are_refused() {
    let mut user = with_tls(Flavour::PLAIN, "implicit");
    let other = User::new(Flavour::SELF_SIGNED);
    let wrong = ca(&other);
    user.set_account("tls_ca_file", &wrong);
    refuses(&user).says("certificate");
    user.set_account("tls_ca_file", "\"/nowhere/ca.pem\"");
    let outcome = user.mailherd(&["run", "--once", "--yes"]);
    outcome.complains(outcome.code().filter(|code| *code > 0).unwrap()).says("/nowhere/ca.pem");
}

#[test]
fn starttls_is_never_optional_and_the_password_is_not_sent() {
    let mut user = with_tls(Flavour::NO_TLS, "starttls");
    let proxy = Proxy::to(user.server.port);
    user.set_account("port", &proxy.port.to_string());
    for verb in ["LOGIN", "AUTHENTICATE"] {
        proxy.when(verb, 0, Act::Note);
        refuses(&user).says("STARTTLS");
        assert!(!proxy.hit(Duration::ZERO), "{verb} was sent in the clear");
    }
}

#[test]
fn plain_connections_only_to_this_machine() {
    for host in ["imap.example.org", "192.0.2.1", "2001:db8::1"] {
        let mut user = User::new(Flavour::PLAIN);
        user.set_account("host", &format!("{host:?}"));
        user.mailherd(&["run", "--once", "--yes"]).complains(2).says("tls");
    }
}

#[test]
pub fn a_wrong_password_is_called_that() {
    let user = User::new(Flavour::PLAIN);
    write_private(&user.path("password"), "not the password\n");
    refuses(&user).says("password");
    let doctor = user.mailherd(&["doctor"]);
    doctor.complains(1);
    assert!(doctor.stdout.contains("password") && doctor.stdout.contains("hint: "), "{doctor}");
}

#[test]
fn an_unknown_host_is_called_that() {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("host", "\"no-such-host.invalid\"").set_account("tls", "\"implicit\"");
    refuses(&user).says("no-such-host.invalid").says("host");
}

#[test]
fn a_port_where_nobody_listens_is_called_that() {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("port", "1");
    refuses(&user).says("127.0.0.1").says("port");
}

#[test]
fn a_server_that_speaks_something_else_or_hangs_up_is_no_imap_server() {
    for greeting in ["HTTP/1.1 400 Bad Request\r\n\r\n", "* BYE too many connections\r\n", ""] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut user = User::new(Flavour::PLAIN);
        user.set_account("port", &listener.local_addr().unwrap().port().to_string());
        let server = std::thread::spawn(move || listener.accept().unwrap().0.write_all(greeting.as_bytes()));
        refuses(&user);
        server.join().unwrap().unwrap();
    }
}

#[test]
fn one_account_that_fails_does_not_stop_the_others() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1)]);
    let broken = format!(
        "[[accounts]]\nname = \"work\"\nemail = \"w@work.example\"\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n\
        username = \"w\"\npassword_file = {:?}\n",
        user.path("password")
    );
    for first in [true, false] {
        let (head, account) = user
            .configuration()
            .split_once("[[accounts]]")
            .map(|(head, rest)| (head.to_owned(), rest.to_owned()))
            .unwrap();
        let good = format!("[[accounts]]{account}");
        let text = if first { format!("{head}{broken}{good}") } else { format!("{head}{good}{broken}") };
        let outcome = user.with_config(&text, &["run", "--once", "--yes", "--json"]);
        outcome.complains(1);
        let result = outcome.object();
        let ok = |name: &str| {
            result["accounts"].as_array().unwrap().iter().find(|account| account["account"] == name).unwrap()["ok"]
                .as_bool()
        };
        assert_eq!((ok("home"), ok("work")), (Some(true), Some(false)), "{result}");
    }
    assert_eq!(user.world().count("News"), 1);
    user.with_config(&user.configuration(), &["run", "--once", "--account", "home", "--yes"]).done();
}

#[test]
pub fn doctor_says_that_all_is_well() {
    let mut user = with_tls(Flavour::PLAIN, "implicit");
    let ca = ca(&user);
    user.set_account("tls_ca_file", &ca);
    let outcome = user.mailherd(&["doctor"]).done();
    assert!(outcome.stdout.contains("home"), "{outcome}");
}
