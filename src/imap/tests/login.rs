//! The way in.

use secrecy::SecretString;

use super::script::{endpoint, logged_in, server};
use crate::imap::connect::{Login, greeted, greeted_within, start_tls};
use crate::imap::login::{capabilities_before_login, log_in};
use crate::imap::session::Session;
use crate::logic::fault::{Fault, FaultKind};

async fn refused(script: &str) -> Fault {
    logged_in(script).await.map(|_| ()).expect_err(script)
}

async fn no_tls(script: &str) -> Fault {
    let mut client = greeted(server(script)).await.expect("a greeting");
    let capabilities = match capabilities_before_login(&mut client).await {
        Ok(capabilities) => capabilities,
        Err(fault) => return fault,
    };
    start_tls(client, &capabilities).await.map(|_| ()).expect_err(script)
}

#[tokio::test]
async fn plain_is_taken_where_it_is_offered_and_capabilities_are_read_afresh() {
    // AG1lAHNlY3JldA== is "\0me\0secret".
    let script = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED] hi\nC: AUTHENTICATE PLAIN\nS: * OK noise\nS: +\n\
        L: AG1lAHNlY3JldA==\nS: * 4 EXISTS\nS: $ OK in\nC: CAPABILITY\nS: * CAPABILITY IMAP4rev1 Id mOVE\nS: $ OK\n\
        C: ID (\"name\" \"mailherd\"\nC: NOOP\nS: * ID (\"name\" \"Script\")\nS: $$ OK\nS: $ OK";
    let mut session = logged_in(script).await.unwrap();
    assert!(session.server_id().is_empty() && session.exec("NOOP").await.unwrap().tagged.is_ok());
    assert!(session.capabilities().can_move() && !session.capabilities().has("AUTH=PLAIN"));
    assert_eq!(session.server_id(), [("name".to_owned(), "Script".to_owned())]);
}

#[tokio::test]
async fn a_refused_password_is_told_from_a_busy_server() {
    let login = "S: * OK [CAPABILITY IMAP4rev1] hi\nC: LOGIN \"me\" \"secret\"\nS: $ ";
    for (end, kind, says) in [
        ("NO [AUTHENTICATIONFAILED] Authentication failed.", FaultKind::Credentials, "Authentication failed."),
        ("NO LOGIN failed", FaultKind::Credentials, "LOGIN failed"),
        ("NO [ALERT] Application-specific password required", FaultKind::Credentials, "Application-specific"),
        ("NO [UNAVAILABLE] Temporary authentication failure", FaultKind::Transient, "Temporary"),
        ("NO [ALERT] Too many simultaneous connections", FaultKind::Transient, "Too many"),
        ("BAD what?", FaultKind::Protocol, "what?"),
        ("NO \x1b[2J", FaultKind::Credentials, "[2J"),
    ] {
        let fault = refused(&format!("{login}{end}")).await;
        assert_eq!(fault.kind, kind, "{end}");
        assert!(fault.cause.contains(says) && !fault.cause.contains('\x1b'), "{fault}");
        assert!(!format!("{fault:?}").contains("secret"));
    }
    let fault = refused("S: * OK [CAPABILITY X] hi\nC: LOGIN\nS: * BYE too many\nend").await;
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Transient, "the server hung up: too many"));
    let fault = refused("S: * OK [CAPABILITY X] hi\nC: LOGIN\nend").await;
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Transient, "the server closed the connection"));
}

#[tokio::test]
async fn a_password_is_not_sent_where_it_is_forbidden() {
    let fault = refused("S: * OK [CAPABILITY IMAP4rev1 LoginDisabled] hi").await;
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.cause.contains("LOGINDISABLED"), "{fault}");
}

#[tokio::test]
async fn odd_greetings_end_it() {
    for (script, says) in [
        ("S: * BYE overloaded", "overloaded"),
        ("S: * PREAUTH you are root", "PREAUTH"),
        ("S: HTTP/1.1 400 Bad Request", "not an IMAP server"),
        ("S: +OK POP3 ready", "not an IMAP server"),
        ("S: 220 mail ESMTP", "not an IMAP server"),
        ("end", "closed the connection"),
    ] {
        let fault = refused(script).await;
        assert!(fault.cause.contains(says), "{script}: {fault}");
    }
}

#[tokio::test]
async fn without_starttls_there_is_no_login() {
    let fault = no_tls("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi").await;
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Refused, "the server offers no STARTTLS"));
    let fault =
        no_tls("S: * OK hi\nC: CAPABILITY\nS: * CAPABILITY STARTTLS\nS: $ OK\nC: STARTTLS\nS: $ NO not today").await;
    assert_eq!((fault.kind, fault.cause.as_str()), (FaultKind::Refused, "the server refuses STARTTLS: not today"));
}

/// CVE-2021-33515 and its kin: what a man in the middle puts behind the answer to STARTTLS must not count as said by the
/// server.
#[tokio::test]
async fn bytes_in_the_clear_after_starttls_end_it() {
    let (client, mut far) = tokio::io::duplex(4_096);
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        far.write_all(b"* OK [CAPABILITY STARTTLS] hi\r\n").await?;
        let mut command = [0; 64];
        let _ = far.read(&mut command).await?;
        far.write_all(b"A0001 OK go\r\nA0002 OK [CAPABILITY IMAP4rev1] you are in\r\n").await?;
        far.read(&mut command).await
    });
    let mut client = greeted(Box::new(client)).await.unwrap();
    let capabilities = capabilities_before_login(&mut client).await.unwrap();
    let fault = start_tls(client, &capabilities).await.map(|_| ()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.cause.contains("in the clear"), "{fault}");
}

#[tokio::test]
async fn a_greeting_that_never_comes_is_not_waited_for() {
    for script in ["", "wait 100\nwait 100"] {
        let fault =
            greeted_within(server(script), std::time::Duration::from_millis(300)).await.map(|_| ()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Transient);
        assert!(fault.cause.contains("does not greet"), "{fault}");
    }
}

/// `user=me^Aauth=Bearer secret^A^A`
const XOAUTH2: &str = "dXNlcj1tZQFhdXRoPUJlYXJlciBzZWNyZXQBAQ==";
/// `n,a=me,^Ahost=mail.example^Aport=143^Aauth=Bearer secret^A^A`
const OAUTHBEARER: &str = "bixhPW1lLAFob3N0PW1haWwuZXhhbXBsZQFwb3J0PTE0MwFhdXRoPUJlYXJlciBzZWNyZXQBAQ==";

#[tokio::test]
async fn a_token_is_shown_after_the_challenge_also_where_it_could_come_with_the_command() {
    for (offered, name, message) in [
        ("AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=PLAIN SASL-IR", "XOAUTH2", XOAUTH2),
        ("AUTH=OAUTHBEARER AUTH=PLAIN LOGINDISABLED", "OAUTHBEARER", OAUTHBEARER),
    ] {
        let script = format!(
            "S: * OK [CAPABILITY IMAP4rev1 {offered}] hi\nC: AUTHENTICATE {name}\nS: +\nL: {message}\n\
             S: $ OK [CAPABILITY IMAP4rev1 MOVE] in"
        );
        assert!(with_token(&script).await.unwrap().capabilities().can_move());
    }
    let fault = with_token("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.cause.contains("takes no OAuth2"), "{fault}");
}

/// Whoever does not answer the JSON never hears the NO; and what it says is told.
#[tokio::test]
async fn a_refused_token_is_told_with_its_status() {
    // {"status":"401","schemes":"bearer"}
    let json = "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=";
    for (offered, message, dummy) in [("XOAUTH2", XOAUTH2, ""), ("OAUTHBEARER", OAUTHBEARER, "AQ==")] {
        let login = format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH={offered}] hi\nC: AUTHENTICATE {offered}\nS: + \nL: {message}\n"
        );
        let refused = format!("{login}S: + {json}\nL: {dummy}\nS: $ NO [AUTHENTICATIONFAILED] Invalid credentials");
        let fault = with_token(&refused).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Credentials);
        assert!(fault.cause.contains("refused the access token") && fault.cause.contains("(status 401)"), "{fault}");
        // Microsoft gives no reason.
        let fault = with_token(&format!("{login}S: $ NO AUTHENTICATE failed.")).await.unwrap_err();
        assert!(fault.kind == FaultKind::Credentials && !fault.cause.contains("status"), "{fault}");
        let fault = with_token(&format!("{login}S: + !?\nL: {dummy}\nS: $ NO [UNAVAILABLE] later")).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Transient, "{fault}");
        let fault = with_token(&format!("{login}S: * BYE session expired\nend")).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Transient, "{fault}");
    }
}

/// A server that asks for ever is left.
#[tokio::test]
async fn a_server_that_goes_on_asking_ends_it() {
    let login = format!("S: * OK [CAPABILITY AUTH=XOAUTH2] hi\nC: AUTHENTICATE XOAUTH2\nS: +\nL: {XOAUTH2}\n");
    let fault = with_token(&format!("{login}{}end", "S: + e30=\nL: \n".repeat(200))).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Transient, "{fault}");
}

async fn with_token(script: &str) -> Result<Session, Fault> {
    let login = Login::with_token("me", SecretString::from("secret"));
    log_in(greeted(server(script)).await?, &endpoint(), &login, &mut |_| {}).await
}
