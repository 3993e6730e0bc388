//! What a pass is given: the account, the time, whom to ask, whom to tell.

use std::time::Duration;

use super::entry::{self, Key};
use crate::config::{Account, Tls};
use crate::imap::Session;
use crate::imap::connect::{Endpoint, TlsMode};
use crate::logic::engine::Unreadable;
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, UnixTime};

/// From the look-up of the host to the end of the login. Each step of it but the look-up has a shorter limit of its own, which
/// says more; together they would be minutes.
pub const CONNECT: Duration = Duration::from_secs(120);

/// How questions are answered.
pub trait Asking {
    /// `Some(answer)`, or `None` when there is nobody to ask (no terminal).
    fn ask(&self, question: &str) -> Option<bool>;
}

/// Who is told how it goes. Called often; must be cheap.
pub trait Watcher {
    /// So many messages of this mailbox have been read.
    fn reading(&self, account: &str, folder: &FolderName, done: u64, total: u64);
    /// So many messages have been filed.
    fn filing(&self, account: &str, done: u64, total: u64);
    /// Something worth a line.
    fn note(&self, account: &str, text: &str);
    /// Something that works, but not as well as it could, and what to do about it.
    fn advise(&self, account: &str, text: &str, hint: &str);
    /// The messages that the server cannot read, all that there are. Advice says so in words.
    fn unreadable(&self, _account: &str, _list: &[Unreadable]) {}
    /// Something was learned from what the user did with another program, and how to take it back.
    fn learned(&self, account: &str, text: &str, hint: &str) {
        self.advise(account, text, hint);
    }
    /// Rows are in the journal and the server is being told: stopping now would leave them to the next recovery.
    fn batch(&self, _under_way: bool) {}
    /// Asked before each batch; an error ends the work here, where no row is half-way.
    ///
    /// # Errors
    /// When the work is to stop.
    fn between_batches(&self) -> Result<(), Fault> {
        Ok(())
    }
    /// Whether something that cannot wait for the end of this work wants the connection: then it ends where it can be taken up again.
    fn is_wanted(&self) -> bool {
        false
    }
}

/// How work ends that makes way ([`Watcher::is_wanted`]).
pub(super) fn made_way() -> Fault {
    Fault::transient("the work was interrupted by something more urgent", "it goes on when that is done")
}

/// One account and the circumstances of the work on it.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The account.
    pub account: &'a Account,
    /// The time.
    pub now: UnixTime,
    /// `--yes` was given.
    pub yes: bool,
    /// Whom to ask.
    pub asking: &'a dyn Asking,
    /// Whom to tell.
    pub watcher: &'a dyn Watcher,
}

impl Setting<'_> {
    /// Connects and logs in.
    ///
    /// # Errors
    /// With the account's name in front of the cause.
    pub async fn connect(&self) -> Result<Session, Fault> {
        self.connect_within(CONNECT).await
    }

    /// The same, given up after `limit`. What it takes to get the password, or a token, does not count: a command may ask its user.
    ///
    /// # Errors
    /// As [`Setting::connect`]; transient when the time is over.
    pub async fn connect_within(&self, limit: Duration) -> Result<Session, Fault> {
        let account = self.account;
        let late = |limit: Duration| {
            Fault::transient(
                format!("timeout: no session with {} within {} seconds", account.host, limit.as_secs_f32()),
                "check the network; mailherd connects again",
            )
        };
        let opened = async {
            let key = Key::of(account).await?;
            entry::open(account, key, limit, late, &mut |_| {}).await
        };
        opened.await.map_err(|fault| fault.while_doing(&account.name))
    }

    /// Yes, by flag or by word.
    ///
    /// # Errors
    /// When the answer is no, or when there is nobody to ask: then the hint names the flag that answers.
    pub fn consent(&self, question: &str, what: &str) -> Result<(), Fault> {
        if self.yes {
            return Ok(());
        }
        match self.asking.ask(question) {
            Some(true) => Ok(()),
            Some(false) => Err(Fault::refused(what.to_owned(), "you said no: nothing was changed")),
            None => Err(Fault::refused(
                what.to_owned(),
                "if that is right, run it again with --yes; `mailherd plan` shows the details",
            )),
        }
    }
}

/// Where the account's server is.
pub fn endpoint(account: &Account) -> Endpoint {
    Endpoint {
        host: account.host.clone(),
        port: account.port,
        tls: match account.tls {
            Tls::Implicit => TlsMode::Implicit,
            Tls::Starttls => TlsMode::StartTls,
            Tls::None => TlsMode::None,
        },
        ca_file: account.tls_ca_file.clone(),
        pin_sha256: account.tls_pin_sha256,
    }
}
