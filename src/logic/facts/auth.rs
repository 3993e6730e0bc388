//! Authentication-Results (RFC 8601): what the receiving host found out about the sender.

/// One method's result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthResult {
    /// The method is not named, or found nothing to check (`none`).
    #[default]
    None,
    /// `pass`
    Pass,
    /// `fail`, `softfail`, `hardfail`, `policy`
    Fail,
    /// `neutral`, `temperror`, `permerror` and whatever else proves nothing.
    Unclear,
}

/// The topmost Authentication-Results field. Says something only when `authserv_id` is the account's own receiving host's:
/// anybody can write such a field into a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthResults {
    /// The host that speaks, lower-cased; empty where it does not give its name (Exchange Online).
    pub authserv_id: Box<str>,
    /// DMARC (RFC 7489)
    pub dmarc: AuthResult,
    /// DKIM (RFC 6376); the best of several signatures.
    pub dkim: AuthResult,
    /// SPF (RFC 7208)
    pub spf: AuthResult,
    /// Without a result of DMARC: a signature or an envelope that passed is of the author's own organisation, which is what DMARC asks
    /// for (RFC 7489, section 3.1) of those domains that publish a policy.
    pub aligned: bool,
}

impl AuthResults {
    /// Whether the receiving host found the author to be who From says.
    pub fn is_authentic(&self) -> bool {
        self.dmarc == AuthResult::Pass || (self.aligned && self.dmarc != AuthResult::Fail)
    }
}

/// Reads the field's value.
pub(super) fn parse(value: &str) -> AuthResults {
    let text = without_comments(value);
    let mut results = AuthResults::default();
    for (place, part) in text.split(';').enumerate() {
        let mut words = part.split_whitespace();
        let first = words.next().unwrap_or_default();
        match first.split_once('=') {
            Some((method, result)) => {
                // `dmarc = pass`: blanks around the sign are legal.
                let result = if result.is_empty() { words.next().unwrap_or_default() } else { result };
                results.note(method, result);
            }
            // A host name has 255 characters at most (RFC 5321, section 4.5.3.1.2), and each one that is seen is remembered.
            None if place == 0 && first.len() <= 255 => results.authserv_id = first.into(),
            None if place == 0 => {}
            None => {
                let result = words.next().and_then(|word| word.strip_prefix('='));
                let result =
                    result.map(|result| if result.is_empty() { words.next().unwrap_or_default() } else { result });
                results.note(first, result.unwrap_or_default());
            }
        }
    }
    results
}

/// The domains that passed: of signatures, and of the envelope's sender.
pub(super) fn passed_domains(value: &str) -> Vec<String> {
    let text = without_comments(value).replace(" =", "=").replace("= ", "=");
    let domain = |part: &str| {
        let mut words = part.split_whitespace().filter_map(|word| word.split_once('='));
        let (method, result) = words.next()?;
        let wanted: &[&str] = match method.split('/').next()? {
            "dkim" => &["header.d", "header.i"],
            "spf" => &["smtp.mailfrom", "smtp.mail"],
            _ => return None,
        };
        let (_, of) = words.find(|(property, _)| result == "pass" && wanted.contains(property))?;
        Some(of.rsplit('@').next().unwrap_or(of).to_owned())
    };
    text.split(';').filter_map(domain).collect()
}

/// A signature that the receiving host found right (RFC 8601, section 2.7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::logic) struct DkimPass {
    /// `header.d`, or the domain in `header.i`; lower-cased.
    pub(in crate::logic) domain: String,
    /// `header.s`, lower-cased.
    pub(in crate::logic) selector: Option<String>,
    /// `header.b`: the beginning of the signature's data (RFC 6008), lower-cased.
    pub(in crate::logic) data: Option<String>,
}

/// The signatures that `authserv` found right, by the value of one Authentication-Results field. None, when another host wrote it.
pub(in crate::logic) fn dkim_passes(value: &str, authserv: &str) -> Vec<DkimPass> {
    if !parse(value).authserv_id.eq_ignore_ascii_case(authserv) {
        return Vec::new();
    }
    let text = without_comments(value).replace(" =", "=").replace("= ", "=");
    let passed = text.split(';').skip(1).filter(|part| {
        let first = part.split_whitespace().next().unwrap_or_default();
        first
            .split_once('=')
            .is_some_and(|(method, result)| method.split('/').next() == Some("dkim") && result == "pass")
    });
    let signature = |part: &str| {
        let property = |name: &str| {
            let mut words = part.split_whitespace().filter_map(|word| word.split_once('='));
            words.find(|(property, _)| *property == name).map(|(_, value)| value.to_owned())
        };
        let identity = || property("header.i")?.rsplit_once('@').map(|(_, domain)| domain.to_owned());
        let domain = property("header.d").or_else(identity)?;
        Some(DkimPass { domain, selector: property("header.s"), data: property("header.b") })
    };
    passed.filter_map(signature).collect()
}

impl AuthResults {
    fn note(&mut self, method: &str, result: &str) {
        let result = match result {
            "pass" | "bestguesspass" => AuthResult::Pass,
            "fail" | "softfail" | "hardfail" | "policy" => AuthResult::Fail,
            "none" | "" => AuthResult::None,
            _ => AuthResult::Unclear,
        };
        // A method may carry its version: `dkim/1`.
        match method.split('/').next().unwrap_or_default() {
            "dmarc" if self.dmarc == AuthResult::None => self.dmarc = result,
            "dkim" if self.dkim != AuthResult::Pass && result != AuthResult::None => self.dkim = result,
            "spf" if self.spf == AuthResult::None => self.spf = result,
            _ => {}
        }
    }
}

/// Takes out (nested) comments: `dmarc=pass (p=none; dis=none)` would else be cut in its middle. Inside quotes a parenthesis
/// is text, and a semicolon there is no separator either: quoted text is dropped, nothing we look for is ever quoted. What is left is
/// in lower case.
fn without_comments(value: &str) -> String {
    let mut kept = String::with_capacity(value.len());
    let (mut depth, mut quoted, mut rest) = (0_u32, false, value);
    while let Some(place) = rest.bytes().position(|byte| matches!(byte, b'(' | b')' | b'"' | b'\\')) {
        let (before, mark) = rest.split_at(place);
        let kept_here = depth == 0 && !quoted;
        if kept_here {
            kept.push_str(before);
        }
        rest = &mark[1..];
        match mark.as_bytes()[0] {
            // With the one after it, of whatever length.
            b'\\' if !kept_here => rest = rest.chars().next().map_or("", |next| &rest[next.len_utf8()..]),
            b'\\' => kept.push('\\'),
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if depth == 0 && !quoted {
        kept.push_str(rest);
    }
    kept.make_ascii_lowercase();
    kept
}
