//! `kill -9` at random moments of a run that files, then one more run: nothing lost, nothing twice, and the journal knows.

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::journal;
use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::proxy::{Act, Proxy};
use crate::support::user::{User, filed};
use crate::support::world::World;

const FILED: u64 = 300;

#[test]
fn killed_at_25_random_moments_with_move() {
    killed_at_random_moments(Flavour::PLAIN, &["UID MOVE"], 25);
}

#[test]
fn killed_at_25_random_moments_without_move() {
    killed_at_random_moments(Flavour::NO_MOVE, &["UID COPY", "UID STORE", "UID EXPUNGE"], 25);
}

/// Kills so many runs that change mail by these commands.
pub fn killed_at_random_moments(flavour: Flavour, changes: &[&str], moments: u64) {
    let pattern = User::new(flavour);
    pattern.has_a_friend();
    pattern.receives(&cast::machine_mail(FILED as u32 / 5));
    pattern.receives(&(0..40).map(cast::stranger).collect::<Vec<_>>());
    let before = pattern.world();
    let undisturbed = {
        let user = pattern.copied(&format!("{}-copy", pattern.name));
        let started = Instant::now();
        assert_eq!(filed(&user.files()), FILED);
        started.elapsed()
    };
    let seed = std::env::var("MAILHERD_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| fastrand::u64(..));
    println!("MAILHERD_TEST_SEED={seed}, an undisturbed run takes {undisturbed:?}");
    let mut rng = Rng::with_seed(seed);
    for moment in 1..=moments {
        let user = pattern.copied(&format!("{}-copy{moment}", pattern.name));
        // Half of them anywhere in the run, half close to a change, where most can go wrong.
        let when = if moment % 2 == 0 {
            kill_after(&user, undisturbed.mul_f64(rng.f64()))
        } else {
            kill_near(&user, changes[rng.usize(..changes.len())], rng.usize(..3), rng.u64(..6000))
        };
        println!("moment {moment}: {when}");
        recovers(&user, &before);
    }
}

fn kill_after(user: &User, delay: Duration) -> String {
    let mut running = user.start(&["run", "--once", "--yes"]);
    std::thread::sleep(delay);
    running.kill();
    running.finish();
    format!("after {delay:?}")
}

/// Kills some microseconds after the chosen command has passed by.
fn kill_near(user: &User, verb: &str, skip: usize, delay: u64) -> String {
    let proxy = Proxy::to(user.server.port);
    proxy.when(verb, skip, Act::Note);
    let configuration =
        user.configuration().replace(&format!("port = {}", user.server.port), &format!("port = {}", proxy.port));
    let mut running = user.start_with_config(&configuration, &["run", "--once", "--yes"]);
    while !proxy.hit(Duration::from_millis(1)) && !running.ended() {}
    std::thread::sleep(Duration::from_micros(delay));
    running.kill();
    running.finish();
    format!("{delay} µs after {verb} number {}", skip + 1)
}

fn recovers(user: &User, before: &World) {
    user.files();
    // Under load the server may still carry out what the dead one had asked for, after this run looked: the next one says so.
    assert_eq!(filed(&user.files()), 0);
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!(
        after.count("INBOX"),
        before.count("INBOX") - FILED as usize,
        "what was interrupted is filed by the next run"
    );
    journal::explains(user, &after, &["Archive", "Sent"]);
}
