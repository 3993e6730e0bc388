use super::*;
use crate::logic::doubt::Doubt;
use crate::logic::ids::{Address, Category, Digest, ListId};
use crate::logic::orders::Who;

const NOW: UnixTime = UnixTime(10_000);

fn instance(number: u8) -> Instance {
    Instance { digest: Digest([number; 16]), size: 100 }
}

fn folder(name: &str) -> FolderName {
    FolderName::from_wire(name)
}

/// Message `number` left `from`, where it had been for an hour.
fn left(number: u8, from: &str) -> Departure {
    let id = i64::from(number);
    let (since, at) = (UnixTime(NOW.0 - 3600), NOW);
    Departure { id, instance: instance(number), folder: folder(from), since, at, renumbered: false }
}

fn came(number: u8, to: &str) -> Arrival {
    let id = 100 + i64::from(number);
    let (instance, folder) = (instance(number), folder(to));
    Arrival { id, instance, former: None, folder, uid: Uid(7), away: false, ours: false, at: NOW }
}

fn lies(number: u8, origin: &str, to: &str) -> Resting {
    let id = 200 + i64::from(number);
    Resting { id, instance: instance(number), origin: Some(folder(origin)), folder: folder(to), settled: false }
}

fn moved(number: u8, from: Option<&str>, to: &str) -> Change {
    Change::Moved { instance: instance(number), origin: from.map(folder), folder: folder(to), uid: Uid(7) }
}

#[track_caller]
fn reads(departures: &[Departure], arrivals: &[Arrival], resting: &[Resting], expected: &[Change]) -> Reading {
    let reading = read(departures, arrivals, resting, NOW);
    assert_eq!(reading.changes, expected);
    reading
}

#[test]
fn what_left_one_mailbox_and_came_into_another_was_moved() {
    let reading = reads(&[left(1, "News")], &[came(1, "INBOX")], &[], &[moved(1, Some("News"), "INBOX")]);
    assert_eq!((reading.departures, reading.arrivals), (vec![1], vec![101]));
    reads(&[left(1, "News")], &[came(2, "INBOX")], &[], &[]);
}

#[test]
fn half_a_move_waits_for_the_other_half() {
    let reading = reads(&[left(1, "News")], &[], &[], &[]);
    assert_eq!(reading.departures, Vec::<i64>::new(), "one more pass");
    let older = Departure { at: UnixTime(NOW.0 - 1), ..left(1, "News") };
    assert_eq!(reads(std::slice::from_ref(&older), &[], &[], &[]).departures, [1], "it went elsewhere");
    reads(&[older], &[came(1, "INBOX")], &[], &[moved(1, Some("News"), "INBOX")]);
    let copy = Arrival { at: UnixTime(NOW.0 - 3600), ..came(1, "Bulk") };
    assert!(reads(&[], std::slice::from_ref(&copy), &[], &[]).arrivals.is_empty(), "its original may go yet");
    reads(&[left(1, "INBOX")], std::slice::from_ref(&copy), &[], &[moved(1, Some("INBOX"), "Bulk")]);
    let stale = Arrival { at: UnixTime(NOW.0 - COPY_WAITS - 1), ..copy };
    assert_eq!(reads(&[], &[stale], &[], &[]).arrivals, [101]);
}

#[test]
fn what_looks_different_where_it_came_is_known_by_what_it_was() {
    let changed = |number: u8, to: &str| Arrival { former: Some(instance(1)), ..came(number, to) };
    reads(&[left(1, "News")], &[changed(9, "INBOX")], &[], &[moved(9, Some("News"), "INBOX")]);
    // What it is now comes first.
    let both = [left(1, "News"), left(9, "Bulk")];
    reads(&both, &[changed(9, "INBOX")], &[], &[moved(9, Some("Bulk"), "INBOX")]);
    let resting = [lies(1, "INBOX", "News")];
    let on = [Change::Forget(201), moved(9, Some("INBOX"), "Bulk")];
    reads(&[left(1, "News")], &[changed(9, "Bulk")], &resting, &on);
    let renumbered = Departure { renumbered: true, ..left(1, "News") };
    let stays = [Change::Renumbered(201, Uid(7), instance(9))];
    reads(&[renumbered], &[changed(9, "News")], &resting, &stays);
}

#[test]
fn what_we_moved_is_not_the_users() {
    let ours = Arrival { ours: true, ..came(1, "News") };
    let reading = reads(&[], &[ours], &[], &[]);
    assert_eq!(reading.arrivals, [101]);
}

#[test]
fn what_leaves_within_seconds_of_its_arrival_was_moved_by_a_program() {
    let after = |seconds: i64| Departure { since: UnixTime(NOW.0 - seconds), ..left(1, "INBOX") };
    reads(&[after(BY_HAND - 1)], &[came(1, "News")], &[], &[Change::Program]);
    reads(&[after(BY_HAND)], &[came(1, "News")], &[], &[moved(1, Some("INBOX"), "News")]);
}

#[test]
fn what_turned_up_unseen_counts_only_when_nobody_watched() {
    reads(&[], &[came(1, "News")], &[], &[]);
    reads(&[], &[Arrival { away: true, ..came(1, "News") }], &[], &[moved(1, None, "News")]);
}

#[test]
fn what_is_on_its_way_counts_where_it_comes_to_rest() {
    let quick = Departure { since: UnixTime(NOW.0 - 1), ..left(1, "News") };
    let known = lies(1, "INBOX", "News");
    let expected = [Change::Forget(201), moved(1, Some("INBOX"), "Bulk")];
    reads(std::slice::from_ref(&quick), &[came(1, "Bulk")], std::slice::from_ref(&known), &expected);
    reads(&[quick], &[came(1, "INBOX")], std::slice::from_ref(&known), &[Change::Forget(201)]);
    // An order was made of it: coming back is a move of its own.
    let settled = Resting { settled: true, ..known };
    let expected = [Change::Forget(201), moved(1, Some("News"), "INBOX")];
    reads(&[left(1, "News")], &[came(1, "INBOX")], &[settled], &expected);
}

#[test]
fn a_renumbered_mailbox_says_nothing() {
    let renumbered = |number| Departure { renumbered: true, ..left(number, "Blackhole") };
    let known = Resting { settled: true, ..lies(1, "INBOX", "Blackhole") };
    let arrivals = [came(1, "Blackhole"), came(2, "INBOX")];
    let expected = [Change::Renumbered(201, Uid(7), instance(1)), moved(2, Some("Blackhole"), "INBOX")];
    reads(&[renumbered(1), renumbered(2)], &arrivals, std::slice::from_ref(&known), &expected);
    reads(&[left(1, "Blackhole")], &[came(1, "Blackhole")], &[known], &[Change::Forget(201)]);
}

#[test]
fn identical_copies_are_matched_one_to_one() {
    let two = [Departure { id: 1, ..left(1, "News") }, Departure { id: 2, ..left(1, "News") }];
    let one = [came(1, "INBOX")];
    let reading = reads(&two, &one, &[], &[moved(1, Some("News"), "INBOX")]);
    assert_eq!(reading.departures, [1]);
    // A copy is no move: the original stays.
    reads(&[], &one, &[], &[]);
}

fn candidate(id: i64, sender: &str, category: Category, seconds_ago: i64) -> Candidate {
    Candidate {
        id,
        sender: Address::parse(sender),
        list: None,
        category: Some(category),
        at: UnixTime(NOW.0 - seconds_ago),
        there: true,
        own: false,
        dear: false,
        doubt: None,
    }
}

fn said(settled: &Settled) -> Vec<(String, Category, usize)> {
    settled.lessons.iter().map(|one| (one.who.to_string(), one.category, one.moves.len())).collect()
}

#[test]
fn a_move_speaks_when_it_has_settled_and_still_lies_there() {
    let one = candidate(1, "a@b.example", Category::News, 119);
    assert_eq!(settle(std::slice::from_ref(&one), NOW, 120), Settled::default());
    assert_eq!(said(&settle(std::slice::from_ref(&one), NOW, 119)), [("a@b.example".to_owned(), Category::News, 1)]);
    for gone in [
        Candidate { there: false, ..one.clone() },
        Candidate { own: true, ..one.clone() },
        Candidate { category: None, ..one.clone() },
        Candidate { sender: None, ..one.clone() },
    ] {
        let settled = settle(&[gone], NOW, 0);
        assert_eq!((settled.forget, settled.lessons.len()), (vec![1], 0));
    }
}

#[test]
fn it_speaks_of_the_list_if_there_is_one() {
    let one = Candidate { list: ListId::new("l.example"), ..candidate(1, "a@b.example", Category::Top, 500) };
    assert_eq!(settle(&[one], NOW, 120).lessons[0].who, Who::List(ListId::new("l.example").unwrap()));
}

#[test]
fn the_newest_move_of_a_sender_counts() {
    let moves = [
        candidate(1, "a@b.example", Category::News, 900),
        candidate(2, "a@b.example", Category::News, 800),
        candidate(3, "a@b.example", Category::Inbox, 500),
        candidate(4, "c@b.example", Category::Bulk, 500),
        candidate(5, "c@b.example", Category::Bulk, 500),
        candidate(6, "c@b.example", Category::Inbox, 500),
        candidate(7, "d@b.example", Category::Bulk, 500),
        candidate(8, "d@b.example", Category::Inbox, 500),
    ];
    let expected =
        [("a@b.example", Category::Inbox, 3), ("c@b.example", Category::Bulk, 3), ("d@b.example", Category::Inbox, 2)];
    assert_eq!(
        said(&settle(&moves, NOW, 120)),
        expected.map(|(who, category, moves)| (who.to_owned(), category, moves))
    );
}

fn many(messages: i64, senders: i64, seconds_ago: i64) -> Vec<Candidate> {
    let one = |id| candidate(id, &format!("a{}@b.example", id % senders), Category::News, seconds_ago);
    (0..messages).map(one).collect()
}

#[test]
fn a_reorganisation_is_held_as_a_whole() {
    for (messages, senders, held) in [(50, 11, false), (51, 10, false), (51, 11, true)] {
        let settled = settle(&many(messages, senders, 200), NOW, 120);
        assert_eq!(settled.held.len(), usize::from(held), "{messages} of {senders}");
        assert_eq!(settled.lessons.is_empty(), held);
    }
    // A program takes its time: what is a moment younger belongs to it.
    let mut moves = many(40, 20, 130);
    moves.extend(many(20, 20, 100).into_iter().map(|one| Candidate { id: one.id + 1000, ..one }));
    let settled = settle(&moves, NOW, 120);
    assert_eq!((settled.held.len(), settled.held[0].iter().map(|one| one.moves.len()).sum::<usize>()), (1, 60));
}

#[test]
fn somebody_the_user_has_written_to_is_banished_only_after_a_word() {
    let dear = Candidate { dear: true, ..candidate(1, "a@b.example", Category::Blackhole, 500) };
    assert!(settle(std::slice::from_ref(&dear), NOW, 120).lessons[0].asks);
    let news = Candidate { category: Some(Category::News), ..dear.clone() };
    assert!(!settle(&[news], NOW, 120).lessons[0].asks);
    let list = Candidate { list: ListId::new("l.example"), ..dear };
    assert!(!settle(&[list], NOW, 120).lessons[0].asks);
}

/// An impostor who annoys the user gets nobody else's mail filed away.
#[test]
fn mail_that_may_be_forged_banishes_nobody_without_a_word() {
    let forged = |category| Candidate { doubt: Some(Doubt::Impostor), ..candidate(1, "a@b.example", category, 500) };
    let asks = |moves: &[Candidate]| settle(moves, NOW, 120).lessons[0].asks;
    for category in [Category::Blackhole, Category::Bulk, Category::News] {
        assert!(asks(&[forged(category)]), "{category}");
    }
    assert!(!asks(&[forged(Category::Inbox)]) && !asks(&[forged(Category::Top)]), "these take nothing away");
    let beyond_doubt = candidate(2, "a@b.example", Category::Blackhole, 500);
    assert!(!asks(&[forged(Category::Blackhole), beyond_doubt]), "one that is theirs says the same");
    let list =
        |category| Candidate { list: ListId::new("l.example"), doubt: Some(Doubt::Outsider), ..forged(category) };
    assert!(asks(&[list(Category::Blackhole)]) && !asks(&[list(Category::Bulk)]));
}

/// A mailbox that somebody reorganises while it is looked at, folder by folder.
struct Model {
    random: fastrand::Rng,
    now: UnixTime,
    ids: i64,
    uids: u32,
    /// Where each message lies, and under which number.
    lies: Vec<(usize, Uid)>,
    moved_at: Vec<UnixTime>,
    /// Where each message is known to lie.
    known: Vec<Vec<(u8, Uid)>>,
    departures: Vec<Departure>,
    arrivals: Vec<Arrival>,
    resting: Vec<Resting>,
}

const FOLDERS: [&str; 4] = ["INBOX", "News", "Bulk", "Blackhole"];

impl Model {
    fn new(seed: u64, messages: u32) -> Model {
        let mut random = fastrand::Rng::with_seed(seed);
        let lies: Vec<(usize, Uid)> = (1..=messages).map(|uid| (random.usize(..FOLDERS.len()), Uid(uid))).collect();
        let known = |folder| lies.iter().enumerate().filter(move |(_, at)| at.0 == folder);
        let known = (0..FOLDERS.len()).map(|folder| known(folder).map(|(message, at)| (message as u8, at.1)).collect());
        let known = known.collect();
        let (departures, arrivals, resting) = (Vec::new(), Vec::new(), Vec::new());
        let moved_at = vec![UnixTime(0); lies.len()];
        Model { random, now: NOW, ids: 0, uids: messages, lies, moved_at, known, departures, arrivals, resting }
    }

    fn id(&mut self) -> i64 {
        self.ids += 1;
        self.ids
    }

    fn moves(&mut self, count: usize) {
        for _ in 0..count {
            let message = self.random.usize(..self.lies.len());
            // Nobody moves a message again in the very seconds of a pass.
            if self.now.0 - self.moved_at[message].0 < 120 {
                continue;
            }
            self.moved_at[message] = self.now;
            self.uids += 1;
            self.lies[message] = (self.random.usize(..FOLDERS.len()), Uid(self.uids));
        }
    }

    /// One pass; `busy`: mail is moved between the looks into the folders.
    fn looks(&mut self, busy: bool) {
        self.now = UnixTime(self.now.0 + 60);
        for (place, name) in FOLDERS.iter().enumerate() {
            if busy {
                let count = self.random.usize(..4);
                self.moves(count);
            }
            let there = self.lies.iter().enumerate().filter(|(_, at)| at.0 == place);
            let there: Vec<(u8, Uid)> = there.map(|(message, at)| (message as u8, at.1)).collect();
            let before = std::mem::replace(&mut self.known[place], there.clone());
            for (message, uid) in before.iter().filter(|one| !there.contains(one)) {
                self.arrivals.retain(|arrival| (&arrival.folder, arrival.uid) != (&folder(name), *uid));
                let departure = Departure { id: self.id(), at: self.now, ..left(*message, name) };
                self.departures.push(departure);
            }
            for (message, uid) in there.iter().filter(|one| !before.contains(one)) {
                let arrival = Arrival { id: self.id(), uid: *uid, at: self.now, ..came(*message, name) };
                self.arrivals.push(arrival);
            }
        }
        let reading = read(&self.departures, &self.arrivals, &self.resting, self.now);
        for change in reading.changes {
            match change {
                Change::Moved { instance, origin, folder, .. } => {
                    let id = self.id();
                    self.resting.push(Resting { id, instance, origin, folder, settled: false });
                }
                Change::Forget(id) => self.resting.retain(|known| known.id != id),
                Change::Renumbered(..) | Change::Program => {}
            }
        }
        self.departures.retain(|one| !reading.departures.contains(&one.id));
        self.arrivals.retain(|one| !reading.arrivals.contains(&one.id));
    }
}

#[test]
fn whatever_is_moved_while_it_is_looked_at_is_known_where_it_comes_to_rest() {
    for seed in 0..300 {
        let mut model = Model::new(seed, 12);
        let start = model.lies.clone();
        (0..8).for_each(|_| model.looks(true));
        (0..3).for_each(|_| model.looks(false));
        for (message, ((was, _), (is, _))) in start.iter().zip(&model.lies).enumerate() {
            let known: Vec<&Resting> =
                model.resting.iter().filter(|known| known.instance == instance(message as u8)).collect();
            assert!(known.len() <= 1, "seed {seed}, message {message}: {known:?}");
            let rests = known.first().map(|known| &known.folder);
            let expected = (was != is).then(|| folder(FOLDERS[*is]));
            assert_eq!(rests, expected.as_ref(), "seed {seed}, message {message}");
        }
        assert!(model.departures.is_empty(), "seed {seed}");
    }
}
