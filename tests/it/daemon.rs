//! `mailherd daemon` beside its commands: what one sees with `status`, what the socket lets through, what signals do. What became
//! of the mail is read by another program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::time::{Duration, Instant};

use mailherd::daemon::engine::Link;
use mailherd::logic::engine::{Notice, Reply, Request};
use mailherd::logic::fault::FaultKind;
use serde_json::{Value, json};

use crate::support::cast;
use crate::support::daemon::{Daemon, ServiceManager};
use crate::support::engine::eventually;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::network::Network;
use crate::support::program;
use crate::support::proxy::{Act as OnTheWire, Proxy};
use crate::support::user::{User, write_private};
use crate::support::world::count;

const PATIENCE: Duration = Duration::from_secs(20);

fn place(user: &User, mail: &Mail) -> String {
    user.world().place_of(&mail.id()).to_owned()
}

/// Whether it lies there and nowhere else. While it is on its way it may be seen in two mailboxes, or in none.
fn lies(user: &User, mail: &Mail, folder: &str) -> bool {
    user.world().places_of(&mail.id()) == [folder]
}

/// A line of the socket, as a script would use it.
struct Wire {
    lines: BufReader<UnixStream>,
}

impl Wire {
    fn open(path: &Path) -> Wire {
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut wire = Wire { lines: BufReader::new(stream) };
        let greeting = wire.hear();
        assert_eq!((&greeting["mailherd"], &greeting["accounts"]), (&json!(1), &json!(["home"])), "{greeting}");
        wire
    }

    fn say(&mut self, bytes: &[u8]) {
        self.lines.get_mut().write_all(bytes).unwrap();
        self.lines.get_mut().write_all(b"\n").unwrap();
    }

    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn is_over(&mut self) -> bool {
        let mut rest = Vec::new();
        // A reset is an end, too.
        let _ = self.lines.read_to_end(&mut rest);
        true
    }
}

#[test]
fn it_files_what_comes_and_its_commands_do_what_they_do_without_it() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    let mail = [cast::newsletter(1), cast::promotion(1), cast::stranger(1), cast::friend(60)];
    user.receives(&mail);
    let daemon = Daemon::start(&user);
    let status = daemon.rests("home");
    assert_eq!((&status["healthy"], &status["mode"], &status["error"]), (&json!(true), &json!("file"), &Value::Null));
    assert_eq!([0, 1, 2, 3].map(|one: usize| place(&user, &mail[one])), ["News", "Bulk", "INBOX", "Top"]);
    let new = cast::newsletter(2);
    user.receives(std::slice::from_ref(&new));
    eventually("a delivery is filed", || lies(&user, &new, "News"));

    let trained = user.mailherd(&["train", "carl.1@strangers.example", "bulk", "--existing", "--json"]).done().object();
    assert_eq!((&trained["moved"], &trained["category"]), (&json!(1), &json!("bulk")), "{trained}");
    assert_eq!(place(&user, &mail[2]), "Bulk");
    let undone = user.mailherd(&["undo", "--last", "--json"]).done().object();
    assert_eq!(undone, json!({ "undone": 1, "missing": 0, "failed": 0 }));
    assert_eq!(place(&user, &mail[2]), "INBOX");
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty(), "the order went with it");
    user.mailherd(&["undo", "--run", "4711"]).complains(1).says("no run 4711");

    let banished = user.mailherd(&["blackhole", cast::SHOP, "--json"]).done().object();
    assert_eq!((&banished["moved"], place(&user, &mail[1]).as_str()), (&json!(1), "Blackhole"));
    let falling = daemon.status("home")["falling"].clone();
    assert_eq!((&falling["total"], &falling["next"][0]["from"]), (&json!(1), &json!(cast::SHOP)), "{falling}");
    user.mailherd(&["blackhole", cast::ANNA_ADDRESS]).complains(1).says("--yes").says(cast::ANNA_ADDRESS);
    assert_eq!(place(&user, &mail[3]), "Top");
    user.mailherd(&["blackhole", cast::ANNA_ADDRESS, "--yes"]).done();
    assert_eq!(place(&user, &mail[3]), "Blackhole");
    let lifted = user.mailherd(&["untrain", cast::ANNA_ADDRESS, "--json"]).done().object();
    assert_eq!(lifted, json!({ "who": cast::ANNA_ADDRESS, "lifted": 1 }));
    user.mailherd(&["untrain", cast::ANNA_ADDRESS]).complains(1);

    let log = user.wire_log();
    let why = user.mailherd(&["why", &mail[0].id(), "--json"]).done().object();
    assert!(log.commands().is_empty(), "nobody else has logged in");
    assert_eq!((&why["folder"], why["history"].as_array().map(Vec::len)), (&json!("News"), Some(1)), "{why}");
    assert_eq!(user.mailherd(&["plan", "--json"]).done().rows().len(), 1);
    let all = user.mailherd(&["undo", "--all", "--json"]).done().object();
    assert_eq!((&all["failed"], count(&mut user.client(), "INBOX")), (&json!(0), 5), "{all}");
}

#[test]
fn run_once_asks_the_daemon_and_prints_the_same_object() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::inbox(1));
    let before = user.mailherd(&["run", "--once", "--yes", "--json"]).done().object();
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    user.mailherd(&["pause"]).done();
    daemon.until("home", |status| status["state"] == "paused");
    assert_eq!(daemon.status("home")["healthy"], json!(true));
    let new = [cast::newsletter(50), cast::promotion(50), cast::stranger(50)];
    user.receives(&new);
    let ran = user.mailherd(&["run", "--once", "--json"]).done().object();
    let filed = json!({ "top": 0, "news": 1, "bulk": 1, "blackhole": 0 });
    let account = &ran["accounts"][0];
    assert_eq!((&account["ok"], &account["filed"], &account["kept"]), (&json!(true), &filed, &json!(1)), "{ran}");
    let keys = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!((keys(&ran), keys(account)), (keys(&before), keys(&before["accounts"][0])));
    assert_eq!(new.each_ref().map(|mail| place(&user, mail)), ["News", "Bulk", "INBOX"]);
    let said = user.mailherd(&["run", "--once"]).done();
    assert!(said.stdout.contains("done"), "{said}");
    user.mailherd(&["run", "--once", "--account", "away"]).complains(2).says("away");
    user.mailherd(&["resume"]).done();
    daemon.rests("home");
    user.mailherd(&["check", "--account", "home"]).done();
}

#[test]
fn a_batch_that_surprises_waits_and_status_names_the_command() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(12));
    let daemon = Daemon::start(&user);
    let status = daemon.until("home", |status| !status["held"].is_null());
    assert_eq!(
        (&status["held"]["command"], &status["held"]["inbox"]),
        (&json!("mailherd confirm 'batch:home'"), &json!(60))
    );
    user.mailherd(&["run", "--once"]).complains(1).says("batch:home").says("60");
    assert_eq!(count(&mut user.client(), "INBOX"), 60);
    user.mailherd(&["confirm", "batch:home"]).done();
    assert_eq!(count(&mut user.client(), "INBOX"), 0);
    assert_eq!(daemon.status("home")["held"], Value::Null);
    user.mailherd(&["confirm", "batch:home"]).complains(1);
}

#[test]
fn status_is_truthful_while_the_network_is_down_frozen_and_slow() {
    let mut user = User::new(Flavour::PLAIN);
    let network = Network::to(user.server.port);
    user.set_account("port", &network.port.to_string());
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    network.down();
    let status = daemon.until("home", |status| status["state"] == "waiting");
    assert!(!status["error"].is_null() && !status["next_retry"].is_null(), "{status}");
    let said = user.mailherd(&["status"]);
    assert!(said.stdout.contains("tries again at"), "{said}");
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter));
    network.up();
    eventually("what came meanwhile is filed", || lies(&user, &letter, "News"));
    assert_eq!(daemon.rests("home")["error"], Value::Null);
    // Frozen: what is asked for now has to wait, and nothing is said that is not known.
    let pass = daemon.status("home")["last_pass"].clone();
    network.freeze();
    let since = Instant::now();
    let mut asked = user.start_at("check.toml", &user.configuration(), &["check"], &[]);
    let status = daemon.until("home", |status| status["queue"] == 1 || status["state"] != "live");
    assert_eq!(status["last_pass"], pass, "{status}");
    network.thaw();
    network.cut();
    while !asked.ended() && since.elapsed() < Duration::from_secs(100) {
        std::thread::sleep(Duration::from_millis(50));
    }
    asked.finish().done();
    network.delay(Duration::from_millis(300));
    let letter = cast::newsletter(2);
    user.receives(std::slice::from_ref(&letter));
    eventually("a slow network is a network", || lies(&user, &letter, "News"));
    daemon.rests("home");
}

#[test]
fn it_ends_on_sigterm_within_five_seconds_and_takes_its_socket_along() {
    let user = User::new(Flavour::PLAIN);
    user.mailherd(&["status"]).complains(1).says("mailherd daemon");
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let socket = user.state_dir().join("control.sock");
    assert!(std::fs::symlink_metadata(&socket).unwrap().file_type().is_socket());
    user.mailherd(&["daemon"]).complains(1).says("already").says("mailherd status");
    let (outcome, took) = daemon.ends();
    assert!(took < Duration::from_secs(6), "{took:?}");
    let log = outcome.done().stderr;
    assert!(log.contains("info mailherd watches version=") && log.contains("info is account=home state=live"), "{log}");
    assert!(!socket.exists());
    user.mailherd(&["status"]).complains(1).says("mailherd daemon");
}

/// In the middle of a batch: it is finished, with or without MOVE, and no row is left half-way.
#[test]
fn told_to_end_in_the_middle_of_a_batch_it_leaves_no_row_half_way() {
    for (flavour, verb) in
        [(Flavour::PLAIN, "UID MOVE"), (Flavour::NO_MOVE, "UID COPY"), (Flavour::NO_MOVE, "UID STORE")]
    {
        let mut user = User::new(flavour);
        let proxy = Proxy::to(user.server.port);
        user.set_account("port", &proxy.port.to_string());
        let mail = cast::machine_mail(8);
        user.receives(&mail);
        let before = user.world();
        proxy.when(verb, 0, OnTheWire::Note);
        let daemon = Daemon::start(&user);
        assert!(proxy.hit(PATIENCE), "{verb}");
        let (outcome, took) = daemon.ends();
        outcome.done();
        assert!(took < Duration::from_secs(6), "{verb}: {took:?}");
        let rows = user.journal();
        assert!(!rows.is_empty() && rows.iter().all(|row| row["state"] == "done"), "{verb}: {rows:?}");
        before.assert_same_mail(&user.world());
        let filed = rows.len();
        let daemon = Daemon::start(&user);
        daemon.rests("home");
        eventually("the rest is filed, too", || count(&mut user.client(), "INBOX") == 0);
        assert!(user.journal().len() == mail.len() && filed <= mail.len(), "{verb}");
        before.assert_same_mail(&user.world());
    }
}

#[test]
fn killed_and_started_again_it_replaces_its_dead_socket_and_goes_on() {
    let user = User::new(Flavour::PLAIN);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    daemon.dies();
    assert!(std::fs::symlink_metadata(user.state_dir().join("control.sock")).is_ok());
    user.mailherd(&["status"]).complains(1).says("no mailherd daemon");
    let mail = [cast::newsletter(1), cast::promotion(1)];
    user.receives(&mail);
    // Without a daemon the commands work themselves.
    assert_eq!(user.files()["filed"]["news"], json!(1));
    let before = user.world();
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    before.assert_same_places(&user.world());
}

#[test]
fn sighup_takes_a_good_config_and_leaves_a_broken_one() {
    let user = User::new(Flavour::PLAIN);
    let home = user.configuration();
    let (_, account) = home.split_once("[[accounts]]\n").unwrap();
    let other = account.replace("\"home\"", "\"other\"").replace(&user.name, &format!("{}-other", user.name));
    let two = format!("{home}[[accounts]]\n{other}");
    let path = user.path("other.toml");
    let daemon = Daemon::start_on(&user, &home);
    daemon.rests("home");
    let names =
        || user.mailherd(&["status", "--json"]).rows().iter().map(|row| row["account"].clone()).collect::<Vec<_>>();

    write_private(&path, "state_dir = \"elsewhere");
    daemon.signal("HUP");
    let status = daemon.until("home", |status| !status["daemon"]["config_error"].is_null());
    assert!(status["daemon"]["config_error"].as_str().unwrap().contains("other.toml:1"), "{status}");
    let broken = format!("{home}nonsense = 1\n");
    let said = user.with_config(&broken, &["status"]);
    assert!(said.stdout.contains("an older one is in force"), "{said}");

    write_private(&path, &two);
    daemon.signal("HUP");
    eventually("both are there", || names() == [json!("home"), json!("other")]);
    daemon.rests("other");
    let status = daemon.status("home");
    assert_eq!((&status["daemon"]["config_error"], &status["state"]), (&Value::Null, &json!("live")));

    write_private(&path, &home.replace("mode = \"file\"", "mode = \"preview\""));
    daemon.signal("HUP");
    eventually("one is gone", || names() == [json!("home")]);
    assert_eq!(daemon.rests("home")["mode"], json!("preview"));
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter));
    let ran = user.mailherd(&["run", "--once", "--json"]).done().object();
    assert_eq!((&ran["mode"], &ran["accounts"][0]["filed"]["news"]), (&json!("preview"), &json!(1)), "{ran}");
    assert_eq!(place(&user, &letter), "INBOX");
    let (outcome, _) = daemon.ends();
    let log = outcome.done().stderr;
    assert!(log.contains("error the config cannot be used: the old one stays"), "{log}");
    assert!(
        log.contains("the config was read again started=other") && log.contains("restarted=home stopped=other"),
        "{log}"
    );
}

#[test]
fn the_socket_is_for_its_user_alone() {
    let user = User::new(Flavour::PLAIN);
    let runtime = user.path("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let environment = [("XDG_RUNTIME_DIR".to_owned(), runtime.display().to_string())];
    let daemon = Daemon::start_with(&user, &[], &environment);
    let socket = runtime.join("mailherd/control.sock");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&socket), mode(socket.parent().unwrap())), (0o600, 0o700));
    assert_eq!(std::fs::read_link(user.state_dir().join("control.sock")).unwrap(), socket);
    // Somebody opens all doors; another user is still not greeted. Only root can try that.
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        for path in [user.path(""), runtime.clone(), runtime.join("mailherd"), socket.clone()] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o777)).unwrap();
        }
        let python = format!(
            "import socket; s = socket.socket(socket.AF_UNIX); s.connect('{}'); print(len(s.recv(100)))",
            socket.display()
        );
        let mut command = std::process::Command::new("python3");
        command.args(["-c", &python]).uid(65_534).gid(65_534);
        let output = command.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0", "{output:?}");
    }
    let (outcome, _) = daemon.ends();
    outcome.done();
    assert!(!socket.exists() && std::fs::symlink_metadata(user.state_dir().join("control.sock")).is_err());
}

#[test]
fn hostile_lines_harm_nobody() {
    let user = User::new(Flavour::PLAIN);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let socket = user.state_dir().join("control.sock");
    let mut good = Wire::open(&socket);
    let mut wire = Wire::open(&socket);
    wire.say(b"{\"id\":1,\"ask\":\"sing\"}");
    let answer = wire.hear();
    assert_eq!((&answer["id"], &answer["fault"]["kind"]), (&json!(1), &json!("usage")), "{answer}");
    wire.say("x".repeat(3_000_000).as_bytes());
    assert!(wire.hear()["fault"]["cause"].as_str().unwrap().contains("1 MiB"));
    wire.say(b"{\"id\":2,\"ask\":\"health\"}");
    assert_eq!(wire.hear()["reply"]["health"][0]["account"], json!("home"));
    let folder = json!({ "account": "home", "folder": "INBOX\r\nx LOGOUT", "validity": 1, "uid": 1 });
    wire.say(json!({ "id": 3, "ask": { "why": folder } }).to_string().as_bytes());
    assert!(wire.hear()["fault"].is_object());
    // Random bytes, again and again, on connections of their own.
    let mut seed = 1_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as u8
    };
    for _ in 0..20 {
        let mut wire = Wire::open(&socket);
        let bytes: Vec<u8> = (0..20_000).map(|_| random()).collect();
        // It hangs up after some lines that make no sense.
        let _ = wire.lines.get_mut().write_all(&bytes);
        let _ = wire.lines.get_mut().shutdown(std::net::Shutdown::Write);
        assert!(wire.is_over());
    }
    // Nobody reads these answers.
    let mut deaf = Wire::open(&socket);
    for id in 0..200 {
        let ask = json!({ "id": id, "ask": "health" }).to_string();
        if deaf.lines.get_mut().write_all(format!("{ask}\n").as_bytes()).is_err() {
            break;
        }
    }
    let mut crowd: Vec<UnixStream> = Vec::new();
    for _ in 0..80 {
        crowd.push(UnixStream::connect(&socket).unwrap());
    }
    good.say(b"{\"id\":4,\"ask\":\"about\"}");
    let pid = good.hear()["reply"]["about"]["pid"].clone();
    drop(crowd);
    daemon.answers();
    assert_eq!(pid, daemon.status("home")["daemon"]["pid"]);
}

/// Thousands of notices that nobody reads become "everything changed", and answers still come.
#[test]
fn who_reads_slowly_loses_nothing() {
    let user = User::new(Flavour::PLAIN);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let socket = user.state_dir().join("control.sock");
    let (mut slow, mut busy) = (Wire::open(&socket), Wire::open(&socket));
    slow.say(b"{\"listen\":true}");
    // Lifting an order that was given tells of it; so does giving it. Long names fill the buffers sooner.
    let who = format!("{}@strangers.example", "x".repeat(60));
    for id in 0..1500 {
        let act =
            json!({ "order": { "who": who, "category": "bulk", "account": null, "existing": false, "sure": true } });
        busy.say(json!({ "id": id, "ask": { "do": act } }).to_string().as_bytes());
        assert!(busy.hear()["reply"]["done"].is_object());
    }
    slow.say(b"{\"id\":7,\"ask\":\"about\"}");
    let mut told = 0;
    loop {
        let line = slow.hear();
        if line["id"] == json!(7) {
            break;
        }
        assert!(line["notice"].is_object(), "{line}");
        told += 1;
    }
    assert!(told > 0);
    let last = json!({ "order": { "who": "last@strangers.example", "category": "bulk", "account": null, "existing": false, "sure": true } });
    busy.say(json!({ "id": 1, "ask": { "do": last } }).to_string().as_bytes());
    busy.hear();
    while slow.hear()["notice"]["changed"]["account"] != json!("home") {}
}

#[test]
fn a_script_that_says_all_at_once_gets_all_answers() {
    let user = User::new(Flavour::PLAIN);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let mut wire = Wire::open(&user.state_dir().join("control.sock"));
    let asks: String = (0..40)
        .map(|id| json!({ "id": id, "ask": { "do": { "check": { "account": null } } } }).to_string() + "\n")
        .collect();
    wire.lines.get_mut().write_all(asks.as_bytes()).unwrap();
    wire.lines.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    let mut text = String::new();
    wire.lines.read_to_string(&mut text).unwrap();
    let answered = text.lines().filter(|line| line.contains("\"reply\":{\"done\":")).count();
    assert_eq!(answered, 40, "{text}");
}

#[test]
fn a_face_survives_a_restart_of_the_daemon() {
    let user = User::new(Flavour::PLAIN);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let state = user.state_dir();
    let missing = runtime.block_on(Link::find(&state)).unwrap();
    assert!(missing.is_none());
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let link = runtime.block_on(Link::connect(&state)).unwrap_or_else(|fault| panic!("{fault:?}"));
    let mut notices = link.notices();
    let ask = |request| runtime.block_on(async { tokio::time::timeout(PATIENCE, link.ask(request)).await }).unwrap();
    let Ok(Reply::About(about)) = ask(Request::About) else { panic!("no answer") };
    let letter = cast::newsletter(1);
    user.receives(std::slice::from_ref(&letter));
    let mut hears = |wanted: &dyn Fn(&Notice) -> bool| {
        runtime.block_on(async {
            let wait = async { while !wanted(&notices.next().await.expect("the link lives")) {} };
            tokio::time::timeout(PATIENCE, wait).await.expect("the notice comes");
        });
    };
    hears(&|notice| matches!(notice, Notice::Filed { counts: [0, 0, 1, 0, 0], .. }));
    daemon.dies();
    hears(&|notice| matches!(notice, Notice::Changed { .. }));
    assert_eq!(ask(Request::Health).unwrap_err().kind, FaultKind::Transient);
    let daemon = Daemon::start(&user);
    eventually("the link is back", || ask(Request::Health).is_ok());
    let Ok(Reply::About(again)) = ask(Request::About) else { panic!("no answer") };
    assert_ne!(again.pid, about.pid);
    daemon.rests("home");
    let letter = cast::promotion(1);
    user.receives(std::slice::from_ref(&letter));
    hears(&|notice| matches!(notice, Notice::Filed { counts: [0, 0, 0, 1, 0], .. }));
    assert_eq!(place(&user, &letter), "Bulk");
}

#[test]
fn the_terminal_ui_looks_in_on_the_daemon_acts_through_it_and_survives_its_restart() {
    let user = User::new(Flavour::PLAIN);
    let mail = cast::stranger(1).subject("about the boat");
    user.receives(std::slice::from_ref(&mail));
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let mut screen = user.screen();
    screen.sees("about the boat").sees("live");
    let pushed = cast::stranger(2).subject("while it is open");
    user.receives(&[pushed, cast::newsletter(1)]);
    screen.sees("while it is open").sees("filed 1 news");
    screen.press("/boat\r").press("b").sees("moved to Bulk").misses("about the boat");
    eventually("it acts through the daemon", || lies(&user, &mail, "Bulk"));
    let rows = user.journal();
    assert_eq!(rows.last().map(|row| (&row["to_folder"], &row["state"])), Some((&json!("Bulk"), &json!("done"))));
    daemon.dies();
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let letter = cast::stranger(3).subject("after the restart");
    user.receives(std::slice::from_ref(&letter));
    screen.sees("after the restart").press("u").sees("about the boat");
    eventually("what it did before the restart is taken back after it", || lies(&user, &mail, "INBOX"));
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty(), "and the order with it");
    screen.press("q");
    assert!(screen.ends().0.success());
    assert_eq!(daemon.status("home")["healthy"], json!(true), "it goes on");
}

#[test]
fn status_and_the_accounts_screen_tell_of_another_program_that_files_mail() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1)]).files();
    // The folders have been mailherd's for a while.
    let database = rusqlite::Connection::open(user.state_dir().join("mailherd.sqlite3")).unwrap();
    database.execute("UPDATE folder SET managed_at = managed_at - 300", []).unwrap();
    let daemon = Daemon::start(&user);
    let status = daemon.rests("home");
    assert_eq!((&status["program_moves"], &status["advice"]), (&json!(0), &json!([])), "{status}");
    let delivered = [1, 2, 3].map(|number| cast::stranger(number).arrived_days_ago(0));
    user.client().append("Bulk", &delivered);
    // Bulk is looked at every minute; not to wait for that:
    user.mailherd(&["check"]).done();
    let status = daemon.until("home", |status| status["program_moves"] == 3);
    let words = "another program files mail too: 3 messages";
    assert!(status["advice"][0]["text"].as_str().unwrap().contains(words), "{status}");
    assert_eq!(status["healthy"], json!(true), "{status}");
    assert!(user.mailherd(&["status"]).done().stdout.contains(words));
    let mut screen = user.screen();
    screen.sees("live").press("5").sees(words).press("q").sees("The inbox is empty").press("q");
    assert!(screen.ends().0.success());
}

#[test]
fn systemd_hears_that_it_is_ready_alive_and_stopping() {
    let user = User::new(Flavour::PLAIN);
    let manager = ServiceManager::new(&user.path(""));
    let daemon = Daemon::start_with(&user, &["--log-format", "json"], &manager.environment(Duration::from_secs(1)));
    manager.hears("READY=1");
    manager.hears("WATCHDOG=1");
    manager.hears("WATCHDOG=1");
    daemon.signal("HUP");
    manager.hears("RELOADING=1");
    manager.hears("READY=1");
    let (outcome, _) = daemon.ends();
    manager.hears("STOPPING=1");
    let log = outcome.done().stderr;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(lines.iter().any(|line| line["message"] == "mailherd watches" && line["level"] == "info"), "{log}");
}

#[test]
fn prometheus_is_answered_on_loopback_and_nothing_else_is() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1), cast::newsletter(2), cast::promotion(1)]);
    user.mailherd(&["daemon", "--metrics", "0.0.0.0:9810"]).complains(2).says("loopback");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let daemon = Daemon::start_with(&user, &["--metrics", &address], &[]);
    daemon.rests("home");
    let ask = |request: &[u8]| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let text = ask(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(text.starts_with("HTTP/1.0 200 OK\r\n"), "{text}");
    for line in [
        "mailherd_account_up{account=\"home\"} 1",
        "mailherd_filed_total{account=\"home\",category=\"news\"} 2",
        "mailherd_filed_total{account=\"home\",category=\"bulk\"} 1",
        "mailherd_config_broken 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(
        text.contains("mailherd_last_pass_age_seconds{account=\"home\"} ")
            && text.contains("process_resident_memory_bytes ")
    );
    assert!(ask(b"GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 404 "));
    assert!(ask(b"DELETE /metrics HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 405 "));
    assert!(ask(b"\xff\xfe\r\n\r\n").starts_with("HTTP/1.0 400 "));
    ask(&vec![b'x'; 200_000]);
    assert!(ask(b"GET /metrics HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 200 "));
}

#[test]
fn an_account_that_needs_its_user_is_an_exit_status() {
    let user = User::new(Flavour::PLAIN);
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    user.mailherd(&["status"]).done();
    user.mailherd(&["status", "--account", "away"]).complains(2).says("home");
    drop(daemon);
    let password = std::fs::read_to_string(user.path("password")).unwrap();
    write_private(&user.path("password"), "wrong\n");
    let daemon = Daemon::start(&user);
    let status = daemon.until("home", |status| status["state"] == "stopped");
    assert_eq!(status["healthy"], json!(false));
    user.mailherd(&["status"]).complains(1).says("home");
    write_private(&user.path("password"), &password);
    user.mailherd(&["resume"]).done();
    daemon.rests("home");
    user.mailherd(&["status"]).done();
}

/// systemd.exec(5), "$JOURNAL_STREAM": only when standard error is the journal itself do lines have priorities.
#[test]
fn lines_for_the_journal_have_their_priority() {
    let user = User::new(Flavour::PLAIN);
    let config = user.config_file();
    let path = user.path("log");
    let log = std::fs::File::create(&path).unwrap();
    let file = log.metadata().unwrap();
    let stream = [("JOURNAL_STREAM".to_owned(), format!("{}:{}", file.dev(), file.ino()))];
    let words = ["--config", config.to_str().unwrap(), "daemon"];
    let mut command = program::command(&user.path(""), &words, &stream);
    let mut child = command.stderr(log).spawn().unwrap();
    eventually("it watches", || std::fs::read_to_string(&path).unwrap().contains("state=live"));
    assert!(std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.lines().all(|line| line.starts_with("<6>")), "{text}");
}

/// The password, and the subjects of mail, are in no line of the log.
#[test]
fn the_log_holds_no_password_and_no_subject() {
    let user = User::new(Flavour::PLAIN);
    let letter = cast::newsletter(1).subject("a very private subject");
    user.receives(std::slice::from_ref(&letter));
    let daemon = Daemon::start_with(&user, &["-v"], &[]);
    daemon.rests("home");
    let (outcome, _) = daemon.ends();
    let log = outcome.done().stderr;
    let password = std::fs::read_to_string(user.path("password")).unwrap();
    assert!(log.contains("filed account=home") && !log.contains(password.trim()), "{log}");
    let above_debug: Vec<&str> = log.lines().filter(|line| !line.contains(" debug ")).collect();
    assert!(!above_debug.iter().any(|line| line.contains("private subject")), "{log}");
}
