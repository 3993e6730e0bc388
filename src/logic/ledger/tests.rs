use super::*;
use crate::logic::facts::{self, Facts};
use crate::logic::ids::{Flags, MessageId};
use proptest::prelude::*;

const DAY: i64 = UnixTime::DAY;

fn mail(header: &str) -> Facts {
    facts::read(header.replace('\n', "\r\n").as_bytes())
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn seen() -> Flags {
    Flags { seen: true, ..Flags::default() }
}

#[test]
fn received_mail_counts_for_the_sender_the_list_and_the_domain() {
    let mut ledger = Ledger::new();
    let facts = mail("From: a@post.berg.example\nList-Id: <l.example>\nAuthentication-Results: mx; dmarc=pass\n");
    ledger.learn_received(&facts, UnixTime(DAY), seen());
    ledger.learn_received(&mail("From: a@post.berg.example\n"), UnixTime(3 * DAY), Flags::default());
    let sender = ledger.sender(&address("a@post.berg.example")).unwrap();
    assert_eq!((sender.received, sender.read, sender.machine, sender.dmarc_passed), (2, 1, 1, 1));
    assert_eq!((sender.first_seen, sender.last_seen, sender.last_sent), (UnixTime(DAY), UnixTime(3 * DAY), None));
    assert_eq!(ledger.relation(&Key::List(ListId::new("l.example").unwrap())).unwrap().received, 1);
    assert_eq!(ledger.relation(&Key::Domain("berg.example".into())).unwrap().received, 2);
    assert_eq!(ledger.relations().count(), 3);
}

#[test]
fn a_free_mail_providers_domain_has_no_relation_and_a_doubtful_author_neither() {
    let mut ledger = Ledger::new();
    ledger.learn_received(&mail("From: a@gmail.com\n"), UnixTime(0), Flags::default());
    ledger.learn_received(&mail("From: b@c.example\nFrom: d@e.example\n"), UnixTime(0), Flags::default());
    ledger.learn_received(&mail("Subject: x\n"), UnixTime(0), Flags::default());
    assert_eq!(
        ledger.relations().map(|(key, _)| key.clone()).collect::<Vec<_>>(),
        [Key::Address(address("a@gmail.com"))]
    );
}

#[test]
fn own_mail_is_a_conversation_with_those_it_is_addressed_to() {
    let mut ledger = Ledger::new();
    let own = mail("From: me@maren.example\nTo: a@berg.example, b@berg.example\nMessage-ID: <1@maren.example>\n");
    assert_eq!(ledger.learn_own(&own, UnixTime(5 * DAY)), []);
    assert!(ledger.wrote_to(&address("a@berg.example")) && !ledger.wrote_to(&address("c@berg.example")));
    assert!(ledger.is_own(MidHash::of("<1@maren.example>")));
    let domain = ledger.relation(&Key::Domain("berg.example".into())).unwrap();
    assert_eq!((domain.sent_to, domain.last_sent), (1, Some(UnixTime(5 * DAY))), "one mail, however many there");
}

#[test]
fn what_is_no_conversation_does_not_count() {
    let crowd: Vec<_> = (0..20).map(|place| format!("p{place}@berg.example")).collect();
    for header in [
        "To: a@berg.example\nAuto-Submitted: auto-replied\n".to_string(),
        "To: unsubscribe-123@berg.example\n".to_string(),
        "To: hikers-request@berg.example\n".to_string(),
        "To: stop@berg.example\n".to_string(),
        format!("To: {}\n", crowd.join(", ")),
    ] {
        let mut ledger = Ledger::new();
        let newsletter = "From: n@paper.example\nList-Unsubscribe: <mailto:stop@berg.example?subject=x>\n";
        ledger.learn_received(&mail(newsletter), UnixTime(0), Flags::default());
        ledger.learn_own(&mail(&header), UnixTime(DAY));
        assert!(ledger.relations().all(|(_, relation)| relation.sent_to == 0), "{header}");
    }
}

#[test]
fn an_answer_is_credited_once_whichever_is_learned_first() {
    let received = mail("From: a@berg.example\nMessage-ID: <q@berg.example>\n");
    let answer = mail("To: a@berg.example\nIn-Reply-To: <q@berg.example>\n");
    let (early, late) = (UnixTime(DAY), UnixTime(2 * DAY));
    let anna = address("a@berg.example");

    let mut in_order = Ledger::new();
    in_order.learn_received(&received, early, Flags::default());
    let newly = in_order.learn_own(&answer, late);
    assert_eq!(newly, [MidHash::of("<q@berg.example>")]);
    in_order.credit_answer(&anna, None, in_order.habits_of(&received), late);
    assert_eq!(in_order.learn_own(&answer, late), [], "only once");

    let mut reversed = Ledger::new();
    assert_eq!(reversed.learn_own(&answer, late), newly);
    reversed.learn_received(&received, early, Flags::default());

    let mut flagged = Ledger::new();
    flagged.learn_received(&received, early, Flags { answered: true, ..Flags::default() });
    assert_eq!(flagged.learn_own(&answer, late), [], "the flag had told of it");

    for ledger in [in_order, reversed, flagged] {
        let relation = ledger.sender(&anna).unwrap();
        assert_eq!((relation.received, relation.replied), (1, 1));
        assert_eq!(relation.last_sent, Some(late));
    }
}

#[test]
fn flags_that_change_are_followed() {
    let mut ledger = Ledger::new();
    ledger.learn_received(&mail("From: a@berg.example\n"), UnixTime(0), Flags::default());
    let anna = address("a@berg.example");
    ledger.flags_changed(&anna, None, Flags::default(), Flags { flagged: true, ..seen() });
    assert_eq!(ledger.sender(&anna).map(|anna| (anna.read, anna.flagged)), Some((1, 1)));
    ledger.flags_changed(&anna, None, Flags { flagged: true, ..seen() }, Flags::default());
    assert_eq!(ledger.sender(&anna).map(|anna| (anna.read, anna.flagged)), Some((0, 0)));
    ledger.flags_changed(&anna, None, seen(), Flags::default());
    assert_eq!(ledger.sender(&anna).map(|anna| anna.read), Some(0), "never below nothing");
    let thrown_away = Flags { deleted: true, ..Flags::default() };
    ledger.flags_changed(&anna, None, Flags::default(), thrown_away);
    assert_eq!(ledger.sender(&anna).map(|anna| anna.discarded), Some(1));
    ledger.flags_changed(&anna, None, thrown_away, Flags { deleted: true, ..seen() });
    assert_eq!(ledger.sender(&anna).map(|anna| anna.discarded), Some(0), "it was read after all");
}

#[test]
fn a_machine_is_known_by_its_clock_and_its_subject() {
    let mut ledger = Ledger::new();
    for week in 1..=6 {
        let header = format!("From: a@paper.example\nSubject: Issue no. {week} is out\n");
        ledger.learn_received(&mail(&header), UnixTime(7 * week * DAY), Flags::default());
    }
    let paper = ledger.sender(&address("a@paper.example")).unwrap();
    assert!(paper.rhythm.evenness() > 0.9 && (paper.rhythm.days() - 7.0).abs() < 0.1, "{:?}", paper.rhythm);
    assert_eq!(paper.template, Template { hash: template("Issue no. 7 is out"), votes: 6 });
}

#[test]
fn the_addresses_that_the_user_writes_from_are_known() {
    let own = [address("me@maren.example")];
    let mut ledger = Ledger::new().of(&own);
    ledger.learn_own(&mail("From: me@maren.example\nTo: a@berg.example\n"), UnixTime(DAY));
    ledger.learn_received(&mail("From: a@shop.example\nTo: me+shop@maren.example\n"), UnixTime(DAY), seen());
    let way = |own: &str| ledger.relation(&Key::Own(address(own))).map(|way| (way.sent_to, way.received));
    assert_eq!((way("me@maren.example"), way("me+shop@maren.example")), (Some((1, 0)), Some((0, 1))));
    assert!(ledger.relations().all(|(key, _)| !matches!(key, Key::Own(_))), "no correspondents");
}

#[test]
fn an_authserv_id_is_believed_only_when_it_tops_nearly_all_mail() {
    let learn = |ours: u32, others: u32, none: u32| {
        let mut ledger = Ledger::new();
        let mut each = |count, header: &str| {
            (0..count).for_each(|_| ledger.learn_received(&mail(header), UnixTime(0), Flags::default()));
        };
        each(ours, "From: a@b.example\nAuthentication-Results: mx.maren.example; spf=pass\n");
        each(others, "From: a@b.example\nAuthentication-Results: evil.example; dmarc=pass\n");
        each(none, "From: a@b.example\n");
        ledger
    };
    assert_eq!(learn(95, 5, 0).trusted_authserv(None), Some("mx.maren.example"));
    assert_eq!(learn(19, 0, 0).trusted_authserv(None), None, "too little mail");
    assert_eq!(learn(80, 20, 0).trusted_authserv(None), None);
    assert_eq!(learn(80, 0, 20).trusted_authserv(None), None, "the host does not add it to all");
    assert_eq!(learn(0, 0, 100).trusted_authserv(None), None, "no id is no id");
    assert_eq!(learn(95, 5, 0).trusted_authserv(Some("other.example")), Some("other.example"));
}

#[test]
fn changes_are_what_changed_and_restore_the_same_ledger() {
    let mut ledger = Ledger::new();
    let received = mail("From: a@berg.example\nMessage-ID: <q@berg.example>\nAuthentication-Results: mx; dmarc=pass\n");
    ledger.learn_received(&received, UnixTime(DAY), seen());
    ledger
        .learn_own(&mail("To: a@berg.example\nMessage-ID: <1@me>\nIn-Reply-To: <q@berg.example>\n"), UnixTime(2 * DAY));
    // The sender, the domain, the account, and three habits.
    let changes = ledger.take_changes();
    assert_eq!((changes.relations.len(), changes.own_ids.len(), changes.answered.len()), (6, 1, 1));
    assert_eq!(changes.authserv, [("mx".to_string(), 1)]);
    assert!(ledger.take_changes().is_empty());

    let mut restored = Ledger::new();
    changes.relations.into_iter().for_each(|(key, relation)| restored.restore_relation(key, relation));
    changes.topics.into_iter().for_each(|(name, topic)| restored.restore_topic(name, topic));
    changes.own_ids.into_iter().for_each(|(id, at)| restored.restore_own_id(id, at));
    changes.answered.into_iter().for_each(|(id, at)| restored.restore_answered(id, at));
    changes.authserv.into_iter().for_each(|(id, count)| restored.restore_authserv(&id, count));
    restored.restore_rate(changes.rate.unwrap());
    assert!(restored.take_changes().is_empty(), "what was kept is no change");
    assert_eq!(restored.account_rate(), ledger.account_rate());
    assert!(restored.is_own(MidHash::of("<1@me>")));
    assert_eq!(restored.learn_own(&mail("In-Reply-To: <q@berg.example>\n"), UnixTime(3 * DAY)), []);

    restored.learn_received(&received, UnixTime(4 * DAY), seen());
    ledger.learn_received(&received, UnixTime(4 * DAY), seen());
    let sorted = |ledger: &mut Ledger| {
        let mut changes = ledger.take_changes();
        changes.relations.sort_by(|a, b| a.0.cmp(&b.0));
        changes.relations
    };
    assert_eq!(sorted(&mut restored), sorted(&mut ledger));
}

#[test]
fn the_smallest_and_largest_times_do_no_harm() {
    let mut count: Decayed = Decayed::default();
    for at in [0, i64::MIN, i64::MAX, 5] {
        count.add(UnixTime(at));
        assert!(count.now(UnixTime(i64::MIN)).is_finite() && count.now(UnixTime(i64::MAX)).is_finite());
    }
    let mut ledger = Ledger::new();
    ledger.learn_received(&mail("From: a@berg.example\n"), UnixTime(i64::MIN), Flags::default());
    ledger.learn_received(&mail("From: a@berg.example\n"), UnixTime(i64::MAX), Flags::default());
    assert_eq!(ledger.sender(&address("a@berg.example")).unwrap().received, 2);
    assert_eq!(MessageId::new("<1@x>").unwrap().hash(), MidHash::of("<1@x>"));
}

/// A public list shows whom the user answers: whoever sends another mail with that Message-ID has been answered by nobody.
#[test]
fn an_answered_message_id_that_is_used_again_is_not_an_answer() {
    let mut ledger = Ledger::new();
    ledger.learn_received(
        &mail("From: a@berg.example\nMessage-ID: <q@berg.example>\n"),
        UnixTime(DAY),
        Flags::default(),
    );
    let answer = mail("To: l@lists.example\nIn-Reply-To: <q@berg.example>\nMessage-ID: <1@maren.example>\n");
    assert_eq!(ledger.learn_own(&answer, UnixTime(2 * DAY)).len(), 1);
    ledger.learn_received(
        &mail("From: eve@evil.example\nMessage-ID: <q@berg.example>\n"),
        UnixTime(3 * DAY),
        Flags::default(),
    );
    let eve = ledger.sender(&address("eve@evil.example")).unwrap();
    assert_eq!((eve.received, eve.replied, eve.is_written_to()), (1, 0, false));
    let mut restored = Ledger::new();
    ledger.take_changes().answered.into_iter().for_each(|(id, at)| restored.restore_answered(id, at));
    restored.learn_received(
        &mail("From: eve@evil.example\nMessage-ID: <q@berg.example>\n"),
        UnixTime(3 * DAY),
        Flags::default(),
    );
    assert_eq!(restored.sender(&address("eve@evil.example")).unwrap().replied, 0);
}

/// Else an impostor's mail, which nobody reads, would make somebody one whose mail is not read.
#[test]
fn mail_that_claims_to_be_somebodys_teaches_nothing_about_them() {
    let mut ledger = Ledger::new();
    let genuine = "From: a@berg.example\nAuthentication-Results: mx.maren.example; dmarc=pass\n";
    (0..30).for_each(|day| ledger.learn_received(&mail(genuine), UnixTime(day * DAY), seen()));
    let before = ledger.sender(&address("a@berg.example")).cloned();
    for forged in [
        "From: a@berg.example\nAuthentication-Results: mx.maren.example; dmarc=fail\nPrecedence: bulk\n",
        "From: a@berg.example\nAuthentication-Results: evil.example; spf=fail\n",
        "From: a@berg.example\n",
    ] {
        ledger.learn_received(&mail(forged), UnixTime(40 * DAY), Flags::default());
    }
    assert_eq!(ledger.sender(&address("a@berg.example")), before.as_ref());
    assert!(before.is_some_and(|anna| anna.received == 30));
}

proptest! {
    #[test]
    fn decayed_counts_do_not_depend_on_the_order(mut days in proptest::collection::vec(0_i64..2_000, 1..30), now in 2_000_i64..3_000) {
        let count = |days: &[i64]| {
            let mut count: Decayed = Decayed::default();
            days.iter().for_each(|day| count.add(UnixTime(day * DAY)));
            count.now(UnixTime(now * DAY))
        };
        let (given, expected) = (count(&days), days.iter().map(|day| 0.5_f64.powf((now - day) as f64 / 180.0)).sum::<f64>());
        days.sort_unstable();
        prop_assert!((given - count(&days)).abs() < 1e-9);
        prop_assert!((given - expected).abs() < 1e-9);
    }
}
