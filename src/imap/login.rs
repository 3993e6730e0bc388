//! The login: what is offered, which way is taken, and what a refusal means.

use std::fmt;
use std::time::Duration;

use async_imap::{Authenticator, Client, error::Error};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::capability::Capabilities;
use super::connect::{Endpoint, Stage, TlsMode, Witness, greeted_capabilities};
use super::guard::Guard;
use super::loss::{bye, ended, lost, silent};
use super::parse::{self, Response};
use super::response::{Answer, Code, Status, Tagged, Untagged};
use super::session::Session;
use super::token;
use crate::logic::fault::Fault;

pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Who logs in.
#[derive(Clone)]
pub struct Login {
    /// As the server knows the user.
    pub username: String,
    /// The password, or the access token.
    pub secret: SecretString,
    /// Which of them it is.
    pub kind: LoginKind,
}

/// What is shown to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// A password: PLAIN, else LOGIN.
    Password,
    /// An access token of OAuth2: XOAUTH2, else OAUTHBEARER.
    Token,
}

impl Login {
    /// By a password.
    pub fn with_password(username: &str, secret: SecretString) -> Login {
        Login { username: username.to_owned(), secret, kind: LoginKind::Password }
    }

    /// By an access token.
    pub fn with_token(username: &str, token: SecretString) -> Login {
        Login { username: username.to_owned(), secret: token, kind: LoginKind::Token }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Login");
        debug.field("username", &self.username).field("secret", &format_args!("***")).field("kind", &self.kind).finish()
    }
}

/// One command before the login.
///
/// # Errors
/// When the connection is lost, silent, or the server hangs up. NO and BAD are answers.
pub async fn ask(client: &mut Client<Guard>, command: &str) -> Result<Answer, Fault> {
    let outcome = timeout(PATIENCE, client.run_command_and_check_ok(command, None)).await;
    settle(outcome.map(Result::err), client.get_mut())
}

/// What async-imap made of a command is replaced by what the guard heard.
pub(super) fn settle(
    outcome: Result<Option<Error>, tokio::time::error::Elapsed>,
    guard: &mut Guard,
) -> Result<Answer, Fault> {
    let mut untagged = Vec::new();
    let mut end = None;
    while let Some(response) = guard.pop() {
        match response {
            Response::Tagged { tagged, .. } => end = Some(tagged),
            Response::Untagged(Untagged::Condition { status: Status::Bye, text, .. }) => return Err(bye(&text)),
            Response::Untagged(item) => untagged.push(item),
            Response::Continue(_) => {}
        }
    }
    match (outcome, end) {
        (Ok(Some(Error::Io(error))), _) => Err(lost(&error)),
        (Ok(_), Some(tagged)) => Ok(Answer { untagged, tagged }),
        (Ok(_), None) => Err(ended()),
        (Err(_), _) => Err(silent(PATIENCE)),
    }
}

/// What the server can do as long as nobody is logged in: from the greeting, else asked.
///
/// # Errors
/// As [`ask`].
pub async fn capabilities_before_login(client: &mut Client<Guard>) -> Result<Capabilities, Fault> {
    let mut greeted = std::iter::from_fn(|| client.get_mut().pop());
    let named = greeted.find_map(|response| match response {
        Response::Untagged(item) => parse::capabilities(&item).map(Capabilities::new),
        _ => None,
    });
    match named {
        Some(capabilities) => Ok(capabilities),
        None => Ok(named_in(&ask(client, "CAPABILITY").await?)),
    }
}

fn named_in(answer: &Answer) -> Capabilities {
    let tagged = match &answer.tagged.code {
        Some(Code::Capability(words)) => Some(words.as_slice()),
        _ => None,
    };
    let words = tagged.or_else(|| answer.untagged.iter().rev().find_map(parse::capabilities));
    Capabilities::new(words.unwrap_or_default())
}

/// Logs in, asks what the server can do now, and says who we are where that is wanted: 163.com and 126.com refuse
/// folders to clients that sent no ID.
///
/// # Errors
/// See [`super::connect::open`].
pub async fn log_in(
    mut client: Client<Guard>,
    endpoint: &Endpoint,
    login: &Login,
    witness: Witness<'_>,
) -> Result<Session, Fault> {
    let before = greeted_capabilities(&mut client, endpoint, witness).await?;
    witness(Stage::Begin("login"));
    if login.username.contains(['\0', '\r', '\n']) || login.secret.expose_secret().contains(['\0', '\r', '\n']) {
        let cause = "the user name or the password holds a line break or a zero byte";
        return Err(Fault::credentials(cause, "check that the password command prints the password on one line"));
    }
    let (imap, answer) = authenticate(client, &before, endpoint, login).await?;
    witness(Stage::LoggedIn);
    let mut session = Session::new(imap, &endpoint.host);
    session.capabilities = named_in(&answer);
    if session.capabilities.is_empty() {
        session.exec("CAPABILITY").await?;
    }
    if session.capabilities.has("ID") {
        // The server hears it before anything else, and what it answers is not worth a round trip.
        session.mention(concat!("ID (\"name\" \"mailherd\" \"version\" \"", env!("CARGO_PKG_VERSION"), "\")")).await?;
    }
    Ok(session)
}

async fn authenticate(
    client: Client<Guard>,
    before: &Capabilities,
    endpoint: &Endpoint,
    login: &Login,
) -> Result<(async_imap::Session<Guard>, Answer), Fault> {
    let secret = login.secret.expose_secret();
    if login.kind == LoginKind::Token {
        return token::show(client, before, endpoint, login).await;
    }
    let outcome = if before.has("AUTH=PLAIN") {
        // Eight-bit passwords are well-defined here (RFC 4616), unlike in LOGIN.
        timeout(PATIENCE, client.authenticate("PLAIN", Plain::new(&login.username, secret))).await
    } else if before.has("LOGINDISABLED") {
        return Err(login_disabled(endpoint));
    } else {
        timeout(PATIENCE, client.login(&login.username, secret)).await
    };
    match outcome {
        Ok(Ok(mut imap)) => {
            let answer = settle(Ok(None), imap.get_mut())?;
            Ok((imap, answer))
        }
        Ok(Err((error, mut client))) => {
            let answer = settle(Ok(Some(error)), client.get_mut())?;
            Err(busy(&answer.tagged).unwrap_or_else(|| refusal(&answer.tagged)))
        }
        Err(_) => Err(silent(PATIENCE)),
    }
}

fn login_disabled(endpoint: &Endpoint) -> Fault {
    let hint = match endpoint.tls {
        TlsMode::None => "set tls = \"starttls\" or \"implicit\"",
        _ => "ask your provider how programs may log in",
    };
    Fault::refused("the server allows no login with a password here (LOGINDISABLED)", hint)
}

/// Not every NO is a wrong password: connections that the server has not noticed to be dead count against the limit and look like it
/// (thunderbird-android#6035).
pub(super) fn busy(tagged: &Tagged) -> Option<Fault> {
    let busy = matches!(tagged.code, Some(Code::Unavailable | Code::InUse | Code::Limit))
        || says(
            tagged,
            &["too many", "connection limit", "maximum number of connections", "try again later", "temporar"],
        )
        || tagged.backoff().is_some();
    let hint = "not a wrong password: close other mail programs or wait, mailherd tries again";
    busy.then(|| Fault::transient(format!("the server takes no login now: {tagged}"), hint))
}

fn says(tagged: &Tagged, words: &[&str]) -> bool {
    let text = tagged.text.to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// Why a password was refused.
fn refusal(tagged: &Tagged) -> Fault {
    if tagged.status == Status::Bad {
        return tagged.fault("logging in");
    }
    let says = |words: &[&str]| says(tagged, words);
    let hint = if says(&["application-specific", "app password", "web login", "weblogin"]) {
        "create an app password in your provider's settings and use that one"
    } else {
        match tagged.code {
            Some(Code::PrivacyRequired) => "set tls = \"starttls\" or \"implicit\"",
            Some(Code::ContactAdmin) => "ask your provider",
            Some(Code::AuthorizationFailed) => "the account may not use IMAP: switch it on in your provider's settings",
            Some(Code::Expired) => "the password has expired: set a new one",
            _ => "check `username` and where the password comes from; some providers want an app password",
        }
    };
    Fault::credentials(format!("the server refused the login: {tagged}"), hint)
}

/// SASL PLAIN (RFC 4616).
struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    fn new(username: &str, secret: &str) -> Plain {
        Plain(Zeroizing::new([b"\0", username.as_bytes(), b"\0", secret.as_bytes()].concat()))
    }
}

impl Authenticator for Plain {
    type Response = Zeroizing<Vec<u8>>;

    /// The first challenge gets the answer; a second one, which PLAIN does not have, gets an empty one.
    fn process(&mut self, _challenge: &[u8]) -> Self::Response {
        std::mem::take(&mut self.0)
    }
}
