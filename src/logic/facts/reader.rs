//! Puts the fields together to [`Facts`].

use std::borrow::Cow;

use super::fields::{Name, fields};
use super::text::{self, MAX_FIELD, MAX_SHORT_FIELD, Mailbox};
use super::{AuthResult, AutoSubmitted, Facts, Oddity, Precedence, ReturnPath, Unsubscribe, auth};
use crate::logic::domains::registrable_domain;
use crate::logic::ids::{Address, ListId};
use crate::logic::words::{Role, role};

/// The Delivered-To fields that are kept; each forwarding adds one.
const MAX_DELIVERED_TO: usize = 10;

#[derive(Default)]
struct Reader {
    facts: Facts,
    to: Vec<Address>,
    cc: Vec<Address>,
    delivered_to: Vec<Address>,
    oddities: Vec<Oddity>,
    from_fields: u32,
    message_id_fields: u32,
    subject_read: bool,
    /// Domains that passed where the receiving host has no word on DMARC.
    passed_domains: Vec<String>,
    any: bool,
}

pub(super) fn read(header: &[u8]) -> Facts {
    let mut reader = Reader::default();
    // Looked at once, for most headers are nothing but ASCII.
    let whole = std::str::from_utf8(header).ok();
    for (name, place) in fields(header) {
        reader.any = true;
        reader.field(name, &header[place.clone()], whole.and_then(|text| text.get(place)));
    }
    reader.finish()
}

impl Reader {
    /// `text`: the same, if all of the header is UTF-8.
    fn field(&mut self, name: Name, value: &[u8], text: Option<&str>) {
        let max = match name {
            Name::To | Name::Cc | Name::References => MAX_FIELD,
            _ => MAX_SHORT_FIELD,
        };
        // The parents that count stand last in References, everything else counts from the front.
        let window = match name {
            Name::References => &value[value.len().saturating_sub(max)..],
            _ => &value[..value.len().min(max)],
        };
        self.odd_if(window.len() < value.len(), Oddity::Oversized);
        let text = text.filter(|_| window.len() == value.len());
        let (decoded, guessed) = text.map_or_else(|| text::utf8(window), |text| (Cow::Borrowed(text), false));
        self.odd_if(guessed, Oddity::NotUtf8);
        let text = &*text::bounded(&decoded, 2 * max);
        match name {
            Name::From => self.from(text),
            Name::To | Name::Cc => self.recipients(name, text),
            Name::Subject => self.subject(text),
            Name::MessageId => self.message_id(text),
            Name::DeliveredTo => self.delivered_to(text),
            Name::AuthenticationResults => self.authentication(text),
            Name::References => self.facts.references = text::references(text, Facts::MAX_REFERENCES),
            _ => read_simple(&mut self.facts, name, text),
        }
    }

    fn from(&mut self, text: &str) {
        self.from_fields += 1;
        if self.from_fields > 1 {
            return self.odd(Oddity::DoubledFrom);
        }
        let mut authors = text::mailboxes(text, 2).into_iter();
        let Some(Mailbox { name, address }) = authors.next() else { return };
        self.odd_if(authors.next().is_some(), Oddity::SeveralAuthors);
        if let (Some(name), Some(address)) = (&name, &address) {
            self.odd_if(shows_other_address(name, address), Oddity::NameShowsOtherAddress);
        }
        self.facts.from_name = name.map(|name| text::cut_owned(name, Facts::MAX_TEXT)).unwrap_or_default();
        self.facts.from = address;
    }

    /// The topmost counts.
    fn authentication(&mut self, text: &str) {
        if self.facts.auth.is_some() {
            return;
        }
        let auth = auth::parse(text);
        if matches!(auth.dmarc, AuthResult::None | AuthResult::Unclear) {
            self.passed_domains = auth::passed_domains(text);
        }
        self.facts.auth = Some(Box::new(auth));
    }

    fn recipients(&mut self, name: Name, text: &str) {
        let room = Facts::MAX_RECIPIENTS - self.to.len() - self.cc.len();
        let mut found = text::addresses(text, room + 1);
        self.odd_if(found.len() > room, Oddity::Oversized);
        found.truncate(room);
        let kept = if name == Name::To { &mut self.to } else { &mut self.cc };
        if kept.is_empty() { *kept = found } else { kept.append(&mut found) }
    }

    fn subject(&mut self, text: &str) {
        if !std::mem::replace(&mut self.subject_read, true) {
            self.facts.subject = text::unstructured(text, Facts::MAX_TEXT);
        }
    }

    fn message_id(&mut self, text: &str) {
        self.message_id_fields += 1;
        match self.message_id_fields {
            1 => self.facts.message_id = text::message_id(text),
            _ => self.odd(Oddity::DoubledMessageId),
        }
    }

    fn delivered_to(&mut self, text: &str) {
        if self.delivered_to.len() < MAX_DELIVERED_TO {
            self.delivered_to.extend(Address::parse(text));
        }
    }

    fn finish(mut self) -> Facts {
        let facts = &self.facts;
        let aligned = |from: &Address| self.passed_domains.iter().any(|domain| is_aligned(from.domain(), domain));
        let aligned = facts.from.as_ref().is_some_and(aligned);
        let missing = [
            (!self.any, Oddity::Empty),
            (self.from_fields == 0, Oddity::NoFrom),
            (self.from_fields > 0 && facts.from.is_none(), Oddity::MalformedFrom),
            (facts.message_id.is_none(), Oddity::NoMessageId),
            (facts.date.is_none(), Oddity::NoDate),
        ];
        missing.into_iter().for_each(|(is, oddity)| self.odd_if(is, oddity));
        if let Some(auth) = &mut self.facts.auth {
            auth.aligned = aligned;
        }
        self.facts.to = self.to.into();
        self.facts.cc = self.cc.into();
        self.facts.delivered_to = self.delivered_to.into();
        self.oddities.sort_unstable();
        self.facts.oddities = self.oddities.into();
        self.facts.role = self.facts.from.as_ref().map_or(Role::Person, |from| role(from.local()));
        self.facts.signs = self.facts.find_signs();
        self.facts
    }

    fn odd(&mut self, oddity: Oddity) {
        if !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }

    fn odd_if(&mut self, is: bool, oddity: Oddity) {
        if is {
            self.odd(oddity);
        }
    }
}

/// The fields of which the first one counts, and nothing can be odd.
fn read_simple(facts: &mut Facts, name: Name, text: &str) {
    match name {
        Name::Sender if facts.sender.is_none() => facts.sender = text::addresses(text, 1).pop(),
        Name::ReplyTo if facts.reply_to.is_none() => facts.reply_to = text::addresses(text, 1).pop(),
        Name::Date if facts.date.is_none() => facts.date = text::date(text),
        Name::InReplyTo if facts.in_reply_to.is_empty() => {
            facts.in_reply_to = text::references(text, Facts::MAX_REFERENCES);
        }
        Name::ReturnPath if facts.return_path == ReturnPath::Missing => facts.return_path = return_path(text),
        Name::ListId if facts.list_id.is_none() => facts.list_id = list_id(text),
        Name::ListPost => facts.list_post |= text.to_ascii_lowercase().contains("mailto:"),
        Name::ListUnsubscribe => unsubscribe(&mut facts.unsubscribe, text),
        Name::ListUnsubscribePost => {
            facts.unsubscribe.one_click |= text.to_ascii_lowercase().contains("one-click");
        }
        Name::Precedence if facts.precedence.is_none() => facts.precedence = precedence(text),
        Name::AutoSubmitted if facts.auto_submitted.is_none() => facts.auto_submitted = auto_submitted(text),
        Name::FeedbackId => facts.feedback_id |= by_a_mailing_service(text),
        Name::ContentType => content_type(facts, text),
        Name::AutoResponseSuppress => {
            facts.auto_response_suppress |= !matches!(text.trim().to_ascii_lowercase().as_str(), "" | "none");
        }
        _ => {}
    }
}

/// The same organisation (RFC 7489, section 3.1.1, relaxed).
fn is_aligned(author: &str, passed: &str) -> bool {
    author == passed || registrable_domain(author).is_some_and(|domain| registrable_domain(passed) == Some(domain))
}

/// Impostors write `"anna@friend.example" <x@elsewhere.example>`: some programs show the name only.
fn shows_other_address(name: &str, address: &Address) -> bool {
    name.contains('@')
        && name
            .split(|c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c))
            .filter_map(Address::parse)
            .any(|shown| shown.domain().contains('.') && shown != *address)
}

fn return_path(text: &str) -> ReturnPath {
    match text.trim() {
        "<>" => ReturnPath::Null,
        text => Address::parse(text).map_or(ReturnPath::Missing, ReturnPath::Address),
    }
}

/// RFC 2919 wants angle brackets. Programs that leave them out, or put nothing but prose, are taken at their word: the words
/// joined are as good a name for an order.
fn list_id(text: &str) -> Option<ListId> {
    let inner = text::bracketed(text).last().filter(|inner| !inner.trim().is_empty()).unwrap_or(text);
    ListId::new(inner).or_else(|| ListId::new(&inner.split_whitespace().collect::<Vec<_>>().join("-")))
}

fn unsubscribe(into: &mut Unsubscribe, text: &str) {
    into.present |= !text.trim().is_empty();
    let mailto = |uri: &str| {
        let uri = uri.trim();
        let scheme = uri.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"))?;
        Address::parse(uri[scheme.len()..].split('?').next()?)
    };
    if into.mailto.is_empty() {
        into.mailto = text::bracketed(text).filter_map(mailto).take(4).collect();
    }
}

fn precedence(text: &str) -> Option<Precedence> {
    match text.trim().to_ascii_lowercase().as_str() {
        "bulk" => Some(Precedence::Bulk),
        "list" => Some(Precedence::List),
        "junk" => Some(Precedence::Junk),
        "auto_reply" | "auto-reply" => Some(Precedence::AutoReply),
        _ => None,
    }
}

fn auto_submitted(text: &str) -> Option<AutoSubmitted> {
    let value = text.split([';', '(']).next().unwrap_or_default().trim().to_ascii_lowercase();
    match value.as_str() {
        "" => None,
        "no" => Some(AutoSubmitted::No),
        "auto-replied" => Some(AutoSubmitted::Replied),
        _ => Some(AutoSubmitted::Generated),
    }
}

/// Feedback-ID ends in the name of who sends for others. Fastmail, Proton and Zoho give each of their users one, as mail of the
/// public Linux lists shows (2020 to 2025: `i87…:Fastmail`, `1712…:user:proton`).
fn by_a_mailing_service(text: &str) -> bool {
    let service = text.trim().rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    !matches!(service.as_str(), "" | "fastmail" | "proton" | "zohomail")
}

fn content_type(facts: &mut Facts, text: &str) {
    const REPORTS: [&str; 5] = [
        "multipart/report",
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/global-delivery-status",
    ];
    let kind = text.split(';').next().unwrap_or_default().trim();
    facts.report |= REPORTS.iter().any(|report| kind.eq_ignore_ascii_case(report));
    let is_request = |part: &str| part.replace(['"', ' ', '\t', '\r', '\n'], "").eq_ignore_ascii_case("method=request");
    facts.invitation |= kind.eq_ignore_ascii_case("text/calendar") && text.split(';').any(is_request);
}
