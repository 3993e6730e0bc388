//! From an address to a logged-in session.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_imap::Client;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::capability::Capabilities;
use super::guard::{Guard, Reader, Wire};
use super::login::{ask, capabilities_before_login, log_in};
use super::loss::{bye, ended, lost};
use super::parse::Response;
use super::response::{Status, Untagged};
use super::session::Session;
use super::tls::Tls;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;
use crate::logic::server::Certificate;

pub use super::login::{Login, LoginKind};

/// For each address of the host.
const CONNECT: Duration = Duration::from_secs(10);
const GREETING: Duration = Duration::from_secs(30);
/// For the answer to LOGOUT.
const GOODBYE: Duration = Duration::from_secs(3);

/// The other end's TCP has to confirm what was sent within this time: what the probes of an idle connection take together. A server may work
/// on a move for minutes, and a network that is gone meanwhile, which drops packets without a word, would look the same for as long;
/// TCP itself sends again for a quarter of an hour.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNCONFIRMED: Duration = Duration::from_secs(120);

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// TLS from the first byte, usually port 993.
    Implicit,
    /// STARTTLS before anything else, usually port 143. Without it there is no login.
    StartTls,
    /// Not at all: only to a loopback address.
    None,
}

/// Where an account's server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Name or address; the certificate must be for it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// A PEM file with the authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// SHA-256 of the server's own certificate (DER). If set it alone decides whom to trust.
    pub pin_sha256: Option<[u8; 32]>,
}

/// How far a connection has come.
#[derive(Debug)]
pub enum Stage<'a> {
    /// This is done next: the name of a check.
    Begin(&'static str),
    /// The host has these addresses.
    Resolved(&'a [SocketAddr]),
    /// Somebody listens.
    Connected(SocketAddr),
    /// The server shows this certificate, trusted or not.
    Presented(&'a Certificate),
    /// The certificate is trusted, and the server has its key.
    Secured,
    /// An IMAP server greets, and can do this before the login.
    Greeted(&'a Capabilities),
    /// The password, or the token, is right.
    LoggedIn,
}

/// Who is told how far a connection has come.
pub type Witness<'a> = &'a mut (dyn FnMut(Stage<'_>) + Send);

/// Connects, makes the connection safe, and logs in.
///
/// # Errors
/// Each thing that can go wrong has its own cause and hint. Credentials when the server refuses the password, transient
/// when it may work later, refused when it will not.
pub async fn open(endpoint: &Endpoint, login: &Login) -> Result<Session, Fault> {
    open_before(endpoint, login, &mut |_| {}).await
}

/// [`open`], step by step before a witness.
///
/// # Errors
/// As [`open`].
pub async fn open_before(endpoint: &Endpoint, login: &Login, witness: Witness<'_>) -> Result<Session, Fault> {
    let client = connect(endpoint, witness).await.map_err(|fault| fault.while_doing(place(endpoint)))?;
    log_in(client, endpoint, login, witness).await.map_err(|fault| fault.while_doing(place(endpoint)))
}

/// Goes as far as one can without a password, says goodbye, and gives what the server can do.
///
/// # Errors
/// As [`open`].
pub async fn knock(endpoint: &Endpoint, witness: Witness<'_>) -> Result<Capabilities, Fault> {
    let knocked = async {
        let mut client = connect(endpoint, witness).await?;
        let capabilities = greeted_capabilities(&mut client, endpoint, witness).await?;
        // Whatever it says to that: nothing more is wanted of it.
        let _ = timeout(GOODBYE, ask(&mut client, "LOGOUT")).await;
        Ok(capabilities)
    };
    knocked.await.map_err(|fault: Fault| fault.while_doing(place(endpoint)))
}

/// What the server can do before the login, told to the witness.
pub(super) async fn greeted_capabilities(
    client: &mut Client<Guard>,
    endpoint: &Endpoint,
    witness: Witness<'_>,
) -> Result<Capabilities, Fault> {
    if endpoint.tls != TlsMode::StartTls {
        witness(Stage::Begin("greeting"));
    }
    let capabilities = capabilities_before_login(client).await?;
    if endpoint.tls != TlsMode::StartTls {
        witness(Stage::Greeted(&capabilities));
    }
    Ok(capabilities)
}

fn place(endpoint: &Endpoint) -> String {
    format!("{}:{}", Printable::new(&endpoint.host), endpoint.port)
}

async fn connect(endpoint: &Endpoint, witness: Witness<'_>) -> Result<Client<Guard>, Fault> {
    match endpoint.tls {
        TlsMode::None => {
            let tcp = dial(endpoint, witness).await?;
            witness(Stage::Begin("greeting"));
            greeted(Box::new(tcp)).await
        }
        TlsMode::Implicit => {
            let tls = Tls::new(endpoint)?;
            let tcp = dial(endpoint, witness).await?;
            let wire = secured(&tls, Box::new(tcp), witness).await?;
            witness(Stage::Begin("greeting"));
            greeted(wire).await
        }
        TlsMode::StartTls => {
            let tls = Tls::new(endpoint)?;
            let tcp = dial(endpoint, witness).await?;
            witness(Stage::Begin("greeting"));
            let mut client = greeted(Box::new(tcp)).await?;
            let capabilities = capabilities_before_login(&mut client).await?;
            witness(Stage::Greeted(&capabilities));
            witness(Stage::Begin("tls"));
            let wire = start_tls(client, &capabilities).await?;
            // No greeting comes after STARTTLS, and nothing that was said before it counts (CVE-2021-33515's class).
            Ok(Client::new(Guard::new(secured(&tls, wire, witness).await?, Reader::Login)))
        }
    }
}

async fn secured(tls: &Tls, wire: Wire, witness: Witness<'_>) -> Result<Wire, Fault> {
    witness(Stage::Begin("tls"));
    let outcome = tls.handshake(wire).await;
    if let Some(certificate) = tls.presented() {
        witness(Stage::Presented(&certificate));
    }
    let wire = outcome?;
    witness(Stage::Secured);
    Ok(wire)
}

async fn dial(endpoint: &Endpoint, witness: Witness<'_>) -> Result<TcpStream, Fault> {
    witness(Stage::Begin("dns"));
    let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await;
    let mut addresses: Vec<SocketAddr> = found.map_err(|error| unknown_host(&error))?.collect();
    if endpoint.tls == TlsMode::None {
        addresses.retain(|address| address.ip().to_canonical().is_loopback());
        if addresses.is_empty() {
            let cause = "without TLS mailherd connects to this machine only, and this host is another";
            return Err(Fault::refused(cause, "set tls = \"implicit\" (port 993) or \"starttls\" (port 143)"));
        }
    }
    let mut last = Fault::transient("the host has no address", "check `host` in the config");
    if !addresses.is_empty() {
        witness(Stage::Resolved(&addresses));
        witness(Stage::Begin("tcp"));
    }
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                witness(Stage::Connected(address));
                prepare(&tcp);
                return Ok(tcp);
            }
            Ok(Err(error)) => last = unreachable(&error),
            Err(_) => last = timed_out("no answer to the connection attempt"),
        }
    }
    Err(last)
}

/// Small commands at once, and a probe after a minute of silence: carriers drop idle connections without a word
/// (core#5093), and a laptop that slept holds a dead one (offlineimap#20).
fn prepare(tcp: &TcpStream) {
    let seconds = Duration::from_secs;
    let keepalive = TcpKeepalive::new().with_time(seconds(60)).with_interval(seconds(20)).with_retries(3);
    let socket = SockRef::from(tcp);
    let set = tcp.set_nodelay(true).and_then(|()| socket.set_tcp_keepalive(&keepalive));
    // Probes are for idle connections only (tcp(7)).
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let set = set.and_then(|()| socket.set_tcp_user_timeout(Some(UNCONFIRMED)));
    if let Err(error) = set {
        tracing::debug!(%error, "socket options");
    }
}

/// Reads the greeting; without that async-imap's login waits for ever.
pub(super) async fn greeted(wire: Wire) -> Result<Client<Guard>, Fault> {
    greeted_within(wire, GREETING).await
}

/// The same with another patience.
pub(super) async fn greeted_within(wire: Wire, patience: Duration) -> Result<Client<Guard>, Fault> {
    let mut client = Client::new(Guard::new(wire, Reader::Greeting));
    match timeout(patience, client.read_response()).await {
        Ok(Ok(Some(_))) => {}
        Ok(Ok(None)) => return Err(ended()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(Fault::refused(error.to_string(), "check `port` and `tls` in the config"));
        }
        Ok(Err(error)) => return Err(lost(&error)),
        Err(_) => return Err(timed_out("connected, but the server does not greet (is `tls` right for this port?)")),
    }
    let greeting = client.get_mut().front().cloned();
    match greeting {
        Some(Response::Untagged(Untagged::Condition { status: Status::Bye, text, .. })) => Err(bye(&text)),
        Some(Response::Untagged(Untagged::Condition { status: Status::PreAuth, .. })) => Err(Fault::refused(
            "the server says that somebody is logged in already (PREAUTH)",
            "use a port on which the server asks for a password",
        )),
        _ => Ok(client),
    }
}

/// Asks for TLS and takes the bare stream back.
pub(super) async fn start_tls(mut client: Client<Guard>, capabilities: &Capabilities) -> Result<Wire, Fault> {
    let hint = "nothing was sent; use tls = \"implicit\" (usually port 993), or ask your provider";
    if !capabilities.has("STARTTLS") {
        return Err(Fault::refused("the server offers no STARTTLS", hint));
    }
    let tagged = ask(&mut client, "STARTTLS").await?.tagged;
    if tagged.status != Status::Ok {
        return Err(Fault::refused(format!("the server refuses STARTTLS: {tagged}"), hint));
    }
    match client.into_inner().into_wire() {
        (wire, 0) => Ok(wire),
        _ => Err(Fault::protocol(
            "bytes came in the clear after STARTTLS: somebody may sit between you and the server",
            "do not log in from this network",
        )),
    }
}

fn unknown_host(error: &io::Error) -> Fault {
    let text = Printable::new(&error.to_string());
    if text.as_str().contains("emporary failure") {
        return Fault::transient(format!("the host's address cannot be looked up now: {text}"), "check the network");
    }
    Fault::transient(format!("unknown host: {text}"), "check `host` in the config, and the network")
}

fn unreachable(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Fault::transient("the host refused the connection", "check `port` in the config, and that the server runs")
        }
        io::ErrorKind::TimedOut => timed_out("no answer to the connection attempt"),
        _ => Fault::transient(format!("cannot connect: {}", Printable::new(&error.to_string())), "check the network"),
    }
}

fn timed_out(cause: &str) -> Fault {
    Fault::transient(format!("timeout: {cause}"), "check `host` and `port` in the config, the network and firewalls")
}

#[cfg(all(test, any(target_os = "linux", target_os = "android")))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_network_that_drops_what_is_sent_is_found_out_by_tcp() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let endpoint = Endpoint { host: "127.0.0.1".into(), port, tls: TlsMode::None, ca_file: None, pin_sha256: None };
        let tcp = dial(&endpoint, &mut |_| {}).await.unwrap();
        let socket = SockRef::from(&tcp);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(UNCONFIRMED));
        assert!(socket.keepalive().unwrap() && socket.tcp_nodelay().unwrap());
    }
}
