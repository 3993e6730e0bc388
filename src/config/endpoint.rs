//! Where the server is and how the connection to it is protected.

use std::net::IpAddr;

use super::choices::Tls;
use super::document::Section;
use super::paths::Paths;
use super::{PathBuf, paths};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// The keys of an account that say where to connect to.
pub(super) struct Endpoint {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) pin_sha256: Option<[u8; 32]>,
}

impl Endpoint {
    pub(super) fn read(section: &Section<'_>, paths: &Paths) -> Result<Endpoint, Fault> {
        let host = host(section)?;
        let tls = section.choice("tls", &Tls::WORDS)?.unwrap_or_default();
        if tls == Tls::None && !is_loopback(&host) {
            let cause = format!("`tls = \"none\"` would send the password to {} in the clear", Printable::new(&host));
            return Err(section.fault("tls", cause, "use \"implicit\" or \"starttls\"; \"none\" is for loopback only"));
        }
        let ca_file = paths::given(section, "tls_ca_file", paths)?;
        let pin_sha256 = pin(section)?;
        if ca_file.is_some() && pin_sha256.is_some() {
            let cause = "`tls_ca_file` and `tls_pin_sha256` exclude each other";
            return Err(section.fault("tls_pin_sha256", cause, "keep one: a pin trusts that one certificate alone"));
        }
        Ok(Endpoint { host, port: port(section, tls)?, tls, ca_file, pin_sha256 })
    }
}

fn host(section: &Section<'_>) -> Result<String, Fault> {
    let text = section.required_text("host")?.trim();
    let name = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let named = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.parse::<IpAddr>().is_ok() || (!name.is_empty() && name.chars().all(named)) {
        return Ok(name.to_owned());
    }
    let cause = format!("`host` cannot be \"{}\"", Printable::new(text));
    Err(section.fault("host", cause, "it is a bare host name or address; the port goes into `port = …`"))
}

fn port(section: &Section<'_>, tls: Tls) -> Result<u16, Fault> {
    let Some(number) = section.count("port")? else {
        return Ok(tls.default_port());
    };
    let port = u16::try_from(number).ok().filter(|port| *port > 0);
    port.ok_or_else(|| {
        section.fault("port", "`port` is out of range", "it lies between 1 and 65535; IMAP's are 993 (TLS) and 143")
    })
}

/// Whether `host` is `localhost` or a loopback address literal. Other names may resolve to anything.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn pin(section: &Section<'_>) -> Result<Option<[u8; 32]>, Fault> {
    let Some(text) = section.text("tls_pin_sha256")? else {
        return Ok(None);
    };
    match parse_pin(text) {
        Some(pin) => Ok(Some(pin)),
        None => Err(section.fault(
            "tls_pin_sha256",
            "`tls_pin_sha256` is not a SHA-256 fingerprint",
            "it is 64 hex digits, as `openssl x509 -noout -fingerprint -sha256` prints them (colons are fine)",
        )),
    }
}

/// A SHA-256 as 64 hex digits, with or without colons.
pub fn parse_pin(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.trim().chars().filter(|c| *c != ':').map(hex_digit).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

fn hex_digit(c: char) -> Option<u8> {
    c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
