//! The tokens of one account as they are kept.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::answer::Grant;
use super::form::Form;
use crate::logic::ids::UnixTime;

/// A token is renewed when it is good for less than this: a login takes its time, and clocks differ. Seconds.
const MARGIN: i64 = 60;
/// How long a token is taken to be good whose provider does not say. One that ends earlier is renewed when it is refused.
const USUAL_LIFE: i64 = 3_600;
/// No provider gives access tokens for longer than this. Seconds.
const LONGEST_LIFE: i64 = 30 * 86_400;

/// What was granted, and by whom: a refresh token is shown to the endpoint and under the client that it came from, and to nobody else.
#[derive(Clone)]
pub struct Tokens {
    /// What an IMAP server is shown.
    pub access: SecretString,
    refresh: Option<SecretString>,
    obtained: UnixTime,
    expires: UnixTime,
    token_url: String,
    client_id: String,
}

#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    version: u32,
    token_url: &'a str,
    client_id: &'a str,
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    obtained: i64,
    expires: i64,
}

impl Tokens {
    /// As they were just granted. Where no new refresh token came, `before`'s stays.
    pub fn granted(grant: Grant, before: Option<&Tokens>, token_url: &str, client_id: &str, now: UnixTime) -> Tokens {
        let life = grant.expires_in.unwrap_or(USUAL_LIFE).clamp(1, LONGEST_LIFE);
        Tokens {
            access: grant.access_token,
            refresh: grant.refresh_token.or_else(|| before.and_then(|before| before.refresh.clone())),
            obtained: now,
            expires: UnixTime(now.0.saturating_add(life)),
            token_url: token_url.to_owned(),
            client_id: client_id.to_owned(),
        }
    }

    /// Whether they came from this endpoint, to this client.
    pub fn are_of(&self, token_url: &str, client_id: &str) -> bool {
        self.token_url == token_url && self.client_id == client_id
    }

    /// Whether the access token is worth showing. A clock that was set back since it came says nothing about it any more.
    pub fn are_fresh(&self, now: UnixTime) -> bool {
        // Of a short life at least three quarters are used.
        let margin = MARGIN.min(self.expires.0.saturating_sub(self.obtained.0) / 4);
        now >= self.obtained && now.0 < self.expires.0.saturating_sub(margin)
    }

    /// How long the access token is good, in seconds.
    pub fn life_left(&self, now: UnixTime) -> i64 {
        self.expires.0.saturating_sub(now.0)
    }

    /// What the token endpoint is asked for new ones with; `None` where there is no refresh token.
    pub fn renewal(&self) -> Option<Form> {
        let refresh = self.refresh.as_ref()?;
        Some(Form::default().with("grant_type", "refresh_token").with("refresh_token", refresh.expose_secret()))
    }

    /// Whether they can be renewed.
    pub fn can_be_renewed(&self) -> bool {
        self.refresh.is_some()
    }

    /// As they are written down.
    pub fn text(&self) -> Zeroizing<String> {
        let kept = Kept {
            version: 1,
            token_url: &self.token_url,
            client_id: &self.client_id,
            access_token: self.access.expose_secret(),
            refresh_token: self.refresh.as_ref().map(ExposeSecret::expose_secret),
            obtained: self.obtained.0,
            expires: self.expires.0,
        };
        // Texts and numbers: there is nothing that JSON could not hold.
        Zeroizing::new(serde_json::to_string(&kept).unwrap_or_default())
    }

    /// Reads what was written down; `None` when it is something else.
    pub fn read(text: &str) -> Option<Tokens> {
        #[derive(Deserialize)]
        struct Owned {
            version: u32,
            token_url: String,
            client_id: String,
            access_token: String,
            refresh_token: Option<String>,
            obtained: i64,
            expires: i64,
        }
        let owned: Owned = serde_json::from_str(text).ok()?;
        (owned.version == 1).then(|| Tokens {
            access: SecretString::from(owned.access_token),
            refresh: owned.refresh_token.map(SecretString::from),
            obtained: UnixTime(owned.obtained),
            expires: UnixTime(owned.expires),
            token_url: owned.token_url,
            client_id: owned.client_id,
        })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires", &self.expires).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(life: Option<i64>, refresh: Option<&str>, before: Option<&Tokens>) -> Tokens {
        let grant = Grant {
            access_token: SecretString::from("at"),
            refresh_token: refresh.map(SecretString::from),
            expires_in: life,
        };
        Tokens::granted(grant, before, "https://t.example", "id", UnixTime(1_000_000))
    }

    #[test]
    fn a_token_is_renewed_a_little_early_and_whenever_the_clock_was_set_back() {
        let tokens = granted(Some(3_600), None, None);
        for (now, fresh) in
            [(1_000_000, true), (1_003_539, true), (1_003_540, false), (999_999, false), (9_999_999, false)]
        {
            assert_eq!(tokens.are_fresh(UnixTime(now)), fresh, "{now}");
        }
        assert!(granted(Some(4), None, None).are_fresh(UnixTime(1_000_002)));
        assert!(granted(None, None, None).are_fresh(UnixTime(1_003_000)));
        let odd = granted(Some(i64::MAX), None, None);
        assert!(!odd.are_fresh(UnixTime(i64::MAX)) && !odd.are_fresh(UnixTime(i64::MIN)));
    }

    #[test]
    fn a_refresh_token_is_replaced_by_a_new_one_and_by_nothing_else() {
        let first = granted(None, Some("r1"), None);
        let second = granted(None, None, Some(&first));
        assert!(second.renewal().unwrap().text().ends_with("&refresh_token=r1"));
        let third = granted(None, Some("r2"), Some(&second));
        assert!(third.renewal().unwrap().text().ends_with("&refresh_token=r2"));
        assert!(granted(None, None, None).renewal().is_none());
    }

    #[test]
    fn they_are_read_as_they_were_written_and_nothing_else_is() {
        let tokens = granted(Some(60), Some("r\"1"), None);
        let read = Tokens::read(&tokens.text()).unwrap();
        assert_eq!(*read.text(), *tokens.text());
        assert!(read.are_of("https://t.example", "id") && !read.are_of("https://evil.example", "id"));
        for other in ["", "{}", "null", &tokens.text().replace("\"version\":1", "\"version\":2"), &tokens.text()[..40]]
        {
            assert!(Tokens::read(other).is_none(), "{other}");
        }
        assert!(!format!("{tokens:?}").contains("r\"1") && !format!("{tokens:?}").contains("\"at\""));
    }
}
