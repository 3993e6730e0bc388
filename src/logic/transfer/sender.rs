//! The sender that a condition of a rule is about, where it is about exactly one.

use crate::logic::domains::registrable_domain;
use crate::logic::ids::{Address, ListId};
use crate::logic::orders::Who;

/// The part of an address that is compared (RFC 5228, section 2.7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    All,
    Domain,
}

/// How it is compared (RFC 5228, section 2.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Is,
    Contains,
    Matches,
}

const NOT_ONE: &str = "is neither an address nor a domain";

/// Whom `key` means, compared with the sender's address.
///
/// # Errors
/// Why it means nobody in particular: the rest of a sentence that begins with the key.
pub(super) fn by_address(part: Part, how: Match, key: &str) -> Result<Who, &'static str> {
    let key = key.trim();
    match (part, how) {
        (Part::All, Match::Is) => plain(key),
        (Part::Domain, Match::Is) => domain(key),
        (Part::Domain, _) => domain(key.trim_start_matches('*').trim_start_matches(['@', '.'])),
        (Part::All, Match::Contains) => contained(key),
        (Part::All, Match::Matches) => contained(key.trim_matches('*')),
    }
}

/// A fragment of an address: a whole address, `@` with a domain, or a domain that belongs to one owner.
fn contained(key: &str) -> Result<Who, &'static str> {
    let key = key.trim_matches(['<', '>']);
    match key.strip_prefix('@') {
        Some(rest) if !rest.contains('@') => domain(rest),
        _ if key.contains('@') => plain(key),
        // `amazon` would be found in many addresses, and `gmail.com` is a million people; who means them all says `@gmail.com`.
        _ if registrable_domain(key).is_some() && key.contains('.') => domain(key),
        _ => Err(NOT_ONE),
    }
}

fn plain(key: &str) -> Result<Who, &'static str> {
    let whole = !key.contains(['*', '?', ',', '"', '\\']);
    let address =
        Address::parse(key).filter(|address| whole && !address.local().is_empty() && has_sound_domain(address));
    address.map(Who::Address).ok_or(NOT_ONE)
}

fn has_sound_domain(address: &Address) -> bool {
    domain(address.domain()).is_ok()
}

fn domain(key: &str) -> Result<Who, &'static str> {
    let sound = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let clean = !key.is_empty() && key.chars().all(sound) && !key.starts_with('.') && !key.ends_with('.');
    match Who::parse(&format!("@{key}")) {
        Ok(who) if clean => Ok(who),
        _ => Err(NOT_ONE),
    }
}

/// The lists that `key` means, compared with List-Id: the one that it names, and those of `known` that hold it.
///
/// # Errors
/// As [`by_address`].
pub(super) fn by_list(how: Match, key: &str, known: &[ListId]) -> Result<Vec<Who>, &'static str> {
    let key = key.trim().trim_matches('*');
    let inner = key.rsplit_once('<').map_or(key, |(_, inner)| inner);
    let bracketed = inner.len() < key.len();
    let bare = inner.trim_end_matches('>').to_lowercase();
    if bare.is_empty() || bare.contains(['*', '?', '<']) || bare.chars().any(char::is_whitespace) {
        return Err("names no list");
    }
    let holds = |list: &&ListId| how != Match::Is && !bracketed && list.as_str().contains(&bare);
    let mut found: Vec<Who> = known.iter().filter(holds).cloned().map(Who::List).collect();
    // A fragment is no list of its own; a whole List-Id has dots (RFC 2919, section 2).
    let whole = bracketed || bare.contains('.') && !bare.starts_with('.') && !bare.ends_with('.');
    if let Some(list) = ListId::new(&bare).filter(|_| whole) {
        let who = Who::List(list);
        if !found.contains(&who) {
            found.insert(0, who);
        }
    }
    if found.is_empty() { Err("names no list that you have had mail of") } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(part: Part, how: Match, key: &str) -> Option<String> {
        by_address(part, how, key).ok().map(|who| who.to_string())
    }

    #[test]
    fn a_key_is_an_address_or_a_domain_or_nobody() {
        use Match::{Contains, Is, Matches};
        use Part::{All, Domain};
        for (part, how, key, who) in [
            (All, Is, "Anna@Berg.example", Some("anna@berg.example")),
            (All, Is, "anna", None),
            (All, Is, "*@berg.example", None),
            (Domain, Is, "berg.example", Some("@berg.example")),
            (Domain, Is, "*.berg.example", None),
            (Domain, Contains, "berg.example", Some("@berg.example")),
            (Domain, Matches, "*.berg.example", Some("@berg.example")),
            (All, Contains, "@berg.example", Some("@berg.example")),
            (All, Contains, "<anna@berg.example>", Some("anna@berg.example")),
            (All, Contains, "shop.example.org", Some("@shop.example.org")),
            (All, Contains, "gmail.com", None),
            (All, Contains, "@gmail.com", Some("@gmail.com")),
            (All, Contains, "amazon", None),
            (All, Contains, "co.uk", None),
            (All, Contains, "", None),
            (All, Contains, "news@", None),
            (All, Matches, "*@berg.example", Some("@berg.example")),
            (All, Matches, "*berg*@x.example", None),
            (All, Contains, "a@b, c@d", None),
        ] {
            assert_eq!(address(part, how, key).as_deref(), who, "{part:?} {how:?} {key:?}");
        }
    }

    #[test]
    fn a_key_names_lists_that_are_known_and_the_one_that_it_spells() {
        let known = ["dev.lists.tools.example", "users.lists.tools.example"].map(|id| ListId::new(id).unwrap());
        let lists = |how, key: &str| {
            let found = by_list(how, key, &known).unwrap_or_default();
            found.iter().map(Who::to_string).collect::<Vec<_>>()
        };
        assert_eq!(lists(Match::Contains, "<dev.lists.tools.example>"), ["<dev.lists.tools.example>"]);
        assert_eq!(lists(Match::Is, "Dev <Dev.Lists.Tools.example>"), ["<dev.lists.tools.example>"]);
        let all = ["<lists.tools.example>", "<dev.lists.tools.example>", "<users.lists.tools.example>"];
        assert_eq!(lists(Match::Contains, "lists.tools.example"), all);
        assert_eq!(lists(Match::Matches, "*dev*"), ["<dev.lists.tools.example>"]);
        assert_eq!(lists(Match::Contains, "nothing"), [""; 0]);
        assert_eq!(lists(Match::Contains, "two words.x"), [""; 0]);
    }
}
