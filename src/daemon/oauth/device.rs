//! The device flow (RFC 8628): the user types a code on a page, on whatever machine, and mailherd asks until that is done.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

use super::{apart, asked_grant, client_of, post, secret_of, told};
use crate::config::{Account, Client};
use crate::daemon::clock;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::oauth::{DeviceCode, Form, Grant, Next, Polling, Refusal, Tokens, read_device_code};
use crate::logic::printable::Printable;

/// A login that waits for the user.
pub struct DeviceLogin {
    account: String,
    client: Client,
    secret: Option<SecretString>,
    code: DeviceCode,
    until: Instant,
}

impl DeviceLogin {
    /// Asks the provider for a code.
    ///
    /// # Errors
    /// Usage, when the provider has no such way; what the provider objects to; transient, when it cannot be reached.
    pub async fn begin(account: &Account) -> Result<DeviceLogin, Fault> {
        let client = client_of(account)?.clone();
        let Some(url) = client.endpoints.device.clone() else {
            let cause = "this provider gives no codes for mail (no device_url)";
            return Err(Fault::usage(cause, "log in by the browser: mailherd login --browser"));
        };
        let (name, secret) = (account.name.clone(), secret_of(&client).await?);
        let code = apart({
            let (name, client, secret) = (name.clone(), client.clone(), secret.clone());
            move || {
                let form = Form::default().with("scope", &client.endpoints.scope);
                let said = post(&client, &url, secret.as_ref(), form)?;
                read_device_code(said.status, &said.body).map_err(|refusal| told(&name, &client, &refusal))
            }
        })
        .await?;
        let life = Duration::from_secs(code.expires_in.unsigned_abs());
        Ok(DeviceLogin { account: name, client, secret, code, until: Instant::now() + life })
    }

    /// What the user types.
    pub fn code(&self) -> Printable {
        Printable::new(&self.code.user_code)
    }

    /// Where.
    pub fn page(&self) -> Printable {
        Printable::new(&self.code.verification_uri)
    }

    /// How long the code is good, in seconds from its beginning.
    pub fn expires_in(&self) -> i64 {
        self.code.expires_in
    }

    /// Waits until the user has said yes.
    ///
    /// # Errors
    /// Refused, on a no, and when the code has ended; what the provider objects to.
    pub async fn tokens(self) -> Result<Tokens, Fault> {
        let mut polling = Polling::every(self.code.interval);
        loop {
            if Instant::now() + polling.interval() > self.until {
                let expired = Refusal::Said { error: "expired_token".to_owned(), words: String::new() };
                return Err(told(&self.account, &self.client, &expired));
            }
            sleep(polling.interval()).await;
            let next = match self.ask().await {
                Ok(answer) => polling.heard(answer),
                // The network comes and goes.
                Err(fault) if fault.kind == FaultKind::Transient => polling.unheard(),
                Err(fault) => return Err(fault),
            };
            match next {
                Next::Done(grant) => {
                    let (url, id) = (&self.client.endpoints.token, &self.client.id);
                    return Ok(Tokens::granted(grant, None, url, id, clock::now()));
                }
                Next::Wait => {}
                Next::Over(refusal) => return Err(told(&self.account, &self.client, &refusal)),
            }
        }
    }

    async fn ask(&self) -> Result<Result<Grant, Refusal>, Fault> {
        let form = Form::default()
            .with("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .with("device_code", self.code.device_code.expose_secret());
        let (client, secret) = (self.client.clone(), self.secret.clone());
        apart(move || asked_grant(&client, secret.as_ref(), form)).await
    }
}
