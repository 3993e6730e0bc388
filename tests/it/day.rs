//! A short one of the days that `scripts/day` lives at length.

use std::time::Duration;

use crate::support::day::Day;

#[test]
fn nothing_is_lost_and_nothing_is_twice_in_a_short_day() {
    let day = Day { accounts: 3, deliveries: 600, time: Duration::from_secs(20), restarts: 2, kills: 1 };
    let figures = day.lived();
    println!("{figures:?}");
    assert!(figures.is_well(), "{figures:?}");
    assert!(figures.memory_is_flat(), "{figures:?}");
    assert_eq!(figures.delivered, 600);
    assert!(figures.moved > 50 && figures.rows > 100 && figures.orders > 0, "{figures:?}");
}
