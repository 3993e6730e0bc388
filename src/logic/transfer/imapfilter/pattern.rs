//! Regular expressions (`match_from`) that mean one address, one domain or one fragment.

/// The text that a pattern is about, with `*` at its ends for "anything"; `None` when it says more than that.
pub(super) fn plain(pattern: &str) -> Option<String> {
    let pattern = pattern.strip_prefix("(?i)").unwrap_or(pattern);
    let anchored = pattern.strip_prefix('^').unwrap_or(pattern);
    let ended = anchored.strip_suffix('$').unwrap_or(anchored);
    let begun = ended.strip_prefix(".*").or_else(|| ended.strip_prefix(".+")).unwrap_or(ended);
    let inner = begun.strip_suffix(".*").or_else(|| begun.strip_suffix(".+")).unwrap_or(begun);
    let mut text = String::new();
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            c if escaped && c.is_ascii_alphanumeric() => return None,
            _ if escaped => (escaped, _) = (false, text.push(c)),
            '\\' => escaped = true,
            '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => return None,
            // Hardly anybody escapes the dots of a domain.
            c => text.push(c),
        }
    }
    (!escaped && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_pattern_is_a_text_or_more_than_that() {
        for (pattern, text) in [
            (".*@b\\.example", Some("@b.example")),
            ("^a@b.example$", Some("a@b.example")),
            (".*(a|b)@c.example", None),
            ("\\d+@c.example", None),
            (".*", None),
            ("", None),
            ("a\\", None),
        ] {
            assert_eq!(plain(pattern).as_deref(), text, "{pattern:?}");
        }
    }
}
