//! THE table of keys: what may stand where. The reader, the hints and the test of `config.example.toml` read it.

use crate::logic::printable::Printable;

/// A kind of table in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first `[table]`.
    Top,
    /// `[ui]`.
    Ui,
    /// `[folders]` or `[accounts.folders]`.
    Folders,
    /// `[[accounts]]`.
    Account,
    /// `oauth2 = { … }` of an account.
    Oauth2,
}

const TOP: &[&str] = &[
    "mode",
    "state_dir",
    "settle_seconds",
    "blackhole_days",
    "caution",
    "top",
    "backlog_days",
    "fit",
    "digest",
    "metrics",
    "ui",
    "folders",
    "accounts",
];

const UI: &[&str] = &["theme"];

const FOLDERS: &[&str] = &["top", "news", "bulk", "blackhole"];

const ACCOUNT: &[&str] = &[
    "name",
    "email",
    "aliases",
    "host",
    "port",
    "tls",
    "tls_ca_file",
    "tls_pin_sha256",
    "username",
    "password_command",
    "password_file",
    "password_env",
    "credential",
    "keyring",
    "oauth2",
    "authserv_id",
    "mode",
    "folders",
    "top",
    "caution",
    "backlog_days",
    "fit",
    "blackhole_days",
    "settle_seconds",
    "digest",
];

/// Under `oauth2`, in the order in which they are written.
pub(super) const OAUTH2: &[&str] = &[
    "provider",
    "tenant",
    "client_id",
    "client_secret_command",
    "client_secret_file",
    "client_secret_env",
    "keyring",
    "authorize_url",
    "device_url",
    "token_url",
    "scope",
    "redirect_url",
    "token_command",
];

/// Words that people and other programs use for keys, and that are refused with a better answer than "unknown".
const REFUSED: &[(&str, &str, &str)] = &[
    ("password", "a password does not belong in this file", WAYS_IN_ACCOUNTS),
    ("client_secret", "a client secret does not belong in this file", CLIENT_SECRET_WAYS),
];

/// The ways to give a password, for hints.
pub(super) const WAYS: &str = "give one of password_command = \"…\", password_file = \"…\", password_env = \"…\", credential = \"…\", keyring = true, oauth2 = { … }";

const WAYS_IN_ACCOUNTS: &str = "give one of password_command = \"…\", password_file = \"…\", password_env = \"…\", credential = \"…\", keyring = true, oauth2 = { … } in the [[accounts]] table";

/// The ways to give a client's secret.
pub(super) const CLIENT_SECRET_WAYS: &str =
    "give one of client_secret_command = \"…\", client_secret_file = \"…\", client_secret_env = \"…\" under oauth2";

impl Place {
    pub(super) const ALL: [Place; 5] = [Place::Top, Place::Ui, Place::Folders, Place::Account, Place::Oauth2];

    /// The keys that may stand there.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Place::Top => TOP,
            Place::Ui => UI,
            Place::Folders => FOLDERS,
            Place::Account => ACCOUNT,
            Place::Oauth2 => OAUTH2,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Place::Top => "at the top of the file, before the first [table]",
            Place::Ui => "under [ui]",
            Place::Folders => "under [folders] or [accounts.folders]",
            Place::Account => "in an [[accounts]] table, above [accounts.folders]",
            Place::Oauth2 => "under oauth2 = { … } of an [[accounts]] table",
        }
    }
}

/// Why `key` may not stand at `place`, and what to do about it; `None` when it may.
pub(super) fn objection(place: Place, key: &str) -> Option<(String, String)> {
    if place.keys().contains(&key) {
        return None;
    }
    if let Some((_, cause, hint)) = REFUSED.iter().find(|(name, ..)| *name == key) {
        return Some(((*cause).to_owned(), (*hint).to_owned()));
    }
    let cause = format!("unknown key `{}`", Printable::new(key));
    let hint = match Place::ALL.into_iter().find(|other| other.keys().contains(&key)) {
        Some(other) => format!("`{key}` belongs {}", other.words()),
        None => format!("did you mean `{}`? config.example.toml explains every key", nearest(place, key)),
    };
    Some((cause, hint))
}

/// The key at `place` that takes the fewest keystrokes to become `key`.
fn nearest(place: Place, key: &str) -> &'static str {
    // A key of a megabyte would make the distance quadratic; no key is longer than this.
    let typed: String = key.chars().take(40).flat_map(char::to_lowercase).collect::<String>().replace('-', "_");
    let distance = |known: &&&'static str| strsim::damerau_levenshtein(&typed, known);
    place.keys().iter().min_by_key(distance).copied().unwrap_or("mode")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_names_the_nearest_at_its_place() {
        for (place, typed, meant) in [
            (Place::Top, "caushion", "caution"),
            (Place::Top, "statedir", "state_dir"),
            (Place::Top, "Backlog-Days", "backlog_days"),
            (Place::Ui, "teme", "theme"),
            (Place::Folders, "newss", "news"),
            (Place::Folders, "blackhol", "blackhole"),
            (Place::Account, "password_comand", "password_command"),
            (Place::Account, "tls_pin_sha", "tls_pin_sha256"),
            (Place::Account, "oauth", "oauth2"),
            (Place::Oauth2, "clientid", "client_id"),
            (Place::Oauth2, "token_uri", "token_url"),
        ] {
            let (cause, hint) = objection(place, typed).expect(typed);
            assert_eq!(cause, format!("unknown key `{typed}`"));
            assert!(hint.contains(&format!("`{meant}`")), "{typed}: {hint}");
        }
    }

    #[test]
    fn a_key_at_the_wrong_place_is_told_where_it_belongs() {
        let (_, hint) = objection(Place::Folders, "mode").unwrap();
        assert!(hint.starts_with("`mode` belongs at the top of the file"), "{hint}");
        let (_, hint) = objection(Place::Folders, "host").unwrap();
        assert!(hint.contains("[[accounts]]"), "{hint}");
    }

    #[test]
    fn every_key_may_stand_where_it_is_listed() {
        for place in Place::ALL {
            for key in place.keys() {
                assert_eq!(objection(place, key), None);
            }
        }
    }
}
