//! Where an account's IMAP server may be, and what it shows of itself before anybody logs in.

use std::fmt;

use super::ids::UnixTime;

/// How the connection to the server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tls {
    /// TLS from the first byte (RFC 8314, section 3.2), by default on port 993.
    #[default]
    Implicit,
    /// STARTTLS before anything else, by default on port 143; never optional once configured.
    Starttls,
    /// None at all: loopback addresses only.
    None,
}

impl Tls {
    /// The words of the config.
    pub const WORDS: [(&str, Tls); 3] = [("implicit", Tls::Implicit), ("starttls", Tls::Starttls), ("none", Tls::None)];

    /// As it stands in the config.
    pub fn word(self) -> &'static str {
        match self {
            Tls::Implicit => "implicit",
            Tls::Starttls => "starttls",
            Tls::None => "none",
        }
    }

    /// By the word of the config.
    pub fn from_word(word: &str) -> Option<Tls> {
        Tls::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, tls)| tls)
    }

    /// The port that goes with it when none is named.
    pub fn default_port(self) -> u16 {
        match self {
            Tls::Implicit => 993,
            Tls::Starttls | Tls::None => 143,
        }
    }
}

/// Who named a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The user.
    You,
    /// The table of large providers, by the domain of the address.
    Provider(&'static str),
    /// The same, by where the domain has its mail delivered (MX).
    DeliversTo(&'static str),
    /// The domain itself, over https: the address of its answer.
    Autoconfig(String),
    /// The domain itself, in DNS (RFC 6186). Not authenticated.
    Dns,
    /// Mozilla's database.
    Database,
    /// A name that servers commonly have.
    Common,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::You => f.write_str("as you said"),
            Source::Provider(name) => write!(f, "{name}, from the built-in list"),
            Source::DeliversTo(name) => write!(f, "{name}, which takes the domain's mail (MX)"),
            Source::Autoconfig(address) => write!(f, "said by {address}"),
            Source::Dns => f.write_str("said by the domain's DNS (SRV)"),
            Source::Database => f.write_str("said by Mozilla's database"),
            Source::Common => f.write_str("a common name"),
        }
    }
}

/// A server that may be the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The login name, where it is known.
    pub username: Option<String>,
    /// Who named it.
    pub source: Source,
}

impl Candidate {
    /// The same place, whoever named it.
    pub fn is_same_place(&self, other: &Candidate) -> bool {
        self.host.eq_ignore_ascii_case(&other.host) && self.port == other.port && self.tls == other.tls
    }

    /// The names that servers of a domain commonly have, the safer port first.
    pub fn common(domain: &str) -> Vec<Candidate> {
        let candidate = |prefix: &str, tls: Tls| Candidate {
            host: format!("{prefix}{domain}"),
            port: tls.default_port(),
            tls,
            username: None,
            source: Source::Common,
        };
        let prefixes = ["imap.", "mail.", ""];
        let of = |tls| prefixes.into_iter().map(move |prefix| candidate(prefix, tls));
        of(Tls::Implicit).chain(of(Tls::Starttls)).collect()
    }

    /// From SRV records of `service` (RFC 6186, section 3.4), the preferred first. The target `.` says that there is none.
    pub fn of_srv(records: &[Srv], tls: Tls) -> Vec<Candidate> {
        let mut sorted: Vec<&Srv> =
            records.iter().filter(|record| !record.target.is_empty() && record.port > 0).collect();
        sorted.sort_by_key(|record| (record.priority, std::cmp::Reverse(record.weight)));
        let candidate = |record: &&Srv| Candidate {
            host: record.target.clone(),
            port: record.port,
            tls,
            username: None,
            source: Source::Dns,
        };
        sorted.iter().map(candidate).collect()
    }
}

/// An SRV record (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// The lower, the earlier.
    pub priority: u16,
    /// Among equals: the higher, the earlier.
    pub weight: u16,
    /// TCP port.
    pub port: u16,
    /// The host, without the dot at its end; empty: the service is not there.
    pub target: String,
}

/// What a server's certificate says. Foreign text: show it only through [`super::printable::Printable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is (RFC 4514); empty when it could not be read.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The host names and addresses that it is for.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: UnixTime,
    /// Valid until.
    pub not_after: UnixTime,
    /// SHA-256 of its DER form: what `tls_pin_sha256` takes.
    pub sha256: [u8; 32],
}

impl Certificate {
    /// The fingerprint as 64 hex digits.
    pub fn pin(&self) -> String {
        self.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The fingerprint as `openssl x509 -fingerprint -sha256` prints it, in two lines that can be compared by eye.
    pub fn fingerprint(&self) -> [String; 2] {
        let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
        [line(&self.sha256[..16]), line(&self.sha256[16..])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srv_records_are_taken_by_priority_then_weight_and_a_dot_means_none() {
        let srv = |priority, weight, target: &str| Srv { priority, weight, port: 993, target: target.into() };
        let records = [srv(20, 9, "c"), srv(10, 1, "b"), srv(10, 5, "a"), srv(0, 0, "")];
        let hosts: Vec<String> =
            Candidate::of_srv(&records, Tls::Implicit).into_iter().map(|candidate| candidate.host).collect();
        assert_eq!(hosts, ["a", "b", "c"]);
    }

    #[test]
    fn common_names_begin_with_the_safe_port() {
        let all: Vec<String> =
            Candidate::common("home.example").iter().map(|one| format!("{}:{}", one.host, one.port)).collect();
        assert_eq!(all[..2], ["imap.home.example:993", "mail.home.example:993"]);
        assert_eq!(all[5], "home.example:143");
    }

    #[test]
    fn a_fingerprint_is_read_as_openssl_prints_it() {
        let certificate = Certificate { sha256: [0xab; 32], ..Certificate::default() };
        assert_eq!(certificate.pin(), "ab".repeat(32));
        assert!(certificate.fingerprint().iter().all(|line| line.len() == 47 && line.starts_with("AB:AB:")));
    }
}
