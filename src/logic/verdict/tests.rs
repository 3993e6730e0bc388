//! Header blocks with the verdict expected, in `cases/*.txt`: text that a stranger can read. The account is always
//! `me@maren.example` and `alias@maren.example`; the time is always 2026-11-01 12:00 UTC.
//!
//! Before the header a case may tell the history, one line each, 1 mail every 5 days up to yesterday:
//! `sent 3 to anna@berg.example`, `got 4 from anna@berg.example` (`… passing dmarc`, `… by a machine`, `… on list.example`),
//! `answered 2 from anna@berg.example` (got and answered), `own <id@maren.example>` (a mail of the user's own),
//! `order news @shop.example`, `host mx.maren.example` (the account's own authserv-id), `flagged`, `deleted`, `draft`,
//! `caution high`. After `=>` stand the category and the rule that decided.

use super::*;
use crate::logic::facts;
use crate::logic::ids::MessageId;
use crate::logic::orders::{Order, Who};

const NOW: UnixTime = UnixTime(1_793_534_400);

#[test]
fn people() {
    check(include_str!("cases/people.txt"));
}

#[test]
fn machines_and_lists() {
    check(include_str!("cases/machines.txt"));
}

#[test]
fn orders_and_rules() {
    check(include_str!("cases/rules.txt"));
}

#[test]
fn languages() {
    check(include_str!("cases/languages.txt"));
}

fn check(cases: &str) {
    let mut seen = 0;
    for case in cases.split("\n## ").skip(1) {
        let (title, body) = case.split_at(case.find('\n').expect("a title"));
        let (mail, expected) = body.split_once("\n=> ").expect("a verdict");
        let verdict = World::of(mail).judge();
        let rule = verdict.reasons.first().map_or("", |reason| reason.signal);
        let got = format!("{} {rule}", verdict.category);
        assert_eq!(got, expected.trim(), "{title}\n{:#?}", verdict.reasons);
        assert_adds_up(&verdict);
        seen += 1;
    }
    assert!(seen > 5, "no cases were read");
}

struct World {
    ledger: Ledger,
    orders: Vec<Order>,
    flags: Flags,
    caution: Caution,
    host: Option<String>,
    header: String,
}

impl World {
    fn of(mail: &str) -> World {
        let mut world = World {
            ledger: Ledger::new().of(&own()),
            orders: Vec::new(),
            flags: Flags::default(),
            caution: Caution::Normal,
            host: None,
            header: String::new(),
        };
        let mut lines = mail.trim_start().lines().peekable();
        while let Some(line) = lines.next_if(|line| !line.contains(": ")) {
            world.tell(line);
        }
        world.header = lines.map(|line| format!("{line}\r\n")).collect();
        world
    }

    fn tell(&mut self, line: &str) {
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            ["flagged"] => self.flags.flagged = true,
            ["deleted"] => self.flags.deleted = true,
            ["draft"] => self.flags.draft = true,
            ["host", name] => self.host = Some((*name).into()),
            ["caution", "low"] => self.caution = Caution::Low,
            ["caution", "high"] => self.caution = Caution::High,
            ["own", id] => self.ledger.restore_own_id(MessageId::new(id).unwrap().hash(), NOW.minus_days(1)),
            ["order", category, who] => self.orders.push(Order {
                id: self.orders.len() as i64 + 1,
                who: Who::parse(who).unwrap(),
                category: Category::from_word(category).unwrap(),
                given_at: NOW,
            }),
            ["sent", count, "to", to] => self.each(count, |ledger, _, at| {
                ledger.learn_own(&facts::read(format!("To: {to}\r\n").as_bytes()), at);
            }),
            ["got", count, "from", from, rest @ ..] => {
                let extra = extra(rest);
                self.each(count, |ledger, place, at| {
                    ledger.learn_received(&received(from, place, &extra), at, Flags::default())
                });
            }
            ["answered", count, "from", from, rest @ ..] => {
                let extra = extra(rest);
                let flags = Flags { answered: true, seen: true, ..Flags::default() };
                self.each(count, |ledger, place, at| ledger.learn_received(&received(from, place, &extra), at, flags));
            }
            other => panic!("no such history: {other:?}"),
        }
    }

    fn each(&mut self, count: &str, mut learn: impl FnMut(&mut Ledger, u32, UnixTime)) {
        let count: u32 = count.parse().unwrap();
        (0..count).for_each(|place| learn(&mut self.ledger, place, NOW.minus_days(1 + 5 * place)));
    }

    fn judge(self) -> Verdict {
        let own = own();
        let orders = Orders::new(self.orders);
        let situation = Situation {
            own: &own,
            ledger: &self.ledger,
            orders: &orders,
            caution: self.caution,
            authserv: self.host.as_deref(),
            weights: Weights::built_in(),
            fit: None,
            now: NOW,
        };
        let facts = facts::read(self.header.as_bytes());
        let verdict = judge(&facts, self.flags, NOW, &situation);
        let brief = judge_without_words(&facts, self.flags, NOW, &situation);
        let decided = |one: &Verdict| (one.category, one.importance, one.untouchable, one.order);
        assert_eq!(decided(&verdict), decided(&brief), "words change nothing");
        verdict
    }
}

fn own() -> [Address; 2] {
    ["me@maren.example", "alias@maren.example"].map(|own| Address::parse(own).unwrap())
}

fn received(from: &str, place: u32, extra: &str) -> Facts {
    facts::read(format!("From: {from}\r\nTo: me@maren.example\r\nMessage-ID: <{place}.{from}>\r\n{extra}").as_bytes())
}

fn extra(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        ["passing", "dmarc"] => "Authentication-Results: mx.maren.example; dmarc=pass\r\n".into(),
        ["by", "a", "machine"] => "Auto-Submitted: auto-generated\r\n".into(),
        ["on", list] => format!("List-Id: <{list}>\r\n"),
        other => panic!("no such detail: {other:?}"),
    }
}

fn assert_adds_up(verdict: &Verdict) {
    let sum: f64 = verdict.reasons.iter().map(|reason| reason.weight).sum();
    let importance = verdict.importance;
    assert!((0.0..=1.0).contains(&importance));
    assert!((sum - (importance / (1.0 - importance)).ln()).abs() < 1e-6, "{sum} is not the log-odds of {importance}");
    let weights: Vec<_> = verdict.reasons.iter().skip_while(|reason| reason.weight == 0.0).collect();
    assert!(weights.windows(2).all(|pair| pair[0].weight.abs() >= pair[1].weight.abs()));
    assert!(weights.iter().all(|reason| reason.weight != 0.0), "rules come first");
    assert!(verdict.reasons.iter().all(|reason| !reason.text.is_empty()));
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// Lines that a header may consist of, each from a little grammar.
    fn line() -> impl Strategy<Value = String> {
        let address = "(me|anna|no-reply|news|info)(\\+x)?@(maren|berg|news\\.shop)\\.example";
        prop_oneof![
            address.prop_map(|a| format!("From: {a}")),
            address.prop_map(|a| format!("To: {a}, x@y.example")),
            address.prop_map(|a| format!("Cc: {a}")),
            "[A-Za-z0-9 \\[\\]:?%$!]{0,40}".prop_map(|s| format!("Subject: {s}")),
            "<[a-c]@x>".prop_map(|id| format!("In-Reply-To: {id}")),
            Just("List-Id: <l.example>".to_string()),
            Just("List-Unsubscribe: <mailto:u@x.example>".to_string()),
            Just("Precedence: bulk".to_string()),
            Just("Auto-Submitted: auto-generated".to_string()),
            Just("Return-Path: <>".to_string()),
            Just("Authentication-Results: mx.maren.example; dmarc=fail".to_string()),
            Just("Feedback-ID: a:b:c".to_string()),
            "[ -~]{0,60}",
        ]
    }

    proptest! {
        #[test]
        fn reasons_add_up_and_persons_stay(
            lines in proptest::collection::vec(line(), 0..12),
            sent in 0_u32..30,
            got in 0_u32..30,
            flagged: bool,
            host: bool,
        ) {
            let mut world = World::of("");
            world.tell(&format!("sent {sent} to anna@berg.example"));
            world.tell(&format!("got {got} from anna@berg.example passing dmarc"));
            world.tell("own <a@x>");
            world.flags.flagged = flagged;
            world.host = host.then(|| "mx.maren.example".into());
            world.header = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let facts = facts::read(world.header.as_bytes());
            let verdict = world.judge();
            assert_adds_up(&verdict);
            let away = matches!(verdict.category, Category::News | Category::Bulk | Category::Blackhole);
            prop_assert!(!away || facts.is_impersonal() || facts.subject.contains('['), "filed a person away: {verdict:#?}");
            let doubtful = facts.author().is_none() || facts.is_automatic();
            prop_assert!(!doubtful || verdict.category != Category::Top, "{verdict:#?}");
        }
    }
}
