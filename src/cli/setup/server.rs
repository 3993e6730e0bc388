//! Which server: found or named, then tried.

use futures_util::future::join_all;

use super::Flow;
use super::prompt::Question;
use super::steps::{Steps, certificate, place};
use crate::cli::style::Tone;
use crate::config::{Account, Tls};
use crate::daemon::discovery::{self, Asked};
use crate::daemon::steps::{Stop, knock};
use crate::logic::fault::Fault;
use crate::logic::oauth::Preset;
use crate::logic::printable::Printable;
use crate::logic::provider::{Password, Provider};
use crate::logic::server::{Candidate, Certificate, Source};

impl Flow<'_> {
    /// Finds the server and tries it, until one greets with a certificate that is trusted.
    pub(super) async fn find_server(&mut self) -> Result<(), Fault> {
        let candidates = match &self.args.host {
            Some(host) => self.named(host)?,
            None => self.discover().await?,
        };
        self.try_servers(candidates).await
    }

    /// Tries these, and what the user names then, until one greets with a certificate that is trusted.
    pub(super) async fn try_servers(&mut self, mut candidates: Vec<Candidate>) -> Result<(), Fault> {
        loop {
            let stop = match self.first_that_answers(&candidates).await? {
                Ok(()) => return Ok(()),
                Err(stop) => stop,
            };
            if !self.prompt.can_ask() {
                return Err(stop.map_or_else(nothing_found, unanswered));
            }
            candidates = self.ask_for_host().await?;
        }
    }

    /// Tries candidates in their order; the first that answers is the account's. Where one answers with a certificate that is not trusted,
    /// the user may pin it.
    async fn first_that_answers(&mut self, candidates: &[Candidate]) -> Result<Result<(), Option<Stop>>, Fault> {
        let mut last = None;
        let guessed = candidates.iter().filter(|candidate| candidate.source == Source::Common).count() > 1;
        let answering = if guessed { self.try_all_at_once(candidates).await } else { candidates.to_vec() };
        for candidate in &answering {
            self.take(candidate);
            self.prompt.say(format!("\n{}", place(candidate)));
            if discovery::is_foreign(candidate, &self.account.email) && !self.trusts_foreign(candidate).await? {
                continue;
            }
            loop {
                let Err(stop) = self.knock().await else { return Ok(Ok(())) };
                let pinned = match &stop.certificate {
                    Some(shown) if self.may_pin() => self.pin(shown).await?,
                    _ => false,
                };
                if pinned {
                    continue;
                }
                let found = stop.certificate.is_some();
                last = Some(stop);
                if found {
                    // It is there, and the user does not trust it: another port of it would be no better.
                    return Ok(Err(last));
                }
                break;
            }
        }
        Ok(Err(last))
    }

    /// Where the account is said to be.
    fn take(&mut self, candidate: &Candidate) {
        self.account.host.clone_from(&candidate.host);
        (self.account.port, self.account.tls) = (candidate.port, candidate.tls);
        self.trust_as_said(candidate);
        if self.known.is_none() {
            let email = self.account.email.as_str().to_owned();
            self.account.username = self.args.username.clone().or_else(|| candidate.username.clone()).unwrap_or(email);
        }
        self.provider = Provider::of_host(&candidate.host).or_else(|| match candidate.source {
            Source::Provider(_) => Provider::of_domain(self.account.email.domain()),
            _ => None,
        });
    }

    /// What the flags say of the certificate; else, on the host of an account that is there, what holds already.
    fn trust_as_said(&mut self, candidate: &Candidate) {
        let args = self.args;
        let said = args.no_tls_pin || args.tls_pin_sha256.is_some() || args.tls_ca_file.is_some();
        let known = self.known.as_ref().filter(|known| known.host == candidate.host && !said);
        self.account.tls_ca_file = known.map_or(args.tls_ca_file.clone(), |known| known.tls_ca_file.clone());
        self.account.tls_pin_sha256 = known.map_or(args.tls_pin_sha256, |known| known.tls_pin_sha256);
    }

    /// Not in place of a pin that was given by flag, or with a yes just now.
    fn may_pin(&self) -> bool {
        match self.account.tls_pin_sha256 {
            None => true,
            Some(pin) => self.known.as_ref().is_some_and(|known| known.tls_pin_sha256 == Some(pin)),
        }
    }

    async fn knock(&mut self) -> Result<(), Stop> {
        let mut steps = Steps::new(&self.prompt);
        knock(&self.account, self.could_use_tokens(&self.account.host), &mut |step| steps.step(step)).await
    }

    /// By flags, or because the set-up offers it there.
    fn could_use_tokens(&self, host: &str) -> bool {
        let args = self.args;
        args.oauth2_client_id.is_some() || args.oauth2_token_command.is_some() || Preset::of_host(host).is_some()
    }

    async fn pin(&mut self, shown: &Certificate) -> Result<bool, Fault> {
        certificate(&self.prompt, shown);
        let flag = format!("--tls-pin-sha256 {}", shown.pin());
        let other = self.account.tls_pin_sha256.is_some();
        let question = Question {
            text: if other { "Trust this certificate from now on" } else { "Trust this one certificate" },
            why: if other {
                "It is another one than the one you trusted. Only if you know why, and the SHA-256 is what your server says."
            } else {
                "Only if this is your own server, or a bridge on this machine, and the SHA-256 is what it says there."
            },
            flag: &flag,
        };
        if !self.prompt.can_ask() {
            return Ok(false);
        }
        let trusted = self.prompt.yes_or_no(&question, false).await?;
        if trusted {
            self.account.tls_ca_file = None;
            self.account.tls_pin_sha256 = Some(shown.sha256);
        }
        Ok(trusted)
    }

    async fn trusts_foreign(&self, candidate: &Candidate) -> Result<bool, Fault> {
        let why = format!(
            "The DNS of {} names a server of somebody else, and DNS is not signed.",
            Printable::new(self.account.email.domain())
        );
        let text = format!("Is {} really your provider", Printable::new(&candidate.host));
        let flag = format!("--host {}", candidate.host);
        let question = Question { text: &text, why: &why, flag: &flag };
        if self.prompt.can_ask() { self.prompt.yes_or_no(&question, false).await } else { Ok(false) }
    }

    /// Common names are many and mostly wrong: all are tried at once, and those that answer are kept.
    async fn try_all_at_once(&self, candidates: &[Candidate]) -> Vec<Candidate> {
        let tries = candidates.iter().map(|candidate| async {
            let mut account = self.account.clone();
            account.host.clone_from(&candidate.host);
            (account.port, account.tls) = (candidate.port, candidate.tls);
            knock(&account, self.could_use_tokens(&account.host), &mut |_| {}).await
        });
        let outcomes = join_all(tries).await;
        let mut answering = Vec::new();
        let mut unknown: Vec<&str> = Vec::new();
        for (candidate, outcome) in candidates.iter().zip(outcomes) {
            match outcome {
                Err(stop) if stop.part == "dns" => {
                    if !unknown.contains(&candidate.host.as_str()) {
                        unknown.push(&candidate.host);
                    }
                }
                Err(stop) if stop.certificate.is_none() => {
                    let why = self.prompt.style().paint(Tone::Dim, Printable::new(&stop.fault.cause));
                    self.prompt.say(format!("   --  {why}"));
                }
                _ => answering.push(candidate.clone()),
            }
        }
        if !unknown.is_empty() {
            let hosts = Printable::new(&unknown.join(", ")).to_string();
            self.prompt
                .say(format!("   --  {}", self.prompt.style().paint(Tone::Dim, format!("no such host: {hosts}"))));
        }
        answering
    }

    async fn discover(&mut self) -> Result<Vec<Candidate>, Fault> {
        let email = self.account.email.clone();
        if let Some((provider, candidate)) = discovery::built_in(&email) {
            self.introduce(provider).await?;
            return Ok(vec![candidate]);
        }
        self.prompt.say(format!("\nLooking for the mail server of {}", Printable::new(email.domain())));
        let mut found = Vec::new();
        for asked in discovery::ask_domain(&email).await {
            self.show_asked(&asked);
            add(&mut found, asked.result.unwrap_or_default());
        }
        if found.is_empty() && self.may_ask_database().await? {
            let asked = discovery::ask_database(&email).await;
            self.show_asked(&asked);
            add(&mut found, asked.result.unwrap_or_default());
        }
        if let Some(provider) = found.iter().find_map(|candidate| Provider::of_host(&candidate.host)) {
            self.introduce(provider).await?;
        }
        if found.is_empty() {
            self.prompt.say("\nTrying the names that mail servers commonly have");
            found = discovery::common(&email);
        }
        Ok(found)
    }

    fn show_asked(&self, asked: &Asked) {
        let style = self.prompt.style();
        let who = Printable::new(&asked.who);
        match &asked.result {
            Ok(found) if found.is_empty() => {
                self.prompt.say(format!("   --  {who}: {}", style.paint(Tone::Dim, "says nothing")))
            }
            Ok(found) => {
                let mark = style.paint(Tone::Good, " ok");
                let hosts: Vec<&str> = found.iter().map(|candidate| candidate.host.as_str()).collect();
                self.prompt.say(format!("  {mark}  {who}: {}", Printable::new(&hosts.join(", "))));
            }
            Err(fault) if fault.cause.contains("failed to lookup address") => {
                self.prompt.say(format!("   --  {who}: {}", style.paint(Tone::Dim, "no such host")));
            }
            Err(fault) => {
                self.prompt.say(format!("   --  {who}: {}", style.paint(Tone::Dim, Printable::new(&fault.cause))));
            }
        }
    }

    async fn may_ask_database(&self) -> Result<bool, Fault> {
        if self.args.ask_database || !self.prompt.can_ask() {
            return Ok(self.args.ask_database);
        }
        let domain = Printable::new(self.account.email.domain()).to_string();
        let why = format!(
            "It knows many providers. It would learn that somebody here has mail at {domain}; not your address."
        );
        let question =
            Question { text: "Ask Mozilla's database (autoconfig.thunderbird.net)", why: &why, flag: "--ask-database" };
        self.prompt.yes_or_no(&question, false).await
    }

    /// What one should know of a provider before its password is asked for.
    async fn introduce(&mut self, provider: &'static Provider) -> Result<(), Fault> {
        self.prompt.say(format!("\n{}", self.prompt.style().paint(Tone::Bold, provider.name)));
        let lines = provider.password_words().into_iter().chain([provider.note.to_owned()]);
        lines.filter(|line| !line.is_empty()).for_each(|line| self.prompt.tell(Tone::Plain, &line));
        let Password::Oauth2 { why } = provider.password else { return Ok(()) };
        if self.args.has_password() {
            return Ok(());
        }
        if self.prompt.can_ask() {
            return Ok(());
        }
        Err(Fault::usage(why, "give --oauth2-client-id ID, or --oauth2-token-command COMMAND (docs/oauth2.md)"))
    }

    /// What `--host`, or the user, names: with `--port` and `--tls`, else the usual ones, the safer first.
    fn named(&self, host: &str) -> Result<Vec<Candidate>, Fault> {
        let named = candidates(host, self.args.port, self.args.tls);
        named.map_err(|why| Fault::usage(why, "write --host imap.example.org, and the port into --port"))
    }

    pub(super) async fn ask_for_host(&self) -> Result<Vec<Candidate>, Fault> {
        let question = Question {
            text: "IMAP server",
            why: "As your provider's help page calls it: a name, or name:port.",
            flag: "--host HOST",
        };
        let before = (!self.account.host.is_empty()).then(|| place_of(&self.account));
        let there = self.known.as_ref().map(|known| (place_of(known), known));
        let check = |typed: &str| match &there {
            // Where it is already, as it is there.
            Some((place, known)) if *place == typed.trim() => candidates(typed, Some(known.port), Some(known.tls)),
            _ => candidates(typed, None, None),
        };
        self.prompt.text(&question, before.as_deref(), check).await
    }
}

fn nothing_found() -> Fault {
    Fault::usage("no mail server was found for this address", "name it with --host HOST (and --port, --tls)")
}

/// Where the server ends it, in the words of the flags.
fn unanswered(stop: Stop) -> Fault {
    match &stop.certificate {
        Some(shown) => {
            let hint = format!("if it is your own server: --tls-pin-sha256 {}, or --tls-ca-file FILE", shown.pin());
            Fault { hint, ..stop.fault }
        }
        None => stop.fault,
    }
}

fn add(found: &mut Vec<Candidate>, more: Vec<Candidate>) {
    for candidate in more {
        if !found.iter().any(|known| known.is_same_place(&candidate)) {
            found.push(candidate);
        }
    }
}

/// `imap.home.example` on its usual port, else `imap.home.example:1993`.
pub(super) fn place_of(account: &Account) -> String {
    let host = if account.host.contains(':') { format!("[{}]", account.host) } else { account.host.clone() };
    if account.port == account.tls.default_port() { host } else { format!("{host}:{}", account.port) }
}

/// What a name, an address, `name:port` or `[address]:port` stands for. Without a word about TLS both ways are tried; none at all
/// only towards this machine.
pub(super) fn candidates(text: &str, port: Option<u16>, tls: Option<Tls>) -> Result<Vec<Candidate>, String> {
    let (host, typed_port) = host_and_port(text.trim())?;
    let port = port.or(typed_port);
    let loopback = host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let ways = match (tls, port) {
        (Some(Tls::None), _) if !loopback => return Err("without TLS only to this machine itself".to_owned()),
        (Some(tls), _) => vec![tls],
        (None, Some(143)) => vec![Tls::Starttls, Tls::Implicit],
        (None, _) => vec![Tls::Implicit, Tls::Starttls],
    };
    let candidate = |tls: Tls| Candidate {
        host: host.clone(),
        port: port.unwrap_or_else(|| tls.default_port()),
        tls,
        username: None,
        source: Source::You,
    };
    Ok(ways.into_iter().map(candidate).collect())
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    let wrong = || format!("\"{text}\" is no host; write it like imap.example.org or imap.example.org:993");
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or_else(wrong)?;
            (host, after.strip_prefix(':'))
        }
        None if text.matches(':').count() > 1 => (text, None),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let named = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.is_empty() || !(host.chars().all(named) || host.parse::<std::net::IpAddr>().is_ok()) {
        return Err(wrong());
    }
    let port = port.map(|port| port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)).transpose()?;
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<String> {
        let found = candidates(text, None, None).unwrap();
        found.iter().map(|one| format!("{} {} {}", one.host, one.port, one.tls.word())).collect()
    }

    #[test]
    fn what_is_typed_as_a_server_is_understood() {
        assert_eq!(places(" imap.a.example "), ["imap.a.example 993 implicit", "imap.a.example 143 starttls"]);
        assert_eq!(places("a.example:143"), ["a.example 143 starttls", "a.example 143 implicit"]);
        assert_eq!(places("[::1]:1143"), ["::1 1143 implicit", "::1 1143 starttls"]);
        assert_eq!(places("::1")[0], "::1 993 implicit");
        for wrong in ["", "a b", "https://a.example", "a.example:0", "a.example:x", "[::1", "a/b", "a:99999"] {
            assert!(candidates(wrong, None, None).is_err(), "{wrong}");
        }
        assert!(candidates("a.example", None, Some(Tls::None)).is_err());
        assert_eq!(candidates("127.0.0.1", Some(1), Some(Tls::None)).unwrap().len(), 1);
    }
}
