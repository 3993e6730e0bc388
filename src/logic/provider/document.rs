//! The table as `docs/providers.md` shows it.

use std::fmt::Write as _;

use super::{CHECKED, Password, Provider, TABLE, Username};
use crate::logic::server::Tls;

/// All providers, in Markdown.
pub fn document() -> String {
    let mut text = format!(
        "# Providers that mailherd knows\n\n\
         Written by `cargo run --example providers > docs/providers.md`; do not edit. As of {CHECKED}, as far as we know: tell us where a provider has changed.\n\n\
         `mailherd setup` takes these by the domain of the address, or by where a domain of your own has its mail delivered (MX). Any other server \
         is found by what its domain says of itself, or named by you.\n\n\
         | provider | addresses at | server | login name | password | good to know |\n| --- | --- | --- | --- | --- | --- |\n"
    );
    for provider in TABLE {
        let domains = provider.domains.join(", ");
        let own = if provider.mx.is_empty() { "" } else { "domains of your own" };
        let at = [domains.as_str(), own].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {at} | {} | {} | {} | {} |",
            provider.name,
            server(provider),
            username(provider),
            password(provider),
            provider.note
        );
    }
    text
}

fn server(provider: &Provider) -> String {
    match provider.tls {
        Tls::Implicit => format!("{}:{}", provider.host, provider.port),
        Tls::Starttls | Tls::None => format!("{}:{} (STARTTLS)", provider.host, provider.port),
    }
}

fn username(provider: &Provider) -> &'static str {
    match provider.username {
        Username::Address => "the address",
        Username::LocalPart => "what stands before the @",
    }
}

fn password(provider: &Provider) -> String {
    match provider.password {
        Password::Own => "your own".to_owned(),
        Password::App { called, made_at, own_too: false } => format!("{called}: {made_at}"),
        Password::App { called, made_at, own_too: true } => {
            format!("your own; with a second factor {called}: {made_at}")
        }
        Password::Oauth2 { .. } => "none: [OAuth2](oauth2.md) only".to_owned(),
        Password::Bridge { .. } => "shown by the Bridge".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_of_the_providers_is_fresh() {
        let written = include_str!("../../../docs/providers.md");
        assert_eq!(document(), written, "run: cargo run --example providers > docs/providers.md");
    }
}
