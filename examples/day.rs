//! Lives a day of a home server in some minutes, see tests/support/day.rs. Run it by `scripts/day`; `--quick`: a tenth of it.

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the day needs a part of the test bench")]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use support::day::Day;

fn main() -> ExitCode {
    let whole = Day { accounts: 20, deliveries: 20_000, time: Duration::from_secs(300), restarts: 10, kills: 3 };
    let quick = Day { deliveries: 2_000, time: Duration::from_secs(30), restarts: 3, kills: 1, ..whole };
    let day = if std::env::args().any(|word| word == "--quick") { quick } else { whole };
    println!(
        "{} accounts, {} deliveries in {} s, {} restarts of the server, {} times kill -9",
        day.accounts,
        day.deliveries,
        day.time.as_secs(),
        day.restarts,
        day.kills
    );
    let figures = day.lived();
    println!("delivered {}, moved by other programs {}", figures.delivered, figures.moved);
    println!("rows done {}, rows open {}, orders in force {}", figures.rows, figures.open, figures.orders);
    println!("moved by mailherd and another program in the same moment: {}", figures.given_twice);
    println!("lost or twice: {}", figures.wrong.len());
    figures.wrong.iter().take(12).for_each(|line| println!("  {line}"));
    for (number, (early, most)) in figures.memory.iter().enumerate() {
        let mib = |kib: u64| kib as f64 / 1024.0;
        println!(
            "memory of life {}: {:.1} MiB after a quarter, {:.1} MiB at most",
            number + 1,
            mib(*early),
            mib(*most)
        );
    }
    println!("took {:.0} s", figures.took.as_secs_f64());
    let well = figures.is_well() && figures.memory_is_flat() && figures.took < Duration::from_secs(600);
    println!("{}", if well { "nothing lost, nothing twice, memory flat" } else { "NOT AS PROMISED" });
    ExitCode::from(u8::from(!well))
}
