//! One reason for all of them.

/// The one reason to show where there is room for one: the rule that decided, or, where that was only the sum of the
/// signals, the weightiest signal that pulled the same way. Each is a signal's name, its weight and its sentence.
pub fn headline<'a>(reasons: &[(&'a str, f64, &'a str)]) -> &'a str {
    let Some((rule, _, sentence)) = reasons.first() else { return "" };
    let pull = match *rule {
        "news" | "bulk" => -1.0,
        "talk" => 1.0,
        _ => return sentence,
    };
    let pulled = reasons.iter().find(|(signal, weight, _)| weight * pull > 0.0 && *signal != "base");
    pulled.map_or(sentence, |(_, _, sentence)| sentence)
}

/// The headline of reasons as the journal keeps them: a JSON array of objects with `signal`, `weight` and `text`. Empty when it holds
/// none.
pub fn headline_of(json: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Kept {
        signal: String,
        weight: f64,
        text: String,
    }
    let reasons: Vec<Kept> = serde_json::from_str(json).unwrap_or_default();
    let reasons: Vec<(&str, f64, &str)> =
        reasons.iter().map(|one| (one.signal.as_str(), one.weight, one.text.as_str())).collect();
    headline(&reasons).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_is_the_rule_or_what_pulled_the_same_way() {
        let order = [("order", 0.0, "your order"), ("list", -2.0, "a list")];
        assert_eq!(headline(&order), "your order");
        let bulk = [
            ("bulk", 0.0, "machine-made"),
            ("base", -3.0, "most"),
            ("read", 2.5, "you read"),
            ("list", -2.0, "a list"),
        ];
        assert_eq!(headline(&bulk), "a list");
        let talk = [("talk", 0.0, "you talk"), ("list", -2.0, "a list"), ("answers", 1.0, "you answered")];
        assert_eq!(headline(&talk), "you answered");
        assert_eq!(headline(&[]), "");
    }

    #[test]
    fn the_journal_is_read_again() {
        let kept =
            r#"[{"signal":"bulk","weight":0.0,"text":"machine-made"},{"signal":"list","weight":-2.0,"text":"a list"}]"#;
        assert_eq!(headline_of(kept), "a list");
        assert_eq!(headline_of("[]"), "");
        assert_eq!(headline_of("nonsense"), "");
    }
}
