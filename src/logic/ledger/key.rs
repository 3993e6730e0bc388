//! Finds what is known of a name without a copy of the name: several are asked about for each message.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use super::{Habit, Key};

/// A [`Key`] that belongs to somebody else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Name<'a> {
    Address(&'a str),
    List(&'a str),
    Habit(Habit),
    Own(&'a str),
    Account,
    Domain(&'a str),
}

/// What has a [`Name`]: what is kept in the map, and what is looked for there.
pub(super) trait Named {
    fn name(&self) -> Name<'_>;
}

impl Named for Key {
    fn name(&self) -> Name<'_> {
        match self {
            Key::Address(address) => Name::Address(address.as_str()),
            Key::List(list) => Name::List(list.as_str()),
            Key::Habit(habit) => Name::Habit(*habit),
            Key::Own(address) => Name::Own(address.as_str()),
            Key::Account => Name::Account,
            Key::Domain(domain) => Name::Domain(domain),
        }
    }
}

impl Named for Name<'_> {
    fn name(&self) -> Name<'_> {
        *self
    }
}

impl<'a> Borrow<dyn Named + 'a> for Key {
    fn borrow(&self) -> &(dyn Named + 'a) {
        self
    }
}

// A key and its name have to have the same hash.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl Hash for dyn Named + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl PartialEq for dyn Named + '_ {
    fn eq(&self, other: &dyn Named) -> bool {
        self.name() == other.name()
    }
}

impl Eq for dyn Named + '_ {}
