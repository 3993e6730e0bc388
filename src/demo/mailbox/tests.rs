//! The generated mailbox is what the demo promises.

use super::*;
use crate::logic::ids::Category;
use mail_parser::{MessageParser, MimeHeaders};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// 2026-11-03 12:00 UTC
const NOW: UnixTime = UnixTime(1_793_707_200);

/// Seed 1, for all who only look at it.
static YEAR: LazyLock<Account> = LazyLock::new(|| generate(1, NOW));

fn head(message: &Message) -> String {
    let text = String::from_utf8_lossy(&message.bytes).into_owned();
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    head.replace("\r\n ", " ").replace("\r\n\t", " ")
}

fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

#[test]
fn the_same_seed_and_time_give_the_same_bytes() {
    let (one, again, other) = (generate(7, NOW), generate(7, NOW), generate(8, NOW));
    for (folder, twin) in one.folders.iter().zip(&again.folders) {
        assert!(folder.messages == twin.messages, "{}", folder.name);
    }
    assert!(one.folders[0].messages != other.folders[0].messages);
    assert_eq!(arrivals(7, NOW, 20), arrivals(7, NOW, 20));
}

#[test]
fn there_is_as_much_mail_as_promised_whatever_the_seed() {
    for seed in 0..4 {
        let account = generate(seed, NOW);
        let count = |name: &str| account.folder(name).unwrap().messages.len();
        let total: usize = account.folders.iter().map(|folder| folder.messages.len()).sum();
        println!(
            "seed {seed}: {total} in all, {}",
            ["INBOX", "Sent", "Archive"].map(|name| count(name).to_string()).join(" ")
        );
        assert!(total >= 2_000 && count("INBOX") >= 1_600, "{total} in all, {} in INBOX", count("INBOX"));
        assert!((250..=600).contains(&count("Sent")), "{} in Sent", count("Sent"));
        assert!((180..=350).contains(&count("Archive")), "{} in Archive", count("Archive"));
        assert!(count("Travel/Lissabon & Süden") > 0 && count("Drafts") > 0 && count("Junk") > 0 && count("Trash") > 0);
        let fresh = account.folders[0].messages.iter().filter(|message| NOW.days_since(message.internaldate) < 30.0);
        assert!(fresh.count() >= 150, "plenty within the last 30 days");
    }
}

#[test]
fn every_kind_is_there_and_enough_to_file() {
    let account = &*YEAR;
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut expected: BTreeMap<Option<Category>, usize> = BTreeMap::new();
    for message in &account.folders[0].messages {
        *kinds.entry(message.kind).or_default() += 1;
        *expected.entry(message.kind.expected()).or_default() += 1;
    }
    assert_eq!(kinds.len(), 19, "{kinds:?}");
    for (category, least) in [(Category::Top, 100), (Category::News, 400), (Category::Bulk, 400), (Category::Inbox, 80)]
    {
        assert!(expected[&Some(category)] >= least, "{category}: {expected:?}");
    }
}

#[test]
fn dates_lie_within_the_year_and_not_in_the_future() {
    for folder in &YEAR.folders {
        for message in &folder.messages {
            let age = NOW.days_since(message.internaldate);
            assert!((0.0..=366.0).contains(&age), "{age} days in {}", folder.name);
        }
        assert!(folder.messages.is_sorted_by_key(|message| message.internaldate), "{}", folder.name);
    }
}

#[test]
fn answers_name_what_they_answer() {
    let account = &*YEAR;
    let ids: BTreeSet<String> = account
        .folders
        .iter()
        .flat_map(|folder| &folder.messages)
        .filter_map(|it| value(&head(it), "Message-ID").map(String::from))
        .collect();
    let sent = &account.folder("Sent").unwrap().messages;
    let answers: Vec<String> = sent.iter().filter_map(|it| value(&head(it), "In-Reply-To").map(String::from)).collect();
    assert!(answers.len() >= 100, "{} answers", answers.len());
    assert!(answers.iter().all(|id| ids.contains(id)));
    let answered =
        |folder: &Folder| folder.messages.iter().filter(|it| it.flags.iter().any(|flag| flag == "\\Answered")).count();
    assert!(account.folders.iter().map(answered).sum::<usize>() >= 100);
    assert!(sent.iter().all(|message| head(message).contains("From: Robin Maren <robin")));
}

#[test]
fn headers_are_what_a_mail_host_makes_of_them() {
    let account = &*YEAR;
    for message in account.folders.iter().flat_map(|folder| &folder.messages).filter(|it| it.kind != Kind::Odd) {
        assert!(!message.bytes.contains(&b'{'), "no slot of a template is left: {}", head(message));
        let parsed = MessageParser::default().parse(&*message.bytes).unwrap();
        let head = head(message);
        assert!(parsed.from().is_some() && parsed.message_id().is_some() && parsed.subject().is_some(), "{head}");
        assert!(parsed.date().unwrap().is_valid(), "{head}");
        assert!(parsed.content_type().is_some());
        let own = message.kind == Kind::Own && value(&head, "List-Id").is_none();
        assert_eq!(value(&head, "Authentication-Results").is_some(), !own, "{head}");
        assert!(head.split("\r\n").all(|line| line.is_ascii()), "{head}");
    }
    let with = |name: &str| account.folders[0].messages.iter().filter(|it| value(&head(it), name).is_some()).count();
    for name in ["List-Id", "List-Unsubscribe", "Precedence", "Auto-Submitted", "Feedback-ID", "Delivered-To", "Cc"] {
        assert!(with(name) >= 20, "{} with {name}", with(name));
    }
}

#[test]
fn nothing_points_at_a_real_domain() {
    let reserved = ["example", "test", "com=reserved"];
    for folder in &YEAR.folders {
        for message in folder.messages.iter().filter(|it| it.bytes.len() < 100_000) {
            for address in
                head(message).split(['<', '>', ' ', ',', ';', '=', ':', '\r', '\n']).filter(|word| word.contains('@'))
            {
                let domain = address.rsplit('@').next().unwrap_or_default().trim_end_matches(['"', ')']);
                let top = domain.rsplit('.').next().unwrap_or_default();
                assert!(reserved.contains(&top), "{address}");
            }
        }
    }
}

#[test]
fn a_spoofed_friend_is_a_friend_by_name_only() {
    let account = &*YEAR;
    let spoofs: Vec<String> =
        account.folders[0].messages.iter().filter(|it| it.kind == Kind::Spoof).map(head).collect();
    assert!(!spoofs.is_empty());
    let genuine: Vec<String> =
        account.folders.iter().flat_map(|it| &it.messages).filter(|it| it.kind == Kind::Person).map(head).collect();
    for spoof in spoofs {
        assert!(spoof.contains("dmarc=fail"));
        let from = value(&spoof, "From").unwrap().split('<').next_back().unwrap();
        let same = |head: &String| value(head, "From").is_some_and(|genuine| genuine.ends_with(from));
        assert!(genuine.iter().any(|head| same(head) && head.contains("dmarc=pass")), "{from}");
    }
}

#[test]
fn odd_mail_is_as_odd_as_it_says() {
    let odd: Vec<&Message> = YEAR.folders[0].messages.iter().filter(|it| it.kind == Kind::Odd).collect();
    assert!(odd.iter().any(|message| (1 << 19..1 << 21).contains(&message.bytes.len())), "a megabyte of header");
    let of = |id: &str| odd.iter().filter(|it| value(&head(it), "Message-ID") == Some(id)).collect::<Vec<_>>();
    let twins = of("<the-same@odd.example>");
    assert!(twins.len() == 2 && twins[0].bytes != twins[1].bytes, "one Message-ID on two mails");
    assert!(
        odd.iter().enumerate().any(|(place, it)| odd[..place].iter().any(|other| other.bytes == it.bytes)),
        "copies"
    );
    let without = |name: &str| odd.iter().filter(|it| value(&head(it), name).is_none()).count();
    assert!(without("From") > 0 && without("Date") > 0 && without("Message-ID") > 0);
    assert!(odd.iter().any(|it| head(it).matches("\r\nFrom: ").count() == 2));
    assert!(odd.iter().any(|it| std::str::from_utf8(&it.bytes).is_err()), "raw 8-bit");
    assert!(odd.iter().any(|it| head(it).contains('\u{1b}')), "escape sequences");
}

#[test]
fn arrivals_are_new_mail() {
    let account = &*YEAR;
    let known: BTreeSet<String> =
        account.folders[0].messages.iter().filter_map(|it| value(&head(it), "Message-ID").map(String::from)).collect();
    let arrivals = arrivals(1, NOW, 100);
    assert_eq!(arrivals.len(), 100);
    let ids: BTreeSet<String> =
        arrivals.iter().filter_map(|it| value(&head(it), "Message-ID").map(String::from)).collect();
    assert_eq!(ids.len(), 100);
    assert!(ids.is_disjoint(&known));
    assert!(arrivals.iter().all(|message| message.flags.is_empty() && message.internaldate <= NOW));
    assert!(arrivals.iter().map(|message| message.kind).collect::<BTreeSet<_>>().len() >= 6);
}
