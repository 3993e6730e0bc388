//! The same work on mailboxes of different sizes, side by side: cost grows with the messages and with nothing else.

use super::boxes::{FOLDERS, first_pass};
use super::raw;
use super::reading::thousands;
use super::{Boxes, Plan, Row, Table, middle};

/// How much more a message may cost in the largest mailbox than in one of at least [`SETTLED`] messages. What is looked up per sender and per message is in
/// trees, which get deeper.
const DEARER: f64 = 1.5;

/// In smaller ones most of the time is the start of the program and the login.
const SETTLED: usize = 10_000;

/// See the module.
pub fn rows(plan: &Plan, boxes: &mut Boxes, table: &mut Table) {
    let mut costs: Vec<(usize, f64)> = Vec::new();
    for &messages in &plan.sizes {
        let user = boxes.of(messages);
        let configuration = user.configuration();
        let (mut floor, mut passed, mut peak) = (Vec::new(), Vec::new(), 0.0_f64);
        // Large ones take their time, and one round of them is as good as many of the small ones.
        for _ in 0..if messages > 200_000 { 1 } else { plan.rounds } {
            floor.push(raw::headers(user.server.port, &user.name, &FOLDERS).0);
            let pass = first_pass(user, &configuration);
            passed.push(pass.time);
            peak = peak.max(pass.memory);
        }
        let (ours, theirs) = (middle(&passed), middle(&floor));
        let read = messages + messages / 10;
        let cost = ours / read as f64;
        let what = format!("first pass over {}, {:.1} µs a message, {peak:.0} MiB", thousands(messages), cost * 1e6);
        table.add(Row::beside(what, ours, ("raw socket", theirs)));
        if messages >= 1_000_000 {
            table.add(Row::most(format!("memory, {} messages", thousands(messages)), peak, "MiB", 96.0));
        }
        costs.push((messages, cost));
        if messages != plan.messages {
            boxes.forget(messages);
        }
    }
    let Some(((large, dear), smaller)) = costs.split_last() else { return };
    let base = smaller.iter().find(|(messages, _)| *messages >= SETTLED).or(smaller.last());
    if let Some((small, cheap)) = base {
        let what = format!("a message of {} against one of {}", thousands(*large), thousands(*small));
        table.add(Row::ratio(what, *dear, ("a message of the smaller", *cheap), dear / cheap, DEARER));
    }
}
