//! What the user says by moving mail with another program: the sender's next mail follows. Every run of mailherd is a process of its
//! own, so each step of the learning survives a restart.

use std::time::Duration;

use serde_json::Value;

use mailherd::demo::server::{Options, What, When};

use crate::support::cast;
use crate::support::client::{Client, quoted};
use crate::support::embedded::Embedded;
use crate::support::flavour::Flavour;
use crate::support::mail::{ME, Mail};
use crate::support::user::{User, filed};

/// Makes everything that mailherd remembers so many seconds older.
pub fn time_passes(database: &rusqlite::Connection, seconds: i64) {
    for (table, column) in [
        ("journal", "at"),
        ("message", "since"),
        ("departure", "since"),
        ("departure", "at"),
        ("arrival", "at"),
        ("user_move", "at"),
        ("waiting", "at"),
        ("account", "looked_at"),
        ("folder", "managed_at"),
        ("standing_order", "given_at"),
    ] {
        database.execute(&format!("UPDATE {table} SET {column} = {column} - ?1"), [seconds]).unwrap();
    }
}

pub trait Moving {
    fn database(&self) -> rusqlite::Connection;
    /// So many seconds later.
    fn later(&self, seconds: i64) -> &Self;
    fn place(&self, mail: &Mail) -> String;
    /// Where the next mail goes.
    fn gets(&self, mail: &Mail) -> String;
    /// A drag by hand, long after the mail came, which mailherd sees and lets settle.
    fn moves(&self, mail: &Mail, from: &str, to: &str) -> &Self;
    /// The orders in force: whom, and what.
    fn orders(&self) -> Vec<(String, String)>;
    fn pending(&self) -> Vec<Value>;
}

impl Moving for User {
    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.state_dir().join("mailherd.sqlite3")).unwrap()
    }

    fn later(&self, seconds: i64) -> &User {
        time_passes(&self.database(), seconds);
        self
    }

    fn place(&self, mail: &Mail) -> String {
        self.world().place_of(&mail.id()).to_owned()
    }

    fn gets(&self, mail: &Mail) -> String {
        self.receives(std::slice::from_ref(mail)).files();
        self.place(mail)
    }

    fn moves(&self, mail: &Mail, from: &str, to: &str) -> &User {
        self.later(60);
        self.client().drag(&mail.id(), from, to);
        self.files();
        self.later(200);
        self.files();
        self
    }

    fn orders(&self) -> Vec<(String, String)> {
        let rows = self.mailherd(&["orders", "--json"]).done().rows();
        let word = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        rows.iter().map(|row| (word(row, "who"), word(row, "category"))).collect()
    }

    fn pending(&self) -> Vec<Value> {
        self.mailherd(&["orders", "--pending", "--json"]).done().rows()
    }
}

pub fn pair(who: &str, category: &str) -> (String, String) {
    (who.to_owned(), category.to_owned())
}

/// A user who has this mail, filed.
fn user_with(mail: &[Mail]) -> User {
    let user = User::new(Flavour::PLAIN);
    user.receives(mail).files();
    user
}

#[test]
fn from_news_to_inbox_and_the_next_mail_stays() {
    let user = User::new(Flavour::PLAIN);
    let [first, second, third] = [1, 2, 3].map(cast::newsletter);
    assert_eq!(user.gets(&first), "News");
    user.later(60);
    user.client().drag(&first.id(), "News", "INBOX");
    assert_eq!(user.gets(&second), "News", "a move that has not settled says nothing yet");
    assert!(user.orders().is_empty());
    user.later(60);
    user.files();
    assert!(user.orders().is_empty());
    user.later(60);
    assert_eq!(user.gets(&third), "INBOX");
    assert_eq!(user.orders(), [pair(cast::KITCHEN_LIST, "inbox")]);
    assert_eq!((user.place(&first), user.place(&second)), ("INBOX".into(), "News".into()));
    // And back again.
    user.moves(&first, "INBOX", "Bulk");
    assert_eq!(user.orders(), [pair(cast::KITCHEN_LIST, "bulk")]);
    assert_eq!(user.gets(&cast::newsletter(4)), "Bulk");
}

#[test]
fn by_the_clock_and_said_in_words() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("settle_seconds", "1");
    let letter = cast::newsletter(1);
    assert_eq!(user.gets(&letter), "News");
    std::thread::sleep(Duration::from_millis(5100));
    user.client().drag(&letter.id(), "News", "INBOX");
    user.files();
    std::thread::sleep(Duration::from_millis(2100));
    let outcome = user.mailherd(&["run", "--once"]).done();
    let text = "you moved 1 mail of <letter.kitchen.example> to INBOX: its mail stays there from now on";
    assert!(outcome.stderr.contains(text), "{outcome}");
    assert!(outcome.stderr.contains("hint: `mailherd untrain '<letter.kitchen.example>'`"), "{outcome}");
    assert_eq!(user.gets(&cast::newsletter(2)), "INBOX");
    user.mailherd(&["untrain", cast::KITCHEN_LIST]).done();
    assert_eq!(user.gets(&cast::newsletter(3)), "News");
}

#[test]
fn into_blackhole_and_out_again() {
    let [first, second, third, fourth] = [1; 4].map(cast::stranger);
    let user = user_with(std::slice::from_ref(&first));
    user.moves(&first, "INBOX", "Blackhole");
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "blackhole")]);
    let rows = user.mailherd(&["orders", "--json"]).done().rows();
    assert!(rows[0]["account"].is_null(), "on all accounts: {rows:?}");
    assert_eq!(user.gets(&second), "Blackhole");
    assert_eq!(user.gets(&cast::stranger(2)), "INBOX", "nobody else");
    user.moves(&second, "Blackhole", "INBOX");
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "inbox")]);
    assert_eq!(user.gets(&third), "INBOX");
    // What still lies there is offered back.
    let offers = user.pending();
    assert_eq!(
        (offers.len(), offers[0]["kind"].as_str(), offers[0]["messages"].as_u64()),
        (1, Some("return"), Some(1))
    );
    let before = user.world();
    let said = user.mailherd(&["confirm", &offers[0]["id"].to_string(), "--json"]).done().object();
    assert_eq!((said["confirmed"].as_bool(), said["moved"].as_u64()), (Some(true), Some(1)));
    assert_eq!(user.place(&first), "INBOX");
    before.assert_same_mail(&user.world());
    assert!(user.pending().is_empty());
    user.later(300);
    assert_eq!(filed(&user.files()), 0, "what came back stays");
    assert_eq!(user.gets(&fourth), "INBOX");
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "inbox")], "our own moves teach nothing");
    user.mailherd(&["undo", "--last"]).done();
    assert_eq!(user.place(&first), "Blackhole");
}

#[test]
fn a_domain_that_was_banished_is_pardoned_by_a_move_out() {
    let [first, second] = [1, 2].map(cast::promotion);
    let user = user_with(&[first.clone(), second.clone()]);
    user.mailherd(&["blackhole", "@shop.example", "--yes"]).done();
    user.moves(&first, "Blackhole", "News");
    assert_eq!(user.orders(), [pair(cast::SHOP, "news")]);
    assert_eq!(user.gets(&cast::promotion(3)), "News");
    let offers = user.pending();
    assert_eq!(offers.len(), 1, "{offers:?}");
    assert_eq!(offers[0]["who"], "@shop.example");
    // Told no, it is not offered again, and stays for good.
    user.mailherd(&["confirm", &offers[0]["id"].to_string(), "--no"]).done();
    assert!(user.pending().is_empty());
    user.later(30 * 86_400);
    user.files();
    assert_eq!(user.place(&second), "Blackhole");
}

#[test]
fn by_a_program_that_copies_marks_and_expunges() {
    for seen_between in [false, true] {
        let user = User::new(Flavour::NO_MOVE);
        let letter = cast::newsletter(1);
        assert_eq!(user.gets(&letter), "News");
        user.later(60);
        let mut client = user.client();
        let uid = client.find("News", &letter.id())[0];
        client.command(&format!("UID COPY {uid} INBOX"));
        if seen_between {
            user.files();
            user.later(3600);
            assert!(user.orders().is_empty());
        }
        client.command(&format!("UID STORE {uid} +FLAGS (\\Deleted)"));
        client.command(&format!("UID EXPUNGE {uid}"));
        user.files();
        user.later(200);
        assert_eq!(user.gets(&cast::newsletter(2)), "INBOX", "seen between: {seen_between}");
    }
}

#[test]
fn a_copy_says_nothing() {
    let letter = cast::newsletter(1);
    let user = user_with(std::slice::from_ref(&letter));
    user.later(60);
    let mut client = user.client();
    let uid = client.find("News", &letter.id())[0];
    client.command(&format!("UID COPY {uid} INBOX"));
    user.files();
    user.later(300);
    user.files();
    assert!(user.orders().is_empty());
}

#[test]
fn what_is_to_and_fro_counts_where_it_comes_to_rest() {
    let letter = cast::newsletter(1);
    let user = user_with(std::slice::from_ref(&letter));
    let drag = |from: &str, to: &str| {
        user.later(30);
        user.client().drag(&letter.id(), from, to);
        user.files();
    };
    drag("News", "INBOX");
    drag("INBOX", "Bulk");
    drag("Bulk", "News");
    user.later(300);
    user.files();
    assert!(user.orders().is_empty(), "it is back");
    drag("News", "INBOX");
    drag("INBOX", "Bulk");
    user.later(60);
    user.files();
    assert!(user.orders().is_empty(), "it has not settled there");
    user.later(60);
    user.files();
    assert_eq!(user.orders(), [pair(cast::KITCHEN_LIST, "bulk")]);
}

#[test]
fn what_has_gone_on_says_nothing() {
    let letter = cast::newsletter(1);
    let user = user_with(std::slice::from_ref(&letter));
    user.later(60);
    user.client().drag(&letter.id(), "News", "INBOX");
    user.files();
    user.client().drag(&letter.id(), "INBOX", "Archive");
    user.later(300);
    user.files();
    user.files();
    assert!(user.orders().is_empty());
}

#[test]
fn an_order_that_was_given_since_is_newer() {
    let letter = cast::stranger(1);
    let user = user_with(std::slice::from_ref(&letter));
    user.later(60);
    user.client().drag(&letter.id(), "INBOX", "Bulk");
    user.files();
    user.later(60);
    user.mailherd(&["train", "carl.1@strangers.example", "news"]).done();
    user.later(100);
    user.files();
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "news")]);
}

#[test]
fn a_move_that_was_made_before_another_one_settled_is_newer() {
    let [first, second] = [1; 2].map(cast::stranger);
    let user = user_with(&[first.clone(), second.clone()]);
    let drag = |mail: &Mail, to: &str| {
        user.client().drag(&mail.id(), "INBOX", to);
        user.files();
    };
    user.later(60);
    drag(&first, "Bulk");
    user.later(90);
    drag(&second, "News");
    user.later(40);
    user.files();
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "bulk")]);
    user.later(90);
    user.files();
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "news")]);
}

#[test]
fn moves_elsewhere_say_nothing() {
    let mail: Vec<Mail> = (1..=5).map(cast::newsletter).collect();
    let user = user_with(&mail);
    user.client().command("CREATE Recipes");
    for (mail, folder) in mail.iter().zip(["Trash", "Archive", "Junk", "Recipes", "Drafts"]) {
        user.moves(mail, "News", folder);
        // Nor does the way back in: it does not come from INBOX or a managed folder.
        user.moves(mail, folder, "Bulk");
    }
    assert!(user.orders().is_empty());
    assert!(user.pending().is_empty());
}

#[test]
fn a_program_that_moves_on_arrival_says_nothing() {
    let mail: Vec<Mail> = (1..=3).map(cast::stranger).collect();
    let user = user_with(&mail);
    // They came this very moment, however long the test takes.
    user.database().execute("UPDATE message SET since = since + 3600", []).unwrap();
    mail.iter().for_each(|mail| user.client().drag(&mail.id(), "INBOX", "Bulk"));
    user.files();
    user.later(300);
    user.files();
    assert!(user.orders().is_empty());
    let outcome = user.mailherd(&["doctor"]).done();
    assert!(outcome.stdout.contains("another program"), "{outcome}");
}

#[test]
fn what_is_delivered_into_a_managed_folder_says_nothing_while_somebody_watches() {
    let user = user_with(&[cast::newsletter(1)]);
    user.later(300);
    user.client().append("Bulk", &[cast::stranger(1).arrived_days_ago(0)]);
    user.files();
    user.later(300);
    user.files();
    assert!(user.orders().is_empty());
}

#[test]
fn what_was_moved_while_nobody_watched_counts() {
    let user = user_with(&[cast::newsletter(1)]);
    user.later(3 * 3600);
    // Arrived an hour ago and was moved out of INBOX before mailherd saw it; the other one is older than the folder.
    user.client().append("Bulk", &[cast::stranger(1), cast::stranger(2).days_old(3)]);
    user.files();
    user.later(200);
    user.files();
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "bulk")]);
}

#[test]
fn nor_then_when_another_program_files_mail() {
    let user = user_with(&[cast::newsletter(1)]);
    user.later(300);
    let delivered: Vec<Mail> = (1..=3).map(|number| cast::notification(number).arrived_days_ago(0)).collect();
    user.client().append("Bulk", &delivered);
    user.files();
    assert!(user.mailherd(&["doctor"]).done().stdout.contains("another program"));
    user.later(3 * 3600);
    user.client().append("Bulk", &[cast::stranger(1)]);
    user.files();
    user.later(200);
    user.files();
    assert!(user.orders().is_empty());
}

#[test]
fn what_came_back_from_elsewhere_counts_when_it_is_moved_on() {
    let letter = cast::newsletter(1);
    let user = user_with(std::slice::from_ref(&letter));
    user.moves(&letter, "News", "Archive");
    user.moves(&letter, "Archive", "INBOX");
    assert!(user.orders().is_empty());
    user.moves(&letter, "INBOX", "Bulk");
    assert_eq!(user.orders(), [pair(cast::KITCHEN_LIST, "bulk")]);
}

#[test]
fn undo_says_nothing() {
    let mail = [cast::newsletter(1), cast::promotion(1), cast::stranger(1)];
    let user = user_with(&mail);
    user.mailherd(&["blackhole", "carl.1@strangers.example", "--yes"]).done();
    user.later(300);
    user.mailherd(&["undo", "--all"]).done();
    for _ in 0..3 {
        assert_eq!(filed(&user.files()), 0);
        user.later(300);
    }
    assert!(user.orders().is_empty() && user.pending().is_empty());
}

#[test]
fn renumbered_folders_say_nothing() {
    let mail = cast::machine_mail(3);
    let user = user_with(&mail);
    let person = cast::stranger(1);
    user.receives(std::slice::from_ref(&person)).files();
    user.later(300);
    for folder in ["INBOX", "News", "Bulk"] {
        user.server.doveadm(&["mailbox", "update", "-u", &user.name, "--uid-validity", "4711", folder]);
    }
    for _ in 0..3 {
        user.files();
        user.later(300);
    }
    assert!(user.orders().is_empty() && user.pending().is_empty());
    // A move among the noise is still seen.
    user.client().drag(&person.id(), "INBOX", "Bulk");
    for folder in ["INBOX", "Bulk"] {
        user.server.doveadm(&["mailbox", "update", "-u", &user.name, "--uid-validity", "4712", folder]);
    }
    user.files();
    user.later(300);
    user.files();
    assert_eq!(user.orders(), [pair("carl.1@strangers.example", "bulk")]);
}

/// Many messages of many senders, all in INBOX.
fn strangers(messages: u32, senders: u32) -> Vec<Mail> {
    (0..messages).map(|number| cast::stranger(number % senders)).collect()
}

fn drags_all(client: &mut Client, from: &str, to: &str) {
    client.select(from);
    client.command(&format!("UID MOVE 1:* {}", quoted(to)));
}

#[test]
fn a_reorganisation_waits_for_a_word() {
    let user = user_with(&strangers(60, 12));
    user.later(60);
    drags_all(&mut user.client(), "INBOX", "Bulk");
    user.files();
    user.later(200);
    let outcome = user.mailherd(&["run", "--once", "--yes"]).done();
    assert!(outcome.stderr.contains("60 mails of 12 senders") && outcome.stderr.contains("confirm"), "{outcome}");
    assert!(user.orders().is_empty());
    assert_eq!(user.gets(&cast::stranger(3)), "INBOX");
    let waiting = user.pending();
    assert_eq!((waiting.len(), waiting[0]["messages"].as_u64()), (1, Some(60)));
    let listed = user.mailherd(&["orders", "--pending"]).done();
    for line in ["learn from the 60 mails of 12 senders that you moved", "- mail of carl.4@strangers.example is bulk"] {
        assert!(listed.stdout.contains(line), "{listed}");
    }
    assert_eq!(waiting[0]["orders"].as_array().map(Vec::len), Some(12));
    // What the user says meanwhile is newer.
    user.later(60);
    user.mailherd(&["train", "carl.4@strangers.example", "news"]).done();
    user.mailherd(&["confirm", &waiting[0]["id"].to_string()]).done();
    assert!(user.pending().is_empty());
    assert_eq!(user.gets(&cast::stranger(5)), "Bulk");
    assert_eq!(user.gets(&cast::stranger(4)), "News");
    assert_eq!(user.orders().len(), 12);
    user.mailherd(&["confirm", &waiting[0]["id"].to_string()]).complains(1).says("--pending");
}

#[test]
fn many_mails_of_few_senders_are_no_reorganisation() {
    let user = user_with(&strangers(60, 3));
    user.later(60);
    drags_all(&mut user.client(), "INBOX", "Bulk");
    user.files();
    user.later(200);
    user.files();
    assert_eq!(user.orders().len(), 3);
}

#[test]
fn somebody_the_user_has_written_to_waits_for_a_word() {
    for yes in [true, false] {
        let user = User::new(Flavour::PLAIN);
        let letter = cast::friend(50);
        user.has_a_friend().receives(std::slice::from_ref(&letter)).files();
        assert_eq!(user.place(&letter), "Top");
        user.moves(&letter, "Top", "Blackhole");
        assert!(user.orders().is_empty());
        assert_eq!(user.gets(&cast::friend(51)), "Top", "only that message lies there");
        user.later(30 * 86_400);
        user.files();
        assert_eq!(user.place(&letter), "Blackhole", "and it does not fall");
        let waiting = user.pending();
        assert_eq!((waiting.len(), waiting[0]["who"].as_str()), (1, Some(cast::ANNA_ADDRESS)));
        let id = waiting[0]["id"].to_string();
        let words: &[&str] = if yes { &["confirm", &id] } else { &["confirm", &id, "--no"] };
        user.mailherd(words).done();
        assert!(user.pending().is_empty());
        assert_eq!(user.gets(&cast::friend(52)), if yes { "Blackhole" } else { "Top" });
    }
}

#[test]
fn on_several_accounts_blackhole_is_shared_and_everything_else_is_not() {
    let [home, mut work] = [(); 2].map(|()| User::new(Flavour::PLAIN));
    work.set_account("name", "\"work\"");
    let account = work.configuration().split_once("[[accounts]]").unwrap().1.to_owned();
    let both = format!("{}[[accounts]]{account}", home.configuration());
    let run = || drop(home.with_config(&both, &["run", "--once", "--yes"]).done());
    let orders = |words: &[&str]| home.with_config(&both, &[words, &["--json"]].concat()).done().rows();
    let drags = |user: &User, mail: &Mail, from: &str, to: &str| {
        home.later(60);
        user.client().drag(&mail.id(), from, to);
        run();
        home.later(200);
        run();
    };
    let [first, second, third] = [1; 3].map(cast::stranger);
    home.receives(std::slice::from_ref(&first));
    work.receives(&[cast::stranger(2)]);
    run();
    drags(&home, &first, "INBOX", "Blackhole");
    assert!(orders(&["orders"])[0]["account"].is_null());
    home.receives(std::slice::from_ref(&second));
    work.receives(std::slice::from_ref(&third));
    run();
    assert_eq!((home.place(&second), work.place(&third)), ("Blackhole".into(), "Blackhole".into()));
    // Pardoned on one account, on both; the order that comes instead holds on its own.
    drags(&work, &third, "Blackhole", "News");
    let rows = orders(&["orders"]);
    assert_eq!((rows.len(), &rows[0]["account"], &rows[0]["category"]), (1, &"work".into(), &"news".into()));
    let offers = orders(&["orders", "--pending"]);
    assert_eq!(
        (offers.len(), &offers[0]["account"], &offers[0]["messages"]),
        (1, &"home".into(), &2.into()),
        "{offers:?}"
    );
    home.with_config(&both, &["confirm", &offers[0]["id"].to_string()]).done();
    assert_eq!((home.place(&first), home.place(&second)), ("News".into(), "News".into()));
    let [next, other] = [1; 2].map(cast::stranger);
    home.receives(std::slice::from_ref(&next));
    work.receives(std::slice::from_ref(&other));
    run();
    assert_eq!((home.place(&next), work.place(&other)), ("INBOX".into(), "News".into()));
}

#[test]
fn preview_learns_nothing_from_moves() {
    let letter = cast::newsletter(1);
    let mut user = User::new(Flavour::PLAIN);
    user.receives(std::slice::from_ref(&letter)).files();
    user.set("mode", "\"preview\"");
    user.moves(&letter, "News", "INBOX");
    user.set("mode", "\"file\"");
    user.files();
    user.later(300);
    user.files();
    assert!(user.orders().is_empty());
}

#[test]
fn the_users_own_mail_says_nothing() {
    let own = cast::own_letter("somebody@else.example", 0).header("From", format!("Me <{ME}>"));
    let user = user_with(std::slice::from_ref(&own));
    user.moves(&own, "INBOX", "Bulk");
    assert!(user.orders().is_empty());
}

#[test]
fn below_inbox_and_without_condstore_it_is_the_same() {
    for flavour in [Flavour::BELOW_INBOX, Flavour::BARE] {
        let user = User::new(flavour);
        let [first, second] = [1; 2].map(cast::stranger);
        let (bulk, blackhole) = (user.folder("Bulk"), user.folder("Blackhole"));
        user.receives(&[first.clone(), second.clone()]).files();
        user.moves(&first, "INBOX", &bulk);
        assert_eq!(user.gets(&cast::stranger(1)), bulk);
        user.moves(&first, &bulk, &blackhole);
        user.later(60);
        user.client().drag(&second.id(), "INBOX", &blackhole);
        user.moves(&first, &blackhole, "INBOX");
        assert_eq!(user.gets(&cast::stranger(1)), "INBOX");
        assert_eq!(user.pending().len(), 1);
    }
}

/// A letter of a stranger in INBOX and one in News, on a server that can be told what to do in the middle of a run.
fn embedded() -> (Embedded, Mail, Mail) {
    let [here, there] = [1, 2].map(cast::stranger);
    let user = Embedded::new(std::slice::from_ref(&here), Options::default());
    user.files();
    user.receives("News", &[there.clone().days_old(3)]);
    user.files();
    time_passes(&user.database(), 60);
    (user, here, there)
}

fn orders_of(user: &Embedded) -> Vec<String> {
    time_passes(&user.database(), 200);
    user.files();
    let rows = user.mailherd(&["orders", "--json"]).done().rows();
    rows.iter().map(|row| format!("{} {}", row["who"], row["category"]).replace('"', "")).collect()
}

#[test]
fn a_move_between_two_looks_of_one_pass_is_put_together_by_the_next() {
    let (user, here, _) = embedded();
    let uid = user.uid_of(&here.id(), "INBOX");
    // INBOX was read, News was not.
    let drag =
        move |store: &mut mailherd::demo::server::Store| assert!(store.move_message("INBOX", uid, "News").is_some());
    user.goes_wrong(When::nth("EXAMINE", 1).mentioning("News"), What::before(drag));
    user.files();
    assert_eq!(user.counts(["INBOX", "News"]), [0, 2]);
    user.server.clear_faults();
    user.files();
    assert_eq!(orders_of(&user), ["carl.1@strangers.example news"]);

    let (user, _, there) = embedded();
    let uid = user.uid_of(&there.id(), "News");
    let drag =
        move |store: &mut mailherd::demo::server::Store| assert!(store.move_message("News", uid, "INBOX").is_some());
    user.goes_wrong(When::nth("EXAMINE", 1).mentioning("News"), What::before(drag));
    user.files();
    user.server.clear_faults();
    user.files();
    assert_eq!(orders_of(&user), ["carl.2@strangers.example inbox"]);
}

#[test]
fn a_move_of_which_half_was_read_when_the_run_failed_is_put_together_by_the_next() {
    let (user, here, _) = embedded();
    user.drags(&here.id(), "INBOX", "Bulk");
    user.goes_wrong(When::every("EXAMINE").mentioning("Bulk"), What::No("not now"));
    for _ in 0..3 {
        user.runs().complains(1);
        time_passes(&user.database(), 30);
    }
    user.server.clear_faults();
    user.files();
    assert_eq!(orders_of(&user), ["carl.1@strangers.example bulk"]);
}
