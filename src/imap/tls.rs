//! Whom to trust, and how to say why not.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::connect::Endpoint;
use super::guard::Wire;
use super::loss::lost;
use super::trust;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

const HANDSHAKE: Duration = Duration::from_secs(30);

/// TLS to one host.
pub struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
    verifier: Arc<Verifier>,
}

impl Tls {
    /// For a host, trusting what its configuration says.
    ///
    /// # Errors
    /// Refused when the host is no name, or the file with authorities cannot be read.
    pub fn new(endpoint: &Endpoint) -> Result<Tls, Fault> {
        let name = ServerName::try_from(endpoint.host.clone())
            .map_err(|_| Fault::refused("this is not a host name", "check `host` in the config"))?;
        let provider = trust::provider();
        let trust = match (endpoint.pin_sha256, &endpoint.ca_file) {
            (Some(pin), _) => Trust::Pin(pin),
            (None, Some(file)) => Trust::Authorities(trust::authorities(file)?),
            (None, None) => Trust::Authorities(trust::system()?),
        };
        let verifier = Arc::new(Verifier { trust, provider: provider.clone(), presented: Mutex::default() });
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Fault::local(format!("TLS cannot be set up: {error}"), "report this"))?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
        // A config serves one connection, so that there is nothing to resume; the memory for it would be 100 KB.
        config.resumption = Resumption::disabled();
        Ok(Tls { connector: TlsConnector::from(Arc::new(config)), name, verifier })
    }

    /// Makes the connection safe.
    ///
    /// # Errors
    /// Refused when the certificate is not to be trusted, with its fingerprint in the hint.
    pub async fn handshake(&self, wire: Wire) -> Result<Wire, Fault> {
        match timeout(HANDSHAKE, self.connector.connect(self.name.clone(), wire)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(self.fault(&error)),
            Err(_) => Err(Fault::transient(
                "timeout: the server does not answer the TLS handshake",
                "check `port` and `tls` in the config: implicit is usually port 993, starttls 143",
            )),
        }
    }

    fn fault(&self, error: &io::Error) -> Fault {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        match inner {
            Some(Error::InvalidCertificate(reason)) => self.untrusted(reason),
            Some(Error::InvalidMessage(_)) => Fault::refused(
                "the server does not speak TLS on this port",
                "set tls = \"starttls\", or use the port for implicit TLS (993)",
            ),
            Some(other) => Fault::refused(
                format!("the TLS handshake failed: {}", Printable::new(&other.to_string())),
                "the server may be too old for TLS 1.2: ask your provider",
            ),
            None => lost(error).while_doing("TLS handshake"),
        }
    }

    fn untrusted(&self, reason: &CertificateError) -> Fault {
        let presented = self.verifier.presented.lock().unwrap_or_else(PoisonError::into_inner);
        let pin = presented.map_or_else(String::new, |digest| hex(&digest));
        let hint = format!("if this is your own server, set tls_ca_file, or tls_pin_sha256 = \"{pin}\"");
        match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Fault::refused("the server's certificate has expired", format!("renew it; {hint}"))
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Fault::refused("the server's certificate is not valid yet", "check this machine's clock")
            }
            CertificateError::NotValidForName => wrong_name(&[], &hint),
            CertificateError::NotValidForNameContext { presented, .. } => wrong_name(presented, &hint),
            CertificateError::UnknownIssuer => {
                Fault::refused("the server's certificate is not trusted: unknown issuer", hint)
            }
            CertificateError::ApplicationVerificationFailure => {
                let cause = "the server's certificate is not the one of tls_pin_sha256";
                Fault::refused(cause, format!("if the server has a new one, set tls_pin_sha256 = \"{pin}\""))
            }
            // Plain `openssl req -x509` makes such; trusting it as an authority does not help.
            other if other.to_string().contains("CaUsedAsEndEntity") => Fault::refused(
                "the server's certificate is not trusted: it signed itself",
                format!("if this is your own server, set tls_pin_sha256 = \"{pin}\""),
            ),
            other => {
                let other = Printable::new(&other.to_string());
                Fault::refused(format!("the server's certificate is not trusted: {other}"), hint)
            }
        }
    }
}

fn wrong_name(presented: &[String], hint: &str) -> Fault {
    let names = presented.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
    let names = if names.is_empty() { "another host".to_owned() } else { Printable::new(&names).to_string() };
    Fault::refused(
        format!("the server's certificate is for {names}"),
        format!("set `host` to a name in the certificate; {hint}"),
    )
}

/// What makes a certificate good.
#[derive(Debug)]
enum Trust {
    /// A chain to one of these, a name, a date.
    Authorities(Arc<dyn ServerCertVerifier>),
    /// Its SHA-256 and nothing else: home servers' self-signed certificates are no authorities, and rustls refuses them
    /// otherwise (`CaUsedAsEndEntity`).
    Pin([u8; 32]),
}

/// Remembers what was presented, so that a refusal can name its fingerprint.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
    presented: Mutex<Option<[u8; 32]>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let digest = sha256(end_entity);
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
        match &self.trust {
            Trust::Authorities(inner) => {
                inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Trust::Pin(pin) if *pin == digest => Ok(ServerCertVerified::assertion()),
            Trust::Pin(_) => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    // The server must prove that it has the key of its certificate, pinned or not.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(::ring::digest::digest(&::ring::digest::SHA256, bytes).as_ref());
    digest
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
