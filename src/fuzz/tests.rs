//! The saved corpus, and mutations of it: a few seconds a target. With `MAILHERD_FUZZ_SECONDS` each test goes on for so long with
//! ever new seeds, and what breaks a promise is made small and saved to the corpus.

use std::any::Any;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Mutator, TARGETS, Target};

/// What takes longer than this is broken, too, in a long run.
const PATIENCE: Duration = Duration::from_secs(5);

macro_rules! targets {
    ($($name:ident),*) => {
        $(#[test] fn $name() { attack(stringify!($name)); })*
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}
targets!(
    facts,
    auth,
    unsubscribe,
    letter,
    digest,
    printable,
    names,
    wire,
    tokens,
    redirect,
    asked,
    answered,
    config,
    who,
    mbox,
    rules
);

#[test]
fn every_target_has_a_test_a_corpus_and_a_program_for_cargo_fuzz() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
    for Target { name, .. } in TARGETS {
        assert!(NAMES.contains(name), "{name} has no test");
        assert!(corpus(name).len() > 1, "{name} has no corpus");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml does not name {name}");
        let program = fs::read_to_string(root.join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("\"{name}\"")), "the program of {name} runs another target");
    }
}

#[test]
fn a_seed_gives_the_same_inputs_on_every_machine() {
    let corpus = [b"From: anna@berg.example\r\n".to_vec(), b"Subject: x\r\n".to_vec()];
    let inputs = |seed| {
        let mut mutator = Mutator::new(seed, &corpus, &["\r\n", "<"]);
        (0..200).map(|_| mutator.input()).collect::<Vec<_>>()
    };
    assert_eq!(inputs(7), inputs(7));
    assert_ne!(inputs(7), inputs(8));
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name)
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder(name)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The panic that these bytes cause.
fn breaks(target: &Target, bytes: &[u8]) -> Option<String> {
    let told = |panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    };
    catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))).err().map(told)
}

fn attack(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let corpus = corpus(name);
    for bytes in corpus.iter().map(Vec::as_slice).chain([&b""[..]]) {
        if let Some(why) = breaks(target, bytes) {
            panic!("{name}: {why}\n{}", shown(bytes));
        }
    }
    match std::env::var("MAILHERD_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()) {
        Some(seconds) => for_long(target, &corpus, Duration::from_secs(seconds)),
        None => {
            let mut mutator = Mutator::new(20_261_122, &corpus, target.words);
            for round in 0..target.rounds {
                let bytes = mutator.input();
                if let Some(why) = breaks(target, &bytes) {
                    panic!("{name}, round {round}: {why}\n{}", shown(&bytes));
                }
            }
        }
    }
}

fn shown(bytes: &[u8]) -> String {
    format!("{} bytes: {}", bytes.len(), bytes[..bytes.len().min(2_000)].escape_ascii())
}

/// Ever new inputs. What ends the whole process (a stack that is too deep) is found in `target/fuzz`, where the input lies that
/// was tried last.
fn for_long(target: &Target, corpus: &[Vec<u8>], time: Duration) {
    let last = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    fs::create_dir_all(&last).unwrap();
    let last = last.join(target.name);
    let (begun, seed) = (Instant::now(), fastrand::u64(..));
    let mut mutator = Mutator::new(seed, corpus, target.words);
    let (mut inputs, mut slowest, mut broken) = (0_u64, Duration::ZERO, Vec::new());
    while begun.elapsed() < time && broken.len() < 10 {
        let bytes = mutator.input();
        fs::write(&last, &bytes).unwrap();
        let from = Instant::now();
        let panic = breaks(target, &bytes);
        let took = from.elapsed();
        slowest = slowest.max(took);
        inputs += 1;
        let slow = (took > PATIENCE).then(|| format!("it took {took:?}"));
        if let Some(why) = panic {
            let small = smaller(bytes, |bytes| breaks(target, bytes).is_some());
            broken.push(saved(target, &small, &why));
        } else if let Some(why) = slow {
            broken.push(saved(target, &bytes, &why));
        }
    }
    let _ = fs::remove_file(&last);
    println!("{}: seed {seed}, {inputs} inputs in {time:?}, the slowest took {slowest:?}", target.name);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn saved(target: &Target, bytes: &[u8], why: &str) -> String {
    let name = format!("broke-{:016x}", crate::logic::ids::MidHash::of(&format!("{bytes:?}")).0);
    fs::write(folder(target.name).join(&name), bytes).unwrap();
    format!("{}/{name}: {why}\n{}", target.name, shown(bytes))
}

/// Leaves out what is not needed for it to break.
fn smaller(mut bytes: Vec<u8>, breaks: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut piece = bytes.len().div_ceil(2);
    while piece > 0 {
        let mut at = 0;
        while at < bytes.len() {
            let mut less = bytes.clone();
            less.drain(at..(at + piece).min(bytes.len()));
            if breaks(&less) { bytes = less } else { at += piece }
        }
        piece /= 2;
    }
    bytes
}
