//! The login with an access token: XOAUTH2, as Google and Microsoft document it, and OAUTHBEARER (RFC 7628).
//!
//! The token goes after the server's `+`, never with the command (SASL-IR): every server that has either mechanism takes it so,
//! and a round trip a connection is what it costs. After a refusal the server sends a JSON object as one more challenge, which has to
//! be answered before its NO comes.

use async_imap::{Authenticator, Client};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::capability::Capabilities;
use super::connect::Endpoint;
use super::guard::Guard;
use super::login::{Login, PATIENCE, busy, settle};
use super::loss::silent;
use super::parse::Response;
use super::response::{Answer, Code, Status, Tagged};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Base64 (RFC 4648, section 4), with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Shows the token.
///
/// # Errors
/// Credentials when it is refused; refused when the server has neither mechanism; else as any command.
pub(super) async fn show(
    client: Client<Guard>,
    before: &Capabilities,
    endpoint: &Endpoint,
    login: &Login,
) -> Result<(async_imap::Session<Guard>, Answer), Fault> {
    let Some((name, mechanism)) = mechanism(before, endpoint, login) else {
        let hint = "use a password (password_command, password_file …) instead of oauth2 for this server";
        return Err(Fault::refused("the server takes no OAuth2 (neither XOAUTH2 nor OAUTHBEARER)", hint));
    };
    match timeout(PATIENCE, client.authenticate(name, mechanism)).await {
        Ok(Ok(mut imap)) => {
            let answer = settle(Ok(None), imap.get_mut())?;
            Ok((imap, answer))
        }
        Ok(Err((error, mut client))) => {
            let challenge = last_challenge(client.get_mut());
            let answer = settle(Ok(Some(error)), client.get_mut())?;
            Err(busy(&answer.tagged).unwrap_or_else(|| refusal(&answer.tagged, challenge.as_deref())))
        }
        Err(_) => Err(silent(PATIENCE)),
    }
}

/// XOAUTH2 first: it is what every mail program uses with the two providers that want tokens, and Microsoft has no other.
fn mechanism(before: &Capabilities, endpoint: &Endpoint, login: &Login) -> Option<(&'static str, Bearer)> {
    let token = login.secret.expose_secret();
    if before.has("AUTH=XOAUTH2") {
        let first = format!("user={}\x01auth=Bearer {token}\x01\x01", login.username);
        return Some(("XOAUTH2", Bearer { first: Zeroizing::new(first.into_bytes()), last: b"" }));
    }
    if before.has("AUTH=OAUTHBEARER") {
        // RFC 5801, section 4: what would end the name early is spelled.
        let name = login.username.replace('=', "=3D").replace(',', "=2C");
        let (host, port) = (&endpoint.host, endpoint.port);
        let first = format!("n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01");
        return Some(("OAUTHBEARER", Bearer { first: Zeroizing::new(first.into_bytes()), last: b"\x01" }));
    }
    None
}

/// Both mechanisms: one message, and a dummy after the refusal (RFC 7628, section 3.2.3; an empty one in XOAUTH2).
struct Bearer {
    first: Zeroizing<Vec<u8>>,
    last: &'static [u8],
}

impl Authenticator for Bearer {
    type Response = Zeroizing<Vec<u8>>;

    fn process(&mut self, _challenge: &[u8]) -> Self::Response {
        let answer = std::mem::take(&mut self.first);
        if answer.is_empty() { Zeroizing::new(self.last.to_vec()) } else { answer }
    }
}

/// What the server said before its NO. What came before that is said again by the guard.
fn last_challenge(guard: &mut Guard) -> Option<String> {
    guard
        .queued()
        .filter_map(|response| if let Response::Continue(text) = response { Some(text.clone()) } else { None })
        .last()
}

#[derive(Deserialize)]
struct Objection {
    status: Option<serde_json::Value>,
}

/// The `status` of the JSON in a challenge: `401`, `invalid_token`.
fn status_of(challenge: &str) -> Option<String> {
    let objection: Objection = serde_json::from_slice(&LENIENT.decode(challenge).ok()?).ok()?;
    let status = match objection.status? {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let status: String = Printable::new(&status).as_str().chars().take(40).collect();
    (!status.is_empty()).then_some(status)
}

/// Why a token was refused.
fn refusal(tagged: &Tagged, challenge: Option<&str>) -> Fault {
    if tagged.status == Status::Bad {
        return tagged.fault("logging in");
    }
    let status = challenge.and_then(status_of).map(|status| format!(" (status {status})")).unwrap_or_default();
    let hint = match tagged.code {
        Some(Code::AuthorizationFailed) => "the account may not use IMAP: switch it on in your provider's settings",
        Some(Code::ContactAdmin) => "ask your provider",
        _ => {
            "check that `username` is whom you logged in as, that IMAP is switched on and the scope allows it; else log in again"
        }
    };
    Fault::credentials(format!("the server refused the access token: {tagged}{status}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_documents_hold() {
        // Google, "The SASL XOAUTH2 mechanism", and RFC 7628, section 4.1.
        let google =
            "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K";
        assert_eq!(status_of(google).as_deref(), Some("401"));
        let rfc = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=";
        assert_eq!(status_of(rfc).as_deref(), Some("invalid_token"));
        for odd in ["", "=", "e30=", "W10=", "!", "eyJzdGF0dXMiOltdfQ==", "eyJzdGF0dXMiOiIifQ=="] {
            assert_eq!(status_of(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_comma_in_a_name_does_not_end_it() {
        let login = Login::with_token("a,b=c@x.example", "tok".to_owned().into());
        let endpoint = Endpoint {
            host: "h".into(),
            port: 993,
            tls: super::super::connect::TlsMode::Implicit,
            ca_file: None,
            pin_sha256: None,
        };
        let (name, mut bearer) = mechanism(&Capabilities::new(["AUTH=OAUTHBEARER"]), &endpoint, &login).unwrap();
        assert_eq!(name, "OAUTHBEARER");
        let first = bearer.process(b"");
        assert_eq!(&first[..], b"n,a=a=2Cb=3Dc@x.example,\x01host=h\x01port=993\x01auth=Bearer tok\x01\x01");
        assert_eq!(&bearer.process(b"{}")[..], b"\x01");
        assert!(mechanism(&Capabilities::new(["AUTH=PLAIN"]), &endpoint, &login).is_none());
    }
}
