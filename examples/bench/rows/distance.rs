//! A server that is far away: round trips and commands.

use super::boxes::{by_way_of, first_pass};
use super::reading::{ROUND_TRIP, thousands};
use super::{Boxes, Plan, Row, Table, median};
use crate::support::network::Network;

/// Messages in one FETCH, and what else may be said.
const RANGE: usize = 5_000;
const BESIDES: usize = 12;

/// See the module.
pub fn rows(plan: &Plan, boxes: &mut Boxes, table: &mut Table) {
    let user = boxes.of(plan.messages);
    let network = Network::to(user.server.port);
    let configuration = by_way_of(user, network.port);
    let pass_at = |one_way| {
        network.delay(one_way);
        first_pass(user, &configuration).time.as_secs_f64()
    };
    pass_at(std::time::Duration::ZERO);
    let rounds = plan.rounds.min(3);
    let pairs: Vec<(f64, f64)> =
        (0..rounds).map(|_| (pass_at(std::time::Duration::ZERO), pass_at(ROUND_TRIP / 2))).collect();
    let (near, far) =
        (median(pairs.iter().map(|pair| pair.0).collect()), median(pairs.iter().map(|pair| pair.1).collect()));
    let trips = median(pairs.iter().map(|(near, far)| (far - near) / ROUND_TRIP.as_secs_f64()).collect());
    let against = format!("{far:.2} s at 50 ms, {near:.2} s without");
    let what = format!("first pass over {} at 50 ms, waits", thousands(plan.messages));
    table.add(Row::most(what, trips, "round trips", 10.0).with(against));

    let log = user.wire_log();
    first_pass(user, &user.configuration());
    let commands = log.commands().len();
    log.stop();
    let read = plan.messages + plan.messages / 10;
    let most = (read / RANGE + BESIDES) as f64;
    table.add(Row::most("its commands", commands as f64, "commands", most).with("a message / 5,000, and 12"));
}
