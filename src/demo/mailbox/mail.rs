//! One mail before it has bytes, and how it gets them.

use super::encode::{self, Coding, header};
use super::{ALIAS, Kind, OWNER, OWNER_NAME};
use crate::logic::ids::UnixTime;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Somebody in From, To or Cc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) name: String,
    pub(super) address: String,
}

impl Party {
    pub(super) fn new(name: &str, address: &str) -> Party {
        Party { name: name.into(), address: address.into() }
    }

    /// The owner under the main address.
    pub(super) fn owner() -> Party {
        Party::new(OWNER_NAME, OWNER)
    }

    /// The owner at work.
    pub(super) fn owner_at_work() -> Party {
        Party::new(OWNER_NAME, ALIAS)
    }

    /// What stands after the `@`.
    pub(super) fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// What the receiving host found out about the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// SPF, DKIM and DMARC pass.
    Pass,
    /// The sender's domain says nothing about itself.
    Unknown,
    /// DMARC fails.
    Fail,
}

/// What stands below the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Text(String),
    /// Plain text and the same as a page.
    Page {
        text: String,
        html: String,
    },
    /// Text and a calendar object (RFC 6047).
    Invitation {
        text: String,
        calendar: String,
    },
    /// A calendar object and nothing else.
    Calendar(String),
    /// A delivery report (RFC 3464).
    Report {
        text: String,
        status: String,
    },
}

/// A mail.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    pub(super) kind: Kind,
    /// When it was sent; it arrives a few seconds later.
    pub(super) at: UnixTime,
    /// Of the sender, in minutes east of Greenwich.
    pub(super) zone: i32,
    pub(super) from: Party,
    pub(super) to: Vec<Party>,
    pub(super) cc: Vec<Party>,
    pub(super) subject: String,
    pub(super) message_id: String,
    pub(super) references: Vec<String>,
    /// Return-Path without brackets; empty is the null path of bounces.
    pub(super) envelope: String,
    pub(super) checked: Checked,
    /// Further header lines, in order.
    pub(super) extra: Vec<(&'static str, String)>,
    pub(super) coding: Coding,
    pub(super) body: Body,
}

impl Mail {
    /// A plain mail to the owner.
    pub(super) fn new(kind: Kind, at: UnixTime, from: Party, subject: &str, message_id: String, text: &str) -> Mail {
        Mail {
            kind,
            at,
            zone: 0,
            to: vec![Party::owner()],
            cc: Vec::new(),
            subject: subject.into(),
            message_id,
            references: Vec::new(),
            envelope: from.address.clone(),
            from,
            checked: Checked::Pass,
            extra: Vec::new(),
            coding: Coding::Base64,
            body: Body::Text(text.into()),
        }
    }

    /// One more header line.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Mail {
        self.extra.push((name, value.into()));
        self
    }

    /// As the owner's mail host stores it: with the lines that it puts on top.
    pub(super) fn received(&self) -> Vec<u8> {
        let arrived = date(UnixTime(self.at.0 + 4), 0);
        let domain = self.from.domain();
        let envelope_domain = self.envelope.rsplit_once('@').map_or(domain, |(_, domain)| domain);
        let helo = format!("out.{envelope_domain}");
        let id = self.message_id.bytes().fold(7u32, |id, byte| id.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let delivered = self.to.iter().chain(&self.cc).find(|party| party.address == ALIAS).map_or(OWNER, |_| ALIAS);
        let mut top = header("Return-Path", &format!("<{}>", self.envelope));
        top += &header("Delivered-To", delivered);
        top += &header(
            "Received",
            &format!(
                "from {helo} ({helo} [192.0.2.{}]) by mx.demo.example with ESMTPS id {id:08X} for <{delivered}>; {arrived}",
                id % 254 + 1
            ),
        );
        top += &header("Authentication-Results", &self.authentication_results(envelope_domain));
        if self.checked == Checked::Pass {
            let (h, bh) = ("from:to:subject:date:message-id", crate::demo::base64::encode(&id.to_be_bytes()));
            top += &header(
                "DKIM-Signature",
                &format!("v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=k1; h={h}; bh={bh}; b={bh}"),
            );
        }
        [top.as_bytes(), &self.written()].concat()
    }

    fn authentication_results(&self, envelope_domain: &str) -> String {
        let domain = self.from.domain();
        match self.checked {
            Checked::Pass => format!(
                "mx.demo.example; dkim=pass header.d={domain} header.s=k1; spf=pass smtp.mailfrom={envelope_domain}; dmarc=pass header.from={domain}"
            ),
            Checked::Unknown => {
                format!(
                    "mx.demo.example; dkim=none; spf=none smtp.mailfrom={envelope_domain}; dmarc=none header.from={domain}"
                )
            }
            Checked::Fail => format!(
                "mx.demo.example; dkim=none; spf=fail smtp.mailfrom={envelope_domain}; dmarc=fail (p=none) header.from={domain}"
            ),
        }
    }

    /// As the sender's program writes it.
    pub(super) fn written(&self) -> Vec<u8> {
        let mut head = header("Date", &date(self.at, self.zone));
        let parties = |list: &[Party]| {
            let list = list.iter().map(|party| encode::mailbox(&party.name, &party.address, self.coding));
            list.collect::<Vec<_>>().join(", ")
        };
        head += &header("From", &parties(std::slice::from_ref(&self.from)));
        if !self.to.is_empty() {
            head += &header("To", &parties(&self.to));
        }
        if !self.cc.is_empty() {
            head += &header("Cc", &parties(&self.cc));
        }
        head += &header("Subject", &encode::words(&self.subject, self.coding));
        head += &header("Message-ID", &self.message_id);
        if let Some(last) = self.references.last() {
            head += &header("In-Reply-To", last);
            head += &header("References", &self.references.join(" "));
        }
        for (name, value) in &self.extra {
            head += &header(name, value);
        }
        head += "MIME-Version: 1.0\r\n";
        [head, self.body.render(&self.message_id)].concat().into_bytes()
    }
}

impl Body {
    /// The content's header lines, the blank line, and the content.
    fn render(&self, seed: &str) -> String {
        let boundary: String = seed.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
        let parts = match self {
            Body::Text(text) => {
                return format!(
                    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
                    encode::lines(text)
                );
            }
            Body::Calendar(calendar) => return part("text/calendar; method=REQUEST", calendar),
            Body::Page { text, html } => {
                ["multipart/alternative", &part("text/plain", text), &part("text/html", html)].map(String::from)
            }
            Body::Invitation { text, calendar } => {
                ["multipart/mixed", &part("text/plain", text), &part("text/calendar; method=REQUEST", calendar)]
                    .map(String::from)
            }
            Body::Report { text, status } => [
                "multipart/report; report-type=delivery-status",
                &part("text/plain", text),
                &format!("Content-Type: message/delivery-status\r\n\r\n{}", encode::lines(status)),
            ]
            .map(String::from),
        };
        let [kind, first, second] = parts;
        format!(
            "Content-Type: {kind}; boundary=\"=_{boundary}\"\r\n\r\n--=_{boundary}\r\n{first}\r\n--=_{boundary}\r\n{second}\r\n--=_{boundary}--\r\n"
        )
    }
}

fn part(kind: &str, content: &str) -> String {
    let coded = encode::quoted_printable(content);
    format!("Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{coded}")
}

/// `Tue, 03 Nov 2026 09:15:00 +0100`
pub(super) fn date(at: UnixTime, zone: i32) -> String {
    let offset = Offset::from_seconds(zone * 60).unwrap_or(Offset::UTC);
    let time = Timestamp::from_second(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::fixed(offset));
    time.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}
