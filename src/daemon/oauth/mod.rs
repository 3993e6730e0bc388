//! The tokens of an account: fetched at each login, renewed when they are due or were refused, kept before they are used.
//!
//! ```text
//! kept, and fresh ──────────────────────────────────────► shown to the server
//! due, or refused ─► lock ─► endpoint ─► kept, durable ─► shown to the server
//! ```
//!
//! A provider may take each refresh token once (RFC 9700, section 4.14.2), so that two processes must not renew at the same time, and
//! what comes is on disk before anything else happens with it. That it can be written is tried before the old one is spent.
//!
//! [`device`] and [`browser`] are the two ways to the first tokens.

pub mod browser;
pub mod device;

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};

use super::clock;
use super::setting::Setting;
use crate::config::{Account, Client, Oauth2, SecretSource, TokenSource, printed_token};
use crate::logic::fault::Fault;
use crate::logic::oauth::{Form, Grant, Refusal, Tokens, read_grant};
use crate::logic::printable::Printable;
use crate::web::endpoint::{self, Said};

/// Somebody else who renews is waited for so long: more than their request can take.
const PATIENCE: Duration = Duration::from_secs(40);

/// What is shown to the server.
pub(super) struct Access {
    /// The access token.
    pub(super) token: SecretString,
    /// Whether it comes from what was kept, so that a refusal is no news of the login itself.
    pub(super) may_be_stale: bool,
    /// What `doctor` says of it.
    pub(super) words: String,
}

/// An access token of the account. Not the one that was `refused`.
///
/// # Errors
/// Credentials, when there is none, or the provider takes the login back; transient, when it cannot be reached.
pub(super) async fn access(account: &str, oauth2: &Oauth2, refused: Option<&SecretString>) -> Result<Access, Fault> {
    match &oauth2.source {
        TokenSource::Command(command) => {
            let token = printed_token(command).await?;
            Ok(Access { token, may_be_stale: false, words: "token_command printed an access token".to_owned() })
        }
        TokenSource::Client(client) => of_client(account, client, refused).await,
    }
}

async fn of_client(account: &str, client: &Client, refused: Option<&SecretString>) -> Result<Access, Fault> {
    let (name, known, refused) = (account.to_owned(), client.clone(), refused.cloned());
    let kept = apart({
        let (name, known) = (name.clone(), known.clone());
        move || kept(&name, &known)
    })
    .await?;
    if is_good(&kept, refused.as_ref()) {
        return Ok(shown(kept, true));
    }
    // Not under the lock: a command may ask its user.
    let secret = secret_of(client).await?;
    // Once begun it goes on to the end, also when nobody waits any more: an answer that nobody writes down may be the only one.
    apart(move || renewed(&name, &known, secret.as_ref(), refused.as_ref())).await
}

fn is_good(kept: &Tokens, refused: Option<&SecretString>) -> bool {
    let same = |refused: &SecretString| refused.expose_secret() == kept.access.expose_secret();
    kept.are_fresh(clock::now()) && !refused.is_some_and(same)
}

fn shown(tokens: Tokens, may_be_stale: bool) -> Access {
    let minutes = tokens.life_left(clock::now()).max(0) / 60;
    let words = format!("the access token is good for {minutes} more minutes");
    Access { token: tokens.access, may_be_stale, words }
}

/// What was kept at the last renewal, or at the login.
fn kept(account: &str, client: &Client) -> Result<Tokens, Fault> {
    let missing = |cause: &str| Fault::credentials(cause, again(account));
    let Some(text) = client.kept.read()? else {
        return Err(missing("this account is not logged in with OAuth2 yet"));
    };
    let tokens = Tokens::read(&text).ok_or_else(|| missing("the tokens that were kept cannot be read"))?;
    // Whoever changes the address in the config must not be given the old provider's refresh token.
    if !tokens.are_of(&client.endpoints.token, &client.id) {
        return Err(missing("the tokens are another client's: token_url or client_id was changed since the login"));
    }
    Ok(tokens)
}

/// Asks the provider for new tokens, unless somebody else just did.
fn renewed(
    account: &str,
    client: &Client,
    secret: Option<&SecretString>,
    refused: Option<&SecretString>,
) -> Result<Access, Fault> {
    let _lock = Lock::take(&client.lock)?;
    let before = kept(account, client)?;
    if is_good(&before, refused) {
        return Ok(shown(before, true));
    }
    let Some(form) = before.renewal() else {
        return Err(Fault::credentials(
            "the access token has ended, and the provider gave none to renew it with",
            again(account),
        ));
    };
    // A disk that is full, or a place that cannot be written to, is found out while the old one is still good.
    client.kept.write(&before.text())?;
    let after = asked(account, client, secret, form, Some(&before))?;
    client.kept.write(&after.text())?;
    tracing::debug!(account, "the access token was renewed");
    Ok(shown(after, false))
}

/// Tokens from the token endpoint. Blocks.
fn asked(
    account: &str,
    client: &Client,
    secret: Option<&SecretString>,
    form: Form,
    before: Option<&Tokens>,
) -> Result<Tokens, Fault> {
    let grant = asked_grant(client, secret, form)?.map_err(|refusal| told(account, client, &refusal))?;
    Ok(Tokens::granted(grant, before, &client.endpoints.token, &client.id, clock::now()))
}

fn asked_grant(client: &Client, secret: Option<&SecretString>, form: Form) -> Result<Result<Grant, Refusal>, Fault> {
    let said = post(client, &client.endpoints.token, secret, form)?;
    Ok(read_grant(said.status, &said.body))
}

/// Who asks stands in the form (RFC 6749, section 2.3.1): both providers want it there.
fn post(client: &Client, url: &str, secret: Option<&SecretString>, form: Form) -> Result<Said, Fault> {
    let form = form.with("client_id", &client.id).with_some("client_secret", secret.map(ExposeSecret::expose_secret));
    let host = Printable::new(client.endpoints.token_host());
    endpoint::post(url, form.text()).map_err(|fault| fault.while_doing(format_args!("the token endpoint {host}")))
}

fn told(account: &str, client: &Client, refusal: &Refusal) -> Fault {
    refusal.fault(account, client.endpoints.token_host())
}

/// Keeps the tokens of a login, in place of what was there.
///
/// # Errors
/// When they cannot be written.
pub async fn keep(client: &Client, tokens: &Tokens) -> Result<(), Fault> {
    let (client, tokens) = (client.clone(), tokens.clone());
    apart(move || {
        let _lock = Lock::take(&client.lock)?;
        client.kept.write(&tokens.text())
    })
    .await
}

/// Whether the server takes what the account logs in with.
///
/// # Errors
/// As for connecting.
pub async fn tried(setting: &Setting<'_>) -> Result<(), Fault> {
    setting.connect().await?.logout().await;
    Ok(())
}

/// mailherd as a client of the account's provider.
///
/// # Errors
/// Usage, when the account logs in otherwise.
pub fn client_of(account: &Account) -> Result<&Client, Fault> {
    let name = Printable::new(&account.name);
    let hint = "docs/oauth2.md shows `oauth2 = { … }`; `mailherd doctor` tries the login that is configured";
    let SecretSource::Oauth2(oauth2) = &account.secret else {
        return Err(Fault::usage(format!("account {name} logs in with a password, not with OAuth2"), hint));
    };
    oauth2.client().ok_or_else(|| {
        let cause = format!("the tokens of account {name} come from its token_command");
        Fault::usage(cause, "log in with the program that it calls; `mailherd doctor` tries the result")
    })
}

async fn secret_of(client: &Client) -> Result<Option<SecretString>, Fault> {
    match &client.secret {
        Some(source) => source.fetch_client_secret().await.map(Some),
        None => Ok(None),
    }
}

fn again(account: &str) -> String {
    format!("mailherd login --account {}", Printable::new(account))
}

/// On a thread that may wait.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    let broke = |_| Fault::local("the work on the tokens broke off inside mailherd", "please report it");
    tokio::task::spawn_blocking(work).await.map_err(broke)?
}

/// One process at a time renews an account's tokens. It ends with the process (flock).
struct Lock(File);

impl Lock {
    fn take(path: &Path) -> Result<Lock, Fault> {
        let cannot = |error: std::io::Error| {
            let cause = format!("cannot lock {}: {error}", Printable::new(&path.to_string_lossy()));
            Fault::local(cause, "check the state directory and its permissions")
        };
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(cannot)?;
        }
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).mode(0o600).open(path).map_err(cannot)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    let hint = "it is tried again; `fuser` on that file names who holds it";
                    return Err(Fault::transient("another mailherd is still renewing the tokens", hint));
                }
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            }
        }
    }
}

impl Drop for Lock {
    /// By word: a program that is just being started shares the open file until its exec.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::debug!(%error, "a lock is free only when its file is closed");
        }
    }
}
