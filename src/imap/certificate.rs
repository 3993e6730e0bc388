//! What a server's certificate says, for people who decide whether to trust it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::logic::ids::UnixTime;
use crate::logic::server::Certificate;

/// Names that are shown at most.
const MOST_NAMES: usize = 8;

/// Characters of a name that are kept.
const LONGEST: usize = 200;

/// Reads `der`, whose SHA-256 is `sha256`. What cannot be understood stays empty: the fingerprint is what counts.
pub(super) fn read(der: &[u8], sha256: [u8; 32]) -> Certificate {
    let Ok(certificate) = x509_cert::Certificate::from_der(der) else {
        return Certificate { sha256, ..Certificate::default() };
    };
    let read = certificate.tbs_certificate;
    Certificate {
        subject: shown(&read.subject),
        issuer: shown(&read.issuer),
        names: names(&read),
        not_before: time(&read.validity.not_before),
        not_after: time(&read.validity.not_after),
        sha256,
    }
}

fn shown(name: &Name) -> String {
    name.to_string().chars().take(LONGEST).collect()
}

fn time(time: &Time) -> UnixTime {
    UnixTime(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

fn names(certificate: &x509_cert::TbsCertificate) -> Vec<String> {
    let Ok(Some((_, alternatives))) = certificate.get::<SubjectAltName>() else { return Vec::new() };
    let name = |name: &GeneralName| match name {
        GeneralName::DnsName(name) => Some(name.as_str().chars().take(LONGEST).collect()),
        GeneralName::IpAddress(bytes) => address(bytes.as_bytes()).map(|address| address.to_string()),
        _ => None,
    };
    alternatives.0.iter().filter_map(name).take(MOST_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|octets| Ipv4Addr::from(octets).into());
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|octets| Ipv6Addr::from(octets).into())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_has_a_fingerprint_and_nothing_else() {
        for der in [&b""[..], b"\x30\x82\xff\xff", &[0x30; 400], &[0xff; 9]] {
            let read = read(der, [7; 32]);
            assert_eq!((read.subject.as_str(), read.names.len(), read.sha256), ("", 0, [7; 32]));
        }
    }
}
