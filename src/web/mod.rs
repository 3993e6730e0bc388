//! HTTPS to strangers, to public addresses only: one POST, to unsubscribe; one GET, to ask a domain where its mail server is. And what DNS
//! says of that ([`dns`]). HTTPS to the endpoints that the user's own config names is [`endpoint`].
//!
//! The address comes out of a mail, or out of an address that somebody typed, so whoever wrote it must not be able to make mailherd knock on a door inside the user's own
//! network: names are resolved here, addresses that are not public are thrown away, and the connection goes to just the addresses that
//! were looked at (a second look-up could answer otherwise: DNS rebinding). A POST follows no redirect, a GET a few, each looked at in the same
//! way; no cookie is kept, no proxy asked.

pub mod dns;
pub mod endpoint;
mod public;

use std::io::Read;
use std::time::Duration;

use ureq::config::Config;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, http};

pub use public::is_public;

use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Everything together may take so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A GET follows so many: from a bare domain to `www`, and from there to a host for mail.
const REDIRECTS: u32 = 3;

/// Whom to trust and where one may go. The tests put their own server in place of the internet.
pub struct Web {
    roots: RootCerts,
    may_reach: fn(std::net::IpAddr) -> bool,
}

impl Default for Web {
    fn default() -> Web {
        Web { roots: RootCerts::PlatformVerifier, may_reach: is_public }
    }
}

impl Web {
    /// Sends `body` as a form and gives back the status. Blocks; for a thread that may.
    ///
    /// # Errors
    /// When the name has no public address, when the certificate is not trusted, when nobody answers in time.
    pub fn post_form(&self, url: &str, body: &'static str) -> Result<u16, Fault> {
        let agent = self.agent(PATIENCE, 0);
        let request = http::Request::post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        let request = request.map_err(|error| trouble(&error.to_string()))?;
        let mut response = agent.run(request).map_err(|error| trouble(&error.to_string()))?;
        // Read a little, so that the server sees its answer taken; what it says is of no interest.
        let mut first = [0; 1024];
        if let Err(error) = response.body_mut().as_reader().read(&mut first) {
            tracing::debug!(%error, "the answer to a POST was cut");
        }
        Ok(response.status().as_u16())
    }

    /// Fetches a text of at most `most` bytes; `None` when the server answers that there is nothing. Blocks, for `patience` at most;
    /// for a thread that may.
    ///
    /// # Errors
    /// As [`Web::post_form`]; and when the answer is too large, or no text.
    pub fn get(&self, url: &str, most: usize, patience: Duration) -> Result<Option<String>, Fault> {
        let request = http::Request::get(url).header("Accept", "text/xml, application/xml").body(());
        let request = request.map_err(|error| unfetched(&error.to_string()))?;
        let mut response =
            self.agent(patience, REDIRECTS).run(request).map_err(|error| unfetched(&error.to_string()))?;
        if response.status() != http::StatusCode::OK {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let mut body = response.body_mut().as_reader().take(most as u64 + 1);
        body.read_to_end(&mut bytes).map_err(|error| unfetched(&error.to_string()))?;
        if bytes.len() > most {
            return Err(unfetched("the answer is too large"));
        }
        String::from_utf8(bytes).map(Some).map_err(|_| unfetched("the answer is no text"))
    }

    fn agent(&self, patience: Duration, redirects: u32) -> Agent {
        self.agent_with(patience, redirects, true, Guarded { may_reach: self.may_reach, wanted: PUBLIC })
    }

    fn agent_with(&self, patience: Duration, redirects: u32, https_only: bool, guard: Guarded) -> Agent {
        let tls = TlsConfig::builder().root_certs(self.roots.clone()).build();
        let config = Config::builder()
            .https_only(https_only)
            .max_redirects(redirects)
            .max_redirects_will_error(redirects > 0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("mailherd")
            .timeout_global(Some(patience))
            .tls_config(tls)
            .build();
        Agent::with_parts(config, DefaultConnector::default(), guard)
    }
}

fn unfetched(error: &str) -> Fault {
    Fault::transient(format!("no answer over https: {}", Printable::new(error)), "name the server yourself")
}

fn trouble(error: &str) -> Fault {
    Fault::transient(
        format!("the request could not be made: {}", Printable::new(error)),
        "try again later, or use the link in your mail program",
    )
}

const PUBLIC: &str = "on the public internet";

/// Resolves as usual, and lets only those addresses through that may be reached.
#[derive(Debug)]
struct Guarded {
    may_reach: fn(std::net::IpAddr) -> bool,
    /// What an address is that may be reached, in words.
    wanted: &'static str,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in all.iter().filter(|address| (self.may_reach)(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() {
            return Err(ureq::Error::Io(std::io::Error::other(format!("its host is not {}", self.wanted))));
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests;
