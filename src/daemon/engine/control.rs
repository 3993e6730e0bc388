//! What is said to an account's task from outside, beside its jobs.

use std::cell::Cell;

use tokio::sync::Notify;

/// Shared between the hub and the task of one account, on one thread.
#[derive(Debug, Default)]
pub(super) struct Control {
    paused: Cell<bool>,
    stopping: Cell<bool>,
    kicked: Cell<bool>,
    in_batch: Cell<bool>,
    pausable: Cell<bool>,
    probed: Cell<bool>,
    wanted: Cell<bool>,
    yields: Cell<bool>,
    changed: Notify,
}

impl Control {
    /// No work from now on but what the user asks for.
    pub(super) fn pause(&self) {
        self.paused.set(true);
        self.changed.notify_waiters();
    }

    /// Ends a pause, and the waiting after a failure.
    pub(super) fn resume(&self) {
        self.paused.set(false);
        self.kicked.set(true);
        self.changed.notify_waiters();
    }

    /// The end.
    pub(super) fn stop(&self) {
        self.stopping.set(true);
        self.changed.notify_waiters();
    }

    /// Somebody waits for this account, or nobody does.
    pub(super) fn set_wanted(&self, wanted: bool) {
        self.wanted.set(wanted);
    }

    /// Whether the work in hand makes way for somebody who waits: a pass that nobody asked for does.
    pub(super) fn set_yields(&self, yields: bool) {
        self.yields.set(yields);
    }

    /// Whether it has to, now.
    pub(super) fn is_to_make_way(&self) -> bool {
        self.yields.get() && self.wanted.get()
    }

    /// Whoever waits for the server makes sure that it is there. Nobody else takes notice.
    pub(super) fn probe(&self) {
        self.probed.set(true);
        self.changed.notify_waiters();
    }

    /// Waits for [`Control::probe`]; one that came before does not count.
    pub(super) async fn probed(&self) {
        self.probed.set(false);
        self.until(|| self.probed.replace(false)).await;
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused.get()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.get()
    }

    /// Rows of the journal are being carried out: what is dropped now is left to the next recovery.
    pub(super) fn set_in_batch(&self, in_batch: bool) {
        self.in_batch.set(in_batch);
        self.changed.notify_waiters();
    }

    /// Whether a pause ends the work in hand: what the user asked for goes on.
    pub(super) fn set_pausable(&self, pausable: bool) {
        self.pausable.set(pausable);
    }

    /// Whether the work in hand is to end.
    pub(super) fn is_interrupted(&self) -> bool {
        self.stopping.get() || (self.pausable.get() && self.paused.get())
    }

    /// Waits until the work in hand is to end, and then for the end of its batch.
    pub(super) async fn interrupted(&self) {
        self.until(|| self.is_interrupted() && !self.in_batch.get()).await;
    }

    /// Waits for anything that ends a rest: the end, a pause, or its end.
    pub(super) async fn called(&self, was_paused: bool) {
        self.until(|| self.stopping.get() || self.paused.get() != was_paused || self.kicked.replace(false)).await;
    }

    async fn until(&self, condition: impl Fn() -> bool) {
        loop {
            // Before the condition is looked at, so that no call is missed.
            let changed = self.changed.notified();
            if condition() {
                return;
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn the_end_waits_for_the_batch_in_hand() {
        let control = Control::default();
        control.set_in_batch(true);
        control.stop();
        assert!(control.interrupted().now_or_never().is_none());
        control.set_in_batch(false);
        assert!(control.interrupted().now_or_never().is_some());
    }

    #[test]
    fn only_work_that_nobody_asked_for_makes_way() {
        let control = Control::default();
        control.set_wanted(true);
        assert!(!control.is_to_make_way());
        control.set_yields(true);
        assert!(control.is_to_make_way());
        control.set_wanted(false);
        assert!(!control.is_to_make_way());
    }

    #[test]
    fn a_pause_interrupts_only_what_may_be_paused() {
        let control = Control::default();
        control.pause();
        assert!(control.interrupted().now_or_never().is_none());
        control.set_pausable(true);
        assert!(control.interrupted().now_or_never().is_some());
        assert!(control.called(true).now_or_never().is_none());
        control.resume();
        assert!(control.called(true).now_or_never().is_some());
    }
}
