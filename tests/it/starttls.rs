//! A server, or somebody on the way to it, that wants the password in the clear: without STARTTLS nothing secret is said.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::connection::{ca, with_tls};
use crate::support::cast;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::program::Outcome;
use crate::support::user::{User, filed};

/// Everything that mailherd said in the clear, over all connections.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn add(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// No command that logs in, and neither name nor password in any dress.
    #[track_caller]
    fn holds_nothing_secret(&self, user: &User, of: &str) {
        let text = self.text();
        let upper = text.to_uppercase();
        for verb in ["LOGIN", "AUTHENTICATE"] {
            assert!(!upper.contains(verb), "{of}: {verb} was sent in the clear: {text}");
        }
        let pieces = ["er-7f3a", &user.name];
        assert!(PASSWORD.contains(pieces[0]));
        for piece in pieces {
            assert!(!text.contains(piece), "{of}: {piece} was sent in the clear: {text}");
        }
    }
}

/// A server that greets so and answers each command by what `answer` makes of its tag and verb; an empty answer hangs up.
fn server(greeting: &'static str, answer: fn(&str, &str) -> String) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let hears = heard.clone();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let hears = hears.clone();
            thread::spawn(move || {
                let _ = client.write_all(greeting.as_bytes());
                let mut chunk = [0; 4096];
                while let Ok(size @ 1..) = client.read(&mut chunk) {
                    hears.add(&chunk[..size]);
                    let line = String::from_utf8_lossy(&chunk[..size]).into_owned();
                    let mut words = line.split_whitespace();
                    let (tag, verb) = (words.next().unwrap_or("*"), words.next().unwrap_or_default());
                    let said = answer(tag, &verb.to_uppercase());
                    if said.is_empty() || client.write_all(said.as_bytes()).is_err() {
                        break;
                    }
                }
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    });
    (port, heard)
}

/// Somebody between the client and the server at `target`, who changes what the server says in the clear.
fn in_the_middle(target: u16, change: fn(String) -> String) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let hears = heard.clone();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { return };
            let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let hears = hears.clone();
            thread::spawn(move || pass_on(from, to, |bytes| hears.add(bytes), None));
            thread::spawn(move || pass_on(server, client, |_| {}, Some(change)));
        }
    });
    (port, heard)
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, hears: impl Fn(&[u8]), change: Option<fn(String) -> String>) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(size @ 1..) = from.read(&mut chunk) {
        hears(&chunk[..size]);
        let said = match (change, std::str::from_utf8(&chunk[..size])) {
            (Some(change), Ok(text)) => change(text.to_owned()).into_bytes(),
            _ => chunk[..size].to_vec(),
        };
        if to.write_all(&said).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// A user who connects by STARTTLS to this port.
fn user_at(port: u16) -> User {
    let mut user = with_tls(Flavour::PLAIN, "starttls");
    let ca = ca(&user);
    user.set_account("tls_ca_file", &ca).set_account("port", &port.to_string());
    user
}

fn runs(user: &User) -> Outcome {
    user.mailherd(&["run", "--once", "--yes", "--json"])
}

const OFFERED: &str = "* OK [CAPABILITY IMAP4rev1 SASL-IR STARTTLS AUTH=PLAIN] hi\r\n";

/// A greeting, what comes to each command, and a word of the complaint.
type Refusal = (&'static str, fn(&str, &str) -> String, &'static str);

#[test]
fn a_starttls_that_is_refused_in_whatever_way_ends_it_and_that_is_said() {
    let refusals: [Refusal; 9] = [
        ("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n", |tag, _| format!("{tag} OK\r\n"), "no STARTTLS"),
        (
            "* OK hi\r\n",
            |tag, _| format!("* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED\r\n{tag} OK\r\n"),
            "no STARTTLS",
        ),
        ("* OK hi\r\n", |tag, _| format!("{tag} BAD what?\r\n"), "STARTTLS"),
        (OFFERED, |tag, _| format!("{tag} NO not today\r\n"), "not today"),
        (OFFERED, |tag, _| format!("{tag} BAD unknown command\r\n"), "unknown command"),
        (OFFERED, |_, _| "* BYE go away\r\n".to_owned(), "go away"),
        (OFFERED, |_, _| String::new(), ""),
        (
            OFFERED,
            |tag, _| format!("{tag} OK begin\r\n* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] log in here\r\n"),
            "in the clear",
        ),
        ("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n", |tag, _| format!("{tag} OK\r\n"), "PREAUTH"),
    ];
    for (greeting, answer, word) in refusals {
        let (port, heard) = server(greeting, answer);
        let user = user_at(port);
        let outcome = runs(&user);
        outcome.complains(1).says(word);
        user.mailherd(&["doctor"]).complains(1);
        assert!(!heard.text().is_empty() || word == "PREAUTH" || word == "no STARTTLS", "nobody connected: {word}");
        heard.holds_nothing_secret(&user, word);
    }
}

#[test]
fn a_starttls_that_somebody_strips_on_the_way_is_not_done_without() {
    let dovecot = User::new(Flavour::PLAIN);
    let strip: fn(String) -> String = |said| said.replace(" STARTTLS", "").replace("LOGINDISABLED", "AUTH=PLAIN");
    let (port, heard) = in_the_middle(dovecot.server.port, strip);
    let user = user_at(port);
    runs(&user).complains(1).says("STARTTLS");
    heard.holds_nothing_secret(&user, "stripped");
}

#[test]
fn a_starttls_that_is_offered_in_lower_case_is_one() {
    let dovecot = User::new(Flavour::PLAIN);
    let (port, heard) = in_the_middle(dovecot.server.port, |said| said.replace("STARTTLS", "starttls"));
    let user = user_at(port);
    user.receives(&[cast::newsletter(1)]);
    assert_eq!(filed(&user.files()), 1);
    assert!(heard.text().to_uppercase().contains("STARTTLS"));
    heard.holds_nothing_secret(&user, "in lower case");
}
