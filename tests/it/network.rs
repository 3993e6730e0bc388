//! The network fails in the middle of things and comes back: the engine comes back by itself, each message is filed once, and what it
//! says of itself meanwhile is true.
//!
//! ```text
//! engine ── network (weather) ── proxy (holds a command) ── Dovecot
//! ```
//!
//! A command that is held has left the engine. It is let go after the weather has changed, so that the server carries it out and
//! the engine never hears of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use mailherd::daemon::engine::Options;
use mailherd::logic::engine::{AccountState, Health, Notice, Reply, Request};
use mailherd::logic::fault::FaultKind;

use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::engine::{Watching, eventually, quick};
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::network::Network;
use crate::support::proxy::{Act, Proxy};
use crate::support::user::User;
use crate::support::world::{World, count};

/// How long the server may owe an answer, in these tests. A move gets ten times as long.
const SILENCE: Duration = Duration::from_millis(800);
const MOVE_SILENCE: Duration = Duration::from_secs(8);
/// How often the managed mailboxes are looked at: a dead connection is found out then.
const LOOK: Duration = Duration::from_secs(1);
/// Nothing that has a limit overruns it by this much, however busy the machine.
const GRACE: Duration = Duration::from_secs(15);
/// How long the weather lasts once the engine has noticed.
const LASTS: Duration = Duration::from_millis(2500);

/// Where a round trip takes 2 seconds the last byte of a server that is being spoken with came no more seconds ago than this.
const MOST_SILENT: i64 = 7;

/// What the engine is doing when the weather changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum During {
    Idle,
    Fetch,
    Move,
    /// The three steps of a move on a server without MOVE.
    Copy,
    Store,
    Expunge,
}

impl During {
    const ALL: [During; 6] = [During::Idle, During::Fetch, During::Move, During::Copy, During::Store, During::Expunge];

    fn flavour(self) -> Flavour {
        match self {
            During::Idle | During::Fetch | During::Move => Flavour::PLAIN,
            During::Copy | During::Store | During::Expunge => Flavour::NO_MOVE,
        }
    }

    /// The command to strike at.
    fn command(self) -> &'static str {
        match self {
            // The connection after this one reads what came meanwhile. Until then nothing moves, and can be counted.
            During::Idle | During::Fetch => "UID FETCH",
            During::Move => "UID MOVE",
            During::Copy => "UID COPY",
            During::Store => "UID STORE",
            During::Expunge => "UID EXPUNGE",
        }
    }
}

/// One user whose way to the server has weather.
struct Case {
    user: User,
    network: Network,
    proxy: Proxy,
    watching: Watching,
    during: During,
    mail: Vec<(Mail, &'static str)>,
}

/// Each case in a thread of its own: they mostly wait.
fn each(case: impl Fn(During) + Sync) {
    std::thread::scope(|scope| {
        let case = &case;
        for during in During::ALL {
            let thread = std::thread::Builder::new().name(format!("network, during {during:?}"));
            thread.spawn_scoped(scope, move || case(during)).unwrap();
        }
    });
}

fn now() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    since.as_secs().try_into().unwrap()
}

fn impatient() -> Options {
    Options {
        look: LOOK,
        silence: SILENCE,
        connect: 2 * SILENCE,
        first_retry: Duration::from_millis(600),
        longest_retry: Duration::from_secs(1),
        ..quick()
    }
}

impl Case {
    /// An engine that is at rest, and mail that arrives: held at the command in question, or, in IDLE, not there yet.
    fn begin(during: During, options: Options) -> Case {
        let mut user = User::new(during.flavour());
        let proxy = Proxy::to(user.server.port);
        let network = Network::to(proxy.port);
        user.set_account("port", &network.port.to_string());
        user.receives(&[cast::newsletter(100), cast::promotion(100), cast::stranger(100)]);
        let watching = Watching::start(&user.config_file(), options);
        watching.rests("home");
        let mut mail = vec![(cast::stranger(1), "INBOX")];
        mail.extend((1..=4).flat_map(|number| [(cast::newsletter(number), "News"), (cast::promotion(number), "Bulk")]));
        let case = Case { user, network, proxy, watching, during, mail };
        case.proxy.when(during.command(), 0, Act::Hold);
        if during == During::Idle {
            // Not while IDLE's own answer is under way: it would be taken for one to what is asked later.
            case.watching.until("home", |health| health.state == AccountState::Live && health.asked.is_none());
        } else {
            case.mail_arrives();
            assert!(case.proxy.hit(GRACE), "{during:?} is reached");
        }
        case
    }

    fn mail_arrives(&self) {
        let mail: Vec<Mail> = self.mail.iter().map(|(mail, _)| mail.clone()).collect();
        self.user.receives(&mail);
    }

    /// Changes the weather, lets the held command go, and gives what is in the mailbox: all of the mail, wherever.
    fn strikes(&self, weather: impl FnOnce()) -> World {
        weather();
        if self.during == During::Idle {
            self.mail_arrives();
        }
        let before = self.user.world().without_originals();
        self.proxy.release();
        before
    }

    /// Waits until the engine says that it has lost the server, and why.
    fn notices(&self, within: Duration) -> Health {
        let since = Instant::now();
        let health = self.watching.until("home", |health| health.state == AccountState::Waiting);
        assert!(since.elapsed() < within + GRACE, "{:?}: it took {:?}", self.during, since.elapsed());
        let fault = health.fault.as_ref().unwrap_or_else(|| panic!("{:?}: no fault: {health:?}", self.during));
        assert_eq!(fault.kind, FaultKind::Transient, "{fault:?}");
        assert!(!fault.hint.is_empty() && health.next.is_some() && health.progress.is_none(), "{health:?}");
        health
    }

    /// As long as it lasts the engine tries, says so, and claims nothing else. The cause at the end.
    fn lasts(&self, last_byte: &Health) -> String {
        let until = Instant::now() + LASTS;
        let mut seen = BTreeSet::new();
        loop {
            let health = self.watching.health().remove(0);
            let trying = matches!(health.state, AccountState::Connecting | AccountState::Waiting);
            assert!(trying && health.fault.is_some(), "{:?}: {health:?}", self.during);
            assert_eq!(health.next.is_some(), health.state == AccountState::Waiting, "{health:?}");
            assert_eq!(health.last_byte, last_byte.last_byte, "nothing comes from the server");
            seen.insert((health.state.word(), health.next));
            if Instant::now() > until {
                assert!(seen.len() > 1, "{:?}: it tries again: {seen:?}", self.during);
                return health.fault.map(|fault| fault.cause).unwrap_or_default();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The engine comes back by itself: everything is where it belongs, once, and the journal says how it came there.
    fn comes_back(&self, before: &World) {
        let user = &self.user;
        let places = ["INBOX", "News", "Bulk"];
        eventually(&format!("{:?}: all is filed", self.during), || {
            let mut client = user.client();
            places.map(|place| count(&mut client, place)) == [2, 5, 5]
        });
        let health = self.watching.until("home", |health| health.state == AccountState::Live && health.fault.is_none());
        assert!(health.next.is_none() && health.progress.is_none(), "{health:?}");
        let after = user.world();
        before.assert_same_mail(&after);
        let journal = user.journal();
        assert!(journal.iter().all(|row| row["state"] != "intended"), "{journal:?}");
        for (mail, place) in &self.mail {
            assert_eq!(after.place_of(&mail.id()), *place, "{:?}", self.during);
            let rows: Vec<_> = journal.iter().filter(|row| row["message_id"] == mail.id().as_str()).collect();
            let done: Vec<_> = rows.iter().filter(|row| row["state"] == "done").collect();
            assert_eq!(done.len(), usize::from(*place != "INBOX"), "{:?}: {rows:?}", self.during);
            assert!(done.iter().all(|row| row["to_folder"] == *place), "{rows:?}");
            // What was written before the weather and not done in it was settled by looking, and written anew.
            assert!(rows.len() <= 2 && (rows.len() < 2 || rows[0]["state"] == "refused"), "{rows:?}");
        }
    }
}

#[test]
fn cut() {
    // It may be back so soon that a busy machine does not see it wait.
    let patient = Duration::from_secs(4);
    each(|during| {
        let case = Case::begin(during, Options { first_retry: patient, longest_retry: patient, ..impatient() });
        let before = case.strikes(|| case.network.cut());
        let cause = case.notices(Duration::ZERO).fault.unwrap().cause;
        assert!(cause.contains("closed the connection") || cause.contains("was lost"), "{cause}");
        case.comes_back(&before);
    });
}

/// Packets are dropped without a word, of new connections, too; later the router works again and has forgotten the old ones.
#[test]
fn frozen() {
    each(|during| {
        let case = Case::begin(during, impatient());
        let before = case.strikes(|| case.network.freeze());
        let limit = match during {
            During::Idle => LOOK + SILENCE,
            During::Fetch => SILENCE,
            During::Move | During::Copy | During::Store | During::Expunge => MOVE_SILENCE,
        };
        let health = case.notices(limit);
        let cause = &health.fault.as_ref().unwrap().cause;
        assert!(cause.contains("the server said nothing for"), "{cause}");
        let cause = case.lasts(&health);
        assert!(cause.contains("timeout: no session with 127.0.0.1"), "{cause}");
        case.network.thaw();
        case.comes_back(&before);
    });
}

/// 2 seconds a round trip are no fault, and nothing is begun anew because of them.
#[test]
fn slow() {
    each(|during| {
        let case = Case::begin(during, Options { look: Duration::from_secs(60), ..quick() });
        let connections = case.network.connections();
        let before = case.strikes(|| case.network.delay(Duration::from_secs(1)));
        let (since, mut worked) = (Instant::now(), false);
        while since.elapsed() < 4 * LASTS {
            let health = case.watching.health().remove(0);
            assert!(health.fault.is_none(), "{during:?}: {health:?}");
            // A server that takes 2 seconds may be one that is gone, until it answers.
            let states = [AccountState::Working, AccountState::Live, AccountState::Probing];
            assert!(states.contains(&health.state), "{during:?}: {health:?}");
            worked |= health.state == AccountState::Working;
            let silent = now() - health.last_byte.unwrap().0;
            assert!(
                health.state != AccountState::Working || silent <= MOST_SILENT,
                "{during:?}: {silent} s: {health:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(worked, "{during:?}: it says that it works");
        case.network.delay(Duration::ZERO);
        case.comes_back(&before);
        assert_eq!(case.network.connections(), connections, "{during:?}");
    });
}

/// It says goodbye to everybody, takes nobody for a while, and is back.
#[test]
fn restarted() {
    each(|during| {
        let case = Case::begin(during, impatient());
        let before = case.strikes(|| {
            case.network.closed();
            case.user.server.doveadm(&["kick", &case.user.name]);
        });
        let health = case.notices(Duration::ZERO);
        let cause = case.lasts(&health);
        assert!(cause.contains("closed the connection") || cause.contains("was lost"), "{cause}");
        case.network.up();
        case.comes_back(&before);
    });
}

/// Somebody who wants to know how it is has the server asked whether it is there, and is told when it does not answer.
#[test]
fn a_server_that_is_believed_to_be_there_is_asked_when_somebody_wants_to_know() {
    let options = Options {
        look: Duration::from_secs(300),
        silence: Duration::from_secs(6),
        doubt: Duration::ZERO,
        first_retry: Duration::from_millis(200),
        ..quick()
    };
    let case = Case::begin(During::Idle, options);
    let probed = || match case.watching.ask(Request::Probe) {
        Ok(Reply::Health(mut healths)) => healths.remove(0),
        other => panic!("{other:?}"),
    };
    let (connections, asked_at) = (case.network.connections(), now());
    let well = probed();
    assert_eq!((well.state, &well.fault), (AccountState::Live, &None), "{well:?}");
    assert!(well.last_byte.unwrap().0 >= asked_at && well.asked.is_none_or(|asked| now() - asked.0 < 2), "{well:?}");
    assert_eq!(case.network.connections(), connections);
    case.watching.until("home", |health| health.state == AccountState::Live && health.asked.is_none());
    case.network.freeze();
    std::thread::sleep(Duration::from_millis(1200));
    let believed = case.watching.health().remove(0);
    assert_eq!(believed.state, AccountState::Live, "nobody has asked it yet: {believed:?}");
    let unsure = probed();
    assert_eq!((unsure.state, &unsure.fault), (AccountState::Probing, &None), "{unsure:?}");
    assert_eq!(unsure.last_byte, believed.last_byte);
    assert!(unsure.asked > unsure.last_byte, "{unsure:?}");
    // It is told by everything that tells how an account is.
    assert_eq!(case.watching.health()[0].state, AccountState::Probing);
    let cause = case.notices(Duration::from_secs(6)).fault.unwrap().cause;
    assert!(cause.contains("the server said nothing for 6 seconds"), "{cause}");
    case.network.thaw();
    case.proxy.release();
    case.mail_arrives();
    let before = case.user.world();
    case.comes_back(&before);
}

/// Who was told that a server may be gone hears of it when it is not.
#[test]
fn a_slow_server_that_was_doubted_is_cleared_by_its_answer() {
    let options = Options { look: Duration::from_secs(300), doubt: Duration::ZERO, ..quick() };
    let mut case = Case::begin(During::Idle, options);
    case.network.delay(Duration::from_millis(2500));
    // Times are whole seconds: what it said before is another one.
    std::thread::sleep(Duration::from_millis(1200));
    let Ok(Reply::Health(mut healths)) = case.watching.ask(Request::Probe) else { panic!("no answer") };
    let unsure = healths.remove(0);
    assert_eq!(unsure.state, AccountState::Probing, "{unsure:?}");
    case.watching.hears(|notice| match notice {
        Notice::Health(health) => health.state == AccountState::Live && health.last_byte > unsure.last_byte,
        _ => false,
    });
}

/// The digest is put into INBOX once, whatever happens to the network in the middle of it.
#[test]
fn the_digest() {
    std::thread::scope(|scope| {
        for (weather, strike) in [("cut", Network::cut as fn(&Network)), ("frozen", Network::freeze)] {
            for at in ["APPEND", "X-MAILHERD-DIGEST"] {
                scope.spawn(move || digest_in_weather(&format!("{weather} at {at}"), at, strike));
            }
        }
    });
}

fn digest_in_weather(name: &str, at: &str, strike: fn(&Network)) {
    let case = Case::begin(During::Idle, impatient());
    case.proxy.release();
    case.mail_arrives();
    eventually(&format!("{name}: all is filed"), || count(&mut case.user.client(), "Bulk") == 5);
    case.watching.rests("home");
    case.proxy.when(at, 0, Act::Hold);
    let link = case.watching.link.clone();
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(link.ask(Request::Do(mailherd::logic::engine::Act::Digest { account: None, since: None })))
    });
    assert!(case.proxy.hit(GRACE), "{name}");
    strike(&case.network);
    case.proxy.release();
    // The other end of a literal that was cut off hears of it; one that is whole is put there.
    std::thread::sleep(Duration::from_millis(500));
    case.network.thaw();
    asked.join().unwrap().unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
    case.watching.until("home", |health| health.state == AccountState::Live && health.fault.is_none());
    let digests = || case.user.world().items().filter(|(_, one)| one.message_id.starts_with("<digest.")).count();
    assert_eq!(digests(), 1, "{name}");
    let again = case.watching.does(mailherd::logic::engine::Act::Digest { account: None, since: None });
    assert_eq!((again.moved, digests()), (0, 1), "{name}: there is nothing new to tell");
    let rows = case.user.journal();
    let appends: Vec<_> = rows.iter().filter(|row| row["kind"] == "append").collect();
    assert_eq!(appends.iter().filter(|row| row["state"] == "done").count(), 1, "{name}: {appends:?}");
    assert!(appends.iter().all(|row| row["state"] != "intended"), "{name}: {appends:?}");
}

/// In the middle of a pass, when no news of the pass can come.
#[test]
fn status_says_that_it_waits_for_a_server_that_says_nothing() {
    let mut user = User::new(Flavour::PLAIN);
    let proxy = Proxy::to(user.server.port);
    let network = Network::to(proxy.port);
    user.set_account("port", &network.port.to_string());
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    proxy.when("UID MOVE", 0, Act::Hold);
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter));
    assert!(proxy.hit(GRACE));
    network.freeze();
    let frozen = daemon.status("home");
    proxy.release();
    let words = "waits for the server, silent for";
    eventually("it says so", || user.mailherd(&["status"]).stdout.contains(words));
    let status = daemon.status("home");
    assert_eq!((&status["state"], &status["last_byte"]), (&"working".into(), &frozen["last_byte"]), "{status}");
    network.thaw();
    network.cut();
    let status = daemon.until("home", |status| status["state"] == "live" && status["error"].is_null());
    assert_ne!(status["last_byte"], frozen["last_byte"]);
    assert_eq!(user.world().place_of(&letter.id()), "News");
    let rows: Vec<_> = user.journal().into_iter().filter(|row| row["message_id"] == letter.id().as_str()).collect();
    assert!(rows.len() == 1 && rows[0]["state"] == "done", "{rows:?}");
}
