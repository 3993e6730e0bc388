//! The authorities whose certificates are believed. Read once for all connections that are made soon after each other: a system's 140 of them
//! take some 150 KB and some milliseconds, which five hundred accounts would else take each.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// After this long they are read again: the system's change with its updates, and a daemon runs for months.
const AFRESH: Duration = Duration::from_secs(3600);

/// Files that are remembered. Nobody has more.
const MOST: usize = 16;

/// Checks a server's certificate.
type Check = Arc<dyn ServerCertVerifier>;

/// When a file changed, and its bytes.
type State = Option<(SystemTime, u64)>;

/// What was read: from which file (the system's without), as it was then, when.
struct Kept<T> {
    file: Option<PathBuf>,
    state: State,
    read: Instant,
    what: T,
}

/// All that was read of late.
struct Shelf<T>(Vec<Kept<T>>);

static CHECKS: Mutex<Shelf<Check>> = Mutex::new(Shelf(Vec::new()));

/// The algorithms, the same for all connections.
pub fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(ring::default_provider())).clone()
}

/// The authorities in a PEM file.
///
/// # Errors
/// Refused when it cannot be read or holds something else.
pub fn authorities(file: &Path) -> Result<Check, Fault> {
    let state = std::fs::metadata(file).and_then(|file| Ok((file.modified()?, file.len()))).ok();
    kept(Some(file), state, || read(file))
}

/// The authorities of this system.
///
/// # Errors
/// Refused when it has none.
pub fn system() -> Result<Check, Fault> {
    kept(None, None, || {
        let verifier = rustls_platform_verifier::Verifier::new(provider()).map_err(|error| {
            Fault::refused(
                format!("this system's certificate authorities cannot be read: {error}"),
                "install the package ca-certificates, or set tls_ca_file",
            )
        })?;
        Ok(Arc::new(verifier))
    })
}

fn kept(file: Option<&Path>, state: State, read: impl FnOnce() -> Result<Check, Fault>) -> Result<Check, Fault> {
    CHECKS.lock().unwrap_or_else(PoisonError::into_inner).get(file, state, Instant::now(), read)
}

impl<T: Clone> Shelf<T> {
    /// What is in the file, by `read` when it is not known or not any more.
    fn get(
        &mut self,
        file: Option<&Path>,
        state: State,
        now: Instant,
        read: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let fresh = |one: &Kept<T>| now.saturating_duration_since(one.read) < AFRESH;
        self.0.retain(|one| fresh(one) && (one.file.as_deref() != file || one.state == state));
        if let Some(found) = self.0.iter().find(|one| one.file.as_deref() == file) {
            return Ok(found.what.clone());
        }
        let what = read()?;
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Kept { file: file.map(Path::to_owned), state, read: now, what: what.clone() });
        Ok(what)
    }
}

fn read(file: &Path) -> Result<Check, Fault> {
    let named = Printable::new(&file.display().to_string());
    let unreadable = |error: &dyn std::fmt::Display| {
        Fault::refused(
            format!("tls_ca_file {named} cannot be read: {error}"),
            "it must hold certificates in PEM (-----BEGIN CERTIFICATE-----)",
        )
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
    verifier.map(|verifier| verifier as Check).map_err(|error| unreadable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_until_it_changes_or_an_hour_has_gone() {
        let (mut shelf, mut reads, path, begin) = (Shelf(Vec::new()), 0, Path::new("ca.pem"), Instant::now());
        let mut get = |file, bytes: u64, minutes: u64| {
            let state = Some((SystemTime::UNIX_EPOCH, bytes));
            reads += 1;
            shelf.get(file, state, begin + Duration::from_secs(60 * minutes), || Ok(reads)).unwrap()
        };
        assert_eq!([get(Some(path), 9, 0), get(Some(path), 9, 1), get(None, 9, 1)], [1, 1, 3]);
        assert_eq!([get(Some(path), 8, 2), get(Some(path), 8, 3)], [4, 4]);
        assert_eq!([get(Some(path), 8, 61), get(Some(path), 8, 62), get(None, 9, 62)], [4, 7, 8]);
    }

    #[test]
    fn what_cannot_be_read_is_tried_again() {
        let mut shelf = Shelf(Vec::new());
        let bad = || Err(Fault::refused("no", "no"));
        assert!(shelf.get(None, None, Instant::now(), bad).is_err());
        assert_eq!(shelf.get(None, None, Instant::now(), || Ok(1)).unwrap(), 1);
    }
}
