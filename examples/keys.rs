//! Prints `docs/keys.md`.

fn main() {
    print!("{}", mailherd::tui::keymap::document());
}
