//! Learns the importance weights from mailboxes whose answers are known, and says how good they are on boxes they were not learned
//! from. Run it by `cargo run --release --example learn -- DIR…`, each DIR an unpacked box (`INBOX.mbox`, `Sent.mbox`, `owner.txt`,
//! `truth.tsv`) or a directory of such. `--out DIR` writes a weights file for each box, learned without it; `--rows DIR` writes for each
//! box what every received message teaches, for other programs that learn.
//!
//! Every box is replayed in time order; each received message gives the strengths of its signals, and whether it was answered.
//! A regularised logistic regression is fitted to all boxes but one and scored on
//! that one. Nothing in it is random: the same boxes give the same weights.

#[path = "learn/boxes.rs"]
mod boxes;
#[path = "learn/fit.rs"]
mod fit;
#[path = "learn/score.rs"]
mod score;

use std::path::Path;

use boxes::Mailbox;
use mailherd::logic::policy::Caution;
use mailherd::logic::replay::Replay;
use mailherd::logic::signals::{Weights, table};
use score::Figures;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let after = |flag| words.iter().position(|word| word == flag).and_then(|place| words.get(place + 1));
    let (out, table_dir) = (after("--out"), after("--rows"));
    let given = words.iter().filter(|word| !word.starts_with("--") && ![out, table_dir].contains(&Some(word)));
    let paths = boxes::find(given.map(Path::new))?;
    let mailboxes: Vec<Mailbox> = in_parallel(&paths, |path| Mailbox::read(path).map_err(|error| error.to_string()))
        .into_iter()
        .collect::<Result<_, _>>()?;
    if let Some(dir) = table_dir {
        return Ok(boxes::write_rows(&mailboxes, Path::new(dir))?);
    }
    let all: Vec<&Mailbox> = mailboxes.iter().collect();
    let together = fit::fit(&all, fit::prior());
    let places: Vec<usize> = (0..mailboxes.len()).collect();
    let held_out = in_parallel(&places, |&place| {
        let others: Vec<&Mailbox> =
            mailboxes.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, one)| one).collect();
        fit::fit(&others, together.clone())
    });
    if words.iter().any(|word| word == "--quick") {
        let figures: Vec<Figures> =
            mailboxes.iter().zip(&held_out).map(|(one, weights)| score::quick(one, weights)).collect();
        report(&mailboxes, &figures);
    } else {
        let figures: Vec<Figures> = in_parallel(&places, |&place| {
            let weights = Weights::built_in().with_importance(&held_out[place]);
            score::replayed(
                &mailboxes[place],
                Replay::new(mailboxes[place].owner.clone(), Caution::Normal, None, weights),
            )
        });
        report(&mailboxes, &figures);
    }
    if let Some(out) = out.map(Path::new) {
        std::fs::create_dir_all(out)?;
        for (one, weights) in mailboxes.iter().zip(&held_out) {
            let weights = Weights::built_in().with_importance(weights);
            std::fs::write(out.join(format!("{}.json", one.name)), weights.to_json())?;
        }
    }
    let spread = fit::spread(&all);
    println!("\nsignal                     was    learned  spread");
    for ((signal, learned), spread) in table().zip(&together).zip(spread) {
        println!("{:<22} {:>7.2} {learned:>10.2} {spread:>7.2}", signal.name, signal.weight);
    }
    Ok(())
}

/// A mailbox with few answers says little, and a mean over mailboxes counts it as much as any: the same way as others are measured.
fn report(mailboxes: &[Mailbox], figures: &[Figures]) {
    println!("{:<16} {}", "box", Figures::TITLES);
    for (one, figures) in mailboxes.iter().zip(figures) {
        println!("{:<16} {figures}", one.name);
    }
    println!("{:<16} {}", "mean", Figures::mean(figures));
    let mut groups: Vec<&Path> = mailboxes.iter().filter_map(|one| one.path.parent()).collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups.iter().filter(|_| groups.len() > 1) {
        let of_it: Vec<Figures> = mailboxes
            .iter()
            .zip(figures)
            .filter(|(one, _)| one.path.parent() == Some(group))
            .map(|(_, figures)| figures.clone())
            .collect();
        println!("{:<16} {}", group.file_name().unwrap_or_default().display(), Figures::mean(&of_it));
    }
}

/// `work` done on every one of `items`, in their order, on as many threads as there are processors.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let take = || next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    std::iter::from_fn(|| Some(take()).filter(|&place| place < items.len()))
                        .map(|place| (place, work(&items[place])))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
