//! How many verdicts a second, from raw header bytes: `cargo run --release --example verdicts`. One core, a ledger of 20,000 senders;
//! next to it, in the same run, the same with the sentences of all reasons written out, what mail-parser alone takes to read the same
//! headers, and the ratio to that. Seconds are those in which this thread was running, since other programs may be at work.

use std::hint::black_box;

use mail_parser::MessageParser;
use mailherd::logic::facts;
use mailherd::logic::ids::{Address, Flags, UnixTime};
use mailherd::logic::ledger::Ledger;
use mailherd::logic::orders::Orders;
use mailherd::logic::policy::Caution;
use mailherd::logic::signals::Weights;
use mailherd::logic::verdict::{Situation, judge, judge_without_words};

const SENDERS: u32 = 20_000;
const MESSAGES: u32 = 50_000;
const NOW: UnixTime = UnixTime(1_793_534_400);

fn main() {
    let own = [Address::parse("me@maren.example").expect("an address")];
    let mut ledger = Ledger::new().of(&own);
    for place in 0..SENDERS {
        let at = NOW.minus_days(1 + place % 300);
        ledger.learn_received(&facts::read(&header(place)), at, Flags::default());
        if place % 7 == 0 {
            let own = format!("To: s{place}@d{}.example\r\nMessage-ID: <o{place}@maren.example>\r\n", place % 4_000);
            ledger.learn_own(&facts::read(own.as_bytes()), at);
        }
    }
    let headers: Vec<Vec<u8>> = (0..MESSAGES).map(|place| header(place * 7 % (SENDERS + 1_000))).collect();
    let orders = Orders::default();
    let weights = Weights::built_in();
    let situation = Situation {
        own: &own,
        ledger: &ledger,
        orders: &orders,
        caution: Caution::Normal,
        authserv: None,
        weights,
        fit: None,
        now: NOW,
    };
    let mut rates = Vec::new();
    for round in 1..=5 {
        let start = processor_time();
        for header in &headers {
            black_box(judge_without_words(&facts::read(header), Flags::default(), NOW, &situation));
        }
        let ours = processor_time() - start;
        let start = processor_time();
        for header in &headers {
            black_box(judge(&facts::read(header), Flags::default(), NOW, &situation));
        }
        let in_words = f64::from(MESSAGES) / (processor_time() - start);
        let parser = MessageParser::default();
        let start = processor_time();
        for header in &headers {
            black_box(parser.parse_headers(header));
        }
        let theirs = processor_time() - start;
        let rate = f64::from(MESSAGES) / ours;
        println!(
            "round {round}: {rate:>9.0} verdicts/s, in words {in_words:>9.0}, mail-parser alone {:>9.0} headers/s, ratio {:.2}",
            f64::from(MESSAGES) / theirs,
            ours / theirs
        );
        rates.push(rate);
    }
    rates.sort_by(f64::total_cmp);
    println!("median: {:.0} verdicts/s", rates[rates.len() / 2]);
}

/// Seconds that this thread was running.
fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.expect("a number") / 1e9
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
