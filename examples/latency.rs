//! How fast mail is filed by `mailherd daemon`, and what the daemon costs when nothing happens. Run it by `scripts/latency`.
//!
//! `latency`: an ordinary client puts a message into INBOX (APPEND) and looks until it sees it in its folder. A raw socket that idles on
//! INBOX says in the same rounds how much of that time is the server's own push, which no client can be faster than.
//!
//! `idle`: ten accounts in one daemon, for a minute in which nothing happens: memory, wake-ups, bytes.

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the measurements need a part of the test bench")]
mod support;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use support::cast;
use support::client::Client;
use support::daemon::Daemon;
use support::day::resident;
use support::dovecot::PASSWORD;
use support::flavour::Flavour;
use support::network::Network;
use support::program::Running;
use support::user::User;

/// What is promised of the median, and of the memory with ten accounts in KiB.
const PROMISED: Duration = Duration::from_secs(1);
const MEMORY: u64 = 32 * 1024;
const ACCOUNTS: usize = 10;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let quick = words.iter().any(|word| word == "--quick");
    let wants = |what: &str| !words.iter().any(|word| !word.starts_with('-')) || words.iter().any(|word| word == what);
    let fast = !wants("latency") || latency(if quick { 20 } else { 100 });
    let cheap = !wants("idle") || idle(Duration::from_secs(if quick { 30 } else { 120 }));
    ExitCode::from(u8::from(!(fast && cheap)))
}

/// One delivery: until the server pushed it to a raw socket, and until the client saw it in its folder.
struct Round {
    pushed: Duration,
    filed: Duration,
}

fn latency(rounds: u32) -> bool {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1)]);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let pushes = idles(&user);
    let (mut sender, mut reader) = (user.client(), user.client());
    let mut known = reader.select("News");
    let mut measured: Vec<Round> = Vec::new();
    for number in 2..rounds + 2 {
        // Not in the lull after the one before, nor in step with anything that happens every second.
        std::thread::sleep(Duration::from_millis(1200 + fastrand::u64(..400)));
        pushes.try_iter().count();
        let since = Instant::now();
        sender.append("INBOX", &[cast::newsletter(number)]);
        let filed = loop {
            let now = exists(&mut reader).unwrap_or(known);
            if now > known {
                known = now;
                break since.elapsed();
            }
            assert!(since.elapsed() < Duration::from_secs(30), "it is not filed");
            std::thread::sleep(Duration::from_millis(1));
        };
        let pushed = pushes.recv_timeout(Duration::from_secs(5)).map_or(filed, |at| at.duration_since(since));
        measured.push(Round { pushed, filed });
    }
    let (pushed, filed) = (median(measured.iter().map(|one| one.pushed)), median(measured.iter().map(|one| one.filed)));
    let own = median(measured.iter().map(|one| one.filed.saturating_sub(one.pushed)));
    let slowest = measured.iter().map(|one| one.filed).max().unwrap_or_default();
    println!("{rounds} deliveries by APPEND, medians:");
    println!("  until an idling raw socket hears of it   {:>7.1} ms", ms(pushed));
    println!("  until a client sees it in its folder     {:>7.1} ms (slowest {:.1} ms)", ms(filed), ms(slowest));
    println!("  of that after the push                   {:>7.1} ms", ms(own));
    println!("  ratio to the push alone                  {:>7.2}", filed.as_secs_f64() / pushed.as_secs_f64());
    filed <= PROMISED
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

/// How many messages the open folder holds, when the server says so.
fn exists(client: &mut Client) -> Option<usize> {
    let reply = client.command("NOOP");
    let lines = reply.untagged.iter().map(|line| String::from_utf8_lossy(line).into_owned());
    lines.filter_map(|line| line.trim_end().strip_prefix("* ")?.strip_suffix(" EXISTS")?.parse().ok()).next_back()
}

/// A raw socket that idles on INBOX: when it hears that there is one message more.
fn idles(user: &User) -> Receiver<Instant> {
    let mut socket = TcpStream::connect(("127.0.0.1", user.server.port)).unwrap();
    socket.set_nodelay(true).unwrap();
    let login = format!("a LOGIN {} {{{}+}}\r\n{PASSWORD}\r\nb SELECT INBOX\r\nc IDLE\r\n", user.name, PASSWORD.len());
    socket.write_all(login.as_bytes()).unwrap();
    let (heard, hears) = channel();
    let mut lines = BufReader::new(socket.try_clone().unwrap());
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

fn idle(time: Duration) -> bool {
    let user = User::named(Flavour::PLAIN, "idle0");
    let network = Network::to(user.server.port);
    let text =
        user.configuration().replace(&format!("port = {}", user.server.port), &format!("port = {}", network.port));
    let (global, first) = text.split_once("[[accounts]]").unwrap();
    let accounts = (0..ACCOUNTS).map(|number| {
        let name = format!("idle{number}");
        let mut client = Client::login(user.server.port, &name, PASSWORD);
        client.append("INBOX", &cast::inbox(25));
        let block = first.replace("name = \"home\"", &format!("name = \"{name}\""));
        format!("[[accounts]]{}", block.replace("username = \"idle0\"", &format!("username = \"{name}\"")))
    });
    let configuration = global.to_owned() + &accounts.collect::<String>();
    let running = user.start_at("daemon.toml", &configuration, &["daemon", "-q"], &[]);
    let rest = Instant::now();
    loop {
        let rows = user.with_config(&configuration, &["status", "--json"]).rows();
        for held in rows.iter().filter(|row| !row["held"].is_null()) {
            user.with_config(&configuration, &["confirm", &format!("batch:{}", held["account"].as_str().unwrap())]);
        }
        if rows.len() == ACCOUNTS && rows.iter().all(|row| row["state"] == "live" && row["held"].is_null()) {
            break;
        }
        assert!(rest.elapsed() < Duration::from_secs(120), "it does not come to rest");
        std::thread::sleep(Duration::from_millis(300));
    }
    std::thread::sleep(Duration::from_secs(5));
    let bytes = network.bytes();
    let woken = woken_in(&running, time);
    let minutes = time.as_secs_f64() / 60.0;
    let (woken, bytes) = (woken as f64 / minutes, (network.bytes() - bytes) as f64 / minutes);
    let memory = resident(&running).unwrap_or_default();
    println!("{ACCOUNTS} accounts of 200 messages, {} s in which nothing happens:", time.as_secs());
    println!("  resident memory   {:>8.1} MiB", memory as f64 / 1024.0);
    println!("  wake-ups          {woken:>8.0} a minute");
    println!("  network           {bytes:>8.0} bytes a minute, both directions");
    let mut running = running;
    running.kill();
    running.finish();
    memory <= MEMORY
}

/// How often any thread went to sleep and was woken again in this time. Threads of the pool come and go, so they are looked at often.
fn woken_in(running: &Running, time: Duration) -> u64 {
    let (end, mut before, mut woken) = (Instant::now() + time, wake_ups(running), 0);
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(250));
        let now = wake_ups(running);
        let more = now.iter().map(|(thread, count)| count - before.get(thread).copied().unwrap_or(0));
        woken += more.sum::<u64>();
        before = now;
    }
    woken
}

/// Voluntary context switches of each thread.
fn wake_ups(running: &Running) -> HashMap<OsString, u64> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", running.child.id())).unwrap();
    let of = |task: std::io::Result<std::fs::DirEntry>| {
        let task = task.ok()?;
        let status = std::fs::read_to_string(task.path().join("status")).ok()?;
        let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        Some((task.file_name(), count.trim().parse().ok()?))
    };
    tasks.filter_map(of).collect()
}
