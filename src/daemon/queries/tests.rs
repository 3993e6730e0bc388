use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::logic::engine::{Find, MailPage, MailQuery, MessageKey, SenderQuery, SenderSort, SendersPage};
use crate::logic::ids::{Address, Digest, Flags, FolderName, Instance, Uid, UidValidity};
use crate::logic::journal::{Before, Intent, Kind, Place, State};
use crate::logic::ledger::{Habits, Missing};
use crate::store::{FolderState, Origin, Seen, Shown, Standing, TrialRow};

const NOW: UnixTime = UnixTime(1_800_000_000);

/// A state directory with two accounts, and the queries that look at it.
struct World {
    _folder: TempDir,
    config: Config,
    store: Store,
    queries: Queries,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let store = Store::open(&config.state_dir).unwrap();
        World { _folder: folder, config, store, queries: Queries::default() }
    }

    fn folder(&mut self, account: &str, name: &str, category: Category) -> FolderState {
        let account = self.store.account(account).unwrap();
        let folder = self.store.begin_folder(account, &FolderName::from_wire(name), UidValidity(7)).unwrap();
        if category != Category::Inbox {
            self.store.manage_folder(folder.id, category, NOW).unwrap();
        }
        folder
    }

    /// Puts a message there, as a pass does that reads it.
    fn put(&mut self, account: &str, folder: &FolderState, uid: u32, mail: Mail<'_>) -> Instance {
        let account = self.store.account(account).unwrap();
        let instance = Instance { digest: Digest::of(format!("{account:?} {uid} {mail:?}").as_bytes()), size: uid };
        let seen = Seen {
            instance,
            object: None,
            uid: Uid(uid),
            flags: mail.flags,
            mid_hash: None,
            sender: Some(mail.address),
            list: mail.list,
            habits: Habits::default(),
            older: mail.at,
            at: mail.at,
            standing: Standing::Kept,
            shown: Shown {
                at: mail.at,
                origin: Some(Origin { name: mail.name, address: mail.address, list: mail.list }),
                subject: mail.subject,
            },
        };
        self.store.learn(|db| db.saw(account, folder.id, &seen)).unwrap();
        instance
    }

    fn ask(&mut self, request: Request) -> Reply {
        self.queries.answer(&self.config, &request, NOW).unwrap().unwrap()
    }

    #[track_caller]
    fn mail(&mut self, query: MailQuery) -> MailPage {
        let Reply::Mail(page) = self.ask(Request::Mail(query)) else { panic!("no mail") };
        page
    }

    #[track_caller]
    fn subjects(&mut self, query: MailQuery) -> Vec<String> {
        self.mail(query).rows.into_iter().map(|row| row.subject).collect()
    }

    #[track_caller]
    fn shelf(&mut self, category: Category, account: Option<&str>) -> (u64, u64) {
        let Reply::Shelves(counts) = self.ask(Request::Shelves { account: account.map(str::to_owned) }) else {
            panic!("no shelves")
        };
        assert_eq!(counts.iter().map(|count| count.category).collect::<Vec<_>>(), Category::ALL);
        let count = counts.iter().find(|count| count.category == category).unwrap();
        (count.total, count.unread)
    }

    #[track_caller]
    fn found(&mut self, list: MailQuery, text: &str, from: u64, backward: bool) -> Option<u64> {
        let find = Find { list, text: text.into(), from, backward };
        let Reply::Found(place) = self.ask(Request::Find(find)) else { panic!("nothing") };
        place
    }
}

fn config(folder: &Path) -> Config {
    let account = |name: &str| {
        format!(
            "[[accounts]]\nname = \"{name}\"\nemail = \"me@{name}.example\"\nhost = \"imap.example\"\n\
             password_command = \"true\"\n"
        )
    };
    let text = format!("state_dir = {:?}\n{}{}", folder.join("state"), account("home"), account("work"));
    let path = folder.join("config.toml");
    std::fs::write(&path, text).unwrap();
    crate::config::load(&path).unwrap()
}

#[derive(Clone, Copy, Debug)]
struct Mail<'a> {
    at: UnixTime,
    name: &'a str,
    address: &'a str,
    list: Option<&'a str>,
    subject: &'a str,
    flags: Flags,
}

fn mail(at: i64, subject: &str) -> Mail<'_> {
    Mail {
        at: UnixTime(at),
        name: "Anna",
        address: "anna@people.example",
        list: None,
        subject,
        flags: Flags::default(),
    }
}

fn list(category: Category) -> MailQuery {
    MailQuery { category, account: None, filter: String::new(), page: Page { offset: 0, limit: 50 }, around: None }
}

fn page(category: Category, offset: u64, limit: u32) -> MailQuery {
    MailQuery { page: Page { offset, limit }, ..list(category) }
}

fn filtered(filter: &str) -> MailQuery {
    MailQuery { filter: filter.into(), ..list(Category::Inbox) }
}

fn key(account: &str, folder: &str, uid: u32) -> MessageKey {
    MessageKey {
        account: account.into(),
        folder: FolderName::from_wire(folder),
        validity: UidValidity(7),
        uid: Uid(uid),
    }
}

#[test]
fn pages_are_parts_of_one_list_the_newest_first() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    for uid in 1..=250 {
        // Moved in late: its UID says nothing about when it arrived.
        let at = if uid == 250 { 5 } else { 10 * i64::from(uid) };
        world.put("home", &inbox, uid, mail(at, &uid.to_string()));
    }
    let whole = world.subjects(page(Category::Inbox, 0, 1000));
    assert_eq!(whole.len(), 250);
    assert_eq!((&*whole[0], &*whole[248], &*whole[249]), ("249", "1", "250"));
    let mut pieces = Vec::new();
    for offset in (0..250).step_by(60) {
        let part = world.mail(page(Category::Inbox, offset, 60));
        assert_eq!((part.offset, part.total, part.place), (offset, 250, None));
        pieces.extend(part.rows.into_iter().map(|row| row.subject));
    }
    assert_eq!(pieces, whole);
    let beyond = world.mail(page(Category::Inbox, 250, 60));
    assert!(beyond.rows.is_empty() && beyond.total == 250);
}

#[test]
fn a_page_stays_around_its_message() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    for uid in 1..=100 {
        world.put("home", &inbox, uid, mail(i64::from(uid), if uid % 2 == 0 { "even" } else { "odd" }));
    }
    let around = |uid: u32| MailQuery { around: Some(key("home", "INBOX", uid)), ..page(Category::Inbox, 3, 10) };
    let part = world.mail(around(40));
    assert_eq!((part.place, part.offset), (Some(60), 55));
    assert_eq!(part.rows[5].key, key("home", "INBOX", 40));
    let part = world.mail(MailQuery { filter: "even".into(), ..around(40) });
    assert_eq!((part.place, part.offset, part.total), (Some(30), 25, 50));
    assert_eq!(part.rows[5].key.uid, Uid(40));
    let gone = world.mail(MailQuery { filter: "even".into(), ..around(41) });
    assert_eq!((gone.place, gone.offset), (None, 3), "it does not match, so the page is the one that was asked for");
    let gone = world.mail(around(101));
    assert_eq!((gone.place, gone.offset), (None, 3));
}

#[test]
fn accounts_are_merged_in_the_order_of_time() {
    let mut world = World::new();
    let (home, work) = (world.folder("home", "INBOX", Category::Inbox), world.folder("work", "INBOX", Category::Inbox));
    let left = world.folder("left", "INBOX", Category::Inbox);
    for uid in 1..=2000 {
        world.put("home", &home, uid, mail(i64::from(uid) * 2, "home"));
        world.put("work", &work, uid, mail(i64::from(uid) * 2 + i64::from(uid % 2), "work"));
    }
    world.put("left", &left, 1, mail(1, "an account that is not in the config any more"));
    for offset in [0, 900, 1995, 3990] {
        let part = world.mail(page(Category::Inbox, offset, 10));
        assert_eq!(part.total, 4000);
        assert_eq!(part.rows.len(), 10);
        let times: Vec<i64> = part.rows.iter().map(|row| row.at.0).collect();
        let mut sorted = times.clone();
        sorted.sort_by_key(|at| -at);
        assert_eq!(times, sorted, "from {offset} on");
        for (number, row) in part.rows.iter().enumerate() {
            let again = MailQuery { around: Some(row.key.clone()), ..page(Category::Inbox, 0, 1) };
            assert_eq!(world.mail(again).place, Some(offset + number as u64));
        }
    }
    let one = world.mail(MailQuery { account: Some("work".into()), ..page(Category::Inbox, 0, 3) });
    assert!(one.total == 2000 && one.rows.iter().all(|row| row.key.account == "work"));
    assert_eq!(world.mail(MailQuery { account: Some("left".into()), ..list(Category::Inbox) }).total, 0);
}

#[test]
fn a_filter_looks_at_name_address_subject_and_list_and_takes_capitals_seriously() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    let base = mail(1, "Ärger im Büro");
    world.put("home", &inbox, 1, base);
    world.put("home", &inbox, 2, Mail { at: UnixTime(2), subject: "ärger", name: "Søren", ..base });
    let listed = Mail { at: UnixTime(3), subject: "Re: x", list: Some("dev.käse.example"), ..base };
    world.put("home", &inbox, 3, listed);
    world.put("home", &inbox, 4, Mail { at: UnixTime(4), subject: "y", address: "søren@b.example", name: "", ..base });
    world.put("home", &inbox, 5, Mail { at: UnixTime(5), subject: "100%_'\"", ..base });
    let mut uids =
        |filter: &str| -> Vec<u32> { world.mail(filtered(filter)).rows.into_iter().map(|row| row.key.uid.0).collect() };
    assert_eq!(uids("ärger"), [2, 1]);
    assert_eq!(uids("Ärger"), [1]);
    assert_eq!(uids("søren"), [4, 2]);
    assert_eq!(uids("Søren"), [2]);
    assert_eq!(uids("DEV.KÄSE"), [] as [u32; 0]);
    assert_eq!(uids("dev.käse"), [3]);
    assert_eq!(uids("anna"), [5, 3, 2, 1]);
    assert_eq!(uids("%_'\""), [5]);
    assert_eq!(uids("  "), [5, 4, 3, 2, 1]);
    world.put("home", &inbox, 6, Mail { at: UnixTime(0), subject: "came since", ..base });
    assert_eq!(world.mail(filtered("anna")).total, 5, "a list that was kept is not shown when there is newer mail");
}

#[test]
fn what_is_deleted_moved_or_numbered_anew_is_not_shown_where_it_was() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    let bulk = world.folder("home", "Bulk", Category::Bulk);
    let seen = Flags { seen: true, ..Flags::default() };
    world.put("home", &inbox, 1, mail(1, "unread"));
    world.put("home", &inbox, 2, Mail { flags: seen, ..mail(2, "read") });
    world.put("home", &inbox, 3, mail(3, "marked as deleted"));
    let instance = world.put("home", &inbox, 4, mail(4, "moved"));
    assert_eq!(world.shelf(Category::Inbox, None), (4, 3));
    let account = world.store.account("home").unwrap();
    let deleted = Flags { deleted: true, ..Flags::default() };
    world.store.learn(|db| db.flags(account, inbox.id, Uid(3), deleted)).unwrap();
    assert_eq!(world.subjects(list(Category::Inbox)), ["moved", "read", "unread"]);
    assert_eq!(world.shelf(Category::Inbox, Some("home")), (3, 2));
    file(&mut world, instance, (4, 9), NOW);
    assert_eq!(world.subjects(list(Category::Inbox)), ["read", "unread"]);
    let there = world.mail(list(Category::Bulk)).rows.remove(0);
    assert_eq!((&*there.subject, &*there.name, there.at, there.filed), ("moved", "Anna", UnixTime(4), true));
    assert_eq!(there.key, key("home", "Bulk", 9));
    world.store.learn(|db| db.vanished(inbox.id, &[Uid(1)])).unwrap();
    assert_eq!(world.subjects(list(Category::Inbox)), ["read"]);
    let old = key("home", "Bulk", 9);
    world.store.begin_folder(account, &FolderName::from_wire("Bulk"), UidValidity(8)).unwrap();
    assert_eq!(world.shelf(Category::Bulk, None), (0, 0));
    world.put("home", &bulk, 9, mail(5, "another message with that number"));
    let part = world.mail(MailQuery { around: Some(old), ..list(Category::Bulk) });
    assert_eq!((part.place, part.rows.len(), part.rows[0].filed), (None, 1, false), "a UID of another generation");
}

/// What a pass does that moves a message from INBOX to Bulk.
fn file(world: &mut World, instance: Instance, (from, to): (u32, u32), at: UnixTime) {
    let account = world.store.account("home").unwrap();
    let run = world.store.begin_run(at, "pass", None).unwrap();
    let intent = Intent {
        kind: Kind::Move,
        category: Category::Bulk,
        instance,
        message_id: None,
        internal_date: UnixTime(4),
        from: Place { folder: FolderName::inbox(), validity: UidValidity(7), uid: Uid(from) },
        to: FolderName::from_wire("Bulk"),
        undoes: None,
        sender: "anna@people.example".into(),
        subject: "moved".into(),
        reasons: r#"[{"signal":"order","weight":0.0,"text":"your order"}]"#.into(),
    };
    let before = Before { validity: UidValidity(7), next: Uid(to) };
    let rows = world.store.intend(account, run, at, before, vec![intent]).unwrap();
    world.store.settle(account, &[(&rows[0], State::Done, Some(Uid(to)), None)]).unwrap();
}

#[test]
fn the_next_hit_comes_after_this_one_and_the_first_after_the_last() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    for (place, subject) in ["a", "hit", "b", "Hit", "c"].into_iter().enumerate() {
        world.put("home", &inbox, 10 + place as u32, mail(100 - place as i64, subject));
    }
    let all = || list(Category::Inbox);
    assert_eq!(world.found(all(), "hit", 0, false), Some(1));
    assert_eq!(world.found(all(), "hit", 1, false), Some(3));
    assert_eq!(world.found(all(), "hit", 3, false), Some(1), "from the end to the beginning");
    assert_eq!(world.found(all(), "hit", 3, true), Some(1));
    assert_eq!(world.found(all(), "hit", 1, true), Some(3));
    assert_eq!(world.found(all(), "Hit", 3, false), Some(3), "the place itself is looked at last");
    assert_eq!(world.found(all(), "nowhere", 0, false), None);
    assert_eq!(world.found(all(), " ", 0, false), None);
    assert_eq!(world.found(all(), "hit", 99, false), Some(1));
    assert_eq!(world.found(filtered("Hit"), "anna", 0, false), Some(0));
    assert_eq!(world.found(filtered("hit"), "Hit", 0, false), Some(1), "the place in the filtered list");
}

#[test]
fn what_an_older_mailherd_read_is_shown_as_far_as_it_is_known() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    world.put("home", &inbox, 1, Mail { list: Some("l.example"), ..mail(9, "later") });
    world.store.forget_what_lists_show();
    let row = world.mail(list(Category::Inbox)).rows.remove(0);
    assert_eq!((&*row.address, &*row.name), ("anna@people.example", ""));
    assert_eq!((&*row.subject, row.list.as_deref()), ("(subject not known yet)", Some("l.example")));
    assert_eq!(world.mail(filtered("people.ex")).total, 1);
    assert_eq!(world.store.not_shown(inbox.id).unwrap(), [Uid(1)]);
    let shown = Shown { at: UnixTime(9), origin: None, subject: "now it is" };
    world.store.learn(|db| db.show(inbox.id, Uid(1), &shown)).unwrap();
    assert_eq!(world.subjects(list(Category::Inbox)), ["now it is"]);
    assert!(world.store.not_shown(inbox.id).unwrap().is_empty());
}

#[test]
fn long_texts_are_cut_between_characters() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    let long = "日".repeat(10_000);
    world.put("home", &inbox, 1, Mail { name: &long, ..mail(1, &long) });
    let row = world.mail(list(Category::Inbox)).rows.remove(0);
    assert_eq!((row.subject.chars().count(), row.name.chars().count()), (200, 100));
}

fn learn(world: &mut World, account: &str, address: &str, received: u32, read: u32) {
    let account = world.store.account(account).unwrap();
    let mut ledger = world.store.ledger(account).unwrap();
    for number in 0..received {
        let facts = crate::logic::facts::read(format!("From: {address}\r\n\r\n").as_bytes());
        let flags = Flags { seen: number < read, ..Flags::default() };
        let mut missing = Missing::default();
        ledger.ask(&facts, &mut missing);
        world.store.bring(account, &mut ledger, &missing).unwrap();
        ledger.learn_received(&facts, UnixTime(1_700_000_000 + i64::from(number)), flags);
    }
    let changes = ledger.take_changes();
    world.store.learn(|db| db.ledger(account, &changes)).unwrap();
}

fn senders(sort: SenderSort, reverse: bool, filter: &str) -> SenderQuery {
    SenderQuery { account: None, sort, reverse, filter: filter.into(), page: Page { offset: 0, limit: 100 } }
}

#[test]
fn senders_are_ranked_filtered_and_counted_by_week() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    learn(&mut world, "home", "a@x.example", 5, 5);
    learn(&mut world, "home", "b@x.example", 9, 1);
    learn(&mut world, "work", "b@x.example", 1, 1);
    let week = 7 * UnixTime::DAY;
    for (uid, at) in
        [(1, NOW.0 - 1), (2, NOW.0 - week + 1), (3, NOW.0 - week - 1), (4, NOW.0 - 26 * week - 1), (5, NOW.0 + 99)]
    {
        world.put("home", &inbox, uid, Mail { address: "b@x.example", ..mail(at, "x") });
    }
    let account = world.store.account("home").unwrap();
    let who = Who::Address(Address::parse("b@x.example").unwrap());
    world.store.give_order(Some(account), &who, Category::News, NOW).unwrap();
    let mut ask = |query: SenderQuery| -> SendersPage {
        let Reply::Senders(page) = world.ask(Request::Senders(query)) else { panic!("no senders") };
        page
    };
    let names = |page: &SendersPage| -> Vec<String> {
        page.rows.iter().map(|row| format!("{} {}", row.account, row.address)).collect()
    };
    let ranked = ask(senders(SenderSort::Volume, false, ""));
    assert_eq!(names(&ranked), ["home b@x.example", "home a@x.example", "work b@x.example"]);
    let b = &ranked.rows[0];
    assert_eq!((b.received, b.read, b.order.as_deref()), (9, 1, Some("always news")));
    assert_eq!(b.weeks.len(), 26);
    assert_eq!(b.weeks[24..], [1, 3]);
    assert_eq!(b.weeks.iter().sum::<u32>(), 4);
    assert_eq!(ranked.rows[2].order, None, "the order is one of the other account");
    assert_eq!(ranked.rows[2].weeks.iter().sum::<u32>(), 0, "as is the mail");
    let one = world.queries.sender(&world.config, "home", &Address::parse("b@x.example").unwrap(), NOW).unwrap();
    assert_eq!(one.as_ref(), Some(b));
    let mut ask = |query: SenderQuery| -> SendersPage {
        let Reply::Senders(page) = world.ask(Request::Senders(query)) else { panic!("no senders") };
        page
    };
    let backwards = ask(senders(SenderSort::Volume, true, ""));
    assert_eq!(names(&backwards), ["work b@x.example", "home a@x.example", "home b@x.example"]);
    assert_eq!(names(&ask(senders(SenderSort::Read, false, "")))[0], "home b@x.example");
    let some = ask(SenderQuery { page: Page { offset: 1, limit: 1 }, ..senders(SenderSort::Name, false, "B@X") });
    assert_eq!((names(&some), some.total, some.offset), (vec!["work b@x.example".to_owned()], 2, 1));
}

#[test]
fn the_journal_is_told_in_pages() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    world.folder("home", "Bulk", Category::Bulk);
    let instance = world.put("home", &inbox, 4, mail(4, "moved"));
    world.store.begin_run(UnixTime(1), "pass", None).unwrap();
    file(&mut world, instance, (4, 9), NOW);
    let Reply::Runs(runs, 2) = world.ask(Request::Runs { page: Page { offset: 0, limit: 1 } }) else { panic!("runs") };
    let [run] = runs.as_slice() else { panic!("{runs:?}") };
    assert_eq!((run.at, &*run.what, run.counts, run.undoable), (NOW, "pass", [0, 0, 0, 1, 0], 1));
    assert_eq!(run.accounts, ["home"]);
    let rows = Request::Rows { run: run.id, page: Page { offset: 0, limit: 10 } };
    let Reply::Rows(rows, 1) = world.ask(rows) else { panic!("rows") };
    assert_eq!((&*rows[0].from_folder, &*rows[0].to_folder, &*rows[0].because), ("INBOX", "Bulk", "your order"));
}

#[test]
fn days_are_counted_by_where_their_mail_lies_now() {
    let mut world = World::new();
    let inbox = world.folder("home", "INBOX", Category::Inbox);
    world.folder("home", "Bulk", Category::Bulk);
    let today = NOW.0 - NOW.0 % UnixTime::DAY;
    let instance = world.put("home", &inbox, 1, mail(today, "first second of today"));
    world.put("home", &inbox, 2, mail(today - 1, "last second of yesterday"));
    world.put("home", &inbox, 3, mail(today - 2 * UnixTime::DAY - 1, "before that"));
    world.put("home", &inbox, 4, mail(today + 2 * UnixTime::DAY, "from the future"));
    file(&mut world, instance, (1, 9), NOW);
    let account = world.store.account("home").unwrap();
    let trial = TrialRow { at: UnixTime(5), answered: 80, filed_away: 1 };
    world.store.note_trial(account, TrialRow { answered: 1, ..trial }).unwrap();
    world.store.note_trial(account, trial).unwrap();
    let Reply::Stats(stats) = world.ask(Request::Stats { account: None, days: 3 }) else { panic!("no figures") };
    let days: Vec<(i64, [u32; 5])> = stats.days.iter().map(|day| (day.day.0, day.counts)).collect();
    let day = UnixTime::DAY;
    let wanted = [(today - 2 * day, [0; 5]), (today - day, [0, 1, 0, 0, 0]), (today, [0, 0, 0, 1, 0])];
    assert_eq!(days, wanted);
    assert!((stats.kept_out - 0.5).abs() < 1e-9);
    assert_eq!((stats.moved, stats.undone), (1, 0));
    assert_eq!(stats.harm, [("home".to_owned(), UnixTime(5), 80, 1)]);
}

#[test]
fn nothing_is_written_and_an_empty_state_is_no_error() {
    let mut world = World::new();
    assert_eq!(world.shelf(Category::Inbox, None), (0, 0));
    assert_eq!(world.mail(list(Category::Top)).total, 0);
    assert!(world.queries.answer(&world.config, &Request::Health, NOW).is_none());
    let mut looking = Store::open_to_look(&world.config.state_dir).unwrap();
    assert!(looking.begin_run(NOW, "pass", None).is_err(), "the connection only reads");
}
