//! The way in: what an account logs in with is fetched, and shown to its server.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::timeout;

use super::oauth::{self, Access};
use super::setting::endpoint;
use crate::config::{Account, Oauth2, SecretSource};
use crate::imap::connect;
use crate::imap::{Login, Session, Witness};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::printable::Printable;
use crate::logic::provider::Provider;

/// What is shown to the server.
pub(super) enum Key<'a> {
    Password(SecretString),
    Token(Access, &'a Oauth2),
}

impl Key<'_> {
    /// Fetches it. A command may ask its user, and a token may have to be renewed: it is not hurried.
    ///
    /// # Errors
    /// Credentials, when there is none; transient, when who gives it cannot be reached.
    pub(super) async fn of(account: &Account) -> Result<Key<'_>, Fault> {
        match &account.secret {
            SecretSource::Oauth2(oauth2) => {
                let access = oauth::access(&account.name, oauth2, None).await?;
                Ok(Key::Token(access, oauth2.as_ref()))
            }
            source => source.fetch().await.map(Key::Password),
        }
    }

    /// What `doctor` says of it.
    pub(super) fn words(&self) -> String {
        match self {
            Key::Password(_) => "the password could be read".to_owned(),
            Key::Token(access, _) => access.words.clone(),
        }
    }
}

/// Connects and logs in. A token that was kept and is refused may have ended early, or by a clock that is not ours: a new one is fetched
/// then, once, before anybody is told.
///
/// # Errors
/// As for connecting; `late` makes the fault of an attempt that takes longer than `limit`.
pub(super) async fn open(
    account: &Account,
    key: Key<'_>,
    limit: Duration,
    late: impl Fn(Duration) -> Fault,
    witness: Witness<'_>,
) -> Result<Session, Fault> {
    let endpoint = endpoint(account);
    let attempt = async |login: Login, witness: Witness<'_>| {
        let opened = connect::open_before(&endpoint, &login, witness);
        timeout(limit, opened).await.unwrap_or_else(|_| Err(late(limit)))
    };
    match key {
        Key::Password(secret) => {
            let opened = attempt(Login::with_password(&account.username, secret), witness).await;
            opened.map_err(|fault| advised(fault, &account.host))
        }
        Key::Token(access, oauth2) => {
            let opened = attempt(Login::with_token(&account.username, access.token.clone()), witness).await;
            match opened {
                Err(fault) if fault.kind == FaultKind::Credentials && access.may_be_stale => {
                    tracing::debug!(account = account.name, "the server refused a token that was kept");
                    let renewed = oauth::access(&account.name, oauth2, Some(&access.token)).await?;
                    let opened = attempt(Login::with_token(&account.username, renewed.token), witness).await;
                    opened.map_err(|fault| told(fault, account, oauth2))
                }
                opened => opened.map_err(|fault| told(fault, account, oauth2)),
            }
        }
    }
}

/// A refused password, with what its provider wants: no protocol says where app passwords are made.
fn advised(fault: Fault, host: &str) -> Fault {
    if fault.kind != FaultKind::Credentials {
        return fault;
    }
    match Provider::of_host(host).and_then(Provider::refused_words) {
        Some(hint) => Fault { hint, ..fault },
        None => fault,
    }
}

/// A new token that is refused, with the ways out.
fn told(fault: Fault, account: &Account, oauth2: &Oauth2) -> Fault {
    if fault.kind != FaultKind::Credentials {
        return fault;
    }
    let name = Printable::new(&account.name);
    let hint = match oauth2.client() {
        Some(_) => format!("{}: mailherd login --account {name}", fault.hint),
        None => "check that token_command prints an access token of this user, for IMAP".to_owned(),
    };
    Fault { hint, ..fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_password_is_told_what_its_provider_wants() {
        let fault = Fault::credentials("the server refused the login: NO [AUTHENTICATIONFAILED]", "check");
        assert!(advised(fault.clone(), "imap.gmail.com").hint.contains("https://myaccount.google.com/apppasswords"));
        assert_eq!(advised(fault.clone(), "imap.home.example"), fault);
        let busy = Fault::transient("too many connections", "wait");
        assert_eq!(advised(busy.clone(), "imap.gmail.com"), busy);
    }
}
