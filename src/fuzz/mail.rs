//! What whoever sends mail chooses: headers and bodies.

use std::sync::LazyLock;

use super::assert_harmless;
use crate::logic::facts::{self, Facts};
use crate::logic::ids::{Address, Category, Digest, Flags, MessageId, UnixTime};
use crate::logic::ledger::Ledger;
use crate::logic::letter as letters;
use crate::logic::orders::{Order, Orders, Who};
use crate::logic::printable::Printable;
use crate::logic::signals::Weights;
use crate::logic::unsubscribe::{self as unsubscribing, Offer};
use crate::logic::verdict::{Caution, Situation, Verdict, judge, judge_without_words};

pub(super) const FIELDS: &[&str] = &[
    "From: ",
    "To: ",
    "Cc: ",
    "Reply-To: ",
    "Sender: ",
    "Subject: ",
    "Date: ",
    "Message-ID: ",
    "In-Reply-To: ",
    "References: ",
    "List-Id: ",
    "List-Post: <mailto:",
    "List-Unsubscribe: ",
    "Precedence: bulk",
    "Auto-Submitted: ",
    "Feedback-ID: ",
    "Return-Path: <>",
    "Authentication-Results: mx.maren.example; dmarc=pass",
    "Content-Type: text/calendar; method=REQUEST",
    "Delivered-To: ",
    "anna@berg.example",
    "me@maren.example",
    "<mine@maren.example>",
    "=?utf-8?B?",
    "=?utf-8?Q?=1b[2J?=",
    "\r\n ",
    "\r\n\t",
    "\r\n\r\n",
    "=?x-unknown?",
    "undisclosed-recipients:;",
    "\"",
    "(",
    "<",
    "@",
    ",",
    "+9999",
    "31 Feb 99999",
    "[PATCH v9 3/4]",
    "Re: ",
    "xn--",
    "\u{feff}",
    "ü",
];
pub(super) const RESULTS: &[&str] = &[
    "mx.maren.example",
    "; dmarc=pass",
    "; dkim=pass header.d=",
    "; spf=fail",
    "header.from=",
    " (",
    ")",
    "\\",
    "\"",
    ";",
    "=",
    "/1",
    "reason=\"",
    "dmarc=",
    "pass",
    "fail",
    "none",
    "smtp.mailfrom=",
    "header.b=",
    "\r\n\t",
    "berg.example",
];
pub(super) const LISTS: &[&str] = &[
    "List-Unsubscribe: <https://",
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    "Authentication-Results: mx.maren.example; ",
    "dkim=pass header.d=news.example",
    "DKIM-Signature: v=1; d=news.example; s=s1; b=AbCd; h=from:list-unsubscribe:list-unsubscribe-post",
    "news.example",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "user:pass@",
    ":443",
    ":22",
    "http://",
    "https://",
    "file:///etc/passwd",
    "mailto:",
    "<",
    ">",
    "@",
    "#",
    "?",
    "/",
    "\\",
    "%00",
    "\u{ff0e}",
    "0x7f000001",
    "169.254.169.254",
    "\r\n ",
];
pub(super) const PARTS: &[&str] = &[
    "Content-Type: text/html\r\n\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
    "--b\r\n",
    "--b--\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "charset=utf-7",
    "charset=iso-2022-jp",
    "<div>",
    "</div>",
    "</x>",
    "<table><tr><td>",
    "<td colspan=99999999>",
    "<td colspan=0>",
    "<b>",
    "<p>",
    "<ul><li>",
    "<pre>",
    "<a href='javascript:x'>",
    "<!--",
    "-->",
    "<style>",
    "<svg>",
    "<template>",
    "<select>",
    "<img src=http://x>",
    "&#27;",
    "&#155;",
    "&#x202e;",
    "message/rfc822",
    "filename=\"",
    "\u{1b}]0;x\u{7}",
    "\r\n\r\n",
    "=1B",
    "<ol start=4294967295>",
    "<li value=-1>",
];

/// The account's own receiving host.
const HOST: &str = "mx.maren.example";
const NOW: UnixTime = UnixTime(1_793_534_400);

/// An account that writes to Anna, whose mail passes DMARC, and that has given orders.
struct Account {
    own: [Address; 2],
    ledger: Ledger,
    orders: Orders,
}

static ACCOUNT: LazyLock<Account> = LazyLock::new(|| {
    let own = ["me@maren.example", "alias@maren.example"].map(|own| Address::parse(own).expect("an address"));
    let mut ledger = Ledger::new().of(&own);
    for day in 1..20 {
        let at = NOW.minus_days(day);
        let anna = "From: Anna <anna@berg.example>\r\nTo: me@maren.example\r\nAuthentication-Results: mx.maren.example; dmarc=pass\r\n";
        ledger.learn_received(
            &facts::read(anna.as_bytes()),
            at,
            Flags { seen: true, answered: day % 2 == 0, ..Flags::default() },
        );
        let own = "From: me@maren.example\r\nTo: anna@berg.example\r\nMessage-ID: <mine@maren.example>\r\n";
        ledger.learn_own(&facts::read(own.as_bytes()), at);
    }
    let order = |(id, (who, category)): (usize, (&str, Category))| Order {
        id: id as i64 + 1,
        who: Who::parse(who).expect("a sender"),
        category,
        given_at: NOW,
    };
    let given =
        [("boss@firm.example", Category::Top), ("<l.example>", Category::Top), ("@shop.example", Category::Blackhole)];
    let orders = Orders::new(given.into_iter().enumerate().map(order).collect());
    Account { own, ledger, orders }
});

/// A header block, to facts, to a verdict, to words, to what the ledger learns.
pub(super) fn facts(header: &[u8]) {
    let facts = facts::read(header);
    assert_eq!(facts, facts::read(header), "the same bytes are the same facts");
    assert!(facts.to.len() + facts.cc.len() <= Facts::MAX_RECIPIENTS);
    assert!(facts.references.len() <= Facts::MAX_REFERENCES && facts.in_reply_to.len() <= Facts::MAX_REFERENCES + 1);
    assert!(facts.subject.chars().count() <= Facts::MAX_TEXT && facts.from_name.chars().count() <= Facts::MAX_TEXT);
    assert!(facts.message_id.as_ref().is_none_or(|id| !id.as_str().contains(['\r', '\n'])));
    for text in [&*facts.subject, &*facts.from_name] {
        assert_harmless(Printable::new(text).as_str(), "what is printed of a header");
    }
    let addresses = facts.recipients().chain(&facts.from).chain(&facts.sender).chain(&facts.reply_to);
    for address in addresses {
        assert!(!address.as_str().chars().any(|c| c.is_control() || c.is_whitespace()), "{address:?}");
        assert_eq!(Address::parse(address.as_str()).as_ref(), Some(address), "an address is its own writing");
    }
    let caution = [Caution::Low, Caution::Normal, Caution::High][header.len() % 3];
    judged(&facts, caution, (!header.len().is_multiple_of(4)).then_some(HOST));
    let mut ledger = Ledger::new().of(&ACCOUNT.own);
    ledger.learn_received(&facts, NOW, Flags::default());
    ledger.learn_own(&facts, NOW);
    ledger.take_changes();
    let _ = (Digest::of(header), facts.message_id.as_ref().map(MessageId::hash));
}

fn judged(facts: &Facts, caution: Caution, authserv: Option<&str>) {
    let Account { own, ledger, orders } = &*ACCOUNT;
    let situation =
        Situation { own, ledger, orders, caution, authserv, weights: Weights::built_in(), fit: None, now: NOW };
    let verdict = judge(facts, Flags::default(), NOW, &situation);
    let brief = judge_without_words(facts, Flags::default(), NOW, &situation);
    assert_eq!((verdict.category, verdict.importance), (brief.category, brief.importance), "words change nothing");
    let sum: f64 = verdict.reasons.iter().map(|reason| reason.weight).sum();
    let odds = (verdict.importance / (1.0 - verdict.importance)).ln();
    assert!((0.0..=1.0).contains(&verdict.importance), "{}", verdict.importance);
    assert!((sum - odds).abs() < 1e-6 || sum.abs() > 30.0, "the reasons add up: {sum} is not {odds}");
    verdict.reasons.iter().for_each(|reason| assert_harmless(&reason.text, "a reason"));
    assert_no_impostor(facts, &verdict, authserv);
}

/// Nothing raises mail to Top that is nobody's, a machine's, or that claims to be Anna's and does not pass.
fn assert_no_impostor(facts: &Facts, verdict: &Verdict, authserv: Option<&str>) {
    let top = verdict.category == Category::Top;
    assert!(
        !top || facts.author().is_some() && !facts.is_automatic(),
        "nobody's mail, or a machine's, in Top: {facts:?}"
    );
    let annas = facts.author().is_some_and(|author| author.as_str() == "anna@berg.example");
    let passed = facts.auth.as_ref().is_some_and(|auth| auth.is_authentic() && *auth.authserv_id == *HOST);
    assert!(!top || !annas || passed || authserv.is_none(), "an impostor's mail in Top: {verdict:?}");
}

/// The value of Authentication-Results.
pub(super) fn authentication(value: &[u8]) {
    let field = [b"Authentication-Results: ", value, b"\r\n"].concat();
    let facts = facts::read(&field);
    if let Some(auth) = &facts.auth {
        assert!(!auth.authserv_id.contains(char::is_whitespace) && auth.authserv_id.len() <= 255);
    }
    // What stands before it is what counts: whoever wrote the mail cannot write above the receiving host.
    let below =
        [b"Authentication-Results: mx.maren.example; dmarc=fail\r\nAuthentication-Results: ", value, b"\r\n"].concat();
    let top = facts::read(&below).auth.expect("the topmost");
    assert_eq!((&*top.authserv_id, top.dmarc), (HOST, facts::AuthResult::Fail));
}

/// A header that may offer to unsubscribe.
pub(super) fn unsubscribe(header: &[u8]) {
    for authserv in [None, Some(HOST)] {
        let offer = unsubscribing::offer(header, authserv);
        assert!(authserv.is_some() || !matches!(offer, Offer::OneClick(_)), "one click without anybody's word for it");
        if let Offer::OneClick(target) = &offer {
            let url = &target.url;
            assert!(url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")), "{url}");
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
            let authority = url[8..].split(['/', '?', '#', '\\']).next().unwrap_or_default();
            let host = authority.strip_suffix(":443").unwrap_or(authority);
            assert!(
                host.eq_ignore_ascii_case(&target.host) && !host.contains(['@', ':', '[', '%']),
                "{url} is not at {}",
                target.host
            );
            assert!(host.parse::<std::net::IpAddr>().is_err(), "{host}");
        }
        assert_harmless(Printable::new(&offer.words().0).as_str(), "an offer");
    }
}

/// A whole message, to the text that the reader shows.
pub(super) fn letter(message: &[u8]) {
    let letter = letters::read(message);
    assert!(letter.lines.len() <= 20_100, "{} lines", letter.lines.len());
    for line in letter.lines.iter().chain(&letter.attachments).chain(letter.headers.iter().map(|(_, value)| value)) {
        assert_harmless(line, "a letter");
        assert!(line.chars().count() <= 45_000, "{} characters in one line", line.chars().count());
    }
}
