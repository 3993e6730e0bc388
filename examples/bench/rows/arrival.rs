//! How soon mail is filed: an ordinary client puts a message into INBOX, and looks until it sees it in its folder. A raw socket that
//! idles on INBOX says in the same rounds how much of that is the server's own push, which no client can be faster than.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::reading::ROUND_TRIP;
use super::{Boxes, Plan, Row, Table, median};
use crate::support::cast;
use crate::support::client::Client;
use crate::support::daemon::Daemon;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::network::Network;
use crate::support::user::User;

/// What mailherd may take after the push, beside three round trips.
const OWN: f64 = 10.0;

/// See the module.
pub fn rows(plan: &Plan, _: &mut Boxes, table: &mut Table) {
    measure(plan, Duration::ZERO, "here", table);
    measure(plan, ROUND_TRIP, "at 50 ms", table);
}

/// One delivery, in milliseconds: until the server pushed it to a raw socket, and until the client saw it in its folder.
struct Arrival {
    pushed: f64,
    filed: f64,
}

fn measure(plan: &Plan, round_trip: Duration, place: &str, table: &mut Table) {
    let mut user = User::new(Flavour::PLAIN);
    let network = Network::to(user.server.port);
    user.set_account("port", &network.port.to_string());
    user.receives(&[cast::newsletter(1)]);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    network.delay(round_trip / 2);
    let trip = trip(&user, network.port);
    let pushes = idles(&user, network.port);
    let (mut sender, mut reader) = (user.client(), user.client());
    let mut known = reader.select("News");
    let arrivals: Vec<Arrival> = (0..plan.arrivals)
        .map(|number| {
            // Not in the lull after the one before, nor in step with anything that happens every second.
            std::thread::sleep(Duration::from_millis(1200 + fastrand::u64(..400)));
            pushes.try_iter().count();
            let since = Instant::now();
            sender.append("INBOX", &[cast::newsletter(number as u32 + 2)]);
            let filed = until_filed(&mut reader, &mut known, since);
            let pushed = pushes.recv_timeout(Duration::from_secs(5)).map_or(filed, |at| at.duration_since(since));
            Arrival { pushed: ms(pushed), filed: ms(filed) }
        })
        .collect();
    let of = |what: fn(&Arrival) -> f64| median(arrivals.iter().map(what).collect());
    let (pushed, filed, own) = (of(|one| one.pushed), of(|one| one.filed), of(|one| (one.filed - one.pushed).max(0.0)));
    let most = 3.0 * trip + OWN;
    let against = format!("in the folder after {filed:.1} ms, pushed to a raw socket after {pushed:.1} ms");
    table.add(
        Row::most(format!("arrival to filed {place}, after the push"), own, "ms", (most * 10.0).round() / 10.0)
            .with(against),
    );
}

fn until_filed(reader: &mut Client, known: &mut usize, since: Instant) -> Duration {
    loop {
        let now = exists(reader).unwrap_or(*known);
        if now > *known {
            *known = now;
            return since.elapsed();
        }
        assert!(since.elapsed() < Duration::from_secs(30), "it is not filed");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A round trip to the server, in milliseconds.
fn trip(user: &User, port: u16) -> f64 {
    let mut client = Client::login(port, &user.name, PASSWORD);
    let times = (0..5).map(|_| {
        let since = Instant::now();
        client.command("NOOP");
        ms(since.elapsed())
    });
    median(times.collect())
}

/// How many messages the open folder holds, when the server says so.
fn exists(client: &mut Client) -> Option<usize> {
    let reply = client.command("NOOP");
    let lines = reply.untagged.iter().map(|line| String::from_utf8_lossy(line).into_owned());
    lines.filter_map(|line| line.trim_end().strip_prefix("* ")?.strip_suffix(" EXISTS")?.parse().ok()).next_back()
}

/// A raw socket that idles on INBOX: when it hears that there is one message more.
fn idles(user: &User, port: u16) -> Receiver<Instant> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    socket.set_nodelay(true).expect("TCP");
    let login = format!("a LOGIN {} {{{}+}}\r\n{PASSWORD}\r\nb SELECT INBOX\r\nc IDLE\r\n", user.name, PASSWORD.len());
    socket.write_all(login.as_bytes()).expect("TCP");
    let (heard, hears) = channel();
    let mut lines = BufReader::new(socket.try_clone().expect("a socket"));
    std::thread::spawn(move || {
        // Keeps the writing half open for as long as somebody reads.
        let _socket = socket;
        let (mut line, mut idling) = (String::new(), false);
        while lines.read_line(&mut line).is_ok_and(|size| size > 0) {
            idling |= line.starts_with('+');
            if idling && line.trim_end().ends_with(" EXISTS") && heard.send(Instant::now()).is_err() {
                return;
            }
            line.clear();
        }
    });
    std::thread::sleep(Duration::from_millis(500));
    hears
}
