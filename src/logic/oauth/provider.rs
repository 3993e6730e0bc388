//! Where tokens are had: of the two providers whose IMAP servers want them most, or as the user says.

/// A provider whose addresses are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Gmail and Google Workspace.
    Gmail,
    /// Outlook.com and Microsoft 365.
    Outlook,
}

/// Where a provider answers, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The page that a browser opens, for the loopback flow.
    pub authorize: Option<String>,
    /// Gives codes, for the device flow.
    pub device: Option<String>,
    /// Gives tokens.
    pub token: String,
    /// What the token is to allow.
    pub scope: String,
    /// Where a browser comes back to; without a port any free one is taken (RFC 8252, section 7.3).
    pub redirect: String,
    /// What else the page is asked, so that a refresh token comes too.
    pub ask_offline: &'static [(&'static str, &'static str)],
}

/// An address of this machine. Microsoft compares the redirect with what is registered, whose form for the user's own clients allows
/// `http://localhost` and no number.
pub const LOOPBACK: &str = "http://127.0.0.1";
const LOCALHOST: &str = "http://localhost";

impl Preset {
    /// The words of the config.
    pub const WORDS: [(&str, Preset); 2] = [("gmail", Preset::Gmail), ("outlook", Preset::Outlook)];

    /// As it stands in the config.
    pub fn word(self) -> &'static str {
        match self {
            Preset::Gmail => "gmail",
            Preset::Outlook => "outlook",
        }
    }

    /// By the account's IMAP server.
    pub fn of_host(host: &str) -> Option<Preset> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        match host.as_str() {
            "imap.gmail.com" | "imap.googlemail.com" => Some(Preset::Gmail),
            "outlook.office365.com" | "outlook.office.com" | "imap-mail.outlook.com" => Some(Preset::Outlook),
            _ => None,
        }
    }

    /// Whether it wants a secret of the client, although a program on the user's machine can keep none (RFC 8252, section 8.5).
    pub fn wants_secret(self) -> bool {
        self == Preset::Gmail
    }

    /// Its addresses, as its documentation gives them. `tenant` is Microsoft's word for an organisation; by default any account.
    pub fn endpoints(self, tenant: Option<&str>) -> Endpoints {
        match self {
            Preset::Gmail => Endpoints {
                authorize: Some("https://accounts.google.com/o/oauth2/v2/auth".to_owned()),
                // There is one, and it does not grant access to mail: developers.google.com/identity/protocols/oauth2/limited-input-device,
                // "Allowed scopes".
                device: None,
                token: "https://oauth2.googleapis.com/token".to_owned(),
                scope: "https://mail.google.com/".to_owned(),
                redirect: LOOPBACK.to_owned(),
                // Without the question a second login brings no refresh token.
                ask_offline: &[("access_type", "offline"), ("prompt", "consent")],
            },
            Preset::Outlook => {
                let base = format!("https://login.microsoftonline.com/{}/oauth2/v2.0", tenant.unwrap_or("common"));
                Endpoints {
                    authorize: Some(format!("{base}/authorize")),
                    device: Some(format!("{base}/devicecode")),
                    token: format!("{base}/token"),
                    scope: "https://outlook.office.com/IMAP.AccessAsUser.All offline_access".to_owned(),
                    redirect: LOCALHOST.to_owned(),
                    ask_offline: &[],
                }
            }
        }
    }
}

impl Endpoints {
    /// The host that gives tokens, for messages.
    pub fn token_host(&self) -> &str {
        host_of(&self.token)
    }
}

/// The host, and the port if there is one, of a URL.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_its_own_addresses() {
        let any = Preset::Outlook.endpoints(None);
        assert_eq!(any.token, "https://login.microsoftonline.com/common/oauth2/v2.0/token");
        let one = Preset::Outlook.endpoints(Some("home.example"));
        assert_eq!(one.device.unwrap(), "https://login.microsoftonline.com/home.example/oauth2/v2.0/devicecode");
        assert_eq!(any.token_host(), "login.microsoftonline.com");
        assert!(any.scope.contains("offline_access"), "else there is no refresh token");
        assert_eq!(Preset::of_host("IMAP.gmail.com."), Some(Preset::Gmail));
        assert_eq!(Preset::of_host("imap.gmail.com.evil.example"), None);
    }
}
