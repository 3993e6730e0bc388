//! The engine as a face sees it: it watches, does what it is told, and says truthfully how it is. What became of the mail is read by
//! another program.

use std::time::Duration;

use mailherd::daemon::engine::Options;
use mailherd::demo::server::{self as demo, Abilities};
use mailherd::logic::engine::{AccountState, Act, MessageKey, Notice, Reply, Request, Undo, WaitingKind, Width};
use mailherd::logic::fault::FaultKind;
use mailherd::logic::ids::{Category, Uid};

use crate::support::cast;
use crate::support::embedded::Embedded;
use crate::support::engine::{Watching, eventually, quick};
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::network::Network;
use crate::support::proxy::{Act as OnTheWire, Proxy};
use crate::support::user::{User, write_private};
use crate::support::world::count;

/// Where it lies. Mail that moves while the mailboxes are read one after the other is seen in none of them, or in two: then in all
/// of these words.
fn place(user: &User, mail: &Mail) -> String {
    user.world().places_of(&mail.id()).join(" and ")
}

fn file(watching: &Watching, subject: &str, from: Category, to: Category) -> Act {
    let key = watching.row(from, subject).key;
    Act::File { messages: vec![key], category: to, width: Width::Natural, sure: false }
}

#[test]
fn the_first_pass_files_and_then_each_delivery() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::inbox(2));
    let mut watching = Watching::start(&user.config_file(), quick());
    let health = watching.rests("home");
    assert!(health.fault.is_none() && health.capabilities.contains(&"IDLE".to_owned()), "{health:?}");
    let filed = |notice: &Notice| matches!(notice, Notice::Filed { .. });
    watching.hears(filed);
    let letter = cast::newsletter(70);
    user.receives(std::slice::from_ref(&letter));
    let Notice::Filed { account, counts, .. } = watching.hears(filed) else { unreachable!() };
    assert_eq!((account.as_str(), counts), ("home", [0, 0, 1, 0, 0]));
    assert_eq!(place(&user, &letter), "News");
}

#[test]
fn what_the_user_files_goes_there_and_so_does_the_next_until_it_is_undone() {
    let user = User::new(Flavour::PLAIN);
    let mail = [cast::stranger(1).subject("first"), cast::stranger(2).subject("other")];
    user.receives(&mail);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let done = watching.does(file(&watching, "first", Category::Inbox, Category::Bulk));
    assert_eq!((done.moved, done.failed.len(), done.runs.len(), done.orders.len()), (1, 0, 1, 1), "{done:?}");
    assert!(done.words.iter().any(|words| words.contains("carl.1@strangers.example")), "{:?}", done.words);
    assert_eq!((place(&user, &mail[0]), place(&user, &mail[1])), ("Bulk".into(), "INBOX".into()));
    let next = cast::stranger(1).subject("next");
    user.receives(std::slice::from_ref(&next));
    eventually("the next one follows the order", || place(&user, &next) == "Bulk");
    let undone = watching.does(Act::Undo(Undo::Done { runs: done.runs, orders: done.orders }));
    assert_eq!(undone.moved, 1, "{undone:?}");
    assert_eq!((place(&user, &mail[0]), place(&user, &next)), ("INBOX".into(), "Bulk".into()));
    let last = cast::stranger(1).subject("last");
    user.receives(std::slice::from_ref(&last));
    eventually("the last one was seen", || watching.mail(Category::Inbox).iter().any(|row| row.subject == "last"));
    watching.does(Act::Check { account: None });
    assert_eq!((place(&user, &last), count(&mut user.client(), "INBOX")), ("INBOX".into(), 3));
}

#[test]
fn somebody_the_user_has_written_to_is_blackholed_after_a_question() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    let mail = [cast::friend(50), cast::friend(51), cast::promotion(1)];
    user.receives(&mail);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    assert_eq!(place(&user, &mail[0]), "Top");
    let key = watching.row(Category::Top, "Dinner on day 50?").key;
    let banish =
        |sure| Act::File { messages: vec![key.clone()], category: Category::Blackhole, width: Width::Natural, sure };
    let question = watching.is_asked(banish(false));
    assert!(question.text.contains(cast::ANNA_ADDRESS) && question.text.contains("8 times"), "{question:?}");
    assert!(
        question.details.iter().any(|line| line.starts_with("1 message of") && line.contains("stays")),
        "{question:?}"
    );
    assert_eq!(place(&user, &mail[0]), "Top");
    let done = watching.does(banish(true));
    assert_eq!((done.moved, place(&user, &mail[0]), place(&user, &mail[1])), (1, "Blackhole".into(), "Top".into()));
    watching.does(Act::Undo(Undo::Run(done.runs[0])));
    assert_eq!(place(&user, &mail[0]), "Top");
    assert!(orders(&user).is_empty(), "undoing the run lifts its order");
    // Nobody the user has written to: no question, and all of it goes along.
    let order = Act::Order {
        who: cast::SHOP.into(),
        category: Category::Blackhole,
        account: None,
        existing: true,
        sure: false,
    };
    let done = watching.does(order);
    assert_eq!((done.moved, place(&user, &mail[2])), (1, "Blackhole".into()), "{done:?}");
    assert!(done.words.iter().any(|words| words.contains("from now on")), "{done:?}");
}

fn orders(user: &User) -> Vec<(String, String)> {
    let rows = user.mailherd(&["orders", "--json"]).done().rows();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "who"), text(row, "category"))).collect()
}

#[test]
fn an_order_that_was_replaced_is_back_after_the_undo() {
    let user = User::new(Flavour::PLAIN);
    let mail = cast::promotion(1);
    user.receives(std::slice::from_ref(&mail));
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let order =
        |category| Act::Order { who: "@shop.example".into(), category, account: None, existing: true, sure: false };
    watching.does(order(Category::News));
    assert_eq!(place(&user, &mail), "News");
    let done = watching.does(order(Category::Inbox));
    assert_eq!((place(&user, &mail), orders(&user)), ("INBOX".into(), vec![("@shop.example".into(), "inbox".into())]));
    watching.does(Act::Undo(Undo::Done { runs: done.runs, orders: done.orders }));
    assert_eq!((place(&user, &mail), orders(&user)), ("News".into(), vec![("@shop.example".into(), "news".into())]));
    watching.does(Act::Lift { who: "@shop.example".into(), account: None });
    assert!(orders(&user).is_empty());
    let again = watching.ask(Request::Do(Act::Lift { who: "@shop.example".into(), account: None }));
    assert_eq!(again.unwrap_err().kind, FaultKind::Refused);
}

#[test]
fn marks_over_several_senders_are_one_run_that_is_undone_as_a_whole() {
    let user = User::new(Flavour::PLAIN);
    let mail: Vec<Mail> = (1..=3).map(|number| cast::stranger(number).subject(&format!("letter {number}"))).collect();
    user.receives(&mail);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let keys: Vec<_> = (1..=3).map(|number| watching.row(Category::Inbox, &format!("letter {number}")).key).collect();
    user.client().empty("INBOX");
    user.receives(&mail[..2]);
    eventually("the two are seen under new UIDs", || {
        let rows = watching.mail(Category::Inbox);
        rows.len() == 2 && rows.iter().all(|row| !keys.contains(&row.key))
    });
    let mut marked: Vec<_> =
        (1..=2).map(|number| watching.row(Category::Inbox, &format!("letter {number}")).key).collect();
    marked.push(keys[2].clone());
    let act = Act::File { messages: marked, category: Category::News, width: Width::Natural, sure: false };
    let done = watching.does(act);
    assert_eq!((done.moved, done.runs.len(), done.orders.len()), (2, 1, 2), "{done:?}");
    assert_eq!((&done.failed[0].0, done.failed.len()), (&keys[2], 1));
    assert!(done.failed[0].1.contains("no longer there"), "{done:?}");
    assert_eq!(orders(&user).len(), 2);
    watching.does(Act::Undo(Undo::Run(done.runs[0])));
    assert_eq!((count(&mut user.client(), "INBOX"), orders(&user).len()), (2, 0));
}

#[test]
fn a_batch_that_surprises_is_held_and_the_rest_goes_on() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(12));
    let asking = Options { accept: false, ..quick() };
    let watching = Watching::start(&user.config_file(), asking.clone());
    let held = watching.until("home", |health| health.held.is_some()).held.unwrap();
    assert_eq!((held.counts.iter().sum::<u32>(), held.inbox), (60, 60));
    let waiting = watching.waiting();
    assert_eq!((waiting.len(), waiting[0].id.as_str(), waiting[0].kind), (1, "batch:home", WaitingKind::Batch));
    let new = [cast::newsletter(90), cast::stranger(90)];
    user.receives(&new);
    eventually("new mail is filed meanwhile", || place(&user, &new[0]) == "News");
    assert_eq!((place(&user, &new[1]), count(&mut user.client(), "INBOX")), ("INBOX".into(), 61));
    let decide = |yes| Act::Decide { id: "batch:home".into(), yes };
    let done = watching.does(decide(true));
    assert!(done.words[0].contains("60"), "{done:?}");
    assert_eq!(count(&mut user.client(), "INBOX"), 1);
    assert!(watching.waiting().is_empty() && watching.rests("home").held.is_none());
    assert!(watching.ask(Request::Do(decide(true))).is_err());

    let other = User::new(Flavour::PLAIN);
    other.receives(&cast::machine_mail(12));
    let watching = Watching::start(&other.config_file(), asking.clone());
    watching.until("home", |health| health.held.is_some());
    watching.does(decide(false));
    watching.does(Act::Check { account: None });
    assert_eq!(count(&mut other.client(), "INBOX"), 60);
    drop(watching);
    // Also not after a restart.
    let watching = Watching::start(&other.config_file(), asking);
    assert!(watching.rests("home").held.is_none());
    assert_eq!(count(&mut other.client(), "INBOX"), 60);
}

#[test]
fn a_folder_that_holds_mail_is_filed_into_after_a_word() {
    let user = User::new(Flavour::PLAIN);
    let mut client = user.client();
    client.command("CREATE News");
    client.append("News", &[cast::stranger(1)]);
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter));
    let watching = Watching::start(&user.config_file(), quick());
    watching.until("home", |health| health.fault.is_some());
    assert_eq!(place(&user, &letter), "INBOX");
    let waiting = watching.waiting();
    assert!(waiting.len() == 1 && waiting[0].text.contains("News"), "{waiting:?}");
    watching.does(Act::Decide { id: waiting[0].id.clone(), yes: true });
    assert_eq!(place(&user, &letter), "News");
    assert!(watching.waiting().is_empty() && watching.rests("home").fault.is_none());
}

#[test]
fn a_server_that_restarts_is_found_again_and_each_mail_is_filed_once() {
    let mut user = User::new(Flavour::PLAIN);
    let network = Network::to(user.server.port);
    user.set_account("port", &network.port.to_string());
    user.receives(&cast::inbox(1));
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    network.down();
    let health = watching.until("home", |health| health.state == AccountState::Waiting);
    assert!(health.fault.is_some() && health.next.is_some(), "{health:?}");
    let fault = watching.ask(Request::Do(Act::Check { account: None })).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Transient, "{fault:?}");
    user.receives(&cast::machine_mail(4));
    let before = user.world();
    network.up();
    eventually("what came meanwhile is filed", || count(&mut user.client(), "INBOX") == 3);
    assert!(watching.rests("home").fault.is_none());
    before.assert_same_mail(&user.world());
}

#[test]
fn an_answer_that_is_lost_on_the_way_moves_nothing_twice() {
    let mut user = User::new(Flavour::PLAIN);
    let proxy = Proxy::to(user.server.port);
    user.set_account("port", &proxy.port.to_string());
    let mail: Vec<Mail> = (1..=4).map(|number| cast::stranger(number).subject(&format!("letter {number}"))).collect();
    user.receives(&mail);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let before = user.world();
    proxy.when("UID MOVE", 0, OnTheWire::CutAfter);
    let keys = (1..=4).map(|number| watching.row(Category::Inbox, &format!("letter {number}")).key).collect();
    let done =
        watching.does(Act::File { messages: keys, category: Category::Bulk, width: Width::Natural, sure: false });
    assert_eq!((done.moved, done.failed.len(), done.orders.len()), (4, 0, 4), "{done:?}");
    before.assert_same_mail(&user.world());
    assert_eq!(count(&mut user.client(), "Bulk"), 4);
    watching.does(Act::Undo(Undo::Done { runs: done.runs, orders: done.orders }));
    before.assert_same_mail(&user.world());
    assert_eq!(count(&mut user.client(), "INBOX"), 4);
}

#[test]
fn a_refused_password_is_not_tried_again_before_a_word() {
    let user = User::new(Flavour::PLAIN);
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter));
    let password = std::fs::read_to_string(user.path("password")).unwrap();
    write_private(&user.path("password"), "wrong\n");
    let watching = Watching::start(&user.config_file(), quick());
    let health = watching.until("home", |health| health.state == AccountState::Stopped);
    assert_eq!(health.fault.unwrap().kind, FaultKind::Credentials);
    let again = watching.ask(Request::Do(Act::Check { account: Some("home".into()) }));
    assert_eq!(again.unwrap_err().kind, FaultKind::Credentials);
    write_private(&user.path("password"), &password);
    watching.does(Act::Check { account: None });
    assert_eq!(place(&user, &letter), "News");
    assert!(watching.rests("home").fault.is_none());
}

#[test]
fn one_dead_account_does_not_disturb_the_other() {
    let user = User::new(Flavour::PLAIN);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let home = user.configuration();
    let (_, account) = home.split_once("[[accounts]]\n").unwrap();
    let dead = account
        .replace("\"home\"", "\"dead\"")
        .replace(&format!("port = {}", user.server.port), &format!("port = {closed}"));
    let path = user.path("two.toml");
    write_private(&path, &format!("{home}[[accounts]]\n{dead}"));
    let watching = Watching::start(&path, quick());
    watching.until("dead", |health| health.state == AccountState::Waiting);
    watching.rests("home");
    let mail = [cast::newsletter(1), cast::promotion(1)];
    user.receives(&mail);
    eventually("it is filed", || place(&user, &mail[0]) == "News" && place(&user, &mail[1]) == "Bulk");
    let done = watching.does(Act::Order {
        who: cast::SHOP.into(),
        category: Category::Blackhole,
        account: None,
        existing: true,
        sure: false,
    });
    assert!(done.moved == 1 && done.words.iter().any(|words| words.starts_with("dead: ")), "{done:?}");
    assert_eq!(
        watching.ask(Request::Do(Act::Check { account: Some("none".into()) })).unwrap_err().kind,
        FaultKind::Usage
    );
}

#[test]
fn a_pause_files_nothing_but_what_the_user_asks_for() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::stranger(1).subject("mine")]);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    watching.does(Act::Pause { account: Some("home".into()) });
    watching.until("home", |health| health.state == AccountState::Paused);
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter));
    let done = watching.does(file(&watching, "mine", Category::Inbox, Category::Bulk));
    assert_eq!((done.moved, place(&user, &letter)), (1, "INBOX".into()));
    watching.until("home", |health| health.state == AccountState::Paused);
    watching.does(Act::Resume { account: None });
    eventually("it goes on", || place(&user, &letter) == "News");
}

#[test]
fn a_burst_of_500_is_filed_in_a_few_moves() {
    let embedded = Embedded::new(&[], Default::default());
    let watching = Watching::start(&embedded.config_file(), quick());
    watching.rests("home");
    let mail: Vec<Mail> = (1..=500).map(cast::notification).collect();
    embedded.receives("INBOX", &mail);
    eventually("all are filed", || embedded.counts(["INBOX", "Bulk"]) == [0, 500]);
    let moves = embedded.server.count("UID MOVE");
    assert!(moves <= 4, "{moves} moves");
}

#[test]
fn without_idle_it_looks_at_intervals() {
    let options = demo::Options { abilities: Abilities { idle: false, ..Abilities::ALL }, ..Default::default() };
    let embedded = Embedded::new(&[], options);
    let watching = Watching::start(&embedded.config_file(), quick());
    let health = watching.rests("home");
    assert!(health.state == AccountState::Polling && health.next.is_some(), "{health:?}");
    embedded.receives("INBOX", &[cast::newsletter(1)]);
    eventually("it is filed", || embedded.counts(["INBOX", "News"]) == [0, 1]);
    assert_eq!(embedded.server.count("IDLE"), 0);
}

#[test]
fn one_mailherd_at_a_time_and_the_end_lets_go() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1)]);
    let first = Watching::start(&user.config_file(), quick());
    first.rests("home");
    user.mailherd(&["run", "--once"]).complains(1).says("another mailherd");
    let second = Watching::start(&user.config_file(), quick());
    let health = second.until("home", |health| health.fault.is_some());
    assert!(health.fault.unwrap().cause.contains("another mailherd"));
    assert!(first.stop() < Duration::from_secs(5));
    second.rests("home");
    second.stop();
    user.files();
}

#[test]
fn the_end_does_not_wait_for_a_server_that_does_not_answer() {
    let mut user = User::new(Flavour::PLAIN);
    let proxy = Proxy::to(user.server.port);
    user.set_account("port", &proxy.port.to_string());
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    proxy.when("UID MOVE", 0, OnTheWire::Hold);
    user.receives(&cast::machine_mail(2));
    let before = user.world();
    assert!(proxy.hit(Duration::from_secs(20)));
    assert!(watching.stop() < Duration::from_secs(7));
    proxy.release();
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    before.assert_same_mail(&user.world());
    assert_eq!(count(&mut user.client(), "INBOX"), 0);
    assert!(user.journal().iter().all(|row| row["state"] != "intended"));
}

#[test]
fn why_says_what_decides_and_what_was_done() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend().receives(&[cast::friend(50), cast::promotion(1)]);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let key = watching.row(Category::Top, "Dinner on day 50?").key;
    let Ok(Reply::Why(why)) = watching.ask(Request::Why(key.clone())) else { panic!("no reply") };
    assert_eq!((why.category, &why.key, why.history.len()), (Category::Top, &key, 1));
    assert!(why.headers.contains(&("From".into(), cast::ANNA.into())), "{why:?}");
    let sum: f64 = why.reasons.iter().map(|reason| reason.weight).sum();
    assert!((1.0 / (1.0 + (-sum).exp()) - why.importance).abs() < 1e-9, "{why:?}");
    let sender = why.sender.unwrap();
    assert!(sender.row.sent_to + sender.row.replied > 0 && !sender.words.is_empty(), "{sender:?}");
    let order = Act::Order {
        who: cast::SHOP.into(),
        category: Category::Blackhole,
        account: None,
        existing: true,
        sure: false,
    };
    watching.does(order);
    let row = watching.mail(Category::Blackhole).remove(0);
    let Ok(Reply::Why(why)) = watching.ask(Request::Why(row.key)) else { panic!("no reply") };
    assert_eq!((why.category, why.history.len()), (Category::Blackhole, 2), "{why:?}");
    assert!(why.falls.is_some() && why.order.unwrap().contains(cast::SHOP));
    let gone = MessageKey { uid: Uid(4_000_000), ..key };
    assert_eq!(watching.ask(Request::Why(gone)).unwrap_err().kind, FaultKind::Refused);
}

#[test]
fn what_another_program_moves_is_learned_while_it_watches() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("settle_seconds", "1");
    let letters: Vec<Mail> = (1..=2).map(cast::newsletter).collect();
    user.receives(&letters[..1]);
    let mut watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    // What is moved within seconds of its arrival is moved by a program.
    std::thread::sleep(Duration::from_secs(6));
    user.client().drag(&letters[0].id(), "News", "INBOX");
    let Notice::Learned { text, .. } = watching.hears(|notice| matches!(notice, Notice::Learned { .. })) else {
        unreachable!()
    };
    assert!(text.contains("letter.kitchen.example") && text.contains("INBOX"), "{text}");
    user.receives(&letters[1..]);
    eventually("the next one was seen", || watching.mail(Category::Inbox).len() == 2);
    watching.does(Act::Check { account: None });
    assert_eq!(count(&mut user.client(), "INBOX"), 2);
}

#[test]
fn why_tells_when_mail_that_the_user_dragged_into_blackhole_falls() {
    let user = Embedded::new(&[cast::stranger(1).subject("an offer")], Default::default());
    user.files();
    crate::moving::time_passes(&user.database(), 60);
    user.drags(&user.messages("INBOX")[0], "INBOX", "Blackhole");
    user.files();
    crate::moving::time_passes(&user.database(), 200);
    user.files();
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let key = watching.row(Category::Blackhole, "an offer").key;
    let falls = || match watching.ask(Request::Why(key.clone())) {
        Ok(Reply::Why(why)) => why.falls,
        other => panic!("{other:?}"),
    };
    let days = (falls().expect("it falls").0 - jiff::Timestamp::now().as_second()) as f64 / 86_400.0;
    assert!((6.9..=7.0).contains(&days), "in {days} days");
    user.server.change(|store| store.set_flags("Blackhole", key.uid, &["\\Flagged"]));
    assert_eq!(falls(), None, "what is flagged stays");
}

/// Without waiting for the next look, which is minutes away: the server tells of folders that are not open (NOTIFY), and where it does
/// not, whatever happens in INBOX makes mailherd look at all of them.
#[test]
fn a_move_is_noticed_at_once_by_what_the_server_pushes() {
    for (notify, from, to) in [(true, "News", "Bulk"), (true, "INBOX", "Bulk"), (false, "INBOX", "Bulk")] {
        let abilities = Abilities { notify, ..Abilities::ALL };
        let letters = [cast::newsletter(1), cast::stranger(1)];
        let user = Embedded::new(&letters, demo::Options { abilities, ..Default::default() });
        let watching = Watching::start(&user.config_file(), Options { look: Duration::from_secs(600), ..quick() });
        watching.rests("home");
        eventually("both are where they belong", || user.counts(["INBOX", "News"]) == [1, 1]);
        // What left within seconds of its arrival would be a program's.
        crate::moving::time_passes(&user.database(), 60);
        watching.until("home", |health| health.state == AccountState::Live && health.asked.is_none());
        user.drags(&user.messages(from)[0], from, to);
        let moves =
            || -> i64 { user.database().query_row("SELECT count(*) FROM user_move", [], |row| row.get(0)).unwrap() };
        eventually(&format!("from {from} to {to}, NOTIFY: {notify}"), || moves() == 1);
        assert_eq!(user.server.counts().connections, 1, "one connection is enough");
    }
}

#[test]
fn one_of_two_accounts_is_paused_and_a_blackhole_order_for_one_does_not_hold_on_the_other() {
    let user = User::new(Flavour::PLAIN);
    let home = user.configuration();
    let other = User::named(Flavour::PLAIN, &format!("{}-other", user.name));
    let (_, account) = home.split_once("[[accounts]]\n").unwrap();
    let account =
        account.replace("\"home\"", "\"other\"").replace(&format!("\"{}\"", user.name), &format!("\"{}\"", other.name));
    let path = user.path("two.toml");
    write_private(&path, &format!("{home}[[accounts]]\n{account}"));
    let watching = Watching::start(&path, quick());
    ["home", "other"].iter().for_each(|account| drop(watching.rests(account)));
    watching.does(Act::Pause { account: Some("other".into()) });
    watching.until("other", |health| health.state == AccountState::Paused);
    watching.until("home", |health| health.state == AccountState::Live);
    watching.does(Act::Order {
        who: cast::SHOP.into(),
        category: Category::Blackhole,
        account: Some("home".into()),
        existing: false,
        sure: true,
    });
    let mail = [cast::promotion(1), cast::newsletter(1)];
    for user in [&user, &other] {
        user.receives(&mail);
    }
    eventually("home is filed", || place(&user, &mail[0]) == "Blackhole" && place(&user, &mail[1]) == "News");
    assert_eq!([place(&other, &mail[0]), place(&other, &mail[1])], ["INBOX", "INBOX"]);
    watching.does(Act::Resume { account: None });
    eventually("the other one goes on", || place(&other, &mail[1]) == "News");
    assert_eq!(place(&other, &mail[0]), "Bulk", "the order was given on home alone");
}

#[test]
fn a_friend_dragged_into_blackhole_waits_for_a_word() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("settle_seconds", "1");
    let letters = [cast::friend(50), cast::friend(51)];
    user.has_a_friend().receives(&letters[..1]);
    let mut watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    std::thread::sleep(Duration::from_secs(6));
    user.client().drag(&letters[0].id(), "Top", "Blackhole");
    watching.hears(|notice| matches!(notice, Notice::Learned { .. }));
    let waiting = watching.waiting();
    assert!(waiting.len() == 1 && waiting[0].text.contains(cast::ANNA_ADDRESS), "{waiting:?}");
    let done = watching.does(Act::Decide { id: waiting[0].id.clone(), yes: true });
    assert!(done.words[0].contains("Blackhole"), "{done:?}");
    assert!(watching.waiting().is_empty());
    user.receives(&letters[1..]);
    eventually("the next one is banished", || place(&user, &letters[1]) == "Blackhole");
}

#[test]
fn a_listener_that_was_too_slow_is_told_to_look_again() {
    let embedded = Embedded::new(&[], Default::default());
    let mut watching = Watching::start(&embedded.config_file(), quick());
    watching.rests("home");
    // Each of these is told of several times, and nobody listens.
    for _ in 0..400 {
        watching.does(Act::Check { account: None });
    }
    watching.rests("home");
    let changed = Notice::Changed { account: "home".into() };
    assert_eq!(watching.hears(|_| true), changed, "what was missed is made up for first");
}

/// An act waits for a range of messages that is being read, not for the end of the first pass; and nothing is read twice for it.
#[test]
fn an_act_is_done_in_the_middle_of_a_long_first_pass() {
    use mailherd::demo::mailbox::{Account, Message};
    use mailherd::demo::server::{What, When};
    let (people, letters) = (15_800, 200);
    let mail = (0..people).map(|number| {
        format!(
            "From: Carl <carl.{number}@strangers.example>\r\nTo: me@home.example\r\nSubject: Hello {number}\r\n\
                 Message-ID: <{number}@strangers.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nHi\r\n"
        )
        .into_bytes()
    });
    let newsletters: Vec<Mail> = (0..letters).map(cast::newsletter).collect();
    let mut account = Account::empty("Me", crate::support::mail::ME);
    let at = mailherd::logic::ids::UnixTime(newsletters[0].arrived());
    let messages =
        newsletters.iter().take(100).map(Mail::bytes).chain(mail).chain(newsletters.iter().skip(100).map(Mail::bytes));
    account.folder_mut("INBOX").messages = messages.map(|bytes| Message::new(bytes, at)).collect();
    let user = Embedded::of(account, demo::Options::default());
    // Four ranges, one after the other.
    user.goes_wrong(When::every("FETCH"), What::Delay(Duration::from_millis(1500)));
    user.goes_wrong(When::every("UID FETCH"), What::Delay(Duration::from_millis(1500)));
    let watching = Watching::start(&user.config_file(), quick());
    let first = || watching.mail(Category::Inbox).into_iter().find(|row| row.subject.starts_with("Hello"));
    eventually("the first messages are there", || first().is_some());
    let row = first().unwrap();
    let done = watching.does(Act::File {
        messages: vec![row.key],
        category: Category::Bulk,
        width: Width::Natural,
        sure: true,
    });
    assert_eq!((done.moved, done.failed.len()), (1, 0), "{done:?}");
    let health = watching.health().remove(0);
    assert!(health.last_pass.is_none() && health.fault.is_none(), "it was not waited for: {health:?}");
    assert_eq!(user.messages("Bulk"), [row.subject.replace("Hello ", "<") + "@strangers.example>"]);
    assert_eq!(user.counts(["News"]), [0], "nothing was judged yet");
    watching.rests("home");
    eventually("all is filed", || user.counts(["INBOX", "News", "Bulk"]) == [people - 1, letters as usize, 1]);
    let rows: usize =
        user.server.commands().iter().filter(|one| one.line.contains("HEADER.FIELDS")).map(|one| one.rows).sum();
    let all = people + letters as usize;
    assert!(rows <= all + 2 * letters as usize + 10, "{rows} headers were read of {all} messages");
    let connections = user.server.counts().connections;
    assert_eq!(connections, 1, "on one connection");
}
