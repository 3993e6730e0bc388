use super::*;
use crate::logic::engine::{Done, SendersPage};
use crate::tui::play::{NOW, Play, Scene};
use crate::tui::testing::{SIZES, styled};

/// A sender who wrote `received` mails; more than half of them were read, where there was an answer.
pub(crate) fn sender(address: &str, received: u32, replied: u32, category: Category) -> SenderRow {
    let weekly = |week: u32| (received + week * week * 7) % (received / 8 + 2);
    SenderRow {
        account: "home".into(),
        address: address.into(),
        received,
        read: if replied > 0 { received * 9 / 10 } else { received / 10 },
        replied,
        sent_to: replied * 2,
        first_seen: crate::logic::ids::UnixTime(NOW.0 - 400 * 86_400),
        last_seen: crate::logic::ids::UnixTime(NOW.0 - i64::from(received) * 3_000),
        category: Some(category),
        order: None,
        weeks: (0..26).map(weekly).collect(),
    }
}

fn ledger() -> Vec<SenderRow> {
    let mut rows = vec![
        sender("deals@megashop.example", 1_204, 0, Category::Bulk),
        sender("news@rust.example", 310, 0, Category::News),
        sender("anna@berg.example", 120, 64, Category::Top),
        sender("noreply@bank.example", 44, 0, Category::Inbox),
        sender("a-very-long-local-part-of-an-address@a-rather-long-domain.example", 9, 1, Category::Inbox),
        sender("spam@casino.example", 3, 0, Category::Blackhole),
    ];
    rows[1].order = Some("always news".into());
    rows[5].order = Some("blackhole".into());
    rows
}

fn senders(request: &Request) -> Option<Answer> {
    let Request::Senders(query) = request else { return None };
    let mut rows = ledger();
    rows.retain(|row| row.address.contains(&query.filter));
    if query.sort == SenderSort::Name {
        rows.sort_by(|one, next| one.address.cmp(&next.address));
    }
    if query.reverse {
        rows.reverse();
    }
    let total = rows.len() as u64;
    Some(Ok(Reply::Senders(SendersPage { rows, offset: 0, total })))
}

fn play(width: u16, height: u16, colour: bool) -> Play {
    let mut scene = Scene::usual();
    scene.other = senders;
    let mut play = Play::sized(scene, width, height, colour);
    play.press("2");
    play
}

fn classic() -> Play {
    play(80, 24, true)
}

#[test]
fn frames() {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("senders_{width}x{height}"), styled(&play(width, height, true).buffer()));
        insta::assert_snapshot!(
            format!("senders_{width}x{height}_no_color"),
            styled(&play(width, height, false).buffer())
        );
        let detail = styled(&play(width, height, false).press("j j w").buffer());
        insta::assert_snapshot!(format!("senders_detail_{width}x{height}"), detail);
    }
}

#[test]
fn a_key_orders_what_the_sender_is_and_the_row_says_so_at_once() {
    let mut play = classic();
    play.hold().press("n").sees("→ news");
    assert_eq!(
        play.acts(),
        [
            r#"{"order":{"who":"deals@megashop.example","category":"news","account":"home","existing":true,"sure":false}}"#
        ]
    );
    play.press("b");
    assert_eq!(play.acts().len(), 1, "it is already on its way");
    play.sees("already on its way").release().misses("→ news");
}

#[test]
fn who_is_banished_is_banished_on_all_accounts() {
    let mut play = classic();
    play.press("j j j x");
    assert_eq!(
        play.acts(),
        [
            r#"{"order":{"who":"noreply@bank.example","category":"blackhole","account":null,"existing":true,"sure":false}}"#
        ]
    );
}

#[test]
fn an_order_is_widened_to_the_domain_for_this_sender_only() {
    let mut play = classic();
    play.press("A").sees("an order for everybody at megashop.example").press("A").misses("everybody");
    play.press("A j").misses("everybody");
    play.press("A t");
    assert!(play.acts()[0].contains(r#""who":"@rust.example","category":"top""#), "{:?}", play.acts());
    play.misses("everybody");
}

#[test]
fn what_is_refused_comes_back_with_the_reason() {
    let mut play = classic();
    let fault = crate::logic::fault::Fault::refused("the server is full", "make room");
    play.scene.acts.push_back(Err(fault));
    play.press("n").sees("the server is full").sees("make room").misses("→ news");
}

#[test]
fn a_question_is_asked_before_somebody_known_is_banished() {
    let mut play = classic();
    let question = crate::logic::engine::Question { text: "Banish anna@berg.example?".into(), details: Vec::new() };
    play.scene.acts.push_back(Ok(Reply::Question(question)));
    play.press("j j x").sees("Banish anna@berg.example?").press("Esc").misses("→ blackhole");
    assert_eq!(play.acts().len(), 1);
}

#[test]
fn an_order_can_be_lifted_where_there_is_one() {
    let mut play = classic();
    play.press("L").sees("there is no order about deals@megashop.example");
    play.scene.acts.push_back(Ok(Reply::Done(Done { words: vec!["lifted".into()], ..Done::default() })));
    play.press("j L").sees("lifted");
    assert_eq!(play.acts(), [r#"{"lift":{"who":"news@rust.example","account":null}}"#]);
}

#[test]
fn they_are_ranked_by_key_and_the_other_way_round() {
    let mut play = classic();
    play.sees("most mail first").press("s").sees("least read first");
    play.press("s s s").sees("by address, A to Z").press("S").sees("by address, Z to A");
    let screen = play.screen();
    let place = |text: &str| screen.find(text).unwrap();
    assert!(place("spam@casino") < place("anna@berg"), "{screen}");
    play.press("s").sees("most mail first");
}

#[test]
fn a_filter_narrows_and_esc_clears_it() {
    let mut play = classic();
    play.press("\\").types("rust").press("Enter").sees("1 sender").sees("news@rust").misses("megashop");
    play.press("Esc").sees("6 senders").sees("megashop");
    play.press("\\").types("zzz").press("Enter").sees("No sender's address holds “zzz”.").sees("Esc shows all");
}

#[test]
fn enter_shows_the_senders_mail() {
    let mut play = classic();
    play.press("j Enter").sees("\\news@rust.example");
    assert!(matches!(&play.model.screen, crate::tui::screen::Screen::Mail(mail) if mail.category == Category::News));
    play.press("q").sees("6 senders");
}

#[test]
fn the_selection_stays_on_its_sender_when_ranks_change() {
    let mut play = classic();
    play.press("j j");
    play.scene.other = |request| {
        let Request::Senders(_) = request else { return None };
        let mut rows = ledger();
        rows.rotate_right(2);
        Some(Ok(Reply::Senders(SendersPage { rows, offset: 0, total: 6 })))
    };
    play.hears(crate::logic::engine::Notice::Changed { account: "home".into() });
    let crate::tui::screen::Screen::Senders(senders) = &play.model.screen else { panic!("another screen") };
    assert_eq!(senders.selected().map(|row| row.address.as_str()), Some("anna@berg.example"));
    assert_eq!(senders.list.selected(), 4);
}

#[test]
fn nobody_is_said_in_words() {
    let mut play = Play::new(Scene::empty());
    play.press("2").sees("Nobody has written yet.").sees("5 shows how far that is");
    play.press("n").sees("there is no sender here");
}
