use super::*;
use crate::logic::facts;

fn orders(given: &[(&str, Category)]) -> Orders {
    let order = |(place, &(who, category)): (usize, &(&str, Category))| Order {
        id: place as i64 + 1,
        who: Who::parse(who).unwrap(),
        category,
        given_at: UnixTime(1_000),
    };
    Orders::new(given.iter().enumerate().map(order).collect())
}

fn mail(from: &str, list: Option<&str>) -> Facts {
    let list = list.map(|list| format!("List-Id: <{list}>\r\n")).unwrap_or_default();
    facts::read(format!("From: {from}\r\n{list}").as_bytes())
}

#[test]
fn who_is_read_and_written_the_same_way() {
    for text in ["anna@example.org", "@example.org", "<list.example.org>"] {
        assert_eq!(Who::parse(text).unwrap().to_string(), text);
    }
    let odd = Address::parse("<@evil@example.org>").map(Who::Address).unwrap();
    assert_eq!(Who::parse(&odd.to_string()), Ok(odd), "senders choose their address");
    assert_eq!(Who::parse(" <Anna@Example.org> ").unwrap().to_string(), "anna@example.org");
    assert_eq!(Who::parse("@.Example.org.").unwrap().to_string(), "@example.org");
    for bad in ["", "anna", "@", "<>", "a b@c.d", "@a b", "@@", "<a b>"] {
        let fault = Who::parse(bad).unwrap_err();
        assert_eq!(fault.kind, crate::logic::fault::FaultKind::Usage, "{bad:?}");
        assert!(fault.hint.contains("@example.org"), "{}", fault.hint);
    }
}

#[test]
fn a_blackhole_is_found_by_address_then_list_then_the_longest_domain() {
    let all = orders(&[
        ("@example.org", Category::Blackhole),
        ("@news.example.org", Category::Blackhole),
        ("<l.example.org>", Category::Blackhole),
        ("anna@news.example.org", Category::Blackhole),
    ]);
    let found = |from, list| all.blackhole_for(&mail(from, list)).map(|order| order.id);
    assert_eq!(found("anna@news.example.org", Some("l.example.org")), Some(4));
    assert_eq!(found("bob@news.example.org", Some("l.example.org")), Some(3));
    assert_eq!(found("bob@a.news.example.org", None), Some(2));
    assert_eq!(found("bob@example.org", None), Some(1));
    assert_eq!(found("bob@anexample.org", None), None);
}

#[test]
fn a_list_order_comes_first_for_list_mail_and_the_sender_does_not_raise_it() {
    let all = orders(&[
        ("anna@example.org", Category::Top),
        ("@example.org", Category::Bulk),
        ("<l.example.org>", Category::Top),
    ]);
    let found = |from, list| all.other_for(&mail(from, list)).map(|ruling| (ruling.order.id, ruling.may_raise));
    assert_eq!(found("anna@example.org", None), Some((1, true)));
    assert_eq!(found("bob@x.example.org", None), Some((2, true)));
    assert_eq!(found("anna@example.org", Some("l.example.org")), Some((3, true)));
    assert_eq!(found("anna@example.org", Some("other.example.org")), Some((2, false)));
    assert_eq!(found("eve@elsewhere.example", None), None);
}

#[test]
fn a_nearer_domain_that_is_not_banished_does_not_hide_a_banished_one_above() {
    let all = orders(&[("@news.example.org", Category::News), ("@example.org", Category::Blackhole)]);
    let facts = mail("bob@news.example.org", None);
    assert_eq!(all.blackhole_for(&facts).map(|order| order.id), Some(2));
    assert_eq!(all.other_for(&facts).map(|ruling| ruling.order.id), Some(1));
}

#[test]
fn the_newest_of_two_orders_about_the_same_sender_holds() {
    let all = orders(&[("anna@example.org", Category::Blackhole), ("anna@example.org", Category::News)]);
    let facts = mail("anna@example.org", None);
    assert_eq!(all.blackhole_for(&facts), None);
    assert_eq!(all.other_for(&facts).map(|ruling| ruling.order.id), Some(2));
}

#[test]
fn an_order_does_not_match_a_doubtful_author() {
    let all = orders(&[("anna@example.org", Category::Top)]);
    let facts = facts::read(b"From: anna@example.org\r\nFrom: eve@elsewhere.example\r\n");
    assert_eq!(all.other_for(&facts), None);
}
