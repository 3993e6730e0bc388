//! What has to be in a mailbox by the user's own doing, whatever mailherd was in the middle of.
//!
//! mailherd may move a message and may leave it in two places for as long as a broken move is not settled. So each message
//! (all copies that are the same bytes) has a least and a most number of copies, which are the same number but for what the
//! user does to a message that is in two places at that moment: then only mailherd, or nobody, can tell which of them is the one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::hands::{Hands, Lying};
use super::history::Deed;
use super::journal::Row;

/// Flags and date.
type Form = (BTreeSet<String>, String);

/// What is known of one message and its identical copies.
#[derive(Clone, Debug)]
pub struct Expected {
    number: u32,
    least: usize,
    most: usize,
    /// How many there ever were.
    ever: usize,
    /// Of each copy, as far as it can be told.
    forms: Vec<Form>,
    /// System flags that the user set while it was in two places: they may not be lost, whichever goes.
    set: BTreeSet<String>,
    /// The user touched it while it was in two places, or on its way: flags and place are either one's.
    pub loose: bool,
    /// Where the user, or the delivery, put it, and the last row of the journal at that time.
    place: (String, i64),
    instance: (Vec<u8>, u32),
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Model {
    account: String,
    by_digest: BTreeMap<String, Expected>,
    /// How many times the user, or a delivery, changed something.
    pub deeds: usize,
    /// Whether mailherd is at work while the user does something.
    pub at_work: bool,
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
        let open = self.is_open(one, rows);
        let mark = rows.last().map_or(0, |row| row.id);
        let known = self.by_digest.entry(one.item.digest.clone()).or_insert_with(|| Expected {
            number,
            least: 0,
            most: 0,
            ever: 0,
            forms: Vec::new(),
            set: BTreeSet::new(),
            loose: false,
            place: (one.folder.clone(), mark),
            instance: one.instance.clone(),
        });
        known.least += 1;
        known.most += 1;
        known.ever += 1;
        known.forms.push(form(one));
        if known.most == 1 {
            known.place = (one.folder.clone(), mark);
        }
        if open && known.most > 1 {
            // It looks like the copy that a broken move may have made.
            known.least = (known.least - 1).max(1);
            known.loose = true;
        }
    }

    /// The user does something now.
    pub fn act(&mut self, deed: &Deed, hands: &mut dyn Hands, rows: &[Row]) {
        let world = hands.world();
        self.deeds += 1;
        match deed {
            Deed::Move(number, to) => {
                if let Some(one) = self.one(*number, &world)
                    && hands.move_to(one, to)
                {
                    self.moved(one, to, &world, rows);
                }
            }
            Deed::Copy(number, to) => {
                if let Some(one) = self.one(*number, &world)
                    && hands.copy_to(one, to)
                {
                    self.copied(one, &world, rows);
                }
            }
            Deed::Mark(number, flag, set) => {
                let Some(one) = self.one(*number, &world) else { return };
                let mut flags = one.item.flags.clone();
                let changed = if *set { flags.insert((*flag).to_owned()) } else { flags.remove(*flag) };
                if changed && hands.set_flags(one, &flags) {
                    self.marked(one, flags, flag, &world);
                }
            }
            Deed::Expunge(number) => {
                if let Some(one) = self.one(*number, &world)
                    && hands.expunge(std::slice::from_ref(one))
                {
                    self.removed(one, count(&world, one), rows);
                }
            }
            Deed::ExpungeMarked(folder) => {
                let marked: Vec<Lying> = in_folder(&world, folder).filter(|one| is_marked(one)).cloned().collect();
                if !marked.is_empty() && hands.expunge(&marked) {
                    let mut left = world.clone();
                    for one in &marked {
                        self.expunged(one, count(&left, one), rows);
                        left.retain(|other| (&other.folder, other.uid) != (&one.folder, one.uid));
                    }
                }
            }
            Deed::Renumber(folder) => {
                hands.renumber(folder);
                self.renumbered(folder, &world, rows);
            }
            Deed::Remove(folder) => {
                let inside: Vec<&Lying> = in_folder(&world, folder).collect();
                if hands.remove(folder) {
                    let mut left = world.clone();
                    for one in inside {
                        self.removed(one, count(&left, one), rows);
                        left.retain(|other| (&other.folder, other.uid) != (&one.folder, one.uid));
                    }
                }
            }
        }
    }

    /// The copy of a letter that the user sees first.
    fn one<'a>(&self, number: u32, world: &'a [Lying]) -> Option<&'a Lying> {
        world.iter().find(|one| self.by_digest.get(&one.item.digest).is_some_and(|known| known.number == number))
    }

    fn is_open(&self, one: &Lying, rows: &[Row]) -> bool {
        rows.iter().any(|row| row.state == "intended" && row.instance == one.instance && row.account == self.account)
    }

    fn known(&mut self, one: &Lying) -> &mut Expected {
        self.by_digest.get_mut(&one.item.digest).expect("nobody else writes mail")
    }

    fn moved(&mut self, one: &Lying, to: &str, world: &[Lying], rows: &[Row]) {
        let (there, open) = (count(world, one), self.is_open(one, rows));
        let mark = rows.last().map_or(0, |row| row.id);
        let known = self.known(one);
        if there > known.most {
            // One of a pair is no longer where mailherd would look for it.
            known.most = there;
            known.loose = true;
        } else if open && known.most > 1 {
            known.least = (known.least - 1).max(1);
            known.loose = true;
        }
        known.place = (to.to_owned(), mark);
    }

    fn copied(&mut self, one: &Lying, world: &[Lying], rows: &[Row]) {
        let (there, open) = (count(world, one), self.is_open(one, rows));
        let known = self.known(one);
        known.least += usize::from(!open);
        known.loose |= open || there > known.most;
        known.most = known.most.max(there) + 1;
        known.ever += 1;
        known.forms.push(form(one));
    }

    fn marked(&mut self, one: &Lying, mut flags: BTreeSet<String>, by: &str, world: &[Lying]) {
        let there = count(world, one);
        let known = self.known(one);
        if by != "\\Deleted" && !known.is_marked() {
            // mailherd's mark on what it is about to remove.
            flags.remove("\\Deleted");
        }
        flags.remove("$Important");
        let new = (flags, one.item.internal_date.clone());
        if there > known.most {
            known.loose = true;
            known.forms.push(new);
            if ["\\Seen", "\\Answered", "\\Flagged"].contains(&by) && one.item.flags.contains(by) {
                known.set.remove(by);
            } else if known.most == 1 && ["\\Seen", "\\Answered", "\\Flagged"].contains(&by) {
                known.set.insert(by.to_owned());
            }
            if by == "\\Deleted" {
                // Their mark stands: mailherd leaves both where they are.
                known.most = there;
            }
        } else {
            known.change(&form(one), Some(new));
        }
    }

    fn removed(&mut self, one: &Lying, there: usize, rows: &[Row]) {
        let (open, at_work) = (self.is_open(one, rows), self.at_work);
        let known = self.known(one);
        if there > known.most {
            known.loose = true;
            known.set.clear();
            // Of a copy that was proven a moment ago the original goes, as if it had been moved before the user came.
            if known.most > 1 || at_work {
                known.least = known.least.saturating_sub(1);
            }
            return;
        }
        known.least = known.least.saturating_sub(1);
        known.most = known.most.saturating_sub(1);
        known.loose |= open && known.most > 0;
        known.change(&form(one), None);
    }

    /// By a bare EXPUNGE. A mark that the user never set may only be on a copy too many.
    fn expunged(&mut self, one: &Lying, there: usize, rows: &[Row]) {
        let known = self.known(one);
        if known.loose || known.is_marked() || there > known.most {
            self.removed(one, there, rows);
        }
    }

    /// A copy whose original has another number now stays where it is, and so does the original.
    fn renumbered(&mut self, folder: &str, world: &[Lying], rows: &[Row]) {
        let ours = rows.iter().filter(|row| row.state == "intended" && row.account == self.account);
        let open: HashSet<_> =
            ours.filter(|row| row.from == folder || row.to == folder).map(|row| &row.instance).collect();
        for one in world.iter().filter(|one| open.contains(&one.instance)) {
            let there = count(world, one);
            let known = self.known(one);
            if there > known.most {
                known.most = there;
                known.loose = true;
            }
        }
    }

    /// What is wrong, as long as moves may be broken off: nothing may be missing.
    pub fn missing(&self, world: &[Lying]) -> Result<(), String> {
        let counts = counts(world);
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
            let Some(known) = self.by_digest.get(*digest) else {
                return Err(format!("nobody delivered {:?}", there[0]));
            };
            known.check(there)?;
        }
        self.explained(&found, rows)
    }

    /// Whether the journal says where each message lies that is there once, and whether it was filed at most once.
    fn explained(&self, found: &BTreeMap<&str, Vec<&Lying>>, rows: &[Row]) -> Result<(), String> {
        let mut shared: HashMap<&(Vec<u8>, u32), usize> = HashMap::new();
        self.by_digest.values().for_each(|known| *shared.entry(&known.instance).or_default() += 1);
        for known in self.by_digest.values().filter(|known| shared[&known.instance] == 1) {
            let about = || rows.iter().filter(|row| row.account == self.account && row.instance == known.instance);
            let moves = || about().filter(|row| row.kind == "move" && ["done", "undone"].contains(&row.state.as_str()));
            let by_itself = moves().filter(|row| row.run == "pass" && row.from == "INBOX").count();
            if !known.loose && by_itself > known.ever {
                return Err(format!("#{} was filed {by_itself} times:{}", known.number, told(about())));
            }
            let there = found.iter().find(|(_, there)| there[0].instance == known.instance).map(|(_, there)| there);
            let (Some([one]), false) = (there.map(Vec::as_slice), known.loose) else { continue };
            if known.ever > 1 {
                continue;
            }
            let last = moves().rfind(|row| row.id > known.place.1);
            let said = last.map_or(known.place.0.as_str(), |row| row.to.as_str());
            if said != one.folder {
                return Err(format!("#{} lies in {}, not in {said}:{}", known.number, one.folder, told(about())));
            }
        }
        Ok(())
    }
}

impl Expected {
    /// Whether the user marked it as deleted.
    fn is_marked(&self) -> bool {
        self.forms.iter().any(|(flags, _)| flags.contains("\\Deleted"))
    }

    fn change(&mut self, old: &Form, new: Option<Form>) {
        match self.forms.iter().position(|form| form == old) {
            // Which of them it was cannot be told.
            _ if self.loose => {}
            Some(place) => drop(self.forms.remove(place)),
            None => drop(self.forms.pop()),
        }
        self.forms.extend(new);
    }

    /// Flags may be those of either, or of both. One that is too many may carry mailherd's mark; what has to be there may not.
    fn is_like(&self, forms: &[Form]) -> bool {
        let dates: BTreeSet<&String> = self.forms.iter().map(|(_, date)| date).collect();
        let flags: BTreeSet<&str> = self.forms.iter().flat_map(|(flags, _)| flags.iter().map(String::as_str)).collect();
        let is_known = |flag: &String| flags.contains(flag.as_str());
        let whole = forms.iter().filter(|(flags, _)| flags.iter().all(is_known)).count();
        let known = forms.iter().all(|(flags, date)| {
            dates.contains(date) && flags.iter().all(|flag| flag == "\\Deleted" || is_known(flag))
        });
        let kept = self.most != 1 || forms.is_empty() || forms.iter().any(|(flags, _)| self.set.is_subset(flags));
        known && kept && whole >= self.least.min(forms.len())
    }

    fn check(&self, there: &[&Lying]) -> Result<(), String> {
        let places: Vec<&str> = there.iter().map(|one| one.folder.as_str()).collect();
        if there.len() > self.most {
            return Err(format!(
                "#{} is there {} times instead of {}: {places:?}",
                self.number,
                there.len(),
                self.most
            ));
        }
        let mut forms: Vec<Form> = there.iter().map(|one| form(one)).collect();
        let mut wanted = self.forms.clone();
        forms.sort();
        wanted.sort();
        let same = match self.loose {
            true => self.is_like(&forms),
            false => forms == wanted,
        };
        if same {
            return Ok(());
        }
        Err(format!(
            "#{} has other flags, or another date, in {places:?}: {forms:?} instead of {wanted:?}",
            self.number
        ))
    }
}

fn told<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    rows.map(|row| format!("\n  {row}")).collect()
}

/// `$Important` is mailherd's own.
fn form(one: &Lying) -> Form {
    let flags = one.item.flags.iter().filter(|flag| flag.as_str() != "$Important").cloned().collect();
    (flags, one.item.internal_date.clone())
}

fn is_marked(one: &Lying) -> bool {
    one.item.flags.contains("\\Deleted")
}

fn in_folder<'a>(world: &'a [Lying], folder: &'a str) -> impl Iterator<Item = &'a Lying> {
    world.iter().filter(move |one| one.folder == folder)
}

fn count(world: &[Lying], one: &Lying) -> usize {
    world.iter().filter(|other| other.item.digest == one.item.digest).count()
}

fn counts(world: &[Lying]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    world.iter().for_each(|one| *counts.entry(one.item.digest.as_str()).or_default() += 1);
    counts
}
