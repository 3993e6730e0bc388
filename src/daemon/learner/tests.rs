//! A ledger that holds next to nothing comes to the same as one that holds everything.

use std::path::Path;

use fastrand::Rng;

use super::*;
use crate::logic::ids::{FolderName, UidValidity};
use crate::logic::orders::Orders;
use crate::logic::policy::Caution;
use crate::logic::signals::Weights;
use crate::logic::verdict::{Situation, judge};

const NOW: UnixTime = UnixTime(1_800_000_000);
const EVERYTHING: Room = Room { relations: usize::MAX, topics: usize::MAX, ids: usize::MAX };
const NEXT_TO_NOTHING: Room = Room { relations: 12, topics: 3, ids: 4 };

fn learner(dir: &Path, room: Room) -> Learner {
    let store = Store::open(dir).unwrap();
    let account = store.account("home").unwrap();
    let own = ["me@maren.example", "m@work.example"].map(|own| Address::parse(own).unwrap()).to_vec();
    Learner { commit: 90, room, ..Learner::new(store, account, own, (NOW, UnixTime(0))) }
}

/// A message on the server: where, its flags, its header.
type Sent = (Uid, Flags, String);

/// Mail of some forty senders and a dozen lists, in threads: what came, and what the user wrote.
struct World {
    rng: Rng,
    ids: Vec<(String, String)>,
}

impl World {
    fn any<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.rng.usize(..of.len())]
    }

    fn thread(&mut self, id: &str) -> String {
        let subjects =
            ["The harvest festival", "Your order 4711", "Minutes of the meeting", "Hi", "Build failed again"];
        let fresh = format!("{} {}", self.any(&subjects), self.rng.u8(..30));
        if self.ids.len() < 3 || self.rng.u8(..3) == 0 {
            self.ids.push((id.to_owned(), fresh.clone()));
            return format!("Subject: {fresh}\r\n");
        }
        let (before, subject) = self.ids[self.rng.usize(..self.ids.len())].clone();
        let (further, _) = self.ids[self.rng.usize(..self.ids.len())].clone();
        self.ids.push((id.to_owned(), subject.clone()));
        format!("Subject: Re: {subject}\r\nIn-Reply-To: {before}\r\nReferences: {further} {before}\r\n")
    }

    fn received(&mut self, number: u32) -> String {
        let (who, house) = (self.rng.u8(..40), self.rng.u8(..9));
        let id = format!("<{number}@house{house}.example>");
        let to = self.any(&["me@maren.example", "m+shop@work.example", "all@house1.example, me@maren.example"]);
        let mut header = format!("From: P{who} <p{who}@house{house}.example>\r\nTo: {to}\r\nMessage-ID: {id}\r\n");
        header += &self.thread(&id);
        let passed = if self.rng.u8(..9) == 0 { "fail" } else { "pass" };
        header += &format!("Authentication-Results: mx.maren.example; dmarc={passed}\r\n");
        match self.rng.u8(..4) {
            0 => header += &format!("List-Id: <l{}.house{house}.example>\r\nPrecedence: list\r\n", self.rng.u8(..12)),
            1 => header += "Auto-Submitted: auto-generated\r\n",
            _ => {}
        }
        header + "\r\n"
    }

    fn own(&mut self, number: u32) -> String {
        let (who, house, id) = (self.rng.u8(..40), self.rng.u8(..9), format!("<{number}@maren.example>"));
        let mut header = format!("From: me@maren.example\r\nTo: p{who}@house{house}.example\r\nMessage-ID: {id}\r\n");
        header += &self.thread(&id);
        header + "\r\n"
    }

    /// Batches of INBOX and Sent by turns.
    fn batches(&mut self) -> Vec<(Role, Vec<Sent>)> {
        let batch = |part: u32| {
            let role = if part.is_multiple_of(3) { Role::Sent } else { Role::Inbox };
            let one = |number: u32| {
                let flags = Flags { seen: self.rng.bool(), answered: self.rng.u8(..9) == 0, ..Flags::default() };
                let header = if role == Role::Sent { self.own(number) } else { self.received(number) };
                (Uid(number), flags, header)
            };
            (role, (part * 40..part * 40 + 40).map(one).collect())
        };
        (1..=12).map(batch).collect()
    }
}

fn batch(folder: FolderState, role: Role, mail: &[Sent]) -> Batch<Message> {
    let raw = |(uid, flags, header): &Sent| Raw {
        uid: *uid,
        flags: *flags,
        internal_date: Some(UnixTime(NOW.0 - 90 * UnixTime::DAY + i64::from(uid.0) * 7000)),
        size: 100,
        object: None,
        header: header.clone().into_bytes(),
    };
    let next = mail.iter().map(|(uid, ..)| Uid(uid.0 + 1)).max().unwrap();
    let messages = mail.iter().map(raw).collect();
    Batch { folder, role, messages, next, highest_modseq: None, last: false, again: false }.understand()
}

fn verdicts(learner: &mut Learner, found: &[Found]) -> Vec<String> {
    let facts: Vec<Facts> = found.iter().map(|one| crate::logic::facts::read(&one.header)).collect();
    let orders = Orders::new(Vec::new());
    let mut said = Vec::new();
    for (part, mail) in facts.chunks(10).zip(found.chunks(10)) {
        learner.prepare(part).unwrap();
        let situation = Situation {
            own: &learner.own,
            ledger: learner.ledger().unwrap(),
            orders: &orders,
            caution: Caution::Normal,
            authserv: learner.ledger().unwrap().trusted_authserv(None),
            weights: Weights::built_in(),
            fit: None,
            now: NOW,
        };
        let verdict =
            |(facts, one): (&Facts, &Found)| judge(facts, one.waiting.flags, one.waiting.internal_date, &situation);
        said.extend(part.iter().zip(mail).map(verdict).map(|verdict| format!("{verdict:?}")));
    }
    said
}

/// Learns and judges all of it: the verdicts, and what is in the database then. `forgets` puts the ledger away after each batch.
fn run(seed: u64, room: Room, forgets: bool) -> (Vec<String>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let mut learner = learner(dir.path(), room);
    let batches = World { rng: Rng::with_seed(seed), ids: Vec::new() }.batches();
    let folders = ["INBOX", "Sent"].map(|name| {
        let name = FolderName::from_wire(name);
        learner.store.begin_folder(learner.account, &name, UidValidity(1)).unwrap()
    });
    let mut said = Vec::new();
    let mut all = Vec::new();
    for (role, mail) in batches {
        let folder = folders[usize::from(role == Role::Sent)].clone();
        let found = learner.learn(batch(folder.clone(), role, &mail)).unwrap();
        said.extend(verdicts(&mut learner, &found));
        all.extend(found);
        if forgets {
            learner.close().unwrap();
            learner.ledger = None;
        }
        let turned = mail.iter().step_by(5).map(|(uid, flags, _)| (*uid, Flags { flagged: true, ..*flags }));
        learner.close().unwrap();
        learner.reconcile(&folder, &turned.collect::<Vec<_>>(), &[mail[3].0]).unwrap();
        let held = learner.ledger.as_ref().unwrap();
        assert!(room == EVERYTHING || held.relations().count() < 40, "{}", held.relations().count());
    }
    said.extend(verdicts(&mut learner, &all));
    (said, learner.store.everything_learned())
}

#[test]
fn verdicts_and_database_are_the_same_however_little_is_held() {
    for seed in 0..2 {
        let whole = run(seed, EVERYTHING, false);
        assert!(whole.0.len() > 300 && whole.1.len() > 200, "{} {}", whole.0.len(), whole.1.len());
        for (room, forgets) in [(NEXT_TO_NOTHING, false), (EVERYTHING, true), (NEXT_TO_NOTHING, true)] {
            let part = run(seed, room, forgets);
            for (one, other) in whole.0.iter().zip(&part.0) {
                assert_eq!(one, other, "seed {seed}, {room:?}, {forgets}");
            }
            assert_eq!(whole.1, part.1, "seed {seed}, {room:?}, {forgets}");
        }
    }
}

#[test]
fn what_failed_is_learned_once_all_the_same() {
    let learned = |fails: bool| {
        let dir = tempfile::tempdir().unwrap();
        let mut learner = learner(dir.path(), Room::USUAL);
        let mail = World { rng: Rng::with_seed(1), ids: Vec::new() }.batches().remove(0);
        let folder = learner.store.begin_folder(learner.account, &FolderName::inbox(), UidValidity(1)).unwrap();
        if fails {
            learner.learn(batch(folder.clone(), mail.0, &mail.1)).unwrap();
            let nowhere = FolderState { id: 99, ..folder.clone() };
            assert!(learner.learn(batch(nowhere, mail.0, &mail.1)).is_err(), "there is no such mailbox");
            learner.close().unwrap();
            assert_eq!(learner.store.folder(learner.account, &FolderName::inbox()).unwrap().unwrap().next, Uid(1));
        }
        learner.learn(batch(folder, mail.0, &mail.1)).unwrap();
        learner.close().unwrap();
        learner.store.everything_learned()
    };
    assert_eq!(learned(true), learned(false));
}
