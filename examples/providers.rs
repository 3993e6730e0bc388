//! Writes docs/providers.md: `cargo run --example providers > docs/providers.md`

fn main() {
    print!("{}", mailherd::logic::provider::document());
}
