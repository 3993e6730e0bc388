//! One message, and its copies that are the same bytes: what the user left of it.

use std::collections::BTreeSet;

use super::hands::Lying;

/// Flags and date.
type Form = (BTreeSet<String>, String);

/// Flags that mailherd hands on from one copy to another.
const HANDED_ON: [&str; 4] = ["\\Seen", "\\Answered", "\\Flagged", "$Label1"];

/// What is the case when something happens to a message.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// So many copies of it are there.
    pub there: usize,
    /// A row of the journal is about it whose outcome is not known.
    pub open: bool,
    /// mailherd is at work, or what it said is still to be carried out.
    pub at_work: bool,
    /// The last row of the journal.
    pub last_row: i64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Expected {
    /// By which histories name it.
    pub number: u32,
    /// So many copies have to be there.
    pub least: usize,
    /// So many copies may be there when everything is settled.
    pub most: usize,
    /// So many there ever were by the hands of others.
    pub ever: usize,
    /// The user touched it while it was in two places, or on its way: flags and place are either one's.
    pub loose: bool,
    /// Where the user, or the delivery, put it, and the last row of the journal at that time.
    pub place: (String, i64),
    /// Which message mailherd takes it for.
    pub instance: (Vec<u8>, u32),
    /// Of each copy, as far as it can be told.
    forms: Vec<Form>,
    /// Flags that the user set while it was in two places: they may not be lost, whichever goes.
    set: BTreeSet<String>,
}

impl Expected {
    /// A message that was never there.
    pub fn new(number: u32, one: &Lying) -> Expected {
        Expected {
            number,
            least: 0,
            most: 0,
            ever: 0,
            loose: false,
            place: (one.folder.clone(), 0),
            instance: one.instance.clone(),
            forms: Vec::new(),
            set: BTreeSet::new(),
        }
    }

    /// A copy was delivered.
    pub fn comes(&mut self, one: &Lying, now: Now) {
        (self.least, self.most, self.ever) = (self.least + 1, self.most + 1, self.ever + 1);
        self.forms.push(form(one));
        if self.most == 1 {
            self.place = (one.folder.clone(), now.last_row);
        }
        self.looks_like_a_copy_of_ours(now);
    }

    /// The user moved a copy.
    pub fn moves(&mut self, to: &str, now: Now) {
        if now.there > self.most {
            // One of a pair is no longer where mailherd would look for it.
            self.stays(now.there);
        } else {
            self.looks_like_a_copy_of_ours(now);
        }
        self.place = (to.to_owned(), now.last_row);
    }

    /// Identical mail that came where a broken move may have left its copy passes for that copy.
    fn looks_like_a_copy_of_ours(&mut self, now: Now) {
        if now.open && self.most > 1 {
            self.least = (self.least - 1).max(1);
            self.loose = true;
        }
    }

    /// The user made one more copy of a copy.
    pub fn is_copied(&mut self, one: &Lying, now: Now) {
        self.loose |= now.open || now.there > self.most;
        self.least += usize::from(!now.open);
        self.most = self.most.max(now.there) + 1;
        self.ever += 1;
        self.forms.push(form(one));
    }

    /// The user set `flag`, or took it off; `flags` are those that the copy then had.
    pub fn is_flagged(&mut self, one: &Lying, mut flags: BTreeSet<String>, flag: &str, now: Now) {
        if flag != "\\Deleted" && !self.is_marked() {
            // mailherd's mark on what it is about to remove.
            flags.remove("\\Deleted");
        }
        flags.remove("$Important");
        let new = (flags, one.item.internal_date.clone());
        if now.there <= self.most {
            return self.change(&form(one), Some(new));
        }
        self.loose = true;
        self.forms.push(new);
        if one.item.flags.contains(flag) {
            self.set.remove(flag);
        } else if self.most == 1 && HANDED_ON.contains(&flag) && !(now.at_work && self.is_doomed(one)) {
            self.set.insert(flag.to_owned());
        } else if flag == "\\Deleted" {
            // Their mark stands: mailherd leaves both where they are.
            self.stays(now.there);
        }
    }

    /// The user removed a copy for good.
    pub fn goes(&mut self, one: &Lying, now: Now) {
        if now.there > self.most {
            self.loose = true;
            self.set.clear();
            // Of a copy that was proven a moment ago the original goes, as if it had been moved before the user came.
            if self.most > 1 || now.at_work {
                self.least = self.least.saturating_sub(1);
            }
            return;
        }
        (self.least, self.most) = (self.least.saturating_sub(1), self.most.saturating_sub(1));
        self.loose |= now.open && self.most > 0;
        self.change(&form(one), None);
    }

    /// The user removed a copy that was marked, as they saw. A mark that they never set may only be on a copy too many.
    pub fn is_expunged(&mut self, one: &Lying, now: Now) {
        if self.loose || self.is_marked() || now.there > self.most {
            self.goes(one, now);
        }
    }

    /// So many copies may stay for ever: nobody can tell any more which of them is too many.
    pub fn stays(&mut self, there: usize) {
        if there > self.most {
            self.most = there;
            self.loose = true;
        }
    }

    /// mailherd has marked it and is about to remove it: what others set from then on nobody can save who moves by COPY.
    fn is_doomed(&self, one: &Lying) -> bool {
        one.item.flags.contains("\\Deleted") && !self.is_marked()
    }

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

    /// What is wrong with these copies when everything is settled. The journal tells of so many more than there should be.
    pub fn check(&self, there: &[&Lying], told: usize) -> Result<(), String> {
        let (number, most, count) = (self.number, self.most, there.len());
        let places: Vec<&str> = there.iter().map(|one| one.folder.as_str()).collect();
        if count > most + told {
            return Err(format!("#{number} is there {count} times instead of {most} (and {told}): {places:?}"));
        }
        let mut forms: Vec<Form> = there.iter().map(|one| form(one)).collect();
        let mut wanted = self.forms.clone();
        forms.sort();
        wanted.sort();
        let same = if self.loose || count > most { self.is_like(&forms) } else { forms == wanted };
        if same {
            return Ok(());
        }
        Err(format!("#{number} has other flags, or another date, in {places:?}: {forms:?} instead of {wanted:?}"))
    }

    /// Flags may be those of either, or of both. One that is too many may carry mailherd's mark; what has to be there may not.
    fn is_like(&self, forms: &[Form]) -> bool {
        let dates: BTreeSet<&String> = self.forms.iter().map(|(_, date)| date).collect();
        let flags: BTreeSet<&String> = self.forms.iter().flat_map(|(flags, _)| flags).collect();
        let whole = forms.iter().filter(|(own, _)| own.iter().all(|flag| flags.contains(flag))).count();
        let known = forms.iter().all(|(own, date)| {
            dates.contains(date) && own.iter().all(|flag| flag == "\\Deleted" || flags.contains(flag))
        });
        let kept = self.most != 1 || forms.is_empty() || forms.iter().any(|(own, _)| self.set.is_subset(own));
        known && kept && whole >= self.least.min(forms.len())
    }
}

/// `$Important` is mailherd's own.
fn form(one: &Lying) -> Form {
    let flags = one.item.flags.iter().filter(|flag| flag.as_str() != "$Important").cloned().collect();
    (flags, one.item.internal_date.clone())
}
