//! Prints `docs/signals.md`.

fn main() {
    print!("{}", mailherd::logic::signals::document());
}
