//! What the account's own habits teach: kept between passes, shown, and forgotten on request.

use serde_json::Value;

use crate::support::archive::{Archive, Form};
use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::json;
use crate::support::mail::{ME, Mail};
use crate::support::user::User;

fn evidence(user: &User) -> (u64, u64) {
    let row = user.mailherd(&["fit", "--json"]).done().object();
    (row["answered"].as_u64().unwrap(), row["left"].as_u64().unwrap())
}

fn a_user() -> User {
    let mut user = User::new(Flavour::PLAIN);
    user.set("fit", "true");
    user
}

#[test]
fn what_is_answered_in_a_later_pass_teaches_and_reset_forgets_it() {
    let user = a_user();
    user.files();
    let mut letters: Vec<Mail> = (1..=3).map(|number| cast::stranger(number).days_old(0)).collect();
    letters[1] = letters[1].clone().subject("When do we meet?");
    user.receives(&letters).receives(&[cast::newsletter(1).days_old(0)]);
    user.files();
    assert_eq!(evidence(&user), (0, 0), "nobody knows yet what becomes of it");
    let answer = cast::own_letter("carl.2@strangers.example", 0).answers(&letters[1]);
    user.client().append(&user.folder("Sent"), &[answer]);
    user.files();
    assert_eq!(evidence(&user), (1, 0));
    user.files();
    assert_eq!(evidence(&user), (1, 0), "once");
    let row = user.mailherd(&["fit", "--json"]).done().object();
    json::has_exactly(&row, "account on in_force answered left needed shifts");
    assert_eq!(
        (&row["on"], &row["in_force"], &row["needed"]),
        (&Value::Bool(true), &Value::Bool(false), &Value::from(50))
    );
    assert!(!row["shifts"].as_array().unwrap().is_empty(), "{row}");
    let outcome = user.mailherd(&["fit"]).done();
    assert!(outcome.stdout.contains("learned from 1 answered mail and 0 left alone"), "{outcome}");
    let outcome = user.mailherd(&["senders"]).done();
    assert!(outcome.stderr.contains("your own habits shift no weights yet"), "{outcome}");
    let row = user.mailherd(&["fit", "--reset", "--json"]).done().object();
    assert_eq!((row["answered"].as_u64(), row["shifts"].as_array().map(Vec::len)), (Some(0), Some(0)), "{row}");
    assert_eq!(evidence(&user), (0, 0));
}

#[test]
fn a_preview_remembers_nothing_that_it_judged() {
    let mut user = a_user();
    user.set("mode", "\"preview\"");
    let letter = cast::stranger(1).days_old(0);
    user.receives(std::slice::from_ref(&letter));
    user.mailherd(&["run", "--once"]).done();
    user.client().append(&user.folder("Sent"), &[cast::own_letter("carl.1@strangers.example", 0).answers(&letter)]);
    user.mailherd(&["run", "--once"]).done();
    assert_eq!(evidence(&user), (0, 0));
}

#[test]
fn it_is_off_when_the_config_does_not_say() {
    let user = User::new(Flavour::PLAIN);
    let row = user.mailherd(&["fit", "--json"]).done().object();
    assert_eq!((&row["on"], &row["in_force"]), (&Value::Bool(false), &Value::Bool(false)));
    let outcome = user.mailherd(&["fit"]).done();
    assert!(outcome.stdout.contains("`fit = true` in the config"), "{outcome}");
}

/// Sixty questions that are answered, and sixty first parts of series that are not.
fn habits() -> Archive {
    let (mut received, mut own) = (Vec::new(), Vec::new());
    for day in 0..60_u32 {
        let days = f64::from(day);
        let question = Mail::from(&format!("a{day}@q{day}.example")).to(ME).subject("When?");
        own.push((days + 0.1, cast::own_letter(&format!("a{day}@q{day}.example"), 0).answers(&question)));
        received.push((days, question));
        received.push((days + 0.05, Mail::from(&format!("b{day}@p{day}.example")).to(ME).subject("[PATCH 1/3] x")));
    }
    let archive = Archive::new();
    archive.folder("INBOX", Form::Mbox, &received).folder("Sent", Form::Mbox, &own);
    archive
}

#[test]
fn a_backtest_tells_what_habits_would_change() {
    let archive = habits();
    let [plain, off, on] = [&[][..], &["--fit", "off"], &["--fit", "on"]].map(|words| archive.predictions(words));
    assert_eq!(plain, off, "off when nothing is said");
    let importance = |rows: &[Value], place: usize| rows[place]["importance"].as_f64().unwrap();
    assert!((0..100).all(|place| plain[place] == on[place]), "fifty answers come first");
    for day in 55..60 {
        let gap = |rows: &[Value]| importance(rows, 2 * day) - importance(rows, 2 * day + 1);
        assert!(gap(&on) > gap(&plain), "{} {}", gap(&on), gap(&plain));
    }
    assert_eq!(on, archive.predictions(&["--fit", "on"]), "the same mail, the same verdicts");
}
