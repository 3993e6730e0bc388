use super::*;
use crate::logic::facts::{self, Facts};
use crate::logic::ids::{Address, Flags, MessageId};
use crate::logic::policy::Caution;
use crate::logic::replay::{Mail, Replay};
use crate::logic::signals::table;
use crate::logic::verdict::Verdict;

const START: i64 = 1_700_000_000;

fn fitted() -> Replay {
    let own = vec![Address::parse("me@maren.example").unwrap()];
    Replay::new(own, Caution::Normal, None, Weights::built_in().clone()).fitted()
}

fn tell(replay: &mut Replay, hour: i64, own: bool, header: &str) -> Option<(Facts, Verdict)> {
    let header = header.replace('|', "\r\n");
    let arrival = UnixTime(START + hour * 3600);
    replay.next(&Mail { header: header.as_bytes(), arrival, own, flags: Flags::default() })
}

/// Two mails a day: somebody new asks something and is answered, somebody new sends the first part of a series and is not.
fn days(replay: &mut Replay, days: std::ops::Range<i64>) {
    for day in days {
        let hour = day * 24;
        let question =
            format!("From: a{day}@q{day}.example|To: me@maren.example|Message-ID: <q{day}@x>|Subject: When?");
        tell(replay, hour, false, &question);
        let part =
            format!("From: b{day}@p{day}.example|To: me@maren.example|Message-ID: <p{day}@x>|Subject: [PATCH 1/3] x");
        tell(replay, hour + 1, false, &part);
        let answer =
            format!("From: me@maren.example|To: a{day}@q{day}.example|Message-ID: <o{day}@me>|In-Reply-To: <q{day}@x>");
        tell(replay, hour + 2, true, &answer);
    }
}

const QUESTION: &str = "From: new@fresh.example|To: me@maren.example|Subject: When?";
const PART: &str = "From: new@fresh.example|To: me@maren.example|Subject: [PATCH 1/3] y";

fn by(fit: &Fit, name: &str) -> f64 {
    fit.shifts().into_iter().find(|(signal, _)| *signal == name).map_or(0.0, |(_, by)| by)
}

#[test]
fn habits_shift_weights_when_there_are_enough_answers() {
    let mut replay = fitted();
    days(&mut replay, 0..49);
    let before = tell(&mut replay, 49 * 24 - 1, false, QUESTION).unwrap().1;
    assert_eq!(replay.fit().unwrap().evidence().0, 49);
    assert!(!before.reasons.iter().any(|reason| reason.text.contains("your own habits")), "{before:#?}");
    days(&mut replay, 49..80);
    let fit = replay.fit().unwrap();
    assert!(fit.is_in_force());
    assert!(by(fit, "question") > 0.0 && by(fit, "first-part") < 0.0, "{:?}", fit.shifts());
    let after = tell(&mut replay, 80 * 24, false, PART).unwrap().1;
    let reason = after.reasons.iter().find(|reason| reason.signal == "first-part").unwrap();
    assert!(reason.text.ends_with(" by your own habits)"), "{reason:?}");
    assert!(reason.text.contains("(-0."), "{reason:?}");
}

#[test]
fn shifted_reasons_still_add_up() {
    let mut replay = fitted();
    days(&mut replay, 0..80);
    for header in [QUESTION, PART] {
        let verdict = tell(&mut replay, 80 * 24, false, header).unwrap().1;
        let sum: f64 = verdict.reasons.iter().map(|reason| reason.weight).sum();
        let odds = (verdict.importance / (1.0 - verdict.importance)).ln();
        assert!((sum - odds).abs() < 1e-9, "{sum} {odds}");
        assert!(verdict.reasons.iter().any(|reason| reason.text.contains("your own habits")), "{verdict:#?}");
    }
}

#[test]
fn the_same_history_gives_the_same_fit() {
    let (mut one, mut two) = (fitted(), fitted());
    days(&mut one, 0..70);
    days(&mut two, 0..70);
    assert_eq!(one.fit(), two.fit());
}

#[test]
fn no_history_shifts_further_than_the_bounds() {
    let mut fit = Fit::new(Weights::built_in());
    let all: Vec<(u16, f32)> = (0..).zip(table()).map(|(place, _)| (place, 50.0)).collect();
    let loud = Sketch { odds: -30.0, strengths: all };
    for round in 0..3000 {
        // Mail that could not be less likely is answered, and what is usual stays far from it.
        fit.judged(MidHash(2 * round), UnixTime(START), loud.clone());
        fit.wanted(MidHash(2 * round));
        fit.judged(MidHash(2 * round + 1), UnixTime(START), Sketch { odds: 30.0, strengths: Vec::new() });
        fit.unwanted(MidHash(2 * round + 1));
    }
    assert!(fit.is_in_force());
    for ((signal, weight), shift) in table().zip(Weights::built_in().iter()).zip(&fit.shifts) {
        let bound = 0.5 * weight.weight.abs() + 0.3;
        assert!(shift.by.is_finite() && shift.by.abs() <= bound, "{}: {}", signal.name, shift.by);
    }
    let own = [Address::parse("me@maren.example").unwrap()];
    let ledger = crate::logic::ledger::Ledger::new();
    let facts = facts::read(b"From: a@b.example\r\nTo: me@maren.example\r\nSubject: Re: what?\r\n");
    let scene = Scene::new(&facts, &own, &ledger, None, UnixTime(START));
    let tilt = fit.tilt(&scene).unwrap();
    let total: f64 = table()
        .enumerate()
        .map(|(place, signal)| (place, signal.name, (signal.strength)(&scene)))
        .filter(|(_, _, strength)| *strength != 0.0)
        .map(|(place, name, strength)| tilt.of(place, name, strength))
        .sum();
    assert!(total.abs() <= MOST + 1e-9, "{total}");
}

#[test]
fn machines_and_lists_neither_teach_nor_are_shifted() {
    let mut replay = fitted();
    days(&mut replay, 0..70);
    let before = replay.fit().unwrap().clone();
    let mut plain = Replay::new(
        vec![Address::parse("me@maren.example").unwrap()],
        Caution::Normal,
        None,
        Weights::built_in().clone(),
    );
    days(&mut plain, 0..70);
    for number in 0..20 {
        let mailing = format!(
            "From: Shop <hello@shop.example>|To: me@maren.example|Message-ID: <{number}@shop>|Subject: When?|List-Unsubscribe: <https://shop.example/u>"
        );
        let shifted = tell(&mut replay, 69 * 24 + 3, false, &mailing).unwrap().1;
        assert_eq!(shifted, tell(&mut plain, 69 * 24 + 3, false, &mailing).unwrap().1);
    }
    assert_eq!(replay.fit().unwrap(), &before);
}

#[test]
fn mail_in_a_false_name_teaches_nothing() {
    let mut replay = fitted();
    let friend = "From: Anna Berg <anna@berg.example>|To: me@maren.example|Subject: When?";
    for number in 0..30 {
        tell(
            &mut replay,
            number,
            false,
            &format!("Authentication-Results: mx.maren.example; dmarc=pass|{friend}|Message-ID: <g{number}@x>"),
        );
    }
    let before = replay.fit().unwrap().clone();
    assert_eq!(before.waiting.len(), 30);
    tell(
        &mut replay,
        31,
        false,
        &format!("Authentication-Results: mx.maren.example; dmarc=fail|{friend}|Message-ID: <forged@x>"),
    );
    tell(
        &mut replay,
        32,
        true,
        "From: me@maren.example|To: anna@berg.example|Message-ID: <1@me>|In-Reply-To: <forged@x>",
    );
    assert_eq!(replay.fit().unwrap(), &before);
}

#[test]
fn what_is_left_for_a_week_was_not_wanted() {
    let mut fit = Fit::new(Weights::built_in());
    fit.judged(MidHash(1), UnixTime(START), Sketch::default());
    fit.pass(UnixTime(START + PATIENCE - 1));
    assert_eq!(fit.evidence(), (0, 0));
    fit.pass(UnixTime(START + PATIENCE));
    assert_eq!(fit.evidence(), (0, 1));
    fit.wanted(MidHash(1));
    assert_eq!(fit.evidence(), (0, 1), "too late");
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    let mut replay = fitted();
    days(&mut replay, 0..60);
    let id = MessageId::new("<q59@x>").unwrap().hash();
    let mut fit = replay.fit().unwrap().clone();
    fit.take_changed();
    assert!(!fit.waiting.is_empty() && !fit.waiting.iter().any(|one| one.id == id));
    let again = Fit::restored(&fit.kept(), Weights::built_in());
    assert_eq!(again, fit);
}

#[test]
fn a_table_that_changed_loses_only_what_it_no_longer_has() {
    let mut replay = fitted();
    days(&mut replay, 0..60);
    let fit = replay.fit().unwrap().clone();
    let mut kept = fit.kept();
    kept.shifts.iter_mut().filter(|one| one.signal == "question").for_each(|one| one.signal = "gone".into());
    kept.shifts.iter_mut().filter(|one| one.signal == "re").for_each(|one| one.by = f64::NAN);
    kept.waiting[0].strengths = "gone=1 question=0.5 base=x re=inf".into();
    let again = Fit::restored(&kept, Weights::built_in());
    assert_eq!(by(&again, "question"), 0.0);
    assert_eq!(by(&again, "re"), 0.0);
    assert_eq!(by(&again, "first-part"), by(&fit, "first-part"));
    assert_eq!(again.waiting[0].sketch.strengths.len(), 1);
}
