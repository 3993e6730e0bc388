//! Plays random histories, see tests/support/torture. Run it by `scripts/torture [--histories N] [--seed S] [--server dovecot|embedded]
//! [--hands N]`.

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the torturer needs a part of the test bench")]
mod support;

use std::process::ExitCode;

use support::torture::{Failure, Kind, Torture};

fn main() -> ExitCode {
    let torture = match wanted(std::env::args().skip(1)) {
        Ok(torture) => torture,
        Err(what) => {
            eprintln!("error: {what}");
            eprintln!("hint: scripts/torture [--histories N] [--seed S] [--server dovecot|embedded] [--hands N]");
            return ExitCode::from(2);
        }
    };
    let Torture { server, histories, seed, hands, .. } = torture;
    println!("{histories} histories on {server:?}, from seed {seed} on, {hands} at a time");
    // A panic is a failure like any other, and is told with its history.
    std::panic::set_hook(Box::new(|_| {}));
    let told = |over: u64, failure: Option<&Failure>| {
        if let Some(failure) = failure {
            println!(
                "FAILURE, again by: scripts/torture --server {server:?} --histories 1 --seed {}\n{failure}",
                failure.seed
            );
        }
        if over.is_multiple_of(1000) {
            println!("{over} are over");
        }
    };
    let (figures, failures, took) = torture.inflict(&told);
    println!("{figures:?}");
    println!("{} failures in {:.1} minutes", failures.len(), took.as_secs_f64() / 60.0);
    ExitCode::from(u8::from(!failures.is_empty()))
}

fn wanted(mut words: impl Iterator<Item = String>) -> Result<Torture, String> {
    let mut torture = Torture {
        server: Kind::Embedded,
        histories: 100_000,
        seed: u64::from(fastrand::u32(..)),
        hands: 4,
        stops: false,
    };
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{word} needs a number, not {value}"));
        match word.as_str() {
            "--histories" => torture.histories = number()?,
            "--seed" => torture.seed = number()?,
            "--hands" => torture.hands = usize::try_from(number()?).unwrap_or(1).max(1),
            "--server" if value.eq_ignore_ascii_case("embedded") => torture.server = Kind::Embedded,
            "--server" if value.eq_ignore_ascii_case("dovecot") => torture.server = Kind::Dovecot,
            _ => return Err(format!("there is no {word} {value}")),
        }
    }
    Ok(torture)
}
