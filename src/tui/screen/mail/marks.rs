//! Marked messages, in the order in which they were marked.

use std::collections::HashSet;

use crate::logic::engine::MessageKey;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    order: Vec<MessageKey>,
    set: HashSet<MessageKey>,
}

impl Marks {
    /// How many.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether this one is.
    pub fn holds(&self, key: &MessageKey) -> bool {
        self.set.contains(key)
    }

    /// Marks it.
    pub fn add(&mut self, key: &MessageKey) {
        if self.set.insert(key.clone()) {
            self.order.push(key.clone());
        }
    }

    /// Marks it, or takes the mark away.
    pub fn toggle(&mut self, key: &MessageKey) {
        if self.set.remove(key) {
            self.order.retain(|other| other != key);
        } else {
            self.add(key);
        }
    }

    /// All of them; none is marked any more.
    pub fn take(&mut self) -> Vec<MessageKey> {
        self.set.clear();
        std::mem::take(&mut self.order)
    }
}
