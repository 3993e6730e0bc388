//! The largest providers: where their IMAP is, what they call a user, and which password they take.
//!
//! The table is data of [`CHECKED`], as far as we know. It saves a look-up and, more important, says what no protocol tells:
//! that a provider takes app passwords only, and where they are made.

mod document;
mod table;

use super::ids::Address;
use super::server::{Candidate, Source, Tls};

pub use document::document;
pub use table::TABLE;

/// When the table was last compared with what the providers say.
pub const CHECKED: &str = "November 2026";

/// One provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// The domains of its addresses; `yahoo.*` stands for any ending.
    pub domains: &'static [&'static str],
    /// Ends of the names of the hosts that take mail for its customers' own domains (MX).
    pub mx: &'static [&'static str],
    /// The IMAP server.
    pub host: &'static str,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// What a user is called there.
    pub username: Username,
    /// Which password it takes.
    pub password: Password,
    /// What else a user should know, one line; may be empty.
    pub note: &'static str,
}

/// The form of a login name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Username {
    /// The whole address.
    Address,
    /// What stands before the `@`.
    LocalPart,
}

/// Which password a provider takes from a mail program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// The account's own.
    Own,
    /// Not the account's own but one made for a program: what it is called there, and where it is made.
    App {
        /// What the provider calls it.
        called: &'static str,
        /// Where it is made.
        made_at: &'static str,
        /// Whether the account's own does as well, as long as the account has no second factor.
        own_too: bool,
    },
    /// None: only OAuth2.
    Oauth2 {
        /// Since when, and what that means.
        why: &'static str,
    },
    /// A program on the user's own machine shows it.
    Bridge {
        /// Where to look.
        where_shown: &'static str,
    },
}

impl Provider {
    /// By the domain of an address.
    pub fn of_domain(domain: &str) -> Option<&'static Provider> {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        TABLE.iter().find(|provider| provider.domains.iter().any(|known| is_domain(known, &domain)))
    }

    /// By the host that takes a domain's mail.
    pub fn of_mx(host: &str) -> Option<&'static Provider> {
        TABLE.iter().find(|provider| provider.mx.iter().any(|known| is_below(host, known)))
    }

    /// By the IMAP server of an account.
    pub fn of_host(host: &str) -> Option<&'static Provider> {
        let host = host.trim_end_matches('.');
        let named = TABLE.iter().filter(|provider| !is_loopback(provider.host));
        named.into_iter().find(|provider| provider.host.eq_ignore_ascii_case(host))
    }

    /// The login name of an address.
    pub fn username_of(&self, email: &Address) -> String {
        match self.username {
            Username::Address => email.as_str().to_owned(),
            Username::LocalPart => email.local().to_owned(),
        }
    }

    /// Its server as a candidate. A customer's own domain has the whole address as login name.
    pub fn candidate(&'static self, email: &Address, by_mx: bool) -> Candidate {
        let source = if by_mx { Source::DeliversTo(self.name) } else { Source::Provider(self.name) };
        let username = if by_mx { email.as_str().to_owned() } else { self.username_of(email) };
        Candidate { host: self.host.to_owned(), port: self.port, tls: self.tls, username: Some(username), source }
    }

    /// What to say before the password is asked for, one line; `None` when it is the account's own.
    pub fn password_words(&self) -> Option<String> {
        match self.password {
            Password::Own => None,
            Password::App { called, made_at, own_too: false } => {
                Some(format!("{} takes {called}, not your own password. Make one at {made_at}", self.name))
            }
            Password::App { called, made_at, own_too: true } => {
                Some(format!("With a second factor {} takes {called}: {made_at}", self.name))
            }
            Password::Oauth2 { why } => Some(why.to_owned()),
            Password::Bridge { where_shown } => Some(where_shown.to_owned()),
        }
    }

    /// What to do after the provider refused a password.
    pub fn refused_words(&self) -> Option<String> {
        match self.password {
            Password::Own => None,
            Password::App { called, made_at, .. } => {
                Some(format!("{} wants {called} here; make one at {made_at}", self.name))
            }
            Password::Oauth2 { why } => Some(why.to_owned()),
            Password::Bridge { where_shown } => Some(where_shown.to_owned()),
        }
    }
}

fn is_domain(known: &str, domain: &str) -> bool {
    match known.strip_suffix(".*") {
        // `yahoo.fr`, `yahoo.co.uk`; not `yahoo.mail.example.org`.
        Some(name) => domain.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')).is_some_and(|ending| {
            let levels: Vec<&str> = ending.split('.').collect();
            let short = |level: &&str| (2..=3).contains(&level.len()) && level.bytes().all(|b| b.is_ascii_lowercase());
            matches!(levels.as_slice(), [one] if short(one))
                || matches!(levels.as_slice(), [one, two] if short(one) && two.len() == 2)
        }),
        None => known == domain,
    }
}

fn is_below(host: &str, known: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'))
}

fn is_loopback(host: &str) -> bool {
    host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn named(domain: &str) -> Option<&'static str> {
        Provider::of_domain(domain).map(|provider| provider.name)
    }

    #[test]
    fn domains_lead_to_their_provider_and_strangers_to_none() {
        assert_eq!(named("Gmail.com"), Some("Gmail"));
        assert_eq!(named("hotmail.co.uk"), Some("Outlook.com"));
        assert_eq!(named("yahoo.fr"), Some("Yahoo Mail"));
        assert_eq!(named("yahoo.com.br"), Some("Yahoo Mail"));
        assert_eq!(named("yahoo.mail.example.org"), None);
        assert_eq!(named("yahoo.company"), None);
        assert_eq!(named("notgmail.com"), None);
        assert_eq!(named("gmail.com.evil.example"), None);
    }

    #[test]
    fn a_domain_of_ones_own_is_known_by_where_its_mail_goes() {
        let of = |host: &str| Provider::of_mx(host).map(|provider| provider.name);
        assert_eq!(of("aspmx.l.google.com."), Some("Gmail"));
        assert_eq!(of("home-example.mail.protection.outlook.com"), Some("Microsoft 365"));
        assert_eq!(of("in1-smtp.messagingengine.com"), Some("Fastmail"));
        assert_eq!(of("mx.evilgoogle.com"), None);
        let email = Address::parse("anna@home.example").unwrap();
        let candidate = Provider::of_mx("mx01.mail.icloud.com").unwrap().candidate(&email, true);
        assert_eq!(candidate.username.as_deref(), Some("anna@home.example"));
    }

    #[test]
    fn the_login_name_has_the_form_that_the_provider_wants() {
        let email = Address::parse("anna@icloud.com").unwrap();
        assert_eq!(Provider::of_domain("icloud.com").unwrap().username_of(&email), "anna");
        let email = Address::parse("anna@gmail.com").unwrap();
        assert_eq!(Provider::of_domain("gmail.com").unwrap().username_of(&email), "anna@gmail.com");
    }

    #[test]
    fn the_table_is_sound() {
        assert!(TABLE.len() >= 20, "{}", TABLE.len());
        let mut seen = HashSet::new();
        for provider in TABLE {
            assert!(!provider.domains.is_empty() || !provider.mx.is_empty(), "{}", provider.name);
            for domain in provider.domains {
                assert!(seen.insert(*domain), "{domain} stands there twice");
                assert_eq!(domain.to_lowercase(), *domain);
            }
            assert_eq!(provider.tls == Tls::Implicit, provider.port == 993, "{}", provider.name);
            let lines = [provider.password_words(), provider.refused_words(), Some(provider.note.to_owned())];
            for line in lines.into_iter().flatten() {
                assert!(!line.contains('\n') && line.len() <= 200, "{line}");
            }
            if let Password::App { made_at, .. } = provider.password {
                assert!(made_at.starts_with("https://"), "{made_at}");
            }
        }
    }
}
