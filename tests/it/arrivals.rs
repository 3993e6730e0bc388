//! Mail that comes while mailherd watches: how often its server is waited for until it is filed, and what may go wrong in between.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use mailherd::daemon::engine::Options;
use mailherd::demo::server::{self as demo, Store, What, When};

use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::engine::{Watching, eventually, quick};
use crate::support::flavour::Flavour;
use crate::support::network::Network;
use crate::support::user::{User, filed};
use crate::support::world::count;

/// A round trip takes a second: news, a wait for what came, one for the target and a last look, and the move is on its way. There were nine waits
/// once.
#[test]
fn a_server_that_is_far_away_is_waited_for_two_times_before_the_move() {
    let user = Embedded::new(&[cast::newsletter(1)], demo::Options::default());
    let network = Network::to(user.server.port());
    let config = user.config_file();
    let (near, far) = (format!("port = {}\n", user.server.port()), format!("port = {}\n", network.port));
    std::fs::write(&config, std::fs::read_to_string(&config).unwrap().replace(&near, &far)).unwrap();
    let watching = Watching::start(&config, Options { accept: true, ..Options::default() });
    watching.rests("home");
    idles(&user);
    // Not in the lull after a burst.
    std::thread::sleep(Duration::from_secs(2));
    network.delay(Duration::from_millis(500));
    let since = Instant::now();
    user.receives("INBOX", &[cast::newsletter(2)]);
    eventually("it is filed", || user.counts(["INBOX", "News"]) == [0, 2]);
    let took = since.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    network.delay(Duration::ZERO);
}

#[track_caller]
fn idles(user: &Embedded) {
    eventually("it idles", || user.server.commands().last().is_some_and(|last| last.verb == "IDLE"));
}

/// Dovecot answers what is asked together in an order of its own. It is asked for nothing but by its push here.
#[test]
fn dovecot_files_it_on_the_connection_that_heard_of_it() {
    let mut user = User::new(Flavour::PLAIN);
    let network = Network::to(user.server.port);
    user.set_account("port", &network.port.to_string());
    user.receives(&[cast::newsletter(1)]);
    let watching = Watching::start(&user.config_file(), Options { accept: true, ..Options::default() });
    watching.rests("home");
    for number in 2..=3 {
        user.receives(&[cast::newsletter(number)]);
        eventually("it is filed", || count(&mut user.client(), "News") == number as usize);
        watching.rests("home");
    }
    assert_eq!(network.connections(), 1);
}

/// On a server that says what it can: INBOX with what is new in it and a glance at the others, the target, INBOX for the move with what is moved.
#[test]
fn an_arrival_takes_ten_commands() {
    let user = Embedded::new(&[cast::newsletter(1)], demo::Options::default());
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    idles(&user);
    let before = user.server.commands().len();
    user.receives("INBOX", &[cast::newsletter(2)]);
    eventually("it is filed", || user.counts(["INBOX", "News"]) == [0, 2]);
    let verbs: Vec<String> = user.server.commands().into_iter().skip(before).map(|command| command.verb).collect();
    let end = verbs.iter().position(|verb| verb == "UID MOVE").expect("it was moved");
    let count = |wanted: &str| verbs[..end].iter().filter(|verb| *verb == wanted).count();
    assert_eq!((count("EXAMINE"), count("SELECT")), (2, 1), "{verbs:?}");
    assert!(end < 10, "{verbs:?}");
}

/// One engine after the other letter, each with something that goes wrong at the command of this number after it came.
fn meanwhile(options: &demo::Options, troubles: &[(usize, What)], ends: impl Fn(&Embedded, usize) -> bool) -> Embedded {
    let user = Embedded::new(&[], options.clone());
    let watching = Watching::start(&user.config_file(), quick());
    for (number, (nth, what)) in (1..).zip(troubles) {
        watching.rests("home");
        idles(&user);
        // IDLE is the one command without a blank: a line that is cut after it was read never hears of it.
        user.goes_wrong(When::nth("*", *nth).mentioning(" "), what.clone());
        user.receives("INBOX", &[cast::newsletter(number)]);
        eventually(&format!("letter {number}, {what:?} at command {nth}"), || ends(&user, number as usize));
        user.server.clear_faults();
    }
    watching.stop();
    user.files();
    assert_eq!(filed(&user.files()), 0, "nothing is left to do");
    for verb in ["EXPUNGE", "CLOSE"] {
        assert_eq!(user.server.count(verb), 0, "{verb}");
    }
    user
}

#[test]
fn a_line_that_is_cut_at_any_command_files_it_once() {
    for (options, what, commands) in [
        (demo::Options::default(), What::DropAfter, 1..=12),
        (without_move(), What::DropBefore, 5..=13),
        (without_move(), What::Cut(40), 1..=10),
    ] {
        let troubles: Vec<(usize, What)> = commands.map(|nth| (nth, what.clone())).collect();
        let user = meanwhile(&options, &troubles, |user, number| user.counts(["INBOX", "News"]) == [0, number]);
        let rows = user.journal();
        let done = rows.iter().filter(|row| row["state"] == "done").count();
        assert_eq!(done, troubles.len(), "{rows:?}");
        assert!(rows.iter().all(|row| row["state"] == "done" || row["state"] == "refused"), "{rows:?}");
    }
}

#[test]
fn any_command_may_be_refused_and_it_is_filed_once() {
    let troubles: Vec<(usize, What)> = (1..=10).map(|nth| (nth, What::No("not now"))).collect();
    let user = meanwhile(&demo::Options::default(), &troubles, |user, number| {
        // What was refused is tried again at the next occasion: here the next letter, or the last run.
        let [inbox, news] = user.counts(["INBOX", "News"]);
        inbox + news == number && user.server.commands().last().is_some_and(|last| last.verb == "IDLE")
    });
    assert_eq!(user.counts(["INBOX", "News"]), [0, troubles.len()]);
}

#[test]
fn what_another_program_does_at_any_moment_stands() {
    type Act = fn(&mut Store);
    let moves: Act = |store| {
        if let Some(uid) = store.uids("INBOX").last().copied() {
            store.move_message("INBOX", uid, "Archive");
        }
    };
    let acts: [Act; 3] = [moves, |store| store.renumber("INBOX"), |store| store.renumber("News")];
    // Between a copy and the end of its original the message may have to stay in both: see `meanwhile` and `cuts`.
    for (options, commands) in [(demo::Options::default(), 1..=11), (without_move(), 1..=9)] {
        let at_each = |act: &Act| commands.clone().map(|nth| (nth, What::before(*act))).collect::<Vec<_>>();
        let troubles: Vec<(usize, What)> = acts.iter().flat_map(at_each).collect();
        let user =
            meanwhile(&options, &troubles, |user, number| user.counts(["INBOX"]) == [0] && ids(user).len() == number);
        assert_eq!(user.counts(["News", "Archive"]).iter().sum::<usize>(), troubles.len(), "each is there once");
        assert!(user.journal().iter().all(|row| row["state"] != "intended"));
    }
}

/// The messages in News and Archive.
fn ids(user: &Embedded) -> HashSet<String> {
    user.messages("News").into_iter().chain(user.messages("Archive")).collect()
}

/// More than is asked for unseen.
#[test]
fn a_flood_of_arrivals_is_read_to_its_end() {
    let user = Embedded::new(&[cast::newsletter(0)], demo::Options::default());
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    idles(&user);
    let mail: Vec<_> = (1..=1_500).map(cast::newsletter).collect();
    user.server.change(|store| {
        for mail in &mail {
            store.deliver("INBOX", crate::support::embedded::message(mail));
        }
    });
    eventually("all are filed", || user.counts(["INBOX", "News"]) == [0, 1_501]);
    assert_eq!(ids(&user).len(), 1_501);
}
