//! The way to an account, step by step: what `doctor` prints and what the set-up shows while it tries a server.
//!
//! A step that fails ends the way; its name, its cause and what to do are what the user needs. Everything is looked at with the code
//! that a pass connects with.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::timeout;

use super::entry::{self, Key};
use super::setting::{CONNECT, endpoint};
use crate::config::{Account, Tls};
use crate::imap::{self, Capabilities, Session, Stage};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::server::Certificate;

/// A server that is only tried may take so long to greet.
const KNOCK: Duration = Duration::from_secs(20);

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// As it should be.
    Good,
    /// It works, but not as well as it could.
    Warning,
    /// mailherd cannot work like this.
    Bad,
}

/// One look at one part.
#[derive(Clone, Debug)]
pub struct Check {
    /// The account; `None`: of all of them.
    pub account: Option<String>,
    /// The part: `config`, `database`, `lock`, `secret`, `dns`, `tcp`, `tls`, `greeting`, `login`, `capabilities`, `folders`,
    /// `programs`, `clock`.
    pub part: &'static str,
    /// How bad it is.
    pub finding: Finding,
    /// What was found, one line.
    pub detail: String,
    /// What to do, one line; empty when there is nothing to do.
    pub hint: String,
    /// The managed folder whose name means something else there, or which holds mail already that is not ours: another name, or
    /// a yes, has to be given.
    pub clash: Option<Category>,
}

impl Check {
    pub(super) fn good(account: Option<&str>, part: &'static str, detail: impl Into<String>) -> Check {
        Check {
            account: account.map(str::to_owned),
            part,
            finding: Finding::Good,
            detail: detail.into(),
            hint: String::new(),
            clash: None,
        }
    }

    pub(super) fn warn(account: &str, part: &'static str, detail: impl Into<String>, hint: impl Into<String>) -> Check {
        Check { finding: Finding::Warning, hint: hint.into(), ..Check::good(Some(account), part, detail) }
    }

    pub(super) fn bad(account: Option<&str>, part: &'static str, fault: Fault) -> Check {
        Check { finding: Finding::Bad, hint: fault.hint, ..Check::good(account, part, fault.cause) }
    }
}

/// What is told on the way.
#[derive(Debug)]
pub enum Step {
    /// This part is looked at now.
    Begins(&'static str),
    /// It was looked at.
    Done(Check),
}

/// Who is told.
pub type Tell<'a> = &'a mut (dyn FnMut(Step) + Send);

/// Where the way ended.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The step that failed. It was told as a bad [`Check`], too.
    pub part: &'static str,
    /// Why.
    pub fault: Fault,
    /// The certificate that is not trusted and could be pinned.
    pub certificate: Option<Certificate>,
}

/// Goes to the account's server as far as one gets without a password or a token. `by_tokens`: the user could log in with tokens, so a server
/// that takes nothing else will do.
///
/// # Errors
/// The step that failed.
pub async fn knock(account: &Account, by_tokens: bool, tell: Tell<'_>) -> Result<(), Stop> {
    let mut way = Way::new(account, tell);
    let endpoint = endpoint(account);
    let mut witness = |stage: Stage<'_>| way.reached(stage);
    let knocked = timeout(KNOCK, imap::knock(&endpoint, &mut witness)).await;
    let outcome = knocked.unwrap_or_else(|_| Err(slow(KNOCK)));
    match outcome.and_then(|capabilities| takes_the_key(account, by_tokens, &capabilities)) {
        Ok(()) => Ok(()),
        Err(fault) => Err(way.stopped(fault)),
    }
}

/// Fetches the password and logs in.
///
/// # Errors
/// The step that failed.
pub(super) async fn log_in(account: &Account, tell: Tell<'_>) -> Result<Session, Stop> {
    let mut way = Way::new(account, tell);
    way.begin("secret");
    let key = match Key::of(account).await {
        Ok(key) => key,
        Err(fault) => return Err(way.stopped(fault)),
    };
    way.done(key.words());
    let opened = {
        let mut witness = |stage: Stage<'_>| way.reached(stage);
        entry::open(account, key, CONNECT, slow, &mut witness).await
    };
    opened.map_err(|fault| way.stopped(fault))
}

fn slow(patience: Duration) -> Fault {
    let cause = format!("timeout: nothing came of it within {} seconds", patience.as_secs());
    Fault::transient(cause, "check `host`, `port` and `tls`, the network and firewalls")
}

/// Whether something that the account could log in with is of any use there.
fn takes_the_key(account: &Account, by_tokens: bool, capabilities: &Capabilities) -> Result<(), Fault> {
    let tokens = capabilities.has("AUTH=XOAUTH2") || capabilities.has("AUTH=OAUTHBEARER");
    if by_tokens && tokens { Ok(()) } else { takes_passwords(account, capabilities, tokens) }
}

/// Whether a password is of any use there (RFC 9051, section 6.2.3; RFC 4616).
fn takes_passwords(account: &Account, capabilities: &Capabilities, tokens: bool) -> Result<(), Fault> {
    if capabilities.has("AUTH=PLAIN") || !capabilities.has("LOGINDISABLED") {
        return Ok(());
    }
    let hint = match (tokens, account.tls) {
        (true, _) => "it wants OAuth2: --oauth2-client-id, or `oauth2` in the config (docs/oauth2.md)",
        (false, Tls::None) => "use TLS: tls = \"implicit\" or \"starttls\"",
        (false, _) => "ask your provider how programs may log in",
    };
    Err(Fault::refused("the server allows no login with a password here (LOGINDISABLED)", hint))
}

/// One way, as far as it went.
struct Way<'a> {
    account: &'a Account,
    tell: Tell<'a>,
    at: &'static str,
    certificate: Option<Certificate>,
    /// Whether the step that is done next is the first of this kind: TLS is begun twice where it comes by STARTTLS.
    begun: Vec<&'static str>,
}

impl<'a> Way<'a> {
    fn new(account: &'a Account, tell: Tell<'a>) -> Way<'a> {
        Way { account, tell, at: "dns", certificate: None, begun: Vec::new() }
    }

    fn begin(&mut self, part: &'static str) {
        self.at = part;
        if !self.begun.contains(&part) {
            self.begun.push(part);
            (self.tell)(Step::Begins(part));
        }
    }

    fn done(&mut self, detail: String) {
        (self.tell)(Step::Done(Check::good(Some(&self.account.name), self.at, detail)));
    }

    fn reached(&mut self, stage: Stage<'_>) {
        match stage {
            Stage::Begin(part) => self.begin(part),
            Stage::Resolved(addresses) => self.done(resolved(&self.account.host, addresses)),
            Stage::Connected(address) => self.done(format!("somebody listens at {address}")),
            Stage::Presented(certificate) => self.certificate = Some(certificate.clone()),
            Stage::Secured => {
                let pinned = self.account.tls_pin_sha256.is_some();
                let shown = self.certificate.take().map(|certificate| described(&certificate, pinned));
                self.done(shown.unwrap_or_default());
            }
            Stage::Greeted(capabilities) => self.done(greeted(capabilities)),
            Stage::LoggedIn => self.done(format!("{} is logged in", self.account.username)),
        }
    }

    fn stopped(self, fault: Fault) -> Stop {
        let check = Check::bad(Some(&self.account.name), self.at, fault.clone());
        (self.tell)(Step::Done(check));
        let certificate = if self.at == "tls" { self.certificate } else { None };
        Stop { part: self.at, fault, certificate }
    }
}

fn resolved(host: &str, addresses: &[SocketAddr]) -> String {
    if host.parse::<IpAddr>().is_ok() {
        return format!("{host} is an address");
    }
    let mut shown: Vec<String> = Vec::new();
    for address in addresses.iter().map(|address| address.ip().to_string()) {
        if !shown.contains(&address) {
            shown.push(address);
        }
    }
    let more = shown.len().saturating_sub(3);
    shown.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{host} is at {}{more}", shown.join(", "))
}

/// `CN=imap.home.example, by CN=R11,O=Let's Encrypt, until 2027-02-01`
fn described(certificate: &Certificate, pinned: bool) -> String {
    let name = match (certificate.subject.as_str(), certificate.names.first()) {
        ("", Some(name)) => name.clone(),
        ("", None) => "a certificate".to_owned(),
        (subject, _) => subject.to_owned(),
    };
    let by = if certificate.issuer == certificate.subject { "itself" } else { &certificate.issuer };
    let trusted = if pinned { "trusted by its fingerprint" } else { "trusted" };
    format!("{name}, signed by {by}, until {}: {trusted}", day(certificate.not_after.0))
}

/// `2027-02-01`, in UTC.
pub fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}

fn greeted(capabilities: &Capabilities) -> String {
    let ways: Vec<&str> = capabilities.all().filter_map(|word| word.strip_prefix("AUTH=")).collect();
    let ways = if ways.is_empty() { "LOGIN".to_owned() } else { ways.join(", ") };
    format!("an IMAP server; it takes {ways}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_passwords_is_found_out_before_one_is_typed() {
        let account = Account::draft("x".into(), crate::logic::ids::Address::parse("a@b.example").unwrap());
        let fault = takes_the_key(&account, false, &Capabilities::new(["LOGINDISABLED", "AUTH=XOAUTH2"])).unwrap_err();
        assert!(fault.cause.contains("LOGINDISABLED") && fault.hint.contains("OAuth2"), "{fault:?}");
        assert!(takes_the_key(&account, true, &Capabilities::new(["LOGINDISABLED", "AUTH=XOAUTH2"])).is_ok());
        for words in [&["LOGINDISABLED", "AUTH=PLAIN"][..], &["IMAP4REV1"], &[]] {
            assert!(takes_the_key(&account, false, &Capabilities::new(words)).is_ok());
        }
    }

    #[test]
    fn many_addresses_are_cut() {
        let at = |n: u8| SocketAddr::from(([192, 0, 2, n], 993));
        assert_eq!(
            resolved("h", &[at(1), at(1), at(2), at(3), at(4)]),
            "h is at 192.0.2.1, 192.0.2.2, 192.0.2.3 and 1 more"
        );
        assert_eq!(resolved("::1", &[at(1)]), "::1 is an address");
    }
}
