//! Many accounts in one daemon while nothing happens: memory for each, and how often anything wakes up.
//!
//! Started with what the systemd unit sets, over TLS, against Dovecot, each account with forty messages that have been judged and partly filed;
//! nothing pushes or polls but the daemon.

use std::time::{Duration, Instant};

use super::{Boxes, Plan, Row, Table};
use crate::support::cast;
use crate::support::client::Client;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::program::Running;
use crate::support::usage::{resident, woken_in};
use crate::support::user::User;
use crate::support::world;

/// KiB of resident memory for each account beyond the first.
const MEMORY: f64 = 64.0;

/// Wake-ups a second of the whole daemon.
const WAKE_UPS: f64 = 10.0;

/// Connecting and first passes of all accounts never take this long.
const PATIENCE: Duration = Duration::from_secs(300);

/// Newsletters to each account, at once, and accounts that get some.
const MAIL: usize = 20;
const BUSY: usize = 50;
/// Clients that deliver at a time.
const SENDERS: usize = 4;

/// See the module.
pub fn rows(plan: &Plan, _: &mut Boxes, table: &mut Table) {
    let user = User::named(Flavour::CROWDED, "idle0");
    user.receives(&cast::inbox(5));
    let copies = (1..plan.accounts).map(|number| format!("idle{number}"));
    let names: Vec<String> = std::iter::once("idle0".to_owned()).chain(copies).collect();
    for name in &names[1..] {
        let home = |name: &str| user.server.home_of(name);
        let copied = std::process::Command::new("cp").arg("-a").arg(home("idle0")).arg(home(name)).status();
        assert!(copied.is_ok_and(|status| status.success()), "a mailbox is copied");
    }
    let one = Idle::start(&user, &names[..1], plan.rest);
    let alone = one.memory();
    one.end();
    let since = Instant::now();
    let all = Idle::start(&user, &names, plan.rest);
    let started = since.elapsed().saturating_sub(plan.rest);
    let together = all.memory();
    let wake_ups = woken_in(all.running.child.id(), plan.idle) as f64 / plan.idle.as_secs_f64();
    let rate = arrivals(&user, &names[..names.len().min(BUSY)]);
    all.end();
    let more = (together - alone) / (names.len() - 1).max(1) as f64;
    let count = names.len();
    let totals = format!("{:.1} MiB with one, {:.1} MiB with {count}", alone / 1024.0, together / 1024.0);
    table.add(Row::most(format!("memory of each of {count} idle accounts"), more, "KiB", MEMORY).with(totals));
    let during = format!("in {} s of rest, over TLS", plan.idle.as_secs());
    table.add(Row::most(format!("wake-ups of {count} idle accounts"), wake_ups, "a second", WAKE_UPS).with(during));
    table.add(Row::figure("arrivals filed, to many accounts at once", rate, "a second"));
    table.add(Row::figure(
        format!("{count} accounts: start to the end of all first passes"),
        started.as_secs_f64(),
        "s",
    ));
}

/// How many arrivals a second are filed, when many accounts get mail at once.
fn arrivals(user: &User, names: &[String]) -> f64 {
    let port = user.server.port;
    let client = |name: &String| Client::login(port, name, PASSWORD);
    let mut watching: Vec<(Client, usize)> = names.iter().map(|name| (client(name), 0)).collect();
    watching.iter_mut().for_each(|(client, before)| *before = world::count(client, "News"));
    let since = Instant::now();
    std::thread::scope(|scope| {
        for some in names.chunks(names.len().div_ceil(SENDERS)) {
            scope.spawn(move || {
                for name in some {
                    let mail: Vec<Mail> = (1000..1000 + MAIL as u32).map(cast::newsletter).collect();
                    client(name).append("INBOX", &mail);
                }
            });
        }
    });
    for (client, before) in &mut watching {
        while world::count(client, "News") < *before + MAIL {
            assert!(since.elapsed() < PATIENCE, "not all that came is filed");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    (names.len() * MAIL) as f64 / since.elapsed().as_secs_f64()
}

/// A daemon on some accounts that are up to date.
struct Idle {
    running: Running,
}

impl Idle {
    fn start(user: &User, names: &[String], rest: Duration) -> Idle {
        let configuration = configuration(user, names);
        let running = user.start_at("daemon.toml", &configuration, &["daemon", "-q"], &environment());
        let since = Instant::now();
        loop {
            std::thread::sleep(Duration::from_millis(300));
            let rows = user.with_config(&configuration, &["status", "--json"]).rows();
            let rests = |row: &serde_json::Value| row["state"] == "live" && !row["last_pass"].is_null();
            if rows.len() == names.len() && rows.iter().all(rests) {
                break;
            }
            if since.elapsed() > PATIENCE {
                let first = rows.iter().find(|row| !rests(row));
                panic!("{} accounts, and this one does not come to rest: {first:?}", rows.len());
            }
        }
        // What was kept for a moment is given back.
        std::thread::sleep(rest);
        Idle { running }
    }

    fn memory(&self) -> f64 {
        resident(self.running.child.id()).expect("the daemon lives") as f64
    }

    fn end(mut self) {
        self.running.kill();
        self.running.finish();
    }
}

/// What the systemd unit sets for it.
fn environment() -> Vec<(String, String)> {
    let unit = include_str!("../../../contrib/systemd/mailherd.service");
    let set = unit.lines().filter_map(|line| line.strip_prefix("Environment=")).flat_map(str::split_whitespace);
    set.filter_map(|word| word.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The user's configuration with an account for each of these login names, over TLS.
fn configuration(user: &User, names: &[String]) -> String {
    let certificate = user.server.certificate.as_ref().expect("a server with TLS");
    let text = user.configuration();
    let text = text.replace(&format!("port = {}", user.server.port), &format!("port = {}", user.server.tls_port));
    let ca = toml::Value::from(certificate.ca.to_str().expect("a path"));
    let text = text.replace("tls = \"none\"", &format!("tls = \"implicit\"\ntls_ca_file = {ca}"));
    let (global, first) = text.split_once("[[accounts]]").expect("an account");
    let account = |name: &String| {
        let block = first.replace("name = \"home\"", &format!("name = \"{name}\""));
        format!("[[accounts]]{}", block.replace("username = \"idle0\"", &format!("username = \"{name}\"")))
    };
    global.to_owned() + &names.iter().map(account).collect::<String>()
}
