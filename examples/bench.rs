//! Measures the first pass over a big mailbox against the floor that any IMAP program stands on. Run it by `scripts/bench`.
//!
//! In turns, on the same warm private Dovecot: (a) a raw socket reads the same header fields of the same folders and parses nothing,
//! (b) `mailherd run --once --json` in preview mode with a fresh state directory reads, parses, learns, judges and stores, and moves
//! nothing. Printed are the times, the median of the ratios of neighbouring runs, and the peak memory of (b).

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the benchmark needs a part of the test bench")]
mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use support::dovecot::PASSWORD;
use support::flavour::Flavour;
use support::many::Many;
use support::user::User;

/// How much there is to read.
const INBOX: usize = 20_000;
const SENT: usize = 3_000;

/// What is promised: the median of the ratios, and mebibytes.
const RATIO: f64 = 2.5;
const MEMORY: f64 = 64.0;

/// What mailherd asks for, of every message.
const ITEMS: &str = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM TO CC REPLY-TO SENDER SUBJECT DATE MESSAGE-ID \
    IN-REPLY-TO REFERENCES LIST-ID LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST LIST-POST PRECEDENCE AUTO-SUBMITTED FEEDBACK-ID RETURN-PATH \
    AUTHENTICATION-RESULTS CONTENT-TYPE X-AUTO-RESPONSE-SUPPRESS DELIVERED-TO)])";

fn main() -> std::process::ExitCode {
    let quick = std::env::args().any(|word| word == "--quick");
    let rounds = if quick { 3 } else { 9 };
    let user = a_big_mailbox();
    // Both ways once without being measured: the server's cache learns which fields are asked for.
    let (_, bytes) = raw(&user);
    first_pass(&user);
    println!("{:.1} MB of header fields are read in each round", bytes as f64 / 1e6);
    let mut ratios = Vec::new();
    let mut peak = 0.0_f64;
    println!("round   raw socket   mailherd   ratio   peak memory");
    for round in 1..=rounds {
        let (floor, _) = raw(&user);
        let (time, memory) = first_pass(&user);
        let ratio = time.as_secs_f64() / floor.as_secs_f64();
        println!(
            "{round:>5} {:>10.3} s {:>8.3} s {ratio:>7.2} {memory:>9.1} MiB",
            floor.as_secs_f64(),
            time.as_secs_f64()
        );
        ratios.push(ratio);
        peak = peak.max(memory);
    }
    ratios.sort_by(f64::total_cmp);
    verdict(ratios[ratios.len() / 2], peak)
}

fn verdict(ratio: f64, peak: f64) -> std::process::ExitCode {
    let word = |kept: bool| if kept { "kept" } else { "MISSED" };
    println!("ratio, median of pairs: {ratio:.2} (at most {RATIO}: {})", word(ratio <= RATIO));
    println!("peak memory: {peak:.1} MiB (at most {MEMORY}: {})", word(peak <= MEMORY));
    if ratio <= RATIO && peak <= MEMORY { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}

fn a_big_mailbox() -> User {
    let started = Instant::now();
    let mut user = User::new(Flavour::PLAIN);
    user.set("mode", "\"preview\"");
    let mail = Many::generate(INBOX, SENT, 1);
    let mut client = user.client();
    client.append("INBOX", &mail.inbox);
    client.append("Sent", &mail.sent);
    println!("{INBOX} messages in INBOX and {SENT} in Sent, there in {:.1} s", started.elapsed().as_secs_f64());
    user
}

/// Reads both folders and looks at nothing but the end of each answer. The time from connecting on, and the bytes that came.
fn raw(user: &User) -> (Duration, usize) {
    let started = Instant::now();
    let mut socket = TcpStream::connect(("127.0.0.1", user.server.port)).expect("the server listens");
    socket.set_nodelay(true).expect("TCP");
    let mut bytes = read_past(&mut socket, b"\r\n");
    let login = format!("a LOGIN {} {{{}+}}\r\n{PASSWORD}", user.name, PASSWORD.len());
    for command in [
        &login,
        "a EXAMINE INBOX",
        &format!("a UID FETCH 1:* {ITEMS}"),
        "a EXAMINE Sent",
        &format!("a UID FETCH 1:* {ITEMS}"),
    ] {
        socket.write_all(format!("{command}\r\n").as_bytes()).expect("TCP");
        bytes += read_past(&mut socket, b"\r\na OK ");
    }
    (started.elapsed(), bytes)
}

/// Reads until `end` has come by and the line is over. The bytes that came.
fn read_past(socket: &mut TcpStream, end: &[u8]) -> usize {
    let mut chunk = vec![0; 1 << 18];
    // A tagged line may be the first of an answer.
    let mut tail = b"\r\n".to_vec();
    let mut bytes = 0;
    loop {
        let size = socket.read(&mut chunk).expect("TCP");
        assert!(size > 0, "the server hung up");
        bytes += size;
        tail.extend_from_slice(&chunk[..size]);
        let found = memchr::memmem::find(&tail[usize::from(end == b"\r\n") * 2..], end).is_some();
        if found && tail.ends_with(b"\r\n") {
            return bytes;
        }
        tail.drain(..tail.len().saturating_sub(4096));
    }
}

/// The first pass of a new installation: its time from start to end, and its peak resident memory in MiB.
fn first_pass(user: &User) -> (Duration, f64) {
    let _ = std::fs::remove_dir_all(user.state_dir());
    let started = Instant::now();
    let mut running = user.start(&["run", "--once", "--json"]);
    let status = format!("/proc/{}/status", running.child.id());
    let mut peak = 0.0_f64;
    while !running.ended() {
        peak = peak.max(peak_memory(&status).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(1));
    }
    let elapsed = started.elapsed();
    let result = running.finish().done().object();
    assert_eq!(result["accounts"][0]["seen"], INBOX, "the whole INBOX was judged: {result}");
    (elapsed, peak)
}

/// The kernel's high-water mark of resident memory (VmHWM), in MiB.
fn peak_memory(status: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}
