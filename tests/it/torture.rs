//! Random histories, the same ones each time. `scripts/torture` plays others, and more of them.

use crate::support::torture::{Kind, Torture};

fn survives(server: Kind, histories: u64) {
    let seed = std::env::var("MAILHERD_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let torture = Torture { server, histories, seed, hands: 4, stops: true };
    let (figures, failures, took) = torture.inflict(&|_, _| {});
    println!("MAILHERD_TEST_SEED={seed}: {figures:?} in {took:?}");
    if let Some(failure) = failures.first() {
        panic!(
            "to play it again: scripts/torture --server {server:?} --histories 1 --seed {}\n{failure}",
            failure.seed
        );
    }
    assert_eq!(figures.histories as u64, histories);
    assert!(figures.killed as u64 > histories / 10 && figures.rows as u64 > histories, "{figures:?}");
}

#[test]
fn a_thousand_histories_on_the_embedded_server() {
    survives(Kind::Embedded, 1000);
}

#[test]
fn fifty_histories_on_dovecot() {
    survives(Kind::Dovecot, 50);
}
