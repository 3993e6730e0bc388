use super::*;

const FROM_THE_LIST: &str = "List-Unsubscribe: <mailto:off@news.example>,\r\n <https://news.example/off?u=1>\r\n\
    List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
const SIGNED: &str = "DKIM-Signature: v=1; a=rsa-sha256; d=News.example; s=k1; h=From:Subject:\r\n \
    List-Unsubscribe:List-Unsubscribe-Post; bh=x; b=AbCdEfGh12345\r\n";
const PASSED: &str = "Authentication-Results: mx.home.example; spf=pass;\r\n dkim=pass (2048-bit) header.d=news.example header.s=k1 header.b=abcdefgh\r\n";

#[track_caller]
fn offered(header: &str) -> Offer {
    offer(header.as_bytes(), Some("mx.home.example"))
}

#[track_caller]
fn distrusted(header: &str, why: &str) {
    match offered(header) {
        Offer::Distrusted(reason) => assert!(reason.contains(why), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_click_is_offered_when_the_signature_that_passed_covers_both_fields() {
    let Offer::OneClick(target) = offered(&[PASSED, SIGNED, FROM_THE_LIST].concat()) else { panic!() };
    assert_eq!((target.host.as_str(), target.url.as_str()), ("news.example", "https://news.example/off?u=1"));
}

#[test]
fn a_signature_that_does_not_cover_both_is_not_enough() {
    let uncovered = SIGNED.replace(":List-Unsubscribe-Post", "");
    distrusted(&[PASSED, &uncovered, FROM_THE_LIST].concat(), "does not cover");
    // Which of two signatures by the same key passed is not known: both must cover.
    let silent = PASSED.replace(" header.b=abcdefgh", "");
    distrusted(&[&silent, SIGNED, &uncovered, FROM_THE_LIST].concat(), "does not cover");
    // Another domain's right signature says nothing about these fields.
    let other = PASSED.replace("news.example", "passer.example");
    distrusted(&[&other, SIGNED, FROM_THE_LIST].concat(), "does not cover");
}

#[test]
fn only_the_own_host_is_believed() {
    let forged = PASSED.replace("mx.home.example", "mx.evil.example");
    distrusted(&[&forged, SIGNED, FROM_THE_LIST].concat(), "dkim=pass");
    let below = format!("Authentication-Results: mx.home.example; dkim=fail header.d=news.example\r\n{PASSED}");
    distrusted(&[&below, SIGNED, FROM_THE_LIST].concat(), "dkim=pass");
    let nobody = offer([PASSED, SIGNED, FROM_THE_LIST].concat().as_bytes(), None);
    assert!(matches!(nobody, Offer::Distrusted(_)), "{nobody:?}");
    distrusted(&[SIGNED, FROM_THE_LIST].concat(), "dkim=pass");
    let commented = "Authentication-Results: mx.home.example; spf=fail (dkim=pass header.d=news.example)\r\n";
    distrusted(&[commented, SIGNED, FROM_THE_LIST].concat(), "dkim=pass");
}

#[test]
fn fields_that_were_added_later_are_noticed() {
    let added = "List-Unsubscribe: <https://evil.example/off>\r\n";
    distrusted(&[PASSED, added, SIGNED, FROM_THE_LIST].concat(), "more than once");
}

#[test]
fn without_one_click_the_way_is_said() {
    let list = FROM_THE_LIST.replace("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", "");
    assert_eq!(offered(&list), Offer::Mail(Address::parse("off@news.example").unwrap()));
    assert_eq!(offered("List-Unsubscribe: <https://news.example/>\r\n"), Offer::Page("news.example".into()));
    assert_eq!(offered("Subject: x\r\n"), Offer::Nothing);
    assert_eq!(offered("List-Unsubscribe: NO\r\n"), Offer::Nothing);
    let only_mail =
        "List-Unsubscribe: <mailto:off@x.example?subject=off>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    assert_eq!(offered(only_mail), Offer::Mail(Address::parse("off@x.example").unwrap()));
}

#[test]
fn addresses_that_lead_elsewhere_are_no_targets() {
    for bad in [
        "http://news.example/",
        "https://user@news.example/",
        "https://news.example:8443/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://localhost/",
        "https://0x7f.1/",
        "https://news.example\\@evil.example/",
        "https://näws.example/",
        "https:///x",
        "javascript:alert(1)",
        "https://",
    ] {
        assert_eq!(target(bad), None, "{bad}");
    }
    assert_eq!(target("HTTPS://News.Example:443/a").unwrap().host, "news.example");
}

proptest::proptest! {
    #[test]
    fn any_bytes_give_an_offer(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let header = [b"List-Unsubscribe: ".as_slice(), &bytes, b"\r\nDKIM-Signature: ", &bytes, b"\r\n", PASSED.as_bytes()].concat();
        offer(&header, Some("mx.home.example")).words();
    }
}
