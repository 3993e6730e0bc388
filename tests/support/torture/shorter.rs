//! A shorter history after which something is wrong, too.

use super::history::{Event, History};
use super::play::{Servers, play};

/// How often it is played again at most.
const ATTEMPTS: usize = 120;

/// Leaves out what can be left out: steps, and troubles.
pub fn shorter(mut history: History, mut what: String, servers: &mut Servers) -> (History, String) {
    let mut attempts = 0;
    loop {
        let mut found = None;
        for candidate in candidates(&history) {
            if attempts == ATTEMPTS {
                return (history, what);
            }
            attempts += 1;
            if let Err(still) = play(&candidate, servers) {
                found = Some((candidate, still));
                break;
            }
        }
        match found {
            Some((candidate, still)) => (history, what) = (candidate, still),
            None => return (history, what),
        }
    }
}

/// Everything that is one step simpler, the greatest steps first.
fn candidates(history: &History) -> Vec<History> {
    let steps = &history.steps;
    let without = |from: usize, to: usize| {
        let steps = steps[..from].iter().chain(&steps[to..]).cloned().collect();
        History { steps, ..history.clone() }
    };
    let half = steps.len() / 2;
    let mut found = Vec::new();
    if half > 1 {
        found.extend([without(half, steps.len()), without(0, half)]);
    }
    found.extend((0..steps.len()).rev().map(|place| without(place, place + 1)));
    for place in 0..steps.len() {
        let mut simpler = history.clone();
        if let Event::Works(_, _, trouble @ Some(_)) = &mut simpler.steps[place].event {
            *trouble = None;
            found.push(simpler);
        }
    }
    if history.scene.accounts > 1 {
        let mut simpler = history.clone();
        simpler.scene.accounts = 1;
        found.push(simpler);
    }
    found
}
