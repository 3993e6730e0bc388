//! Unsubscribing with one click (RFC 8058), and whether a message may be trusted to offer it.
//!
//! A click tells the sender that the address is read, so it is offered only when the mail is provably from the domain that signed
//! it: the account's own receiving host says `dkim=pass`, and that very signature covers List-Unsubscribe and
//! List-Unsubscribe-Post (RFC 8058, section 4). Else the address behind the link could be anybody's.

use super::facts::auth::{self, DkimPass};
use super::facts::fields;
use super::ids::Address;

/// The fields that the decision needs, to be asked for by name.
pub const FIELDS: &str = "LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST DKIM-SIGNATURE AUTHENTICATION-RESULTS";

/// How one gets off a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A POST of `List-Unsubscribe=One-Click` to this address does it.
    OneClick(Target),
    /// By writing to this address: mailherd sends no mail, the user's own program does.
    Mail(Address),
    /// On a web page of this host, by hand.
    Page(String),
    /// The list says nothing.
    Nothing,
    /// One click is offered, but not to be trusted, and why.
    Distrusted(&'static str),
}

/// An `https` address that has been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The whole address: ASCII, `https`, no user name in it, port 443.
    pub url: String,
    /// Its host, lower-cased: a name, never an address literal.
    pub host: String,
}

impl Offer {
    /// In words, and whether mailherd can do it.
    pub fn words(&self) -> (String, bool) {
        match self {
            Offer::OneClick(target) => (format!("one click, to {}", target.host), true),
            Offer::Mail(address) => (format!("by mail to {address}: write to it from your mail program"), false),
            Offer::Page(host) => (format!("on a web page of {host}: open the message in your mail program"), false),
            Offer::Nothing => ("the message does not say how".into(), false),
            Offer::Distrusted(why) => (format!("one click is offered, and not trusted: {why}"), false),
        }
    }
}

/// How the list of the message with this header can be left. `authserv` is the authserv-id of the account's own host, when one is
/// to be believed.
pub fn offer(header: &[u8], authserv: Option<&str>) -> Offer {
    let unsubscribe: Vec<String> = values(header, "list-unsubscribe");
    let addresses: Vec<&str> = unsubscribe.iter().flat_map(|value| in_brackets(value)).collect();
    let target = addresses.iter().find_map(|address| target(address));
    let post = values(header, "list-unsubscribe-post");
    let one_click = post
        .iter()
        .any(|value| value.replace(char::is_whitespace, "").eq_ignore_ascii_case("List-Unsubscribe=One-Click"));
    match target {
        Some(target) if one_click => match distrust(header, authserv, unsubscribe.len(), post.len()) {
            Some(why) => Offer::Distrusted(why),
            None => Offer::OneClick(target),
        },
        target => by_hand(&addresses, target),
    }
}

fn by_hand(addresses: &[&str], target: Option<Target>) -> Offer {
    let mail = addresses.iter().find_map(|address| {
        let (scheme, rest) = address.split_once(':')?;
        scheme.eq_ignore_ascii_case("mailto").then(|| Address::parse(rest.split('?').next()?)).flatten()
    });
    match (mail, target) {
        (Some(mail), _) => Offer::Mail(mail),
        (None, Some(target)) => Offer::Page(target.host),
        (None, None) => Offer::Nothing,
    }
}

/// Why the offer of one click is not to be trusted.
fn distrust(header: &[u8], authserv: Option<&str>, unsubscribes: usize, posts: usize) -> Option<&'static str> {
    if unsubscribes != 1 || posts != 1 {
        // Whoever passed the message on may have added a field that no signature covers.
        return Some("its fields are there more than once");
    }
    let Some(authserv) = authserv else {
        return Some("your mail server does not say (Authentication-Results) whether signatures are right");
    };
    let topmost = values(header, "authentication-results").into_iter().next().unwrap_or_default();
    let passes = auth::dkim_passes(&topmost, authserv);
    if passes.is_empty() {
        return Some("your mail server did not find a right signature (dkim=pass)");
    }
    let signatures: Vec<Signature> =
        values(header, "dkim-signature").iter().map(|value| Signature::read(value)).collect();
    let covered = |pass: &DkimPass| {
        let mut same = signatures.iter().filter(|signature| signature.is(pass)).peekable();
        // All that could be meant must cover both: which of two signatures of a domain passed may not be told.
        same.peek().is_some() && same.all(Signature::covers_both)
    };
    (!passes.iter().any(covered)).then_some("the sender's signature does not cover the address")
}

/// What matters of a DKIM-Signature (RFC 6376, section 3.5).
struct Signature {
    domain: String,
    selector: String,
    data: String,
    covers: Vec<String>,
}

impl Signature {
    fn read(value: &str) -> Signature {
        let tag = |wanted: &str| {
            let tags = value.split(';').filter_map(|tag| tag.split_once('='));
            let mut found = tags.filter(|(name, _)| name.trim() == wanted);
            found.next().map(|(_, text)| text.replace(char::is_whitespace, "")).unwrap_or_default()
        };
        Signature {
            domain: tag("d").to_ascii_lowercase(),
            selector: tag("s").to_ascii_lowercase(),
            data: tag("b"),
            covers: tag("h").to_ascii_lowercase().split(':').map(str::to_owned).collect(),
        }
    }

    /// Whether the receiving host may mean this signature. It names the domain, and often the selector and the beginning of the
    /// signature's data (RFC 6008).
    fn is(&self, pass: &DkimPass) -> bool {
        let selector = pass.selector.as_ref().is_none_or(|selector| *selector == self.selector);
        let data = pass.data.as_ref().is_none_or(|data| self.data.to_ascii_lowercase().starts_with(data.as_str()));
        !self.domain.is_empty() && pass.domain == self.domain && selector && data
    }

    fn covers_both(&self) -> bool {
        ["list-unsubscribe", "list-unsubscribe-post"]
            .iter()
            .all(|field| self.covers.iter().any(|covered| covered == field))
    }
}

/// The values of a field, from the top, unfolded.
fn values(header: &[u8], name: &str) -> Vec<String> {
    fields::named(header, name)
        .map(|value| String::from_utf8_lossy(value).replace(['\r', '\n'], "").trim().to_owned())
        .collect()
}

/// What stands in angle brackets: `<https://…>, <mailto:…>` (RFC 2369, section 2).
fn in_brackets(value: &str) -> impl Iterator<Item = &str> {
    value.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(address, _)| address.trim())
}

/// The address, when it is one that may be posted to.
fn target(address: &str) -> Option<Target> {
    // Blanks inside come from folding (RFC 2369, section 2).
    let url = address.replace([' ', '\t'], "");
    let rest = url.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("https://")).and(url.get(8..))?;
    let sound = url.len() <= 2_000 && url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['\\', '"']);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.strip_suffix(":443").unwrap_or(authority).to_ascii_lowercase();
    let named = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        && host.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()))
        && host.contains('.');
    (sound && named).then_some(Target { url, host })
}

#[cfg(test)]
mod tests;
