//! Other servers in the place of Dovecot: the same test bodies run on each.

use std::cell::Cell;

use super::flavour::Flavour;

thread_local! {
    /// What is meant on this thread where a test says [`Flavour::PLAIN`]. Each test has a thread of its own.
    static STAND_IN: Cell<Option<Flavour>> = const { Cell::new(None) };
}

/// Runs the body of a test that was written for a plain Dovecot on another server. Where the body names another flavour, it gets that.
pub fn instead_of_dovecot(server: Flavour, body: fn()) {
    /// Tests may share a thread (`--test-threads=1`), and one that fails unwinds.
    struct Back;
    impl Drop for Back {
        fn drop(&mut self) {
            STAND_IN.set(None);
        }
    }
    let _back = Back;
    STAND_IN.set(Some(server));
    body();
}

/// The flavour that is meant on this thread.
pub fn meant(flavour: Flavour) -> Flavour {
    if flavour == Flavour::PLAIN { STAND_IN.get().unwrap_or(flavour) } else { flavour }
}
