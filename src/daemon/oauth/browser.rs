//! The loopback flow (RFC 8252): a page in the user's browser, which then comes back to a port of this machine.
//!
//! Where the browser runs on another machine its way back ends nowhere; the address that it shows then can be brought here by hand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_all;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{apart, asked, client_of, secret_of, told};
use crate::config::{Account, Client};
use crate::logic::fault::Fault;
use crate::logic::oauth::{Page, Returned, Tokens};

/// A browser that connected says within this time what it wants. Some connect early and say nothing.
const HEAD: Duration = Duration::from_secs(20);
/// The longest request line and header that is read, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;
/// Connections at a time.
const MOST: usize = 32;
/// After this somebody has gone away.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A login that waits for the browser.
pub struct BrowserLogin {
    account: String,
    client: Client,
    secret: Option<SecretString>,
    page: Arc<Page>,
    url: String,
    port: u16,
    doors: Vec<TcpListener>,
}

impl BrowserLogin {
    /// Opens a port of this machine, `port` or a free one, and makes the address of the page.
    ///
    /// # Errors
    /// Usage, when the provider has no such way; local, when the port is taken.
    pub async fn begin(account: &Account, port: Option<u16>) -> Result<BrowserLogin, Fault> {
        let client = client_of(account)?.clone();
        if client.endpoints.authorize.is_none() {
            let cause = "there is no page to log in at (no authorize_url)";
            return Err(Fault::usage(cause, "log in by a code: mailherd login --device"));
        }
        let secret = secret_of(&client).await?;
        let (host, fixed, path) = parts(&client.endpoints.redirect);
        if let (Some(fixed), Some(port)) = (fixed, port.filter(|port| Some(*port) != fixed)) {
            let cause = format!("redirect_url comes back to port {fixed}, not to {port}");
            return Err(Fault::usage(cause, "leave --port out, or change redirect_url"));
        }
        let (doors, port) = opened(host, fixed.or(port)).await?;
        let (state, verifier) = (random()?, random()?);
        let page = Page::new(format!("http://{host}:{port}{path}"), &state, &verifier);
        let url = page.url(&client.endpoints, &client.id, &account.username).unwrap_or_default();
        Ok(BrowserLogin { account: account.name.clone(), client, secret, page: Arc::new(page), url, port, doors })
    }

    /// What the user opens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port that the browser comes back to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the browser comes back; the code that it brings.
    ///
    /// # Errors
    /// Refused, on a no, and when nobody comes.
    pub async fn returned(&self) -> Result<String, Fault> {
        timeout(PATIENCE, self.visited()).await.unwrap_or_else(|_| {
            let hint = format!("mailherd login --account {} begins again", self.account);
            Err(Fault::refused("the browser did not come back", hint))
        })
    }

    async fn visited(&self) -> Result<String, Fault> {
        let (sender, mut news) = channel(1);
        let mut visitors = JoinSet::new();
        loop {
            let accepting = self.doors.iter().map(|door| Box::pin(door.accept()));
            tokio::select! {
                Some(returned) = news.recv() => {
                    // The page in the browser is still being written.
                    let _ = timeout(Duration::from_secs(2), visitors.join_next()).await;
                    return self.code(returned);
                }
                (accepted, ..) = select_all(accepting), if visitors.len() < MOST => match accepted {
                    Ok((stream, _)) => drop(visitors.spawn(visit(stream, self.page.clone(), sender.clone()))),
                    // Such as too many open files: it may be over soon.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                },
                Some(_) = visitors.join_next(), if !visitors.is_empty() => {}
            }
        }
    }

    /// What the user brought from the browser's address line; `None` when it is not that.
    ///
    /// # Errors
    /// Refused, on a no.
    pub fn pasted(&self, address: &str) -> Result<Option<String>, Fault> {
        match self.page.read(address.trim()) {
            Returned::Stranger => Ok(None),
            returned => self.code(returned).map(Some),
        }
    }

    fn code(&self, returned: Returned) -> Result<String, Fault> {
        match returned {
            Returned::Code(code) => Ok(code),
            Returned::No(refusal) => Err(told(&self.account, &self.client, &refusal)),
            Returned::Stranger => Err(Fault::refused("the browser came back with nothing", "begin again")),
        }
    }

    /// Takes the code to the token endpoint.
    ///
    /// # Errors
    /// What the provider objects to; transient, when it cannot be reached.
    pub async fn tokens(self, code: String) -> Result<Tokens, Fault> {
        let BrowserLogin { account, client, secret, page, .. } = self;
        apart(move || asked(&account, &client, secret.as_ref(), page.exchange(&code), None)).await
    }
}

/// Host, port and path of a redirect that the config found sound.
fn parts(redirect: &str) -> (&str, Option<u16>, &str) {
    let rest = redirect.strip_prefix("http://").unwrap_or(redirect);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok(), path),
        _ => (authority, None, path),
    }
}

/// The doors of `localhost` are two: which of them a browser takes first is up to it.
async fn opened(host: &str, port: Option<u16>) -> Result<(Vec<TcpListener>, u16), Fault> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let wanted = bare.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let cannot = |error: std::io::Error| {
        let cause = format!("cannot listen on {} for the browser: {error}", SocketAddr::new(wanted, port.unwrap_or(0)));
        Fault::local(cause, "another port: mailherd login --browser --port N; or close what has it")
    };
    let first = TcpListener::bind((wanted, port.unwrap_or(0))).await.map_err(cannot)?;
    let port = first.local_addr().map_err(cannot)?.port();
    let mut doors = vec![first];
    if bare.parse::<IpAddr>().is_err() {
        // A machine without IPv6 has no browser that would try it.
        doors.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok());
    }
    Ok((doors, port))
}

/// One connection: one request, one answer.
async fn visit(mut stream: TcpStream, page: Arc<Page>, news: Sender<Returned>) {
    let Ok(Some(target)) = timeout(HEAD, asked_for(&mut stream)).await else { return };
    let returned = page.read(&target);
    let (status, words) = match &returned {
        Returned::Code(_) => {
            ("200 OK", "mailherd has its answer. You can close this window: the terminal says how it went.")
        }
        Returned::No(_) => {
            ("200 OK", "You said no, or the provider did. You can close this window: the terminal says more.")
        }
        Returned::Stranger => ("404 Not Found", "There is nothing here."),
    };
    let body = format!("<!doctype html><meta charset=utf-8><title>mailherd</title><p>{words}</p>\n");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
        body.len()
    );
    if returned != Returned::Stranger {
        // One is enough; whoever waited for it may be gone.
        let _ = news.try_send(returned);
    }
    // A browser that is gone does not miss it.
    let _ = timeout(HEAD, async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        stream.shutdown().await
    })
    .await;
}

/// The target of a GET request, once its header is over.
async fn asked_for(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::with_capacity(2048);
    let mut chunk = [0; 2048];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await.ok()?;
        if count == 0 || head.len() + count > LONGEST_HEAD {
            return None;
        }
        head.extend_from_slice(&chunk[..count]);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next()?.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned))?
}

fn random() -> Result<[u8; 32], Fault> {
    let mut bytes = [0; 32];
    let failed = |_| Fault::local("the system gives no random numbers", "look at /dev/urandom");
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes).map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_has_parts() {
        assert_eq!(parts("http://localhost"), ("localhost", None, ""));
        assert_eq!(parts("http://127.0.0.1:8400/x"), ("127.0.0.1", Some(8400), "/x"));
        assert_eq!(parts("http://[::1]"), ("[::1]", None, ""));
        assert_eq!(parts("http://[::1]:7/"), ("[::1]", Some(7), "/"));
    }

    async fn says(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // What is no request gets no answer, and perhaps a reset.
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    #[tokio::test]
    async fn strangers_at_the_door_are_sent_away_and_hold_nobody_up() {
        let text = "[[accounts]]\nname = \"home\"\nemail = \"a@b.c\"\nhost = \"imap.gmail.com\"\noauth2 = { client_id = \"x\" }\n";
        let config = crate::config::read(std::path::Path::new("/nowhere/config.toml"), text.to_owned()).unwrap();
        let login = BrowserLogin::begin(&config.accounts[0], None).await.unwrap();
        let (port, state) =
            (login.port(), login.url().split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned());
        let visits = async {
            let silent: Vec<TcpStream> = join(port, 8).await;
            assert!(says(port, "GET /favicon.ico HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 404"));
            assert!(says(port, "GET /?code=forged&state=x HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 404"));
            assert_eq!(says(port, &format!("POST /?code=c&state={state} HTTP/1.1\r\n\r\n")).await, "");
            assert_eq!(says(port, &"x".repeat(LONGEST_HEAD + 1)).await, "");
            let answer = says(port, &format!("GET /?code=real&state={state} HTTP/1.1\r\n\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("close this window"), "{answer}");
            drop(silent);
        };
        let (code, ()) = tokio::join!(login.returned(), visits);
        assert_eq!(code.unwrap(), "real");
        assert_eq!(login.pasted("http://127.0.0.1/?code=forged&state=x").unwrap(), None);
        assert_eq!(
            login.pasted(&format!(" http://127.0.0.1:1/?state={state}&code=p\n")).unwrap().as_deref(),
            Some("p")
        );
        let no = login.pasted(&format!("/?state={state}&error=access_denied")).unwrap_err();
        assert!(no.cause.contains("declined"), "{no}");
    }

    async fn join(port: u16, count: usize) -> Vec<TcpStream> {
        let mut silent = Vec::new();
        for _ in 0..count {
            silent.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap());
        }
        silent
    }
}
