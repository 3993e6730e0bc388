//! The digest: what it tells, that it is in INBOX once whatever happens, and that it is neither filed nor learned from.

use std::time::Duration;

use mailherd::logic::ids::UnixTime;
use mailherd::store::Store;
use serde_json::{Value, json};

use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::engine::eventually;
use crate::support::flavour::Flavour;
use crate::support::mail::{ME, Mail};
use crate::support::proxy::{Act, Proxy};
use crate::support::response::Stored;
use crate::support::user::User;
use crate::support::world::{count, message_id};

/// The digests that lie in a folder.
fn digests_in(user: &User, folder: &str) -> Vec<Stored> {
    let mut stored = user.client().messages(folder);
    stored.retain(|one| message_id(&one.bytes).starts_with("<digest."));
    stored
}

fn appended(object: &Value) -> bool {
    object["accounts"][0]["appended"].as_bool().unwrap()
}

fn a_user_with_filed_mail() -> User {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1), cast::newsletter(2), cast::promotion(1), cast::stranger(1)]);
    user.files();
    user
}

#[test]
fn it_tells_once_what_was_filed_and_is_a_message_that_stays() {
    let user = a_user_with_filed_mail();
    let told = user.mailherd(&["digest", "--json"]).done().object();
    let account = &told["accounts"][0];
    assert_eq!((&account["account"], &account["appended"]), (&json!("home"), &json!(false)), "{told}");
    assert_eq!(account["filed"][0]["category"], "news");
    let sender = &account["filed"][0]["senders"][0];
    assert_eq!(
        (&sender["address"], &sender["messages"], &sender["new"]),
        (&json!(cast::KITCHEN), &json!(2), &json!(true))
    );
    assert_eq!(sender["name"], "Kitchen Letter");
    assert_eq!(account["filed"][1]["senders"][0]["address"], cast::SHOP);
    let text = user.mailherd(&["digest"]).done().stdout;
    assert!(
        text.contains("3 messages filed") && text.contains("Kitchen Letter <letter@news.kitchen.example>"),
        "{text}"
    );
    assert!(digests_in(&user, "INBOX").is_empty(), "it is printed, no more");

    assert!(appended(&user.mailherd(&["digest", "--append", "--json"]).done().object()));
    let lies = digests_in(&user, "INBOX");
    assert_eq!(lies.len(), 1);
    assert!(!lies[0].flags.contains("\\Seen"), "{:?}", lies[0].flags);
    let text = String::from_utf8(lies[0].bytes.clone()).unwrap();
    for line in [
        &format!("From: mailherd <{ME}>"),
        &format!("To: <{ME}>"),
        "Auto-Submitted: auto-generated",
        "X-Mailherd-Digest: 1",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line}: {text}");
    }
    assert!(text.contains("text/plain") && text.contains("text/html") && !text.contains("http://"), "{text}");
    let row = user.journal().pop().unwrap();
    assert_eq!(
        (&row["kind"], &row["state"], &row["to_folder"]),
        (&json!("append"), &json!("done"), &json!("INBOX")),
        "{row}"
    );
    assert_eq!(row["message_id"], message_id(&lies[0].bytes));

    assert!(
        !appended(&user.mailherd(&["digest", "--append", "--json"]).done().object()),
        "there is nothing new to tell"
    );
    let pass = user.files();
    assert_eq!(
        (&pass["kept"], &pass["learned"]),
        (&json!(0), &json!(0)),
        "it is not judged and not learned from: {pass}"
    );
    assert_eq!(digests_in(&user, "INBOX").len(), 1);
    let again = user.mailherd(&["digest", "--since", "1d", "--json"]).done().object();
    assert_eq!(again["accounts"][0]["filed"][0]["messages"], 2, "an older day can be asked for: {again}");
}

#[test]
fn it_teaches_nothing_wherever_it_is_moved_and_undo_puts_it_into_trash() {
    let mut user = a_user_with_filed_mail();
    user.set("settle_seconds", "0");
    user.mailherd(&["digest", "--append"]).done();
    let id = message_id(&digests_in(&user, "INBOX")[0].bytes);
    user.client().drag(&id, "INBOX", "Bulk");
    user.files();
    user.files();
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
    assert!(user.mailherd(&["orders", "--pending", "--json"]).done().rows().is_empty());
    assert!(!user.mailherd(&["senders", "--json"]).done().rows().iter().any(|row| row["address"] == ME));
    user.client().drag(&id, "Bulk", "INBOX");
    user.files();
    assert_eq!(digests_in(&user, "INBOX").len(), 1);

    let row = user.journal().into_iter().find(|row| row["kind"] == "append").unwrap();
    let last = user.mailherd(&["undo", "--last", "--json"]).done().object();
    assert_eq!(last["undone"], 3, "the last run that filed, not the digest: {last}");
    let undone = user.mailherd(&["undo", "--id", &row["id"].to_string(), "--json"]).done().object();
    assert_eq!(undone, json!({ "undone": 1, "missing": 0, "failed": 0 }));
    assert_eq!((digests_in(&user, "INBOX").len(), digests_in(&user, "Trash").len()), (0, 1));
}

#[test]
fn without_a_trash_it_stays_and_everything_else_is_taken_back() {
    let user = User::new(Flavour::READ_ONLY);
    user.receives(&[cast::newsletter(1)]);
    user.files();
    user.mailherd(&["digest", "--append"]).done();
    user.mailherd(&["undo", "--all"]).complains(1).says("no Trash");
    assert_eq!((count(&mut user.client(), "INBOX"), count(&mut user.client(), "News")), (2, 0));
}

#[test]
fn nobody_can_forge_an_exemption() {
    let user = a_user_with_filed_mail();
    user.mailherd(&["digest", "--append"]).done();
    let forged: Vec<Mail> = (10..13)
        .map(|number| {
            cast::promotion(number)
                .header("X-Mailherd-Digest", "1")
                .header("Message-ID", format!("<digest.{number:032x}@home.example>"))
        })
        .collect();
    user.receives(&forged);
    assert_eq!(user.files()["filed"]["bulk"], 3);
}

#[test]
fn a_connection_cut_around_the_append_leaves_one_digest_and_no_second() {
    // Before the server hears of it, and in the middle of the message.
    for act in ["APPEND", "X-MAILHERD-DIGEST"] {
        let user = a_user_with_filed_mail();
        let proxy = Proxy::to(user.server.port);
        let through =
            user.configuration().replace(&format!("port = {}", user.server.port), &format!("port = {}", proxy.port));
        proxy.when(act, 0, Act::CutBefore);
        user.with_config(&through, &["digest", "--append"]).complains(1);
        assert!(proxy.hit(Duration::ZERO));
        assert_eq!(user.journal().last().unwrap()["state"], "intended", "{act:?}");
        user.mailherd(&["digest", "--append"]).done();
        assert_eq!(digests_in(&user, "INBOX").len(), 1, "{act:?}");
        user.mailherd(&["digest", "--append"]).done();
        assert_eq!(digests_in(&user, "INBOX").len(), 1, "{act:?}");
        let states: Vec<String> =
            user.journal().iter().filter(|row| row["kind"] == "append").map(|row| row["state"].to_string()).collect();
        assert_eq!(states.iter().filter(|state| *state == "\"done\"").count(), 1, "{act:?}: {states:?}");
    }
}

/// A part of the message is still on its way when the program has ended and everything was settled: it is given up, and comes all the same.
#[test]
fn one_that_comes_late_is_not_followed_by_a_second() {
    let user = a_user_with_filed_mail();
    let proxy = Proxy::to(user.server.port);
    let through =
        user.configuration().replace(&format!("port = {}", user.server.port), &format!("port = {}", proxy.port));
    proxy.when("X-MAILHERD-DIGEST", 0, Act::Hold);
    let mut running = user.start_with_config(&through, &["digest", "--append"]);
    assert!(proxy.hit(Duration::from_secs(20)));
    running.kill();
    running.finish();
    user.files();
    let states = || {
        let rows = user.journal();
        let appends = rows.iter().filter(|row| row["kind"] == "append");
        appends.map(|row| row["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((states(), digests_in(&user, "INBOX").len()), (vec!["refused".to_owned()], 0));
    proxy.release();
    eventually("it comes", || digests_in(&user, "INBOX").len() == 1);
    for _ in 0..2 {
        assert!(!appended(&user.mailherd(&["digest", "--append", "--json"]).done().object()));
        assert_eq!((states(), digests_in(&user, "INBOX").len()), (vec!["done".to_owned()], 1));
    }
    // It is one of ours: neither filed nor learned from.
    assert_eq!((&user.files()["learned"], digests_in(&user, "INBOX").len()), (&0.into(), 1));
}

#[test]
fn a_daemon_that_is_killed_at_the_time_of_the_digest_sends_it_once() {
    std::thread::scope(|scope| {
        for delay in [0, 400, 3000, 12_000] {
            scope.spawn(move || killed_at_its_time(Duration::from_micros(delay)));
        }
    });
}

fn killed_at_its_time(delay: Duration) {
    let mut user = a_user_with_filed_mail();
    is_overdue(&mut user);
    let proxy = Proxy::to(user.server.port);
    user.set_account("port", &proxy.port.to_string());
    proxy.when("APPEND", 0, Act::Note);
    let daemon = Daemon::start_unasked(&user);
    assert!(proxy.hit(Duration::from_secs(30)), "the daemon sends it");
    std::thread::sleep(delay);
    daemon.dies();
    // What the server got before is not always there at once.
    std::thread::sleep(Duration::from_millis(300));
    for life in ["second", "third"] {
        let daemon = Daemon::start(&user);
        eventually("the digest is there", || digests_in(&user, "INBOX").len() == 1);
        daemon.rests("home");
        user.mailherd(&["check"]).done();
        assert_eq!(digests_in(&user, "INBOX").len(), 1, "killed after {delay:?}, in its {life} life");
        daemon.dies();
    }
    let done = user.journal().iter().filter(|row| row["kind"] == "append" && row["state"] == "done").count();
    assert_eq!(done, 1, "killed after {delay:?}");
}

#[test]
fn killed_around_the_append_it_is_there_once() {
    for delay in [0, 200, 1000, 4000, 20_000] {
        let user = a_user_with_filed_mail();
        let proxy = Proxy::to(user.server.port);
        let through =
            user.configuration().replace(&format!("port = {}", user.server.port), &format!("port = {}", proxy.port));
        proxy.when("APPEND", 0, Act::Note);
        let mut running = user.start_with_config(&through, &["digest", "--append"]);
        while !proxy.hit(Duration::from_millis(1)) && !running.ended() {}
        std::thread::sleep(Duration::from_micros(delay));
        running.kill();
        running.finish();
        // What the server got before is not always there at once.
        std::thread::sleep(Duration::from_millis(200));
        user.files();
        user.mailherd(&["digest", "--append"]).done();
        assert_eq!(digests_in(&user, "INBOX").len(), 1, "killed {delay} µs after the command");
        assert!(user.journal().iter().all(|row| row["state"] != "intended"));
    }
}

#[test]
fn without_appenduid_it_is_found_all_the_same() {
    let user = User::new(Flavour::NO_MOVE);
    user.receives(&[cast::newsletter(1)]);
    user.files();
    assert!(appended(&user.mailherd(&["digest", "--append", "--json"]).done().object()));
    assert_eq!(digests_in(&user, "INBOX").len(), 1);
}

#[test]
fn preview_and_a_full_mailbox_are_told_and_nothing_is_put_there() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("mode", "\"preview\"");
    user.receives(&[cast::newsletter(1)]);
    user.mailherd(&["digest", "--append"]).complains(1).says("preview");
    user.mailherd(&["digest"]).done();
    assert_eq!(count(&mut user.client(), "INBOX"), 1);

    let full = User::new(Flavour::SMALL_QUOTA);
    full.receives(&[cast::newsletter(1), cast::newsletter(2)]);
    full.files();
    full.receives(&(0..38).map(cast::stranger).collect::<Vec<_>>());
    full.mailherd(&["digest", "--append"]).complains(1).says("did not take the digest");
    assert_eq!(full.journal().last().unwrap()["state"], "refused");
    full.mailherd(&["digest", "--since", "yesterday"]).complains(2).says("12h");
}

/// The daily time was an hour ago, and there was no digest for two days. It is not due again while the test runs.
fn is_overdue(user: &mut User) {
    let hour = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::system()).hour();
    user.set("digest", &format!("\"{:02}:00\"", (hour + 23) % 24));
    let mut store = Store::open(&user.state_dir()).unwrap();
    let account = store.account("home").unwrap();
    store.mark_digest(account, UnixTime(jiff::Timestamp::now().as_second() - 2 * UnixTime::DAY), false).unwrap();
}

#[test]
fn the_daemon_sends_what_is_overdue_once() {
    let mut user = a_user_with_filed_mail();
    is_overdue(&mut user);
    let daemon = Daemon::start(&user);
    eventually("the digest comes", || digests_in(&user, "INBOX").len() == 1);
    daemon.rests("home");
    // What is asked for in words is done by the daemon; there is nothing new.
    assert!(!appended(&user.mailherd(&["digest", "--append", "--json"]).done().object()));
    user.receives(&[cast::promotion(2)]);
    eventually("a delivery is filed", || count(&mut user.client(), "Bulk") == 2);
    assert!(appended(&user.mailherd(&["digest", "--append", "--json"]).done().object()));
    assert_eq!(digests_in(&user, "INBOX").len(), 2);
    daemon.ends();
    let again = Daemon::start(&user);
    again.rests("home");
    user.mailherd(&["check"]).done();
    assert_eq!(digests_in(&user, "INBOX").len(), 2, "today's was sent");
}
