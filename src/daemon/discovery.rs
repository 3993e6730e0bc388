//! Finds an address's IMAP server: what is known of its provider, what the domain says of itself over https and in DNS, what
//! Mozilla's database knows (when the user allows to ask), and the names that servers commonly have.
//!
//! Candidates only: whoever uses one tries it first ([`super::steps::knock`]), and sends no password before that.

use std::time::Duration;

use crate::logic::autoconfig::{self, LARGEST};
use crate::logic::domains::registrable_domain;
use crate::logic::fault::Fault;
use crate::logic::ids::Address;
use crate::logic::provider::Provider;
use crate::logic::server::{Candidate, Source, Tls};
use crate::web::{Web, dns};

/// For one answer over https.
const PATIENCE: Duration = Duration::from_secs(8);

/// One place that was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who was asked, as the user reads it.
    pub who: String,
    /// What came of it.
    pub result: Result<Vec<Candidate>, Fault>,
}

impl Asked {
    fn new(who: impl Into<String>, result: Result<Vec<Candidate>, Fault>) -> Asked {
        Asked { who: who.into(), result }
    }
}

/// What is built in: no question to anybody.
pub fn built_in(email: &Address) -> Option<(&'static Provider, Candidate)> {
    let provider = Provider::of_domain(email.domain())?;
    Some((provider, provider.candidate(email, false)))
}

/// Asks the domain itself: autoconfig over https, then its DNS. Everything is asked at once; the answers come in the order in which
/// they are to be tried.
pub async fn ask_domain(email: &Address) -> Vec<Asked> {
    let Some(domain) = autoconfig::domain(email) else { return Vec::new() };
    let [own, well_known] = autoconfig::addresses(email, domain);
    let (own, well_known, records) = tokio::join!(
        fetch(own, email.clone(), Source::Autoconfig(format!("autoconfig.{domain}"))),
        fetch(well_known, email.clone(), Source::Autoconfig(domain.to_owned())),
        dns::mail_records(domain),
    );
    let mut asked = vec![
        Asked::new(format!("https://autoconfig.{domain}"), own),
        Asked::new(format!("https://{domain}/.well-known/autoconfig"), well_known),
    ];
    match records {
        Ok(records) => {
            let mut srv = Candidate::of_srv(&records.imaps, Tls::Implicit);
            srv.extend(Candidate::of_srv(&records.imap, Tls::Starttls));
            asked.push(Asked::new(format!("DNS, SRV of _imaps._tcp.{domain}"), Ok(srv)));
            let delivered = records.mx.iter().find_map(|host| Provider::of_mx(host));
            let candidate = delivered.map(|provider| provider.candidate(email, true));
            asked.push(Asked::new(format!("DNS, MX of {domain}"), Ok(candidate.into_iter().collect())));
        }
        Err(fault) => asked.push(Asked::new(format!("DNS, SRV and MX of {domain}"), Err(fault))),
    }
    asked
}

/// Asks Mozilla's database, which learns the domain. Only when the user allowed it.
pub async fn ask_database(email: &Address) -> Asked {
    let domain = autoconfig::domain(email).unwrap_or_default().to_owned();
    Asked::new("Mozilla's database", fetch(autoconfig::database(&domain), email.clone(), Source::Database).await)
}

/// The names that servers of the domain commonly have.
pub fn common(email: &Address) -> Vec<Candidate> {
    autoconfig::domain(email).map(Candidate::common).unwrap_or_default()
}

/// Whether a server's name came from DNS, which nobody signed, and belongs to another organisation than the address: then the user has to
/// say yes before a password goes there (RFC 6186, section 6).
pub fn is_foreign(candidate: &Candidate, email: &Address) -> bool {
    candidate.source == Source::Dns
        && registrable_domain(&candidate.host) != registrable_domain(email.domain())
        && Provider::of_host(&candidate.host).is_none()
}

async fn fetch(url: String, email: Address, source: Source) -> Result<Vec<Candidate>, Fault> {
    let fetched = tokio::task::spawn_blocking(move || match Web::default().get(&url, LARGEST, PATIENCE)? {
        Some(text) => autoconfig::read(&text, &email, &source),
        None => Ok(Vec::new()),
    });
    fetched.await.unwrap_or_else(|_| Err(Fault::local("the question broke off", "name the server yourself")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(host: &str, source: Source) -> Candidate {
        Candidate { host: host.into(), port: 993, tls: Tls::Implicit, username: None, source }
    }

    #[test]
    fn a_strangers_server_named_by_dns_is_asked_about() {
        let email = Address::parse("me@home.example.org").unwrap();
        assert!(is_foreign(&candidate("imap.evil.example.net", Source::Dns), &email));
        assert!(!is_foreign(&candidate("imap.example.org", Source::Dns), &email));
        assert!(!is_foreign(&candidate("imap.gmail.com", Source::Dns), &email));
        assert!(!is_foreign(&candidate("imap.evil.example.net", Source::You), &email));
    }

    #[tokio::test]
    async fn a_domain_that_is_none_is_not_asked_about() {
        for address in ["me@localhost", "me@a/b?.example", "me@täst.example"] {
            let email = Address::parse(address).unwrap();
            assert!(ask_domain(&email).await.is_empty() && common(&email).is_empty(), "{address}");
        }
    }
}
