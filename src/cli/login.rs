//! `mailherd login`: the OAuth2 login of an account, by a code or by the browser.

use std::io::IsTerminal;
use std::process::Stdio;

use serde_json::json;

use super::args::Login;
use super::face::{Face, chosen};
use super::style::{Style, Tone};
use super::typing;
use super::words::plural;
use crate::config::{Account, Config, SecretSource};
use crate::daemon::oauth::browser::BrowserLogin;
use crate::daemon::oauth::device::DeviceLogin;
use crate::daemon::oauth::{self, client_of};
use crate::logic::engine::{AccountState, Act, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::oauth::Tokens;
use crate::logic::printable::Printable;

/// The way that the user takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A code, typed on a page of the provider's on any machine (RFC 8628).
    Device,
    /// The browser of this machine, which comes back to this port, if it is to be a certain one (RFC 8252).
    Browser(Option<u16>),
}

/// What the user has to do.
pub enum Invitation {
    /// Type the code there, within so many seconds.
    Code { page: String, code: String, expires_in: i64 },
    /// Open this; the browser comes back to the port.
    Page { url: String, port: u16 },
}

pub(super) async fn login(face: &mut Face, args: &Login) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let account = the_account(&config, args.account.as_deref())?;
    let client = client_of(account)?;
    let way = match (args.device, args.browser) {
        (true, _) => Way::Device,
        (_, true) => Way::Browser(args.port),
        _ => usual(account),
    };
    let tokens = granted(account, way, |invitation| show(face, account, &invitation), pasted).await?;
    oauth::keep(client, &tokens).await?;
    let mut faults = Vec::new();
    if !tokens.can_be_renewed() {
        let hint = "check `scope` under oauth2: at many providers it has to name offline_access";
        faults
            .push(Fault::refused("the provider gave no refresh token, so the login ends with its access token", hint));
    }
    let tried = oauth::tried(&face.setting(account, false)).await;
    let server = tried.as_ref().err().cloned();
    faults.extend(tried.err());
    faults.extend(wake(face, &config, account).await.err());
    if face.out().json() {
        let cause = server.as_ref().map(|fault| &fault.cause);
        face.out().object(&json!({
            "account": account.name, "logged_in": true, "renewable": tokens.can_be_renewed(),
            "server_ok": server.is_none(), "error": cause,
        }));
    } else {
        let words = match server {
            None => "logged in; the mail server takes the token",
            Some(_) => "the login is kept, but the mail server does not take the token",
        };
        face.out().line(format!("{}: {words}", Printable::new(&account.name)));
    }
    Ok(faults)
}

/// The account of that name, else the only one that there can be a login for.
fn the_account<'a>(config: &'a Config, name: Option<&str>) -> Result<&'a Account, Fault> {
    if name.is_some() {
        return Ok(chosen(config, name)?[0]);
    }
    let by_tokens: Vec<&Account> =
        config.accounts.iter().filter(|account| matches!(account.secret, SecretSource::Oauth2(_))).collect();
    match by_tokens.as_slice() {
        [one] => Ok(one),
        [] => {
            let cause = format!("no account in {} logs in with OAuth2", config.path.display());
            Err(Fault::usage(cause, "docs/oauth2.md shows `oauth2 = { … }`; `mailherd doctor` tries the others"))
        }
        several => {
            let names: Vec<String> = several.iter().map(|account| Printable::new(&account.name).to_string()).collect();
            let cause = format!("{} log in with OAuth2", plural(several.len() as u64, "account", "accounts"));
            Err(Fault::usage(cause, format!("say which with --account: {}", names.join(", "))))
        }
    }
}

/// A code can be typed on any machine, so it is first where the provider gives one.
pub fn usual(account: &Account) -> Way {
    match client_of(account) {
        Ok(client) if client.endpoints.device.is_some() => Way::Device,
        _ => Way::Browser(None),
    }
}

/// Goes the way, and tells what the user has to do. A browser on another machine ends at an address that the user types or pastes: `pasted` waits for
/// it, with `true` when what came before was another; `None`, where nobody can type.
///
/// # Errors
/// As the provider has it.
pub async fn granted(
    account: &Account,
    way: Way,
    tell: impl FnOnce(Invitation),
    pasted: impl AsyncFn(bool) -> Option<String>,
) -> Result<Tokens, Fault> {
    match way {
        Way::Device => {
            let login = DeviceLogin::begin(account).await?;
            let (page, code) = (login.page().to_string(), login.code().to_string());
            tell(Invitation::Code { page, code, expires_in: login.expires_in() });
            login.tokens().await
        }
        Way::Browser(port) => {
            let login = BrowserLogin::begin(account, port).await?;
            tell(Invitation::Page { url: login.url().to_owned(), port: login.port() });
            open(login.url());
            let by_hand = async {
                let mut again = false;
                while let Some(line) = pasted(again).await {
                    if let Some(code) = login.pasted(&line)? {
                        return Ok(code);
                    }
                    again = !line.trim().is_empty();
                }
                std::future::pending().await
            };
            let code = tokio::select! {
                returned = login.returned() => returned?,
                pasted = by_hand => pasted?,
            };
            login.tokens(code).await
        }
    }
}

/// What is said of an address that is another.
pub const ANOTHER_ADDRESS: &str = "that is not the address which the browser came back to";

/// The address that a browser on another machine ended at, typed on this terminal.
pub async fn pasted(again: bool) -> Option<String> {
    if again {
        eprintln!("{}", Style::stderr().paint(Tone::Warn, ANOTHER_ADDRESS));
    }
    typed().await
}

/// Opens the page, where there is a desktop; elsewhere the user does.
fn open(url: &str) {
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if !has_desktop && !cfg!(target_os = "macos") {
        return;
    }
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = std::process::Command::new(program);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // One that is not there, or fails, says nothing new: the address was shown.
    if let Ok(mut child) = command.spawn() {
        std::thread::spawn(move || child.wait());
    }
}

/// The next line of a terminal.
async fn typed() -> Option<String> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    let (count, line) = typing::line().await.ok()?;
    (count > 0).then(|| line.to_string())
}

/// Also with `-q`: nothing comes of it when nobody reads it.
fn show(face: &mut Face, account: &Account, invitation: &Invitation) {
    if !face.out().json() {
        lines(invitation, Style::stderr()).iter().for_each(|line| eprintln!("{line}"));
        return;
    }
    let object = match invitation {
        Invitation::Code { page, code, expires_in } => {
            json!({ "account": account.name, "url": page, "code": code, "expires_in": expires_in, "port": null })
        }
        Invitation::Page { url, port } => {
            json!({ "account": account.name, "url": url, "code": null, "expires_in": null, "port": port })
        }
    };
    face.out().object(&object);
    face.out().flush();
}

/// What the user has to do, in words.
pub fn lines(invitation: &Invitation, style: Style) -> Vec<String> {
    match invitation {
        Invitation::Code { page, code, expires_in } => vec![
            format!("Open {}", Printable::new(page)),
            format!("and enter {}", style.paint(Tone::Bold, Printable::new(code))),
            format!(
                "It is waited for, {} at most.",
                plural(expires_in.unsigned_abs().div_ceil(60), "minute", "minutes")
            ),
        ],
        Invitation::Page { url, port } => vec![
            "Open this page in a browser of this machine:".to_owned(),
            Printable::new(url).to_string(),
            format!(
                "It comes back to port {port} here. On another machine it ends at a page that cannot be reached: paste the address of that page here."
            ),
        ],
    }
}

/// A daemon that had given up on the account takes it up again.
async fn wake(face: &Face, config: &Config, account: &Account) -> Result<(), Fault> {
    let Some(link) = face.daemon(config).await? else { return Ok(()) };
    let Reply::Health(healths) = link.ask(Request::Health).await? else { return Ok(()) };
    let waits = healths.iter().any(|health| {
        health.account == account.name && matches!(health.state, AccountState::Stopped | AccountState::Waiting)
    });
    if waits {
        link.ask(Request::Do(Act::Resume { account: Some(account.name.clone()) })).await?;
    }
    Ok(())
}
