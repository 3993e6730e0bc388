//! A day on a home server, compressed: deliveries to many accounts, a user who moves mail about with other programs, a server
//! that restarts, a daemon that is killed. In the end each message is there once.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;

use super::cast;
use super::client::Client;
use super::dovecot::PASSWORD;
use super::flavour::Flavour;
use super::mail::Mail;
use super::program::Running;
use super::response;
use super::usage::resident;
use super::user::User;
use super::world::World;

/// Where the user drags mail.
const FOLDERS: [&str; 7] = ["INBOX", "Top", "News", "Bulk", "Blackhole", "Archive", "Trash"];
/// Hands that deliver, and hands that move.
const HANDS: (usize, usize) = (3, 2);
/// Until everything is at rest in the end.
const PATIENCE: Duration = Duration::from_secs(240);

/// How much happens.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// IMAP accounts, all in one daemon.
    pub accounts: usize,
    /// Messages that come, in all.
    pub deliveries: usize,
    /// In which time they come.
    pub time: Duration,
    /// How often the server restarts.
    pub restarts: usize,
    /// How often the daemon is killed with SIGKILL, and started again.
    pub kills: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Figures {
    /// Messages that were delivered, and that lie in the mailboxes in the end.
    pub delivered: usize,
    /// Moves by other programs.
    pub moved: usize,
    /// Rows of the journal that are done.
    pub rows: usize,
    /// Orders that were read out of the moves.
    pub orders: usize,
    /// Messages that the server gave to mailherd and to a hand, which moved them in the same moment. Dovecot 2.3.19 does: of 300 messages that
    /// two sessions moved in step, each to another folder, all were in both.
    pub given_twice: usize,
    /// What is wrong: `account: message: how often it is there`.
    pub wrong: Vec<String>,
    /// Rows of the journal whose outcome is not known.
    pub open: usize,
    /// Resident memory of each life of the daemon, in KiB: after the first quarter of it, and the most.
    pub memory: Vec<(u64, u64)>,
    /// All of it.
    pub took: Duration,
}

/// What the hands share.
struct Scene<'a> {
    day: Day,
    user: &'a User,
    /// Held for reading by whoever talks to the server, for writing while it restarts: what is cut off is mailherd, not the hands.
    server: RwLock<usize>,
    delivered: Mutex<Vec<(usize, String, Instant)>>,
    begun: AtomicUsize,
    moved: AtomicUsize,
    /// What the hands moved out of INBOX: account and UID.
    taken: Mutex<HashSet<(usize, u32)>>,
    over: AtomicBool,
}

impl Day {
    /// Lives it.
    pub fn lived(self) -> Figures {
        let since = Instant::now();
        let mut user = User::named(Flavour::RESTARTED, "day0");
        user.set("settle_seconds", "5");
        let scene = Scene {
            day: self,
            user: &user,
            server: RwLock::new(0),
            delivered: Mutex::default(),
            begun: AtomicUsize::new(0),
            moved: AtomicUsize::new(0),
            taken: Mutex::default(),
            over: AtomicBool::new(false),
        };
        let mut figures = Figures::default();
        let mut living = Some(scene.daemon());
        let mut lives = vec![Vec::new()];
        std::thread::scope(|scope| {
            (0..HANDS.0).for_each(|hand| {
                drop(scope.spawn({
                    let scene = &scene;
                    move || scene.deliver(hand)
                }))
            });
            (0..HANDS.1).for_each(|hand| {
                drop(scope.spawn({
                    let scene = &scene;
                    move || scene.drag(hand)
                }))
            });
            let mut blows = self.blows();
            while since.elapsed() < self.time || scene.begun.load(Ordering::SeqCst) < self.deliveries {
                std::thread::sleep(Duration::from_millis(200));
                let daemon = living.as_mut().unwrap();
                lives.last_mut().unwrap().extend(resident(daemon.child.id()));
                if daemon.ended() {
                    panic!("the daemon ended by itself: {}", living.take().unwrap().finish());
                }
                if blows.last().is_some_and(|(at, _)| since.elapsed() >= *at) {
                    match blows.pop() {
                        Some((_, true)) => {
                            // Its lock is free when it is buried.
                            ends(living.take());
                            living = Some(scene.daemon());
                            lives.push(Vec::new());
                        }
                        _ => scene.restart(),
                    }
                }
            }
            scene.over.store(true, Ordering::SeqCst);
        });
        let deadline = Instant::now() + PATIENCE;
        while !scene.rests() {
            lives.last_mut().unwrap().extend(living.as_ref().and_then(|daemon| resident(daemon.child.id())));
            assert!(Instant::now() < deadline, "it does not come to rest: {}", scene.ask(&["status"]));
            std::thread::sleep(Duration::from_millis(300));
        }
        figures.memory = lives
            .iter()
            .filter(|life| !life.is_empty())
            .map(|life| (life[life.len() / 4], *life.iter().max().unwrap()))
            .collect();
        scene.count(&mut figures);
        ends(living.take());
        figures.took = since.elapsed();
        figures
    }

    /// When the server restarts and the daemon dies (`true`), the last first.
    fn blows(self) -> Vec<(Duration, bool)> {
        let spread = |count: usize, dies: bool| {
            (1..=count).map(move |number| (self.time.mul_f64(number as f64 / (count + 1) as f64), dies))
        };
        let mut blows: Vec<_> = spread(self.restarts, false).chain(spread(self.kills, true)).collect();
        blows.sort();
        blows.reverse();
        blows
    }
}

impl Scene<'_> {
    fn name(account: usize) -> String {
        format!("day{account}")
    }

    fn configuration(&self) -> String {
        let text = self.user.configuration();
        let (global, first) = text.split_once("[[accounts]]").unwrap();
        let account = |number: usize| {
            let block = first.replace("name = \"home\"", &format!("name = \"{}\"", Scene::name(number)));
            format!(
                "[[accounts]]{}",
                block.replace("username = \"day0\"", &format!("username = \"{}\"", Scene::name(number)))
            )
        };
        global.to_owned() + &(0..self.day.accounts).map(account).collect::<String>()
    }

    fn daemon(&self) -> Running {
        self.user.start_at("daemon.toml", &self.configuration(), &["daemon", "-q"], &[])
    }

    fn ask(&self, words: &[&str]) -> super::program::Outcome {
        self.user.with_config(&self.configuration(), words)
    }

    fn client(&self, account: usize) -> Client {
        Client::login(self.user.server.port, &Scene::name(account), PASSWORD)
    }

    fn restart(&self) {
        let mut generation = self.server.write().unwrap();
        self.user.server.restart();
        *generation += 1;
    }

    /// Does something with the server while it stays up; connections are kept until it restarts.
    fn on<T>(
        &self,
        clients: &mut (usize, HashMap<usize, Client>),
        account: usize,
        work: impl FnOnce(&mut Client) -> T,
    ) -> T {
        let generation = self.server.read().unwrap();
        if clients.0 != *generation {
            *clients = (*generation, HashMap::new());
        }
        work(clients.1.entry(account).or_insert_with(|| self.client(account)))
    }

    fn deliver(&self, hand: usize) {
        let (since, mut clients, mut rng) = (Instant::now(), Default::default(), Rng::with_seed(hand as u64));
        loop {
            let number = self.begun.fetch_add(1, Ordering::SeqCst);
            if number >= self.day.deliveries {
                return;
            }
            let due = self.day.time.mul_f64(number as f64 / self.day.deliveries as f64);
            std::thread::sleep(due.saturating_sub(since.elapsed()));
            let (account, mail) = (rng.usize(..self.day.accounts), arrives(&mut rng, number));
            self.on(&mut clients, account, |client| client.append("INBOX", std::slice::from_ref(&mail)));
            self.delivered.lock().unwrap().push((account, mail.id(), Instant::now()));
        }
    }

    /// Drags mail from anywhere to anywhere: between INBOX and the managed folders, between two of these, to Trash, and back. Mostly
    /// some seconds after it came; sooner it is as a program does.
    fn drag(&self, hand: usize) {
        let (mut clients, mut rng) = (Default::default(), Rng::with_seed(1000 + hand as u64));
        while !self.over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(rng.u64(30..100)));
            let account = rng.usize(..self.day.accounts);
            let (from, to) = (FOLDERS[rng.usize(..FOLDERS.len())], FOLDERS[rng.usize(..FOLDERS.len())]);
            if from != to {
                let moved = self.on(&mut clients, account, |client| drag(client, &mut rng, from, to));
                self.moved.fetch_add(usize::from(moved.is_some()), Ordering::SeqCst);
                if from == "INBOX" {
                    self.taken.lock().unwrap().extend(moved.map(|uid| (account, uid)));
                }
            }
        }
    }

    /// Whether every account is up to date. What surprises is confirmed.
    fn rests(&self) -> bool {
        let rows = self.ask(&["status", "--json"]).rows();
        for held in rows.iter().filter(|row| !row["held"].is_null()) {
            self.ask(&["confirm", &format!("batch:{}", held["account"].as_str().unwrap())]);
        }
        let rests =
            |row: &Value| ["live", "polling"].contains(&row["state"].as_str().unwrap_or("")) && row["held"].is_null();
        rows.len() == self.day.accounts && rows.iter().all(rests) && self.ask(&["check"]).code() == Some(0)
    }

    /// What mailherd and a hand both moved out of INBOX, by the same number.
    fn given_twice(&self) -> HashSet<(usize, String)> {
        let database = rusqlite::Connection::open(self.user.state_dir().join("mailherd.sqlite3")).unwrap();
        let mut statement = database
            .prepare(
                "SELECT a.name, j.from_uid, j.message_id FROM journal j JOIN account a ON a.id = j.account
                 WHERE j.from_folder = 'INBOX' AND j.kind = 'move' AND j.state = 'done' AND j.message_id IS NOT NULL",
            )
            .unwrap();
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?, row.get::<_, String>(2)?)));
        let taken = self.taken.lock().unwrap();
        let both = rows.unwrap().map(Result::unwrap).filter_map(|(account, uid, id)| {
            let account = account.strip_prefix("day")?.parse().ok()?;
            taken.contains(&(account, uid)).then_some((account, id))
        });
        both.collect()
    }

    fn count(&self, figures: &mut Figures) {
        let mut expected: HashMap<(usize, String), i32> = HashMap::new();
        for (account, id, _) in self.delivered.lock().unwrap().iter() {
            *expected.entry((*account, id.clone())).or_default() += 1;
            figures.delivered += 1;
        }
        for account in 0..self.day.accounts {
            let world = World::of(&mut self.client(account));
            world.items().for_each(|(_, item)| *expected.entry((account, item.message_id.clone())).or_default() -= 1);
        }
        let given_twice = self.given_twice();
        expected.retain(|place, count| *count != 0 && !(*count < 0 && given_twice.contains(place)));
        figures.given_twice = given_twice.len();
        figures.wrong =
            expected.iter().map(|((account, id), count)| format!("day{account}: {id}: {} times", 1 - count)).collect();
        figures.moved = self.moved.load(Ordering::SeqCst);
        let rows = self.ask(&["log", "--json", "--limit", "10000000"]).rows();
        figures.rows = rows.iter().filter(|row| row["state"] == "done").count();
        figures.open = rows.iter().filter(|row| row["state"] == "intended").count();
        figures.orders = self.ask(&["orders", "--json"]).rows().len();
    }
}

fn arrives(rng: &mut Rng, number: usize) -> Mail {
    let number = number as u32;
    let kinds = [
        cast::newsletter,
        cast::list_post,
        cast::notification,
        cast::receipt,
        cast::promotion,
        cast::stranger,
        cast::sign_in_code,
        cast::friend,
    ];
    kinds[rng.usize(..kinds.len())](number)
}

/// Any message of the folder, which may not be there yet, or empty. Its UID there, when it was moved.
fn drag(client: &mut Client, rng: &mut Rng, from: &str, to: &str) -> Option<u32> {
    if client.try_command(&format!("SELECT {from}")).status != "OK" {
        return None;
    }
    let there = client.select(from);
    if there == 0 {
        return None;
    }
    let found = client.try_command(&format!("UID SEARCH {}", rng.usize(1..=there)));
    let line = found.untagged.iter().find(|line| line.starts_with(b"* SEARCH"))?;
    let uid: u32 = response::values(line).get(2)?.text().parse().ok()?;
    let answer = client.try_command(&format!("UID MOVE {uid} {to}"));
    // A tagged OK proves nothing: what is not there any more is moved with OK, too.
    let copied = |line: &Vec<u8>| line.windows(8).any(|window| window == b"COPYUID ");
    (answer.status == "OK" && answer.untagged.iter().any(copied)).then_some(uid)
}

/// `kill -9`
fn ends(daemon: Option<Running>) {
    let mut daemon = daemon.unwrap();
    daemon.kill();
    daemon.finish();
}

impl Figures {
    /// Whether nothing was lost and nothing is twice.
    pub fn is_well(&self) -> bool {
        self.wrong.is_empty() && self.open == 0
    }

    /// Whether the daemon needs no more memory after a day than after an hour: the most of any life against the first quarter of the first one,
    /// in KiB. A ledger that grows with its senders is allowed for.
    pub fn memory_is_flat(&self) -> bool {
        let early = self.memory.first().map_or(0, |life| life.0);
        self.memory.iter().all(|life| life.1 <= early + early / 2 + 16 * 1024)
    }
}
