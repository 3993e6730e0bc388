//! What a face would show, against what the other mail program sees.

use std::collections::BTreeSet;

use mailherd::config::{self, Config};
use mailherd::daemon::queries::Queries;
use mailherd::logic::engine::{MailQuery, MailRow, Page, Reply, Request};
use mailherd::logic::ids::{Category, UnixTime};

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::User;

const FOLDERS: [(Category, &str); 5] = [
    (Category::Top, "Top"),
    (Category::Inbox, "INBOX"),
    (Category::News, "News"),
    (Category::Bulk, "Bulk"),
    (Category::Blackhole, "Blackhole"),
];

/// A message as both see it: folder, UID, arrival, unread, subject.
type Line = (String, u32, i64, bool, String);

fn ask(config: &Config, request: &Request) -> Reply {
    let now = UnixTime(1_800_000_000);
    Queries::default().answer(config, request, now).expect("a question for the database").expect("an answer")
}

fn listed(user: &User, category: Category) -> Vec<MailRow> {
    let config = config::load(&user.path("config.toml")).expect("the configuration");
    let mut rows = Vec::new();
    loop {
        let page = Page { offset: rows.len() as u64, limit: 7 };
        let query = MailQuery { category, account: None, filter: String::new(), page, around: None };
        let Reply::Mail(part) = ask(&config, &Request::Mail(query)) else { panic!("no mail") };
        rows.extend(part.rows);
        if rows.len() as u64 == part.total {
            break;
        }
    }
    let Reply::Shelves(shelves) = ask(&config, &Request::Shelves { account: None }) else { panic!("no shelves") };
    let shelf = shelves.into_iter().find(|shelf| shelf.category == category).expect("a shelf");
    let unread = rows.iter().filter(|row| !row.flags.seen).count();
    assert_eq!((shelf.total, shelf.unread), (rows.len() as u64, unread as u64), "{category}");
    assert!(rows.is_sorted_by(|one, next| one.at >= next.at), "the newest first");
    rows
}

#[track_caller]
fn the_pages_agree_with_the_folders(user: &User) {
    let mut client = user.client();
    for (category, name) in FOLDERS {
        let folder = if name == "INBOX" { name.to_owned() } else { user.folder(name) };
        let line =
            |row: MailRow| (row.key.folder.wire().to_owned(), row.key.uid.0, row.at.0, !row.flags.seen, row.subject);
        let shown: BTreeSet<Line> = listed(user, category).into_iter().map(line).collect();
        let there = client.messages(&folder).into_iter().filter(|one| !one.flags.contains("\\Deleted"));
        let there: BTreeSet<Line> = there
            .map(|one| {
                let unread = !one.flags.contains("\\Seen");
                (folder.clone(), one.uid, seconds(&one.internal_date), unread, subject(&one.bytes))
            })
            .collect();
        assert_eq!(shown, there, "{category}");
    }
}

fn seconds(internal_date: &str) -> i64 {
    let format = "%d-%b-%Y %H:%M:%S %z";
    jiff::fmt::strtime::parse(format, internal_date.trim())
        .and_then(|time| time.to_timestamp())
        .expect("a date")
        .as_second()
}

fn subject(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find_map(|line| line.strip_prefix("Subject: "));
    line.unwrap_or_default().trim().to_owned()
}

fn a_user_with_mail(flavour: Flavour) -> User {
    let user = User::new(flavour);
    user.has_a_friend();
    user.receives(&cast::inbox(3));
    assert!(user.files()["filed"]["news"].as_u64() > Some(0));
    user
}

fn what_is_shown_is_what_is_there(flavour: Flavour) {
    let user = a_user_with_mail(flavour);
    the_pages_agree_with_the_folders(&user);
    let news = listed(&user, Category::News);
    assert!(news.iter().all(|row| row.filed && !row.address.is_empty()), "{news:?}");
    assert!(listed(&user, Category::Inbox).iter().all(|row| !row.filed));
    // The user works in another program: reads one, marks one as deleted, brings one back and throws one away for good.
    let mut client = user.client();
    client.select(&user.folder("News"));
    let uid = |place: usize| news[place].key.uid.0;
    client.command(&format!("UID STORE {} +FLAGS.SILENT (\\Seen)", uid(0)));
    client.command(&format!("UID STORE {} +FLAGS.SILENT (\\Deleted)", uid(1)));
    client.command(&format!("UID COPY {} INBOX", uid(2)));
    client.command(&format!("UID STORE {} +FLAGS.SILENT (\\Deleted)", uid(2)));
    client.command(&format!("UID EXPUNGE {}", uid(2)));
    user.receives(&[cast::newsletter(77), cast::stranger(77)]);
    user.files();
    the_pages_agree_with_the_folders(&user);
    client.select(&user.folder("News"));
    client.command(&format!("UID STORE {} -FLAGS.SILENT (\\Deleted)", uid(1)));
    user.mailherd(&["undo", "--all"]).done();
    user.files();
    the_pages_agree_with_the_folders(&user);
}

#[test]
fn what_is_shown_is_what_is_there_with_move() {
    what_is_shown_is_what_is_there(Flavour::PLAIN);
}

#[test]
fn what_is_shown_is_what_is_there_without_move() {
    what_is_shown_is_what_is_there(Flavour::NO_MOVE);
}

#[test]
fn a_folder_that_is_numbered_anew_is_shown_under_its_new_numbers() {
    let user = a_user_with_mail(Flavour::PLAIN);
    let mut client = user.client();
    let folder = user.folder("News");
    let before = listed(&user, Category::News);
    client.command(&format!("RENAME {folder} Old"));
    client.command(&format!("CREATE {folder}"));
    client.select("Old");
    client.command(&format!("UID MOVE 1:* {folder}"));
    user.files();
    let after = listed(&user, Category::News);
    assert_eq!(before.len(), after.len());
    assert!(before.iter().all(|row| row.key.validity != after[0].key.validity), "the server numbers it anew");
    the_pages_agree_with_the_folders(&user);
}

#[test]
fn a_database_that_does_not_know_subjects_learns_them_and_nothing_else() {
    let user = a_user_with_mail(Flavour::PLAIN);
    let ledger = |user: &User| user.mailherd(&["senders", "--json"]).done().rows();
    let known = ledger(&user);
    let database = rusqlite::Connection::open(user.state_dir().join("mailherd.sqlite3")).unwrap();
    let older =
        "UPDATE message SET origin = NULL, subject = NULL; UPDATE folder SET category = NULL WHERE name <> 'INBOX'";
    database.execute_batch(older).unwrap();
    let inbox = listed(&user, Category::Inbox);
    assert!(!inbox.is_empty() && inbox.iter().all(|row| row.subject == "(subject not known yet)"), "{inbox:?}");
    assert!(inbox.iter().all(|row| row.address.contains('@')));
    let result = user.files();
    assert_eq!((result["seen"].as_u64(), result["learned"].as_u64()), (Some(0), Some(0)), "{result}");
    assert_eq!(ledger(&user), known);
    the_pages_agree_with_the_folders(&user);
    let log = user.wire_log();
    user.files();
    let commands = log.commands();
    assert!(!commands.iter().any(|one| one.contains("BODY.PEEK")), "read once more, and not again: {commands:?}");
}

#[test]
fn hostile_subjects_are_kept_as_they_are_and_cut() {
    let user = User::new(Flavour::PLAIN);
    let long = "x".repeat(900);
    user.receives(&[cast::stranger(1).subject("\u{202e}a\u{200b}b"), cast::stranger(2).subject(&long)]);
    user.files();
    let subjects: Vec<String> = listed(&user, Category::Inbox).into_iter().map(|row| row.subject).collect();
    assert!(subjects.contains(&"x".repeat(200)), "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject.contains('a')), "{subjects:?}");
}

#[test]
fn mail_of_one_s_own_choice_of_folder_is_shown_when_it_becomes_a_category() {
    let mut user = User::new(Flavour::PLAIN);
    user.client().command("CREATE Lists");
    user.client().append("Lists", &(1..=5).map(cast::newsletter).collect::<Vec<Mail>>());
    user.files();
    assert!(listed(&user, Category::News).is_empty(), "it is a mailbox of the user's own");
    user.set_folder("news", "Lists");
    user.files();
    user.files();
    let news = listed(&user, Category::News);
    let subjects: BTreeSet<&str> = news.iter().map(|row| row.subject.as_str()).collect();
    assert!(news.len() == 5 && !subjects.contains("(subject not known yet)") && !subjects.contains(""), "{news:?}");
    assert!(news.iter().all(|row| row.key.folder.wire() == "Lists" && !row.filed));
}
