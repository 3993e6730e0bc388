//! Commands of connections that are dead, which are carried out all the same, later: what a server under load does with what lies in its
//! buffers, and what a network does that delivers bytes after the client has given up.

use super::command::Command;
use super::session::Session;
use futures_util::FutureExt;
use std::sync::{Mutex, PoisonError};

/// A command that was heard, and its connection, which has ended for its client.
pub(super) struct Late {
    /// How many commands were received before the one that it has to come before.
    due: usize,
    command: Command,
    session: Session,
}

impl Late {
    /// It comes before the command that is the `count`th after number `record` of the record.
    pub(super) fn new(record: usize, count: usize, command: Command, session: Session) -> Late {
        Late { due: record + count, command, session }
    }

    /// What it says goes nowhere.
    fn carry_out(mut self) {
        // Nothing that changes mail waits for anything.
        let _ = self.session.carry_out(&self.command.verb, &mut self.command.args).now_or_never();
    }
}

/// Those that are still on their way, in the order in which they were heard.
#[derive(Default)]
pub(super) struct OnTheirWay(Mutex<Vec<Late>>);

impl OnTheirWay {
    /// One more. Its client sees the end of the connection from now on, and not before it can be told how many there are.
    pub(super) fn add(&self, mut late: Late) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        late.session.outbound.hang_up();
        waiting.push(late);
    }

    /// Carries out those that come before the command of this number.
    pub(super) fn arrive_before(&self, number: usize) {
        let due: Vec<Late> = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.extract_if(.., |late| late.due <= number).collect()
        };
        due.into_iter().for_each(Late::carry_out);
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// They never arrive.
    pub(super) fn forget(&self) {
        // Each holds what holds this: they are dropped outside the lock.
        let lost = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        drop(lost);
    }
}
