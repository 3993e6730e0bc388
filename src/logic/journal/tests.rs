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

/// A message as it lies, all of which was read.
fn lying(uid: u32, name: u8, date: i64, bytes: u8) -> Lying {
    Lying {
        uid: Uid(uid),
        instance: instance(name),
        internal_date: Some(UnixTime(date)),
        bytes: Some(Bytes([bytes; 32])),
    }
}

/// What is seen of `rows` when the messages under `there` are still in the source, their bytes as their names say.
fn sight(rows: &[Row], there: &HashSet<Uid>, in_target: &[Lying]) -> Sight {
    let there = rows.iter().filter(|row| there.contains(&row.intent.from.uid));
    let in_source = there.map(|row| {
        let Intent { instance, internal_date, from, .. } = &row.intent;
        let name = instance.digest.0[0];
        (row.id, lying(from.uid.0, name, internal_date.0, name))
    });
    Sight { in_source: in_source.collect(), in_target: in_target.to_vec() }
}

/// What became of rows, where messages that look the same are the same.
fn settled(rows: &[Row], there: &HashSet<Uid>, in_target: &[(Uid, Instance)]) -> HashMap<RowId, Settlement> {
    let in_target: Vec<Lying> =
        in_target.iter().map(|(uid, it)| lying(uid.0, it.digest.0[0], 0, it.digest.0[0])).collect();
    settle(rows, &sight(rows, there, &in_target), the_same_bytes).into_iter().collect()
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
    let settled = settled(&rows, &source, &target);
    assert_eq!(settled[&RowId(1)], Settlement::Arrived(Uid(70)));
    assert_eq!(settled[&RowId(2)], Settlement::Copied(Uid(71)));
    assert_eq!(settled[&RowId(3)], Settlement::StillThere);
    assert_eq!(settled[&RowId(4)], Settlement::Gone);
}

#[test]
fn one_copy_proves_one_of_two_identical_messages() {
    let rows = [row(1, 10, 1, "INBOX", "Bulk"), row(2, 11, 1, "INBOX", "Bulk")];
    let settled = settled(&rows, &HashSet::from([Uid(10)]), &[(Uid(70), instance(1))]);
    assert_eq!(settled[&RowId(2)], Settlement::Arrived(Uid(70)), "the vanished one owns the copy");
    assert_eq!(settled[&RowId(1)], Settlement::StillThere);
}

#[test]
fn messages_that_look_the_same_are_matched_in_the_order_in_which_they_were_copied() {
    // An undo: the newest row comes first, the lowest UID is copied first. Their bodies may differ.
    let mut rows = [row(3, 12, 1, "Bulk", "INBOX"), row(2, 11, 1, "Bulk", "INBOX"), row(1, 10, 1, "Bulk", "INBOX")];
    let there = HashSet::from([Uid(10), Uid(11), Uid(12)]);
    let copies = [(Uid(70), instance(1)), (Uid(71), instance(1))];
    let first = settled(&rows, &there, &copies);
    assert_eq!(first[&RowId(1)], Settlement::Copied(Uid(70)));
    assert_eq!(first[&RowId(2)], Settlement::Copied(Uid(71)));
    assert_eq!(first[&RowId(3)], Settlement::StillThere, "it was not copied, and may not be removed");
    // What is known comes before what is guessed.
    rows[0].to_uid = Some(Uid(70));
    let settled = settled(&rows, &there, &copies[..1]);
    assert_eq!(settled[&RowId(3)], Settlement::Copied(Uid(70)));
    assert_eq!(settled[&RowId(1)], Settlement::StillThere);
}

#[test]
fn after_a_copy_the_message_that_is_still_there_owns_the_copy() {
    // Two that look the same; somebody else took the first one before it could be copied.
    let rows = [row(1, 10, 1, "INBOX", "Bulk"), row(2, 11, 1, "INBOX", "Bulk"), row(3, 12, 2, "INBOX", "Bulk")];
    let there = HashSet::from([Uid(11), Uid(12)]);
    let copies = [lying(70, 1, 0, 1), lying(71, 2, 0, 2)];
    let seen = sight(&rows, &there, &copies);
    assert!(copies_are_plain(&rows, &seen));
    let settled: HashMap<_, _> = settle_copies(&rows, &seen, the_same_date).into_iter().collect();
    assert_eq!(settled[&RowId(2)], Settlement::Copied(Uid(70)));
    assert_eq!(settled[&RowId(3)], Settlement::Copied(Uid(71)));
    assert_eq!(settled[&RowId(1)], Settlement::Gone);
    // One copy is missing, so the server did not do what it said.
    let seen = sight(&rows, &there, &copies[..1]);
    assert!(!copies_are_plain(&rows, &seen));
    let settled: HashMap<_, _> = settle_copies(&rows, &seen, the_same_bytes).into_iter().collect();
    assert_eq!(settled[&RowId(1)], Settlement::Arrived(Uid(70)));
    assert_eq!([&settled[&RowId(2)], &settled[&RowId(3)]], [&Settlement::StillThere; 2]);
}

#[test]
fn copies_are_plain_when_as_many_came_as_were_copied_and_with_their_dates() {
    let rows = [row(1, 10, 1, "INBOX", "Bulk"), row(2, 11, 1, "INBOX", "Bulk")];
    let there = HashSet::from([Uid(10), Uid(11)]);
    let plain = |copies: &[Lying]| copies_are_plain(&rows, &sight(&rows, &there, copies));
    let (one, two) = (lying(70, 1, 0, 1), lying(71, 1, 0, 1));
    assert!(plain(&[one, two, lying(72, 2, 0, 2)]));
    assert!(!plain(&[one]), "one is missing");
    assert!(!plain(&[one, two, lying(72, 1, 0, 1)]), "one too many");
    assert!(!plain(&[one, lying(71, 1, 7, 1)]), "one has a date of its own");
}

#[test]
fn without_the_same_date_and_the_same_bytes_no_original_is_removed() {
    let rows = [row(1, 10, 1, "INBOX", "Bulk")];
    let there = HashSet::from([Uid(10)]);
    let settled = |row: &Row, one: Lying| {
        let rows = std::slice::from_ref(row);
        settle(rows, &sight(rows, &there, &[one]), the_same_bytes)[0].1.clone()
    };
    let copy = lying(70, 1, 0, 1);
    assert_eq!(settled(&rows[0], copy), Settlement::Copied(Uid(70)));
    for doubt in [
        Lying { bytes: Some(Bytes([9; 32])), ..copy },
        Lying { bytes: None, ..copy },
        Lying { internal_date: Some(UnixTime(1)), ..copy },
        Lying { internal_date: None, ..copy },
    ] {
        assert_eq!(settled(&rows[0], doubt), Settlement::StillThere, "{doubt:?}");
        // What was proven before the line was cut stays proven.
        let known = Row { to_uid: Some(Uid(70)), ..rows[0].clone() };
        assert_eq!(settled(&known, doubt), Settlement::Copied(Uid(70)));
    }
}

#[test]
fn only_what_can_prove_something_is_read_as_a_whole() {
    let mut rows = [1, 2, 3, 4].map(|name| row(i64::from(name), 10 + u32::from(name), name, "INBOX", "Bulk"));
    rows[3].to_uid = Some(Uid(74));
    let there = HashSet::from([Uid(11), Uid(12), Uid(14)]);
    let copies = [lying(71, 1, 0, 1), lying(72, 2, 5, 2), lying(73, 3, 0, 3), lying(74, 4, 0, 4), lying(75, 4, 0, 4)];
    let (originals, copies) = doubtful(&rows, &sight(&rows, &there, &copies));
    // The second one's look-alike has another date, the third has vanished, of the fourth the copy is known.
    assert_eq!(originals.iter().map(|one| one.uid).collect::<Vec<_>>(), [Uid(11)]);
    assert_eq!(copies.iter().map(|one| one.uid).collect::<Vec<_>>(), [Uid(71)]);
}

#[test]
fn of_messages_that_look_the_same_each_finds_the_copy_with_its_date() {
    let dated = |id, uid, date| {
        let mut row = row(id, uid, 1, "INBOX", "Bulk");
        row.intent.internal_date = UnixTime(date);
        row
    };
    let rows = [dated(1, 10, 100), dated(2, 11, 200)];
    let by_date = |there: &[u32], came: &[Lying]| -> [Settlement; 2] {
        let there = there.iter().map(|uid| Uid(*uid)).collect();
        let settled: HashMap<_, _> = settle(&rows, &sight(&rows, &there, came), the_same_bytes).into_iter().collect();
        [settled[&RowId(1)].clone(), settled[&RowId(2)].clone()]
    };
    let came = |uid, date| lying(uid, 1, date, 1);
    // The second one vanished; the copy of the first is not its own, whichever UID is lower.
    let copies = [came(70, 200), came(71, 100)];
    assert_eq!(by_date(&[10], &copies), [Settlement::Copied(Uid(71)), Settlement::Arrived(Uid(70))]);
    let copies = [came(70, 100), came(71, 200)];
    assert_eq!(by_date(&[10], &copies), [Settlement::Copied(Uid(70)), Settlement::Arrived(Uid(71))]);
    // A server that forgets dates: what has vanished is there, what is still there is not removed.
    assert_eq!(by_date(&[11], &[came(70, 300)]), [Settlement::Arrived(Uid(70)), Settlement::StillThere]);
    // Each copy counts once.
    assert_eq!(by_date(&[], &[came(70, 300)]), [Settlement::Arrived(Uid(70)), Settlement::Gone]);
}

#[test]
fn of_messages_with_the_same_date_the_vanished_one_takes_what_is_no_others_copy() {
    let rows = [row(1, 10, 1, "INBOX", "Bulk"), row(2, 11, 1, "INBOX", "Bulk")];
    let there = HashSet::from([Uid(11)]);
    // The one that is still there is the same as the first that came; the vanished one had another body.
    let came = [lying(70, 1, 0, 1), lying(71, 1, 0, 2)];
    let settled: HashMap<_, _> = settle(&rows, &sight(&rows, &there, &came), the_same_bytes).into_iter().collect();
    assert_eq!(
        [&settled[&RowId(1)], &settled[&RowId(2)]],
        [&Settlement::Arrived(Uid(71)), &Settlement::Copied(Uid(70))]
    );
    // Only one came, and it may be the vanished one's.
    let settled: HashMap<_, _> = settle(&rows, &sight(&rows, &there, &came[..1]), the_same_bytes).into_iter().collect();
    assert_eq!([&settled[&RowId(1)], &settled[&RowId(2)]], [&Settlement::Arrived(Uid(70)), &Settlement::StillThere]);
}

#[test]
fn another_message_in_the_target_proves_nothing() {
    let rows = [row(1, 10, 1, "INBOX", "Bulk")];
    let settled = settled(&rows, &HashSet::from([Uid(10)]), &[(Uid(70), instance(9))]);
    assert_eq!(settled[&RowId(1)], Settlement::StillThere);
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
        let settled = settled(&rows, &there, &copies);
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
        let first = settled(&rows, &there, &copies);
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
        for (id, again) in settled(&open, &left, &copies) {
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
