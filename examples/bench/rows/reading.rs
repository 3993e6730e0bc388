//! Reading a large mailbox for the first time, and again when nothing is new.

use std::time::{Duration, Instant};

use mailherd::imap::{Access, Endpoint, FetchRow, Login, TlsMode, Untagged, all_done, header_query, open};
use mailherd::logic::facts;
use mailherd::logic::ids::FolderName;
use secrecy::SecretString;

use super::boxes::{FOLDERS, copied_to, database, first_pass, pass};
use super::raw::{self, Raw};
use super::{Boxes, Plan, Row, Table, middle, middle_ratio};
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::network::Network;
use crate::support::user::User;

/// Messages in one FETCH and in one batch, and FETCHes in flight, as the reader has them.
const RANGE: u32 = 5_000;
const BATCH: usize = 1_000;
const IN_FLIGHT: usize = 2;

/// A round trip, when the network is far away.
pub const ROUND_TRIP: Duration = Duration::from_millis(50);

/// See the module.
pub fn rows(plan: &Plan, boxes: &mut Boxes, table: &mut Table) {
    let user = boxes.of(plan.messages);
    let count = thousands(plan.messages);
    first(plan, user, &count, table);
    again_with_qresync(plan, user, &count, table);
    again_without(plan, user, &count, table);
}

/// `100,000`
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

fn first(plan: &Plan, user: &User, count: &str, table: &mut Table) {
    let configuration = user.configuration();
    first_pass(user, &configuration);
    let (mut floor, mut parsed, mut passed, mut peak) = (Vec::new(), Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..plan.rounds {
        floor.push(raw::headers(user.server.port, &user.name, &FOLDERS).0);
        parsed.push(read_and_parse(user));
        let pass = first_pass(user, &configuration);
        passed.push(pass.time);
        peak = peak.max(pass.memory);
    }
    let socket = || ("raw socket", middle(&floor));
    let what = format!("first pass over {count} messages");
    table.add(Row::ratio(what, middle(&passed), socket(), middle_ratio(&passed, &floor), 1.8));
    table.add(Row::ratio(
        "the same, read and parse only",
        middle(&parsed),
        socket(),
        middle_ratio(&parsed, &floor),
        1.25,
    ));
    table.add(Row::most(format!("memory, {count} messages"), peak, "MiB", 64.0));
    table.add(Row::most(format!("database, {count} messages"), database(user), "MB", 40.0));
}

/// The layers below the learner alone: the same commands, each header read into facts on another thread, and nothing kept.
fn read_and_parse(user: &User) -> Duration {
    let since = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let read = runtime.block_on(async {
        let host = "127.0.0.1".to_owned();
        let endpoint = Endpoint { host, port: user.server.port, tls: TlsMode::None, ca_file: None, pin_sha256: None };
        let login = Login::with_password(&user.name, SecretString::from(PASSWORD));
        let mut session = open(&endpoint, &login).await.expect("a session");
        let mut read = 0;
        for folder in FOLDERS {
            let exists =
                session.select(&FolderName::from_wire(folder), Access::ReadOnly).await.expect("a folder").exists;
            let query = header_query();
            let ranges = (1..=exists).step_by(RANGE as usize);
            let commands = ranges.map(|from| format!("FETCH {from}:{} {query}", exists.min(from + RANGE - 1)));
            let mut headers = Vec::with_capacity(BATCH);
            let mut parsing = tokio::task::spawn_blocking(|| 0);
            let ends = session.stream(commands, IN_FLIGHT, async |said| {
                if let Untagged::Fetch(FetchRow { header: Some(header), .. }) = said {
                    headers.push(header);
                }
                if headers.len() == BATCH {
                    let batch = std::mem::replace(&mut headers, Vec::with_capacity(BATCH));
                    let before = std::mem::replace(&mut parsing, tokio::task::spawn_blocking(move || parse(&batch)));
                    read += before.await.expect("headers are read");
                }
                Ok(())
            });
            all_done(&ends.await.expect("headers"), "reading").expect("the server gives them");
            read += parsing.await.expect("headers are read") + parse(&headers);
        }
        read
    });
    assert!(read > 0, "no header was read");
    since.elapsed()
}

fn parse(headers: &[Vec<u8>]) -> usize {
    headers.iter().filter(|header| facts::read(header).from.is_some()).count()
}

/// Time for the second pass: mail is filed, but every message is too old for it. So nothing moves, and all that a filing run remembers is
/// there.
fn settled(user: &User) -> String {
    let text = user.configuration().replace("backlog_days = 36500", "backlog_days = 1");
    first_pass(user, &text);
    text
}

fn again_with_qresync(plan: &Plan, user: &User, count: &str, table: &mut Table) {
    let user = &copied_to(user, Flavour::LARGE, "settled");
    let configuration = settled(user);
    let marks = FOLDERS.map(|folder| mark(user, folder));
    let raw = |raw: &mut Raw| {
        raw.says("ENABLE QRESYNC");
        for (folder, mark) in FOLDERS.iter().zip(&marks) {
            raw.says(&format!("SELECT {folder} (QRESYNC ({mark}))"));
        }
    };
    let what = format!("second pass, nothing new, {count} messages");
    table.add(again((plan, user, &configuration), what, ("raw SELECT with QRESYNC", raw), 1.5));
    round_trips(user, &configuration, table);
    let _ = std::fs::remove_dir_all(user.server.home_of(&user.name));
}

fn again_without(plan: &Plan, user: &User, count: &str, table: &mut Table) {
    let user = &copied_to(user, Flavour::LARGE_BARE, "scanned");
    let configuration = settled(user);
    let raw = |raw: &mut Raw| {
        raw.says("EXAMINE INBOX");
        raw.says("UID FETCH 1:* (UID FLAGS)");
    };
    let what = format!("the same without CONDSTORE, {count} messages");
    table.add(again((plan, user, &configuration), what, ("raw scan of flags", raw), 2.0));
    let _ = std::fs::remove_dir_all(user.server.home_of(&user.name));
}

/// A pass in which nothing is new against bare commands, each from connecting on.
fn again(
    (plan, user, configuration): (&Plan, &User, &str),
    what: String,
    (name, commands): (&str, impl Fn(&mut Raw)),
    most: f64,
) -> Row {
    let (mut floor, mut passed) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds * 3 {
        let since = Instant::now();
        commands(&mut Raw::login(user.server.port, &user.name));
        floor.push(since.elapsed());
        passed.push(pass(user, configuration).time);
    }
    Row::ratio(what, middle(&passed), (name, middle(&floor)), middle_ratio(&passed, &floor), most)
}

/// How many times the second pass waits for a far server, beyond the login that everybody has to make.
fn round_trips(user: &User, configuration: &str, table: &mut Table) {
    let network = Network::to(user.server.port);
    let far = configuration.replace(&format!("port = {}", user.server.port), &format!("port = {}", network.port));
    let taken = [Duration::ZERO, ROUND_TRIP / 2].map(|delay| {
        network.delay(delay);
        let since = Instant::now();
        drop(Raw::login(network.port, &user.name));
        let login = since.elapsed();
        pass(user, &far).time.as_secs_f64() - login.as_secs_f64()
    });
    let trips = (taken[1] - taken[0]) / ROUND_TRIP.as_secs_f64();
    table.add(Row::most("its round trips after the login", trips, "round trips", 5.0).with("a network of 50 ms"));
}

/// UIDVALIDITY and HIGHESTMODSEQ, as SELECT with QRESYNC takes them.
fn mark(user: &User, folder: &str) -> String {
    let mut client = user.client();
    let reply = client.command(&format!("EXAMINE {folder} (CONDSTORE)"));
    let code = |name: &str| {
        let lines = reply.untagged.iter().map(|line| String::from_utf8_lossy(line).into_owned());
        let found = lines.filter_map(|line| Some(line.split_once(name)?.1.split(']').next()?.trim().to_owned())).next();
        found.unwrap_or_else(|| panic!("the server says no {name}"))
    };
    format!("{} {}", code("[UIDVALIDITY"), code("[HIGHESTMODSEQ"))
}
