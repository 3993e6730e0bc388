//! What has to be in a mailbox by the user's own doing, whatever mailherd was in the middle of.
//!
//! mailherd may move a message and may leave it in two places for as long as a broken move is not settled. So each message
//! (all copies that are the same bytes) has a least and a most number of copies, which are the same number but for what the
//! user does to a message that is in two places at that moment: then only mailherd, or nobody, can tell which of them is the one.

use std::collections::{BTreeMap, HashMap, HashSet};

use mailherd::imap::mover::COPIED_LATE;

use super::expected::{Expected, Now};
use super::hands::{Hands, Lying};
use super::history::Deed;
use super::journal::Row;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Model {
    account: String,
    by_digest: BTreeMap<String, Expected>,
    /// How many times the user, or a delivery, changed something.
    pub deeds: usize,
    /// Whether mailherd is at work while the user does something.
    pub at_work: bool,
    /// Whether a command of a connection of mailherd's that is dead will still be carried out.
    pub on_its_way: bool,
}

impl Model {
    /// Of an account, with what is in its mailbox from the start.
    pub fn new(account: &str, hands: &mut dyn Hands) -> Model {
        let mut model = Model { account: account.to_owned(), ..Model::default() };
        hands.world().iter().for_each(|one| model.appeared(u32::MAX, one, &[]));
        model
    }

    /// Mail was delivered: what is in the folder with the greatest number.
    pub fn delivered(&mut self, number: u32, folder: &str, hands: &mut dyn Hands, rows: &[Row]) {
        let world = hands.world();
        let newest = world.iter().filter(|one| one.folder == folder).max_by_key(|one| one.uid);
        self.appeared(number, newest.expect("what was delivered"), rows);
        self.deeds += 1;
    }

    fn appeared(&mut self, number: u32, one: &Lying, rows: &[Row]) {
        let now = self.now(one, &[], rows);
        let known = self.by_digest.entry(one.item.digest.clone()).or_insert_with(|| Expected::new(number, one));
        known.comes(one, now);
    }

    /// The user does something now.
    pub fn act(&mut self, deed: &Deed, hands: &mut dyn Hands, rows: &[Row]) {
        let world = hands.world();
        self.deeds += 1;
        match deed {
            Deed::Move(number, _) | Deed::Copy(number, _) | Deed::Mark(number, ..) | Deed::Expunge(number) => {
                if let Some(one) = self.one(*number, &world) {
                    self.act_on(one, deed, hands, (&world, rows));
                }
            }
            Deed::ExpungeMarked(folder) => {
                let marked = |one: &Lying| one.folder == *folder && one.item.flags.contains("\\Deleted");
                let marked: Vec<Lying> = world.iter().filter(|one| marked(one)).cloned().collect();
                if !marked.is_empty() && hands.expunge(&marked) {
                    self.without(&marked, &world, rows, Expected::is_expunged);
                }
            }
            Deed::Renumber(folder) => {
                hands.renumber(folder);
                self.renumbered(folder, &world, rows);
            }
            Deed::Remove(folder) => {
                let inside: Vec<Lying> = world.iter().filter(|one| one.folder == *folder).cloned().collect();
                if hands.remove(folder) {
                    self.without(&inside, &world, rows, Expected::goes);
                }
            }
        }
    }

    fn act_on(&mut self, one: &Lying, deed: &Deed, hands: &mut dyn Hands, (world, rows): (&[Lying], &[Row])) {
        let now = self.now(one, world, rows);
        match deed {
            Deed::Move(_, to) if hands.move_to(one, to) => self.known(one).moves(to, now),
            Deed::Copy(_, to) if hands.copy_to(one, to) => self.known(one).is_copied(one, now),
            Deed::Expunge(_) if hands.expunge(std::slice::from_ref(one)) => self.known(one).goes(one, now),
            Deed::Mark(_, flag, set) => {
                let mut flags = one.item.flags.clone();
                let changed = if *set { flags.insert((*flag).to_owned()) } else { flags.remove(*flag) };
                if changed && hands.set_flags(one, &flags) {
                    self.known(one).is_flagged(one, flags, flag, now);
                }
            }
            _ => {}
        }
    }

    /// These are gone, one after the other.
    fn without(&mut self, gone: &[Lying], world: &[Lying], rows: &[Row], goes: fn(&mut Expected, &Lying, Now)) {
        let mut left = world.to_vec();
        for one in gone {
            let now = self.now(one, &left, rows);
            goes(self.known(one), one, now);
            left.retain(|other| (&other.folder, other.uid) != (&one.folder, one.uid));
        }
    }

    /// A copy whose original has another number now stays where it is, and so does the original.
    fn renumbered(&mut self, folder: &str, world: &[Lying], rows: &[Row]) {
        let ours = rows.iter().filter(|row| row.state == "intended" && row.account == self.account);
        let ours: Vec<&Row> = ours.filter(|row| row.from == folder || row.to == folder).collect();
        let open: HashSet<_> = ours.iter().map(|row| &row.instance).collect();
        // Dovecot still copies out of a mailbox that was renumbered, by the old numbers, before it hangs up.
        let copied_yet: HashSet<_> =
            ours.iter().filter(|row| self.at_work && row.from == folder).map(|row| &row.instance).collect();
        for one in world.iter().filter(|one| open.contains(&one.instance)) {
            let more = usize::from(copied_yet.contains(&one.instance) && one.folder == folder);
            self.known(one).stays(count(world, one) + more);
        }
    }

    /// The copy of a letter that the user sees first.
    fn one<'a>(&self, number: u32, world: &'a [Lying]) -> Option<&'a Lying> {
        world.iter().find(|one| self.by_digest.get(&one.item.digest).is_some_and(|known| known.number == number))
    }

    fn known(&mut self, one: &Lying) -> &mut Expected {
        self.by_digest.get_mut(&one.item.digest).expect("nobody else writes mail")
    }

    fn now(&self, one: &Lying, world: &[Lying], rows: &[Row]) -> Now {
        let about = |row: &&Row| row.instance == one.instance && row.account == self.account;
        Now {
            there: count(world, one),
            open: rows.iter().filter(about).any(|row| {
                // What was given up may still be made.
                row.state == "intended" || (self.on_its_way && row.state == "refused")
            }),
            at_work: self.at_work || self.on_its_way,
            last_row: rows.last().map_or(0, |row| row.id),
        }
    }

    /// How many messages there are of which not everything can be told, because the user touched them while they were in two places.
    pub fn loose(&self) -> usize {
        self.by_digest.values().filter(|known| known.loose).count()
    }

    /// What is wrong, as long as moves may be broken off: nothing may be missing.
    pub fn missing(&self, world: &[Lying]) -> Result<(), String> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        world.iter().for_each(|one| *counts.entry(one.item.digest.as_str()).or_default() += 1);
        for (digest, known) in &self.by_digest {
            let there = counts.get(digest.as_str()).copied().unwrap_or(0);
            if there < known.least {
                return Err(format!("#{}: {there} of at least {} are there", known.number, known.least));
            }
        }
        Ok(())
    }

    /// What is wrong when everything is settled.
    pub fn check(&self, world: &[Lying], rows: &[Row]) -> Result<(), String> {
        self.missing(world)?;
        let mut found: BTreeMap<&str, Vec<&Lying>> = BTreeMap::new();
        world.iter().for_each(|one| found.entry(&one.item.digest).or_default().push(one));
        for (digest, there) in &found {
            match self.by_digest.get(*digest) {
                Some(known) => known.check(there, self.told_twice(known, rows))?,
                None => return Err(format!("nobody delivered {:?}", there[0])),
            }
        }
        let mut alike: HashMap<&(Vec<u8>, u32), usize> = HashMap::new();
        self.by_digest.values().for_each(|known| *alike.entry(&known.instance).or_default() += 1);
        // Of messages that look the same to it, mailherd cannot say which is which.
        let mut single = self.by_digest.iter().filter(|(_, known)| alike[&known.instance] == 1);
        single.try_for_each(|(digest, known)| {
            let there = found.get(digest.as_str()).map_or(&[][..], Vec::as_slice);
            self.explained(known, there, rows)
        })
    }

    /// How many more copies of it the journal tells of.
    fn told_twice(&self, known: &Expected, rows: &[Row]) -> usize {
        let told = |row: &&Row| {
            let late = row.state == "refused" && row.trouble.as_deref() == Some(COPIED_LATE);
            late && row.account == self.account && row.instance == known.instance
        };
        rows.iter().filter(told).count()
    }

    /// Whether the journal says where a message lies that is there once, and whether it was filed no more often than it came.
    fn explained(&self, known: &Expected, there: &[&Lying], rows: &[Row]) -> Result<(), String> {
        let about = || rows.iter().filter(|row| row.account == self.account && row.instance == known.instance);
        let moves = || about().filter(|row| row.kind == "move" && ["done", "undone"].contains(&row.state.as_str()));
        let told = || about().map(|row| format!("\n  {row}")).collect::<String>();
        let by_itself = moves().filter(|row| row.run == "pass" && row.from == "INBOX").count();
        if !known.loose && by_itself > known.ever {
            return Err(format!("#{} was filed {by_itself} times:{}", known.number, told()));
        }
        let [one] = there else { return Ok(()) };
        if known.loose || known.ever > 1 {
            return Ok(());
        }
        let (put, since) = &known.place;
        let said = moves().rfind(|row| row.id > *since).map_or(put, |row| &row.to);
        if *said == one.folder {
            return Ok(());
        }
        Err(format!("#{} lies in {}, not in {said}:{}", known.number, one.folder, told()))
    }
}

fn count(world: &[Lying], one: &Lying) -> usize {
    world.iter().filter(|other| other.item.digest == one.item.digest).count()
}
