//! Verdicts from raw header bytes on one core, with a ledger of 20,000 senders, against what mail-parser alone takes to read the same
//! bytes. Seconds are those in which this thread was running.

use std::hint::black_box;

use mail_parser::MessageParser;
use mailherd::logic::facts;
use mailherd::logic::ids::{Address, Flags, UnixTime};
use mailherd::logic::ledger::Ledger;
use mailherd::logic::orders::Orders;
use mailherd::logic::policy::Caution;
use mailherd::logic::signals::Weights;
use mailherd::logic::verdict::{Situation, judge, judge_without_words};

use super::reading::thousands;
use super::{Boxes, Plan, Row, Table, median};
use crate::support::usage::processor_time;

const SENDERS: u32 = 20_000;
const NOW: UnixTime = UnixTime(1_793_534_400);

/// See the module.
pub fn rows(plan: &Plan, _: &mut Boxes, table: &mut Table) {
    let own = [Address::parse("me@maren.example").expect("an address")];
    let (ledger, orders) = (ledger(&own, plan.verdicts.min(SENDERS)), Orders::default());
    let situation = Situation {
        own: &own,
        ledger: &ledger,
        orders: &orders,
        caution: Caution::Normal,
        authserv: None,
        weights: Weights::built_in(),
        fit: None,
        now: NOW,
    };
    let headers: Vec<Vec<u8>> = (0..plan.verdicts).map(|place| header(place * 7 % (SENDERS + 1_000))).collect();
    let parser = MessageParser::default();
    let (mut silent, mut spoken, mut parsed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        silent.push(each(&headers, |header| {
            judge_without_words(&facts::read(header), Flags::default(), NOW, &situation)
        }));
        spoken.push(each(&headers, |header| judge(&facts::read(header), Flags::default(), NOW, &situation)));
        parsed.push(each(&headers, |header| parser.parse_headers(header).is_some()));
    }
    let ratio = |ours: &[f64]| median(ours.iter().zip(&parsed).map(|(ours, theirs)| ours / theirs).collect());
    let rate = |seconds: &[f64]| 1.0 / median(seconds.to_vec());
    let reads = || ("mail-parser alone", median(parsed.clone()));
    let what = format!("a verdict from header bytes, {} a second", thousands(rate(&silent) as usize));
    table.add(Row::ratio(what, median(silent.clone()), reads(), ratio(&silent), 2.0));
    let what = format!("the same with its reasons in words, {} a second", thousands(rate(&spoken) as usize));
    table.add(Row::beside(what, median(spoken.clone()), reads()));
}

/// Seconds for each header.
fn each<T>(headers: &[Vec<u8>], work: impl Fn(&[u8]) -> T) -> f64 {
    let since = processor_time();
    for header in headers {
        black_box(work(header));
    }
    (processor_time() - since) / headers.len() as f64
}

fn ledger(own: &[Address], senders: u32) -> Ledger {
    let mut ledger = Ledger::new().of(own);
    for place in 0..senders {
        let at = NOW.minus_days(1 + place % 300);
        ledger.learn_received(&facts::read(&header(place)), at, Flags::default());
        if place % 7 == 0 {
            let own = format!("To: s{place}@d{}.example\r\nMessage-ID: <o{place}@maren.example>\r\n", place % 4_000);
            ledger.learn_own(&facts::read(own.as_bytes()), at);
        }
    }
    ledger
}

/// An ordinary header: each third is a newsletter's, each third an answer in a thread.
fn header(place: u32) -> Vec<u8> {
    let kind = match place % 3 {
        0 => "List-Id: News <news.shop.example>\r\nList-Unsubscribe: <https://shop.example/u>\r\nPrecedence: bulk\r\n"
            .to_string(),
        1 => format!(
            "In-Reply-To: <o{}@maren.example>\r\nReferences: <a{place}@x.example> <o{}@maren.example>\r\n",
            place / 7 * 7,
            place / 7 * 7
        ),
        _ => String::new(),
    };
    format!(
        "Return-Path: <s{place}@d{d}.example>\r\nAuthentication-Results: mx.maren.example; dkim=pass header.d=d{d}.example; spf=pass; \
         dmarc=pass (p=none) header.from=d{d}.example\r\nFrom: Sender Number {place} <s{place}@d{d}.example>\r\nTo: Me <me@maren.example>\r\n\
         Cc: Anna Berg <anna@berg.example>, Otto <otto@berg.example>\r\nSubject: Re: The harvest festival, part {place}\r\n\
         Date: Fri, 25 Sep 2026 10:23:16 +0200\r\nMessage-ID: <m{place}@d{d}.example>\r\nContent-Type: text/plain; charset=utf-8\r\n{kind}\r\n",
        d = place % 4_000
    )
    .into_bytes()
}
