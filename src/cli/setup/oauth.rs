//! The login with OAuth2 while an account is set up: the client is named, the user logs in at the provider's page, and the tokens wait in the
//! scratch directory for the last yes.

use std::path::PathBuf;

use secrecy::SecretString;

use super::Flow;
use super::account::typed;
use super::prompt::Question;
use crate::cli::login::{self, Way};
use crate::config::{Account, Keeping, Oauth2, SecretSource, TokenSource};
use crate::daemon::oauth;
use crate::logic::fault::Fault;
use crate::logic::oauth::{Preset, Tokens};

/// What the provider granted.
pub(super) struct Granted {
    /// The keys of `oauth2` in the config.
    pairs: Vec<(String, String)>,
    /// The client's secret, when it was typed.
    secret: Option<SecretString>,
    tokens: Tokens,
}

impl Flow<'_> {
    /// What the flags say.
    pub(super) fn given_oauth2(&self) -> Result<Option<Vec<(String, String)>>, Fault> {
        let args = self.args;
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        if let Some(command) = &args.oauth2_token_command {
            return Ok(Some(vec![pair("token_command", command)]));
        }
        let Some(id) = &args.oauth2_client_id else { return Ok(None) };
        let mut pairs = vec![pair("client_id", id)];
        if let Some(file) = &args.oauth2_client_secret_file {
            let gone = |error| Fault::usage(format!("the current directory is gone: {error}"), "name a whole path");
            let whole = std::path::absolute(file).map_err(gone)?;
            pairs.push(pair("client_secret_file", &whole.to_string_lossy()));
        }
        if let Some(command) = &args.oauth2_client_secret_command {
            pairs.push(pair("client_secret_command", command));
        }
        pairs.extend(args.oauth2.iter().cloned());
        Ok(Some(pairs))
    }

    /// Asks for the client, and has the user log in, until that works.
    pub(super) async fn ask_for_tokens(&mut self) -> Result<(), Fault> {
        loop {
            let pairs = vec![("client_id".to_owned(), self.client_id().await?)];
            let secret = self.client_secret().await?;
            match self.tokens_of(pairs, secret).await {
                Ok(source) => {
                    self.account.secret = source;
                    return Ok(());
                }
                // Without a hint it is the user who leaves.
                Err(fault) if fault.hint.is_empty() => return Err(fault),
                Err(fault) => self.prompt.say_fault(&fault),
            }
            self.try_again().await?;
        }
    }

    async fn client_id(&self) -> Result<String, Fault> {
        let question = Question {
            text: "Client id",
            why: "A client of your own, made once at the provider: docs/oauth2.md shows how.",
            flag: "--oauth2-client-id ID",
        };
        let some = |typed: &str| if typed.is_empty() { Err("it is empty".to_owned()) } else { Ok(typed.to_owned()) };
        self.prompt.text(&question, None, some).await
    }

    /// Some providers give a client one, and want it back, although it is none (RFC 8252, section 8.5).
    async fn client_secret(&self) -> Result<Option<SecretString>, Fault> {
        if !Preset::of_host(&self.account.host).is_some_and(Preset::wants_secret) {
            return Ok(None);
        }
        let question = Question {
            text: "Client secret",
            why: "It stands beside the client id. It is kept in a file that only you can read.",
            flag: "--oauth2-client-secret-file FILE",
        };
        self.prompt.secret(&question).await.map(Some)
    }

    /// What the account logs in with: the user says yes on the provider's page, unless a command prints tokens.
    pub(super) async fn tokens_of(
        &mut self,
        pairs: Vec<(String, String)>,
        secret: Option<SecretString>,
    ) -> Result<SecretSource, Fault> {
        let mut here: Vec<_> = pairs.iter().filter(|(key, _)| key != "keyring").cloned().collect();
        here.sort();
        let mut oauth2 = Oauth2::of_pairs(&self.account, &here, self.editing.path(), self.scratch.path())?;
        let TokenSource::Client(client) = &mut oauth2.source else {
            return Ok(SecretSource::Oauth2(Box::new(oauth2)));
        };
        if let Some(secret) = &secret {
            client.secret = Some(typed(secret.clone()));
        }
        let client = client.clone();
        let account = Account { secret: SecretSource::Oauth2(Box::new(oauth2)), ..self.account.clone() };
        let way = self.way_to_tokens(&account).await?;
        self.prompt.say("");
        let tell = |invitation| {
            let lines = login::lines(&invitation, self.prompt.style());
            lines.iter().for_each(|line| self.prompt.say_anyway(line));
        };
        let tokens = login::granted(&account, way, tell, async |again| self.prompt.pasted(again).await).await?;
        oauth::keep(&client, &tokens).await?;
        self.granted = Some(Granted { pairs, secret, tokens });
        Ok(account.secret)
    }

    async fn way_to_tokens(&self, account: &Account) -> Result<Way, Fault> {
        let endpoints = &oauth::client_of(account)?.endpoints;
        if self.args.oauth2_browser {
            return Ok(Way::Browser(None));
        }
        if !self.prompt.can_ask() || endpoints.device.is_none() || endpoints.authorize.is_none() {
            return Ok(login::usual(account));
        }
        let question = Question {
            text: "How do you log in there",
            why: "Some organisations allow no codes.",
            flag: "--oauth2-browser",
        };
        let ways = ["I enter a code, on any machine", "in a browser of this machine"];
        let chosen = self.prompt.choice(&question, &ways, 0).await?;
        Ok(if chosen == 0 { Way::Device } else { Way::Browser(None) })
    }

    /// After the last yes: a secret of the client that was typed goes into a file, and the account names its tokens where they will be.
    /// The file that was written.
    pub(super) async fn keep_client_secret(&mut self) -> Result<Option<PathBuf>, Fault> {
        let Some(granted) = &mut self.granted else { return Ok(None) };
        // The logins since may have renewed what was granted.
        if let SecretSource::Oauth2(oauth2) = &self.account.secret
            && let Some(client) = oauth2.client()
            && let Some(tokens) = client.kept.read()?.and_then(|text| Tokens::read(&text))
        {
            granted.tokens = tokens;
        }
        let mut written = None;
        if let Some(secret) = granted.secret.clone() {
            let stem = format!("{}.client-secret", self.account.name);
            let keeping = Keeping::file_beside(self.editing.path(), &stem);
            let kept = tokio::task::spawn_blocking(move || keeping.keep(&secret)).await;
            let broke = |_| Fault::local("the client secret could not be kept", "try another place");
            if let SecretSource::File(path) = kept.map_err(broke)?? {
                granted.pairs.push(("client_secret_file".to_owned(), path.to_string_lossy().into_owned()));
                written = Some(path);
            }
        }
        let state_dir = self.editing.state_dir()?;
        let oauth2 = Oauth2::of_pairs(&self.account, &granted.pairs, self.editing.path(), &state_dir)?;
        self.account.secret = SecretSource::Oauth2(Box::new(oauth2));
        Ok(written)
    }

    /// Puts the tokens where the config says that they are.
    pub(super) async fn keep_tokens(&self) -> Result<(), Fault> {
        let Some(granted) = &self.granted else { return Ok(()) };
        let SecretSource::Oauth2(oauth2) = &self.account.secret else { return Ok(()) };
        let Some(client) = oauth2.client() else { return Ok(()) };
        oauth::keep(client, &granted.tokens).await
    }
}
