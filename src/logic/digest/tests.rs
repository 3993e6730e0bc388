use super::*;
use crate::logic::engine::FallingRow;
use crate::logic::facts;
use crate::logic::ids::{Address, MessageId};
use jiff::tz::TimeZone;

const NOW: UnixTime = UnixTime(1_795_269_780);

fn mail(category: Category, sender: &str, subject: &str, new: bool) -> FiledMail {
    FiledMail { category, sender: sender.into(), name: "Some One".into(), subject: subject.into(), new }
}

fn digest(material: Material) -> Digest {
    Digest::of("home", (UnixTime(NOW.0 - UnixTime::DAY), NOW), material)
}

fn falling(at: i64) -> Option<Falling> {
    let row = FallingRow { at: UnixTime(at), sender: "x@y.example".into(), subject: "Buy".into() };
    Some(Falling { account: "home".into(), total: 7, next: vec![row] })
}

fn sent(digest: &Digest) -> Vec<u8> {
    let own = Address::parse("me@home.example").unwrap();
    let id = MessageId::new("<digest.0123456789abcdef@home.example>").unwrap();
    message(digest, &Envelope { own, id, at: NOW, zone: TimeZone::fixed(jiff::tz::offset(2)) })
}

#[test]
fn new_senders_come_first_then_those_who_sent_most() {
    let filed = vec![
        mail(Category::Bulk, "often@a.example", "1", false),
        mail(Category::News, "letter@b.example", "n", false),
        mail(Category::Bulk, "often@a.example", "2", false),
        mail(Category::Bulk, "fresh@c.example", "hello", true),
        mail(Category::Bulk, "once@d.example", "x", false),
        mail(Category::Bulk, "often@a.example", "3", false),
        mail(Category::Bulk, "often@a.example", "4", false),
    ];
    let digest = digest(Material { filed, ..Material::default() });
    assert_eq!(digest.messages(), 7);
    let places: Vec<(Category, u64)> = digest.filed.iter().map(|group| (group.category, group.messages)).collect();
    assert_eq!(places, [(Category::News, 1), (Category::Bulk, 6)]);
    let order: Vec<&str> = digest.filed[1].senders.iter().map(|sender| sender.address.as_str()).collect();
    assert_eq!(order, ["fresh@c.example", "often@a.example", "once@d.example"]);
    assert_eq!(digest.filed[1].senders[1].subjects, ["4", "3", "2"]);
    let text: Vec<String> = lines(&digest, &TimeZone::UTC).into_iter().map(|line| format!("{line:?}")).collect();
    assert!(text.iter().any(|line| line.contains("and 1 more")), "{text:#?}");
}

#[test]
fn nothing_is_nothing_but_what_falls_tomorrow_is_something() {
    assert!(digest(Material::default()).is_empty());
    assert!(
        digest(Material { waiting: 3, ..Material::default() }).is_empty(),
        "what waits is in status, every day the same"
    );
    assert!(digest(Material { falling: falling(NOW.0 + 3 * UnixTime::DAY), ..Material::default() }).is_empty());
    assert!(!digest(Material { falling: falling(NOW.0 + 3600), ..Material::default() }).is_empty());
    assert!(!digest(Material { fell: 1, ..Material::default() }).is_empty());
    let learned = vec![Lesson { who: "a@b.example".into(), category: Category::News }];
    let taught = digest(Material { learned, ..Material::default() });
    assert!(!taught.is_empty());
    assert_eq!(subject(&taught), "mailherd: 1 order learned (home)");
}

#[test]
fn the_message_is_one_that_any_program_reads() {
    let filed = vec![mail(Category::News, "letter@b.example", "Grüße aus Köln", true)];
    let digest = digest(Material { filed, falling: falling(NOW.0 + 3600), waiting: 1, ..Material::default() });
    let bytes = sent(&digest);
    assert!(bytes.is_ascii());
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 78 && !line.contains(['\r', '\n'])), "{text}");
    assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n") && text.contains("\r\nX-Mailherd-Digest: 1\r\n"));
    assert!(text.contains("\r\nDate: Sat, 21 Nov 2026 16:03:00 +0200\r\n"), "{text}");
    let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.subject(), Some("mailherd: 1 message filed (home)"));
    let (plain, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    for body in [&plain, &html] {
        assert!(
            body.contains("Grüße aus Köln") && body.contains("(new)") && body.contains("7 messages go to Trash"),
            "{body}"
        );
    }
    let read = facts::read(text.split("\r\n\r\n").next().unwrap().as_bytes());
    assert_eq!(read.message_id.unwrap().as_str(), "<digest.0123456789abcdef@home.example>");
    assert_eq!(read.from.unwrap().as_str(), "me@home.example");
    assert_eq!(read.date, Some(NOW));
    assert!(read.oddities.is_empty(), "{:?}", read.oddities);
}

#[test]
fn hostile_text_is_harmless_in_every_part() {
    let evil = "</small><script src=https://evil.example/x.js></script><img src='http://evil.example/p.png'>\r\n--digest\r\nBcc: x\u{202e}\x1b[2J";
    let filed = vec![FiledMail {
        category: Category::Bulk,
        sender: "\"><img src=x>@evil.example".into(),
        name: evil.into(),
        subject: evil.into(),
        new: true,
    }];
    let learned = vec![Lesson { who: evil.into(), category: Category::Blackhole }];
    let mut digest = digest(Material { filed, learned, ..Material::default() });
    digest.account = "höme\r\nBcc: victim@x.example".into();
    let bytes = sent(&digest);
    let head = String::from_utf8(bytes.clone()).unwrap().split("\r\n\r\n").next().unwrap().to_owned();
    assert!(!head.contains("\r\nBcc"), "{head}");
    let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.parts.len(), 3, "the alternative, the text and the HTML");
    assert_eq!(parsed.subject(), Some("mailherd: 1 message filed (höme Bcc: victim@x.example)"));
    let html = parsed.body_html(0).unwrap();
    let tags: Vec<&str> = html.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap()).collect();
    let ours = [
        "!doctype", "html", "head", "meta", "/head", "body", "h2", "/h2", "h3", "/h3", "ul", "/ul", "li", "b", "/b",
        "br", "small", "/small", "p", "/p", "/body", "/html",
    ];
    assert!(tags.iter().all(|tag| ours.contains(tag)), "{html}");
    assert!(!html.contains(['\u{202e}', '\x1b']) && !parsed.body_text(0).unwrap().contains(['\u{202e}', '\x1b']));
}

#[test]
fn a_thousand_senders_make_no_endless_message() {
    let filed = (0..1000).map(|n| mail(Category::Bulk, &format!("s{n:04}@x.example"), &"long ".repeat(1000), false));
    let digest = digest(Material { filed: filed.collect(), ..Material::default() });
    let bytes = sent(&digest);
    assert!(bytes.len() < 30_000, "{}", bytes.len());
    let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    assert!(parsed.body_text(0).unwrap().contains("and 975 senders more with 975 messages"));
}
