//! Reads what a domain says of its own mail servers: Mozilla's `config-v1.1.xml`.
//!
//! The format: <https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat>. It comes from strangers: whatever it holds,
//! reading it gives candidates or a [`Fault`].

use super::fault::Fault;
use super::ids::Address;
use super::printable::Printable;
use super::server::{Candidate, Source, Tls};

/// Larger answers are not read: real ones have 2 to 20 KB. Bytes.
pub const LARGEST: usize = 256 * 1024;

/// Elements and texts in one file.
const MOST_NODES: u32 = 10_000;

/// Longest host or login name.
const LONGEST: usize = 253;

/// The domain of an address, if it can be a host's name on the internet.
pub fn domain(email: &Address) -> Option<&str> {
    let domain = email.domain();
    let level = |level: &str| {
        let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        !level.is_empty() && level.len() <= 63 && level.bytes().all(sound)
    };
    (domain.len() <= LONGEST && domain.contains('.') && domain.split('.').all(level)).then_some(domain)
}

/// Where a domain keeps the file, in the order in which they are asked. The address goes to the domain that it belongs to, and to
/// nobody else.
pub fn addresses(email: &Address, domain: &str) -> [String; 2] {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~@".contains(&b);
    let whole: String = email.as_str().bytes().fold(String::new(), |mut text, b| {
        match plain(b) {
            true => text.push(char::from(b)),
            false => text.push_str(&format!("%{b:02X}")),
        }
        text
    });
    [
        format!("https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={whole}"),
        format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
    ]
}

/// Mozilla's database of providers. It learns the domain, not the address.
pub fn database(domain: &str) -> String {
    format!("https://autoconfig.thunderbird.net/v1.1/{domain}")
}

/// The IMAP servers of a file, in its order, those with TLS from the first byte first. Servers without TLS are left out.
///
/// # Errors
/// Protocol, when it is not such a file.
pub fn read(text: &str, email: &Address, source: &Source) -> Result<Vec<Candidate>, Fault> {
    let hint = "name the server yourself";
    if text.len() > LARGEST {
        return Err(Fault::protocol("the answer is too large for an autoconfig file", hint));
    }
    let options = roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        let what = Printable::new(&error.to_string());
        Fault::protocol(format!("the answer is no autoconfig file: {what}"), hint)
    })?;
    if !document.root_element().has_tag_name("clientConfig") {
        return Err(Fault::protocol("the answer is no autoconfig file", hint));
    }
    let servers = document.descendants().filter(|node| node.has_tag_name("incomingServer"));
    let imap = servers.filter(|node| node.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("imap")));
    let mut found: Vec<Candidate> = imap.filter_map(|node| candidate(node, email, source)).collect();
    found.sort_by_key(|candidate| candidate.tls != Tls::Implicit);
    Ok(found)
}

fn candidate(server: roxmltree::Node<'_, '_>, email: &Address, source: &Source) -> Option<Candidate> {
    let text = |name: &str| server.children().find(|child| child.has_tag_name(name))?.text().map(str::trim);
    let tls = match text("socketType")?.to_ascii_uppercase().as_str() {
        "SSL" | "TLS" => Tls::Implicit,
        "STARTTLS" => Tls::Starttls,
        _ => return None,
    };
    let host = filled(text("hostname")?, email).to_ascii_lowercase();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.is_empty() || host.len() > LONGEST || !host.chars().all(plain) {
        return None;
    }
    let port = text("port")?.parse().ok().filter(|port| *port > 0)?;
    let username = text("username").map(|form| filled(form, email));
    let username = username.filter(|name| {
        !name.is_empty() && name.len() <= LONGEST && !name.contains('%') && !name.chars().any(char::is_control)
    });
    Some(Candidate { host, port, tls, username, source: source.clone() })
}

/// With the placeholders replaced.
fn filled(text: &str, email: &Address) -> String {
    text.replace("%EMAILADDRESS%", email.as_str())
        .replace("%EMAILLOCALPART%", email.local())
        .replace("%EMAILDOMAIN%", email.domain())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anna() -> Address {
        Address::parse("anna@home.example").unwrap()
    }

    fn servers(text: &str) -> Vec<String> {
        let found = read(text, &anna(), &Source::Database).unwrap();
        let line = |one: &Candidate| {
            format!("{}:{} {} {}", one.host, one.port, one.tls.word(), one.username.as_deref().unwrap_or("-"))
        };
        found.iter().map(line).collect()
    }

    fn config(servers: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><clientConfig version=\"1.1\"><emailProvider id=\"home.example\">{servers}</emailProvider></clientConfig>"
        )
    }

    fn server(kind: &str, host: &str, port: &str, socket: &str, user: &str) -> String {
        format!(
            "<incomingServer type=\"{kind}\"><hostname>{host}</hostname><port>{port}</port>\
             <socketType>{socket}</socketType><username>{user}</username>\
             <authentication>password-cleartext</authentication></incomingServer>"
        )
    }

    #[test]
    fn imap_servers_with_tls_are_found_and_placeholders_filled() {
        let text = config(
            &[
                server("pop3", "pop.home.example", "995", "SSL", "%EMAILADDRESS%"),
                server("imap", "imap.home.example", "143", "STARTTLS", "%EMAILLOCALPART%"),
                server("imap", "imap.%EMAILDOMAIN%", "993", "SSL", "%EMAILADDRESS%"),
                server("imap", "imap.home.example", "143", "plain", "%EMAILADDRESS%"),
            ]
            .concat(),
        );
        assert_eq!(
            servers(&text),
            ["imap.home.example:993 implicit anna@home.example", "imap.home.example:143 starttls anna",]
        );
    }

    #[test]
    fn what_cannot_be_a_server_is_left_out() {
        let strange = [
            server("imap", "a b", "993", "SSL", "x"),
            server("imap", "https://x/", "993", "SSL", "x"),
            server("imap", "x", "0", "SSL", "x"),
            server("imap", "x", "99999", "SSL", "x"),
            server("imap", "", "993", "SSL", "x"),
            "<incomingServer type=\"imap\"/>".to_owned(),
        ];
        assert_eq!(servers(&config(&strange.concat())), Vec::<String>::new());
        assert_eq!(servers(&config(&server("imap", "x", "993", "SSL", "%REALNAME%"))), ["x:993 implicit -"]);
    }

    #[test]
    fn hostile_answers_are_faults() {
        let laughs = "<!DOCTYPE c [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><clientConfig>&b;</clientConfig>";
        let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
        let wide = format!("<clientConfig>{}</clientConfig>", "<a/>".repeat(20_000));
        let large = " ".repeat(LARGEST + 1);
        for text in ["", "<html><body>404</body></html>", "<clientConfig>", laughs, &deep, &wide, &large, "\u{1b}[2J"] {
            let fault = read(text, &anna(), &Source::Database).unwrap_err();
            assert!(fault.cause.contains("autoconfig file") && !fault.cause.contains('\u{1b}'), "{fault}");
        }
    }

    #[test]
    fn only_the_domain_itself_is_told_the_address() {
        let [own, well_known] = addresses(&Address::parse("anna+lists@home.example").unwrap(), "home.example");
        assert!(own.starts_with("https://autoconfig.home.example/") && own.ends_with("=anna%2Blists@home.example"));
        assert!(!well_known.contains("anna"));
        assert!(!database("home.example").contains("anna"));
        for (address, asked) in
            [("a@b.example", true), ("a@localhost", false), ("a@b.example/x?y", false), ("a@b..c", false)]
        {
            assert_eq!(domain(&Address::parse(address).unwrap()).is_some(), asked, "{address}");
        }
    }
}
