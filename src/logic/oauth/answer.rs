//! What the token endpoint answers (RFC 6749, section 5; RFC 8628, section 3.5), and what that means for the user.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Longest token that is believed to be one, in bytes. Microsoft's reach some 4 KiB.
const LONGEST_TOKEN: usize = 16 * 1024;

/// Longest part of a provider's own words that is shown, in characters. Microsoft's run to several lines.
const MOST_WORDS: usize = 160;

/// Tokens, as the endpoint gives them.
pub struct Grant {
    /// What an IMAP server is shown.
    pub access_token: SecretString,
    /// What the next access token is asked for with; `None`: the one there is stays good (RFC 6749, section 6).
    pub refresh_token: Option<SecretString>,
    /// How long the access token is good, in seconds, if it is said.
    pub expires_in: Option<i64>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// Why there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It said so: a code of RFC 6749, section 5.2, or RFC 8628, section 3.5, and its own words, if any.
    Said {
        /// Such as `invalid_grant`.
        error: String,
        /// For a person; may be empty.
        words: String,
    },
    /// It does not work now: the HTTP status.
    Busy(u16),
    /// What it said is no answer of a token endpoint: the HTTP status.
    Nonsense(u16),
}

#[derive(Deserialize)]
struct Raw {
    access_token: Option<String>,
    refresh_token: Option<String>,
    // Some providers write the number as a text.
    expires_in: Option<serde_json::Value>,
    error: Option<serde_json::Value>,
    error_description: Option<String>,
}

/// What both endpoints say no with (RFC 6749, section 5.2). Some providers do so with status 200.
///
/// # Errors
/// The refusal.
pub(super) fn not_refused(
    status: u16,
    error: Option<&serde_json::Value>,
    words: Option<String>,
) -> Result<(), Refusal> {
    if let Some(error) = error.and_then(serde_json::Value::as_str) {
        return Err(Refusal::Said { error: error.to_owned(), words: words.unwrap_or_default() });
    }
    if (200..300).contains(&status) { Ok(()) } else { Err(unreadable(status)) }
}

/// Reads the answer of a token endpoint.
///
/// # Errors
/// When it holds no usable tokens.
pub fn read_grant(status: u16, body: &[u8]) -> Result<Grant, Refusal> {
    let Ok(raw) = serde_json::from_slice::<Raw>(body) else { return Err(unreadable(status)) };
    not_refused(status, raw.error.as_ref(), raw.error_description)?;
    let access_token = raw.access_token.filter(|token| is_token(token)).ok_or(Refusal::Nonsense(status))?;
    if raw.refresh_token.as_ref().is_some_and(|token| !is_token(token)) {
        return Err(Refusal::Nonsense(status));
    }
    Ok(Grant {
        access_token: SecretString::from(access_token),
        refresh_token: raw.refresh_token.map(SecretString::from),
        expires_in: raw.expires_in.as_ref().and_then(seconds),
    })
}

/// A number of seconds, also where it is written as a text.
pub(super) fn seconds(value: &serde_json::Value) -> Option<i64> {
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (number > 0).then_some(number)
}

/// RFC 6749, appendix A.12: visible characters. Anything else could end the line on which it is sent.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_TOKEN && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

pub(super) fn unreadable(status: u16) -> Refusal {
    match status {
        408 | 425 | 429 | 500..=599 => Refusal::Busy(status),
        status => Refusal::Nonsense(status),
    }
}

impl Refusal {
    /// Whether the endpoint gave this code.
    pub fn is(&self, code: &str) -> bool {
        matches!(self, Refusal::Said { error, .. } if error == code)
    }

    /// What to tell the user of `account`. `endpoint` is the host that was asked.
    pub fn fault(&self, account: &str, endpoint: &str) -> Fault {
        let (account, host) = (Printable::new(account), Printable::new(endpoint));
        let again = format!("mailherd login --account {account}");
        let (error, words) = match self {
            Refusal::Busy(status) => {
                let cause = format!("the token endpoint {host} does not work now (status {status})");
                return Fault::transient(cause, "your login is as good as before: mailherd tries again");
            }
            Refusal::Nonsense(status) => {
                let cause = format!("{host} answers unlike a token endpoint (status {status})");
                let hint = "check `token_url` under oauth2, and whether a hotel's or company's network answers instead";
                return Fault::protocol(cause, hint);
            }
            Refusal::Said { error, words } => (error.as_str(), said(error, words)),
        };
        match error {
            "invalid_grant" => {
                Fault::credentials(format!("the OAuth2 login was revoked or has expired: {words}"), again)
            }
            "invalid_client" | "unauthorized_client" => Fault::credentials(
                format!("{host} does not accept this client: {words}"),
                "check client_id and the client secret under oauth2 (docs/oauth2.md)",
            ),
            "invalid_scope" => Fault::credentials(
                format!("{host} does not grant this scope: {words}"),
                "check `scope` under oauth2, and which permissions the client has at the provider (docs/oauth2.md)",
            ),
            "access_denied" | "authorization_declined" => Fault::refused(
                format!("the login was declined at {host}: {words}"),
                format!("to try once more: {again}"),
            ),
            "expired_token" | "code_expired" => {
                Fault::refused("nobody entered the code in time", format!("a new one: {again}"))
            }
            "temporarily_unavailable" | "server_error" | "slow_down" => Fault::transient(
                format!("the token endpoint {host} does not work now: {words}"),
                "your login is as good as before: mailherd tries again",
            ),
            _ => Fault::credentials(
                format!("{host} gives no token: {words}"),
                format!("docs/oauth2.md; if nothing else helps: {again}"),
            ),
        }
    }
}

/// `invalid_grant: Token has been expired or revoked.`
fn said(error: &str, words: &str) -> String {
    let short = |text: &str| Printable::new(text).as_str().chars().take(MOST_WORDS).collect::<String>();
    match words.trim() {
        "" => short(error),
        words => format!("{}: {}", short(error), short(words)),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::logic::fault::FaultKind;

    #[test]
    fn tokens_are_read_in_every_dress() {
        let google =
            br#"{"access_token":"ya29.x","expires_in":3599,"scope":"https://mail.google.com/","token_type":"Bearer"}"#;
        let grant = read_grant(200, google).unwrap();
        assert_eq!((grant.access_token.expose_secret(), grant.expires_in), ("ya29.x", Some(3599)));
        assert!(grant.refresh_token.is_none());
        let text = br#"{"access_token":"a","expires_in":"60","refresh_token":"r"}"#;
        let grant = read_grant(200, text).unwrap();
        assert_eq!((grant.refresh_token.unwrap().expose_secret(), grant.expires_in), ("r", Some(60)));
        for odd in ["-1", "null", "[]", "1.5", "\"soon\""] {
            let text = format!("{{\"access_token\":\"a\",\"expires_in\":{odd}}}");
            assert_eq!(read_grant(200, text.as_bytes()).unwrap().expires_in, None, "{odd}");
        }
    }

    #[test]
    fn what_is_no_token_is_none() {
        let long = format!("{{\"access_token\":\"{}\"}}", "x".repeat(LONGEST_TOKEN + 1));
        for body in [
            "",
            "<html>Welcome to Hotel</html>",
            "[]",
            "{}",
            "{\"access_token\":7}",
            "{\"access_token\":\"\"}",
            "{\"access_token\":\"a b\"}",
            "{\"access_token\":\"a\\r\\nA1 LOGOUT\"}",
            "{\"access_token\":\"a\",\"refresh_token\":\"b\\u0000\"}",
            &long,
        ] {
            assert_eq!(read_grant(200, body.as_bytes()).unwrap_err(), Refusal::Nonsense(200), "{body:.60}");
        }
        assert_eq!(read_grant(502, b"<html>").unwrap_err(), Refusal::Busy(502));
        assert_eq!(read_grant(429, b"{}").unwrap_err(), Refusal::Busy(429));
        assert_eq!(read_grant(404, b"{\"access_token\":\"a\"}").unwrap_err(), Refusal::Nonsense(404));
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let told = |status, body: &str| read_grant(status, body.as_bytes()).unwrap_err().fault("home", "id.example");
        let fault =
            told(400, r#"{"error":"invalid_grant","error_description":"Token has been\u001b[2J revoked.\r\nTrace"}"#);
        assert_eq!(fault.kind, FaultKind::Credentials);
        assert_eq!(fault.hint, "mailherd login --account home");
        assert!(fault.cause.contains("revoked") && !fault.cause.contains(['\u{1b}', '\n']), "{fault:?}");
        for (status, body, kind, hint) in [
            (401, r#"{"error":"invalid_client"}"#, FaultKind::Credentials, "client_id"),
            (400, r#"{"error":"unauthorized_client"}"#, FaultKind::Credentials, "client_id"),
            (400, r#"{"error":"invalid_scope"}"#, FaultKind::Credentials, "scope"),
            (200, r#"{"error":"access_denied"}"#, FaultKind::Refused, "login --account home"),
            (400, r#"{"error":"expired_token"}"#, FaultKind::Refused, "login --account home"),
            (400, r#"{"error":"temporarily_unavailable"}"#, FaultKind::Transient, "tries again"),
            (400, r#"{"error":"interaction_required"}"#, FaultKind::Credentials, "login --account home"),
            (503, "", FaultKind::Transient, "tries again"),
            (200, "hello", FaultKind::Protocol, "token_url"),
        ] {
            let fault = told(status, body);
            assert_eq!(fault.kind, kind, "{body}: {fault:?}");
            assert!(fault.hint.contains(hint), "{body}: {fault:?}");
        }
        assert!(
            told(400, &format!(r#"{{"error":"x","error_description":"{}"}}"#, "y".repeat(9_000))).cause.len() < 400
        );
    }
}
