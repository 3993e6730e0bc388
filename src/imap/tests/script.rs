//! A server that says what a script says. Each line is one of
//!
//! ```text
//! C: UID FETCH 1     waits for a line of the client that begins so, after its tag
//! L: Subject: hi     waits for a line that begins so and has no tag: of a login or a literal
//! S: * 3 EXISTS      says it; `$` at the beginning stands for the last tag, `$$` for the one before, and so on
//! wait 30            says nothing for so many milliseconds
//! end                closes the connection
//! hand over          leaves the connection to the test
//! ```
//!
//! At its end the script is silent and keeps the connection open. A client that says something else gets a BYE with what
//! was expected, which fails the test with these words.

use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, duplex};

use crate::imap::connect::{Endpoint, Login, TlsMode, greeted};
use crate::imap::guard::Wire;
use crate::imap::login::log_in;
use crate::imap::session::Session;
use crate::logic::fault::Fault;

/// A session whose login is over, with MOVE and UIDPLUS among the capabilities, on a server that follows `script`.
pub async fn session(script: &str) -> Session {
    let login = "S: * OK hello\nC: CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: $ OK\nC: LOGIN \"me\" \"secret\"\n\
        S: $ OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS] welcome\n";
    logged_in(&format!("{login}{script}")).await.expect("the login of the script")
}

/// What comes of a login on a server that follows `script` from the greeting on.
pub async fn logged_in(script: &str) -> Result<Session, Fault> {
    log_in(greeted(server(script)).await?, &endpoint(), &login(), &mut |_| {}).await
}

/// Who logs in.
pub fn login() -> Login {
    Login::with_password("me", SecretString::from("secret"))
}

/// A place that is never connected to.
pub fn endpoint() -> Endpoint {
    Endpoint { host: "mail.example".to_owned(), port: 143, tls: TlsMode::None, ca_file: None, pin_sha256: None }
}

/// The client's end of a connection to a server that follows `script`.
pub fn server(script: &str) -> Wire {
    // Wide enough for all that a script says: what is read of it is up to the client.
    let (client, mut server) = duplex(16 << 20);
    let script = lines(script);
    tokio::spawn(async move { play(&mut server, script).await });
    Box::new(client)
}

/// The lines of a script.
pub fn lines(script: &str) -> Vec<String> {
    script.lines().map(|line| line.trim().to_owned()).collect()
}

/// Follows a script.
pub async fn play<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, script: Vec<String>) {
    let mut stream = BufReader::new(stream);
    let mut tags = vec![String::new(), String::new()];
    for line in script {
        if let Some(expected) = line.strip_prefix("C:").or(line.strip_prefix("L:")) {
            let expected = expected.trim_start();
            let mut heard = String::new();
            if stream.read_line(&mut heard).await.unwrap_or(0) == 0 {
                return;
            }
            let mut command = heard.trim_end();
            if line.starts_with("C:") {
                let (tag, rest) = command.split_once(' ').unwrap_or(("", command));
                tags.push(tag.to_owned());
                command = rest;
            }
            if !command.starts_with(expected) {
                let bye = format!("* BYE script: expected {expected}, heard {command}\r\n");
                let _ = stream.write_all(bye.as_bytes()).await;
                return;
            }
        } else if let Some(said) = line.strip_prefix("S: ") {
            let rest = said.trim_start_matches('$');
            let said = match said.len() - rest.len() {
                0 => format!("{said}\r\n"),
                back => format!("{}{rest}\r\n", tags[tags.len() - back]),
            };
            if stream.write_all(said.as_bytes()).await.is_err() {
                return;
            }
        } else if let Some(millis) = line.strip_prefix("wait ") {
            tokio::time::sleep(Duration::from_millis(millis.parse().expect("milliseconds"))).await;
        } else if line == "end" || line == "hand over" {
            return;
        } else {
            assert!(line.is_empty(), "not a line of a script: {line}");
        }
    }
    // Silence, until the client leaves.
    let mut rest = String::new();
    while stream.read_line(&mut rest).await.unwrap_or(0) > 0 {}
}
