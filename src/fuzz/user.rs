//! What the user or a program of theirs chooses: the config, the control socket, names on the command line, mail on disk.

use std::path::Path;

use super::assert_harmless;
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Category, UnixTime};
use crate::logic::orders::Who;
use crate::logic::printable::Printable;
use crate::logic::transfer::{Map, imapfilter, portable, script, sieve};

pub(super) const REQUESTS: &[&str] = &[
    "{\"id\":7,\"ask\":\"health\"}\n",
    "{\"listen\":true}\n",
    "\"ask\":",
    "{\"mail\":{\"category\":\"top\",\"account\":null,\"filter\":\"\",\"page\":{\"offset\":0,\"limit\":9}}}",
    "{\"do\":",
    "\"account\":",
    "null",
    "[",
    "{",
    "}",
    "\"",
    "\\u001b",
    "\\ud800",
    "-1",
    "1e999",
    "18446744073709551616",
    "\n",
    "\0",
    "\"id\":",
];
pub(super) const REPLIES: &[&str] = &[
    "{\"mailherd\":1,\"version\":\"0.1.0\",\"accounts\":[\"home\"]}\n",
    "{\"notice\":{\"changed\":{\"account\":\"home\"}}}\n",
    "{\"id\":7,\"reply\":{\"health\":[]}}\n",
    "\"fault\":{\"kind\":\"usage\",\"cause\":\"",
    "\",\"hint\":\"x\"}",
    "\"reply\":",
    "{\"done\":{}}",
    "null",
    "[",
    "{",
    "}",
    "\"",
    "\\u001b[2J",
    "\\u202e",
    "1e999",
    "\n",
];
pub(super) const KEYS: &[&str] = &[
    "mode = \"file\"\n",
    "[[accounts]]\n",
    "[folders]\n",
    "[ui]\n",
    "state_dir = \"~/x\"\n",
    "settle_seconds = ",
    "blackhole_days = -1\n",
    "password = \"hunter2\"\n",
    "password_command = \"",
    "password_file = \"",
    "oauth2 = { client_id = \"x\", ",
    "token_url = \"https://",
    "redirect_url = \"http://[::1]:",
    "client_secret = \"hunter2\"",
    "tenant = \"",
    "email = \"me@maren.example\"\n",
    "host = \"",
    "port = 99999\n",
    "tls = \"none\"\n",
    "tls_pin_sha256 = \"",
    "aliases = [",
    "digest = \"07:30\"\n",
    "metrics = \"0.0.0.0:1\"\n",
    "authserv_id = \"",
    "top = \"Bulk\"\n",
    "\"\"\"",
    "'''",
    "[",
    "]",
    "{",
    "}",
    "=",
    "#",
    "\\u001b",
    "0x",
    "1e999",
    "1979-05-27",
    "\u{202e}",
    "\u{1b}[2J",
    "..",
    "~",
    "/",
    "name = \"../x\"\n",
    "caution = \"hgih\"\n",
];
pub(super) const SENDERS: &[&str] = &[
    "<",
    ">",
    "@",
    "anna@berg.example",
    "<l.example>",
    "@berg.example",
    ".",
    "\u{1b}",
    "\u{202e}",
    " ",
    "ü",
    "\"",
    "$(x)",
    "'",
    "\n",
];
pub(super) const MBOX: &[&str] = &[
    "From anna@berg.example Sun Nov  1 12:00:00 2026\n",
    "From MAILER-DAEMON\n",
    "\n\n",
    ">From ",
    "From: ",
    "Message-ID: <1@x>\n",
    "\r\n",
    "From x Thu Jan  1 00:00:00 1970\n",
    "Subject: ",
    "\0",
    "From ",
    "From x Mon Foo 99 99:99:99 99999\n",
];

pub(super) const RULES: &[&str] = &[
    "require [\"fileinto\"];\n",
    "if address :is \"from\" \"a@b.example\" { fileinto \"News\"; }\n",
    "if anyof (",
    "header :contains \"list-id\" ",
    "elsif ",
    "text:\n",
    "/*",
    "#",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ";",
    "\"",
    "\\",
    "account.INBOX:contain_from('a@b.example')",
    ":move_messages(account['News'])",
    "function x()\n",
    "if x then ",
    " end",
    "--[[",
    "]]",
    "mailherd_export = 1\n",
    "[[orders]]\n",
    "who = \"@b.example\"\ncategory = \"bulk\"\ngiven_at = \"2026-11-21T14:03:00Z\"\n",
    "*@b.example",
    "\u{1b}[2J",
    "\u{202e}",
];

/// Lines of a client on the control socket.
pub(super) fn asked(bytes: &[u8]) {
    crate::daemon::control::client_says(bytes).iter().for_each(assert_one_line);
}

/// Lines of a daemon on the control socket.
pub(super) fn answered(bytes: &[u8]) {
    crate::daemon::control::daemon_says(bytes);
}

/// A config file.
pub(super) fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = crate::config::read(Path::new("/etc/mailherd.toml"), text.clone().into_owned());
    let Err(fault) = read else { return };
    assert_one_line(&fault);
    assert_eq!(fault.kind, FaultKind::Usage);
    // Where it stands as a password and nowhere else, it is not quoted.
    let secret = |line: &str| line.trim_start().starts_with("password = ");
    if text.lines().filter(|line| line.contains("hunter2")).all(secret) {
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
}

/// A sender on the command line.
pub(super) fn who(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Who::parse(&text) {
        Ok(who) => {
            assert_eq!(Who::parse(&who.to_string()).as_ref(), Ok(&who), "{text:?}");
            let (kind, name) = who.columns();
            assert_eq!(Who::from_columns(kind, name), Some(who), "{text:?}");
        }
        Err(fault) => assert_one_line(&fault),
    }
}

/// Rules of another program, and what another mailherd exported.
pub(super) fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut orders: Vec<(Who, Category)> = Vec::new();
    for read in [sieve::read, imapfilter::read] {
        let (taken, _) = read(&text, &[]).orders(&Map::default());
        orders.extend(taken.into_iter().map(|one| (one.who, one.category)));
    }
    match portable::read(&text) {
        Ok(export) => {
            let written = portable::write(&export.orders, export.settings.clone(), UnixTime(0));
            let again = written.expect("what was read can be written");
            assert_eq!(portable::read(&again).map(|again| again.orders).as_ref(), Ok(&export.orders), "{text:?}");
            if let Err(fault) = crate::config::heard(&export.settings) {
                assert_one_line(&fault);
            }
            orders.extend(export.orders.into_iter().map(|one| (one.who, one.category)));
        }
        Err(fault) => assert_one_line(&fault),
    }
    // Whoever is ordered about, the script is one.
    let folders = ["Top", "N\"ews", "B\\ulk", "Blackhole"].map(str::to_owned);
    let [top, news, bulk, blackhole] = folders;
    let script = script::write(&orders, &script::Folders { top, news, bulk, blackhole }, "");
    let map = Map::new(vec![("N\"ews".to_owned(), Category::News), ("B\\ulk".to_owned(), Category::Bulk)]);
    let (_, left_out) = sieve::read(&script, &[]).orders(&map);
    assert!(left_out.iter().all(|one| !one.why.contains("RFC 5228")), "{script}\n{left_out:?}");
}

/// An mbox file.
pub(super) fn mbox(bytes: &[u8]) {
    let whole = crate::backtest::cut(bytes, 1 << 16);
    assert_eq!(crate::backtest::cut(bytes, 1), whole, "what is read does not depend on how it is read");
    assert!(whole.windows(2).all(|pair| pair[0].0 < pair[1].0), "in the order of the file");
    for (offset, header) in &whole {
        assert!(*offset <= bytes.len() as u64 && header.len() <= crate::backtest::MAX_HEADER);
    }
}

fn assert_one_line(fault: &Fault) {
    for text in [&fault.cause, &fault.hint] {
        assert_harmless(text, "a fault");
        assert_eq!(Printable::new(text).as_str(), text.trim(), "a fault is clean");
    }
}
