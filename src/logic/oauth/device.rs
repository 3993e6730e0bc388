//! The device flow (RFC 8628): the code that the user types elsewhere, and how often the token endpoint may be asked meanwhile.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::answer::{Grant, Refusal, is_token, not_refused, seconds, unreadable};

/// Without a word from the provider (section 3.2), and what `slow_down` adds (section 3.5).
const INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause between two questions: no code lives so long that more would make sense.
const LONGEST_INTERVAL: Duration = Duration::from_secs(120);
/// Where the provider does not say how long its code is good. Seconds.
const LIFE: i64 = 900;

/// What the device endpoint answers (section 3.2).
pub struct DeviceCode {
    /// What the token endpoint is asked with.
    pub device_code: SecretString,
    /// What the user types.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// How long both are good, in seconds.
    pub expires_in: i64,
    /// How often the token endpoint may be asked.
    pub interval: Duration,
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode").field("verification_uri", &self.verification_uri).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Raw {
    device_code: Option<String>,
    user_code: Option<String>,
    // Google's endpoint is older than the RFC and calls it a URL.
    #[serde(alias = "verification_url")]
    verification_uri: Option<String>,
    expires_in: Option<serde_json::Value>,
    interval: Option<serde_json::Value>,
    error: Option<serde_json::Value>,
    error_description: Option<String>,
}

/// Reads the answer of a device endpoint.
///
/// # Errors
/// When there is no code in it.
pub fn read_device_code(status: u16, body: &[u8]) -> Result<DeviceCode, Refusal> {
    let Ok(raw) = serde_json::from_slice::<Raw>(body) else { return Err(unreadable(status)) };
    not_refused(status, raw.error.as_ref(), raw.error_description)?;
    let (Some(device_code), Some(user_code), Some(verification_uri)) =
        (raw.device_code.filter(|code| is_token(code)), raw.user_code, raw.verification_uri)
    else {
        return Err(Refusal::Nonsense(status));
    };
    let is_page = verification_uri.starts_with("https://") || verification_uri.starts_with("http://");
    if user_code.trim().is_empty() || !is_page {
        return Err(Refusal::Nonsense(status));
    }
    let interval = raw.interval.as_ref().and_then(seconds).and_then(|seconds| u64::try_from(seconds).ok());
    Ok(DeviceCode {
        device_code: SecretString::from(device_code),
        user_code,
        verification_uri,
        expires_in: raw.expires_in.as_ref().and_then(seconds).unwrap_or(LIFE),
        interval: interval.map_or(INTERVAL, Duration::from_secs).min(LONGEST_INTERVAL),
    })
}

/// What follows from an answer.
#[derive(Debug)]
pub enum Next {
    /// The user said yes.
    Done(Grant),
    /// Ask again after [`Polling::interval`].
    Wait,
    /// It will not come to anything.
    Over(Refusal),
}

/// How the token endpoint is asked again and again (section 3.5).
#[derive(Clone, Copy, Debug)]
pub struct Polling {
    interval: Duration,
}

impl Polling {
    /// At first as often as the provider allows.
    pub fn every(interval: Duration) -> Polling {
        Polling { interval }
    }

    /// The pause before the next question.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// After this answer.
    pub fn heard(&mut self, answer: Result<Grant, Refusal>) -> Next {
        match answer {
            Ok(grant) => Next::Done(grant),
            Err(refusal) if refusal.is("authorization_pending") => Next::Wait,
            Err(refusal) if refusal.is("slow_down") => {
                self.interval = (self.interval + INTERVAL).min(LONGEST_INTERVAL);
                Next::Wait
            }
            Err(Refusal::Busy(_)) => self.unheard(),
            Err(refusal) => Next::Over(refusal),
        }
    }

    /// After none: twice as long (section 3.5, on connection timeouts).
    pub fn unheard(&mut self) -> Next {
        self.interval = self.interval.saturating_mul(2).min(LONGEST_INTERVAL);
        Next::Wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_both_providers_write_it() {
        let microsoft = br#"{"user_code":"DPNN5CHPE","device_code":"DAQABA","verification_uri":"https://www.microsoft.com/link","expires_in":900,"interval":5,"message":"To sign in"}"#;
        let code = read_device_code(200, microsoft).unwrap();
        assert_eq!((code.user_code.as_str(), code.expires_in, code.interval.as_secs()), ("DPNN5CHPE", 900, 5));
        let google = br#"{"device_code":"AH-1Ng","user_code":"GQVQ-JKEC","expires_in":1800,"interval":"3","verification_url":"https://www.google.com/device"}"#;
        let code = read_device_code(200, google).unwrap();
        assert_eq!((code.verification_uri.as_str(), code.interval.as_secs()), ("https://www.google.com/device", 3));
        let bare =
            br#"{"device_code":"d","user_code":"u","verification_uri":"https://x.example","interval":99999999999}"#;
        let code = read_device_code(200, bare).unwrap();
        assert_eq!((code.expires_in, code.interval), (LIFE, LONGEST_INTERVAL));
        for (status, body, expected) in [
            (
                200,
                r#"{"device_code":"d","user_code":"u","verification_uri":"javascript:alert(1)"}"#,
                Refusal::Nonsense(200),
            ),
            (200, r#"{"device_code":"d\n","user_code":"u","verification_uri":"https://x"}"#, Refusal::Nonsense(200)),
            (200, "<html>", Refusal::Nonsense(200)),
            (503, "<html>", Refusal::Busy(503)),
        ] {
            assert_eq!(read_device_code(status, body.as_bytes()).unwrap_err(), expected);
        }
        assert!(read_device_code(400, br#"{"error":"unauthorized_client"}"#).unwrap_err().is("unauthorized_client"));
    }

    #[test]
    fn pending_keeps_the_pace_slow_down_slows_and_silence_doubles() {
        let said = |error: &str| Err(Refusal::Said { error: error.to_owned(), words: String::new() });
        let mut polling = Polling::every(Duration::from_secs(1));
        assert!(matches!(polling.heard(said("authorization_pending")), Next::Wait));
        assert_eq!(polling.interval().as_secs(), 1);
        assert!(matches!(polling.heard(said("slow_down")), Next::Wait));
        assert_eq!(polling.interval().as_secs(), 6);
        assert!(matches!(polling.heard(Err(Refusal::Busy(503))), Next::Wait));
        assert_eq!(polling.interval().as_secs(), 12);
        for _ in 0..100 {
            polling.unheard();
        }
        assert_eq!(polling.interval(), LONGEST_INTERVAL);
        for error in ["expired_token", "access_denied", "invalid_client", "what_is_this"] {
            assert!(matches!(polling.heard(said(error)), Next::Over(refusal) if refusal.is(error)));
        }
    }
}
