//! The figures for Prometheus (text format 0.0.4): one `GET /metrics` a connection, on loopback.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::daemon::clock;
use crate::daemon::engine::Link;
use crate::logic::engine::{About, Health, Reply, Request};
use crate::logic::ids::{Category, UnixTime};

/// Connections at a time.
const AT_ONCE: usize = 8;
/// A request may be so long, with all its header fields. Bytes.
const LONGEST: usize = 16 * 1024;
/// A request is sent, and its answer taken, within this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers until it is dropped.
pub(super) async fn serve(listener: TcpListener, link: &Link) {
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if clients.len() < AT_ONCE => {
                    let link = link.clone();
                    clients.spawn(async move {
                        let _ = timeout(PATIENCE, answer(stream, link)).await;
                    });
                }
                Ok(_) => {}
                Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
            },
            Some(_) = clients.join_next() => {}
        }
    }
}

async fn answer(mut stream: TcpStream, link: Link) -> std::io::Result<()> {
    let mut request = Vec::new();
    let whole = |request: &[u8]| memchr::memmem::find(request, b"\r\n\r\n").is_some();
    while !whole(&request) && request.len() <= LONGEST {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let (status, body) = match asked(&request) {
        Asked::Metrics => match figures(&link).await {
            Some(text) => ("200 OK", text),
            None => ("503 Service Unavailable", "the engine does not answer\n".to_owned()),
        },
        Asked::Elsewhere => ("404 Not Found", "there is only /metrics\n".to_owned()),
        Asked::Otherwise => ("405 Method Not Allowed", "only GET is answered\n".to_owned()),
        Asked::Nonsense => ("400 Bad Request", "that is no HTTP request\n".to_owned()),
    };
    let head = format!(
        "HTTP/1.0 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Metrics,
    Elsewhere,
    Otherwise,
    Nonsense,
}

/// The request line (RFC 9112, section 3) is all that matters.
fn asked(request: &[u8]) -> Asked {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return Asked::Nonsense };
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["GET", path, version] if version.starts_with("HTTP/1.") => {
            if path.split('?').next() == Some("/metrics") {
                Asked::Metrics
            } else {
                Asked::Elsewhere
            }
        }
        [_, _, version] if version.starts_with("HTTP/1.") => Asked::Otherwise,
        _ => Asked::Nonsense,
    }
}

async fn figures(link: &Link) -> Option<String> {
    let Ok(Reply::About(about)) = link.ask(Request::About).await else { return None };
    let Ok(Reply::Health(healths)) = link.ask(Request::Health).await else { return None };
    Some(text(&about, &healths, clock::now(), memory()))
}

fn text(about: &About, healths: &[Health], now: UnixTime, memory: Option<u64>) -> String {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, rows: Vec<(String, String)>| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(text, "{name}{{{labels}}} {value}");
        }
    };
    let of = |value: &dyn Fn(&Health) -> Option<i64>| {
        let row = |health: &Health| Some((account(&health.account), value(health)?.to_string()));
        healths.iter().filter_map(row).collect::<Vec<_>>()
    };
    let well = of(&|health| Some(i64::from(health.is_well(now, about.since))));
    family("mailherd_account_up", "gauge", "1 while the account needs nobody to look after it.", well);
    let states = healths
        .iter()
        .map(|health| (format!("{},state=\"{}\"", account(&health.account), health.state.word()), "1".to_owned()));
    family("mailherd_account_state", "gauge", "What the account is doing.", states.collect());
    let age = of(&|health| health.last_pass.map(|pass| (now.0 - pass.0).max(0)));
    family("mailherd_last_pass_age_seconds", "gauge", "Seconds since the last pass that ended well.", age);
    let queue = of(&|health| Some(i64::from(health.queue)));
    family("mailherd_queue", "gauge", "Requests that wait for their turn.", queue);
    let held =
        of(&|health| Some(health.held.as_ref().map_or(0, |held| held.counts.iter().map(|n| i64::from(*n)).sum())));
    family("mailherd_held_messages", "gauge", "Messages of a batch that waits for the user's word.", held);
    let filed = about.filed.iter().flat_map(|filed| {
        let row = |(category, count): (Category, u64)| {
            (format!("{},category=\"{}\"", account(&filed.account), category.word()), count.to_string())
        };
        Category::ALL.into_iter().zip(filed.counts).filter(|(category, _)| *category != Category::Inbox).map(row)
    });
    family("mailherd_filed_total", "counter", "Messages filed since mailherd was started.", filed.collect());
    let trouble = u8::from(about.trouble.is_some()).to_string();
    let _ = writeln!(
        text,
        "# HELP mailherd_config_broken 1 while the config file cannot be used and an older one is in force."
    );
    let _ = writeln!(text, "# TYPE mailherd_config_broken gauge\nmailherd_config_broken {trouble}");
    let _ = writeln!(text, "# HELP process_start_time_seconds When mailherd was started, in Unix time.");
    let _ = writeln!(text, "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds {}", about.since.0);
    if let Some(memory) = memory {
        let _ = writeln!(text, "# HELP process_resident_memory_bytes Resident memory.");
        let _ = writeln!(text, "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {memory}");
    }
    text
}

/// The label of an account; the text format escapes these three characters.
fn account(name: &str) -> String {
    let name = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("account=\"{name}\"")
}

/// Resident memory in bytes, where the kernel tells it (proc(5)).
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_get_metrics_is_answered() {
        for (request, expected) in [
            ("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", Asked::Metrics),
            ("GET /metrics?x=1 HTTP/1.0\r\n\r\n", Asked::Metrics),
            ("GET / HTTP/1.1\r\n\r\n", Asked::Elsewhere),
            ("GET /metricsx HTTP/1.1\r\n\r\n", Asked::Elsewhere),
            ("POST /metrics HTTP/1.1\r\n\r\n", Asked::Otherwise),
            ("GET /metrics HTTP/2\r\n\r\n", Asked::Nonsense),
            ("\r\n\r\n", Asked::Nonsense),
            ("GET", Asked::Nonsense),
        ] {
            assert_eq!(asked(request.as_bytes()), expected, "{request:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_request(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = asked(&bytes);
        }
    }

    #[test]
    fn a_hostile_name_is_one_label() {
        assert_eq!(account("a\"} 1\n\\"), "account=\"a\\\"} 1\\n\\\\\"");
    }
}
