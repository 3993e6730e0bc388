use super::*;
use proptest::prelude::*;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

#[test]
fn an_ordinary_header_is_read() {
    let facts = read(
        b"Return-Path: <anna@berg.example>\r\n\
        Delivered-To: me@maren.example\r\n\
        Authentication-Results: mx.maren.example;\r\n\tdmarc=pass (p=none; dis=none) header.from=berg.example;\r\n\tspf=softfail; dkim=pass\r\n\
        From: =?utf-8?q?Anna_B=C3=A9rg?= <Anna@Berg.example>\r\n\
        To: Me <me@maren.example>, \"Last, First\" <x@y.example>\r\n\
        Cc: Friends: a@b.example, c@d.example;\r\n\
        Reply-To: other@berg.example\r\n\
        Subject: =?iso-8859-1?q?Gr=FC=DFe?= from\r\n\tthe sea\r\n\
        Date: Sun, 1 Nov 2026 13:00:00 +0100\r\n\
        Message-ID: <1@berg.example>\r\n\
        In-Reply-To: <0@maren.example>\r\n\
        References: <00@maren.example>\r\n <0@maren.example>\r\n\r\nFrom: body@evil.example\r\n",
    );
    assert_eq!(facts.from, Some(address("anna@berg.example")));
    assert_eq!(&*facts.from_name, "Anna Bérg");
    assert_eq!(facts.return_path, ReturnPath::Address(address("anna@berg.example")));
    assert_eq!(*facts.to, [address("me@maren.example"), address("x@y.example")]);
    assert_eq!(*facts.cc, [address("a@b.example"), address("c@d.example")]);
    assert_eq!(facts.reply_to, Some(address("other@berg.example")));
    assert_eq!(&*facts.subject, "Grüße from the sea");
    assert_eq!(facts.date, Some(UnixTime(1_793_534_400)));
    assert_eq!(facts.message_id.as_ref().map(MessageId::as_str), Some("<1@berg.example>"));
    assert_eq!(*facts.in_reply_to, [MidHash::of("<0@maren.example>")]);
    assert_eq!(*facts.references, [MidHash::of("<00@maren.example>"), MidHash::of("<0@maren.example>")]);
    let auth = facts.auth.as_ref().unwrap();
    assert_eq!(&*auth.authserv_id, "mx.maren.example");
    assert_eq!((auth.dmarc, auth.spf, auth.dkim), (AuthResult::Pass, AuthResult::Fail, AuthResult::Pass));
    assert!(facts.signs.is_empty() && facts.oddities.is_empty(), "{facts:?}");
}

#[test]
fn a_mailing_is_read() {
    let facts = read(
        b"From: News <news@shop.example>\n\
        List-Id: \"Weekly\" <weekly.Shop.example>\n\
        List-Post: NO\n\
        List-Unsubscribe: <https://shop.example/u>,\n <MAILTO:leave+1@shop.example?subject=x>\n\
        List-Unsubscribe-Post: List-Unsubscribe=One-Click\n\
        Precedence:  Bulk \n\
        Auto-Submitted: auto-generated (by cron)\n\
        Feedback-ID: 1:2:3:ses\n\
        X-Auto-Response-Suppress: All\n",
    );
    assert_eq!(facts.list_id, ListId::new("weekly.shop.example"));
    assert!(!facts.list_post, "List-Post: NO is no list that can be written to (RFC 2369, section 3.4)");
    let unsubscribe = Unsubscribe { present: true, one_click: true, mailto: [address("leave+1@shop.example")].into() };
    assert_eq!(facts.unsubscribe, unsubscribe);
    assert_eq!(facts.precedence, Some(Precedence::Bulk));
    assert_eq!(facts.auto_submitted, Some(AutoSubmitted::Generated));
    assert!(facts.feedback_id && facts.auto_response_suppress);
}

#[test]
fn what_is_wrong_is_said() {
    for (header, oddity) in [
        ("", Oddity::Empty),
        ("Subject: x\r\n", Oddity::NoFrom),
        ("From: Anna\r\n", Oddity::MalformedFrom),
        ("From: a@b.example\r\nFrom: c@d.example\r\n", Oddity::DoubledFrom),
        ("From: a@b.example, c@d.example\r\n", Oddity::SeveralAuthors),
        ("From: \"a@b.example\" <c@d.example>\r\n", Oddity::NameShowsOtherAddress),
        ("From: a@b.example\r\n", Oddity::NoMessageId),
        ("Message-ID: <1@x>\r\nMessage-ID: <2@x>\r\n", Oddity::DoubledMessageId),
        ("Date: Fri, 31 Foo 2026 99:00:00 +0000\r\n", Oddity::NoDate),
    ] {
        assert!(read(header.as_bytes()).is_odd(oddity), "{oddity:?}");
        assert!(oddity.to_string().starts_with("it") || oddity.to_string().starts_with("the"));
    }
    assert!(read(b"Subject: Gr\xfc\xdfe\r\n").is_odd(Oddity::NotUtf8));
    assert_eq!(&*read(b"Subject: Gr\xfc\xdfe\r\n").subject, "Grüße");
}

#[test]
fn a_doubtful_author_is_shown_but_not_believed() {
    let facts = read(b"From: a@b.example\r\nFrom: c@d.example\r\n");
    assert_eq!(facts.from, Some(address("a@b.example")));
    assert_eq!(facts.author(), None);
}

#[test]
fn of_doubled_fields_the_first_counts() {
    let facts = read(
        b"Authentication-Results: mx.maren.example; dmarc=fail\r\nAuthentication-Results: mx.maren.example; dmarc=pass\r\n\
        Subject: one\r\nSubject: two\r\nMessage-ID: <1@x>\r\nMessage-ID: <2@x>\r\nTo: a@b.example\r\nTo: c@d.example\r\n",
    );
    assert_eq!(facts.auth.as_ref().map(|auth| auth.dmarc), Some(AuthResult::Fail));
    assert_eq!(&*facts.subject, "one");
    assert_eq!(facts.message_id.as_ref().map(MessageId::as_str), Some("<1@x>"));
    assert_eq!(facts.to.len(), 2, "To is the exception: nobody is lost");
}

#[test]
fn authentication_results_are_read_in_every_dress() {
    let dmarc = |value: &str| {
        let facts = read(format!("Authentication-Results: {value}\r\n").as_bytes());
        facts.auth.map(|auth| (auth.authserv_id.to_string(), auth.dmarc)).unwrap()
    };
    for (value, id, result) in [
        ("MX.example 1; dmarc=pass", "mx.example", AuthResult::Pass),
        ("mx.example; none", "mx.example", AuthResult::None),
        ("mx.example;\r\n dmarc = fail", "mx.example", AuthResult::Fail),
        ("mx.example; dmarc=temperror", "mx.example", AuthResult::Unclear),
        ("spf=pass smtp.mailfrom=x; dmarc=pass action=none", "", AuthResult::Pass),
        ("mx.example (dmarc=pass; dmarc=pass); dmarc=fail", "mx.example", AuthResult::Fail),
        ("mx.example; spf=fail reason=\"; dmarc=pass\"", "mx.example", AuthResult::None),
        ("", "", AuthResult::None),
    ] {
        assert_eq!(dmarc(value), (id.to_string(), result), "{value}");
    }
}

#[test]
fn without_dmarc_a_signature_of_the_authors_own_organisation_is_as_good() {
    let authentic = |from: &str, value: &str| {
        // From may stand above or below.
        let [above, below] = [
            format!("From: {from}\r\nAuthentication-Results: {value}\r\n"),
            format!("Authentication-Results: {value}\r\nFrom: {from}\r\n"),
        ]
        .map(|header| read(header.as_bytes()).auth.unwrap().is_authentic());
        assert_eq!(above, below);
        above
    };
    for (from, value, expected) in [
        ("a@berg.example", "mx; dmarc=pass", true),
        ("a@berg.example", "mx; dkim=pass header.d=berg.example", true),
        ("a@post.berg.example", "mx; dkim=fail header.d=berg.example; dkim=pass header.i=@mail.berg.example", true),
        ("a@berg.example", "mx; spf=pass (ok) smtp.mailfrom=bounce@berg.example; dmarc=none", true),
        ("a@gmail.com", "mx; dkim=pass header.d=gmail.com", true),
        ("a@berg.example", "mx; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", false),
        ("a@berg.example", "mx; dkim=pass header.d=berg.example; dmarc=fail", false),
        ("a@berg.example", "mx; spf=pass smtp.helo=berg.example", false),
        ("a@berg.example", "mx; dkim=fail header.d=berg.example", false),
        ("a@gmail.com", "mx; dkim=pass header.d=evil.gmail.com", false),
        ("a@one.co.uk", "mx; dkim=pass header.d=other.co.uk", false),
        ("a@berg.example", "mx; (dkim=pass header.d=berg.example) dkim=fail", false),
    ] {
        assert_eq!(authentic(from, value), expected, "{from}: {value}");
    }
}

#[test]
fn message_ids_are_the_same_however_they_are_written() {
    let hash = MidHash::of("<1@x>");
    for value in ["<1@x>", " <1@x> ", "<1@\r\n x>", "<1@\rx>", "Your mail of Monday <1@x>", "1@x"] {
        assert_eq!(*read(format!("In-Reply-To: {value}\r\n").as_bytes()).in_reply_to, [hash], "{value:?}");
        let id = read(format!("Message-ID: {}\r\n", value.replace("Your mail of Monday ", "")).as_bytes()).message_id;
        assert_eq!(id.map(|id| id.hash()), Some(hash), "{value:?}");
    }
    assert!(read(b"In-Reply-To: Your mail of Monday\r\n").in_reply_to.is_empty());
}

#[test]
fn a_huge_header_is_cut_and_costs_little() {
    let recipients = "x@y.example,\r\n ".repeat(20_000);
    let references = "<1@x>\r\n ".repeat(20_000);
    let header = format!(
        "From: a@b.example\r\nTo: {recipients}z@y.example\r\nReferences: {references}<last@x>\r\nSubject: {}\r\nX-Huge: {}\r\n",
        "ü".repeat(200_000),
        "x".repeat(1_000_000),
    );
    let facts = read(header.as_bytes());
    assert_eq!(facts.to.len(), Facts::MAX_RECIPIENTS);
    assert_eq!(facts.references.len(), Facts::MAX_REFERENCES);
    assert_eq!(facts.references.last(), Some(&MidHash::of("<last@x>")));
    assert_eq!(facts.subject.chars().count(), Facts::MAX_TEXT);
    assert!(facts.is_odd(Oddity::Oversized));
}

#[test]
fn signs_of_machines_and_lists() {
    for (header, sign) in [
        ("List-Id: <l.example>", Some(Sign::List)),
        ("List-Post: <mailto:l@x.example>", Some(Sign::List)),
        ("List-Unsubscribe: <https://x.example>", Some(Sign::Unsubscribe)),
        ("Precedence: junk", Some(Sign::Precedence)),
        ("Precedence: first-class", None),
        ("Auto-Submitted: auto-replied; x=y", Some(Sign::AutoSubmitted)),
        ("Auto-Submitted: no", None),
        ("Feedback-ID: a:b:c:mailer", Some(Sign::Feedback)),
        ("Feedback-ID: 123:user:proton", None),
        ("Return-Path: <>", Some(Sign::NullSender)),
        ("Content-Type: multipart/report; report-type=x", Some(Sign::Report)),
        ("X-Auto-Response-Suppress: DR, OOF", Some(Sign::SuppressesReplies)),
        ("X-Auto-Response-Suppress: None", None),
        ("From: No-Reply@x.example", Some(Sign::NoReply)),
        ("Return-Path: <bounces-1@x.example>", Some(Sign::MassEnvelope)),
        ("Sender: owner-l@x.example", Some(Sign::MassEnvelope)),
        ("From: a@x.example\r\nReturn-Path: <bounce-7@x.example>", Some(Sign::OwnBounces)),
        ("From: a@x.example\r\nReturn-Path: <bounce-7@mailer.example>", Some(Sign::MassEnvelope)),
        ("Return-Path: <prvs=1234=anna@x.example>", None),
        ("Return-Path: <me+caf_=x=y.example@gmail.com>", None),
        ("From: alerts@x.example", Some(Sign::RobotSender)),
        ("From: r-1-270241-5399979-2@x.example", Some(Sign::GeneratedSender)),
        ("From: 1234567890@qq.com", None),
        ("From: a@newsletter2.x.example", Some(Sign::MassDomain)),
        ("From: a@news.example", None),
        ("From: \"Shop Newsletter\" <a@x.example>", Some(Sign::MassName)),
        ("From: \"Anna Newsome\" <a@x.example>", None),
    ] {
        let facts = read(header.as_bytes());
        assert_eq!(facts.signs.iter().collect::<Vec<_>>(), Vec::from_iter(sign), "{header}");
    }
}

#[test]
fn facts_are_compact() {
    assert!(size_of::<Facts>() <= 304, "{} bytes: tens of thousands are held at once", size_of::<Facts>());
}

proptest! {
    #[test]
    fn any_bytes_give_facts(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&bytes);
    }

    #[test]
    fn any_value_of_any_field_gives_facts(
        name in proptest::sample::select(vec![
            "From", "To", "Cc", "Reply-To", "Sender", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id",
            "List-Unsubscribe", "List-Post", "Precedence", "Auto-Submitted", "Feedback-ID", "Return-Path",
            "Authentication-Results", "Content-Type", "Delivered-To",
        ]),
        value in "[ -~\\r\\n\\tüЖ語\u{0}\u{202e}<>@,;:\"()\\\\=?]{0,200}",
    ) {
        let facts = read(format!("{name}: {value}\r\n").as_bytes());
        prop_assert!(facts.subject.chars().count() <= Facts::MAX_TEXT);
    }

    /// The short way for plain address fields gives what mail-parser gives.
    #[test]
    fn plain_addresses_are_read_the_same_both_ways(
        boxes in proptest::collection::vec("([A-Z][a-z]{1,8} ){0,2}<?[a-z]{1,5}(\\.[a-z]{1,3})?@[a-z]{1,5}\\.example>?", 1..5),
    ) {
        let sound: Vec<_> = boxes.iter().filter(|one| one.contains('<') == one.contains('>') && (one.contains('<') || !one.contains(' '))).collect();
        let plain = sound.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
        // An empty comment sends it the long way.
        let long = read(format!("To: {plain} ()\r\n").as_bytes());
        prop_assert_eq!(read(format!("To: {plain}\r\n").as_bytes()).to, long.to);
        let one = sound.first().map_or("", |one| one.as_str());
        let (short, long) = (read(format!("From: {one}\r\n").as_bytes()), read(format!("From: {one} ()\r\n").as_bytes()));
        prop_assert_eq!((short.from, short.from_name), (long.from, long.from_name));
    }
}
