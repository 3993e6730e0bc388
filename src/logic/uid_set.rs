//! UIDs of one mailbox, for as many as there are: a bit each where they are dense, some twenty bytes where they are not.

use std::collections::BTreeMap;

use super::ids::Uid;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UidSet {
    /// 64 UIDs each, by their common upper bits.
    words: BTreeMap<u32, u64>,
    len: usize,
}

impl UidSet {
    /// Adds one; `false` when it was there.
    pub fn insert(&mut self, uid: Uid) -> bool {
        let (word, bit) = place(uid);
        let word = self.words.entry(word).or_default();
        let new = *word & bit == 0;
        *word |= bit;
        self.len += usize::from(new);
        new
    }

    /// Whether it is among them.
    pub fn contains(&self, uid: Uid) -> bool {
        let (word, bit) = place(uid);
        self.words.get(&word).is_some_and(|word| word & bit != 0)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Leaves those that are also in `other`.
    pub fn keep_only(&mut self, other: &UidSet) {
        self.combine(other, |mine, theirs| mine & theirs);
    }

    /// Leaves those that are not in `other`.
    pub fn take_off(&mut self, other: &UidSet) {
        self.combine(other, |mine, theirs| mine & !theirs);
    }

    /// Adds all of `other`.
    pub fn add_all(&mut self, other: &UidSet) {
        for (&upper, &theirs) in &other.words {
            let word = self.words.entry(upper).or_default();
            self.len += (theirs & !*word).count_ones() as usize;
            *word |= theirs;
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Uid> {
        self.words.iter().flat_map(|(&upper, &word)| {
            (0..64_u32).filter(move |bit| word & (1 << bit) != 0).map(move |bit| Uid(upper << 6 | bit))
        })
    }

    fn combine(&mut self, other: &UidSet, how: impl Fn(u64, u64) -> u64) {
        self.words.retain(|upper, word| {
            *word = how(*word, other.words.get(upper).copied().unwrap_or(0));
            *word != 0
        });
        self.len = self.words.values().map(|word| word.count_ones() as usize).sum();
    }
}

impl Extend<Uid> for UidSet {
    fn extend<T: IntoIterator<Item = Uid>>(&mut self, uids: T) {
        for uid in uids {
            self.insert(uid);
        }
    }
}

impl FromIterator<Uid> for UidSet {
    fn from_iter<T: IntoIterator<Item = Uid>>(uids: T) -> UidSet {
        let mut set = UidSet::default();
        set.extend(uids);
        set
    }
}

fn place(uid: Uid) -> (u32, u64) {
    (uid.0 >> 6, 1 << (uid.0 & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set(some in prop::collection::vec(0_u32..300, 0..200), others in prop::collection::vec(0_u32..300, 0..200)) {
            let ends = [0, u32::MAX, u32::MAX - 63];
            let sets = [some, others].map(|uids| uids.into_iter().chain(ends).map(Uid).collect::<BTreeSet<Uid>>());
            let [one, other] = sets.each_ref().map(|set| set.iter().copied().collect::<UidSet>());
            let same = |set: &UidSet, expected: Vec<Uid>| {
                prop_assert_eq!(set.iter().collect::<Vec<_>>(), expected.clone());
                prop_assert_eq!((set.len(), set.is_empty()), (expected.len(), expected.is_empty()));
                Ok(())
            };
            let [expected, theirs] = &sets;
            same(&one, expected.iter().copied().collect())?;
            prop_assert!((0..300).map(Uid).all(|uid| one.contains(uid) == expected.contains(&uid)));
            let mut both = one.clone();
            both.keep_only(&other);
            same(&both, expected.intersection(theirs).copied().collect())?;
            let mut less = one.clone();
            less.take_off(&other);
            same(&less, expected.difference(theirs).copied().collect())?;
            let mut all = one;
            all.add_all(&other);
            same(&all, expected.union(theirs).copied().collect())?;
        }
    }
}
