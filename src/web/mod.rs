//! HTTPS to strangers: one POST, to a public address only.
//!
//! The address comes out of a mail, so whoever wrote it must not be able to make mailherd knock on a door inside the user's own
//! network: names are resolved here, addresses that are not public are thrown away, and the connection goes to just the addresses that
//! were looked at (a second look-up could answer otherwise: DNS rebinding). No redirect is followed, no cookie kept, no proxy asked.

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
        let tls = TlsConfig::builder().root_certs(self.roots.clone()).build();
        let config = Config::builder()
            .https_only(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("mailherd")
            .timeout_global(Some(PATIENCE))
            .tls_config(tls)
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Guarded { may_reach: self.may_reach });
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
}

fn trouble(error: &str) -> Fault {
    Fault::transient(
        format!("the request could not be made: {}", Printable::new(error)),
        "try again later, or use the link in your mail program",
    )
}

/// Resolves as usual, and lets only those addresses through that may be reached.
#[derive(Debug)]
struct Guarded {
    may_reach: fn(std::net::IpAddr) -> bool,
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
            return Err(ureq::Error::Io(std::io::Error::other("its host is not on the public internet")));
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests;
