//! Places settled and moves taken back, by example and for any mailbox.

use proptest::prelude::*;

use super::*;
use crate::logic::ids::Digest;

fn instance(name: u8) -> Instance {
    Instance { digest: Digest([name; 16]), size: 100 }
}

fn row(id: i64, uid: u32, name: u8, from: &str, to: &str) -> Row {
    Row {
        id: RowId(id),
        run: RunId(1),
        at: UnixTime(0),
        account: "home".into(),
        state: State::Intended,
        intent: Intent {
            kind: Kind::Move,
            category: Category::Bulk,
            instance: instance(name),
            message_id: None,
            internal_date: UnixTime(0),
            from: Place { folder: FolderName::from_wire(from), validity: UidValidity(1), uid: Uid(uid) },
            to: FolderName::from_wire(to),
            undoes: None,
            sender: String::new(),
            subject: String::new(),
            reasons: String::new(),
        },
        before: Before { validity: UidValidity(1), next: Uid(1) },
        to_uid: None,
        trouble: None,
    }
}

#[test]
fn each_place_of_a_message_has_its_settlement() {
    let rows = [
        row(1, 10, 1, "INBOX", "Bulk"),
        row(2, 11, 2, "INBOX", "Bulk"),
        row(3, 12, 3, "INBOX", "Bulk"),
        row(4, 13, 4, "INBOX", "Bulk"),
    ];
    let source = HashSet::from([Uid(11), Uid(12)]);
    let target = [(Uid(70), instance(1)), (Uid(71), instance(2))];
    let settled: HashMap<_, _> = settle(&rows, &source, &target).into_iter().collect();
    assert_eq!(settled[&RowId(1)], Settlement::Arrived(Uid(70)));
    assert_eq!(settled[&RowId(2)], Settlement::Copied(Uid(71)));
    assert_eq!(settled[&RowId(3)], Settlement::StillThere);
    assert_eq!(settled[&RowId(4)], Settlement::Gone);
}

#[test]
fn one_copy_proves_one_of_two_identical_messages() {
    let rows = [row(1, 10, 1, "INBOX", "Bulk"), row(2, 11, 1, "INBOX", "Bulk")];
    let settled: HashMap<_, _> =
        settle(&rows, &HashSet::from([Uid(10)]), &[(Uid(70), instance(1))]).into_iter().collect();
    assert_eq!(settled[&RowId(2)], Settlement::Arrived(Uid(70)), "the vanished one owns the copy");
    assert_eq!(settled[&RowId(1)], Settlement::StillThere);
}

#[test]
fn messages_that_look_the_same_are_matched_in_the_order_in_which_they_were_copied() {
    // An undo: the newest row comes first, the lowest UID is copied first. Their bodies may differ.
    let mut rows = [row(3, 12, 1, "Bulk", "INBOX"), row(2, 11, 1, "Bulk", "INBOX"), row(1, 10, 1, "Bulk", "INBOX")];
    let there = HashSet::from([Uid(10), Uid(11), Uid(12)]);
    let copies = [(Uid(70), instance(1)), (Uid(71), instance(1))];
    let settled: HashMap<_, _> = settle(&rows, &there, &copies).into_iter().collect();
    assert_eq!(settled[&RowId(1)], Settlement::Copied(Uid(70)));
    assert_eq!(settled[&RowId(2)], Settlement::Copied(Uid(71)));
    assert_eq!(settled[&RowId(3)], Settlement::StillThere, "it was not copied, and may not be removed");
    // What is known comes before what is guessed.
    rows[0].to_uid = Some(Uid(70));
    let settled: HashMap<_, _> = settle(&rows, &there, &copies[..1]).into_iter().collect();
    assert_eq!(settled[&RowId(3)], Settlement::Copied(Uid(70)));
    assert_eq!(settled[&RowId(1)], Settlement::StillThere);
}

#[test]
fn after_a_copy_the_message_that_is_still_there_owns_the_copy() {
    // Two that look the same; somebody else took the first one before it could be copied.
    let rows = [row(1, 10, 1, "INBOX", "Bulk"), row(2, 11, 1, "INBOX", "Bulk"), row(3, 12, 2, "INBOX", "Bulk")];
    let there = HashSet::from([Uid(11), Uid(12)]);
    let copies = [(Uid(70), instance(1)), (Uid(71), instance(2))];
    let settled: HashMap<_, _> = settle_copies(&rows, &there, &copies).into_iter().collect();
    assert_eq!(settled[&RowId(2)], Settlement::Copied(Uid(70)));
    assert_eq!(settled[&RowId(3)], Settlement::Copied(Uid(71)));
    assert_eq!(settled[&RowId(1)], Settlement::Gone);
    // One copy is missing, so the server did not do what it said.
    let settled: HashMap<_, _> = settle_copies(&rows, &there, &copies[..1]).into_iter().collect();
    assert_eq!(settled[&RowId(1)], Settlement::Arrived(Uid(70)));
    assert_eq!([&settled[&RowId(2)], &settled[&RowId(3)]], [&Settlement::StillThere; 2]);
}

#[test]
fn another_message_in_the_target_proves_nothing() {
    let rows = [row(1, 10, 1, "INBOX", "Bulk")];
    let settled = settle(&rows, &HashSet::from([Uid(10)]), &[(Uid(70), instance(9))]);
    assert_eq!(settled, [(RowId(1), Settlement::StillThere)]);
}

#[test]
fn a_chain_is_walked_backwards() {
    let mut filed = row(1, 10, 1, "INBOX", "Blackhole");
    filed.to_uid = Some(Uid(5));
    let fell = row(2, 5, 1, "Blackhole", "Trash");
    let other = row(3, 11, 2, "INBOX", "Bulk");
    let order = undo_order(&HashSet::from([RowId(1)]), &[filed, fell, other]);
    assert_eq!(order, [RowId(2), RowId(1)]);
}

#[test]
fn undo_rows_are_never_undone() {
    let mut back = row(2, 5, 1, "Bulk", "INBOX");
    back.intent.undoes = Some(RowId(1));
    assert!(undo_order(&HashSet::from([RowId(2)]), &[back]).is_empty());
}

/// A mailbox in which only places matter: what lies under which UID of which folder.
#[derive(Clone, Debug, Default, PartialEq)]
struct Mailbox {
    folders: HashMap<FolderName, std::collections::BTreeMap<Uid, Instance>>,
    next: u32,
}

impl Mailbox {
    /// INBOX with these messages.
    fn received(names: &[u8]) -> Mailbox {
        let mut mailbox = Mailbox::default();
        for name in names {
            mailbox.append(&FolderName::inbox(), instance(*name));
        }
        mailbox
    }

    fn append(&mut self, folder: &FolderName, instance: Instance) -> Uid {
        self.next += 1;
        self.folders.entry(folder.clone()).or_default().insert(Uid(self.next), instance);
        Uid(self.next)
    }

    fn carry(&mut self, from: &FolderName, uid: Uid, to: &FolderName) -> Uid {
        let instance = self.folders.get_mut(from).and_then(|folder| folder.remove(&uid)).expect("it is there");
        self.append(to, instance)
    }

    /// What lies where, whatever its UID.
    fn contents(&self) -> Vec<(FolderName, [u8; 16])> {
        let here = |(folder, mail): (&FolderName, &std::collections::BTreeMap<Uid, Instance>)| {
            mail.values().map(|instance| (folder.clone(), instance.digest.0)).collect::<Vec<_>>()
        };
        let mut contents: Vec<_> = self.folders.iter().flat_map(here).collect();
        contents.sort();
        contents
    }
}

/// Moves as they happen: which of the messages of a folder goes on to which other folder.
fn moves(steps: &[(usize, usize, usize)], mailbox: &mut Mailbox) -> Vec<Row> {
    const FOLDERS: [&str; 4] = ["INBOX", "Bulk", "Blackhole", "Trash"];
    let mut rows = Vec::new();
    for (from, which, to) in steps {
        let (from, to) = (FolderName::from_wire(FOLDERS[*from]), FolderName::from_wire(FOLDERS[*to]));
        let lying = mailbox.folders.get(&from).cloned().unwrap_or_default();
        if from == to || lying.is_empty() {
            continue;
        }
        let (uid, instance) = lying.iter().nth(which % lying.len()).map(|(uid, it)| (*uid, *it)).expect("some");
        let mut done = row(rows.len() as i64 + 1, uid.0, 0, from.wire(), to.wire());
        done.intent.instance = instance;
        done.to_uid = Some(mailbox.carry(&from, uid, &to));
        rows.push(done);
    }
    rows
}

/// Takes rows back in the order given, each found under the UID that its row has by then.
fn take_back(order: &[RowId], rows: &mut [Row], mailbox: &mut Mailbox) {
    for id in order {
        let done = rows.iter().find(|row| row.id == *id).cloned().expect("a row");
        let uid = mailbox.carry(&done.intent.to, done.to_uid.expect("done"), &done.intent.from.folder);
        // As the store does it: the row that had put the message there finds it under its new UID.
        let earlier = rows.iter_mut().rev().find(|row| {
            row.id < done.id && row.intent.to == done.intent.from.folder && row.to_uid == Some(done.intent.from.uid)
        });
        if let Some(earlier) = earlier {
            earlier.to_uid = Some(uid);
        }
    }
}

/// Rows of messages of which some are identical, which of them are still there, and copies in the target.
fn interrupted() -> impl Strategy<Value = (Vec<Row>, HashSet<Uid>, Vec<(Uid, Instance)>)> {
    let names = prop::collection::vec((0..4_u8, any::<bool>()), 1..8);
    let copies = prop::collection::vec(0..5_u8, 0..8);
    (names, copies).prop_map(|(names, copies)| {
        let uid = |place: usize| u32::try_from(place).unwrap_or(0) + 1;
        let rows = names.iter().enumerate();
        let rows = rows.map(|(at, (name, _))| row(i64::from(uid(at)), uid(at), *name, "INBOX", "Bulk")).collect();
        let there = names.iter().enumerate().filter(|(_, (_, there))| *there).map(|(at, _)| Uid(uid(at))).collect();
        let copies = copies.iter().enumerate().map(|(at, name)| (Uid(100 + uid(at)), instance(*name))).collect();
        (rows, there, copies)
    })
}

proptest! {
    #[test]
    fn each_copy_proves_one_row_and_only_of_its_own_message((rows, there, copies) in interrupted()) {
        let settled = settle(&rows, &there, &copies);
        prop_assert_eq!(settled.len(), rows.len());
        let mut claimed = HashSet::new();
        for (id, settlement) in &settled {
            let row = rows.iter().find(|row| row.id == *id).expect("one of ours");
            let present = there.contains(&row.intent.from.uid);
            match settlement {
                Settlement::Arrived(uid) | Settlement::Copied(uid) => {
                    prop_assert!(claimed.insert(*uid), "{uid:?} proves two rows");
                    prop_assert!(copies.contains(&(*uid, row.intent.instance)));
                    prop_assert_eq!(present, matches!(settlement, Settlement::Copied(_)));
                }
                Settlement::StillThere => prop_assert!(present),
                Settlement::Gone => prop_assert!(!present),
            }
        }
    }

    #[test]
    fn settling_twice_is_settling_once((rows, there, copies) in interrupted()) {
        let first: HashMap<_, _> = settle(&rows, &there, &copies).into_iter().collect();
        // What recovery does about it: it remembers proven copies, and removes their sources.
        let mut open = rows;
        let mut left = there;
        for row in &mut open {
            if let Settlement::Copied(uid) = &first[&row.id] {
                row.to_uid = Some(*uid);
                left.remove(&row.intent.from.uid);
            }
            if let Settlement::Arrived(uid) = &first[&row.id] {
                row.to_uid = Some(*uid);
            }
        }
        for (id, again) in settle(&open, &left, &copies) {
            let expected = match &first[&id] {
                Settlement::Copied(uid) => Settlement::Arrived(*uid),
                other => other.clone(),
            };
            prop_assert_eq!(again, expected);
        }
    }

    #[test]
    fn undoing_everything_puts_every_message_back(
        names in prop::collection::vec(0..3_u8, 1..6),
        steps in prop::collection::vec((0..4_usize, 0..6_usize, 0..4_usize), 0..24),
    ) {
        let mut mailbox = Mailbox::received(&names);
        let before = mailbox.contents();
        let mut rows = moves(&steps, &mut mailbox);
        let all = rows.iter().map(|row| row.id).collect();
        let order = undo_order(&all, &rows);
        prop_assert_eq!(order.len(), rows.len());
        take_back(&order, &mut rows, &mut mailbox);
        prop_assert_eq!(mailbox.contents(), before);
    }

    #[test]
    fn undoing_one_row_takes_along_what_came_after_it_and_nothing_else(
        names in prop::collection::vec(0..3_u8, 1..6),
        steps in prop::collection::vec((0..4_usize, 0..6_usize, 0..4_usize), 1..24),
        chosen in 0..24_usize,
    ) {
        let mut mailbox = Mailbox::received(&names);
        let mut rows = moves(&steps, &mut mailbox);
        prop_assume!(!rows.is_empty());
        let chosen = rows[chosen % rows.len()].clone();
        let order = undo_order(&HashSet::from([chosen.id]), &rows);
        prop_assert_eq!(order.last(), Some(&chosen.id));
        let own = rows.clone();
        take_back(&order, &mut rows, &mut mailbox);
        let same = |id: &RowId| own.iter().any(|row| row.id == *id && row.intent.instance == chosen.intent.instance);
        prop_assert!(order.iter().all(same), "another message was touched");
        let back = mailbox.folders[&chosen.intent.from.folder].values().any(|it| *it == chosen.intent.instance);
        prop_assert!(back);
    }
}
