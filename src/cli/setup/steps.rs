//! Shows the way to a server, step by step.

use super::prompt::Prompt;
use crate::cli::style::Tone;
use crate::daemon::steps::{Check, Finding, Step, day};
use crate::logic::printable::Printable;
use crate::logic::server::{Candidate, Certificate};

/// Shows steps as they come, and keeps what was found.
pub struct Steps<'a> {
    prompt: &'a Prompt,
    /// Everything that was found.
    pub checks: Vec<Check>,
    /// What the user has seen already on the way to this server, when it was tried without a password.
    again: bool,
    /// A question follows, which says more than a hint about a config that is not written yet.
    hints: bool,
}

/// The way that every session takes.
const WAY: [&str; 5] = ["secret", "dns", "tcp", "tls", "greeting"];

impl<'a> Steps<'a> {
    /// Nothing yet; the server is tried.
    pub fn new(prompt: &'a Prompt) -> Steps<'a> {
        Steps { prompt, checks: Vec::new(), again: false, hints: !prompt.can_ask() }
    }

    /// On a way that was shown before: what is good on it is not shown again.
    pub fn again(prompt: &'a Prompt) -> Steps<'a> {
        Steps { again: true, hints: true, ..Steps::new(prompt) }
    }

    /// One more.
    pub fn step(&mut self, step: Step) {
        match step {
            Step::Begins(part) => self.prompt.doing(part),
            Step::Done(check) => {
                self.prompt.done();
                let known = self.again && WAY.contains(&check.part);
                // Who else works on the account may go on meanwhile.
                if check.part != "lock" && (!known || check.finding != Finding::Good) {
                    show(self.prompt, &check, self.hints);
                }
                self.checks.push(check);
            }
        }
    }
}

/// `   ok  dns        imap.home.example is at 192.0.2.1`
fn show(prompt: &Prompt, check: &Check, hints: bool) {
    let (tone, word) = match check.finding {
        Finding::Good => (Tone::Good, " ok"),
        Finding::Warning => (Tone::Warn, "  !"),
        Finding::Bad => (Tone::Bad, "bad"),
    };
    let mark = prompt.style().paint(tone, word);
    prompt.say(format!("  {mark}  {:<12}  {}", check.part, Printable::new(&check.detail)));
    if !check.hint.is_empty() && hints {
        let hint = prompt.style().paint(Tone::Dim, "hint:");
        prompt.say(format!("                     {hint} {}", Printable::new(&check.hint)));
    }
}

/// `imap.home.example port 993 (TLS), said by autoconfig.home.example`
pub fn place(candidate: &Candidate) -> String {
    let tls = match candidate.tls {
        crate::config::Tls::Implicit => "TLS",
        crate::config::Tls::Starttls => "STARTTLS",
        crate::config::Tls::None => "no TLS",
    };
    let host = Printable::new(&candidate.host);
    format!("{host} port {} ({tls}), {}", candidate.port, Printable::new(&candidate.source.to_string()))
}

/// What a certificate says, for somebody who decides whether to trust it.
pub fn certificate(prompt: &Prompt, certificate: &Certificate) {
    let line = |label: &str, text: &str| {
        prompt.say(format!(
            "       {} {}",
            prompt.style().paint(Tone::Dim, format!("{label:>10}")),
            Printable::new(text)
        ));
    };
    line("subject", &certificate.subject);
    line("for", &certificate.names.join(", "));
    line("signed by", if certificate.issuer == certificate.subject { "itself" } else { &certificate.issuer });
    line("valid", &format!("{} to {}", day(certificate.not_before.0), day(certificate.not_after.0)));
    let [first, second] = certificate.fingerprint();
    line("SHA-256", &first);
    line("", &second);
}
