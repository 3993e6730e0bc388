//! The loopback flow: the page that the browser opens, and what the redirect brings back (RFC 8252; PKCE is RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::answer::Refusal;
use super::form::{Form, parameters};
use super::provider::Endpoints;

/// One login by the browser.
pub struct Page {
    /// Where the browser is sent back to.
    pub redirect_uri: String,
    /// Comes back with the redirect: one that somebody else made up does not have it (RFC 8252, section 8.9).
    state: String,
    /// Proves to the token endpoint that who brings the code is who asked for it (RFC 7636).
    verifier: String,
}

/// What a redirect brings.
#[derive(Debug, PartialEq, Eq)]
pub enum Returned {
    /// The code for the token endpoint.
    Code(String),
    /// A no.
    No(Refusal),
    /// Another page of the browser's, or a redirect that belongs to another login.
    Stranger,
}

impl Page {
    /// `state` and `verifier` are 32 random bytes each.
    pub fn new(redirect_uri: String, state: &[u8; 32], verifier: &[u8; 32]) -> Page {
        Page { redirect_uri, state: base64_url(state), verifier: base64_url(verifier) }
    }

    /// What the browser opens.
    pub fn url(&self, endpoints: &Endpoints, client_id: &str, login: &str) -> Option<String> {
        let challenge = ring::digest::digest(&ring::digest::SHA256, self.verifier.as_bytes());
        let form = Form::default()
            .with("response_type", "code")
            .with("client_id", client_id)
            .with("redirect_uri", &self.redirect_uri)
            .with("scope", &endpoints.scope)
            .with("state", &self.state)
            .with("code_challenge", &base64_url(challenge.as_ref()))
            .with("code_challenge_method", "S256")
            .with("login_hint", login);
        let form = endpoints.ask_offline.iter().fold(form, |form, (name, value)| form.with(name, value));
        let page = endpoints.authorize.as_deref()?;
        let joint = if page.contains('?') { '&' } else { '?' };
        Some(format!("{page}{joint}{}", form.text()))
    }

    /// What the address of a redirect says: `http://127.0.0.1:4711/?code=…&state=…`, or only what stands behind the host.
    pub fn read(&self, address: &str) -> Returned {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let found = parameters(query);
        let value = |name: &str| found.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        if value("state").as_deref() != Some(self.state.as_str()) {
            return Returned::Stranger;
        }
        match (value("code").filter(|code| !code.is_empty()), value("error")) {
            (_, Some(error)) => {
                Returned::No(Refusal::Said { error, words: value("error_description").unwrap_or_default() })
            }
            (Some(code), None) => Returned::Code(code),
            (None, None) => Returned::Stranger,
        }
    }

    /// What the token endpoint is asked for a code with.
    pub fn exchange(&self, code: &str) -> Form {
        Form::default()
            .with("grant_type", "authorization_code")
            .with("code", code)
            .with("redirect_uri", &self.redirect_uri)
            .with("code_verifier", &self.verifier)
    }
}

/// Base64 for URLs, without padding (RFC 7636, appendix A).
pub fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::provider::Preset;
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_holds() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let page = Page::new("http://127.0.0.1:4711/".into(), &[0; 32], &octets);
        assert_eq!(page.verifier, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let url = page.url(&Preset::Gmail.endpoints(None), "id", "me@gmail.com").unwrap();
        assert!(url.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"), "{url}");
        assert!(
            url.starts_with("https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=id&"),
            "{url}"
        );
        assert!(url.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2F") && url.contains("access_type=offline"));
        assert!(page.exchange("4/x").text().ends_with("&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!url.contains(&page.verifier), "the page learns the challenge only");
    }

    #[test]
    fn only_the_redirect_of_this_login_counts() {
        let page = Page::new("http://localhost:1/".into(), &[7; 32], &[8; 32]);
        let state = &page.state;
        for (address, expected) in [
            (format!("/?code=4%2F0x&state={state}"), Returned::Code("4/0x".into())),
            (format!("http://localhost:1/?state={state}&code=c#x"), Returned::Code("c".into())),
            ("/favicon.ico".into(), Returned::Stranger),
            ("/?code=c".into(), Returned::Stranger),
            (format!("/?code=c&state={state}x"), Returned::Stranger),
            (format!("/?state={state}&code="), Returned::Stranger),
            ("/?code=c&state=".into(), Returned::Stranger),
        ] {
            assert_eq!(page.read(&address), expected, "{address}");
        }
        let no = page.read(&format!("/?error=access_denied&code=c&state={state}"));
        assert!(matches!(no, Returned::No(refusal) if refusal.is("access_denied")));
    }
}
