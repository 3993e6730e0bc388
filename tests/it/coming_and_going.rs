//! From SaneBox, Sieve and imapfilter to mailherd, from one mailherd to another, and away from it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use mailherd::demo::mailbox;
use mailherd::demo::server::{Options, What, When};
use mailherd::logic::ids::UnixTime;
use serde_json::Value;

use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::embedded::Embedded;
use crate::support::flavour::Flavour;
use crate::support::json;
use crate::support::mail::Mail;
use crate::support::program::Outcome;
use crate::support::user::User;

/// Mail of a person or a machine of whom nothing else is known, or of a list.
fn mail_of(sender: usize, kind: &str) -> Mail {
    let mail = Mail::from(&format!("Sender {sender} <s{sender}@{kind}{sender}.example>")).subject("Something");
    if sender.is_multiple_of(3) { mail.header("List-Id", format!("<list{sender}.{kind}.example>")) } else { mail }
}

/// 200 messages of 50 senders in SaneBox's folders: kind, folder, where mailherd files such mail.
const SANE: [(&str, &str, &str); 4] = [
    ("later", "Later", "Bulk"),
    ("news", "News", "News"),
    ("bulk", "Bulk", "Bulk"),
    ("black", "BlackHole", "Blackhole"),
];

fn fill(user: &User, begin: &str) {
    let mut client = user.client();
    for (number, (kind, folder, _)) in SANE.iter().enumerate() {
        let name = format!("{begin}Sane{folder}");
        client.create(&name);
        let senders = senders(number);
        let mail: Vec<Mail> =
            senders.flat_map(|sender| (1..=4).map(move |days| mail_of(sender, kind).days_old(days * 20))).collect();
        client.append(&name, &mail);
    }
    client.create(&format!("{begin}SaneTomorrow"));
    client.append(&format!("{begin}SaneTomorrow"), &[cast::stranger(900)]);
    client.create("Saneamiento");
}

/// Whose mail lies in the folder of this number.
fn senders(folder: usize) -> std::ops::Range<usize> {
    let start = [0, 20, 35, 40][folder];
    start..[20, 35, 40, 50][folder]
}

/// One more mail of each sender, and where it is to go.
fn next_mail(kept: Option<&str>) -> Vec<(Mail, String)> {
    let of = |(number, (kind, folder, filed)): (usize, &(&'static str, &'static str, &'static str))| {
        let to = match kept {
            // Of two folders for bulk mail the one that holds most is filed into.
            Some(begin) if *folder == "Bulk" => format!("{begin}SaneLater"),
            Some(begin) => format!("{begin}Sane{folder}"),
            None => (*filed).to_owned(),
        };
        let kind = *kind;
        senders(number).map(move |sender| (mail_of(sender, kind), to.clone())).collect::<Vec<_>>()
    };
    SANE.iter().enumerate().flat_map(of).collect()
}

#[track_caller]
fn goes_where_the_folder_said(user: &User, expected: &[(Mail, String)], run: impl Fn() -> Outcome) {
    let mail: Vec<Mail> = expected.iter().map(|(mail, _)| mail.clone()).collect();
    user.receives(&mail);
    let before = user.world();
    run().done();
    let after = user.world();
    before.assert_same_mail(&after);
    for (mail, to) in expected {
        assert_eq!(after.place_of(&mail.id()), to, "{mail:?}");
    }
}

#[test]
fn the_next_mail_of_each_sender_goes_where_sanebox_had_it() {
    for (flavour, begin) in [(Flavour::PLAIN, "@"), (Flavour::BELOW_INBOX, "")] {
        let user = User::new(flavour);
        fill(&user, begin);
        let before = user.world();
        let asked = user.mailherd(&["import", "sanebox"]);
        asked.complains(1).says("50 orders").says("--yes");
        assert!(asked.stdout.contains("SaneTomorrow") && !asked.stdout.contains("Saneamiento"), "{asked}");
        assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty(), "nothing without a yes");
        let result = user.mailherd(&["import", "sanebox", "--yes", "--json"]).done().object();
        json::has_exactly(&result, "source run given stood orders left_out folders");
        assert_eq!((result["given"].as_u64(), result["stood"].as_u64()), (Some(50), Some(0)));
        assert_eq!(result["folders"].as_array().unwrap().len(), 5, "{result}");
        before.assert_same_places(&user.world());
        let orders = user.mailherd(&["orders", "--json"]).done().rows();
        assert!(orders.iter().all(|order| order["origin"] == "import"), "{orders:?}");
        goes_where_the_folder_said(&user, &next_mail(None), || user.mailherd(&["run", "--once", "--yes"]));
        assert_eq!(user.mailherd(&["import", "sanebox", "--yes", "--json"]).done().object()["given"], 0);
        user.mailherd(&["undo", "--run", &result["run"].to_string()]).done();
        assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
    }
}

#[test]
fn the_folders_of_sanebox_are_filed_into_when_their_names_are_kept() {
    for (flavour, begin) in [(Flavour::PLAIN, "@"), (Flavour::BELOW_INBOX, "@")] {
        let mut user = User::new(flavour);
        user.set("blackhole_days", "7");
        fill(&user, begin);
        let old = user.world();
        let path = user.config_file();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("# mine\n{text}# the end\n")).unwrap();
        let config = path.to_str().unwrap();
        let mailherd = |words: &[&str]| {
            user.bare(&["--config", config].into_iter().chain(words.iter().copied()).collect::<Vec<_>>(), &[])
        };
        let result = mailherd(&["import", "sanebox", "--keep-names", "--yes", "--json"]).done().object();
        let kept = result["folders"].as_array().unwrap().iter().filter(|folder| folder["kept"] == true).count();
        assert_eq!(kept, 3, "{result}");
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.starts_with(&format!("# mine\n{text}# the end\n")), "{written}");
        assert!(written.contains(&format!("[folders]\nnews = \"{begin}SaneNews\"\n")), "{written}");
        // No question about folders with mail in them: the import was the yes. Others' mail, so that the rest is no surprise.
        user.receives(&(100..160).map(cast::stranger).collect::<Vec<_>>());
        goes_where_the_folder_said(&user, &next_mail(Some(begin)), || mailherd(&["run", "--once"]));
        std::fs::write(&path, written.replace("blackhole_days = 7", "blackhole_days = 0")).unwrap();
        mailherd(&["run", "--once"]).done();
        let now = user.world();
        assert_eq!(now.count("Trash"), 10, "what mailherd banished falls");
        for (folder, item) in old.items() {
            assert_eq!(now.place_of(&item.message_id), folder, "what lay there stays");
        }
        assert!(!now.folder_names().contains(&"News") && !now.folder_names().contains(&"Bulk"));
    }
}

#[test]
fn who_is_answered_or_in_the_inbox_now_gets_no_order() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    let mut client = user.client();
    client.create("SaneLater");
    client.append(
        "SaneLater",
        &[cast::friend(3).days_old(9), cast::stranger(1).days_old(9), cast::stranger(2).days_old(9)],
    );
    user.receives(&[cast::stranger(2).days_old(1)]);
    let result = user.mailherd(&["import", "sanebox", "--yes", "--json"]).done().object();
    let orders: Vec<&str> =
        result["orders"].as_array().unwrap().iter().map(|one| one["who"].as_str().unwrap()).collect();
    assert_eq!(orders, ["carl.1@strangers.example"]);
    let why = result["left_out"].to_string();
    assert!(why.contains(cast::ANNA_ADDRESS) && why.contains("1 sender: their newest mail is in INBOX"), "{why}");
    let mapped = user.mailherd(&["import", "sanebox", "--map", "SaneLater=news", "--yes", "--json"]).done().object();
    assert_eq!(mapped["orders"][0]["category"], "news");
}

const SCRIPT: &str = "require [\"fileinto\"];\n\
    if address :is \"from\" \"carl.1@strangers.example\" { fileinto \"Newsletters\"; stop; }\n\
    if header :contains \"subject\" \"sale\" { fileinto \"Bulk\"; }\n\
    if address :domain :is \"from\" \"shop.example\" { fileinto \"INBOX.Clients\"; }\n\
    if address :is \"from\" \"carl.2@strangers.example\" { discard; }\n\
    if address :is \"from\" \"anna@friends.example\" { discard; }\n";

#[test]
fn a_sieve_script_becomes_orders_and_what_is_not_understood_is_listed() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    user.files();
    let file = user.path("rules.sieve");
    std::fs::write(&file, SCRIPT.replace("anna@friends.example", cast::ANNA_ADDRESS)).unwrap();
    let file = file.to_str().unwrap();
    user.mailherd(&["import", "sieve", file]).complains(1).says("news 1").says("--yes");
    let result =
        user.mailherd(&["import", "sieve", file, "--map", "INBOX.Clients=top", "--yes", "--json"]).done().object();
    json::has_exactly(&result, "source run given stood orders left_out");
    let of = |key: &str| result[key].as_array().unwrap().clone();
    let orders: Vec<String> = of("orders")
        .iter()
        .map(|one| format!("{} {} {} {}", one["who"], one["category"], one["account"], one["line"]).replace('"', ""))
        .collect();
    let expected = [
        "carl.1@strangers.example news home 2",
        "@shop.example top home 4",
        "carl.2@strangers.example blackhole null 5",
    ];
    assert_eq!(orders, expected);
    let lines: Vec<u64> = of("left_out").iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 6], "{result}");
    let letters = [cast::stranger(1), cast::stranger(2), cast::stranger(3)];
    user.receives(&letters).files();
    let world = user.world();
    let places: Vec<&str> = letters.iter().map(|letter| world.place_of(&letter.id())).collect();
    assert_eq!(places, ["News", "Blackhole", "INBOX"]);
    user.mailherd(&["import", "sieve", "/nowhere.sieve"]).complains(2).says("/nowhere.sieve");
    user.mailherd(&["import", "sieve", file, "--map", "Clients"])
        .code()
        .filter(|code| *code == 2)
        .expect("wrong usage");
}

#[test]
fn imapfilter_s_rules_become_orders() {
    let user = User::new(Flavour::PLAIN);
    let file = user.path("config.lua");
    let config = "a = IMAP { server = 'x', username = 'me', password = 'hunter2' }\n\
        a.INBOX:contain_from('carl.1@strangers.example'):move_messages(a['News'])\n\
        a.INBOX:is_unseen():move_messages(a['News'])\n";
    std::fs::write(&file, config).unwrap();
    let outcome = user.mailherd(&["import", "imapfilter", file.to_str().unwrap(), "--yes", "-v"]).done();
    assert!(outcome.stdout.contains("line 3") && !format!("{outcome}").contains("hunter2"), "{outcome}");
    let orders = user.mailherd(&["orders", "--json"]).done().rows();
    assert_eq!((orders.len(), &orders[0]["category"]), (1, &Value::from("news")));
}

#[test]
fn a_daemon_takes_orders_over_and_takes_them_back() {
    let user = User::new(Flavour::PLAIN);
    let file = user.path("rules.sieve");
    std::fs::write(&file, SCRIPT).unwrap();
    let daemon = Daemon::start(&user);
    daemon.rests("home");
    let result = user.mailherd(&["import", "sieve", file.to_str().unwrap(), "--yes", "--json"]).done().object();
    assert_eq!(result["given"], 3, "{result}");
    let letter = cast::stranger(1);
    user.receives(std::slice::from_ref(&letter));
    user.mailherd(&["run", "--once", "--yes"]).done();
    assert_eq!(user.world().place_of(&letter.id()), "News");
    user.mailherd(&["uninstall", "--yes"]).complains(1).says("daemon");
    user.mailherd(&["undo", "--run", &result["run"].to_string()]).done();
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
}

/// A Sieve script is one when the compiler of a server says so.
#[track_caller]
fn compiles(script: &Path) {
    let output = Command::new("sievec").arg(script).arg(script.with_extension("svbin")).output();
    let output = output.expect("`sievec` is installed (apt-get install dovecot-sieve)");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stderr),
        std::fs::read_to_string(script).unwrap()
    );
}

const ORDERS: [(&str, &str); 7] = [
    ("carl.1@strangers.example", "top"),
    ("\"o d\\d\"@strangers.example", "bulk"),
    ("@shop.example", "bulk"),
    ("@orders.shop.example", "inbox"),
    ("<dev.lists.tools.example>", "news"),
    ("@noise.example", "blackhole"),
    ("größe@bücher.example", "news"),
];

#[test]
fn an_export_is_private_holds_no_secret_and_as_a_script_compiles() {
    let user = User::new(Flavour::BELOW_INBOX);
    for (who, category) in ORDERS.iter().filter(|(who, _)| !who.contains(' ')) {
        user.mailherd(&["train", who, category]).done();
    }
    user.files();
    let (toml, script) = (user.path("orders.toml"), user.path("orders.sieve"));
    user.mailherd(&["export", "--output", toml.to_str().unwrap()]).done();
    user.mailherd(&["export", "--sieve", "--output", script.to_str().unwrap()]).done();
    for file in [&toml, &script] {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let text = std::fs::read_to_string(&toml).unwrap();
    assert!(text.contains("carl.1@strangers.example") && text.contains("mode = \"file\""), "{text}");
    assert!(!text.contains("password"), "{text}");
    compiles(&script);
    let text = std::fs::read_to_string(&script).unwrap();
    assert!(text.contains("fileinto \"INBOX.Bulk\""), "{text}");
    // What the script says is what the orders are.
    let other = User::new(Flavour::PLAIN);
    let words = ["import", "sieve", script.to_str().unwrap(), "--yes", "--json"];
    let result = other.mailherd(&words).done().object();
    assert_eq!((result["given"].as_u64(), &result["left_out"]), (Some(6), &Value::Array(Vec::new())), "{result}");
}

/// The verdicts over what is in INBOX, by UID.
fn verdicts(user: &Embedded) -> BTreeMap<u64, (String, String)> {
    let rows = user.mailherd(&["plan", "--json", "--limit", "100000"]).done().rows();
    let verdict = |row: &Value| (row["category"].to_string(), row["reasons"].to_string());
    rows.iter().map(|row| (row["uid"].as_u64().unwrap(), verdict(row))).collect()
}

#[test]
fn an_export_gives_a_fresh_mailherd_the_same_verdicts() {
    let now = UnixTime(jiff::Timestamp::now().as_second());
    let mut user = Embedded::of(mailbox::generate(7, now), Options::default());
    user.set("mode", "\"preview\"");
    let plain = verdicts(&user);
    let senders = user.mailherd(&["senders", "--json", "--limit", "40"]).done().rows();
    let categories = ["top", "inbox", "news", "bulk", "blackhole"];
    for (sender, category) in senders.iter().zip(categories.iter().cycle()) {
        let who = sender["address"].as_str().unwrap();
        user.mailherd(&["train", who, category, "--account", "home", "--yes"]).done();
    }
    user.mailherd(&["train", "@example.com", "bulk"]).done();
    let ordered = verdicts(&user);
    assert!(ordered != plain && ordered.len() > 200, "the orders matter: {}", ordered.len());
    let before = user.mailherd(&["orders", "--json"]).done().rows();
    let file = user.config_file().with_file_name("export.toml");
    let file = file.to_str().unwrap();
    user.mailherd(&["export", "--output", file]).done();
    let fresh = toml::Value::from(user.config_file().with_file_name("fresh").to_str().unwrap()).to_string();
    user.set("state_dir", &fresh);
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
    let result = user.mailherd(&["import", file, "--yes", "--json"]).done().object();
    json::has_exactly(&result, "source run given stood orders left_out accounts settings dry_run");
    assert_eq!(result["given"].as_u64(), Some(before.len() as u64));
    let told = |rows: &[Value]| -> Vec<String> {
        let keys = ["who", "category", "account", "given_at", "origin"];
        rows.iter().map(|row| keys.map(|key| row[key].to_string()).join(" ")).collect()
    };
    assert_eq!(told(&user.mailherd(&["orders", "--json"]).done().rows()), told(&before));
    let again = verdicts(&user);
    let differ: Vec<_> = again.iter().filter(|(uid, verdict)| ordered.get(uid) != Some(verdict)).take(3).collect();
    assert!(again.len() == ordered.len() && differ.is_empty(), "{differ:?}");
}

#[test]
fn an_order_of_an_account_that_is_not_there_is_left_out_or_taken_to_another() {
    let user = User::new(Flavour::PLAIN);
    let file = user.path("export.toml");
    let text = "mailherd_export = 1\n[[orders]]\nwho = \"a@b.example\"\ncategory = \"news\"\naccount = \"elsewhere\"\n\
                given_at = \"2026-01-02T03:04:05Z\"\norigin = \"moved\"\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let result = user.mailherd(&["import", file, "--yes", "--json"]).done().object();
    assert_eq!((result["given"].as_u64(), result["left_out"].as_array().unwrap().len()), (Some(0), 1));
    user.mailherd(&["import", file, "--account", "home", "--yes"]).done();
    let orders = user.mailherd(&["orders", "--json"]).done().rows();
    assert_eq!(orders[0]["given_at"], "2026-01-02T03:04:05Z");
    assert_eq!((&orders[0]["origin"], &orders[0]["account"]), (&Value::from("moved"), &Value::from("home")));
    std::fs::write(user.path("export.toml"), "mode = \"file\"\n").unwrap();
    user.mailherd(&["import", file, "--yes"]).complains(2).says("line 1");
}

/// A user with a folder of `systemctl` that writes down what it is told, and the environment in which it is found.
fn with_systemctl(user: &User, script: &str) -> Vec<(String, String)> {
    let folder = user.path("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("systemctl");
    std::fs::write(&program, format!("#!/bin/sh\necho \"$@\" >> {}\n{script}", user.path("told").display())).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    vec![("PATH".into(), format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))]
}

#[test]
fn uninstall_puts_mail_back_and_removes_only_empty_folders_of_mailherd_s() {
    let user = User::new(Flavour::PLAIN);
    let mut client = user.client();
    ["Mine", "Unused"].into_iter().for_each(|own| client.create(own));
    user.has_a_friend();
    user.receives(&cast::inbox(2));
    let before = user.world();
    user.files();
    let filed = user.world();
    client.create("News/Below");
    // Somebody else put mail into Bulk; it stays there, and so does the folder.
    client.append("Bulk", &[cast::stranger(77)]);
    // An earlier uninstall was interrupted after the first of its two commands.
    client.command("RENAME Blackhole Blackhole-removed-by-mailherd-0a1b2c3d");
    let nothing = with_systemctl(&user, "exit 4\n");
    user.start_with(&["uninstall"], &nothing).finish().complains(1).says("12 filed messages").says("--yes");
    assert_eq!(user.world().count("News"), filed.count("News"), "nothing without a yes");
    let result = user.start_with(&["uninstall", "--yes", "--json"], &nothing).finish().done().object();
    json::has_exactly(&result, "accounts service left");
    let account = &result["accounts"][0];
    json::has_exactly(account, "account undone missing failed removed stays");
    assert_eq!((account["undone"].as_u64(), account["failed"].as_u64()), (Some(12), Some(0)), "{result}");
    assert_eq!(account["removed"].to_string(), "[\"Blackhole\",\"Top\"]", "{result}");
    let stays: Vec<&str> =
        account["stays"].as_array().unwrap().iter().map(|one| one["folder"].as_str().unwrap()).collect();
    assert_eq!(stays, ["Bulk", "News"], "one holds mail, the other a folder: {result}");
    assert_eq!((&result["service"], result["left"].as_array().unwrap().len()), (&Value::from("none"), 3));
    let after = user.world();
    assert_eq!(after.count("Bulk"), 1);
    client.empty("Bulk");
    before.assert_same_places(&user.world());
    let names = after.folder_names();
    assert!(["Mine", "News/Below", "Unused", "Bulk"].iter().all(|name| names.contains(name)), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("removed") || *name == "Top"), "{names:?}");
    assert!(user.state_dir().join("mailherd.sqlite3").exists());
    assert!(!client.subscribed().iter().any(|folder| folder.name == "Top"), "nobody is shown what is gone");
    // The rest, now that it is empty, and with the mail left where it is.
    let result = user.start_with(&["uninstall", "--yes", "--json", "--keep-mail"], &nothing).finish().done().object();
    assert_eq!(result["accounts"][0]["removed"].to_string(), "[\"Bulk\"]", "{result}");
}

#[test]
fn uninstall_ends_the_service_that_the_set_up_installed() {
    let user = User::new(Flavour::PLAIN);
    let unit = user.path("config/systemd/user/mailherd.service");
    std::fs::create_dir_all(unit.parent().unwrap()).unwrap();
    let written = "# Written by `mailherd setup`. It says so.\n[Unit]\n";
    std::fs::write(&unit, written).unwrap();
    let systemd = with_systemctl(&user, "exit 0\n");
    let result = user.start_with(&["uninstall", "--yes", "--json"], &systemd).finish().done().object();
    assert_eq!(result["service"], "ended");
    let told = std::fs::read_to_string(user.path("told")).unwrap();
    assert!(told.contains("--user disable --now mailherd.service\n--user daemon-reload\n"), "{told}");
    assert!(!unit.exists());
    // Of one account, or a unit that somebody else wrote: it stays.
    std::fs::write(&unit, "[Unit]\n").unwrap();
    let result = user.start_with(&["uninstall", "--account", "home", "--yes", "--json"], &systemd).finish();
    assert_eq!(result.done().object()["service"], "left");
    user.start_with(&["uninstall", "--yes"], &systemd).finish().done();
    assert!(unit.exists());
}

#[test]
fn on_a_terminal_each_step_of_uninstall_asks() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(1)).files();
    let config = user.config_file();
    let words = ["--config", config.to_str().unwrap(), "uninstall"];
    let before = user.world();
    let mut screen = user.tall_screen(&words);
    screen.until("it asks", |text| text.contains("Uninstall mailherd?")).press("n\r");
    assert!(!screen.ends().0.success());
    let mut screen = user.tall_screen(&words);
    screen.until("it asks", |text| text.contains("Uninstall mailherd?")).press("y\r");
    screen.until("it asks again", |text| text.contains("put 5 filed messages back")).press("n\r");
    // Top and Blackhole were never filed into.
    screen.until("and again", |text| text.contains("remove the empty folders Blackhole, Top?")).press("y\r");
    screen.until("it says what is left", |text| text.contains("Left on this machine"));
    assert!(screen.ends().0.success());
    let after = user.world();
    before.assert_same_places(&after);
    assert_eq!(after.folder_names().iter().filter(|name| ["Top", "Blackhole"].contains(name)).count(), 0);
}

/// A mailbox in which mail was filed and taken back: four empty folders of mailherd's.
fn with_empty_folders() -> Embedded {
    let user = Embedded::new(&cast::machine_mail(1), Options::default());
    user.files();
    user.mailherd(&["undo", "--all"]).done();
    user
}

fn uninstalls(user: &Embedded) -> Outcome {
    user.mailherd(&["uninstall", "--yes", "--json"])
}

#[test]
fn mail_that_comes_while_its_folder_is_removed_is_not_removed_with_it() {
    let user = with_empty_folders();
    let letter = user.messages("INBOX")[0].clone();
    let uid = user.uid_of(&letter, "INBOX");
    let comes = What::before(move |store| {
        store.move_message("INBOX", uid, "News").expect("it is there");
    });
    user.goes_wrong(When::nth("RENAME", 1).mentioning("News"), comes);
    let account = uninstalls(&user).done().object()["accounts"][0].clone();
    assert_eq!(account["removed"].to_string(), "[\"Blackhole\",\"Bulk\",\"Top\"]", "{account}");
    assert_eq!(account["stays"].to_string(), "[{\"folder\":\"News\",\"messages\":1,\"why\":null}]", "{account}");
    assert_eq!(user.world().place_of(&letter), "News");
}

#[test]
fn a_removal_that_is_cut_off_or_refused_leaves_the_folder_as_it_was() {
    let user = with_empty_folders();
    user.goes_wrong(When::nth("RENAME", 1).mentioning("Blackhole"), What::DropAfter);
    uninstalls(&user).complains(1);
    user.server.clear_faults();
    user.goes_wrong(When::every("DELETE").mentioning("News"), What::No("not today"));
    let account = uninstalls(&user).done().object()["accounts"][0].clone();
    assert_eq!(account["removed"].to_string(), "[\"Blackhole\",\"Bulk\",\"Top\"]", "{account}");
    assert!(account["stays"][0]["why"].as_str().unwrap().contains("not today"), "{account}");
    user.server.clear_faults();
    user.goes_wrong(When::every("RENAME"), What::No("no renaming here"));
    let account = uninstalls(&user).done().object()["accounts"][0].clone();
    assert!(
        account["stays"][0]["why"].as_str().unwrap().contains("no renaming"),
        "nothing is deleted unseen: {account}"
    );
    user.server.clear_faults();
    let account = uninstalls(&user).done().object()["accounts"][0].clone();
    assert_eq!(account["removed"].to_string(), "[\"News\"]", "{account}");
}
