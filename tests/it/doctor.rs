//! `doctor` names the step that fails, and what to do.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use crate::support::flavour::Flavour;
use crate::support::user::{User, write_private};

/// What `doctor` says of the step that is bad; every step before it was good.
#[track_caller]
fn bad(user: &User) -> (String, String, String) {
    let outcome = user.mailherd(&["doctor", "--json"]);
    outcome.complains(1).says("thing stands in the way");
    let rows = outcome.rows();
    let is_bad = |row: &&Value| row["finding"] == "bad";
    let row = rows.iter().find(is_bad).unwrap_or_else(|| panic!("{outcome}"));
    assert_eq!(rows.iter().filter(is_bad).count(), 1, "{outcome}");
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    (text("check"), text("detail"), text("hint"))
}

#[track_caller]
fn names(user: &User, part: &str, detail: &str, hint: &str) {
    let (found, said, advice) = bad(user);
    assert_eq!(found, part, "{said}; {advice}");
    assert!(said.contains(detail), "{detail:?} in: {said}");
    assert!(advice.contains(hint), "{hint:?} in: {advice}");
}

fn tls(flavour: Flavour, how: &str, port: impl Fn(&User) -> u16) -> User {
    let mut user = User::new(flavour);
    let port = port(&user).to_string();
    user.set_account("tls", &format!("{how:?}")).set_account("port", &port);
    user
}

fn with_ca(mut user: User) -> User {
    let ca = format!("{:?}", user.server.certificate.as_ref().unwrap().ca.to_str().unwrap());
    user.set_account("tls_ca_file", &ca);
    user
}

/// A server that says this to each connection, whatever it is asked.
fn script(lines: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut parts = lines.split("|");
            let _ = stream.write_all(parts.next().unwrap().as_bytes());
            let mut asked = [0; 4096];
            for part in parts {
                let Ok(count @ 1..) = stream.read(&mut asked) else { break };
                let tag = String::from_utf8_lossy(&asked[..count]).split(' ').next().unwrap_or_default().to_owned();
                let _ = stream.write_all(part.replace("TAG", &tag).as_bytes());
            }
        }
    });
    port
}

fn scripted(lines: &'static str) -> User {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("port", &script(lines).to_string());
    user
}

#[test]
fn the_way_to_the_server() {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("host", "\"no-such-host.invalid\"").set_account("tls", "\"implicit\"");
    names(&user, "dns", "unknown host", "`host`");
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("port", "1");
    names(&user, "tcp", "refused the connection", "`port`");
}

#[test]
fn tls_where_there_is_none() {
    let user = with_ca(tls(Flavour::PLAIN, "implicit", |user| user.server.port));
    names(&user, "tls", "does not speak TLS on this port", "starttls");
    let user = tls(Flavour::NO_TLS, "starttls", |user| user.server.port);
    names(&user, "tls", "no STARTTLS", "implicit");
}

/// It waits for the greeting that never comes for as long as a busy server may take.
#[test]
fn a_port_that_wants_tls_from_the_first_byte() {
    let user = with_ca(tls(Flavour::PLAIN, "starttls", |user| user.server.tls_port));
    names(&user, "greeting", "the server does not greet (is `tls` right for this port?)", "`host` and `port`");
}

#[test]
fn certificates_that_are_not_trusted() {
    for (how, port) in [("implicit", true), ("starttls", false)] {
        let port = |user: &User| if port { user.server.tls_port } else { user.server.port };
        names(&tls(Flavour::PLAIN, how, port), "tls", "unknown issuer", "tls_ca_file");
        let user = tls(Flavour::SELF_SIGNED, how, port);
        let pin = user.server.certificate.as_ref().unwrap().pin();
        names(&user, "tls", "signed itself", &pin);
    }
    let mut user = with_ca(tls(Flavour::PLAIN, "implicit", |user| user.server.tls_port));
    user.set_account("host", "\"127.0.0.2\"");
    // Dovecot listens on 127.0.0.1 alone; a certificate for another name is shown by the tests of the wire.
    names(&user, "tcp", "refused the connection", "`port`");
}

#[test]
fn passwords_and_where_they_come_from() {
    let mut user = User::new(Flavour::PLAIN);
    user.unset_account("password_file").set_account("password_command", "\"echo locked >&2; exit 3\"");
    names(&user, "secret", "password_command failed (exit status: 3): locked", "by hand");
    let user = User::new(Flavour::PLAIN);
    write_private(&user.path("password"), "not the password\n");
    names(&user, "login", "refused the login", "app password");
    let user =
        scripted("* OK [CAPABILITY IMAP4rev1] hi\r\n|TAG NO [WEBALERT https://example.org] Web login required\r\n");
    names(&user, "login", "Web login required", "app password");
    let user = scripted("* OK [CAPABILITY IMAP4rev1] hi\r\n|TAG NO [UNAVAILABLE] busy\r\n");
    names(&user, "login", "takes no login now", "not a wrong password");
    let user = scripted("* OK [CAPABILITY IMAP4rev1] hi\r\n|TAG NO Too many connections\r\n");
    names(&user, "login", "takes no login now", "close other mail programs");
    let user = scripted("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n|TAG OK\r\n");
    names(&user, "login", "LOGINDISABLED", "starttls");
    let user = scripted("* BYE too many connections from your address\r\n");
    let (part, said, _) = bad(&user);
    assert!(part == "greeting" && said.contains("too many connections"), "{part}: {said}");
    let user = scripted("220 mail.example ESMTP\r\n");
    let (part, _, hint) = bad(&user);
    assert!(part == "greeting" && hint.contains("`port`"), "{part}: {hint}");
}

#[test]
fn what_the_server_lacks_and_names_that_are_taken() {
    names(&User::new(Flavour::NO_MOVE_NO_UIDPLUS), "capabilities", "neither MOVE nor UIDPLUS", "");
    let user = User::new(Flavour::SPAM_IS_BULK);
    names(&user, "folders", "mail cannot be filed into Bulk", "[folders] bulk");
    let rows = user.mailherd(&["doctor", "--json"]).rows();
    let sent = rows.iter().find(|row| row["detail"].as_str().unwrap_or_default().contains("no Sent mailbox"));
    assert_eq!(sent.expect("it is said")["finding"], "warning");
}

#[test]
fn a_config_that_cannot_be_read_is_named_with_its_line() {
    let user = User::new(Flavour::PLAIN);
    user.with_config("mode = \"file\"\ncauton = \"low\"\n", &["doctor"])
        .complains(2)
        .says("other.toml:2:")
        .says("caution");
}

#[test]
fn when_all_is_well_each_step_is_shown() {
    let user = with_ca(tls(Flavour::PLAIN, "starttls", |user| user.server.port));
    let rows = user.mailherd(&["doctor", "--json"]).done().rows();
    let parts: Vec<&str> = rows.iter().map(|row| row["check"].as_str().unwrap()).collect();
    let way =
        ["config", "database", "lock", "secret", "dns", "tcp", "greeting", "tls", "login", "capabilities", "folders"];
    assert_eq!(parts[..way.len()], way, "{parts:?}");
    let detail =
        |part: &str| rows.iter().find(|row| row["check"] == part).unwrap()["detail"].as_str().unwrap().to_owned();
    assert!(detail("tls").contains("CN=localhost") && detail("tls").contains("CN=test-ca"), "{}", detail("tls"));
    assert!(detail("login").contains(&user.name), "{}", detail("login"));
}
