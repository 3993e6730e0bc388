//! The bench itself: what it puts into a mailbox comes back, what it promises to notice it notices, and what it measures it prints.

#[path = "../../examples/bench/rows/mod.rs"]
#[expect(dead_code, reason = "the test has a plan of its own")]
mod rows;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::cast;
use crate::support::client::Client;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::many::Many;
use crate::support::network::Network;
use crate::support::proxy::{Act, Proxy};
use crate::support::server::Server;
use crate::support::user::User;
use crate::support::world::count;

const ALL: [Flavour; 11] = [
    Flavour::PLAIN,
    Flavour::NO_MOVE,
    Flavour::NO_MOVE_NO_UIDPLUS,
    Flavour::BARE,
    Flavour::BELOW_INBOX,
    Flavour::SMALL_QUOTA,
    Flavour::READ_ONLY,
    Flavour::SPAM_IS_BULK,
    Flavour::SELF_SIGNED,
    Flavour::NO_TLS,
    Flavour::NOTIFIES,
];

#[test]
fn every_flavour_advertises_what_it_says_and_hides_the_rest() {
    for flavour in ALL {
        let mut client = User::new(flavour).client();
        let reply = client.command("CAPABILITY");
        let line = String::from_utf8_lossy(&reply.untagged[0]).into_owned();
        let advertised: Vec<&str> = line.split_whitespace().collect();
        for word in ["MOVE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE", "NAMESPACE"] {
            assert_eq!(advertised.contains(&word), !flavour.lacks(word), "{word} of {flavour:?}: {line}");
        }
        assert_eq!(advertised.contains(&"NOTIFY"), flavour.besides.contains(&"NOTIFY"), "{flavour:?}: {line}");
    }
}

#[test]
fn what_is_appended_comes_back_as_it_was() {
    let user = User::new(Flavour::PLAIN);
    let mail = cast::newsletter(1).flag("\\Flagged").flag("$Later").days_old(400);
    user.receives(std::slice::from_ref(&mail));
    let stored = user.client().messages("INBOX");
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].bytes, mail.bytes());
    assert_eq!(stored[0].flags.iter().map(String::as_str).collect::<Vec<_>>(), ["$Later", "\\Flagged"]);
    assert!(stored[0].internal_date.contains(&mail.internal_date()[3..11]), "{}", stored[0].internal_date);
}

#[test]
fn a_world_notices_a_move_but_misses_no_mail() {
    let user = User::new(Flavour::BELOW_INBOX);
    let mail = cast::inbox(2);
    user.receives(&mail);
    let before = user.world();
    user.client().drag(&mail[0].id(), "INBOX", "Archive");
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!((after.place_of(&mail[0].id()), after.count("INBOX")), ("Archive", mail.len() - 1));
    assert!(std::panic::catch_unwind(|| before.assert_same_places(&after)).is_err());
}

#[test]
fn a_world_notices_lost_mail_doubled_mail_and_a_changed_flag() {
    for change in ["UID EXPUNGE 1", "UID COPY 2 Archive", "UID STORE 2 +FLAGS (\\Flagged)"] {
        let user = User::new(Flavour::PLAIN);
        user.receives(&[cast::newsletter(1).flag("\\Deleted"), cast::newsletter(2)]);
        let before = user.world();
        let mut client = user.client();
        client.select("INBOX");
        client.command(change);
        let after = user.world();
        assert!(std::panic::catch_unwind(|| before.assert_same_mail(&after)).is_err(), "{change}");
    }
}

#[test]
fn the_server_writes_down_what_a_session_said() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::inbox(1));
    let log = user.wire_log();
    let mut client = user.client();
    client.select("INBOX");
    client.command("uid fetch 1:* (FLAGS)");
    client.command("LOGOUT");
    let commands = log.commands();
    assert_eq!(commands, ["SELECT \"INBOX\"", "UID FETCH 1:* (FLAGS)", "LOGOUT"]);
    assert_eq!(log.fetch_rows(), cast::inbox(1).len());
}

#[test]
fn a_full_account_takes_no_copy() {
    let user = User::new(Flavour::SMALL_QUOTA);
    user.receives(&cast::machine_mail(8));
    let mut client = user.client();
    client.select("INBOX");
    let reply = client.try_command("UID COPY 1 Archive");
    assert_eq!((reply.status.as_str(), &reply.text[..11]), ("NO", "[OVERQUOTA]"));
}

#[test]
fn a_read_only_folder_takes_no_mail_and_a_read_only_inbox_gives_none() {
    let user = User::new(Flavour::READ_ONLY);
    user.receives(&cast::machine_mail(1));
    let mut client = user.client();
    client.select("INBOX");
    assert_eq!(client.try_command("UID MOVE 1 Bulk").status, "NO");
    let locked = user.copied("locked-inbox");
    let mut client = locked.client();
    assert!(client.command("SELECT INBOX").text.contains("[READ-ONLY]"));
    assert_eq!(client.try_command("UID MOVE 1 Sent").status, "NO");
    user.world().assert_same_places(&locked.world());
}

#[test]
fn the_proxy_cuts_after_the_server_has_moved() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1)]);
    let proxy = Proxy::to(user.server.port);
    proxy.when("UID MOVE", 0, Act::CutAfter);
    let mut client = Client::login(proxy.port, &user.name, PASSWORD);
    client.select("INBOX");
    let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| client.command("UID MOVE 1 Archive")));
    assert!(cut.is_err() && proxy.hit(Duration::from_secs(5)));
    assert_eq!((user.world().count("INBOX"), user.world().count("Archive")), (0, 1));
}

#[test]
fn a_mailbox_can_be_renumbered() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(1));
    let before = user.world();
    user.server.doveadm(&["mailbox", "update", "-u", &user.name, "--uid-validity", "4711", "INBOX"]);
    let reply = user.client().command("STATUS INBOX (UIDVALIDITY)");
    assert!(String::from_utf8_lossy(&reply.untagged[0]).contains("UIDVALIDITY 4711"));
    before.assert_same_places(&user.world());
}

#[test]
fn a_server_of_its_own_ends_with_its_value() {
    let server = Server::start(Flavour::PLAIN);
    let (port, home) = (server.port, server.home_of("anybody"));
    drop(server);
    let deadline = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() || home.parent().unwrap().exists() {
        assert!(Instant::now() < deadline, "the server still lives");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_big_mailbox_is_the_same_for_the_same_seed() {
    let (one, other) = (Many::generate(300, 50, 7), Many::generate(300, 50, 7));
    let bytes = |many: &Many| many.inbox.iter().chain(&many.sent).flat_map(|mail| mail.bytes()).collect::<Vec<u8>>();
    assert!(bytes(&one) == bytes(&other));
    assert!(bytes(&one) != bytes(&Many::generate(300, 50, 8)));
    let user = User::new(Flavour::PLAIN);
    user.receives(&one.inbox);
    assert_eq!(count(&mut user.client(), "INBOX"), 300);
}

/// A word of each promise.
const PROMISES: [&str; 22] = [
    "first pass over 300 messages",
    "read and parse only",
    "memory, 300 messages",
    "database, 300 messages",
    "second pass, nothing new",
    "its round trips after the login",
    "without CONDSTORE",
    "himalaya",
    "imaplib",
    "imapfilter",
    "first pass over 300 at 50 ms",
    "its commands",
    "by UID MOVE",
    "by COPY, STORE, UID EXPUNGE",
    "arrival to filed here",
    "arrival to filed at 50 ms",
    "a verdict from header bytes",
    "first frame",
    "--help",
    "a message of 150 against one of 50",
    "memory of each of 12 idle accounts",
    "wake-ups of 12 idle accounts",
];

#[test]
fn a_tiny_benchmark_has_a_row_for_every_promise() {
    let plan = rows::Plan {
        messages: 300,
        rounds: 1,
        sizes: vec![50, 150],
        filed: 120,
        arrivals: 1,
        accounts: 12,
        rest: Duration::from_secs(1),
        idle: Duration::from_secs(2),
        verdicts: 3_000,
        starts: 1,
        others: false,
    };
    let table = rows::measure(&plan, &[]);
    let (text, json) = (table.to_string(), table.json(&plan));
    let all = json["rows"].as_array().unwrap();
    let failed: Vec<_> = all.iter().filter(|row| row["mailherd"] == "failed").collect();
    assert!(failed.is_empty(), "{failed:?}");
    for promise in PROMISES {
        let row = all.iter().find(|row| row["what"].as_str().is_some_and(|what| what.contains(promise)));
        let row = row.unwrap_or_else(|| panic!("no row for {promise}:\n{text}"));
        let left_out = row["against"] == "left out" || row["against"].as_str().unwrap().contains("not installed");
        assert!(left_out || (row["figure"].is_f64() && row["kept"].is_boolean()), "{row}");
        assert!(text.contains(row["what"].as_str().unwrap()), "{text}");
    }
    assert_eq!(json["kept"], all.iter().all(|row| row["kept"] != false));
}

/// What comes within `patience`: bytes, nothing (`None`), or the end (empty).
fn hears(stream: &mut TcpStream, patience: Duration) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut chunk = [0; 64];
    match stream.read(&mut chunk) {
        Ok(size) => Some(chunk[..size].to_vec()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Some(Vec::new()),
        // A read with a time limit is not taken up again by the kernel (signal(7)).
        Err(error) if error.kind() == ErrorKind::Interrupted => hears(stream, patience),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn a_network_is_slow_frozen_cut_and_down_as_it_is_told() {
    const SHORT: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(20);
    let end = Some(Vec::new());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let network = Network::to(listener.local_addr().unwrap().port());
    let connects = || TcpStream::connect(("127.0.0.1", network.port)).unwrap();
    let pair = || (connects(), listener.accept().unwrap().0);

    let (mut client, mut server) = pair();
    network.delay(SHORT);
    let begin = Instant::now();
    client.write_all(b"hello").unwrap();
    assert_eq!(hears(&mut server, LONG).as_deref(), Some(&b"hello"[..]));
    server.write_all(b"yes").unwrap();
    assert_eq!(hears(&mut client, LONG).as_deref(), Some(&b"yes"[..]));
    assert!(begin.elapsed() >= 2 * SHORT);
    assert_eq!(network.bytes(), 8);
    network.delay(Duration::ZERO);

    network.freeze();
    client.write_all(b"lost").unwrap();
    server.write_all(b"lost").unwrap();
    assert_eq!((hears(&mut server, SHORT), hears(&mut client, SHORT)), (None, None));
    let mut late = connects();
    assert_eq!(hears(&mut late, SHORT), None);
    drop(client);
    assert_eq!(hears(&mut server, SHORT), None, "the end is a packet, too");

    network.thaw();
    let (mut client, mut again) = pair();
    again.write_all(b"back").unwrap();
    assert_eq!(hears(&mut client, LONG).as_deref(), Some(&b"back"[..]));
    assert_eq!(hears(&mut late, SHORT), None);

    network.cut();
    assert_eq!((hears(&mut client, LONG), hears(&mut again, LONG)), (end.clone(), end.clone()));
    network.down();
    assert_eq!(hears(&mut connects(), LONG), end);
    network.up();
    let (mut client, server) = pair();
    drop(server);
    assert_eq!(hears(&mut client, LONG), end);
}
