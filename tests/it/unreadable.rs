//! Messages that the server cannot read itself: NO, or OK and nothing, as often as it is asked. They are named, and hide no other.

use std::time::{Duration, Instant};

use mailherd::demo::server::{Damage, Options, What, When};
use mailherd::logic::ids::Uid;
use serde_json::{Value, json};

use crate::support::cast;
use crate::support::embedded::Embedded;
use crate::support::inside::Inside;

fn with_five() -> Embedded {
    let mail: Vec<_> = (1..=5).map(cast::newsletter).collect();
    Embedded::new(&mail, Options::default())
}

fn damaged(user: &Embedded, folder: &str, uids: &[u32], damage: Option<Damage>) {
    user.server.change(|store| uids.iter().for_each(|uid| store.damage(folder, Uid(*uid), damage)));
}

#[test]
fn they_stay_where_they_are_and_the_others_are_filed() {
    for damage in [Damage::Refused, Damage::LeftOut] {
        let user = with_five();
        let before = user.world();
        damaged(&user, "INBOX", &[2, 4], Some(damage));
        for run in 1..=2 {
            let said = user.runs().done();
            let text = format!("{damage:?}, run {run}: {said}");
            assert_eq!(user.counts(["INBOX", "News"]), [2, 3], "{text}");
            assert!(said.stderr.contains("the server cannot read 2 messages: UID 2, 4 in INBOX"), "{text}");
            assert!(said.stderr.contains("hint: ") && said.stderr.contains("provider"), "{text}");
        }
        let doctor = user.mailherd(&["doctor"]);
        assert!(doctor.stdout.contains("the server cannot read 2 messages: UID 2, 4 in INBOX"), "{doctor}");
        // Repaired, or moved by somebody else: as if nothing had been.
        damaged(&user, "INBOX", &[2, 4], None);
        let said = user.runs().done();
        assert!(!said.stderr.contains("cannot read"), "{said}");
        assert_eq!(user.counts(["INBOX", "News"]), [0, 5], "{said}");
        let doctor = user.mailherd(&["doctor"]);
        assert!(!doctor.stdout.contains("cannot read"), "{doctor}");
        before.assert_same_mail(&user.world());
    }
}

#[test]
fn those_that_come_later_are_found_among_new_mail_and_in_mailherds_own_folders() {
    let user = with_five();
    user.runs().done();
    let new = user.receives("INBOX", &[cast::newsletter(6), cast::newsletter(7), cast::newsletter(8)]);
    damaged(&user, "INBOX", &[new[1].0], Some(Damage::Refused));
    damaged(&user, "News", &[1], Some(Damage::Refused));
    let elsewhere = user.receives("News", &[cast::newsletter(9)]);
    damaged(&user, "News", &[elsewhere[0].0], Some(Damage::Refused));
    let said = user.runs().done();
    assert_eq!(user.counts(["INBOX", "News"]), [1, 8], "{said}");
    let text = format!("2 messages: UID {} in INBOX; UID {} in News", new[1].0, elsewhere[0].0);
    assert!(said.stderr.contains(&text), "{text}: {said}");
}

/// A server that refuses everything does not have a mailbox full of damaged messages.
#[test]
fn a_server_that_gives_nothing_at_all_is_a_fault_and_costs_little() {
    let mail: Vec<_> = (1..=200).map(cast::newsletter).collect();
    let user = Embedded::new(&mail, Options::default());
    user.goes_wrong(When::every("FETCH"), What::No("[SERVERBUG] not today"));
    let refused = |store: &mut mailherd::demo::server::Store| {
        (1..=200).for_each(|uid| store.damage("INBOX", Uid(uid), Some(Damage::Refused)));
    };
    user.server.change(refused);
    let fault = Inside::new(&user).pass().1.unwrap_err();
    assert!(fault.cause.contains("not today") || fault.cause.contains("internal error"), "{fault:?}");
    assert!(user.server.count("UID FETCH") < 60, "{} FETCHes", user.server.count("UID FETCH"));
}

#[test]
fn a_daemon_says_in_its_status_which_they_are_and_asks_for_them_seldom() {
    let user = with_five();
    damaged(&user, "INBOX", &[3], Some(Damage::Refused));
    let mut daemon = user.start(&["daemon"]);
    let expected = json!([{ "folder": "INBOX", "uid": 3 }]);
    let status = until(&user, |status| status["unreadable"] == expected && status["last_pass"].is_string());
    let advice = status["advice"].to_string();
    assert!(advice.contains("UID 3 in INBOX") && advice.contains("provider"), "{status}");
    assert_eq!(status["healthy"], true, "{status}");
    let text = user.mailherd(&["status"]).done().stdout;
    assert!(text.contains("the server cannot read 1 message: UID 3 in INBOX"), "{text}");
    // New mail is filed as ever, and the damaged message is not asked for with each.
    let asked = user.server.count("UID FETCH");
    user.receives("INBOX", &[cast::newsletter(6)]);
    let status = until(&user, |_| user.counts(["News"]) == [5]);
    assert_eq!(status["unreadable"], expected, "{status}");
    assert!(user.server.count("UID FETCH") - asked < 20, "{} FETCHes", user.server.count("UID FETCH") - asked);
    daemon.kill();
    daemon.finish();
}

fn until(user: &Embedded, so: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let said = user.mailherd(&["status", "--json"]);
        if let Some(status) = said.stdout.lines().next().and_then(|line| serde_json::from_str(line).ok())
            && so(&status)
        {
            return status;
        }
        assert!(Instant::now() < deadline, "{said}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
