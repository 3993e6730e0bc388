//! What is said of a panic: the place in the source, and words only if they stand there, too.
//!
//! Words that were put together at run time may hold anything. A slice that ends within a character quotes the whole text that was
//! sliced, as it is, which may be a subject or a password; an `unwrap` quotes the error. So they are left out, in every build profile.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write as _;
use std::panic::Location;

use crate::logic::printable::Printable;

/// From now on panics of this process are told so.
pub(super) fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let told = told(thread.name(), panic.location(), panic.payload());
        let backtrace = Backtrace::capture();
        let mut stderr = std::io::stderr().lock();
        // Nobody is left to be told that it failed, and a panic in here would end the process.
        let _ = writeln!(stderr, "{told}");
        if backtrace.status() == BacktraceStatus::Captured {
            let _ = writeln!(stderr, "{backtrace}");
        }
    }));
}

fn told(thread: Option<&str>, place: Option<&Location<'_>>, payload: &(dyn Any + Send)) -> String {
    let place = place.map_or_else(|| "an unknown place".to_owned(), Location::to_string);
    let words = match payload.downcast_ref::<&'static str>() {
        Some(words) => Printable::new(words).to_string(),
        None => "(its words may hold mail or a secret, so they are left out)".to_owned(),
    };
    format!("thread {} panicked at {place}: {words}", Printable::new(thread.unwrap_or("without a name")))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Set for the process that panics.
    const CHILD: &str = "MAILHERD_TEST_PANICS";

    fn refused(secret: String) -> Result<(), String> {
        Err(secret)
    }

    #[test]
    fn a_panic_shows_neither_secrets_nor_what_steers_a_terminal() {
        if let Ok(kind) = std::env::var(CHILD) {
            super::keep_quiet();
            let secret = format!("hunter2-{}\u{1b}[2J", kind.len());
            match kind.as_str() {
                "slice" => drop(secret[..].split_at(secret.len() + 1)),
                "unwrap" => refused(secret).unwrap(),
                "expect" => refused(secret).map_err(std::io::Error::other).expect("no error"),
                _ => panic!("words of the source"),
            }
            return;
        }
        let name = "cli::panics::tests::a_panic_shows_neither_secrets_nor_what_steers_a_terminal";
        for kind in ["slice", "unwrap", "expect", "literal"] {
            let mut child = Command::new(std::env::current_exe().unwrap());
            let child = child.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(CHILD, kind);
            let output = child.env("RUST_BACKTRACE", "1").output().unwrap();
            assert!(!output.status.success(), "{kind} does not panic");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("panicked at "), "{kind}: {said}");
            assert!(!said.contains("hunter2") && !said.contains('\u{1b}'), "{kind}: {said:?}");
            assert_eq!(said.contains("words of the source"), kind == "literal", "{kind}: {said}");
        }
    }
}
