//! Everything that reads what others wrote, as plain functions over bytes, for whoever throws bytes at them.
//!
//! A target takes any bytes, and panics when they make mailherd break a promise: not only by a panic of the code itself, but also by
//! an answer that must not be (a control character that would reach a terminal, a verdict whose reasons do not add up, a field that
//! was smuggled into the digest). `cargo test fuzz::` replays `tests/corpus`, and mutations of it, over all of [`TARGETS`] on any
//! toolchain; `scripts/fuzz` does that for as long as one likes; `fuzz/` is for cargo-fuzz, which sees what code an input reaches
//! (`scripts/fuzz --covering`).
//!
//! Compiled for tests and for fuzzing only.

mod faces;
mod mail;
mod mutate;
mod server;
#[cfg(test)]
mod tests;
mod user;

pub use mutate::Mutator;

/// Something that reads what others wrote.
pub struct Target {
    /// Its name, and that of its folder in `tests/corpus`.
    pub name: &'static str,
    /// Who chooses the bytes.
    pub by: &'static str,
    /// Reads them. Panics when a promise is broken.
    pub run: fn(&[u8]),
    /// What the bytes are made of: a mutator puts these in.
    pub words: &'static [&'static str],
    /// Mutations that a test tries.
    pub rounds: u32,
}

/// THE table of targets.
pub const TARGETS: &[Target] = &[
    Target { name: "facts", by: "whoever sends mail", run: mail::facts, words: mail::FIELDS, rounds: 20_000 },
    Target { name: "auth", by: "whoever sends mail", run: mail::authentication, words: mail::RESULTS, rounds: 20_000 },
    Target {
        name: "unsubscribe",
        by: "whoever sends mail",
        run: mail::unsubscribe,
        words: mail::LISTS,
        rounds: 10_000,
    },
    Target { name: "letter", by: "whoever sends mail", run: mail::letter, words: mail::PARTS, rounds: 1_200 },
    Target { name: "digest", by: "whoever sends mail", run: faces::digest, words: faces::WORDS, rounds: 500 },
    Target { name: "printable", by: "whoever sends mail", run: faces::printable, words: faces::WORDS, rounds: 20_000 },
    Target { name: "names", by: "a server", run: server::names, words: server::NAMES, rounds: 20_000 },
    Target { name: "wire", by: "a server", run: server::wire, words: server::RESPONSES, rounds: 4_000 },
    Target { name: "tokens", by: "a token endpoint", run: server::tokens, words: server::TOKENS, rounds: 20_000 },
    Target {
        name: "redirect",
        by: "a page in the browser",
        run: server::redirect,
        words: server::REDIRECTS,
        rounds: 20_000,
    },
    Target { name: "asked", by: "a process of the same user", run: user::asked, words: user::REQUESTS, rounds: 10_000 },
    Target {
        name: "answered",
        by: "a process of the same user",
        run: user::answered,
        words: user::REPLIES,
        rounds: 10_000,
    },
    Target { name: "config", by: "the user", run: user::config, words: user::KEYS, rounds: 10_000 },
    Target { name: "who", by: "the user", run: user::who, words: user::SENDERS, rounds: 20_000 },
    Target { name: "mbox", by: "whoever sends mail", run: user::mbox, words: user::MBOX, rounds: 10_000 },
    Target { name: "rules", by: "the user", run: user::rules, words: user::RULES, rounds: 5_000 },
];

/// Runs one target. For `fuzz/`, where each is a program of its own.
///
/// # Panics
/// When the bytes break a promise, and when there is no target of that name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of the table");
    (target.run)(bytes);
}

/// Panics when `text` could make a terminal, a log or a reader of a digest see something else than characters in their order.
///
/// Another list than [`Printable`](crate::logic::printable::Printable)'s, so that a gap in that one is seen.
fn assert_harmless(text: &str, what: &str) {
    let steers = |c: char| {
        c.is_control()
            || matches!(u32::from(c), 0x200b | 0x200e | 0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x61c | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
    };
    if let Some(found) = text.chars().find(|c| steers(*c)) {
        panic!("{what} holds U+{:04X}: {text:?}", u32::from(found));
    }
}
